// SPDX-License-Identifier: GPL-2.0
/*
 * payment.c - the payments of a session: what is left of each, and in what order
 * they are spent.
 */
#include <stdlib.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/gifts.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"

/* What can still be reserved of a payment. */
ts_u128 ts_payment_available_wei(const struct ts_billing_payment *p)
{
	ts_u128 max = p->row.max_wei < p->row.delta_wei ? p->row.max_wei :
							  p->row.delta_wei;
	ts_u128 gone = p->row.spent_wei + p->row.refunded_wei + p->held_wei;

	return max > gone ? max - gone : 0;
}

/** ts_payment_write() - what changed of it, into the open batch */
void ts_payment_write(struct ts_billing *b, const struct ts_billing_payment *p)
{
	struct ts_ledger_gift gift = {
		.id = p->row.id, .spent_wei = p->row.spent_wei,
		.until_age_s = p->gift.until_age_s, .live = p->row.live,
	};

	ts_batch_check(b, p->channel ? ts_ledger_payment_update(b->ledger, &p->row) :
				       ts_ledger_gift_update(b->ledger, &gift));
}

/* Less is left than its smallest use costs, whatever a wallet allows. */
bool ts_payment_is_done(const struct ts_billing_payment *p)
{
	return !p->held_wei &&
	       !ts_units_of_wei(p->row.delta_wei - p->row.spent_wei -
				p->row.refunded_wei, p->tariff->row.unit_shift);
}

/*
 * Whole units at this tariff, or at their own in another token, and of what wallets lend
 * its station; the rest of each payment that is less than one buys nothing.
 */
bool ts_session_is_spent(struct ts_billing *b, const struct ts_billing_session *s,
			 const struct ts_billing_version *tariff)
{
	const struct ts_billing_payment *p;
	const struct ts_billing_version *v;
	struct ts_loan loan;
	int unit_shift;

	TAILQ_FOREACH(p, &s->payments, list) {
		if (!p->channel && !ts_gift_spendable(p))
			continue;
		unit_shift = p->tariff->row.unit_shift;
		if (ts_address_equal(&p->tariff->row.token, &tariff->row.token))
			unit_shift = tariff->row.unit_shift;
		if (ts_units_of_wei(ts_payment_available_wei(p), unit_shift))
			return false;
	}
	ts_for_each_loan(&loan, b, s) {
		v = ts_loan_tariff(b, &loan, &b->ticked);
		if (v && ts_units_of_wei(loan.wei, v->row.unit_shift))
			return false;
	}
	return true;
}

/* What is done of one token; with another it begins anew. */
void ts_session_add_done(struct ts_billing_session *s,
			 const struct ts_address *token, ts_u128 wei)
{
	if (wei && !ts_address_equal(&s->row.done_token, token)) {
		s->row.done_token = *token;
		s->row.done_wei = 0;
	}
	s->row.done_wei += wei;
}

/* A payment of which nothing can be spent any more; its row says so. */
void ts_session_drop_payment(struct ts_billing *b,
			     struct ts_billing_session *s,
			     struct ts_billing_payment *p)
{
	ts_session_add_done(s, &p->tariff->row.token, p->row.delta_wei);
	ts_session_dirty(b, s);
	if (s->account)
		ts_reserve_forget(s->account, p);
	ts_sponsor_forget(b, p);
	TAILQ_REMOVE(&s->payments, p, list);
	free(p);
}

/* Payments are spent in the order in which they were made. */
void ts_session_insert(struct ts_billing_session *s, struct ts_billing_payment *p)
{
	struct ts_billing_payment *before;

	TAILQ_FOREACH(before, &s->payments, list)
		if (before->channel && before->row.id > p->row.id)
			break;
	if (before)
		TAILQ_INSERT_BEFORE(before, p, list);
	else
		TAILQ_INSERT_TAIL(&s->payments, p, list);
}

/**
 * ts_session_revive() - of a payment that was done something is left again
 * @b: billing
 * @c: the life it was paid over
 * @row: as it is now; live is set if its session is here and can spend it
 *
 * Else it is the wallet's, as what was paid into a session that is closed.
 */
void ts_session_revive(struct ts_billing *b, struct ts_billing_channel *c,
		       struct ts_ledger_payment *row)
{
	struct ts_billing_session *s = ts_session_of_row(b, row->session);
	struct ts_billing_version *v = ts_tariff_by_row(b, row->tariff);
	struct ts_billing_payment *p;

	if (row->live || !s || s->closing || !v)
		return;
	p = calloc(1, sizeof(*p));
	if (!p)
		return;
	row->live = true;
	p->row = *row;
	p->channel = c;
	p->tariff = v;
	p->most_wei_per_gb = ts_tariff_most(row);
	ts_session_insert(s, p);
	if (ts_address_equal(&s->row.done_token, &c->row.channel.token) &&
	    s->row.done_wei >= row->delta_wei)
		s->row.done_wei -= row->delta_wei;
	s->resting = false;
	ts_session_dirty(b, s);
	ts_session_changed(b, s);
}
