// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - run_dir/tsd.sock: a JSON object a line in, one a line out.
 *
 * The socket is root's, and whoever connects is asked for again: a peer that
 * is not root is told so and sent away.  An answer that the peer does not read
 * waits for it, and nothing more is read from it meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "chain/describe.h"
#include "tsd/daemon.h"

#define PEERS_MAX	16
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
};

struct ts_control {
	struct ts_daemon *d;
	ev_io io;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct peer *peers;
	unsigned int n_peers;
};

static json_t *failure(const char *error, const char *message)
{
	return json_pack("{s:s, s:s}", "error", error, "message", message);
}

static json_t *do_status(struct ts_daemon *d, const json_t *request)
{
	return ts_status_json(d);
}

/** struct listing - sessions being listed */
struct listing {
	struct ts_portal_facts facts;
	json_t *list;
};

static int add_session(const struct ts_session_view *view, void *arg)
{
	struct listing *l = arg;

	json_array_append_new(l->list,
			      ts_portal_session_json(&l->facts, view, NULL));
	return 0;
}

static json_t *do_sessions(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .list = json_array() };

	l.facts.address = d->address;
	l.facts.photon_port = ts_endpoint_port(&d->config->photon);
	ts_billing_session_each(d->billing, add_session, &l);
	return json_pack("{s:o}", "sessions", l.list);
}

static int add_channel(const struct ts_channel_view *view, void *arg)
{
	json_array_append_new(arg, ts_portal_channel_json(view));
	return 0;
}

static json_t *do_channels(struct ts_daemon *d, const json_t *request)
{
	json_t *list = json_array();

	ts_billing_channel_each(d->billing, add_channel, list);
	return json_pack("{s:o}", "channels", list);
}

static json_t *do_peers(struct ts_daemon *d, const json_t *request)
{
	return ts_status_peers(d);
}

static json_t *do_channel_import(struct ts_daemon *d, const json_t *request)
{
	struct ts_channel channel;
	struct ts_time now;
	char err[256];

	if (ts_channel_from_json(json_object_get(request, "channel"), TS_SIDE_BOX,
				 &channel, err, sizeof(err)))
		return failure("bad_channel", err);
	ts_clock_now(&now);
	if (ts_billing_channel_import(d->billing, &channel,
				      json_is_true(json_object_get(request, "trusted")),
				      &now) ||
	    ts_billing_flush(d->billing, &now))
		return failure("refused", ts_billing_error(d->billing));
	return json_pack("{s:b}", "ok", 1);
}

static json_t *do_reload(struct ts_daemon *d, const json_t *request)
{
	char err[TS_CONFIG_ERROR_SIZE];

	if (ts_daemon_reload(d, err, sizeof(err)))
		return failure("refused", err);
	return json_pack("{s:b}", "ok", 1);
}

static json_t *do_session_close(struct ts_daemon *d, const json_t *request)
{
	const char *code = json_string_value(json_object_get(request, "code"));
	struct ts_time now;

	if (!code || !ts_code_valid(code))
		return failure("bad_code", "\"code\" must be a session code of 16 characters");
	ts_clock_now(&now);
	if (ts_billing_session_close(d->billing, code, &now))
		return failure("unknown_session", ts_billing_error(d->billing));
	ts_loop_wake(d);
	return json_pack("{s:b}", "ok", 1);
}

static json_t *wei(ts_u128 value)
{
	char text[TS_U128_TEXT_SIZE];

	return json_string(ts_u128_print(value, text));
}

static json_t *sum_json(const struct ts_ledger_sum *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "paid_wei", wei(s->paid_wei),
			 "attached_wei", wei(s->attached_wei),
			 "reserved_wei", wei(s->reserved_wei),
			 "granted_wei", wei(s->granted_wei),
			 "consumed_wei", wei(s->consumed_wei),
			 "unspent_wei", wei(s->unspent_wei));
}

static int add_sum(const struct ts_ledger_sum *s, void *arg)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	json_t *one = sum_json(s);

	json_object_set_new(one, "wallet",
			    json_string(ts_address_print(&s->wallet, text)));
	json_array_append_new(arg, one);
	return 0;
}

static json_t *do_account_of_bytes(struct ts_daemon *d, const json_t *request)
{
	struct ts_ledger_sum total = { };
	json_t *list = json_array();

	if (ts_billing_sum(d->billing, &total, add_sum, list)) {
		json_decref(list);
		return failure("ledger", ts_billing_error(d->billing));
	}
	return json_pack("{s:o, s:o}", "total", sum_json(&total), "wallets", list);
}

static const struct {
	const char *cmd;
	json_t *(*run)(struct ts_daemon *d, const json_t *request);
} commands[] = {
	{ "status", do_status },
	{ "sessions", do_sessions },
	{ "channels", do_channels },
	{ "peers", do_peers },
	{ "channel-import", do_channel_import },
	{ "reload", do_reload },
	{ "session-close", do_session_close },
	{ "account-of-bytes", do_account_of_bytes },
};

static json_t *answer(struct ts_daemon *d, const char *line, size_t len)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	const char *cmd = json_string_value(json_object_get(request, "cmd"));
	json_t *reply = NULL;
	unsigned int i;

	for (i = 0; cmd && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(cmd, commands[i].cmd))
			reply = commands[i].run(d, request);
	if (!request)
		reply = failure("not_json", error.text);
	else if (!cmd)
		reply = failure("no_command", "\"cmd\" is missing");
	else if (!reply)
		reply = failure("unknown_command", "this version of tsd does not know that command");
	json_decref(request);
	return reply;
}

static void drop_peer(struct peer *p)
{
	struct peer **at;

	for (at = &p->control->peers; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	p->control->n_peers--;
	ev_io_stop(p->control->d->loop, &p->io);
	close(p->fd);
	free(p->out);
	free(p);
}

static void watch(struct peer *p, int events)
{
	ev_io_stop(p->control->d->loop, &p->io);
	ev_io_set(&p->io, p->fd, events);
	ev_io_start(p->control->d->loop, &p->io);
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

/* Answers whole lines, one at a time; Return: false when the peer is gone. */
static bool take_lines(struct peer *p)
{
	char *end;
	size_t len;

	while (!p->out && (end = memchr(p->in, '\n', p->n_in))) {
		json_t *reply = answer(p->control->d, p->in, end - p->in);

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
