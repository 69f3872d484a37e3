/* SPDX-License-Identifier: GPL-2.0 */
/* retention.h - what names a device goes when its time is over; what is owed stays. */
#ifndef TS_LEDGER_RETENTION_H
#define TS_LEDGER_RETENTION_H

#include "ledger/ledger.h"

/**
 * struct ts_retention - what is kept, and how far the ledger was looked through
 * @before_s: wall time: sessions that were closed before; 0: nobody knows the date
 * @before_age_s: age of the box: or whose station was seen last before; 0: none
 * @day: of allowances, those of before this one
 * @at: behind this session the next step begins
 */
struct ts_retention {
	uint64_t before_s;
	uint64_t before_age_s;
	uint64_t day;
	uint64_t at;
};

int ts_ledger_retention_due(struct ts_ledger *l, struct ts_retention *r, bool *due);
int ts_ledger_retain(struct ts_ledger *l, const struct ts_retention *r,
		     unsigned int *forgotten);

#endif /* TS_LEDGER_RETENTION_H */
