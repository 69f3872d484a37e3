// SPDX-License-Identifier: GPL-2.0
// message.js - Photon's datagrams, of which a wallet needs two: DirectTransfer and Ack.
import { ADDRESS_BYTES, parseAddress } from './address.js';
import { be, concat, equal, hex, number, unhex } from './bytes.js';
import { HASH_BYTES, keccak } from './hash.js';
import { proofDigest } from './proof.js';
import { SIGNATURE_BYTES } from './signature.js';

export const ACK = 0;
export const DIRECT_TRANSFER = 9;
export const DATAGRAM_MAX_BYTES = 1200;
export const ACK_BYTES = 4 + ADDRESS_BYTES + HASH_BYTES;
const HEAD_BYTES = 4;
/* nonce, channel, open block, amount, locksroot, signature */
const ENVELOPE_BYTES = 8 + 32 + 8 + 32 + 32 + SIGNATURE_BYTES;

/** varint() - Bitcoin's: little-endian beyond one byte */
export function varint(value) {
	const n = BigInt(value);
	const [mark, size] = n < 0xfdn ? [null, 1] : n <= 0xffffn ? [0xfd, 2] :
		n <= 0xffffffffn ? [0xfe, 4] : [0xff, 8];

	return concat(mark === null ? [] : [mark], be(n, size).reverse());
}

/** readVarint() - Return: { value, size }, or null: too short, or not the shortest form */
export function readVarint(bytes) {
	const size = { 0xfd: 2, 0xfe: 4, 0xff: 8 }[bytes[0]] ?? 0;

	if (bytes.length < 1 + size)
		return null;
	const value = size ? number(bytes.slice(1, 1 + size).reverse()) : BigInt(bytes[0]);

	return varint(value).length === 1 + size ? { value, size: 1 + size } : null;
}

/** messageHash() - the "additional hash": over all but the signature at the end */
export function messageHash(datagram) {
	return keccak(datagram.slice(0, -SIGNATURE_BYTES));
}

function unsignedTransfer(proof, channel, data) {
	return concat([DIRECT_TRANSFER, 0, 0, 0], varint(data.length), data, be(proof.nonce, 8),
		unhex(channel.channel_identifier, HASH_BYTES), be(channel.open_block_number, 8),
		be(proof.transferred_wei, 32), unhex(proof.locksroot, HASH_BYTES));
}

/**
 * signTransfer() - make a DirectTransfer
 * @proof: nonce, transferred_wei and locksroot
 * @channel: channel_identifier, open_block_number and chain_id
 * @data: bytes
 * @key: sign(digest) of it is called once
 *
 * Return: { datagram, proof }: the bytes, and the proof with its hash and signature.
 */
export function signTransfer(proof, channel, data, key) {
	const body = unsignedTransfer(proof, channel, data);
	const whole = { ...proof, additional_hash: hex(keccak(body)) };

	if (body.length + SIGNATURE_BYTES > DATAGRAM_MAX_BYTES)
		throw new RangeError('the data does not fit into a datagram');
	const signature = key.sign(proofDigest(whole, channel));

	return { datagram: concat(body, signature), proof: { ...whole, signature: hex(signature) } };
}

/** unprovenTransfer() - a DirectTransfer that nobody signed, which is worth nothing to anybody */
export function unprovenTransfer(proof, channel) {
	const nothing = new Uint8Array(SIGNATURE_BYTES);

	nothing[SIGNATURE_BYTES - 1] = 27;
	return concat(unsignedTransfer(proof, channel, []), nothing);
}

function decodeTransfer(datagram) {
	const length = readVarint(datagram.slice(HEAD_BYTES));

	if (!length)
		return null;
	let at = HEAD_BYTES + length.size;

	if (BigInt(datagram.length) !== BigInt(at + ENVELOPE_BYTES) + length.value)
		return null;
	const next = (n) => datagram.slice(at, at += n);
	const data = next(Number(length.value));

	return {
		id: DIRECT_TRANSFER, data,
		proof: {
			nonce: number(next(8)),
			channel_identifier: hex(next(HASH_BYTES)),
			open_block_number: number(next(8)),
			transferred_wei: number(next(32)),
			locksroot: hex(next(HASH_BYTES)),
			additional_hash: hex(messageHash(datagram)),
			signature: hex(next(SIGNATURE_BYTES)),
		},
	};
}

/**
 * decode() - read a datagram
 * Return: { id, … } of a DirectTransfer or an Ack, { id } alone of all else that has a
 * head, null: it is nothing.  Says nothing of who signed it.
 */
export function decode(datagram) {
	if (datagram.length < HEAD_BYTES || datagram.length > DATAGRAM_MAX_BYTES || datagram[1])
		return null;
	if (datagram[0] === DIRECT_TRANSFER)
		return decodeTransfer(datagram);
	if (datagram[0] !== ACK)
		return { id: datagram[0] };
	if (datagram.length !== ACK_BYTES)
		return null;
	return { id: ACK, sender: datagram.slice(4, 24), echo: datagram.slice(24) };
}

/** makeAck() - of @datagram, by @receiver, who got it; a text and bytes */
export function makeAck(datagram, receiver) {
	const address = parseAddress(receiver);

	return concat([ACK, 0, 0, 0], address, keccak(concat(datagram, address)));
}

export function ackMatches(ack, datagram, receiver) {
	return equal(ack, makeAck(datagram, receiver));
}
