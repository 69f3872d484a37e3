// SPDX-License-Identifier: GPL-2.0
// A node that passes everything on, and says something else where it is told to.
'use strict';

const http = require('http');

class Liar {
	// answers: { METHOD or 4-byte selector: hex or text to answer instead }
	constructor(url) {
		this.url = url;
		this.answers = {};
		this.server = http.createServer((request, response) => {
			this.serve(request, response).catch(() => response.destroy());
		});
	}

	listen() {
		return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () =>
			resolve(`http://127.0.0.1:${this.server.address().port}`)));
	}

	close() {
		this.server.close();
		this.server.closeAllConnections();
	}

	lie({ method, params }) {
		const selector = method === 'eth_call' && (params[0].data || params[0].input).slice(2, 10);

		return this.answers[method] ?? this.answers[selector];
	}

	async serve(request, response) {
		const parts = [];

		for await (const part of request)
			parts.push(part);
		const question = JSON.parse(Buffer.concat(parts));
		const lie = this.lie(question);
		const answer = lie === undefined ? await (await fetch(this.url, {
			method: 'POST', body: JSON.stringify(question),
			headers: { 'content-type': 'application/json' },
		})).json() : { jsonrpc: '2.0', id: question.id, result: lie };

		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify(answer));
	}
}

module.exports = { Liar };
