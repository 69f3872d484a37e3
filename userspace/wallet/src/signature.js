// SPDX-License-Identifier: GPL-2.0
// signature.js - 65 bytes r, s, v: v is 27 or 28, s is low, and one digest has one
// signature (RFC 6979).
import { secp256k1 } from '@noble/curves/secp256k1';
import { addressOf } from './address.js';
import { concat } from './bytes.js';

export const SIGNATURE_BYTES = 65;
export const SECRET_BYTES = 32;

export function isSecret(secret) {
	return secret.length === SECRET_BYTES && secp256k1.utils.isValidPrivateKey(secret);
}

export function addressOfSecret(secret) {
	return addressOf(secp256k1.getPublicKey(secret, false));
}

export function signDigest(digest, secret) {
	const signature = secp256k1.sign(digest, secret, { lowS: true });

	return concat(signature.toCompactRawBytes(), [27 + signature.recovery]);
}

/** recover() - Return: the address of who signed, or null: nobody can have */
export function recover(digest, signature) {
	const v = signature[64];

	/* The contract takes 0 and 1 as well, Photon does not. */
	if (signature.length !== SIGNATURE_BYTES || (v !== 27 && v !== 28))
		return null;
	try {
		const rs = secp256k1.Signature.fromCompact(signature.slice(0, 64));

		/* tsd takes none of these: each signature has one form. */
		if (rs.hasHighS())
			return null;
		return addressOf(rs.addRecoveryBit(v - 27).recoverPublicKey(digest).toRawBytes(false));
	} catch {
		return null;
	}
}
