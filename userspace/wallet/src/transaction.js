// SPDX-License-Identifier: GPL-2.0
// transaction.js - a deposit as the calls that it takes, and a call as a legacy transaction,
// signed for one chain (EIP-155).
import { parseAddress } from './address.js';
import { ascii, be, concat, hex } from './bytes.js';
import { keccak } from './hash.js';
import { SIGNATURE_BYTES } from './signature.js';

const selector = (text) => keccak(ascii(text)).slice(0, 4);
const word = (value) => be(value, 32);
const wordOf = (address) => concat(new Uint8Array(12), parseAddress(address));

/* RLP: strings and one list; an integer is a string without zeros before it. */
function integer(value) {
	const bytes = word(value);
	const first = bytes.findIndex((b) => b);

	return bytes.slice(first < 0 ? bytes.length : first);
}

function head(base, length) {
	if (length <= 55)
		return [base + length];
	const size = integer(length);

	return concat([base + 55 + size.length], size);
}

const string = (bytes) => (bytes.length === 1 && bytes[0] < 0x80 ? bytes : concat(head(0x80, bytes.length), bytes));

function list(items) {
	const inside = concat(...items.map(string));

	return concat(head(0xc0, inside.length), inside);
}

/* Who deposits with whom, behind another call: where it is, how long, and three words. */
function opening(channel, at, timeout) {
	return concat(word(at), word(96), wordOf(channel.address), wordOf(channel.box), word(timeout));
}

/**
 * depositCalls() - what has to be called, in this order
 * @channel: whose: chain_id, tokens_network, token, box, address
 * @kind: how the token is paid in: erc20, erc223 or smt
 * @wei: how much
 * @timeout: blocks between close and settlement; 0: it is open, and only grows
 * @approved: the contract may take so much already
 *
 * Return: { what, to, value, data, gas }.
 */
export function depositCalls(channel, kind, wei, timeout, approved = false) {
	const { token, tokens_network: network } = channel;
	const deposit = { what: 'deposit', value: 0n, gas: 500000 };

	if (kind === 'smt')
		return [{ ...deposit, to: token, value: wei,
			data: concat(selector('buyAndTransfer(bytes)'), opening(channel, 32, timeout)) }];
	if (kind === 'erc223')
		return [{ ...deposit, to: token, data: concat(selector('transfer(address,uint256,bytes)'),
			wordOf(network), word(wei), opening(channel, 96, timeout)) }];
	return [
		...(approved ? [] : [{ what: 'approve', to: token, value: 0n, gas: 100000,
			data: concat(selector('approve(address,uint256)'), wordOf(network), word(wei)) }]),
		{ ...deposit, to: network, data: concat(selector('deposit(address,address,address,uint256,uint64)'),
			wordOf(token), wordOf(channel.address), wordOf(channel.box), word(wei), word(timeout)) },
	];
}

/** signCall() - Return: { raw, hash } in hex, of a call with @nonce at @price wei of a unit of gas */
export function signCall(call, nonce, price, chainId, key) {
	const fields = [integer(nonce), integer(price), integer(call.gas), parseAddress(call.to),
		integer(call.value), call.data];
	const none = new Uint8Array(0);
	const signature = key.sign(keccak(list([...fields, integer(chainId), none, none])));
	const raw = list([...fields, integer(2n * BigInt(chainId) + 8n + BigInt(signature[SIGNATURE_BYTES - 1])),
		integer(BigInt(hex(signature.slice(0, 32)))), integer(BigInt(hex(signature.slice(32, 64))))]);

	return { raw: hex(raw), hash: hex(keccak(raw)) };
}
