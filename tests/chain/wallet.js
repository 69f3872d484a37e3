// SPDX-License-Identifier: GPL-2.0
// What a wallet does on the chain by itself, for the scripts.  FILE is of
// tests/chain/chain; accounts go by their number in it.
//
//   wallet.js FILE address I
//   wallet.js FILE open I J AMOUNT TIMEOUT           with AMOUNT of I's erc20; prints the block
//   wallet.js FILE close I J                         without any proof
//   wallet.js FILE channel I J    prints STATE NONCE BLOCKS: NONCE of the proof that J
//                                 has shown of I, BLOCKS until it can be settled
//   wallet.js FILE deposit I J    what I has in its channel with J
//   wallet.js FILE balance I      of erc20
'use strict';

const { Network } = require('./network.js');
const { Channel } = require('./channel.js');

const [file, command, ...args] = process.argv.slice(2);
const net = new Network(file);
const account = (i) => net.accounts[Number(i)];

function between(i, j) {
	return new Channel(net, account(i), account(j));
}

const commands = {
	address(i) {
		console.log(account(i).address);
	},
	async open(i, j, amount, timeout) {
		const channel = between(i, j);
		const { block } = await channel.deposit(channel.a, channel.b, BigInt(amount),
			BigInt(timeout));

		console.log(String(block));
	},
	async close(i, j) {
		const channel = between(i, j);

		await channel.close(channel.a, channel.none(channel.b));
	},
	async channel(i, j) {
		const channel = between(i, j);
		const [, settle_block, , state] = await channel.info();
		const [, , nonce] = await channel.side(channel.a);
		const first = state === 2n ? settle_block + BigInt(net.punish_blocks) + 1n : 0n;
		const left = first - await net.height();

		console.log(`${state} ${nonce} ${left > 0n ? left : 0n}`);
	},
	async deposit(i, j) {
		const channel = between(i, j);
		const [deposit] = await channel.side(channel.a);

		console.log(String(deposit));
	},
	async balance(i) {
		console.log(String(await net.balance('erc20', account(i))));
	},
};

Promise.resolve()
	.then(() => commands[command](...args))
	.catch((e) => {
		console.error(`wallet: ${e.message}`);
		process.exit(1);
	});
