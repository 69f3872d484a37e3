// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts whose time is up; accurate to a second.
 *
 * The data path looks at a flag only: reading a clock for every frame would
 * cost more than the rest of the decision.
 */

#include <linux/lockdep.h>
#include <linux/ktime.h>
#include "account.h"
#include "event.h"
#include "expiry.h"
#include "net.h"

/* The meter's coarse clock; boot time, so that sleep counts. */
static u64 expiry_now(void)
{
	return ktime_get_boottime_seconds();
}

static void expiry_look(struct work_struct *work)
{
	struct ts_net *tn = container_of(to_delayed_work(work), struct ts_net,
					 expiry);
	u64 now = expiry_now();
	struct ts_account *a;
	bool pending = false;
	unsigned long id;

	mutex_lock(&tn->lock);
	xa_for_each(&tn->accounts, id, a) {
		if (!a->budget.expires ||
		    a->budget.flags & TS_ACCOUNT_F_EXPIRED)
			continue;
		if (a->budget.expires > now) {
			pending = true;
			continue;
		}
		WRITE_ONCE(a->budget.flags,
			   a->budget.flags | TS_ACCOUNT_F_EXPIRED);
		ts_event_account(tn, a, TS_EVENT_EXPIRED, 0);
	}
	mutex_unlock(&tn->lock);
	if (pending)
		schedule_delayed_work(&tn->expiry, HZ);
}

/**
 * ts_expiry_init() - prepare, nothing expires yet
 * @tn: the namespace
 */
void ts_expiry_init(struct ts_net *tn)
{
	INIT_DELAYED_WORK(&tn->expiry, expiry_look);
}

/**
 * ts_expiry_stop() - never look again
 * @tn: the namespace, whose accounts nobody can change any more
 */
void ts_expiry_stop(struct ts_net *tn)
{
	cancel_delayed_work_sync(&tn->expiry);
}

/**
 * ts_expiry_set() - when an account ends
 * @tn: the namespace, locked
 * @a: the account
 * @seconds: from now; 0: never
 */
void ts_expiry_set(struct ts_net *tn, struct ts_account *a, u32 seconds)
{
	lockdep_assert_held(&tn->lock);
	a->budget.expires = seconds ? expiry_now() + seconds : 0;
	if (seconds)
		schedule_delayed_work(&tn->expiry, HZ);
}

/**
 * ts_expiry_left() - the time that an account has left
 * @a: the account; ts_net.lock is held
 *
 * Return: seconds; 0: no limit, or its time is up.
 */
u32 ts_expiry_left(const struct ts_account *a)
{
	u64 now = expiry_now();

	if (a->budget.expires <= now)
		return 0;
	return a->budget.expires - now;
}
