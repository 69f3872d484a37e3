// SPDX-License-Identifier: GPL-2.0
// keystore.js - a private key as the text of an Ethereum keystore, version 3: what is kept,
// what is given out and what is taken over.
import { scryptAsync } from '@noble/hashes/scrypt';
import { parseAddress } from './address.js';
import { concat, equal, hex, unhex } from './bytes.js';
import { keccak } from './hash.js';
import { SECRET_BYTES, addressOfSecret, isSecret } from './signature.js';

/* Of scrypt: 128 MiB, and a few seconds on a phone. */
export const COST = Object.freeze({ n: 1 << 17, r: 8, p: 1 });
const TEXT_MAX = 16384;
/*
 * What a file may ask of us before its passphrase is known to be right; the same as of
 * tspay: four times the usual N * r * p, and as many rounds of pbkdf2.
 */
const WORK_MAX = 1 << 23;

/** KeystoreError - @reason: damaged, unknown, costly, passphrase or address */
export class KeystoreError extends Error {
	constructor(reason, what) {
		super(`keystore: ${reason}: ${what}`);
		this.reason = reason;
	}
}

const bare = (text, size) => {
	try {
		return unhex(`0x${text}`, size);
	} catch {
		throw new KeystoreError('damaged', 'hex');
	}
};

const whole = (value) => Number.isSafeInteger(value) && value >= 1;

async function byScrypt(passphrase, params, progress) {
	const { n, r, p } = params;

	if (![n, r, p].every(whole) || n < 2 || n & (n - 1))
		throw new KeystoreError('damaged', 'n, r or p');
	if (n * r * p > WORK_MAX)
		throw new KeystoreError('costly', 'scrypt');
	return scryptAsync(passphrase, bare(params.salt),
		{ N: n, r, p, dkLen: 32, maxmem: 2 ** 31, onProgress: progress ?? undefined });
}

async function byPbkdf2(passphrase, params) {
	if (params.prf !== 'hmac-sha256')
		throw new KeystoreError('unknown', 'prf');
	if (!whole(params.c))
		throw new KeystoreError('damaged', 'c');
	if (params.c > WORK_MAX)
		throw new KeystoreError('costly', 'pbkdf2');
	const key = await crypto.subtle.importKey('raw', passphrase, 'PBKDF2', false, ['deriveBits']);

	return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256',
		salt: bare(params.salt), iterations: params.c }, key, 256));
}

function derive(kdf, passphrase, params, progress) {
	if (params?.dklen !== 32 || typeof params.salt !== 'string' ||
	    params.salt.length < 2 || params.salt.length > 128)
		throw new KeystoreError('damaged', 'kdfparams');
	const bytes = new TextEncoder().encode(passphrase);

	if (kdf === 'scrypt')
		return byScrypt(bytes, params, progress);
	if (kdf === 'pbkdf2')
		return byPbkdf2(bytes, params);
	throw new KeystoreError('unknown', 'kdf');
}

/* AES-128 in counter mode goes both ways. */
async function cipher(derived, iv, data) {
	const key = await crypto.subtle.importKey('raw', derived.slice(0, 16), 'AES-CTR', false,
		['encrypt']);

	return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CTR', counter: iv, length: 128 },
		key, data));
}

const macOf = (derived, ciphertext) => keccak(concat(derived.slice(16, 32), ciphertext));

/**
 * sealKey() - write a keystore
 * @secret: 32 bytes
 * @passphrase: a text
 * @progress: called with 0 to 1
 *
 * Return: its text.
 */
export async function sealKey(secret, passphrase, progress, cost = COST) {
	const random = (n) => crypto.getRandomValues(new Uint8Array(n));
	const [salt, iv] = [random(32), random(16)];
	const params = { dklen: 32, ...cost, salt: hex(salt).slice(2) };
	const derived = await derive('scrypt', passphrase, params, progress);
	const ciphertext = await cipher(derived, iv, secret);
	const mac = macOf(derived, ciphertext);

	derived.fill(0);
	return JSON.stringify({
		version: 3, id: crypto.randomUUID(), address: hex(addressOfSecret(secret)).slice(2),
		crypto: {
			cipher: 'aes-128-ctr', cipherparams: { iv: hex(iv).slice(2) },
			ciphertext: hex(ciphertext).slice(2), kdf: 'scrypt', kdfparams: params,
			mac: hex(mac).slice(2),
		},
	});
}

function parse(text) {
	let json;

	try {
		json = text.length <= TEXT_MAX ? JSON.parse(text) : null;
	} catch {
		json = null;
	}
	/* Some programs write it with a capital. */
	const inner = json?.crypto ?? json?.Crypto;

	if (!inner || typeof inner !== 'object')
		throw new KeystoreError('damaged', 'no keystore');
	if (json.version !== 3)
		throw new KeystoreError('unknown', 'version');
	if (inner.cipher !== 'aes-128-ctr')
		throw new KeystoreError('unknown', 'cipher');
	return { inner, address: json.address };
}

/* The MAC does not cover it: a file that names another's is not to be believed. */
function checkAddress(named, secret) {
	if (named === undefined)
		return;
	try {
		const digits = String(named).replace(/^0x/, '').toLowerCase();

		if (equal(parseAddress(`0x${digits}`), addressOfSecret(secret)))
			return;
	} catch { /* it is none */ }
	throw new KeystoreError('address', 'the key is another');
}

/**
 * openKey() - read a keystore; throws KeystoreError
 * Return: 32 bytes, to be wiped.
 */
export async function openKey(text, passphrase, progress) {
	const { inner, address } = parse(text);
	const iv = bare(inner.cipherparams?.iv, 16);
	const ciphertext = bare(inner.ciphertext, SECRET_BYTES);
	const mac = bare(inner.mac, 32);
	const derived = await derive(inner.kdf, passphrase, inner.kdfparams, progress);

	try {
		if (!equal(mac, macOf(derived, ciphertext)))
			throw new KeystoreError('passphrase', 'wrong, or the file is damaged');
		const secret = await cipher(derived, iv, ciphertext);

		if (!isSecret(secret))
			throw new KeystoreError('damaged', 'no key');
		checkAddress(address, secret);
		return secret;
	} finally {
		derived.fill(0);
	}
}
