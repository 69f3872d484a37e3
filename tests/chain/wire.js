// SPDX-License-Identifier: GPL-2.0
// Photon's messages that a wallet exchanges with a box, as bytes: written from the
// documented layouts and not from our codec.
'use strict';

const { concat, dataSlice, getBytes, hexlify, keccak256, recoverAddress, solidityPacked, toUtf8Bytes,
	zeroPadValue } = require('ethers');
const { ZERO, digests, sign } = require('./proofs.js');

const ID = { ACK: 0, DIRECT_TRANSFER: 9, SETTLE_REQUEST: 19, SETTLE_RESPONSE: 21,
	WITHDRAW_REQUEST: 23, WITHDRAW_RESPONSE: 25 };

function head(id) {
	return hexlify(new Uint8Array([id, 0, 0, 0]));
}

function packed(...fields) {
	return solidityPacked(fields.map((f) => f[0]), fields.map((f) => f[1]));
}

// Outer signatures have no prefix.
function signed(account, body) {
	return concat([body, sign(account, keccak256(body))]);
}

// Return: { bytes, proof }; memo: text below 253 bytes.
function directTransfer(life, account, nonce, transferred_amount, memo = '') {
	const data = toUtf8Bytes(memo);
	const body = concat([head(ID.DIRECT_TRANSFER), new Uint8Array([data.length]), data,
		packed(['uint64', nonce], ['bytes32', life.channel_identifier],
			['uint64', life.open_block_number], ['uint256', transferred_amount],
			['bytes32', ZERO])]);
	const proof = { signer: account, nonce, transferred_amount, locksroot: ZERO,
		additional_hash: keccak256(body) };

	proof.signature = sign(account, digests.balance_proof(life, proof));
	return { bytes: concat([body, proof.signature]), proof };
}

function ack(message, sender) {
	return concat([head(ID.ACK), sender.address,
		keccak256(concat([message, sender.address]))]);
}

function withdrawFields(life, w) {
	return packed(['bytes32', life.channel_identifier], ['uint64', life.open_block_number],
		['address', w.participant1], ['address', w.participant2],
		['uint256', w.balance], ['uint256', w.withdraw]);
}

function settleFields(life, s) {
	return packed(['bytes32', life.channel_identifier], ['uint64', life.open_block_number],
		['address', s.participant1], ['uint256', s.balance1],
		['address', s.participant2], ['uint256', s.balance2]);
}

function withdrawDigest(life, w) {
	return digests.withdraw(life, w.participant1, w.balance, w.withdraw);
}

function settleDigest(life, s) {
	return digests.cooperative(life, s.participant1, s.balance1, s.participant2, s.balance2);
}

const SUCCESS = concat([packed(['uint32', 0], ['uint32', 7]), toUtf8Bytes('success')]);

function request(id, fields, account, digest) {
	return signed(account, concat([head(id), fields, sign(account, digest)]));
}

function response(id, fields, account, digest) {
	return signed(account, concat([head(id), fields, sign(account, digest), SUCCESS]));
}

const withdrawRequest = (life, account, w) => request(ID.WITHDRAW_REQUEST,
	withdrawFields(life, w), account, withdrawDigest(life, w));
const withdrawResponse = (life, account, w) => response(ID.WITHDRAW_RESPONSE,
	withdrawFields(life, w), account, withdrawDigest(life, w));
const settleRequest = (life, account, s) => request(ID.SETTLE_REQUEST,
	settleFields(life, s), account, settleDigest(life, s));
const settleResponse = (life, account, s) => response(ID.SETTLE_RESPONSE,
	settleFields(life, s), account, settleDigest(life, s));

// A reader of fields one after the other.
function reader(bytes) {
	let at = 4;
	const take = (n) => dataSlice(bytes, at, at += n);

	return { bytes: take, address: () => take(20), number: (n) => BigInt(take(n)) };
}

function readWithdraw(r) {
	const fields = { participant1: r.address(), participant2: r.address(),
		balance: r.number(32), withdraw: r.number(32) };

	return fields;
}

function readSettle(r) {
	return { participant1: r.address(), balance1: r.number(32),
		participant2: r.address(), balance2: r.number(32) };
}

function readTransfer(r) {
	const length = Number(r.number(1));

	r.bytes(length);
	const fields = { nonce: r.number(8) };

	r.bytes(40);
	fields.transferred_amount = r.number(32);
	fields.locksroot = r.bytes(32);
	fields.signature = r.bytes(65);
	return fields;
}

const forms = { 9: readTransfer, 19: readSettle, 21: readSettle, 23: readWithdraw, 25: readWithdraw };

// Return: { id, bytes, ...fields }; of requests and responses also the contract's
// signature, of responses error_code.
function decode(bytes) {
	const id = getBytes(bytes)[0];
	const r = reader(bytes);
	const message = { id, bytes };

	if (!forms[id])
		return message;
	if (id === ID.DIRECT_TRANSFER) {
		message.additional_hash = keccak256(dataSlice(bytes, 0, getBytes(bytes).length - 65));
		return Object.assign(message, forms[id](r));
	}
	r.bytes(40);
	Object.assign(message, forms[id](r));
	message.signature = r.bytes(65);
	if (id === ID.SETTLE_RESPONSE || id === ID.WITHDRAW_RESPONSE)
		message.error_code = Number(r.number(4));
	return message;
}

// Who signed the settlement in an answer: an original node takes none, be it a no, in
// which that is not participant2.
function settlementSigner(life, message) {
	return recoverAddress(settleDigest(life, message), message.signature).toLowerCase();
}

// The same bytes that are signed for a settlement, read as a balance proof (M1).
function settlementAsProof(signer, s, signature) {
	const all = concat([s.participant1, zeroPadValue('0x' + hex(s.balance1), 32),
		s.participant2, zeroPadValue('0x' + hex(s.balance2), 32)]);

	return { signer, transferred_amount: BigInt(dataSlice(all, 0, 32)),
		locksroot: dataSlice(all, 32, 64), nonce: BigInt(dataSlice(all, 64, 72)),
		additional_hash: dataSlice(all, 72, 104), signature };
}

function hex(value) {
	const text = value.toString(16);

	return text.length % 2 ? '0' + text : text;
}

module.exports = { ID, ZERO, ack, decode, directTransfer, settlementAsProof, settleRequest,
	settleResponse, settlementSigner, withdrawRequest, withdrawResponse };
