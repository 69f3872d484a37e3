// SPDX-License-Identifier: GPL-2.0
// channel.js - the wallet's side of one life of a channel: its steps.
//
// A step takes the old state and gives the next one, or throws Refused.  It does no I/O,
// reads no clock and changes nothing in place, so that the next state can be on the disk
// before it is the state, and before anything of it leaves (M10).
//
// The state: what the channel is (channel_identifier, open_block_number, chain_id,
// tokens_network, token, decimals, symbol, address, box, settle_timeout), deposit_wei of
// each side, the last proof of each side (ours, theirs), our messages that nothing proves
// to have arrived (outbox), and whether it was begun without its past (restored).
import { sameText } from './address.js';
import { hex, unhex } from './bytes.js';
import { HASH_BYTES, NO_HASH } from './hash.js';
import { DIRECT_TRANSFER, decode, signTransfer } from './message.js';
import { isCode } from './memo.js';
import { BLANK, U128_MAX, channelIdentifier, isSignedBy } from './proof.js';
import { SIGNATURE_BYTES } from './signature.js';

/* As many as tspay keeps: what was acked makes room for what was not. */
const OUTBOX_MAX = 16;
const U64_MAX = (1n << 64n) - 1n;

/** Refused - @reason: one word */
export class Refused extends Error {
	constructor(reason) {
		super(`refused: ${reason}`);
		this.reason = reason;
	}
}

function refuseIf(is, reason) {
	if (is)
		throw new Refused(reason);
}

/* --- what a box says ------------------------------------------------------- */

function wholeNumber(value, max, name) {
	const text = typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : '';

	refuseIf(!/^(0|[1-9]\d*)$/.test(text) || BigInt(text) > max, `bad_${name}`);
	return BigInt(text);
}

function address(json, name) {
	try {
		return sameText(json[name]);
	} catch {
		throw new Refused(`bad_${name}`);
	}
}

function tokenOf(json) {
	refuseIf(!Number.isInteger(json.decimals) || json.decimals < 0 || json.decimals > 36,
		'bad_decimals');
	return { decimals: json.decimals, symbol: plainText(json.symbol, 15) };
}

/** plainText() - a text of the box, for people: short, and nothing that turns the page around */
export function plainText(text, max) {
	return [...String(text ?? '')].filter((c) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(c)).slice(0, max).join('');
}

/**
 * readChannel() - the channel object of a box, seen from the wallet
 * The identifier is computed from the four addresses, never believed.
 */
export function readChannel(json) {
	const c = {
		chain_id: wholeNumber(json.chain_id, (1n << 256n) - 1n, 'chain_id'),
		tokens_network: address(json, 'tokens_network'), token: address(json, 'token'),
		box: address(json, 'address'), address: address(json, 'partner_address'),
		open_block_number: wholeNumber(json.open_block_number, U64_MAX, 'open_block_number'),
		settle_timeout: wholeNumber(json.settle_timeout, 2700000n, 'settle_timeout'),
		...tokenOf(json),
	};

	refuseIf(!c.open_block_number || !c.chain_id || c.box === c.address, 'bad_channel');
	c.channel_identifier = hex(channelIdentifier(c.box, c.address, c.token, c.tokens_network));
	return {
		channel: c,
		our_deposit_wei: wholeNumber(json.partner_deposit_wei, U128_MAX, 'partner_deposit_wei'),
		their_deposit_wei: wholeNumber(json.deposit_wei, U128_MAX, 'deposit_wei'),
		/* Of our proofs there; only its word, until it shows one. */
		nonce: wholeNumber(json.nonce, U64_MAX, 'nonce'),
		unspent_wei: wholeNumber(json.unspent_wei ?? '0', U128_MAX, 'unspent_wei'),
		refunded_wei: wholeNumber(json.refunded_wei ?? '0', U128_MAX, 'refunded_wei'),
		usable: json.state === 'open' && !json.frozen && !json.leaving && !json.restored,
		state: plainText(json.state, 15),
	};
}

/* --- what is known --------------------------------------------------------- */

/** beginChannel() - @seen: of readChannel(); its past, if it has one, is not known */
export function beginChannel(seen) {
	return {
		...seen.channel, our_deposit_wei: seen.our_deposit_wei,
		their_deposit_wei: seen.their_deposit_wei, ours: { ...BLANK }, theirs: { ...BLANK },
		outbox: [], restored: seen.nonce > 0n || seen.refunded_wei > 0n, code: '',
	};
}

/** channelId() - names one life of a channel */
export function channelId(channel) {
	return `${channel.channel_identifier}-${channel.open_block_number}`;
}

/** sameChannel() - is it what we know; a box may not move the point either */
export function isSameChannel(a, b) {
	return ['channel_identifier', 'open_block_number', 'chain_id', 'tokens_network', 'token', 'box',
		'address', 'decimals'].every((name) => a[name] === b[name]);
}

/** balanceWei() - what we can still transfer */
export function balanceWei(state) {
	const wei = state.our_deposit_wei + state.theirs.transferred_wei - state.ours.transferred_wei;

	return wei > 0n ? wei : 0n;
}

function theirBalanceWei(state) {
	const wei = state.their_deposit_wei + state.ours.transferred_wei - state.theirs.transferred_wei;

	return wei > 0n ? wei : 0n;
}

