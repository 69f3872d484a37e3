// SPDX-License-Identifier: GPL-2.0
/* config_money.c - channels, tariffs and slices of tsd.conf. */
#include <stdlib.h>
#include <string.h>

#include "billing/price.h"
#include "tsd/config_amount.h"
#include "tsd/config_chain.h"
#include "tsd/config_money.h"

static const char *const channel_keys[] = {
	"partner", "token", "open_block_number", "partner_deposit", "our_deposit",
	"settle_timeout", "trusted", NULL
};
static const char *const tariff_keys[] = {
	"id", "token", "valid_from", "local", "internet", NULL
};
static const char *const price_keys[] = { "up", "down", NULL };
static const char *const money_keys[] = {
	"default_tariff", "slice_seconds", "slice_min_bytes", "slice_max",
	"reservation_slices", "reservation_max", "idle_seconds",
	"session_idle_seconds",
	"commit_window_ms", "window_value", "unpaid_sessions",
	"tariff_hold_seconds", "min_settle_timeout", "min_deposit",
	"exposure_channel", "exposure_box", "station_retention_seconds",
	"loss_bearer", "forward", "forward_fee", NULL
};

static void read_channel(struct ts_reader *r, config_setting_t *s,
			 struct ts_config *c, struct ts_config_channel *known)
{
	struct ts_channel *ch = &known->channel;
	const struct ts_billing_token *token;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, channel_keys);
	if (!r->failed && !config_setting_get_member(s, "open_block_number"))
		ts_reader_fail(r, s, "open_block_number",
			       "missing; the block in which the channel was opened");
	ts_read_address(r, s, "partner", &ch->partner_address);
	ch->open_block_number = ts_read_number(r, s, "open_block_number", 1, 1,
					       INT64_MAX);
	ch->settle_timeout_blocks = ts_read_number(r, s, "settle_timeout", 100000,
						   TS_SETTLE_TIMEOUT_MIN,
						   TS_SETTLE_TIMEOUT_MAX);
	token = ts_read_token(r, s, &c->billing);
	ts_read_tokens(r, s, "partner_deposit", NULL, token->decimals,
		       &ch->partner_deposit_wei);
	ts_read_tokens(r, s, "our_deposit", "0", token->decimals,
		       &ch->our_deposit_wei);
	known->trusted = ts_read_bool(r, s, "trusted", false);
	ch->chain_id = c->billing.chain_id;
	ch->tokens_network = c->billing.tokens_network;
	ch->token = token->address;
	ch->state = TS_CHANNEL_OPEN;
}

/**
 * ts_config_read_channels() - channels that are known without a chain
 * @r: the reader
 * @root: the file
 * @c: its chain has been read; the channels' identifiers and our address are
 *	filled in by whoever has the key
 */
void ts_config_read_channels(struct ts_reader *r, config_setting_t *root,
			     struct ts_config *c)
{
	config_setting_t *list;
	int n, i;

	list = ts_read_list(r, root, "channels", TS_CONFIG_CHANNELS_MAX);
	if (!list)
		return;
	n = config_setting_length(list);
	c->channels = calloc(n ? n : 1, sizeof(*c->channels));
	if (!c->channels) {
		ts_reader_fail(r, list, NULL, "out of memory");
		return;
	}
	for (i = 0; i < n && !r->failed; i++)
		read_channel(r, config_setting_get_elem(list, i), c,
			     &c->channels[i]);
	c->n_channels = n;
}

static void read_prices(struct ts_reader *r, config_setting_t *tariff,
			const char *key, unsigned int decimals,
			char wei_per_gb[TS_DIR_COUNT][TS_PRICE_TEXT_SIZE])
{
	config_setting_t *s = ts_read_group(r, tariff, key, price_keys);
	ts_u128 prices[TS_DIR_COUNT] = { };

	if (!s) {
		ts_reader_fail(r, tariff, key,
			       "missing; %s = { up = \"...\"; down = \"...\"; }; in tokens per GB (10^9 bytes)",
			       key);
		return;
	}
	ts_read_tokens(r, s, "up", NULL, decimals, &prices[TS_DIR_UP]);
	ts_read_tokens(r, s, "down", NULL, decimals, &prices[TS_DIR_DOWN]);
	ts_u128_print(prices[TS_DIR_UP], wei_per_gb[TS_DIR_UP]);
	ts_u128_print(prices[TS_DIR_DOWN], wei_per_gb[TS_DIR_DOWN]);
}

static void read_tariff(struct ts_reader *r, config_setting_t *s,
			struct ts_config *c, struct ts_billing_tariff *t)
{
	const struct ts_billing_tariff *other;
	const struct ts_billing_token *token;
	struct ts_ledger_tariff scaled;
	char why[200];

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, tariff_keys);
	if (!r->failed && !config_setting_get_member(s, "id"))
		ts_reader_fail(r, s, "id", "missing; a number from 1 to 65535");
	t->id = ts_read_number(r, s, "id", 1, 1, 65535);
	t->valid_from_s = ts_read_number(r, s, "valid_from", 0, 0, INT64_MAX);
	token = ts_read_token(r, s, &c->billing);
	t->token = token - c->billing.tokens;
	read_prices(r, s, "local", token->decimals, t->wei_per_gb[TS_CLASS_LOCAL]);
	read_prices(r, s, "internet", token->decimals,
		    t->wei_per_gb[TS_CLASS_INTERNET]);
	if (!r->failed && ts_tariff_scale(t, &scaled, why, sizeof(why)))
		ts_reader_fail(r, s, NULL, "%s", why);
	/* The ledger keeps the prices that hold until the new ones do. */
	for (other = c->billing.tariffs; other < t && !r->failed; other++)
		if (other->id == t->id)
			ts_reader_fail(r, s, "id",
				       "%u is used by another tariff; to announce prices change that one, with a valid_from in the future",
				       t->id);
}

