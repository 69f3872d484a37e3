// SPDX-License-Identifier: GPL-2.0
/*
 * upstream.c - a box that buys its way to the internet grants no more of it than its own
 * channel can still pay for (M4).
 *
 * A budget buys most internet in its cheaper direction; by that all that the kernel may
 * still let pass is bounded.  What a client uses after a limit was said makes room for
 * nothing: only the next limit knows whether it was paid for.  So grants count down, and
 * nothing is counted twice.
 */
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"

/* Units for a byte, where it is cheapest and not free; 0: it is free both ways. */
static uint64_t cheapest(const struct ts_billing_account *a)
{
	const uint16_t *price = a->tariff->row.price[TS_CLASS_INTERNET];
	uint16_t up = price[TS_DIR_UP], down = price[TS_DIR_DOWN];

	if (!up || !down)
		return up > down ? up : down;
	return up < down ? up : down;
}

static uint64_t bytes_of(const struct ts_billing_account *a, uint64_t units)
{
	uint64_t price = cheapest(a);

	return price ? units / price + !!(units % price) : 0;
}

/* What the kernel may still let pass, as it was last read. */
static uint64_t granted_bytes(const struct ts_billing *b)
{
	const struct ts_billing_account *a;
	uint64_t sum = 0, bytes;

	TAILQ_FOREACH(a, &b->accounts, list) {
		bytes = a->in_kernel ? bytes_of(a, ts_account_unspent(a)) : 0;
		if (__builtin_add_overflow(sum, bytes, &sum))
			return UINT64_MAX;
	}
	return sum;
}

static bool is_bounded(const struct ts_billing_upstream *u)
{
	return u->limit.refused || u->limit.bytes != UINT64_MAX;
}

/* Less than a frame is of no use to anybody. */
static bool is_used_up(const struct ts_billing_upstream *u)
{
	return is_bounded(u) && u->left_bytes < TS_REST_BYTES;
}

/**
 * ts_upstream_bound() - how much of a grant can be made
 * @b: billing
 * @a: the account
 * @units: that would be granted
 *
 * Who comes first leaves half of what there is to the others.  Return: units.
 */
uint64_t ts_upstream_bound(const struct ts_billing *b,
			   const struct ts_billing_account *a, uint64_t units)
{
	const struct ts_billing_upstream *u = &b->upstream;
	uint64_t price = cheapest(a), bytes = u->left_bytes, most;

	if (!is_bounded(u))
		return units;
	if (u->limit.refused || is_used_up(u))
		return 0;
	if (bytes / 2 >= TS_REST_BYTES)
		bytes /= 2;
	if (!price || __builtin_mul_overflow(bytes, price, &most))
		return units;
	return units < most ? units : most;
}

/** ts_upstream_granted() - the kernel may let so much more pass */
void ts_upstream_granted(struct ts_billing *b, const struct ts_billing_account *a,
			 uint64_t units)
{
	struct ts_billing_upstream *u = &b->upstream;
	uint64_t bytes = bytes_of(a, units);

	if (is_bounded(u))
		u->left_bytes -= bytes < u->left_bytes ? bytes : u->left_bytes;
}

/** ts_upstream_fault() - why stations get less than they paid for, one word, or NULL */
const char *ts_upstream_fault(const struct ts_billing *b, const char **text)
{
	const struct ts_billing_upstream *u = &b->upstream;

	*text = u->limit.text;
	if (u->limit.refused)
		return u->limit.refused;
	*text = "this box can pay little more for its own way to the internet; what you paid is kept";
	return u->low ? "upstream_low" : NULL;
}

/** ts_upstream_holds() - is a station with value dry for that reason alone? */
bool ts_upstream_holds(const struct ts_billing *b)
{
	return b->upstream.limit.refused || is_used_up(&b->upstream);
}

/** ts_upstream_begin() - by the configuration: nobody has said yet how much there is */
void ts_upstream_begin(struct ts_billing *b)
{
	struct ts_billing_upstream *u = &b->upstream;

	if (u->metered == b->config.upstream_metered)
		return;
	*u = (struct ts_billing_upstream){ .metered = b->config.upstream_metered };
	u->limit.bytes = UINT64_MAX;
	if (!u->metered)
		return;
	u->limit.refused = "upstream_unknown";
	u->limit.text = "this box does not know yet by which way it reaches the internet; what you paid is kept";
}

/*
 * The way up carries less than what was granted, or nothing.  What is taken back is the
 * wallets' again; the next frame asks for it anew.
 */
static void take_back(struct ts_billing *b, uint64_t limit_bytes,
		      const struct ts_time *now)
{
	struct ts_billing_account *a;

	/* Most of the difference has passed since it was last looked at. */
	TAILQ_FOREACH(a, &b->accounts, list)
		if (a->in_kernel)
			ts_account_read(b, a);
	TAILQ_FOREACH(a, &b->accounts, list) {
		if (granted_bytes(b) <= limit_bytes)
			return;
		if (a->row.state == TS_ACCOUNT_OPEN && ts_account_unspent(a))
			ts_account_give_back(b, a, now);
	}
}

static void tell_all(struct ts_billing *b)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->row.has_station)
			ts_session_changed(b, s);
}

static bool is_same(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

static void report(struct ts_billing *b, const char *before)
{
	const char *text, *is = ts_upstream_fault(b, &text);

	if (is_same(is, before))
		return;
	if (!is)
		ts_billing_say(b, LOG_NOTICE, "stations are granted the internet in full");
	else if (b->upstream.limit.refused)
		ts_billing_say(b, LOG_WARNING, "the internet is granted to no station (%s): %s",
			       is, text);
	else
		ts_billing_say(b, LOG_WARNING, "our way to the internet can carry %llu bytes more: stations are granted less; fill its channel, see \"tsctl liquidity\"",
			       (unsigned long long)b->upstream.limit.bytes);
	tell_all(b);
}

void ts_billing_upstream(struct ts_billing *b, const struct ts_upstream_limit *limit,
			 const struct ts_time *now)
{
	struct ts_billing_upstream *u = &b->upstream;
	uint64_t granted = granted_bytes(b), most;
	const char *text, *before = ts_upstream_fault(b, &text);
	struct ts_billing_account *a;

	u->limit = *limit;
	/* Twice as much has to be there before it is well again. */
	if (limit->bytes < limit->low_bytes)
		u->low = true;
	else if (limit->bytes / 2 >= limit->low_bytes)
		u->low = false;
	most = limit->refused ? 0 : limit->bytes;
	u->left_bytes = most > granted ? most - granted : 0;
	if (granted > most && !b->meter_lost)
		take_back(b, most, now);
	/* Some may have waited for it. */
	TAILQ_FOREACH(a, &b->accounts, list)
		if (a->dry && a->row.state == TS_ACCOUNT_OPEN && u->left_bytes)
			ts_account_work(b, a);
	report(b, before);
}

void ts_billing_internet(const struct ts_billing *b, struct ts_internet_view *view)
{
	const struct ts_billing_upstream *u = &b->upstream;

	view->metered = is_bounded(u);
	view->bytes = u->limit.refused ? 0 : u->limit.bytes;
	view->granted_bytes = granted_bytes(b);
	view->left_bytes = view->metered ? u->left_bytes : UINT64_MAX;
	view->fault = ts_upstream_fault(b, &view->text);
	if (!view->fault)
		view->text = NULL;
}
