// SPDX-License-Identifier: GPL-2.0
// Payments on their way: lost answers, crashes, prices that rise, caps, a box that cheats.
import assert from 'node:assert/strict';
import test from 'node:test';
import { BoxError } from '../src/box.js';
import { outstanding } from '../src/channel.js';
import { NotDelivered } from '../src/courier.js';
import { decode } from '../src/message.js';
import { NotPaid, Payer, watch } from '../src/payer.js';
import { StoreError } from '../src/store.js';
import { CODE, FakeBox, IDBFactory, TERMS, TOKEN, newStore, openPurse, walletKey } from './scene.js';
import { equal, hex, unhex } from '../src/bytes.js';

const MB50 = 50n * TOKEN / 1000n;
const lost = () => new BoxError(0, 'no_answer', 'lost');
const reason = (word, of = NotPaid) => (e) => e instanceof of && e.reason === word;

async function scene({ box = new FakeBox(), factory = new IDBFactory(), terms = TERMS } = {}) {
	const clock = { ms: 100000 };
	const purse = await openPurse(await newStore(factory), box, terms);
	const payer = new Payer({ box, purse, key: walletKey(), nowMs: () => clock.ms, nap: async () => {} });

	await payer.begin();
	return { box, factory, clock, purse, payer };
}

test('pays below the mark, is credited, and then it is enough', async () => {
	const { box, payer, purse } = await scene();

	assert.equal((await payer.step()).answer, 'pay');
	assert.equal(box.attached_wei, MB50);
	assert.equal((await payer.step()).answer, 'enough');
	assert.deepEqual((await purse.receipts()).map((r) => r.state), ['acked']);
});

test('an event from before the last payment pays nothing', async () => {
	const { box, payer } = await scene();
	const old = await box.session();

	await payer.step(old);
	assert.equal((await payer.step(old)).answer, 'enough');
	assert.equal(box.taken.length, 1);
});

test('a lost Ack: the same bytes again, credited once', async () => {
	const { box, payer, purse } = await scene();
	const sent = [];
	let losses = 2;

	box.before = async (datagram) => { sent.push(hex(datagram)); };
	box.after = async () => { if (losses-- > 0) throw lost(); };
	await payer.payAhead(TOKEN);
	assert.equal(sent.length, 3);
	assert.equal(new Set(sent).size, 1);
	assert.equal(box.theirs.transferred_wei, TOKEN);
	assert.equal(outstanding(purse.state), undefined);
});

test('a request that never arrives: the payment is kept, and comes first the next time', async () => {
	const { box, factory, payer, purse } = await scene();

	box.before = async () => { throw lost(); };
	await assert.rejects(payer.payAhead(TOKEN), NotDelivered);
	await assert.rejects(payer.payAhead(TOKEN), NotDelivered);
	assert.equal(purse.state.ours.nonce, 1n, 'and no second one is signed meanwhile');
	const bytes = outstanding(purse.state).datagram;

	box.before = async () => {};
	const next = await scene({ box, factory, terms: null });

	assert.deepEqual(box.taken.map(hex), [bytes]);
	await next.payer.payAhead(TOKEN);
	assert.equal(box.theirs.transferred_wei, 2n * TOKEN);
});

test('a crash between commit and send: the same bytes by the next one', async () => {
	const factory = new IDBFactory();
	const box = new FakeBox();
	const purse = await openPurse(await newStore(factory), box);

	await purse.pay(walletKey(), TOKEN, { code: CODE, tariff_id: 1, wei_per_gb: TOKEN }, 0);
	const bytes = outstanding(purse.state).datagram;

	await scene({ box, factory, terms: null });
	assert.deepEqual(box.taken.map(hex), [bytes]);
	assert.equal(box.theirs.transferred_wei, TOKEN);
});

test('a crash after the Ack came and before it was kept: acked again, credited once', async () => {
	const { box, factory, payer, purse } = await scene();

	purse.acked = async () => { throw new StoreError('gone'); };
	await assert.rejects(payer.payAhead(TOKEN), StoreError);
	await scene({ box, factory, terms: null });
	assert.equal(box.taken.length, 1);
	assert.equal(box.theirs.transferred_wei, TOKEN);
});

