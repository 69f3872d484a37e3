/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sponsor.h - stations that a wallet pays for, by its signature, up to a limit and a date.
 *
 * What such a station spends is reserved of the wallet's payments, as its own session's is:
 * the reservation names the payment and the sponsorship.
 */
#ifndef TS_LEDGER_SPONSOR_H
#define TS_LEDGER_SPONSOR_H

#include "ledger/ledger.h"
#include "photon/sponsor.h"

/**
 * struct ts_ledger_sponsorship - a signed word, and what was spent by it
 * @id: row number, given by ts_ledger_sponsorship_insert()
 * @said: what the wallet signed.  Of one that is not @live, as of the rows that others
 *	are kept for: no box, chain and station
 * @form: those bytes; of one that is not @live gone, for they name a station
 * @spent_wei: used up by closed accounts
 * @live: it may be spent; not: its end, a newer one or its wallet's leaving was committed
 */
struct ts_ledger_sponsorship {
	int64_t id;
	struct ts_sponsor said;
	uint8_t form[TS_SPONSOR_BYTES];
	ts_u128 spent_wei;
	bool live;
};

/* Serials that a restored ledger does not take any more: they may be of before. */
#define TS_LEDGER_SPONSOR_FLOOR	"sponsor_floor"

int ts_ledger_sponsor_serial(struct ts_ledger *l, const struct ts_address *wallet,
			     uint64_t *serial);
int ts_ledger_sponsor_serial_put(struct ts_ledger *l, const struct ts_address *wallet,
				 uint64_t serial);
int ts_ledger_sponsorship_insert(struct ts_ledger *l, struct ts_ledger_sponsorship *s);
int ts_ledger_sponsorship_update(struct ts_ledger *l,
				 const struct ts_ledger_sponsorship *s);
int ts_ledger_sponsorship_delete(struct ts_ledger *l, int64_t id);
int ts_ledger_sponsorship_load_open(struct ts_ledger *l,
				    int (*cb)(const struct ts_ledger_sponsorship *s, void *arg),
				    void *arg);
int ts_ledger_sponsorship_load(struct ts_ledger *l,
			       int (*cb)(const struct ts_ledger_sponsorship *s, void *arg),
			       void *arg);

#endif /* TS_LEDGER_SPONSOR_H */
