// SPDX-License-Identifier: GPL-2.0
// client.js - the browsers of the client, what is looked at in each page, and its system.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { chromium } from 'playwright-core';
import { router } from './router.js';

const { CHROMIUM, SHOTS, W } = process.env;
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const ARGS = ['--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-component-update'];

export const HTTP = 'http://portal.test:2050/';
export const HTTPS = 'https://portal.test/';
export const PHONE = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const launching = { executablePath: CHROMIUM, args: ARGS, chromiumSandbox: false, headless: true };

let browser;
const contexts = new Set();

/** begin() - the browser; contexts of it are as good as other profiles */
export async function begin() {
	browser = await chromium.launch(launching);
}

export const end = () => browser.close();

/** leave() - what a test has left open is closed, for a station has only so many connections */
export async function leave() {
	for (const context of contexts)
		await context.close().catch(() => {});
}

/* What nobody but the box was asked, and what the console complains of. */
function watched(context) {
	context.setDefaultTimeout(15000);
	context.asked = [];
	context.complaints = [];
	context.on('request', (request) => context.asked.push(request.url()));
	context.on('console', (message) => {
		if (message.type() === 'error')
			context.complaints.push(message.text());
	});
	context.on('weberror', (error) => context.complaints.push(String(error.error())));
	return context;
}

function untilLeave(context) {
	contexts.add(context);
	context.on('close', () => contexts.delete(context));
	return context;
}

/** stayer() - somebody with a fresh profile, over several tests */
export async function stayer() {
	return watched(await browser.newContext());
}

/** visitor() - the same for one test; @how: as Playwright's newContext() */
export async function visitor(how = {}) {
	return untilLeave(watched(await browser.newContext(how)));
}

/** refuser() - a browser that is set to keep nothing: no cookie, no storage, no pop-up, no download */
export async function refuser() {
	const dir = `${W}/refuser`;

	mkdirSync(`${dir}/Default`, { recursive: true });
	writeFileSync(`${dir}/Default/Preferences`, JSON.stringify({
		profile: { default_content_setting_values: { cookies: 2, popups: 2, automatic_downloads: 2 } },
	}));
	return untilLeave(watched(await chromium.launchPersistentContext(dir, { ...launching, acceptDownloads: false })));
}

export const shot = (page, name, how = {}) => page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true, ...how });

/** accessible() - axe finds no violation */
export async function accessible(page, what) {
	await page.evaluate(axe);
	assert.deepEqual(await page.evaluate(async () => (await window.axe.run()).violations
		.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)), [], what);
}

/** fits() - nothing is wider than the window */
export async function fits(page, what) {
	assert.deepEqual(await page.evaluate(() => {
		const room = document.documentElement.clientWidth;

		return document.documentElement.scrollWidth <= room ? [] : [...document.querySelectorAll('body *')]
			.filter((e) => { const box = e.getBoundingClientRect(); return box.right > room + 1 || box.left < -1; })
			.filter((e) => !e.matches('.skip, .skip *')).map((e) => e.outerHTML.slice(0, 80));
	}), [], what);
}

/** ask() - what the system of the client asks, by no browser: { status, headers, text } */
export function ask(url, headers = {}) {
	return new Promise((resolve, reject) => {
		const request = (url.startsWith('https:') ? https : http).get(url, { headers, agent: false, timeout: 5000 }, (response) => {
			let text = '';

			response.setEncoding('utf8').on('data', (piece) => { text += piece; })
				.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
				.on('error', reject);
		});

		request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')));
	});
}

export const probe = async () => (await ask('http://connectivitycheck.gstatic.com/generate_204')).status;
export const session = async () => JSON.parse((await ask(`${HTTP}v1/session`)).text);

/** kernel() - an account as the kernel has it: its budget, and the bytes of class internet */
export function kernel(id) {
	const { charged_units, granted_units, stats } = JSON.parse(router('account', id));
	const bytes = (dir) => Number(stats.find((s) => s.dir === dir)?.bytes ?? 0);

	return { charged: BigInt(charged_units), granted: BigInt(granted_units), up: bytes('up'), down: bytes('down') };
}

/** isExact() - what the bytes cost is what was charged, and what the wallet has less */
export async function isExact() {
	let now;
	let counted;

	/* Between two packets. */
	await until(async () => {
		now = await session();
		counted = kernel(now.account.id);
		return (await session()).charged_units === now.charged_units;
	}, 'a moment without a packet');
	const { charged, up, down } = counted;
	const { unit_shift: shift, prices: { internet } } = now.tariff;

	assert.equal(charged, BigInt(up * internet.up.units_per_byte + down * internet.down.units_per_byte));
	assert.equal(BigInt(now.attached_wei) - BigInt(now.unspent_wei), charged << BigInt(shift));
}

/** until() - what is asked for comes true */
export async function until(asked, what) {
	for (let i = 0; i < 200; i++) {
		if (await asked())
			return;
		await new Promise((resolve) => { setTimeout(resolve, 50); });
	}
	assert.fail(what);
}
