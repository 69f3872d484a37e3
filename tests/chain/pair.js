// SPDX-License-Identifier: GPL-2.0
// Two tsd that have a channel with each other: what passes between them and the chain,
// undisturbed, then with one of them killed (-9) at one call after the other.
//
//   pair.js DIR NAMESPACE-A NAMESPACE-B SECONDS SHARE OF      see pair.sh
'use strict';

const fs = require('fs');
const path = require('path');
const { Box, until } = require('./box.js');
const { flows } = require('./flows.js');
const { Network } = require('./network.js');

const [dir, ns_a, ns_b, seconds, share, of] = process.argv.slice(2);
const net = new Network(path.join(dir, 'chain'));
const a = new Box(net, dir, 'a', ns_a, '10.66.2.1', 1);
const b = new Box(net, dir, 'b', ns_b, '10.66.2.2', 2);
const scene = { net, a, b };
const DEATHS = [['fsync', 'before'], ['fsync', 'after'], ['send', 'before'], ['send', 'after']];
const COLUMN = { fsync: 1, send: 2 };
// Of a life without anything, these many calls are its end.
const END = 3;
let number = 0, failed = 0, snapshot;

function ok(name, error) {
	number++;
	failed += Boolean(error);
	console.log(`${error ? 'not ok' : 'ok'} ${number} - ${name}`);
	if (error)
		console.log(String(error.stack || error).replace(/^/gm, '# '));
}

async function save() {
	snapshot = await net.rpc('evm_snapshot', []);
	for (const box of [a, b])
		box.save('saved');
}

async function restore() {
	await net.rpc('evm_revert', [snapshot]);
	snapshot = await net.rpc('evm_snapshot', []);
	for (const box of [a, b])
		box.restore('saved');
}

// The counts of the last whole life, as shim.c tells them.
function counts(box) {
	const lines = fs.readFileSync(path.join(box.dir, 'counts'), 'utf8').trim().split('\n');

	return lines[lines.length - 1].split(' ').map(Number);
}

// One life of both. death: null, or [calls, act, k], of victim.
async function live(play, victim, death) {
	const shims = new Map([a, b].map((box) => [box, {
		TS_SHIM_TELL: path.join(box.dir, death ? 'killed' : 'counts') }]));

	if (death)
		Object.assign(shims.get(victim), { TS_SHIM_CALLS: death[0], TS_SHIM_DO: death[1],
			TS_SHIM_AT: String(death[2]) });
	try {
		for (const box of [a, b])
			box.start(shims.get(box));
		for (const box of [a, b])
			if (!await until(30, () => box.is_following()))
				throw new Error(`${box.name} does not follow the chain`);
		await play(scene);
	} finally {
		for (const box of [a, b])
			await box.stop();
	}
	for (const box of [a, b]) {
		if (box.fault)
			throw new Error(box.fault);
		if (box.deaths && (!death || box !== victim || box.deaths > 1))
			throw new Error(`${box.name} died ${box.deaths} times`);
	}
	return Boolean(death && victim.deaths);
}

function tell_logs() {
	for (const box of [a, b]) {
		const log = fs.existsSync(box.log) ? fs.readFileSync(box.log, 'utf8') : '';

		console.log(log.split('\n').slice(-60).map((l) => `# ${box.name}: ${l}`).join('\n'));
	}
}

// Return: [flow, victim, [calls, act, k]] of every life with a death.
function deaths_of(flow, idle) {
	const list = [];

	for (const victim of flow.victims) {
		const box = scene[victim], all = counts(box), none = idle[victim];

		for (const [calls, act] of DEATHS)
			for (let k = Math.max(1, none[COLUMN[calls]] - END); k <= all[COLUMN[calls]]; k++)
				list.push([victim, [calls, act, k]]);
	}
	return list;
}

// As many as there is time for, spread over all.
async function sweep(flow, list, end) {
	const started = Date.now();
	const mine = list.filter((_, i) => i % Number(of) === Number(share) - 1);
	const bad = [];
	let step = 1, lives = 0, kills = 0;

	for (let i = 0; i < mine.length; i += step) {
		const [victim, death] = mine[i];

		await restore();
		try {
			kills += await live(flow.play, scene[victim], death);
		} catch (e) {
			const at = `${flow.name}: ${victim} killed ${death[1]} ${death[0]} ${death[2]}`;

			bad.push(at);
			console.log(`# ${at}: ${e.stack}`);
			tell_logs();
		}
		lives++;
		if (end && Date.now() >= end)
			break;
		// A random step, so that another run takes others.
		if (end)
			step = Math.max(1, Math.floor(2 * Math.random() * (mine.length - i) *
				(Date.now() - started) / lives / (end - Date.now())));
	}
	ok(`${flow.name}: killed at ${kills} of ${mine.length} calls in ${lives} lives`,
		bad.length ? new Error(bad.join('\n')) : kills ? null : new Error('never killed'));
}

async function play_all(list, from, idle, end_of) {
	for (const flow of list.filter((f) => f.from === from)) {
		await restore();
		try {
			await live(flow.play, null, null);
			ok(`${flow.name}: undisturbed`);
		} catch (e) {
			ok(`${flow.name}: undisturbed`, e);
			tell_logs();
			continue;
		}
		await sweep(flow, deaths_of(flow, idle), end_of());
	}
}

async function main() {
	const wanted = process.env.PAIR ? process.env.PAIR.split(' ') : null;
	const list = flows.filter((f) => !wanted || wanted.includes(f.name));
	const budget = 1000 * Number(seconds) / list.length;
	const end_of = () => budget ? Date.now() + budget : 0;
	const idle = {};

	a.configure(b);
	b.configure(a);
	await live(async () => {}, null, null);
	await save();
	await restore();
	await live(async () => {}, null, null);
	idle.a = counts(a);
	idle.b = counts(b);
	await play_all(list, 'nothing', idle, end_of);
	await restore();
	await live(require('./flows.js').prepare, null, null);
	await save();
	await play_all(list, 'paid', idle, end_of);
}

process.on('exit', () => [a, b].forEach((box) => box.child && box.child.kill('SIGKILL')));
for (const signal of ['SIGTERM', 'SIGINT'])
	process.on(signal, () => process.exit(1));
main()
	.catch((e) => {
		ok('runs to its end', e);
		tell_logs();
	})
	.finally(() => {
		console.log(`1..${number}`);
		process.exit(failed ? 1 : 0);
	});
