// SPDX-License-Identifier: GPL-2.0
// A chain of tests/chain/chain as the tests see it: transactions that must pass or
// must be refused, and what the contracts then say.
'use strict';

const assert = require('assert');
const { execFile } = require('child_process');
const fs = require('fs');
const path = require('path');
const { Interface } = require('ethers');
const { contracts } = require('./compile.js');
const { request } = require('./rpc.js');

const ZERO = '0x' + '00'.repeat(32);
const GAS = '0x700000';

// Return: what the command printed; a failing one throws what it said.
function chain(...args) {
	return new Promise((resolve, reject) => {
		execFile(path.join(__dirname, 'chain'), args.map(String), (error, out, err) =>
			error ? reject(new Error(err || error.message)) : resolve(out.trim()));
	});
}

class Network {
	constructor(file) {
		const about = JSON.parse(fs.readFileSync(file, 'utf8'));
		const compiled = contracts(path.join(process.env.O, 'chain'));
		const known = {
			tokens_network: 'TokensNetwork', secret_registry: 'SecretRegistry',
			erc20: 'PlainToken', erc223: 'CallingToken', smt: 'SMTToken',
		};

		Object.assign(this, about, { file, compiled, at: {} });
		for (const [name, address] of Object.entries(about.contracts))
			this.at[name] = { address, abi: new Interface(compiled[known[name]].abi) };
		this.network = about.contracts.tokens_network;
		this.url = about.rpc;
		this.rpc = (method, params) => request(this.url, method, params);
	}

	// Another contract, for this test only.
	async deploy(name, args) {
		const { abi, bytecode } = this.compiled[name];
		const coded = new Interface(abi);
		const receipt = await this.transact(this.accounts[9],
			{ data: bytecode + coded.encodeDeploy(args).slice(2) });

		assert.equal(receipt.status, '0x1', `${name} could not be deployed`);
		this.at[name] = { address: receipt.contractAddress, abi: coded };
		return receipt.contractAddress;
	}

	async transact(from, fields) {
		const hash = await this.rpc('eth_sendTransaction',
			[{ from: from.address, gas: GAS, ...fields }]);

		return this.receipt(hash);
	}

	// ganache stumbles where null is due: the transaction is there and its block is not.
	async receiptSoFar(hash) {
		try {
			return await this.rpc('eth_getTransactionReceipt', [hash]);
		} catch (error) {
			if (!error.message.includes("undefined (reading 'toJSON')"))
				throw error;
			return null;
		}
	}

	async receipt(hash) {
		for (;;) {
			const receipt = await this.receiptSoFar(hash);

			if (receipt)
				return receipt;
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	}

	submit(from, contract, name, args, value_wei = 0n) {
		const { address, abi } = this.at[contract];

		return this.transact(from, {
			to: address,
			data: abi.encodeFunctionData(name, args),
			value: '0x' + value_wei.toString(16),
		});
	}

	// Return: { block, hash, events } of a transaction that must pass; events of known
	// contracts as [NAME, ARGUMENT...], integers as bigint.
	async send(from, contract, name, args, value_wei) {
		const receipt = await this.submit(from, contract, name, args, value_wei);

		if (receipt.status !== '0x1')
			assert.fail(`${name} refused: ${await this.reason(receipt)}`);
		return {
			block: BigInt(receipt.blockNumber),
			hash: receipt.transactionHash,
			events: receipt.logs.map((log) => this.event(log)).filter((e) => e),
		};
	}

	event(log) {
		const from = Object.values(this.at).find((c) => c.address === log.address);
		const parsed = from && from.abi.parseLog(log);

		return parsed && [parsed.name, ...[...parsed.args].map((a) =>
			typeof a === 'string' ? a.toLowerCase() : a)];
	}

	// A transaction that must be refused, and for this reason.
	async refused(why, from, contract, name, args, value_wei) {
		const receipt = await this.submit(from, contract, name, args, value_wei);

		assert.equal(receipt.status, '0x0', `${name} passed; it should fail: ${why}`);
		assert.equal(await this.reason(receipt), why);
	}

	// Asked again in the block that refused it, a call says why.
	async reason({ transactionHash, blockNumber }) {
		const { from, to, gas, value, input } =
			await this.rpc('eth_getTransactionByHash', [transactionHash]);

		try {
			await this.rpc('eth_call', [{ from, to, gas, value, data: input }, blockNumber]);
		} catch (e) {
			return e.message.replace(/^.* revert /, '');
		}
		return 'no reason: it passes as a call';
	}

	// Return: the answer, several as an array; addresses in lower case.
	async call(contract, name, args = []) {
		const { address, abi } = this.at[contract];
		const data = await this.rpc('eth_call',
			[{ to: address, data: abi.encodeFunctionData(name, args) }, 'latest']);
		const answer = [...abi.decodeFunctionResult(name, data)].map((a) =>
			typeof a === 'string' && a.startsWith('0x') ? a.toLowerCase() : a);

		return answer.length === 1 ? answer[0] : answer;
	}

	async height() {
		return BigInt(await this.rpc('eth_blockNumber', []));
	}

	// Mine until the next transaction is in block number.
	async reach(number) {
		const blocks = number - 1n - await this.height();

		assert(blocks >= 0n, `block ${number} is over`);
		if (blocks > 0n)
			await this.rpc('evm_mine', [{ blocks: Number(blocks) }]);
	}

	balance(token, owner) {
		return this.call(token, 'balanceOf', [owner.address || owner]);
	}

	// What owner has got of a token less what it gave, by the token's own events: of
	// the wrapper of the coin, too, where gas hides what is left.
	async flow(token, owner) {
		const { address, abi } = this.at[token];
		const who = '0x' + owner.address.slice(2).toLowerCase().padStart(64, '0');
		const topic = abi.getEvent('Transfer').topicHash;
		const sum = async (topics) => (await this.rpc('eth_getLogs', [{ address, topics,
			fromBlock: '0x0', toBlock: 'latest' }]))
			.reduce((all, log) => all + BigInt(log.data), 0n);

		return await sum([topic, null, who]) - await sum([topic, who]);
	}
}

module.exports = { Network, ZERO, chain };
