// SPDX-License-Identifier: GPL-2.0
// The page in a real browser, in the client's namespace, against a real tsd; see page.sh.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { Chromium } from './chromium.js';
import { router } from './router.js';

const { BOX, CHROMIUM, SHOTS } = process.env;
const PASS = 'a passphrase of the tests';
const https = 'https://box.test';
const http = `http://box.test:${new URL(BOX).port}`;
const browser = new Chromium(CHROMIUM, `MAP box.test ${new URL(BOX).hostname}`);
const booked = () => router('paid').split(' ').map(BigInt);
const shot = (page, name) => (SHOTS ? page.screenshot(`${SHOTS}/${name}.png`) : undefined);
let page;

after(() => browser.end());

/* Passphrases are typed twice. */
async function keep(form) {
	await page.run(`for (const f of document.querySelectorAll('#${form} .pass1, #${form} .pass2')) f.value = '${PASS}'`);
	await page.submit(form);
}

async function unlock(p) {
	await p.until("!document.getElementById('locked').hidden");
	await p.fill('unlockPass', PASS);
	await p.submit('unlockForm');
}

test('on plain http no key is made: the page says so, and where to go', async () => {
	const p = await browser.open(`${http}/wallet/`);

	await p.until("!document.getElementById('unsafe').hidden");
	assert.equal(await p.shown(), 'unsafe');
	assert.equal(await p.text('safe'), `${https}/wallet/`);
	assert.deepEqual(await p.run('indexedDB.databases()'), []);
	assert.deepEqual(p.urls.filter((u) => u.includes('/v1/')), [`${http}/v1/info`]);
	/* The same headers by http: of one browsers say that it means nothing there. */
	assert.deepEqual(p.complaints.filter((c) => !c.includes('Cross-Origin-Opener-Policy')), []);
	await shot(p, 'unsafe');
	await p.close();
});

test('where storage throws nothing is held, and the page says so', async () => {
	const p = await browser.open(`${https}/wallet/`, `
		for (const name of ['indexedDB', 'localStorage'])
			Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });`);

	await p.until("!document.getElementById('noStore').hidden");
	assert.equal(await p.shown(), 'noStore');
	assert.deepEqual(p.complaints, []);
	await shot(p, 'nostore');
	await p.close();
});

test('a key is made, its words are asked for, and it has no channel yet', async () => {
	page = await browser.open(`${https}/wallet/`);
	await page.until("!document.getElementById('noKey').hidden");
	await page.run("document.querySelector('#noKey details').open = true");
	await page.submit('makeForm');
	await page.until("document.querySelectorAll('#words li').length === 12");
	await page.fill('word', 'wrong');
	await keep('keepForm');
	await page.until("document.getElementById('alert').textContent.includes('another word')");
	assert.equal(await page.shown(), 'noKey');
	await page.run(`{
		const n = Number(/\\d+/.exec(document.getElementById('wordAsk').textContent)[0]);
		document.getElementById('word').value = document.querySelectorAll('#words li')[n - 1].textContent;
	}`);
	await shot(page, 'words');
	await keep('keepForm');
	await page.until("!document.getElementById('noChannel').hidden");
	assert.equal(await page.run("document.querySelectorAll('#words li').length"), 0);
	await shot(page, 'nochannel');
});

test('the channel is opened; nothing is paid before limits are agreed to', async () => {
	router('import', await page.run("document.querySelector('#noChannel .address').textContent"));
	await page.click('look');
	await page.until("document.getElementById('maxPrice').value");
	assert.equal(await page.shown(), 'open');
	await page.click('watch');
	await page.until("document.getElementById('alert').textContent.includes('Agree')");
	await page.fill('aheadAmount', '0.01');
	await page.submit('aheadForm');
	await page.until("document.getElementById('alert').textContent.includes('Agree')");
	assert.deepEqual(booked(), [0n, 0n]);
	await page.fill('maxPrice', 'x');
	await page.submit('agreeForm');
	await page.until("document.getElementById('alert').textContent.includes('not an amount')");
	await page.fill('maxPrice', '1');
	await page.fill('low', '25');
	await page.fill('step', '10');
	await page.submit('agreeForm');
	await page.until("document.getElementById('status').textContent === 'Signed.'");
});

test('pays ahead, and what it shows is what is', async () => {
	await page.fill('aheadAmount', '0.02');
	await page.submit('aheadForm');
	await page.until("document.getElementById('status').textContent.startsWith('Paid')");
	assert.deepEqual(booked(), [20000000000000000n, 0n]);
	router('pings');
	assert.match(await page.text('left'), /\b(20|19\.\d)\D+MB/);
	assert.equal(await page.run("document.querySelectorAll('#rows tr').length"), 1);
	assert.match(await page.text('rows'), /accepted/);
	await shot(page, 'open');
});

