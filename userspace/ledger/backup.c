// SPDX-License-Identifier: GPL-2.0
/*
 * backup.c - a copy of the ledger, and a ledger from a copy.
 *
 * What was signed after the copy was made is not in it, so each open channel of a
 * restored ledger is marked (enum ts_channel_restored).
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/db.h"
#include "ledger/share.h"
#include "ledger/sponsor.h"

#define PATH_SIZE	300
#define KEPT_MAX	1000

static int say(char *err, size_t err_size, int ret, const char *path)
{
	snprintf(err, err_size, "%s: %s%s", path, strerror(-ret),
		 ret == -EEXIST ? "; nothing is replaced: move it away" : "");
	return ret;
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

static int sync_dir_of(const char *path)
{
	char copy[PATH_SIZE];

	snprintf(copy, sizeof(copy), "%s", path);
	return sync_path(dirname(copy), O_RDONLY | O_DIRECTORY);
}

/* All pages as of one moment; whoever writes the source goes on. */
static int copy_pages(struct ts_ledger *from, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->db, "main");
	int ret;

	if (!backup)
		return -EIO;
	ret = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	return ret == SQLITE_DONE ? 0 : ret == SQLITE_FULL ? -ENOSPC : -EIO;
}

/*
 * A new file, private, with all of @from in it and @sql done to it; on the disk when
 * it returns 0.  Without a log beside it: it is one file.
 */
static int copy_to(struct ts_ledger *from, const char *path, const char *sql)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	sqlite3 *db = NULL;
	int ret;

	if (fd < 0)
		return -errno;
	close(fd);
	ret = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ? -EIO : 0;
	if (!ret)
		ret = copy_pages(from, db);
	if (!ret && sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL))
		ret = -EIO;
	if (!ret && sqlite3_exec(db, sql, NULL, NULL, NULL))
		ret = -EIO;
	if (sqlite3_close(db) && !ret)
		ret = -EIO;
	if (!ret)
		ret = sync_path(path, O_RDWR);
	if (ret)
		unlink(path);
	return ret;
}

/**
 * ts_ledger_backup() - a consistent copy, while another process may write
 * @l: the ledger, opened to look only
 * @to: the file to make; never one that is there
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Return: 0: it is on the disk, whole; or negative errno and there is none.
 */
int ts_ledger_backup(struct ts_ledger *l, const char *to, char *err, size_t err_size)
{
	char part[PATH_SIZE];
	int ret;

	if (strlen(to) + sizeof(".part") > sizeof(part))
		return say(err, err_size, -ENAMETOOLONG, to);
	if (!access(to, F_OK))
		return say(err, err_size, -EEXIST, to);
	snprintf(part, sizeof(part), "%s.part", to);
	ret = copy_to(l, part, "");
	if (ret)
		return say(err, err_size, ret, part);
	if (renameat2(AT_FDCWD, part, AT_FDCWD, to, RENAME_NOREPLACE)) {
		ret = -errno;
		unlink(part);
		return say(err, err_size, ret, to);
	}
	ret = sync_dir_of(to);
	return ret ? say(err, err_size, ret, to) : 0;
}

struct first_fault {
	char text[256];
};

static void note(const char *text, void *arg)
{
	struct first_fault *first = arg;

	if (!first->text[0])
		snprintf(first->text, sizeof(first->text), "%s", text);
}

static int open_checked(const char *from, struct ts_ledger **l, char *err,
			size_t err_size)
{
	const struct ts_ledger_options options = { .path = from,
						   .flags = TS_LEDGER_READ_ONLY };
	struct first_fault first = { };
	int ret = ts_ledger_open(&options, l, err, err_size);

	if (ret)
		return ret;
	ret = ts_ledger_check(*l, TS_LEDGER_CHECK_SIGNATURES, note, &first);
	if (!ret)
		return 0;
	snprintf(err, err_size, "%s: %s; it is not restored", from,
		 ret < 0 ? ts_ledger_error(*l) : first.text);
	ts_ledger_close(*l);
	return ret < 0 ? ret : -EUCLEAN;
}

/* A name that nothing has yet, for the old ledger and its log. */
static int free_name(const char *path, char *kept, size_t size)
{
	unsigned int i;

	for (i = 1; i <= KEPT_MAX; i++) {
		snprintf(kept, size, "%s.before-restore-%u", path, i);
		if (access(kept, F_OK))
			return 0;
	}
	return -EEXIST;
}

static int put_aside(const char *path, const char *kept, const char *suffix)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	snprintf(from, sizeof(from), "%s%s", path, suffix);
	snprintf(to, sizeof(to), "%s%s", kept, suffix);
	return rename(from, to) && errno != ENOENT ? -errno : 0;
}

