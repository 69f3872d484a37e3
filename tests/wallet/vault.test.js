// SPDX-License-Identifier: GPL-2.0
// Where keys are kept: on https, sealed, one for each channel.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hex } from '../src/bytes.js';
import { Key } from '../src/key.js';
import { StoreError } from '../src/store.js';
import { Vault } from '../src/vault.js';
import { CHANNEL, CHEAP, IDBFactory, newStore } from './scene.js';

const HTTPS = new URL('https://box.example/wallet/');
const secret = (n = 3) => new Uint8Array(32).fill(n);
const keep = (vault, n, channel = CHANNEL) => vault.keep(channel, secret(n), 'a passphrase', null, CHEAP);
const reason = (word) => (e) => e.reason === word;

test('on plain http there is no vault', async () => {
	const store = await newStore();

	for (const url of ['http://box.example/', 'http://localhost/', 'file:///x'])
		assert.throws(() => new Vault(store, new URL(url)), reason('unsafe'), url);
});

test('a key is kept sealed, found for its channel alone, opened by its passphrase', async () => {
	const factory = new IDBFactory();
	const key = await keep(new Vault(await newStore(factory), HTTPS), 3);
	const vault = new Vault(await newStore(factory), HTTPS);
	const kept = await vault.find(CHANNEL);

	assert.equal(kept.address, key.address);
	assert.ok(!JSON.stringify(kept, (k, v) => (typeof v === 'bigint' ? String(v) : v)).includes(hex(secret()).slice(2)));
	assert.equal((await Key.open(kept.keystore, 'a passphrase')).address, key.address);
	await assert.rejects(Key.open(kept.keystore, 'another'), reason('passphrase'));
	assert.equal(await vault.find({ ...CHANNEL, token: CHANNEL.box }), undefined);
	assert.deepEqual(await vault.others({ ...CHANNEL, token: CHANNEL.box }), [key.address]);
});

test('one key for a channel, one channel for a key', async () => {
	const vault = new Vault(await newStore(), HTTPS);

	await keep(vault, 3);
	await assert.rejects(keep(vault, 4), reason('exists'));
	await assert.rejects(keep(vault, 3, { ...CHANNEL, token: CHANNEL.box }), reason('exists'));
	await keep(vault, 4, { ...CHANNEL, token: CHANNEL.box });
	await vault.forget((await vault.find(CHANNEL)).address);
	assert.equal(await vault.find(CHANNEL), undefined);
});

test('what cannot be kept is wiped', async () => {
	const store = await newStore();
	const bytes = secret();

	store.putKey = async () => { throw new StoreError('full'); };
	await assert.rejects(new Vault(store, HTTPS).keep(CHANNEL, bytes, 'x', null, CHEAP), StoreError);
	assert.deepEqual(bytes, new Uint8Array(32));
});
