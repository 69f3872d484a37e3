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
#include <stdbool.h>
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

/*
 * What was counted when it began to lie, of each neighbour: until then it had told the
 * truth, and cannot take that back.
 */
struct truth {
	bool known;
	struct ts_address partner;
	struct ts_carried carried;
	uint64_t units;
	uint64_t exit_units;
};

static struct truth *truth_of(struct truth *all, const struct ts_address *partner)
{
	struct truth *t = all;

	while (t->known && !ts_address_equal(&t->partner, partner))
		if (++t == all + TS_RELAY_NEIGHBOURS_MAX)
			abort();
	t->partner = *partner;
	return t;
}

static void scale(uint64_t *n, uint64_t from, uint64_t thousandths)
{
	*n = from + (*n - from) * thousandths / 1000;
}

static void scale_all(struct ts_carried *carried, const struct ts_carried *from,
		      uint64_t thousandths)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			scale(&carried->bytes[service][dir], from->bytes[service][dir],
			      thousandths);
}

void __wrap_ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
			  const struct ts_relay_sold *sold)
{
	static struct truth all[TS_RELAY_NEIGHBOURS_MAX];
	uint64_t thousandths = per_mille("TS_LIE_SOLD");
	struct truth *t = truth_of(all, partner);
	struct ts_relay_sold lie = *sold;

	if (!t->known) {
		t->carried = sold->carried;
		t->units = sold->units;
		t->exit_units = sold->exit_units;
		t->known = true;
	}
	scale_all(&lie.carried, &t->carried, thousandths);
	scale(&lie.units, t->units, thousandths);
	scale(&lie.exit_units, t->exit_units, thousandths);
	__real_ts_relay_sold(r, partner, &lie);
}

void __wrap_ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
			    unsigned int n, const struct ts_relay_delivered *delivered)
{
	static struct truth all[TS_RELAY_NEIGHBOURS_MAX];
	struct ts_relay_bought lies[TS_RELAY_NEIGHBOURS_MAX];
	uint64_t thousandths = per_mille("TS_LIE_BOUGHT");
	unsigned int i;
	struct truth *t;

	for (i = 0; i < n; i++) {
		t = truth_of(all, &bought[i].partner);
		if (!t->known)
			t->carried = bought[i].carried;
		t->known = true;
		lies[i] = bought[i];
		scale_all(&lies[i].carried, &t->carried, thousandths);
	}
	__real_ts_relay_bought(r, lies, n, delivered);
}
