/* SPDX-License-Identifier: GPL-2.0 */
/*
 * onchain.h - channels and the chain: what it showed of them, and what it is to
 * be told.
 *
 * As for all of billing: a change is in the open batch of the ledger, and in
 * effect after ts_billing_flush().  Whoever follows the chain may add rows of its
 * own to that batch: ts_billing_begin().
 */
#ifndef TS_BILLING_ONCHAIN_H
#define TS_BILLING_ONCHAIN_H

#include "billing/billing.h"
#include "photon/onchain.h"

/**
 * ts_billing_begin() - have a batch open, which the next flush commits
 * Return: 0, or -EROFS: nothing can be written.
 */
int ts_billing_begin(struct ts_billing *b);

/**
 * struct ts_billing_shown - what the chain showed of a channel
 * @channel_identifier: which; zero: of any, a secret
 * @token: TS_SEEN_OPENED: in which token
 * @partner: TS_SEEN_OPENED: with whom
 * @event: what
 * @doubted: a partner's deposit in it does not count until
 *	ts_billing_deposit_believed()
 */
struct ts_billing_shown {
	struct ts_hash channel_identifier;
	struct ts_address token;
	struct ts_address partner;
	struct ts_channel_event event;
	bool doubted;
};

/**
 * ts_billing_channel_event() - the chain showed something
 * @key: ours
 *
 * A channel that opens with us is known from then on, and credited by the rules
 * for any (M3).  What is not of ours changes nothing.  A deposit that no sum of this
 * ledger can hold is not counted, and the channel says so; all else of its event is.
 *
 * Return: 0, -EINVAL: it cannot be kept, ts_billing_error() says why, or -EROFS.
 */
int ts_billing_channel_event(struct ts_billing *b,
			     const struct ts_billing_shown *shown,
			     const struct ts_signer *key,
			     const struct ts_time *now);

/**
 * ts_billing_shown_token() - what the amounts of an event are in
 * Return: 0, or -ENOENT: no channel is known of which it could be.
 */
int ts_billing_shown_token(struct ts_billing *b,
			   const struct ts_billing_shown *shown,
			   struct ts_address *token);

/**
 * struct ts_billing_doubt - a partner's deposit that waits for a second witness
 * @channel: row number of the channel's life
 * @open_block_number: of that life
 * @token: of the channel
 * @partner: whose deposit
 * @deposit_wei: in all
 */
struct ts_billing_doubt {
	int64_t channel;
	uint64_t open_block_number;
	struct ts_address token;
	struct ts_address partner;
	ts_u128 deposit_wei;
};

/**
 * ts_billing_doubt_after() - the first that is in doubt behind row @channel
 * Return: 0, -ENOENT: none, or another negative errno.
 */
int ts_billing_doubt_after(struct ts_billing *b, int64_t channel,
			   struct ts_billing_doubt *doubt);
/**
 * ts_billing_deposit_believed() - another node shows that deposit, or more
 * Return: 0, -EINVAL: it cannot be kept, or -EROFS.
 */
int ts_billing_deposit_believed(struct ts_billing *b,
				const struct ts_billing_doubt *doubt,
				const struct ts_signer *key);

/**
 * ts_billing_cosigned_failed() - the chain does not take what both signed (M2)
 * @channel: row number of the channel's life
 *
 * Return: 0, also when that life is over, or -EROFS.
 */
int ts_billing_cosigned_failed(struct ts_billing *b, int64_t channel,
			       const struct ts_signer *key);

/**
 * ts_billing_life_is_over() - whether nothing more can be done for that life
 * @channel: row number of the channel's life
 *
 * Return: true also when there is no such row.
 */
bool ts_billing_life_is_over(struct ts_billing *b, int64_t channel);

/**
 * ts_billing_gas() - what there is to pay for claiming what channels have paid
 * @coin_wei: of the chain's own coin, ours
 * @claim_wei: what it takes for one channel: an update and a settlement
 *
 * As long as that is not enough for all of them nothing is credited (M3).  Until it
 * is known the rules for a box without a chain hold.
 */
void ts_billing_gas(struct ts_billing *b, ts_u128 coin_wei, ts_u128 claim_wei);

/**
 * ts_billing_chain_resume() - the chain is followed again, from @cursor_block on
 *
 * What was seen above it may have been undone meanwhile: it is shown again if not.
 *
 * Return: 0 or -EROFS.
 */
int ts_billing_chain_resume(struct ts_billing *b, uint64_t cursor_block,
			    const struct ts_signer *key);

/**
 * ts_billing_channel_trust() - the operator's word that our last proof is known
 * @wallet: of a channel that a backup brought back
 * @token: of it
 *
 * From here on we sign for it again.  The caller has seen to it that the chain was
 * followed to its head since.  Commits with the next flush.
 *
 * Return: 0, -ENOENT: there is none, -EALREADY: nothing was in doubt, or -EROFS.
 */
int ts_billing_channel_trust(struct ts_billing *b,
			     const struct ts_address *wallet,
			     const struct ts_address *token);
/**
 * ts_billing_channel_close() - close a channel one-sidedly, or have it closed
 * @identifier: its newest life
 *
 * Return: 0, -ENOENT: there is none, -EALREADY: it is closed, -EPERM: it was
 * restored and is not trusted yet, or -EROFS.
 */
int ts_billing_channel_close(struct ts_billing *b,
			     const struct ts_hash *identifier);

/**
 * ts_billing_proof_each() - channels with a proof of the partner's, by the state in memory
 * @after: row number; those up to it are left out
 * @cb: handed row number and channel, ascending; not 0 ends it
 * @arg: for @cb
 *
 * Not those that a backup brought back and nobody trusts yet: nothing is signed for
 * them, also no leave to show what may be old.
 *
 * Return: 0, or what @cb returned.
 */
int ts_billing_proof_each(const struct ts_billing *b, int64_t after,
			  int (*cb)(int64_t row, const struct ts_channel *channel,
				    void *arg), void *arg);

/**
 * ts_billing_intents() - what the chain is to be told now, by the state in memory
 * @moment: when
 * @cb: handed each channel of which there is anything to be told
 * @arg: for @cb
 *
 * Return: 0, or negative errno of the ledger.
 */
int ts_billing_intents(struct ts_billing *b, const struct ts_moment *moment,
		       void (*cb)(const struct ts_ledger_channel *c,
				  const struct ts_life *life,
				  const struct ts_intent *intents, size_t n,
				  void *arg), void *arg);

#endif /* TS_BILLING_ONCHAIN_H */
