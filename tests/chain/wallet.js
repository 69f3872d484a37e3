// SPDX-License-Identifier: GPL-2.0
// What a wallet does on the chain by itself, and what the scripts here ask of the chain:
// one process for all the questions of a script, see wallet.sh.
//
//   wallet.js FILE       of tests/chain/chain; a question a line, as below.  The answer is
//                        lines, and then "end STATUS"; what is wrong goes to stderr.
//
//   address I                        accounts go by their number in FILE
//   open I J AMOUNT TIMEOUT          with AMOUNT of I's erc20; prints the block
//   close I J                        without any proof
//   channel I J      prints STATE NONCE BLOCKS: NONCE of the proof that J has shown of
//                    I, BLOCKS until it can be settled
//   deposit I J      what I has in its channel with J
//   balance I        of erc20
//   fund ADDRESS COINS AMOUNT [CONTRACT]   from account 0, in wei, of the coin and of erc20
//                    or that token; the address has sent something before (see keeper.js)
//   purse ADDRESS [CONTRACT]    prints NONCE AMOUNT DEPOSIT: transactions that are in blocks,
//                    its tokens, and what it has in its channel with account 1
//   hold, let        no transaction gets into a block but by mine; each does again
//   mine N, snapshot, revert ID      as of tests/chain/chain
//   sum EXPRESSION                   of whole numbers, exact
'use strict';

const readline = require('readline');
const blocks = require('./blocks.js');
const { Network } = require('./network.js');
const { Channel } = require('./channel.js');

const net = new Network(process.argv[2]);
const account = (i) => net.accounts[Number(i)];

function between(i, j) {
	return new Channel(net, account(i), account(j));
}

const commands = {
	address: (i) => account(i).address,
	async open(i, j, amount, timeout) {
		const channel = between(i, j);

		return (await channel.deposit(channel.a, channel.b, BigInt(amount),
			BigInt(timeout))).block;
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

		return `${state} ${nonce} ${left > 0n ? left : 0n}`;
	},
	async deposit(i, j) {
		const channel = between(i, j);

		return (await channel.side(channel.a))[0];
	},
	balance: (i) => net.balance('erc20', account(i)),
	async fund(address, coins, amount, contract = 'erc20') {
		const from = account(0);

		await net.rpc('evm_setAccountNonce', [address, '0x1']);
		await net.transact(from, { to: address, value: `0x${BigInt(coins).toString(16)}` });
		if (BigInt(amount))
			await net.send(from, contract, 'transfer(address,uint256)', [address, BigInt(amount)]);
	},
	async purse(address, contract = 'erc20') {
		const channel = new Channel(net, { address }, account(1), contract);
		const nonce = await net.rpc('eth_getTransactionCount', [address, 'latest']);

		return `${Number(nonce)} ${await net.balance(contract, address)} ${(await channel.side(channel.a))[0]}`;
	},
	hold: () => net.rpc('miner_stop', []).then(() => undefined),
	let: () => net.rpc('miner_start', []).then(() => undefined),
	mine: (n) => blocks.mine(net.url, Number(n)).then(() => undefined),
	snapshot: () => blocks.snapshot(net.url),
	revert: (id) => blocks.revert(net.url, id),
	sum: (...words) => Function(`return ${words.join(' ').replace(/[0-9]+/g, '$&n')}`)(),
};

async function answer(line) {
	const [command, ...words] = line.split(' ');

	try {
		const said = await commands[command](...words);

		return `${said === undefined ? '' : `${said}\n`}end 0\n`;
	} catch (e) {
		console.error(`wallet: ${line}: ${e.message}`);
		return 'end 1\n';
	}
}

async function main() {
	for await (const line of readline.createInterface({ input: process.stdin }))
		process.stdout.write(await answer(line));
}

main();
