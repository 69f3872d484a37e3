// SPDX-License-Identifier: GPL-2.0
/*
 * What an account pays for a frame, and whether it may pass at all; the same
 * for clients at access ports and for neighbours of the mesh.
 *
 * Under RCU with bottom halves off, no lock.
 */

#include "charge.h"
#include "event.h"
#include "net.h"
#include "trace.h"

/**
 * ts_charge_barred() - may an account not pass, whatever it has left?
 * @a: the account
 *
 * Return: TS_CHARGE_PASS, or enum ts_drop: why not.
 */
int ts_charge_barred(const struct ts_account *a)
{
	u32 flags = READ_ONCE(a->budget.flags);

	if (unlikely(flags & (TS_ACCOUNT_F_FORBID | TS_ACCOUNT_F_EXPIRED)))
		return READ_ONCE(a->dead) ? TS_DROP_GONE : TS_DROP_FORBIDDEN;
	/* No tariff: nobody knows the price, so it is not 0. */
	if (unlikely(!smp_load_acquire(&a->tariff_id)) &&
	    !(flags & TS_ACCOUNT_F_TRUSTED))
		return TS_DROP_DRY;
	return TS_CHARGE_PASS;
}

/**
 * ts_charge() - charge an account that is not barred, and count what passes
 * @tn: the namespace
 * @a: the account
 * @class: enum ts_class
 * @dir: enum ts_dir
 * @bytes: billed
 * @packets: segments
 *
 * Return: TS_CHARGE_PASS or TS_DROP_DRY.
 */
int ts_charge(struct ts_net *tn, struct ts_account *a, u32 class, u32 dir,
	      u32 bytes, u32 packets)
{
	unsigned int verdict;
	u64 units = 0;

	if (!ts_charge_is_trusted(a)) {
		units = ts_budget_cost(&a->budget, class, dir, bytes);
		verdict = ts_budget_charge(&a->budget, units);
		if (unlikely(verdict & TS_VERDICT_DRY)) {
			trace_ts_exhausted(a, units);
			ts_event_account(tn, a, TS_EVENT_EXHAUSTED, 0);
		}
		if (!(verdict & TS_VERDICT_PASS))
			return TS_DROP_DRY;
		if (unlikely(verdict & TS_VERDICT_LOW))
			ts_event_account(tn, a, TS_EVENT_LOW, 0);
	}
	ts_account_count(a, class, dir, bytes, packets, units, true);
	return TS_CHARGE_PASS;
}
