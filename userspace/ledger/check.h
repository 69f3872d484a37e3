/* SPDX-License-Identifier: GPL-2.0 */
/*
 * check.h - what is gathered of the rows while they are checked.  Private to check.c,
 * check_channel.c, check_payment.c and check_account.c.
 */
#ifndef TS_LEDGER_CHECK_H
#define TS_LEDGER_CHECK_H

#include "ledger/db.h"

struct of_account;

/**
 * struct table - rows by their number
 * @rows: @count of @size bytes each; the row number is the first int64_t
 */
struct table {
	char *rows;
	size_t count, room, size;
};

/* What the reservations say of a payment. */
struct of_payment {
	struct ts_ledger_payment row;
	const struct ts_address *token;
	ts_u128 held_wei;
	ts_u128 spent_wei;
};

struct of_tariff {
	int64_t row;
	struct ts_address token;
};

/* What the payments say of a channel. */
struct of_channel {
	struct ts_ledger_channel row;
	ts_u128 paid_wei;
	ts_u128 spent_wei;
	ts_u128 refunded_wei;
	ts_u128 roaming_wei;
	ts_u128 payouts_wei;
	struct ts_ledger_payment last;
};

/**
 * struct check - one run of it
 * @fault: is told of each thing that is wrong; may be NULL
 * @faults: how many there were
 * @account: whose reservations and charges are being read
 * @account_token: of its tariff; NULL: that is missing
 */
struct check {
	struct ts_ledger *l;
	unsigned int flags;
	void (*fault)(const char *text, void *arg);
	void *arg;
	int faults;
	struct table channels, payments, tariffs;
	struct of_account *account;
	const struct ts_address *account_token;
};

/*
 * What gathers rows says 0, or negative errno: they cannot be read.  What is wrong with
 * them is told by ts_check_fault(), as soon as it is known.
 */

/* check.c */
void ts_check_fault(struct check *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int ts_check_append(struct check *c, struct table *t, const void *row);
void *ts_check_find(const struct table *t, int64_t id);

/* check_channel.c */
bool ts_check_is_signed(const struct ts_channel *ch, uint64_t nonce,
			ts_u128 transferred_wei, const struct ts_hash *locksroot,
			const struct ts_hash *additional_hash,
			const struct ts_signature *signature,
			const struct ts_address *by);
int ts_check_load_channels(struct check *c);
int ts_check_load_orders(struct check *c);
int ts_check_load_payouts(struct check *c);
int ts_check_reveals(struct check *c);
void ts_check_channels(struct check *c);

/* check_payment.c */
int ts_check_load_payments(struct check *c);
int ts_check_payment_count(struct check *c);
void ts_check_payments(struct check *c);

/* check_account.c */
int ts_check_accounts(struct check *c);

#endif /* TS_LEDGER_CHECK_H */
