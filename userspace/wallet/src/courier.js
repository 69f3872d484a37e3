// SPDX-License-Identifier: GPL-2.0
// courier.js - messages between the purse and the box.  What is brought was kept before;
// what is fetched is kept before its Ack leaves (M10).
import { Refused, outstanding } from './channel.js';
import { equal, unhex } from './bytes.js';
import { parseAddress } from './address.js';
import { ackMatches, makeAck, unprovenTransfer } from './message.js';
import { decodeQuestion, signEvidence } from './own.js';
import { NO_HASH } from './hash.js';

const TRIES = 5;
/* The box shows the next message when the one before has its Ack. */
const ROUNDS = 8;

/** NotDelivered - @reason: the box's word; the payment is kept, and sent again */
export class NotDelivered extends Error {
	constructor(reason, message) {
		super(message || reason);
		this.reason = reason;
	}
}

const lastNonce = (e) => {
	const nonce = e.status === 409 ? e.body?.last?.nonce : undefined;

	return Number.isSafeInteger(nonce) ? BigInt(nonce) : null;
};

const isPassing = (e) => !e.status || e.status >= 500 || e.status === 429;

/* Return: whether it has its Ack. */
async function bring(box, state, out) {
	const datagram = unhex(out.datagram);

	return ackMatches(await box.pay(datagram), datagram, state.box);
}

/* The box lost what it acked, or the Ack was a lie (M9): what it lacks comes again. */
async function bringBefore(purse, box, out, nonce) {
	for (const before of purse.state.outbox) {
		if (before === out)
			return;
		if (before.nonce > nonce)
			await bring(box, purse.state, before).catch(() => {});
	}
}

/* One try; Return: null, or why it may be tried again; throws what is final. */
async function tryOnce(purse, box, out) {
	try {
		return await bring(box, purse.state, out) ? null :
			new NotDelivered('no_ack', 'the answer is not the Ack of our payment');
	} catch (e) {
		const nonce = lastNonce(e);
		const why = new NotDelivered(e.error ?? 'no_answer', e.message);

		if (isPassing(e))
			return why;
		if (nonce !== null && nonce < out.nonce) {
			await bringBefore(purse, box, out, nonce);
			return why;
		}
		/* Somebody else has our key, or we are from a backup. */
		if (nonce !== null)
			await purse.adopt(e.body.last);
		throw why;
	}
}

async function bringOne(purse, box, out, nap) {
	let why;

	for (let i = 0; i < TRIES; i++) {
		why = await tryOnce(purse, box, out);
		if (!why) {
			await purse.acked(out);
			return;
		}
		if (i < TRIES - 1)
			await nap(1000 << Math.min(i, 2));
	}
	throw why;
}

/**
 * deliver() - bring what of ours has not arrived, in its order and the same bytes
 * @nap: async, of milliseconds
 * Throws NotDelivered.
 */
export async function deliver(purse, box, nap) {
	for (let out = outstanding(purse.state); out; out = outstanding(purse.state))
		await bringOne(purse, box, out, nap);
}

/**
 * recall() - a purse without its past asks what of it the box has
 * A transfer of nothing, signed by nobody, with a nonce that was used: the refusal shows
 * our last proof, and that is taken with our signature alone.
 */
export async function recall(purse, box) {
	const probe = unprovenTransfer({ nonce: 1n, transferred_wei: 0n, locksroot: NO_HASH },
		purse.state);

	try {
		await box.pay(probe);
	} catch (e) {
		if (isPassing(e))
			throw e;
		if (lastNonce(e) > purse.state.ours.nonce)
			await purse.adopt(e.body.last);
	}
}

/*
 * A box from a backup is told the newest that we have.  Who is from a backup itself says
 * nothing: an older proof would pass for the newest one.  Return: whether it was asked.
 */
async function answer(purse, box, key, datagram) {
	const question = decodeQuestion(datagram);
	const state = purse.state;

	if (!question)
		return false;
	if (state.restored || question.channel_identifier !== state.channel_identifier ||
	    question.open_block_number !== state.open_block_number || !question.signer ||
	    !equal(question.signer, parseAddress(state.box)))
		return true;
	await box.pay(signEvidence(question, state.theirs, state.ours, key)).catch(() => {});
	return true;
}

async function ack(purse, box, datagram) {
	try {
		await box.pay(makeAck(datagram, purse.state.address));
	} catch (e) {
		/* It does not wait for it: as good. */
		if (e.error !== 'nothing_to_ack')
			throw e;
	}
}

/* Return: wei that came with it. */
async function takeOne(purse, box, key, datagram, nowMs) {
	if (await answer(purse, box, key, datagram))
		return 0n;
	try {
		const wei = await purse.take(datagram, nowMs);

		await ack(purse, box, datagram);
		return wei;
	} catch (e) {
		/* What we do not take is no reason not to look at what follows. */
		if (e instanceof Refused)
			return 0n;
		throw e;
	}
}

/**
 * fetchOutbox() - take what the box has for us
 * @nowMs: for the receipts
 *
 * Return: wei that came.
 */
export async function fetchOutbox(purse, box, key, nowMs) {
	let total = 0n;

	for (let round = 0; round < ROUNDS; round++) {
		let wei = 0n;

		for (const datagram of await box.outbox(purse.state.address))
			wei += await takeOne(purse, box, key, datagram, nowMs);
		total += wei;
		if (!wei)
			break;
	}
	return total;
}
