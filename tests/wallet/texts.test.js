// SPDX-License-Identifier: GPL-2.0
// The catalogue: each language has all of it, and the page uses all of it and no more.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { direction, pickLanguage, say, whyText } from '../src/language.js';
import { TEXTS } from '../src/texts.js';

const here = (path) => new URL(path, import.meta.url);
const html = readFileSync(here('../page/index.html'), 'utf8');
const sources = readdirSync(here('../src/')).filter((f) => f !== 'texts.js')
	.map((f) => readFileSync(here(`../src/${f}`), 'utf8')).join('\n');
const placeholders = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test('four languages, each with the same texts and the same places in them', () => {
	assert.deepEqual(Object.keys(TEXTS), ['en', 'zh', 'es', 'ar']);
	for (const [language, texts] of Object.entries(TEXTS)) {
		assert.deepEqual(Object.keys(texts), Object.keys(TEXTS.en), language);
		for (const [name, text] of Object.entries(texts)) {
			assert.ok(text.trim(), `${language}.${name} is empty`);
			assert.deepEqual(placeholders(text), placeholders(TEXTS.en[name]), `${language}.${name}`);
		}
	}
});

test('nothing is left in English', () => {
	/* Nothing but an amount and its unit. */
	const same = new Set(['leftBytes']);

	for (const language of ['zh', 'es', 'ar'])
		for (const [name, text] of Object.entries(TEXTS[language]))
			assert.ok(same.has(name) || text !== TEXTS.en[name], `${language}.${name}`);
	for (const text of Object.values(TEXTS.ar))
		assert.match(text, /\p{Script=Arabic}/u);
	for (const [name, text] of Object.entries(TEXTS.zh))
		assert.ok(same.has(name) || /\p{Script=Han}/u.test(text), name);
});

test('what the page asks for is there, and what is there is asked for', () => {
	const asked = new Set([...html.matchAll(/data-t="(\w+)"/g)].map((m) => m[1]));

	for (const [, name] of sources.matchAll(/(?:say|Said)\((?:this\.language, |language, )?'(\w+)'/g))
		asked.add(name);
	for (const name of asked)
		assert.ok(Object.hasOwn(TEXTS.en, name), name);
	/* Kinds and states of receipts, and answers of the policy, are said by their own name. */
	for (const name of Object.keys(TEXTS.en))
		assert.ok(asked.has(name) || new RegExp(`'${name.replace(/^(why|unsigned)_/, '')}'`).test(sources), `${name} is never said`);
});

test('every reason of the policy has its words', () => {
	const policy = readFileSync(here('../src/policy.js'), 'utf8');

	for (const [, word] of policy.matchAll(/(?:return|\?|answer:) '(\w+)'/g))
		assert.ok(word === 'pay' || word === 'enough' || Object.hasOwn(TEXTS.en, `why_${word}`), word);
});

test('languages are picked by what the browser wants', () => {
	assert.equal(pickLanguage(['de-DE', 'ES-mx', 'en']), 'es');
	assert.equal(pickLanguage(['zh-Hans-CN']), 'zh');
	assert.equal(pickLanguage([null, 'toString', 'xx']), 'en');
	assert.deepEqual(['en', 'zh', 'es', 'ar'].map(direction), ['ltr', 'ltr', 'ltr', 'rtl']);
});

test('what comes from outside stays in its place', () => {
	assert.equal(say('en', 'paid', { amount: '5 \u202eSMT' }), 'Paid \u20685 \u202eSMT\u2069.');
	assert.equal(whyText('en', { error: 'busy', message: 'too many pings' }), 'It did not work: \u2068too many pings\u2069');
	assert.equal(whyText('ar', { reason: 'too_dear' }), TEXTS.ar.why_too_dear);
});

test('every element of the HTML that the scripts look for is in it, once', () => {
	const ids = [...html.matchAll(/ id="(\w+)"/g)].map((m) => m[1]);

	assert.equal(new Set(ids).size, ids.length);
	for (const [, id] of sources.matchAll(/(?:\$|form|button|#on|note)\('(\w+)'/g))
		assert.ok(ids.includes(id), id);
});

test('every field has a label, every button a text', () => {
	for (const [field] of html.matchAll(/<(?:input|select|textarea)[^>]*>/g)) {
		const before = html.slice(0, html.indexOf(field));

		assert.ok(before.lastIndexOf('<label') > before.lastIndexOf('</label'), field);
	}
	for (const [button] of html.matchAll(/<button[^>]*>[^<]*/g))
		assert.ok(/data-t=/.test(button) || />\w+/.test(button), button);
});
