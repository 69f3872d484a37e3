// SPDX-License-Identifier: GPL-2.0
// view.js - the page's elements: which part is shown, what is said, in which language.
// Text alone is ever put in, never markup.
import { direction, pickLanguage, printNumber, printTime, say, whyText } from './language.js';
import { printAmount } from './amount.js';

const CHOICE = 'tokenswitch-wallet-language';
const SECTIONS = ['unsafe', 'noStore', 'noKey', 'locked', 'noChannel', 'open'];
const ROWS = 50;
const DECIMALS_SHOWN = 6;

export const $ = (id) => document.getElementById(id);

/* A browser may forbid even to look. */
function remembered() {
	try {
		return localStorage.getItem(CHOICE);
	} catch {
		return null;
	}
}

export class View {
	#shown = null;
	#symbol = '';
	#decimals = 18;

	constructor() {
		this.language = pickLanguage([remembered(), ...navigator.languages]);
		for (const place of document.querySelectorAll('.pass'))
			place.append($('passTemplate').content.cloneNode(true));
		$('language').value = this.language;
		$('language').addEventListener('change', () => this.#choose($('language').value));
		this.translate();
	}

	#choose(language) {
		this.language = language;
		try {
			localStorage.setItem(CHOICE, language);
		} catch { /* the next time it asks the browser again */ }
		/* What was said before was said in another one. */
		this.status('');
		this.translate();
		this.onLanguage?.();
	}

	token(symbol, decimals) {
		if (symbol === this.#symbol && decimals === this.#decimals)
			return;
		this.#symbol = symbol;
		this.#decimals = decimals;
		this.translate();
	}

	translate() {
		document.documentElement.lang = this.language;
		document.documentElement.dir = direction(this.language);
		document.title = this.say('title');
		for (const element of document.querySelectorAll('[data-t]'))
			element.textContent = this.say(element.dataset.t, { symbol: this.#symbol });
	}

	say(name, facts) {
		return say(this.language, name, facts);
	}

	/* Left to right in itself, wherever it stands. */
	amount(wei) {
		return `\u2066${printAmount(wei, this.#decimals)} ${this.#symbol}\u2069`;
	}

	/* For reading: cut, so that never more is shown than there is. */
	short(wei) {
		return this.amount(wei - wei % 10n ** BigInt(Math.max(0, this.#decimals - DECIMALS_SHOWN)));
	}

	/** show() - one section and no other; what reads aloud goes there, too */
	show(name) {
		for (const id of SECTIONS)
			$(id).hidden = id !== name;
		if (this.#shown && this.#shown !== name)
			$(name).querySelector('h2').focus();
		this.#shown = name;
	}

	get shown() {
		return this.#shown;
	}

	status(text) {
		$('status').textContent = text;
	}

	alert(text) {
		$('alert').textContent = text;
	}

	why(error) {
		this.alert(whyText(this.language, error));
	}

	/** progress() - for whom it is read aloud not at each percent */
	progress() {
		let said = -1;

		return (part) => {
			const quarter = Math.floor(part * 4);

			if (quarter !== said)
				this.status(this.say('working', { percent: `${quarter * 25}%` }));
			said = quarter;
		};
	}

	addresses(address) {
		for (const element of document.querySelectorAll('.address'))
			element.textContent = address;
	}

	session(session) {
		const left = session.remaining_bytes;
		const { up, down } = session.prices.internet ?? {};
		const price = (p) => this.amount(BigInt(p?.wei_per_gb ?? 0));

		$('left').textContent = left === null ? this.say('leftFree') : this.say('leftBytes', {
			mb: printNumber(this.language, Number(left) / 1e6), amount: this.short(session.unspent_wei) });
		$('price').textContent = session.wei_per_gb === null ? '?' :
			this.say('prices', { up: price(up), down: price(down) });
		this.note('dry', session.state === 'dry' && this.say('dry'));
		this.note('held', session.held && this.say('held', { why: session.held }));
	}

	/** note() - a line that is there when it has something to say */
	note(id, text) {
		$(id).hidden = !text;
		/* What is the same is not read aloud again. */
		if ($(id).textContent !== (text || ''))
			$(id).textContent = text || '';
	}

	watching(is) {
		$('watch').setAttribute('aria-pressed', String(is));
	}

	receipts(list) {
		$('rows').replaceChildren(...list.slice(-ROWS).reverse().map((r) => {
			const row = document.createElement('tr');
			const cells = [printTime(this.language, r.time_ms), this.say(r.kind),
				this.amount(r.amount_wei), this.say(r.state)];

			row.append(...cells.map((text) => {
				const cell = document.createElement('td');

				cell.textContent = text;
				return cell;
			}));
			return row;
		}));
	}

	/** offer() - a file to save; where that is blocked its text is there to be copied */
	offer(name, type, text) {
		if ($('saved').href)
			URL.revokeObjectURL($('saved').href);
		$('saved').href = URL.createObjectURL(new Blob([text], { type }));
		$('saved').download = name;
		$('savedText').value = text;
		$('savedRow').hidden = false;
		$('saved').focus();
	}

	/** nothingOffered() - a sealed key is not to lie about either */
	nothingOffered() {
		$('savedText').value = '';
		$('savedRow').hidden = true;
	}
}

/** passphrase() - that was typed twice in a form; null: the two differ */
export function passphrase(form) {
	const [one, two] = ['.pass1', '.pass2'].map((c) => form.querySelector(c).value);

	return one === two ? one : null;
}
