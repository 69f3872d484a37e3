// SPDX-License-Identifier: GPL-2.0
// Every entry of a file made with the original node's packages: what the wallet encodes and
// signs is what they did, to the last byte, and a changed byte is noticed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { sameText } from '../src/address.js';
import { concat, equal, hex, unhex } from '../src/bytes.js';
import { keccak } from '../src/hash.js';
import { Key } from '../src/key.js';
import { ACK, DIRECT_TRANSFER, ackMatches, decode, makeAck, messageHash, readVarint, signTransfer,
	varint } from '../src/message.js';
import { channelIdentifier, isSignedBy, proofDigest, proofPreimage } from '../src/proof.js';
import { recover } from '../src/signature.js';

const vectors = JSON.parse(readFileSync(process.env.VECTORS, 'utf8'));

function parts(v) {
	const b = v.balance_proof;

	return {
		proof: { nonce: BigInt(b.nonce), transferred_wei: BigInt(b.transfer_amount), locksroot: b.locksroot },
		channel: { channel_identifier: b.channel_identifier, chain_id: BigInt(v.chain_id),
			open_block_number: BigInt(b.open_block_number) },
	};
}

test('addresses of keys', () => {
	assert.equal(vectors.keys_and_secrets.length, 10);
	for (const v of vectors.keys_and_secrets)
		assert.equal(new Key(unhex(v.private_key)).address, v.address);
});

test('channel identifiers, whoever comes first', () => {
	assert.equal(vectors.channel_identifier.length, 10);
	for (const v of vectors.channel_identifier)
		for (const [a, b] of [[v.participant1, v.participant2], [v.participant2, v.participant1]])
			assert.equal(hex(channelIdentifier(a, b, v.token, v.tokens_network)), v.channel_identifier);
});

test('varints, in their shortest form alone', () => {
	for (const v of vectors.varint) {
		assert.equal(hex(varint(v.value)), v.bytes);
		assert.deepEqual(readVarint(unhex(v.bytes)), { value: BigInt(v.value), size: v.bytes.length / 2 - 1 });
		assert.equal(readVarint(unhex(v.bytes).slice(0, -1)), null);
	}
	for (const longer of ['0xfd0100', '0xfdfc00', '0xfeffff0000', '0xffffffffff00000000'])
		assert.equal(readVarint(unhex(longer)), null);
});

test('direct transfers: pre-image, digest, signature, all bytes', () => {
	assert.equal(vectors.direct_transfer.length, 10);
	for (const v of vectors.direct_transfer) {
		const { proof, channel } = parts(v);
		const made = signTransfer(proof, channel, unhex(v.data), new Key(unhex(v.private_key)));

		assert.equal(hex(made.datagram), v.packed);
		assert.equal(made.proof.additional_hash, v.additional_hash);
		assert.equal(made.proof.signature, v.signature);
		assert.equal(hex(proofPreimage(made.proof, channel)), v.sign_preimage);
		assert.equal(hex(proofDigest(made.proof, channel)), v.sign_hash);
		assert.equal(hex(messageHash(made.datagram)), v.additional_hash);
	}
});

test('direct transfers: read back, and by whom they are', () => {
	for (const v of vectors.direct_transfer) {
		const { proof, channel } = parts(v);
		const message = decode(unhex(v.packed));
		const { channel_identifier, open_block_number, ...read } = message.proof;

		assert.equal(message.id, DIRECT_TRANSFER);
		assert.equal(hex(message.data), v.data);
		assert.deepEqual({ channel_identifier, open_block_number },
			{ channel_identifier: channel.channel_identifier, open_block_number: channel.open_block_number });
		assert.deepEqual(read, { ...proof, additional_hash: v.additional_hash, signature: v.signature });
		assert.ok(isSignedBy(read, channel, v.sender));
		assert.ok(!isSignedBy(read, { ...channel, chain_id: channel.chain_id + 1n }, v.sender));
		assert.ok(!isSignedBy(read, { ...channel, open_block_number: channel.open_block_number + 1n }, v.sender));
	}
});

test('direct transfers: a change of any byte is noticed', () => {
	const v = vectors.direct_transfer[1];
	const { channel } = parts(v);
	const packed = unhex(v.packed);

	/* The version is not looked at, but it is signed. */
	for (let i = 0; i < packed.length; i++) {
		const changed = Uint8Array.from(packed);

		changed[i] ^= 1;
		const message = decode(changed);

		if (message?.id !== DIRECT_TRANSFER)
			continue;
		const same = message.proof.channel_identifier === channel.channel_identifier &&
			message.proof.open_block_number === channel.open_block_number;

		assert.ok(!same || !isSignedBy(message.proof, channel, v.sender), `byte ${i}`);
	}
	for (let n = 0; n < packed.length; n++)
		assert.notEqual(decode(packed.slice(0, n))?.id, DIRECT_TRANSFER);
	assert.equal(decode(concat(packed, [0])), null);
	assert.equal(decode(new Uint8Array(1201)), null);
	assert.equal(decode(Uint8Array.of(9, 1, 0, 0)), null);
});

test('every message with a balance proof: the proof is its sender\'s', () => {
	for (const kind of ['direct_transfer', 'unlock', 'remove_expired_hashlock', 'mediated_transfer',
		'announce_disposed_response'])
		for (const v of vectors[kind]) {
			const { proof, channel } = parts(v);
			const whole = { ...proof, additional_hash: v.additional_hash, signature: v.signature };

			assert.equal(hex(proofDigest(whole, channel)), v.sign_hash, kind);
			assert.ok(isSignedBy(whole, channel, v.sender), kind);
		}
});

test('acks', () => {
	for (const v of vectors.direct_transfer) {
		const ack = makeAck(unhex(v.packed), v.receiver);

		assert.equal(hex(ack), v.ack_packed);
		assert.ok(ackMatches(ack, unhex(v.packed), v.receiver));
		assert.ok(!ackMatches(ack, unhex(v.packed), v.sender));
		assert.ok(!ackMatches(ack.slice(0, -1), unhex(v.packed), v.receiver));
	}
	for (const v of vectors.ack) {
		const message = decode(unhex(v.packed));

		assert.equal(message.id, ACK);
		assert.equal(hex(message.sender), v.sender);
		assert.equal(hex(message.echo), v.echo);
		assert.equal(decode(unhex(v.packed).slice(1)), null);
	}
});

test('signatures of other forms are nobody\'s', () => {
	const v = vectors.ping[0];
	const signature = unhex(v.signature);
	const digest = keccak(unhex(v.unsigned));

	assert.ok(equal(recover(digest, signature), unhex(v.sender)));
	for (const value of [0, 1, 26, 29, 255]) {
		const other = Uint8Array.from(signature);

		other[64] = value;
		assert.equal(recover(digest, other), null);
	}
	const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
	const s = order - BigInt(hex(signature.slice(32, 64)));
	const high = concat(signature.slice(0, 32), unhex(`0x${s.toString(16).padStart(64, '0')}`),
		[signature[64] ^ 7]);

	assert.equal(recover(digest, high), null);
	assert.equal(recover(digest, new Uint8Array(65)), null);
	assert.equal(recover(digest, signature.slice(0, 64)), null);
});

test('addresses: of mixed case the checksum must be right', () => {
	const { address } = vectors.keys_and_secrets[0];

	assert.equal(sameText(address.toLowerCase()), address);
	assert.throws(() => sameText(address.replace(/[a-f]/, (c) => c.toUpperCase())));
	assert.throws(() => sameText(`${address}0`));
});
