// SPDX-License-Identifier: GPL-2.0
/*
 * roam_claim.c - at the host: when home is asked, for how much, and what its answer
 * means (M14).
 *
 * First that there is an order at all; then a slice after the other, ahead of need: two
 * are kept, as in the kernel, and when one is left the next is bought.  The amount is
 * cumulative, so that an answer that is lost costs nothing but time.
 * Home that does not answer sells nothing; what was bought is used all the same.
 */
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

/* Home is asked at least so often: there may be a newer order. */
#define REFRESH_NS	(30 * TS_NS_PER_S)
#define SLICES		2
/* After a refusal that may be over by then. */
#define AGAIN_NS	(5 * TS_NS_PER_S)
#define FAILURES_MAX	3	/* 2^3 seconds */

static const struct ts_refused
unreachable = { TS_REFUSE_BUSY, "home_unreachable",
	"the box at home does not answer; nothing is bought until it does", NULL },
cannot_take = { TS_REFUSE_FORBIDDEN, "cannot_take",
	"this box takes nothing over its channel with the box at home now", NULL },
too_dear = { TS_REFUSE_FORBIDDEN, "too_dear",
	"this box asks for more than the order's highest price", NULL };

/* What a home may answer, and whether that is the end of the order. */
static const struct refusal {
	struct ts_refused why;
	bool final;
} refusals[] = {
	{ { TS_REFUSE_FORBIDDEN, "superseded",
	    "this wallet has signed a newer order", NULL }, true },
	{ { TS_REFUSE_FORBIDDEN, "order_expired",
	    "this order is too old; sign a new one", NULL }, true },
	{ { TS_REFUSE_FORBIDDEN, "not_a_payer",
	    "the wallet that signed has no channel with the box at home, in the token that it named", NULL }, true },
	{ { TS_REFUSE_FORBIDDEN, "wrong_chain",
	    "the box at home is on another chain", NULL }, true },
	{ { TS_REFUSE_FORBIDDEN, "not_listed",
	    "the box at home does not list this box as one of its community", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "unknown_channel",
	    "the box at home has no channel with this box in the token that the order names", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "limit_reached",
	    "all that this order allows is bought; sign a new one", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "nothing_left",
	    "the wallet has nothing left at home that its other stations do not hold", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "home_channel_empty",
	    "the box at home has nothing left in its channel with this box", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "home_channel_closed",
	    "the channel of the box at home with this box can carry nothing now", NULL }, false },
	{ { TS_REFUSE_BUSY, "not_now",
	    "a refund or a withdrawal of the wallet's channel is under way at home", NULL }, false },
	{ { TS_REFUSE_BUSY, "busy",
	    "the box at home has too much to do; nothing is bought for a moment", NULL }, false },
	{ { TS_REFUSE_BUSY, "read_only",
	    "the box at home cannot store anything now; its operator must act", NULL }, false },
	{ { TS_REFUSE_FORBIDDEN, "home_refuses",
	    "the box at home refuses, and this box does not know its reason", NULL }, false },
};

/* What a session can spend, also in the kernel. */
ts_u128 ts_visit_unspent_wei(const struct ts_billing *b,
			     const struct ts_billing_session *s)
{
	const struct ts_billing_account *a = s->account;
	const struct ts_billing_payment *p;
	ts_u128 wei = 0, passed = 0;

	TAILQ_FOREACH(p, &s->payments, list)
		if (ts_payment_spendable(b, p))
			wei += ts_payment_available_wei(p) + p->held_wei;
	if (a && a->row.state != TS_ACCOUNT_CLOSED)
		passed = ts_wei_of_units(ts_account_passed(a), a->row.unit_shift);
	return wei > passed ? wei - passed : 0;
}

/**
 * ts_visit_is_too_dear() - whether an order's highest price is below ours
 * @b: billing
 * @order: which
 * @tariff: set to what is paid under, if it is not
 * @now: the time
 *
 * Return: whether it is, or nothing is sold here in its token.
 */
