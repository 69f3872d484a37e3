// SPDX-License-Identifier: GPL-2.0
/*
 * allowance.c - what the operator gives a station for its MAC: so many bytes a day to who
 * asks, and up to a limit and a date to those it names.
 *
 * A MAC proves nothing (M15).  So all allowances of a day are bounded together, and what is
 * lost to somebody with a copied MAC is the operator's, up to what it said.
 */
#include <errno.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/gift.h"
#include "billing/gifts.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"

#define S_PER_DAY	86400

static const struct ts_refused
none = { TS_REFUSE_FORBIDDEN, "no_allowance",
	"this box gives nothing away", NULL },
had = { TS_REFUSE_FORBIDDEN, "had_allowance",
	"this station had its allowance of today; there is another one tomorrow", NULL },
all_had = { TS_REFUSE_BUSY, "allowances_gone",
	"all that this box gives away on one day is given; there is more tomorrow", NULL },
room = { TS_REFUSE_BUSY, "too_many_sessions",
	"too many stations; try again in a minute", NULL },
read_only = { TS_REFUSE_READ_ONLY, "read_only",
	"the box cannot store anything now; its operator must act", NULL };

/* The token of the default tariff. */
static struct ts_billing_version *default_tariff(struct ts_billing *b,
						 const struct ts_time *now)
{
	const struct ts_billing_config *c = &b->config;
	unsigned int i;

	for (i = 0; i + 1 < c->n_tariffs; i++)
		if (c->tariffs[i].id == c->default_tariff_id)
			break;
	return ts_tariff_current(b, c->default_tariff_id,
				 &c->tokens[c->tariffs[i].token].address, now);
}

static const struct ts_refused *allowance_fault(struct ts_billing *b,
						const struct ts_key *key, uint64_t day)
{
	uint64_t count;
	bool is_had;

	if (!b->config.allowance_bytes)
		return &none;
	if (b->broken || b->read_only[0] ||
	    ts_ledger_allowance_had(b->ledger, key->mac, day, &is_had) ||
	    ts_ledger_allowance_count(b->ledger, day, &count))
		return &read_only;
	if (is_had)
		return &had;
	return count >= b->config.allowance_stations ? &all_had : NULL;
}

static const struct ts_refused *give(struct ts_billing *b, const struct ts_key *key,
				     uint64_t day, const struct ts_time *now,
				     struct ts_billing_session **s)
{
	struct ts_billing_version *tariff = default_tariff(b, now);
	struct ts_ledger_gift gift = {
		.kind = TS_GIFT_ALLOWANCE, .until_age_s = (day + 1) * S_PER_DAY,
	};

	gift.wei = ts_gift_wei_of_bytes(&tariff->row, b->config.allowance_bytes);
	/* What has no price needs no allowance. */
	if (!gift.wei)
		return &none;
	*s = ts_session_of_station(b, key, now);
	if (!*s)
		return &room;
	if (!ts_batch(b))
		return &read_only;
	ts_batch_check(b, ts_ledger_allowance_put(b->ledger, key->mac, day));
	if (!b->broken)
		ts_gift_give(b, *s, tariff, &gift, now);
	return NULL;
}

void ts_billing_allowance(struct ts_billing *b, const struct ts_key *key, uint64_t reply,
			  const struct ts_time *now)
{
	uint64_t day = ts_age_s(b, now) / S_PER_DAY;
	struct ts_billing_session *s = NULL;
	const struct ts_refused *why;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	why = allowance_fault(b, key, day);
	if (!why)
		why = give(b, key, day, now, &s);
	if (why)
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
	else
		memcpy(ts_reply(b, reply)->attached, s->row.code, TS_CODE_SIZE);
}

/* --- sponsored stations ---------------------------------------------------- */

/* What was given before ends; Return: whether there was anything. */
static bool end_sponsor(struct ts_billing *b, struct ts_billing_session *s,
			const struct ts_time *now)
{
	struct ts_billing_payment *p;
	bool any = false;

	TAILQ_FOREACH(p, &s->payments, list) {
		if (p->channel || p->gift.kind != TS_GIFT_SPONSOR || p->gift.over)
			continue;
		p->gift.over = any = true;
		/* Over a crash, too, before what the account has of it came back. */
		p->gift.until_age_s = 1;
		ts_payment_write(b, p);
	}
	if (any)
		ts_gifts_tick(b, now);
	return any;
}

int ts_billing_sponsor(struct ts_billing *b, const struct ts_key *key,
		       const struct ts_address *token, ts_u128 wei, uint64_t until_s,
		       const struct ts_time *now, char code[TS_CODE_SIZE])
{
	struct ts_ledger_gift gift = {
		.kind = TS_GIFT_SPONSOR, .wei = wei, .until_s = until_s,
	};
	struct ts_billing_version *tariff;
	struct ts_billing_session *s;

	tariff = ts_tariff_to_pay(b, b->config.default_tariff_id, token, now);
	if (!wei || !tariff)
		return ts_billing_fail(b, -EINVAL,
			"the limit must be above 0, in a token with a tariff");
	if (until_s > INT64_MAX || (until_s && until_s <= ts_wall_floor(b, now)))
		return ts_billing_fail(b, -EINVAL, "its end is over already");
	s = ts_session_of_station(b, key, now);
	if (!s)
		return -ENOSPC;
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	end_sponsor(b, s, now);
	memcpy(gift.mac, key->mac, sizeof(gift.mac));
	if (!ts_gift_give(b, s, tariff, &gift, now))
		return ts_billing_fail(b, -EROFS, "%s", ts_ledger_error(b->ledger));
	memcpy(code, s->row.code, TS_CODE_SIZE);
	return 0;
}

int ts_billing_sponsor_end(struct ts_billing *b, const struct ts_key *key,
			   const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_key(b, key);

	if (!s)
		return ts_billing_fail(b, -ENOENT, "this station has no session");
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	if (!end_sponsor(b, s, now))
		return ts_billing_fail(b, -ENOENT, "nobody pays for this station");
	b->urgent = true;
	return 0;
}

int ts_billing_sponsor_each(struct ts_billing *b,
			    int (*cb)(const struct ts_sponsor_view *view, void *arg),
			    void *arg)
{
	const struct ts_billing_session *s;
	const struct ts_billing_payment *p;
	struct ts_sponsor_view view;
	int ret = 0;

	TAILQ_FOREACH(s, &b->sessions, list) {
		TAILQ_FOREACH(p, &s->payments, list) {
			if (p->channel || p->gift.kind != TS_GIFT_SPONSOR || p->gift.over)
				continue;
			memset(&view, 0, sizeof(view));
			memcpy(view.code, s->row.code, TS_CODE_SIZE);
			memcpy(view.key.mac, p->gift.mac, sizeof(view.key.mac));
			view.key.vlan = s->row.vlan;
			view.key.zone = s->row.zone;
			view.token = p->tariff->row.token;
			view.wei = p->row.delta_wei;
			view.spent_wei = p->row.spent_wei + p->held_wei;
			view.until_s = p->gift.until_s;
			ret = cb(&view, arg);
			if (ret)
				return ret;
		}
	}
	return ret;
}
