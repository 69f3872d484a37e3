// SPDX-License-Identifier: GPL-2.0
/*
 * onchain.c - channels and the chain.
 *
 * Where anything is under way the life is in memory (life.c); the others are
 * read from the ledger when they are needed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/onchain.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "ledger/transaction.h"
#include "photon/form.h"

/* One thread, and never two at once: too big for a stack. */
static struct ts_life old, new;

int ts_billing_begin(struct ts_billing *b)
{
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only[0] ?
				       b->read_only : "the ledger cannot be written");
	b->urgent = true;
	return 0;
}

/* A channel that was never heard of: before its first life. */
static void unheard(struct ts_billing *b, const struct ts_billing_shown *shown,
		    struct ts_life *life)
{
	struct ts_channel *ch = &life->channel;

	memset(life, 0, sizeof(*life));
	ch->channel_identifier = shown->channel_identifier;
	ch->chain_id = b->config.chain_id;
	ch->tokens_network = b->config.tokens_network;
	ch->token = shown->token;
	ch->our_address = b->config.our_address;
	ch->partner_address = shown->partner;
}

/* What the chain shows of the partner's deposit, and does not count. */
static void leave_uncredited(struct ts_billing *b, struct ts_billing_channel *c,
			     ts_u128 deposit_wei)
{
	c->uncredited_wei = deposit_wei;
	ts_batch_check(b, ts_ledger_doubt_put(b->ledger, c->row.id, deposit_wei));
}

static void credit_all(struct ts_billing *b, struct ts_billing_channel *c)
{
	if (!c->uncredited_wei)
		return;
	c->uncredited_wei = 0;
	ts_batch_check(b, ts_ledger_doubt_delete(b->ledger, c->row.id));
}

/* Its row says that it is over, and so does what it has beside it. */
static void end_before(struct ts_billing *b, struct ts_billing_channel *before)
{
	ts_life_end(&old, &old);
	before->row.channel = old.channel;
	credit_all(b, before);
	ts_life_release(b, before);
	if (before->row.has_life)
		ts_batch_check(b, ts_ledger_life_write(b->ledger, before->row.id, &old));
	ts_channel_write(b, before);
}

/* Another life: the one before, which is in @old, takes nothing any more. */
static int begin_life(struct ts_billing *b, struct ts_billing_channel *before,
		      const struct ts_life *life, bool trusted)
{
	struct ts_ledger_channel row = { .channel = life->channel,
					 .trusted = trusted };
	const char *fault = ts_channel_fault(&row.channel);
	struct ts_billing_channel *c;

	if (fault)
		return ts_billing_fail(b, -EINVAL, "channel: %s", fault);
	c = calloc(1, sizeof(*c));
	if (!c)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	if (before)
		end_before(b, before);
	ts_batch_check(b, ts_ledger_channel_insert(b->ledger, &row));
	c->row = row;
	ts_channel_add(b, c);
	if (life->leaving || life->close_wanted)
		ts_life_store(b, c, life);
	return 0;
}

static int read_life(struct ts_billing *b, const struct ts_billing_channel *c,
		     struct ts_life *life)
{
	const struct ts_life *known = ts_life_of(b, c, life);

	if (!known)
		return ts_billing_fail(b, -EUCLEAN, "%s",
				       ts_ledger_error(b->ledger));
	if (known != life)
		*life = *known;
	return 0;
}

/*
 * The chain opened what somebody had told us of: it knows better how long the
 * window is, and a deposit of one life only grows.
 */
static int confirm_import(struct ts_billing *b, struct ts_billing_channel *c,
			  struct ts_channel_event *event)
{
	struct ts_ledger_channel row = c->row;
	struct ts_channel *ch = &row.channel;

	ch->settle_timeout_blocks = event->settle_timeout_blocks;
	if (ch->our_deposit_wei < event->our_deposit_wei)
		ch->our_deposit_wei = event->our_deposit_wei;
	if (ch->partner_deposit_wei < event->partner_deposit_wei)
		ch->partner_deposit_wei = event->partner_deposit_wei;
	if (ts_channel_is_too_much(b, ch)) {
		ch->our_deposit_wei = c->row.channel.our_deposit_wei;
		ch->partner_deposit_wei = c->row.channel.partner_deposit_wei;
		event->partner_deposit_beyond = true;
	}
	c->row = row;
	if (c->life)
		c->life->channel = row.channel;
	ts_channel_write(b, c);
	return 0;
}