bool ts_visit_is_too_dear(struct ts_billing *b, const struct ts_order *order,
			  struct ts_billing_version **tariff,
			  const struct ts_time *now)
{
	ts_u128 wei;
	int dir;

	*tariff = ts_tariff_to_pay(b, b->config.default_tariff_id, &order->token, now);
	if (!*tariff)
		return true;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		if (ts_u128_parse(&wei, (*tariff)->row.wei_per_gb[TS_CLASS_INTERNET][dir]) ||
		    wei > order->max_wei_per_gb)
			return true;
	return false;
}

/* What one slice of a guest is worth now. */
static ts_u128 slice_wei(const struct ts_billing *b,
			 const struct ts_billing_session *s,
			 const struct ts_billing_version *tariff)
{
	const struct ts_billing_token *token =
		ts_billing_token(&b->config, &tariff->row.token);
	uint64_t units;
	ts_u128 wei;

	if (s->account && s->account->tariff == tariff)
		units = s->account->slice_units;
	else if (__builtin_mul_overflow(b->config.slice_floor_bytes,
					(uint64_t)ts_tariff_dearest(&tariff->row), &units))
		units = TS_EPOCH_UNITS_MAX;
	wei = ts_wei_holding_units(units, tariff->row.unit_shift);
	return token && token->slice_cap_wei && wei > token->slice_cap_wei ?
	       token->slice_cap_wei : wei;
}

/* In all; what is known to be bought: there is enough. */
static ts_u128 wanted_wei(const struct ts_billing *b, const struct ts_billing_visit *v,
			  const struct ts_billing_session *s,
			  const struct ts_billing_version *tariff)
{
	ts_u128 bought = v->known_wei > v->row.received_wei ? v->known_wei :
							      v->row.received_wei;
	ts_u128 have = ts_visit_unspent_wei(b, s) + bought - v->row.received_wei;
	ts_u128 keep = slice_wei(b, s, tariff) * SLICES;

	if (have > keep / 2)
		return bought;
	return keep - have < TS_U128_MAX - bought ? bought + keep - have : TS_U128_MAX;
}

/* The guest and the operator are told when it is something else than before. */
static void note(struct ts_billing *b, struct ts_billing_visit *v,
		 const struct ts_refused *fault)
{
	struct ts_billing_session *s = ts_session_by_code(b, v->row.name);

	if (v->fault == fault)
		return;
	v->fault = fault;
	if (s)
		ts_session_changed(b, s);
	if (fault)
		ts_billing_say(b, LOG_WARNING, "guest %s: %s", v->row.name, fault->text);
	else
		ts_billing_say(b, LOG_INFO, "guest %s: all is well again", v->row.name);
}

/* What home pays and we refuse would be nowhere (M3). */
static bool may_take(struct ts_billing *b, const struct ts_billing_visit *v, ts_u128 wei)
{
	struct ts_billing_channel *c = ts_channel_with(b, &v->order.home,
						       &v->order.token);
	const char *text;

	return c && c->row.channel.state == TS_CHANNEL_OPEN &&
	       !c->row.channel.frozen && !ts_pay_why_not(b, c, wei, &text);
}

/* What is asked for; false: nothing yet. */
static bool amount_of(struct ts_billing *b, struct ts_billing_visit *v,
		      struct ts_claim *claim, const struct ts_time *now)
{
	const struct ts_billing_session *s = ts_session_by_code(b, v->row.name);
	struct ts_billing_version *tariff;
	ts_u128 bought = v->known_wei > v->row.received_wei ? v->known_wei :
							      v->row.received_wei;

