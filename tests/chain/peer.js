// SPDX-License-Identifier: GPL-2.0
// A wallet that speaks Photon with a box over HTTP, and does on the chain what it
// likes.  It takes what the box sends as an honest node does only when told to.
'use strict';

const assert = require('assert');
const { getBytes, hexlify } = require('ethers');
const { Channel } = require('./channel.js');
const wire = require('./wire.js');

class Peer {
	constructor(scene, index, contract = 'erc20') {
		this.scene = scene;
		this.account = scene.net.accounts[index];
		this.box = scene.net.accounts[1];
		this.chain = new Channel(scene.net, this.account, this.box, contract);
		this.renewed();
	}

	// Nonces and amounts of a new life begin anew.
	renewed() {
		this.nonce = 0n;
		this.sent = 0n;
		this.got = { nonce: 0n, transferred_amount: 0n };
	}

	// Open on the chain, and wait until the box counts it.
	async open(amount, timeout = 60n) {
		await this.chain.deposit(this.account, this.box, amount, timeout);
		await this.chain.renew();
		this.renewed();
		await this.scene.confirm();
		await this.counted(amount);
	}

	counted(amount) {
		return this.scene.until('its deposit counts', async () => {
			const c = await this.seen();

			return c && BigInt(c.partner_deposit_wei) === amount &&
				BigInt(c.open_block_number) === this.chain.life.open_block_number;
		});
	}

	// The channel as the box shows it to anybody; null: it knows none.
	async seen() {
		const answer = await fetch(`${this.scene.url}/v1/channel?` +
			`address=${this.account.address}&token=${this.chain.token}`);

		return answer.status === 200 ? answer.json() : null;
	}

	// Return: { status, body: of a refusal }
	async post(bytes) {
		const answer = await fetch(`${this.scene.url}/v1/pay`, {
			method: 'POST', body: getBytes(bytes),
			headers: { 'content-type': 'application/octet-stream' },
		});
		const body = answer.status === 200 ? hexlify(new Uint8Array(await answer.arrayBuffer())) :
			answer.status === 204 ? null : await answer.json();

		return { status: answer.status, body };
	}

	transfer(amount, memo) {
		return wire.directTransfer(this.chain.life, this.account, this.nonce + 1n,
			this.sent + amount, memo);
	}

	// A payment that the box must take.
	async pay(amount, memo) {
		const { bytes, proof } = this.transfer(amount, memo);
		const { status, body } = await this.post(bytes);

		assert.equal(status, 200, JSON.stringify(body));
		assert.equal(body, wire.ack(bytes, this.box));
		this.nonce += 1n;
		this.sent += amount;
		return proof;
	}

	// A payment that it must refuse; Return: how it calls that.
	async refused(amount, memo) {
		const { status, body } = await this.post(this.transfer(amount, memo).bytes);

		assert.notEqual(status, 200, 'the payment was taken');
		return body.error;
	}

	async outbox() {
		const answer = await fetch(`${this.scene.url}/v1/outbox?address=${this.account.address}`);

		return (await answer.json()).messages.map(wire.decode);
	}

	// The first message of that kind, when it is there.
	async message(id) {
		let found;

		await this.scene.until(`a message ${id}`, async () => {
			found = (await this.outbox()).find((m) => m.id === id);
			return found;
		});
		return found;
	}

	async ack(message) {
		assert.equal((await this.post(wire.ack(message.bytes, this.account))).status, 204);
	}

	// Take a transfer of the box; before: one that is acked already.
	async take(message, before = this.got) {
		assert.equal(message.nonce, before.nonce + 1n);
		this.got = { ...message, signer: this.box };
		await this.ack(message);
	}

	// What the wallet and the box have of the channel, by what was sent.
	async balances() {
		const [a] = await this.chain.side(this.account);
		const [b] = await this.chain.side(this.box);
		const ours = a - this.sent + this.got.transferred_amount;

		return [ours, a + b - ours];
	}

	async settlement() {
		const [ours, theirs] = await this.balances();

		return { participant1: this.account.address, balance1: ours,
			participant2: this.box.address, balance2: theirs };
	}

	// Post what must be acked.
	async say(bytes) {
		const { status, body } = await this.post(bytes);

		assert.equal(status, 200, JSON.stringify(body));
	}

	// Ask for what is told no: that is no Ack, and its answer can take nothing (M1).
	// Return: the answer.
	async askSettleInVain() {
		const s = await this.settlement();
		const { status, body } = await this.post(wire.settleRequest(this.chain.life,
			this.account, s));

		assert(s.balance2 > 0n);
		assert.equal(status, 403);
		assert.equal(body.error, 'balance_left');
		const answer = await this.message(wire.ID.SETTLE_RESPONSE);

		assert.notEqual(answer.error_code, 0);
		assert.equal(wire.settlementSigner(this.chain.life, answer), this.box.address);
		assert.equal(answer.participant2, this.box.address);
		assert.equal(wire.settlementAsProof(this.box, answer, answer.signature)
			.transferred_amount, 0n);
		await this.ack(answer);
		return answer;
	}

	async askWithdraw(withdraw) {
		const [balance] = await this.balances();
		const w = { participant1: this.account.address, participant2: this.box.address,
			balance, withdraw };

		await this.say(wire.withdrawRequest(this.chain.life, this.account, w));
		return w;
	}

	// Sign what the box asks for.
	async agreeWithdraw(message) {
		await this.ack(message);
		await this.say(wire.withdrawResponse(this.chain.life, this.account, message));
	}

	async agreeSettle(message) {
		await this.ack(message);
		await this.say(wire.settleResponse(this.chain.life, this.account, message));
	}

	// The chain has begun another life of the channel; wait until the box knows.
	async next_life() {
		const before = this.chain.life.open_block_number;

		await this.scene.until('a withdrawal', async () =>
			(await this.chain.info())[2] > before);
		await this.chain.renew();
		this.renewed();
		await this.scene.confirm();
		await this.scene.until('the next life', async () =>
			BigInt((await this.seen()).open_block_number) ===
				this.chain.life.open_block_number);
	}

	async state() {
		return Number((await this.chain.info())[3]);
	}

	ended() {
		return this.scene.until('the channel ends', async () => await this.state() === 0);
	}

	// The window is over; the box settles, if need be for us.
	async over() {
		const left = await this.chain.last_turn_block() - await this.scene.net.height();

		if (left > 0n)
			await this.scene.mine(Number(left));
		await this.ended();
	}
}

module.exports = { Peer };
