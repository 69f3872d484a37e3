// SPDX-License-Identifier: GPL-2.0
/*
 * liquidity.c - what channels can still carry, which way, and how long (M4).
 *
 * The rate is what was transferred since the oldest of some marks that all
 * channels are given at the same times; it costs a payment nothing.
 */
#include <string.h>

#include "billing/channels.h"
#include "billing/payments.h"
#include "billing/refunds.h"

#define MARK_NS		(900 * TS_NS_PER_S)
/* Less is no rate, but the size of a payment. */
#define RATE_S		60

static struct ts_billing_mark mark_of(const struct ts_channel *ch)
{
	return (struct ts_billing_mark){
		.in_wei = ch->partner_proof.transferred_wei,
		.out_wei = ch->our_proof.transferred_wei,
	};
}

/** ts_liquidity_begin() - a channel that was not marked: from now on */
void ts_liquidity_begin(struct ts_billing_channel *c)
{
	unsigned int i;

	for (i = 0; i < TS_MARKS; i++)
		c->marks[i] = mark_of(&c->row.channel);
}

/** ts_liquidity_restart() - all channels were made anew */
void ts_liquidity_restart(struct ts_billing *b, const struct ts_time *now)
{
	unsigned int i;

	for (i = 0; i < TS_MARKS; i++)
		b->mark_ns[i] = now->boot_ns;
}

/** ts_liquidity_tick() - mark all channels when it is time */
void ts_liquidity_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_channel *c;

	if (now->boot_ns - b->mark_ns[TS_MARKS - 1] < MARK_NS)
		return;
	memmove(b->mark_ns, b->mark_ns + 1, sizeof(b->mark_ns) - sizeof(b->mark_ns[0]));
	b->mark_ns[TS_MARKS - 1] = now->boot_ns;
	TAILQ_FOREACH(c, &b->channels, list) {
		memmove(c->marks, c->marks + 1, sizeof(c->marks) - sizeof(c->marks[0]));
		c->marks[TS_MARKS - 1] = mark_of(&c->row.channel);
	}
}

/* How long @left lasts when @spent goes and @won comes in @measured_s. */
static uint64_t empty_s(ts_u128 left_wei, ts_u128 spent_wei, ts_u128 won_wei,
			uint64_t measured_s)
{
	ts_u128 net_wei = spent_wei - won_wei, s;

	if (!left_wei)
		return 0;
	if (spent_wei <= won_wei)
		return UINT64_MAX;
	if (__builtin_mul_overflow(left_wei, (ts_u128)measured_s, &s))
		s = left_wei / net_wei > UINT64_MAX ? TS_U128_MAX :
		    left_wei / net_wei * measured_s;
	else
		s /= net_wei;
	return s > UINT64_MAX ? UINT64_MAX : (uint64_t)s;
}

static ts_u128 an_hour_of(ts_u128 wei, uint64_t measured_s)
{
	ts_u128 hour_wei;

	if (!measured_s)
		return 0;
	if (__builtin_mul_overflow(wei, (ts_u128)3600, &hour_wei))
		return wei / measured_s > TS_U128_MAX / 3600 ? TS_U128_MAX :
		       wei / measured_s * 3600;
	return hour_wei / measured_s;
}

/* At the rate since one mark: how long each side lasts, unless it is less already. */
static void last(const struct ts_billing *b, const struct ts_billing_channel *c,
		 unsigned int mark, const struct ts_time *now,
		 struct ts_liquidity_view *view)
{
	struct ts_billing_mark is = mark_of(&c->row.channel);
	ts_u128 came_wei = is.in_wei - c->marks[mark].in_wei;
	ts_u128 went_wei = is.out_wei - c->marks[mark].out_wei;
	uint64_t s = (now->boot_ns - b->mark_ns[mark]) / TS_NS_PER_S;
	uint64_t in_s = empty_s(view->in_wei, came_wei, went_wei, s);
	uint64_t out_s = empty_s(view->out_wei, went_wei, came_wei, s);

	if (in_s < view->in_empty_s)
		view->in_empty_s = in_s;
	if (out_s < view->out_empty_s)
		view->out_empty_s = out_s;
}

static void fill(const struct ts_billing *b, const struct ts_billing_channel *c,
		 const struct ts_time *now, struct ts_liquidity_view *view)
{
	const struct ts_channel *ch = &c->row.channel;
	ts_u128 ours_wei = ts_channel_our_balance_wei(ch);
	ts_u128 unspent_wei = ts_channel_unspent_wei(c);
	struct ts_billing_mark then = c->marks[0], is = mark_of(ch);

	view->channel = *ch;
	view->in_wei = ts_channel_partner_balance_wei(ch);
	/* What the wallet has not spent is not ours to pay with (M5). */
	view->out_wei = ours_wei > unspent_wei ? ours_wei - unspent_wei : 0;
	view->measured_s = (now->boot_ns - b->mark_ns[0]) / TS_NS_PER_S;
	view->in_hour_wei = an_hour_of(is.in_wei - then.in_wei, view->measured_s);
	view->out_hour_wei = an_hour_of(is.out_wei - then.out_wei, view->measured_s);
	view->in_empty_s = UINT64_MAX;
	view->out_empty_s = UINT64_MAX;
	last(b, c, 0, now, view);
	if (now->boot_ns - b->mark_ns[TS_MARKS - 1] >= RATE_S * TS_NS_PER_S)
		last(b, c, TS_MARKS - 1, now, view);
	view->carrying_in_wei = c->row.relay_in_wei;
	view->carrying_out_wei = c->row.relay_out_wei;
	view->leaving = c->life && c->life->leaving;
	view->refused = ts_pay_why_not(b, c, 0, &view->refused_text);
}

int ts_billing_liquidity_each(struct ts_billing *b, const struct ts_time *now,
			      int (*cb)(const struct ts_liquidity_view *view,
					void *arg), void *arg)
{
	const struct ts_billing_channel *c;
	struct ts_liquidity_view view;
	int ret;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (c->row.channel.state == TS_CHANNEL_NONE)
			continue;
		fill(b, c, now, &view);
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}
