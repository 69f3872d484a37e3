// SPDX-License-Identifier: GPL-2.0
/*
 * lock.c - run_dir/tsd.pid, held with flock() as long as the daemon lives.
 *
 * The file stays when the daemon goes: removing it would let a third daemon
 * lock another file of the same name while a second one waits for this.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tsd/lock.h"

/**
 * ts_lock_take() - be the only one
 * @run_dir: folder of the lock
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: a descriptor to keep, or negative errno; -EBUSY: there is another.
 */
int ts_lock_take(const char *run_dir, char *err, size_t err_size)
{
	char path[160], pid[24];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/tsd.pid", run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		n = -errno;
		snprintf(err, err_size, "%s: %s", path, strerror(errno));
		return n;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		n = read(fd, pid, sizeof(pid) - 1);
		pid[n > 0 ? n : 0] = '\0';
		pid[strcspn(pid, "\n")] = '\0';
		snprintf(err, err_size, "%s: another tsd runs (process %s); stop it, or give another run_dir",
			 path, *pid ? pid : "unknown");
		close(fd);
		return -EBUSY;
	}
	n = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || write(fd, pid, n) != n) {
		snprintf(err, err_size, "%s: cannot be written: %s", path,
			 strerror(errno));
		close(fd);
		return -EIO;
	}
	return fd;
}

/** ts_lock_release() - @fd from ts_lock_take(), or negative */
void ts_lock_release(int fd)
{
	if (fd < 0)
		return;
	close(fd);
}
