// SPDX-License-Identifier: GPL-2.0
// receipt.js - what was paid and what came back, for people and for their books.
import { printAmount } from './amount.js';

const COLUMNS = ['number', 'time', 'kind', 'state', 'amount', 'symbol', 'amount_wei', 'nonce',
	'transferred_wei', 'session', 'tariff_id', 'wei_per_gb', 'box', 'wallet', 'channel_identifier',
	'open_block_number', 'additional_hash', 'signature'];

/** paymentReceipt() - of the payment that was just made; "sent" until its Ack is there */
export function paymentReceipt(state, number, facts) {
	return {
		number, time_ms: facts.now_ms, kind: 'payment', state: 'sent', amount_wei: facts.wei,
		nonce: state.ours.nonce, transferred_wei: state.ours.transferred_wei, session: facts.code,
		tariff_id: facts.tariff_id, wei_per_gb: facts.wei_per_gb,
		additional_hash: state.ours.additional_hash, signature: state.ours.signature,
	};
}

/** refundReceipt() - of a transfer of the box that was just taken */
export function refundReceipt(before, state, number, nowMs) {
	return {
		number, time_ms: nowMs, kind: 'received', state: 'taken',
		amount_wei: state.theirs.transferred_wei - before.theirs.transferred_wei,
		nonce: state.theirs.nonce, transferred_wei: state.theirs.transferred_wei, session: null,
		tariff_id: null, wei_per_gb: null, additional_hash: state.theirs.additional_hash,
		signature: state.theirs.signature,
	};
}

function row(channel, r) {
	return {
		...r, time: new Date(r.time_ms).toISOString(),
		amount: printAmount(r.amount_wei, channel.decimals), symbol: channel.symbol,
		box: channel.box, wallet: channel.address,
		channel_identifier: channel.channel_identifier,
		open_block_number: channel.open_block_number,
	};
}

/* Amounts are strings, as in all JSON of TokenSwitch. */
const plain = (key, value) => (typeof value === 'bigint' ? value.toString() : value);

const describeProof = (p) => (p.nonce ? { nonce: p.nonce, transferred_wei: p.transferred_wei,
	additional_hash: p.additional_hash, signature: p.signature } : null);

/**
 * describeChannel() - as "tsctl channel import" and tspay --channel read it
 * From the box's side: proof is of who "address" is.
 */
export function describeChannel(state) {
	return {
		channel_identifier: state.channel_identifier, chain_id: state.chain_id,
		tokens_network: state.tokens_network, token: state.token, address: state.box,
		partner_address: state.address, open_block_number: state.open_block_number,
		settle_timeout: state.settle_timeout, deposit_wei: state.their_deposit_wei,
		partner_deposit_wei: state.our_deposit_wei, proof: describeProof(state.theirs),
		partner_proof: describeProof(state.ours),
	};
}

/** exportJson() - the channel with both newest proofs, which the contract takes, and all receipts */
export function exportJson(state, receipts) {
	return `${JSON.stringify({
		format: 'tokenswitch-wallet-receipts', version: 1, channel: describeChannel(state),
		receipts: receipts.map((r) => row(state, r)),
	}, plain, '\t')}\n`;
}

/* A spreadsheet would take some beginnings for a formula. */
function cell(value) {
	const text = value === null || value === undefined ? '' : String(value);
	const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;

	return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

export function exportCsv(state, receipts) {
	const lines = receipts.map((r) => row(state, r)).map((r) => COLUMNS.map((c) => cell(r[c])));

	return [COLUMNS, ...lines].map((l) => `${l.join(',')}\r\n`).join('');
}
