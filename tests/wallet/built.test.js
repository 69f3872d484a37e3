// SPDX-License-Identifier: GPL-2.0
// The page as it is served: what it may load, by whom that is vouched for, how large it is.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';

const dir = process.env.BUILT;
const manifest = JSON.parse(readFileSync(`${dir}/manifest.json`, 'utf8'));
const file = (name) => readFileSync(`${dir}/${name}`);
const html = file('index.html').toString();
const sri = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

test('the manifest has every file, with its type, sizes and integrity', () => {
	const there = readdirSync(dir).filter((f) => !['manifest.json', 'stamp'].includes(f)).sort();

	assert.deepEqual(manifest.files.flatMap((f) => [f.path, `${f.path}.gz`]).sort(), there);
	for (const f of manifest.files) {
		assert.equal(file(f.path).length, f.bytes);
		assert.equal(file(`${f.path}.gz`).length, f.gzip_bytes);
		assert.deepEqual(gunzipSync(file(`${f.path}.gz`)), file(f.path));
		assert.equal(sri(file(f.path)), f.integrity);
		assert.match(f.type, /^text\/(html|css|javascript); charset=utf-8$/);
	}
});

test('all that the HTML loads is its own and named by its integrity', () => {
	const loads = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]+)"[^>]*>/g)]
		.filter(([, url]) => url !== 'data:,');

	assert.deepEqual(loads.map(([, url]) => url).sort(), ['wallet.css', 'wallet.js']);
	for (const [tag, url] of loads)
		assert.equal(/integrity="([^"]+)"/.exec(tag)[1], sri(file(url)));
	assert.ok(!/@\w+@/.test(html));
});

test('no script, style or handler in the HTML', () => {
	assert.ok(!/<script(?![^>]*src=)/.test(html));
	assert.ok(!/<style|\sstyle=|\son\w+=|javascript:/i.test(html));
});

test('the policy forbids all that is not needed, in the HTML and by header', () => {
	const header = manifest.headers['Content-Security-Policy'];
	const meta = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1];

	assert.equal(header, `${meta}; frame-ancestors 'none'`);
	for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
		"base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"])
		assert.ok(meta.split('; ').includes(rule), rule);
	assert.ok(!/unsafe|\*|https?:/.test(header));
});

test('nothing outside is named, but what the namespaces of a document are called', () => {
	for (const { path } of manifest.files)
		for (const [url] of file(path).toString().matchAll(/\b(?:https?|wss?):\/\/[^"'`\s)]*/g))
			assert.match(url, /^https:\/\/(\$\{|$)/, `${path}: ${url}`);
});

test('nothing turns a text into code or markup', () => {
	const js = file('wallet.js').toString();

	for (const way of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function',
		'importScripts', 'Worker(', 'postMessage'])
		assert.ok(!js.includes(way), way);
});

test('it is small: on the way less than 100 kB in all', (t) => {
	const sum = (name) => manifest.files.reduce((n, f) => n + f[name], 0);

	t.diagnostic(`${sum('bytes')} bytes, ${sum('gzip_bytes')} on the way`);
	assert.ok(sum('gzip_bytes') < 100000);
	assert.ok(sum('bytes') < 150000);
});

test('no word and no text is lost on the way', async () => {
	const { wordlist } = await import('@scure/bip39/wordlists/english');
	const { TEXTS } = await import('../src/texts.js');
	const js = file('wallet.js').toString();
	const [coded] = /0abandon[a-z0-9]+/.exec(js);
	let last = '';

	assert.deepEqual(coded.match(/\d\D+/g).map((c) => { last = last.slice(0, c[0]) + c.slice(1); return last; }), wordlist);
	for (const texts of Object.values(TEXTS))
		for (const text of Object.values(texts))
			assert.ok(js.includes(text), text);
	assert.ok(js.includes(Object.keys(TEXTS.en).join('|')));
});
