// SPDX-License-Identifier: GPL-2.0
/*
 * reserve.c - units set aside from payments, given back, and used up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/gifts.h"
#include "billing/parts.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"

/* The newest life says so for all: what was paid in those before goes back with it. */
static bool is_refunding(const struct ts_billing *b, const struct ts_billing_channel *c)
{
	struct ts_billing_channel *life;

	if (!b->n_refunds)
		return false;
	ts_for_each_life(life, b, c)
		if (life->refunding)
			return true;
	return false;
}

/*
 * Not at a price above what its payer signed (M7), nor while it is refunded, nor of a frozen channel until the chain has what
 * froze it (M2), nor of one in another token, contract or chain: that is owed to
 * its wallet, but no price here is in it.
 */
bool ts_payment_spendable(const struct ts_billing *b,
			  const struct ts_billing_payment *p)
{
	const struct ts_channel *ch;

	if (!p->channel)
		return ts_gift_spendable(p);
	ch = &p->channel->row.channel;
	return !p->too_dear && !is_refunding(b, p->channel) &&
	       (!ch->frozen || ch->state == TS_CHANNEL_NONE) &&
	       !ts_channel_foreign(b, ch);
}

/* Of a wallet's value, what an account has reserved and not consumed yet. */
static ts_u128 at_stake_wei(const struct ts_billing_account *a,
			    const struct ts_address *wallet)
{
	uint64_t effective = a->reserved_units - a->returned_units;
	uint64_t passed = ts_account_passed(a), left, units;
	const struct ts_billing_reservation *r;
	ts_u128 wei = 0;

	left = effective > passed ? effective - passed : 0;
	/* First in, first out: what is left is at the end. */
	TAILQ_FOREACH_REVERSE(r, &a->reservations, ts_billing_reservations, list) {
		if (!left)
			break;
		units = r->row.units - r->row.returned_units;
		if (units > left)
			units = left;
		left -= units;
		if (r->payment->channel &&
		    ts_address_equal(&r->payment->row.wallet, wallet))
			wei += ts_wei_holding_units(units, a->row.unit_shift);
	}
	return wei;
}

/* What a wallet may still have reserved in a token: a power cut costs no more. */
static ts_u128 wallet_room_wei(const struct ts_billing *b,
			       const struct ts_address *wallet,
			       const struct ts_address *address)
{
	const struct ts_billing_token *token = ts_billing_token(&b->config, address);
	const struct ts_billing_account *a;
	ts_u128 wei = 0;

	if (!token || !token->reservation_cap_wei)
		return TS_U128_MAX;
	TAILQ_FOREACH(a, &b->accounts, list)
		if (ts_address_equal(&a->tariff->row.token, address))
			wei += at_stake_wei(a, wallet);
	return wei < token->reservation_cap_wei ?
	       token->reservation_cap_wei - wei : 0;
}

/** ts_reservation_hold() - so much more is held, of its payment and by its word */
void ts_reservation_hold(struct ts_billing_reservation *r, ts_u128 wei)
{
	r->payment->held_wei += wei;
	if (!r->sponsorship)
		return;
	r->payment->lent_wei += wei;
	r->sponsorship->held_wei += wei;
}

static void let_go(struct ts_billing_reservation *r, ts_u128 wei)
{
	r->payment->held_wei -= wei;
	if (!r->sponsorship)
		return;
	r->payment->lent_wei -= wei;
	r->sponsorship->held_wei -= wei;
}

static struct ts_billing_reservation *add(struct ts_billing *b,
					  struct ts_billing_account *a,
					  struct ts_billing_payment *p,
					  struct ts_billing_sponsorship *by,
					  uint64_t units)
{
	struct ts_billing_reservation *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->payment = p;
	r->row.account = a->row.row;
	r->row.seq = ++a->last_seq;
	*(p->channel ? &r->row.payment : &r->row.gift) = p->row.id;
	r->row.sponsorship = by ? by->row.id : 0;
	r->sponsorship = by;
	r->row.units = units;
	TAILQ_INSERT_TAIL(&a->reservations, r, list);
	ts_reservation_hold(r, ts_wei_holding_units(units, a->row.unit_shift));
	a->reserved_units += units;
	ts_account_work(b, a);
	ts_batch_check(b, ts_ledger_reservation_insert(b->ledger, &r->row));
	return r;
}

/* Of one payment; @wei: so much of it there is.  Return: units that were set aside. */
static uint64_t take(struct ts_billing *b, struct ts_billing_account *a,
		     struct ts_billing_payment *p, struct ts_billing_sponsorship *by,
		     ts_u128 wei, uint64_t wanted)
{
	int shift = a->row.unit_shift;
	uint64_t units;
	ts_u128 room;

	if (a->reserved_units >= TS_EPOCH_UNITS_MAX)
		return 0;
	room = p->channel ? wallet_room_wei(b, &p->row.wallet, &a->tariff->row.token) :
			    TS_U128_MAX;
	units = ts_units_of_wei(wei < room ? wei : room, shift);
	/* Whole wei, so that nothing is lost between reservations. */
	wei = ts_wei_holding_units(wanted, shift);
	if (units > ts_units_of_wei(wei, shift))
		units = ts_units_of_wei(wei, shift);
	if (units > TS_EPOCH_UNITS_MAX - a->reserved_units)
		units = TS_EPOCH_UNITS_MAX - a->reserved_units;
	if (!units || !ts_batch(b) || !add(b, a, p, by, units))
		return 0;
	return units;
}

