// SPDX-License-Identifier: GPL-2.0
/*
 * totals.c - the whole box in numbers, from memory alone: it is asked for each few
 * seconds, and may cost a payment nothing.
 */
#include <string.h>

#include "billing/accounts.h"
#include "billing/sessions.h"
#include "billing/revenues.h"

static bool has_value(const struct ts_billing_session *s)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (ts_payment_available_wei(p))
			return true;
	return false;
}

static enum ts_session_state state_of(const struct ts_billing *b,
				      const struct ts_billing_session *s)
{
	if (!s->row.done_wei && TAILQ_EMPTY(&s->payments) && !s->account)
		return TS_SESSION_NEVER_PAID;
	if (s->account)
		return s->account->dry && !ts_upstream_holds(b) ? TS_SESSION_DRY :
								  TS_SESSION_PAID;
	return has_value(s) ? TS_SESSION_PAID : TS_SESSION_DRY;
}

void ts_billing_totals(const struct ts_billing *b, struct ts_totals_view *view)
{
	const struct ts_billing_channel *c;
	const struct ts_billing_session *s;
	const struct ts_billing_account *a;

	memset(view, 0, sizeof(*view));
	TAILQ_FOREACH(s, &b->sessions, list)
		if (!s->row.closed)
			view->sessions[state_of(b, s)]++;
	TAILQ_FOREACH(a, &b->accounts, list)
		view->online += a->in_kernel && !a->idle && a->row.state == TS_ACCOUNT_OPEN;
	TAILQ_FOREACH(c, &b->channels, list) {
		view->channels += c->row.channel.state == TS_CHANNEL_OPEN;
		view->channels_closed += c->row.channel.state == TS_CHANNEL_CLOSED;
		view->channels_frozen += c->row.channel.state == TS_CHANNEL_OPEN &&
					 c->row.channel.frozen;
	}
	memcpy(view->carried_bytes, b->carried_bytes, sizeof(view->carried_bytes));
	ts_revenue_totals(b, view->earned_wei);
}
