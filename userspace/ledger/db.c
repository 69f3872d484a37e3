// SPDX-License-Identifier: GPL-2.0
/*
 * db.c - statements, their bindings and columns, and what SQLite's errors
 * mean to an operator.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"

/**
 * ts_db_fail() - note an error
 * @l: the ledger
 * @err: negative errno
 * @fmt: one line that says what is wrong and what to do
 *
 * Return: @err.
 */
int ts_db_fail(struct ts_ledger *l, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->error, sizeof(l->error), fmt, args);
	va_end(args);
	return err;
}

/** ts_db_damaged() - @what, such as "a row of payments", is not as it was written */
int ts_db_damaged(struct ts_ledger *l, const char *what)
{
	return ts_db_fail(l, -EUCLEAN, "%s: %s is damaged; restore a backup", l->path,
			  what);
}

/**
 * ts_db_fail_sqlite() - note the last error of SQLite
 * @l: the ledger
 * @doing: what was being done, for the message
 *
 * Return: negative errno: -ENOSPC, -EROFS, -EUCLEAN (damaged), -EBUSY, -ENOMEM
 * or -EIO.
 */
int ts_db_fail_sqlite(struct ts_ledger *l, const char *doing)
{
	int extended = sqlite3_extended_errcode(l->db);
	const char *text = sqlite3_errmsg(l->db);

	switch (extended & 0xff) {
	case SQLITE_FULL:
		return ts_db_fail(l, -ENOSPC,
			"%s: %s: the disk is full; free space there and restart tsd",
			l->path, doing);
	case SQLITE_READONLY:
		return ts_db_fail(l, -EROFS,
			"%s: %s: the file cannot be written; check its owner, its mode and whether the file system is mounted read-only, then restart tsd",
			l->path, doing);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ts_db_fail(l, -EUCLEAN,
			"%s: %s: the ledger is damaged (%s); move it away with its -wal and -shm files and restore a backup",
			l->path, doing, text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ts_db_fail(l, -EBUSY,
			"%s: %s: another program holds the ledger; end it and restart tsd",
			l->path, doing);
	case SQLITE_NOMEM:
		return ts_db_fail(l, -ENOMEM, "%s: %s: out of memory", l->path,
				  doing);
	case SQLITE_CANTOPEN:
		return ts_db_fail(l, -EACCES,
			"%s: %s: cannot be opened; check that its folder exists and can be written",
			l->path, doing);
	}
	return ts_db_fail(l, -EIO,
		"%s: %s: %s (SQLite error %d); look at the disk and the kernel log, then restart tsd",
		l->path, doing, text, extended);
}

static sqlite3_stmt *find_statement(struct ts_ledger *l, const char *sql)
{
	struct ts_db_statement *s;
	unsigned int i;

	for (i = 0; i < l->n_statements; i++)
		if (l->statements[i].sql == sql)
			return l->statements[i].stmt;
	if (l->n_statements == TS_DB_STATEMENTS_MAX) {
		ts_db_fail(l, -ENOMEM, "%s: too many kinds of statements", l->path);
		return NULL;
	}
	s = &l->statements[l->n_statements];
	if (sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &s->stmt, NULL)) {
		ts_db_fail_sqlite(l, "preparing a statement");
		return NULL;
	}
	s->sql = sql;
	l->n_statements++;
	return s->stmt;
}

static int bind_u64(struct ts_ledger *l, sqlite3_stmt *stmt, int i, uint64_t v)
{
	if (v > INT64_MAX) {
		ts_db_fail(l, -ERANGE,
			   "%s: the number %llu is beyond the ledger's 2^63 - 1",
			   l->path, (unsigned long long)v);
		return SQLITE_RANGE;
	}
	return sqlite3_bind_int64(stmt, i, (sqlite3_int64)v);
}

/*
 * Return: SQLite's code.  With SQLITE_STATIC what is pointed to has to stay as it
 * is until the statement was stepped.
 */
static int bind_one(struct ts_ledger *l, sqlite3_stmt *stmt, int i, char type,
		    va_list *args, sqlite3_destructor_type copies)
{
	uint8_t *wei = l->wei[i];
	const void *bytes;
	int64_t number;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(stmt, i, va_arg(*args, int64_t));
	case 'r':
		number = va_arg(*args, int64_t);
		return number ? sqlite3_bind_int64(stmt, i, number) :
				sqlite3_bind_null(stmt, i);
	case 'u':
		return bind_u64(l, stmt, i, va_arg(*args, uint64_t));
	case 'w':
		/* By pointer: compilers disagree on 16-byte varargs. */
		ts_u128_put(wei, *va_arg(*args, const ts_u128 *));
		return sqlite3_bind_blob(stmt, i, wei, TS_U128_BYTES, copies);
	case 't':
		return sqlite3_bind_text(stmt, i, va_arg(*args, const char *),
					 -1, copies);
	case 'b':
		bytes = va_arg(*args, const void *);
		/* A NULL pointer would bind null, not an empty blob. */
		return sqlite3_bind_blob(stmt, i, bytes ? bytes : "",
					 (int)va_arg(*args, size_t), copies);
	}
	return SQLITE_MISUSE;
}

