// SPDX-License-Identifier: GPL-2.0
// key.js - the private key of one channel, while it is open.
//
// It lies in one array, which wipe() overwrites.  What the engine and the libraries have
// copied meanwhile nobody can reach, so an open key is a risk that its cap bounds.
import { printAddress } from './address.js';
import { openKey, sealKey } from './keystore.js';
import { addressOfSecret, isSecret, signDigest } from './signature.js';

export class Key {
	#secret;

	/** @secret: 32 bytes; they are the key's from now on, and wiped with it */
	constructor(secret) {
		if (!isSecret(secret))
			throw new RangeError('no private key');
		this.#secret = secret;
		this.address = printAddress(addressOfSecret(secret));
	}

	static async open(keystore, passphrase, progress) {
		return new Key(await openKey(keystore, passphrase, progress));
	}

	get isOpen() {
		return this.#secret !== null;
	}

	sign(digest) {
		if (!this.#secret)
			throw new Error('the key is locked');
		return signDigest(digest, this.#secret);
	}

	seal(passphrase, progress, cost) {
		if (!this.#secret)
			throw new Error('the key is locked');
		return sealKey(this.#secret, passphrase, progress, cost);
	}

	wipe() {
		this.#secret?.fill(0);
		this.#secret = null;
	}
}
