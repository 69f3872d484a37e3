/* SPDX-License-Identifier: GPL-2.0 */
/* stream.h - server-sent events (HTML Standard, section 9.2), by libcurl. */
#ifndef TSPAY_STREAM_H
#define TSPAY_STREAM_H

#include <stddef.h>

struct stream;

/** stream_open() - Return: a stream of @url, or NULL when memory is out */
struct stream *stream_open(const char *url);
void stream_close(struct stream *s);

/**
 * stream_wait() - run the connection for at most @timeout_ms
 * @cb: called with the data of each whole event; its positive results are
 *	what is waited for
 *
 * A stream that ended is opened again by the next call.
 *
 * Return: 1 as soon as @cb returned a positive number, 0 on timeout or when
 * interrupted by a signal, or a negative errno with one line in @err.
 */
int stream_wait(struct stream *s, int timeout_ms,
		int (*cb)(const char *data, void *arg), void *arg, char *err,
		size_t err_size);

#endif /* TSPAY_STREAM_H */
