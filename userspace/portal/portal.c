// SPDX-License-Identifier: GPL-2.0
/* portal.c - libmicrohttpd inside the caller's event loop. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portal/listen.h"
#include "portal/private.h"

#define BEAT_S 15.0
#define CONNECTION_MEMORY_BYTES 8192
#define TLS_ROUNDS	16
#define TLS_PAUSE_MS	20

static void run_all(struct ts_portal *p)
{
	unsigned int i;

	p->kick = false;
	for (i = 0; i < p->n_listeners; i++)
		MHD_run(p->listeners[i].daemon);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct ts_listener *l = w->data;

	l->rounds = TLS_ROUNDS;
	MHD_run(l->daemon);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int revents)
{
	run_all(w->data);
}

static void on_beat(struct ev_loop *loop, ev_timer *w, int revents)
{
	ts_stream_beat(w->data);
}

/*
 * How long a listener can sleep, in ms.  Of a connection that stops in the middle
 * of its handshake libmicrohttpd (0.9.75) says for as long as it likes that it
 * wants to run at once.  So after something has arrived https has some rounds,
 * which are enough for a request that is there, and from then on little time.
 */
static MHD_UNSIGNED_LONG_LONG sleep_of(struct ts_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(l->daemon, &ms) != MHD_YES)
		return UINT64_MAX;
	if (!l->secure || ms >= TLS_PAUSE_MS)
		return ms;
	if (!l->rounds)
		return TLS_PAUSE_MS;
	l->rounds--;
	return ms;
}

/* Last before the loop sleeps: what was resumed runs, and when to wake next. */
static void on_prepare(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct ts_portal *p = w->data;
	MHD_UNSIGNED_LONG_LONG ms, least = UINT64_MAX;
	unsigned int i;

	/* An answer that is written at once can make another wait; not for ever. */
	for (i = 0; p->kick && i < 4; i++)
		run_all(p);
	for (i = 0; i < p->n_listeners; i++) {
		ms = sleep_of(&p->listeners[i]);
		if (ms < least)
			least = ms;
	}
	ev_timer_stop(loop, &p->timer);
	if (p->kick)
		least = 0;
	if (least == UINT64_MAX)
		return;
	ev_timer_set(&p->timer, (double)least / 1000, 0);
	ev_timer_start(loop, &p->timer);
}

static enum MHD_Result accept_policy(void *arg, const struct sockaddr *addr,
				     socklen_t len)
{
	struct ts_listener *l = arg;

	if (l->portal->connections < l->portal->limits.connections &&
	    ts_source_may(l->portal, addr))
		return MHD_YES;
	l->portal->counters.refused_connections++;
	return MHD_NO;
}

static void on_connection(void *arg, struct MHD_Connection *c, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct ts_listener *l = arg;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		l->portal->connections++;
		*socket_context = ts_source_begin(l->portal);
	} else {
		l->portal->connections--;
		ts_source_end(*socket_context);
	}
}

/**
 * ts_portal_new() - a portal that listens nowhere yet
 * @loop: borrowed until ts_portal_free()
 * @facts: copied
 * @ops: copied
 * @limits: copied
 *
 * Return: the portal; NULL: no memory, or no file descriptor.
 */
struct ts_portal *ts_portal_new(struct ev_loop *loop,
				const struct ts_portal_facts *facts,
				const struct ts_portal_ops *ops,
				const struct ts_portal_limits *limits)
{
	struct ts_portal *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->loop = loop;
	p->facts = *facts;
	p->ops = *ops;
	p->limits = *limits;
	if (ts_stream_begin(p)) {
		free(p);
		return NULL;
	}
	ev_prepare_init(&p->prepare, on_prepare);
	ev_set_priority(&p->prepare, EV_MINPRI);
	p->prepare.data = p;
	ev_prepare_start(loop, &p->prepare);
	ev_init(&p->timer, on_timer);
	p->timer.data = p;
	ev_timer_init(&p->beat, on_beat, BEAT_S, BEAT_S);
	p->beat.data = p;
	ev_timer_start(loop, &p->beat);
	return p;
}

/* What both kinds have; more options of one kind come behind. */
static struct MHD_Daemon *start(struct ts_portal *p, struct ts_listener *l, int fd,
				unsigned int flags, struct MHD_OptionItem *more)
{
	flags |= MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (l->addr.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, 0, accept_policy, l,
		ts_request_handle, l,
		MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
		MHD_OPTION_CONNECTION_LIMIT, p->limits.connections,
		MHD_OPTION_CONNECTION_TIMEOUT, p->limits.timeout_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, ts_request_done, l,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, more,
		MHD_OPTION_END);
}

/* @l has all but its address and its daemon. */
static int serve(struct ts_portal *p, struct ts_listener *l, const struct sockaddr *addr,
		 socklen_t len, char *err, size_t err_size)
{
	struct MHD_OptionItem secure[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)ts_tls_retrieve },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TS_TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
	int fd = ts_listen_on(addr, len);

	if (fd < 0) {
		snprintf(err, err_size, "cannot listen there: %s", strerror(-fd));
		return fd;
	}
	l->portal = p;
	memcpy(&l->addr, addr, len);
	l->daemon = start(p, l, fd, l->secure ? MHD_USE_TLS : 0,
			  l->secure ? secure : plain);
	if (!l->daemon) {
		close(fd);
		snprintf(err, err_size, "the HTTP server cannot be started");
		return -EIO;
	}
	p->n_listeners++;
	ev_io_init(&l->io, on_readable,
		   MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		   EV_READ);
	l->io.data = l;
	ev_io_start(p->loop, &l->io);
	return 0;
}

