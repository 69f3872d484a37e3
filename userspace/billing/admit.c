// SPDX-License-Identifier: GPL-2.0
/*
 * admit.c - what is taken over a channel: only what can be claimed on the chain (M3), and
 * what somebody will spend.
 */
#include <string.h>

#include "billing/channels.h"
#include "billing/onchain.h"
#include "billing/payments.h"
#include "billing/sessions.h"

/* Codes that a wallet has paid for and no station has shown. */
#define WAITING_MAX	64

static ts_u128 unsettled_wei(const struct ts_ledger_channel *c)
{
	const struct ts_channel *ch = &c->channel;
	ts_u128 in = ch->partner_proof.transferred_wei;
	ts_u128 out = ch->our_proof.transferred_wei;

	if (ch->state == TS_CHANNEL_NONE)
		return 0;
	return in > out ? in - out : 0;
}

static bool is_to_be_claimed(const struct ts_billing *b,
			     const struct ts_billing_channel *c)
{
	return !ts_channel_foreign(b, &c->row.channel) && unsettled_wei(&c->row);
}

/* Whether our coin does not do for all that have paid, and @more of them. */
static bool is_gas_short(const struct ts_billing *b, unsigned int more)
{
	const struct ts_billing_channel *c;
	ts_u128 claims = more;

	if (!b->gas_claim_wei)
		return false;
	TAILQ_FOREACH(c, &b->channels, list)
		claims += is_to_be_claimed(b, c);
	return b->gas_coin_wei / b->gas_claim_wei < claims;
}

void ts_billing_gas(struct ts_billing *b, ts_u128 coin_wei, ts_u128 claim_wei)
{
	bool before = b->gas_short;

	b->gas_coin_wei = coin_wei;
	b->gas_claim_wei = claim_wei;
	b->gas_short = is_gas_short(b, 0);
	if (b->gas_short != before)
		ts_channels_changed(b);
}

/**
 * ts_pay_room_wei() - what may still be taken over a channel before it is settled
 * Return: TS_U128_MAX: any amount.
 */
ts_u128 ts_pay_room_wei(const struct ts_billing *b,
			const struct ts_billing_channel *c)
{
	const struct ts_address *address = &c->row.channel.token;
	const struct ts_billing_token *token = ts_billing_token(&b->config, address);
	ts_u128 channel_wei = TS_U128_MAX, box_wei = TS_U128_MAX, sum_wei = 0, wei;
	const struct ts_billing_channel *other;

	if (!token)
		return 0;
	if (token->exposure_channel_wei) {
		wei = unsettled_wei(&c->row);
		channel_wei = token->exposure_channel_wei > wei ?
			      token->exposure_channel_wei - wei : 0;
	}
	if (!token->exposure_box_wei)
		return channel_wei;
	TAILQ_FOREACH(other, &b->channels, list)
		if (ts_address_equal(&other->row.channel.token, address) &&
		    !ts_channel_foreign(b, &other->row.channel))
			sum_wei += unsettled_wei(&other->row);
	box_wei = token->exposure_box_wei > sum_wei ?
		  token->exposure_box_wei - sum_wei : 0;
	return channel_wei < box_wei ? channel_wei : box_wei;
}

/* M3: our income exists only if the channel leaves us the time to claim it. */
static const char *why_unsafe(const struct ts_billing *b,
			      const struct ts_billing_channel *c,
			      ts_u128 credit_wei, const char **text)
{
	const struct ts_billing_config *config = &b->config;
	const struct ts_channel *ch = &c->row.channel;
	const struct ts_billing_token *token = ts_billing_token(config, &ch->token);

	if (!c->row.trusted &&
	    ch->settle_timeout_blocks < config->min_settle_timeout_blocks) {
		*text = "the channel's settle timeout is too short for this box; open one with a longer timeout";
		return "settle_timeout_too_short";
	}
	if (!c->row.trusted && ch->partner_deposit_wei < token->min_deposit_wei) {
		*text = "the payer's deposit does not cover this box's cost of settling; deposit more";
		return "deposit_too_small";
	}
	if (b->gas_short || (!is_to_be_claimed(b, c) && is_gas_short(b, 1))) {
		*text = "the box could not pay the chain for claiming this now; its operator must send it some of the chain's coin";
		return "gas_reserve";
	}
	*text = "as much was taken as may be before it is settled on the chain, over this channel or by this box; try again later";
	return ts_pay_room_wei(b, c) < (credit_wei ? credit_wei : 1) ?
	       "exposure_limit" : NULL;
}

