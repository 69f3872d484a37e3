// SPDX-License-Identifier: GPL-2.0
/* roam.c - behind another box of the community: go on with what was paid at home. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "chain/token.h"
#include "photon/roam.h"
#include "tspay/payer.h"

/* An order is signed for a visit, not for a life. */
#define LIFETIME_S	86400

/**
 * struct home - the box that has our value
 * @p: the payer
 * @channel: with it
 * @code: the session that was paid for there last; empty: none
 * @count: how many there may be
 */
struct home {
	const struct payer *p;
	struct ts_channel channel;
	char code[TS_CODE_SIZE];
	unsigned int count;
};

static int consider(const struct purse *purse, void *arg)
{
	const struct ts_channel *c = &purse->life.channel;
	const struct payer *p = ((struct home *)arg)->p;
	struct ts_address node;
	struct home *home = arg;

	if (c->state != TS_CHANNEL_OPEN ||
	    !ts_address_equal(&c->our_address, ts_signer_address(p->signer)) ||
	    !ts_address_equal(&c->token, &p->token.contract))
		return 0;
	if (p->o->partner && (ts_address_parse(&node, p->o->partner) ||
			      !ts_address_equal(&node, &c->partner_address)))
		return 0;
	/* Of one channel the newest life. */
	if (home->count && ts_hash_equal(&home->channel.channel_identifier,
					 &c->channel_identifier)) {
		if (c->open_block_number < home->channel.open_block_number)
			return 0;
		home->count--;
	}
	home->channel = *c;
	memcpy(home->code, purse->code, sizeof(home->code));
	home->count++;
	return 0;
}

static int find_home(struct home *home, char *err, size_t err_size)
{
	int ret = purse_each(home->p->o->state_dir, consider, home, err, err_size);

	if (ret)
		return ret;
	if (home->count == 1)
		return 0;
	snprintf(err, err_size, home->count ?
		 "several boxes were paid from here in this token; say which is home: --node ADDRESS" :
		 "no box was paid from here in this token%s; pay this one, or give the state of another tspay with --state",
		 home->p->o->partner ? " at that address" : "");
	return -ENOENT;
}

/* Above that of any order before, unless this clock went back. */
static uint64_t sequence_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int show(struct payer *p, const struct home *home, ts_u128 limit_wei,
		struct session *s, char *err, size_t err_size)
{
	struct ts_order order = {
		.home = home->channel.partner_address, .host = p->token.address,
		.chain_id = home->channel.chain_id, .token = home->channel.token,
		.sequence = sequence_now(), .lifetime_s = LIFETIME_S,
		.limit_wei = limit_wei,
		.max_wei_per_gb = p->o->policy.max_wei_per_gb,
	};
	struct ts_datagram body = { .len = TS_ORDER_BYTES };
	struct nonce nonce;
	int ret = box_nonce(p->box, &nonce, err, err_size);

	if (ret)
		return ret;
	order.nonce = nonce.nonce;
	memcpy(order.code, home->code, sizeof(order.code));
	ts_order_sign(&order, p->signer, body.b);
	return box_roam(p->box, &body, s, err, err_size);
}

int payer_roam(struct payer *p, ts_u128 limit_wei)
{
	char err[512], text[TS_ADDRESS_TEXT_SIZE];
	struct home home = { .p = p };
	struct session s;

	if (ts_address_is_zero(&p->token.address)) {
		fprintf(stderr, "tspay: this box does not tell its address\n");
		return 1;
	}
	if (p->token.wei_per_gb > p->o->policy.max_wei_per_gb) {
		fprintf(stderr, "tspay: %s\n", answer_text(ANSWER_TOO_DEAR));
		return 1;
	}
	if (find_home(&home, err, sizeof(err)) ||
	    show(p, &home, limit_wei, &s, err, sizeof(err))) {
		fprintf(stderr, "tspay: %s\n", err);
		return 1;
	}
	ts_address_print(&home.channel.partner_address, text);
	if (ts_address_equal(&home.channel.partner_address, &p->token.address))
		show_line(&p->show, "home again at %s: session %s; other boxes buy nothing more",
			  text, s.code);
	else
		show_line(&p->show, "session %s goes on with what was paid at %s", s.code,
			  text);
	return 0;
}
