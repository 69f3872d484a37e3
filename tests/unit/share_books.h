/* SPDX-License-Identifier: GPL-2.0 */
/* share_books.h - shares in a box's income, and the books of a test on them. */
#ifndef TS_TEST_SHARE_BOOKS_H
#define TS_TEST_SHARE_BOOKS_H

#include "billing/share.h"
#include "billing_far.h"
#include "ledger/revenue.h"

#define ANNA	PARTNER		/* paid over her channel */
#define BEN	TARGET		/* likewise */

/* A share of the config, that holds after a reload; its address is of a wallet. */
void share_give(unsigned int wallet, uint32_t per_mille);
/* The same to an address on the chain. */
void share_give_cold(const char *name, uint8_t byte, uint32_t per_mille);
void share_reload(void);
struct ts_address share_address(uint8_t byte);
/* The row; what is not there is zero. */
struct ts_ledger_share share_of(const struct ts_address *holder);
struct ts_ledger_share share_of_wallet(unsigned int wallet);
struct ts_ledger_share share_of_box(void);
/* Allotted in all. */
ts_u128 share_split_wei(void);
/* Booked, without what the way up costs. */
ts_u128 share_income_wei(void);
/* Station 0 uses so many bytes, in thousands; it has to have paid. */
void share_use(uint32_t bytes);
/* All that passed until now is split. */
void share_split(void);
/* Booked of a kind, of any token. */
ts_u128 share_revenue(enum ts_revenue kind);
/* What a station has left. */
ts_u128 share_unspent(unsigned int station);
/* So long a time, and what ends with it. */
void share_after(uint64_t ns);
/* The way up costs so much more. */
void share_upstream(ts_u128 wei);

#endif /* TS_TEST_SHARE_BOOKS_H */
