// SPDX-License-Identifier: GPL-2.0
/* chain_payout.c - shares that are paid on the chain, to cold addresses. */
#include <errno.h>
#include <string.h>

#include "billing/share.h"
#include "settle/call.h"
#include "tsd/chain_private.h"

/* About a day: what nobody wants to mine for so long is owed again. */
#define PATIENCE_BLOCKS	6000

/** struct live - payouts that are not confirmed yet */
struct live {
	const struct ts_address *token;
	ts_u128 wei;
};

static int add_live(const struct ts_ledger_payout *p, void *arg)
{
	struct live *live = arg;

	if (p->tx && p->tx_state < TS_TRANSACTION_DONE &&
	    ts_address_equal(&p->token, live->token))
		live->wei = ts_u128_more(live->wei, p->wei);
	return 0;
}

/*
 * What of our tokens there can be paid out: not what wallets have not spent of channels
 * that ended (M11), nor what is on its way already.
 */
static int room_wei(struct ts_chain *c, const struct ts_address *token, ts_u128 *room)
{
	struct live live = { .token = token };
	unsigned int i;
	int ret;

	*room = 0;
	for (i = 0; i < c->n_tokens; i++)
		if (ts_address_equal(&c->tokens[i].address, token))
			break;
	if (i == c->n_tokens || !c->token_known[i])
		return -EAGAIN;
	ret = ts_billing_payout_each(c->billing, add_live, &live);
	if (ret)
		return ret;
	if (ts_u256_to_u128(&c->token_wei[i], room))
		*room = TS_U128_MAX;
	*room = ts_u128_less(*room, ts_u128_more(live.wei,
			     ts_billing_settled_owed_wei(c->billing, token)));
	return 0;
}

/* Transaction and payout are in one batch, so neither is without the other. */
static int add(struct ts_chain *c, const struct ts_ledger_share *share,
		const struct ts_time *now, ts_u128 wei, char *err, size_t err_size)
{
	struct ts_follow_progress progress;
	struct ts_wish wish;
	int64_t tx;
	int ret;

	ts_follow_progress(c->follower, &progress);
	ts_wish_of_payout(&wish, &share->token, &share->holder, share->paid_wei, wei,
			  progress.head_block + PATIENCE_BLOCKS);
	if (!ts_transactions_has_room(c->transactions, false))
		return ts_chain_fail(err, err_size, -ENOSPC, "too many transactions are under way; see \"tsctl chain status\"");
	if (ts_billing_begin(c->billing))
		return ts_chain_fail(err, err_size, -EROFS, ts_billing_error(c->billing));
	ret = ts_transactions_add(c->transactions, &wish, &tx);
	if (ret)
		return ts_chain_fail(err, err_size, ret, ts_ledger_error(c->ledger));
	ret = ts_billing_share_paid_cold(c->billing, &share->token, &share->holder, wei,
					 tx, now);
	if (!ret)
		return 0;
	ts_transactions_cancel(c->transactions, &wish.intent);
	return ts_chain_fail(err, err_size, ret, ts_billing_error(c->billing));
}

/**
 * ts_chain_payout() - pay a holder what it is owed, on the chain
 * @c: the chain
 * @share: as it is
 * @now: the time
 * @wei: set to how much: all, or what we have there
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0: it is in the batch, -EAGAIN: not now, or another negative errno.
 */
int ts_chain_payout(struct ts_chain *c, const struct ts_ledger_share *share,
		    const struct ts_time *now, ts_u128 *wei, char *err, size_t err_size)
{
	ts_u128 room;
	int ret = ts_chain_follows(c, err, err_size);

	*wei = 0;
	if (ret)
		return ret;
	ret = room_wei(c, &share->token, &room);
	if (ret)
		return ts_chain_fail(err, err_size, ret, ret == -EAGAIN ?
			"the node was not asked yet how much of this token is ours" :
			ts_billing_error(c->billing));
	room = ts_u128_least(room, share->allotted_wei - share->paid_wei);
	if (!room)
		return ts_chain_fail(err, err_size, -EPERM, "our address on the chain has nothing of this token that is not owed to wallets or on its way; withdraw from channels (\"tsctl channel withdraw\")");
	ret = add(c, share, now, room, err, err_size);
	if (!ret)
		*wei = room;
	return ret;
}
