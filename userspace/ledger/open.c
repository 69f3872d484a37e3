// SPDX-License-Identifier: GPL-2.0
/*
 * open.c - opening, the lock, and batches.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/db.h"

/* Frames in the write-ahead log that make a commit copy them back. */
#define WAL_FRAMES_MAX	1000
#define BUSY_MS		5000

int ts_db_lock(struct ts_ledger *l, const char *lock_path)
{
	char path[300], pid[24];
	const char *slash;
	ssize_t n;

	if (!lock_path) {
		slash = strrchr(l->path, '/');
		snprintf(path, sizeof(path), "%.*sledger.lock",
			 slash ? (int)(slash - l->path) + 1 : 0, l->path);
		lock_path = path;
	}
	l->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->lock_fd < 0)
		return ts_db_fail(l, -errno,
			"%s: cannot be opened: %s; check that its folder exists and can be written",
			lock_path, strerror(errno));
	if (flock(l->lock_fd, LOCK_EX | LOCK_NB)) {
		n = pread(l->lock_fd, pid, sizeof(pid) - 1, 0);
		pid[n > 0 ? n : 0] = '\0';
		pid[strspn(pid, "0123456789")] = '\0';
		return ts_db_fail(l, -EBUSY,
			"%s: process %s writes this ledger; use its control socket or stop it first",
			lock_path, pid[0] ? pid : "(unknown)");
	}
	/* Only for the message above; the flock is what counts. */
	n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(l->lock_fd, 0) || pwrite(l->lock_fd, pid, (size_t)n, 0) != n)
		return ts_db_fail(l, -errno,
			"%s: cannot be written: %s; free space there or make it writable",
			lock_path, strerror(errno));
	return 0;
}

static int on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct ts_ledger *l = arg;

	l->wal_frames = frames;
	return SQLITE_OK;
}

static int pragmas(struct ts_ledger *l)
{
	/*
	 * Small pages: a payment touches half a dozen, and each goes whole
	 * into the log.  Only takes effect in a new file.
	 */
	static const char always[] =
		"PRAGMA page_size = 1024;"
		"PRAGMA foreign_keys = ON;"
		"PRAGMA synchronous = FULL;"
		"PRAGMA temp_store = MEMORY;"
		/* What is forgotten is gone from the file, too; Debian has it so, others not. */
		"PRAGMA secure_delete = ON;"
		"PRAGMA trusted_schema = OFF;";

	sqlite3_busy_timeout(l->db, BUSY_MS);
	if (sqlite3_exec(l->db, always, NULL, NULL, NULL))
		return ts_db_fail_sqlite(l, "opening");
	if (l->read_only)
		return 0;
	if (sqlite3_exec(l->db, "PRAGMA journal_mode = WAL;"
			 "PRAGMA journal_size_limit = 4194304;",
			 NULL, NULL, NULL))
		return ts_db_fail_sqlite(l, "opening");
	/* Copying back is done by commit(), which looks at its errors. */
	sqlite3_wal_autocheckpoint(l->db, 0);
	sqlite3_wal_hook(l->db, on_commit, l);
	return 0;
}

static int quick_check(struct ts_ledger *l)
{
	const char *text;
	sqlite3_stmt *stmt;
	int err = 0;

	if (sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &stmt, NULL))
		return ts_db_fail_sqlite(l, "checking");
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		err = ts_db_fail_sqlite(l, "checking");
	} else {
		text = (const char *)sqlite3_column_text(stmt, 0);
		if (!text || strcmp(text, "ok"))
			err = ts_db_fail(l, -EUCLEAN,
				"%s: the ledger is damaged (%s); move it away with its -wal and -shm files and restore a backup",
				l->path, text ? text : "no answer");
	}
	sqlite3_finalize(stmt);
	return err;
}

/*
 * SQLite would make the file readable by all: it names people's devices.  And
 * two state_dirs may name one ledger: so the file is locked as well.  It stays
 * open until SQLite has closed it, whose own locks a close() would drop.
 */
