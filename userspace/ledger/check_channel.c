// SPDX-License-Identifier: GPL-2.0
/*
 * check_channel.c - whether channels are what their proofs, their payments and what was
 * sent over them say.
 */
#include <inttypes.h>
#include <string.h>

#include "ledger/check.h"
#include "ledger/reveal.h"
#include "ledger/roam.h"
#include "ledger/share.h"

static int add_channel(const struct ts_ledger_channel *row, void *arg)
{
	struct of_channel oc = { .row = *row };
	struct check *c = arg;
	static struct ts_life life;

	if (ts_ledger_life_read(c->l, row, &life))
		ts_check_fault(c, "%s", ts_ledger_error(c->l));
	return ts_check_append(c, &c->channels, &oc);
}

int ts_check_load_channels(struct check *c)
{
	return ts_ledger_channel_load(c->l, add_channel, c);
}

/** ts_check_is_signed() - is it a proof of this channel by that address? */
bool ts_check_is_signed(const struct ts_channel *ch, uint64_t nonce,
			ts_u128 transferred_wei, const struct ts_hash *locksroot,
			const struct ts_hash *additional_hash,
			const struct ts_signature *signature,
			const struct ts_address *by)
{
	struct ts_balance_proof proof = {
		.nonce = nonce,
		.channel_identifier = ch->channel_identifier,
		.open_block_number = ch->open_block_number,
		.transferred_amount = ts_u256_from_u128(transferred_wei),
		.locksroot = *locksroot,
	};
	struct ts_address signer;
	struct ts_hash digest;
	struct ts_form form;

	ts_form_balance_proof(&form, &proof, additional_hash, &ch->chain_id);
	ts_form_digest(&form, &digest);
	return !ts_signature_recover(signature, &digest, &signer) &&
	       ts_address_equal(&signer, by);
}

/* Only what came here: an imported proof is somebody else's word. */
static void check_proof_signer(struct check *c, const struct of_channel *oc)
{
	const struct ts_channel *ch = &oc->row.channel;
	const struct ts_channel_proof *p = &ch->partner_proof;

	if (!oc->last.id && !oc->row.has_life)
		return;
	if (p->nonce &&
	    !ts_check_is_signed(ch, p->nonce, p->transferred_wei, &p->locksroot,
				&p->additional_hash, &p->signature, &ch->partner_address))
		ts_check_fault(c, "channel %" PRId64 ": its partner did not sign its last proof",
			       oc->row.id);
}

/* What a wallet bought elsewhere went out by a transfer to the host, not to it. */
static int add_order(const struct ts_ledger_order *o, void *arg)
{
	struct check *c = arg;
	struct of_channel *oc = (void *)c->channels.rows;
	size_t i;

	for (i = 0; i < c->channels.count; i++, oc++) {
		if (!ts_address_equal(&oc->row.channel.partner_address, &o->wallet) ||
		    !ts_address_equal(&oc->row.channel.token, &o->token))
			continue;
		oc->roaming_wei += o->bought_wei - o->returned_wei;
		return 0;
	}
	if (o->bought_wei != o->returned_wei)
		ts_check_fault(c, "roaming order %s: its wallet has no channel", o->name);
	return 0;
}

int ts_check_load_orders(struct check *c)
{
	return ts_ledger_order_load(c->l, add_order, c);
}

/* Of a holder's share, over its channel: its own, in that token, by a proof of ours. */
static int add_payout(const struct ts_ledger_payout *p, void *arg)
{
	struct check *c = arg;
	struct of_channel *oc = p->channel ? ts_check_find(&c->channels, p->channel) : NULL;

	if (!p->channel)
		return 0;
	if (!oc || !ts_address_equal(&oc->row.channel.partner_address, &p->holder) ||
	    !ts_address_equal(&oc->row.channel.token, &p->token) ||
	    p->nonce > oc->row.channel.our_proof.nonce)
		ts_check_fault(c, "payout %" PRId64 ": it was not sent over a channel with its holder",
			       p->id);
	else
		oc->payouts_wei += p->wei - p->lost_wei;
	return 0;
}

int ts_check_load_payouts(struct check *c)
{
	return ts_ledger_payout_load(c->l, add_payout, c);
}

