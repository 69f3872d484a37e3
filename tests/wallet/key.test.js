// SPDX-License-Identifier: GPL-2.0
// Keys: words, keystore files, and that what is wiped is gone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { concat, hex, unhex } from '../src/bytes.js';
import { Key } from '../src/key.js';
import { KeystoreError, openKey, sealKey } from '../src/keystore.js';
import { channelPath, deriveSecret, makeWords, tidyWords, wordsToSecret } from '../src/words.js';
import { CHANNEL, CHEAP } from './scene.js';

/* The two of the definition of Web3 Secret Storage; their passphrase is "testpassword". */
const SECRET = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const PBKDF2 = {
	crypto: {
		cipher: 'aes-128-ctr', cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
		ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
		kdf: 'pbkdf2',
		kdfparams: { c: 262144, dklen: 32, prf: 'hmac-sha256',
			salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd' },
		mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
	},
	id: '3198bc9c-6672-5ab3-d995-4942343ae5b6', version: 3,
};
const SCRYPT = {
	crypto: {
		cipher: 'aes-128-ctr', cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
		ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
		kdf: 'scrypt',
		kdfparams: { dklen: 32, n: 262144, p: 8, r: 1,
			salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19' },
		mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
	},
	id: '3198bc9c-6672-5ab3-d995-4942343ae5b6', version: 3,
};

const changed = (keystore, change) => {
	const copy = structuredClone(keystore);

	change(copy, copy.crypto);
	return JSON.stringify(copy);
};
const reason = (word) => (e) => e instanceof KeystoreError && e.reason === word;

test('the keystores of the definition open', async () => {
	assert.equal(hex(await openKey(JSON.stringify(PBKDF2), 'testpassword')), SECRET);
	assert.equal(hex(await openKey(JSON.stringify(SCRYPT), 'testpassword')), SECRET);
	assert.equal(hex(await openKey(changed(PBKDF2, (k) => {
		k.Crypto = k.crypto;
		delete k.crypto;
	}), 'testpassword')), SECRET);
});

test('what is sealed opens, with its passphrase alone', async () => {
	const secret = unhex(SECRET);
	const seen = [];
	const text = await sealKey(secret, 'pässphrase 密码', (f) => seen.push(f), CHEAP);

	assert.ok(seen.length > 0 && seen.every((f) => f >= 0 && f <= 1));
	assert.ok(!text.includes(SECRET.slice(2)));
	assert.equal(hex(await openKey(text, 'pässphrase 密码')), SECRET);
	await assert.rejects(openKey(text, 'passphrase'), reason('passphrase'));
	await assert.rejects(openKey(text, ''), reason('passphrase'));
	assert.notEqual(await sealKey(secret, 'x', null, CHEAP), await sealKey(secret, 'x', null, CHEAP));
});

test('a keystore that is damaged, unknown, costly or another\'s is told apart', async () => {
	const cases = [
		['damaged', () => 'no json'], ['damaged', () => '[]'], ['damaged', () => '{"version":3}'],
		['damaged', () => JSON.stringify({ ...SCRYPT, pad: 'x'.repeat(17000) })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.ciphertext = c.ciphertext.slice(2); })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.cipherparams.iv = 'zz'; })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.kdfparams.n = 3; })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.kdfparams.r = -8; })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.kdfparams.dklen = 16; })],
		['damaged', () => changed(SCRYPT, (k, c) => { c.kdfparams.salt = ''; })],
		['unknown', () => changed(SCRYPT, (k) => { k.version = 4; })],
		['unknown', () => changed(SCRYPT, (k, c) => { c.cipher = 'aes-256-gcm'; })],
		['unknown', () => changed(SCRYPT, (k, c) => { c.kdf = 'argon2'; })],
		['unknown', () => changed(PBKDF2, (k, c) => { c.kdfparams.prf = 'hmac-sha1'; })],
		['costly', () => changed(SCRYPT, (k, c) => { c.kdfparams.n = 1 << 24; })],
		['costly', () => changed(SCRYPT, (k, c) => { c.kdfparams.p = 64; })],
		['costly', () => changed(PBKDF2, (k, c) => { c.kdfparams.c = 1 << 24; })],
		['passphrase', () => changed(PBKDF2, (k, c) => { c.mac = `00${c.mac.slice(2)}`; })],
		['address', () => changed(PBKDF2, (k) => { k.address = '00'.repeat(20); })],
		['address', () => changed(PBKDF2, (k) => { k.address = 'none'; })],
	];

	for (const [word, make] of cases)
		await assert.rejects(openKey(make(), 'testpassword'), reason(word), word);
});

test('keys are derived as BIP 32 says (its first test vector)', () => {
	const seed = unhex('0x000102030405060708090a0b0c0d0e0f');
	const HARD = 0x80000000;

	assert.equal(hex(deriveSecret(seed, [])),
		'0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35');
	assert.equal(hex(deriveSecret(seed, [HARD])),
		'0xedb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea');
	assert.equal(hex(deriveSecret(seed, [HARD, 1, 2 + HARD, 2, 1000000000])),
		'0x471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8');
});

test('words: 12 or 24, with a sum; typed as people do', () => {
	for (const count of [12, 24]) {
		const words = makeWords(count);

		assert.equal(words.split(' ').length, count);
		assert.equal(tidyWords(`  ${words.toUpperCase().replaceAll(' ', ' \n ')} `), words);
		assert.equal(tidyWords(words.split(' ').slice(1).join(' ')), null);
	}
	const abandon = `${'abandon '.repeat(11)}about`;

	assert.equal(tidyWords(abandon), abandon);
	assert.equal(tidyWords('abandon '.repeat(12)), null);
	assert.equal(tidyWords(`${'abandon '.repeat(14)}address`), null);
	assert.notEqual(makeWords(12), makeWords(12));
});

test('words: one key for each channel, the same one each time', async () => {
	const abandon = `${'abandon '.repeat(11)}about`;
	const here = hex(await wordsToSecret(abandon, CHANNEL));

	assert.equal(hex(await wordsToSecret(abandon, { ...CHANNEL })), here);
	for (const other of [{ chain_id: 1n }, { token: CHANNEL.box }, { box: CHANNEL.token },
		{ tokens_network: CHANNEL.token }])
		assert.notEqual(hex(await wordsToSecret(abandon, { ...CHANNEL, ...other })), here);
	assert.equal(channelPath(CHANNEL).length, 5);
	assert.deepEqual(channelPath(CHANNEL).map((i) => i >= 0x80000000), [true, true, true, false, false]);
});

test('a key that is wiped is gone', () => {
	const secret = unhex(SECRET);
	const key = new Key(secret);

	assert.equal(key.sign(new Uint8Array(32)).length, 65);
	key.wipe();
	assert.deepEqual(secret, new Uint8Array(32));
	assert.throws(() => key.sign(new Uint8Array(32)));
	assert.throws(() => key.seal('x'));
	assert.ok(!key.isOpen);
	key.wipe();
	assert.throws(() => new Key(new Uint8Array(32)));
	assert.throws(() => new Key(concat(unhex(SECRET), [0])));
	assert.ok(!JSON.stringify(new Key(unhex(SECRET))).includes(SECRET.slice(2)));
});
