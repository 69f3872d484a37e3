// SPDX-License-Identifier: GPL-2.0
/*
 * hostile.c - what a peer can send: replays, gaps, wrong numbers, wrong
 * signatures, garbage, halves of requests.  Nothing may change, and the daemon
 * (built with sanitizers) must live.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crash.h"
#include "photon/ack.h"

#define GARBAGE 20000
#define HALF_REQUESTS 40
/* What the daemon may grow by in all this. */
#define GROWTH_KB 40000

/* By UDP and by HTTP: no Ack, the HTTP status in @want (0: any of 4xx). */
static bool refused(struct play *p, const void *bytes, size_t len, int want)
{
	struct payer *payer = &p->payers[SHOPPER];
	uint8_t answer[TS_ACK_BYTES];
	char body[4096];
	size_t body_len = sizeof(body);
	int status;

	if (payer_raw(payer, bytes, len, 40, answer)) {
		note("answered by UDP");
		return false;
	}
	status = net_http(AT_SHOPPER, "POST", "/v1/pay", bytes, len, body, &body_len);
	if (want ? status != want : status < 400 || status > 499) {
		note("HTTP %d %s", status, body_len < sizeof(body) ? body : "");
		return false;
	}
	return true;
}

/* A transfer that would be right, changed by the caller before it is signed. */
static struct ts_message next_transfer(const struct payer *payer)
{
	const struct ts_channel *c = &payer->channel;
	struct ts_message msg = { .id = TS_MSG_DIRECT_TRANSFER };
	struct ts_balance_proof *proof = &msg.direct_transfer.proof;

	proof->nonce = c->our_proof.nonce + 1;
	proof->channel_identifier = c->channel_identifier;
	proof->open_block_number = c->open_block_number;
	proof->transferred_amount =
		ts_u256_from_u128(c->our_proof.transferred_wei + 1000);
	return msg;
}

static bool refused_message(struct play *p, struct ts_message *msg,
			    const struct ts_signer *key, uint64_t chain, int want)
{
	struct ts_u256 chain_id = ts_u256_from_u64(chain);
	struct ts_datagram d;

	if (ts_message_sign(msg, key, &chain_id, &d))
		die("cannot sign");
	return refused(p, d.b, d.len, want);
}

#define CHAIN 20180430

/* Protocol section 3.5, one rule after the other. */
static void wrong_numbers(struct play *p)
{
	struct payer *payer = &p->payers[SHOPPER];
	const struct ts_channel *c = &payer->channel;
	struct ts_signer *stranger = payer_key("stranger");
	struct ts_message m;
	struct ts_datagram d;
	struct ts_u256 chain_id = ts_u256_from_u64(CHAIN);

	m = next_transfer(payer);
	m.direct_transfer.proof.nonce += 1;
	ok(refused_message(p, &m, payer->key, CHAIN, 409), "a gap in the nonces");
	m = next_transfer(payer);
	m.direct_transfer.proof.nonce -= 1;
	ok(refused_message(p, &m, payer->key, CHAIN, 409), "a used nonce over other bytes");
	m = next_transfer(payer);
	m.direct_transfer.proof.nonce = 0;
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "nonce 0");
	m = next_transfer(payer);
	m.direct_transfer.proof.transferred_amount =
		ts_u256_from_u128(c->our_proof.transferred_wei);
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "an amount that does not grow");
	m.direct_transfer.proof.transferred_amount =
		ts_u256_from_u128(c->our_proof.transferred_wei - 1);
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "an amount that shrinks");
	m.direct_transfer.proof.transferred_amount =
		ts_u256_from_u128(c->our_deposit_wei + 1);
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "more than the deposit");
	memset(&m.direct_transfer.proof.transferred_amount, 0xff, 32);
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "an amount of 2^256 - 1");
	m = next_transfer(payer);
	m.direct_transfer.proof.open_block_number++;
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "another life of the channel");
	m = next_transfer(payer);
	m.direct_transfer.proof.channel_identifier.b[7] ^= 1;
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "an unknown channel");
	m = next_transfer(payer);
	m.direct_transfer.proof.locksroot.b[0] = 1;
	ok(refused_message(p, &m, payer->key, CHAIN, 0), "a locksroot without locks");
	m = next_transfer(payer);
	ok(refused_message(p, &m, payer->key, CHAIN + 1, 0), "another chain in the signature");
	ok(refused_message(p, &m, stranger, CHAIN, 0), "signed by a stranger");
	if (ts_message_sign(&m, payer->key, &chain_id, &d))
		die("cannot sign");
	d.b[d.len - 1] -= 27;
	ok(refused(p, d.b, d.len, 0), "v of 0 or 1");
	d.b[d.len - 1] = 29;
	ok(refused(p, d.b, d.len, 0), "v of 29");
	memset(d.b + d.len - 65, 0, 64);
	ok(refused(p, d.b, d.len, 0), "r and s of 0");
	ts_message_sign(&m, payer->key, &chain_id, &d);
	d.b[d.len++] = 0;
	ok(refused(p, d.b, d.len, 0), "one byte too many");
	ok(refused(p, d.b, d.len - 2, 0), "one byte too few");
	ts_signer_free(stranger);
}

