// SPDX-License-Identifier: GPL-2.0
/* stream.c - server-sent events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "portal/private.h"

#define CHUNK_BYTES 2048
#define LEFT_AT_ONCE 16

static void wake(struct ts_stream *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	MHD_resume_connection(s->connection);
	s->portal->kick = true;
}

static int socket_of(const struct ts_stream *s)
{
	return MHD_get_connection_info(s->connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void on_left(struct ev_loop *loop, ev_io *w, int revents)
{
	struct epoll_event left[LEFT_AT_ONCE];
	int i, n = epoll_wait(w->fd, left, LEFT_AT_ONCE, 0);

	for (i = 0; i < n; i++) {
		struct ts_stream *s = left[i].data.ptr;

		s->left = true;
		wake(s);
	}
}

/**
 * ts_stream_begin() - look after who leaves
 * @p: the portal
 *
 * Libmicrohttpd does not look at the socket of a stream that waits for news.  Each page
 * that somebody has closed would count against the connections of its station until
 * the second beat, and who opens the page often would be shut out.
 *
 * Return: 0 or negative errno.
 */
int ts_stream_begin(struct ts_portal *p)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return -errno;
	ev_io_init(&p->left, on_left, fd, EV_READ);
	ev_io_start(p->loop, &p->left);
	return 0;
}

/** ts_stream_end() - after the last stream */
void ts_stream_end(struct ts_portal *p)
{
	ev_io_stop(p->loop, &p->left);
	close(p->left.fd);
}

/* Who says that it will send nothing any more, reads nothing any more: so do browsers. */
static void look_after(struct ts_stream *s)
{
	struct epoll_event event = { .events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = s };

	/* If that fails the beats find it, as late as they do. */
	epoll_ctl(s->portal->left.fd, EPOLL_CTL_ADD, socket_of(s), &event);
}

static void write_object(struct ts_stream *s, FILE *out, const char *event)
{
	struct ts_session_view view;
	char *text = NULL;
	json_t *object;

	if (s->portal->ops.session(s->portal->ops.ctx, s->code, &view))
		return;
	ts_captive_used(s->portal, &view);
	object = ts_portal_session_json(&s->portal->facts, &view, s->base);
	if (object)
		text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (text)
		fprintf(out, "event: %s\ndata: %s\n\n", event, text);
	free(text);
}

/* Turns what is to be said into text; Return: false when there is nothing. */
static bool compose(struct ts_stream *s)
{
	static const char *const names[] = {
		[TS_NOTICE_PAID] = "paid",
		[TS_NOTICE_LOW] = "low",
		[TS_NOTICE_DRY] = "dry",
	};
	unsigned int i;
	FILE *out;

	if (!s->changed && !s->notices && !s->beat)
		return false;
	out = open_memstream(&s->text, &s->len);
	if (!out)
		return false;
	if (s->beat && !s->changed && !s->notices)
		fputs(": still here\n\n", out);
	if (s->changed)
		write_object(s, out, "session");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (s->notices & (1u << i))
			write_object(s, out, names[i]);
	s->changed = false;
	s->notices = 0;
	s->beat = false;
	s->sent = 0;
	if (fclose(out) || !s->len) {
		free(s->text);
		s->text = NULL;
		return false;
	}
	return true;
}

static ssize_t read_stream(void *arg, uint64_t pos, char *buf, size_t max)
{
	struct ts_stream *s = arg;
	size_t n;

	if (s->portal->stopping)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (s->left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!s->text && !compose(s)) {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
		return 0;
	}
	n = s->len - s->sent;
	if (n > max)
		n = max;
	memcpy(buf, s->text + s->sent, n);
	s->sent += n;
	if (s->sent == s->len) {
		free(s->text);
		s->text = NULL;
	}
	return n;
}

static void free_stream(void *arg)
{
	struct ts_stream *s = arg, **at;

	/* Libmicrohttpd closes the socket after that. */
	epoll_ctl(s->portal->left.fd, EPOLL_CTL_DEL, socket_of(s), NULL);
	for (at = &s->portal->streams; *at; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			s->portal->counters.events--;
			break;
		}
	}
	free(s->text);
	free(s);
}

/**
 * ts_stream_open() - answer with an event stream
 * @p: the portal
 * @c: the connection
 * @code: of the session, which exists
 * @base: the box, as the client names it
 *
 * Return: for libmicrohttpd.
 */
enum MHD_Result ts_stream_open(struct ts_portal *p, struct MHD_Connection *c,
			       const char *code, const char *base)
{
	struct MHD_Response *r;
	struct ts_stream *s;

	if (p->counters.events >= p->limits.events) {
		r = ts_answer_error("too_many_streams",
				    "too many event streams are open; ask GET /v1/session from time to time");
		if (r)
			MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "15");
		return ts_answer(p, c, MHD_HTTP_SERVICE_UNAVAILABLE, r);
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return MHD_NO;
	s->portal = p;
	s->connection = c;
	s->changed = true;
	memcpy(s->code, code, sizeof(s->code));
	snprintf(s->base, sizeof(s->base), "%s", base);
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK_BYTES,
					      read_stream, s, free_stream);
	if (!r) {
		free(s);
		return MHD_NO;
	}
	s->next = p->streams;
	p->streams = s;
	p->counters.events++;
	look_after(s);
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/event-stream");
	return ts_answer(p, c, MHD_HTTP_OK, r);
}

/** ts_stream_beat() - a comment into every stream, so that the dead are found */
void ts_stream_beat(struct ts_portal *p)
{
	struct ts_stream *s;

	for (s = p->streams; s; s = s->next) {
		s->beat = true;
		wake(s);
	}
}

/** ts_stream_wake_all() - let every stream run, to be ended */
void ts_stream_wake_all(struct ts_portal *p)
{
	struct ts_stream *s;

	for (s = p->streams; s; s = s->next)
		wake(s);
}

/**
 * ts_portal_session_changed() - the session object differs from before
 * @p: the portal
 * @code: which
 */
void ts_portal_session_changed(struct ts_portal *p, const char *code)
{
	struct ts_stream *s;

	for (s = p->streams; s; s = s->next) {
		if (strcmp(s->code, code))
			continue;
		s->changed = true;
		wake(s);
	}
}

/**
 * ts_portal_notify() - tell who watches a session
 * @p: the portal
 * @code: which
 * @notice: what happened
 */
void ts_portal_notify(struct ts_portal *p, const char *code,
		      enum ts_notice notice)
{
	struct ts_stream *s;

	for (s = p->streams; s; s = s->next) {
		if (strcmp(s->code, code))
			continue;
		s->notices |= 1u << notice;
		wake(s);
	}
}
