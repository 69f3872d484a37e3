// SPDX-License-Identifier: GPL-2.0
// proof.js - balance proofs: what is signed in them, and the channel that they are of.
import { parseAddress } from './address.js';
import { ascii, be, concat, equal, number, unhex } from './bytes.js';
import { HASH_BYTES, NO_HASH, keccak } from './hash.js';
import { SIGNATURE_BYTES, recover } from './signature.js';

export const U128_MAX = (1n << 128n) - 1n;
const PREFIX = '\x19Spectrum Signed Message:\n';

/** BLANK: of a side that has never transferred */
export const BLANK = Object.freeze({
	nonce: 0n, transferred_wei: 0n, locksroot: NO_HASH, additional_hash: NO_HASH, signature: null,
});

/** channelIdentifier() - of two participants, in whatever order; texts, and bytes */
export function channelIdentifier(a, b, token, tokensNetwork) {
	let [low, high] = [parseAddress(a), parseAddress(b)];

	if (number(low) > number(high))
		[low, high] = [high, low];
	return keccak(concat(low, high, parseAddress(token), parseAddress(tokensNetwork)));
}

/** proofPreimage() - what is hashed and signed: the contract's form "176" */
export function proofPreimage(proof, channel) {
	const fields = concat(be(proof.transferred_wei, 32), unhex(proof.locksroot, HASH_BYTES),
		be(proof.nonce, 8), unhex(proof.additional_hash, HASH_BYTES),
		unhex(channel.channel_identifier, HASH_BYTES), be(channel.open_block_number, 8),
		be(channel.chain_id, 32));

	return concat(ascii(PREFIX), ascii(String(fields.length)), fields);
}

export function proofDigest(proof, channel) {
	return keccak(proofPreimage(proof, channel));
}

/** isSignedBy() - whether a proof is of this life of the channel and of this address */
export function isSignedBy(proof, channel, address) {
	const signer = recover(proofDigest(proof, channel), unhex(proof.signature, SIGNATURE_BYTES));

	return signer !== null && equal(signer, parseAddress(address));
}
