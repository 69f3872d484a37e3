// SPDX-License-Identifier: GPL-2.0
// memo.js - the data of a transfer: which session it pays for, or that it gives back (M6, M11).
import { ascii } from './bytes.js';

const CODE = '[0-9A-HJKMNP-TV-Z]{16}';
const REFUND = 'ts1:refund';
const MOST_END = 1n << 92n;

/** isCode() - 80 bits in 16 characters of Crockford's base32 */
export function isCode(text) {
	return typeof text === 'string' && new RegExp(`^${CODE}$`).test(text);
}

export function isTariffId(id) {
	return Number.isInteger(id) && id >= 0 && id <= 0xffffffff;
}

/**
 * printMemo() - bytes; throws on what a box would not take for a memo
 * @most: wei for 10^9 bytes that the wallet agrees to at most (M7); 0: it does not say
 */
export function printMemo(code, tariffId, most = 0n) {
	if (!isCode(code))
		throw new SyntaxError('not a session code');
	if (!isTariffId(tariffId))
		throw new RangeError('not a tariff id');
	/* No price is above that, so it is no limit. */
	const limit = most > 0n && most < MOST_END ? `:${most}` : '';

	return ascii(`ts1:${code}:${tariffId}${limit}`);
}

export function isRefund(data) {
	return String.fromCharCode(...data) === REFUND;
}
