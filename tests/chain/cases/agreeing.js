// SPDX-License-Identifier: GPL-2.0
// What both sides sign: a withdrawal from the open channel, a cooperative settle.
'use strict';

const assert = require('assert');
const { Channel } = require('../channel.js');
const { digests, sign } = require('../proofs.js');

const NOTHING = '0x' + '00'.repeat(24);

function replaced(args, index, value) {
	return args.map((v, i) => i === index ? value : v);
}

async function withdraw(net) {
	const channel = await Channel.open(net, 100n, 30n);
	const old = channel.proof(channel.b, 4n, 20n);
	const args = channel.withdrawal(120n, 45n);
	const done = await net.send(net.accounts[5], 'tokens_network', 'withDraw', args);

	assert.deepEqual(done.events.at(-1), ['ChannelWithdraw', channel.id,
		channel.a.address, 75n, channel.b.address, 10n]);
	assert.deepEqual(await channel.gained(), [45n - 100n, -30n]);
	const info = await channel.renew();

	assert.deepEqual(info.slice(1, 4), [0n, done.block, 1n]);
	assert.deepEqual(await channel.side(channel.a), [75n, NOTHING, 0n]);
	assert.deepEqual(await channel.side(channel.b), [10n, NOTHING, 0n]);
	// Every signature of the life before is void.
	await net.refused('withdraw: signer', channel.a, 'tokens_network', 'withDraw',
		channel.withdrawal(75n, 5n).map((v, i) => i > 4 ? args[i] : v));
	await net.refused('proof: signer', channel.a, 'tokens_network', 'prepareSettle',
		channel.shown(old));
	await channel.close(channel.a, channel.proof(channel.b, 1n, 10n));
	await channel.settle(0n, 10n);
	assert.deepEqual(await channel.gained(), [45n - 100n + 85n, -30n]);
}

async function withdrawRefused(net) {
	const channel = await Channel.open(net, 100n, 30n);
	const { a, b } = channel;
	const refused = (why, args) => net.refused(why, a, 'tokens_network', 'withDraw', args);
	const good = channel.withdrawal(100n, 40n);
	const other = digests.withdraw(channel.life, a.address, 100n, 41n);

	await refused('withdraw: balance', channel.withdrawal(131n, 1n));
	await refused('withdraw: amount', channel.withdrawal(100n, 101n));
	await refused('withdraw: signer', replaced(good, 5, sign(a, other)));
	await refused('withdraw: partner\'s signer', replaced(good, 6, sign(b, other)));
	await refused('withdraw: partner\'s signer', replaced(good, 6, good[5]));
	await channel.close(a, channel.none(b));
	await refused('withdraw: state', good);
}

async function cooperative(net) {
	const channel = await Channel.open(net, 100n, 30n);
	const done = await net.send(net.accounts[5], 'tokens_network', 'cooperativeSettle',
		channel.cooperative(17n, 113n));

	assert.deepEqual(done.events.at(-1), ['ChannelCooperativeSettled', channel.id, 17n, 113n]);
	assert.deepEqual(await channel.gained(), [-83n, 83n]);
	assert.deepEqual(await channel.info(), [channel.id, 0n, 0n, 0n, 0n]);
	assert.equal(await net.balance('erc20', net.network), 0n);
}

async function cooperativeRefused(net) {
	const channel = await Channel.open(net, 100n, 30n);
	const { a, b } = channel;
	const refused = (why, args) => net.refused(why, a, 'tokens_network', 'cooperativeSettle',
		args);
	const good = channel.cooperative(17n, 113n);
	const other = digests.cooperative(channel.life, a.address, 18n, b.address, 112n);

	await refused('cooperative: sum', channel.cooperative(17n, 112n));
	await refused('cooperative: sum', channel.cooperative(18n, 113n));
	await refused('cooperative: signer 1', replaced(good, 5, sign(a, other)));
	await refused('cooperative: signer 2', replaced(good, 6, sign(b, other)));
	await channel.close(a, channel.none(b));
	await refused('cooperative: state', good);
}

async function newLife(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const old = channel.proof(channel.a, 8n, 90n);

	await net.send(channel.b, 'tokens_network', 'cooperativeSettle',
		channel.cooperative(100n, 0n));
	const next = await Channel.open(net, 100n, 0n);

	assert.equal(next.id, channel.id);
	await net.refused('proof: signer', next.b, 'tokens_network', 'prepareSettle',
		next.shown(old));
}

module.exports = [
	['a withdrawal pays, and begins the channel anew', withdraw],
	['what is no withdrawal', withdrawRefused],
	['cooperative settle: exact balances', cooperative],
	['what is no cooperative settle', cooperativeRefused],
	['a proof of a settled channel is worth nothing in the next one', newLife],
];
