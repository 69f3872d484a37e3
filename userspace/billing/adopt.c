// SPDX-License-Identifier: GPL-2.0
/*
 * adopt.c - going on with the accounts that the kernel has.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"

/**
 * struct adoption - the kernel's accounts that the ledger does not know
 * @b: billing
 * @unknown: to be closed together
 * @count: how many
 */
struct adoption {
	struct ts_billing *b;
	struct ts_closing *unknown;
	size_t count;
};

static bool is_same(const struct ts_billing_account *a,
		    const struct ts_account *k)
{
	const struct ts_ledger_session *s = &a->session->row;

	if ((uint32_t)a->row.tariff != k->tariff_id || a->in_kernel)
		return false;
	/* A closing one may be of the station where its session was before. */
	if (a->row.state != TS_ACCOUNT_OPEN)
		return true;
	return s->has_station && k->n_keys == 1 && s->vlan == k->keys[0].vlan &&
	       s->zone == k->keys[0].zone &&
	       !memcmp(s->mac, k->keys[0].mac, sizeof(s->mac));
}

static int meet(const struct ts_account *k, void *arg)
{
	struct ts_billing_account *a;
	struct adoption *ad = arg;
	void *more;

	if (k->kind != TS_KIND_CLIENT)
		return 0;
	a = ts_account_find(ad->b, k->id, k->epoch);
	if (a && is_same(a, k)) {
		a->in_kernel = a->followed = true;
		a->low_units = k->low_units;
		a->trusted = k->flags & TS_ACCOUNT_F_TRUSTED;
		ts_account_take_counters(ad->b, a, k);
		return 0;
	}
	more = realloc(ad->unknown, (ad->count + 1) * sizeof(*ad->unknown));
	if (!more)
		return -ENOMEM;
	ad->unknown = more;
	ad->unknown[ad->count++] = (struct ts_closing){ .id = k->id, .epoch = k->epoch };
	return 0;
}

/* Nobody paid for these: made by hand, or just before a crash. */
static void close_unknown(struct ts_billing *b, const struct adoption *ad)
{
	size_t i;

	if (!ad->count)
		return;
	b->meter.close_accounts(b->meter.m, ad->unknown, ad->count);
	for (i = 0; i < ad->count; i++)
		ts_billing_say(b, ad->unknown[i].err ? LOG_ERR : LOG_NOTICE,
			"kernel account %u is not in the ledger: %s", ad->unknown[i].id,
			ad->unknown[i].err ? strerror(-ad->unknown[i].err) : "closed");
}

/* Something that may not be spent any more; or by the word of a wallet that is over. */
static bool holds_foreign(const struct ts_billing *b,
			  const struct ts_billing_account *a)
{
	const struct ts_billing_reservation *r;

	TAILQ_FOREACH(r, &a->reservations, list)
		if (!ts_payment_spendable(b, r->payment) ||
		    (r->sponsorship && r->sponsorship->over))
			return true;
	return false;
}

static void adopt_one(struct ts_billing *b, struct ts_billing_account *a,
		      const struct ts_time *now)
{
	if (!a->in_kernel) {
		ts_account_lost(b, a, now);
		return;
	}
	a->sampled_ns = now->boot_ns;
	a->sampled_units = ts_account_passed(a);
	/*
	 * The low-water mark tells the slice that the daemon before had measured.
	 * Its rate goes on from there: with the floor instead a daemon that dies
	 * again before its first sample would let a fast client run dry.
	 */
	a->rate_units = a->low_units / b->config.slice_s;
	ts_account_size_slice(b, a);
	if (a->granted_units > a->reserved_units) {
		ts_billing_say(b, LOG_ERR, "account %u was granted more than is reserved: somebody else granted; it is closed",
			       a->row.account_id);
		ts_account_end(b, a);
	} else if (a->revoked_units > a->returned_units && ts_batch(b)) {
		/* Revoked, and the daemon died before it could say so. */
		ts_reserve_return(b, a, a->granted_units - a->revoked_units);
		ts_account_book(b, a, now);
	}
	if (holds_foreign(b, a))
		ts_account_end(b, a);
}

/**
 * ts_billing_adopt() - go on with what the kernel has
 * @b: billing, its tables loaded
 * @now: the time
 *
 * The kernel's counters are the truth about what passed.
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_billing_adopt(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s, *next;
	struct adoption ad = { .b = b };
	struct ts_billing_account *a;
	int err;

	/* Then its accounts stay open until there is one to ask. */
	if (b->meter_lost)
		return 0;
	err = b->meter.account_dump(b->meter.m, meet, &ad);
	if (err) {
		free(ad.unknown);
		return ts_billing_fail(b, err, "the meter's accounts cannot be read: %s",
				       b->meter.error(b->meter.m));
	}
	/* Read-only: the disk may yet turn out to know them. */
	if (!b->read_only[0]) {
		close_unknown(b, &ad);
		TAILQ_FOREACH(a, &b->accounts, list)
			adopt_one(b, a, now);
	}
	free(ad.unknown);
	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		s->away = !s->account && ts_idle_is_over(b, s, now);
		ts_account_serve(b, s, now);
	}
	return 0;
}
