// SPDX-License-Identifier: GPL-2.0
// The modules of the page against tsd, over its HTTP interface; see box.sh.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import test from 'node:test';
import { Box } from '../src/box.js';
import { balanceWei, outstanding } from '../src/channel.js';
import { NotDelivered } from '../src/courier.js';
import { Key } from '../src/key.js';
import { Payer, watch } from '../src/payer.js';
import { Purse } from '../src/purse.js';
import { exportJson } from '../src/receipt.js';
import { Overtaken } from '../src/store.js';
import { sameText } from '../src/address.js';
import { makeWords, wordsToSecret } from '../src/words.js';
import { router } from './router.js';
import { CHEAP, IDBFactory, TERMS, TOKEN, newStore } from './scene.js';

const { BOX, W } = process.env;
const MB = 1000000n;
const MB10 = TOKEN / 100n;	/* at one token for a GB */
const nap = (ms) => new Promise((resolve) => { setTimeout(resolve, ms / 10); });
const box = new Box(BOX);
const words = makeWords(12);
const factory = new IDBFactory();
let key;
let payer;

/* What tsd has booked, and the kernel's gate follows. */
const booked = () => router('paid').split(' ').map(BigInt);

async function identity() {
	const info = await box.info();

	return { chain_id: BigInt(info.chain_id), tokens_network: sameText(info.tokens_network),
		token: sameText(info.tokens[0].address), box: sameText(info.address) };
}

async function newPayer(store, terms = TERMS, wish = { low_bytes: 5n * MB, step_bytes: 10n * MB }) {
	const { token } = await identity();
	const purse = await Purse.open(store, await box.channel(key.address, token));

	if (terms)
		await purse.agree(key, terms, wish);
	const made = new Payer({ box, purse, key, nowMs: Date.now, nap });

	await made.begin();
	return made;
}

/* Some traffic of the client. */
async function send(bytes) {
	const socket = createSocket('udp4');
	const frame = Buffer.alloc(1200);

	for (let n = 0; n < bytes; n += 1242)
		await new Promise((resolve) => { socket.send(frame, 9, '10.66.2.2', resolve); });
	socket.close();
}

async function until(ask) {
	for (let i = 0; i < 100; i++) {
		if (await ask())
			return true;
		await new Promise((resolve) => { setTimeout(resolve, 100); });
	}
	return false;
}

test('a wallet from its words has no channel until one is opened for it', async () => {
	const channel = await identity();

	key = new Key(await wordsToSecret(words, channel));
	assert.equal(await box.channel(key.address, channel.token), null);
	router('import', key.address);
	const seen = await box.channel(key.address, channel.token);

	assert.equal(seen.our_deposit_wei, 1000n * TOKEN);
	assert.ok(seen.usable);
});

test('pays ahead, is credited, and its packets pass', async () => {
	assert.throws(() => router('pings'));
	payer = await newPayer(await newStore(factory));
	const session = await payer.payAhead(MB10);

	assert.equal(session.state, 'paid');
	assert.equal(session.attached_wei, MB10);
	assert.equal(session.remaining_bytes / MB, 10n);
	assert.deepEqual(booked(), [MB10, 0n]);
	router('pings');
});

test('a lost Ack: the same bytes again, credited once', async () => {
	const whole = globalThis.fetch;
	const bodies = [];
	let losses = 2;

	globalThis.fetch = async (url, options) => {
		const response = await whole(url, options);

		if (!String(url).endsWith('/v1/pay'))
			return response;
		bodies.push(Buffer.from(options.body).toString('hex'));
		if (losses-- > 0)
			throw new TypeError('the connection was lost');
		return response;
	};
	try {
		await payer.payAhead(MB10);
	} finally {
		globalThis.fetch = whole;
	}
	assert.equal(bodies.length, 3);
	assert.equal(new Set(bodies).size, 1);
	assert.deepEqual(booked(), [2n * MB10, 0n]);
});

test('two tabs: the second is refused, and nothing of it leaves', async () => {
	const other = await newPayer(await newStore(factory), null);

	await payer.payAhead(MB10);
	await assert.rejects(other.payAhead(2n * MB10), Overtaken);
	assert.deepEqual(booked(), [3n * MB10, 0n]);
});

test('tsd killed under a payment: it is kept, and arrives when tsd is back', async () => {
	router('kill');
	await assert.rejects(payer.payAhead(MB10), (e) => e instanceof NotDelivered || e.status === 0);
	/* The box was asked before anything was signed; as if it had died right after. */
	const session = { code: (payer.purse.state.code), tariff_id: 1, wei_per_gb: TOKEN };

	if (!outstanding(payer.purse.state))
		await payer.purse.pay(key, MB10, session, Date.now());
	const { datagram } = outstanding(payer.purse.state);

	router('start');
	payer = await newPayer(await newStore(factory), null);
	assert.equal(outstanding(payer.purse.state), undefined);
	assert.equal(payer.purse.state.outbox.at(-1).datagram, datagram);
	assert.deepEqual(booked(), [4n * MB10, 0n]);
});

