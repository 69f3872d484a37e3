// SPDX-License-Identifier: GPL-2.0
// payer.js - key, purse and box joined: making payments arrive, by the policy.
import { balanceWei, netWei } from './channel.js';
import { deliver, fetchOutbox, recall } from './courier.js';
import { signAttach, signRefund } from './own.js';
import { decideAhead, decideWatch, dearest } from './policy.js';
import { sameText } from './address.js';
import { U128_MAX } from './proof.js';
import { Overtaken, StoreError } from './store.js';

/* How often the box is asked for messages of its own. */
const FETCH_MS = 30000;
/* The box ends the accounts that hold it before it signs, so a refund comes late. */
const REFUND_TRIES = 10;

/** NotPaid - @reason: of the policy */
export class NotPaid extends Error {
	constructor(reason) {
		super(`not paid: ${reason}`);
		this.reason = reason;
	}
}

export class Payer {
	#last = Promise.resolve();
	#fetchedMs = -Infinity;
	#seen = null;

	/**
	 * @box, @purse, @key
	 * @nowMs: a clock
	 * @nap: async, of milliseconds
	 */
	constructor({ box, purse, key, nowMs, nap }) {
		Object.assign(this, { box, purse, key, nowMs, nap });
	}

	/* One thing at a time: a click must not meet a payment that is under way. */
	#alone(work) {
		const run = this.#last.then(work);

		this.#last = run.catch(() => {});
		return run;
	}

	/** begin() - what an earlier run left behind, and what the box knows of it */
	begin() {
		return this.#alone(async () => {
			await this.#look(true);
			await deliver(this.purse, this.box, this.nap);
		});
	}

	/* Refunds, mostly, and whether the channel is as it was: once in a while. */
	async #look(now = false) {
		if (!now && this.nowMs() - this.#fetchedMs < FETCH_MS)
			return;
		this.#fetchedMs = this.nowMs();
		const { address, token } = this.purse.state;
		const seen = await this.box.channel(address, token);

		this.#seen = seen;
		if (seen)
			await this.purse.see(seen);
		/* Only its word; it has to show the proof. */
		if (seen?.nonce > this.purse.state.ours.nonce)
			await recall(this.purse, this.box);
		await fetchOutbox(this.purse, this.box, this.key, this.nowMs());
	}

	/*
	 * A session that spends another token now will spend ours at our tariff: the first
	 * one in it, as for who has not paid yet.
	 */
	async #inOurToken(session) {
		if (!session.token || session.token === this.purse.state.token)
			return session;
		const { tariffs } = await this.box.info();
		const tariff = tariffs.find((t) => !t.announced && sameText(t.token) === this.purse.state.token);

		return { ...session, tariff_id: tariff?.id, wei_per_gb: tariff ? dearest(tariff.prices) : null };
	}

	#offer(session) {
		const state = this.purse.state;

		return {
			wei_per_gb: session.wei_per_gb, remaining_bytes: session.remaining_bytes,
			balance_wei: balanceWei(state), net_wei: netWei(state), usable: Boolean(this.#seen?.usable),
			now_s: Math.floor(this.nowMs() / 1000),
		};
	}

	/* By what the box says now: an event may be older than our last payment. */
	async #freshSession() {
		return this.#inOurToken(await this.box.session());
	}

	async #pay(session, wei) {
		await this.purse.pay(this.key, wei, session, this.nowMs());
		await deliver(this.purse, this.box, this.nap);
		const after = await this.box.session();

		/* Money that buys nothing: once is enough. */
		if (after.code === session.code && session.token === this.purse.state.token &&
		    after.token === session.token && after.attached_wei < session.attached_wei + wei)
			throw new NotPaid('not_credited');
		return after;
	}

	/** payAhead() - @wei, now, for this station; Return: its session after; throws NotPaid, NotDelivered */
	payAhead(wei) {
		return this.#alone(async () => {
			await deliver(this.purse, this.box, this.nap);
			await this.#look();
			const session = await this.#freshSession();
			const { answer, wei: pay } = decideAhead(wei, this.purse.terms, this.purse.spent,
				this.#offer(session));

			if (answer !== 'pay')
				throw new NotPaid(answer);
			return this.#pay(session, pay);
		});
	}

	/**
	 * step() - keep the client above its low-water mark
	 * @session: as an event told it, or null
	 *
	 * Return: { answer, session }; "pay": it was paid.
	 */
	step(session = null) {
		return this.#alone(async () => {
			await this.#look();
			const decide = (s) => decideWatch(this.purse.wish, this.purse.terms, this.purse.spent,
				this.#offer(s));

			if (session && decide(await this.#inOurToken(session)).answer === 'enough')
				return { answer: 'enough', session };
			await deliver(this.purse, this.box, this.nap);
			const fresh = await this.#freshSession();
			const { answer, wei } = decide(fresh);

			return { answer, session: answer === 'pay' ? await this.#pay(fresh, wei) : fresh };
		});
	}

	/**
	 * refund() - what is paid and not used comes back (M11)
	 * Return: wei that came; 0: there was nothing.
	 */
	refund(limitWei = U128_MAX) {
		return this.#alone(async () => {
			/* What was asked for before, and our payments that it is to count. */
			let wei = await fetchOutbox(this.purse, this.box, this.key, this.nowMs());

			await deliver(this.purse, this.box, this.nap);
			try {
				await this.box.refund(signRefund(this.purse.state, await this.box.nonce(), limitWei,
					this.key));
			} catch (e) {
				if (e.error === 'nothing_to_refund' || e.error === 'no_way_back')
					return wei;
				throw e;
			}
			for (let i = 0, came = 0n; i < REFUND_TRIES && !came; i++) {
				came = await fetchOutbox(this.purse, this.box, this.key, this.nowMs());
				wei += came;
				if (!came)
					await this.nap(1000);
			}
			if (!wei)
				throw new NotPaid('refund_late');
			return wei;
		});
	}

	/** attach() - this station spends what we paid for @code elsewhere; Return: its session */
	attach(code) {
		return this.#alone(async () => this.box.attach(signAttach(this.purse.state, code,
			await this.box.nonce(), U128_MAX, this.key)));
	}
}

/* What another try makes no better. */
function isFinal(error) {
	return error instanceof Overtaken || error instanceof StoreError ||
		error.reason === 'not_credited';
}

/**
 * watch() - step() at each event, until @signal, or until something that cannot go on
 * @onStep: gets { answer, session }, or { error }; false ends it
 */
export async function watch(payer, signal, onStep) {
	const say = async (session) => {
		try {
			/* After a payment once more, by what it has bought. */
			for (let said = await payer.step(session); ; said = await payer.step(null)) {
				if (onStep(said) === false || signal.aborted)
					return false;
				if (said.answer !== 'pay')
					return true;
			}
		} catch (error) {
			return onStep({ error }) !== false && !isFinal(error);
		}
	};

	while (!signal.aborted) {
		try {
			if (!await say(null))
				return;
			for await (const { session } of payer.box.events(signal))
				if (signal.aborted || !await say(session))
					return;
		} catch (error) {
			if (signal.aborted || onStep({ error }) === false)
				return;
		}
		await payer.nap(1000);
	}
}
