// SPDX-License-Identifier: GPL-2.0
// Channels in tokens that are paid in by one transaction: an ERC-223 token's transfer,
// the wrapper of the chain's own coin.  The box opens one, adds to it and leaves it, and
// so does tspay; and one box takes several tokens.
'use strict';

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { Channel } = require('./channel.js');
const payer = require('./payer.js');
const { Scene, TOKEN } = require('./scene.js');
const tokens = require('./tokens.js');

const [dir, url, confirmations, client] = process.argv.slice(2);
const scene = new Scene(dir, url, Number(confirmations), client);
const conf = path.join(dir, 'tsd.conf');
// More than the gas of a few transactions, less than any amount here.
const GAS = TOKEN / 10n;

function configure(contract, kind) {
	const text = fs.readFileSync(conf, 'utf8').replace(/tokens = \( \{[^}]*\} \)/,
		`tokens = ( { address = "${scene.net.at[contract].address}"; symbol = "T"; ` +
		`decimals = 18; kind = "${kind}"; } )`);

	fs.writeFileSync(conf, text);
}

async function wealth(contract) {
	return contract === 'smt' ?
		BigInt(await scene.net.rpc('eth_getBalance', [scene.box.address, 'latest'])) :
		scene.net.balance(contract, scene.box);
}

// Gas alone may be missing, and only of the coin itself.
async function missing(contract, before, amount) {
	const gone = before - await wealth(contract) - amount;

	assert(gone >= 0n && gone <= (contract === 'smt' ? GAS : 0n), `${gone} are missing`);
}

async function whole_life(contract, kind) {
	const partner = scene.net.accounts[3];
	const channel = new Channel(scene.net, scene.box, partner, contract);
	const has = async (amount) => (await scene.ctl('channel', 'list')).some((c) =>
		c.channel_identifier === channel.id && c.state === 'open' &&
		c.deposit_wei === String(amount));

	configure(contract, kind);
	await scene.start();
	await scene.following();
	const before = await wealth(contract);

	if (contract === 'smt')
		await scene.until('the wallet is known', async () =>
			(await scene.ctl('wallet', 'show')).tokens[0].wei === String(before));
	await scene.ctl('channel', 'open', partner.address, '5');
	await assert.rejects(scene.ctl('channel', 'open', partner.address, '5'), /under way/);
	await scene.again();
	await scene.mine_until('it is open', () => has(5n * TOKEN));
	await scene.quiet();
	await scene.ctl('channel', 'deposit', partner.address, '2.5');
	await scene.mine_until('it is more', () => has(75n * TOKEN / 10n));
	await scene.quiet();
	await missing(contract, before, 75n * TOKEN / 10n);
	assert.equal((await channel.side(scene.box))[0], 75n * TOKEN / 10n);
	await scene.ctl('channel', 'close', partner.address);
	await scene.until('it is closed', async () => (await channel.info())[3] === 2n);
	await scene.mine(Number(await channel.first_settle_block() - await scene.net.height()));
	await scene.until('it is settled', async () => (await channel.info())[3] === 0n);
	await scene.quiet();
	await missing(contract, before, 0n);
	await scene.kill();
}

async function main() {
	await scene.test('by the transfer of ERC-223', () => whole_life('erc223', 'erc223'));
	await scene.test('by the wrapper of the coin', () => whole_life('smt', 'smt'));
	await tokens.deploy(scene);
	tokens.configure(scene);
	await scene.start();
	await scene.following();
	await scene.test('two tokens on one box', () => tokens.two_tokens(scene));
	await scene.test('a deposit beyond the ledger', () => tokens.beyond_the_ledger(scene));
	await scene.test('tspay, by the transfer of ERC-223', () =>
		payer.whole_life(scene, 'erc223', 'erc223', 'CALL'));
	await scene.test('tspay, by the wrapper of the coin', () =>
		payer.whole_life(scene, 'smt', 'smt', 'SMT'));
	scene.done();
}

main().catch((e) => {
	console.log(`Bail out! ${e.stack}`);
	process.exit(1);
});
