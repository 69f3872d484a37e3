// SPDX-License-Identifier: GPL-2.0
/*
 * sponsor.c - what stations may have of payments that are another session's, by the word of
 * the wallet that made them (M6).
 *
 * Nothing moves: an account reserves of such a payment as of its own session's, and the
 * reservation names the word, too.  So the pool is one, each word has its own limit, and
 * what comes back is the wallet's again.  A MAC proves nothing (M15): the limit is all that
 * a copy of it can spend.
 */
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

/* A guest has an order of its own, and its home box would bear what is mixed up. */
static bool serves(struct ts_billing *b, const struct ts_billing_sponsorship *sp,
		   const struct ts_billing_session *s)
{
	return !sp->over && s->row.has_station &&
	       !memcmp(s->row.mac, sp->row.said.mac, sizeof(s->row.mac)) &&
	       !ts_visit_find(b, s->row.code);
}

/* Paid by the wallet itself, over its channel with us, and free to be spent. */
static bool is_in_pool(const struct ts_billing *b, const struct ts_sponsor *said,
		       const struct ts_billing_payment *p)
{
	const struct ts_channel *ch;

	if (!p->channel || !ts_payment_spendable(b, p))
		return false;
	ch = &p->channel->row.channel;
	return ts_address_equal(&p->row.wallet, &said->wallet) &&
	       ts_address_equal(&ch->partner_address, &said->wallet) &&
	       ts_address_equal(&ch->token, &said->token);
}

static ts_u128 room_wei(const struct ts_billing_sponsorship *sp)
{
	ts_u128 gone = sp->row.spent_wei + sp->held_wei;

	return sp->row.said.limit_wei > gone ? sp->row.said.limit_wei - gone : 0;
}

/* What a payment has for a word; 0: nothing. */
static ts_u128 loan_wei(const struct ts_billing *b, const struct ts_loan *loan)
{
	ts_u128 room = room_wei(loan->by), wei;

	if (!is_in_pool(b, &loan->by->row.said, loan->payment))
		return 0;
	wei = ts_payment_available_wei(loan->payment);
	return wei < room ? wei : room;
}

/* Sessions whose payments can be lent to @s. */
static bool lends(struct ts_billing *b, const struct ts_billing_session *of,
		  const struct ts_billing_session *s)
{
	return of != s && !of->closing && !of->attach && !ts_visit_find(b, of->row.code);
}

/** ts_sponsor_has() - whether some wallet pays for this station now */
bool ts_sponsor_has(const struct ts_billing *b, const uint8_t mac[6])
{
	const struct ts_billing_sponsorship *sp;
	struct ts_table_node *n;

	for (n = ts_table_first(&b->sponsorship_by_mac, mac, sizeof(sp->row.said.mac)); n;
	     n = ts_table_next(n)) {
		sp = ts_table_entry(n, struct ts_billing_sponsorship, by_mac);
		if (!sp->over && !memcmp(sp->row.said.mac, mac, sizeof(sp->row.said.mac)))
			return true;
	}
	return false;
}

/**
 * ts_loan_next() - the next that a session's station may have of a wallet's
 * @b: billing
 * @s: the session
 * @loan: the last, or nothing at first; see ts_for_each_loan()
 *
 * Return: false: there is no more.
 */
bool ts_loan_next(struct ts_billing *b, const struct ts_billing_session *s,
		  struct ts_loan *loan)
{
	/* Most stations have no word, and all of them are looked at each second. */
	if (!loan->by && !ts_sponsor_has(b, s->row.mac))
		return false;
	if (!loan->by)
		loan->by = TAILQ_FIRST(&b->sponsorships);
	for (; loan->by; loan->by = TAILQ_NEXT(loan->by, list), loan->of = NULL) {
		if (!serves(b, loan->by, s))
			continue;
		if (!loan->of)
			loan->of = TAILQ_FIRST(&b->sessions);
		for (; loan->of; loan->of = TAILQ_NEXT(loan->of, list), loan->payment = NULL) {
			if (!lends(b, loan->of, s))
				continue;
			loan->payment = loan->payment ? TAILQ_NEXT(loan->payment, list) :
					TAILQ_FIRST(&loan->of->payments);
			for (; loan->payment; loan->payment = TAILQ_NEXT(loan->payment, list)) {
				loan->wei = loan_wei(b, loan);
				if (loan->wei)
					return true;
			}
		}
	}
	return false;
}

