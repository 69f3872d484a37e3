/* SPDX-License-Identifier: GPL-2.0 */
/* sockets.h - the sockets and the timer of a part that never blocks, by libev. */
#ifndef TS_TSD_SOCKETS_H
#define TS_TSD_SOCKETS_H

#include <ev.h>
#include <stdbool.h>

struct ts_socket;

/**
 * struct ts_sockets - what one part waits for
 * @loop: the daemon's
 * @timer: one, as libcurl has it
 * @first: of the sockets
 * @ready: told that @fd can be read, or written
 * @expired: told that the time is over
 * @ctx: for both
 */
struct ts_sockets {
	struct ev_loop *loop;
	ev_timer timer;
	struct ts_socket *first;
	void (*ready)(void *ctx, int fd, bool readable, bool writable);
	void (*expired)(void *ctx);
	void *ctx;
};

void ts_sockets_init(struct ts_sockets *s, struct ev_loop *loop,
		     void (*ready)(void *ctx, int fd, bool readable, bool writable),
		     void (*expired)(void *ctx), void *ctx);
void ts_sockets_close(struct ts_sockets *s);
int ts_sockets_watch(struct ts_sockets *s, int fd, bool want_read, bool want_write);
void ts_sockets_timer(struct ts_sockets *s, long timeout_ms);

#endif /* TS_TSD_SOCKETS_H */
