// SPDX-License-Identifier: GPL-2.0
// What the chain itself must do for the tests that settle on it.
'use strict';

const assert = require('assert');
const { Transaction, Wallet } = require('ethers');
const { Channel, SETTLE_TIMEOUT } = require('../channel.js');
const { chain } = require('../network.js');

const GAS_PRICE_WEI = 18000000000n;

async function block(net, number) {
	return net.rpc('eth_getBlockByNumber', ['0x' + number.toString(16), false]);
}

async function depositUndone(net) {
	const id = await chain('snapshot', net.file);
	const start = await net.height();
	const channel = new Channel(net, net.accounts[0], net.accounts[1]);
	const { hash } = await channel.deposit(channel.a, channel.b, 100n, SETTLE_TIMEOUT);
	const end = await net.height();
	const old = await block(net, end);

	await chain('revert', net.file, id);
	assert.equal(await net.height(), start);
	assert.equal((await channel.info())[3], 0n);
	await chain('mine', net.file, end - start + 1n);
	assert.equal(await net.height(), end + 1n);
	for (let n = start + 1n; n <= end; n++)
		assert.notEqual((await block(net, n)).hash, old.hash);
	assert.equal((await block(net, start + 1n)).parentHash, (await block(net, start)).hash);
	assert.equal(await net.rpc('eth_getTransactionReceipt', [hash]), null);
	assert.deepEqual(await net.rpc('eth_getLogs',
		[{ fromBlock: '0x' + start.toString(16), address: net.network }]), []);
}

async function sameBlocksAgain(net) {
	const start = await net.height();
	const hashes = [];

	for (let i = 0; i < 3; i++) {
		const id = await chain('snapshot', net.file);

		await chain('mine', net.file, 1);
		hashes.push((await block(net, start + 1n)).hash);
		await chain('revert', net.file, id);
	}
	assert.equal(new Set(hashes).size, 3);
}

async function onlyWhenAsked(net) {
	const start = await net.height();

	await net.send(net.accounts[0], 'erc20', 'transfer', [net.accounts[1].address, 1n]);
	assert.equal(await net.height(), start + 1n);
	await chain('mine', net.file, 257);
	assert.equal(await net.height(), start + 258n);
}

// Signed by account 0; the fields given are other than they should be.
function raw(net, nonce, changed) {
	return new Wallet(net.accounts[0].private_key).signTransaction({
		type: 0, to: net.accounts[1].address, value: 1n, nonce, gasLimit: 21000n,
		gasPrice: GAS_PRICE_WEI, chainId: net.chain_id, ...changed });
}

async function submit(net, nonce, changed = {}) {
	return net.rpc('eth_sendRawTransaction', [await raw(net, nonce, changed)]);
}

async function legacyOnly(net) {
	assert.equal(BigInt(await net.rpc('eth_gasPrice', [])), GAS_PRICE_WEI);
	assert.equal((await block(net, await net.height())).baseFeePerGas, undefined);
	await assert.rejects(submit(net, 1, { chainId: net.chain_id + 1 }), /signature/);
	await assert.rejects(submit(net, 1, { type: 2, gasPrice: null,
		maxFeePerGas: GAS_PRICE_WEI, maxPriorityFeePerGas: 1n }), /decode/);
	const hash = await submit(net, 1);

	assert.equal(hash, Transaction.from(await raw(net, 1)).hash);
	assert.equal((await net.receipt(hash)).status, '0x1');
}

async function nonces(net) {
	const [third, second] = [await submit(net, 3), await submit(net, 2)];

	assert.equal(await net.rpc('eth_getTransactionReceipt', [third]), null);
	assert.equal(await net.rpc('eth_getTransactionReceipt', [second]), null);
	const first = await submit(net, 1);
	const receipts = await Promise.all([first, second, third].map((h) => net.receipt(h)));

	for (const { status } of receipts)
		assert.equal(status, '0x1');
	for (const nonce of [1, 3])
		await assert.rejects(submit(net, nonce, { gasPrice: 2n * GAS_PRICE_WEI }), /nonce/);
	assert.equal(await net.rpc('eth_getTransactionCount',
		[net.accounts[0].address, 'latest']), '0x4');
}

module.exports = [
	['a deposit is undone, with its blocks and its events', depositUndone],
	['blocks after a revert are other blocks', sameBlocksAgain],
	['a block for each transaction, and those that are asked for', onlyWhenAsked],
	['legacy transactions of this chain only, and no base fee', legacyOnly],
	['a nonce waits for the one before it, and is taken once', nonces],
];