/**
 * ts_loan_tariff() - at which tariff it is spent
 * @b: billing
 * @loan: what a wallet lends
 * @now: the time
 *
 * Return: NULL: at a price above the highest that the wallet has signed, with the payment
 * or with its word (M7).
 */
struct ts_billing_version *ts_loan_tariff(struct ts_billing *b, const struct ts_loan *loan,
					  const struct ts_time *now)
{
	struct ts_billing_version *v = ts_tariff_of_payment(b, loan->payment, now);
	ts_u128 most = loan->by->row.said.most_wei_per_gb;

	return v && !ts_tariff_is_dearer(&v->row, most) ? v : NULL;
}

/** ts_sponsorship_write() - what changed of it, into the open batch */
void ts_sponsorship_write(struct ts_billing *b, const struct ts_billing_sponsorship *sp)
{
	ts_batch_check(b, ts_ledger_sponsorship_update(b->ledger, &sp->row));
}

/** ts_account_borrows() - whether an account has anything by this word */
bool ts_account_borrows(const struct ts_billing_account *a,
			const struct ts_billing_sponsorship *by)
{
	const struct ts_billing_reservation *r;

	TAILQ_FOREACH(r, &a->reservations, list)
		if (r->sponsorship == by)
			return true;
	return false;
}

/**
 * ts_loan_passed_wei() - what an open account has used by a wallet's word
 * @a: the account
 * @by: the word; NULL: any
 *
 * First in, first out, as it will be booked.
 */
ts_u128 ts_loan_passed_wei(const struct ts_billing_account *a,
			   const struct ts_billing_sponsorship *by)
{
	const struct ts_billing_reservation *r;
	uint64_t passed = ts_account_passed(a), units;
	ts_u128 wei = 0;

	TAILQ_FOREACH(r, &a->reservations, list) {
		units = r->row.units - r->row.returned_units;
		if (units > passed)
			units = passed;
		passed -= units;
		if (r->sponsorship && (!by || r->sponsorship == by))
			wei += ts_wei_of_units(units, a->row.unit_shift);
	}
	return wei;
}

/** ts_session_is_lent() - whether another session's account has some of its payments */
bool ts_session_is_lent(const struct ts_billing_session *s)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (p->lent_wei)
			return true;
	return false;
}

/** ts_sponsors_release() - what is lent of a session's payments comes back: it ends */
void ts_sponsors_release(struct ts_billing *b, const struct ts_billing_session *s)
{
	struct ts_billing_reservation *r;
	struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list) {
		TAILQ_FOREACH(r, &a->reservations, list) {
			if (!r->sponsorship || r->payment->row.session != s->row.id)
				continue;
			ts_account_end(b, a);
			break;
		}
	}
}

/**
 * ts_sponsors_settled() - an account is gone, and what it had of others' payments is back
 * @b: billing
 * @now: the time
 *
 * Sessions may have waited for that: to end, or to give what they have to another.
 */
void ts_sponsors_settled(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s, *next;

	if (TAILQ_EMPTY(&b->sponsorships))
		return;
	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		if (s->account || (!s->closing && !s->attach) || ts_session_is_lent(s))
			continue;
		if (!s->closing) {
			ts_attach_finish(b, s, now);
			/* The next may have made room for the station's. */
			next = TAILQ_FIRST(&b->sessions);
		} else if (!s->row.closed) {
			ts_session_finish(b, s, now);
		}
	}
}

/** ts_sponsor_forget() - a payment is done: who had some of it gave that back whole */
void ts_sponsor_forget(struct ts_billing *b, const struct ts_billing_payment *p)
{
	struct ts_billing_account *a;

	if (TAILQ_EMPTY(&b->sponsorships))
		return;
	TAILQ_FOREACH(a, &b->accounts, list)
		ts_reserve_forget(a, p);
}

/** ts_sponsor_payment() - one that can be spent, of any session, by its number; or NULL */
struct ts_billing_payment *ts_sponsor_payment(struct ts_billing *b, int64_t id)
{
	struct ts_billing_payment *p;
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		TAILQ_FOREACH(p, &s->payments, list)
			if (p->channel && p->row.id == id)
				return p;
	return NULL;
}

/** ts_sponsorship_of_row() - by its number; NULL: it is over and nothing is held by it */
struct ts_billing_sponsorship *ts_sponsorship_of_row(struct ts_billing *b, int64_t id)
{
	struct ts_billing_sponsorship *sp;

	TAILQ_FOREACH(sp, &b->sponsorships, list)
		if (sp->row.id == id)
			return sp;
	return NULL;
}