test('nothing leaves that could not be kept', async () => {
	const { box, payer, purse } = await scene();

	purse.pay = async () => { throw new StoreError('disk full'); };
	await assert.rejects(payer.payAhead(TOKEN), StoreError);
	assert.equal(box.taken.length, 0);
});

test('the Ack of something else is none', async () => {
	const { box, payer, purse } = await scene();
	const right = box.pay.bind(box);

	box.pay = async (d) => (decode(d)?.id === 9 ? new Uint8Array(56) : right(d));
	await assert.rejects(payer.payAhead(TOKEN), reason('no_ack', NotDelivered));
	assert.ok(outstanding(purse.state));
});

test('a price that rose: not a wei, neither by itself nor ahead; cheaper again: goes on', async () => {
	const { box, payer } = await scene();

	await payer.step();
	box.used_wei = box.attached_wei;
	box.wei_per_gb = TOKEN + 1n;
	assert.equal((await payer.step()).answer, 'too_dear');
	await assert.rejects(payer.payAhead(1n), reason('too_dear'));
	assert.equal(box.taken.length, 1);
	box.wei_per_gb = TOKEN;
	assert.equal((await payer.step()).answer, 'pay');
});

test('a price that rises between the event and the payment is seen', async () => {
	const { box, payer } = await scene();
	const event = await box.session();

	box.wei_per_gb = 2n * TOKEN;
	assert.equal((await payer.step(event)).answer, 'too_dear');
	assert.equal(box.taken.length, 0);
});

test('local traffic that became dear counts as well', async () => {
	const { box, payer } = await scene();
	const tariff = box.tariff.bind(box);

	box.tariff = () => {
		const t = tariff();

		t.prices.local.up.wei_per_gb = (2n * TOKEN).toString();
		return t;
	};
	assert.equal((await payer.step()).answer, 'too_dear');
});

test('the cap of the hour: what it leaves, then nothing; an hour later again', async () => {
	const terms = { ...TERMS, cap_hour_wei: MB50 + 1n };
	const { box, clock, payer } = await scene({ terms });

	await payer.step();
	box.used_wei = box.attached_wei;
	assert.equal((await payer.step()).answer, 'pay');
	assert.equal(box.theirs.transferred_wei, MB50 + 1n);
	box.used_wei = box.attached_wei;
	assert.equal((await payer.step()).answer, 'hour_cap');
	await assert.rejects(payer.payAhead(1n), reason('hour_cap'));
	clock.ms += 3700000;
	assert.equal((await payer.step()).answer, 'pay');
});

test('the cap of the channel: what came back makes room again', async () => {
	const { box, payer } = await scene({ terms: { ...TERMS, cap_wei: TOKEN } });

	await payer.payAhead(TOKEN);
	await assert.rejects(payer.payAhead(1n), reason('cap'));
	assert.equal(await payer.refund(), TOKEN);
	await payer.payAhead(TOKEN);
	assert.equal(box.theirs.transferred_wei, 2n * TOKEN);
});

test('a refund: signed by us, taken once, on the disk before its Ack', async () => {
	const { box, payer, purse } = await scene();

	await payer.payAhead(3n * TOKEN);
	box.used_wei = TOKEN;
	assert.equal(await payer.refund(), 2n * TOKEN);
	assert.equal(purse.state.theirs.transferred_wei, 2n * TOKEN);
	assert.deepEqual([box.acks, box.messages.length], [1, 0]);
	assert.equal(await payer.refund(), 0n);
	assert.deepEqual((await purse.receipts()).map((r) => r.kind), ['payment', 'received']);
});

test('a refund whose Ack is lost is acked again and counted once', async () => {
	const { box, payer, purse } = await scene();

	await payer.payAhead(3n * TOKEN);
	box.before = async (d, m) => { if (m?.id === 0) throw lost(); };
	await assert.rejects(payer.refund(), BoxError);
	assert.equal(purse.state.theirs.transferred_wei, 3n * TOKEN);
	box.before = async () => {};
	assert.equal(await payer.refund(), 0n);
	assert.equal(box.messages.length, 0);
	assert.equal((await purse.receipts()).length, 2);
});

