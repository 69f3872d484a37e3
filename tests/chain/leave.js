// SPDX-License-Identifier: GPL-2.0
// Value leaves channels by both signatures, asked for by either side, with tsd
// killed at the steps; what is on the chain then is what the ledger says.
'use strict';

const assert = require('assert');
const { Peer } = require('./peer.js');
const { Scene, TOKEN } = require('./scene.js');
const wire = require('./wire.js');

const { ID } = wire;

const [dir, url, confirmations, client] = process.argv.slice(2);
const scene = new Scene(dir, url, Number(confirmations), client);

// Paid for and consumed: { paid, earned: once nothing of it is in the kernel }.
async function earn(peer, amount) {
	await peer.pay(amount, scene.memo());
	scene.traffic();
}

// The box's refund of what is unspent, taken.
async function refund(peer) {
	const message = await peer.message(ID.DIRECT_TRANSFER);

	await peer.take(message);
	return message.transferred_amount;
}

async function withdraw_ours() {
	const peer = new Peer(scene, 2);
	const before = await scene.wealth();

	await peer.open(20n * TOKEN);
	await peer.pay(5n * TOKEN);
	// The box's own deposit is what it can take; the payment is not spent yet.
	await assert.rejects(scene.ctl('channel', 'withdraw', peer.account.address, '1'),
		/not ours to take/);
	await scene.ctl('channel', 'deposit', peer.account.address, '3');
	await scene.mine_until('our deposit', async () =>
		(await peer.seen()).deposit_wei === String(3n * TOKEN));
	await scene.quiet();
	await assert.rejects(scene.ctl('channel', 'withdraw', peer.account.address, '3.5'),
		/not ours to take/);
	const asked = await scene.ctl('channel', 'withdraw', peer.account.address, '2');

	assert.equal(asked.frozen, true);
	assert.deepEqual(asked.cosign, { what: 'withdraw', ours: true,
		amount_wei: String(2n * TOKEN), state: 'asked' });
	assert.equal(await peer.refused(TOKEN), 'frozen');
	const message = await peer.message(ID.WITHDRAW_REQUEST);

	await scene.again();
	assert.equal((await peer.message(ID.WITHDRAW_REQUEST)).bytes, message.bytes);
	await scene.ctl('channel', 'withdraw', peer.account.address, '2');
	assert.equal((await scene.ctl('chain', 'status')).cosigned[0].state, 'asked');
	assert.equal(await peer.refused(TOKEN), 'frozen');
	await peer.agreeWithdraw(message);
	await peer.next_life();
	assert.equal(await scene.wealth(), before - TOKEN);
	const c = await peer.seen();

	assert.equal(c.frozen, false);
	assert.equal(c.deposit_wei, String(6n * TOKEN));
	assert.equal(c.partner_deposit_wei, String(15n * TOKEN));
	await peer.pay(TOKEN);
	// What was paid before the withdrawal is owed as much as what is paid after it.
	await assert.rejects(scene.ctl('channel', 'withdraw', peer.account.address, '1.1'),
		/not ours to take/);
	await scene.quiet();
}

async function withdraw_theirs() {
	const peer = new Peer(scene, 3);
	const before = await scene.net.balance('erc20', peer.account);

	await peer.open(20n * TOKEN);
	await peer.pay(5n * TOKEN);
	const w = await peer.askWithdraw(8n * TOKEN);
	const answer = await peer.message(ID.WITHDRAW_RESPONSE);

	assert.equal(answer.error_code, 0);
	await peer.ack(answer);
	assert.equal(await peer.refused(TOKEN), 'frozen');
	const { a, b } = peer.chain;
	const signed = peer.chain.withdrawal(w.balance, w.withdraw);

	signed[6] = answer.signature;
	await scene.net.send(a, 'tokens_network', 'withDraw', signed);
	await peer.next_life();
	assert.equal(await scene.net.balance('erc20', peer.account), before - 12n * TOKEN);
	assert.equal((await peer.chain.side(b))[0], 5n * TOKEN);
	await peer.pay(TOKEN);
}

