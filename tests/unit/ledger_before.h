/* SPDX-License-Identifier: GPL-2.0 */
/* ledger_before.h - the way back from a ledger of today to one of an older version. */
#ifndef TS_TEST_LEDGER_BEFORE_H
#define TS_TEST_LEDGER_BEFORE_H

/* Shares, gifts and sponsors were not there; the version is for the caller to set. */
#define LEDGER_BACK_TO_6						\
	"DROP TABLE payouts; DROP TABLE share_days; DROP TABLE shares;"	\
	"DROP TABLE gifts; DROP TABLE vouchers; DROP TABLE voucher_key;"	\
	"DROP TABLE allowances; DROP INDEX reservations_gift;"		\
	"DROP INDEX reservations_sponsorship;"				\
	"ALTER TABLE reservations RENAME TO reservations_7;"		\
	"CREATE TABLE reservations AS SELECT account, seq, payment, units,"	\
	"	returned_units, used_units FROM reservations_7;"	\
	"DROP TABLE reservations_7;"					\
	"DROP TABLE sponsorships; DROP TABLE sponsors;"			\
	"ALTER TABLE channels DROP COLUMN shares_out_wei;"

#endif /* TS_TEST_LEDGER_BEFORE_H */
