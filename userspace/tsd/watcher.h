/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watcher.h - lines for somebody who may be slow to read them.
 *
 * What does not fit any more is lost, and one line in its place says so: tsd
 * never waits for a watcher.  No I/O: the caller sends what
 * is pending.
 */
#ifndef TS_TSD_WATCHER_H
#define TS_TSD_WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#define TS_WATCHER_BYTES	65536
/* What a watcher is told in the place of the events that it lost. */
#define TS_WATCHER_LOST		"{\"lost\":true}\n"

/**
 * struct ts_watcher - what waits to be sent
 * @text: whole lines, but for what of the first one is gone already
 * @len: bytes of it
 * @lost: lines were dropped, and that is not said yet
 */
struct ts_watcher {
	char text[TS_WATCHER_BYTES];
	size_t len;
	bool lost;
};

bool ts_watcher_add(struct ts_watcher *w, const char *line, size_t len);
void ts_watcher_lose(struct ts_watcher *w);
void ts_watcher_sent(struct ts_watcher *w, size_t len);

#endif /* TS_TSD_WATCHER_H */
