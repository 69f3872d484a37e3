// SPDX-License-Identifier: GPL-2.0
/*
 * settle.c - the channel ends by both signatures.
 *
 * A signature over a cooperative settle is also a balance proof of its signer
 * over more than any balance (form.h).  So it is given only when our balance is
 * 0 and nothing is pending: then it can take nothing from us (rule M1).  And
 * nothing may come into the channel afterwards: it is frozen with it, as for a
 * withdrawal.
 */
#include <string.h>

#include "photon/life_step.h"

#define ANSWER_TEXT	"success"

/* The form that is under way. */
void ts_settle_form(const struct ts_life *life, struct ts_settle *settle)
{
	const struct ts_channel *c = &life->channel;
	bool ours = life->cosign.ours;

	settle->channel_identifier = c->channel_identifier;
	settle->open_block_number = c->open_block_number;
	settle->participant1 = ours ? c->our_address : c->partner_address;
	settle->participant2 = ours ? c->partner_address : c->our_address;
	settle->participant1_balance = ts_u256_from_u128(life->cosign.asker_wei);
	settle->participant2_balance =
		ts_u256_from_u128(life->cosign.withdraw_wei);
}

/* M1: whether our signature can take anything from us. */
static enum ts_refusal check_nothing_ours(const struct ts_life *life)
{
	if (life->our_locks.count || life->partner_locks.count ||
	    ts_channel_our_balance_wei(&life->channel))
		return TS_REFUSED_BALANCE_LEFT;
	return TS_ACCEPTED;
}

static void freeze(struct ts_life *life, const struct ts_signer *key,
		   const struct ts_moment *moment, bool ours)
{
	ts_u128 all_wei = ts_channel_partner_balance_wei(&life->channel);
	struct ts_cosign what = {
		.kind = TS_COSIGN_SETTLE, .ours = ours,
		.asker_wei = ours ? 0 : all_wei,
		.withdraw_wei = ours ? all_wei : 0,
	};

	ts_cosign_freeze(life, key, moment, &what);
}

/* SettleRequest: ours 0, the partner the rest. */
enum ts_refusal ts_settle_ask(struct ts_life *life, const struct ts_signer *key,
			      const struct ts_moment *moment)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	enum ts_refusal refusal;

	refusal = ts_life_usable(life);
	if (!refusal)
		refusal = ts_cosign_possible(life, moment);
	if (!refusal)
		refusal = check_nothing_ours(life);
	if (refusal)
		return refusal;
	if (!ts_address_equal(ts_signer_address(key),
			      &life->channel.our_address))
		return TS_REFUSED_WRONG_KEY;
	freeze(life, key, moment, true);
	ts_settle_form(life, &msg.settle_request.settle);
	msg.settle_request.participant1_signature = life->cosign.our_signature;
	return ts_cosign_send(life, key, &msg);
}

static bool yields(const struct ts_life *life)
{
	return life->cosign.kind == TS_COSIGN_SETTLE &&
	       ts_cosign_yields(life);
}

static enum ts_refusal check_request(const struct ts_received *r)
{
	const struct ts_settle *s = &r->msg->settle_request.settle;
	const struct ts_life *life = r->life;
	ts_u128 all_wei = ts_channel_partner_balance_wei(&life->channel);
	struct ts_u256 all = ts_u256_from_u128(all_wei);
	enum ts_refusal refusal;

	refusal = yields(life) ? TS_ACCEPTED : ts_life_usable(life);
	if (!refusal)
		refusal = check_nothing_ours(life);
	if (refusal)
		return refusal;
	if (ts_u256_cmp(&s->participant1_balance, &all) > 0)
		return TS_REFUSED_BALANCE_AHEAD;
	if (!ts_u256_is_zero(&s->participant2_balance) ||
	    ts_u256_cmp(&s->participant1_balance, &all))
		return TS_REFUSED_WRONG_BALANCE;
	return TS_ACCEPTED;
}

static enum ts_refusal respond(struct ts_received *r, enum ts_refusal why)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_RESPONSE };
	struct ts_settle_response *m = &msg.settle_response;
	const struct ts_channel *c = &r->life->channel;
	const char *text = why ? ts_refusal_text(why) : ANSWER_TEXT;
	struct ts_form form;

	if (why) {
		m->settle.channel_identifier = c->channel_identifier;
		m->settle.open_block_number = c->open_block_number;
		m->settle.participant2 = c->our_address;
		m->error_code = ts_refusal_code(why);
		/*
		 * An original node drops an answer, also a no, unless participant2
		 * has signed the form in it.  This one is between nobody and us, over
		 * nothing: there is no such channel to settle, and read as a balance
		 * proof it has transferred 0, so it can take nothing from us (M1).
		 */
		ts_form_cooperative_settle(&form, &m->settle, &c->chain_id);
		ts_form_sign(&form, r->key, &m->participant2_signature);
		r->outcome->told_no = why;
	} else {
		ts_settle_form(r->life, &m->settle);
		m->participant2_signature = r->life->cosign.our_signature;
	}
	m->error_message.p = (const uint8_t *)text;
	m->error_message.len = strlen(text);
	ts_outbox_drop_message(&r->life->outbox, TS_MSG_SETTLE_RESPONSE);
	return ts_life_send_plain(r->life, r->key, &c->partner_address, NULL,
				  &msg);
}

/*
 * SettleRequest by the partner.  While we own anything the answer is no, and we
 * begin to leave: withdraw, wait for the chain, then sign (M1).
 */
enum ts_refusal ts_settle_asked(struct ts_received *r)
{
	const struct ts_settle_request *m = &r->msg->settle_request;
	struct ts_life *life = r->life;
	struct ts_channel *c = &life->channel;
	enum ts_refusal refusal, why;

	if (!ts_address_equal(&m->settle.participant1, &c->partner_address) ||
	    !ts_address_equal(&m->settle.participant2, &c->our_address))
		return TS_REFUSED_NOT_PARTNER;
	refusal = ts_cosign_asked(r, yields(life));
	if (refusal)
		return refusal;
	why = check_request(r);
	/* As for a withdrawal: its deposit may not be confirmed to us. */
	if (why == TS_REFUSED_BALANCE_AHEAD)
		return why;
	if (why == TS_REFUSED_BALANCE_LEFT)
		life->leaving = true;
	if (why)
		return respond(r, why);
	ts_outbox_drop_message(&life->outbox, TS_MSG_SETTLE_REQUEST);
	freeze(life, r->key, r->moment, false);
	refusal = ts_cosign_complete(life, &m->participant1_signature);
	if (refusal)
		return refusal;
	return respond(r, TS_ACCEPTED);
}

static bool is_ours(const struct ts_life *life, const struct ts_settle *s)
{
	struct ts_settle ours;

	ts_settle_form(life, &ours);
	return ts_address_equal(&s->participant1, &ours.participant1) &&
	       ts_address_equal(&s->participant2, &ours.participant2) &&
	       !ts_u256_cmp(&s->participant1_balance,
			    &ours.participant1_balance) &&
	       !ts_u256_cmp(&s->participant2_balance,
			    &ours.participant2_balance);
}

/* SettleResponse to ours. */
enum ts_refusal ts_settle_answered(struct ts_received *r)
{
	const struct ts_settle_response *m = &r->msg->settle_response;

	return ts_cosign_answered(r, TS_MSG_SETTLE_REQUEST, TS_COSIGN_SETTLE,
				  is_ours(r->life, &m->settle), m->error_code,
				  &m->participant2_signature);
}
