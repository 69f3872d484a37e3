// SPDX-License-Identifier: GPL-2.0
// The deposits of a wallet as ethers signs them, for tests/wallet/transactions.json:
//
//	NODE_PATH=build/chain/node_modules node tests/chain/transactions.js
//
// Two implementations agree there: tests/wallet has the page's, tests/unit/chain_carry.c
// the box's.
'use strict';

const { AbiCoder, Interface, Transaction, Wallet } = require('ethers');

const SECRET = '0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20';
const wallet = new Wallet(SECRET);
const channel = {
	chain_id: '20180430',
	tokens_network: '0x28233F8e0f8Bd049382077c6eC78bE9c2915c7D4',
	token: '0xc479184AbeB8C508EE96E4C093eE47af2256CBbf',
	box: '0x08B7D79EC4eBd53E5B89C7c062cC64Bb09D063e3',
	address: wallet.address,
};
const abi = new Interface([
	'function approve(address,uint256)', 'function deposit(address,address,address,uint256,uint64)',
	'function transfer(address,uint256,bytes)', 'function buyAndTransfer(bytes)',
]);
const opening = (timeout) => AbiCoder.defaultAbiCoder().encode(['address', 'address', 'uint64'],
	[channel.address, channel.box, timeout]);

const calls = {
	approve: (c) => [channel.token, 0n, 'approve', [channel.tokens_network, c.amount_wei]],
	deposit: (c) => [channel.tokens_network, 0n, 'deposit',
		[channel.token, channel.address, channel.box, c.amount_wei, c.settle_timeout]],
	transfer: (c) => [channel.token, 0n, 'transfer',
		[channel.tokens_network, c.amount_wei, opening(c.settle_timeout)]],
	buyAndTransfer: (c) => [channel.token, c.amount_wei, 'buyAndTransfer', [opening(c.settle_timeout)]],
};

const cases = [
	['approve', 'erc20', 0, '18000000000', '5000000000000000000', 0],
	['deposit', 'erc20', 1, '18000000000', '5000000000000000000', 43200],
	['deposit', 'erc20', 127, '200000000000', '1', 0],
	['approve', 'erc20', 128, '1', '340282366920938463463374607431768211455', 0],
	['transfer', 'erc223', 255, '18000000000', '5000000000000000000', 43200],
	['transfer', 'erc223', 256, '18000000000', '256', 0],
	['buyAndTransfer', 'smt', 65536, '18000000000', '5000000000000000000', 43200],
	['buyAndTransfer', 'smt', 9007199254740991, '18000000000', '127', 0],
];

function made([what, kind, nonce, gas_price_wei, amount_wei, settle_timeout]) {
	const fields = { kind, nonce, gas_price_wei, amount_wei, settle_timeout, gas: 500000 };
	const [to, value, name, args] = calls[what](fields);
	const transaction = Transaction.from({ type: 0, chainId: channel.chain_id, nonce, gasLimit: fields.gas,
		gasPrice: gas_price_wei, to, value, data: abi.encodeFunctionData(name, args) });

	transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
	return { what, ...fields, raw: transaction.serialized, hash: transaction.hash };
}

console.log(JSON.stringify({ secret: SECRET, channel, transactions: cases.map(made) }, null, '\t'));
