// SPDX-License-Identifier: GPL-2.0
/*
 * payer.c - a payer that is never in doubt.
 *
 * It signs one payment, writes down that it did, sends the same bytes until
 * the Ack is there, writes that down, and only then signs the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crash.h"
#include "photon/ack.h"

/* Longer than a resend and a restart take together. */
#define DELIVER_MS 20000
#define HISTORY_MAX 8192

/** payer_key() - Return: the key of a name, the same each time */
struct ts_signer *payer_key(const char *name)
{
	struct ts_hash secret;

	ts_keccak256(&secret, name, strlen(name));
	return ts_signer_new(secret.b);
}

static void parse(struct ts_address *out, const char *text)
{
	if (ts_address_parse(out, text))
		die("%s is no address", text);
}

/* The channel as tsd.conf says; see main.c. */
static void channel_init(struct payer *p)
{
	struct ts_signer *box = payer_key("box");
	struct ts_channel *c = &p->channel;

	c->open_block_number = 7;
	c->chain_id = ts_u256_from_u64(20180430);
	parse(&c->tokens_network, "0x08b7d79ec4ebd53e5b89c7c062cc64bb09d063e3");
	parse(&c->token, "0x5f6a5f0f3c4b9d0e7f7b0c6d1e2a3b4c5d6e7f80");
	c->our_address = *ts_signer_address(p->key);
	c->partner_address = *ts_signer_address(box);
	c->settle_timeout_blocks = 100000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = (ts_u128)1000000 * 1000000000000000000ull;
	c->partner_deposit_wei = (ts_u128)1000 * 1000000000000000000ull;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	ts_signer_free(box);
}

/**
 * payer_open() - a wallet with a fresh channel
 * @p: filled in
 * @dir: where the journal goes
 * @name: of the key
 * @at: where it stands
 */
void payer_open(struct payer *p, const char *dir, const char *name, enum place at)
{
	char path[256];

	memset(p, 0, sizeof(*p));
	p->at = at;
	p->key = payer_key(name);
	p->acked = true;
	channel_init(p);
	p->fd = net_connect(at, SOCK_DGRAM, BOX_ADDRESS, PHOTON_PORT);
	snprintf(path, sizeof(path), "%s/journal-%s", dir, name);
	p->journal_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	p->history = calloc(HISTORY_MAX, sizeof(*p->history));
	if (p->fd < 0 || p->journal_fd < 0 || !p->history)
		die("payer %s: %s", name, strerror(errno));
}

static void journal(struct payer *p, const char *what)
{
	char amount[TS_U128_TEXT_SIZE];

	ts_u128_print(p->channel.our_proof.transferred_wei, amount);
	if (dprintf(p->journal_fd, "%s %llu %s\n", what,
		    (unsigned long long)p->channel.our_proof.nonce, amount) < 0 ||
	    fdatasync(p->journal_fd))
		die("journal: %s", strerror(errno));
}

/** payer_sign() - the next payment; the last one must have been acknowledged */
void payer_sign(struct payer *p, ts_u128 wei, const char *memo)
{
	struct ts_bytes data = { (const uint8_t *)memo, memo ? strlen(memo) : 0 };
	struct ts_channel next;
	enum ts_refusal refusal;

	if (!p->acked)
		die("payer: the last payment has no Ack yet");
	refusal = ts_channel_send(&p->channel, p->key, wei, &data, &next, &p->last);
	if (refusal)
		die("payer: %s", ts_refusal_text(refusal));
	p->channel = next;
	p->acked = false;
	if (p->n_history < HISTORY_MAX)
		p->history[p->n_history++] = p->last;
	journal(p, "signed");
}

static bool is_ack(const struct payer *p, const void *bytes, size_t len)
{
	struct ts_message msg;

	return !ts_message_decode(&msg, bytes, len) && msg.id == TS_MSG_ACK &&
	       ts_ack_matches(&msg.ack, p->last.b, p->last.len,
			      &p->channel.partner_address);
}

static void take_ack(struct payer *p)
{
	p->acked = true;
	p->acked_wei = p->channel.our_proof.transferred_wei;
	p->acked_count++;
	journal(p, "acked");
}

static bool wait_ack(struct payer *p, unsigned int wait_ms)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
	uint64_t until = now_ms() + wait_ms, now;
	uint8_t bytes[TS_DATAGRAM_MAX_BYTES];
	ssize_t n;

	while ((now = now_ms()) < until) {
		poll(&pfd, 1, (int)(until - now));
		/* An error is the router's "nobody listens": wait on. */
		n = recv(p->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0 && is_ack(p, bytes, (size_t)n))
			return true;
		if (n < 0 && errno != EAGAIN)
			nap_ms(2);
	}
	return false;
}

static bool offer_http(struct payer *p)
{
	char answer[4096];
	size_t len = sizeof(answer);
	int status = net_http(p->at, "POST", "/v1/pay", p->last.b, p->last.len,
			      answer, &len);

	snprintf(p->said, sizeof(p->said), "HTTP %d %.150s", status,
		 status > 0 && status != 200 ? answer : "");
	return status == 200 && is_ack(p, answer, len);
}

/**
 * payer_offer() - send the last payment once
 * @p: the payer
 * @way: how
 * @wait_ms: for the Ack, by UDP
 *
 * Return: whether it was acknowledged, now or before.
 */
bool payer_offer(struct payer *p, enum way way, unsigned int wait_ms)
{
	if (p->acked)
		return true;
	if (way == BY_UDP) {
		send(p->fd, p->last.b, p->last.len, MSG_NOSIGNAL);
		if (!wait_ack(p, wait_ms))
			return false;
	} else if (!offer_http(p)) {
		return false;
	}
	take_ack(p);
	return true;
}

/** payer_deliver() - send it until it is acknowledged, tending the daemon */
bool payer_deliver(struct payer *p, struct box *b, enum way way)
{
	uint64_t until = now_ms() + DELIVER_MS;

	while (!payer_offer(p, way, 60)) {
		if (now_ms() > until) {
			note("no Ack in %u ms; %s", DELIVER_MS,
			     way == BY_HTTP ? p->said : "by UDP");
			return false;
		}
		box_tend(b);
		/* No storm: resends count as class free, and that is policed. */
		nap_ms(60);
		p->resends++;
	}
	return true;
}

/** payer_pay() - sign and deliver; false also while an earlier one waits */
bool payer_pay(struct payer *p, struct box *b, enum way way, ts_u128 wei,
	       const char *memo)
{
	if (!p->acked)
		return false;
	payer_sign(p, wei, memo);
	return payer_deliver(p, b, way);
}

/**
 * payer_raw() - any bytes, once
 * @p: whose socket
 * @bytes: what
 * @len: how many
 * @wait_ms: for an answer
 * @answer: an Ack of whatever it is, if one came
 *
 * Return: whether 56 bytes came back.
 */
bool payer_raw(struct payer *p, const void *bytes, size_t len,
	       unsigned int wait_ms, uint8_t answer[TS_ACK_BYTES])
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };

	while (recv(p->fd, answer, TS_ACK_BYTES, MSG_DONTWAIT) > 0)
		;
	send(p->fd, bytes, len, MSG_NOSIGNAL);
	poll(&pfd, 1, (int)wait_ms);
	return recv(p->fd, answer, TS_ACK_BYTES, MSG_DONTWAIT) == TS_ACK_BYTES;
}
