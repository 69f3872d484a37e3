// SPDX-License-Identifier: GPL-2.0
/*
 * batch.c - the open batch: begun by the first change, committed by the flush,
 * and everything that may leave only then.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/visit.h"

/* Closing and opening anew takes three commits; more than this is a mistake. */
#define ROUNDS_MAX	8

void ts_billing_say(struct ts_billing *b, int priority, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	b->effects.log(b->effects.ctx, priority, text);
}

int ts_billing_fail(struct ts_billing *b, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(b->error, sizeof(b->error), fmt, args);
	va_end(args);
	return err;
}

const char *ts_billing_error(const struct ts_billing *b)
{
	return b->error;
}

const char *ts_billing_read_only(const struct ts_billing *b)
{
	return b->read_only[0] ? b->read_only : NULL;
}

/* Note the outcome of a write: after a failure nothing of the batch counts. */
void ts_batch_check(struct ts_billing *b, int err)
{
	if (err)
		b->broken = true;
}

/* Open the batch unless it is open; false: nothing can be written. */
bool ts_batch(struct ts_billing *b)
{
	if (b->broken || b->read_only[0])
		return false;
	if (!ts_ledger_in_batch(b->ledger))
		ts_batch_check(b, ts_ledger_begin(b->ledger));
	return !b->broken;
}

static void answer(struct ts_billing *b, struct ts_billing_reply *r)
{
	if (r->attached[0]) {
		b->effects.attached(b->effects.ctx, r->reply, r->attached);
		return;
	}
	if (r->claimed[0]) {
		b->effects.claimed(b->effects.ctx, r->reply, r->claimed,
				   r->bought_wei);
		return;
	}
	if (r->is_heard)
		b->effects.heard(b->effects.ctx, r->reply, &r->heard);
	if (r->refunded) {
		b->effects.refunded(b->effects.ctx, r->reply,
				    &r->refunded->row.channel.partner_address,
				    &r->refunded->row.channel.token);
		return;
	}
	if (r->vouched) {
		ts_evidence_answer(b, r);
		return;
	}
	if (r->taken) {
		b->effects.taken(b->effects.ctx, r->reply);
		return;
	}
	if (!r->why.name) {
		b->effects.ack(b->effects.ctx, r->reply, r->ack);
		return;
	}
	if (r->conflict)
		r->why.last = &r->conflict->row.channel;
	b->effects.refuse(b->effects.ctx, r->reply, &r->why);
}

static void answer_all(struct ts_billing *b)
{
	unsigned int i;

	for (i = 0; i < b->n_replies; i++)
		answer(b, &b->replies[i]);
	b->n_replies = 0;
}

/*
 * While the batch waits for company: a refusal that says nothing of what is in
 * it need not wait, and strangers' junk takes no place from payments.
 */
static void answer_refused(struct ts_billing *b)
{
	unsigned int i, n = 0;

	for (i = 0; i < b->n_replies; i++) {
		if (b->replies[i].why.name && !b->replies[i].conflict)
			answer(b, &b->replies[i]);
		else
			b->replies[n++] = b->replies[i];
	}
	b->n_replies = n;
}

/*
 * A write failed: nothing of the batch has left or may leave.  What is in memory
 * goes with it; the disk and the kernel say where we stand.
 */
static int fall_back(struct ts_billing *b, const struct ts_time *now)
{
	static const struct ts_refused why = {
		.kind = TS_REFUSE_READ_ONLY, .name = "read_only",
		.text = "the box cannot store payments now; its operator must act",
	};
	struct ts_billing_session *s;
	unsigned int i;

	snprintf(b->read_only, sizeof(b->read_only), "%s",
		 ts_ledger_failed(b->ledger) ? ts_ledger_failed(b->ledger) :
					       ts_ledger_error(b->ledger));
	ts_ledger_discard(b->ledger);
	ts_billing_say(b, LOG_CRIT, "read-only, payments are refused until tsd is restarted: %s",
		       b->read_only);
	for (i = 0; i < b->n_replies; i++)
		b->effects.refuse(b->effects.ctx, b->replies[i].reply, &why);
	b->counters.refused[TS_REFUSE_READ_ONLY] += b->n_replies;
	b->n_replies = 0;
	TAILQ_FOREACH(s, &b->sessions, list) {
		ts_attach_refuse(b, s);
		ts_claim_refuse(b, s);
	}
	ts_refunds_refuse(b);
	ts_visits_refuse(b);
	answer_all(b);
	ts_channels_lost(b);
	ts_billing_forget(b);
	/* A config whose tariffs were in the batch does not hold either. */
	b->config = b->stored;
	ts_upstream_begin(b);
	b->broken = false;
	memset(b->batch_wei, 0, sizeof(b->batch_wei));
	b->batch_payments = 0;
	b->lazy_ns = UINT64_MAX;
	if (ts_billing_load(b, now))
		ts_billing_say(b, LOG_CRIT, "the ledger cannot be read either: %s",
			       b->error);
	return -EROFS;
}

