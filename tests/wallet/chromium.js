// SPDX-License-Identifier: GPL-2.0
// chromium.js - a real browser, spoken to over its debugging pipe.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';

const WAIT_MS = 30000;

export class Chromium {
	#id = 0;
	#waiting = new Map();
	#text = '';
	#pages = new Map();

	/* @hosts: where names are, in the words of --host-resolver-rules */
	constructor(program, hosts) {
		this.dir = mkdtempSync(`${process.env.W}/chromium.`);
		this.process = spawn(program, ['--headless=new', '--no-sandbox', `--host-resolver-rules=${hosts}`, '--remote-debugging-pipe',
			`--user-data-dir=${this.dir}`, '--ignore-certificate-errors', '--disable-gpu', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
			'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
		this.process.stdio[4].setEncoding('utf8').on('data', (text) => this.#read(text));
	}

	#read(text) {
		const parts = (this.#text + text).split('\0');

		this.#text = parts.pop();
		for (const part of parts) {
			const { id, result, error, method, params, sessionId } = JSON.parse(part);
			const waiting = this.#waiting.get(id);

			this.#waiting.delete(id);
			if (waiting)
				(error ? waiting.reject(new Error(error.message)) : waiting.resolve(result));
			else if (method)
				this.#pages.get(sessionId)?.event(method, params);
		}
	}

	send(method, params = {}, sessionId = undefined) {
		const id = ++this.#id;

		this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
		return new Promise((resolve, reject) => { this.#waiting.set(id, { resolve, reject }); });
	}

	/** open() - a tab; @before: a script that runs in it before the page's own */
	async open(url, before = '') {
		const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
		const page = new Page((method, params) => this.send(method, params, sessionId), () =>
			this.send('Target.closeTarget', { targetId }));

		this.#pages.set(sessionId, page);
		for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
			await page.send(`${domain}.enable`);
		if (before)
			await page.send('Page.addScriptToEvaluateOnNewDocument', { source: before });
		await page.send('Page.navigate', { url });
		return page;
	}

	async end() {
		const gone = new Promise((resolve) => { this.process.once('exit', resolve); });

		await this.send('Browser.close').catch(() => {});
		await gone;
		rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
	}
}

class Page {
	/* What a person who looks at the console would see, and where it has been. */
	complaints = [];
	urls = [];

	constructor(send, close) {
		Object.assign(this, { send, close });
	}

	event(method, params) {
		if (method === 'Runtime.exceptionThrown')
			this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
		else if (method === 'Log.entryAdded' && params.entry.level === 'error')
			this.complaints.push(`${params.entry.text} ${params.entry.url ?? ''}`);
		else if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
			this.complaints.push(JSON.stringify(params.args));
		else if (method === 'Network.requestWillBeSent')
			this.urls.push(params.request.url);
	}

	async run(expression) {
		const { result, exceptionDetails } = await this.send('Runtime.evaluate',
			{ expression, awaitPromise: true, returnByValue: true });

		if (exceptionDetails)
			throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		return result.value;
	}

	/** until() - an expression is true */
	async until(expression, what = expression) {
		for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
			if (await this.run(`Boolean(${expression})`).catch(() => false))
				return;
			await new Promise((resolve) => { setTimeout(resolve, 100); });
		}
		throw new Error(`${what}: not within ${WAIT_MS} ms; alert: ${await this.run("document.getElementById('alert')?.textContent")}`);
	}

	text(id) {
		return this.run(`document.getElementById('${id}').textContent`);
	}

	shown() {
		return this.run("[...document.querySelectorAll('main > section')].filter((s) => !s.hidden).map((s) => s.id).join()");
	}

	fill(id, value) {
		return this.run(`document.getElementById('${id}').value = ${JSON.stringify(value)}`);
	}

	/** submit() - as a person: with what the browser itself checks */
	submit(id) {
		return this.run(`document.getElementById('${id}').requestSubmit()`);
	}

	click(id) {
		return this.run(`document.getElementById('${id}').click()`);
	}

	async screenshot(path) {
		const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
		const { writeFileSync } = await import('node:fs');

		writeFileSync(path, Buffer.from(data, 'base64'));
	}
}
