// SPDX-License-Identifier: GPL-2.0
// front.js - a stand-in for the box's own https: serves the built page by its manifest, and
// hands /v1/ on to tsd from this station's address.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

/** serve() - @dir: of the page; @box: URL of tsd; @tls: { key, cert } or null; Return: its port */
export function serve(dir, box, tls) {
	const manifest = JSON.parse(readFileSync(`${dir}/manifest.json`, 'utf8'));
	const to = new URL(box);

	function page(request, response) {
		const name = new URL(request.url, box).pathname.replace(/^\/wallet\//, '') || 'index.html';
		const file = manifest.files.find((f) => f.path === name);

		if (!file) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { ...manifest.headers, 'Content-Type': file.type, 'Content-Encoding': 'gzip' });
		response.end(readFileSync(`${dir}/${file.path}.gz`));
	}

	function handOn(request, response) {
		const { host, origin, ...headers } = request.headers;
		const asked = http.request(new URL(request.url, to), { method: request.method,
			headers: { ...headers, host: to.host } }, (answer) => {
			response.writeHead(answer.statusCode, answer.headers);
			answer.pipe(response);
		});

		asked.on('error', () => response.destroy());
		response.on('close', () => asked.destroy());
		request.pipe(asked);
	}

	const handle = (request, response) =>
		(request.url.startsWith('/v1/') ? handOn : page)(request, response);
	const server = tls ? https.createServer(tls, handle) : http.createServer(handle);

	return new Promise((resolve) => {
		server.listen(0, '127.0.0.1', () => {
			server.unref();
			resolve(server.address().port);
		});
	});
}