/*
 * A deposit that no sum here can hold must not hide the rest of what is shown: it
 * stays what it was, and a new life begins without it.  Return: whether it has to.
 */
static bool leave_out(struct ts_billing *b, struct ts_channel_event *event)
{
	struct ts_channel *ch = &new.channel;

	if (!ts_channel_is_too_much(b, ch))
		return false;
	if (event->kind == TS_SEEN_DEPOSITED) {
		event->our_deposit_wei = 0;
		event->our_deposit_beyond = event->ours;
		event->partner_deposit_beyond = !event->ours;
		return true;
	}
	ch->partner_deposit_wei = event->partner_deposit_wei = 0;
	event->partner_deposit_beyond = true;
	if (ts_channel_is_too_much(b, ch)) {
		event->our_deposit_wei = 0;
		event->our_deposit_beyond = true;
	}
	return true;
}

static int show(struct ts_billing *b, struct ts_billing_channel *c,
		struct ts_channel_event *event, const struct ts_signer *key)
{
	struct ts_outcome outcome;
	struct ts_lost lost = { };

	ts_life_event(&old, event, key, &new, &outcome);
	if (!outcome.changed || !memcmp(&old, &new, sizeof(old)))
		return 0;
	/* An opening that can still be undone opens nothing. */
	if (!c && !outcome.new_life)
		return 0;
	if (leave_out(b, event))
		ts_life_event(&old, event, key, &new, &outcome);
	if (ts_billing_begin(b))
		return -EROFS;
	if (outcome.new_life)
		return begin_life(b, c, &new, c && c->row.trusted &&
				  event->kind == TS_SEEN_WITHDRAWN);
	if (old.channel.state == TS_CHANNEL_CLOSED &&
	    new.channel.state == TS_CHANNEL_NONE)
		ts_life_lost(&old, &lost);
	ts_life_store(b, c, &new);
	if (lost.refunds_wei)
		ts_refund_lost(b, c, lost.refunds_wei);
	if (lost.relay_wei)
		ts_carrying_lost(b, c, lost.relay_wei);
	if (lost.shares_wei)
		ts_shares_lost(b, c, lost.shares_wei);
	return 0;
}

/* Whoever waits for that secret has it from now on. */
static int secret_seen(struct ts_billing *b, struct ts_channel_event *event,
		       const struct ts_signer *key)
{
	struct ts_billing_channel *c;
	int ret;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (!c->row.channel.our_locked_wei &&
		    !c->row.channel.partner_locked_wei)
			continue;
		ret = read_life(b, c, &old);
		if (!ret)
			ret = show(b, c, event, key);
		if (ret)
			return ret;
	}
	return 0;
}

static int take_event(struct ts_billing *b, const struct ts_billing_shown *shown,
		      struct ts_channel_event *event, const struct ts_signer *key)
{
	struct ts_billing_channel *c;
	int ret = 0;

	if (event->kind == TS_SEEN_SECRET)
		return secret_seen(b, event, key);
	c = ts_channel_life(b, &shown->channel_identifier, UINT64_MAX);
	if (!c && event->kind != TS_SEEN_OPENED)
		return 0;
	if (c && event->kind == TS_SEEN_OPENED && event->confirmed &&
	    event->block == c->row.channel.open_block_number) {
		ret = ts_billing_begin(b);
		return ret ? ret : confirm_import(b, c, event);
	}
	if (c)
		ret = read_life(b, c, &old);
	else
		unheard(b, shown, &old);
	/* Others use the same contract. */
	if (!ret && ts_channel_foreign(b, &old.channel))
		return 0;
	return ret ? ret : show(b, c, event, key);
}

