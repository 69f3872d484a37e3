// SPDX-License-Identifier: GPL-2.0
// Locks of a closed channel: claimed with their secret, also by a delegate, and the
// punishment of who claims one that he had signed off.
'use strict';

const assert = require('assert');
const { sha256 } = require('ethers');
const { ANY_HASH, Channel } = require('../channel.js');
const { digests, lockHash, lockTree, sign } = require('../proofs.js');
const { ZERO } = require('../network.js');

const SECRETS = ['01', '02', '03'].map((byte) => '0x' + byte.repeat(32));
const AMOUNTS = [7n, 11n, 13n];

// a has sent b 20 and locked three amounts for him; b has closed with that.
async function closedWithLocks(net) {
	const channel = await Channel.open(net, 100n, 50n);
	const expiration = await net.height() + 15n;
	const locks = AMOUNTS.map((amount, i) =>
		({ expiration, amount, secret_hash: sha256(SECRETS[i]) }));
	const hashes = locks.map(lockHash);
	const tree = lockTree(hashes);

	await channel.close(channel.b, channel.proof(channel.a, 9n, 20n, tree.root));
	return { channel, locks, hashes, tree, expiration };
}

function reveal(net, i) {
	return net.send(net.accounts[6], 'secret_registry', 'registerSecret', [SECRETS[i]]);
}

function claim({ channel, locks, tree }, i, transferred_amount) {
	const { expiration, amount, secret_hash } = locks[i];

	return [channel.token, channel.a.address, transferred_amount, expiration, amount,
		secret_hash, tree.proofs[i]];
}

async function threeLeaves(net) {
	const all = await closedWithLocks(net);
	const { channel, hashes, tree } = all;
	const { a, b } = channel;
	let sent = 20n;

	for (const i of [2, 0, 1]) {
		await reveal(net, i);
		const unlocked = await net.send(b, 'tokens_network', 'unlock', claim(all, i, sent));

		sent += AMOUNTS[i];
		assert.deepEqual(unlocked.events,
			[['ChannelUnlocked', channel.id, a.address, hashes[i], sent]]);
		await channel.owes(a, { transferred_amount: sent, locksroot: tree.root, nonce: 9n });
		assert.equal(await net.call('tokens_network', 'queryUnlockedLocks',
			[channel.token, a.address, b.address, hashes[i]]), true);
		assert.equal(await net.call('tokens_network', 'queryUnlockedLocks',
			[channel.token, b.address, a.address, hashes[i]]), false);
	}
	await channel.settle(51n, 0n, tree.root);
	assert.deepEqual(await channel.gained(), [-51n, 51n]);
}

async function unclaimed(net) {
	const all = await closedWithLocks(net);

	await reveal(net, 1);
	await net.send(all.channel.b, 'tokens_network', 'unlock', claim(all, 1, 20n));
	await all.channel.settle(31n, 0n, all.tree.root);
	assert.deepEqual(await all.channel.gained(), [-31n, 31n]);
}

async function refusals(net) {
	const all = await closedWithLocks(net);
	const { channel, expiration } = all;
	const unlock = (why, args, from = channel.b) =>
		net.refused(why, from, 'tokens_network', 'unlock', args);

	await unlock('unlock: secret', claim(all, 0, 20n));
	await reveal(net, 0);
	await unlock('unlock: balance', claim(all, 0, 21n));
	await unlock('unlock: balance', [...claim(all, 0, 20n).slice(0, -1), all.tree.proofs[1]]);
	await unlock('lock: proof length', [...claim(all, 0, 20n).slice(0, -1), '0x00']);
	await unlock('window: state', claim(all, 0, 20n), net.accounts[3]);
	await net.send(channel.b, 'tokens_network', 'unlock', claim(all, 0, 20n));
	await unlock('unlock: again', claim(all, 0, 27n));
	await net.reach(expiration);
	assert.equal((await reveal(net, 1)).block, expiration);
	await reveal(net, 2);
	await net.send(channel.b, 'tokens_network', 'unlock', claim(all, 1, 27n));
	await unlock('unlock: secret', claim(all, 2, 38n));
	await net.reach((await channel.info())[1] + 1n);
	await unlock('window: over', claim(all, 1, 38n));
}

async function delegate(net) {
	const all = await closedWithLocks(net);
	const { channel, locks, hashes } = all;
	const [helper, other] = [net.accounts[4], net.accounts[3]];
	const args = claim(all, 0, 20n);
	const signed = [...args.slice(0, 2), channel.b.address, ...args.slice(2),
		sign(channel.b, digests.unlock_delegate(channel.life, helper.address, locks[0]))];

	await reveal(net, 0);
	await net.refused('delegate: signer', other, 'tokens_network', 'unlockDelegate', signed);
	const unlocked = await net.send(helper, 'tokens_network', 'unlockDelegate', signed);

	assert.deepEqual(unlocked.events,
		[['ChannelUnlocked', channel.id, channel.a.address, hashes[0], 27n]]);
}

async function punish(net) {
	const all = await closedWithLocks(net);
	const { channel, hashes } = all;
	const { a, b } = channel;
	const signature = sign(b, digests.disposed(channel.life, hashes[0], ANY_HASH));
	const args = [channel.token, a.address, b.address, hashes[0], ANY_HASH, signature];

	await net.refused('punish: not unlocked', a, 'tokens_network', 'punishObsoleteUnlock', args);
	await reveal(net, 0);
	await net.send(b, 'tokens_network', 'unlock', claim(all, 0, 20n));
	await net.refused('punish: signer', a, 'tokens_network', 'punishObsoleteUnlock',
		[...args.slice(0, 4), ZERO, signature]);
	// The window is over; the punish blocks are for this.
	await net.reach((await channel.info())[1] + 1n);
	const punished = await net.send(a, 'tokens_network', 'punishObsoleteUnlock', args);

	assert.deepEqual(punished.events, [['ChannelPunished', channel.id, a.address]]);
	assert.deepEqual(await channel.side(a), [150n, '0x' + '00'.repeat(24), 2n ** 64n - 1n]);
	assert.equal((await channel.side(b))[0], 0n);
	await channel.settle(0n, 0n);
	assert.deepEqual(await channel.gained(), [50n, -50n]);
}

async function secretOnce(net) {
	const ask = (hash) => net.call('secret_registry', 'getSecretRevealBlockHeight', [hash]);
	const first = await reveal(net, 0);
	const again = await reveal(net, 0);

	assert.deepEqual(again.events, []);
	assert.equal(await ask(sha256(SECRETS[0])), first.block);
	assert.equal(await net.call('secret_registry', 'secrethash_to_block',
		[sha256(SECRETS[0])]), first.block);
	assert.equal(await ask(sha256(SECRETS[1])), 0n);
}

module.exports = [
	['three leaves are unlocked one by one, the root stays', threeLeaves],
	['what is not unlocked goes back', unclaimed],
	['what cannot be unlocked', refusals],
	['a delegate unlocks, and only the one that was named', delegate],
	['an unlock of a disposed lock is punished', punish],
	['the first registration of a secret counts', secretOnce],
];
