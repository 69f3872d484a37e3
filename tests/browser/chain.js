// SPDX-License-Identifier: GPL-2.0
// chain.js - from nothing to a channel, over the box alone: the wallet is funded, and signs;
// the box carries, lies, and does not reach its node; the page is closed at each step.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { HTTPS, PHONE, accessible, begin, end, fits, session, shot, stayer, until } from './client.js';
import { router } from './router.js';

const PASS = 'a passphrase of the tests';
const TOKEN = 10n ** 18n;
const [network, token, calling, smt] = router('contracts').split(' ');

let context;
let page;
let address;

await begin();
after(end);

/* NONCE AMOUNT DEPOSIT of the wallet, as the chain has it. */
const purse = () => router('purse', address).split(' ').map(BigInt);
const state = (text) => page.locator('#depositState', { hasText: text }).waitFor({ timeout: 30000 }).catch(async () =>
	assert.fail(`${text}: ${await page.locator('#depositState').innerText()} ${await page.locator('#chainNote').innerText()}`));
/* Without what keeps a word in its direction. */
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '');
const alert = (text) => page.locator('#alert', { hasText: text }).waitFor();

async function keep(form) {
	for (const field of await page.locator(`#${form} input[type=password]`).all())
		await field.fill(PASS);
	await page.locator(`#${form}`).getByRole('button', { name: 'Keep' }).click();
}

/* The tab is closed; whoever comes back has what is in the browser, and a passphrase. */
async function again() {
	await page.close();
	page = await context.newPage();
	await page.goto(`${HTTPS}wallet/`);
	await page.locator('#locked').waitFor();
	await page.fill('#unlockPass', PASS);
	await page.click('#unlockForm button');
	await page.locator('#chain').waitFor();
}

async function review(amount) {
	await page.fill('#depositAmount', amount);
	await page.click('#depositForm button');
}

/* @token: its place in the list of those that the box takes */
async function makeKey(token) {
	await page.locator('#noKey').waitFor();
	await page.selectOption('#token', token);
	await page.locator('#noKey details summary').first().click();
	await page.click('#makeForm button');
	await page.locator('#words li').nth(11).waitFor();
	const words = await page.locator('#words li').allInnerTexts();
	const n = Number(/\d+/.exec(await page.locator('#wordAsk').innerText())[0]);

	await page.fill('#word', words[n - 1]);
	await keep('keepForm');
	await page.locator('#noChannel').waitFor();
}

/* What the box says of the chain is changed on its way; gives what undoes that. */
async function lying(change) {
	await page.route('**/v1/chain?*', async (route) => {
		const response = await route.fetch();

		await route.fulfill({ response, json: { ...await response.json(), ...change } });
	});
	return () => page.unroute('**/v1/chain?*');
}

test('a wallet is made, and shows where to send what', async () => {
	router('mac', '02:00:00:00:00:41');
	router('watch-server');
	context = await stayer();
	page = await context.newPage();
	await page.goto(`${HTTPS}wallet/`);
	await makeKey('0');
	await page.locator('#coins', { hasText: /^0$/ }).waitFor();
	address = await page.locator('#noChannel .address').innerText();
	await review('5');
	await alert('not that much');
	await accessible(page, 'nothing there');
	await shot(page, 'deposit-nothing');
});

test('what was sent to it is seen', async () => {
	router('fund', address, String(TOKEN), String(100n * TOKEN));
	await page.locator('#outside', { hasText: '100 MESH' }).waitFor({ timeout: 15000 });
	assert.equal(await page.locator('#coins').innerText(), '1');
});

test('a box that lies gets no signature', async () => {
	const before = purse();

	for (const [change, said] of [
		[{ gas_price_wei: '201000000000' }, 'gas price'], [{ gas_price_wei: '9'.repeat(70) }, 'gas price'],
		[{ tokens_network: token }, 'another chain, contract'], [{ token: network }, 'another chain, contract'],
		[{ chain_id: '1' }, 'another chain, contract'], [{ settle_timeout: 2000000 }, 'take too long'],
		[{ channel: { state: 'closed' } }, 'closed'],
	]) {
		const honest = await lying(change);

		await review('5');
		await alert(said);
		assert.ok(await page.locator('#signRow').isHidden(), JSON.stringify(change));
		await honest();
		await page.waitForTimeout(1000);
	}
	assert.deepEqual(purse(), before);
	assert.equal(await page.evaluate(async () => {
		const request = indexedDB.open('tokenswitch-wallet');
		const db = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
		const all = db.transaction('deposits').objectStore('deposits').count();

		return new Promise((resolve) => { all.onsuccess = () => { db.close(); resolve(all.result); }; });
	}), 0);
});

