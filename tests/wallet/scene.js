// SPDX-License-Identifier: GPL-2.0
// What the tests have in common: a wallet, a box that keeps tsd's rules, a store, a clock.
import 'fake-indexeddb/auto';
import { webcrypto } from 'node:crypto';
import { IDBFactory } from 'fake-indexeddb';
import { printAddress } from '../src/address.js';
import { concat, equal, hex, unhex } from '../src/bytes.js';
import { BoxError, readSession } from '../src/box.js';
import { readChannel } from '../src/channel.js';
import { keccak } from '../src/hash.js';
import { Key } from '../src/key.js';
import { ACK, DIRECT_TRANSFER, ackMatches, decode, makeAck, signTransfer } from '../src/message.js';
import { BLANK, isSignedBy } from '../src/proof.js';
import { recover } from '../src/signature.js';
import { Purse } from '../src/purse.js';
import { Store } from '../src/store.js';

/* Node.js 18 has it, but not under its usual name. */
globalThis.crypto ??= webcrypto;

export const CHEAP = { n: 1024, r: 8, p: 1 };
export const CODE = 'ABCDEFGH01234567';
export const TOKEN = 10n ** 18n;
const secret = (n) => keccak(Uint8Array.of(n));

export const walletKey = () => new Key(secret(1));
export const boxKey = () => new Key(secret(2));
export const CHANNEL = {
	chain_id: 20180430n, tokens_network: printAddress(unhex(`0x${'7e'.repeat(20)}`)),
	token: printAddress(unhex(`0x${'c5'.repeat(20)}`)), box: boxKey().address,
};
export const newStore = (factory = new IDBFactory()) => Store.open(() => factory);
export { IDBFactory };

const price = (wei) => ({ wei_per_gb: wei.toString(), units_per_byte: 1 });

/** FakeBox - with the methods of Box, and the rules of tsd that a wallet depends on */
export class FakeBox {
	constructor() {
		Object.assign(this, {
			key: boxKey(), wallet: walletKey().address, deposit_wei: 1000n * TOKEN, wei_per_gb: TOKEN,
			ours: { ...BLANK }, theirs: { ...BLANK }, attached_wei: 0n, used_wei: 0n, code: CODE,
			tariff_id: 1, messages: [], taken: [], state: 'open', frozen: false, credits: true,
			before: async () => {}, after: async () => {}, acks: 0, evidence: [],
		});
	}

	get #life() {
		return { ...this.channelFacts(), chain_id: CHANNEL.chain_id };
	}

	channelFacts() {
		return readChannel(this.describe()).channel;
	}

	describe() {
		return {
			chain_id: CHANNEL.chain_id.toString(), tokens_network: CHANNEL.tokens_network,
			token: CHANNEL.token, address: this.key.address, partner_address: this.wallet,
			open_block_number: 77, settle_timeout: 100000, decimals: 18, symbol: 'SMT',
			deposit_wei: '0', partner_deposit_wei: this.deposit_wei.toString(),
			nonce: Number(this.theirs.nonce), transferred_wei: this.theirs.transferred_wei.toString(),
			unspent_wei: '0', refunded_wei: this.ours.transferred_wei.toString(), state: this.state,
			frozen: this.frozen, leaving: false, restored: false,
		};
	}

	async channel() {
		return readChannel(this.describe());
	}

	tariff() {
		const both = { up: price(this.wei_per_gb), down: price(this.wei_per_gb) };

		return { id: this.tariff_id, token: this.session_token ?? CHANNEL.token,
			prices: { local: { up: price(0n), down: price(0n) }, internet: both } };
	}

	async info() {
		return { tariffs: this.tariffs ?? [this.tariff()] };
	}

	sessionObject() {
		const unspent = this.attached_wei - this.used_wei;
		const left = this.wei_per_gb ? Number(unspent * 10n ** 9n / this.wei_per_gb) : null;

		return { session: this.code, state: unspent ? 'paid' : 'dry', tariff: this.tariff(),
			remaining_bytes: left, used_bytes: { up: 0, down: 0 },
			attached_wei: this.attached_wei.toString(), unspent_wei: unspent.toString(), held: null };
	}

	async session() {
		return readSession(this.sessionObject());
	}

	async outbox() {
		return this.messages.slice();
	}

	#conflict(error) {
		const last = { ...this.theirs, nonce: Number(this.theirs.nonce),
			transferred_wei: this.theirs.transferred_wei.toString() };

		return new BoxError(409, error, error, { error, last });
	}

	#transfer(datagram, message) {
		const proof = message.proof;

		if (this.taken.some((t) => equal(t, datagram)))
			return makeAck(datagram, this.key.address);
		if (proof.channel_identifier !== this.#life.channel_identifier)
			throw new BoxError(404, 'unknown_channel', '');
		if (proof.nonce !== this.theirs.nonce + 1n)
			throw this.#conflict(proof.nonce > this.theirs.nonce ? 'nonce_gap' : 'nonce_replayed');
		if (proof.transferred_wei <= this.theirs.transferred_wei)
			throw new BoxError(400, 'amount_not_growing', '');
		if (!isSignedBy(proof, this.#life, this.wallet))
			throw new BoxError(400, 'not_partner', '');
		if (this.credits)
			this.attached_wei += proof.transferred_wei - this.theirs.transferred_wei;
		this.theirs = proof;
		this.taken.push(datagram);
		return makeAck(datagram, this.key.address);
	}

	async pay(datagram) {
		const message = decode(datagram);

		await this.before(datagram, message);
		if (message?.id === ACK) {
			this.acks++;
			this.messages = this.messages.filter((m) => !ackMatches(datagram, m, this.wallet));
			return new Uint8Array(0);
		}
		if (message?.id !== DIRECT_TRANSFER) {
			this.evidence.push(datagram);
			return new Uint8Array(0);
		}
		const ack = this.#transfer(datagram, message);

		await this.after(datagram);
		return ack;
	}

	async nonce() {
		return { nonce: hex(secret(9)), expires_s: 1000 };
	}

	/* A refund of all that is not used; or of @wei. */
	giveBack(wei = this.attached_wei - this.used_wei, change = {}) {
		const made = signTransfer({ nonce: this.ours.nonce + 1n, locksroot: this.ours.locksroot,
			transferred_wei: this.ours.transferred_wei + wei, ...change }, this.#life,
		new TextEncoder().encode('ts1:refund'), this.key);

		this.ours = made.proof;
		this.used_wei += wei;
		this.messages.push(made.datagram);
		return made.datagram;
	}

	async refund(body) {
		const signer = recover(keccak(body.slice(0, -65)), body.slice(-65));

		if (!signer || printAddress(signer) !== this.wallet)
			throw new BoxError(403, 'not_a_payer', '');
		if (this.attached_wei === this.used_wei)
			throw new BoxError(403, 'nothing_to_refund', '');
		this.giveBack();
		return this.channel();
	}
}

export const TERMS = { max_wei_per_gb: TOKEN, cap_hour_wei: 10n * TOKEN, cap_wei: 100n * TOKEN,
	agreed_s: 1n };
export const WISH = { low_bytes: 20000000n, step_bytes: 50000000n };

/** openPurse() - of the channel with @box, with an agreement to @terms */
export async function openPurse(store, box, terms = TERMS, wish = WISH) {
	const purse = await Purse.open(store, await box.channel());

	if (terms)
		await purse.agree(walletKey(), terms, wish);
	return purse;
}

export const transfersOf = (list) => list.map((d) => decode(d)).filter((m) => m?.id === DIRECT_TRANSFER);
export { concat };
