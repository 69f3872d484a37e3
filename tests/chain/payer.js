// SPDX-License-Identifier: GPL-2.0
// tspay in the client's namespace, in tokens that are paid in by one transaction.
'use strict';

const assert = require('assert');
const { spawn } = require('child_process');
const fs = require('fs');
const path = require('path');
const { Channel } = require('./channel.js');
const { TOKEN } = require('./scene.js');
const { totals } = require('./tokens.js');

class Payer {
	constructor(scene, contract, kind, symbol) {
		const { net, dir } = scene;

		Object.assign(this, { scene, contract, symbol, account: net.accounts[0] });
		this.chain = new Channel(net, this.account, scene.box, contract);
		this.file = path.join(dir, `chain.${contract}`);
		fs.writeFileSync(this.file, JSON.stringify({ rpc: net.url, kind,
			tokens_network: net.network, token: net.at[contract].address,
			confirmations: scene.confirmations, poll_seconds: 1, settle_timeout: 60 }));
	}

	// Until it ends, and meanwhile blocks are made.  It throws what it says.
	async run(...words) {
		const { dir, client } = this.scene;
		const child = spawn('nsenter', [`--net=/run/netns/${client}`, '--', 'tspay',
			'-k', path.join(dir, 'wallet'), '-p', `file:${path.join(dir, 'pass')}`,
			'-s', path.join(dir, 'purse'), '--token', this.symbol, '--chain', this.file,
			...words, this.scene.url], { stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '', status;

		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (piece) => said += piece);
		child.on('exit', (code) => status = code ?? 'killed');
		await this.scene.mine_until(`tspay ${words.join(' ')}`, () => status !== undefined)
			.finally(() => child.kill('SIGKILL'));
		assert.equal(status, 0, `tspay ${words.join(' ')}: ${said}`);
	}

	// The box credits that much, in the newest life.
	credited(amount) {
		return this.scene.until(`the box credits ${amount}`, async () => {
			const life = (await this.chain.info())[2];

			return (await this.scene.ctl('channel', 'list')).some((c) =>
				c.channel_identifier === this.chain.id && c.state === 'open' &&
				BigInt(c.open_block_number) === life &&
				c.partner_deposit_wei === String(amount));
		});
	}
}

// What is paid and not used comes back, and that is nearly all.
async function whole_life(scene, contract, kind, symbol) {
	const payer = new Payer(scene, contract, kind, symbol);
	const { net } = scene;
	const before = await net.flow(contract, payer.account);
	const sums = async () => (await totals(scene))[symbol];
	const was = await sums();
	const gone = async () => before - await net.flow(contract, payer.account);

	await payer.run('channel', 'open', '5');
	assert.equal(await gone(), 5n * TOKEN);
	await payer.credited(5n * TOKEN);
	await payer.run('channel', 'deposit', '2.5');
	assert.equal(await gone(), 75n * TOKEN / 10n);
	assert.equal((await payer.chain.side(payer.account))[0], 75n * TOKEN / 10n);
	await payer.credited(75n * TOKEN / 10n);
	await payer.run('--once', '0.5');
	await payer.run('channel', 'withdraw', '3');
	assert.equal(await gone(), 45n * TOKEN / 10n);
	await payer.credited(45n * TOKEN / 10n);
	await payer.run('--once', '0.25');
	await payer.run('channel', 'settle');
	await scene.quiet();
	const is = await sums(), consumed = is.consumed - was.consumed;

	assert.equal(is.paid - was.paid, 3n * TOKEN / 4n);
	assert.equal((await payer.chain.info())[3], 1n);
	assert.equal(await gone(), consumed);
	assert.equal(await net.balance(contract, net.network), consumed);
}

module.exports = { whole_life };
