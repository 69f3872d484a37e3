// SPDX-License-Identifier: GPL-2.0
// Signatures and hashes made by Photon's own packages: the contract must know the
// signer of each, must not know him when one field differs, and what our tests sign
// with (proofs.js) must make the same digests.
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { sha256 } = require('ethers');
const { digests, identifier, lockHash, lockTree } = require('../proofs.js');

const SIGNATURE_BYTES = 65;
const vectors = JSON.parse(fs.readFileSync(
	path.join(__dirname, '../../conformance/vectors.json'), 'utf8'));

// The contract recovers for the chain it was deployed with.
async function probe(net, chain_id) {
	const name = `probe ${chain_id}`;

	if (!net.at[name]) {
		await net.deploy('ProofProbe', [chain_id]);
		net.at[name] = net.at.ProofProbe;
	}
	return name;
}

// The signer is known; with one of the other arguments changed, another one for each
// vector of an array, he is not.
async function recovered(net, vector, method, args, signer) {
	const contract = await probe(net, vector.chain_id);

	assert.equal(await net.call(contract, method, args), signer.toLowerCase());
	const i = net.turn++ % (args.length - 1);
	const other = args.map((value, j) => i === j ? changed(value) : value);

	assert.notEqual(await recoveredOrNobody(net, contract, method, other),
		signer.toLowerCase(), `${method}: argument ${i} is not signed`);
}

function changed(value) {
	if (/^0x/.test(value))
		return value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
	return BigInt(value) ^ 1n;
}

