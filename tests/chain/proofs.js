// SPDX-License-Identifier: GPL-2.0
// What participants sign for the contract, written from Photon's documented forms
// and not from our contract.
'use strict';

const { SigningKey, concat, keccak256, solidityPacked, toUtf8Bytes } = require('ethers');

const ZERO = '0x' + '00'.repeat(32);
const PREFIX = concat(['0x19', toUtf8Bytes('Spectrum Signed Message:\n')]);

function digest(digits, fields) {
	const packed = solidityPacked(fields.map((f) => f[0]), fields.map((f) => f[1]));

	return keccak256(concat([PREFIX, toUtf8Bytes(digits), packed]));
}

// life: { channel_identifier, open_block_number, chain_id }
function tail(life) {
	return [['bytes32', life.channel_identifier], ['uint64', life.open_block_number],
		['uint256', life.chain_id]];
}

const digests = {
	balance_proof: (life, p) => digest('176', [['uint256', p.transferred_amount],
		['bytes32', p.locksroot], ['uint64', p.nonce], ['bytes32', p.additional_hash],
		...tail(life)]),
	delegate: (life, p) => digest('144', [['uint256', p.transferred_amount],
		['bytes32', p.locksroot], ['uint64', p.nonce], ...tail(life)]),
	cooperative: (life, p1, b1, p2, b2) => digest('176', [['address', p1], ['uint256', b1],
		['address', p2], ['uint256', b2], ...tail(life)]),
	withdraw: (life, participant, balance, amount) => digest('156',
		[['address', participant], ['uint256', balance], ['uint256', amount],
			...tail(life)]),
	disposed: (life, lock_hash, additional_hash) => digest('136', [['bytes32', lock_hash],
		...tail(life), ['bytes32', additional_hash]]),
	unlock_delegate: (life, delegatee, lock) => digest('188', [['address', delegatee],
		['uint256', lock.expiration], ['uint256', lock.amount],
		['bytes32', lock.secret_hash], ...tail(life)]),
};

function sign(account, hash) {
	return new SigningKey(account.private_key).sign(hash).serialized;
}

function identifier(network, token, a, b) {
	const [lower, higher] = a.toLowerCase() < b.toLowerCase() ? [a, b] : [b, a];

	return keccak256(concat([lower, higher, token, network]));
}

function lockHash(lock) {
	return keccak256(solidityPacked(['uint256', 'uint256', 'bytes32'],
		[lock.expiration, lock.amount, lock.secret_hash]));
}

// First 24 bytes; of nothing owed and nothing locked, zero.
function balanceHash(amount, locksroot) {
	if (amount === 0n && locksroot === ZERO)
		return '0x' + '00'.repeat(24);
	return keccak256(solidityPacked(['bytes32', 'uint256'], [locksroot, amount])).slice(0, 50);
}

function pair(a, b) {
	return keccak256(concat(a < b ? [a, b] : [b, a]));
}

// Leaves in the order they were added, an odd last one carried up.
// Return: { root, proofs }: for each leaf the siblings, joined.
function lockTree(leaves) {
	let layer = leaves.map((hash, i) => ({ hash, under: [i] }));
	const proofs = leaves.map(() => []);

	while (layer.length > 1) {
		const next = [];

		for (let i = 0; i < layer.length; i += 2) {
			const [a, b] = [layer[i], layer[i + 1]];

			if (!b) {
				next.push(a);
				continue;
			}
			a.under.forEach((leaf) => proofs[leaf].push(b.hash));
			b.under.forEach((leaf) => proofs[leaf].push(a.hash));
			next.push({ hash: pair(a.hash, b.hash), under: [...a.under, ...b.under] });
		}
		layer = next;
	}
	return { root: layer.length ? layer[0].hash : ZERO, proofs: proofs.map((p) => concat(p)) };
}

module.exports = { ZERO, balanceHash, digests, identifier, lockHash, lockTree, sign };
