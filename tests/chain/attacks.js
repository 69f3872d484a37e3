// SPDX-License-Identifier: GPL-2.0
// Wallets that cheat a box, on the real contract.  In each case the box ends with
// what it earned.  Blocks are mined, not waited for.
'use strict';

const assert = require('assert');
const { Peer } = require('./peer.js');
const { Scene, TOKEN } = require('./scene.js');
const wire = require('./wire.js');

const { ID } = wire;
const [dir, url, confirmations, client] = process.argv.slice(2);
const scene = new Scene(dir, url, Number(confirmations), client);
const DEPOSIT = 20n * TOKEN;
// How long what was co-signed may be unseen (M2).
const PATIENCE_BLOCKS = 60;

// What the box has of this channel in the end: nothing else may pay it meanwhile.
class Gain {
	static async begin() {
		const gain = new Gain();

		gain.before = await scene.wealth();
		return gain;
	}

	async is(amount) {
		assert.equal(await scene.wealth() - this.before, amount);
	}
}

// The box has earned something, and the rest is back with the wallet; what is
// earned is withdrawn, and the wallet has the box's signature over a settlement.
// Return: { earned, message: the SettleRequest }.
async function to_the_last_request(peer, ask) {
	await peer.open(DEPOSIT);
	await peer.pay(5n * TOKEN, scene.memo());
	scene.traffic();
	await ask();
	const refund = await peer.message(ID.DIRECT_TRANSFER);

	await peer.take(refund);
	const earned = 5n * TOKEN - refund.transferred_amount;

	assert(earned > 0n);
	await peer.agreeWithdraw(await peer.message(ID.WITHDRAW_REQUEST));
	await peer.next_life();
	return { earned, message: await peer.message(ID.SETTLE_REQUEST) };
}

// The wallet shows the box's signature as if the box owed it everything (M1).
async function close_by_it(peer, message) {
	const proof = wire.settlementAsProof(scene.box, message, message.signature);

	await peer.chain.close(peer.account, proof);
	assert.equal((await peer.chain.side(scene.box))[2], proof.nonce);
	return proof;
}

async function end_by_it(peer, proof) {
	const first = await peer.chain.first_settle_block();

	await scene.net.reach(first);
	await scene.net.send(peer.account, 'tokens_network', 'settle', [peer.chain.token,
		peer.account.address, 0n, wire.ZERO, scene.box.address,
		proof.transferred_amount, proof.locksroot]);
	assert.equal(await peer.state(), 0);
}

async function settle_asked_by_the_wallet() {
	const peer = new Peer(scene, 2);
	const gain = await Gain.begin();
	const { earned, message } = await to_the_last_request(peer, () =>
		peer.askSettleInVain());

	await peer.ack(message);
	await end_by_it(peer, await close_by_it(peer, message));
	await gain.is(earned);
}

async function settle_asked_by_the_box() {
	const peer = new Peer(scene, 3);
	const gain = await Gain.begin();
	const { earned, message } = await to_the_last_request(peer, () =>
		scene.ctl('channel', 'settle', peer.account.address));

	await peer.ack(message);
	await end_by_it(peer, await close_by_it(peer, message));
	await gain.is(earned);
}

// It agrees, and closes in the block before the box's transaction.
async function settle_front_run() {
	const peer = new Peer(scene, 4);
	const gain = await Gain.begin();
	const { earned, message } = await to_the_last_request(peer, () =>
		scene.ctl('channel', 'settle', peer.account.address));
	const proof = await close_by_it(peer, message);

	// The answer comes when the box has seen that already, or before.
	await peer.post(wire.settleResponse(peer.chain.life, peer.account, message));
	await scene.until('the box sees it, or its settlement waits', async () =>
		(await peer.seen()).state === 'closed' ||
		(await scene.ctl('chain', 'status')).transactions.some((t) =>
			t.what === 'cooperative-settle' && t.waits));
	await end_by_it(peer, proof);
	await scene.mine(2 * PATIENCE_BLOCKS);
	await gain.is(earned);
}

