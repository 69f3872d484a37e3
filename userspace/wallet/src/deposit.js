// SPDX-License-Identifier: GPL-2.0
// deposit.js - a deposit into the channel, over a box that carries it to the chain.
//
// All is signed at once, and kept before anything of it leaves; from then on the same bytes
// are sent until they are in a block.  Each has its own nonce, and the chain takes a nonce
// once: so whatever is lost, sent twice or closed in between, it is one deposit.
//
// The box says what the chain shows, and may lie.  It names no address and no amount that
// is signed: those are the key's own channel and what the person has chosen, and it may not
// move the point in that once it has set it.  What it does name (price, time, kind of token)
// is bounded here, and shown before it is signed.
import { Refused, plainText } from './channel.js';
import { hex, unhex } from './bytes.js';
import { HASH_BYTES } from './hash.js';
import { sameText } from './address.js';
import { depositCalls, signCall } from './transaction.js';

/* What tspay pays at most, unless it is told otherwise. */
export const GAS_PRICE_MAX_WEI = 200n * 10n ** 9n;
/* Some weeks: so long a close can keep the money away. */
const TIMEOUT_MAX_BLOCKS = 100000n;
/* The contract opens nothing with less. */
const TIMEOUT_MIN_BLOCKS = 6n;
const KINDS = ['erc20', 'erc223', 'smt'];
const IDENTITY = ['tokens_network', 'token', 'address'];
const RESEND_MS = 20000;
/* A node may be behind itself for a moment. */
const GONE_ROUNDS = 3;

function refuseIf(is, reason) {
	if (is)
		throw new Refused(reason);
}

function amount(value) {
	const text = typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : '';

	refuseIf(!/^\d{1,78}$/.test(text), 'bad_look');
	return BigInt(text);
}

function mined(json) {
	return json && { block: amount(json.block), succeeded: json.succeeded === true,
		confirmations: amount(json.confirmations) };
}

/**
 * readLook() - what the box says of the chain; of another channel than @channel it is refused
 * @channel: with decimals, once they are known
 */
export function readLook(json, channel) {
	let same;

	try {
		same = IDENTITY.every((name) => sameText(json[name]) === (name === 'address' ? channel.box : channel[name]));
	} catch {
		same = false;
	}
	refuseIf(!same || amount(json.chain_id) !== channel.chain_id ||
		json.decimals !== (channel.decimals ?? json.decimals), 'other_contract');
	refuseIf(!KINDS.includes(json.kind) || !Number.isInteger(json.decimals) || json.decimals < 0 ||
		json.decimals > 36, 'bad_look');
	return {
		kind: json.kind, decimals: json.decimals, symbol: plainText(json.symbol, 15),
		nonce: amount(json.nonce), pending: amount(json.pending_nonce) > amount(json.nonce),
		gas_price_wei: amount(json.gas_price_wei), coin_wei: amount(json.coin_wei),
		token_wei: amount(json.token_wei), allowance_wei: amount(json.allowance_wei),
		min_deposit_wei: amount(json.min_deposit_wei), timeout: amount(json.settle_timeout),
		confirmations: amount(json.confirmations), state: json.channel?.state,
		transaction: mined(json.transaction),
	};
}

const callsOf = (channel, what) => depositCalls(channel, what.kind, what.wei, what.timeout, what.approved);
const feeOf = (calls, price) => calls.reduce((sum, c) => sum + BigInt(c.gas) * price, 0n);

/**
 * planDeposit() - what would be signed, and what it costs at most; throws Refused
 * @channel: of the key: chain_id, tokens_network, token, box, address
 * @look: of readLook()
 */
export function planDeposit(channel, look, wei) {
	refuseIf(look.gas_price_wei > GAS_PRICE_MAX_WEI, 'gas_price');
	refuseIf(look.timeout > TIMEOUT_MAX_BLOCKS, 'timeout');
	refuseIf(look.timeout < TIMEOUT_MIN_BLOCKS, 'bad_look');
	refuseIf(look.pending, 'pending');
	refuseIf(look.state !== 'none' && look.state !== 'open', 'closed');
	refuseIf(wei < look.min_deposit_wei && look.state === 'none', 'small');
	refuseIf(wei > look.token_wei || !wei, 'few_tokens');
	const { symbol, decimals, nonce, gas_price_wei, kind } = look;
	const what = { wei, kind, timeout: look.state === 'open' ? 0n : look.timeout, approved: look.allowance_wei >= wei };
	const calls = callsOf(channel, what);
	const fee_wei = feeOf(calls, gas_price_wei);

	refuseIf(fee_wei + calls.at(-1).value > look.coin_wei, 'few_coins');
	return { channel, calls, ...what, fee_wei, nonce, gas_price_wei, symbol, decimals };
}

/**
 * planDearer() - the same again at a higher price, under the same numbers: of each the
 * chain still takes one; throws Refused
 * @record: kept; its first @at steps are in blocks
 */
