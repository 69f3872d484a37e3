// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - run_dir/tsd.sock: a JSON object a line in, one a line out.
 *
 * The socket is root's, and whoever connects is asked for again: a peer that
 * is not root is told so and sent away.  An answer that the peer does not read
 * waits for it, and nothing more is read from it meanwhile.  Who asked to monitor
 * is sent every event from then on, and is asked nothing more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/event.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/watcher.h"

#define PEERS_MAX	16
/* So that those who watch leave room for those who ask. */
#define WATCHERS_MAX	8
#define LINE_MAX_BYTES	65536

/**
 * struct peer - a connection
 * @next: in the list
 * @control: ours
 * @io: readable, or writable while @out is not empty
 * @fd: owned
 * @in: what has come of a line
 * @n_in: how much
 * @out: answers not yet taken; owned
 * @n_out: how much
 * @sent: how much of it is gone
 * @watcher: NULL unless it monitors; after @out; owned
 */
struct peer {
	struct peer *next;
	struct ts_control *control;
	ev_io io;
	int fd;
	char in[LINE_MAX_BYTES];
	size_t n_in;
	char *out;
	size_t n_out;
	size_t sent;
	struct ts_watcher *watcher;
};

struct ts_control {
	struct ts_daemon *d;
	ev_io io;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct peer *peers;
	unsigned int n_peers;
	unsigned int n_watchers;
};

static void drop_peer(struct peer *p)
{
	struct peer **at;

	for (at = &p->control->peers; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	p->control->n_peers--;
	p->control->n_watchers -= p->watcher != NULL;
	ev_io_stop(p->control->d->loop, &p->io);
	close(p->fd);
	free(p->out);
	free(p->watcher);
	free(p);
}

static void watch(struct peer *p, int events)
{
	ev_io_stop(p->control->d->loop, &p->io);
	ev_io_set(&p->io, p->fd, events);
	ev_io_start(p->control->d->loop, &p->io);
}

/* Return: false when the peer is gone. */
static bool write_events(struct peer *p)
{
	ssize_t n;

	while (p->watcher->len) {
		n = send(p->fd, p->watcher->text, p->watcher->len,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			watch(p, EV_READ | EV_WRITE);
			return true;
		}
		if (n < 0) {
			drop_peer(p);
			return false;
		}
		ts_watcher_sent(p->watcher, n);
	}
	watch(p, EV_READ);
	return true;
}

/* Return: false when the peer is gone. */
static bool write_out(struct peer *p)
{
	ssize_t n;

	while (p->sent < p->n_out) {
		n = send(p->fd, p->out + p->sent, p->n_out - p->sent,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			watch(p, EV_WRITE);
			return true;
		}
		if (n < 0) {
			drop_peer(p);
			return false;
		}
		p->sent += n;
	}
	free(p->out);
	p->out = NULL;
	p->n_out = p->sent = 0;
	if (p->watcher)
		return write_events(p);
	watch(p, EV_READ);
	return true;
}

static bool put_line(struct peer *p, json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	if (!text) {
		drop_peer(p);
		return false;
	}
	p->out = text;
	p->n_out = strlen(text);
	text[p->n_out++] = '\n';	/* where the NUL was */
	return write_out(p);
}

static json_t *begin_watch(struct peer *p, json_t *ok)
{
	if (p->control->n_watchers < WATCHERS_MAX)
		p->watcher = calloc(1, sizeof(*p->watcher));
	if (p->watcher) {
		p->control->n_watchers++;
		return ok;
	}
	json_decref(ok);
	return ts_command_failure("busy", "too many monitor already; end one of them");
}

/* Answers whole lines, one at a time; Return: false when the peer is gone. */
static bool take_lines(struct peer *p)
{
	json_t *reply;
	bool watch;
	char *end;
	size_t len;

	while (!p->watcher && !p->out && (end = memchr(p->in, '\n', p->n_in))) {
		reply = ts_command_answer(p->control->d, p->in, end - p->in, &watch);
		if (watch)
			reply = begin_watch(p, reply);
		len = end + 1 - p->in;
		p->n_in -= len;
		memmove(p->in, end + 1, p->n_in);
		if (!put_line(p, reply))
			return false;
	}
	if (p->n_in < sizeof(p->in))
		return true;
	drop_peer(p);	/* no line is that long */
	return false;
}

static void on_peer(struct ev_loop *loop, ev_io *w, int revents)
{
	struct peer *p = w->data;
	ssize_t n;

	if (revents & EV_WRITE) {
		if (write_out(p))
			take_lines(p);
		return;
	}
	/* What a watcher says is not heard, only that it goes. */
	if (p->watcher)
		p->n_in = 0;
	n = recv(p->fd, p->in + p->n_in, sizeof(p->in) - p->n_in, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop_peer(p);
		return;
	}
	p->n_in += n;
	take_lines(p);
}

static bool is_root(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) && !peer.uid;
}

