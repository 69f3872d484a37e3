// SPDX-License-Identifier: GPL-2.0
/* The budget by one CPU: every edge of the step, as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "tokenswitch/budget.h"

#define MAX TS_GRANTED_MAX
#define U64_MAX (~(__u64)0)
#define PASS TS_VERDICT_PASS
#define REFUSE TS_VERDICT_REFUSE
#define DRY TS_VERDICT_DRY
#define LOW TS_VERDICT_LOW

static void charge_table(void **state)
{
	static const struct {
		__u64 granted, charged, cost;
		unsigned int verdict;
	} t[] = {
		{ 0, 0, 0, PASS },
		{ 0, 0, 1, DRY },
		{ 0, 0, U64_MAX, DRY },
		{ 1, 0, 0, PASS },
		{ 1, 0, 1, PASS },
		{ 1, 0, 2, DRY },
		{ 1, 1, 0, PASS },
		{ 1, 1, 1, DRY },
		{ 1514, 0, 1514, PASS },
		{ 1514, 0, 1515, DRY },
		{ 1514, 1, 1514, DRY },
		{ 1514, 1, 1513, PASS },
		/* Sums that would wrap if anything were added. */
		{ 10, 5, U64_MAX, DRY },
		{ 10, 5, U64_MAX - 4, DRY },
		{ 10, 5, U64_MAX - 5, DRY },
		{ 10, 10, U64_MAX - 9, DRY },
		{ MAX, MAX - 1, 1, PASS },
		{ MAX, MAX - 1, 2, DRY },
		{ MAX, MAX, 1, DRY },
		{ MAX, MAX, U64_MAX, DRY },
		{ MAX, 0, MAX, PASS },
		{ MAX, 0, MAX + 1, DRY },
		{ MAX, 1, MAX, DRY },
		/* A tail has overshot and not yet taken back. */
		{ 10, 11, 0, PASS },
		{ 10, 11, 1, DRY },
		{ 10, 11, U64_MAX, DRY },
		{ MAX, U64_MAX, 1, DRY },
		{ 0, U64_MAX, 1, DRY },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct ts_budget b = {
			.granted = t[i].granted,
			.charged = t[i].charged,
			.low_at = TS_LOW_DISARMED,
		};
		__u64 took = t[i].verdict & PASS ? t[i].cost : 0;

		assert_int_equal(ts_budget_covers(&b, t[i].cost), t[i].verdict == PASS);
		assert_int_equal(b.charged, t[i].charged);
		assert_int_equal(ts_budget_charge(&b, t[i].cost), t[i].verdict);
		assert_int_equal(b.charged, t[i].charged + took);
		assert_int_equal(b.granted, t[i].granted);
	}
}

static void spends_to_the_last_unit(void **state)
{
	struct ts_budget b = { .low_at = TS_LOW_DISARMED };
	__u64 passed = 0;

	assert_int_equal(ts_budget_grant(&b, 0, 1000, 0), 0);
	while (ts_budget_charge(&b, 60) & PASS)
		passed += 60;
	assert_int_equal(passed, 960);
	assert_int_equal(ts_budget_charge(&b, 41), REFUSE);
	assert_int_equal(ts_budget_charge(&b, 39), PASS);
	assert_int_equal(ts_budget_charge(&b, 2), REFUSE);
	assert_int_equal(ts_budget_charge(&b, 1), PASS);
	assert_int_equal(ts_budget_charge(&b, 1), REFUSE);
	assert_int_equal(ts_budget_charge(&b, 0), PASS);
	assert_int_equal(b.charged, 1000);
}

