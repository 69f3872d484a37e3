// SPDX-License-Identifier: GPL-2.0
// hash.js - Keccak-256 as Photon and the contract have it: with the padding of before NIST.
import { keccak_256 } from '@noble/hashes/sha3';

export const HASH_BYTES = 32;
export const NO_HASH = `0x${'00'.repeat(HASH_BYTES)}`;

export function keccak(bytes) {
	return keccak_256(bytes);
}
