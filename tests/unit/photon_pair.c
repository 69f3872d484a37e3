// SPDX-License-Identifier: GPL-2.0
/*
 * photon_pair.c - a channel as its two ends see it, for tests.
 */
#include <stdlib.h>
#include <string.h>

#include "photon_pair.h"

/* The same keys in each run, so that a failure can be seen again. */
static struct ts_signer *make_key(uint8_t seed)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct ts_signer *key;

	memset(secret, seed, sizeof(secret));
	key = ts_signer_new(secret);
	if (!key)
		abort();
	return key;
}

void pair_open(struct pair *p, ts_u128 payer_deposit_wei,
	       ts_u128 box_deposit_wei)
{
	struct ts_channel *c = &p->payer;

	memset(p, 0, sizeof(*p));
	p->payer_key = make_key(0x11);
	p->box_key = make_key(0x22);
	memset(&c->token, 0x73, sizeof(c->token));
	memset(&c->tokens_network, 0x4e, sizeof(c->tokens_network));
	c->our_address = *ts_signer_address(p->payer_key);
	c->partner_address = *ts_signer_address(p->box_key);
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	c->open_block_number = 4711;
	c->chain_id = ts_u256_from_u64(20180430);
	c->settle_timeout_blocks = 50000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = payer_deposit_wei;
	c->partner_deposit_wei = box_deposit_wei;

	p->box = *c;
	p->box.our_address = c->partner_address;
	p->box.partner_address = c->our_address;
	p->box.our_deposit_wei = box_deposit_wei;
	p->box.partner_deposit_wei = payer_deposit_wei;
}

void pair_close(struct pair *p)
{
	ts_signer_free(p->payer_key);
	ts_signer_free(p->box_key);
}
