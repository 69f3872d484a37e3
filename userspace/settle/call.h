/* SPDX-License-Identifier: GPL-2.0 */
/* call.h - what a channel wants of the chain, as transactions. */
#ifndef TS_SETTLE_CALL_H
#define TS_SETTLE_CALL_H

#include "chain/erc20.h"
#include "chain/event.h"
#include "photon/mirror.h"
#include "photon/onchain.h"
#include "settle/transactions.h"

/* Of a payout's transaction, for people and for who waits for its end. */
#define TS_PAYOUT_LABEL	"payout"

int ts_wish_of_intent(struct ts_wish *wish, const struct ts_ledger_channel *c,
		      const struct ts_life *life, const struct ts_intent *intent,
		      const struct ts_contracts *contracts);
void ts_wish_name_bare_settle(struct ts_wish *wish, const struct ts_channel *channel);
int ts_wish_of_bare_settle(struct ts_wish *wish, const struct ts_ledger_channel *c,
			   const struct ts_life *life,
			   const struct ts_contracts *contracts);
void ts_wish_of_delegated(struct ts_wish *wish, const struct ts_delegated *d,
			  uint64_t settle_block);
/*
 * While a deposit is on its way nothing is co-signed in its channel.  One that the contract
 * refuses, for there are not so many tokens or the partner has closed, would be asked for
 * again for ever: some hours are time enough to bring coin for the gas.
 */
#define TS_DEPOSIT_PATIENCE_BLOCKS	1000

unsigned int ts_wish_of_deposit(struct ts_wish wishes[2],
				const struct ts_channel *channel,
				enum ts_token_kind kind, ts_u128 amount_wei,
				uint64_t until_block);

bool ts_wish_is_deposit(const struct ts_ledger_transaction *row,
			const struct ts_channel *channel);
bool ts_wish_deposit_pending(const struct ts_transactions *t,
			     const struct ts_channel *channel);

void ts_wish_of_payout(struct ts_wish *wish, const struct ts_address *token,
		       const struct ts_address *holder, ts_u128 paid_wei, ts_u128 wei,
		       uint64_t until_block);

#endif /* TS_SETTLE_CALL_H */
