// SPDX-License-Identifier: GPL-2.0
/*
 * cosign.c - what both sides sign, be it a withdrawal or a settlement: our
 * signature, given together with the freeze, and the partner's.
 */
#include <string.h>

#include "photon/life_step.h"

static void digest_of(const struct ts_life *life, struct ts_hash *digest)
{
	const struct ts_u256 *chain_id = &life->channel.chain_id;
	struct ts_withdraw withdraw;
	struct ts_settle settle;
	struct ts_form form;

	if (life->cosign.kind == TS_COSIGN_WITHDRAW) {
		ts_withdraw_form(life, &withdraw);
		ts_form_withdraw(&form, &withdraw, chain_id);
	} else {
		ts_settle_form(life, &settle);
		ts_form_cooperative_settle(&form, &settle, chain_id);
	}
	ts_form_digest(&form, digest);
}

/* Whether both sides see the same channel, as far as we can know. */
enum ts_refusal ts_cosign_possible(const struct ts_life *life,
				   const struct ts_moment *moment)
{
	if (life->channel.restored == TS_RESTORED_UNKNOWN)
		return TS_REFUSED_RESTORED;
	if (!moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (moment->deposit_pending)
		return TS_REFUSED_DEPOSIT_PENDING;
	if (life->our_locks.count || life->partner_locks.count)
		return TS_REFUSED_LOCKS_FULL;
	if (!ts_outbox_is_drained(&life->outbox))
		return TS_REFUSED_QUEUE_BUSY;
	return TS_ACCEPTED;
}

/*
 * Whether our request gives way to the partner's of the same kind.  Both have
 * asked at once: that of the lower address stands.  An original node knows no such
 * rule and says no to ours, because it has asked itself: then only its own is left.
 */
bool ts_cosign_yields(const struct ts_life *life)
{
	if (!life->cosign.kind || !life->cosign.ours || life->cosign.complete)
		return false;
	return life->cosign.refused ||
	       memcmp(life->channel.partner_address.b,
		      life->channel.our_address.b, TS_ADDRESS_BYTES) < 0;
}

/*
 * Whether the partner's request is to be answered at all, be it by a no; @yields: ours
 * gives way to it.  A no is for ever, so who has asked itself, does not know the head, or
 * waits for a deposit of its own, says nothing, and is asked again when it knows more.
 */
enum ts_refusal ts_cosign_asked(const struct ts_received *r, bool yields)
{
	if (r->life->cosign.kind && !yields)
		return TS_REFUSED_FROZEN;
	if (!r->moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (r->moment->deposit_pending)
		return TS_REFUSED_DEPOSIT_PENDING;
	if (r->life->channel.state != TS_CHANNEL_OPEN)
		return TS_REFUSED_CHANNEL_CLOSED;
	return ts_step_signer(&r->life->channel, r->msg, r->datagram, r->len);
}

/* From here on our signature may be out: nothing else moves (M2). */
void ts_cosign_freeze(struct ts_life *life, const struct ts_signer *key,
		      const struct ts_moment *moment,
		      const struct ts_cosign *what)
{
	struct ts_hash digest;

	life->cosign = *what;
	life->cosign.since_block = moment->head_block;
	digest_of(life, &digest);
	ts_signer_sign(key, &digest, &life->cosign.our_signature);
	life->channel.frozen = true;
}

/* Our request: signed as a message, and queued. */
enum ts_refusal ts_cosign_send(struct ts_life *life,
			       const struct ts_signer *key,
			       struct ts_message *request)
{
	struct ts_datagram datagram;

	if (ts_message_sign(request, key, &life->channel.chain_id, &datagram))
		return TS_REFUSED_DATA_TOO_LONG;
	return ts_outbox_queue(&life->outbox, &life->channel.partner_address,
			       request, &datagram);
}

/* The partner's signature over the same: now either can submit it. */
enum ts_refusal ts_cosign_complete(struct ts_life *life,
				   const struct ts_signature *signature)
{
	struct ts_address signer;
	struct ts_hash digest;

	digest_of(life, &digest);
	if (ts_signature_recover(signature, &digest, &signer) ||
	    !ts_address_equal(&signer, &life->channel.partner_address))
		return TS_REFUSED_BAD_SIGNATURE;
	life->cosign.partner_signature = *signature;
	life->cosign.complete = true;
	life->cosign.refused = false;
	return TS_ACCEPTED;
}

/*
 * The answer to our @request: the partner's signature over the @same, or its
 * refusal.  Refused or not, it has ours: the channel stays frozen.
 */
enum ts_refusal ts_cosign_answered(struct ts_received *r,
				   enum ts_message_id request,
				   enum ts_cosign_kind kind, bool same,
				   uint32_t error_code,
				   const struct ts_signature *signature)
{
	struct ts_life *life = r->life;
	enum ts_refusal refusal;

	if (life->cosign.kind != kind || !life->cosign.ours ||
	    life->cosign.complete)
		return TS_REFUSED_NOT_ASKED;
	if (!error_code && !same)
		return TS_REFUSED_WRONG_BALANCE;
	refusal = ts_step_signer(&life->channel, r->msg, r->datagram, r->len);
	if (refusal)
		return refusal;
	ts_outbox_drop_message(&life->outbox, request);
	if (!error_code)
		return ts_cosign_complete(life, signature);
	life->cosign.refused = true;
	return TS_ACCEPTED;
}
