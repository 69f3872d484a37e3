// SPDX-License-Identifier: GPL-2.0
/* ledger_dir.c - a folder of its own for a ledger, for the time of a test. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ledger_dir.h"

void ledger_dir_make(struct ledger_dir *d)
{
	memset(d, 0, sizeof(*d));
	strcpy(d->name, access("/dev/shm", W_OK) ? "/tmp/ts-ledger-XXXXXX" :
						   "/dev/shm/ts-ledger-XXXXXX");
	assert_non_null(mkdtemp(d->name));
	snprintf(d->path, sizeof(d->path), "%s/ledger.db", d->name);
}

int ledger_dir_remove(struct ledger_dir *d)
{
	static const char *const names[] = { "ledger.db", "ledger.db-wal",
		"ledger.db-shm", "ledger.lock" };
	char path[128];
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", d->name, names[i]);
		unlink(path);
	}
	return rmdir(d->name);
}

int ledger_dir_try(struct ledger_dir *d, unsigned int flags, struct ts_ledger **l)
{
	struct ts_ledger_options options = { .path = d->path, .vfs = d->vfs,
					     .flags = flags };

	return ts_ledger_open(&options, l, d->err, sizeof(d->err));
}

struct ts_ledger *ledger_dir_open(struct ledger_dir *d, unsigned int flags)
{
	struct ts_ledger *l;

	assert_int_equal(ledger_dir_try(d, flags, &l), 0);
	return l;
}

void ledger_dir_execute(const struct ledger_dir *d, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(d->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
