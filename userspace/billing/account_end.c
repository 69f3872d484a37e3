// SPDX-License-Identifier: GPL-2.0
/* account_end.c - how an account in the kernel ends: closed, settled, deleted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/home.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"

/* First step of closing: say so on the disk.  The flush does the others. */
void ts_account_end(struct ts_billing *b, struct ts_billing_account *a)
{
	if (a->row.state != TS_ACCOUNT_OPEN || b->read_only[0] || !ts_batch(b))
		return;
	a->row.state = TS_ACCOUNT_CLOSING;
	a->step = TS_STEP_REVOKE;
	a->step_ready = false;
	ts_account_work(b, a);
	ts_batch_check(b, ts_ledger_account_update(b->ledger, &a->row));
	b->urgent = true;
}

/* The final numbers into the batch: what was used, the rest to its wallets. */
static void settle(struct ts_billing *b, struct ts_billing_account *a,
		   uint64_t used_units, const struct ts_time *now)
{
	uint64_t effective = a->reserved_units - a->returned_units;
	struct ts_billing_session *s = a->session;
	int class, dir;

	if (!ts_batch(b))
		return;
	if (used_units > effective) {
		ts_billing_say(b, LOG_ERR, "account %u: more passed than was reserved: somebody else granted; the rest is booked to nobody",
			       a->row.account_id);
		used_units = effective;
	}
	ts_account_book(b, a, now);
	if (used_units < a->booked_units)
		used_units = a->booked_units;
	a->row.unseen_units = used_units - a->booked_units;
	ts_revenue_units(b, a, a->booked_units, used_units);
	a->row.state = TS_ACCOUNT_CLOSED;
	a->step = TS_STEP_DELETE;
	a->step_ready = false;
	ts_account_work(b, a);
	ts_batch_check(b, ts_ledger_account_update(b->ledger, &a->row));
	ts_reserve_settle(b, a, used_units);
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			s->row.done_bytes[dir] += a->booked[class][dir].bytes;
	ts_session_write(b, s);
	ts_session_changed(b, s);
	b->urgent = true;
}

/*
 * A packet is charged first and counted then, on its own CPU.  With nothing left
 * to spend none follows it, so that what is under way ends soon; a second later
 * it is not under way, and the difference is booked as unseen.
 */
static bool is_at_rest(struct ts_billing_account *a, const struct ts_time *now)
{
	if (ts_account_counted(a) == ts_account_passed(a))
		return true;
	if (!a->settling_ns)
		a->settling_ns = now->boot_ns;
	return now->boot_ns - a->settling_ns >= TS_NS_PER_S;
}

/**
 * ts_account_settle() - second step of closing, after "closing" is committed
 * @b: billing
 * @a: the account
 * @now: the time
 *
 * Takes all that is unspent in the kernel and books what passed.
 */
void ts_account_settle(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now)
{
	uint64_t taken = 0;
	int err;

	if (!a->in_kernel) {
		ts_account_lost(b, a, now);
		return;
	}
	err = b->meter.revoke(b->meter.m, a->row.account_id, a->row.epoch,
			      UINT64_MAX, &taken);
	if (!err)
		err = ts_account_read(b, a);
	if (err == -ENOENT || err == -ESTALE) {
		ts_account_lost(b, a, now);
		return;
	}
	if (err) {
		ts_billing_say(b, LOG_ERR, "account %u: cannot be closed in the kernel, trying again: %s",
			       a->row.account_id, b->meter.error(b->meter.m));
		return;
	}
	if (is_at_rest(a, now))
		settle(b, a, ts_account_passed(a), now);
}

/**
 * ts_account_lost() - the kernel does not have the account any more
 *
 * Nobody knows what passed unseen; the config says who bears that (invariant 3).
 */
