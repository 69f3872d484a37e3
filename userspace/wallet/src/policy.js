// SPDX-License-Identifier: GPL-2.0
// policy.js - when to pay and how much, decided without I/O and without a clock.
// The rules are those of tspay.

const GB = 1000000000n;
/* One more than an hour has, for the first and the last are not whole. */
const SLOTS = 61;
const SLOT_S = 60;

export const LOW_BYTES = 20000000n;
export const STEP_BYTES = 50000000n;

/**
 * spentAdd() - signed is spent, whatever the box says of it
 * @spent: an object of minute to wei
 * @nowS: by a clock that may be set back: then what was spent counts for longer
 *
 * Return: the next one; minutes that count no more are not in it.
 */
export function spentAdd(spent, nowS, wei) {
	const minutes = Object.keys(spent).map(Number);
	const newest = Math.max(Math.floor(nowS / SLOT_S), ...minutes);
	const next = {};

	for (const minute of minutes)
		if (newest < minute + SLOTS)
			next[minute] = spent[minute];
	next[newest] = (next[newest] ?? 0n) + wei;
	return next;
}

export function spentLastHour(spent, nowS) {
	const now = Math.floor(nowS / SLOT_S);

	return Object.entries(spent).reduce((sum, [minute, wei]) =>
		(now < Number(minute) + SLOTS ? sum + wei : sum), 0n);
}

/**
 * dearest() - the dearest price of a tariff, of any class and direction
 * Return: wei for 10^9 bytes; null: it cannot be read, and so is never cheap enough.
 */
export function dearest(prices) {
	const all = ['local', 'internet'].flatMap((name) =>
		['up', 'down'].map((dir) => prices?.[name]?.[dir]?.wei_per_gb));

	if (!all.every((text) => typeof text === 'string' && /^\d{1,39}$/.test(text)))
		return null;
	return all.map(BigInt).reduce((a, b) => (a > b ? a : b));
}

/** weiOfBytes() - rounded up: a step must buy at least its bytes */
export function weiOfBytes(bytes, weiPerGb) {
	return (bytes * weiPerGb + GB - 1n) / GB;
}

/* Why nothing may be paid at all now, or null. */
function whyNot(terms, spent, offer) {
	if (!terms)
		return 'no_agreement';
	if (offer.wei_per_gb === null || offer.wei_per_gb > terms.max_wei_per_gb)
		return 'too_dear';
	if (!offer.usable)
		return 'not_usable';
	if (spentLastHour(spent, offer.now_s) >= terms.cap_hour_wei)
		return 'hour_cap';
	if (offer.net_wei >= terms.cap_wei)
		return 'cap';
	return offer.balance_wei ? null : 'empty';
}

/* What caps and balance leave. */
function roomWei(terms, spent, offer) {
	const rooms = [terms.cap_hour_wei - spentLastHour(spent, offer.now_s),
		terms.cap_wei - offer.net_wei, offer.balance_wei];

	return rooms.reduce((a, b) => (a < b ? a : b));
}

/**
 * decideWatch() - pay now, to stay above the low-water mark?
 * @wish: low_bytes and step_bytes
 * @terms: of the agreement, whose signature was looked at; null: there is none
 * @spent: of the last hour
 * @offer: wei_per_gb (null: not known), remaining_bytes (null: without end), balance_wei,
 *	net_wei, usable, now_s
 *
 * Return: { answer, wei }; wei with answer "pay" alone, and above 0.
 */
export function decideWatch(wish, terms, spent, offer) {
	/* A free tariff needs no payment. */
	if (offer.wei_per_gb === 0n || offer.remaining_bytes === null ||
	    offer.remaining_bytes >= wish.low_bytes)
		return { answer: 'enough' };
	const why = whyNot(terms, spent, offer);

	if (why)
		return { answer: why };
	const want = weiOfBytes(wish.step_bytes, offer.wei_per_gb);
	const room = roomWei(terms, spent, offer);

	return { answer: 'pay', wei: want < room ? want : room };
}

/** decideAhead() - the user asks for @wei: all of it, or nothing and why */
export function decideAhead(wei, terms, spent, offer) {
	const why = whyNot(terms, spent, offer);

	if (why)
		return { answer: why };
	if (wei > offer.balance_wei)
		return { answer: 'empty' };
	if (wei > terms.cap_hour_wei - spentLastHour(spent, offer.now_s))
		return { answer: 'hour_cap' };
	return wei > roomWei(terms, spent, offer) ? { answer: 'cap' } : { answer: 'pay', wei };
}