/**
 * ts_pay_why_not() - why nothing is credited over a channel now
 * @b: billing
 * @c: the channel
 * @credit_wei: that is to be credited; 0: anything
 * @text: set to the same for people
 *
 * Return: NULL: it is, or one word.
 */
const char *ts_pay_why_not(const struct ts_billing *b,
			   const struct ts_billing_channel *c,
			   ts_u128 credit_wei, const char **text)
{
	if (ts_channel_foreign(b, &c->row.channel)) {
		*text = "this channel is with another address, in another token, contract or chain than this box takes now; ask it for its channel";
		return "foreign_channel";
	}
	if (c->life && c->life->leaving) {
		*text = "this channel is about to end; open a new one afterwards";
		return "leaving";
	}
	return why_unsafe(b, c, credit_wei, text);
}

/*
 * Sessions with value are never forgotten, and the least value makes one: so a
 * wallet cannot have any number of them wait for a station.
 */
static bool is_hoarding(struct ts_billing *b, const struct ts_billing_channel *c,
			const struct ts_bytes *data)
{
	const struct ts_billing_payment *p;
	const struct ts_billing_session *s;
	unsigned int waiting = 0;
	struct ts_memo memo;

	if (!ts_memo_parse(&memo, data->p, data->len) ||
	    ts_session_by_code(b, memo.code))
		return false;
	TAILQ_FOREACH(s, &b->sessions, list) {
		p = TAILQ_FIRST(&s->payments);
		if (!s->row.has_station && p &&
		    ts_address_equal(&p->row.wallet,
				     &c->row.channel.partner_address))
			waiting++;
	}
	return waiting >= WAITING_MAX;
}

/** ts_pay_is_for_carrying() - whether a memo pays a neighbour for what it carries */
bool ts_pay_is_for_carrying(const struct ts_bytes *memo)
{
	ts_u128 paid_wei;

	return ts_memo_parse_relay(&paid_wei, memo->p, memo->len);
}

/**
 * ts_pay_admit() - whether a direct transfer is taken, or refused here
 * @b: billing
 * @c: its channel
 * @memo: what it is for
 * @credit_wei: what it pays
 * @reply: answered when it is not
 *
 * Return: true if so.
 */
bool ts_pay_admit(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_bytes *memo, ts_u128 credit_wei,
		  uint64_t reply)
{
	const char *name, *text = NULL;
	char order[TS_CODE_SIZE];

	/* Our own money that comes back, or our share elsewhere, gives no new credit. */
	if (ts_memo_is_refund(memo->p, memo->len) ||
	    ts_memo_is_share(memo->p, memo->len) ||
	    ts_memo_is_return(memo->p, memo->len, order))
		return true;
	/*
	 * What is owed for carrying buys nothing more, so it may come while the channel is
	 * about to end; as long as it waits the partner could not end it with us.
	 */
	if (ts_pay_is_for_carrying(memo) && !ts_channel_foreign(b, &c->row.channel))
		name = why_unsafe(b, c, credit_wei, &text);
	else
		name = ts_pay_why_not(b, c, credit_wei, &text);
	if (!name && is_hoarding(b, c, memo)) {
		name = "too_many_sessions";
		text = "this wallet has paid for too many codes that no station has shown; let stations show them first";
	}
	if (!name)
		return true;
	ts_reply_refuse(b, reply, TS_REFUSE_FORBIDDEN, name, text);
	return false;
}
