// SPDX-License-Identifier: GPL-2.0
/* tsctl grant: raise what an account may spend. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

struct price_of {
	uint32_t tariff_id;
	uint16_t units_per_byte;
};

static int dearest(const struct ts_tariff *t, void *arg)
{
	struct price_of *p = arg;
	int class, dir;

	if (t->id != p->tariff_id)
		return 0;
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (t->price[class][dir] > p->units_per_byte)
				p->units_per_byte = t->price[class][dir];
	return 0;
}

/*
 * "to UNITS" is the cumulative value itself, safe to repeat; "add UNITS" and
 * "bytes SIZE" compute it from the value read, and so count each time.
 */
static bool parse_target(struct cmd *c, struct ts_meter *m, const struct ts_account *a,
			 uint64_t *target)
{
	struct price_of p = { .tariff_id = a->tariff_id };
	const char *word = cmd_value(c, "grant"), *v;
	uint64_t units;

	if (!word)
		return false;
	v = cmd_value(c, word);
	if (!v)
		return false;
	if (cmd_is(word, "to"))
		return arg_u64("units", v, 0, UINT64_MAX, target);
	if (cmd_is(word, "add")) {
		if (!arg_u64("units", v, 1, UINT64_MAX, &units))
			return false;
	} else if (cmd_is(word, "bytes")) {
		if (!arg_size("bytes", v, &units))
			return false;
		if (ts_meter_tariff_dump(m, dearest, &p))
			return say_error(m, "grant"), false;
		if (__builtin_mul_overflow(units, p.units_per_byte, &units))
			units = UINT64_MAX;
	} else {
		cmd_unknown(c, word, "to UNITS, add UNITS or bytes SIZE");
		return false;
	}
	if (__builtin_add_overflow(a->granted_units, units, target)) {
		fprintf(stderr, "tsctl grant: %s %s is more than the account can still take (%" PRIu64 " units)\n",
			word, v, UINT64_MAX - a->granted_units);
		return false;
	}
	return true;
}

static int do_grant(struct cmd *c, struct ts_meter *m, uint32_t id)
{
	struct ts_account a;
	uint32_t epoch;
	uint64_t target;

	if (ts_meter_account_get(m, id, &a))
		return say_error(m, "grant");
	epoch = a.epoch;
	if (cmd_more(c) && !strcmp(c->argv[0], "epoch")) {
		const char *v;

		cmd_next(c);
		v = cmd_value(c, "epoch");
		if (!v || !arg_u32("epoch", v, 1, UINT32_MAX, &epoch))
			return 1;
	}
	if (!parse_target(c, m, &a, &target) || cmd_end(c))
		return 1;
	if (ts_meter_grant(m, id, epoch, target) || ts_meter_account_get(m, id, &a))
		return say_error(m, "grant");
	if (c->json)
		return out_json(json_account(&a));
	printf("account %u epoch %u granted %" PRIu64 " charged %" PRIu64 " remaining %" PRIu64 "\n",
	       a.id, a.epoch, a.granted_units, a.charged_units,
	       a.granted_units - a.charged_units);
	return 0;
}

static int grant(struct cmd *c)
{
	const char *word = cmd_value(c, "grant");
	struct ts_meter *m;
	uint32_t id;
	int ret;

	if (!word || !arg_u32("account", word, 1, TS_ACCOUNT_ID_MAX, &id))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	ret = do_grant(c, m, id);
	ts_meter_close(m);
	return ret;
}

const struct verb grant_verbs[] = {
	{ "", grant, "ID [epoch E] to UNITS | add UNITS | bytes SIZE",
	  "'to' sets the cumulative value and may be repeated safely; 'bytes' is\n"
	  "          counted at the dearest price of the account's tariff" },
	{ 0 },
};
