// SPDX-License-Identifier: GPL-2.0
// A deposit over a box: signed once, sent until it is in a block, whatever happens in
// between; and a box that lies.
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoxError } from '../src/box.js';
import { hex, unhex } from '../src/bytes.js';
import { Refused } from '../src/channel.js';
import { Deposit, GAS_PRICE_MAX_WEI, planDearer, planDeposit, readLook, signDearer, signDeposit } from '../src/deposit.js';
import { keccak } from '../src/hash.js';
import { Overtaken, Store, StoreError } from '../src/store.js';
import { CHANNEL, IDBFactory, TOKEN, newStore, walletKey } from './scene.js';

const GWEI = 10n ** 9n;
const channel = { ...CHANNEL, address: walletKey().address };
const refused = (reason) => (e) => e instanceof Refused && e.reason === reason;

/* A box in front of a chain that takes whatever is sent, when mine() says so. */
class ChainBox {
	constructor(change = {}) {
		Object.assign(this, { block: 100, nonce: 3, pool: new Map(), mined: new Map(), sent: [], looks: 0,
			fails: new Set(), deny: null, change });
	}

	describe(hash) {
		const at = this.mined.get(hash);

		return {
			chain_id: channel.chain_id.toString(), tokens_network: channel.tokens_network, token: channel.token,
			address: channel.box, kind: 'erc20', symbol: 'MESH', decimals: 18, nonce: this.nonce,
			pending_nonce: this.nonce + this.pool.size, gas_price_wei: (18n * GWEI).toString(),
			coin_wei: TOKEN.toString(), token_wei: (100n * TOKEN).toString(), allowance_wei: '0',
			min_deposit_wei: '1000', settle_timeout: 43200, confirmations: 3,
			channel: { state: 'none', open_block_number: 0 },
			transaction: at ? { block: at.block, succeeded: at.succeeded, confirmations: this.block - at.block } : null,
			...this.change,
		};
	}

	async look(asked, hash) {
		assert.equal(asked.address, channel.address);
		this.looks++;
		return this.describe(hash);
	}

	async sendTransaction(raw) {
		const hash = hex(keccak(raw));

		if (this.deny)
			throw this.deny;
		this.sent.push(hex(raw));
		if (!this.mined.has(hash))
			this.pool.set(hash, raw);
		return hash;
	}

	mine(blocks = 1) {
		this.block += blocks;
		for (const hash of this.pool.keys()) {
			this.mined.set(hash, { block: this.block, succeeded: !this.fails.has(hash) });
			this.nonce++;
		}
		this.pool.clear();
	}
}

const plan = async (box, wei = 5n * TOKEN) => planDeposit(channel, readLook(await box.look(channel), channel), wei);
const sign = async (box, wei) => signDeposit(await plan(box, wei), 0n, walletKey());

/* As after a reload: from what is kept, and nothing else. */
async function reload(factory, box) {
	const record = await (await newStore(factory)).deposit(channel.address);

	return record && new Deposit(box, channel, record);
}

test('step by step, with the page loaded anew before each: two transactions, each once', async () => {
	const factory = new IDBFactory();
	const box = new ChainBox();
	const record = await sign(box);
	const states = [];
	const round = async () => {
		const said = await (await reload(factory, box)).round(0);

		states.push(`${said.at} ${said.state} ${said.n ?? '-'}`);
	};
	/* After a reload the steps that are in a block are passed again. */
	const second = async () => {
		const deposit = await reload(factory, box);

		assert.equal((await deposit.round(0)).state, 'atMined');
		const said = await deposit.round(0);

		states.push(`${said.at} ${said.state} ${said.n ?? '-'}`);
	};

	assert.equal(record.until_wei, 5n * TOKEN);
	await (await newStore(factory)).keepDeposit(record);
	assert.equal(box.sent.length, 0, 'nothing leaves before it is kept');
	await round();
	await round();
	box.mine();
	await round();
	await second();
	await second();
	box.mine();
	await second();
	box.mine();
	await second();
	box.mine(2);
	await second();
	assert.deepEqual(states, ['0 atSent -', '0 atSent -', '0 atMined 0', '1 atSent -', '1 atSent -', '1 atMined 0',
		'1 atMined 1', '1 atDeep 3']);
	assert.deepEqual([...new Set(box.sent)], record.steps.map((s) => s.raw), 'the same bytes, and no others');
	assert.equal(box.nonce, 5);
});