test('a second tab waits, and pays when the first is gone', async () => {
	const second = await browser.open(`${https}/wallet/`);

	await unlock(second);
	await second.until("document.getElementById('status').textContent.includes('Another tab')");
	assert.equal(await second.shown(), 'locked');
	await page.close();
	await second.until("!document.getElementById('open').hidden");
	await second.fill('aheadAmount', '0.01');
	await second.until("document.getElementById('left').textContent");
	await second.submit('aheadForm');
	await second.until("document.getElementById('status').textContent.startsWith('Paid')");
	assert.deepEqual(booked(), [30000000000000000n, 0n]);
	page = second;
});

test('watching pays when little is left', async () => {
	await page.click('watch');
	await page.until("document.getElementById('watch').getAttribute('aria-pressed') === 'true'");
	for (let i = 0; i < 30 && booked()[0] === 30000000000000000n; i++) {
		router('send', '2000');
		await new Promise((resolve) => { setTimeout(resolve, 500); });
	}
	await page.until("document.querySelectorAll('#rows tr').length > 2");
	assert.ok(booked()[0] >= 40000000000000000n);
	assert.equal(await page.text('alert'), '');
});

test('what is not used comes back, and watching ends with it', async () => {
	await page.click('refund');
	await page.until("document.getElementById('status').textContent.includes('came back')");
	assert.ok(booked()[1] > 0n);
	assert.equal(await page.run("document.getElementById('watch').getAttribute('aria-pressed')"), 'false');
	assert.match(await page.text('rows'), /Came back/);
});

test('receipts and key are given out, as a file and as text', async () => {
	await page.click('exportJson');
	await page.until("document.getElementById('savedText').value.includes('tokenswitch-wallet-receipts')");
	assert.match(await page.run("document.getElementById('saved').href"), /^blob:/);
	await page.fill('exportPass', 'wrong');
	await page.submit('exportForm');
	await page.until("document.getElementById('alert').textContent.includes('passphrase')");
	await page.fill('exportPass', PASS);
	await page.submit('exportForm');
	await page.until("document.getElementById('savedText').value.includes('aes-128-ctr')");
	assert.equal(JSON.parse(await page.run("document.getElementById('savedText').value")).version, 3);
});

test('languages: all texts, and the direction of the script', async () => {
	for (const [language, dir, title] of [['zh', 'ltr', '钱包'], ['es', 'ltr', 'Cartera'], ['ar', 'rtl', 'المحفظة'], ['en', 'ltr', 'Wallet']]) {
		await page.run(`{
			const select = document.getElementById('language');
			select.value = '${language}';
			select.dispatchEvent(new Event('change'));
		}`);
		assert.deepEqual(await page.run('[document.documentElement.lang, document.documentElement.dir, document.title]'),
			[language, dir, title]);
		await shot(page, `open-${language}`);
	}
});

test('no violation that axe finds, light and dark', async () => {
	const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

	await page.run(axe);
	for (const value of ['light', 'dark']) {
		await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
		for (const open of [false, true]) {
			await page.run(`for (const d of document.querySelectorAll('details')) d.open = ${open}`);
			const found = await page.run(`axe.run().then((r) => r.violations.map((v) =>
				v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))`);

			assert.deepEqual(found, [], value);
		}
		await shot(page, `open-${value}`);
	}
});

test('by keyboard alone: everything that can be used can be reached', async () => {
	const reached = new Set();

	await page.run('document.activeElement.blur()');
	for (let i = 0; i < 60; i++) {
		for (const type of ['keyDown', 'keyUp'])
			await page.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
		reached.add(await page.run("document.activeElement.id || document.activeElement.tagName + document.activeElement.textContent"));
	}
	const wanted = await page.run(`[...document.querySelectorAll('#language, #open :is(button, input, textarea, summary, a)')]
		.filter((e) => e.checkVisibility()).map((e) => e.id || e.tagName + e.textContent)`);

	assert.ok(wanted.length > 10);
	assert.deepEqual(wanted.filter((w) => !reached.has(w)), []);
});

test('locked: the key is gone until its passphrase comes again', async () => {
	await page.click('lock');
	await page.until("!document.getElementById('locked').hidden");
	assert.equal(await page.run("document.getElementById('savedText').value"), '');
	await page.fill('unlockPass', 'wrong');
	await page.submit('unlockForm');
	await page.until("document.getElementById('alert').textContent.includes('passphrase')");
	await unlock(page);
	await page.until("!document.getElementById('open').hidden");
});

test('it asked nobody but this box, and nothing was refused', () => {
	assert.ok(page.urls.length > 5);
	assert.deepEqual(page.urls.filter((u) => !u.startsWith(https) && !u.startsWith('data:') && !u.startsWith('blob:')), []);
	/* A refusal of the box and a request that is not answered are in the console, too. */
	assert.deepEqual(page.complaints.filter((c) => !/status of 40[34]|net::ERR_/.test(c)), []);
});
