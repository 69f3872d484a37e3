// SPDX-License-Identifier: GPL-2.0
// Opening a channel and adding to it, by each way to pay.
'use strict';

const assert = require('assert');
const { AbiCoder } = require('ethers');
const { Channel, SETTLE_TIMEOUT } = require('../channel.js');

function encoded(channel, timeout) {
	return AbiCoder.defaultAbiCoder().encode(['address', 'address', 'uint64'],
		[channel.a.address, channel.b.address, timeout]);
}

function opened(channel, amount) {
	return ['ChannelOpenedAndDeposit', channel.token, channel.a.address, channel.b.address,
		SETTLE_TIMEOUT, amount];
}

// Open with 100 and add 23 by what pay(amount, data) does.
async function openAndAdd(net, channel, pay) {
	const first = await pay(100n, encoded(channel, SETTLE_TIMEOUT));
	const network = (e) => !['Transfer', 'Approval'].includes(e[0]);

	assert.deepEqual(first.events.filter(network),
		[['TokenNetworkCreated', channel.token], opened(channel, 100n)]);
	assert.deepEqual(await channel.info(), [channel.id, 0n, first.block, 1n, SETTLE_TIMEOUT]);
	const second = await pay(23n, encoded(channel, 0));

	assert.deepEqual(second.events.filter(network),
		[['ChannelNewDeposit', channel.id, channel.a.address, 123n]]);
	assert.deepEqual(await channel.info(), [channel.id, 0n, first.block, 1n, SETTLE_TIMEOUT]);
	assert.deepEqual(await channel.side(channel.a), [123n, '0x' + '00'.repeat(24), 0n]);
	assert.deepEqual(await channel.side(channel.b), [0n, '0x' + '00'.repeat(24), 0n]);
	assert.equal(await net.balance(channel.contract, net.network), 123n);
	assert.equal(await net.call('tokens_network', 'registered_token', [channel.token]), true);
	assert.deepEqual(await net.call('tokens_network', 'getChannelInfoByChannelIdentifier',
		[channel.id]), [0n, first.block, 1n, SETTLE_TIMEOUT]);
	assert.deepEqual(await net.call('tokens_network', 'channels', [channel.id]),
		[SETTLE_TIMEOUT, 0n, first.block, 1n]);
}

function between(net, contract) {
	return new Channel(net, net.accounts[0], net.accounts[1], contract);
}

async function approveDeposit(net) {
	const channel = between(net, 'erc20');

	await openAndAdd(net, channel, async (amount, data) => {
		const timeout = BigInt('0x' + data.slice(-16));

		return channel.deposit(channel.a, channel.b, amount, timeout);
	});
}

async function erc223(net) {
	const channel = between(net, 'erc223');

	await openAndAdd(net, channel, (amount, data) => net.send(channel.a, 'erc223',
		'transfer(address,uint256,bytes)', [net.network, amount, data]));
}

async function approveAndCall(net) {
	const channel = between(net, 'erc223');

	await openAndAdd(net, channel, (amount, data) => net.send(channel.a, 'erc223',
		'approveAndCall', [net.network, amount, data]));
}

async function nativeCoin(net) {
	const channel = between(net, 'smt');
	const coins = async (who) => BigInt(await net.rpc('eth_getBalance', [who.address, 'latest']));

	assert.equal(await net.call('smt', 'name'), 'SMTToken');
	assert.equal(await net.call('smt', 'decimals'), 18n);
	await openAndAdd(net, channel, (amount, data) =>
		net.send(channel.a, 'smt', 'buyAndTransfer', [data], amount));
	await channel.renew();
	const before = await coins(channel.b);

	await net.send(net.accounts[5], 'tokens_network', 'cooperativeSettle',
		channel.cooperative(100n, 23n));
	assert.equal(await coins(channel.b) - before, 23n);
	assert.equal(await net.balance('smt', net.network), 0n);
	await net.refused('SMT: only the network', channel.a, 'smt', 'transfer',
		[channel.b.address, 1n]);
	await net.refused('SMT: no approve', channel.a, 'smt', 'approve', [net.network, 1n]);
	await net.refused('SMT: no transferFrom', channel.a, 'smt', 'transferFrom',
		[channel.a.address, channel.b.address, 1n]);
}

async function forAnother(net) {
	const channel = await Channel.open(net, 100n, 0n);
	const stranger = net.accounts[7];

	await net.send(stranger, 'erc20', 'approve', [net.network, 5n]);
	await net.send(stranger, 'tokens_network', 'deposit',
		[channel.token, channel.b.address, channel.a.address, 5n, 0]);
	assert.equal((await channel.side(channel.b))[0], 5n);
}

async function timeouts(net) {
	const channel = between(net, 'erc20');
	const open = (timeout) => [channel.token, channel.a.address, channel.b.address, 1n, timeout];

	await net.send(channel.a, 'erc20', 'approve', [net.network, 10n]);
	for (const timeout of [0n, 5n, 2700001n])
		await net.refused('open: settle timeout', channel.a, 'tokens_network', 'deposit',
			open(timeout));
	for (const timeout of [6n, 2700000n]) {
		const before = await net.rpc('evm_snapshot', []);

		await net.send(channel.a, 'tokens_network', 'deposit', open(timeout));
		assert.equal((await channel.info())[4], timeout);
		await net.rpc('evm_revert', [before]);
	}
}

async function refusals(net) {
	const { a, b, token } = between(net, 'erc20');
	const deposit = (why, ...args) => net.refused(why, a, 'tokens_network', 'deposit', args);
	const nobody = '0x' + '00'.repeat(20);

	await deposit('token: allowance', token, a.address, b.address, 1n, 20n);
	await net.send(a, 'erc20', 'approve', [net.network, 10n]);
	await deposit('deposit: amount', token, a.address, b.address, 0n, 20n);
	await deposit('open: participants', token, a.address, a.address, 1n, 20n);
	await deposit('open: participants', token, a.address, nobody, 1n, 20n);
	await deposit('open: participants', token, nobody, b.address, 1n, 20n);
	await deposit('deposit: no token', b.address, a.address, b.address, 1n, 20n);
	await net.refused('deposit: data', a, 'erc223', 'transfer(address,uint256,bytes)',
		[net.network, 1n, '0x' + '00'.repeat(95)]);
	assert.equal(await net.balance('erc20', net.network), 0n);
	assert.equal(await net.balance('erc223', net.network), 0n);
}

async function afterClose(net) {
	const channel = await Channel.open(net, 100n, 0n);

	await channel.close(channel.a, channel.none(channel.b));
	await net.send(channel.a, 'erc20', 'approve', [net.network, 10n]);
	await net.refused('deposit: state', channel.a, 'tokens_network', 'deposit',
		[channel.token, channel.a.address, channel.b.address, 10n, SETTLE_TIMEOUT]);
}

module.exports = [
	['approve and deposit', approveDeposit],
	['ERC-223 transfer with data', erc223],
	['approve and call', approveAndCall],
	['native coin through SMTToken, in and out', nativeCoin],
	['anyone may deposit for anyone', forAnother],
	['settle timeouts 6 and 2700000 pass, 5 and 2700001 do not', timeouts],
	['what cannot open a channel', refusals],
	['a closed channel takes no deposit', afterClose],
];
