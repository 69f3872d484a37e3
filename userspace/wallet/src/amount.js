// SPDX-License-Identifier: GPL-2.0
// amount.js - amounts as people read and write them; inside they are whole numbers.

/** printAmount() - @wei in tokens of so many decimals, without trailing zeros */
export function printAmount(wei, decimals) {
	const digits = wei.toString().padStart(decimals + 1, '0');
	const whole = digits.slice(0, digits.length - decimals);
	const part = digits.slice(digits.length - decimals).replace(/0+$/, '');

	return part ? `${whole}.${part}` : whole;
}

/** parseAmount() - Return: wei, or null: it is no amount, or finer than the token */
export function parseAmount(text, decimals) {
	/* Digits of other scripts, and their point. */
	const plain = text.trim().replace(/[٠-٩۰-۹]/g, (c) => String(c.codePointAt(0) & 15))
		.replace(/[,٫]/, '.');
	const match = /^(\d{1,40})(?:\.(\d{1,36}))?$/.exec(plain);

	if (!match || (match[2] ?? '').length > decimals)
		return null;
	const wei = BigInt(match[1] + (match[2] ?? '').padEnd(decimals, '0'));

	return wei < 1n << 128n ? wei : null;
}
