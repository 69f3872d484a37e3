// SPDX-License-Identifier: GPL-2.0
/*
 * view.c - what people and programs are shown.
 */
#include <errno.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/refunds.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tag.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

/* A payment that makes sense: a minute at the rate, a hundred slice floors. */
#define SUGGEST_FLOORS	100

static void view_account(struct ts_billing *b, struct ts_billing_account *a,
			 struct ts_session_view *view)
{
	uint64_t passed;
	int class, dir;

	if (a->in_kernel && a->row.state != TS_ACCOUNT_CLOSED)
		ts_account_read(b, a);
	view->account_id = a->row.account_id;
	view->epoch = a->row.epoch;
	view->granted_units = a->granted_units;
	view->charged_units = a->charged_units;
	view->remaining_units = ts_account_unspent(a);
	if (a->row.state == TS_ACCOUNT_CLOSED)
		return;
	passed = ts_account_passed(a);
	view->unspent_wei -= ts_wei_of_units(passed, a->row.unit_shift) <
			     view->unspent_wei ?
			     ts_wei_of_units(passed, a->row.unit_shift) :
			     view->unspent_wei;
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			view->used_bytes[dir] += a->seen[class][dir].bytes;
}

static uint64_t bytes_for(ts_u128 wei, const struct ts_ledger_tariff *t)
{
	uint16_t up = t->price[TS_CLASS_INTERNET][TS_DIR_UP];
	uint16_t down = t->price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	uint16_t price = up > down ? up : down;

	return price ? ts_units_of_wei(wei, t->unit_shift) / price : UINT64_MAX;
}

static struct ts_billing_version *tariff_for(struct ts_billing *b,
					     const struct ts_billing_session *s)
{
	struct ts_loan loan;

	if (s->account)
		return s->account->tariff;
	if (!TAILQ_EMPTY(&s->payments))
		return TAILQ_FIRST(&s->payments)->tariff;
	ts_for_each_loan(&loan, b, s)
		return loan.payment->tariff;
	return ts_tariff_default(b);
}

static ts_u128 suggest_wei(const struct ts_billing *b,
			   const struct ts_ledger_tariff *t)
{
	uint64_t units;

	if (__builtin_mul_overflow(b->config.slice_floor_bytes * SUGGEST_FLOORS,
				   (uint64_t)ts_tariff_dearest(t), &units))
		units = TS_EPOCH_UNITS_MAX;
	return ts_wei_holding_units(units, t->unit_shift);
}

static void fill_guest(struct ts_billing *b, const struct ts_billing_session *s,
		       struct ts_session_view *view)
{
	const struct ts_billing_visit *v = ts_visit_find(b, s->row.code);

	if (!v || v->asking)
		return;
	view->roaming = true;
	view->home = v->order.home;
	view->limit_wei = v->order.limit_wei;
	view->bought_wei = v->row.received_wei;
	view->fault = v->fault ? v->fault->text : NULL;
}

static bool is_too_dear(const struct ts_billing_session *s)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (p->too_dear)
			return true;
	return false;
}

static void fill_held(const struct ts_billing *b, const struct ts_billing_session *s,
		      struct ts_session_view *view)
{
	if (view->access == TS_ACCESS_TRUSTED)
		return;
	view->held = ts_upstream_fault(b, &view->held_text);
	if (view->access == TS_ACCESS_BLOCKED) {
		view->held = "blocked";
		view->held_text = "the operator has blocked this device; what you paid is still yours, ask for it back";
	} else if (!view->held && is_too_dear(s)) {
		view->held = "price_above_limit";
		view->held_text = "the price is above the highest that your wallet agreed to; what is left goes back to it";
	}
}

static enum ts_session_state state_of(const struct ts_billing *b,
				      const struct ts_billing_session *s,
				      const struct ts_session_view *view)
{
	if (view->access == TS_ACCESS_TRUSTED)
		return TS_SESSION_PAID;
	if (!s->row.done_wei && TAILQ_EMPTY(&s->payments) && !s->account &&
	    !view->sponsored_wei)
		return TS_SESSION_NEVER_PAID;
	if (view->access == TS_ACCESS_BLOCKED || !view->remaining_bytes ||
	    (s->account && s->account->dry && !ts_upstream_holds(b)))
		return TS_SESSION_DRY;
	return TS_SESSION_PAID;
}

