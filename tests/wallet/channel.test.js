// SPDX-License-Identifier: GPL-2.0
// The steps of a channel, and every way to break one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { unhex } from '../src/bytes.js';
import { Refused, ackStep, adoptStep, balanceWei, beginChannel, netWei, outstanding, payStep, readChannel,
	seeChannel, takeStep } from '../src/channel.js';
import { Key } from '../src/key.js';
import { decode, signTransfer } from '../src/message.js';
import { printMemo } from '../src/memo.js';
import { CODE, FakeBox, TOKEN, boxKey, walletKey } from './scene.js';

const reason = (word) => (e) => e instanceof Refused && e.reason === word;
const MEMO = printMemo(CODE, 1);
const begin = (box = new FakeBox()) => beginChannel(readChannel(box.describe()));
const pay = (state, wei, key = walletKey()) => payStep(state, key, wei, MEMO, CODE);

function transfer(state, change = {}, key = boxKey()) {
	return signTransfer({ nonce: state.theirs.nonce + 1n, transferred_wei: state.theirs.transferred_wei + 1n,
		locksroot: state.theirs.locksroot, ...change }, { ...state, ...change }, new Uint8Array(0), key).datagram;
}

test('nonce and amount only grow, one at a time', () => {
	const first = pay(begin(), 5n);
	const message = decode(unhex(outstanding(first).datagram));

	assert.equal(message.proof.nonce, 1n);
	assert.equal(message.proof.transferred_wei, 5n);
	assert.equal(String.fromCharCode(...message.data), `ts1:${CODE}:1`);
	assert.equal(String.fromCharCode(...printMemo(CODE, 1, (1n << 92n) - 1n)),
		`ts1:${CODE}:1:4951760157141521099596496895`);
	assert.deepEqual(printMemo(CODE, 1, 1n << 92n), MEMO);
	assert.throws(() => pay(first, 1n), reason('not_arrived'));
	const second = pay(ackStep(first, 1n), 2n);

	assert.equal(outstanding(second).nonce, 2n);
	assert.equal(outstanding(second).transferred_wei, 7n);
	assert.equal(netWei(second), 7n);
	assert.equal(balanceWei(second), 1000n * TOKEN - 7n);
	assert.equal(first.ours.nonce, 1n, 'the old state is as it was');
});

test('what may not be paid', () => {
	const state = begin();

	for (const [word, wei] of [['amount_not_growing', 0n], ['amount_not_growing', -1n],
		['over_balance', 1000n * TOKEN + 1n]])
		assert.throws(() => pay(state, wei), reason(word));
	assert.equal(balanceWei(pay(state, 1000n * TOKEN)), 0n);
	assert.throws(() => pay(state, 1n, boxKey()), reason('wrong_key'));
	assert.throws(() => payStep(state, walletKey(), 1n, MEMO, 'short'), reason('bad_code'));
	assert.throws(() => pay({ ...state, ours: { ...state.ours, nonce: (1n << 64n) - 1n } }, 1n),
		reason('nonce_exhausted'));
	const wide = { ...state, our_deposit_wei: (1n << 128n) - 1n, theirs: { ...state.theirs, transferred_wei: 9n },
		ours: { ...state.ours, transferred_wei: (1n << 128n) - 1n } };

	assert.throws(() => pay(wide, 1n), reason('amount_too_large'));
	const wiped = walletKey();

	wiped.wipe();
	assert.throws(() => pay(state, 1n, wiped), /locked/);
});

test('what was acked is kept until there is no room (M9)', () => {
	let state = begin();

	for (let i = 1n; i <= 20n; i++)
		state = ackStep(pay(state, 1n), i);
	assert.equal(state.outbox.length, 16);
	assert.equal(state.outbox[0].nonce, 5n);
});

test('a transfer of the box is taken once, and comes back to the balance', () => {
	const state = ackStep(pay(begin(), 100n), 1n);
	const datagram = transfer(state, { transferred_wei: 60n });
	const next = takeStep(state, datagram);

	assert.equal(balanceWei(next), 1000n * TOKEN - 40n);
	assert.equal(netWei(next), 40n);
	assert.equal(takeStep(next, datagram), next, 'again: nothing changes');
});

test('what is not taken from the box', () => {
	const state = ackStep(pay(begin(), 100n), 1n);
	const good = takeStep(state, transfer(state, { transferred_wei: 10n }));
	const cases = [
		['nonce_replayed', good, transfer(good, { nonce: 1n, transferred_wei: 20n })],
		['nonce_gap', good, transfer(good, { nonce: 3n })],
		['amount_not_growing', good, transfer(good, { transferred_wei: 10n })],
		['amount_not_growing', good, transfer(good, { transferred_wei: 9n })],
		['over_balance', good, transfer(good, { transferred_wei: 101n })],
		['wrong_locksroot', good, transfer(good, { locksroot: `0x${'11'.repeat(32)}` })],
		['wrong_open_block', good, transfer(good, { open_block_number: 78n })],
		['unknown_channel', good, transfer(good, { channel_identifier: `0x${'11'.repeat(32)}` })],
		['not_partner', good, transfer(good, {}, walletKey())],
		['not_partner', good, transfer(good, { chain_id: 3n })],
		['wrong_message', good, Uint8Array.of(0, 0, 0, 0)],
		['wrong_message', good, new Uint8Array(0)],
	];

	for (const [word, from, datagram] of cases)
		assert.throws(() => takeStep(from, datagram), reason(word), word);
	assert.equal(takeStep(good, transfer(good, { transferred_wei: 100n })).theirs.transferred_wei, 100n);
});

