/* SPDX-License-Identifier: GPL-2.0 */
/*
 * share.h - who has a share in what is earned: what was allotted, and what of it was
 * paid out.
 *
 * Of each token the income that was split so far is the sum of what its shares were
 * allotted, to the unit.  The box itself has a share, too, under the zero address: what
 * nobody else was allotted.  A holder was allotted the whole units of all its parts of all
 * that was split; what is less than a unit is carried in @rest_mille, so that it does not
 * matter how often is split, or into how much.
 *
 * A payout is one transfer: over the holder's channel, in the batch that signs it, or on
 * the chain, in the batch of its transaction's row.  What did not arrive is in @lost_wei,
 * and owed again.
 */
#ifndef TS_LEDGER_SHARE_H
#define TS_LEDGER_SHARE_H

#include "ledger/ledger.h"

#define TS_SHARE_NAME_SIZE	32
/*
 * In meta, not 0: this ledger is from a backup, and what was paid out since is not in it.
 */
#define TS_LEDGER_PAYOUTS_UNKNOWN	"payouts_unknown"
/* The parts of all shares in a token. */
#define TS_SHARE_WHOLE		1000

/**
 * struct ts_ledger_share - of one holder in one token
 * @token: of all amounts
 * @holder: whose, and where it is paid to; zero: the box itself, which is never paid
 * @name: of the holder, for people
 * @per_mille: its parts, from here on; 0: of somebody who had some
 * @cold: it is paid on the chain; else over its channel
 * @rest_mille: thousandths of a unit that are its own, and not yet a unit
 * @allotted_wei: in all
 * @paid_wei: of that, paid out
 */
struct ts_ledger_share {
	struct ts_address token;
	struct ts_address holder;
	char name[TS_SHARE_NAME_SIZE];
	uint32_t per_mille;
	bool cold;
	uint32_t rest_mille;
	ts_u128 allotted_wei;
	ts_u128 paid_wei;
};

/**
 * struct ts_ledger_share_day - what a holder was allotted on a day
 * @token: of @wei
 * @holder: whose
 * @day: as of revenues
 * @wei: how much
 */
struct ts_ledger_share_day {
	struct ts_address token;
	struct ts_address holder;
	uint64_t day;
	ts_u128 wei;
};

/**
 * struct ts_ledger_payout - one transfer to a holder
 * @id: row number, given by ts_ledger_payout_insert()
 * @token: of @wei
 * @holder: to whom
 * @wei: how much
 * @lost_wei: of that, what did not arrive
 * @wall_s: when it was signed or planned; 0: not known
 * @channel: row number of the life of the channel that it went over; 0: none
 * @nonce: of our proof that pays it
 * @tx: row number of its transaction; 0: none
 * @tx_state: enum ts_transaction_state of that; told by the loaders
 */
struct ts_ledger_payout {
	int64_t id;
	struct ts_address token;
	struct ts_address holder;
	ts_u128 wei;
	ts_u128 lost_wei;
	uint64_t wall_s;
	int64_t channel;
	uint64_t nonce;
	int64_t tx;
	int tx_state;
};

int ts_ledger_share_put(struct ts_ledger *l, const struct ts_ledger_share *s);
int ts_ledger_share_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_share *s, void *arg),
			 void *arg);
int ts_ledger_share_day_add(struct ts_ledger *l, const struct ts_ledger_share_day *d);
int ts_ledger_share_day_load(struct ts_ledger *l,
			     int (*cb)(const struct ts_ledger_share_day *d, void *arg),
			     void *arg);
int ts_ledger_payout_insert(struct ts_ledger *l, struct ts_ledger_payout *p);
int ts_ledger_payout_lose(struct ts_ledger *l, const struct ts_ledger_payout *p);
int ts_ledger_payout_load(struct ts_ledger *l,
			  int (*cb)(const struct ts_ledger_payout *p, void *arg),
			  void *arg);
int ts_ledger_payout_load_failed(struct ts_ledger *l,
				 int (*cb)(const struct ts_ledger_payout *p, void *arg),
				 void *arg);
ts_u128 ts_ledger_share_part(ts_u128 wei, uint32_t per_mille, uint32_t *rest_mille);

#endif /* TS_LEDGER_SHARE_H */
