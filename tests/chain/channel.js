// SPDX-License-Identifier: GPL-2.0
// One channel of a test: its two sides, its life, and the calls about it.
'use strict';

const assert = require('assert');
const { AbiCoder } = require('ethers');
const { ZERO } = require('./network.js');
const { balanceHash, digests, identifier, sign } = require('./proofs.js');

const SETTLE_TIMEOUT = 20n;
const abi = AbiCoder.defaultAbiCoder();
const SETTLE_TURN_BLOCKS = 20n;	// photon/life.h
const ANY_HASH = '0x' + 'a5'.repeat(32);

class Channel {
	constructor(network, a, b, contract = 'erc20') {
		this.net = network;
		this.a = a;
		this.b = b;
		this.contract = contract;
		this.token = network.at[contract].address;
		this.id = identifier(network.network, this.token, a.address, b.address);
	}

	// Open with what each side puts in; b may put nothing.
	static async open(network, a_deposit, b_deposit, timeout = SETTLE_TIMEOUT) {
		const channel = new Channel(network, network.accounts[0], network.accounts[1]);

		channel.before = await channel.wallets();
		await channel.deposit(channel.a, channel.b, a_deposit, timeout);
		if (b_deposit > 0n)
			await channel.deposit(channel.b, channel.a, b_deposit, 0n);
		await channel.renew();
		return channel;
	}

	// The way that the token is paid in by; any other contract is an ERC-20.
	async deposit(from, partner, amount, timeout) {
		const data = abi.encode(['address', 'address', 'uint64'],
			[from.address, partner.address, timeout]);

		if (this.contract === 'erc223')
			return this.net.send(from, 'erc223', 'transfer(address,uint256,bytes)',
				[this.net.network, amount, data]);
		if (this.contract === 'smt')
			return this.net.send(from, 'smt', 'buyAndTransfer', [data], amount);
		await this.net.send(from, this.contract, 'approve', [this.net.network, amount]);
		return this.net.send(from, 'tokens_network', 'deposit',
			[this.token, from.address, partner.address, amount, timeout]);
	}

	// Learn the life that signatures are over.
	async renew() {
		const info = await this.info();

		assert.equal(info[0], this.id);
		this.life = { channel_identifier: this.id, open_block_number: info[2],
			chain_id: this.net.chain_id };
		return info;
	}

	// Return: [id, settle block, open block, state, settle timeout]
	info() {
		return this.net.call('tokens_network', 'getChannelInfo',
			[this.token, this.a.address, this.b.address]);
	}

	// Return: [deposit, balance hash, nonce]
	side(account) {
		const partner = account === this.a ? this.b : this.a;

		return this.net.call('tokens_network', 'getChannelParticipantInfo',
			[this.token, account.address, partner.address]);
	}

	async wallets() {
		return Promise.all([this.a, this.b].map((s) => this.net.balance(this.contract, s)));
	}

	// What both wallets have, against before the channel was opened.
	async gained() {
		const now = await this.wallets();

		return now.map((amount, i) => amount - this.before[i]);
	}

	// A proof that signer owes transferred_amount.
	proof(signer, nonce, transferred_amount, locksroot = ZERO) {
		const p = { signer, nonce, transferred_amount, locksroot, additional_hash: ANY_HASH };

		p.signature = sign(signer, digests.balance_proof(this.life, p));
		return p;
	}

	none(signer) {
		return { signer, nonce: 0n, transferred_amount: 0n, locksroot: ZERO,
			additional_hash: ZERO, signature: '0x' };
	}

	shown(p) {
		return [this.token, p.signer.address, p.transferred_amount, p.locksroot, p.nonce,
			p.additional_hash, p.signature];
	}

	close(from, p) {
		return this.net.send(from, 'tokens_network', 'prepareSettle', this.shown(p));
	}

	update(from, p) {
		return this.net.send(from, 'tokens_network', 'updateBalanceProof', this.shown(p));
	}

	delegated(p, delegator) {
		return [this.token, p.signer.address, delegator.address, p.transferred_amount,
			p.locksroot, p.nonce, p.additional_hash, p.signature,
			sign(delegator, digests.delegate(this.life, p))];
	}

	settlement(a_sent, b_sent, a_root = ZERO, b_root = ZERO) {
		return [this.token, this.a.address, a_sent, a_root, this.b.address, b_sent, b_root];
	}

	// Settle as soon as it is possible.
	async settle(a_sent, b_sent, a_root, b_root) {
		const first = await this.first_settle_block();

		if (await this.net.height() < first)
			await this.net.reach(first);
		return this.net.send(this.net.accounts[5], 'tokens_network', 'settle',
			this.settlement(a_sent, b_sent, a_root, b_root));
	}

	async first_settle_block() {
		return (await this.info())[1] + BigInt(this.net.punish_blocks) + 1n;
	}

	// When who gets less of it does not wait any more for who gets more to settle.
	async last_turn_block() {
		return await this.first_settle_block() + SETTLE_TURN_BLOCKS;
	}

	async owes(account, p) {
		const [, hash, nonce] = await this.side(account);

		assert.equal(hash, balanceHash(p.transferred_amount, p.locksroot));
		assert.equal(nonce, p.nonce);
	}

	cooperative(a_balance, b_balance) {
		const hash = digests.cooperative(this.life, this.a.address, a_balance,
			this.b.address, b_balance);

		return [this.token, this.a.address, a_balance, this.b.address, b_balance,
			sign(this.a, hash), sign(this.b, hash)];
	}

	withdrawal(balance, amount) {
		const hash = digests.withdraw(this.life, this.a.address, balance, amount);

		return [this.token, this.a.address, this.b.address, balance, amount,
			sign(this.a, hash), sign(this.b, hash)];
	}
}

module.exports = { ANY_HASH, Channel, SETTLE_TIMEOUT };