// What the box signs when it says no, shown as its newest proof: it has transferred 0.
async function refusal_as_proof() {
	const peer = new Peer(scene, 3);
	const gain = await Gain.begin();

	await peer.open(DEPOSIT);
	await peer.pay(5n * TOKEN);
	await close_by_it(peer, await peer.askSettleInVain());
	await scene.until('the newest proof is shown', async () =>
		(await peer.chain.side(peer.account))[2] === peer.nonce);
	await peer.over();
	await gain.is(5n * TOKEN);
}

async function withdrawal_kept() {
	const peer = new Peer(scene, 5);
	const gain = await Gain.begin();

	await peer.open(DEPOSIT);
	await peer.pay(4n * TOKEN);
	const w = await peer.askWithdraw(10n * TOKEN);
	const answer = await peer.message(ID.WITHDRAW_RESPONSE);

	assert.equal(answer.error_code, 0);
	await peer.ack(answer);
	const cheque = peer.chain.withdrawal(w.balance, w.withdraw);

	cheque[6] = answer.signature;
	assert.equal(await peer.refused(TOKEN), 'frozen');
	await scene.again();
	assert.equal(await peer.refused(TOKEN), 'frozen');
	// It does not cash it: the box does.
	await scene.mine(PATIENCE_BLOCKS + 2);
	await peer.next_life();
	await peer.pay(3n * TOKEN);
	const late = await scene.net.submit(peer.account, 'tokens_network', 'withDraw', cheque);

	assert.equal(late.status, '0x0', 'the cheque was cashed');
	await peer.chain.close(peer.account, peer.chain.none(scene.box));
	await scene.until('the newest proof is shown', async () =>
		(await peer.chain.side(peer.account))[2] === 1n);
	await peer.over();
	await gain.is(7n * TOKEN);
}

// The box asks; the wallet has its signature, and says nothing.
async function withdrawal_unanswered() {
	const peer = new Peer(scene, 6);
	const gain = await Gain.begin();

	await peer.open(DEPOSIT);
	await scene.ctl('channel', 'deposit', peer.account.address, '2');
	await scene.mine_until('our deposit', async () =>
		(await peer.seen()).deposit_wei === String(2n * TOKEN));
	await scene.quiet();
	await peer.pay(5n * TOKEN);
	await scene.ctl('channel', 'withdraw', peer.account.address, '1');
	await peer.message(ID.WITHDRAW_REQUEST);
	assert.equal(await peer.refused(TOKEN), 'frozen');
	await scene.mine(PATIENCE_BLOCKS + 2);
	await scene.until('the box closes', async () => await peer.state() === 2);
	await peer.over();
	await gain.is(5n * TOKEN);
}

async function short_window() {
	const peer = new Peer(scene, 7);
	const gain = await Gain.begin();

	await peer.open(DEPOSIT, 6n);
	assert.equal(await peer.refused(TOKEN), 'settle_timeout_too_short');
	await peer.chain.close(peer.account, peer.chain.none(scene.box));
	await peer.over();
	await gain.is(0n);
}

// Closed without a proof; what the event says then is whatever the closer likes.
function close_bare(peer, amount) {
	return peer.chain.close(peer.account, { ...peer.chain.none(scene.box),
		transferred_amount: amount });
}

// Closed without any proof while the box is dead until three blocks are left.
async function stale_close() {
	const peer = new Peer(scene, 8);
	const gain = await Gain.begin();

	await peer.open(DEPOSIT);
	await peer.pay(2n * TOKEN);
	await peer.pay(4n * TOKEN);
	await scene.kill();
	await close_bare(peer, 1n << 200n);
	const [, last] = await peer.chain.info();

	// The next transaction is in the third block before the last.
	await scene.net.reach(last - 2n);
	await scene.start();
	await scene.until('the newest proof is shown', async () =>
		(await peer.chain.side(peer.account))[2] === 2n);
	assert(await scene.net.height() <= last);
	await peer.over();
	await gain.is(6n * TOKEN);
}