static void dry_event_once_per_granted_value(void **state)
{
	struct ts_budget b = { .low_at = TS_LOW_DISARMED };

	/* Nothing granted yet is a granted value too. */
	assert_int_equal(ts_budget_charge(&b, 1), DRY);
	assert_int_equal(ts_budget_charge(&b, 1), REFUSE);
	assert_int_equal(ts_budget_grant(&b, 0, 10, 0), 0);
	assert_int_equal(ts_budget_charge(&b, 11), DRY);
	/* A refusal does not latch: what fits passes. */
	assert_int_equal(ts_budget_charge(&b, 10), PASS);
	assert_int_equal(ts_budget_charge(&b, 1), REFUSE);
	/* A repeated grant is not a new value. */
	assert_int_equal(ts_budget_grant(&b, 0, 10, 0), 0);
	assert_int_equal(ts_budget_charge(&b, 1), REFUSE);
	assert_int_equal(ts_budget_grant(&b, 0, 11, 0), 0);
	assert_int_equal(ts_budget_charge(&b, 2), DRY);
	assert_int_equal(ts_budget_charge(&b, 2), REFUSE);
}

/* A CPU may come late with the granted value that it read before a grant. */
static void dry_event_of_a_late_cpu(void **state)
{
	struct ts_budget b = { .granted = 200, .charged = 200 };

	assert_int_equal(ts_budget_dry(&b, 100), DRY);
	assert_int_equal(ts_budget_dry(&b, 200), DRY);
	assert_int_equal(ts_budget_dry(&b, 100), REFUSE);
	assert_int_equal(ts_budget_dry(&b, 200), REFUSE);
	assert_int_equal(ts_budget_dry(&b, 0), REFUSE);
	assert_int_equal(ts_budget_dry(&b, 200), REFUSE);
}

static void dry_event_at_the_top(void **state)
{
	struct ts_budget b = { .low_at = TS_LOW_DISARMED };

	assert_int_equal(ts_budget_grant(&b, 0, MAX, 0), 0);
	b.charged = MAX;
	assert_int_equal(ts_budget_charge(&b, 1), DRY);
	assert_int_equal(ts_budget_charge(&b, 1), REFUSE);
}

/* What a meter asks before the step must be what the step would have done. */
static void shortcuts_are_the_step(void **state)
{
	static const __u64 values[] = { 0, 1, 2, 9, 10, 11, 1514, MAX - 1, MAX, MAX + 1, U64_MAX };
	const size_t n = sizeof(values) / sizeof(*values);
	size_t at, once = 0, dry = 0;

	/* Granted, charged, the value it was dry at, low water, cost. */
	for (at = 0; at < n * n * n * n * n; at++) {
		struct ts_budget before = {
			.granted = values[at % n] > MAX ? MAX : values[at % n],
			.charged = values[at / n % n],
			.dry_at = values[at / n / n % n],
			.low_at = values[at / n / n / n % n],
		}, b = before, step = before;
		__u64 cost = values[at / n / n / n / n];
		unsigned int verdict = ts_budget_charge(&step, cost);

		if (ts_budget_stays_dry(&b, cost)) {
			dry++;
			assert_int_equal(verdict, REFUSE);
			assert_memory_equal(&step, &before, sizeof(b));
		}
		if (ts_budget_charge_once(&b, cost)) {
			once++;
			assert_int_equal(verdict, PASS);
			assert_memory_equal(&b, &step, sizeof(b));
		}
	}
	assert_true(once > 0 && dry > 0);
}

static void low_event_table(void **state)
{
	static const struct {
		__u64 granted, low_units, before, cost;
		unsigned int verdict, next;
	} t[] = {
		/* never: also not for the first unit of a zeroed line */
		{ 100, 0, 0, 1, PASS, PASS },
		{ 100, 0, 0, 99, PASS, PASS },
		/* "less than": 10 left is not less than 10, 9 left is */
		{ 100, 10, 0, 90, PASS, PASS | LOW },
		{ 100, 10, 0, 91, PASS | LOW, PASS },
		{ 100, 10, 89, 1, PASS, PASS | LOW },
		{ 100, 10, 90, 1, PASS | LOW, PASS },
		/* a mark that the whole budget is below */
		{ 100, 100, 0, 1, PASS | LOW, PASS },
		{ 100, 101, 0, 1, PASS | LOW, PASS },
		{ 100, U64_MAX, 0, 1, PASS | LOW, PASS },
		{ MAX, 1, MAX - 2, 1, PASS, PASS | LOW },
		{ MAX, U64_MAX, 0, 1, PASS | LOW, PASS },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct ts_budget b = { .charged = t[i].before };

		assert_int_equal(ts_budget_grant(&b, 0, t[i].granted, t[i].low_units), 0);
		assert_int_equal(ts_budget_charge(&b, t[i].cost), t[i].verdict);
		assert_int_equal(ts_budget_charge(&b, 1), t[i].next);
		assert_int_equal(ts_budget_charge(&b, 0), PASS);
	}
}