/* What wallets lend its station, in the kernel too; of one payment once. */
static ts_u128 lent_wei(struct ts_billing *b, const struct ts_billing_session *s,
			const struct ts_ledger_tariff *t)
{
	const struct ts_billing_reservation *r;
	struct ts_loan loan;
	ts_u128 wei = 0, word = 0, left;
	const struct ts_billing_sponsorship *by = NULL;

	if (TAILQ_EMPTY(&b->sponsorships))
		return 0;
	if (s->account)
		TAILQ_FOREACH(r, &s->account->reservations, list)
			if (r->sponsorship)
				wei += ts_wei_holding_units(r->row.units -
							    r->row.returned_units,
							    s->account->row.unit_shift);
	ts_for_each_loan(&loan, b, s) {
		if (!ts_address_equal(&loan.by->row.said.token, &t->token) ||
		    !ts_loan_tariff(b, &loan, &b->ticked))
			continue;
		if (loan.by != by)
			word = 0;
		by = loan.by;
		left = by->row.said.limit_wei - by->row.spent_wei - by->held_wei - word;
		left = loan.wei < left ? loan.wei : left;
		word += left;
		wei += left;
	}
	return wei;
}

static void fill(struct ts_billing *b, struct ts_billing_session *s,
		 struct ts_session_view *view)
{
	const struct ts_billing_payment *p;
	ts_u128 paid_wei;
	int dir;

	memset(view, 0, sizeof(*view));
	memcpy(view->code, s->row.code, TS_CODE_SIZE);
	view->has_station = s->row.has_station;
	memcpy(view->station.mac, s->row.mac, sizeof(s->row.mac));
	view->station.vlan = s->row.vlan;
	view->station.zone = s->row.zone;
	view->tariff = tariff_for(b, s)->row;
	if (ts_address_equal(&s->row.done_token, &view->tariff.token))
		view->attached_wei = s->row.done_wei;
	TAILQ_FOREACH(p, &s->payments, list) {
		if (!ts_address_equal(&p->tariff->row.token, &view->tariff.token))
			continue;
		view->attached_wei += p->row.delta_wei < p->row.max_wei ?
				      p->row.delta_wei : p->row.max_wei;
		if (!ts_payment_spendable(b, p))
			continue;
		view->unspent_wei += ts_payment_available_wei(p) + p->held_wei -
				     p->lent_wei;
		if (!p->channel)
			view->given_wei += ts_payment_available_wei(p) + p->held_wei;
	}
	view->sponsored_wei = lent_wei(b, s, &view->tariff);
	view->unspent_wei += view->sponsored_wei;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		view->used_bytes[dir] = s->row.done_bytes[dir];
	paid_wei = view->unspent_wei;
	if (s->account)
		view_account(b, s->account, view);
	fill_guest(b, s, view);
	/* Spent first, so what is left of it is no more than all that is. */
	view->given_wei = ts_u128_less(view->given_wei, paid_wei - view->unspent_wei);
	if (s->account && view->sponsored_wei)
		view->sponsored_wei = ts_u128_less(view->sponsored_wei,
						   ts_loan_passed_wei(s->account, NULL));
	view->remaining_bytes = bytes_for(view->unspent_wei, &view->tariff);
	view->suggest_wei = suggest_wei(b, &view->tariff);
	view->tagged_wei = ts_tag_amount(b, s, &view->tariff.token, view->suggest_wei);
	view->access = ts_session_access(b, s);
	fill_held(b, s, view);
	view->state = state_of(b, s, view);
	if (view->access == TS_ACCESS_TRUSTED)
		view->remaining_bytes = UINT64_MAX;
}

int ts_billing_session_view(struct ts_billing *b, const char *code,
			    struct ts_session_view *view)
{
	struct ts_billing_session *s;

