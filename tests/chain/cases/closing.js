// SPDX-License-Identifier: GPL-2.0
// One side closes, the other shows the newer proof, both get what they are owed.
'use strict';

const assert = require('assert');
const { ZERO } = require('../network.js');
const { Channel, SETTLE_TIMEOUT } = require('../channel.js');
const { digests, sign } = require('../proofs.js');

async function closeAndUpdate(net) {
	const channel = await Channel.open(net, 100n, 30n);
	const { a, b } = channel;
	const from_b = channel.proof(b, 3n, 25n);
	const from_a = channel.proof(a, 7n, 60n);
	const closed = await channel.close(a, from_b);

	assert.deepEqual(closed.events, [['ChannelClosed', channel.id, a.address, ZERO, 25n]]);
	const info = await channel.info();

	assert.deepEqual(info.slice(1), [closed.block + SETTLE_TIMEOUT,
		channel.life.open_block_number, 2n, SETTLE_TIMEOUT]);
	await channel.owes(b, from_b);
	const updated = await channel.update(b, from_a);

	assert.deepEqual(updated.events,
		[['BalanceProofUpdated', channel.id, a.address, ZERO, 60n]]);
	await channel.owes(a, from_a);
	const settled = await channel.settle(60n, 25n);

	assert.deepEqual(settled.events.at(-1), ['ChannelSettled', channel.id, 65n, 65n]);
	assert.deepEqual(await channel.gained(), [65n - 100n, 65n - 30n]);
	assert.deepEqual(await channel.info(), [channel.id, 0n, 0n, 0n, 0n]);
	assert.equal(await net.balance('erc20', net.network), 0n);
}

async function withoutProof(net) {
	const channel = await Channel.open(net, 100n, 0n);

	// Amount and root of a close without a proof go into the event only.
	const claimed = { ...channel.none(channel.b), transferred_amount: 77n,
		locksroot: '0x' + '11'.repeat(32) };
	const closed = await channel.close(channel.a, claimed);

	assert.deepEqual(closed.events,
		[['ChannelClosed', channel.id, channel.a.address, claimed.locksroot, 77n]]);
	await channel.owes(channel.b, channel.none(channel.b));
	await channel.settle(0n, 0n);
	assert.deepEqual(await channel.gained(), [0n, 0n]);
}

async function settlementShares(net) {
	// Deposits, what each sent, what a then gets.
	for (const [da, db, a_sent, b_sent, a_gets] of [
		[100n, 30n, 0n, 30n, 130n],
		[100n, 30n, 100n, 0n, 0n],
		[100n, 30n, 250n, 160n, 10n],
		[100n, 30n, 101n, 0n, 0n],
		[100n, 30n, 0n, 31n, 130n],
		[100n, 30n, 2n ** 256n - 1n, 0n, 0n],
		[100n, 30n, 0n, 2n ** 256n - 1n, 130n],
		[100n, 30n, 2n ** 256n - 1n, 2n ** 256n - 2n, 99n],
	]) {
		const before = await net.rpc('evm_snapshot', []);
		const channel = await Channel.open(net, da, db);

		await channel.close(channel.a, channel.proof(channel.b, 1n, b_sent));
		await channel.update(channel.b, channel.proof(channel.a, 1n, a_sent));
		await channel.settle(a_sent, b_sent);
		assert.deepEqual(await channel.gained(), [a_gets - da, da - a_gets],
			`${a_sent} and ${b_sent} sent`);
		await net.rpc('evm_revert', [before]);
	}
}

async function nonces(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { a, b } = channel;
	const update = (why, p) => net.refused(why, b, 'tokens_network', 'updateBalanceProof',
		channel.shown(p));

	await channel.close(a, channel.none(b));
	await channel.update(b, channel.proof(a, 5n, 50n));
	await update('proof: nonce', channel.proof(a, 4n, 60n));
	await update('proof: nonce', channel.proof(a, 5n, 60n));
	await channel.owes(a, channel.proof(a, 5n, 50n));
	await channel.update(b, channel.proof(a, 6n, 60n));
	await channel.settle(60n, 0n);
	assert.deepEqual(await channel.gained(), [-60n, 60n]);
}

