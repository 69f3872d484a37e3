// SPDX-License-Identifier: GPL-2.0
// words.js - a key that can be written on paper: 12 or 24 words (BIP 39), and from them
// one key for each channel (BIP 32).
import { generateMnemonic, mnemonicToSeed, validateMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { hmac } from '@noble/hashes/hmac';
import { sha512 } from '@noble/hashes/sha2';
import { secp256k1 } from '@noble/curves/secp256k1';
import { parseAddress } from './address.js';
import { ascii, be, concat, number } from './bytes.js';
import { keccak } from './hash.js';

const HARD = 0x80000000;
const ORDER = secp256k1.CURVE.n;

/** makeWords() - @count: 12 or 24 */
export function makeWords(count) {
	return generateMnemonic(wordlist, count === 24 ? 256 : 128);
}

/** tidyWords() - as people type them; Return: as they are to be, or null: a word or their sum is wrong */
export function tidyWords(typed) {
	const words = typed.normalize('NFKD').toLowerCase().trim().split(/\s+/);
	const text = words.join(' ');

	return [12, 24].includes(words.length) && validateMnemonic(text, wordlist) ? text : null;
}

/* Private parent to private child; the step is BIP 32's. */
function child(node, index) {
	const data = index >= HARD ? concat([0], node.secret) :
		secp256k1.getPublicKey(node.secret, true);
	const i = hmac(sha512, node.chain, concat(data, be(index, 4)));
	const secret = (number(i.slice(0, 32)) + number(node.secret)) % ORDER;

	data.fill(0);
	/* One in 2^127: the standard goes on to the next. */
	if (number(i.slice(0, 32)) >= ORDER || !secret)
		throw new RangeError('these words have no key here');
	const next = { secret: be(secret, 32), chain: i.slice(32) };

	i.fill(0);
	return next;
}

/** deriveSecret() - @seed: bytes; @path: indices, each HARD or not */
export function deriveSecret(seed, path) {
	const i = hmac(sha512, ascii('Bitcoin seed'), seed);
	let node = { secret: i.slice(0, 32), chain: i.slice(32) };

	i.fill(0);
	for (const index of path) {
		const before = node;

		node = child(before, index);
		before.secret.fill(0);
		before.chain.fill(0);
	}
	node.chain.fill(0);
	return node.secret;
}

/**
 * channelPath() - where the key of a channel is: m/44'/60'/C'/0/0
 * C is 31 bits of a hash over what the channel is with, so that the same words give the
 * same key at the same box and no other one, and nothing has to be remembered for that.
 */
export function channelPath(channel) {
	const hash = keccak(concat(be(channel.chain_id, 32), parseAddress(channel.tokens_network),
		parseAddress(channel.token), parseAddress(channel.box)));

	return [44 + HARD, 60 + HARD, Number(number(hash.slice(0, 4)) & 0x7fffffffn) + HARD, 0, 0];
}

/** wordsToSecret() - @words: tidy; Return: 32 bytes, to be wiped */
export async function wordsToSecret(words, channel) {
	const seed = await mnemonicToSeed(words);
	const secret = deriveSecret(seed, channelPath(channel));

	seed.fill(0);
	return secret;
}