// The sequence of M1 and M11: refund, withdraw, wait, settle.
async function settle(index, ask, kill) {
	const peer = new Peer(scene, index);
	const before = await scene.wealth();
	const had = await scene.net.balance('erc20', peer.account);

	await peer.open(20n * TOKEN);
	await earn(peer, 5n * TOKEN);
	await ask(peer);
	const refunded = await refund(peer);

	assert(refunded > 0n && refunded < 5n * TOKEN, `${refunded} were refunded`);
	assert.equal(await peer.refused(TOKEN), 'frozen');
	if (kill)
		await scene.again();
	const withdrawal = await peer.message(ID.WITHDRAW_REQUEST);

	assert.equal(withdrawal.withdraw, 5n * TOKEN - refunded);
	assert.equal(withdrawal.balance, withdrawal.withdraw);
	await peer.agreeWithdraw(withdrawal);
	if (kill)
		await scene.again();
	await peer.next_life();
	assert.equal(await scene.wealth() - before, 5n * TOKEN - refunded);
	const last = await peer.message(ID.SETTLE_REQUEST);

	assert.deepEqual([last.balance1, last.balance2], [0n, 15n * TOKEN + refunded]);
	if (kill)
		await scene.again();
	await peer.agreeSettle(last);
	await peer.ended();
	await scene.quiet();
	assert.equal(await scene.wealth() - before, 5n * TOKEN - refunded);
	assert.equal(had - await scene.net.balance('erc20', peer.account), 5n * TOKEN - refunded);
	await scene.until('that is known', async () => (await peer.seen()).state === 'none');
}

// Not signed, and not told no: that would be the last word.
async function unanswered(peer) {
	let error;

	await scene.until('tsd knows the head', async () => {
		const { status, body } = await peer.post(wire.settleRequest(peer.chain.life,
			peer.account, await peer.settlement()));

		assert.notEqual(status, 200, 'it was signed');
		error = body.error;
		return error !== 'chain_stale';
	});
	assert.equal(error, 'deposit_pending');
	assert(!(await peer.outbox()).some((m) => m.id === ID.SETTLE_RESPONSE));
}

// M1, M2: the box has nothing in the channel but what is on its way into it.  By what it
// signed now the wallet would have that, too.
async function deposit_under_way(index) {
	const peer = new Peer(scene, index);
	const before = await scene.wealth();
	const at_stake = 3n * TOKEN;

	await peer.open(20n * TOKEN);
	await scene.ctl('channel', 'deposit', peer.account.address, '3');
	for (const killed of [false, true]) {
		if (killed)
			await scene.again();
		await unanswered(peer);
		await assert.rejects(scene.ctl('channel', 'settle', peer.account.address),
			/deposit of ours .* is under way/);
		await assert.rejects(scene.ctl('channel', 'withdraw', peer.account.address, '1'),
			/deposit of ours .* is under way/);
	}
	await scene.until('it is in a block', async () =>
		(await peer.chain.side(peer.box))[0] === at_stake);
	await unanswered(peer);
	await scene.mine_until('it is confirmed', async () =>
		(await peer.seen()).deposit_wei === String(at_stake));
	await scene.quiet();
	await peer.askSettleInVain();
	await assert.rejects(scene.ctl('channel', 'deposit', peer.account.address, '1'),
		/is being settled|is under way in it/);
	const withdrawal = await peer.message(ID.WITHDRAW_REQUEST);

	assert.equal(withdrawal.withdraw, at_stake);
	await peer.agreeWithdraw(withdrawal);
	await peer.next_life();
	await peer.agreeSettle(await peer.message(ID.SETTLE_REQUEST));
	await peer.ended();
	await scene.quiet();
	assert.equal(await scene.wealth(), before);
}

async function main() {
	await scene.start();
	await scene.following();
	await scene.test('the box withdraws its own, killed while it waits', withdraw_ours);
	await scene.test('the wallet withdraws its own', withdraw_theirs);
	await scene.test('the operator has a channel settled, tsd killed at each step', () =>
		settle(4, (peer) => scene.ctl('channel', 'settle', peer.account.address), true));
	await scene.test('the wallet asks to settle while the box owns something', () =>
		settle(5, (peer) => peer.askSettleInVain(), false));
	await scene.test('nothing is signed while a deposit is on its way, tsd killed meanwhile', () =>
		deposit_under_way(6));
	scene.done();
}

main().catch((e) => {
	console.log(`Bail out! ${e.stack}`);
	process.exit(1);
});