// These are closed by their wallets together.
async function forged_ack(peer) {
	await peer.open(DEPOSIT);
	await scene.ctl('channel', 'deposit', peer.account.address, '3');
	await scene.mine_until('our deposit', async () =>
		(await peer.seen()).deposit_wei === String(3n * TOKEN));
	await peer.pay(5n * TOKEN);
	await scene.ctl('pay', peer.account.address, '1');
	const lost = await peer.message(ID.DIRECT_TRANSFER);

	// The wallet never saw it; whoever saw it on its way acks it.
	await peer.ack(lost);
	await scene.ctl('pay', peer.account.address, '2');
	await scene.again();
	const kept = (await peer.outbox()).filter((m) => m.id === ID.DIRECT_TRANSFER);

	assert.deepEqual(kept.map((m) => m.nonce), [1n, 2n]);
	assert.equal(kept[0].bytes, lost.bytes);
	await peer.take(kept[1], kept[0]);
	assert.equal(peer.got.transferred_amount, 3n * TOKEN);
}

async function second_device(peer) {
	await peer.open(DEPOSIT);
	await peer.pay(TOKEN);
	const { bytes } = peer.transfer(2n * TOKEN);
	const other = peer.transfer(3n * TOKEN).bytes;

	await peer.say(bytes);
	const { status, body } = await peer.post(other);

	assert.equal(status, 409);
	assert.equal(body.error, 'nonce_replayed');
	assert.equal(String(body.last.nonce), '2');
	assert.equal(body.last.transferred_wei, String(3n * TOKEN));
	// It goes on from what it was told.
	peer.nonce = 2n;
	peer.sent = 3n * TOKEN;
	await peer.pay(3n * TOKEN);
}

async function undone_deposit(peer) {
	await peer.open(4n * TOKEN);
	const snapshot = await scene.net.rpc('evm_snapshot', []);

	await peer.chain.deposit(peer.account, scene.box, 10n * TOKEN, 0n);
	await scene.until('the block is seen', async () => BigInt((await scene.ctl('chain',
		'status')).seen_block) >= await scene.net.height());
	assert.equal(await peer.refused(5n * TOKEN), 'over_balance');
	assert.equal(await scene.net.rpc('evm_revert', [snapshot]), true);
	await scene.net.rpc('evm_increaseTime', [1]);
	await scene.mine(2 * scene.confirmations);
	await scene.until('the other blocks are seen', async () => BigInt((await scene.ctl('chain',
		'status')).confirmed_block) >= await scene.net.height() - BigInt(scene.confirmations));
	assert.equal((await peer.seen()).partner_deposit_wei, String(4n * TOKEN));
	assert.equal(await peer.refused(5n * TOKEN), 'over_balance');
	await peer.pay(4n * TOKEN);
}

async function closed_together() {
	const peers = [9, 0, 2].map((i) => new Peer(scene, i));
	const gain = await Gain.begin();

	await scene.test('a lost transfer is acked by somebody else', () => forged_ack(peers[0]));
	await scene.test('a second device uses a nonce again', () => second_device(peers[1]));
	await scene.test('a deposit is undone', () => undone_deposit(peers[2]));
	await scene.test('their wallets close: the box has what it earned', async () => {
		for (const peer of peers)
			await (peer.got.nonce ? peer.chain.close(peer.account, peer.got) :
				close_bare(peer, 7n * TOKEN));
		for (const peer of peers)
			await scene.until('the newest proof is shown', async () =>
				(await peer.chain.side(peer.account))[2] === peer.nonce);
		for (const peer of peers)
			await peer.over();
		await gain.is((5n - 3n + 6n + 4n) * TOKEN);
	});
}

async function main() {
	await scene.start();
	await scene.following();
	await scene.test('a settlement as proof: the wallet asks first', settle_asked_by_the_wallet);
	await scene.test('a settlement as proof: the box asks first', settle_asked_by_the_box);
	await scene.test('a settlement as proof: front-run', settle_front_run);
	await scene.test('a refusal to settle as proof', refusal_as_proof);
	await scene.test('a withdrawal is kept for later', withdrawal_kept);
	await scene.test('a withdrawal is never answered', withdrawal_unanswered);
	await scene.test('a window of 6 blocks', short_window);
	await scene.test('a stale close while the box is dead', stale_close);
	await closed_together();
	await scene.test('nothing is left to be done', () => scene.quiet());
	scene.done();
}

main().catch((e) => {
	console.log(`Bail out! ${e.stack}`);
	process.exit(1);
});
