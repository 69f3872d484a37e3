// SPDX-License-Identifier: GPL-2.0
// voucher.js - a small window that closes, and a voucher, without any script.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP, HTTPS, PHONE, accessible, isExact, probe, session, shot, until, visitor } from './client.js';
import { router } from './router.js';

const WRONG = 'This code is worth nothing here: it is mistyped, or was used, or is out of date.';

test('the window that closes the moment the probe succeeds: a real browser goes on', async () => {
	router('mac', '02:00:00:00:00:21');
	const small = await visitor(PHONE);
	const page = await small.newPage();
	let closed = false;

	await page.goto('http://connectivitycheck.gstatic.com/generate_204');
	assert.equal(page.url(), HTTP);
	assert.equal(await probe(), 302);
	/* As a phone does: it asks all the while, and takes the window away at once. */
	const closing = until(async () => (await probe()) === 204, 'the probe succeeds')
		.then(() => small.close()).then(() => { closed = true; });

	await page.locator('#browser ~ form button').click({ noWaitAfter: true }).catch(() => {});
	await closing;
	assert.ok(closed);
	assert.equal((await session()).state, 'never-paid');
	const real = await visitor();
	const again = await real.newPage();

	await again.goto(HTTPS);
	await again.locator('#browser + [role=status]').waitFor();
	assert.equal(await again.locator('#browser ~ form').count(), 0);
	await accessible(again, 'opened');
	await shot(again, 'opened');
	await real.close();
});

test('a voucher without JavaScript: what is wrong is said in place, a good one opens', async () => {
	const code = router('voucher', '300000');
	const context = await visitor({ ...PHONE, javaScriptEnabled: false });
	const page = await context.newPage();
	const { used_bytes: before } = await session();

	await page.goto('http://shop.test/');
	await page.fill('#voucher', 'ABCD-EFGH-JKMN-PQRS');
	await page.click('#voucher ~ button');
	assert.equal(await page.locator('#fault').innerText(), WRONG);
	assert.equal(await page.locator('#voucher').inputValue(), '');
	await shot(page, 'voucher-wrong');
	await page.fill('#voucher', code.toLowerCase().replaceAll('-', ' '));
	await page.click('#voucher ~ button');
	assert.equal(page.url(), `${HTTP}?lang=en`);
	assert.equal(await page.locator('#state').getAttribute('data-state'), 'paid');
	assert.match(await page.locator('#bytes').innerText(), /300\.0 kB|29\d\.\d+ kB/);
	await shot(page, 'voucher-taken');
	/* And it is online. */
	await page.goto('http://shop.test/');
	assert.equal(await page.title(), 'Shop');
	const now = await session();

	assert.ok(now.used_bytes.down > before.down);
	/* What was given is spent to the byte. */
	await isExact();
	assert.equal(now.given_wei, now.unspent_wei);
	/* Nobody paid for it. */
	assert.equal(router('paid'), '0 0');
	/* Looking at it again redeems nothing. */
	await page.goto(`${HTTP}?lang=en`);
	await page.reload();
	assert.equal((await session()).attached_wei, now.attached_wei);
	await context.close();
});

test('what is wrong with a code is said in the language of the page, and axe finds nothing', async () => {
	router('mac', '02:00:00:00:00:22');
	for (const [lang, part] of [['en', 'worth nothing'], ['zh', '此代码在这里无效'], ['es', 'no vale nada'], ['ar', 'لا قيمة له']]) {
		const context = await visitor({ ...PHONE, locale: lang, colorScheme: lang === 'zh' ? 'dark' : 'light' });
		const page = await context.newPage();

		await page.goto(HTTPS);
		await page.fill('#voucher', 'nothing');
		await page.keyboard.press('Enter');
		assert.match(await page.locator('#fault').innerText(), new RegExp(part));
		assert.ok(await page.locator('#voucher').evaluate((e) => e === document.activeElement), lang);
		await accessible(page, lang);
		await shot(page, `voucher-${lang}`, { fullPage: false });
		await context.close();
	}
});
