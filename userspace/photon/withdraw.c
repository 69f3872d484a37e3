// SPDX-License-Identifier: GPL-2.0
/*
 * withdraw.c - value leaves an open channel by both signatures.
 *
 * What both have signed is a bearer cheque: it has no nonce and no end, and
 * anybody may bring it to the chain, which then forgets all later transfers
 * (rule M2).  So the channel is frozen in the very state that holds our
 * signature, until the chain begins the next life.
 */
#include <string.h>

#include "photon/life_step.h"

#define ANSWER_TEXT	"success"

/* The form that is under way. */
void ts_withdraw_form(const struct ts_life *life, struct ts_withdraw *withdraw)
{
	const struct ts_channel *c = &life->channel;
	bool ours = life->cosign.ours;

	withdraw->channel_identifier = c->channel_identifier;
	withdraw->open_block_number = c->open_block_number;
	withdraw->participant1 = ours ? c->our_address : c->partner_address;
	withdraw->participant2 = ours ? c->partner_address : c->our_address;
	withdraw->participant1_balance =
		ts_u256_from_u128(life->cosign.asker_wei);
	withdraw->participant1_withdraw =
		ts_u256_from_u128(life->cosign.withdraw_wei);
}

/* WithdrawRequest: ours, frozen with it. */
enum ts_refusal ts_withdraw_ask(struct ts_life *life,
				const struct ts_signer *key,
				const struct ts_moment *moment,
				ts_u128 amount_wei)
{
	struct ts_message msg = { .id = TS_MSG_WITHDRAW_REQUEST };
	ts_u128 balance_wei = ts_channel_our_balance_wei(&life->channel);
	struct ts_cosign what = {
		.kind = TS_COSIGN_WITHDRAW, .ours = true,
		.asker_wei = balance_wei, .withdraw_wei = amount_wei,
	};
	enum ts_refusal refusal;

	refusal = ts_life_usable(life);
	if (!refusal)
		refusal = ts_cosign_possible(life, moment);
	if (refusal)
		return refusal;
	if (!amount_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	if (amount_wei > balance_wei)
		return TS_REFUSED_OVER_BALANCE;
	if (!ts_address_equal(ts_signer_address(key),
			      &life->channel.our_address))
		return TS_REFUSED_WRONG_KEY;
	ts_cosign_freeze(life, key, moment, &what);
	ts_withdraw_form(life, &msg.withdraw_request.withdraw);
	msg.withdraw_request.participant1_signature = life->cosign.our_signature;
	return ts_cosign_send(life, key, &msg);
}

/*
 * What we asked for gives way to the partner's request, while we have no answer.
 * Both asked to withdraw at once: that of the lower address stands.  Either
 * cheque may still be cashed; both end this life, and nothing moves until then.
 * We asked to settle: we have nothing then, and the partner, who may not sign
 * that while it has something (M1), withdraws it first.
 */
static bool yields(const struct ts_life *life)
{
	if (life->cosign.kind == TS_COSIGN_SETTLE)
		return life->cosign.ours && !life->cosign.complete;
	return ts_cosign_yields(life);
}

static enum ts_refusal check_request(const struct ts_received *r,
				     ts_u128 *asker_wei, ts_u128 *withdraw_wei)
{
	const struct ts_withdraw *w = &r->msg->withdraw_request.withdraw;
	const struct ts_life *life = r->life;
	enum ts_refusal refusal;

	refusal = yields(life) ? TS_ACCEPTED : ts_life_usable(life);
	if (!refusal && (life->our_locks.count || life->partner_locks.count))
		refusal = TS_REFUSED_LOCKS_FULL;
	if (refusal)
		return refusal;
	if (ts_u256_to_u128(&w->participant1_balance, asker_wei) ||
	    ts_u256_to_u128(&w->participant1_withdraw, withdraw_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	if (*asker_wei > ts_channel_partner_balance_wei(&life->channel))
		return TS_REFUSED_BALANCE_AHEAD;
	if (*asker_wei < ts_channel_partner_balance_wei(&life->channel))
		return TS_REFUSED_WRONG_BALANCE;
	if (!*withdraw_wei || *withdraw_wei > *asker_wei)
		return TS_REFUSED_OVER_BALANCE;
	return TS_ACCEPTED;
}

/* The answer; on refusal without any balance or signature of value. */
static enum ts_refusal respond(struct ts_received *r, enum ts_refusal why)
{
	struct ts_message msg = { .id = TS_MSG_WITHDRAW_RESPONSE };
	struct ts_withdraw_response *m = &msg.withdraw_response;
	const struct ts_channel *c = &r->life->channel;
	const char *text = why ? ts_refusal_text(why) : ANSWER_TEXT;
	struct ts_form form;

	if (why) {
		m->withdraw.channel_identifier = c->channel_identifier;
		m->withdraw.open_block_number = c->open_block_number;
		m->withdraw.participant2 = c->our_address;
		m->error_code = ts_refusal_code(why);
		/*
		 * As for a settlement: signed, but a withdrawal of nothing by nobody,
		 * for which there is no channel.
		 */
		ts_form_withdraw(&form, &m->withdraw, &c->chain_id);
		ts_form_sign(&form, r->key, &m->participant2_signature);
		r->outcome->told_no = why;
	} else {
		ts_withdraw_form(r->life, &m->withdraw);
		m->participant2_signature = r->life->cosign.our_signature;
	}
	m->error_message.p = (const uint8_t *)text;
	m->error_message.len = strlen(text);
	ts_outbox_drop_message(&r->life->outbox, TS_MSG_WITHDRAW_RESPONSE);
	return ts_life_send_plain(r->life, r->key, &c->partner_address, NULL,
				  &msg);
}

/* WithdrawRequest by the partner: co-sign and freeze, or say why not. */
enum ts_refusal ts_withdraw_asked(struct ts_received *r)
{
	const struct ts_withdraw_request *m = &r->msg->withdraw_request;
	struct ts_life *life = r->life;
	struct ts_channel *c = &life->channel;
	struct ts_cosign what = { .kind = TS_COSIGN_WITHDRAW };
	enum ts_refusal refusal, why;

	if (!ts_address_equal(&m->withdraw.participant1, &c->partner_address) ||
	    !ts_address_equal(&m->withdraw.participant2, &c->our_address))
		return TS_REFUSED_NOT_PARTNER;
	refusal = ts_cosign_asked(r, yields(life));
	if (refusal)
		return refusal;
	why = check_request(r, &what.asker_wei, &what.withdraw_wei);
	/* Its deposit may be on the chain, and not confirmed to us: a no is for ever. */
	if (why == TS_REFUSED_BALANCE_AHEAD)
		return why;
	if (why)
		return respond(r, why);
	ts_outbox_drop_message(&life->outbox, TS_MSG_WITHDRAW_REQUEST);
	ts_outbox_drop_message(&life->outbox, TS_MSG_SETTLE_REQUEST);
	ts_cosign_freeze(life, r->key, r->moment, &what);
	refusal = ts_cosign_complete(life, &m->participant1_signature);
	if (refusal)
		return refusal;
	ts_outbox_proven(&life->outbox, c->our_proof.nonce);
	return respond(r, TS_ACCEPTED);
}

static bool is_ours(const struct ts_life *life, const struct ts_withdraw *w)
{
	struct ts_withdraw ours;

	ts_withdraw_form(life, &ours);
	return ts_address_equal(&w->participant1, &ours.participant1) &&
	       ts_address_equal(&w->participant2, &ours.participant2) &&
	       !ts_u256_cmp(&w->participant1_balance,
			    &ours.participant1_balance) &&
	       !ts_u256_cmp(&w->participant1_withdraw,
			    &ours.participant1_withdraw);
}

/* WithdrawResponse to ours. */
enum ts_refusal ts_withdraw_answered(struct ts_received *r)
{
	const struct ts_withdraw_response *m = &r->msg->withdraw_response;
	struct ts_life *life = r->life;
	enum ts_refusal refusal;

	refusal = ts_cosign_answered(r, TS_MSG_WITHDRAW_REQUEST,
				     TS_COSIGN_WITHDRAW,
				     is_ours(life, &m->withdraw), m->error_code,
				     &m->participant2_signature);
	/* What it agrees to counts all that we transferred. */
	if (!refusal && !m->error_code)
		ts_outbox_proven(&life->outbox, life->channel.our_proof.nonce);
	return refusal;
}