/** netWei() - what has left us over this channel and not come back */
export function netWei(state) {
	const wei = state.ours.transferred_wei - state.theirs.transferred_wei;

	return wei > 0n ? wei : 0n;
}

/** outstanding() - the message that waits for its Ack, or undefined */
export function outstanding(state) {
	return state.outbox.find((o) => !o.acked);
}

/** seeChannel() - the box describes it anew: within one life a deposit only grows */
export function seeChannel(state, seen) {
	refuseIf(!isSameChannel(state, seen.channel), 'another_channel');
	const larger = (a, b) => (a > b ? a : b);

	return {
		...state,
		our_deposit_wei: larger(state.our_deposit_wei, seen.our_deposit_wei),
		their_deposit_wei: larger(state.their_deposit_wei, seen.their_deposit_wei),
	};
}

/* --- steps ----------------------------------------------------------------- */

/**
 * payStep() - our next DirectTransfer
 * @memo: bytes
 * @code: the session that it names
 *
 * Return: the next state, with the datagram at the end of its outbox.
 */
export function payStep(state, key, wei, memo, code) {
	refuseIf(key.address !== state.address, 'wrong_key');
	refuseIf(outstanding(state), 'not_arrived');
	refuseIf(wei <= 0n, 'amount_not_growing');
	refuseIf(wei > balanceWei(state), 'over_balance');
	refuseIf(state.ours.nonce >= U64_MAX, 'nonce_exhausted');
	refuseIf(!isCode(code), 'bad_code');
	const transferred_wei = state.ours.transferred_wei + wei;

	refuseIf(transferred_wei > U128_MAX, 'amount_too_large');
	const { datagram, proof } = signTransfer({ nonce: state.ours.nonce + 1n, transferred_wei,
		locksroot: state.ours.locksroot }, state, memo, key);
	const out = { datagram: hex(datagram), nonce: proof.nonce, transferred_wei, acked: false };

	return { ...state, ours: proof, code, outbox: [...state.outbox, out].slice(-OUTBOX_MAX) };
}

/** ackStep() - an Ack of @nonce came: the next message may go; it proves nothing (M9) */
export function ackStep(state, nonce) {
	return { ...state, outbox: state.outbox.map((o) => (o.nonce === nonce ? { ...o, acked: true } : o)) };
}

/**
 * takeStep() - a transfer of the box to us
 * Return: the next state; the same one: we have this already, and only the Ack is missing.
 * Cheap rules first, the signature last.
 */
export function takeStep(state, datagram) {
	const message = decode(datagram);

	refuseIf(message?.id !== DIRECT_TRANSFER, 'wrong_message');
	const { channel_identifier, open_block_number, ...proof } = message.proof;

	refuseIf(channel_identifier !== state.channel_identifier, 'unknown_channel');
	refuseIf(open_block_number !== state.open_block_number, 'wrong_open_block');
	if (proof.nonce === state.theirs.nonce && proof.additional_hash === state.theirs.additional_hash &&
	    proof.signature === state.theirs.signature)
		return state;
	refuseIf(proof.nonce <= state.theirs.nonce, 'nonce_replayed');
	/* Amounts are cumulative: where the past is not known nothing is lost by going on. */
	refuseIf(proof.nonce !== state.theirs.nonce + 1n && !state.restored, 'nonce_gap');
	refuseIf(proof.transferred_wei <= state.theirs.transferred_wei, 'amount_not_growing');
	refuseIf(proof.transferred_wei - state.theirs.transferred_wei > theirBalanceWei(state),
		'over_balance');
	refuseIf(proof.locksroot !== state.theirs.locksroot, 'wrong_locksroot');
	refuseIf(!isSignedBy(proof, state, state.box), 'not_partner');
	return { ...state, theirs: proof };
}

function readLast(last) {
	try {
		return {
			nonce: wholeNumber(last.nonce, U64_MAX, 'nonce'),
			transferred_wei: wholeNumber(last.transferred_wei, U128_MAX, 'transferred_wei'),
			locksroot: hex(unhex(last.locksroot, HASH_BYTES)),
			additional_hash: hex(unhex(last.additional_hash, HASH_BYTES)),
			signature: hex(unhex(last.signature, SIGNATURE_BYTES)),
		};
	} catch {
		throw new Refused('bad_proof');
	}
}

/**
 * adoptStep() - the box shows a proof of ours that we do not know
 * We have lost what was signed here, or signed elsewhere with this key.  What the box has
 * is taken, but only with our own signature: else it could make us sign away what it
 * likes.  It may hide a later one, or keep one that it says it never got; of all of them
 * it can claim one, so nothing is lost by going on from the one that it goes on from.
 */
export function adoptStep(state, last) {
	const proof = readLast(last);

	refuseIf(proof.nonce < state.ours.nonce, 'not_newer');
	refuseIf(proof.nonce === state.ours.nonce &&
		 proof.additional_hash === state.ours.additional_hash, 'not_newer');
	refuseIf(proof.locksroot !== NO_HASH, 'wrong_locksroot');
	refuseIf(!isSignedBy(proof, state, state.address), 'not_ours');
	return { ...state, ours: proof, outbox: [], restored: true };
}
