// SPDX-License-Identifier: GPL-2.0
// What is kept, and when: before it is sent; once, of two tabs; or not at all.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Overtaken, Store, StoreError } from '../src/store.js';
import { outstanding } from '../src/channel.js';
import { exportCsv, exportJson } from '../src/receipt.js';
import { takeTurn } from '../src/turn.js';
import { Purse } from '../src/purse.js';
import { CODE, FakeBox, IDBFactory, TERMS, TOKEN, WISH, newStore, openPurse, walletKey } from './scene.js';

const SESSION = { code: CODE, tariff_id: 1, wei_per_gb: TOKEN };

test('a purse that is opened again goes on', async () => {
	const factory = new IDBFactory();
	const box = new FakeBox();
	const purse = await openPurse(await newStore(factory), box);

	await purse.pay(walletKey(), 5n, SESSION, 60000);
	const again = await openPurse(await newStore(factory), box, null);

	assert.deepEqual(again.state, purse.state);
	assert.deepEqual(again.spent, { 1: 5n });
	assert.deepEqual(again.terms, TERMS);
	assert.equal(outstanding(again.state).nonce, 1n);
	await assert.rejects(again.pay(walletKey(), 1n, SESSION, 60000), /not_arrived/);
});

test('of two tabs that go on from one state the second is refused', async () => {
	const factory = new IDBFactory();
	const box = new FakeBox();
	const first = await openPurse(await newStore(factory), box);
	const second = await Purse.open(await newStore(factory), await box.channel());

	await first.pay(walletKey(), 5n, SESSION, 0);
	await assert.rejects(second.pay(walletKey(), 7n, SESSION, 0), Overtaken);
	assert.equal(second.state.ours.nonce, 0n, 'what was not kept is not the state');
	assert.equal((await second.receipts()).length, 1);
	await second.reload();
	assert.equal(outstanding(second.state).datagram, outstanding(first.state).datagram);
});

test('both at once: exactly one', async () => {
	const factory = new IDBFactory();
	const box = new FakeBox();
	const tabs = [await openPurse(await newStore(factory), box)];

	tabs.push(await Purse.open(await newStore(factory), await box.channel()));
	const ends = await Promise.allSettled(tabs.map((t, i) => t.pay(walletKey(), BigInt(5 + i), SESSION, 0)));

	assert.deepEqual(ends.map((e) => e.status).sort(), ['fulfilled', 'rejected']);
	assert.ok(ends.find((e) => e.status === 'rejected').reason instanceof Overtaken);
});

test('one tab has the turn, the next when it is gone', async () => {
	const held = new Map();
	const locks = { /* as the browser's, of one origin */
		async request(name, options, work) {
			if (held.has(name) && options.ifAvailable)
				return work(null);
			while (held.has(name))
				await held.get(name);
			const run = Promise.resolve(work({ name }));

			held.set(name, run);
			await run;
			held.delete(name);
			return undefined;
		},
	};
	const release = await takeTurn(locks, 'a');

	assert.ok(release);
	assert.equal(await takeTurn(locks, 'a'), null);
	const other = await takeTurn(locks, 'b');

	assert.ok(other);
	const waiting = takeTurn(locks, 'a', { wait: true });

	release();
	assert.ok(await waiting);
	assert.equal(await takeTurn(undefined, 'a'), null, 'a browser without: nobody pays');
});

test('storage that throws, refuses or is not there: nothing is held', async () => {
	const broken = [
		() => { throw new DOMException('no', 'SecurityError'); },
		() => undefined,
		() => ({ open() { throw new DOMException('no', 'SecurityError'); } }),
		() => ({ open() {
			const request = {};

			queueMicrotask(() => { request.error = new Error('quota'); request.onerror(); });
			return request;
		} }),
		() => ({ open() {
			const request = {};

			queueMicrotask(() => {
				request.result = { transaction() { throw new Error('read only'); } };
				request.onsuccess();
			});
			return request;
		} }),
	];

	for (const factory of broken)
		await assert.rejects(Store.open(factory), StoreError);
});

test('a commit that fails leaves the state as it was', async () => {
	const store = await newStore();
	const box = new FakeBox();
	const purse = await openPurse(store, box);
	const before = purse.state;

	store.commit = async () => { throw new StoreError('disk full'); };
	await assert.rejects(purse.pay(walletKey(), 5n, SESSION, 0), StoreError);
	assert.equal(purse.state, before);
	assert.deepEqual(purse.spent, {});
});

test('terms without the wallet\'s signature are none', async () => {
	const factory = new IDBFactory();
	const box = new FakeBox();
	const store = await newStore(factory);
	const purse = await openPurse(store, box);

	assert.deepEqual(purse.terms, TERMS);
	const record = await store.purse(purse.id);

	for (const change of [{ max_wei_per_gb: TERMS.max_wei_per_gb + 1n }, { cap_hour_wei: 1n << 100n },
		{ cap_wei: 0n }, { agreed_s: 2n }]) {
		record.seq++;
		record.agreement.terms = { ...TERMS, ...change };
		await store.commit(record);
		assert.equal((await Purse.open(store, await box.channel())).terms, null, JSON.stringify(change, (k, v) => String(v)));
	}
	await assert.rejects(purse.agree(walletKey(), TERMS, WISH), Overtaken);
});

test('receipts: each payment and each refund, exported with their proofs', async () => {
	const box = new FakeBox();
	const purse = await openPurse(await newStore(), box);

	await purse.pay(walletKey(), 3n * TOKEN / 2n, SESSION, 1000);
	await box.pay(Buffer.from(outstanding(purse.state).datagram.slice(2), 'hex'));
	await purse.acked(outstanding(purse.state));
	assert.equal(await purse.take(box.giveBack(TOKEN), 2000), TOKEN);
	const list = await purse.receipts();
	const json = JSON.parse(exportJson(purse.state, list));

	assert.deepEqual(json.receipts.map((r) => [r.number, r.kind, r.state, r.amount, r.amount_wei, r.nonce]),
		[[1, 'payment', 'acked', '1.5', '1500000000000000000', '1'],
			[2, 'received', 'taken', '1', '1000000000000000000', '1']]);
	assert.equal(json.channel.partner_proof.signature, purse.state.ours.signature);
	assert.equal(json.channel.proof.signature, purse.state.theirs.signature);
	const csv = exportCsv({ ...purse.state, symbol: '=cmd"' }, list).split('\r\n');

	assert.equal(csv.length, 4);
	assert.match(csv[0], /^number,time,kind,state,amount,symbol/);
	assert.match(csv[1], /^1,1970-01-01T00:00:01\.000Z,payment,acked,1\.5,"'=cmd""",/);
	assert.equal(csv[2].split(',').length, csv[0].split(',').length);
});
