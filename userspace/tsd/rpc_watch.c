// SPDX-License-Identifier: GPL-2.0
/* rpc_watch.c - the sockets and the timer of a chain's endpoint, by libev. */
#include <stdio.h>
#include <stdlib.h>

#include "tsd/rpc_watch.h"
#include "tsd/sockets.h"

struct ts_rpc_watch {
	struct ts_rpc *rpc;
	struct ts_sockets sockets;
};

static void on_ready(void *ctx, int fd, bool readable, bool writable)
{
	struct ts_rpc_watch *w = ctx;

	ts_rpc_ready(w->rpc, fd, readable, writable);
}

static void on_expired(void *ctx)
{
	struct ts_rpc_watch *w = ctx;

	ts_rpc_expired(w->rpc);
}

static int watch(void *ctx, int fd, bool want_read, bool want_write)
{
	struct ts_rpc_watch *w = ctx;

	return ts_sockets_watch(&w->sockets, fd, want_read, want_write);
}

static void set_timer(void *ctx, long timeout_ms)
{
	struct ts_rpc_watch *w = ctx;

	ts_sockets_timer(&w->sockets, timeout_ms);
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
	ts_sockets_init(&w->sockets, loop, on_ready, on_expired, w);
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
	ts_sockets_close(&w->sockets);
	free(w);
}

/** ts_rpc_watch_rpc() - Return: the endpoint itself, to ask by. */
struct ts_rpc *ts_rpc_watch_rpc(const struct ts_rpc_watch *w)
{
	return w->rpc;
}