test('what in the outbox is no good is left there, and what follows is taken', async () => {
	const { box, payer, purse } = await scene();

	await payer.payAhead(3n * TOKEN);
	box.messages.push(Uint8Array.of(11, 0, 1, 0), new Uint8Array(3));
	assert.equal(await payer.refund(), 3n * TOKEN);
	assert.equal(purse.state.theirs.nonce, 1n);
	assert.equal(box.messages.length, 2);
});

test('a box that lost what it had acked gets it again, in its order (M9)', async () => {
	const { box, payer } = await scene();

	await payer.payAhead(TOKEN);
	await payer.payAhead(TOKEN);
	const [one, two] = box.taken;
	const { proof: back } = decode(one);

	/* As a forged Ack, or a power cut under it, would leave it. */
	for (const kept of [1, 0]) {
		box.taken = box.taken.slice(0, kept);
		box.theirs = kept ? back : { ...back, nonce: 0n, transferred_wei: 0n };
		await payer.payAhead(TOKEN);
		assert.ok(equal(box.taken[0], one) && equal(box.taken[1], two));
	}
	assert.equal(box.theirs.transferred_wei, 4n * TOKEN);
});

test('a wallet restored from its words goes on from our own proof, which the box shows', async () => {
	const box = new FakeBox();
	const first = await scene({ box });

	await first.payer.payAhead(2n * TOKEN);
	await first.payer.payAhead(TOKEN);
	const again = await scene({ box });

	assert.ok(again.purse.state.restored);
	assert.equal(again.purse.state.ours.transferred_wei, 3n * TOKEN);
	await again.payer.payAhead(TOKEN);
	assert.equal(box.theirs.nonce, 3n);
	assert.equal(box.theirs.transferred_wei, 4n * TOKEN);
	/* And the first one, which it has left behind. */
	await assert.rejects(first.payer.payAhead(2n * TOKEN), reason('nonce_replayed', NotDelivered));
	await first.payer.payAhead(TOKEN);
	assert.equal(box.theirs.transferred_wei, 5n * TOKEN);
	assert.deepEqual((await first.purse.receipts()).map((r) => r.state), ['acked', 'acked', 'replaced', 'acked']);
});

test('a box that says we paid more than we did gets nothing by it', async () => {
	const box = new FakeBox();

	box.theirs = { ...box.theirs, nonce: 9n, transferred_wei: 500n * TOKEN, signature: `0x${'11'.repeat(65)}`,
		additional_hash: `0x${'22'.repeat(32)}` };
	await assert.rejects(scene({ box }), /not_ours/);
});

test('money that buys nothing is paid once', async () => {
	const { box, payer } = await scene();
	const said = [];

	box.credits = false;
	box.events = async function* events() {
		yield { session: null };
		yield { session: null };
	};
	await watch(payer, new AbortController().signal, (s) => said.push(s.error?.reason ?? s.answer) < 9);
	assert.deepEqual(said, ['not_credited']);
	assert.equal(box.taken.length, 1);
});

test('watching: pays at each event that is low, and ends when told to', async () => {
	const { box, payer } = await scene();
	const end = new AbortController();

	box.events = async function* events() {
		for (let i = 0; i < 3; i++) {
			box.used_wei = box.attached_wei;
			yield { session: await box.session() };
		}
		end.abort();
	};
	await watch(payer, end.signal, () => {});
	assert.equal(box.taken.length, 4);
});

test('watching: a box that is away is asked again', async () => {
	const { box, payer } = await scene();
	const end = new AbortController();
	const said = [];
	let away = 3;
	const session = box.session.bind(box);

	box.session = async () => {
		if (away-- > 0)
			throw lost();
		return session();
	};
	box.events = async function* events() {
		if (away >= 0)
			throw lost();
		end.abort();
		yield* [];
	};
	await watch(payer, end.signal, (s) => { said.push(s.error?.error ?? s.answer); });
	assert.equal(said[0], 'no_answer');
	assert.deepEqual(said.slice(-2), ['pay', 'enough']);
});