/* Everything that was ever accepted, again: the last is acked, none counts. */
static void replays(struct play *p)
{
	struct payer *payer = &p->payers[SHOPPER];
	uint8_t first[TS_ACK_BYTES], again[TS_ACK_BYTES];
	unsigned int i;

	for (i = 0; i < payer->n_history; i++)
		payer_raw(payer, payer->history[i].b, payer->history[i].len, 10, first);
	ok(payer_raw(payer, payer->last.b, payer->last.len, 200, first) &&
	   payer_raw(payer, payer->last.b, payer->last.len, 200, again) &&
	   !memcmp(first, again, sizeof(first)),
	   "the last datagram again gets the same Ack");
	ok(play_audit(p, "replays"), "all datagrams again, and nothing counts twice");
}

/* n+1 before n: refused, then taken in their order. */
static void reordered(struct play *p, const char *memo)
{
	struct payer *payer = &p->payers[SHOPPER], ahead;
	uint8_t answer[TS_ACK_BYTES];
	bool early;

	payer_sign(payer, 1000000000, memo);
	ahead = *payer;
	ahead.acked = true;
	ahead.n_history = 0;
	ahead.history = calloc(1, sizeof(*ahead.history));
	payer_sign(&ahead, 1000000000, memo);
	early = payer_raw(payer, ahead.last.b, ahead.last.len, 60, answer);
	ok(!early && payer_deliver(payer, &p->box, BY_UDP), "the later of two first: only the earlier is taken");
	payer->channel = ahead.channel;
	payer->last = ahead.last;
	payer->acked = false;
	ok(payer_deliver(payer, &p->box, BY_HTTP), "then the later");
	free(ahead.history);
}

static void garbage(struct play *p)
{
	static const uint8_t half_ack[] = { 0, 1 };
	struct payer *payer = &p->payers[SHOPPER];
	static uint8_t bytes[9000];
	unsigned int seed = 7, i, n;
	uint8_t answer[TS_ACK_BYTES];
	bool answered;

	answered = payer_raw(payer, "", 0, 40, answer);
	answered |= payer_raw(payer, half_ack, 2, 40, answer);
	answered |= payer_raw(payer, half_ack, 1, 40, answer);
	ok(!answered && box_runs(&p->box),
	   "an empty datagram, and one that begins with 0 and not 0");
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rand_r(&seed);
	for (n = 1201; n < sizeof(bytes); n += 500)
		answered |= payer_raw(payer, bytes, n, 1, answer);
	ok(!answered && box_runs(&p->box), "oversized datagrams");
	for (i = 0; i < GARBAGE; i++) {
		n = (unsigned int)rand_r(&seed) % 400;
		if (i % 2)	/* spoiled copies of a good one */
			memcpy(bytes, payer->last.b, payer->last.len);
		bytes[rand_r(&seed) % 190] ^= (uint8_t)(1 + rand_r(&seed) % 255);
		bytes[0] = i % 3 ? bytes[0] : (uint8_t)(rand_r(&seed) % 30);
		send(payer->fd, bytes, i % 2 ? payer->last.len : n, MSG_NOSIGNAL);
		if (i % 100 == 99)
			nap_ms(1);
	}
	ok(box_ready(&p->box, 10000), "%u datagrams of garbage", GARBAGE);
}

static bool closes(int fd)
{
	char byte[512];

	while (recv(fd, byte, sizeof(byte), 0) > 0)
		;
	close(fd);
	return true;
}

