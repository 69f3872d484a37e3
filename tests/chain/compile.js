// SPDX-License-Identifier: GPL-2.0
// The contracts, compiled: { NAME: { abi, bytecode } }.  The compiler takes some
// seconds to start, so its answer is kept in $O/chain as long as it is the answer
// to the same question.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const SOURCES = path.join(__dirname, 'contracts');

// Byzantium, because Spectrum has nothing later.
function question() {
	const sources = {};

	for (const name of fs.readdirSync(SOURCES).filter((n) => n.endsWith('.sol')).sort())
		sources[name] = { content: fs.readFileSync(path.join(SOURCES, name), 'utf8') };
	return {
		language: 'Solidity',
		sources,
		settings: {
			evmVersion: 'byzantium',
			optimizer: { enabled: true, runs: 200 },
			outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
		},
	};
}

function compile(input) {
	const solc = require('solc');
	const output = JSON.parse(solc.compile(JSON.stringify(input)));
	const said = (output.errors || []).map((e) => e.formattedMessage);
	const contracts = {};

	if (said.length)
		throw new Error(said.join('\n'));
	for (const file of Object.values(output.contracts))
		for (const [name, c] of Object.entries(file))
			contracts[name] = { abi: c.abi, bytecode: '0x' + c.evm.bytecode.object };
	return contracts;
}

// Two tiers may ask at once: each writes a file of its own and renames it.
function contracts(dir) {
	const input = question();
	const version = require('solc/package.json').version;
	const digest = crypto.createHash('sha256')
		.update(version + JSON.stringify(input)).digest('hex');
	const kept = path.join(dir, 'contracts.json');

	try {
		const old = JSON.parse(fs.readFileSync(kept, 'utf8'));

		if (old.digest === digest)
			return old.contracts;
	} catch (e) {
		if (e.code !== 'ENOENT' && !(e instanceof SyntaxError))
			throw e;
	}
	const fresh = compile(input);

	fs.writeFileSync(`${kept}.${process.pid}`, JSON.stringify({ digest, contracts: fresh }));
	fs.renameSync(`${kept}.${process.pid}`, kept);
	return fresh;
}

module.exports = { contracts };
