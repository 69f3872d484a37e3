// SPDX-License-Identifier: GPL-2.0
/*
 * liar.c - makes a tsd lie to its neighbours of what its kernel has counted.
 *
 *   TS_LIE_SOLD    thousandths of what it carried for others that it claims
 *   TS_LIE_BOUGHT  thousandths of what others carried for it that it admits
 *
 * Linked in place of the two functions by which relay/ learns of counters, so that all
 * else of it is the real one: what a neighbour with a good compiler would run.
 */
#include <stdlib.h>

#include "relay/relay.h"

void __real_ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
			  const struct ts_relay_sold *sold);
void __real_ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
			    unsigned int n, const struct ts_relay_delivered *delivered);
void __wrap_ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
			  const struct ts_relay_sold *sold);
void __wrap_ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
			    unsigned int n, const struct ts_relay_delivered *delivered);

static uint64_t per_mille(const char *name)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 10) : 1000;
}

static void scale(uint64_t *n, uint64_t thousandths)
{
	*n = *n * thousandths / 1000;
}

static void scale_all(struct ts_carried *carried, uint64_t thousandths)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			scale(&carried->bytes[service][dir], thousandths);
}

void __wrap_ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
			  const struct ts_relay_sold *sold)
{
	uint64_t thousandths = per_mille("TS_LIE_SOLD");
	struct ts_relay_sold lie = *sold;

	scale_all(&lie.carried, thousandths);
	scale(&lie.units, thousandths);
	scale(&lie.exit_units, thousandths);
	__real_ts_relay_sold(r, partner, &lie);
}

void __wrap_ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
			    unsigned int n, const struct ts_relay_delivered *delivered)
{
	struct ts_relay_bought lies[TS_RELAY_NEIGHBOURS_MAX];
	uint64_t thousandths = per_mille("TS_LIE_BOUGHT");
	unsigned int i;

	for (i = 0; i < n; i++) {
		lies[i] = bought[i];
		scale_all(&lies[i].carried, thousandths);
	}
	__real_ts_relay_bought(r, lies, n, delivered);
}
