// SPDX-License-Identifier: GPL-2.0
/* ledger_one.c - one ledger for each test, in a folder of its own and open all the time. */
#include "ledger_one.h"

struct ledger_dir dir;
struct ts_ledger *ledger;

int ledger_setup(void **state)
{
	ledger_dir_make(&dir);
	ledger = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	return 0;
}

int ledger_teardown(void **state)
{
	ts_ledger_close(ledger);
	return ledger_dir_remove(&dir);
}

void ledger_reopen(void)
{
	ts_ledger_close(ledger);
	ledger = ledger_dir_open(&dir, TS_LEDGER_CREATE);
}

void ledger_tamper(const char *sql)
{
	ts_ledger_close(ledger);
	ledger_dir_execute(&dir, sql);
	ledger = ledger_dir_open(&dir, TS_LEDGER_CREATE);
}
