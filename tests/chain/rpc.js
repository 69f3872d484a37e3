// SPDX-License-Identifier: GPL-2.0
// One JSON-RPC request over HTTP.
'use strict';

async function request(url, method, params) {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', connection: 'close' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
	});
	const answer = await response.json();

	if (answer.error)
		throw new Error(`${method}: ${answer.error.message}`);
	return answer.result;
}

module.exports = { request };
