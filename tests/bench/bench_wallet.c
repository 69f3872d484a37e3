// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_wallet.h"

#define TOKENS_NETWORK "0x0000000000000000000000000000000000007e70"
#define TOKEN "0x00000000000000000000000000000000000070c5"
#define DEPOSIT_WEI ((ts_u128)1000 * 1000000000 * 1000000000)

/**
 * bench_wallet() - a wallet, and its channel with the box
 * @box: address, as text
 * @i: which wallet
 * @channel: set: as the wallet has it, nothing paid yet
 *
 * Return: its key, the caller's.
 */
struct ts_signer *bench_wallet(const char *box, unsigned int i, struct ts_channel *channel)
{
	struct ts_channel c = { .open_block_number = 77, .settle_timeout_blocks = 100000,
				.state = TS_CHANNEL_OPEN, .our_deposit_wei = DEPOSIT_WEI };
	struct ts_signer *key;
	struct ts_hash secret;
	char name[24];

	snprintf(name, sizeof(name), "station %u", i);
	ts_keccak256(&secret, name, strlen(name));
	key = ts_signer_new(secret.b);
	if (!key || ts_address_parse(&c.tokens_network, TOKENS_NETWORK) ||
	    ts_address_parse(&c.token, TOKEN) || ts_address_parse(&c.partner_address, box)) {
		fprintf(stderr, "bench: no wallet for the box \"%s\"\n", box);
		exit(1);
	}
	c.chain_id = ts_u256_from_u64(20180430);
	c.our_address = *ts_signer_address(key);
	ts_channel_identifier(&c.our_address, &c.partner_address, &c.token,
			      &c.tokens_network, &c.channel_identifier);
	*channel = c;
	return key;
}

/** bench_wallet_print() - the channel for "tsctl channel import", an object in a line */
void bench_wallet_print(const struct ts_channel *c)
{
	char us[TS_ADDRESS_TEXT_SIZE], box[TS_ADDRESS_TEXT_SIZE];
	char network[TS_ADDRESS_TEXT_SIZE], token[TS_ADDRESS_TEXT_SIZE];
	char deposit[TS_U128_TEXT_SIZE];

	printf("{ \"chain_id\": 20180430, \"tokens_network\": \"%s\", \"token\": \"%s\","
	       " \"address\": \"%s\", \"partner_address\": \"%s\", \"open_block_number\": 77,"
	       " \"settle_timeout\": 100000, \"partner_deposit_wei\": \"%s\" }\n",
	       ts_address_print(&c->tokens_network, network),
	       ts_address_print(&c->token, token),
	       ts_address_print(&c->partner_address, box),
	       ts_address_print(&c->our_address, us),
	       ts_u128_print(c->our_deposit_wei, deposit));
}
