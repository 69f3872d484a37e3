// SPDX-License-Identifier: GPL-2.0
// captive.js - who has not paid: where everybody lands, on whatever there is to look at it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP, HTTPS, PHONE, accessible, fits, refuser, session, shot, visitor } from './client.js';

const PAGE_MAX_BYTES = 100000;
const LANGUAGES = { en: 'Ways to pay', zh: '付款方式', es: 'Formas de pagar', ar: 'طرق الدفع' };

/* Refusals of the gate are in the console, too, and are no fault of a page. */
const faults = (context) => context.complaints.filter((c) => !/net::ERR_/.test(c));

test('any http page leads to the portal, which says what it costs and that nothing is paid', async () => {
	const context = await visitor();
	const page = await context.newPage();

	await page.goto('http://shop.test/today?x=y');
	assert.equal(page.url(), HTTP);
	assert.equal(await page.locator('#state').getAttribute('data-state'), 'never-paid');
	assert.match(await page.locator('table').innerText(), /1 SMT/);
	assert.equal(await page.locator('section .qr').count(), 1);
	const { session: code, pay } = await session();

	assert.match(await page.locator('.facts').first().innerText(), new RegExp(`ts1:${code}:1`));
	assert.equal(await page.locator('#code + p code').innerText(), code);
	/* The amount with the tag, to its last digit. */
	assert.equal(await page.locator('#tag').innerText(), `0.${pay.tagged_wei.padStart(18, '0')} SMT`);
	await shot(page, 'never-paid');
	await context.close();
});

test('the page by https is believed, and all of it is small and comes from the box', async (t) => {
	for (const lang of Object.keys(LANGUAGES)) {
		const context = await visitor({ locale: lang });
		const page = await context.newPage();
		let bytes = 0;
		const sizes = [];

		page.on('response', (r) => sizes.push(Promise.all([r.body(), r.headersArray()])
			.then(([body, headers]) => { bytes += body.length + JSON.stringify(headers).length; })
			.catch(() => { /* the stream of events does not end */ })));
		await page.goto(HTTPS);
		await page.locator('#state').waitFor();
		await page.waitForTimeout(200);
		await Promise.race([Promise.all(sizes), page.waitForTimeout(1000)]);
		t.diagnostic(`${lang}: ${bytes} bytes`);
		assert.ok(bytes > 10000 && bytes < PAGE_MAX_BYTES, `${lang}: ${bytes} bytes`);
		assert.deepEqual(context.asked.filter((url) => !url.startsWith(HTTPS)), []);
		assert.deepEqual(faults(context), []);
		await context.close();
	}
});

test('four languages, light and dark: nothing that axe finds, and it fits a small phone', async () => {
	for (const [lang, says] of Object.entries(LANGUAGES)) {
		for (const colorScheme of ['light', 'dark']) {
			const context = await visitor({ ...PHONE, locale: lang, colorScheme });
			const page = await context.newPage();

			await page.goto(HTTPS);
			assert.equal(await page.locator('html').getAttribute('lang'), lang);
			assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), lang === 'ar' ? 'rtl' : 'ltr');
			assert.equal(await page.locator('#pay').innerText(), says);
			await accessible(page, `${lang} ${colorScheme}`);
			await fits(page, lang);
			await shot(page, `phone-${lang}-${colorScheme}`);
			await context.close();
		}
	}
});

test('at 320 pixels, and with letters twice as large', async () => {
	const context = await visitor({ viewport: { width: 320, height: 480 } });
	const page = await context.newPage();

	await page.goto(HTTPS);
	await fits(page, '320 pixels');
	await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
	await fits(page, 'large letters');
	await shot(page, 'large');
	await context.close();
});

test('by keyboard alone everything that can be used is reached, in the order of the page', async () => {
	const context = await visitor();
	const page = await context.newPage();
	const reached = [];

	await page.goto(HTTPS);
	const wanted = await page.evaluate(() => [...document.querySelectorAll('a, button, input')]
		.filter((e) => !e.closest('noscript')).map((e) => e.outerHTML));

	assert.ok(wanted.length > 8);
	for (let i = 0; i < wanted.length; i++) {
		await page.keyboard.press('Tab');
		reached.push(await page.evaluate(() => document.activeElement.outerHTML));
	}
	assert.deepEqual(reached, wanted);
	/* What is reached is seen to be. */
	assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
	/* And the form is sent by it. */
	await page.focus('#voucher');
	await page.keyboard.type('nothing');
	await page.keyboard.press('Enter');
	await page.locator('#fault').waitFor();
	await context.close();
});

test('without JavaScript all of it is there to be read', async () => {
	const context = await visitor({ ...PHONE, javaScriptEnabled: false });
	const page = await context.newPage();

	await page.goto('http://shop.test/');
	assert.equal(page.url(), HTTP);
	for (const id of ['state', 'money', 'bytes', 'speed', 'plot', 'pay', 'voucher', 'code', 'browser'])
		assert.ok(await page.locator(`#${id}`).isVisible(), id);
	assert.ok(await page.locator('noscript a').isVisible());
	await shot(page, 'no-script');
	await page.goto(`${HTTPS}wallet/`);
	assert.match(await page.locator('noscript').first().innerText(), /A wallet needs JavaScript/);
	await context.close();
});

test('a browser that keeps nothing and opens nothing: the portal works, the wallet says why not', async () => {
	const context = await refuser();
	const page = context.pages()[0] ?? await context.newPage();

	await page.goto(HTTPS);
	assert.equal(await page.evaluate(() => {
		try {
			return String(localStorage.length);
		} catch (e) {
			return e.name;
		}
	}), 'SecurityError');
	await page.locator('#state').waitFor();
	assert.deepEqual(await context.cookies(), []);
	await page.locator('#browser ~ form button').click();
	await page.locator('#browser + [role=status]').waitFor();
	assert.deepEqual(faults(context), []);
	await page.goto(`${HTTPS}wallet/`);
	await page.locator('#noStore').waitFor();
	await accessible(page, 'no store');
	await shot(page, 'no-store');
	assert.deepEqual(faults(context), []);
	await context.close();
});

test('storage that throws at every touch', async () => {
	const context = await visitor();

	await context.addInitScript(() => {
		for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
			Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
		Object.defineProperty(document, 'cookie', {
			get() { throw new DOMException('no', 'SecurityError'); },
			set() { throw new DOMException('no', 'SecurityError'); },
		});
	});
	const page = await context.newPage();

	await page.goto(HTTPS);
	await page.waitForFunction(() => document.getElementById('speed').textContent.includes('/s'));
	await page.goto(`${HTTPS}wallet/`);
	await page.locator('#noStore').waitFor();
	assert.deepEqual(faults(context), []);
	await context.close();
});

test('the wallet on plain http makes nothing, and leads to https', async () => {
	const context = await visitor();
	const page = await context.newPage();

	await page.goto(`${HTTP}wallet/`);
	await page.locator('#unsafe').waitFor();
	await accessible(page, 'unsafe');
	await page.locator('#safe').click();
	await page.locator('#noKey').waitFor();
	assert.equal(page.url(), `${HTTPS}wallet/`);
	await context.close();
});
