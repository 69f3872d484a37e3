// SPDX-License-Identifier: GPL-2.0
// build.js - the page as it is served: build.js OUT
//
// OUT gets index.html, wallet.css, wallet.js, each of them with .gz for who accepts that,
// and manifest.json, which says of each file its path, content type, sizes and integrity,
// and which headers the server sends with them.  The HTML names the integrity of what it
// loads; nothing else is loaded.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2];

/* frame-ancestors is for a header alone: in a meta element browsers complain. */
const CSP = [
	"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:',
	"base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
];

const gzip = (bytes) => gzipSync(bytes, { level: 9 });
const integrity = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

/* The names of the texts are the same in each language, so they are there once. */
async function loadTexts({ path }) {
	const { TEXTS } = await import(pathToFileURL(path));
	const listed = (texts) => {
		if (texts.some((text) => text.includes('|')))
			throw new Error('a text has the character that parts them');
		return JSON.stringify(texts.join('|'));
	};
	const languages = Object.entries(TEXTS)
		.map(([language, texts]) => `${language}: t(${listed(Object.values(texts))})`);

	return { contents: `
		const names = ${listed(Object.keys(TEXTS.en))}.split('|');
		const t = (texts) => Object.fromEntries(texts.split('|').map((text, i) => [names[i], text]));
		export const TEXTS = { ${languages.join()} };` };
}

/* What its functions make of constants has no effect: of a dozen encodings none is asked for. */
function loadBase({ path }) {
	const made = /(?<![.\w])(?<!function )(chain|radix2?|alphabet|padding|join|normalize|checksum|convertRadix2?|genBase58|genBech32)\(/g;

	return { contents: readFileSync(path, 'utf8').replace(made, '/* @__PURE__ */ $&') };
}

/* In the order of a dictionary each word begins as the one before: so many letters, the rest. */
async function loadWords({ path }) {
	const { wordlist } = await import(pathToFileURL(path));
	const common = (a, b) => [...b].findIndex((letter, i) => letter !== a[i]);
	const coded = wordlist.map((word, i) => {
		const n = common(wordlist[i - 1] ?? '', word);

		return n + word.slice(n);
	}).join('');

	return { contents: `
		let last = '';
		export const wordlist = '${coded}'.match(/\\d\\D+/g).map((c) => last = last.slice(0, c[0]) + c.slice(1));` };
}

const smaller = {
	name: 'smaller',
	setup(to) {
		to.onLoad({ filter: /\/src\/texts\.js$/ }, loadTexts);
		to.onLoad({ filter: /\/bip39\/esm\/wordlists\/english\.js$/ }, loadWords);
		to.onLoad({ filter: /\/@scure\/base\/lib\/esm\/index\.js$/ }, loadBase);
	},
};

async function bundle(entry, ending) {
	const { outputFiles } = await build({
		entryPoints: [here(entry)], bundle: true, minify: true, write: false, format: 'esm',
		target: ['es2022'], charset: 'utf8', legalComments: 'none', outfile: `wallet.${ending}`,
		plugins: [smaller],
	});

	return Buffer.from(outputFiles[0].contents);
}

/* The placeholders are in the source once each; beside a block no end of a line shows. */
function html(css, js) {
	return Buffer.from(readFileSync(here('page/index.html'), 'utf8')
		.replace(/(<\/?(?:p|h\d|d[dlt]|section|form|fieldset|details|noscript|legend|summary|option|main|header|head|body|meta|link)\b[^>]*>)\n+/g, '$1')
		.replace('@CSP@', CSP.join('; ')).replace('@CSS@', integrity(css)).replace('@JS@', integrity(js)));
}

const css = await bundle('page/wallet.css', 'css');
const js = await bundle('src/main.js', 'js');
const files = [
	['index.html', 'text/html; charset=utf-8', html(css, js)],
	['wallet.css', 'text/css; charset=utf-8', css],
	['wallet.js', 'text/javascript; charset=utf-8', js],
];
const manifest = {
	headers: {
		'Content-Security-Policy': [...CSP, "frame-ancestors 'none'"].join('; '),
		'Cross-Origin-Opener-Policy': 'same-origin',
		'Cross-Origin-Resource-Policy': 'same-origin',
		'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
		'Referrer-Policy': 'no-referrer',
		'X-Content-Type-Options': 'nosniff',
	},
	files: files.map(([path, type, bytes]) => ({ path, type, bytes: bytes.length,
		gzip_bytes: gzip(bytes).length, integrity: integrity(bytes) })),
};

mkdirSync(out, { recursive: true });
for (const [path, , bytes] of files) {
	writeFileSync(`${out}/${path}`, bytes);
	writeFileSync(`${out}/${path}.gz`, gzip(bytes));
}
writeFileSync(`${out}/manifest.json`, `${JSON.stringify(manifest, null, '\t')}\n`);
