// SPDX-License-Identifier: GPL-2.0
/* portal_streams.c - streams of a session's events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "portal_client.h"

static int open_stream(struct fixture *f, char *out, size_t size)
{
	static const char request[] =
		"GET /v1/session/events HTTP/1.1\r\nHost: box.test\r\n\r\n";
	int fd = dial(f->port);

	assert_int_equal(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL),
			 sizeof(request) - 1);
	read_until(f, fd, "\n\n", out, size);
	return fd;
}

static void test_stream(void **state)
{
	struct fixture *f = *state;
	char out[16384];
	int fd;

	fd = open_stream(f, out, sizeof(out));
	has(out, "text/event-stream");
	has(out, "event: session\ndata: {");
	/* news of another session are not ours */
	ts_portal_session_changed(f->portal, "ZZZZZZZZZZZZZZZZ");
	turn(f);
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	f->view.state = TS_SESSION_DRY;
	ts_portal_notify(f->portal, CODE, TS_NOTICE_DRY);
	read_until(f, fd, "\n\n", out, sizeof(out));
	has(out, "event: dry\ndata: {");
	has(out, "\"state\":\"dry\"");
	has(out, "\"held\":null");
	/* however much happens meanwhile, it is told once and as it is now */
	f->view.state = TS_SESSION_PAID;
	ts_portal_session_changed(f->portal, CODE);
	ts_portal_session_changed(f->portal, CODE);
	ts_portal_notify(f->portal, CODE, TS_NOTICE_PAID);
	read_until(f, fd, "event: paid", out, sizeof(out));
	has(out, "event: session");
	has(out, "\"state\":\"paid\"");
	turn(f);
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	ts_stream_beat(f->portal);
	read_until(f, fd, "\n\n", out, sizeof(out));
	has(out, ": still here\n\n");
	close(fd);
}

static void test_stream_limit(void **state)
{
	struct fixture *f = *state;
	char out[8192];
	int one, two, i;

	one = open_stream(f, out, sizeof(out));
	two = open_stream(f, out, sizeof(out));
	has(get(f, "/v1/session/events"), " 503 ");
	close(one);
	/* who has left is found at once, and counts against nobody */
	for (i = 0; i < 10 && f->portal->counters.events > 1; i++)
		turn(f);
	assert_int_equal(f->portal->counters.events, 1);
	assert_int_equal(f->portal->connections, 1);
	/* one that is open when the portal goes is ended by teardown() */
	(void)two;
	close(two);
}

/* A reader that reads nothing costs bounded memory, others are served. */
static void test_slow_reader(void **state)
{
	struct fixture *f = *state;
	char out[8192];
	int fd, i;

	fd = open_stream(f, out, sizeof(out));
	for (i = 0; i < 3000; i++) {
		ts_portal_session_changed(f->portal, CODE);
		ev_run(f->loop, EVRUN_NOWAIT);
	}
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stream, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_stream_limit, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_streams", tests, NULL, NULL);
}
