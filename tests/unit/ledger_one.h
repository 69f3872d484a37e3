/* SPDX-License-Identifier: GPL-2.0 */
/* ledger_one.h - one ledger for each test, in a folder of its own and open all the time. */
#ifndef TS_TEST_LEDGER_ONE_H
#define TS_TEST_LEDGER_ONE_H

#include "ledger_dir.h"

/**
 * dir - the folder
 * ledger - open
 */
extern struct ledger_dir dir;
extern struct ts_ledger *ledger;

int ledger_setup(void **state);
int ledger_teardown(void **state);
/* Closed and opened: what is left is what is on the disk. */
void ledger_reopen(void);
/* The same, and meanwhile somebody changed the file. */
void ledger_tamper(const char *sql);

#endif /* TS_TEST_LEDGER_ONE_H */
