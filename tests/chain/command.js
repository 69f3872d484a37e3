// SPDX-License-Identifier: GPL-2.0
// The commands of tests/chain/chain.
'use strict';

const { fork } = require('child_process');
const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const blocks = require('./blocks.js');

function fail(text) {
	console.error(`chain: ${text}`);
	process.exit(1);
}

function count(text, what) {
	if (!/^[0-9]{1,15}$/.test(text || ''))
		fail(`${what} is a number, not "${text}"`);
	return Number(text);
}

function read(file) {
	if (!file)
		fail('which FILE?');
	try {
		return JSON.parse(fs.readFileSync(file, 'utf8'));
	} catch (e) {
		return fail(`no chain at ${file}: ${e.message}`);
	}
}

// The keeper says by its channel that it is ready, or why it is not.
function start(args) {
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: {
			'chain-id': { type: 'string', default: '8888' },
			'punish-blocks': { type: 'string', default: '257' },
			'listen': { type: 'string', default: '127.0.0.1' },
		},
	});

	if (positionals.length !== 2)
		fail('start FILE PID');
	const settings = {
		file: path.resolve(positionals[0]),
		owner: count(positionals[1], 'PID'),
		chain_id: count(values['chain-id'], '--chain-id'),
		punish_blocks: count(values['punish-blocks'], '--punish-blocks'),
		listen: values.listen,
		kept: path.join(process.env.O, 'chain'),
	};
	if (fs.existsSync(settings.file))
		fail(`${settings.file} is there already`);
	const keeper = fork(path.join(__dirname, 'keeper.js'), [settings.file], {
		detached: true,
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
	});

	// Its output is nobody's: who waits for the end of ours must not wait for it.
	keeper.on('exit', (status) => fail(`not started, status ${status}`));
	keeper.on('message', ({ error }) => {
		if (error)
			fail(`not started: ${error}`);
		keeper.removeAllListeners('exit');
		keeper.disconnect();
		keeper.unref();
	});
	keeper.send(settings);
}

function keeps(pid, file) {
	try {
		const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

		return command.some((w) => w.endsWith('keeper.js')) && command.includes(file);
	} catch (e) {
		return false;
	}
}

async function stop(args) {
	const file = path.resolve(args[0] || fail('stop FILE'));
	const { pid } = read(file);

	if (!keeps(pid, file))
		fail(`process ${pid} is not the keeper of ${file}`);
	process.kill(pid, 'SIGTERM');
	while (keeps(pid, file))
		await new Promise((resolve) => setTimeout(resolve, 50));
}

const commands = {
	start,
	stop,
	mine: (args) => blocks.mine(read(args[0]).rpc, count(args[1], 'N')),
	snapshot: async (args) => console.log(await blocks.snapshot(read(args[0]).rpc)),
	revert: (args) => blocks.revert(read(args[0]).rpc, args[1] || ''),
};
const [name, ...args] = process.argv.slice(2);

if (!Object.hasOwn(commands, name || ''))
	fail(`one of ${Object.keys(commands).join(', ')}`);
Promise.resolve()
	.then(() => commands[name](args))
	.catch((e) => fail(e.message));