/**
 * ts_config_read_tariffs() - the prices
 * @r: the reader
 * @root: the file
 * @c: its chain has been read
 */
void ts_config_read_tariffs(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c)
{
	config_setting_t *list;
	int n, i;

	list = ts_read_list(r, root, "tariffs", TS_TARIFFS_MAX);
	n = list ? config_setting_length(list) : 0;
	if (!n)
		ts_reader_fail(r, root, "tariffs", "missing; at least one must be given");
	for (i = 0; i < n && !r->failed; i++)
		read_tariff(r, config_setting_get_elem(list, i), c,
			    &c->billing.tariffs[i]);
	c->billing.n_tariffs = n;
}

static void check_default(struct ts_reader *r, config_setting_t *at,
			  const struct ts_billing_config *b)
{
	unsigned int i;

	for (i = 0; i < b->n_tariffs; i++)
		if (b->tariffs[i].id == b->default_tariff_id)
			return;
	ts_reader_fail(r, at, "default_tariff", "%u: there is no tariff with this id",
		       b->default_tariff_id);
}

/* What cannot be claimed for less than it is worth is no credit (M3). */
static void raise_min_deposit(struct ts_reader *r, config_setting_t *root,
			      struct ts_config *c)
{
	struct ts_billing_token *t = c->billing.tokens;
	ts_u128 deposit_wei;
	unsigned int i;

	for (i = 0; i < c->billing.n_tokens && !r->failed && *c->chain.rpc; i++, t++) {
		if (ts_config_gas_deposit(&c->chain, i, &deposit_wei))
			ts_reader_fail(r, config_setting_lookup(root, "chain"), "coin_price",
				       "times chain.gas_price_min_gwei is more than any deposit in %s can be",
				       t->symbol);
		else if (t->min_deposit_wei < deposit_wei)
			t->min_deposit_wei = deposit_wei;
	}
}

/**
 * ts_config_read_money() - slices, reservations, limits of value
 * @r: the reader
 * @root: the file
 * @c: its chain and tariffs have been read
 */
void ts_config_read_money(struct ts_reader *r, config_setting_t *root,
			  struct ts_config *c)
{
	static const char *const bearers[] = { "payer", "operator", NULL };
	config_setting_t *s = ts_read_group(r, root, "money", money_keys);
	struct ts_billing_config *b = &c->billing;
	struct ts_billing_token *t = b->tokens;

	b->default_tariff_id = ts_read_number(r, s, "default_tariff",
					      b->tariffs[0].id, 1, 65535);
	b->slice_s = ts_read_number(r, s, "slice_seconds", 30, 1, 3600);
	b->slice_floor_bytes = ts_read_number(r, s, "slice_min_bytes", 1 << 20,
					      1500, 1ull << 40);
	ts_read_amounts(r, s, "slice_max", b, &t->slice_cap_wei, sizeof(*t));
	b->reservation_slices = ts_read_number(r, s, "reservation_slices", 4, 1, 1000);
	ts_read_amounts(r, s, "reservation_max", b, &t->reservation_cap_wei, sizeof(*t));
	b->idle_s = ts_read_number(r, s, "idle_seconds", 120, 5, 86400);
	b->session_idle_s = ts_read_number(r, s, "session_idle_seconds", 3600, 10,
					   30 * 86400);
	b->commit_window_ms = ts_read_number(r, s, "commit_window_ms", 0, 0, 250);
	ts_read_amounts(r, s, "window_value", b, &t->window_value_wei, sizeof(*t));
	b->unpaid_sessions_max = ts_read_number(r, s, "unpaid_sessions", 4096, 1,
						1 << 20);
	b->tariff_hold_s = ts_read_number(r, s, "tariff_hold_seconds", 86400, 1,
					  366 * 86400);
	b->min_settle_timeout_blocks = ts_read_number(r, s, "min_settle_timeout",
						      43200, 0,
						      TS_SETTLE_TIMEOUT_MAX);
	ts_read_amounts(r, s, "min_deposit", b, &t->min_deposit_wei, sizeof(*t));
	ts_read_amounts(r, s, "exposure_channel", b, &t->exposure_channel_wei, sizeof(*t));
	ts_read_amounts(r, s, "exposure_box", b, &t->exposure_box_wei, sizeof(*t));
	b->station_retention_s = ts_read_number(r, s, "station_retention_seconds",
						7 * 86400, 60, 10 * 366 * 86400);
	b->loss_bearer = ts_read_word(r, s, "loss_bearer", bearers, 0) ?
			 TS_LOSS_OPERATOR : TS_LOSS_PAYER;
	b->forward = ts_read_bool(r, s, "forward", false);
	ts_read_amounts(r, s, "forward_fee", b, &t->forward_fee_wei, sizeof(*t));
	raise_min_deposit(r, root, c);
	if (!r->failed)
		check_default(r, s ? s : root, b);
}
