// SPDX-License-Identifier: GPL-2.0
/*
 * open.c - begin, another config, channels from the operator, a clean stop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

#define SLICE_S			30
#define SLICE_FLOOR_BYTES	(1 << 20)
#define RESERVATION_SLICES	4
#define IDLE_S			120
#define SESSION_IDLE_S		3600
#define SESSION_WRITE_MS	1000
#define UNPAID_SESSIONS_MAX	4096
#define TARIFF_HOLD_S		86400
#define STATION_RETENTION_S	(7 * 86400)
#define COMMIT_WINDOW_MS_MAX	250
/* The largest frame that a meter charges at once: a GSO super-packet. */
#define FRAME_BYTES_MAX		(1 << 16)

static void fill_defaults(struct ts_billing_config *c)
{
	if (!c->slice_s)
		c->slice_s = SLICE_S;
	if (!c->slice_floor_bytes)
		c->slice_floor_bytes = SLICE_FLOOR_BYTES;
	if (!c->reservation_slices)
		c->reservation_slices = RESERVATION_SLICES;
	if (!c->idle_s)
		c->idle_s = IDLE_S;
	if (!c->session_idle_s)
		c->session_idle_s = SESSION_IDLE_S;
	if (!c->session_write_ms)
		c->session_write_ms = SESSION_WRITE_MS;
	if (!c->unpaid_sessions_max)
		c->unpaid_sessions_max = UNPAID_SESSIONS_MAX;
	if (!c->tariff_hold_s)
		c->tariff_hold_s = TARIFF_HOLD_S;
	if (!c->station_retention_s)
		c->station_retention_s = STATION_RETENTION_S;
}

/* A slice that a single frame does not fit into would stop its client. */
static bool fits_a_frame(ts_u128 wei, const struct ts_ledger_tariff *t)
{
	return !wei || ts_units_of_wei(wei, t->unit_shift) >=
		       (uint64_t)FRAME_BYTES_MAX * ts_tariff_dearest(t);
}