test('while the page is open it is not sent again at each look', async () => {
	const box = new ChainBox();
	const deposit = new Deposit(box, channel, await sign(box));

	for (const ms of [0, 3000, 6000, 19999])
		await deposit.round(ms);
	assert.equal(box.sent.length, 1);
	await deposit.round(20001);
	assert.equal(box.sent.length, 2);
});

test('of two tabs that sign, one is kept; the other sends nothing', async () => {
	const factory = new IDBFactory();
	const box = new ChainBox();
	const [one, two] = [await sign(box), await sign(box, 7n * TOKEN)];

	await (await newStore(factory)).keepDeposit(one);
	await assert.rejects((await newStore(factory)).keepDeposit(two), Overtaken);
	assert.deepEqual(await (await newStore(factory)).deposit(channel.address), one);
	await (await newStore(factory)).dropDeposit(one);
	assert.equal(await reload(factory, box), undefined);
});

test('a tab that was put aside neither drops nor replaces what another has signed since', async () => {
	const factory = new IDBFactory();
	const box = new ChainBox();
	const old = await sign(box);
	const [here, there] = [await newStore(factory), await newStore(factory)];
	const dearer = signDearer(planDearer(channel, old, 0, readLook(await box.look(channel), channel)), walletKey());

	await here.keepDeposit(old);
	await there.dropDeposit(old);
	await assert.rejects(here.keepDeposit(dearer, old), Overtaken, 'it is not there any more');
	box.nonce = 5;
	const next = await sign(box);

	await there.keepDeposit(next);
	await assert.rejects(here.dropDeposit(old), Overtaken);
	await assert.rejects(here.keepDeposit(dearer, old), Overtaken, 'another one');
	await assert.rejects(here.keepDeposit(await sign(box, 7n * TOKEN)), Overtaken);
	assert.deepEqual(await there.deposit(channel.address), next);
});

test('where the store refuses, that is told', async () => {
	const store = await newStore();

	store.close();
	await assert.rejects(store.keepDeposit(await sign(new ChainBox())), StoreError);
});