/**
 * ts_reserve() - set units aside for an account, in the open batch
 * @b: billing
 * @a: an open account
 * @units: how many are wanted
 * @now: the time
 *
 * First in, first out over the session's payments, of those that are spent at
 * the account's tariff, and so are in its token; then what wallets lend its station.
 *
 * Return: units reserved, fewer than wanted when there are no more.
 */
uint64_t ts_reserve(struct ts_billing *b, struct ts_billing_account *a,
		    uint64_t units, const struct ts_time *now)
{
	struct ts_billing_payment *p;
	struct ts_loan loan;
	uint64_t got = 0;

	TAILQ_FOREACH(p, &a->session->payments, list) {
		if (got >= units)
			return got;
		if (ts_payment_spendable(b, p) &&
		    ts_tariff_of_payment(b, p, now) == a->tariff)
			got += take(b, a, p, NULL, ts_payment_available_wei(p), units - got);
	}
	ts_for_each_loan(&loan, b, a->session) {
		if (got >= units)
			break;
		if (ts_loan_tariff(b, &loan, now) == a->tariff)
			got += take(b, a, loan.payment, loan.by, loan.wei, units - got);
	}
	return got;
}

/**
 * ts_reserve_return() - give back what an account does not need, in the batch
 * @b: billing
 * @a: an account whose kernel side holds nothing unspent
 * @keep_units: what it has consumed
 */
void ts_reserve_return(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t keep_units)
{
	int shift = a->row.unit_shift;
	struct ts_billing_reservation *r;
	uint64_t effective, keep;

	ts_account_work(b, a);
	TAILQ_FOREACH(r, &a->reservations, list) {
		effective = r->row.units - r->row.returned_units;
		keep = effective < keep_units ? effective : keep_units;
		keep_units -= keep;
		if (keep == effective)
			continue;
		r->row.returned_units += effective - keep;
		a->returned_units += effective - keep;
		let_go(r, ts_wei_holding_units(effective, shift) -
			  ts_wei_holding_units(keep, shift));
		ts_batch_check(b, ts_ledger_reservation_update(b->ledger, &r->row));
	}
}

/**
 * ts_reserve_forget() - a payment is done, and an account may have had some of it
 * @a: the account
 * @p: of which it holds nothing any more: what it reserved it gave back whole
 */
void ts_reserve_forget(struct ts_billing_account *a, const struct ts_billing_payment *p)
{
	struct ts_billing_reservation *r, *next;

	for (r = TAILQ_FIRST(&a->reservations); r; r = next) {
		next = TAILQ_NEXT(r, list);
		if (r->payment != p)
			continue;
		TAILQ_REMOVE(&a->reservations, r, list);
		free(r);
	}
}

/* What a reservation used is spent, for whoever it was reserved of. */
static void spend(struct ts_billing *b, struct ts_billing_reservation *r, ts_u128 held_wei,
		  ts_u128 used_wei)
{
	struct ts_billing_sponsorship *by = r->sponsorship;
	struct ts_billing_payment *p = r->payment;

	let_go(r, held_wei);
	p->row.spent_wei += used_wei;
	ts_batch_check(b, ts_ledger_reservation_update(b->ledger, &r->row));
	if (by) {
		by->row.spent_wei += used_wei;
		ts_sponsorship_write(b, by);
	}
	if (!p->channel)
		return;
	p->channel->row.spent_wei += used_wei;
	ts_channel_write(b, p->channel);
}

/* What changed of a payment; if it is done it goes. */
static void sweep_one(struct ts_billing *b, struct ts_billing_session *s,
		      struct ts_billing_payment *p)
{
	p->row.live = !ts_payment_is_done(p);
	ts_payment_write(b, p);
	if (!p->row.live)
		ts_session_drop_payment(b, s, p);
}

static bool has(const struct ts_billing_account *a, const struct ts_billing_payment *p)
{
	const struct ts_billing_reservation *r;

	TAILQ_FOREACH(r, &a->reservations, list)
		if (r->payment == p)
			return true;
	return false;
}

/* No reservation may point to a payment that goes. */
static void drop_all(struct ts_billing *b, struct ts_billing_account *a)
{
	struct ts_billing_session *lender;
	struct ts_billing_reservation *r;
	struct ts_billing_payment *p;

	while ((r = TAILQ_FIRST(&a->reservations))) {
		p = r->payment;
		lender = r->sponsorship ? ts_session_of_row(b, p->row.session) : NULL;
		TAILQ_REMOVE(&a->reservations, r, list);
		free(r);
		if (!lender || has(a, p))
			continue;
		ts_session_changed(b, lender);
		sweep_one(b, lender, p);
	}
}

/**
 * ts_reserve_settle() - the final word on an account's reservations, in the batch
 * @b: billing
 * @a: the account
 * @used_units: what it consumed, at most reserved - returned
 */
void ts_reserve_settle(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t used_units)
{
	int shift = a->row.unit_shift;
	struct ts_billing_reservation *r;
	struct ts_billing_payment *p, *next;
	uint64_t effective;

	TAILQ_FOREACH(r, &a->reservations, list) {
		effective = r->row.units - r->row.returned_units;
		r->row.used_units = effective < used_units ? effective : used_units;
		used_units -= r->row.used_units;
		spend(b, r, ts_wei_holding_units(effective, shift),
		      ts_wei_of_units(r->row.used_units, shift));
	}
	drop_all(b, a);
	for (p = TAILQ_FIRST(&a->session->payments); p; p = next) {
		next = TAILQ_NEXT(p, list);
		sweep_one(b, a->session, p);
	}
}