static void requests(struct play *p)
{
	static const char half[] = "POST /v1/pay HTTP/1.1\r\nHost: " BOX_ADDRESS "\r\nContent-Le";
	static const char slow[] = "POST /v1/pay HTTP/1.1\r\nHost: " BOX_ADDRESS "\r\n"
				   "Content-Length: 182\r\n\r\nabc";
	static const char *const bad[] = {
		"\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
		"POST /v1/pay HTTP/1.1\r\nHost: " BOX_ADDRESS "\r\nContent-Length: -5\r\n\r\n",
		"POST /v1/pay HTTP/1.1\r\nHost: " BOX_ADDRESS "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /v1/session?code=%00%ff HTTP/1.0\r\n\r\n",
		"GET /v1/channel?address=0x HTTP/1.0\r\n\r\n",
	};
	int fd[HALF_REQUESTS], status;
	size_t size = 20 << 20, len;
	char *body = calloc(1, size), answer[4096];
	unsigned int i;

	len = sizeof(answer);
	status = net_http(AT_SHOPPER, "POST", "/v1/pay", body, 1201, answer, &len);
	ok(status == 413, "a body of 1201 bytes (HTTP %d)", status);
	len = sizeof(answer);
	status = net_http(AT_SHOPPER, "POST", "/v1/pay", body, size, answer, &len);
	ok(status == 413 || status == -1, "a body of 20 MB (HTTP %d)", status);
	len = sizeof(answer);
	status = net_http(AT_SHOPPER, "POST", "/v1/pay", NULL, 0, answer, &len);
	ok(status >= 400 && status < 500, "an empty body (HTTP %d)", status);
	free(body);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd[0] = net_connect(AT_SHOPPER, SOCK_STREAM, BOX_ADDRESS, HTTP_PORT);
		if (fd[0] < 0)
			continue;
		send(fd[0], bad[i], strlen(bad[i]), MSG_NOSIGNAL);
		shutdown(fd[0], SHUT_WR);
		closes(fd[0]);
	}
	ok(box_runs(&p->box), "requests that are none");
	for (i = 0; i < HALF_REQUESTS; i++) {
		fd[i] = net_connect(AT_SHOPPER, SOCK_STREAM, BOX_ADDRESS, HTTP_PORT);
		if (fd[i] >= 0)
			send(fd[i], i % 2 ? half : slow, i % 2 ? sizeof(half) - 1 : sizeof(slow) - 1,
			     MSG_NOSIGNAL);
	}
	/* From elsewhere: one address cannot keep the others out. */
	len = sizeof(answer);
	status = net_http(AT_WITNESS, "GET", "/v1/session", NULL, 0, answer, &len);
	ok(status == 200, "%u halves of requests from one address, another is served",
	   HALF_REQUESTS);
	for (i = 0; i < HALF_REQUESTS; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/**
 * test_hostile() - what a peer can send
 * @p: no daemon runs; it should be one with sanitizers
 */
int test_hostile(struct play *p)
{
	char code[TS_CODE_SIZE], memo[TS_MEMO_SIZE];
	struct payer *payer = &p->payers[SHOPPER];
	unsigned long before, after;
	unsigned int i;
	pid_t pid;

	play_begin(p);
	pid = p->box.pid;
	if (!play_memo(p, AT_SHOPPER, code, memo))
		die("no session");
	for (i = 0; i < 5; i++)
		if (!payer_pay(payer, &p->box, i % 2 ? BY_HTTP : BY_UDP, 50000000000000, memo))
			die("no Ack");
	before = box_memory_kb(&p->box);
	replays(p);
	wrong_numbers(p);
	reordered(p, memo);
	garbage(p);
	requests(p);
	ok(payer_pay(payer, &p->box, BY_UDP, 1000000000, memo) &&
	   payer_pay(payer, &p->box, BY_HTTP, 1000000000, NULL),
	   "afterwards a payer pays as before, with a memo and without");
	after = box_memory_kb(&p->box);
	ok(after < before + GROWTH_KB, "memory: %lu kB before, %lu kB after", before, after);
	ok(p->box.pid == pid && box_runs(&p->box), "the daemon has lived through it");
	ok(play_audit(p, "hostile"), "every book agrees, the witness lost nothing");
	play_end(p);
	return 0;
}