test('a store of the version before keeps its keys, and takes deposits', async () => {
	const factory = new IDBFactory();
	const old = await new Promise((resolve, reject) => {
		const request = factory.open('tokenswitch-wallet', 1);

		request.onupgradeneeded = () => {
			request.result.createObjectStore('keys', { keyPath: 'address' }).put({ address: 'kept' });
			request.result.createObjectStore('purses', { keyPath: 'id' });
			request.result.createObjectStore('receipts', { keyPath: ['purse', 'number'] });
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = reject;
	});

	old.close();
	const store = await Store.open(() => factory);

	assert.deepEqual(await store.keys(), [{ address: 'kept' }]);
	await store.keepDeposit({ id: 'x', steps: [{ hash: '0x01' }] });
});

test('refused by the chain: the deposit behind it is never sent', async () => {
	const box = new ChainBox();
	const record = await sign(box);
	const deposit = new Deposit(box, channel, record);

	await deposit.round(0);
	box.fails.add(record.steps[0].hash);
	box.mine();
	assert.equal((await deposit.round(1)).state, 'atFailed');
	assert.equal((await deposit.round(30000)).state, 'atFailed');
	assert.equal(box.sent.length, 1);
});

test('another transaction with its number: said, once that is sure', async () => {
	const box = new ChainBox();
	const deposit = new Deposit(box, channel, await sign(box));

	await deposit.round(0);
	box.pool.clear();
	box.nonce++;
	assert.equal((await deposit.round(1)).state, 'atSent');
	box.nonce--;
	assert.equal((await deposit.round(2)).state, 'atSent', 'the node was behind itself');
	box.nonce++;
	assert.deepEqual([(await deposit.round(3)).state, (await deposit.round(4)).state, (await deposit.round(5)).state],
		['atSent', 'atSent', 'atGone']);
});

test('at a higher price: the same numbers and calls, so one of each; whichever is taken is found', async () => {
	for (const taken of [0, 1]) {
		const factory = new IDBFactory();
		const box = new ChainBox();
		const asked = await plan(box);
		const first = signDeposit(asked, 0n, walletKey());
		const store = await newStore(factory);
		let deposit = new Deposit(box, channel, first);

		await store.keepDeposit(first);
		await deposit.round(0);
		const look = readLook(await box.look(channel), channel);
		const dearer = planDearer(channel, first, deposit.at, look);
		const second = signDearer(dearer, walletKey());

		assert.equal(dearer.gas_price_wei, 18n * GWEI * 9n / 8n + 1n);
		assert.equal(dearer.fee_wei, 600000n * dearer.gas_price_wei);
		assert.deepEqual(second.steps.map((s) => s.nonce), first.steps.map((s) => s.nonce));
		assert.deepEqual(dearer.calls, asked.calls);
		await store.keepDeposit(second, first);
		await assert.rejects(store.keepDeposit(signDearer(dearer, walletKey()), first), Overtaken, 'another tab');
		deposit = await reload(factory, box);
		await deposit.round(0);
		assert.deepEqual(box.sent, [first.steps[0].raw, second.steps[0].raw]);
		/* The chain takes one of the two. */
		box.pool.delete([first, second][1 - taken].steps[0].hash);
		box.mine();
		assert.equal((await deposit.round(3000)).state, 'atMined');
		assert.equal(deposit.at, 1);
		await deposit.round(6000);
		assert.equal(box.sent.at(-1), second.steps[1].raw);
		box.mine();
		assert.equal((await deposit.round(9000)).state, 'atMined');
		assert.equal(box.nonce, 5);
	}
});

test('the price is never raised above what is bearable', async () => {
	const box = new ChainBox({ gas_price_wei: '190000000000' });
	const record = await sign(box);
	const look = readLook(await box.look(channel), channel);

	assert.throws(() => planDearer(channel, record, 0, look), refused('gas_price'));
	assert.throws(() => planDearer(channel, { ...record, steps: [{ ...record.steps[0], gas_price_wei: 1n }, record.steps[1]] }, 0,
		{ ...look, gas_price_wei: GAS_PRICE_MAX_WEI + 1n }), refused('gas_price'));
	assert.throws(() => planDearer(channel, { ...record, steps: record.steps.map((s) => ({ ...s, gas_price_wei: 1n })) }, 0,
		{ ...look, gas_price_wei: 1n, coin_wei: 5n }), refused('few_coins'));
});

test('after many prices it does not ask for all of them at once, and finds the one that was taken', async () => {
	const box = new ChainBox({ kind: 'erc223' });
	let record = await sign(box, 1000n);

	for (let i = 0; i < 8; i++)
		record = signDearer(planDearer(channel, record, 0, readLook(box.describe(), channel)), walletKey());
	const deposit = new Deposit(box, channel, record);
	const states = [];

	box.pool.set(record.steps[0].before[6]);
	box.mine();
	for (let i = 0; i < 10; i++) {
		const before = box.looks;

		states.push((await deposit.round(i * 3000)).state);
		assert.ok(box.looks - before <= 2, 'a round of 3 s has 3 looks');
	}
	assert.deepEqual([...new Set(states)], ['atSent', 'atMined']);
	assert.deepEqual(states.slice(6), Array(4).fill('atMined'));
});

test('a number that never comes: said, and it may be put aside', async () => {
	const box = new ChainBox({ pending_nonce: 1000, nonce: 1000 });
	const deposit = new Deposit(box, channel, await sign(box));

	box.change = {};
	box.deny = new BoxError(409, 'not_taken', 'nonce too high');
	assert.deepEqual([(await deposit.round(0)).state, (await deposit.round(1)).state, (await deposit.round(2)).state],
		['atSent', 'atSent', 'atEarly']);
	box.nonce = 1000;
	box.deny = null;
	assert.equal((await deposit.round(30000)).state, 'atSent');
	assert.equal(box.sent.length, 1);
});

test('at a higher price nothing is signed that the channel does not say, whatever is kept', async () => {
	for (const change of [{}, { kind: 'erc223' }, { kind: 'smt', token_wei: TOKEN.toString() }, { channel: { state: 'open' } },
		{ allowance_wei: (5n * TOKEN).toString() }]) {
		const box = new ChainBox(change);
		const first = await sign(box, 1000n);
		const evil = unhex(`0x${'99'.repeat(20)}`);
		const kept = { ...first, steps: first.steps.map((s) => ({ ...s, to: hex(evil), value: 1n, data: evil, gas: 9e9,
			call: { what: s.what, to: hex(evil), value: 1n, data: evil, gas: 9e9 } })) };
		const look = readLook(await box.look(channel), channel);
		const [second, honest] = [kept, first].map((r) => signDearer(planDearer(channel, r, 0, look), walletKey()));

		assert.deepEqual(second.steps.map((s) => s.raw), honest.steps.map((s) => s.raw), JSON.stringify(change));
		assert.ok(!JSON.stringify(second.steps.map((s) => s.raw)).includes('99'.repeat(20)));
	}
});

test('a block that is undone: its transaction is sent again, and the other after it', async () => {
	const box = new ChainBox();
	const record = await sign(box);
	const deposit = new Deposit(box, channel, record);

	await deposit.round(0);
	box.mine();
	await deposit.round(3000);
	await deposit.round(6000);
	assert.deepEqual(box.sent, record.steps.map((s) => s.raw));
	box.mined.clear();
	box.pool.clear();
	box.nonce = 3;
	for (const ms of [9000, 30000, 60000])
		await deposit.round(ms);
	assert.equal(box.sent.at(-1), record.steps[0].raw);
	box.mine();
	await deposit.round(70000);
	await deposit.round(73000);
	box.mine(4);
	box.mine(3);
	assert.equal((await deposit.round(76000)).state, 'atDeep');
	assert.equal(new Set(box.sent).size, 2);
});

test('what the box says instead of sending is told, and it is tried again', async () => {
	const box = new ChainBox();
	const deposit = new Deposit(box, channel, await sign(box));

	box.deny = new BoxError(409, 'not_taken', 'insufficient funds');
	assert.deepEqual(await deposit.round(0), { at: 0, block: undefined, n: undefined, all: 3n, state: 'atSent',
		why: 'insufficient funds' });
	box.deny = new BoxError(503, 'chain_unreachable', 'later');
	assert.equal((await deposit.round(30000)).why, 'later');
	box.deny = null;
	assert.equal((await deposit.round(30001)).why, null, 'at once, for that one was not decided');
	assert.equal(box.sent.length, 1);
});

test('other kinds of tokens take one transaction', async () => {
	for (const [kind, value] of [['erc223', 0n], ['smt', 1000n]]) {
		const { calls } = await plan(new ChainBox({ kind, token_wei: TOKEN.toString() }), 1000n);

		assert.equal(calls.length, 1);
		assert.equal(calls[0].to, channel.token);
		assert.equal(calls[0].value, value);
	}
});

test('an open channel is added to, and never opened again', async () => {
	const word = (calls) => BigInt(hex(calls.at(-1).data.slice(-32)));

	assert.equal(word((await plan(new ChainBox())).calls), 43200n);
	assert.equal(word((await plan(new ChainBox({ channel: { state: 'open' } }))).calls), 0n);
	/* Below the least of an opening, for it has one already. */
	await plan(new ChainBox({ channel: { state: 'open' } }), 1n);
});

test('an absurd gas price is not signed', async () => {
	await plan(new ChainBox({ gas_price_wei: GAS_PRICE_MAX_WEI.toString() }));
	await assert.rejects(plan(new ChainBox({ gas_price_wei: (GAS_PRICE_MAX_WEI + 1n).toString() })), refused('gas_price'));
	await assert.rejects(plan(new ChainBox({ gas_price_wei: `1${'0'.repeat(60)}` })), refused('gas_price'));
});

test('another chain, contract, token or box is not signed for', async () => {
	const other = `0x${'99'.repeat(20)}`;

	for (const change of [{ chain_id: '1' }, { tokens_network: other }, { token: other }, { address: other },
		{ tokens_network: null }, { address: undefined }])
		await assert.rejects(plan(new ChainBox(change)), refused('other_contract'), JSON.stringify(change));
});

test('a deposit goes on its way, wherever the box has the point meanwhile', async () => {
	const box = new ChainBox();
	const deposit = new Deposit(box, { ...channel, decimals: 18 }, await sign(box));

	box.change = { decimals: 6 };
	assert.equal((await deposit.round(0)).state, 'atSent');
	assert.equal(box.sent.length, 1);
});

test('the point is set once: who types 5 does not sign 5000', () => {
	const box = new ChainBox({ decimals: 21, token_wei: (100000n * TOKEN).toString() });

	assert.equal(readLook(box.describe(), { ...channel, decimals: 21 }).decimals, 21);
	assert.throws(() => readLook(box.describe(), { ...channel, decimals: 18 }), refused('other_contract'));
	assert.throws(() => readLook(box.describe(), { ...channel, decimals: 0 }), refused('other_contract'));
});

test('the box names no address that is signed', async () => {
	const { steps } = await sign(new ChainBox({ to: `0x${'99'.repeat(20)}`, spender: `0x${'99'.repeat(20)}` }));

	for (const step of steps) {
		assert.ok(!step.raw.includes('99'.repeat(20)));
		assert.ok(step.raw.includes(channel.tokens_network.slice(2).toLowerCase()));
	}
	assert.ok(steps[1].raw.includes(channel.box.slice(2).toLowerCase()));
});

test('what cannot be, or would cost too much, is not signed', async () => {
	for (const [change, reason] of [
		[{ settle_timeout: 100001 }, 'timeout'], [{ settle_timeout: 0 }, 'bad_look'], [{ pending_nonce: 4 }, 'pending'],
		[{ channel: { state: 'closed' } }, 'closed'], [{ channel: null }, 'closed'],
		[{ min_deposit_wei: (6n * TOKEN).toString() }, 'small'], [{ token_wei: '1000' }, 'few_tokens'],
		[{ coin_wei: '1000' }, 'few_coins'], [{ kind: 'smt', coin_wei: (5n * TOKEN).toString() }, 'few_coins'],
		[{ kind: 'erc777' }, 'bad_look'], [{ nonce: -1 }, 'bad_look'], [{ nonce: 1.5 }, 'bad_look'],
		[{ gas_price_wei: '0x1' }, 'bad_look'], [{ decimals: 1e9 }, 'bad_look'], [{ coin_wei: null }, 'bad_look'],
	])
		await assert.rejects(plan(new ChainBox(change)), refused(reason), JSON.stringify(change));
	await assert.rejects(plan(new ChainBox({ min_deposit_wei: '0' }), 0n), refused('few_tokens'));
});

test('the fee that is shown is the most that it can cost', async () => {
	assert.equal((await plan(new ChainBox())).fee_wei, 600000n * 18n * GWEI);
	assert.equal((await plan(new ChainBox({ allowance_wei: (5n * TOKEN).toString() }))).fee_wei, 500000n * 18n * GWEI);
});
