// SPDX-License-Identifier: GPL-2.0
// tsd on a chain, for scripts in the router's namespace: started and killed, asked by
// tsctl, and TAP of what came of it.
'use strict';

const assert = require('assert');
const { execFile, execFileSync, spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { Network } = require('./network.js');

const PATIENCE = Number(process.env.PATIENCE || 1);
const TOKEN = 10n ** 18n;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Scene {
	constructor(dir, url, confirmations, client) {
		this.dir = dir;
		this.url = url;
		this.confirmations = confirmations;
		this.client = client;
		this.net = new Network(path.join(dir, 'chain'));
		this.box = this.net.accounts[1];
		this.tests = 0;
		this.failed = 0;
		process.on('exit', () => this.daemon && this.daemon.kill('SIGKILL'));
		for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
			process.on(signal, () => process.exit(1));
	}

	// One of TAP's points; what it throws is why it failed.
	async test(name, run) {
		this.tests++;
		try {
			await run();
			console.log(`ok ${this.tests} - ${name}`);
		} catch (e) {
			this.failed++;
			console.log(`not ok ${this.tests} - ${name}`);
			console.log(String(e.stack).replace(/^/mg, '# '));
		}
	}

	done() {
		if (this.failed)
			console.log(fs.readFileSync(path.join(this.dir, 'tsd.log'), 'utf8')
				.replace(/^/mg, '# '));
		console.log(`1..${this.tests}`);
		process.exit(this.failed ? 1 : 0);
	}

	async until(what, so) {
		const end = Date.now() + 30000 * PATIENCE;

		while (!await so()) {
			assert(Date.now() < end, `${what}: not in time`);
			await sleep(100);
		}
	}

	// As many blocks as it takes until it is so.
	mine_until(what, so) {
		return this.until(what, async () => await so() || (await this.mine(1), await sleep(200), false));
	}

	async start() {
		const log = fs.openSync(path.join(this.dir, 'tsd.log'), 'a');

		this.daemon = spawn('tsd', ['-c', path.join(this.dir, 'tsd.conf')],
			{ stdio: ['ignore', log, log] });
		fs.closeSync(log);
		await this.until('tsd serves', () => fetch(`${this.url}/v1/health`)
			.then((a) => a.status === 200, () => false));
	}

	async following() {
		await this.until('tsd follows the chain', async () =>
			(await this.ctl('chain', 'status')).state === 'at-head');
	}

	// As a power cut would.
	async kill() {
		const gone = new Promise((resolve) => this.daemon.once('exit', resolve));

		this.daemon.kill('SIGKILL');
		await gone;
		this.daemon = null;
	}

	async again() {
		await this.kill();
		await this.start();
		await this.following();
	}

	// Return: what tsctl says, as JSON; what it refuses throws its words.
	ctl(...args) {
		return new Promise((resolve, reject) => execFile('tsctl',
			['-j', '-c', path.join(this.dir, 'tsd.conf'), ...args.map(String)],
			(error, out, err) => error ? reject(new Error(err.trim())) :
				resolve(JSON.parse(out))));
	}

	// In the client's namespace.
	at_client(...command) {
		return execFileSync('nsenter', [`--net=/run/netns/${this.client}`, '--', ...command],
			{ encoding: 'utf8' });
	}

	// The client's session.
	session() {
		return JSON.parse(this.at_client('curl', '-sf', `${this.url}/v1/session`));
	}

	// The memo that pays for it.
	memo() {
		return this.session().pay.memo;
	}

	traffic() {
		return this.at_client('ping', '-f', '-q', '-c', '300', '-s', '1400', '10.66.2.2');
	}

	mine(n) {
		return this.net.rpc('evm_mine', [{ blocks: n }]);
	}

	confirm() {
		return this.mine(this.confirmations);
	}

	wealth() {
		return this.net.balance('erc20', this.box);
	}

	// The row of a life, of which the box has nothing under way any more.
	async row(life) {
		return (await this.ctl('channel', 'list')).find((c) =>
			c.channel_identifier === life.channel_identifier &&
			BigInt(c.open_block_number) === life.open_block_number);
	}

	quiet() {
		return this.mine_until('all is confirmed', async () =>
			(await this.ctl('chain', 'status')).transactions.length === 0);
	}
}

module.exports = { Scene, TOKEN, sleep };
