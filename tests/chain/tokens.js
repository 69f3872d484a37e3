// SPDX-License-Identifier: GPL-2.0
// Several tokens on one box, each with a tariff of its own: what is paid, earned,
// withdrawn and settled in one of them is nothing in the others, by the box's books and
// by the chain, to the unit; and what no ledger here can count is told and left alone.
'use strict';

const assert = require('assert');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Peer } = require('./peer.js');
const { TOKEN } = require('./scene.js');
const { ID } = require('./wire.js');

// By name of their contract; tariffs are numbered in this order.
const TOKENS = {
	erc20: { symbol: 'MESH', kind: 'erc20', per_gb: '1000' },
	smt: { symbol: 'SMT', kind: 'smt', per_gb: '2000' },
	erc223: { symbol: 'CALL', kind: 'erc223', per_gb: '1' },
	huge: { symbol: 'HUGE', kind: 'erc20', per_gb: '1' },
};
const BEYOND = 1n << 128n;

// A token of which two accounts have more than a ledger can count.
async function deploy(scene) {
	const { accounts } = scene.net;

	await scene.net.deploy('PlainToken', ['Huge', 'HUGE',
		[accounts[5].address, accounts[6].address], 4n * BEYOND]);
	scene.net.at.huge = scene.net.at.PlainToken;
}

function configure(scene) {
	const conf = path.join(scene.dir, 'tsd.conf');
	const tokens = Object.entries(TOKENS).map(([contract, t]) =>
		`{ address = "${scene.net.at[contract].address}"; symbol = "${t.symbol}"; ` +
		`decimals = 18; kind = "${t.kind}"; }`);
	const tariffs = Object.values(TOKENS).map((t, i) =>
		`{ id = ${i + 1}; token = "${t.symbol}"; local = { up = "0"; down = "0"; }; ` +
		`internet = { up = "${t.per_gb}"; down = "${t.per_gb}"; }; }`);

	fs.writeFileSync(conf, fs.readFileSync(conf, 'utf8')
		.replace(/tokens = .*/, `tokens = ( ${tokens.join(', ')} );`)
		.replace(/ second_rpc = "[^"]*"; second_above = "[^"]*";/, '')
		.replace(/tariffs = .*/, `tariffs = ( ${tariffs.join(', ')} );`));
}

// The memo that pays for the client's session under the tariff in that token.
function memo(scene, contract) {
	return scene.memo().replace(/[0-9]+$/, String(Object.keys(TOKENS).indexOf(contract) + 1));
}

// Return: the sums of the box's ledger, by symbol.
async function totals(scene) {
	const socket = net.connect(path.join(scene.dir, 'tsd.sock'));
	let text = '';

	socket.write('{"cmd":"account-of-bytes"}\n');
	for await (const piece of socket) {
		text += piece;
		if (text.endsWith('\n'))
			break;
	}
	return Object.fromEntries(JSON.parse(text).totals.map((t) => [t.symbol,
		Object.fromEntries(['paid', 'consumed', 'refunded', 'unspent', 'reserved']
			.map((what) => [what, BigInt(t[`${what}_wei`])]))]));
}

// What has moved between the wallets, the box and the contract since.
class Flows {
	static async begin(scene, contracts, owners) {
		const flows = new Flows();

		Object.assign(flows, { scene, contracts, owners });
		flows.before = await flows.now();
		return flows;
	}

	async now() {
		const { net } = this.scene;
		const rows = {};

		for (const contract of this.contracts) {
			rows[contract] = { contract: await net.balance(contract, net.network) };
			for (const [name, owner] of Object.entries(this.owners))
				rows[contract][name] = await net.flow(contract, owner);
		}
		return rows;
	}

	async are(wanted) {
		const now = await this.now();

		for (const [contract, row] of Object.entries(wanted))
			for (const [name, amount] of Object.entries(row))
				assert.equal(now[contract][name] - this.before[contract][name], amount,
					`${contract} of ${name}`);
	}
}

async function books(peer, wanted) {
	const c = await peer.seen();
	const is = Object.fromEntries(Object.keys(wanted).map((key) => [key, c[key]]));

	assert.deepEqual(is, wanted);
}