static int make_private(struct ts_ledger *l)
{
	l->file_fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->file_fd < 0)
		return ts_db_fail(l, -errno,
			"%s: cannot be opened for writing: %s; check its folder, its owner and its mode",
			l->path, strerror(errno));
	if (flock(l->file_fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return ts_db_fail(l, -EBUSY,
			"%s: another process, with another state_dir, writes this ledger; stop it first",
			l->path);
	return 0;
}

/*
 * Between taking the old ledger away and putting the new one there a restore may have
 * been cut off: an empty ledger must not be made, nor the old one used without its log.
 */
static int no_restore(struct ts_ledger *l)
{
	char path[sizeof(l->path) + sizeof(TS_RESTORING)];

	snprintf(path, sizeof(path), "%s" TS_RESTORING, l->path);
	if (access(path, F_OK))
		return 0;
	return ts_db_fail(l, -EBUSY,
		"%s: a restore was cut off before its end; run \"tsctl ledger restore\" again",
		path);
}

static int open_database(struct ts_ledger *l,
			 const struct ts_ledger_options *options)
{
	bool create = options->flags & TS_LEDGER_CREATE;
	int err;

	if (access(l->path, F_OK) && !create)
		return ts_db_fail(l, -ENOENT,
			"%s: there is no such ledger; tsd makes its own when it starts",
			l->path);
	if (!l->read_only) {
		err = ts_db_lock(l, options->lock_path);
		if (!err)
			err = no_restore(l);
		if (!err)
			err = make_private(l);
		if (err)
			return err;
	}
	if (sqlite3_open_v2(l->path, &l->db, l->read_only ?
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX :
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    options->vfs))
		return ts_db_fail_sqlite(l, "opening");
	sqlite3_extended_result_codes(l->db, 1);
	/* SQLite opens read-only, silently, what it may not write. */
	if (!l->read_only && sqlite3_db_readonly(l->db, "main") == 1)
		return ts_db_fail(l, -EROFS,
			"%s: the file cannot be written; check its owner, its mode and whether the file system is mounted read-only",
			l->path);
	err = pragmas(l);
	if (!err)
		err = quick_check(l);
	return err ? err : ts_schema_open(l, create && !l->read_only);
}

/**
 * ts_ledger_open() - open the ledger
 * @options: where and how
 * @ledger: set on success; closed with ts_ledger_close()
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Checks the whole file for damage first (SQLite's quick_check).
 *
 * Return: 0, -ENOENT: there is none, -EBUSY: another process writes it,
 * -EROFS: it cannot be written, -EUCLEAN: damaged, -EPROTO: of another program
 * or version, -ENOSPC, or another negative errno.
 */
int ts_ledger_open(const struct ts_ledger_options *options,
		   struct ts_ledger **ledger, char *err, size_t err_size)
{
	struct ts_ledger *l = calloc(1, sizeof(*l));
	int ret;

	*ledger = NULL;
	if (!l) {
		snprintf(err, err_size, "%s: out of memory", options->path);
		return -ENOMEM;
	}
	l->lock_fd = -1;
	l->file_fd = -1;
	l->read_only = options->flags & TS_LEDGER_READ_ONLY;
	if (strlen(options->path) >= sizeof(l->path)) {
		ret = ts_db_fail(l, -ENAMETOOLONG,
			"the path of the ledger is longer than %zu bytes",
			sizeof(l->path) - 1);
	} else {
		strcpy(l->path, options->path);
		ret = open_database(l, options);
	}
	if (ret) {
		snprintf(err, err_size, "%s", l->error);
		ts_ledger_close(l);
		return ret;
	}
	if (l->read_only)
		strcpy(l->failed, "the ledger was opened read-only");
	*ledger = l;
	return 0;
}

/**
 * ts_ledger_close() - discard what is not committed, close, unlock
 * @l: the ledger, or NULL
 *
 * After a failed write the log is left as it is: copying it back would be to
 * try again.
 */
void ts_ledger_close(struct ts_ledger *l)
{
	unsigned int i;

	if (!l)
		return;
	ts_ledger_discard(l);
	for (i = 0; i < l->n_statements; i++)
		sqlite3_finalize(l->statements[i].stmt);
	if (l->db && l->failed[0])
		sqlite3_db_config(l->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
				  NULL);
	sqlite3_close(l->db);
	if (l->file_fd >= 0)
		close(l->file_fd);
	if (l->lock_fd >= 0)
		close(l->lock_fd);
	free(l);
}

/* The last error, one line for people. */
const char *ts_ledger_error(const struct ts_ledger *l)
{
	return l->error;
}

/* NULL while the ledger can be written, else why it cannot. */
const char *ts_ledger_failed(const struct ts_ledger *l)
{
	return l->failed[0] ? l->failed : NULL;
}

/* Whether a batch is open. */
bool ts_ledger_in_batch(const struct ts_ledger *l)
{
	return l->in_batch;
}

/**
 * ts_ledger_begin() - open a batch
 * @l: the ledger, with no batch open
 *
 * Return: 0, -EROFS: a write has failed before (or opened to look only), or
 * another negative errno.
 */
int ts_ledger_begin(struct ts_ledger *l)
{
	int err;

	if (l->failed[0])
		return ts_db_fail(l, -EROFS, "%s", l->failed);
	if (l->in_batch)
		return ts_db_fail(l, -EINVAL, "%s: a batch is open already",
				  l->path);
	if (sqlite3_exec(l->db, "BEGIN IMMEDIATE", NULL, NULL, NULL)) {
		err = ts_db_fail_sqlite(l, "beginning to write");
		memcpy(l->failed, l->error, sizeof(l->failed));
		return err;
	}
	l->in_batch = true;
	return 0;
}

/*
 * Copy the log back into the file; what fails here was committed all the same.
 * Busy is no failure: another program does it just now, or reads what would be
 * overwritten; there is a next commit.
 */
static void checkpoint(struct ts_ledger *l)
{
	int ret = sqlite3_wal_checkpoint_v2(l->db, NULL,
					    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (ret == SQLITE_OK || (ret & 0xff) == SQLITE_BUSY) {
		l->wal_frames = 0;
		return;
	}
	ts_db_fail_sqlite(l, "copying the log back");
	memcpy(l->failed, l->error, sizeof(l->failed));
}

/**
 * ts_ledger_commit() - make the batch durable
 * @l: the ledger
 *
 * Return: 0: it is on the disk; or negative errno: it is discarded, nothing of
 * it may be acted upon, and the ledger takes no more writes.  A ledger may
 * also become failed after a commit that returned 0.
 */
int ts_ledger_commit(struct ts_ledger *l)
{
	int err = 0;

	if (!l->in_batch)
		return ts_db_fail(l, -EINVAL, "%s: no batch is open", l->path);
	if (l->last_payment)
		ts_ledger_meta_put(l, TS_DB_PAYMENTS, (uint64_t)l->last_payment);
	if (l->failed[0])
		err = ts_db_fail(l, -EROFS, "%s", l->failed);
	else if (sqlite3_exec(l->db, "COMMIT", NULL, NULL, NULL))
		err = ts_db_fail_sqlite(l, "committing");
	if (err) {
		memcpy(l->failed, l->error, sizeof(l->failed));
		ts_ledger_discard(l);
		return err;
	}
	l->in_batch = false;
	l->last_payment = 0;
	if (l->wal_frames >= WAL_FRAMES_MAX)
		checkpoint(l);
	return 0;
}

/**
 * ts_ledger_discard() - forget the open batch, if one is
 * @l: the ledger
 */
void ts_ledger_discard(struct ts_ledger *l)
{
	unsigned int i;

	if (!l->in_batch)
		return;
	for (i = 0; i < l->n_statements; i++)
		sqlite3_reset(l->statements[i].stmt);
	/* May fail because SQLite has rolled back by itself already. */
	sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	l->in_batch = false;
	l->last_payment = 0;
}