	s = ts_code_valid(code) ? ts_session_by_code(b, code) : NULL;
	if (!s || s->row.closed)
		return ts_billing_fail(b, -ENOENT, "there is no session %.20s here",
				       code);
	fill(b, s, view);
	return 0;
}

int ts_billing_session_each(struct ts_billing *b,
			    int (*cb)(const struct ts_session_view *view,
				      void *arg), void *arg)
{
	struct ts_billing_session *s;
	struct ts_session_view view;
	int ret;

	TAILQ_FOREACH(s, &b->sessions, list) {
		if (s->row.closed)
			continue;
		fill(b, s, &view);
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}

static const char *cosign_state(const struct ts_cosign *cosign)
{
	if (cosign->failed)
		return "failed";
	if (cosign->complete)
		return "signed";
	return cosign->refused ? "refused" : "asked";
}

static const char *uncredited(const struct ts_billing_channel *c)
{
	if (!c->uncredited_wei || c->row.channel.state == TS_CHANNEL_NONE)
		return NULL;
	return c->uncredited_wei == TS_BEYOND_WEI ? "too_large" : "second_node";
}

static void fill_channel(const struct ts_billing_channel *c,
			 struct ts_channel_view *view)
{
	view->channel = c->row.channel;
	view->trusted = c->row.trusted;
	view->paid_wei = c->row.channel.partner_proof.transferred_wei -
			 c->row.base_wei - c->row.relayed_wei;
	view->unspent_wei = ts_channel_unspent_wei(c);
	view->refunded_wei = c->row.refunded_wei;
	view->refunding = c->refunding;
	view->leaving = c->life && c->life->leaving;
	view->uncredited = uncredited(c);
	view->cosign = c->life ? c->life->cosign.kind : TS_COSIGN_NONE;
	if (!view->cosign)
		return;
	view->cosign_ours = c->life->cosign.ours;
	view->cosign_wei = view->cosign == TS_COSIGN_WITHDRAW ?
			   c->life->cosign.withdraw_wei : c->life->cosign.asker_wei;
	view->cosign_state = cosign_state(&c->life->cosign);
}

int ts_billing_channel_view(struct ts_billing *b,
			    const struct ts_address *wallet,
			    const struct ts_address *token,
			    struct ts_channel_view *view)
{
	struct ts_billing_channel *newest = ts_channel_with(b, wallet, token);

	if (!newest)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this wallet in this token here");
	fill_channel(newest, view);
	return 0;
}

int ts_billing_channel_each(struct ts_billing *b,
			    int (*cb)(const struct ts_channel_view *view,
				      void *arg), void *arg)
{
	const struct ts_billing_channel *c;
	struct ts_channel_view view;
	int ret;

	TAILQ_FOREACH(c, &b->channels, list) {
		fill_channel(c, &view);
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}

int ts_billing_tariff_each(struct ts_billing *b, const struct ts_time *now,
			   int (*cb)(const struct ts_ledger_tariff *t,
				     bool announced, void *arg), void *arg)
{
	const struct ts_billing_version *v;
	bool announced;
	int ret;

	TAILQ_FOREACH(v, &b->versions, list) {
		announced = v->row.valid_from_s > ts_wall_floor(b, now);
		if (!ts_tariff_is_offered(b, v->row.id, &v->row.token) ||
		    v->row.valid_from_s == TS_TARIFF_NEVER_S ||
		    (!announced && v != ts_tariff_current(b, v->row.id,
							 &v->row.token, now)))
			continue;
		ret = cb(&v->row, announced, arg);
		if (ret)
			return ret;
	}
	return 0;
}

int ts_billing_sum(struct ts_billing *b,
		   int (*cb)(const struct ts_ledger_sum *s, void *arg),
		   void *arg)
{
	int ret = ts_ledger_sum(b->ledger, cb, arg);

	if (ret < 0)
		ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger));
	return ret;
}

void ts_billing_counters(const struct ts_billing *b,
			 struct ts_billing_counters *counters)
{
	*counters = b->counters;
}