test('what is signed is shown before; then it is on its way', async () => {
	router('hold');
	await page.reload();
	await page.locator('#locked').waitFor();
	await page.fill('#unlockPass', PASS);
	await page.click('#unlockForm button');
	await page.locator('#outside', { hasText: '100 MESH' }).waitFor({ timeout: 15000 });
	await review('5');
	await page.locator('#reviewText', { hasText: '5 MESH' }).waitFor();
	const said = plain(await page.locator('#reviewText').innerText()).toLowerCase();

	for (const part of [network, token, router('box'), '0.0108 coins'])
		assert.ok(said.includes(part), `${part}: ${said}`);
	await accessible(page, 'review');
	await shot(page, 'deposit-review');
	await page.click('#sign');
	await state(/1\/2.*sent, in no block yet/);
	await accessible(page, 'sent');
});

test('closed at each step it goes on, and is one deposit', async () => {
	await again();
	await state(/1\/2.*sent, in no block yet/);
	assert.equal(purse()[0], 1n);
	/* At a higher price, in the place of the one that waits. */
	await page.click('#dearer');
	await page.locator('#signRow').waitFor();
	assert.match(plain(await page.locator('#reviewText').innerText()), /Fee: at most 0\.0121500000006 coins/);
	await accessible(page, 'a higher fee');
	await shot(page, 'deposit-dearer');
	await page.click('#sign');
	await state(/1\/2.*sent, in no block yet/);
	router('mine', '1');
	await state(/2\/2.*sent, in no block yet/);
	assert.equal(purse()[0], 2n);
	await shot(page, 'deposit-second');
	await again();
	await state(/2\/2.*sent, in no block yet/);
	router('mine', '1');
	await state(/2\/2.*5 MESH.*in block \D*\d+\D*, \D*[01]\D* of \D*3\D* confirmations/);
	assert.deepEqual(purse(), [3n, 95n * TOKEN, 5n * TOKEN]);
	await again();
	await state(/2\/2.*in block/);
	router('mine', '1');
	await state(/[12]\D* of \D*3\D* confirmations/);
	await accessible(page, 'confirmations');
	await shot(page, 'deposit-confirmations');
	router('mine', '2');
	await page.locator('#open').waitFor({ timeout: 30000 });
	await page.locator('#status', { hasText: 'The deposit is in the channel' }).waitFor({ timeout: 30000 });
	assert.match(await page.locator('#inChannel').innerText(), /5 MESH/);
	assert.deepEqual(purse(), [3n, 95n * TOKEN, 5n * TOKEN]);
	assert.equal(router('seen'), '0', 'nothing of this went upstream');
	router('let');
});

test('it pays, and the page that was wanted is there', async () => {
	await page.fill('#maxPrice', '1');
	await page.click('#agreeForm button');
	await page.locator('#status', { hasText: 'Signed.' }).waitFor();
	await page.fill('#aheadAmount', '0.02');
	await page.click('#aheadForm button');
	await page.locator('#status', { hasText: /^Paid/ }).waitFor();
	const shop = await context.newPage();

	await shop.goto('http://shop.test/');
	assert.equal(await shop.title(), 'Shop');
	assert.equal((await session()).state, 'paid');
	await shop.close();
});

test('more is deposited into the open channel', async () => {
	await page.bringToFront();
	await page.locator('#depositForm').waitFor({ timeout: 15000 });
	await review('2');
	await page.locator('#reviewText', { hasText: '2 MESH' }).waitFor();
	await accessible(page, 'top up');
	await shot(page, 'deposit-more');
	await page.click('#sign');
	await state(/2\/2.*in block/);
	await page.reload();
	await page.locator('#locked').waitFor();
	await page.fill('#unlockPass', PASS);
	await page.click('#unlockForm button');
	await state(/2\/2.*in block/);
	router('mine', '3');
	await page.locator('#inChannel', { hasText: '6.98 MESH' }).waitFor({ timeout: 30000 });
	await page.locator('#depositState').waitFor({ state: 'hidden' });
	assert.deepEqual(purse(), [5n, 93n * TOKEN, 7n * TOKEN]);
});