static void low_event_rearms_with_a_grant(void **state)
{
	struct ts_budget b = { 0 };

	assert_int_equal(ts_budget_grant(&b, 0, 100, 50), 0);
	assert_int_equal(ts_budget_charge(&b, 60), PASS | LOW);
	assert_int_equal(ts_budget_charge(&b, 1), PASS);
	/* Repeated or lower: stays raised. */
	assert_int_equal(ts_budget_grant(&b, 0, 100, 50), 0);
	assert_int_equal(ts_budget_grant(&b, 0, 99, 50), 0);
	assert_int_equal(ts_budget_charge(&b, 1), PASS);
	assert_int_equal(ts_budget_grant(&b, 0, 200, 50), 0);
	assert_int_equal(ts_budget_charge(&b, 1), PASS);
	assert_int_equal(ts_budget_charge(&b, 88), PASS | LOW);
	/* Turned off: an armed mark of an older grant must not fire. */
	assert_int_equal(ts_budget_grant(&b, 0, 300, 50), 0);
	assert_int_equal(ts_budget_grant(&b, 0, 400, 0), 0);
	assert_int_equal(ts_budget_charge(&b, 249), PASS);
	assert_int_equal(b.charged, 400);
}

static void grant_table(void **state)
{
	static const struct {
		__u32 epoch;
		__u64 granted;
		int err;
		__u64 after;
	} t[] = {
		{ 7, 100, 0, 100 },
		{ 7, 100, 0, 100 },
		{ 7, 99, 0, 100 },
		{ 7, 0, 0, 100 },
		{ 6, 500, -ESTALE, 100 },
		{ 8, 500, -ESTALE, 100 },
		{ 0, U64_MAX, -ESTALE, 100 },
		{ 7, 300, 0, 300 },
		{ 7, 200, 0, 300 },
		{ 7, 301, 0, 301 },
		{ 7, MAX + 1, -ERANGE, 301 },
		{ 7, U64_MAX, -ERANGE, 301 },
		{ 7, MAX, 0, MAX },
		{ 7, MAX, 0, MAX },
		{ 7, 301, 0, MAX },
	};
	struct ts_budget b = { .epoch = 7 };
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(ts_budget_grant(&b, t[i].epoch, t[i].granted, 0),
				 t[i].err);
		assert_int_equal(b.granted, t[i].after);
		assert_int_equal(b.charged, 0);
		assert_int_equal(b.epoch, 7);
	}
}