/* The same, and a deposit that was left out is told of as long as that life lasts. */
static int take(struct ts_billing *b, const struct ts_billing_shown *shown,
		const struct ts_signer *key)
{
	struct ts_channel_event event = shown->event;
	struct ts_billing_channel *c;
	int ret = take_event(b, shown, &event, key);

	c = ts_channel_life(b, &shown->channel_identifier, UINT64_MAX);
	if (ret || !c || !event.confirmed || event.undo ||
	    !event.partner_deposit_beyond ||
	    c->row.channel.state == TS_CHANNEL_NONE ||
	    c->uncredited_wei == TS_BEYOND_WEI ||
	    event.block < c->row.channel.open_block_number)
		return ret;
	ret = ts_billing_begin(b);
	if (!ret)
		leave_uncredited(b, c, TS_BEYOND_WEI);
	return ret;
}

/* Whose deposit a confirmed event shows, if it credits us. */
static bool credits(const struct ts_channel_event *event, ts_u128 *deposit_wei)
{
	if (event->kind == TS_SEEN_DEPOSITED && !event->ours)
		*deposit_wei = event->our_deposit_wei;
	else if (event->kind == TS_SEEN_OPENED || event->kind == TS_SEEN_WITHDRAWN)
		*deposit_wei = event->partner_deposit_wei;
	else
		return false;
	return event->confirmed && !event->undo && *deposit_wei;
}

/*
 * What begins a life begins it, without that deposit; the deposit waits.  Of a
 * life that is known with as much there is nothing to doubt.
 */
static int take_doubted(struct ts_billing *b, const struct ts_billing_shown *shown,
			ts_u128 deposit_wei, const struct ts_signer *key)
{
	struct ts_billing_shown without = *shown;
	struct ts_billing_channel *c;
	int ret = 0;

	without.event.partner_deposit_wei = 0;
	if (shown->event.kind != TS_SEEN_DEPOSITED)
		ret = take(b, &without, key);
	c = ts_channel_life(b, &shown->channel_identifier, UINT64_MAX);
	if (ret || !c || shown->event.block < c->row.channel.open_block_number ||
	    c->row.channel.state == TS_CHANNEL_NONE ||
	    deposit_wei <= c->row.channel.partner_deposit_wei)
		return ret;
	ret = ts_billing_begin(b);
	if (!ret)
		leave_uncredited(b, c, deposit_wei);
	return ret;
}

int ts_billing_channel_event(struct ts_billing *b,
			     const struct ts_billing_shown *shown,
			     const struct ts_signer *key,
			     const struct ts_time *now)
{
	ts_u128 deposit_wei;

	if (shown->doubted && credits(&shown->event, &deposit_wei))
		return take_doubted(b, shown, deposit_wei, key);
	return take(b, shown, key);
}

int ts_billing_shown_token(struct ts_billing *b,
			   const struct ts_billing_shown *shown,
			   struct ts_address *token)
{
	const struct ts_billing_channel *c;

	*token = shown->token;
	if (shown->event.kind == TS_SEEN_OPENED)
		return 0;
	c = ts_channel_life(b, &shown->channel_identifier, UINT64_MAX);
	if (c)
		*token = c->row.channel.token;
	return c ? 0 : -ENOENT;
}

static struct ts_billing_channel *by_row(struct ts_billing *b, int64_t row)
{
	struct ts_billing_channel *c;

	TAILQ_FOREACH(c, &b->channels, list)
		if (c->row.id == row)
			break;
	return c;
}

bool ts_billing_life_is_over(struct ts_billing *b, int64_t channel)
{
	const struct ts_billing_channel *c = by_row(b, channel);

	return !c || c->row.channel.state == TS_CHANNEL_NONE;
}

static int note_doubt(int64_t channel, ts_u128 deposit_wei, void *arg)
{
	struct ts_billing_doubt *doubt = arg;

	if (channel <= doubt->channel || deposit_wei == TS_BEYOND_WEI)
		return 0;
	doubt->channel = channel;
	doubt->deposit_wei = deposit_wei;
	return 1;
}

int ts_billing_doubt_after(struct ts_billing *b, int64_t channel,
			   struct ts_billing_doubt *doubt)
{
	struct ts_billing_channel *c;
	int ret;

