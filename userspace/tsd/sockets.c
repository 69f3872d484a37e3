// SPDX-License-Identifier: GPL-2.0
/* sockets.c - the sockets and the timer of a part that never blocks, by libev. */
#include <errno.h>
#include <stdlib.h>

#include "tsd/sockets.h"

/**
 * struct ts_socket - one that is watched
 * @io: the watcher
 * @next: in the list
 */
struct ts_socket {
	ev_io io;
	struct ts_socket *next;
};

static void on_socket(struct ev_loop *loop, ev_io *io, int revents)
{
	struct ts_sockets *s = io->data;

	s->ready(s->ctx, io->fd, revents & EV_READ, revents & EV_WRITE);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct ts_sockets *s = timer->data;

	s->expired(s->ctx);
}

static struct ts_socket **find(struct ts_sockets *s, int fd)
{
	struct ts_socket **p = &s->first;

	while (*p && (*p)->io.fd != fd)
		p = &(*p)->next;
	return p;
}

static void forget(struct ts_sockets *s, struct ts_socket **p)
{
	struct ts_socket *socket = *p;

	ev_io_stop(s->loop, &socket->io);
	*p = socket->next;
	free(socket);
}

/** ts_sockets_init() - nothing is watched yet */
void ts_sockets_init(struct ts_sockets *s, struct ev_loop *loop,
		     void (*ready)(void *ctx, int fd, bool readable, bool writable),
		     void (*expired)(void *ctx), void *ctx)
{
	s->loop = loop;
	s->first = NULL;
	s->ready = ready;
	s->expired = expired;
	s->ctx = ctx;
	ev_init(&s->timer, on_timer);
	s->timer.data = s;
}

/** ts_sockets_close() - nothing is watched any more; the sockets stay the caller's */
void ts_sockets_close(struct ts_sockets *s)
{
	while (s->first)
		forget(s, &s->first);
	ev_timer_stop(s->loop, &s->timer);
}

/**
 * ts_sockets_watch() - watch a socket, or watch it for something else
 * @s: ours
 * @fd: it
 * @want_read: be told when it can be read
 * @want_write: or written; neither: forget it
 *
 * Return: 0 or -ENOMEM.
 */
int ts_sockets_watch(struct ts_sockets *s, int fd, bool want_read, bool want_write)
{
	struct ts_socket **p = find(s, fd), *socket = *p;

	if (!want_read && !want_write) {
		if (socket)
			forget(s, p);
		return 0;
	}
	if (!socket) {
		socket = calloc(1, sizeof(*socket));
		if (!socket)
			return -ENOMEM;
		*p = socket;
		ev_init(&socket->io, on_socket);
		socket->io.data = s;
	}
	ev_io_stop(s->loop, &socket->io);
	ev_io_set(&socket->io, fd,
		  (want_read ? EV_READ : 0) | (want_write ? EV_WRITE : 0));
	ev_io_start(s->loop, &socket->io);
	return 0;
}

/** ts_sockets_timer() - be told in so many ms, once; negative: not at all */
void ts_sockets_timer(struct ts_sockets *s, long timeout_ms)
{
	ev_timer_stop(s->loop, &s->timer);
	if (timeout_ms < 0)
		return;
	/* After a long turn the loop's now is old, and libcurl is not asked twice. */
	ev_now_update(s->loop);
	ev_timer_set(&s->timer, (double)timeout_ms / 1e3, 0);
	ev_timer_start(s->loop, &s->timer);
}