test('the node does not answer: the page says so, and all else goes on', async () => {
	let served = 0;

	router('stall');
	try {
		await page.locator('#chainNote', { hasText: 'does not reach the chain' }).waitFor({ timeout: 40000 });
		await accessible(page, 'no chain');
		const asked = page.evaluate(() => fetch('/v1/chain?address=0x1111111111111111111111111111111111111111').then((r) => r.status));

		/* None of these waits the eight seconds of the one that waits. */
		for (let i = 0; i < 20; i++)
			served += (await session()).state === 'paid';
		assert.equal(await Promise.race([asked, 'it waits still']), 'it waits still');
		assert.equal(served, 20);
		await page.fill('#aheadAmount', '0.01');
		await page.click('#aheadForm button');
		await page.locator('#status', { hasText: /^Paid/ }).waitFor();
		assert.equal(await asked, 503);
	} finally {
		router('resume');
	}
	await page.locator('#chainNote').waitFor({ state: 'hidden', timeout: 40000 });
});

test('what is no deposit is not carried, and not often', async () => {
	/* A deposit on another chain, and no transaction at all, again and again. */
	const { transactions } = JSON.parse(readFileSync(new URL('transactions.json', import.meta.url), 'utf8'));
	const said = await page.evaluate(async (raw) => {
		const all = [];
		const elsewhere = Uint8Array.from(raw.slice(2).match(/../g), (b) => parseInt(b, 16));

		for (let i = 0; i < 12; i++) {
			const response = await fetch('/v1/chain/send', { method: 'POST', body: i ? new Uint8Array(100) : elsewhere,
				headers: { 'Content-Type': 'application/octet-stream' } });

			all.push((await response.json()).error);
		}
		return all;
	}, transactions[0].raw);

	assert.deepEqual(said.slice(0, 2), ['wrong_chain', 'bad_transaction']);
	assert.equal(said.at(-1), 'busy');
});

for (const [place, contract, at, symbol, paid] of [['1', 'erc223', calling, 'CALL', /fee: at most [\d.]+ coins\.$/],
	['2', 'smt', smt, 'SMT', /it is paid in coins of the chain\.$/]])
	test(`a token that is paid in otherwise, by one transaction: ${symbol}`, async () => {
		const other = await stayer();
		const first = page;

		page = await other.newPage();
		await page.goto(`${HTTPS}wallet/`);
		await makeKey(place);
		const wallet = await page.locator('#noChannel .address').innerText();

		router('fund', wallet, String(9n * TOKEN), String(contract === 'smt' ? 0n : 9n * TOKEN), contract);
		await page.locator('#outside', { hasText: `9 ${symbol}` }).waitFor({ timeout: 15000 });
		await review('4');
		await page.locator('#signRow').waitFor();
		const said = plain(await page.locator('#reviewText').innerText()).toLowerCase();

		assert.ok(said.includes(at) && said.includes(network), said);
		assert.match(said, paid);
		await page.click('#sign');
		await state(/1\/1.*in block/);
		router('mine', '4');
		await page.locator('#status', { hasText: 'The deposit is in the channel' }).waitFor({ timeout: 30000 });
		assert.match(await page.locator('#inChannel').innerText(), new RegExp(`4 ${symbol}`));
		assert.deepEqual(router('purse', wallet, contract).split(' ').map(BigInt),
			[2n, contract === 'smt' ? 0n : 5n * TOKEN, 4n * TOKEN]);
		await other.close();
		page = first;
	});

test('at the size of a phone, dark, in each language', async () => {
	await page.setViewportSize(PHONE.viewport);
	await until(async () => !await page.locator('#depositForm').isHidden(), 'the form is there');
	await page.waitForTimeout(11000);
	await review('1');
	await page.locator('#reviewText').waitFor();
	for (const [language, colorScheme] of [['en', 'dark'], ['ar', 'light'], ['zh', 'dark'], ['es', 'light']]) {
		await page.emulateMedia({ colorScheme });
		await page.selectOption('#language', language);
		await accessible(page, language);
		await fits(page, `deposit ${language}`);
		await shot(page, `deposit-phone-${language}-${colorScheme}`);
	}
	assert.deepEqual(context.complaints.filter((c) => !/net::ERR_|status of (40[0349]|429|503)/.test(c)), []);
	assert.deepEqual([...new Set(context.asked.map((url) => new URL(url).origin))].filter((o) => o !== 'null').sort(),
		['http://shop.test', 'https://portal.test']);
	await context.close();
});
