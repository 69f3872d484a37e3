// SPDX-License-Identifier: GPL-2.0
/*
 * check_account.c - whether accounts were granted, charged and settled as their
 * reservations and charges say.
 */
#include <inttypes.h>

#include "ledger/check.h"

struct of_account {
	struct ts_ledger_account row;
	uint32_t seq;
	uint64_t reserved_units;
	uint64_t returned_units;
	uint64_t used_units;
	uint64_t charged_units;
};

static int add_reservation(const struct ts_ledger_reservation *r, void *arg)
{
	struct check *c = arg;
	struct of_account *a = c->account;
	struct of_payment *p = ts_check_find(&c->payments, r->payment);
	int shift = a->row.unit_shift;

	if (r->seq != ++a->seq)
		ts_check_fault(c, "account row %" PRId64 ": reservation %u is missing",
			       a->row.row, a->seq);
	if (r->returned_units > r->units ||
	    r->used_units > r->units - r->returned_units)
		ts_check_fault(c, "account row %" PRId64 " reservation %u: more used and returned than reserved",
			       a->row.row, r->seq);
	a->reserved_units += r->units;
	a->returned_units += r->returned_units;
	a->used_units += r->used_units;
	/* What was given has a check of its own. */
	if (r->gift)
		return 0;
	if (!p) {
		ts_check_fault(c, "account row %" PRId64 " reservation %u: its payment is missing",
			       a->row.row, r->seq);
		return 0;
	}
	if (!c->account_token || !p->token ||
	    !ts_address_equal(p->token, c->account_token))
		ts_check_fault(c, "account row %" PRId64 " reservation %u: its payment is in another token than the account's tariff",
			       a->row.row, r->seq);
	/* What an account that is over used of a payment that has moved since
	 * is that account's all the same; what a wallet lends is no session's. */
	if (!r->sponsorship && p->row.session != a->row.session &&
	    a->row.state != TS_ACCOUNT_CLOSED)
		ts_check_fault(c, "account row %" PRId64 " reservation %u: its payment is attached to another session",
			       a->row.row, r->seq);
	if (a->row.state == TS_ACCOUNT_CLOSED)
		p->spent_wei += ts_wei_of_units(r->used_units, shift);
	else
		p->held_wei += ts_wei_holding_units(r->units - r->returned_units,
						    shift);
	return 0;
}

static int add_charge(const struct ts_ledger_charge *charge, void *arg)
{
	struct check *c = arg;

	c->account->charged_units += charge->units;
	return 0;
}

static void check_account(struct check *c, const struct of_account *a)
{
	const struct ts_ledger_account *row = &a->row;
	uint64_t effective = a->reserved_units - a->returned_units;

	if (row->charged_units > row->granted_units ||
	    row->revoked_units > row->charged_units)
		ts_check_fault(c, "account row %" PRId64 ": granted, charged and revoked contradict each other",
			       row->row);
	else if (row->granted_units - row->revoked_units > effective &&
		 row->state == TS_ACCOUNT_OPEN)
		ts_check_fault(c, "account row %" PRId64 ": granted %" PRIu64 ", revoked %"
			       PRIu64 ", but only %" PRIu64 " units are reserved",
			       row->row, row->granted_units, row->revoked_units, effective);
	if (row->granted_units > a->reserved_units)
		ts_check_fault(c, "account row %" PRId64 ": granted above reserved",
			       row->row);
	if (a->charged_units != row->passed_units)
		ts_check_fault(c, "account row %" PRId64 ": %" PRIu64 " units passed, the charges explain %"
			       PRIu64, row->row, row->passed_units, a->charged_units);
	if (row->state != TS_ACCOUNT_CLOSED) {
		if (a->used_units)
			ts_check_fault(c, "account row %" PRId64 ": not closed but settled",
				       row->row);
		return;
	}
	if (row->passed_units + row->unseen_units != a->used_units)
		ts_check_fault(c, "account row %" PRId64 ": %" PRIu64 " units were consumed, %"
			       PRIu64 " booked", row->row,
			       row->passed_units + row->unseen_units, a->used_units);
}

static int add_account(const struct ts_ledger_account *row, void *arg)
{
	struct of_account a = { .row = *row };
	const struct of_tariff *ot;
	struct check *c = arg;
	int ret;

	ot = ts_check_find(&c->tariffs, row->tariff);
	c->account = &a;
	c->account_token = ot ? &ot->token : NULL;
	ret = ts_ledger_reservation_load(c->l, row->row, add_reservation, c);
	if (!ret)
		ret = ts_ledger_charge_load(c->l, row->row, add_charge, c);
	if (!ret)
		check_account(c, &a);
	return ret;
}

int ts_check_accounts(struct check *c)
{
	return ts_ledger_account_load(c->l, add_account, c);
}
