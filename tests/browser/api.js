// SPDX-License-Identifier: GPL-2.0
// api.js - RFC 8908: each answer against the RFC, of who has not paid, is let out for ten
// minutes, has paid; and what is left against the kernel, under traffic.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import test from 'node:test';
import { HTTP, HTTPS, ask, kernel, session, until } from './client.js';
import { router } from './router.js';

const KEYS = {
	captive: (v) => typeof v === 'boolean',
	'user-portal-url': isUrl, 'venue-info-url': isUrl,
	'can-extend-session': (v) => typeof v === 'boolean',
	'seconds-remaining': (v) => Number.isSafeInteger(v) && v >= 0,
	'bytes-remaining': (v) => Number.isSafeInteger(v) && v >= 0,
};
let api;

/* Section 5: the URLs must be of https. */
function isUrl(text) {
	return typeof text === 'string' && new URL(text).protocol === 'https:' && new URL(text).href === text;
}

/* An answer that keeps all of the RFC; what it says. */
async function valid() {
	const { status, headers, text } = await ask(api, { Accept: 'application/captive+json' });
	const said = JSON.parse(text);

	assert.equal(status, 200);
	/* Section 8: the type has no parameters.  Section 5: private, for it is of who asks. */
	assert.equal(headers['content-type'], 'application/captive+json');
	assert.match(headers['cache-control'], /(^|[ ,])(private|no-store)($|[ ,])/);
	/* The text is I-JSON: no key twice, nothing but UTF-8, so that it comes back the same. */
	assert.equal(JSON.stringify(said), text);
	assert.ok('captive' in said);
	for (const [key, value] of Object.entries(said))
		assert.ok(KEYS[key]?.(value), `${key}: ${value}`);
	/* Of a session that is not there nothing remains. */
	if (said.captive)
		assert.ok(!('seconds-remaining' in said) && !('bytes-remaining' in said));
	return said;
}

const press = () => new Promise((resolve, reject) => {
	request(`${HTTP}captive-portal/continue`, { method: 'POST',
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 0 } }, (r) => {
		r.resume().on('end', () => resolve(r.statusCode));
	}).on('error', reject).end();
});

test('it is announced by https, and by plain http it says nothing of anybody', async () => {
	api = router('api');
	assert.equal(api, `${HTTPS}captive-portal/api`);
	const { status, text } = await ask(`${HTTP}captive-portal/api`);

	assert.equal(status, 403);
	assert.equal(JSON.parse(text).error, 'https_only');
});

test('captive: a portal to go to', async () => {
	router('mac', '02:00:00:00:00:41');
	assert.deepEqual(await valid(), { captive: true, 'user-portal-url': HTTPS,
		'can-extend-session': true, 'venue-info-url': 'https://shop.test/' });
});

test('let out for ten minutes: a time, and no bytes', async () => {
	assert.equal(await press(), 303);
	const said = await valid();

	assert.equal(said.captive, false);
	assert.ok(said['seconds-remaining'] > 500 && said['seconds-remaining'] <= 600);
	assert.ok(!('bytes-remaining' in said));
});

test('paid, under traffic: what is left lies between two reads of the kernel', async () => {
	router('mac', '02:00:00:00:00:31');
	const { account, attached_wei: attached, tariff } = await session();
	const paid = BigInt(attached) >> BigInt(tariff.unit_shift);
	const { up, down } = tariff.prices.internet;
	/* Whole bytes at the dearest direction. */
	const left = () => (paid - kernel(account.id).charged) / BigInt(Math.max(up.units_per_byte, down.units_per_byte));
	/* By another program, for this one stands still while it asks the kernel. */
	const before = left();
	const flowing = spawn('curl', ['-s', '-o', '/dev/null', 'http://shop.test/big/3000000/300000']);
	const ended = once(flowing, 'exit');

	await until(() => left() < before, 'it flows');
	for (let i = 0; i < 3; i++) {
		const first = left();
		const { captive, 'bytes-remaining': bytes, 'seconds-remaining': seconds } = await valid();
		const last = left();

		assert.equal(captive, false);
		assert.equal(seconds, undefined);
		assert.ok(first >= BigInt(bytes) && BigInt(bytes) >= last && first > last, `${first} ${bytes} ${last}`);
	}
	flowing.kill();
	await ended;
});
