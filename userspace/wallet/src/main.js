// SPDX-License-Identifier: GPL-2.0
// main.js - the page: where it is, what it can keep, which box, which key.
import { Box } from './box.js';
import { ChannelPage } from './channelpage.js';
import { KeyPage, Said } from './keypage.js';
import { isSafe, safeUrl } from './place.js';
import { sameText } from './address.js';
import { plainText } from './channel.js';
import { Store } from './store.js';
import { Vault } from './vault.js';
import { $, View } from './view.js';

const AGAIN_MS = 3000;
const view = new View();
const box = new Box();
let store;
let info;
let last = Promise.resolve();
const under = new Set();

async function run(work) {
	view.alert('');
	try {
		await work();
	} catch (error) {
		view.status('');
		if (error instanceof Said)
			view.alert(view.say(error.text, error.facts));
		else if (error.reason === 'exists')
			view.alert(view.say('keyExists'));
		else
			view.why(error);
	}
}

/*
 * One thing at a time, and what goes wrong is said.  Pressed twice is once: nobody means
 * to pay two times who is impatient.
 */
function act(work, name) {
	if (under.has(name))
		return;
	under.add(name);
	document.body.setAttribute('aria-busy', 'true');
	last = last.then(() => run(work)).then(() => {
		under.delete(name);
		if (!under.size)
			document.body.removeAttribute('aria-busy');
	});
}

function identity(index) {
	return { chain_id: BigInt(info.chain_id), tokens_network: sameText(info.tokens_network),
		token: sameText(info.tokens[index].address), box: sameText(info.address) };
}

const channel = () => identity(Number($('token').value) || 0);
const vault = () => new Vault(store, location);

const channelPage = new ChannelPage(view, box, act, () => act(showKeys, 'keys'));
const keyPage = new KeyPage(view, act, async (key) => {
	view.status('');
	await channelPage.begin(store, channel(), key, (await vault().find(channel())).keystore);
}, () => showKeys());

async function showKeys() {
	await keyPage.begin(vault(), channel());
}

async function askBox() {
	for (;;) {
		try {
			info = await box.info();
			view.alert('');
			return;
		} catch (error) {
			view.why(error);
			await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
		}
	}
}

function fillTokens() {
	$('token').replaceChildren(...info.tokens.map((token, i) => new Option(plainText(token.symbol, 15), i)));
	$('tokenRow').hidden = info.tokens.length < 2;
	$('token').addEventListener('change', () => act(showKeys, 'keys'));
}

/* Believed only as far as where to go: there the certificate decides. */
async function leadAway() {
	const { https } = await box.info().catch(() => ({}));

	$('safe').href = $('safe').textContent = safeUrl(location, https);
	view.show('unsafe');
}

async function start() {
	if (!isSafe(location)) {
		await leadAway();
		return;
	}
	try {
		store = await Store.open(() => indexedDB);
	} catch {
		view.show('noStore');
		return;
	}
	await askBox();
	fillTokens();
	act(showKeys, 'keys');
}

/* A page that is put aside holds no key, and one that is fetched again begins anew. */
addEventListener('pagehide', () => channelPage.end());
addEventListener('pageshow', (event) => {
	if (event.persisted)
		location.reload();
});
start();
