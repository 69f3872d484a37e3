// SPDX-License-Identifier: GPL-2.0
/*
 * One writer: flock on the directory of the pins.
 *
 * The directory is the lock file: it lives exactly as long as what it guards,
 * and a lock on it ends with the process, however it ends.  Who holds it is
 * read from /proc/locks, so that no file can name a process that is gone.
 * The owner keeps the lock; other writers take it for one call.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "lib/meter_bpf.h"

/* Another short-lived writer is waited for, an owner is not outwaited. */
#define LOCK_TRIES 50
#define LOCK_PAUSE_NS 10000000

/**
 * ts_bpf_lock_holder() - process that holds the lock
 * @b: the meter
 *
 * Return: its pid; 0: nobody, or nobody whom this pid namespace can see.
 */
uint32_t ts_bpf_lock_holder(const struct ts_bpf *b)
{
	unsigned int major, minor;
	unsigned long inode;
	char line[256];
	struct stat st;
	uint32_t holder = 0;
	int pid;
	FILE *f;

	if (fstat(b->dir_fd, &st))
		return 0;
	f = fopen("/proc/locks", "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major, &minor,
			   &inode) != 4)
			continue;
		if (inode == st.st_ino && makedev(major, minor) == st.st_dev && pid > 0)
			holder = pid;
	}
	fclose(f);
	return holder;
}

/**
 * ts_bpf_lock() - may this process write now?
 * @b: the meter
 *
 * Undone by ts_bpf_unlock(), also when the meter is owned.
 *
 * Return: 0 or -EBUSY, naming the owner.
 */
int ts_bpf_lock(struct ts_bpf *b)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int tries;

	if (b->owned)
		return 0;
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (!flock(b->dir_fd, LOCK_EX | LOCK_NB)) {
			/* Others may have written since this process looked. */
			if (b->book)
				ts_bpf_repair_count(b);
			return 0;
		}
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ts_meter_fail(&b->base, -errno, "cannot lock %s: %s", b->dir,
					     strerror(errno));
		/* An owner that said so will not let go. */
		if (b->meta && b->meta->driver[TS_FACT_OWNER_PID] &&
		    b->meta->driver[TS_FACT_OWNER_PID] == ts_bpf_lock_holder(b))
			break;
		nanosleep(&pause, NULL);
	}
	return ts_meter_fail_owned(&b->base, ts_bpf_lock_holder(b));
}

void ts_bpf_unlock(struct ts_bpf *b)
{
	if (!b->owned)
		flock(b->dir_fd, LOCK_UN);
}

/**
 * ts_bpf_own() - keep the lock until the meter is closed
 * @m: the meter
 *
 * Return: 0 or -EBUSY, naming the owner.
 */
int ts_bpf_own(struct ts_meter *m)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	b->owned = true;
	/* As /proc/locks will show it. */
	b->meta->driver[TS_FACT_OWNER_PID] = getpid();
	return 0;
}