/*
 * The old one, and with it its log, which another file must never meet, out of the way;
 * then the new one in.  As long as @made has its own name nobody opens a ledger here.
 */
static int exchange(const char *made, const char *path, const char *kept)
{
	char shm[PATH_SIZE];
	int ret;

	ret = put_aside(path, kept, "");
	if (!ret)
		ret = put_aside(path, kept, "-wal");
	snprintf(shm, sizeof(shm), "%s-shm", path);
	unlink(shm);
	if (!ret)
		ret = sync_dir_of(path);
	if (!ret && rename(made, path))
		ret = -errno;
	return ret ? ret : sync_dir_of(path);
}

static int restore(struct ts_ledger *from, const char *path, char *kept,
		   size_t kept_size, char *err, size_t err_size)
{
	/*
	 * Of lives that are over nothing can be signed.  What was planned on the chain
	 * (0) may have been done since, and nothing would find it there: a deposit
	 * would be made twice.  It is cancelled (5); what a channel wants by its state it
	 * wants again.  What was signed has its nonce: the chain takes it once.
	 * What was paid of shares since, and which vouchers (0, then 3) were redeemed,
	 * only the operator knows.  Which stations a wallet has ceased to pay for since,
	 * only the wallet does: it signs anew, above all that it can have signed by now, for
	 * numbers follow the clock, and are ahead of it by as many as were signed at once.
	 */
	static const char mark[] =
		"UPDATE channels SET restored = 1 WHERE state <> 0;"
		"UPDATE transactions SET state = 5 WHERE state = 0;"
		"UPDATE vouchers SET state = 3 WHERE state = 0;"
		"UPDATE sponsorships SET live = 0, form = NULL WHERE live = 1;"
		"INSERT OR REPLACE INTO meta (key, value) SELECT '" TS_LEDGER_SPONSOR_FLOOR
		"', 3600 + max(CAST(strftime('%s', 'now') AS INTEGER), ifnull((SELECT value"
		" FROM meta WHERE key = 'wall_floor_s'), 0));"
		"INSERT OR REPLACE INTO meta (key, value) SELECT '" TS_LEDGER_PAYOUTS_UNKNOWN
		"', 1 WHERE EXISTS (SELECT 1 FROM shares);";
	char made[PATH_SIZE];
	int ret;

	snprintf(made, sizeof(made), "%s" TS_RESTORING, path);
	if (unlink(made) && errno != ENOENT)
		return say(err, err_size, -errno, made);
	ret = copy_to(from, made, mark);
	if (!ret)
		ret = sync_dir_of(made);
	if (ret)
		return say(err, err_size, ret, made);
	ret = free_name(path, kept, kept_size);
	if (!ret)
		ret = exchange(made, path, kept);
	return ret ? say(err, err_size, ret, path) : 0;
}

/**
 * ts_ledger_restore() - put a backup in the place of the ledger
 * @options: of the ledger, which nobody writes: it is locked meanwhile
 * @from: the backup; checked first, with its signatures
 * @kept: set to where the old ledger is now
 * @kept_size: room in @kept
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Every channel in it is marked: nothing is signed for it until its partner and the
 * chain were asked.  Cut off at any point, either the old ledger is in place, or the
 * new one, or no ledger can be opened until it is done again.
 *
 * Return: 0, -EBUSY: the ledger is in use, -EUCLEAN: the backup is damaged, or another
 * negative errno.
 */
int ts_ledger_restore(const struct ts_ledger_options *options, const char *from,
		      char *kept, size_t kept_size, char *err, size_t err_size)
{
	struct ts_ledger *backup, *held;
	int ret;

	/* Room for every name that is made of it. */
	if (strlen(options->path) > sizeof(held->path) - 32)
		return say(err, err_size, -ENAMETOOLONG, options->path);
	held = calloc(1, sizeof(*held));
	if (!held)
		return say(err, err_size, -ENOMEM, options->path);
	held->lock_fd = -1;
	held->file_fd = -1;
	strcpy(held->path, options->path);
	ret = ts_db_lock(held, options->lock_path);
	if (ret)
		snprintf(err, err_size, "%s", held->error);
	/* Somebody with another state_dir may have it: there the file itself is locked. */
	if (!ret)
		held->file_fd = open(held->path, O_RDWR | O_CLOEXEC);
	if (!ret && held->file_fd >= 0 && flock(held->file_fd, LOCK_EX | LOCK_NB))
		ret = say(err, err_size, -EBUSY, held->path);
	if (!ret)
		ret = open_checked(from, &backup, err, err_size);
	if (!ret) {
		ret = restore(backup, options->path, kept, kept_size, err, err_size);
		ts_ledger_close(backup);
	}
	ts_ledger_close(held);
	return ret;
}
