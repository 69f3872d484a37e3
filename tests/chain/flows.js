// SPDX-License-Identifier: GPL-2.0
// What two boxes do with a channel between them; each ends with the books of both and
// the chain compared, to the unit.
'use strict';

const assert = require('assert');
const { until } = require('./box.js');
const { Channel } = require('./channel.js');

const MESH = 10n ** 18n;
const A_DEPOSIT = 5n * MESH, B_DEPOSIT = 3n * MESH;

// Amounts of tsctl are in tokens.
const tokens = (wei) => `${wei / MESH}.${String(wei % MESH).padStart(18, '0')}`;
const big = (channel, field) => channel ? BigInt(channel[field]) : -1n;

async function must(what, seconds, so, work) {
	if (!await until(seconds, so, work))
		throw new Error(`it did not come to this: ${what}`);
}

// Have a box do it, once: after an answer that was lost, see first whether it does.
async function once(box, is_done, ...words) {
	let said = 'nothing';

	await must(`${box.name}: ${words.join(' ')}`, 60, async () => {
		if (!await box.is_following())
			return false;
		if (await is_done())
			return true;
		try {
			await box.ctl(...words);
			return true;
		} catch (e) {
			said = e.message;
			return false;
		}
	}).catch((e) => {
		throw new Error(`${e.message}; tsctl said: ${said}`);
	});
}

async function has_transaction(box) {
	const status = await box.ask('chain', 'status');

	return Boolean(status && status.transactions.length);
}

const both_quiet = async ({ a, b }) => await a.is_quiet() && await b.is_quiet();

// One block more, once those before are known to both.
async function mine({ net, a, b }) {
	if (await a.is_following() && await b.is_following())
		await net.rpc('evm_mine', [{ blocks: 1 }]);
}

function on_chain({ net, a, b }) {
	return new Channel(net, a.account, b.account);
}

async function owns(net, box) {
	return net.balance('erc20', box.account);
}

// --- opening ----------------------------------------------------------------

async function open(scene) {
	const { net, a, b } = scene;
	const before = [await owns(net, a), await owns(net, b)];

	await once(a, async () => await a.channel(b) || has_transaction(a),
		'channel', 'open', b.account.address, tokens(A_DEPOSIT));
	await must('both know of the channel', 60, async () =>
		big(await a.channel(b), 'deposit_wei') === A_DEPOSIT &&
		big(await b.channel(a), 'partner_deposit_wei') === A_DEPOSIT, () => mine(scene));
	await once(b, async () => big(await b.channel(a), 'deposit_wei') > 0n || has_transaction(b),
		'channel', 'deposit', a.account.address, tokens(B_DEPOSIT));
	await must('both know of the deposit', 60, async () =>
		big(await b.channel(a), 'deposit_wei') === B_DEPOSIT &&
		big(await a.channel(b), 'partner_deposit_wei') === B_DEPOSIT, () => mine(scene));
	await must('all is confirmed', 60, () => both_quiet(scene), () => mine(scene));
	const channel = on_chain(scene);

	await channel.renew();
	assert.equal((await channel.side(a.account))[0], A_DEPOSIT, 'deposit of a');
	assert.equal((await channel.side(b.account))[0], B_DEPOSIT, 'deposit of b');
	assert.equal(before[0] - await owns(net, a), A_DEPOSIT, 'what a paid for it');
	assert.equal(before[1] - await owns(net, b), B_DEPOSIT, 'what b paid for it');
}

// --- transfers --------------------------------------------------------------

// Return: what was said to be paid, and what may have been.
async function transfer(from, to, amounts) {
	const paid = { sure: 0n, perhaps: 0n };

	for (const amount of amounts) {
		await must(`${from.name} is there`, 30, () => from.ask('chain', 'status'));
		try {
			await from.ctl('pay', to.account.address, tokens(amount));
			paid.sure += amount;
		} catch (e) {
			if (/refused|too much|not enough|no channel/.test(e.message))
				throw e;
			paid.perhaps += amount;
		}
	}
	return paid;
}

async function agree({ a, b }) {
	const of_a = await a.channel(b), of_b = await b.channel(a);

	return of_a && of_b && ['transferred_wei', 'nonce'].every((what) =>
		of_a['our_' + what] === of_b[what] && of_b['our_' + what] === of_a[what]);
}

async function sent(box, to) {
	return big(await box.channel(to), 'our_transferred_wei');
}

function between(what, low, value, width) {
	assert(value >= low && value <= low + width, `${what}: ${value}, not ${low}..${low + width}`);
}

async function pay(scene, count = 8) {
	const { a, b } = scene;
	const before = [await sent(a, b), await sent(b, a)];
	const amounts = (unit) => [...Array(count).keys()].map((i) => unit + BigInt(i));
	const [of_a, of_b] = await Promise.all([
		transfer(a, b, amounts(MESH / 1000n)), transfer(b, a, amounts(MESH / 1500n))]);

	await must('the books of both agree', 60, () => agree(scene));
	between('a paid', before[0] + of_a.sure, await sent(a, b), of_a.perhaps);
	between('b paid', before[1] + of_b.sure, await sent(b, a), of_b.perhaps);
}

