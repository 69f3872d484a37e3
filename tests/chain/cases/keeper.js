// SPDX-License-Identifier: GPL-2.0
// Chains beside each other, and what is left of one that ended.
'use strict';

const assert = require('assert');
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { Network, chain } = require('../network.js');

function alive(pid) {
	try {
		// A zombie that nobody has waited for is no longer running.
		return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
	} catch (e) {
		return false;
	}
}

// The tier's own limit is what ends a wait for something that never comes.
async function gone(pid) {
	while (alive(pid))
		await new Promise((resolve) => setTimeout(resolve, 50));
}

function beside(net, name) {
	const dir = path.join(path.dirname(net.file), name);

	fs.mkdirSync(dir);
	return { dir, file: path.join(dir, 'chain.json') };
}

function nothingLeft(dir) {
	assert.deepEqual(fs.readdirSync(dir), []);
	fs.rmdirSync(dir);
}

async function another(net) {
	const { dir, file } = beside(net, 'another');

	await chain('start', file, process.pid, '--chain-id', 20180430, '--punish-blocks', 3);
	const other = new Network(file);

	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	assert.notEqual(other.rpc, net.rpc);
	assert.deepEqual(other.accounts, net.accounts);
	assert.deepEqual(other.contracts, net.contracts);
	assert.equal(await other.call('tokens_network', 'chain_id'), 20180430n);
	assert.equal(await other.call('tokens_network', 'punish_block_number'), 3n);
	assert.equal(await other.rpc('net_version', []), '20180430');
	for (const account of other.accounts) {
		assert.equal(await other.balance('erc20', account), 10n ** 24n);
		assert.equal(await other.balance('erc223', account), 10n ** 24n);
		const coins = BigInt(await other.rpc('eth_getBalance', [account.address, 'latest']));

		assert.equal(coins, 10n ** 24n - 21000n * 18000000000n);
		assert.equal(await other.rpc('eth_getTransactionCount',
			[account.address, 'latest']), '0x1');
	}
	await assert.rejects(chain('start', file, process.pid), /is there already/);
	await chain('stop', file);
	assert(!alive(other.pid));
	nothingLeft(dir);
}

async function ownerKilled(net) {
	const { dir, file } = beside(net, 'owned');
	const owner = spawn('sleep', ['infinity']);

	await chain('start', file, owner.pid);
	const { pid } = JSON.parse(fs.readFileSync(file, 'utf8'));

	assert(alive(pid));
	owner.kill('SIGKILL');
	await gone(pid);
	nothingLeft(dir);
}

async function noOwner(net) {
	const { dir, file } = beside(net, 'orphan');

	await assert.rejects(chain('start', file, 2 ** 22 + 1), /no process/);
	nothingLeft(dir);
}

module.exports = [
	['another chain with its own id and punish blocks, nothing left of it', another],
	['a chain ends when its owner is killed, and leaves nothing', ownerKilled],
	['no chain without an owner', noOwner],
];