// One wallet has a channel in each of two tokens, another wallet one in the first.
async function two_tokens(scene) {
	const { accounts } = scene.net;
	const flows = await Flows.begin(scene, ['erc20', 'smt'],
		{ box: scene.box, both: accounts[2], one: accounts[4] });
	const mesh = new Peer(scene, 2), smt = new Peer(scene, 2, 'smt');
	const other = new Peer(scene, 4);

	await mesh.open(20n * TOKEN);
	await smt.open(30n * TOKEN);
	await other.open(10n * TOKEN);
	assert.notEqual(mesh.chain.id, smt.chain.id);
	await flows.are({ erc20: { both: -20n * TOKEN, one: -10n * TOKEN, contract: 30n * TOKEN },
		smt: { both: -30n * TOKEN, one: 0n, contract: 30n * TOKEN } });

	// The session spends the one, then the other, each at its own price.
	await smt.pay(TOKEN / 4n, memo(scene, 'smt'));
	await mesh.pay(5n * TOKEN, memo(scene, 'erc20'));
	await other.pay(3n * TOKEN);
	scene.traffic();
	await scene.until('the other is spent', () => scene.session().tariff.symbol === 'MESH');
	scene.traffic();
	await books(smt, { symbol: 'SMT', transferred_wei: String(TOKEN / 4n), nonce: 1 });
	await books(mesh, { symbol: 'MESH', transferred_wei: String(5n * TOKEN), nonce: 1 });
	await books(other, { symbol: 'MESH', transferred_wei: String(3n * TOKEN), nonce: 1 });
	await scene.again();
	const sums = await totals(scene);

	assert.equal(sums.MESH.paid, 8n * TOKEN);
	assert.equal(sums.SMT.paid, TOKEN / 4n);
	assert(sums.SMT.consumed > TOKEN / 5n, `${sums.SMT.consumed} SMT were used`);
	for (const t of [sums.MESH, sums.SMT])
		assert.equal(t.consumed + t.unspent + t.reserved + t.refunded, t.paid);

	// A withdrawal in the one is none in the other; what is frozen is granted no more.
	const w = await mesh.askWithdraw(6n * TOKEN);
	const answer = await mesh.message(ID.WITHDRAW_RESPONSE);

	assert.equal(answer.error_code, 0);
	await mesh.ack(answer);
	assert.equal(await mesh.refused(TOKEN), 'frozen');
	const used = (await totals(scene)).MESH.consumed;

	assert(used > 0n && used < 5n * TOKEN, `${used} MESH were used`);
	await smt.pay(TOKEN / 8n);
	const signed = mesh.chain.withdrawal(w.balance, w.withdraw);

	signed[6] = answer.signature;
	await scene.net.send(mesh.account, 'tokens_network', 'withDraw', signed);
	await mesh.next_life();
	await mesh.pay(TOKEN);
	await books(mesh, { deposit_wei: String(5n * TOKEN), partner_deposit_wei: String(9n * TOKEN),
		transferred_wei: String(TOKEN) });
	await books(smt, { partner_deposit_wei: String(30n * TOKEN),
		transferred_wei: String(3n * TOKEN / 8n), nonce: 2 });
	await flows.are({ erc20: { box: 0n, both: -14n * TOKEN, contract: 24n * TOKEN },
		smt: { box: 0n, both: -30n * TOKEN, contract: 30n * TOKEN } });

	// Nor is a close.
	await smt.chain.close(smt.account, smt.chain.none(scene.box));
	await scene.until('the newest proof is shown', async () =>
		(await smt.chain.side(smt.account))[2] === 2n);
	assert.equal((await mesh.seen()).state, 'open');
	await mesh.pay(TOKEN);
	await smt.over();
	await scene.quiet();
	await flows.are({ erc20: { box: 0n, both: -14n * TOKEN, one: -10n * TOKEN,
		contract: 24n * TOKEN },
	smt: { box: 3n * TOKEN / 8n, both: -3n * TOKEN / 8n, one: 0n, contract: 0n } });
	const end = await totals(scene);

	assert.equal(end.MESH.paid, 10n * TOKEN);
	assert.equal(end.SMT.paid, 3n * TOKEN / 8n);
	assert.equal(end.CALL.paid, 0n);
}

// M3: what a partner puts in beyond 2^128 is not credited, stops nothing, and is his.
async function beyond_the_ledger(scene) {
	const { accounts } = scene.net;
	const flows = await Flows.begin(scene, ['huge'],
		{ box: scene.box, late: accounts[5], first: accounts[6] });
	const late = new Peer(scene, 5, 'huge'), first = new Peer(scene, 6, 'huge');
	const uncredited = (peer) => scene.until('the channel says so', async () =>
		(await peer.seen() || {}).uncredited === 'too_large');

	await late.open(100n * TOKEN);
	await late.pay(40n * TOKEN);
	await late.chain.deposit(late.account, scene.box, BEYOND, 0n);
	await first.chain.deposit(first.account, scene.box, 2n * BEYOND, 60n);
	await first.chain.renew();
	await scene.confirm();
	await uncredited(late);
	await uncredited(first);
	await books(late, { partner_deposit_wei: String(100n * TOKEN), state: 'open' });
	await books(first, { partner_deposit_wei: '0', state: 'open' });
	assert.match(await first.refused(TOKEN), /over_balance|deposit_too_small/);
	assert.equal(await late.refused(61n * TOKEN), 'over_balance');
	await late.pay(60n * TOKEN);
	await scene.again();
	await uncredited(late);
	await uncredited(first);

	await late.chain.close(late.account, late.chain.none(scene.box));
	await first.chain.close(first.account, first.chain.none(scene.box));
	await scene.until('the newest proof is shown', async () =>
		(await late.chain.side(late.account))[2] === 2n);
	await late.over();
	await first.over();
	await scene.quiet();
	await flows.are({ huge: { box: 100n * TOKEN, late: -100n * TOKEN, first: 0n, contract: 0n } });
}

module.exports = { deploy, configure, totals, two_tokens, beyond_the_ledger };
