// SPDX-License-Identifier: GPL-2.0
// bytes.js - what goes over the wire: joined, compared, numbers in it, and as hex.

export function concat(...parts) {
	const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;

	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** be() - a number that is not negative, big-endian in @size bytes; throws if it does not fit */
export function be(value, size) {
	const out = new Uint8Array(size);
	let rest = BigInt(value);

	if (rest < 0n)
		throw new RangeError('a number is negative');
	for (let i = size - 1; i >= 0; i--) {
		out[i] = Number(rest & 0xffn);
		rest >>= 8n;
	}
	if (rest)
		throw new RangeError(`a number does not fit into ${size} bytes`);
	return out;
}

export function number(bytes) {
	let value = 0n;

	for (const b of bytes)
		value = value << 8n | BigInt(b);
	return value;
}

export function hex(bytes) {
	let text = '0x';

	for (const b of bytes)
		text += b.toString(16).padStart(2, '0');
	return text;
}

/** unhex() - 0x and two digits a byte; @size: how many there must be; throws */
export function unhex(text, size) {
	if (typeof text !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(text) ||
	    (size !== undefined && text.length !== 2 + 2 * size))
		throw new SyntaxError(`not ${size ?? 'whole'} bytes in hex`);
	const out = new Uint8Array(text.length / 2 - 1);

	for (let i = 0; i < out.length; i++)
		out[i] = parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
	return out;
}

/** equal() - in a time that does not tell where they differ */
export function equal(a, b) {
	let diff = a.length ^ b.length;

	for (let i = 0; i < a.length; i++)
		diff |= a[i] ^ (b[i] ?? 0);
	return !diff;
}

export function ascii(text) {
	return Uint8Array.from(text, (c) => {
		const code = c.codePointAt(0);

		if (code > 0x7f)
			throw new RangeError('not ASCII');
		return code;
	});
}