async function forged(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { a, b } = channel;
	const good = channel.proof(a, 5n, 50n);
	const close = (why, from, p) => net.refused(why, from, 'tokens_network', 'prepareSettle',
		channel.shown(p));

	await close('proof: signer', b, { ...good, transferred_amount: 51n });
	await close('proof: signer', b, { ...good, nonce: 6n });
	await close('proof: signer', b, { ...good, additional_hash: ZERO });
	await close('proof: signer', b, { ...channel.proof(b, 5n, 50n), signer: a });
	await close('close: state', net.accounts[2], good);
	for (const [field, value] of [['chain_id', 8889], ['open_block_number', 1n],
		['channel_identifier', ZERO]]) {
		const foreign = { ...channel.life, [field]: value };

		await close('proof: signer', b,
			{ ...good, signature: sign(a, digests.balance_proof(foreign, good)) });
	}
	await channel.close(b, good);
	await close('close: state', a, channel.none(b));
}

async function windowEnds(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { a, b } = channel;
	const { block } = await channel.close(a, channel.none(b));
	const last = block + SETTLE_TIMEOUT;
	const before = await net.rpc('evm_snapshot', []);

	await net.reach(last);
	assert.equal((await channel.update(b, channel.proof(a, 1n, 50n))).block, last);
	await net.rpc('evm_revert', [before]);
	await net.reach(last + 1n);
	await net.refused('window: over', b, 'tokens_network', 'updateBalanceProof',
		channel.shown(channel.proof(a, 1n, 50n)));
}

async function tooEarly(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { block } = await channel.close(channel.a, channel.none(channel.b));
	const settle = (why) => net.refused(why, channel.a, 'tokens_network', 'settle',
		channel.settlement(0n, 0n));

	await settle('settle: too early');
	await net.reach(block + SETTLE_TIMEOUT + 1n);
	await settle('settle: too early');
	await net.reach(block + SETTLE_TIMEOUT + 257n);
	await settle('settle: too early');
	assert.equal(await net.height(), block + SETTLE_TIMEOUT + 257n);
	const settled = await channel.settle(0n, 0n);

	assert.equal(settled.block, block + SETTLE_TIMEOUT + 258n);
	await settle('settle: state');
}

async function otherAmounts(net) {
	const channel = await Channel.open(net, 100n, 0n);

	await channel.close(channel.b, channel.proof(channel.a, 1n, 50n));
	await net.reach(await channel.first_settle_block());
	for (const [a_sent, b_sent, who] of [[49n, 0n, 1], [0n, 0n, 1], [50n, 1n, 2]])
		await net.refused(`settle: balance of participant${who}`, channel.b,
			'tokens_network', 'settle', channel.settlement(a_sent, b_sent));
	await channel.settle(50n, 0n);
}

async function delegate(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { a, b } = channel;
	const helper = net.accounts[4];
	const p = channel.proof(a, 5n, 50n);
	const args = channel.delegated(p, b);
	const refused = (why, changed) => net.refused(why, helper, 'tokens_network',
		'updateBalanceProofDelegate', changed);
	const { block } = await channel.close(a, channel.none(b));

	await net.reach(block + SETTLE_TIMEOUT / 2n - 1n);
	await refused('delegate: first half of the window', args);
	const before = await net.rpc('evm_snapshot', []);
	const updated = await net.send(helper, 'tokens_network', 'updateBalanceProofDelegate', args);

	assert.equal(updated.block, block + SETTLE_TIMEOUT / 2n);
	assert.deepEqual(updated.events,
		[['BalanceProofUpdated', channel.id, a.address, ZERO, 50n]]);
	await refused('proof: nonce', args);
	await refused('delegate: signer',
		[...args.slice(0, -1), sign(net.accounts[3], digests.delegate(channel.life, p))]);
	await net.rpc('evm_revert', [before]);
	await net.reach(block + SETTLE_TIMEOUT + 1n);
	await refused('window: over', args);
}

module.exports = [
	['close, update, settle: exact balances', closeAndUpdate],
	['a close with nonce 0 keeps nothing of its claim', withoutProof],
	['shares: capped at the total, floored at 0, without wrapping', settlementShares],
	['only a greater nonce is taken', nonces],
	['what is not the partner\'s proof of this life is refused', forged],
	['update in the last block of the window, not in the next', windowEnds],
	['settle after the 257 punish blocks, not in them', tooEarly],
	['settle needs the amounts that were proven', otherAmounts],
	['a delegate updates in the second half of the window only', delegate],
];
