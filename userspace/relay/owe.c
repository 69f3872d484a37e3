// SPDX-License-Identifier: GPL-2.0
/* owe.c - who owes what, what may be owed, and what is paid now. */
#include "relay/private.h"

/* Also what was asked for and is not committed yet. */
static ts_u128 paid_wei(const struct neighbour *n)
{
	return n->asked_wei > n->channel.paid_wei ? n->asked_wei :
						    n->channel.paid_wei;
}

/**
 * ts_relay_netted_wei() - of both debts, what is settled by the other
 *
 * Each side says how far it goes; what both have said holds.
 */
ts_u128 ts_relay_netted_wei(const struct neighbour *n)
{
	return ts_u128_least(n->row.netted_wei, n->receipt.netted_wei);
}

/**
 * ts_relay_due_wei() - what we owe and have neither paid nor netted
 *
 * Less what the seller does not ask, though we counted it.  What we said is netted we
 * rely on: the neighbour admits the same as soon as it hears it, or it loses the trade.
 */
ts_u128 ts_relay_due_wei(const struct neighbour *n)
{
	return ts_u128_less(ts_u128_less(n->row.bought_wei, n->relief_wei),
		    ts_u128_more(paid_wei(n), n->row.netted_wei));
}

/** ts_relay_owed_wei() - what it owes us and has neither paid nor netted */
ts_u128 ts_relay_owed_wei(const struct neighbour *n)
{
	return ts_u128_less(ts_u128_less(n->row.sold_wei, n->forgiven_wei),
		    ts_u128_more(n->channel.received_wei, ts_relay_netted_wei(n)));
}

/**
 * ts_relay_net() - how far both debts can settle each other, by the last receipt
 *
 * No further than what each of the two admits itself and has not paid; and what we say
 * is committed before it leaves, with the receipt that says it.
 */
void ts_relay_net(struct neighbour *n)
{
	ts_u128 ours_wei = ts_u128_less(ts_u128_less(n->row.bought_wei, n->relief_wei), paid_wei(n));
	ts_u128 theirs_wei = ts_u128_less(n->receipt.bought_wei, n->channel.received_wei);
	ts_u128 both_wei = ts_u128_least(ours_wei, theirs_wei);

	if (both_wei > n->row.netted_wei)
		n->row.netted_wei = both_wei;
}

/** ts_relay_price() - the one that holds, and no more than we said that we pay */
ts_price ts_relay_price(const struct ts_relay *r, const struct neighbour *n, int service,
			int dir)
{
	ts_price price = ts_prices_get(&n->terms.now.prices, service, dir);

	return price < r->config.limits.most[service][dir] ?
		       price : r->config.limits.most[service][dir];
}

/*
 * What may have passed before we paid.  The seller says how much, and may say anything: it
 * is not believed beyond what we let others have, at the dearest (M13).
 */
static ts_u128 believed_wei(const struct ts_relay *r, const struct neighbour *n)
{
	ts_price top = 0, price;
	int service, dir;
	uint32_t rest = 0;

	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			price = ts_relay_price(r, n, service, dir);
			if (price > top)
				top = price;
		}
	}
	return ts_u128_least(n->receipt.window_wei,
		     ts_price_wei_of_bytes(top, r->config.window_bytes, &rest));
}

/*
 * Our counters of before were lost with the power: what the seller says of that time is
 * believed up to a window, the most that can have passed.
 */
static void make_good(const struct ts_relay *r, struct neighbour *n)
{
	ts_u128 gap_wei = ts_u128_less(n->receipt.sold_wei, n->row.bought_wei);
	ts_u128 most_wei = believed_wei(r, n);
	uint64_t bytes = ts_carried_total(&n->row.bought);

	if (!n->counters_began || !n->terms.known)
		return;
	n->counters_began = false;
	n->row.bought_wei = ts_u128_more(n->row.bought_wei,
				 ts_u128_least(gap_wei, most_wei));
	if (gap_wei <= most_wei &&
	    ts_carried_total(&n->receipt.sold) <= bytes + r->config.window_bytes)
		ts_carried_at_least(&n->row.bought, &n->receipt.sold);
	ts_relay_forget_base(n);
}

/**
 * ts_relay_settle() - what the receipt changes of what is owed
 * @r: ours
 * @n: the neighbour, with the receipt
 */
void ts_relay_settle(struct ts_relay *r, struct neighbour *n)
{
	ts_u128 tolerated_wei = n->row.sold_wei / TS_PER_MILLE *
				r->config.tolerance_per_mille;

	make_good(r, n);
	n->forgiven_wei = ts_u128_least(ts_u128_less(n->row.sold_wei, n->receipt.bought_wei),
				tolerated_wei);
	n->relief_wei = ts_u128_less(n->row.bought_wei, n->receipt.sold_wei);
}

