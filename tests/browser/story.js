// SPDX-License-Identifier: GPL-2.0
// story.js - from a page that was wanted to a wallet that pays for it, and for an unbroken
// download that runs dry on the way.
import assert from 'node:assert/strict';
import { openSync, readSync, fstatSync, closeSync } from 'node:fs';
import test from 'node:test';
import { HTTP, HTTPS, PHONE, accessible, fits, isExact, kernel, session, shot, stayer } from './client.js';
import { router } from './router.js';

const PASS = 'a passphrase of the tests';
const BIG = 30000000;
const PIECE = 60000;
const STEP_WEI = 20000000000000000n;	/* 0.02 tokens: 20 MB */
const booked = () => router('paid').split(' ').map(BigInt);

let context;
let portal;
let wallet;
let download;

async function keep(form) {
	for (const field of await wallet.locator(`#${form} input[type=password]`).all())
		await field.fill(PASS);
	await wallet.locator(`#${form}`).getByRole('button', { name: 'Keep' }).click();
}

async function pay(amount) {
	await wallet.fill('#aheadAmount', amount);
	await wallet.click('#aheadForm button');
	await wallet.locator('#status', { hasText: /^Paid/ }).waitFor();
}

/* Each piece says where it is: nothing is missing, nothing came twice. */
function isWhole(path) {
	const file = openSync(path);
	const at = Buffer.alloc(8);

	assert.equal(fstatSync(file).size, BIG);
	for (let place = 0; place < BIG; place += PIECE) {
		readSync(file, at, 0, 8, place);
		assert.equal(at.readBigUInt64BE(), BigInt(place));
	}
	closeSync(file);
}

test('from the page that was wanted to the wallet by https', async () => {
	router('mac', '02:00:00:00:00:31');
	router('watch-server');
	context = await stayer();
	portal = await context.newPage();
	await portal.goto('http://shop.test/');
	assert.equal(portal.url(), HTTP);
	await portal.locator(`a[href="${HTTPS}"]`).first().click();
	await portal.waitForURL(HTTPS);
	const link = portal.locator(`a[href="${HTTPS}wallet/"]`);

	await link.waitFor();
	wallet = await context.newPage();
	await wallet.goto(await link.getAttribute('href'));
	await wallet.locator('#noKey').waitFor();
	/* A link to look at the page again is no wallet. */
	await accessible(wallet, 'no key');
});

test('makes a wallet: words, a passphrase, an address', async () => {
	await wallet.locator('#noKey details summary').first().click();
	await wallet.click('#makeForm button');
	await wallet.locator('#words li').nth(11).waitFor();
	const words = await wallet.locator('#words li').allInnerTexts();
	const n = Number(/\d+/.exec(await wallet.locator('#wordAsk').innerText())[0]);

	await wallet.fill('#word', words[n - 1]);
	await accessible(wallet, 'words');
	await shot(wallet, 'wallet-words');
	await keep('keepForm');
	await wallet.locator('#noChannel').waitFor();
	await accessible(wallet, 'no channel');
	await shot(wallet, 'wallet-no-channel');
});

test('has a channel, agrees to limits, pays; until then nothing was upstream', async () => {
	router('import', await wallet.locator('#noChannel .address').innerText());
	await wallet.click('#look');
	await wallet.locator('#open').waitFor();
	await wallet.fill('#maxPrice', '1');
	await wallet.click('#agreeForm button');
	await wallet.locator('#status', { hasText: 'Signed.' }).waitFor();
	assert.equal(router('seen', '6'), '0');
	assert.equal((await session()).state, 'never-paid');
	router('watch');
	router('watch-server');
	await pay('0.02');
	assert.deepEqual(booked(), [STEP_WEI, 0n]);
	await portal.locator('#state[data-state=paid]').waitFor();
	await accessible(portal, 'paid');
	await accessible(wallet, 'open');
	await shot(wallet, 'wallet-open');
});

test('the page that was wanted is there', async () => {
	const page = await context.newPage();

	await page.goto('http://shop.test/');
	assert.equal(await page.title(), 'Shop');
	assert.equal((await session()).state, 'paid');
	const begun = page.waitForEvent('download');

	await page.click('a');
	download = await begun;
});

test('the download runs dry, and that is told', async () => {
	await portal.bringToFront();
	await portal.waitForTimeout(1500);
	await shot(portal, 'paid');
	await portal.locator('#state[data-state=dry]').waitFor();
	assert.match(await portal.locator('#state').innerText(), /^Used up/);
	assert.match(await portal.locator('#bytes').innerText(), /^\d+ B$|^\d+\.\d+ kB$/);
	assert.ok(await portal.locator('#plot rect:not([height="0"])').count() > 0);
	await accessible(portal, 'dry');
	await shot(portal, 'dry');
	await wallet.bringToFront();
	await wallet.locator('#dry').waitFor({ timeout: 20000 });
	await accessible(wallet, 'dry wallet');
	await shot(wallet, 'wallet-dry');
	const { account, tariff } = await session();
	const { charged, granted } = kernel(account.id);
	const dearest = BigInt(tariff.prices.internet.down.units_per_byte);

	/* Not one byte more; and less than the largest super-packet, which passes whole or not. */
	assert.equal(granted, STEP_WEI >> BigInt(tariff.unit_shift));
	assert.ok(charged <= granted && granted - charged < 66000n * dearest, `${charged} of ${granted}`);
	assert.equal(router('upstream').split('begin /big').length, 2);
	assert.ok(!router('upstream').includes('end /big'));
});

test('tops up, and the same download goes on to its end', async () => {
	await pay('0.02');
	assert.deepEqual(booked(), [2n * STEP_WEI, 0n]);
	await portal.locator('#state[data-state=paid]').waitFor();
	const path = await download.path();

	assert.equal(await download.failure(), null);
	isWhole(path);
	assert.equal(router('upstream').split('begin /big').length, 2);
	assert.match(router('upstream'), new RegExp(`end /big/${BIG}/\\d+ ${BIG}`));
});

test('what both far sides got is what the kernel counted and the wallet is charged', async () => {
	await portal.waitForTimeout(300);
	const now = await session();
	const { up, down } = kernel(now.account.id);

	assert.deepEqual([Number(router('seen', '5')), Number(router('seen', '6'))], [down, up]);
	await isExact();
	assert.equal(BigInt(now.attached_wei), 2n * STEP_WEI);
});

test('where downloads are blocked what would be saved is there to be copied', async () => {
	const devtools = await context.newCDPSession(wallet);

	await devtools.send('Page.setDownloadBehavior', { behavior: 'deny' });
	await wallet.locator('#receipts summary').click();
	await wallet.click('#exportJson');
	await wallet.click('#saved');
	const { channel, receipts } = JSON.parse(await wallet.locator('#savedText').inputValue());

	assert.equal(receipts.length, 2);
	assert.equal(BigInt(channel.partner_proof.transferred_wei), 2n * STEP_WEI);
	await wallet.locator('#receipts summary').click();
});

test('the wallet at the size of a phone, dark, and from right to left', async () => {
	await wallet.setViewportSize(PHONE.viewport);
	for (const [language, colorScheme] of [['en', 'dark'], ['ar', 'light'], ['zh', 'dark'], ['es', 'light']]) {
		await wallet.emulateMedia({ colorScheme });
		await wallet.selectOption('#language', language);
		await accessible(wallet, language);
		await fits(wallet, `wallet ${language}`);
		await shot(wallet, `wallet-phone-${language}-${colorScheme}`);
	}
	assert.deepEqual(context.complaints.filter((c) => !/net::ERR_|status of 40[34]/.test(c)), []);
	await context.close();
});
