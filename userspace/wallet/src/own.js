// SPDX-License-Identifier: GPL-2.0
// own.js - what TokenSwitch signs beside Photon's messages: a prefix of its own, a word,
// fields of fixed length, big-endian, and a signature over all before it (M6).
import { parseAddress } from './address.js';
import { ascii, be, concat, equal, hex, number, unhex } from './bytes.js';
import { HASH_BYTES, keccak } from './hash.js';
import { BLANK } from './proof.js';
import { SIGNATURE_BYTES, recover } from './signature.js';

const PREFIX = '\x19TokenSwitch Signed Message:\n';
/* Before the bytes of a datagram: no command of Photon's. */
const MARK = 0xff;
const QUESTION_BYTES = 1 + PREFIX.length + 9 + HASH_BYTES + 8 + HASH_BYTES + SIGNATURE_BYTES;

const begin = (word) => ascii(`${PREFIX}${word}\n`);

function signed(body, key) {
	return concat(body, key.sign(keccak(body)));
}

function signerOf(bytes) {
	return recover(keccak(bytes.slice(0, -SIGNATURE_BYTES)), bytes.slice(-SIGNATURE_BYTES));
}

/**
 * signRefund() - "what I have not spent there, send back to me" (M11)
 * @channel: whose box, chain and token are meant, whatever the asked one says of itself
 * @nonce: of the box, for this; { nonce, expires_s }
 * @limitWei: no more than this
 */
export function signRefund(channel, nonce, limitWei, key) {
	return signed(concat(begin('refund'), parseAddress(channel.box), be(channel.chain_id, 32),
		parseAddress(channel.token), unhex(nonce.nonce, HASH_BYTES), be(nonce.expires_s, 8),
		be(limitWei, 16)), key);
}

/** signAttach() - "what I paid for @code, this station may spend"; the rest as signRefund() */
export function signAttach(channel, code, nonce, limitWei, key) {
	return signed(concat(begin('attach'), parseAddress(channel.box), be(channel.chain_id, 32),
		parseAddress(channel.token), ascii(code), unhex(nonce.nonce, HASH_BYTES),
		be(nonce.expires_s, 8), be(limitWei, 16)), key);
}

/**
 * signAgreement() - "I pay no more than this"
 * @terms: max_wei_per_gb, cap_hour_wei, cap_wei and agreed_s
 *
 * Kept beside the channel, and looked at before each payment: whoever can write where it
 * is kept, but has no key, cannot make the wallet pay more.
 */
export function signAgreement(channel, terms, key) {
	return signed(concat(begin('agree'), parseAddress(channel.box), be(channel.chain_id, 32),
		parseAddress(channel.token), be(terms.max_wei_per_gb, 16), be(terms.cap_hour_wei, 16),
		be(terms.cap_wei, 16), be(terms.agreed_s, 8)), key);
}

/** agreementIsSigned() - by the wallet of the channel, over these terms */
export function agreementIsSigned(channel, terms, signature) {
	const shape = { sign: () => unhex(signature, SIGNATURE_BYTES) };
	const signer = signerOf(signAgreement(channel, terms, shape));

	return signer !== null && equal(signer, parseAddress(channel.address));
}

/**
 * decodeQuestion() - a box from a backup asks what of its we have
 * Return: { channel_identifier, open_block_number, nonce, signer }, or null: it is none.
 */
export function decodeQuestion(datagram) {
	const head = concat([MARK], begin('restored'));

	if (datagram.length !== QUESTION_BYTES || !equal(datagram.slice(0, head.length), head))
		return null;
	let at = head.length;
	const next = (n) => datagram.slice(at, at += n);

	return {
		channel_identifier: hex(next(HASH_BYTES)),
		open_block_number: number(next(8)),
		nonce: hex(next(HASH_BYTES)),
		signer: signerOf(datagram.slice(1)),
	};
}

function proofBytes(proof) {
	const p = proof ?? BLANK;

	return concat(be(p.nonce, 8), be(p.transferred_wei, 16), unhex(p.locksroot, HASH_BYTES),
		unhex(p.additional_hash, HASH_BYTES),
		p.signature ? unhex(p.signature, SIGNATURE_BYTES) : new Uint8Array(SIGNATURE_BYTES));
}

/** signEvidence() - the answer: the newest proof of theirs, and ours; a datagram */
export function signEvidence(question, theirs, ours, key) {
	const body = concat(begin('evidence'), unhex(question.channel_identifier, HASH_BYTES),
		be(question.open_block_number, 8), unhex(question.nonce, HASH_BYTES),
		proofBytes(theirs), proofBytes(ours));

	return concat([MARK], signed(body, key));
}
