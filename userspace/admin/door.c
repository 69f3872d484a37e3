// SPDX-License-Identifier: GPL-2.0
/* door.c - libmicrohttpd inside the caller's event loop, for the few who watch the box. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/private.h"
#include "portal/listen.h"
#include "portal/tls.h"

#define CONNECTION_MEMORY_BYTES	16384
#define TIMEOUT_S		30
/* Why https has rounds: see the portal. */
#define TLS_ROUNDS		16
#define TLS_PAUSE_MS		20

static void run_all(struct ts_admin *a)
{
	unsigned int i;

	a->kick = false;
	for (i = 0; i < a->n_doors; i++)
		MHD_run(a->doors[i].daemon);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct ts_door *door = w->data;

	door->rounds = TLS_ROUNDS;
	MHD_run(door->daemon);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	run_all(w->data);
}

static MHD_UNSIGNED_LONG_LONG sleep_of(struct ts_door *door)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(door->daemon, &ms) != MHD_YES)
		return UINT64_MAX;
	if (!door->secure || ms >= TLS_PAUSE_MS)
		return ms;
	if (!door->rounds)
		return TLS_PAUSE_MS;
	door->rounds--;
	return ms;
}

static void on_prepare(struct ev_loop *loop, ev_prepare *w, int revents)
{
	MHD_UNSIGNED_LONG_LONG ms, least = UINT64_MAX;
	struct ts_admin *a = w->data;
	unsigned int i;

	if (a->kick)
		run_all(a);
	for (i = 0; i < a->n_doors; i++) {
		ms = sleep_of(&a->doors[i]);
		if (ms < least)
			least = ms;
	}
	ev_timer_stop(loop, &a->timer);
	if (least == UINT64_MAX)
		return;
	ev_timer_set(&a->timer, (double)least / 1000, 0);
	ev_timer_start(loop, &a->timer);
}

/**
 * ts_admin_new() - a page that is served nowhere yet
 * @loop: borrowed until ts_admin_free()
 * @facts: copied
 * @ops: copied
 * @history: borrowed, likewise
 *
 * Return: the page; NULL: no memory.
 */
struct ts_admin *ts_admin_new(struct ev_loop *loop, const struct ts_admin_facts *facts,
			      const struct ts_admin_ops *ops,
			      const struct ts_history *history)
{
	struct ts_admin *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->loop = loop;
	a->facts = *facts;
	a->ops = *ops;
	a->history = history;
	ev_prepare_init(&a->prepare, on_prepare);
	ev_set_priority(&a->prepare, EV_MINPRI);
	a->prepare.data = a;
	ev_prepare_start(loop, &a->prepare);
	ev_init(&a->timer, on_timer);
	a->timer.data = a;
	ev_async_init(&a->trial_over, ts_admin_trial_over);
	a->trial_over.data = a;
	ev_async_start(loop, &a->trial_over);
	return a;
}

static bool is_local(const struct sockaddr *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

	if (addr->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	return (ntohl(in->sin_addr.s_addr) >> 24) == 127;
}

/**
 * ts_admin_listen() - serve at an address
 * @a: the page
 * @addr: address and port
 * @len: of @addr
 * @secure: by https, with the portal's certificate
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_admin_listen(struct ts_admin *a, const struct sockaddr *addr, socklen_t len,
		    bool secure, char *err, size_t err_size)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)ts_tls_retrieve },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TS_TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct ts_door *door = &a->doors[a->n_doors];
	int fd;

	if (a->n_doors == TS_ADMIN_DOORS_MAX) {
		snprintf(err, err_size, "more than %d addresses", TS_ADMIN_DOORS_MAX);
		return -E2BIG;
	}
	fd = ts_listen_on(addr, len);
	if (fd < 0) {
		snprintf(err, err_size, "cannot listen there: %s", strerror(-fd));
		return fd;
	}
	*door = (struct ts_door){ .admin = a, .secure = secure, .local = is_local(addr) };
	door->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
		(secure ? MHD_USE_TLS : 0) |
		(addr->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0), 0, NULL, NULL,
		ts_admin_handle, door,
		MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
		MHD_OPTION_CONNECTION_LIMIT, TS_ADMIN_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, TS_ADMIN_CONNECTIONS / 2,
		MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, ts_admin_done, door,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, secure ? tls : &tls[2],
		MHD_OPTION_END);
	if (!door->daemon) {
		close(fd);
		snprintf(err, err_size, "the HTTP server cannot be started");
		return -EIO;
	}
	a->n_doors++;
	ev_io_init(&door->io, on_readable,
		   MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		   EV_READ);
	door->io.data = door;
	ev_io_start(a->loop, &door->io);
	return 0;
}

/** ts_admin_free() - close every connection; NULL is allowed */
void ts_admin_free(struct ts_admin *a)
{
	unsigned int i;

	if (!a)
		return;
	a->stopping = true;
	ts_admin_trial_end(a);
	run_all(a);
	for (i = 0; i < a->n_doors; i++) {
		ev_io_stop(a->loop, &a->doors[i].io);
		MHD_stop_daemon(a->doors[i].daemon);
	}
	ev_async_stop(a->loop, &a->trial_over);
	ev_prepare_stop(a->loop, &a->prepare);
	ev_timer_stop(a->loop, &a->timer);
	sodium_memzero(a, sizeof(*a));
	free(a);
}
