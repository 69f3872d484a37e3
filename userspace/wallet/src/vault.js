// SPDX-License-Identifier: GPL-2.0
// vault.js - the sealed keys of this browser: one for each channel, and none in a place
// where it is not safe.
import { isSafe } from './place.js';
import { Key } from './key.js';
import { addressOfSecret } from './signature.js';
import { printAddress } from './address.js';

const IDENTITY = ['chain_id', 'tokens_network', 'token', 'box'];
const isFor = (a, b) => IDENTITY.every((name) => a[name] === b[name]);

/** VaultError - @reason: unsafe or exists */
export class VaultError extends Error {
	constructor(reason) {
		super(`vault: ${reason}`);
		this.reason = reason;
	}
}

export class Vault {
	#store;

	/** @location: of the page; throws VaultError "unsafe" */
	constructor(store, location) {
		if (!isSafe(location))
			throw new VaultError('unsafe');
		this.#store = store;
	}

	/** find() - { address, keystore, channel } for a channel, or undefined */
	async find(channel) {
		return (await this.#store.keys()).find((k) => isFor(k.channel, channel));
	}

	/** others() - addresses of keys for other boxes or tokens */
	async others(channel) {
		return (await this.#store.keys()).filter((k) => !isFor(k.channel, channel)).map((k) => k.address);
	}

	/**
	 * keep() - seal a key and keep it
	 * @secret: 32 bytes; the key's from now on
	 *
	 * Return: the open key.  Throws VaultError "exists", or StoreError: then it is wiped.
	 */
	async keep(channel, secret, passphrase, progress, cost) {
		const address = printAddress(addressOfSecret(secret));
		const key = new Key(secret);

		try {
			if ((await this.#store.keys()).some((k) => k.address === address || isFor(k.channel, channel)))
				throw new VaultError('exists');
			const keystore = await key.seal(passphrase, progress, cost);

			await this.#store.putKey({ address, keystore,
				channel: Object.fromEntries(IDENTITY.map((name) => [name, channel[name]])) });
			return key;
		} catch (e) {
			key.wipe();
			throw e;
		}
	}

	async forget(address) {
		await this.#store.forgetKey(address);
	}
}
