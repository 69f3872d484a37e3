// SPDX-License-Identifier: GPL-2.0
// channelpage.js - the open channel: what is left, limits, paying, receipts, giving back.
import { $ } from './view.js';
import { Said } from './keypage.js';
import { parseAmount, printAmount } from './amount.js';
import { balanceWei, channelId } from './channel.js';
import { DepositPage } from './depositpage.js';
import { NotPaid, Payer, watch } from './payer.js';
import { dearest, spentLastHour } from './policy.js';
import { Purse } from './purse.js';
import { exportCsv, exportJson } from './receipt.js';
import { takeTurn } from './turn.js';
import { openKey } from './keystore.js';
import { sameText } from './address.js';

const MB = 1000000n;
const REFRESH_MS = 10000;

const nowMs = () => Date.now();
const nap = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export class ChannelPage {
	#view;
	#box;
	#store;
	#channel;
	#key = null;
	#keystore;
	#payer = null;
	#session = null;
	#release = null;
	#watching = null;
	#life = null;
	#deposits;

	/** @act: runs what a button asks for, and says what went wrong; @onLock: the key is wiped */
	constructor(view, box, act, onLock) {
		const form = (id, work) => $(id).addEventListener('submit', (event) => {
			event.preventDefault();
			act(work, id);
		});
		const button = (id, work) => $(id).addEventListener('click', () => act(work, id));

		this.#view = view;
		this.#box = box;
		form('aheadForm', () => this.#ahead());
		form('agreeForm', () => this.#agree());
		form('exportForm', () => this.#exportKey());
		button('watch', () => this.#toggle());
		button('refund', () => this.#refund());
		button('attach', () => this.#attach());
		button('look', () => this.#find());
		button('exportJson', () => this.#export('json', 'application/json', exportJson));
		button('exportCsv', () => this.#export('csv', 'text/csv', exportCsv));
		button('lock', () => { this.end(); onLock(); });
		this.#deposits = new DepositPage(view, box, act, () => this.#credited());
		view.onLanguage = () => {
			this.#deposits.render();
			return this.#render();
		};
	}

	/** begin() - @key: open, and ended here; @keystore: its sealed form; @channel: its identity */
	async begin(store, channel, key, keystore) {
		/* It may have begun before, and the box not answered: of its loops one is enough. */
		this.end();
		this.#store = store;
		this.#channel = channel;
		this.#key = key;
		this.#keystore = keystore;
		this.#life = new AbortController();
		this.#view.addresses(key.address);
		$('boxAddress').textContent = channel.box;
		$('tokenAddress').textContent = channel.token;
		$('contract').textContent = channel.tokens_network;
		this.#refreshing(this.#life.signal);
		await this.#deposits.begin(store, { ...channel, address: key.address }, key, this.#life.signal);
		await this.#find();
	}

	/** end() - the key is wiped, and whatever is under way is left for the next time */
	end() {
		this.#watching?.abort();
		this.#life?.abort();
		this.#deposits.end();
		this.#key?.wipe();
		this.#release?.();
		this.#watching = this.#life = this.#key = this.#release = this.#payer = this.#session = null;
		this.#view.nothingOffered();
		this.#view.watching(false);
	}

	async #refreshing(signal) {
		while (!signal.aborted) {
			await nap(REFRESH_MS);
			if (signal.aborted || document.hidden || this.#watching)
				continue;
			if (this.#payer)
				await this.#refresh().catch(() => {});
			else if (this.#view.shown === 'noChannel')
				await this.#find().catch(() => {});
		}
	}

	async #find() {
		const seen = await this.#box.channel(this.#key.address, this.#channel.token);

		if (!seen) {
			this.#view.show('noChannel');
			return;
		}
		this.#view.token(seen.channel.symbol, seen.channel.decimals);
		await this.#turn(channelId(seen.channel));
		await this.#open(seen);
	}

	/* What is ours in the channel, by the box's word; what grew is taken over. */
	async #credited() {
		const seen = await this.#box.channel(this.#key.address, this.#channel.token);

		if (this.#payer && seen && channelId(seen.channel) === this.#payer.purse.id) {
			await this.#payer.purse.see(seen);
			await this.#render();
		} else if (seen?.our_deposit_wei) {
			await this.#find();
		}
		return seen?.state === 'open' ? seen.our_deposit_wei : 0n;
	}

	async #turn(name) {
		if (this.#release)
			return;
		if (!navigator.locks)
			throw new Said('noLocks');
		this.#release = await takeTurn(navigator.locks, name);
		if (this.#release)
			return;
		this.#view.status(this.#view.say('otherTab'));
		this.#release = await takeTurn(navigator.locks, name, { wait: true, signal: this.#life.signal });
		this.#view.status('');
	}

	async #open(seen) {
		const purse = await Purse.open(this.#store, seen);

		this.#payer = new Payer({ box: this.#box, purse, key: this.#key, nowMs, nap });
		this.#view.show('open');
		/* What cannot be delivered now is no reason not to show the rest. */
		try {
			await this.#payer.begin();
		} finally {
			await this.#refresh();
			this.#fillTerms();
			$('agreement').open = !purse.terms;
		}
	}

	async #refresh() {
		this.#session = await this.#box.session();
		await this.#render();
		await this.#renderElsewhere();
		await this.#renderAnnounced();
	}

	async #render() {
		if (!this.#payer)
			return;
		const { state, spent } = this.#payer.purse;

		if (this.#session)
			this.#view.session(this.#session);
		$('inChannel').textContent = this.#view.short(balanceWei(state));
		$('spentHour').textContent = this.#view.short(spentLastHour(spent, nowMs() / 1000));
		this.#view.receipts(await this.#payer.purse.receipts());
	}

	/* What this wallet paid last for another session than this station's. */
	async #renderElsewhere() {
		const { code } = this.#payer.purse.state;
		let other = null;

		if (code && code !== this.#session.code)
			other = await this.#box.session(code).catch(() => null);
		$('elsewhere').hidden = !other?.unspent_wei;
		if (other)
			$('elsewhereText').textContent = this.#view.say('elsewhere',
				{ code, amount: this.#view.amount(other.unspent_wei) });
	}

	async #renderAnnounced() {
		const { terms } = this.#payer.purse;
		const { tariffs } = await this.#box.info();
		const prices = tariffs.filter((t) => t.announced && sameText(t.token) === this.#channel.token)
			.map((t) => dearest(t.prices)).filter((wei) => wei !== null && wei > (terms?.max_wei_per_gb ?? 0n));

		this.#view.note('announced', prices.length && this.#view.say('announced',
			{ price: this.#view.amount(prices[0]) }));
	}

	#fillTerms() {
		const { purse } = this.#payer;
		const { decimals } = purse.state;
		const price = this.#session?.wei_per_gb ?? 0n;
		const terms = purse.terms ?? { max_wei_per_gb: price, cap_hour_wei: price, cap_wei: 10n * price };

		$('maxPrice').value = printAmount(terms.max_wei_per_gb, decimals);
		$('capHour').value = printAmount(terms.cap_hour_wei, decimals);
		$('cap').value = printAmount(terms.cap_wei, decimals);
		$('low').value = String(purse.wish.low_bytes / MB);
		$('step').value = String(purse.wish.step_bytes / MB);
	}

	#number(id, decimals) {
		const value = parseAmount($(id).value, decimals);

		if (value !== null)
			return value;
		$(id).focus();
		throw new Said('badNumber', { text: $(id).value });
	}

	async #agree() {
		const { purse } = this.#payer;
		const { decimals } = purse.state;
		const terms = {
			max_wei_per_gb: this.#number('maxPrice', decimals),
			cap_hour_wei: this.#number('capHour', decimals), cap_wei: this.#number('cap', decimals),
			agreed_s: BigInt(Math.floor(nowMs() / 1000)),
		};
		const wish = { low_bytes: this.#number('low', 0) * MB, step_bytes: this.#number('step', 0) * MB };

		if (!wish.step_bytes)
			throw new Said('badNumber', { text: $('step').value });
		await purse.agree(this.#key, terms, wish);
		this.#view.status(this.#view.say('agreed'));
		$('agreement').open = false;
		await this.#refresh();
	}

	async #ahead() {
		const wei = this.#number('aheadAmount', this.#payer.purse.state.decimals);

		if (!wei)
			throw new Said('badNumber', { text: $('aheadAmount').value });
		try {
			this.#session = await this.#payer.payAhead(wei);
			$('aheadForm').reset();
			this.#view.status(this.#view.say('paid', { amount: this.#view.amount(wei) }));
		} finally {
			await this.#render();
		}
	}

	#toggle() {
		if (this.#watching) {
			this.#stopWatching();
			this.#view.status(this.#view.say('stopped'));
			return;
		}
		if (!this.#payer.purse.terms) {
			$('agreement').open = true;
			$('maxPrice').focus();
			throw new NotPaid('no_agreement');
		}
		const watching = new AbortController();

		this.#watching = watching;
		this.#view.watching(true);
		this.#view.status(this.#view.say('watching'));
		/* Not waited for: the page goes on. */
		watch(this.#payer, watching.signal, (said) => this.#onStep(said)).finally(() => {
			if (this.#watching === watching)
				this.#stopWatching();
		});
	}

	#stopWatching() {
		this.#watching?.abort();
		this.#watching = null;
		this.#view.watching(false);
	}

	#onStep({ answer, session, error }) {
		if (session)
			this.#session = session;
		if (error)
			this.#view.why(error);
		else if (answer === 'pay' || answer === 'enough')
			this.#view.alert('');
		else
			this.#view.why(new NotPaid(answer));
		this.#render().catch(() => {});
		return true;
	}

	async #refund() {
		/* Else what comes back would be paid again at once. */
		this.#stopWatching();
		const wei = await this.#payer.refund();

		this.#view.status(wei ? this.#view.say('refunded', { amount: this.#view.amount(wei) }) :
			this.#view.say('nothingBack'));
		await this.#refresh();
	}

	async #attach() {
		this.#session = await this.#payer.attach(this.#payer.purse.state.code);
		await this.#refresh();
	}

	async #export(ending, type, print) {
		const { purse } = this.#payer;

		this.#view.offer(`receipts.${ending}`, type, print(purse.state, await purse.receipts()));
	}

	/* As it is kept; the passphrase is asked so that nobody takes it in passing. */
	async #exportKey() {
		(await openKey(this.#keystore, $('exportPass').value, this.#view.progress())).fill(0);
		$('exportForm').reset();
		this.#view.status('');
		this.#view.offer(`${this.#key.address}.json`, 'application/json', this.#keystore);
	}
}