	claim->amount_wei = 0;
	if (v->asking)
		return true;
	if (!s)
		return false;
	if (ts_visit_is_too_dear(b, &v->order, &tariff, now)) {
		ts_visit_end(b, v, &too_dear, now);
		return false;
	}
	claim->tariff_id = tariff->row.id;
	claim->amount_wei = wanted_wei(b, v, s, tariff);
	if (claim->amount_wei > bought && !may_take(b, v, claim->amount_wei - bought)) {
		note(b, v, &cannot_take);
		v->next_ns = now->boot_ns + AGAIN_NS;
		return false;
	}
	/* After a failure also to know that home is there again. */
	return claim->amount_wei > bought || v->failures ||
	       now->boot_ns - v->asked_ns >= REFRESH_NS;
}

bool ts_billing_claim_next(struct ts_billing *b, const struct ts_address *home,
			   const struct ts_time *now, uint8_t bytes[TS_CLAIM_BYTES],
			   char name[TS_CODE_SIZE])
{
	struct ts_claim claim = { 0 };
	struct ts_billing_visit *v;

	/* Nothing may be asked for that is not on the disk. */
	if (!b->key || b->read_only[0] || b->broken || ts_ledger_in_batch(b->ledger))
		return false;
	TAILQ_FOREACH(v, &b->visits, list) {
		if (v->in_flight || now->boot_ns < v->next_ns ||
		    (!v->asking && v->row.state != TS_VISIT_LIVE) ||
		    !ts_address_equal(&v->order.home, home) ||
		    !amount_of(b, v, &claim, now))
			continue;
		memcpy(claim.order_bytes, v->row.order, TS_ORDER_BYTES);
		ts_claim_sign(&claim, b->key, bytes);
		memcpy(name, v->row.name, TS_CODE_SIZE);
		v->in_flight = true;
		return true;
	}
	return false;
}

uint64_t ts_billing_claim_due(const struct ts_billing *b)
{
	const struct ts_billing_visit *v;
	uint64_t ns = UINT64_MAX;

	if (!b->key || b->read_only[0])
		return ns;
	TAILQ_FOREACH(v, &b->visits, list)
		if (!v->in_flight && v->fault && v->row.state == TS_VISIT_LIVE &&
		    v->next_ns < ns)
			ns = v->next_ns;
	return ns;
}

static const struct refusal *refusal_of(const char *name)
{
	size_t i, n = sizeof(refusals) / sizeof(refusals[0]);

	for (i = 0; i + 1 < n; i++)
		if (!strcmp(refusals[i].why.name, name))
			break;
	return &refusals[i];
}

static void failed(struct ts_billing *b, struct ts_billing_visit *v,
		   const struct ts_time *now)
{
	if (v->asking) {
		ts_visit_refuse(b, v, &unreachable);
		return;
	}
	v->next_ns = now->boot_ns + (TS_NS_PER_S << v->failures);
	if (v->failures < FAILURES_MAX)
		v->failures++;
	note(b, v, &unreachable);
}

static void refused(struct ts_billing *b, struct ts_billing_visit *v,
		    const char *name, const struct ts_time *now)
{
	const struct refusal *r = refusal_of(name);

	v->failures = 0;
	if (v->asking) {
		ts_visit_refuse(b, v, &r->why);
	} else if (r->final) {
		ts_visit_end(b, v, &r->why, now);
	} else {
		v->next_ns = now->boot_ns + AGAIN_NS;
		note(b, v, &r->why);
	}
}

void ts_billing_claim_answered(struct ts_billing *b, const char *name,
			       const struct ts_claim_answer *answer,
			       const struct ts_time *now)
{
	struct ts_billing_visit *v = ts_visit_find(b, name);

	/* Its end, or a reload after a failed commit, came first. */
	if (!v || !v->in_flight || b->broken)
		return;
	v->in_flight = false;
	v->asked_ns = now->boot_ns;
	if (answer->unreachable) {
		failed(b, v, now);
	} else if (answer->error) {
		refused(b, v, answer->error, now);
	} else {
		v->failures = 0;
		if (answer->bought_wei > v->known_wei)
			v->known_wei = answer->bought_wei;
		if (v->asking)
			ts_visit_begin(b, v, now);
		else
			note(b, v, NULL);
	}
}