static void revoke_table(void **state)
{
	static const struct {
		__u64 granted, charged, max, taken;
	} t[] = {
		{ 0, 0, U64_MAX, 0 },
		{ 100, 0, U64_MAX, 100 },
		{ 100, 0, 0, 0 },
		{ 100, 0, 1, 1 },
		{ 100, 40, 59, 59 },
		{ 100, 40, 60, 60 },
		{ 100, 40, 61, 60 },
		{ 100, 100, U64_MAX, 0 },
		{ 100, 101, U64_MAX, 0 },
		{ MAX, 0, U64_MAX, MAX },
		{ MAX, MAX - 1, U64_MAX, 1 },
		{ MAX, U64_MAX, U64_MAX, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct ts_budget b = {
			.granted = t[i].granted,
			.charged = t[i].charged,
		};

		assert_int_equal(ts_budget_revoke(&b, t[i].max), t[i].taken);
		assert_int_equal(b.charged, t[i].charged + t[i].taken);
		assert_int_equal(b.granted, t[i].granted);
	}
}

static void readers_see_at_most_granted(void **state)
{
	struct ts_budget b = { .granted = 10, .charged = 9 };

	assert_int_equal(ts_budget_charged(&b), 9);
	b.charged = 10;
	assert_int_equal(ts_budget_charged(&b), 10);
	b.charged = 11;
	assert_int_equal(ts_budget_charged(&b), 10);
	b.charged = U64_MAX;
	assert_int_equal(ts_budget_charged(&b), 10);
}

static void cost_table(void **state)
{
	struct ts_budget b = { 0 };
	unsigned int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			b.price[class][dir] = 10 * class + dir + 1;
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			assert_int_equal(ts_budget_cost(&b, class, dir, 1514),
					 1514 * (10 * class + dir + 1));
	assert_int_equal(ts_budget_cost(&b, TS_CLASS_INTERNET, TS_DIR_UP, 0), 0);
	b.price[TS_CLASS_RELAY][TS_DIR_DOWN] = 0xffff;
	assert_int_equal(ts_budget_cost(&b, TS_CLASS_RELAY, TS_DIR_DOWN, 0xffffffff),
			 0xfffeffff0001ull);
	b.price[TS_CLASS_RELAY][TS_DIR_DOWN] = 0;
	assert_int_equal(ts_budget_cost(&b, TS_CLASS_RELAY, TS_DIR_DOWN, 0xffffffff), 0);
}

/* The line is written through mmap and read by BPF: its place is a contract. */
static void line_layout(void **state)
{
	assert_int_equal(sizeof(struct ts_budget), 64);
	assert_int_equal(_Alignof(struct ts_budget), 64);
	assert_int_equal(offsetof(struct ts_budget, granted), 0);
	assert_int_equal(offsetof(struct ts_budget, charged), 8);
	assert_int_equal(offsetof(struct ts_budget, dry_at), 16);
	assert_int_equal(offsetof(struct ts_budget, low_at), 24);
	assert_int_equal(offsetof(struct ts_budget, expires), 32);
	assert_int_equal(offsetof(struct ts_budget, price), 40);
	assert_int_equal(offsetof(struct ts_budget, epoch), 56);
	assert_int_equal(offsetof(struct ts_budget, flags), 60);
}

static void zone_of_name(void **state)
{
	char longest[17] = "abcdefghijklmnop";

	/* Published values of FNV-1a, 32 bit. */
	assert_int_equal(ts_zone_of_name(""), 0x811c9dc5);
	assert_int_equal(ts_zone_of_name("a"), 0xe40c292c);
	assert_int_equal(ts_zone_of_name("foobar"), 0xbf9cf968);
	assert_int_not_equal(ts_zone_of_name("br-lan"), ts_zone_of_name("br-lan2"));
	/* Reads 16 bytes at most. */
	longest[16] = 'x';
	assert_int_not_equal(ts_zone_of_name(longest), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(charge_table),
		cmocka_unit_test(spends_to_the_last_unit),
		cmocka_unit_test(dry_event_once_per_granted_value),
		cmocka_unit_test(dry_event_of_a_late_cpu),
		cmocka_unit_test(dry_event_at_the_top),
		cmocka_unit_test(shortcuts_are_the_step),
		cmocka_unit_test(low_event_table),
		cmocka_unit_test(low_event_rearms_with_a_grant),
		cmocka_unit_test(grant_table),
		cmocka_unit_test(revoke_table),
		cmocka_unit_test(readers_see_at_most_granted),
		cmocka_unit_test(cost_table),
		cmocka_unit_test(line_layout),
		cmocka_unit_test(zone_of_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
