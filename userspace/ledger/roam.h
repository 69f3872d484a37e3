/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roam.h - rows of what wallets of ours buy at other boxes, and of what those of other
 * boxes buy here (rule M14); what they mean is decided in billing.
 *
 * What was bought is booked in the payments and the channels as gone (refunded_wei), in
 * the same batch as the transfer to the host; what returns takes that back.
 */
#ifndef TS_LEDGER_ROAM_H
#define TS_LEDGER_ROAM_H

#include "ledger/ledger.h"
#include "photon/roam.h"

/**
 * struct ts_ledger_order - an order of a wallet of ours, at home
 * @name: by ts_order_name()
 * @wallet: who signed it
 * @host: where it is
 * @token: of all amounts
 * @sequence: only the one with the wallet's highest buys
 * @lifetime_s: so long after @taken_s it buys nothing any more
 * @taken_s: in the box's age, when it was first seen
 * @limit_wei: no more than this is bought
 * @bought_wei: paid to the host, cumulative
 * @returned_wei: of that, come back
 */
struct ts_ledger_order {
	char name[TS_CODE_SIZE];
	struct ts_address wallet;
	struct ts_address host;
	struct ts_address token;
	uint64_t sequence;
	uint64_t lifetime_s;
	uint64_t taken_s;
	ts_u128 limit_wei;
	ts_u128 bought_wei;
	ts_u128 returned_wei;
};

/** enum ts_visit_state - how far a visit is; only a late payment leads back */
enum ts_visit_state {
	TS_VISIT_LIVE = 0,	/* buys slices */
	TS_VISIT_ENDING = 1,	/* what is unspent is to go home */
	TS_VISIT_OVER = 2,	/* nothing is left of it here */
};

/**
 * struct ts_ledger_visit - a guest's order, at the host
 * @name: by ts_order_name(); of its session, too
 * @order: as it was signed
 * @state: see enum ts_visit_state
 * @taken_s: in the box's age
 * @received_wei: paid by the home for it
 * @returned_wei: of that, sent back
 */
struct ts_ledger_visit {
	char name[TS_CODE_SIZE];
	uint8_t order[TS_ORDER_BYTES];
	enum ts_visit_state state;
	uint64_t taken_s;
	ts_u128 received_wei;
	ts_u128 returned_wei;
};

int ts_ledger_order_put(struct ts_ledger *l, const struct ts_ledger_order *o);
int ts_ledger_order_find(struct ts_ledger *l, const char *name,
			 struct ts_ledger_order *o);
int ts_ledger_order_newest(struct ts_ledger *l, const struct ts_address *wallet,
			   uint64_t *sequence);
int ts_ledger_order_forget(struct ts_ledger *l, const struct ts_address *wallet);
int ts_ledger_order_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_order *o, void *arg),
			 void *arg);
int ts_ledger_visit_put(struct ts_ledger *l, const struct ts_ledger_visit *v);
int ts_ledger_visit_find(struct ts_ledger *l, const char *name,
			 struct ts_ledger_visit *v);
int ts_ledger_visit_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_visit *v, void *arg),
			 void *arg);

#endif /* TS_LEDGER_ROAM_H */