test('two clicks at once are two payments, one after the other', async () => {
	const { box, payer } = await scene();

	await Promise.all([payer.payAhead(TOKEN), payer.payAhead(TOKEN), payer.step()]);
	assert.deepEqual(box.taken.map((d) => decode(d).proof.nonce), [1n, 2n]);
});

test('limits that are changed under a payment hold from the next one on', async () => {
	const { box, payer, purse } = await scene();
	const terms = { ...TERMS, max_wei_per_gb: 0n };

	box.after = async () => purse.agree(walletKey(), terms, purse.wish);
	await Promise.all([payer.payAhead(TOKEN), purse.agree(walletKey(), TERMS, purse.wish)]);
	assert.deepEqual(purse.terms, terms);
	await assert.rejects(payer.payAhead(TOKEN), reason('too_dear'));
	assert.equal(box.theirs.transferred_wei, TOKEN);
});

test('a closed, frozen or leaving channel is not paid into', async () => {
	for (const change of [{ state: 'closed' }, { frozen: true }]) {
		const box = Object.assign(new FakeBox(), change);
		const { payer } = await scene({ box });

		assert.equal((await payer.step()).answer, 'not_usable');
	}
});

test('a session that spends another token is paid at our tariff, or not at all', async () => {
	const { box, payer } = await scene();
	const ours = box.tariff();

	box.session_token = box.key.address;
	box.tariffs = [{ ...ours, id: 8, announced: true }, { ...ours, id: 7, announced: false }];
	await payer.step();
	assert.equal(String.fromCharCode(...decode(box.taken[0]).data), `ts1:${CODE}:7:${TERMS.max_wei_per_gb}`);
	box.used_wei = box.attached_wei;
	box.tariffs = [];
	assert.equal((await payer.step()).answer, 'too_dear');
});

test('a box from a backup is told the newest that we have, a stranger nothing', async () => {
	const { box, payer, purse } = await scene();
	const { concat, ascii, be } = await import('../src/bytes.js');
	const { keccak } = await import('../src/hash.js');
	const ask = (key, block = 77n) => {
		const body = concat(ascii('\x19TokenSwitch Signed Message:\nrestored\n'),
			unhex(purse.state.channel_identifier), be(block, 8), new Uint8Array(32).fill(5));

		return concat([0xff], body, key.sign(keccak(body)));
	};

	await payer.payAhead(3n * TOKEN);
	await payer.refund();
	box.messages = [ask(walletKey()), ask(box.key, 78n)];
	await payer.refund();
	assert.equal(box.evidence.length, 0);
	box.messages = [ask(box.key)];
	await payer.refund();
	assert.equal(box.evidence.length, 1);
	const said = box.evidence[0];

	assert.equal(said.length, 1 + 29 + 9 + 72 + 2 * 153 + 65);
	assert.ok(hex(said).includes(purse.state.theirs.signature.slice(2)));
	assert.ok(hex(said).includes(purse.state.ours.signature.slice(2)));

	/* Who has lost its own past does not know what is the newest. */
	box.messages = [ask(box.key)];
	const again = await scene({ box });

	assert.ok(again.purse.state.restored);
	await again.payer.refund();
	assert.equal(box.evidence.length, 1);
});

test('amounts of a session that cannot be read are no session', async () => {
	const { readSession } = await import('../src/box.js');
	const good = new FakeBox().sessionObject();

	assert.equal(readSession(good).remaining_bytes, 0n);
	for (const change of [{ session: 'x' }, { remaining_bytes: -1 }, { remaining_bytes: '5' }, { attached_wei: 5 },
		{ unspent_wei: '-1' }, { tariff: null }, { tariff: { id: -1 } }, { state: undefined }])
		assert.throws(() => readSession({ ...good, ...change }), BoxError, JSON.stringify(change));
	assert.equal(readSession({ ...good, remaining_bytes: null }).remaining_bytes, null);
	assert.equal(readSession({ ...good, tariff: { id: 1 } }).wei_per_gb, null);
});
