// SPDX-License-Identifier: GPL-2.0
// Every file of cases/ on one chain, each test from the same state of it.
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { Network, chain } = require('./network.js');

const CASES = ['abi', 'vectors', 'opening', 'closing', 'locks', 'agreeing', 'weaknesses',
	'reorg', 'keeper'];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tschain.'));
const file = path.join(dir, 'chain.json');
let seen = 0;
let failed = 0;

function report(name, error) {
	seen++;
	if (error) {
		failed++;
		console.log(error.stack.replace(/^/gm, '# '));
	}
	console.log(`${error ? 'not ok' : 'ok'} ${seen} - ${name}`);
}

async function run(network, name, test) {
	const before = await network.rpc('evm_snapshot', []);

	try {
		await test(network);
		report(name);
	} catch (e) {
		report(name, e);
	}
	await network.rpc('evm_revert', [before]);
}

async function suite() {
	await chain('start', file, process.pid);
	const network = new Network(file);

	for (const name of CASES)
		for (const [what, test] of require(`./cases/${name}.js`))
			await run(network, `${name}: ${what}`, test);
	await chain('stop', file);
	report('the chain of this run left nothing', fs.readdirSync(dir).length ?
		new Error(`left: ${fs.readdirSync(dir)}`) : null);
}

// The keeper sees by itself that this process has ended.
process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(1));
process.on('SIGINT', () => process.exit(1));
suite()
	.catch((e) => report('runs to its end', e))
	.finally(() => {
		console.log(`1..${seen}`);
		process.exit(failed ? 1 : 0);
	});
