// SPDX-License-Identifier: GPL-2.0
/*
 * ledger_vfs.c - a file layer for SQLite that fails, dies and forgets on
 * demand.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_vfs.h"

struct fault fault;

/* A write that is not fsynced yet, and what was there before. */
struct undo {
	char path[512];
	sqlite3_int64 offset, old_size;
	int len;
	uint8_t *old;
};

static struct undo *undos;
static unsigned int n_undos;

struct fault_file {
	sqlite3_file base;
	char path[512];
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs fault_vfs;

static void forget_undos(const char *path)
{
	unsigned int i, kept = 0;

	for (i = 0; i < n_undos; i++) {
		if (path && strcmp(undos[i].path, path))
			undos[kept++] = undos[i];
		else
			free(undos[i].old);
	}
	n_undos = kept;
}

static void remember(struct fault_file *f, sqlite3_int64 offset, int len)
{
	struct undo *u;

	undos = realloc(undos, (n_undos + 1) * sizeof(*undos));
	u = &undos[n_undos++];
	memset(u, 0, sizeof(*u));
	strcpy(u->path, f->path);
	u->offset = offset;
	u->len = len;
	u->old = calloc(1, (size_t)len + 1);
	f->real->pMethods->xFileSize(f->real, &u->old_size);
	f->real->pMethods->xRead(f->real, u->old, len, offset);
}

unsigned int fault_unsynced(void)
{
	return n_undos;
}

void fault_power_cut(unsigned int lose)
{
	struct undo *u;
	int fd;

	while (n_undos && lose--) {
		u = &undos[--n_undos];
		fd = open(u->path, O_RDWR);
		if (fd >= 0) {
			if (pwrite(fd, u->old, (size_t)u->len, u->offset) < 0 ||
			    ftruncate(fd, u->old_size))
				abort();
			close(fd);
		}
		free(u->old);
	}
	forget_undos(NULL);
}

void fault_reset(void)
{
	memset(&fault, 0, sizeof(fault));
}

bool fault_touch(void)
{
	if (fault.dead)
		return false;
	fault.touches++;
	if (fault.kind == FAULT_DIE && fault.touches == fault.at)
		fault.dead = true;
	return true;
}

static bool reached(enum fault_kind kind)
{
	return fault.kind == kind && fault.touches >= fault.at;
}

static int f_close(sqlite3_file *file)
{
	struct fault_file *f = (struct fault_file *)file;
	int ret = f->real->pMethods->xClose(f->real);

	free(f->real);
	return ret;
}

static int f_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 offset)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xRead(f->real, buf, len, offset);
}

static int f_write(sqlite3_file *file, const void *buf, int len,
		   sqlite3_int64 offset)
{
	struct fault_file *f = (struct fault_file *)file;

	if (!fault_touch())
		return SQLITE_IOERR_WRITE;
	fault.after_failure += fault.failed;
	if (reached(FAULT_FULL)) {
		fault.failed = true;
		return SQLITE_FULL;
	}
	if (reached(FAULT_WRITE) && !fault.failed) {
		fault.failed = true;
		return SQLITE_IOERR_WRITE;
	}
	remember(f, offset, len);
	fault.written_bytes += (uint64_t)len;
	return f->real->pMethods->xWrite(f->real, buf, len, offset);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct fault_file *f = (struct fault_file *)file;

	if (!fault_touch())
		return SQLITE_IOERR_TRUNCATE;
	return f->real->pMethods->xTruncate(f->real, size);
}

static int f_sync(sqlite3_file *file, int flags)
{
	struct fault_file *f = (struct fault_file *)file;
	int ret;

	if (!fault_touch())
		return SQLITE_IOERR_FSYNC;
	fault.after_failure += fault.failed;
	if (reached(FAULT_SYNC) && !fault.failed) {
		fault.failed = true;
		return SQLITE_IOERR_FSYNC;
	}
	fault.syncs++;
	ret = f->real->pMethods->xSync(f->real, flags);
	forget_undos(f->path);
	return ret;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xFileSize(f->real, size);
}

static int f_lock(sqlite3_file *file, int lock)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xLock(f->real, lock);
}

static int f_unlock(sqlite3_file *file, int lock)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xUnlock(f->real, lock);
}

static int f_check_lock(sqlite3_file *file, int *out)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xCheckReservedLock(f->real, out);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xFileControl(f->real, op, arg);
}

static int f_sector(sqlite3_file *file)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xSectorSize(f->real);
}

static int f_device(sqlite3_file *file)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xDeviceCharacteristics(f->real);
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend,
		     void volatile **out)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xShmMap(f->real, page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xShmLock(f->real, offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
	struct fault_file *f = (struct fault_file *)file;

	f->real->pMethods->xShmBarrier(f->real);
}

static int f_shm_unmap(sqlite3_file *file, int delete)
{
	struct fault_file *f = (struct fault_file *)file;

	return f->real->pMethods->xShmUnmap(f->real, delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close,
	.xRead = f_read,
	.xWrite = f_write,
	.xTruncate = f_truncate,
	.xSync = f_sync,
	.xFileSize = f_size,
	.xLock = f_lock,
	.xUnlock = f_unlock,
	.xCheckReservedLock = f_check_lock,
	.xFileControl = f_control,
	.xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device,
	.xShmMap = f_shm_map,
	.xShmLock = f_shm_lock,
	.xShmBarrier = f_shm_barrier,
	.xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		  int flags, int *out_flags)
{
	struct fault_file *f = (struct fault_file *)file;
	int ret;

	memset(f, 0, sizeof(*f));
	if (fault.read_only && (flags & SQLITE_OPEN_MAIN_DB)) {
		flags &= ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
		flags |= SQLITE_OPEN_READONLY;
	}
	f->real = calloc(1, (size_t)real_vfs->szOsFile);
	if (path)
		strncpy(f->path, path, sizeof(f->path) - 1);
	ret = real_vfs->xOpen(real_vfs, path, f->real, flags, out_flags);
	if (ret) {
		free(f->real);
		return ret;
	}
	f->base.pMethods = &methods;
	return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	if (!fault_touch())
		return SQLITE_IOERR_DELETE;
	forget_undos(path);
	return real_vfs->xDelete(real_vfs, path, sync);
}

void fault_register(void)
{
	if (real_vfs)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	fault_vfs = *real_vfs;
	fault_vfs.zName = "fault";
	fault_vfs.szOsFile = sizeof(struct fault_file);
	fault_vfs.xOpen = v_open;
	fault_vfs.xDelete = v_delete;
	sqlite3_vfs_register(&fault_vfs, 0);
}
