// SPDX-License-Identifier: GPL-2.0
/*
 * meter_use.c - libtokenswitch as billing sees it.
 */
#include "billing/billing.h"

static int account_set(void *m, struct ts_account *a)
{
	return ts_meter_account_set(m, a);
}

static int account_get(void *m, uint32_t id, struct ts_account *a)
{
	return ts_meter_account_get(m, id, a);
}

static int close_accounts(void *m, struct ts_closing *c, size_t n)
{
	return ts_meter_close_accounts(m, c, n);
}

static int account_dump(void *m, int (*cb)(const struct ts_account *a, void *arg),
			void *arg)
{
	return ts_meter_account_dump(m, cb, arg);
}

static int grant(void *m, uint32_t id, uint32_t epoch, uint64_t granted_units)
{
	return ts_meter_grant(m, id, epoch, granted_units);
}

static int revoke(void *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		  uint64_t *taken_units)
{
	return ts_meter_revoke(m, id, epoch, max_units, taken_units);
}

static int tariff_set(void *m, const struct ts_tariff *t)
{
	return ts_meter_tariff_set(m, t);
}

static int tariff_del(void *m, uint32_t id)
{
	return ts_meter_tariff_del(m, id);
}

static const char *error(void *m)
{
	return ts_meter_error(m);
}

void ts_billing_meter_use(struct ts_billing_meter *ops, struct ts_meter *m)
{
	*ops = (struct ts_billing_meter){
		.m = m, .account_set = account_set, .account_get = account_get,
		.close_accounts = close_accounts, .account_dump = account_dump,
		.grant = grant, .revoke = revoke, .tariff_set = tariff_set,
		.tariff_del = tariff_del, .error = error,
	};
}
