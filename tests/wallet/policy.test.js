// SPDX-License-Identifier: GPL-2.0
// When to pay and how much; the rules of tspay, and more of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAmount, printAmount } from '../src/amount.js';
import { decideAhead, decideWatch, dearest, spentAdd, spentLastHour, weiOfBytes } from '../src/policy.js';
import { isSafe, safeUrl } from '../src/place.js';

const terms = { max_wei_per_gb: 100n, cap_hour_wei: 1000n, cap_wei: 5000n };
const wish = { low_bytes: 20000000n, step_bytes: 50000000n };
const offer = { wei_per_gb: 100n, remaining_bytes: 0n, balance_wei: 10000n, net_wei: 0n, usable: true, now_s: 7200 };
const watch = (change = {}, spent = {}, t = terms) => decideWatch(wish, t, spent, { ...offer, ...change });
const ahead = (wei, change = {}, spent = {}, t = terms) => decideAhead(wei, t, spent, { ...offer, ...change });

test('pays a step below the low-water mark, and nothing above it', () => {
	assert.deepEqual(watch(), { answer: 'pay', wei: 5n });
	assert.deepEqual(watch({ remaining_bytes: 19999999n }), { answer: 'pay', wei: 5n });
	assert.deepEqual(watch({ remaining_bytes: 20000000n }), { answer: 'enough' });
	assert.deepEqual(watch({ remaining_bytes: null }), { answer: 'enough' });
	assert.deepEqual(watch({ wei_per_gb: 0n }), { answer: 'enough' });
});

test('a step buys at least its bytes', () => {
	assert.equal(watch({ wei_per_gb: 1n }).wei, 1n);
	assert.equal(weiOfBytes(50000000n, 21n), 2n);
	assert.equal(weiOfBytes(1000000000n, 21n), 21n);
});

test('never a dearer price than was agreed to, nor one that is not known', () => {
	assert.equal(watch({ wei_per_gb: 101n }).answer, 'too_dear');
	assert.equal(watch({ wei_per_gb: null }).answer, 'too_dear');
	assert.equal(ahead(1n, { wei_per_gb: 101n }).answer, 'too_dear');
	assert.equal(ahead(1n, { wei_per_gb: null }).answer, 'too_dear');
	assert.equal(watch({}, {}, null).answer, 'no_agreement');
	assert.equal(ahead(1n, {}, {}, null).answer, 'no_agreement');
});

test('the dearest of all classes and directions counts, and all must be there', () => {
	const p = (wei) => ({ wei_per_gb: wei });
	const prices = { local: { up: p('1'), down: p('9') }, internet: { up: p('3'), down: p('2') } };

	assert.equal(dearest(prices), 9n);
	for (const broken of [undefined, {}, { ...prices, local: { up: p('1') } },
		{ ...prices, internet: { up: p('-3'), down: p('2') } },
		{ ...prices, internet: { up: p(3), down: p('2') } }, { ...prices, local: { up: p('0x1'), down: p('1') } }])
		assert.equal(dearest(broken), null);
});

test('caps: in an hour, and of the channel; the last step is what they leave', () => {
	assert.deepEqual(watch({}, { 120: 998n }), { answer: 'pay', wei: 2n });
	assert.equal(watch({}, { 120: 1000n }).answer, 'hour_cap');
	assert.deepEqual(watch({ net_wei: 4999n }), { answer: 'pay', wei: 1n });
	assert.equal(watch({ net_wei: 5000n }).answer, 'cap');
	assert.deepEqual(watch({ balance_wei: 3n }), { answer: 'pay', wei: 3n });
	assert.equal(watch({ balance_wei: 0n }).answer, 'empty');
	assert.equal(watch({ usable: false }).answer, 'not_usable');
	assert.equal(watch({}, {}, { ...terms, cap_hour_wei: 0n }).answer, 'hour_cap');
});

test('ahead: all of it or nothing', () => {
	assert.deepEqual(ahead(1000n), { answer: 'pay', wei: 1000n });
	assert.equal(ahead(1001n).answer, 'hour_cap');
	assert.equal(ahead(2n, {}, { 119: 999n }).answer, 'hour_cap');
	assert.equal(ahead(2n, { net_wei: 4999n }).answer, 'cap');
	assert.equal(ahead(10n, { balance_wei: 9n }).answer, 'empty');
	assert.equal(ahead(1n, { usable: false }).answer, 'not_usable');
});

test('an hour is never shorter than an hour', () => {
	let spent = {};

	for (let s = 0; s < 3600; s += 60)
		spent = spentAdd(spent, s, 1n);
	assert.equal(spentLastHour(spent, 3599), 60n);
	assert.equal(spentLastHour(spent, 3660), 59n);
	assert.equal(spentLastHour(spentAdd({}, 59, 5n), 60 * 60 + 58), 5n);
	assert.equal(spentLastHour(spentAdd({}, 59, 5n), 61 * 60), 0n);
});

test('a clock that is set back forgets nothing', () => {
	let spent = spentAdd({}, 100000, 7n);

	spent = spentAdd(spent, 50, 1n);
	assert.equal(spentLastHour(spent, 50), 8n);
	assert.equal(spentLastHour(spent, 100000), 8n);
	assert.equal(spentLastHour(spent, 100000 + 3661), 0n);
	assert.deepEqual(Object.keys(spentAdd(spent, 200000, 1n)), ['3333']);
});

test('amounts: read as they are written, never rounded', () => {
	assert.equal(printAmount(1500000000000000000n, 18), '1.5');
	assert.equal(printAmount(1n, 18), '0.000000000000000001');
	assert.equal(printAmount(0n, 18), '0');
	assert.equal(printAmount(20n, 0), '20');
	assert.equal(parseAmount(' 1.5 ', 18), 1500000000000000000n);
	assert.equal(parseAmount('1,5', 18), 1500000000000000000n);
	assert.equal(parseAmount('١٫٥', 6), 1500000n);
	assert.equal(parseAmount('0.0000001', 6), null);
	for (const bad of ['', '-1', '1e3', '1.2.3', '.5', '1.', 'x', '9'.repeat(41), `${1n << 128n}`])
		assert.equal(parseAmount(bad, 0), null, bad);
	for (const wei of [0n, 1n, 123456789n, 10n ** 30n])
		assert.equal(parseAmount(printAmount(wei, 18), 18), wei);
});

test('a key may be on https alone', () => {
	const at = (url) => new URL(url);

	assert.ok(isSafe(at('https://box.example/wallet/')));
	for (const url of ['http://box.example/wallet/', 'http://localhost/', 'http://127.0.0.1:2050/', 'file:///tmp/x'])
		assert.ok(!isSafe(at(url)), url);
	assert.equal(safeUrl(at('http://box.example:2050/wallet/?x#y')), 'https://box.example/wallet/');
	/* As the box says; what is no https leads nowhere. */
	assert.equal(safeUrl(at('http://10.0.0.1/wallet/'), 'https://box.example:8443/'), 'https://box.example:8443/wallet/');
	for (const said of [null, '', 'x', 'http://box.example/', 'javascript:alert(1)', 'https:', {}])
		assert.equal(safeUrl(at('http://10.0.0.1/wallet/'), said), 'https://10.0.0.1/wallet/', String(said));
});
