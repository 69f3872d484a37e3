// SPDX-License-Identifier: GPL-2.0
/*
 * bench_box.c - the box that is measured: its configuration and its channels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_box.h"

#define WEI_PER_GB	"1000000000000000000"

void bench_must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(-err));
	exit(1);
}

double bench_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void bench_config(struct ts_billing_config *c, const struct ts_signer *box)
{
	int dir;

	c->our_address = *ts_signer_address(box);
	c->n_tokens = 1;
	memset(&c->tokens[0].address, 0x73, TS_ADDRESS_BYTES);
	memset(&c->tokens_network, 0x4e, TS_ADDRESS_BYTES);
	c->chain_id = ts_u256_from_u64(1);
	strcpy(c->boot_id, "0a0b0c0d-0000-4000-8000-000000000000");
	c->n_tariffs = 1;
	c->default_tariff_id = 1;
	c->tariffs[0].id = 1;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		strcpy(c->tariffs[0].wei_per_gb[TS_CLASS_INTERNET][dir],
		       WEI_PER_GB);
}

struct ts_channel bench_channel(const struct ts_billing_config *c,
				const struct ts_address *wallet, bool of_box)
{
	struct ts_channel ch = {
		.our_address = of_box ? c->our_address : *wallet,
		.partner_address = of_box ? *wallet : c->our_address,
		.token = c->tokens[0].address, .tokens_network = c->tokens_network,
		.chain_id = c->chain_id, .open_block_number = 7,
		.settle_timeout_blocks = 50000, .state = TS_CHANNEL_OPEN,
	};

	ch.our_deposit_wei = of_box ? 0 : (ts_u128)1 << 100;
	ch.partner_deposit_wei = of_box ? (ts_u128)1 << 100 : 0;
	ts_channel_identifier(&ch.our_address, &ch.partner_address, &ch.token,
			      &ch.tokens_network, &ch.channel_identifier);
	return ch;
}
