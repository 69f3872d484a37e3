// SPDX-License-Identifier: GPL-2.0
/*
 * sponsor_end.c - how a wallet ceases to pay for a station: it says so, its date comes, or
 * its channel ends.
 */
#include <errno.h>
#include <stdlib.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"

/**
 * ts_sponsors_clock() - the earliest that it can be now (M12)
 * @b: billing
 * @now: the time
 *
 * Without a synchronised clock what was known last, and how much older the ledger has become
 * since: so a date comes late at worst, by what the box was off and up to an hour for each
 * power cut.
 *
 * Return: seconds since 1970; 0: nobody ever knew.
 */
uint64_t ts_sponsors_clock(const struct ts_billing *b, const struct ts_time *now)
{
	uint64_t age_s = ts_age_s(b, now);

	if (now->wall_s || !b->floor_s || age_s < b->floor_age_s)
		return ts_wall_floor(b, now);
	return b->floor_s + (age_s - b->floor_age_s);
}

/* Nothing that is held is left: it comes back when the accounts are settled. */
static void revoke(struct ts_billing *b, const struct ts_billing_sponsorship *sp)
{
	struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list)
		if (ts_account_borrows(a, sp))
			ts_account_end(b, a);
}

/**
 * ts_sponsorship_end() - nothing more by this word; in the batch, if there can be one
 * @b: billing
 * @sp: which
 */
void ts_sponsorship_end(struct ts_billing *b, struct ts_billing_sponsorship *sp)
{
	sp->over = true;
	if (!sp->row.live || !ts_batch(b))
		return;
	/* First that, so that no crash brings it back, and then what is held. */
	sp->row.live = false;
	ts_sponsorship_write(b, sp);
	revoke(b, sp);
	b->urgent = true;
}

/** ts_sponsors_leave() - a wallet has its value back, or its channel ends */
void ts_sponsors_leave(struct ts_billing *b, const struct ts_billing_channel *c)
{
	const struct ts_channel *ch = &c->row.channel;
	struct ts_billing_sponsorship *sp;

	TAILQ_FOREACH(sp, &b->sponsorships, list)
		if (ts_address_equal(&sp->row.said.wallet, &ch->partner_address) &&
		    ts_address_equal(&sp->row.said.token, &ch->token))
			ts_sponsorship_end(b, sp);
}

static bool is_over(struct ts_billing *b, const struct ts_billing_sponsorship *sp,
		    uint64_t clock_s)
{
	const struct ts_sponsor *said = &sp->row.said;
	const struct ts_billing_channel *c;

	/* Who knows no date cannot tell that it has not come. */
	if (!sp->row.live || !clock_s || clock_s >= said->until_s)
		return true;
	c = ts_channel_with(b, &said->wallet, &said->token);
	return !c || c->row.channel.state != TS_CHANNEL_OPEN ||
	       (c->life && c->life->leaving);
}

/** ts_sponsors_look() - the time of some may be over */
void ts_sponsors_look(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t clock_s = ts_sponsors_clock(b, now);
	struct ts_billing_sponsorship *sp;

	TAILQ_FOREACH(sp, &b->sponsorships, list)
		sp->over |= is_over(b, sp, clock_s);
}

static bool is_referred_to(const struct ts_billing *b,
			   const struct ts_billing_sponsorship *sp)
{
	const struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list)
		if (ts_account_borrows(a, sp))
			return true;
	return false;
}

/** ts_sponsors_tick() - each second: those that are over end, and are forgotten */
void ts_sponsors_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_sponsorship *sp, *next;

	ts_sponsors_look(b, now);
	if (b->read_only[0])
		return;
	for (sp = TAILQ_FIRST(&b->sponsorships); sp && !b->broken; sp = next) {
		next = TAILQ_NEXT(sp, list);
		if (!sp->over)
			continue;
		ts_sponsorship_end(b, sp);
		if (sp->row.live || is_referred_to(b, sp) || !ts_batch(b))
			continue;
		/* Of one by which nothing was spent there is nothing to explain. */
		ts_batch_check(b, ts_ledger_sponsorship_delete(b->ledger, sp->row.id));
		ts_sponsorship_free(b, sp);
	}
}

/* Into the list; NULL: out of memory. */
struct ts_billing_sponsorship *ts_sponsorship_add(struct ts_billing *b,
						  const struct ts_ledger_sponsorship *row)
{
	struct ts_billing_sponsorship *sp = calloc(1, sizeof(*sp));

	if (!sp)
		return NULL;
	sp->row = *row;
	sp->over = !row->live;
	TAILQ_INSERT_TAIL(&b->sponsorships, sp, list);
	ts_table_add(&b->sponsorship_by_mac, &sp->by_mac, sp->row.said.mac,
		     sizeof(sp->row.said.mac));
	return sp;
}

/* No reservation may point to it. */
void ts_sponsorship_free(struct ts_billing *b, struct ts_billing_sponsorship *sp)
{
	ts_table_remove(&b->sponsorship_by_mac, &sp->by_mac);
	TAILQ_REMOVE(&b->sponsorships, sp, list);
	free(sp);
}

static int load(const struct ts_ledger_sponsorship *row, void *arg)
{
	return ts_sponsorship_add(arg, row) ? 0 : -ENOMEM;
}

/** ts_sponsors_load() - Return: 0 or negative errno with the ledger's error noted */
int ts_sponsors_load(struct ts_billing *b)
{
	return ts_ledger_sponsorship_load_open(b->ledger, load, b);
}
