// SPDX-License-Identifier: GPL-2.0
// box.js - the HTTP interface of a box (Documentation/architecture.md, section 4).
import { plainText, readChannel } from './channel.js';
import { hex, unhex } from './bytes.js';
import { DATAGRAM_MAX_BYTES } from './message.js';
import { isCode, isTariffId } from './memo.js';
import { sameText } from './address.js';
import { dearest } from './policy.js';

/* No answer of a box is longer; a longer one is given up. */
const ANSWER_MAX_BYTES = 65536;
const TIMEOUT_MS = 10000;

/** BoxError - @status: of HTTP, 0: no answer; @error: its word; @body: what it said besides */
export class BoxError extends Error {
	constructor(status, error, message, body) {
		super(message);
		this.status = status;
		this.error = error;
		this.body = body;
	}
}

const noAnswer = (e) => (e instanceof BoxError ? e :
	new BoxError(0, 'no_answer', plainText(e?.message ?? e, 200)));

async function readBody(response) {
	const chunks = [];
	let size = 0;

	for await (const chunk of pieces(response.body)) {
		size += chunk.length;
		if (size > ANSWER_MAX_BYTES)
			throw new BoxError(0, 'too_long', 'the answer is too long');
		chunks.push(chunk);
	}
	const all = new Uint8Array(size);

	chunks.reduce((at, chunk) => {
		all.set(chunk, at);
		return at + chunk.length;
	}, 0);
	return all;
}

/* Not every browser can iterate over a stream. */
async function* pieces(stream) {
	const reader = stream?.getReader();

	try {
		for (;;) {
			const { done, value } = reader ? await reader.read() : { done: true };

			if (done)
				return;
			yield value;
		}
	} finally {
		reader?.cancel().catch(() => {});
	}
}

function json(bytes) {
	try {
		const object = JSON.parse(new TextDecoder().decode(bytes));

		if (object && typeof object === 'object')
			return object;
	} catch { /* as below */ }
	throw new BoxError(0, 'no_json', 'the answer is no JSON; is this a TokenSwitch box?');
}

function refusal(status, bytes) {
	let said;

	try {
		said = json(bytes);
	} catch {
		said = {};
	}
	return new BoxError(status, plainText(said.error ?? 'refused', 40),
		plainText(said.message ?? '', 300), said);
}

/* A price that is not told is not known; a number of bytes that is null has no end. */
export function readSession(object) {
	const tariff = object.tariff;
	const left = object.remaining_bytes;

	if (!isCode(object.session) || typeof object.state !== 'string' || !isTariffId(tariff?.id) ||
	    !(left === null || (Number.isInteger(left) && left >= 0)))
		throw new BoxError(0, 'no_session', 'the answer is no session');
	return {
		code: object.session, state: object.state,
		held: object.held ? plainText(object.held.message, 200) : null,
		token: tariff.token ? sameText(tariff.token) : null,
		tariff_id: tariff.id, wei_per_gb: dearest(tariff.prices),
		prices: tariff.prices ?? {},
		remaining_bytes: left === null ? null : BigInt(left),
		used_bytes: { up: Number(object.used_bytes?.up ?? 0), down: Number(object.used_bytes?.down ?? 0) },
		attached_wei: wei(object.attached_wei), unspent_wei: wei(object.unspent_wei),
	};
}

function wei(text) {
	if (typeof text !== 'string' || !/^\d{1,39}$/.test(text))
		throw new BoxError(0, 'no_amount', 'an amount is no whole number below 2^128');
	return BigInt(text);
}

export class Box {
	#base;

	/** @base: URL without a slash at its end; '' is where the page is from */
	constructor(base = '') {
		this.#base = base;
	}

	async #request(path, body) {
		const response = await fetch(this.#base + path, {
			method: body ? 'POST' : 'GET', body,
			headers: body ? { 'Content-Type': 'application/octet-stream' } : {},
			cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});

		return { status: response.status, bytes: await readBody(response) };
	}

	async #ask(path, body) {
		try {
			const { status, bytes } = await this.#request(path, body);

			if (status !== 200 && status !== 204)
				throw refusal(status, bytes);
			return { status, bytes };
		} catch (e) {
			throw noAnswer(e);
		}
	}

	async #object(path, body) {
		return json((await this.#ask(path, body)).bytes);
	}

	info() {
		return this.#object('/v1/info');
	}

	/** session() - this station's; @code: another one, which becomes this station's if it is nobody's */
	async session(code) {
		return readSession(await this.#object(`/v1/session${code ? `?code=${code}` : ''}`));
	}

	/** channel() - with a wallet in a token; null: the box knows none */
	async channel(address, token) {
		try {
			return readChannel(await this.#object(`/v1/channel?address=${address}&token=${token}`));
		} catch (e) {
			if (e.error === 'unknown_channel')
				return null;
			throw e;
		}
	}

	/** look() - what the chain shows of a wallet's side of @channel, and of a transaction; see readLook() */
	look(channel, hash) {
		return this.#object(`/v1/chain?address=${channel.address}&token=${channel.token}${hash ? `&tx=${hash}` : ''}`);
	}

	/** sendTransaction() - Return: its hash, when the node has it */
	async sendTransaction(raw) {
		return (await this.#object('/v1/chain/send', raw)).hash;
	}

	/** outbox() - what the box has for a wallet, in its order */
	async outbox(address) {
		const { messages } = await this.#object(`/v1/outbox?address=${address}`);

		try {
			return messages.map((text) => {
				const bytes = unhex(text);

				if (bytes.length > DATAGRAM_MAX_BYTES)
					throw new RangeError('too long');
				return bytes;
			});
		} catch {
			throw new BoxError(0, 'no_datagram', 'a message in the outbox is no datagram');
		}
	}

	/** pay() - POST a datagram; Return: the body, an Ack or nothing */
	async pay(datagram) {
		return (await this.#ask('/v1/pay', datagram)).bytes;
	}

	/** nonce() - what an attach or a refund is signed with */
	async nonce() {
		const object = await this.#object('/v1/session/attach');

		if (!Number.isSafeInteger(object.expires_s) || object.expires_s < 0)
			throw new BoxError(0, 'no_nonce', 'the box gives no nonce');
		return { nonce: hex(unhex(object.nonce, 32)), expires_s: object.expires_s };
	}

	async attach(body) {
		return readSession(await this.#object('/v1/session/attach', body));
	}

	async refund(body) {
		return readChannel(await this.#object('/v1/channel/refund', body));
	}

	/**
	 * events() - { session }, as it changes; null with a sign of life alone, every 15 s
	 * Ends when the box ends it or @signal does.
	 * By fetch() and not an EventSource, so that there is one code for page and tests.
	 */
	async* events(signal) {
		const response = await fetch(`${this.#base}/v1/session/events`, {
			cache: 'no-store', credentials: 'omit', redirect: 'error', signal,
		});

		if (response.status !== 200)
			throw refusal(response.status, await readBody(response));
		const decoder = new TextDecoder();
		let text = '';

		for await (const piece of pieces(response.body)) {
			text += decoder.decode(piece, { stream: true });
			if (text.length > ANSWER_MAX_BYTES)
				throw new BoxError(0, 'too_long', 'an event is too long');
			const events = text.split('\n\n');

			text = events.pop();
			yield* events.map(readEvent);
		}
	}
}

/* What cannot be read is a reason to ask, no more. */
function readEvent(text) {
	const data = text.split('\n').find((l) => l.startsWith('data: '));

	try {
		return { session: data ? readSession(JSON.parse(data.slice(6))) : null };
	} catch {
		return { session: null };
	}
}