static sqlite3_stmt *vprepare(struct ts_ledger *l, const char *sql,
			      const char *types, va_list *args,
			      sqlite3_destructor_type copies)
{
	sqlite3_stmt *stmt = find_statement(l, sql);
	int err = SQLITE_OK;
	int i;

	if (!stmt)
		return NULL;
	if (strlen(types) > TS_DB_VALUES_MAX) {
		ts_db_fail(l, -EINVAL, "%s: too many values in a statement", l->path);
		return NULL;
	}
	sqlite3_reset(stmt);
	l->error[0] = '\0';
	for (i = 0; types[i] && !err; i++)
		err = bind_one(l, stmt, i + 1, types[i], args, copies);
	if (!err)
		return stmt;
	if (!l->error[0])
		ts_db_fail_sqlite(l, "binding a value");
	return NULL;
}

/**
 * ts_db_prepare() - a statement with its values, to be stepped by the caller
 * @l: the ledger
 * @sql: a literal
 * @types: a letter for each value, see db.h
 *
 * Return: the statement, owned by the ledger and valid until the same @sql is
 * prepared again; NULL with an error noted.
 */
sqlite3_stmt *ts_db_prepare(struct ts_ledger *l, const char *sql,
			    const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list args;

	/* Copied: it is stepped by the caller, who may write in between. */
	va_start(args, types);
	stmt = vprepare(l, sql, types, &args, SQLITE_TRANSIENT);
	va_end(args);
	return stmt;
}

/**
 * ts_db_step() - the next row
 * Return: 1: a row, 0: no more (the statement is reset), or negative errno.
 */
int ts_db_step(struct ts_ledger *l, sqlite3_stmt *stmt)
{
	int ret = sqlite3_step(stmt), err = 0;

	if (ret == SQLITE_ROW)
		return 1;
	if (ret != SQLITE_DONE)
		err = ts_db_fail_sqlite(l, "reading");
	sqlite3_reset(stmt);
	return err;
}

/**
 * ts_db_write() - change rows inside the open batch
 * @l: the ledger
 * @sql: a literal, one statement that gives no rows
 * @types: a letter for each value, see db.h
 *
 * An error poisons the batch: it can only be discarded, for what is missing
 * from it is not known to its writer's later steps.
 *
 * Return: 0 or negative errno.
 */
int ts_db_write(struct ts_ledger *l, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list args;
	int err = 0;

	if (l->failed[0])
		return ts_db_fail(l, -EROFS, "%s", l->failed);
	if (!l->in_batch)
		return ts_db_fail(l, -EINVAL, "%s: written outside a batch",
				  l->path);
	va_start(args, types);
	stmt = vprepare(l, sql, types, &args, SQLITE_STATIC);
	va_end(args);
	if (!stmt) {
		err = -ERANGE;
	} else if (sqlite3_step(stmt) != SQLITE_DONE) {
		err = ts_db_fail_sqlite(l, "writing");
		sqlite3_reset(stmt);
	} else {
		sqlite3_reset(stmt);
	}
	if (err)
		memcpy(l->failed, l->error, sizeof(l->failed));
	return err;
}

ts_u128 ts_db_u128(sqlite3_stmt *stmt, int column, bool *bad)
{
	uint8_t bytes[TS_U128_BYTES];

	ts_db_blob(stmt, column, bytes, sizeof(bytes), bad);
	return ts_u128_get(bytes);
}

uint64_t ts_db_u64(sqlite3_stmt *stmt, int column, bool *bad)
{
	sqlite3_int64 v = sqlite3_column_int64(stmt, column);

	if (v >= 0)
		return (uint64_t)v;
	*bad = true;
	return 0;
}

void ts_db_blob(sqlite3_stmt *stmt, int column, void *out, size_t len, bool *bad)
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	if (bytes && (size_t)sqlite3_column_bytes(stmt, column) == len) {
		memcpy(out, bytes, len);
		return;
	}
	memset(out, 0, len);
	*bad = true;
}

void ts_db_text(sqlite3_stmt *stmt, int column, char *out, size_t size, bool *bad)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	if (text && strlen(text) < size) {
		memcpy(out, text, strlen(text) + 1);
		return;
	}
	out[0] = '\0';
	*bad = true;
}

/* Return: 1: @stmt is at its first row, 0: there is none, or negative errno. */
static int first_row(struct ts_ledger *l, sqlite3_stmt *stmt)
{
	return stmt ? ts_db_step(l, stmt) : -EIO;
}

static int only_is_read(struct ts_ledger *l, sqlite3_stmt *stmt, const char *what, bool bad)
{
	sqlite3_reset(stmt);
	return bad ? ts_db_damaged(l, what) : 0;
}

int ts_db_only_u128(struct ts_ledger *l, sqlite3_stmt *stmt, const char *what,
		    ts_u128 *value)
{
	int ret = first_row(l, stmt);
	bool bad = false;

	*value = ret > 0 ? ts_db_u128(stmt, 0, &bad) : 0;
	return ret > 0 ? only_is_read(l, stmt, what, bad) : ret;
}

int ts_db_only_u64(struct ts_ledger *l, sqlite3_stmt *stmt, const char *what,
		   uint64_t *value)
{
	int ret = first_row(l, stmt);
	bool bad = false;

	*value = ret > 0 ? ts_db_u64(stmt, 0, &bad) : 0;
	return ret > 0 ? only_is_read(l, stmt, what, bad) : ret;
}