static void committed(struct ts_billing *b)
{
	struct ts_billing_account *a;

	b->stored = b->config;
	b->counters.commits++;
	b->counters.payments += b->batch_payments;
	b->batch_payments = 0;
	memset(b->batch_wei, 0, sizeof(b->batch_wei));
	b->urgent = false;
	b->window_ns = 0;
	TAILQ_FOREACH(a, &b->work, work) {
		a->committed_units = a->reserved_units - a->returned_units;
		a->step_ready = true;
	}
	ts_lives_committed(b);
}

/* With nothing left to commit there is nothing left to grant either. */
static void grant(struct ts_billing *b, struct ts_billing_account *a)
{
	ts_account_grant(b, a);
	if (a->committed_units != a->reserved_units - a->returned_units)
		return;
	TAILQ_REMOVE(&b->work, a, work);
	a->working = false;
}

static void grant_all(struct ts_billing *b)
{
	struct ts_billing_account *a, *next;

	for (a = TAILQ_FIRST(&b->work); a; a = next) {
		next = TAILQ_NEXT(a, work);
		if (a->step == TS_STEP_SERVE)
			grant(b, a);
	}
}

/*
 * What the kernel is asked to do between two commits.  An account that was just
 * made is one commit ahead of its first grant.
 */
static void work_kernel(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a, *next;

	for (a = TAILQ_FIRST(&b->work); a && !b->broken; a = next) {
		next = TAILQ_NEXT(a, work);
		if (a->step == TS_STEP_SERVE)
			grant(b, a);
		else if (b->read_only[0] || !a->step_ready)
			continue;
		else if (a->step == TS_STEP_REVOKE)
			ts_account_settle(b, a, now);
	}
	if (!b->broken && !b->read_only[0])
		ts_account_delete_all(b, now);
}

static void tell(struct ts_billing *b)
{
	struct ts_billing_session *s;
	int notice;

	while ((s = TAILQ_FIRST(&b->news))) {
		TAILQ_REMOVE(&b->news, s, news);
		s->told = false;
		for (notice = TS_NOTICE_PAID; notice <= TS_NOTICE_DRY; notice++)
			if (s->notices & (1u << notice))
				b->effects.notify(b->effects.ctx, s->row.code,
						  (enum ts_notice)notice);
		b->effects.session_changed(b->effects.ctx, s->row.code);
		s->notices = 0;
		if (s->row.closed)
			ts_session_free(b, s);
	}
}

/* Whether the open batch has to be committed in this turn. */
static bool is_due(struct ts_billing *b, const struct ts_time *now)
{
	if (b->urgent || !b->config.commit_window_ms)
		return true;
	if (!b->window_ns)
		b->window_ns = now->boot_ns +
			       b->config.commit_window_ms * TS_NS_PER_MS;
	return now->boot_ns >= b->window_ns;
}

int ts_billing_flush(struct ts_billing *b, const struct ts_time *now)
{
	int round;

	for (round = 0; round < ROUNDS_MAX; round++) {
		if (!b->read_only[0] && now->boot_ns >= b->lazy_ns)
			ts_session_write_all(b);
		if (b->broken)
			return fall_back(b, now);
		if (ts_ledger_in_batch(b->ledger)) {
			if (!round && !is_due(b, now)) {
				answer_refused(b);
				grant_all(b);
				ts_lives_send(b, now);
				return 0;
			}
			ts_session_write_all(b);
			ts_revenue_write(b);
			if (b->broken || ts_ledger_commit(b->ledger))
				return fall_back(b, now);
			committed(b);
		}
		answer_all(b);
		work_kernel(b, now);
		if (!b->broken)
			ts_refunds(b, now);
		if (!b->broken)
			ts_visits_work(b, now);
		if (!b->broken && !ts_ledger_in_batch(b->ledger)) {
			b->urgent = false;	/* nothing is left to commit */
			answer_all(b);
			break;
		}
	}
	if (b->broken)
		return fall_back(b, now);
	ts_visits_granted(b);
	tell(b);
	ts_channels_tell(b);
	ts_lives_send(b, now);
	ts_evidence_send(b, now);
	return 0;
}

uint64_t ts_billing_deadline(const struct ts_billing *b)
{
	uint64_t ns = b->key ? b->send_ns : UINT64_MAX;

	if (b->broken)
		return 0;
	/* Nothing will be written, so nothing is due but answers. */
	if (b->read_only[0])
		return b->n_replies ? 0 : UINT64_MAX;
	if (b->urgent)
		return 0;
	if (!ts_ledger_in_batch(b->ledger) && b->n_replies)
		return 0;
	if (ts_ledger_in_batch(b->ledger) && b->window_ns < ns)
		ns = b->window_ns;
	return b->lazy_ns < ns ? b->lazy_ns : ns;
}
