// SPDX-License-Identifier: GPL-2.0
// purse.js - one channel as it is kept: each step is in the store before it is the state,
// and so before anything of it leaves (M10).
import { hex } from './bytes.js';
import { ackStep, adoptStep, beginChannel, channelId, outstanding, payStep, seeChannel,
	takeStep } from './channel.js';
import { agreementIsSigned, signAgreement } from './own.js';
import { printMemo } from './memo.js';
import { LOW_BYTES, STEP_BYTES, spentAdd } from './policy.js';
import { paymentReceipt, refundReceipt } from './receipt.js';

export class Purse {
	#store;
	#record;
	#last = Promise.resolve();

	constructor(store, record) {
		this.#store = store;
		this.#record = record;
	}

	/** Purse.open() - of the channel that a box describes; begun when it is new */
	static async open(store, seen) {
		const id = channelId(seen.channel);
		const found = await store.purse(id);
		const purse = new Purse(store, found ?? {
			id, seq: 0, state: beginChannel(seen), receipts: 0, spent: {}, agreement: null,
			wish: { low_bytes: LOW_BYTES, step_bytes: STEP_BYTES },
		});

		await purse.see(seen, !found);
		return purse;
	}

	get id() { return this.#record.id; }
	get state() { return this.#record.state; }
	get spent() { return this.#record.spent; }
	get wish() { return this.#record.wish; }

	/** terms - that the wallet has signed, or null: nothing may be paid */
	get terms() {
		const { agreement, state } = this.#record;

		return agreement && agreementIsSigned(state, agreement.terms, agreement.signature) ?
			agreement.terms : null;
	}

	/*
	 * Throws, and then nothing has changed.  One after the other: limits may be changed
	 * while a payment is under way.
	 */
	#commit(change, receipts = []) {
		const run = this.#last.then(async () => {
			const next = { ...this.#record, ...change, seq: this.#record.seq + 1 };

			await this.#store.commit(next, receipts);
			this.#record = next;
		});

		this.#last = run.catch(() => {});
		return run;
	}

	/** reload() - another tab may have gone on from here */
	async reload() {
		this.#record = (await this.#store.purse(this.id)) ?? this.#record;
	}

	async see(seen, always = false) {
		const state = seeChannel(this.state, seen);

		if (always || state.our_deposit_wei !== this.state.our_deposit_wei ||
		    state.their_deposit_wei !== this.state.their_deposit_wei)
			await this.#commit({ state });
	}

	/** agree() - @terms: max_wei_per_gb, cap_hour_wei, cap_wei, agreed_s; and how to watch */
	async agree(key, terms, wish) {
		const signature = hex(signAgreement(this.state, terms, key).slice(-65));

		await this.#commit({ agreement: { terms, signature }, wish });
	}

	/**
	 * pay() - make the next payment and keep it; it may be sent then
	 * @session: code and tariff_id, and wei_per_gb for the receipt
	 */
	async pay(key, wei, session, nowMs) {
		const number = this.#record.receipts + 1;
		const memo = printMemo(session.code, session.tariff_id, this.terms?.max_wei_per_gb);
		const state = payStep(this.state, key, wei, memo, session.code);
		const last = state.outbox.at(-1);
		const receipt = paymentReceipt(state, number, { now_ms: nowMs, wei, code: session.code,
			tariff_id: session.tariff_id, wei_per_gb: session.wei_per_gb });

		await this.#commit({
			state: { ...state, outbox: [...state.outbox.slice(0, -1), { ...last, receipt: number }] },
			receipts: number, spent: spentAdd(this.spent, Math.floor(nowMs / 1000), wei),
		}, [receipt]);
	}

	/* What became of a payment, on its receipt. */
	async #noted(out, word) {
		const receipt = out?.receipt && await this.#store.receipt(this.id, out.receipt);

		return receipt ? [{ ...receipt, state: word }] : [];
	}

	/** acked() - @out: of the outbox */
	async acked(out) {
		await this.#commit({ state: ackStep(this.state, out.nonce) }, await this.#noted(out, 'acked'));
	}

	/** take() - a transfer of the box; Return: wei that it gives, 0: it was taken before; throws Refused */
	async take(datagram, nowMs) {
		const before = this.state;
		const state = takeStep(before, datagram);

		if (state === before)
			return 0n;
		const number = this.#record.receipts + 1;

		await this.#commit({ state, receipts: number }, [refundReceipt(before, state, number, nowMs)]);
		return state.theirs.transferred_wei - before.theirs.transferred_wei;
	}

	/** adopt() - the box shows a proof of ours that we do not know; throws Refused */
	async adopt(last) {
		const state = adoptStep(this.state, last);

		await this.#commit({ state }, await this.#noted(outstanding(this.state), 'replaced'));
	}

	receipts() {
		return this.#store.receipts(this.id);
	}
}