void ts_account_lost(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now)
{
	uint64_t reserved = a->reserved_units - a->returned_units;
	uint64_t least = ts_account_passed(a), most = reserved, used;

	if (a->followed && a->granted_units - a->revoked_units < most)
		most = a->granted_units - a->revoked_units;
	if (least > most)
		least = most;
	used = b->config.loss_bearer == TS_LOSS_PAYER ? most : least;
	a->in_kernel = false;
	settle(b, a, used, now);
	ts_billing_say(b, LOG_WARNING, "account %u of session %s: the kernel lost it (%s); it consumed %llu to %llu units, %llu of %llu reserved are booked: the %s bears what passed unseen",
		       a->row.account_id, a->session->row.code,
		       a->followed ? "the meter was taken away" : "power cut?",
		       (unsigned long long)least, (unsigned long long)most,
		       (unsigned long long)used, (unsigned long long)reserved,
		       b->config.loss_bearer == TS_LOSS_PAYER ? "payer" : "operator");
}

/* It is closed on the disk, and what the kernel said to that is in @c, if asked. */
static void forget(struct ts_billing *b, struct ts_billing_account *a,
		   const struct ts_closing *c, const struct ts_time *now)
{
	struct ts_billing_session *s = a->session;

	if (c && c->err && c->err != -ENOENT && c->err != -ESTALE)
		ts_billing_say(b, LOG_ERR, "account %u: cannot be deleted in the kernel: %s",
			       a->row.account_id, strerror(-c->err));
	if (c && c->taken_units)
		ts_billing_say(b, LOG_ERR, "account %u: somebody else granted it %llu units after its end; they are taken back",
			       a->row.account_id, (unsigned long long)c->taken_units);
	ts_account_free(b, a);
	ts_sponsors_settled(b, now);
	if (s->closing) {
		/* What is lent of its payments has to come back first. */
		if (!s->row.closed && !ts_session_is_lent(s))
			ts_session_finish(b, s, now);
		return;
	}
	if (s->attach && !ts_session_is_lent(s))
		ts_attach_finish(b, s, now);
	if (s->claim)
		ts_claim_finish(b, s, now);
	ts_account_serve(b, s, now);
}

static bool is_deletable(const struct ts_billing_account *a)
{
	return a->step == TS_STEP_DELETE && a->step_ready;
}

/**
 * ts_account_delete_all() - last step of closing, after "closed" is committed
 * @b: billing
 * @now: the time
 *
 * All accounts whose turn it is go from the kernel together, since it has to
 * wait until no packet is under way in them.  Without memory they stay for the
 * next flush.
 */
void ts_account_delete_all(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a, *next;
	struct ts_closing *closing;
	size_t count = 0, i = 0;

	TAILQ_FOREACH(a, &b->work, work)
		count += is_deletable(a);
	closing = count ? calloc(count, sizeof(*closing)) : NULL;
	if (!closing)
		return;
	TAILQ_FOREACH(a, &b->work, work) {
		if (!is_deletable(a) || !a->in_kernel)
			continue;
		closing[i].id = a->row.account_id;
		closing[i++].epoch = a->row.epoch;
	}
	if (i)
		b->meter.close_accounts(b->meter.m, closing, i);
	/* In the same order; what is made meanwhile comes last and is open. */
	i = 0;
	for (a = TAILQ_FIRST(&b->work); a; a = next) {
		next = TAILQ_NEXT(a, work);
		if (is_deletable(a))
			forget(b, a, a->in_kernel ? &closing[i++] : NULL, now);
	}
	free(closing);
}

/* Forget an account in memory. */
void ts_account_free(struct ts_billing *b, struct ts_billing_account *a)
{
	struct ts_billing_reservation *r;

	while ((r = TAILQ_FIRST(&a->reservations))) {
		TAILQ_REMOVE(&a->reservations, r, list);
		free(r);
	}
	if (a->working)
		TAILQ_REMOVE(&b->work, a, work);
	ts_table_remove(&b->account_by_number, &a->by_number);
	TAILQ_REMOVE(&b->accounts, a, list);
	if (a->session->account == a)
		a->session->account = NULL;
	free(a);
}
