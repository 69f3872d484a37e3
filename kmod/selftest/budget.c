// SPDX-License-Identifier: GPL-2.0
/* Cases of the budget step as the kernel's atomics spell it. */

#include <linux/kernel.h>
#include <linux/init.h>

enum budget_op { GRANT, CHARGE, REVOKE };

/**
 * struct budget_case - one step; the account line goes on from case to case
 * @op: what is done
 * @units: with how many; the low event is armed at 10
 * @expect: of CHARGE, enum ts_verdict; of REVOKE, units taken
 */
static const struct budget_case {
	enum budget_op op;
	u64 units;
	u64 expect;
} budget_cases[] __initconst = {
	{ CHARGE, 0, TS_VERDICT_PASS },		/* 1: what costs nothing passes */
	{ CHARGE, 1, TS_VERDICT_DRY },		/* 2: the first refusal is told */
	{ CHARGE, 1, TS_VERDICT_REFUSE },	/* 3: the second is not */
	{ GRANT, 100, 0 },			/* 4 */
	{ GRANT, 50, 0 },			/* 5: an old grant has no effect */
	{ CHARGE, 101, TS_VERDICT_DRY },	/* 6 */
	{ CHARGE, 90, TS_VERDICT_PASS },	/* 7: to the brink of low */
	{ CHARGE, 5, TS_VERDICT_PASS | TS_VERDICT_LOW },	/* 8 */
	{ CHARGE, 1, TS_VERDICT_PASS },		/* 9: low is told once */
	{ REVOKE, 3, 3 },			/* 10: part of the rest */
	{ CHARGE, 2, TS_VERDICT_REFUSE },	/* 11: more than what is left */
	{ CHARGE, 1, TS_VERDICT_PASS },		/* 12: the last unit */
	{ REVOKE, U64_MAX, 0 },			/* 13: nothing is left */
	{ GRANT, S64_MAX, 0 },			/* 14 */
	{ CHARGE, U64_MAX, TS_VERDICT_DRY },	/* 15: nothing wraps */
	{ REVOKE, U64_MAX, S64_MAX - 100 },	/* 16: all */
	{ CHARGE, 1, TS_VERDICT_REFUSE },	/* 17: told in 15 */
};

static u64 __init budget_step(struct ts_budget *b, const struct budget_case *c)
{
	switch (c->op) {
	case GRANT:
		return ts_budget_grant(b, 7, c->units, 10);
	case CHARGE:
		return ts_budget_charge(b, c->units);
	case REVOKE:
		return ts_budget_revoke(b, c->units);
	}
	return 0;
}

int __init ts_account_selftest(void)
{
	struct ts_budget b = { .epoch = 7, .low_at = TS_LOW_DISARMED };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(budget_cases); i++)
		if (budget_step(&b, &budget_cases[i]) != budget_cases[i].expect)
			return i + 1;
	/* A grant for another life must fail. */
	return ts_budget_grant(&b, 8, U64_MAX, 0) == -ESTALE ? 0 : i + 1;
}