export function planDearer(channel, record, at, look) {
	const last = record.steps[at].gas_price_wei;
	/* Nodes want a tenth more than before. */
	const least = last + last / 8n + 1n;
	const gas_price_wei = look.gas_price_wei > least ? look.gas_price_wei : least;
	/* Made anew: what is kept may have been changed, and the person is shown the channel. */
	const calls = callsOf(channel, record).slice(at);
	const fee_wei = feeOf(calls, gas_price_wei);

	refuseIf(gas_price_wei > GAS_PRICE_MAX_WEI, 'gas_price');
	refuseIf(fee_wei + calls.at(-1).value > look.coin_wei, 'few_coins');
	return { channel, calls, wei: record.wei, timeout: record.timeout, fee_wei, gas_price_wei, record, at };
}

function signStep(plan, call, nonce, key) {
	refuseIf(key.address !== plan.channel.address, 'wrong_key');
	return { what: call.what, nonce, gas_price_wei: plan.gas_price_wei,
		...signCall(call, nonce, plan.gas_price_wei, plan.channel.chain_id, key) };
}

/**
 * signDeposit() - Return: what is to be kept before it is sent
 * @plan: of planDeposit()
 * @beforeWei: what is in the channel already, as the box says
 */
export function signDeposit(plan, beforeWei, key) {
	const { channel, calls, wei, kind, timeout, approved, symbol, decimals } = plan;

	return {
		id: channel.address, wei, kind, timeout, approved, until_wei: beforeWei + wei, symbol, decimals,
		steps: calls.map((call, i) => ({ ...signStep(plan, call, plan.nonce + BigInt(i), key), before: [] })),
	};
}

/** signDearer() - Return: likewise, to be kept in the place of the one before; @plan: of planDearer() */
export function signDearer(plan, key) {
	const { record, at, calls } = plan;

	return {
		...record,
		steps: record.steps.map((s, i) => (i < at ? s :
			{ ...signStep(plan, calls[i - at], s.nonce, key), before: [...s.before, s.hash] })),
	};
}

/** Deposit - one that is kept, on its way */
export class Deposit {
	#box;
	#channel;
	#record;
	#at = 0;
	#sentMs = -Infinity;
	#lostWhy = false;
	#lostRounds = 0;
	#turn = 0;

	constructor(box, channel, record) {
		this.#box = box;
		/* Nothing is signed by what is looked at here, so the point may be anywhere. */
		this.#channel = { ...channel, decimals: undefined };
		this.#record = record;
	}

	get record() { return this.#record; }
	get at() { return this.#at; }

	/*
	 * The newest, or when its number was used those before it at a lower price, in turn: who
	 * asks for all of them each time asks more than a station may.
	 */
	async #find(step) {
		const look = readLook(await this.#box.look(this.#channel, step.hash), this.#channel);
		const { before } = step;

		if (look.transaction || look.nonce <= step.nonce || !before.length)
			return look;
		look.transaction = readLook(await this.#box.look(this.#channel, before[this.#turn % before.length]),
			this.#channel).transaction;
		if (!look.transaction)
			this.#turn++;
		return look;
	}

	async #send(step, nowMs) {
		if (nowMs - this.#sentMs < RESEND_MS)
			return null;
		this.#sentMs = nowMs;
		try {
			const hash = await this.#box.sendTransaction(unhex(step.raw));

			refuseIf(hex(unhex(hash, HASH_BYTES)) !== step.hash, 'bad_look');
			return null;
		} catch (e) {
			if (!e.status || e.status === 429 || e.status >= 500)
				this.#sentMs = -Infinity;
			return e.message;
		}
	}

	/* Its number was used, and not by it; or one before it was never used, or not any more. */
	#lost(look, step) {
		const why = look.nonce > step.nonce ? 'atGone' : look.nonce < this.#record.steps[0].nonce && 'atEarly';

		this.#lostRounds = why && why === this.#lostWhy ? this.#lostRounds + 1 : 1;
		this.#lostWhy = why;
		return this.#lostRounds >= GONE_ROUNDS + step.before.length && why;
	}

	/**
	 * round() - look, and send what is not in a block
	 * Return: { at, state, block, n, all, why }: the state of step @at: atSent, atMined,
	 * atDeep, atFailed, atGone or atEarly.  The next step begins when the one before is in a block.
	 */
	async round(nowMs) {
		const { steps } = this.#record;
		const step = steps[this.#at];
		const look = await this.#find(step);
		const found = look.transaction;
		const said = { at: this.#at, block: found?.block, n: found?.confirmations, all: look.confirmations };

		const lost = !found && this.#lost(look, step);

		if (lost === 'atGone')
			return { ...said, state: lost };
		/* The block of the step before was undone: it comes first again. */
		if (!found && this.#at && look.nonce < step.nonce)
			this.#at--;
		if (!found)
			return { ...said, state: lost || 'atSent', why: await this.#send(step, nowMs) };
		this.#lostWhy = false;
		if (!found.succeeded)
			return { ...said, state: 'atFailed' };
		if (this.#at < steps.length - 1) {
			this.#at++;
			this.#sentMs = -Infinity;
			return { ...said, state: 'atMined' };
		}
		return { ...said, state: found.confirmations >= look.confirmations ? 'atDeep' : 'atMined' };
	}
}
