// SPDX-License-Identifier: GPL-2.0
/*
 * payout.c - what holders of shares were allotted gets to them.
 *
 * In one batch (M10): the payout's row, what was paid of the share, and our signed transfer
 * or the row of the transaction.  So a crash leaves it undone or done.  What never arrived,
 * for the chain settled a channel without it or a transaction failed, is owed again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/share.h"
#include "billing/tariffs.h"
#include "photon/memo.h"

#define DONE_AGE	"payout_age_s"

static int get(struct ts_billing *b, const char *key, uint64_t *value)
{
	int ret = ts_ledger_meta_get(b->ledger, key, value);

	if (ret == -ENOENT)
		*value = 0;
	return ret == -ENOENT ? 0 : ret;
}

const char *ts_billing_payout_fault(struct ts_billing *b)
{
	uint64_t unknown = 1;

	if (b->read_only[0])
		return b->read_only;
	if (get(b, TS_LEDGER_PAYOUTS_UNKNOWN, &unknown))
		return ts_ledger_error(b->ledger);
	return unknown ? "the ledger is from a backup, which does not know what was paid out since it was made: nothing is, until you have looked at what was and say \"tsctl revenue trust\"" : NULL;
}

int ts_billing_payouts_trust(struct ts_billing *b)
{
	uint64_t unknown = 0;

	if (!get(b, TS_LEDGER_PAYOUTS_UNKNOWN, &unknown) && !unknown)
		return ts_billing_fail(b, -EALREADY, "no payout is in doubt");
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, TS_LEDGER_PAYOUTS_UNKNOWN, 0));
	b->urgent = true;
	return 0;
}

/** struct search - for the row of a share */
struct search {
	const struct ts_address *token, *holder;
	struct ts_ledger_share *row;
};

static int match(const struct ts_ledger_share *s, void *arg)
{
	struct search *search = arg;

	if (!ts_address_equal(&s->token, search->token) ||
	    !ts_address_equal(&s->holder, search->holder))
		return 0;
	*search->row = *s;
	return 1;
}

/* Its row, if anything can be paid of it. */
static int find(struct ts_billing *b, const struct ts_address *token,
		const struct ts_address *holder, struct ts_ledger_share *row)
{
	struct search search = { token, holder, row };
	int ret = ts_ledger_share_load(b->ledger, match, &search);
	const char *fault = ts_billing_payout_fault(b);

	if (ret < 0)
		return ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger));
	if (!ret || ts_address_is_zero(holder))
		return ts_billing_fail(b, -ENOENT,
				       "nobody at this address has a share in this token");
	if (fault)
		return ts_billing_fail(b, b->read_only[0] ? -EROFS : -EPERM, "%s", fault);
	if (row->allotted_wei == row->paid_wei)
		return ts_billing_fail(b, -EALREADY, "all that is its own was paid out");
	return 0;
}

static void book(struct ts_billing *b, struct ts_ledger_share *row,
		 struct ts_ledger_payout *p, const struct ts_time *now)
{
	p->token = row->token;
	p->holder = row->holder;
	p->wall_s = ts_wall_floor(b, now);
	row->paid_wei += p->wei;
	ts_batch_check(b, ts_ledger_share_put(b->ledger, row));
	if (!b->broken)
		ts_batch_check(b, ts_ledger_payout_insert(b->ledger, p));
	b->urgent = true;
}

/* Our next transfer, into @b->step->next. */
static int plan(struct ts_billing *b, struct ts_billing_channel *c, ts_u128 *wei)
{
	static const struct ts_bytes memo = {
		(const uint8_t *)TS_MEMO_SHARE, sizeof(TS_MEMO_SHARE) - 1
	};
	ts_u128 room_wei = ts_u128_less(ts_channel_our_balance_wei(&c->row.channel),
					ts_lives_unspent_wei(b, c));
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);
	enum ts_refusal refusal;

	if (!old)
		return ts_billing_fail(b, -EIO, "%s", ts_ledger_error(b->ledger));
	*wei = ts_u128_least(*wei, room_wei);
	if (!*wei)
		return ts_billing_fail(b, -EPERM,
			"our side of the channel with it has nothing left that is not its own and unspent; deposit into it");
	refusal = ts_life_pay(old, b->key, *wei, &memo, &b->step->next);
	return refusal ? ts_billing_fail(b, refusal == TS_REFUSED_QUEUE_FULL ||
					    refusal == TS_REFUSED_QUEUE_BUSY ?
					 -EBUSY : -EINVAL, "%s",
					 ts_refusal_text(refusal)) : 0;
}

int ts_billing_share_pay(struct ts_billing *b, const struct ts_address *token,
			 const struct ts_address *holder, const struct ts_time *now,
			 ts_u128 *paid_wei)
{
	struct ts_billing_channel *c;
	struct ts_ledger_payout p = { };
	struct ts_ledger_share row;
	int ret;

	*paid_wei = 0;
	ret = find(b, token, holder, &row);
	if (!ret)
		ret = ts_refund_find(b, holder, token, &c);
	if (ret)
		return ret;
	p.wei = row.allotted_wei - row.paid_wei;
	ret = plan(b, c, &p.wei);
	if (ret)
		return ret;
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	c->row.shares_out_wei += p.wei;
	ts_life_store(b, c, &b->step->next);
	p.channel = c->row.id;
	p.nonce = c->row.channel.our_proof.nonce;
	book(b, &row, &p, now);
	*paid_wei = p.wei;
	return 0;
}