/* The next free one; NULL: there is none. */
static struct ts_listener *new_listener(struct ts_portal *p, char *err, size_t err_size)
{
	struct ts_listener *l = &p->listeners[p->n_listeners];

	if (p->n_listeners == TS_LISTENERS_MAX) {
		snprintf(err, err_size, "more than %d addresses", TS_LISTENERS_MAX);
		return NULL;
	}
	memset(l, 0, sizeof(*l));
	return l;
}

/**
 * ts_portal_listen() - serve at an address
 * @p: the portal
 * @addr: address and port
 * @len: of @addr
 * @redirect_to: send everybody who comes here to this URL; NULL: serve
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_portal_listen(struct ts_portal *p, const struct sockaddr *addr,
		     socklen_t len, const char *redirect_to, char *err,
		     size_t err_size)
{
	struct ts_listener *l = new_listener(p, err, err_size);
	int ret;

	if (!l)
		return -E2BIG;
	l->redirect_to = redirect_to ? strdup(redirect_to) : NULL;
	ret = serve(p, l, addr, len, err, err_size);
	if (ret)
		free(l->redirect_to);
	return ret;
}

/**
 * ts_portal_listen_https() - serve at an address by https
 * @p: the portal
 * @addr: address and port
 * @len: of @addr
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Nobody is served there before ts_portal_certificate() has found a good one.
 *
 * Return: 0 or negative errno.
 */
int ts_portal_listen_https(struct ts_portal *p, const struct sockaddr *addr,
			   socklen_t len, char *err, size_t err_size)
{
	struct ts_listener *l = new_listener(p, err, err_size);

	if (!l)
		return -E2BIG;
	l->secure = true;
	return serve(p, l, addr, len, err, err_size);
}

/**
 * ts_portal_certificate() - what https is served with
 * @p: the portal; one of a process can have a certificate
 * @certificate: file: it and its chain, in PEM
 * @key: file: its key, in PEM
 *
 * What is wrong with them ts_portal_https() says.
 */
void ts_portal_certificate(struct ts_portal *p, const char *certificate,
			   const char *key)
{
	snprintf(p->tls.certificate, sizeof(p->tls.certificate), "%s", certificate);
	snprintf(p->tls.key, sizeof(p->tls.key), "%s", key);
	ts_portal_look(p);
}

/** ts_portal_look() - read the certificate's files again, if they were changed */
void ts_portal_look(struct ts_portal *p)
{
	if (*p->tls.certificate)
		ts_tls_look(&p->tls, &p->facts);
}

/** ts_portal_https() - how the page is to be had by https */
void ts_portal_https(struct ts_portal *p, struct ts_portal_https *https)
{
	const struct ts_tls *tls = &p->tls;

	memset(https, 0, sizeof(*https));
	snprintf(https->fault, sizeof(https->fault), "%s", tls->fault);
	if (!tls->pair)
		return;
	ts_host_secure_url(p, https->url);
	https->not_before_s = tls->not_before_s;
	https->not_after_s = tls->not_after_s;
	if (tls->name >= 0)
		snprintf(https->name, sizeof(https->name), "%s",
			 p->facts.names[tls->name]);
}

/**
 * ts_portal_wallet() - serve the wallet page, too
 * @p: the portal
 * @dir: where it was installed
 * @err: on failure what is wrong, and what to do
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_portal_wallet(struct ts_portal *p, const char *dir, char *err, size_t err_size)
{
	return ts_wallet_load(&p->wallet, dir, err, err_size);
}

/**
 * ts_portal_free() - close every connection; NULL is allowed
 * @p: the portal
 *
 * Payments that still wait have to be answered before.
 */
void ts_portal_free(struct ts_portal *p)
{
	struct ts_request *req;
	unsigned int i;

	if (!p)
		return;
	p->stopping = true;
	ts_stream_wake_all(p);
	while ((req = p->waiting)) {
		p->waiting = req->next;
		req->waits = false;
		req->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		req->answer = ts_answer_error("stopping", "send it again to whoever comes next");
		MHD_resume_connection(req->connection);
	}
	run_all(p);
	for (i = 0; i < p->n_listeners; i++) {
		ev_io_stop(p->loop, &p->listeners[i].io);
		MHD_stop_daemon(p->listeners[i].daemon);
		free(p->listeners[i].redirect_to);
	}
	ts_stream_end(p);
	ts_source_free_all(p);
	ts_tls_free(&p->tls);
	ts_wallet_free(&p->wallet);
	ev_prepare_stop(p->loop, &p->prepare);
	ev_timer_stop(p->loop, &p->timer);
	ev_timer_stop(p->loop, &p->beat);
	free(p);
}

/** ts_portal_rename() - another name for people, and another place, after a reload */
void ts_portal_rename(struct ts_portal *p, const char *name, const char *venue_url)
{
	snprintf(p->facts.venue_url, sizeof(p->facts.venue_url), "%s", venue_url);
	snprintf(p->facts.name, sizeof(p->facts.name), "%s", name);
}

/** ts_portal_counters() - what was done since the start */
void ts_portal_counters(const struct ts_portal *p,
			struct ts_portal_counters *counters)
{
	*counters = p->counters;
}