	memset(doubt, 0, sizeof(*doubt));
	doubt->channel = channel;
	ret = ts_ledger_doubt_load(b->ledger, note_doubt, doubt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	c = by_row(b, doubt->channel);
	if (!c)
		return -ENOENT;
	doubt->open_block_number = c->row.channel.open_block_number;
	doubt->token = c->row.channel.token;
	doubt->partner = c->row.channel.partner_address;
	return 0;
}

int ts_billing_deposit_believed(struct ts_billing *b,
				const struct ts_billing_doubt *doubt,
				const struct ts_signer *key)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = doubt->open_block_number,
		.confirmed = true, .our_deposit_wei = doubt->deposit_wei,
	};
	struct ts_billing_channel *c = by_row(b, doubt->channel);
	int ret = c ? read_life(b, c, &old) : 0;

	if (!ret)
		ret = ts_billing_begin(b);
	if (ret)
		return ret;
	if (c && c->row.channel.state != TS_CHANNEL_NONE)
		ret = show(b, c, &event, key);
	if (c && event.partner_deposit_beyond)
		leave_uncredited(b, c, TS_BEYOND_WEI);
	else if (c)
		credit_all(b, c);
	return ret;
}

int ts_billing_cosigned_failed(struct ts_billing *b, int64_t channel,
			       const struct ts_signer *key)
{
	struct ts_channel_event failed = { .kind = TS_SEEN_FAILED };
	struct ts_billing_channel *c = by_row(b, channel);
	int ret;

	if (!c || c->row.channel.state == TS_CHANNEL_NONE)
		return 0;
	ret = read_life(b, c, &old);
	return ret ? ret : show(b, c, &failed, key);
}

int ts_billing_chain_resume(struct ts_billing *b, uint64_t cursor_block,
			    const struct ts_signer *key)
{
	struct ts_channel_event undo = { .undo = true, .block = UINT64_MAX };
	struct ts_billing_channel *c;
	int ret = 0;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (c->row.channel.state == TS_CHANNEL_NONE)
			continue;
		ret = read_life(b, c, &old);
		if (ret)
			break;
		if (old.onchain.ending) {
			undo.kind = TS_SEEN_SETTLED;
			ret = show(b, c, &undo, key);
			if (!ret)
				ret = read_life(b, c, &old);
		}
		if (!ret && old.onchain.closed_block > cursor_block) {
			undo.kind = TS_SEEN_CLOSED;
			ret = show(b, c, &undo, key);
		}
		if (ret)
			break;
	}
	return ret;
}

int ts_billing_channel_trust(struct ts_billing *b,
			     const struct ts_address *wallet,
			     const struct ts_address *token)
{
	struct ts_billing_channel *c = ts_channel_with(b, wallet, token);

	if (!c)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this wallet here");
	if (c->row.channel.restored != TS_RESTORED_UNKNOWN)
		return ts_billing_fail(b, -EALREADY,
			"this channel was not restored from a backup, or is trusted already");
	if (ts_billing_begin(b))
		return -EROFS;
	c->row.channel.restored = TS_RESTORED_TRUSTED;
	if (c->life)
		c->life->channel.restored = TS_RESTORED_TRUSTED;
	ts_channel_write(b, c);
	return 0;
}

int ts_billing_channel_close(struct ts_billing *b,
			     const struct ts_hash *identifier)
{
	struct ts_billing_channel *c = ts_channel_life(b, identifier, UINT64_MAX);
	int ret;

	if (!c)
		return ts_billing_fail(b, -ENOENT, "no such channel is known here");
	if (c->row.channel.state != TS_CHANNEL_OPEN)
		return ts_billing_fail(b, -EALREADY, "the channel is closed already");
	if (c->row.channel.restored == TS_RESTORED_UNKNOWN)
		return ts_billing_fail(b, -EPERM, "%s",
				       ts_refusal_text(TS_REFUSED_RESTORED));
	ret = read_life(b, c, &old);
	if (ret)
		return ret;
	ts_life_close(&old, &new);
	if (!memcmp(&old, &new, sizeof(old)))
		return 0;
	ret = ts_billing_begin(b);
	if (!ret)
		ts_life_store(b, c, &new);
	return ret;
}