int ts_billing_share_paid_cold(struct ts_billing *b, const struct ts_address *token,
			       const struct ts_address *holder, ts_u128 wei, int64_t tx,
			       const struct ts_time *now)
{
	struct ts_ledger_payout p = { .wei = wei, .tx = tx };
	struct ts_ledger_share row;
	int ret = find(b, token, holder, &row);

	if (ret)
		return ret;
	if (wei > row.allotted_wei - row.paid_wei)
		return ts_billing_fail(b, -EINVAL, "that is more than it is owed");
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	book(b, &row, &p, now);
	return 0;
}

/* --- what did not arrive --------------------------------------------------- */

/**
 * struct lost - payouts of which something was
 * @channel: row number of the life that they went over
 * @row: newest last
 * @count: how many
 */
struct lost {
	int64_t channel;
	struct ts_ledger_payout *row;
	size_t count;
};

static int collect(const struct ts_ledger_payout *p, void *arg)
{
	struct lost *lost = arg;
	struct ts_ledger_payout *more;

	if (p->channel != lost->channel || p->lost_wei == p->wei)
		return 0;
	more = realloc(lost->row, (lost->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	lost->row = more;
	more[lost->count++] = *p;
	return 0;
}

/* So much of it is owed again. */
static void lose(struct ts_billing *b, struct ts_ledger_payout *p, ts_u128 wei)
{
	struct ts_ledger_share row;
	struct search search = { &p->token, &p->holder, &row };

	if (ts_ledger_share_load(b->ledger, match, &search) != 1) {
		b->broken = true;
		return;
	}
	p->lost_wei += wei;
	row.paid_wei -= wei;
	ts_batch_check(b, ts_ledger_share_put(b->ledger, &row));
	if (!b->broken)
		ts_batch_check(b, ts_ledger_payout_lose(b->ledger, p));
	b->urgent = true;
}

/**
 * ts_shares_lost() - the chain settled a channel without our last payouts
 * @b: billing, its batch begun
 * @c: the channel
 * @lost_wei: their value
 */
void ts_shares_lost(struct ts_billing *b, struct ts_billing_channel *c, ts_u128 lost_wei)
{
	struct lost lost = { .channel = c->row.id };
	char text[TS_ADDRESS_TEXT_SIZE];
	ts_u128 wei;

	if (ts_ledger_payout_load(b->ledger, collect, &lost))
		b->broken = true;
	while (lost.count-- && lost_wei && !b->broken) {
		wei = ts_u128_least(lost_wei, lost.row[lost.count].wei -
					      lost.row[lost.count].lost_wei);
		lose(b, &lost.row[lost.count], wei);
		c->row.shares_out_wei -= wei;
		lost_wei -= wei;
	}
	free(lost.row);
	if (b->broken)
		return;
	ts_channel_write(b, c);
	ts_billing_say(b, LOG_NOTICE, "the channel with %s was settled without our last payout of its share; that is owed again",
		       ts_address_print(&c->row.channel.partner_address, text));
}

int ts_billing_payouts_failed(struct ts_billing *b)
{
	struct lost failed = { .channel = 0 };
	size_t i;
	int ret = ts_ledger_payout_load_failed(b->ledger, collect, &failed);

	if (ret)
		ts_billing_fail(b, ret, "%s", ret == -ENOMEM ? "out of memory" :
				ts_ledger_error(b->ledger));
	for (i = 0; i < failed.count && !ret; i++) {
		if (!ts_batch(b)) {
			ret = ts_billing_fail(b, -EROFS, "%s", b->read_only);
			break;
		}
		lose(b, &failed.row[i], failed.row[i].wei - failed.row[i].lost_wei);
		ts_billing_say(b, LOG_WARNING, "payout %" PRId64 ": its transaction paid nothing; that is owed again",
			       failed.row[i].id);
	}
	free(failed.row);
	return ret;
}

ts_u128 ts_billing_settled_owed_wei(struct ts_billing *b, const struct ts_address *token)
{
	const struct ts_billing_channel *newest;
	struct ts_billing_channel *c;
	ts_u128 wei = 0;

	TAILQ_FOREACH(c, &b->channels, list) {
		newest = ts_channel_life(b, &c->row.channel.channel_identifier,
					 UINT64_MAX);
		if (newest->row.channel.state != TS_CHANNEL_OPEN &&
		    ts_address_equal(&c->row.channel.token, token))
			wei = ts_u128_more(wei, ts_channel_unspent_wei(c));
	}
	return wei;
}

/* --- the schedule ---------------------------------------------------------- */

bool ts_billing_payout_due(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t last_s;

	return b->config.payout_every_s && b->key && !b->read_only[0] && !b->broken &&
	       !get(b, DONE_AGE, &last_s) &&
	       ts_age_s(b, now) >= last_s + b->config.payout_every_s;
}

int ts_billing_payout_done(struct ts_billing *b, const struct ts_time *now)
{
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, DONE_AGE, ts_age_s(b, now)));
	return 0;
}
