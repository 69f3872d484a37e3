// SPDX-License-Identifier: GPL-2.0
/* rpc_watch.c - the sockets and the timer of a chain's endpoint, by libev. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tsd/rpc_watch.h"

/**
 * struct watched - a socket of the endpoint's
 * @io: the watcher
 * @next: in the list
 */
struct watched {
	ev_io io;
	struct watched *next;
};

struct ts_rpc_watch {
	struct ev_loop *loop;
	struct ts_rpc *rpc;
	ev_timer timer;
	struct watched *sockets;
};

static void on_socket(struct ev_loop *loop, ev_io *io, int revents)
{
	struct ts_rpc_watch *w = io->data;

	ts_rpc_ready(w->rpc, io->fd, revents & EV_READ, revents & EV_WRITE);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct ts_rpc_watch *w = timer->data;

	ts_rpc_expired(w->rpc);
}

static struct watched **find(struct ts_rpc_watch *w, int fd)
{
	struct watched **p = &w->sockets;

	while (*p && (*p)->io.fd != fd)
		p = &(*p)->next;
	return p;
}

static void forget(struct ts_rpc_watch *w, struct watched **p)
{
	struct watched *s = *p;

	ev_io_stop(w->loop, &s->io);
	*p = s->next;
	free(s);
}

static int watch(void *ctx, int fd, bool want_read, bool want_write)
{
	struct ts_rpc_watch *w = ctx;
	struct watched **p = find(w, fd), *s = *p;

	if (!want_read && !want_write) {
		if (s)
			forget(w, p);
		return 0;
	}
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		*p = s;
		ev_init(&s->io, on_socket);
		s->io.data = w;
	}
	ev_io_stop(w->loop, &s->io);
	ev_io_set(&s->io, fd, (want_read ? EV_READ : 0) | (want_write ? EV_WRITE : 0));
	ev_io_start(w->loop, &s->io);
	return 0;
}

static void set_timer(void *ctx, long timeout_ms)
{
	struct ts_rpc_watch *w = ctx;

	ev_timer_stop(w->loop, &w->timer);
	if (timeout_ms < 0)
		return;
	/* After a long turn the loop's now is old, and libcurl is not asked twice. */
	ev_now_update(w->loop);
	ev_timer_set(&w->timer, (double)timeout_ms / 1e3, 0);
	ev_timer_start(w->loop, &w->timer);
}

/**
 * ts_rpc_watch_new() - an endpoint that lives in the daemon's loop
 * @loop: the loop
 * @config: how to reach the node
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: it, or NULL.
 */
struct ts_rpc_watch *ts_rpc_watch_new(struct ev_loop *loop,
				      const struct ts_rpc_config *config,
				      char *err, size_t err_size)
{
	struct ts_rpc_watch *w = calloc(1, sizeof(*w));
	struct ts_rpc_driver driver = { w, watch, set_timer };

	if (!w) {
		snprintf(err, err_size, "chain: memory is out");
		return NULL;
	}
	w->loop = loop;
	ev_init(&w->timer, on_timer);
	w->timer.data = w;
	w->rpc = ts_rpc_new(config, &driver, err, err_size);
	if (!w->rpc) {
		free(w);
		return NULL;
	}
	return w;
}

/** ts_rpc_watch_free() - leave the endpoint; NULL is allowed */
void ts_rpc_watch_free(struct ts_rpc_watch *w)
{
	if (!w)
		return;
	ts_rpc_free(w->rpc);
	while (w->sockets)
		forget(w, &w->sockets);
	ev_timer_stop(w->loop, &w->timer);
	free(w);
}

/** ts_rpc_watch_rpc() - Return: the endpoint itself, to ask by. */
struct ts_rpc *ts_rpc_watch_rpc(const struct ts_rpc_watch *w)
{
	return w->rpc;
}
