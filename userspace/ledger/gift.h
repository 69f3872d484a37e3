/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gift.h - value that is the operator's own and that stations may spend: of a voucher, of
 * a day's allowance, of a sponsorship.
 *
 * A gift is spent by reservations as a payment is, but no wallet paid it: none of it is
 * income (TS_REVENUE_GIVEN), and none of it is ever refunded.
 *
 * Of a voucher the code is nowhere: what is kept is its digest under a key of this ledger.
 */
#ifndef TS_LEDGER_GIFT_H
#define TS_LEDGER_GIFT_H

#include "ledger/ledger.h"

#define TS_VOUCHER_KEY_BYTES	32
#define TS_VOUCHER_LABEL_SIZE	32

/**
 * enum ts_gift_kind - why it was given
 * @TS_GIFT_ALLOWANCE: so many bytes a station a day
 * @TS_GIFT_SPONSOR: the operator pays for a station, up to a limit and a date
 * @TS_GIFT_VOUCHER: somebody showed a code
 *
 * Those of a session are spent in this order, before what was paid.
 */
enum ts_gift_kind {
	TS_GIFT_ALLOWANCE,
	TS_GIFT_SPONSOR,
	TS_GIFT_VOUCHER,
	TS_GIFT_KIND_COUNT,
};

/**
 * struct ts_ledger_gift - what one session was given
 * @id: row number, given by ts_ledger_gift_insert()
 * @kind: enum ts_gift_kind
 * @voucher: row number of its voucher; 0: none
 * @session: row number of the session that may spend it, for ever
 * @tariff: row number of the tariff that it was given under
 * @mac: SPONSOR: only while the session is at this station; gone when it is not @live
 * @wei: how much
 * @spent_wei: of that, used up by closed accounts
 * @wall_s: when; 0: not known
 * @until_s: SPONSOR: wall time of its end; 0: none
 * @until_age_s: ALLOWANCE: in the box's age, likewise
 * @live: something can still be spent or is reserved
 */
struct ts_ledger_gift {
	int64_t id;
	enum ts_gift_kind kind;
	int64_t voucher;
	int64_t session;
	int64_t tariff;
	uint8_t mac[6];
	ts_u128 wei;
	ts_u128 spent_wei;
	uint64_t wall_s;
	uint64_t until_s;
	uint64_t until_age_s;
	bool live;
};

/**
 * enum ts_voucher_state - what became of it
 * @TS_VOUCHER_OPEN: it may be redeemed
 * @TS_VOUCHER_USED: it was
 * @TS_VOUCHER_REVOKED: the operator took it back
 * @TS_VOUCHER_DOUBTFUL: open in the backup that this ledger was, and nobody knows whether
 *	it was redeemed since
 */
enum ts_voucher_state {
	TS_VOUCHER_OPEN,
	TS_VOUCHER_USED,
	TS_VOUCHER_REVOKED,
	TS_VOUCHER_DOUBTFUL,
	TS_VOUCHER_STATE_COUNT,
};

/**
 * struct ts_ledger_voucher - a code that is worth something, once
 * @id: row number, given by ts_ledger_voucher_insert()
 * @digest: of the code, keyed
 * @label: for people
 * @token: of @wei
 * @wei: what it is worth; 0: @bytes
 * @bytes: of the internet, at the dearer direction and the prices of when it is redeemed
 * @made_s: wall time; 0: not known
 * @until_s: wall time of its end; 0: none
 * @state: enum ts_voucher_state
 * @used_s: wall time
 */
struct ts_ledger_voucher {
	int64_t id;
	struct ts_hash digest;
	char label[TS_VOUCHER_LABEL_SIZE];
	struct ts_address token;
	ts_u128 wei;
	uint64_t bytes;
	uint64_t made_s;
	uint64_t until_s;
	enum ts_voucher_state state;
	uint64_t used_s;
};

int ts_ledger_gift_insert(struct ts_ledger *l, struct ts_ledger_gift *g);
int ts_ledger_gift_update(struct ts_ledger *l, const struct ts_ledger_gift *g);
int ts_ledger_gift_load_live(struct ts_ledger *l,
			     int (*cb)(const struct ts_ledger_gift *g, void *arg),
			     void *arg);
int ts_ledger_gift_load_of(struct ts_ledger *l, int64_t session,
			   int (*cb)(const struct ts_ledger_gift *g, void *arg),
			   void *arg);
int ts_ledger_gift_load(struct ts_ledger *l,
			int (*cb)(const struct ts_ledger_gift *g, void *arg), void *arg);

int ts_ledger_voucher_key(struct ts_ledger *l, uint8_t key[TS_VOUCHER_KEY_BYTES]);
int ts_ledger_voucher_key_put(struct ts_ledger *l,
			      const uint8_t key[TS_VOUCHER_KEY_BYTES]);
int ts_ledger_voucher_insert(struct ts_ledger *l, struct ts_ledger_voucher *v);
int ts_ledger_voucher_update(struct ts_ledger *l, const struct ts_ledger_voucher *v);
int ts_ledger_voucher_find(struct ts_ledger *l, const struct ts_hash *digest,
			   struct ts_ledger_voucher *v);
int ts_ledger_voucher_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_voucher *v, void *arg),
			   void *arg);

/* Stations that had their allowance on a day of the box's age, by their MAC alone. */
int ts_ledger_allowance_had(struct ts_ledger *l, const uint8_t mac[6], uint64_t day,
			    bool *had);
int ts_ledger_allowance_count(struct ts_ledger *l, uint64_t day, uint64_t *count);
int ts_ledger_allowance_put(struct ts_ledger *l, const uint8_t mac[6], uint64_t day);

#endif /* TS_LEDGER_GIFT_H */
