// SPDX-License-Identifier: GPL-2.0
/*
 * The pins, while somebody owns the meter: watched, and put back.
 *
 * The owner holds the maps by descriptor and mapping, so nothing in them is lost
 * when their names are removed; the links of the ports, which only the pins hold,
 * come off at once and are made again by ts_bpf_port_sync().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

static int watch_folder(struct ts_bpf *b)
{
	if (inotify_add_watch(b->pins, b->dir, IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF |
			      IN_MOVE_SELF) < 0)
		return ts_meter_fail(&b->base, -errno, "cannot watch %s: %s", b->dir,
				     strerror(errno));
	return 0;
}

/**
 * ts_bpf_pin_watch() - hear of pins that are removed
 * @b: the meter, owned
 *
 * Return: a descriptor that is readable until ts_bpf_pin_restore(), owned by
 * @b, or negative errno.
 */
int ts_bpf_pin_watch(struct ts_bpf *b)
{
	int ret;

	b->pins = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (b->pins < 0)
		return -errno;
	ret = watch_folder(b);
	return ret ? ret : b->pins;
}

static void drain(const struct ts_bpf *b)
{
	char events[4096];

	while (b->pins >= 0 && read(b->pins, events, sizeof(events)) > 0)
		;
}

static bool has_folder(const struct ts_bpf *b)
{
	struct stat ours, there;

	return !fstat(b->dir_fd, &ours) && !stat(b->dir, &there) &&
	       ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/* The lock is on the folder: there is no owner of a new one before it is taken. */
static int take_folder(struct ts_bpf *b)
{
	int fd;

	if ((mkdir(TS_PIN_ROOT, 0700) && errno != EEXIST) ||
	    (mkdir(b->dir, 0700) && errno != EEXIST))
		return ts_meter_fail(&b->base, -errno,
				     "%s was removed and cannot be made again: %s", b->dir,
				     strerror(errno));
	fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		ts_meter_fail(&b->base, -errno,
			      "%s was removed and cannot be taken again: %s", b->dir,
			      strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EBUSY;
	}
	close(b->dir_fd);
	b->dir_fd = fd;
	/* A meter that somebody made here meanwhile has nobody's budgets in it. */
	ts_bpf_map_unpin(b);
	return b->pins < 0 ? 0 : watch_folder(b);
}

/**
 * ts_bpf_pin_restore() - pin what somebody unpinned
 * @b: the meter
 *
 * Return: 0: nothing was missing; 1: it was, and is back; or negative errno.
 */
int ts_bpf_pin_restore(struct ts_bpf *b)
{
	bool missing = false;
	int i, ret;

	if (!b->owned)
		return 0;
	drain(b);
	if (!has_folder(b)) {
		missing = true;
		ret = take_folder(b);
		if (ret)
			return ret;
	}
	for (i = 0; i < TS_MAP_COUNT; i++) {
		if (!faccessat(b->dir_fd, ts_bpf_map_name(i), F_OK, 0))
			continue;
		missing = true;
		ret = ts_bpf_map_pin(b, i);
		if (ret)
			return ret;
	}
	if (missing)
		ts_meter_fail(&b->base, 0,
			      "somebody removed the meter's pins in %s; they are back, and no counter was lost",
			      b->dir);
	return missing;
}
