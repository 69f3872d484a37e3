// SPDX-License-Identifier: GPL-2.0
// A contract or a chain that is not the configured one: the chain part is off and
// says why, payments go on.  A second node that does not show a deposit: it does not
// count.  What cannot be claimed is not credited.
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { AbiCoder } = require('ethers');
const { Liar } = require('./liar.js');
const { Peer } = require('./peer.js');
const { Scene, TOKEN } = require('./scene.js');
const { ID } = require('./wire.js');

const [dir, url, confirmations, client] = process.argv.slice(2);
const scene = new Scene(dir, url, Number(confirmations), client);
const conf = path.join(dir, 'tsd.conf');
const abi = AbiCoder.defaultAbiCoder();
const word = (n) => abi.encode(['uint256'], [n]);
const text = (s) => abi.encode(['string'], [s]);

const LIES = [
	['another chain id of the node', { net_version: '8887' }, /^net_version of the node is 8887, and not 8888/],
	['another chain id of the contract', { '3af973b1': word(8887) }, /^chain_id\(\) of the contract is 8887/],
	['another version of the contract', { b32c65c8: text('0.7._') }, /^contract_version\(\) of the contract is 0\.7/],
	['other punish blocks', { '9375cff2': word(256) }, /^punish_block_number\(\) of the contract is 256, and not 257/],
];

function configure(key, address) {
	fs.writeFileSync(conf, fs.readFileSync(conf, 'utf8')
		.replace(new RegExp(`(\\s${key} = )"[^"]*"`), `$1"${address}"`));
}

function description(peer) {
	return JSON.stringify({
		chain_id: String(scene.net.chain_id), tokens_network: scene.net.network,
		token: peer.chain.token, address: scene.box.address,
		partner_address: peer.account.address,
		open_block_number: Number(peer.chain.life.open_block_number),
		settle_timeout: 60, partner_deposit_wei: String(20n * TOKEN),
	});
}

async function mismatch(peer, liar, [name, answers, why], first) {
	liar.answers = answers;
	await scene.start();
	await scene.until(name, async () => (await scene.ctl('chain', 'status')).state === 'off');
	assert.match((await scene.ctl('chain', 'status')).fault, why);
	await assert.rejects(scene.ctl('channel', 'close', peer.account.address));
	if (first) {
		fs.writeFileSync(path.join(dir, 'channel'), description(peer));
		await scene.ctl('channel', 'import', path.join(dir, 'channel'));
	}
	await peer.pay(TOKEN);
	await scene.kill();
	assert.equal(await peer.state(), 1);
}

async function second_node(peer, liar) {
	const side = abi.encode(['uint256', 'bytes32', 'uint64'], [0, '0x' + '00'.repeat(32), 0]);

	// It does not even show that life, then not the deposit, then all of it.
	liar.answers = { '385cb489': abi.encode(['bytes32', 'uint64', 'uint64', 'uint8', 'uint64'],
		['0x' + '00'.repeat(32), 0, 0, 0, 0]) };
	await scene.start();
	await scene.following();
	await peer.chain.deposit(peer.account, scene.box, 60n * TOKEN, 60n);
	await peer.chain.renew();
	peer.renewed();
	await scene.confirm();
	await scene.until('the channel is known', () => peer.seen());
	assert.equal((await peer.seen()).partner_deposit_wei, '0');
	assert.match(await peer.refused(TOKEN), /over_balance|deposit_too_small/);
	liar.answers = { f28591c3: side };
	await scene.until('the deposit is asked about', () =>
		/the second node does not show it/.test(fs.readFileSync(path.join(dir, 'tsd.log'))));
	assert.match(await peer.refused(TOKEN), /over_balance|deposit_too_small/);
	liar.answers = {};
	await peer.counted(60n * TOKEN);
	await peer.pay(TOKEN);
}

// 20 times 110000 gas at 18 gwei are 0.0396 coins, and a coin is a token here.
async function not_worth_it(peer) {
	await peer.open(TOKEN / 100n);
	assert.equal(await peer.refused(1000n), 'deposit_too_small');
	await peer.chain.deposit(peer.account, scene.box, TOKEN / 25n, 0n);
	await scene.confirm();
	await peer.counted(TOKEN / 20n);
	await peer.pay(1000n);
}

async function without_gas(peer) {
	const rich = await scene.net.rpc('eth_getBalance', [scene.box.address, 'latest']);
	const has = async (wei) => {
		await scene.net.rpc('evm_setAccountBalance', [scene.box.address, wei]);
		await scene.mine(20);
		await scene.until('our coin is looked at', async () =>
			BigInt((await scene.ctl('wallet', 'show')).coin_wei) === BigInt(wei));
	};

	// Enough for two of the three that have paid.
	await has('0x' + (2n * 110000n * 20000000000n).toString(16));
	assert.equal(await peer.refused(TOKEN / 100n), 'gas_reserve');
	await has(rich);
	await peer.pay(TOKEN / 100n);
}

// Of a new block not all is seen yet: what is asked just then is answered with yes, for a
// no would be final for an original node.
async function between_blocks(peer, liar) {
	await scene.start();
	await scene.following();
	liar.answers = { eth_getLogs: 'no logs' };
	await scene.mine(1);
	await scene.until('a block is looked at', async () =>
		(await scene.ctl('chain', 'status')).state === 'catching-up');
	// The first commit since then tells what is known of the head.
	await peer.pay(TOKEN);
	await peer.askWithdraw(TOKEN);
	assert.equal((await peer.message(ID.WITHDRAW_RESPONSE)).error_code, 0);
	assert.equal((await scene.ctl('chain', 'status')).state, 'catching-up');
	liar.answers = {};
	await scene.kill();
}

async function main() {
	const liar = new Liar(scene.net.url);
	const address = await liar.listen();
	const peer = new Peer(scene, 2);
	const last = new Peer(scene, 4);

	await peer.chain.deposit(peer.account, scene.box, 20n * TOKEN, 60n);
	await peer.chain.renew();
	configure('rpc', address);
	for (const lie of LIES)
		await scene.test(lie[0], () => mismatch(peer, liar, lie, lie === LIES[0]));
	configure('rpc', scene.net.url);
	configure('second_rpc', address);
	await scene.test('a second node that does not show a deposit', () =>
		second_node(new Peer(scene, 3), liar));
	await scene.test('a deposit that is not worth its gas', () => not_worth_it(last));
	await scene.test('no coin for the gas of all that have paid', () => without_gas(last));
	await scene.kill();
	configure('rpc', address);
	await scene.test('a request while a block is looked at', () => between_blocks(peer, liar));
	liar.close();
	scene.done();
}

main().catch((e) => {
	console.log(`Bail out! ${e.stack}`);
	process.exit(1);
});
