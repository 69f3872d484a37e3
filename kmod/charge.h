/* SPDX-License-Identifier: GPL-2.0 */
/* What an account pays for a frame, and whether it may pass at all. */
#ifndef _TS_CHARGE_H
#define _TS_CHARGE_H

#include <linux/types.h>
#include "account.h"

struct ts_net;

/* A decision that is not a reason to drop. */
#define TS_CHARGE_PASS (-1)

int ts_charge_barred(const struct ts_account *a);
int ts_charge(struct ts_net *tn, struct ts_account *a, u32 class, u32 dir,
	      u32 bytes, u32 packets);

static inline bool ts_charge_is_trusted(const struct ts_account *a)
{
	return READ_ONCE(a->budget.flags) & TS_ACCOUNT_F_TRUSTED;
}

/*
 * The common case of ts_charge_barred() and ts_charge(), without a call.
 *
 * Return: false: nothing was taken nor counted, and those decide.
 */
static inline bool ts_charge_once(struct ts_account *a, u32 class, u32 dir,
				  u32 bytes, u32 packets)
{
	u32 flags = READ_ONCE(a->budget.flags);
	u64 units = 0;

	if (likely(!flags)) {
		if (unlikely(!smp_load_acquire(&a->tariff_id)))
			return false;
		units = ts_budget_cost(&a->budget, class, dir, bytes);
		if (unlikely(!ts_budget_charge_once(&a->budget, units)))
			return false;
	} else if (flags != TS_ACCOUNT_F_TRUSTED) {
		return false;
	}
	ts_account_count(a, class, dir, bytes, packets, units, true);
	return true;
}

#endif /* _TS_CHARGE_H */