/* What is paid in a token must have a price in it. */
static int check_tokens(const struct ts_billing_config *c, char *err,
			size_t err_size)
{
	unsigned int i, j;

	if (!c->n_tokens || c->n_tokens > TS_TOKENS_MAX) {
		snprintf(err, err_size, "there must be 1 to %d tokens",
			 TS_TOKENS_MAX);
		return -EINVAL;
	}
	for (i = 0; i < c->n_tokens; i++) {
		if (ts_billing_token(c, &c->tokens[i].address) != &c->tokens[i]) {
			snprintf(err, err_size, "the token %s is given twice",
				 c->tokens[i].symbol);
			return -EINVAL;
		}
		for (j = 0; j < c->n_tariffs; j++)
			if (c->tariffs[j].token == i)
				break;
		if (j == c->n_tariffs) {
			snprintf(err, err_size,
				"no tariff is in the token %s; give it one, or take the token away",
				c->tokens[i].symbol);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_tariffs(const struct ts_billing_config *c, char *err,
			 size_t err_size)
{
	const struct ts_billing_token *token;
	struct ts_ledger_tariff t;
	bool has_default = false;
	unsigned int i, j;

	for (i = 0; i < c->n_tariffs; i++) {
		if (c->tariffs[i].token >= c->n_tokens) {
			snprintf(err, err_size, "tariff %u: there is no such token",
				 c->tariffs[i].id);
			return -EINVAL;
		}
		token = &c->tokens[c->tariffs[i].token];
		if (!c->tariffs[i].id) {
			snprintf(err, err_size, "tariff: its id is 0; ids begin at 1");
			return -EINVAL;
		}
		for (j = 0; j < i; j++) {
			if (c->tariffs[j].id != c->tariffs[i].id)
				continue;
			snprintf(err, err_size, "tariff %u is given twice",
				 c->tariffs[i].id);
			return -EINVAL;
		}
		if (ts_tariff_scale(&c->tariffs[i], &t, err, err_size))
			return -EINVAL;
		if (!fits_a_frame(token->slice_cap_wei, &t) ||
		    !fits_a_frame(token->reservation_cap_wei, &t)) {
			snprintf(err, err_size,
				"the cap of a slice or of a reservation buys less than one frame of %d bytes at tariff %u; raise it",
				FRAME_BYTES_MAX, t.id);
			return -EINVAL;
		}
		has_default |= c->tariffs[i].id == c->default_tariff_id;
	}
	if (has_default)
		return 0;
	snprintf(err, err_size, "the default tariff %u is not one of the tariffs",
		 c->default_tariff_id);
	return -EINVAL;
}

int ts_billing_config_check(const struct ts_billing_config *config,
			    char *err, size_t err_size)
{
	if (!config->n_tariffs || config->n_tariffs > TS_TARIFFS_MAX) {
		snprintf(err, err_size, "there must be 1 to %d tariffs",
			 TS_TARIFFS_MAX);
		return -EINVAL;
	}
	if (config->commit_window_ms > COMMIT_WINDOW_MS_MAX) {
		snprintf(err, err_size,
			"the commit window is %u ms; 0 to %d are possible",
			config->commit_window_ms, COMMIT_WINDOW_MS_MAX);
		return -EINVAL;
	}
	if (strlen(config->boot_id) != TS_BOOT_ID_SIZE - 1) {
		snprintf(err, err_size,
			"the boot id has %zu characters instead of %d; is /proc mounted?",
			strlen(config->boot_id), TS_BOOT_ID_SIZE - 1);
		return -EINVAL;
	}
	return check_tokens(config, err, err_size) ?:
	       check_tariffs(config, err, err_size) ?:
	       ts_shares_check(config, err, err_size);
}

static int init_tables(struct ts_billing *b)
{
	struct ts_table *tables[] = {
		&b->session_by_code, &b->session_by_station,
		&b->session_by_row, &b->account_by_number,
		&b->sponsorship_by_mac,
		&b->channel_by_identifier, &b->channel_by_wallet,
		&b->channel_by_row,
	};
	uint8_t secret[TS_TABLE_SECRET_BYTES];
	unsigned int i;

	b->effects.random(b->effects.ctx, secret, sizeof(secret));
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (ts_table_init(tables[i], secret))
			return ts_billing_fail(b, -ENOMEM, "out of memory");
	return 0;
}

static void free_tables(struct ts_billing *b)
{
	ts_table_free(&b->session_by_code);
	ts_table_free(&b->session_by_station);
	ts_table_free(&b->session_by_row);
	ts_table_free(&b->account_by_number);
	ts_table_free(&b->sponsorship_by_mac);
	ts_table_free(&b->channel_by_identifier);
	ts_table_free(&b->channel_by_wallet);
	ts_table_free(&b->channel_by_row);
}

int ts_billing_open(struct ts_ledger *ledger,
		    const struct ts_billing_config *config,
		    const struct ts_billing_meter *meter,
		    const struct ts_billing_effects *effects,
		    const struct ts_time *now, struct ts_billing **billing,
		    char *err, size_t err_size)
{
	struct ts_billing *b;
	int ret;

	*billing = NULL;
	ret = ts_billing_config_check(config, err, err_size);
	if (ret)
		return ret;
	b = calloc(1, sizeof(*b));
	if (!b) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	TAILQ_INIT(&b->channels);
	TAILQ_INIT(&b->changed);
	TAILQ_INIT(&b->lives);
	TAILQ_INIT(&b->versions);
	TAILQ_INIT(&b->sessions);
	TAILQ_INIT(&b->visits);
	TAILQ_INIT(&b->sponsorships);
	TAILQ_INIT(&b->unpaid);
	TAILQ_INIT(&b->to_write);
	TAILQ_INIT(&b->news);
	TAILQ_INIT(&b->accounts);
	TAILQ_INIT(&b->work);
	b->ledger = ledger;
	b->config = *config;
	fill_defaults(&b->config);
	b->stored = b->config;
	b->meter = *meter;
	b->effects = *effects;
	/* The caller has nothing yet to ask for what it would be told of. */
	b->effects.channel_changed = NULL;
	b->lazy_ns = UINT64_MAX;
	b->upstream.limit.bytes = UINT64_MAX;
	ts_upstream_begin(b);
	b->hour = now->boot_ns / (3600 * TS_NS_PER_S);
	b->urgent = true;
	b->effects.random(b->effects.ctx, b->nonce_secret,
			  sizeof(b->nonce_secret));
	ret = init_tables(b);
	if (!ret)
		ret = ts_billing_load(b, now);
	if (!ret)
		ret = ts_billing_flush(b, now);
	if (ret) {
		snprintf(err, err_size, "%s", b->read_only[0] ? b->read_only :
								b->error);
		ts_billing_free(b);
		return ret;
	}
	b->effects.channel_changed = effects->channel_changed;
	*billing = b;
	return 0;
}

void ts_billing_free(struct ts_billing *b)
{
	if (!b)
		return;
	ts_ledger_discard(b->ledger);
	ts_billing_forget(b);
	free_tables(b);
	free(b->step);
	free(b);
}

static bool has_tokens_of(const struct ts_billing_config *one,
			  const struct ts_billing_config *other)
{
	unsigned int i;

	for (i = 0; i < one->n_tokens && i < other->n_tokens; i++)
		if (!ts_address_equal(&one->tokens[i].address,
				      &other->tokens[i].address))
			return false;
	return one->n_tokens == other->n_tokens;
}

int ts_billing_reload(struct ts_billing *b,
		      const struct ts_billing_config *config,
		      const struct ts_time *now)
{
	struct ts_billing_config old = b->config;
	char err[256];
	int ret;

	if (ts_billing_config_check(config, err, sizeof(err)))
		return ts_billing_fail(b, -EINVAL, "%s", err);
	if (!ts_address_equal(&config->our_address, &old.our_address) ||
	    !has_tokens_of(config, &old) ||
	    !ts_address_equal(&config->tokens_network, &old.tokens_network) ||
	    ts_u256_cmp(&config->chain_id, &old.chain_id) ||
	    strcmp(config->boot_id, old.boot_id))
		return ts_billing_fail(b, -EINVAL,
			"the key, the tokens, the contract and the chain cannot change while tsd runs; restart it");
	b->config = *config;
	fill_defaults(&b->config);
	ts_channels_changed(b);
	ret = ts_tariff_sync(b, now);
	if (!ret)
		ret = ts_shares_sync(b, now);
	if (ret)
		b->config = old;
	ts_upstream_begin(b);
	if (ret)
		return ret;
	ts_stations_changed(b, now);
	if (!ts_ledger_in_batch(b->ledger))
		b->stored = b->config;
	return ret;
}

/**
 * ts_channel_foreign() - whether a channel is not of what this box takes
 *
 * Asked of known ones too: the operator may have changed the key, the tokens,
 * the contract or the chain since.
 *
 * Return: NULL, or in which way.
 */
const char *ts_channel_foreign(const struct ts_billing *b,
			       const struct ts_channel *channel)
{
	const struct ts_billing_config *config = &b->config;

	if (!ts_address_equal(&channel->our_address, &config->our_address))
		return "it is not with this box's address";
	if (!ts_billing_token(config, &channel->token))
		return "it is in another token than those that this box takes";
	if (!ts_address_equal(&channel->tokens_network, &config->tokens_network))
		return "it is of another contract than the configured one";
	if (ts_u256_cmp(&channel->chain_id, &config->chain_id))
		return "it is on another chain than the configured one";
	return NULL;
}

/* M2: a frozen channel's value is granted to nobody. */
void ts_channel_revoke(struct ts_billing *b, struct ts_billing_channel *c)
{
	struct ts_billing_reservation *r;
	struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list) {
		TAILQ_FOREACH(r, &a->reservations, list) {
			if (r->payment->channel != c)
				continue;
			ts_account_end(b, a);
			break;
		}
	}
}

/* A later life is known: this one was settled, its balance is nobody's now. */
static void end_life(struct ts_billing *b, struct ts_billing_channel *c)
{
	c->row.channel.state = TS_CHANNEL_NONE;
	ts_life_release(b, c);
	ts_channel_write(b, c);
}

/* All lives in its token but the one that @channel describes, and @channel. */
bool ts_channel_is_too_much(const struct ts_billing *b,
			    const struct ts_channel *channel)
{
	const struct ts_billing_channel *c;
	ts_u128 total_wei = 0;

	TAILQ_FOREACH(c, &b->channels, list) {
		const struct ts_channel *ch = &c->row.channel;

		if (!ts_address_equal(&ch->token, &channel->token) ||
		    (ts_hash_equal(&ch->channel_identifier,
				   &channel->channel_identifier) &&
		     ch->open_block_number == channel->open_block_number))
			continue;
		if (ts_ledger_channel_total(&total_wei, ch))
			return true;
	}
	return ts_ledger_channel_total(&total_wei, channel);
}

int ts_billing_channel_import(struct ts_billing *b,
			      const struct ts_channel *channel, bool trusted,
			      const struct ts_time *now)
{
	struct ts_billing_channel *c;
	struct ts_ledger_channel row = { 0 };
	const char *fault = ts_channel_foreign(b, channel);
	bool is_new;

	if (fault)
		return ts_billing_fail(b, -EINVAL, "channel: %s", fault);
	c = ts_channel_life(b, &channel->channel_identifier, UINT64_MAX);
	if (c)
		row = c->row;
	if (ts_ledger_channel_merge(&row, channel, trusted, b->error,
				    sizeof(b->error)))
		return -EINVAL;
	if (ts_channel_is_too_much(b, channel))
		return ts_billing_fail(b, -EINVAL, TS_LEDGER_TOO_MUCH);
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	is_new = !row.id;
	if (is_new) {
		if (c)
			end_life(b, c);
		c = calloc(1, sizeof(*c));
		if (!c)
			return ts_billing_fail(b, -ENOMEM, "out of memory");
		ts_batch_check(b, ts_ledger_channel_insert(b->ledger, &row));
		c->row = row;
		ts_channel_add(b, c);
	} else {
		c->row = row;
		ts_channel_write(b, c);
		if (c->life)
			c->life->channel = row.channel;
	}
	if (row.channel.frozen)
		ts_channel_revoke(b, c);
	b->urgent = true;
	return 0;
}

int ts_billing_stop(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a;
	struct ts_billing_session *s;
	int ret;

	TAILQ_FOREACH(a, &b->accounts, list) {
		if (a->row.state != TS_ACCOUNT_OPEN || !a->in_kernel ||
		    !ts_batch(b))
			continue;
		if (!ts_account_read(b, a))
			ts_account_book(b, a, now);
	}
	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->row.seen_s != s->written_s)
			ts_session_dirty(b, s);
	if (ts_batch(b)) {
		ts_session_write_all(b);
		ts_wall_floor_raise(b, now);
		ts_wall_floor_write(b, now);
	}
	b->urgent = true;
	ret = ts_billing_flush(b, now);
	TAILQ_FOREACH(s, &b->sessions, list) {
		ts_attach_refuse(b, s);
		ts_claim_refuse(b, s);
	}
	ts_refunds_refuse(b);
	ts_visits_refuse(b);
	return b->n_replies ? ts_billing_flush(b, now) : ret;
}
