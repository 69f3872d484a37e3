// SPDX-License-Identifier: GPL-2.0
// keypage.js - how a key comes into the browser: made, from words, from a file; unlocked;
// removed.
import { $, passphrase } from './view.js';
import { Key } from './key.js';
import { openKey } from './keystore.js';
import { makeWords, tidyWords, wordsToSecret } from './words.js';

const FILE_MAX_BYTES = 16384;

export class KeyPage {
	#view;
	#vault;
	#channel;
	#words = null;
	#asked = 0;

	/**
	 * @act: runs what a form asks for, and says what went wrong
	 * @onKey: gets the open key
	 * @onGone: the key was removed
	 */
	constructor(view, act, onKey, onGone) {
		this.#view = view;
		this.#on('makeForm', act, () => this.#make());
		this.#on('keepForm', act, (form) => this.#keepWords(form).then(onKey));
		this.#on('restoreForm', act, (form) => this.#restore(form).then(onKey));
		this.#on('importForm', act, (form) => this.#import(form).then(onKey));
		this.#on('unlockForm', act, () => this.#unlock().then(onKey));
		this.#on('forgetForm', act, () => this.#forget().then(onGone));
	}

	#on(id, act, work) {
		$(id).addEventListener('submit', (event) => {
			event.preventDefault();
			act(async () => {
				await work($(id));
				$(id).reset();
			}, id);
		});
	}

	/** begin() - @vault: of this place; @channel: what a key is for; shows what is next */
	async begin(vault, channel) {
		this.#vault = vault;
		this.#channel = channel;
		this.#dropWords();
		const kept = await vault.find(channel);
		const [other] = kept ? [] : await vault.others(channel);

		if (kept)
			this.#view.addresses(kept.address);
		if (other)
			this.#view.status(this.#view.say('otherBox', { address: other }));
		this.#view.show(kept ? 'locked' : 'noKey');
	}

	#dropWords() {
		this.#words = null;
		$('words').replaceChildren();
		$('keepForm').hidden = true;
		$('makeForm').hidden = false;
	}

	#make() {
		const count = Number(new FormData($('makeForm')).get('count'));

		this.#words = makeWords(count).split(' ');
		this.#asked = crypto.getRandomValues(new Uint32Array(1))[0] % count;
		$('words').replaceChildren(...this.#words.map((word) => {
			const item = document.createElement('li');

			item.textContent = word;
			return item;
		}));
		$('wordAsk').textContent = this.#view.say('wordAsk', { n: this.#asked + 1 });
		$('makeForm').hidden = true;
		$('keepForm').hidden = false;
	}

	async #keep(form, makeSecret) {
		const typed = passphrase(form);

		if (typed === null)
			throw new Said('passDiffers');
		/* So that the browser does not clear it when it needs space. */
		await navigator.storage?.persist?.().catch(() => {});
		return this.#vault.keep(this.#channel, await makeSecret(), typed, this.#view.progress());
	}

	async #keepWords(form) {
		if ($('word').value.trim().toLowerCase() !== this.#words[this.#asked])
			throw new Said('badWord');
		const key = await this.#keep(form, () => wordsToSecret(this.#words.join(' '), this.#channel));

		this.#dropWords();
		return key;
	}

	async #restore(form) {
		const words = tidyWords($('wordsIn').value);

		if (!words)
			throw new Said('badWords');
		return this.#keep(form, () => wordsToSecret(words, this.#channel));
	}

	async #import(form) {
		const [file] = $('file').files;
		const text = file.size > FILE_MAX_BYTES ? '' : await file.text();

		return this.#keep(form, () => openKey(text, $('filePass').value, this.#view.progress()));
	}

	async #unlock() {
		const kept = await this.#vault.find(this.#channel);

		return Key.open(kept.keystore, $('unlockPass').value, this.#view.progress());
	}

	async #forget() {
		const kept = await this.#vault.find(this.#channel);

		await this.#vault.forget(kept.address);
	}
}

/** Said - @text: what of the catalogue is to be said */
export class Said extends Error {
	constructor(text, facts) {
		super(text);
		this.text = text;
		this.facts = facts;
	}
}