test('a wallet that has lost all but its words goes on', async () => {
	const again = await newPayer(await newStore());

	assert.ok(again.purse.state.restored);
	assert.equal(again.purse.state.ours.nonce, payer.purse.state.ours.nonce);
	assert.equal(again.purse.state.ours.transferred_wei, 4n * MB10);
	await again.payAhead(MB10);
	assert.deepEqual(booked(), [5n * MB10, 0n]);
	/* The first one finds out, and goes on from there. */
	await assert.rejects(payer.payAhead(2n * MB10), NotDelivered);
	await payer.payAhead(MB10);
	assert.deepEqual(booked(), [6n * MB10, 0n]);
});

test('watching keeps the client above its mark', async () => {
	const end = new AbortController();
	const before = payer.purse.state.ours.transferred_wei;
	const answers = [];
	const watching = watch(payer, end.signal, (s) => { answers.push(s.answer ?? s.error); });
	let left;

	for (let i = 0; i < 20 && payer.purse.state.ours.transferred_wei === before; i++)
		await send(4000000);
	assert.ok(await until(async () => {
		left = (await box.session()).remaining_bytes;
		return left >= 5n * MB && payer.purse.state.ours.transferred_wei > before;
	}), `${left} bytes left`);
	end.abort();
	await watching;
	assert.ok(answers.includes('pay'), JSON.stringify(answers.map(String)));
	router('pings');
});

test('what is not used comes back, and is the wallet\'s again', async () => {
	const [paid] = booked();
	const before = payer.purse.state.theirs.transferred_wei;
	const wei = await payer.refund();

	assert.ok(wei > 0n && wei < paid);
	assert.equal(payer.purse.state.theirs.transferred_wei - before, wei);
	assert.deepEqual(booked(), [paid, wei]);
	assert.equal(balanceWei(payer.purse.state), 1000n * TOKEN - paid + wei);
	assert.equal((await box.session()).unspent_wei, 0n);
	assert.ok(await until(async () => {
		try {
			router('pings');
			return false;
		} catch {
			return true;
		}
	}), 'and nothing passes any more');
	assert.equal(await payer.refund(), 0n);
});

test('a dearer tariff than was agreed to is not paid', async () => {
	const [paid] = booked();

	router('price', '2');
	assert.ok(await until(async () => (await box.session()).wei_per_gb === 2n * TOKEN));
	assert.equal((await payer.step()).answer, 'too_dear');
	await assert.rejects(payer.payAhead(MB10), (e) => e.reason === 'too_dear');
	assert.equal(booked()[0], paid);
	router('price', '1');
	assert.ok(await until(async () => (await box.session()).wei_per_gb === TOKEN));
	await payer.payAhead(MB10);
	assert.equal(booked()[0], paid + MB10);
});

test('another station of the wallet takes along what was paid', async () => {
	const { code } = payer.purse.state;

	router('mac', '02:00:00:00:00:77');
	assert.ok(await until(async () => (await box.session()).code !== code));
	assert.equal((await box.session()).unspent_wei, 0n);
	const session = await payer.attach(code);

	assert.notEqual(session.code, code);
	assert.equal(session.unspent_wei, MB10);
});

test('keys go to tspay and come back', async () => {
	writeFileSync(`${W}/pass2`, 'another passphrase', { mode: 0o600 });
	writeFileSync(`${W}/keystore`, await key.seal('another passphrase', null, CHEAP));
	assert.equal(router('tspay-import', `${W}/keystore`, `${W}/pass2`), key.address);
	router('tspay-export', `${W}/keystore2`, `${W}/pass2`);
	const back = await Key.open(readFileSync(`${W}/keystore2`, 'utf8'), 'another passphrase');

	assert.equal(back.address, key.address);
});

test('the receipts add up to what tsd has booked', async () => {
	const receipts = await payer.purse.receipts();
	const sum = (kind) => receipts.filter((r) => r.kind === kind && r.state !== 'replaced')
		.reduce((n, r) => n + r.amount_wei, 0n);
	const [paid, refunded] = booked();

	/* MB10 was paid by the wallet that had lost its past. */
	assert.equal(sum('payment') + MB10, paid);
	assert.equal(sum('received'), refunded);
	/* The channel of the export is one that TokenSwitch's other programs take. */
	const { channel } = JSON.parse(exportJson(payer.purse.state, receipts));

	assert.equal(channel.partner_proof.transferred_wei, paid.toString());
	writeFileSync(`${W}/exported`, JSON.stringify(channel));
	router('import-file', `${W}/exported`);
	channel.partner_proof.transferred_wei += '0';
	writeFileSync(`${W}/exported`, JSON.stringify(channel));
	assert.throws(() => router('import-file', `${W}/exported`));
});
