// SPDX-License-Identifier: GPL-2.0
// The bytes that go to the chain, against those that ethers made (tests/chain/transactions.js).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { unhex } from '../src/bytes.js';
import { Key } from '../src/key.js';
import { depositCalls, signCall } from '../src/transaction.js';

const { secret, channel, transactions } = JSON.parse(readFileSync(new URL('transactions.json', import.meta.url), 'utf8'));

test('each call is signed as by ethers, to the byte', () => {
	const key = new Key(unhex(secret));

	assert.equal(key.address, channel.address);
	assert.ok(transactions.length >= 8);
	for (const t of transactions) {
		const calls = depositCalls(channel, t.kind, BigInt(t.amount_wei), t.settle_timeout);
		const call = calls.find((c) => c.what === (t.what === 'approve' ? 'approve' : 'deposit'));

		assert.equal(calls.length, t.kind === 'erc20' ? 2 : 1);
		assert.deepEqual(signCall({ ...call, gas: t.gas }, t.nonce, BigInt(t.gas_price_wei), channel.chain_id, key),
			{ raw: t.raw, hash: t.hash }, `${t.what} ${t.nonce}`);
	}
});

test('what was approved before is not again', () => {
	assert.deepEqual(depositCalls(channel, 'erc20', 5n, 0, true).map((c) => c.what), ['deposit']);
});
