// SPDX-License-Identifier: GPL-2.0
// depositpage.js - a deposit over the box: what is at the address, what would be signed,
// and where it is on its way.
import { $ } from './view.js';
import { Said } from './keypage.js';
import { parseAmount, printAmount } from './amount.js';
import { Deposit, planDearer, planDeposit, readLook, signDearer, signDeposit } from './deposit.js';
import { whyText } from './language.js';
import { lastHash } from './store.js';

const COIN_DECIMALS = 18;
const IDLE_MS = 10000;
const ROUND_MS = 3000;
const OVER = ['atFailed', 'atGone', 'atEarly', 'atDeep'];

const nap = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export class DepositPage {
	#view;
	#box;
	#onCredited;
	#store;
	#channel;
	#key = null;
	#deposit = null;
	#plan = null;
	#said = null;
	#beforeWei;

	/**
	 * @act: runs what a button asks for, and says what went wrong
	 * @onCredited: asks the box for the channel; Return: what is ours in it, as it says
	 */
	constructor(view, box, act, onCredited) {
		this.#view = view;
		this.#box = box;
		this.#onCredited = onCredited;
		$('depositForm').addEventListener('submit', (event) => {
			event.preventDefault();
			act(() => this.#review(), 'review');
		});
		$('depositAmount').addEventListener('input', () => this.#forget());
		$('sign').addEventListener('click', () => act(() => this.#sign(), 'sign'));
		$('dearer').addEventListener('click', () => act(() => this.#dearer(), 'dearer'));
		$('drop').addEventListener('click', () => act(() => this.#drop(), 'drop'));
	}

	/** begin() - @channel: the key's, with its address; @signal: ends it */
	async begin(store, channel, key, signal) {
		this.#store = store;
		this.#channel = channel;
		this.#key = key;
		$('chain').hidden = false;
		await this.#load();
		this.#running(signal);
	}

	/** end() - what is under way is left for the next time */
	end() {
		this.#key = this.#deposit = this.#said = null;
		this.#forget();
		$('depositForm').reset();
		$('chain').hidden = true;
	}

	/* Where the point is the box says once; a purse, or what is under way, knows it from before. */
	async #known(record) {
		const { address } = this.#channel;
		const purse = record ? null : (await this.#store.purses()).find((p) => p.state.address === address);

		return record?.decimals ?? purse?.state.decimals ?? this.#channel.decimals;
	}

	async #load() {
		const record = await this.#store.deposit(this.#channel.address);

		this.#channel = { ...this.#channel, decimals: await this.#known(record) };
		this.#said = null;
		this.#deposit = record ? new Deposit(this.#box, this.#channel, record) : null;
		if (record)
			this.#view.token(record.symbol, record.decimals);
		this.render();
	}

	async #running(signal) {
		while (!signal.aborted) {
			if (!document.hidden)
				await this.#round(signal).catch((error) => signal.aborted || this.#note(error));
			await nap(this.#deposit ? ROUND_MS : IDLE_MS);
		}
	}

	/* A line, and no alert: it is the same every few seconds. */
	#note(error) {
		if (error.error === 'chain_unreachable')
			error.error = 'no_chain';
		this.#view.note('chainNote', error && whyText(this.#view.language, error));
		$('depositForm').hidden ||= error.error === 'no_chain' || error.reason === 'other_contract';
	}

	/* Another tab may have signed meanwhile, or be through with it. */
	async #follow(signal) {
		const kept = await this.#store.deposit(this.#channel.address);

		if (!signal.aborted && lastHash(kept) !== lastHash(this.#deposit?.record))
			await this.#load();
	}

	async #round(signal) {
		await this.#follow(signal);
		const deposit = this.#deposit;

		if (signal.aborted)
			return;
		if (!deposit) {
			this.#show(await this.#look());
			return;
		}
		const said = await deposit.round(performance.now());

		/* Locked, put aside or signed anew meanwhile. */
		if (signal.aborted || deposit !== this.#deposit)
			return;
		this.#said = said;
		if (said.state === 'atDeep' && await this.#onCredited() >= deposit.record.until_wei)
			await this.#finish(deposit.record);
		this.render();
		this.#view.note('chainNote', said.why && this.#view.say('why_other', { message: said.why }));
	}

	async #finish(record) {
		await this.#dropped(record);
		this.#view.status(this.#view.say('credited'));
	}

	/* Whatever becomes of that, from now on it is about what is kept. */
	async #dropped(record) {
		try {
			await this.#store.dropDeposit(record);
		} finally {
			await this.#load();
		}
	}

	async #look() {
		const channel = this.#channel;
		const look = readLook(await this.#box.look(channel), channel);

		if (this.#channel === channel)
			this.#channel = { ...channel, decimals: look.decimals };
		return look;
	}

	#show(look) {
		this.#view.token(look.symbol, look.decimals);
		$('coins').textContent = printAmount(look.coin_wei, COIN_DECIMALS);
		$('outside').textContent = this.#view.amount(look.token_wei);
		this.#view.note('chainNote', '');
		$('depositForm').hidden = Boolean(this.#deposit);
	}

	#forget() {
		this.#plan = null;
		$('reviewText').hidden = $('signRow').hidden = true;
	}

	async #review() {
		this.#forget();
		const look = await this.#look();
		const wei = parseAmount($('depositAmount').value, look.decimals);

		this.#show(look);
		if (wei === null) {
			$('depositAmount').focus();
			throw new Said('badNumber', { text: $('depositAmount').value });
		}
		const plan = planDeposit(this.#channel, look, wei);

		this.#beforeWei = await this.#onCredited();
		this.#offer(plan);
	}

	/* At that price nobody has put it into a block. */
	async #dearer() {
		this.#offer(planDearer(this.#channel, this.#deposit.record, this.#deposit.at, await this.#look()));
	}

	#offer(plan) {
		this.#plan = plan;
		this.#renderPlan();
		$('signRow').hidden = false;
		$('sign').focus();
	}

	#renderPlan() {
		const { calls, wei, fee_wei, timeout } = this.#plan;
		const { box, token, tokens_network: contract, chain_id: chain } = this.#channel;
		const facts = { amount: this.#view.amount(wei), wei, box, token, contract, chain, blocks: timeout || '–',
			fee: printAmount(fee_wei, COIN_DECIMALS) };

		this.#view.note('reviewText', this.#view.say('reviewed', facts) +
			(calls.at(-1).value ? ` ${this.#view.say('inCoins')}` : ''));
	}

	/* Nothing of it leaves before it is kept; who was faster in another tab has signed. */
	async #sign() {
		const from = this.#plan.record;
		const record = from ? signDearer(this.#plan, this.#key) :
			signDeposit(this.#plan, this.#beforeWei, this.#key);

		this.#forget();
		try {
			await this.#store.keepDeposit(record, from);
		} finally {
			await this.#load();
		}
		$('depositForm').reset();
		this.#said = await this.#deposit.round(performance.now());
		this.render();
	}

	async #drop() {
		await this.#dropped(this.#deposit.record);
	}

	/** render() - also when the language is another one */
	render() {
		const record = this.#deposit?.record;
		const { at = 0, state = 'atSent', block, n, all } = this.#said ?? {};

		$('dearerRow').hidden = !record || state !== 'atSent';
		$('dropRow').hidden = !record || !OVER.includes(state);
		if (record)
			$('depositForm').hidden = true;
		if (this.#plan)
			this.#renderPlan();
		this.#view.note('depositState', record && `${at + 1}/${record.steps.length} · ${
			this.#view.say(record.steps[at].what, { amount: this.#view.amount(record.wei) })} · ${
			this.#view.say(state, { n, all, block })}`);
	}
}