async function prepare(scene) {
	await open(scene);
	await pay(scene, 150);
}

// --- one side closes ----------------------------------------------------------

const state = async (channel) => (await channel.info())[3];

// From closed to settled; what both own, and the contract has nothing left.
async function settled(scene, channel, before, a_gains) {
	const { net, a, b } = scene;

	await must('both have done what they can', 60, () => both_quiet_but_settle(scene));
	await net.reach(await channel.first_settle_block() + 3n);
	await must('it is settled', 60, async () => await state(channel) === 0n);
	await must('all is confirmed', 60, () => both_quiet(scene), () => mine(scene));
	assert.equal(await owns(net, a) - before[0], A_DEPOSIT + a_gains, 'what a has of it');
	assert.equal(await owns(net, b) - before[1], B_DEPOSIT - a_gains, 'what b has of it');
	assert.equal(await net.balance('erc20', { address: net.network }), 0n, 'what is left');
}

// What is still to be confirmed needs blocks, and those are not to run out.
async function both_quiet_but_settle({ net, a, b }) {
	for (const box of [a, b]) {
		const status = await box.ask('chain', 'status');

		if (box.child && (!status || status.state !== 'at-head' ||
				BigInt(status.seen_block) < await net.height() ||
				status.transactions.some((t) => t.state !== 'mined' && t.what !== 'settle')))
			return false;
	}
	return true;
}

async function begun(scene) {
	const { net, a, b } = scene;
	const channel = on_chain(scene);

	await channel.renew();
	return { channel, before: [await owns(net, a), await owns(net, b)],
		gains: await sent(b, a) - await sent(a, b) };
}

async function close(scene) {
	const { a, b } = scene;
	const { channel, before, gains } = await begun(scene);

	await once(a, async () => (await a.channel(b) || {}).state !== 'open' || has_transaction(a),
		'channel', 'close', b.account.address);
	await must('it is closed', 60, async () => await state(channel) === 2n);
	await must('b has shown its proof', 60, async () =>
		(await channel.side(a.account))[2] === big(await a.channel(b), 'our_nonce'));
	await settled(scene, channel, before, gains);
}

// Somebody with the key of a closes with an old proof of b's.
async function stale(scene) {
	const { a, b } = scene;
	const { channel, before, gains } = await begun(scene);

	await channel.close(a.account, channel.proof(b.account, 2n, MESH / 100n));
	await must('b has shown its proof', 60, async () =>
		(await channel.side(a.account))[2] === big(await a.channel(b), 'our_nonce'));
	await settled(scene, channel, before, gains);
}

// --- both sign ------------------------------------------------------------------

const held = async ({ a, b }) => A_DEPOSIT + await sent(b, a) - await sent(a, b);

async function withdraw(scene) {
	const { net, a, b } = scene;
	const { channel, before } = await begun(scene);
	const life = (await a.channel(b)).open_block_number, of_a = await held(scene);
	const changed = async (box, partner) =>
		((await box.channel(partner)) || {}).open_block_number > life;

	await once(a, async () => (await a.channel(b) || {}).cosign || changed(a, b),
		'channel', 'withdraw', b.account.address, '1');
	await must('both have the next life', 120, async () =>
		await changed(a, b) && await changed(b, a), () => mine(scene));
	await must('all is confirmed', 60, () => both_quiet(scene), () => mine(scene));
	assert.equal(await owns(net, a) - before[0], MESH, 'what a has withdrawn');
	assert.equal(await owns(net, b), before[1], 'what b has');
	assert.equal((await channel.side(a.account))[0], of_a - MESH, 'what a has left there');
	assert.equal(big(await a.channel(b), 'deposit_wei'), of_a - MESH, 'by its own books');
	assert.equal(big(await b.channel(a), 'partner_deposit_wei'), of_a - MESH, 'by those of b');
	await pay(scene, 2);
}

// What was not spent goes back first, and nothing of these transfers was spent.
async function settle(scene) {
	const { net, a, b } = scene;
	const { channel, before } = await begun(scene);

	await once(a, async () => {
		const c = await a.channel(b);

		return !c || c.leaving || c.state !== 'open';
	}, 'channel', 'settle', b.account.address);
	await must('it is settled', 180, async () => await state(channel) === 0n, () => mine(scene));
	await must('all is confirmed', 60, () => both_quiet(scene), () => mine(scene));
	assert.deepEqual([await owns(net, a) - before[0], await owns(net, b) - before[1]],
		[A_DEPOSIT, B_DEPOSIT], 'what both have of it');
	assert.equal(await net.balance('erc20', { address: net.network }), 0n, 'what is left');
}

exports.prepare = prepare;
exports.flows = [
	{ name: 'open', from: 'nothing', victims: ['a', 'b'], play: open },
	{ name: 'pay', from: 'paid', victims: ['a', 'b'], play: (scene) => pay(scene) },
	{ name: 'close', from: 'paid', victims: ['a', 'b'], play: close },
	{ name: 'withdraw', from: 'paid', victims: ['a', 'b'], play: withdraw },
	{ name: 'settle', from: 'paid', victims: ['a', 'b'], play: settle },
	{ name: 'stale', from: 'paid', victims: ['b'], play: stale },
];