async function recoveredOrNobody(net, contract, method, args) {
	try {
		return await net.call(contract, method, args);
	} catch (e) {
		assert.match(e.message, /nobody's/);
		return 'nobody';
	}
}

function life(vector, proof = vector) {
	return { channel_identifier: proof.channel_identifier,
		open_block_number: proof.open_block_number, chain_id: vector.chain_id };
}

async function balanceProof(net, v) {
	const p = v.balance_proof;
	const signature = v.signature || '0x' + v.packed.slice(-2 * SIGNATURE_BYTES);

	assert.equal(digests.balance_proof(life(v, p), { transferred_amount: p.transfer_amount,
		additional_hash: v.additional_hash, ...p }), v.sign_hash);
	await recovered(net, v, 'balanceProof', [p.channel_identifier, p.transfer_amount,
		p.locksroot, p.nonce, p.open_block_number, v.additional_hash, signature], v.sender);
}

async function delegate(net, v) {
	const p = v.balance_proof;

	assert.equal(digests.delegate(life(v, p), { transferred_amount: p.transfer_amount, ...p }),
		v.sign_hash);
	await recovered(net, v, 'balanceProofDelegate', [p.channel_identifier, p.transfer_amount,
		p.locksroot, p.nonce, p.open_block_number, v.signature], v.sender);
}

async function cooperative(net, v) {
	assert.equal(digests.cooperative(life(v), v.participant1, v.participant1_balance,
		v.participant2, v.participant2_balance), v.contract_hash);
	for (const i of [1, 2])
		await recovered(net, v, 'cooperativeSettleOf', [v.channel_identifier,
			v.participant1, v.participant1_balance, v.participant2,
			v.participant2_balance, v.open_block_number,
			v[`participant${i}_signature`]], v[`participant${i}`]);
}

async function withdraw(net, v) {
	assert.equal(digests.withdraw(life(v), v.participant1, v.participant1_balance,
		v.participant1_withdraw), v.contract_hash);
	for (const i of [1, 2])
		await recovered(net, v, 'withdrawOf', [v.channel_identifier, v.participant1,
			v.participant1_balance, v.participant1_withdraw, v.open_block_number,
			v[`participant${i}_signature`]], v[`participant${i}`]);
}

async function disposed(net, v) {
	assert.equal(digests.disposed(life(v), v.lock_hash, v.additional_hash), v.sign_hash);
	await recovered(net, v, 'disposed', [v.channel_identifier, v.lock_hash,
		v.open_block_number, v.additional_hash,
		'0x' + v.packed.slice(-2 * SIGNATURE_BYTES)], v.sender);
}

async function unlockDelegate(net, v) {
	assert.equal(digests.unlock_delegate(life(v), v.delegatee, v), v.sign_hash);
	await recovered(net, v, 'unlockDelegateOf', [v.channel_identifier, v.delegatee,
		v.expiration, v.amount, v.secret_hash, v.open_block_number, v.signature], v.sender);
}

async function channelIdentifier(net, v) {
	const contract = await probe(net, 1);
	const { token, participant1: a, participant2: b, tokens_network: network } = v;

	assert.equal(identifier(network, token, a, b), v.channel_identifier);
	for (const [x, y] of [[a, b], [b, a]])
		assert.equal(await net.call(contract, 'identifier', [token, x, y, network]),
			v.channel_identifier);
}

async function merkle(net, v) {
	const contract = await probe(net, 1);
	const locks = v.locks || [];
	const leaves = locks.map((l) => l.lock_hash);

	assert.equal(leaves.length, v.count);
	assert.equal(lockTree(leaves).root, v.locksroot);
	for (const [i, l] of locks.entries()) {
		const lock = { ...l, secret_hash: l.lock_secret_hash };

		assert.equal(lockHash(lock), l.lock_hash);
		assert.equal(lockTree(leaves).proofs[i], l.proof);
		assert.equal(await net.call(contract, 'lockHash',
			[l.expiration, l.amount, l.lock_secret_hash]), l.lock_hash);
		assert.equal(await net.call(contract, 'lockRoot', [l.lock_hash, l.proof]),
			v.locksroot);
	}
}

async function secret(net, v) {
	assert.equal(sha256(v.secret), v.lock_secret_hash_sha256);
	const { block, events } = await net.send(net.accounts[0], 'secret_registry',
		'registerSecret', [v.secret]);

	assert.deepEqual(events, [['SecretRevealed', v.secret]]);
	assert.equal(await net.call('secret_registry', 'getSecretRevealBlockHeight',
		[v.lock_secret_hash_sha256]), block);
}

// The contract takes v 0 and 1 as well, which a Photon peer does not.
async function lowV(net, v) {
	const p = v.balance_proof;
	const signature = '0x' + v.packed.slice(-2 * SIGNATURE_BYTES);
	const last = parseInt(signature.slice(-2), 16);
	const args = (byte) => [p.channel_identifier, p.transfer_amount, p.locksroot, p.nonce,
		p.open_block_number, v.additional_hash, signature.slice(0, -2) + byte];
	const contract = await probe(net, v.chain_id);

	assert(last === 27 || last === 28);
	assert.equal(await net.call(contract, 'balanceProof', args('0' + (last - 27))),
		v.sender.toLowerCase());
	await assert.rejects(net.call(contract, 'balanceProof', args('1d')), /signature: v/);
	await assert.rejects(net.call(contract, 'balanceProof', args('')), /signature: length/);
}

const CHECKS = {
	direct_transfer: balanceProof,
	unlock: balanceProof,
	remove_expired_hashlock: balanceProof,
	announce_disposed_response: balanceProof,
	mediated_transfer: balanceProof,
	balance_proof_delegate: delegate,
	cooperative_settle: cooperative,
	withdraw,
	announce_disposed: disposed,
	unlock_delegate_contract_form: unlockDelegate,
	channel_identifier: channelIdentifier,
	merkle,
	keys_and_secrets: secret,
};

// The state goes back after each test, and the probes with it.
async function withProbes(net, list, check) {
	net.turn = 0;
	try {
		for (const v of list)
			await check(net, v);
	} finally {
		for (const name of Object.keys(net.at).filter((n) => /^probe|^ProofProbe$/.test(n)))
			delete net.at[name];
	}
}

module.exports = [
	...Object.entries(CHECKS).map(([name, check]) => [name, (net) => {
		assert.equal(vectors[name].length, 10);
		return withProbes(net, vectors[name], check);
	}]),
	['the last byte of a signature may be 0 or 1', (net) =>
		withProbes(net, vectors.direct_transfer, lowV)],
];