static void on_connection(struct ev_loop *loop, ev_io *w, int revents)
{
	static const char no[] =
		"{\"error\":\"not_root\",\"message\":\"only root may ask here\"}\n";
	struct ts_control *c = w->data;
	struct peer *p;
	int fd;

	fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	if (!is_root(fd)) {
		(void)!send(fd, no, sizeof(no) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
		return;
	}
	p = c->n_peers < PEERS_MAX ? calloc(1, sizeof(*p)) : NULL;
	if (!p) {
		close(fd);
		return;
	}
	p->control = c;
	p->fd = fd;
	p->next = c->peers;
	c->peers = p;
	c->n_peers++;
	ev_io_init(&p->io, on_peer, fd, EV_READ);
	p->io.data = p;
	ev_io_start(loop, &p->io);
}

/* The lock of run_dir is ours, so a socket that is there is a dead one's. */
static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, ret;

	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	mask = umask(0177);
	ret = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 8) ?
	      -errno : fd;
	umask(mask);
	if (ret < 0)
		close(fd);
	return ret;
}

/**
 * ts_control_new() - listen for tsctl
 * @d: what is asked about
 * @path: of the socket, shorter than 108 bytes
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: freed with ts_control_free(), or NULL.
 */
struct ts_control *ts_control_new(struct ts_daemon *d, const char *path,
				  char *err, size_t err_size)
{
	struct ts_control *c = calloc(1, sizeof(*c));

	if (!c || strlen(path) >= sizeof(c->path)) {
		snprintf(err, err_size, "%s: %s", path,
			 c ? "the name is too long for a socket" : "out of memory");
		free(c);
		return NULL;
	}
	c->d = d;
	strcpy(c->path, path);
	c->fd = listen_at(path);
	if (c->fd < 0) {
		snprintf(err, err_size, "%s: %s", path, strerror(-c->fd));
		free(c);
		return NULL;
	}
	ev_io_init(&c->io, on_connection, c->fd, EV_READ);
	c->io.data = c;
	ev_io_start(d->loop, &c->io);
	return c;
}

/* To be sent now, unless the answer to its request is still under way. */
static void serve_watchers(struct ts_control *c, const char *line)
{
	struct peer *p, *next;

	for (p = c->peers; p; p = next) {
		next = p->next;
		if (!p->watcher)
			continue;
		if (line)
			ts_watcher_add(p->watcher, line, strlen(line));
		else
			ts_watcher_lose(p->watcher);
		if (!p->out)
			write_events(p);
	}
}

/**
 * ts_control_event() - show an event of the meter to those who monitor
 * @c: the socket; NULL is allowed
 * @ev: the event
 */
void ts_control_event(struct ts_control *c, const struct ts_meter_event *ev)
{
	if (c && c->n_watchers)
		ts_control_tell(c, ts_event_json(ev));
}

/**
 * ts_control_tell() - show an event of our own to those who monitor
 * @c: the socket; NULL is allowed
 * @event: released
 */
void ts_control_tell(struct ts_control *c, json_t *event)
{
	char *text = c && c->n_watchers ? json_dumps(event, 0) : NULL;
	char line[1024];

	if (text && snprintf(line, sizeof(line), "%s\n", text) < (int)sizeof(line))
		serve_watchers(c, line);
	free(text);
	json_decref(event);
}

/** ts_control_lost() - events were lost, by all who monitor; NULL is allowed */
void ts_control_lost(struct ts_control *c)
{
	if (c)
		serve_watchers(c, NULL);
}

/** ts_control_free() - stop listening; NULL is allowed */
void ts_control_free(struct ts_control *c)
{
	if (!c)
		return;
	while (c->peers)
		drop_peer(c->peers);
	ev_io_stop(c->d->loop, &c->io);
	close(c->fd);
	unlink(c->path);
	free(c);
}
