// SPDX-License-Identifier: GPL-2.0
// Blocks of a test chain that no transaction made, and those that are undone.
'use strict';

const { request } = require('./rpc.js');

function mine(rpc, blocks) {
	return request(rpc, 'evm_mine', [{ blocks }]);
}

function snapshot(rpc) {
	return request(rpc, 'evm_snapshot', []);
}

// One second later than the clock says: no block made from here on can be equal
// to one that has just been undone.
async function revert(rpc, id) {
	if (await request(rpc, 'evm_revert', [id]) !== true)
		throw new Error(`no snapshot ${id}`);
	await request(rpc, 'evm_increaseTime', [1]);
}

module.exports = { mine, snapshot, revert };
