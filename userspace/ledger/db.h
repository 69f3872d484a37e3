/* SPDX-License-Identifier: GPL-2.0 */
/*
 * db.h - SQLite as the files of this folder use it.  Private to them.
 */
#ifndef TS_LEDGER_DB_H
#define TS_LEDGER_DB_H

#include <sqlite3.h>

#include "ledger/ledger.h"

#define TS_DB_STATEMENTS_MAX	128
/*
 * How many payments there are, a number of meta: rows of them only ever come, so
 * that is the last one's, and the check sees when one is missing.
 */
#define TS_DB_PAYMENTS		"payments"
/* Values that one statement may have. */
#define TS_DB_VALUES_MAX	32

/**
 * struct ts_db_statement - a prepared statement, kept for its SQL text
 * @sql: compared by pointer: every text is a literal at one place
 * @stmt: prepared
 */
struct ts_db_statement {
	const char *sql;
	sqlite3_stmt *stmt;
};

/**
 * struct ts_ledger - an open ledger
 * @db: the connection
 * @lock_fd: holds the flock; -1 when read-only
 * @file_fd: of the database, with a flock; likewise
 * @read_only: opened to look only
 * @in_batch: between begin and commit or discard
 * @last_payment: row number of the newest one in this batch; 0: none is in it
 * @wal_frames: in the write-ahead log after the last commit
 * @failed: why nothing can be written any more; empty: all is well
 * @error: the last error
 * @path: for messages
 * @wei: the amounts of the statement that is being bound, by place
 * @statements: prepared so far
 * @n_statements: how many
 */
struct ts_ledger {
	sqlite3 *db;
	int lock_fd;
	int file_fd;
	bool read_only;
	bool in_batch;
	int64_t last_payment;
	int wal_frames;
	char failed[512];
	char error[512];
	char path[256];
	uint8_t wei[TS_DB_VALUES_MAX + 1][TS_U128_BYTES];
	struct ts_db_statement statements[TS_DB_STATEMENTS_MAX];
	unsigned int n_statements;
};

int ts_db_fail(struct ts_ledger *l, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int ts_db_fail_sqlite(struct ts_ledger *l, const char *doing);
int ts_db_damaged(struct ts_ledger *l, const char *what);

/*
 * Bindings, a letter each: i int64_t; u uint64_t, below 2^63; w const ts_u128 *;
 * b const void * and size_t; t const char *, NULL is null; r int64_t row
 * number, 0 is null.
 */
sqlite3_stmt *ts_db_prepare(struct ts_ledger *l, const char *sql,
			    const char *types, ...);
int ts_db_write(struct ts_ledger *l, const char *sql, const char *types, ...);
int ts_db_step(struct ts_ledger *l, sqlite3_stmt *stmt);

/* Columns; a value of the wrong form makes *bad true and gives zero. */
ts_u128 ts_db_u128(sqlite3_stmt *stmt, int column, bool *bad);
uint64_t ts_db_u64(sqlite3_stmt *stmt, int column, bool *bad);
void ts_db_blob(sqlite3_stmt *stmt, int column, void *out, size_t len, bool *bad);
void ts_db_text(sqlite3_stmt *stmt, int column, char *out, size_t size, bool *bad);

/* The only value that is asked for; zero when there is no row. */
int ts_db_only_u128(struct ts_ledger *l, sqlite3_stmt *stmt, const char *what,
		    ts_u128 *value);
int ts_db_only_u64(struct ts_ledger *l, sqlite3_stmt *stmt, const char *what,
		   uint64_t *value);

/* What a restore makes, until it is whole and in place. */
#define TS_RESTORING	".restoring"

int ts_db_lock(struct ts_ledger *l, const char *lock_path);
int ts_check_revenues(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		      void *arg);
int ts_check_file(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		  void *arg);
/* What ts_check_reserved() reads, with a WHERE of one number. */
#define TS_CHECK_RESERVED \
	"a.state, a.unit_shift, r.units, r.returned_units, r.used_units" \
	" FROM reservations r JOIN accounts a ON a.row = r.account"
int ts_check_reserved(struct ts_ledger *l, const char *sql, int64_t id,
		      ts_u128 *held_wei, ts_u128 *spent_wei);
int ts_check_rows(struct ts_ledger *l, const char *sql,
		  void (*fault)(const char *text, void *arg), void *arg);
int ts_check_gifts(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		   void *arg);
int ts_check_sponsors(struct ts_ledger *l, unsigned int flags,
		      void (*fault)(const char *text, void *arg), void *arg);
int ts_check_shares(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		    void *arg);
int ts_revenue_backfill(struct ts_ledger *l);
int ts_schema_open(struct ts_ledger *l, bool create);

#endif /* TS_LEDGER_DB_H */
