/* SPDX-License-Identifier: GPL-2.0 */
/* ledger_dir.h - a folder of its own for a ledger, for the time of a test. */
#ifndef TS_TEST_LEDGER_DIR_H
#define TS_TEST_LEDGER_DIR_H

#include "ledger/ledger.h"

/**
 * struct ledger_dir - the folder
 * @name: of the folder
 * @path: of the ledger in it
 * @vfs: file layer that it is opened with; NULL: SQLite's own
 * @err: why it could not be opened the last time
 */
struct ledger_dir {
	char name[64];
	char path[128];
	const char *vfs;
	char err[512];
};

/* Makes the folder, with nothing in it, in memory where that can be. */
void ledger_dir_make(struct ledger_dir *d);
/* Removes what a closed ledger leaves, and the folder; 0: nothing else was in it. */
int ledger_dir_remove(struct ledger_dir *d);
/* As ts_ledger_open(). */
int ledger_dir_try(struct ledger_dir *d, unsigned int flags, struct ts_ledger **l);
/* The same, and it fails the test when it does not open. */
struct ts_ledger *ledger_dir_open(struct ledger_dir *d, unsigned int flags);
/* Changes the file behind the ledger's back. */
void ledger_dir_execute(const struct ledger_dir *d, const char *sql);

#endif /* TS_TEST_LEDGER_DIR_H */