test('without its past a wallet goes on from a gap, and from our own signature alone', () => {
	const box = new FakeBox();

	box.theirs = { ...box.theirs, nonce: 3n, transferred_wei: 50n };
	const lost = begin(box);

	assert.ok(lost.restored);
	assert.ok(!begin().restored);
	const at = (nonce, wei, key = walletKey()) => {
		const { proof } = signTransfer({ nonce, transferred_wei: wei, locksroot: lost.ours.locksroot }, lost,
			new Uint8Array(0), key);

		return { ...proof, nonce: Number(nonce), transferred_wei: wei.toString() };
	};
	const found = adoptStep(lost, at(3n, 50n));

	assert.equal(found.ours.transferred_wei, 50n);
	assert.equal(outstanding(pay(found, 1n)).nonce, 4n);
	assert.equal(takeStep(found, transfer(found, { nonce: 4n, transferred_wei: 20n })).theirs.nonce, 4n);
	for (const [word, last] of [['not_ours', at(3n, 50n, boxKey())], ['not_ours', { ...at(3n, 50n), transferred_wei: '51' }],
		['not_ours', { ...at(3n, 50n), nonce: 9 }], ['bad_proof', undefined], ['bad_proof', { ...at(3n, 50n), nonce: -1 }],
		['bad_proof', { ...at(3n, 50n), signature: '0x' }], ['wrong_locksroot', { ...at(3n, 50n), locksroot: `0x${'11'.repeat(32)}` }]])
		assert.throws(() => adoptStep(lost, last), reason(word), word);
	assert.throws(() => adoptStep(found, at(2n, 40n)), reason('not_newer'));
	assert.throws(() => adoptStep(found, at(3n, 50n)), reason('not_newer'));
});

test('two wallets with one key: what the box has is gone on from', () => {
	const mine = pay(begin(), 5n);
	const other = pay(begin(), 7n);
	const last = { ...other.ours, nonce: 1, transferred_wei: '7' };
	const next = adoptStep(mine, last);

	assert.equal(outstanding(next), undefined);
	assert.equal(outstanding(pay(next, 1n)).transferred_wei, 8n);
});

test('what a box says of the channel: it may raise a deposit and nothing else', () => {
	const box = new FakeBox();
	const state = begin(box);

	box.deposit_wei = 2000n * TOKEN;
	assert.equal(seeChannel(state, readChannel(box.describe())).our_deposit_wei, 2000n * TOKEN);
	box.deposit_wei = 1n;
	assert.equal(seeChannel(state, readChannel(box.describe())).our_deposit_wei, 1000n * TOKEN);
	for (const change of [{ decimals: 6 }, { chain_id: '1' }, { open_block_number: 78 },
		{ token: box.key.address }, { tokens_network: box.key.address }, { partner_address: `0x${'44'.repeat(20)}` }])
		assert.throws(() => seeChannel(state, readChannel({ ...box.describe(), ...change })),
			reason('another_channel'), JSON.stringify(change));
});

test('a channel object that cannot be is refused', () => {
	const good = new FakeBox().describe();

	for (const change of [{ chain_id: 'x' }, { chain_id: '0' }, { chain_id: -1 }, { open_block_number: 0 },
		{ open_block_number: 1.5 }, { address: '0x12' }, { address: good.partner_address }, { token: null },
		{ decimals: 37 }, { decimals: '18' }, { partner_deposit_wei: (1n << 128n).toString() },
		{ partner_deposit_wei: '01' }, { settle_timeout: 2700001 }, { nonce: 2 ** 60 }])
		assert.throws(() => readChannel({ ...good, ...change }), Refused, JSON.stringify(change));
	assert.ok(!readChannel({ ...good, state: 'closed' }).usable);
	for (const flag of ['frozen', 'leaving', 'restored'])
		assert.ok(!readChannel({ ...good, [flag]: true }).usable, flag);
	assert.equal(readChannel({ ...good, symbol: 'S\u202eM\u0007T'.padEnd(40, 'x') }).channel.symbol, 'SMTxxxxxxxxxxxx');
});

test('a key that is not the wallet\'s signs nothing', () => {
	assert.throws(() => pay(begin(), 1n, new Key(new Uint8Array(32).fill(7))), reason('wrong_key'));
});
