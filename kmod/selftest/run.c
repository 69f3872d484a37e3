// SPDX-License-Identifier: GPL-2.0
/* Run every self-test; one that fails refuses the load. */

#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include "../account.h"
#include "../bill.h"
#include "../class.h"
#include "../key.h"
#include "../mesh_table.h"
#include "../pattern.h"
#include "../police.h"
#include "selftest.h"

static unsigned int selftest_fail;
module_param(selftest_fail, uint, 0);
MODULE_PARM_DESC(selftest_fail,
		 "number of a self-test to fail on purpose, so that the refusal can be tested");

static const struct {
	const char *name;
	int (*run)(void);
} selftests[] __initconst = {
	{ "budget", ts_account_selftest },
	{ "bill", ts_bill_selftest },
	{ "class", ts_class_selftest },
	{ "police", ts_police_selftest },
	{ "pattern", ts_pattern_selftest },
	{ "mesh table", ts_mesh_table_selftest },
	{ "key", ts_key_selftest },
};

static int __init selftest_one(const char *name, int (*run)(void), bool fail)
{
	int failed = run();

	if (fail && !failed)
		failed = 1;
	if (failed)
		pr_err("tokenswitch: %s self-tests: FAIL %d\n", name, failed);
	else
		pr_info("tokenswitch: %s self-tests: pass\n", name);
	return failed ? -ENOTRECOVERABLE : 0;
}

/**
 * ts_selftest_run() - run every self-test
 *
 * Return: 0, or -ENOTRECOVERABLE when one fails.
 */
int __init ts_selftest_run(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(selftests); i++)
		err = selftest_one(selftests[i].name, selftests[i].run,
				   selftest_fail == i + 1) ?: err;
	return err;
}
