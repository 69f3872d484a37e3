// SPDX-License-Identifier: GPL-2.0
// The weaknesses of Photon's contract must be in ours: our node is tested for
// surviving them, and a contract without them would let any node pass.
'use strict';

const assert = require('assert');
const { dataSlice, toBeHex, concat } = require('ethers');
const { Channel, SETTLE_TIMEOUT } = require('../channel.js');
const { sign, digests } = require('../proofs.js');

// The fields of a cooperative settle, read as those of a balance proof.
function asProof(channel, signer, a_balance, b_balance) {
	const fields = concat([channel.a.address, toBeHex(a_balance, 32), channel.b.address,
		toBeHex(b_balance, 32)]);

	return {
		signer,
		transferred_amount: BigInt(dataSlice(fields, 0, 32)),
		locksroot: dataSlice(fields, 32, 64),
		nonce: BigInt(dataSlice(fields, 64, 72)),
		additional_hash: dataSlice(fields, 72, 104),
		signature: sign(signer, digests.cooperative(channel.life, channel.a.address,
			a_balance, channel.b.address, b_balance)),
	};
}

// M1: a, who owns 100, signs the cooperative settle that gives him all of it;
// b closes with that signature and takes everything.
async function cooperativeTrap(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const trap = asProof(channel, channel.a, 100n, 0n);

	await channel.close(channel.b, trap);
	await channel.owes(channel.a, trap);
	await channel.settle(trap.transferred_amount, 0n, trap.locksroot);
	assert.deepEqual(await channel.gained(), [-100n, 100n]);
}

// M1 after a close: it outbids every real proof, for its nonce is of an address.
async function cooperativeOutbids(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const trap = asProof(channel, channel.a, 100n, 0n);

	await channel.close(channel.a, channel.none(channel.b));
	await channel.update(channel.b, channel.proof(channel.a, 1000n, 1n));
	await channel.update(channel.b, trap);
	await channel.settle(trap.transferred_amount, 0n, trap.locksroot);
	assert.deepEqual(await channel.gained(), [-100n, 100n]);
}

// M2: b keeps a withdrawal that both signed, is paid on, and anyone submits it
// long after: the payments since are void.
async function withdrawCheque(net) {
	const channel = await Channel.open(net, 100n, 50n);
	const cheque = channel.withdrawal(100n, 10n);
	const paid_since = channel.proof(channel.a, 5n, 60n);

	await net.reach(await net.height() + 500n);
	await net.send(net.accounts[7], 'tokens_network', 'withDraw', cheque);
	await channel.renew();
	await net.refused('proof: signer', channel.b, 'tokens_network', 'prepareSettle',
		channel.shown(paid_since));
	await channel.close(channel.a, channel.none(channel.b));
	await channel.settle(0n, 0n);
	assert.deepEqual(await channel.gained(), [0n, 0n]);
}

// M3: a closes with nothing; without an update in the window b's income is gone.
async function missedWindow(net) {
	const channel = await Channel.open(net, 100n, 0n, 6n);

	await channel.close(channel.a, channel.none(channel.b));
	await channel.settle(0n, 0n);
	assert.deepEqual(await channel.gained(), [0n, 0n]);
}

// Neither side can hold the settlement back.
async function settledByAnyone(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const { block } = await channel.close(channel.b, channel.proof(channel.a, 1n, 40n));

	await net.reach(block + SETTLE_TIMEOUT + 258n);
	await net.send(net.accounts[8], 'tokens_network', 'settle', channel.settlement(40n, 0n));
	assert.deepEqual(await channel.gained(), [-40n, 40n]);
}

module.exports = [
	['M1: a cooperative-settle signature is a balance proof of its signer', cooperativeTrap],
	['M1: and it outbids every real proof', cooperativeOutbids],
	['M2: a co-signed withdrawal is a bearer cheque without expiry', withdrawCheque],
	['M3: income that is not shown in the window is lost', missedWindow],
	['settle is anyone\'s', settledByAnyone],
];
