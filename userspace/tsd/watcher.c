// SPDX-License-Identifier: GPL-2.0
/* watcher.c - see watcher.h */
#include <string.h>

#include "tsd/watcher.h"

static void append(struct ts_watcher *w, const char *line, size_t len)
{
	memcpy(w->text + w->len, line, len);
	w->len += len;
}

static void tell_lost(struct ts_watcher *w)
{
	if (w->lost)
		append(w, TS_WATCHER_LOST, strlen(TS_WATCHER_LOST));
	w->lost = false;
}

/**
 * ts_watcher_add() - one more line
 * @w: the watcher
 * @line: the line, with its end
 * @len: of it
 *
 * Return: false: there is no room, it is lost.
 */
bool ts_watcher_add(struct ts_watcher *w, const char *line, size_t len)
{
	size_t more = w->lost ? strlen(TS_WATCHER_LOST) : 0;

	if (len + more > sizeof(w->text) - w->len) {
		w->lost = true;
		return false;
	}
	/* In the place of the gap, which is told of once. */
	tell_lost(w);
	append(w, line, len);
	return true;
}

/** ts_watcher_lose() - lines were lost before they came here */
void ts_watcher_lose(struct ts_watcher *w)
{
	w->lost = true;
	if (!w->len)
		tell_lost(w);
}

/** ts_watcher_sent() - so many of the pending bytes are gone */
void ts_watcher_sent(struct ts_watcher *w, size_t len)
{
	w->len -= len;
	memmove(w->text, w->text + len, w->len);
	/* There may be no other event for long. */
	if (!w->len)
		tell_lost(w);
}
