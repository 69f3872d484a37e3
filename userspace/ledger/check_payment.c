// SPDX-License-Identifier: GPL-2.0
/*
 * check_payment.c - whether payments follow from their proofs, and were spent as their
 * reservations say.
 */
#include <errno.h>
#include <inttypes.h>

#include "ledger/check.h"

static void check_signer(struct check *c, const struct ts_channel *ch,
			 const struct ts_ledger_payment *p)
{
	if (!ts_check_is_signed(ch, p->nonce, p->cumulative_wei, &p->locksroot,
				&p->message_hash, &p->signature, &ch->partner_address))
		ts_check_fault(c, "payment %" PRId64 ": the channel's partner did not sign its proof",
			       p->id);
}

/* What is paid in one token is spent at prices in that token. */
static void check_token(struct check *c, const struct ts_channel *ch,
			const struct ts_ledger_payment *p)
{
	const struct of_tariff *ot = ts_check_find(&c->tariffs, p->tariff);

	if (p->tariff && (!ot || !ts_address_equal(&ot->token, &ch->token)))
		ts_check_fault(c, "payment %" PRId64 ": its tariff is in another token than its channel",
			       p->id);
}

static int add_payment(const struct ts_ledger_payment *p, void *arg)
{
	struct of_payment op = { .row = *p };
	struct check *c = arg;
	struct of_channel *oc = ts_check_find(&c->channels, p->channel);
	ts_u128 before;

	if (!oc) {
		ts_check_fault(c, "payment %" PRId64 ": its channel is missing", p->id);
		return ts_check_append(c, &c->payments, &op);
	}
	before = oc->last.id ? oc->last.cumulative_wei : oc->row.base_wei;
	/* Between two payments there may be proofs that only move locks. */
	if (oc->last.id && p->nonce <= oc->last.nonce)
		ts_check_fault(c, "payment %" PRId64 ": nonce %" PRIu64 " does not follow %"
			       PRIu64, p->id, p->nonce, oc->last.nonce);
	if (p->cumulative_wei < before ||
	    p->cumulative_wei - before < p->delta_wei)
		ts_check_fault(c, "payment %" PRId64 ": it added more than its proof says",
			       p->id);
	if (!p->mediated &&
	    !ts_address_equal(&p->wallet, &oc->row.channel.partner_address))
		ts_check_fault(c, "payment %" PRId64 ": its wallet is not the channel's partner",
			       p->id);
	if (!p->session != !p->tariff)
		ts_check_fault(c, "payment %" PRId64 ": a session without a tariff, or the other way round",
			       p->id);
	check_token(c, &oc->row.channel, p);
	if (c->flags & TS_LEDGER_CHECK_SIGNATURES)
		check_signer(c, &oc->row.channel, p);
	oc->paid_wei += p->delta_wei;
	oc->spent_wei += p->spent_wei;
	oc->refunded_wei += p->refunded_wei;
	oc->last = *p;
	op.token = &oc->row.channel.token;
	return ts_check_append(c, &c->payments, &op);
}

int ts_check_load_payments(struct check *c)
{
	return ts_ledger_payment_load(c->l, add_payment, c);
}

/*
 * A payment is nowhere else, so that one is missing would show only when the books
 * of its channel were written since.  A ledger that a new version has just opened
 * does not know the number until its next payment.
 */
int ts_check_payment_count(struct check *c)
{
	uint64_t count;
	int ret;

	ret = ts_ledger_meta_get(c->l, TS_DB_PAYMENTS, &count);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	if (c->payments.count != count)
		ts_check_fault(c, "payments: %" PRIu64 " were stored, %zu are there", count,
			       c->payments.count);
	return 0;
}

/** ts_check_payments() - each, with what its reservations say */
void ts_check_payments(struct check *c)
{
	const struct of_payment *p = (const void *)c->payments.rows;
	size_t i;

	for (i = 0; i < c->payments.count; i++, p++) {
		if (p->spent_wei != p->row.spent_wei)
			ts_check_fault(c, "payment %" PRId64 ": its reservations used another amount than it lost",
				       p->row.id);
		if (p->held_wei + p->spent_wei + p->row.refunded_wei >
		    p->row.delta_wei)
			ts_check_fault(c, "payment %" PRId64 ": more is reserved, spent and refunded than was paid",
				       p->row.id);
		if (p->held_wei && !p->row.live)
			ts_check_fault(c, "payment %" PRId64 ": held by an account but marked as done",
				       p->row.id);
	}
}
