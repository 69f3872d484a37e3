// SPDX-License-Identifier: GPL-2.0
// address.js - 20 bytes that name a wallet or a contract, and their text (EIP-55).
import { ascii, hex, unhex } from './bytes.js';
import { keccak } from './hash.js';

export const ADDRESS_BYTES = 20;

/** printAddress() - 0x and 40 digits, whose case is a checksum */
export function printAddress(bytes) {
	const digits = hex(bytes).slice(2);
	const sum = hex(keccak(ascii(digits))).slice(2);

	return `0x${[...digits].map((c, i) => (parseInt(sum[i], 16) < 8 ? c : c.toUpperCase())).join('')}`;
}

/** parseAddress() - of mixed case the checksum must be right; throws */
export function parseAddress(text) {
	const bytes = unhex(text, ADDRESS_BYTES);
	const digits = text.slice(2);

	if (digits !== digits.toLowerCase() && digits !== digits.toUpperCase() &&
	    printAddress(bytes) !== text)
		throw new SyntaxError('the checksum of an address is wrong');
	return bytes;
}

/** sameText() - one text for each address, so that texts can be compared; throws */
export function sameText(text) {
	return printAddress(parseAddress(text));
}

/** addressOf() - of an uncompressed public key with its 0x04 */
export function addressOf(publicKey) {
	return keccak(publicKey.slice(1)).slice(-ADDRESS_BYTES);
}