/*
 * A refund may be of what was paid in a life before (M11), so it is over all of them that
 * no more was refunded, and paid for carrying and of shares, than we have transferred, to
 * it or for it.
 */
static bool was_sent(const struct check *c, const struct of_channel *of)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	ts_u128 booked_wei = 0, sent_wei = 0;
	size_t i;

	if (!of->refunded_wei && !of->row.relay_out_wei && !of->row.shares_out_wei)
		return true;
	for (i = 0; i < c->channels.count; i++, oc++) {
		if (!ts_hash_equal(&oc->row.channel.channel_identifier,
				   &of->row.channel.channel_identifier))
			continue;
		booked_wei += oc->refunded_wei + oc->row.relay_out_wei +
			      oc->row.shares_out_wei;
		sent_wei += oc->row.channel.our_proof.transferred_wei +
			    oc->roaming_wei;
	}
	return booked_wei <= sent_wei;
}

/** ts_check_channels() - each, with all that was gathered of it */
void ts_check_channels(struct check *c)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	const struct ts_channel_proof *proof;
	size_t i;

	for (i = 0; i < c->channels.count; i++, oc++) {
		proof = &oc->row.channel.partner_proof;
		if (proof->transferred_wei !=
		    oc->row.base_wei + oc->row.relayed_wei + oc->paid_wei)
			ts_check_fault(c, "channel %" PRId64 ": its last proof and its payments differ",
				       oc->row.id);
		if (oc->row.relay_in_wei > oc->row.relayed_wei ||
		    oc->row.relay_out_wei > oc->row.channel.our_proof.transferred_wei)
			ts_check_fault(c, "channel %" PRId64 ": more was paid over it for carrying than was transferred",
				       oc->row.id);
		if (oc->row.shares_out_wei != oc->payouts_wei)
			ts_check_fault(c, "channel %" PRId64 ": what was paid over it of shares and the payouts differ",
				       oc->row.id);
		if (oc->spent_wei != oc->row.spent_wei)
			ts_check_fault(c, "channel %" PRId64 ": what was spent of it and of its payments differ",
				       oc->row.id);
		if (oc->refunded_wei != oc->row.refunded_wei || !was_sent(c, oc))
			ts_check_fault(c, "channel %" PRId64 ": what was refunded of it, of its payments and by our transfers differ, or more was paid than sent",
				       oc->row.id);
		if (c->flags & TS_LEDGER_CHECK_SIGNATURES)
			check_proof_signer(c, oc);
		if (oc->last.nonce > proof->nonce)
			ts_check_fault(c, "channel %" PRId64 ": its last payment is later than its last proof",
				       oc->row.id);
		if (!oc->last.id || oc->last.nonce != proof->nonce)
			continue;
		if (oc->last.cumulative_wei != proof->transferred_wei ||
		    !ts_hash_equal(&oc->last.locksroot, &proof->locksroot) ||
		    !ts_hash_equal(&oc->last.message_hash, &proof->additional_hash) ||
		    memcmp(&oc->last.signature, &proof->signature,
			   sizeof(proof->signature)))
			ts_check_fault(c, "channel %" PRId64 ": its last payment is not of its last proof",
				       oc->row.id);
	}
}

/**
 * struct of_reveals - those of one channel
 * @c: the check
 * @channel: which
 */
struct of_reveals {
	struct check *c;
	const struct ts_channel *channel;
};

static int check_reveal(const struct ts_ledger_reveal *r, void *arg)
{
	const char *wrong = NULL;
	struct of_reveals *of = arg;

	if (of->c->flags & TS_LEDGER_CHECK_SIGNATURES)
		wrong = ts_ledger_reveal_fault(r, of->channel);
	if (wrong)
		ts_check_fault(of->c, "payment %" PRId64 ": %s", r->payment, wrong);
	return 0;
}

int ts_check_reveals(struct check *c)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	struct of_reveals of = { .c = c };
	int ret = 0;
	size_t i;

	for (i = 0; i < c->channels.count && !ret; i++, oc++) {
		of.channel = &oc->row.channel;
		ret = ts_ledger_reveal_load(c->l, oc->row.id, check_reveal, &of);
	}
	return ret;
}