static ts_u128 full_window_wei(const struct ts_relay *r)
{
	uint32_t rest = 0;

	return ts_price_wei_of_bytes(ts_prices_dearest(&r->offer.now),
				     r->config.window_bytes, &rest);
}

/*
 * With a window the neighbour may owe; its channel has to be worth more than all it may
 * owe (M13).
 */
static ts_u128 window_wei(const struct ts_relay *r, struct neighbour *n,
			  ts_u128 room_wei, uint64_t now_ns)
{
	ts_u128 wei = full_window_wei(r) / TS_TRUST_FULL * n->row.trust_64ths;

	n->no_window = TS_WINDOW_OPEN;
	if (!ts_relay_is_alive(n, now_ns))
		n->no_window = TS_NO_HELLO;
	else if (!n->channel.usable)
		n->no_window = TS_NO_CHANNEL;
	else if (n->channel.in_wei <= wei)
		n->no_window = TS_NO_WORTH;
	else if (wei > room_wei)
		n->no_window = TS_NO_ROOM;
	return n->no_window ? 0 : wei;
}

/* What is lost if it never pays; what is owed without a window is risked, too. */
static ts_u128 risked_wei(const struct neighbour *n)
{
	ts_u128 owed_wei = ts_relay_owed_wei(n);

	return n->window_wei > owed_wei ? n->window_wei : owed_wei;
}

/**
 * ts_relay_windows() - what each neighbour may owe now
 * @r: ours
 * @now_ns: CLOCK_BOOTTIME
 *
 * Together no more than the box risks; those that have one keep it before others.
 */
void ts_relay_windows(struct ts_relay *r, uint64_t now_ns)
{
	ts_u128 all_wei = 0, others_wei;
	struct neighbour *n;
	int round;

	TAILQ_FOREACH(n, &r->neighbours, list) {
		n->had_window = n->window_wei != 0;
		all_wei = ts_u128_more(all_wei, risked_wei(n));
	}
	for (round = 0; round < 2; round++) {
		TAILQ_FOREACH(n, &r->neighbours, list) {
			if (n->had_window != !round)
				continue;
			others_wei = ts_u128_less(all_wei, risked_wei(n));
			n->window_wei = window_wei(r, n,
				ts_u128_less(r->config.window_box_wei, others_wei), now_ns);
			all_wei = ts_u128_more(others_wei, risked_wei(n));
		}
	}
}

/**
 * ts_relay_granted_units() - what the kernel is to be granted, cumulative
 * @n: with an account
 *
 * What it has paid in any way, and the window; of that, what is of this account.  What
 * was revoked there was nobody's.
 */
uint64_t ts_relay_granted_units(const struct neighbour *n)
{
	ts_u128 wei = ts_u128_more(ts_u128_more(n->channel.received_wei, ts_relay_netted_wei(n)),
			   ts_u128_more(n->forgiven_wei, n->window_wei));
	uint64_t units = ts_units_of_wei(ts_u128_less(wei, n->row.account_base_wei),
					 n->row.unit_shift);

	return units > INT64_MAX - n->revoked_units ? INT64_MAX :
						      units + n->revoked_units;
}

/**
 * ts_relay_pay_wei() - what is to be paid now
 * @r: ours
 * @n: to whom
 * @now_ns: CLOCK_BOOTTIME
 *
 * Every so many bytes or seconds, and long before the window that it lets us have is
 * full; one transfer at a time.  Return: 0: nothing.
 */
ts_u128 ts_relay_pay_wei(const struct ts_relay *r, const struct neighbour *n,
			 uint64_t now_ns)
{
	ts_u128 due_wei = ts_relay_due_wei(n), at_once_wei;
	uint32_t rest = 0;

	if (!due_wei || !n->channel.usable || n->asked_wei > n->channel.paid_wei)
		return 0;
	at_once_wei = ts_price_wei_of_bytes(ts_prices_dearest(&n->terms.now.prices),
					    r->config.pay_bytes, &rest);
	if (n->receipt.window_wei && n->receipt.window_wei / 4 < at_once_wei)
		at_once_wei = n->receipt.window_wei / 4;
	if (due_wei < at_once_wei &&
	    now_ns - n->paid_ns < r->config.interval_s * TS_NS_IN_S)
		return 0;
	return ts_u128_least(due_wei, n->channel.out_wei);
}
