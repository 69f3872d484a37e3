// SPDX-License-Identifier: GPL-2.0
// One tsd of a test, started again whenever it dies.
'use strict';

const { execFile, execFileSync, spawn } = require('child_process');
const fs = require('fs');
const path = require('path');

const PASSPHRASE = 'pass';
const PAUSE_MS = 250;

const nap = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Until it is so; work() is done between two looks.  Return: whether it came to be.
async function until(seconds, so, work = () => {}) {
	const end = Date.now() + 1000 * seconds * Number(process.env.PATIENCE || 1);

	for (;;) {
		if (await so())
			return true;
		if (Date.now() > end)
			return false;
		await work();
		await nap(PAUSE_MS);
	}
}

class Box {
	// number: of its account on the chain; ip: where it listens.
	constructor(net, dir, name, ns, ip, number) {
		this.net = net;
		this.dir = path.join(dir, name);
		this.name = name;
		this.ns = ns;
		this.ip = ip;
		this.account = net.accounts[number];
		this.pass = path.join(dir, PASSPHRASE);
		this.log = path.join(this.dir, 'tsd.log');
		this.conf = path.join(this.dir, 'tsd.conf');
		this.deaths = 0;
		fs.mkdirSync(path.join(this.dir, 'state'), { recursive: true, mode: 0o700 });
		execFileSync('cheapkey', [path.join(this.dir, 'key'), this.pass,
			this.account.private_key.slice(2)]);
	}

	configure(peer) {
		const { chain_id, contracts, url } = this.net;

		fs.writeFileSync(this.conf, `
run_dir = "${this.dir}"; state_dir = "${this.dir}/state";
key = { file = "${this.dir}/key"; passphrase_file = "${this.pass}"; };
chain = { id = ${chain_id}; tokens_network = "${contracts.tokens_network}";
	tokens = ( { address = "${contracts.erc20}"; symbol = "MESH"; decimals = 18; } );
	rpc = "${url}"; poll_seconds = 1; confirmations = 2; };
listen = { http = [ "${this.ip}:2050" ]; photon = "${this.ip}:40001"; };
meter = { driver = "bpf"; };
ports = ( { pattern = "no-such-port"; meter = "tc"; } );
rules = ( "free udp 53" );
tariffs = ( { id = 1; local = { up = "0"; down = "0"; }; internet = { up = "1"; down = "1"; }; } );
peers = ( { address = "${peer.account.address}"; at = "${peer.ip}:40001"; } );
money = { min_settle_timeout = 40; };
limits = { photon_per_source = 1000; photon_burst = 1000; };
`);
	}

	// shim: variables of tests/crash/shim.c, for this life only.
	start(shim = null) {
		// By env(1), for the shim is loaded once and never handed on.
		const set = shim ? Object.entries({ ...shim, TS_SHIM_UNIX: 'no',
			TS_SHIM_DIR: path.join(this.dir, 'state'),
			LD_PRELOAD: path.join(process.env.O, 'test/shim.so') })
			.map(([name, value]) => `${name}=${value}`) : [];
		const out = fs.openSync(this.log, 'a');
		const child = spawn('nsenter', [`--net=/run/netns/${this.ns}`, '--', 'env', ...set,
			'tsd', '-c', this.conf], { stdio: ['ignore', out, out] });

		fs.closeSync(out);
		this.child = child;
		child.ended = new Promise((resolve) => child.on('exit', (status, signal) => {
			child.gone = true;
			if (this.child === child) {
				this.deaths++;
				if (signal === 'SIGKILL')
					this.start();
				else
					this.fault = `${this.name} ended by itself: ${status ?? signal}`;
			}
			resolve();
		}));
	}

	async stop() {
		const child = this.child;

		this.child = null;
		if (!child || child.gone)
			return;
		child.kill('SIGTERM');
		const late = setTimeout(() => child.kill('SIGKILL'), 10000);

		await child.ended;
		clearTimeout(late);
	}

	// Return: what tsctl printed, as JSON; it throws what tsctl said.
	ctl(...args) {
		return new Promise((resolve, reject) => {
			execFile('tsctl', ['-j', '-c', this.conf, ...args], (error, out, err) => {
				try {
					if (error)
						throw new Error(err.trim() || error.message);
					resolve(out.trim() ? JSON.parse(out) : null);
				} catch (e) {
					reject(e);
				}
			});
		});
	}

	// As ctl(), null instead of an error.
	ask(...args) {
		return this.ctl(...args).catch(() => null);
	}

	// Asked until it is answered with yes, or with a refusal that says it is so already.
	async insist(seconds, already, ...args) {
		let said = 'nothing';
		const done = await until(seconds, async () => {
			try {
				return await this.ctl(...args) || true;
			} catch (e) {
				said = e.message;
				return already.test(said);
			}
		});

		if (!done)
			throw new Error(`${this.name}: ${args.join(' ')}: ${said}`);
	}

	async is_following() {
		const status = await this.ask('chain', 'status');

		return Boolean(status && status.state === 'at-head' &&
			BigInt(status.seen_block) >= await this.net.height());
	}

	// Nothing is under way to the chain, and all that is there is known.
	async is_quiet() {
		const status = await this.ask('chain', 'status');

		return Boolean(status && status.state === 'at-head' && !status.transactions.length &&
			BigInt(status.seen_block) >= await this.net.height());
	}

	// Return: the newest channel with that partner, or null.  A box that dies of the
	// question is asked again: no answer is not "none".
	async channel(partner) {
		let list, said;

		await until(30, async () => {
			list = await this.ctl('channel', 'show', partner.account.address)
				.catch((e) => {
					said = e.message;
					return /there is no channel/.test(said) ? [] : null;
				});
			return list;
		});
		if (!list)
			throw new Error(`${this.name} does not tell of its channel: ${said}`);
		return list.reduce((a, c) => !a || c.open_block_number > a.open_block_number ? c : a, null);
	}

	save(to) {
		fs.cpSync(path.join(this.dir, 'state'), path.join(this.dir, to),
			{ recursive: true, preserveTimestamps: true });
	}

	restore(from) {
		fs.rmSync(path.join(this.dir, 'state'), { recursive: true });
		fs.cpSync(path.join(this.dir, from), path.join(this.dir, 'state'), { recursive: true });
		this.deaths = 0;
		this.fault = null;
		fs.rmSync(this.log, { force: true });
	}
}

module.exports = { Box, until };
