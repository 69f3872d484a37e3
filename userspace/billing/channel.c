// SPDX-License-Identifier: GPL-2.0
/*
 * channel.c - the lives of channels, found by identifier, and by wallet and token.
 */
#include "billing/batch.h"
#include "billing/channels.h"

/** ts_channel_changed() - who asks for what it can carry is told after the commit */
void ts_channel_changed(struct ts_billing *b, struct ts_billing_channel *c)
{
	if (c->changed)
		return;
	c->changed = true;
	TAILQ_INSERT_TAIL(&b->changed, c, change);
}

/** ts_channels_changed() - something that holds for all of them has */
void ts_channels_changed(struct ts_billing *b)
{
	struct ts_billing_channel *c;

	TAILQ_FOREACH(c, &b->channels, list)
		ts_channel_changed(b, c);
}

static void tell(struct ts_billing *b, struct ts_billing_channel *c, bool committed)
{
	const struct ts_address *partner = &c->row.channel.partner_address;
	const struct ts_address *token = &c->row.channel.token;
	bool paying = c->paying;

	TAILQ_REMOVE(&b->changed, c, change);
	c->changed = false;
	c->paying = false;
	if (paying && b->effects.relay_paid)
		b->effects.relay_paid(b->effects.ctx, partner, token, committed);
	if (committed && b->effects.channel_changed)
		b->effects.channel_changed(b->effects.ctx, partner, token);
}

/** ts_channels_tell() - all is committed */
void ts_channels_tell(struct ts_billing *b)
{
	struct ts_billing_channel *c;

	while (!ts_ledger_in_batch(b->ledger) && (c = TAILQ_FIRST(&b->changed)))
		tell(b, c, true);
}

/** ts_channels_lost() - the batch is, and what is in memory goes with it */
void ts_channels_lost(struct ts_billing *b)
{
	struct ts_billing_channel *c;

	while ((c = TAILQ_FIRST(&b->changed)))
		tell(b, c, false);
}

/** ts_channel_write() - its row as it is now, into the open batch */
void ts_channel_write(struct ts_billing *b, struct ts_billing_channel *c)
{
	ts_batch_check(b, ts_ledger_channel_update(b->ledger, &c->row));
	ts_channel_changed(b, c);
}

/* Into the list and tables; its row is filled in. */
void ts_channel_add(struct ts_billing *b, struct ts_billing_channel *c)
{
	const struct ts_channel *ch = &c->row.channel;

	ts_liquidity_begin(c);
	ts_channel_changed(b, c);
	TAILQ_INSERT_TAIL(&b->channels, c, list);
	ts_table_add(&b->channel_by_identifier, &c->by_identifier,
		     ch->channel_identifier.b, TS_HASH_BYTES);
	ts_table_add(&b->channel_by_wallet, &c->by_wallet,
		     ch->partner_address.b, TS_ADDRESS_BYTES);
}

/**
 * ts_channel_life() - one life of a channel
 * @b: billing
 * @identifier: of the channel
 * @open_block_number: of the life
 *
 * Return: that life, or else the newest one of the channel, or NULL.
 */
struct ts_billing_channel *ts_channel_life(struct ts_billing *b,
					   const struct ts_hash *identifier,
					   uint64_t open_block_number)
{
	struct ts_billing_channel *c, *newest = NULL;
	struct ts_table_node *n;

	for (n = ts_table_first(&b->channel_by_identifier, identifier->b,
				TS_HASH_BYTES); n; n = ts_table_next(n)) {
		c = ts_table_entry(n, struct ts_billing_channel, by_identifier);
		if (!ts_hash_equal(&c->row.channel.channel_identifier, identifier))
			continue;
		if (c->row.channel.open_block_number == open_block_number)
			return c;
		if (!newest || c->row.channel.open_block_number >
			       newest->row.channel.open_block_number)
			newest = c;
	}
	return newest;
}

static struct ts_billing_channel *of_wallet(struct ts_table_node *n,
					    const struct ts_address *wallet)
{
	struct ts_billing_channel *c;

	for (; n; n = ts_table_next(n)) {
		c = ts_table_entry(n, struct ts_billing_channel, by_wallet);
		if (ts_address_equal(&c->row.channel.partner_address, wallet))
			return c;
	}
	return NULL;
}

/** ts_channel_of_wallet() - a life of a channel with @wallet, or NULL */
struct ts_billing_channel *ts_channel_of_wallet(const struct ts_billing *b,
						const struct ts_address *wallet)
{
	return of_wallet(ts_table_first(&b->channel_by_wallet, wallet->b,
					TS_ADDRESS_BYTES), wallet);
}

/** ts_channel_of_wallet_next() - another life with the same wallet, or NULL */
struct ts_billing_channel *
ts_channel_of_wallet_next(struct ts_billing_channel *c)
{
	return of_wallet(ts_table_next(&c->by_wallet),
			 &c->row.channel.partner_address);
}

/** ts_channel_is_life_of() - Return: whether both are lives of one channel */
bool ts_channel_is_life_of(const struct ts_billing_channel *a,
			   const struct ts_billing_channel *b)
{
	const struct ts_channel *x = &a->row.channel, *y = &b->row.channel;

	return ts_hash_equal(&x->channel_identifier, &y->channel_identifier) &&
	       !ts_u256_cmp(&x->chain_id, &y->chain_id);
}

/**
 * ts_channel_with() - the channel with a wallet
 * @b: billing
 * @wallet: whose; it may have one in each token
 * @token: in which; NULL: in the first of the config
 *
 * Return: its newest life in today's contract and chain, or NULL.
 */
struct ts_billing_channel *ts_channel_with(struct ts_billing *b,
					   const struct ts_address *wallet,
					   const struct ts_address *token)
{
	struct ts_billing_channel *c, *newest = NULL;

	if (!token)
		token = &b->config.tokens[0].address;
	for (c = ts_channel_of_wallet(b, wallet); c;
	     c = ts_channel_of_wallet_next(c))
		if (ts_address_equal(&c->row.channel.token, token) &&
		    !ts_channel_foreign(b, &c->row.channel) &&
		    (!newest || c->row.channel.open_block_number >
				newest->row.channel.open_block_number))
			newest = c;
	return newest;
}
