// SPDX-License-Identifier: GPL-2.0
/* portal_hostile.c - requests that nobody should make, and too many connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "portal_client.h"

static void test_hostile(void **state)
{
	struct fixture *f = *state;
	char big[20000];

	EXPECT(f, "GET /nothing HTTP/1.0\r\n\r\n", " 404 ");
	EXPECT(f, "GET /v1/pay HTTP/1.0\r\n\r\n", " 405 ");
	EXPECT(f, "GET /v1/pay HTTP/1.0\r\n\r\n", "Allow: POST");
	EXPECT(f, "DELETE /v1/info HTTP/1.0\r\n\r\n", " 405 ");
	EXPECT(f, "POST /v1/info HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", " 405 ");
	EXPECT(f, "GET /../../etc/passwd HTTP/1.0\r\n\r\n", " 404 ");
	EXPECT(f, "GET /v1/info/ HTTP/1.0\r\n\r\n", " 404 ");
	EXPECT(f, "GET /v1/session?code=%00%00 HTTP/1.0\r\n\r\n", " 400 ");
	EXPECT(f, "GET /v1/session HTTP/1.0\r\nHost: a\"><script>\r\n\r\n",
	       " 421 ");
	EXPECT(f, "GET /v1/session HTTP/1.0\r\n\r\n", "\"http\":\"/v1/pay\"");
	EXPECT(f, "GET /v1/session HTTP/1.1\r\nConnection: close\r\n\r\n", " 400 ");
	EXPECT(f, "\0\1\2\3\r\n\r\n", "");
	EXPECT(f, "GET\r\n\r\n", "");
	/* a head that never ends */
	memset(big, 'a', sizeof(big));
	memcpy(big, "GET / HTTP/1.0\r\nX: ", 19);
	expect(f, big, sizeof(big), " 431 ");
	/* and the portal is still there */
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
	assert_int_equal(f->pays, 0);
}

static void test_connection_limits(void **state)
{
	struct fixture *f = *state;
	int fd[8], i;
	char c;

	for (i = 0; i < 8; i++)
		fd[i] = dial(f->port);
	for (i = 0; i < 20; i++)
		turn(f);
	assert_true(f->portal->connections <= 5);	/* per_source */
	assert_int_equal(recv(fd[7], &c, 1, 0), 0);	/* closed at once */
	for (i = 0; i < 8; i++)
		close(fd[i]);
	for (i = 0; i < 20; i++)
		turn(f);
	assert_int_equal(f->portal->connections, 0);
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
}

static void as(struct fixture *f, const char *host, const char *more,
	       const char *path, const char *part)
{
	char request[512];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n",
		 path, host, more);
	expect(f, request, strlen(request), part);
}

/* DNS rebinding: a page's own name, made to point here. */
static void test_foreign_host(void **state)
{
	static const char *const own[] = {
		"box.test", "BOX.Test.", "box.test:80", "10.0.0.1", "127.0.0.1",
		"127.0.0.1:2050",
	};
	static const char *const foreign[] = {
		"evil.example", "evil.example:80", "box.test.evil.example",
		"box.tes", "127.0.0.2", "[::1]", "[127.0.0.1", "127.0.0.1:x",
		"127.0.0.1:123456", "127.0.0.1 evil.example", "evil@127.0.0.1",
		":80", ".", "box.test:80:80", "127.1", "0x7f000001",
	};
	struct fixture *f = *state;
	unsigned int i;
	char want[80];

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		as(f, own[i], "", "/v1/session", "HTTP/1.1 200 ");
	snprintf(want, sizeof(want), "Location: http://box.test:%u/\r\n", f->port);
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		as(f, foreign[i], "", "/v1/session", "HTTP/1.1 421 ");
		as(f, foreign[i], "", "/v1/session?code=" CODE, "\"error\":\"misdirected\"");
		as(f, foreign[i], "", "/v1/no_such", "HTTP/1.1 421 ");
		as(f, foreign[i], "", "/", "HTTP/1.1 302 ");
		as(f, foreign[i], "", "/generate_204", want);
	}
	assert_int_equal(f->shown, 0);
	/* Without a name of our own: the address they came to. */
	f->portal->facts.n_names = 0;
	snprintf(want, sizeof(want), "Location: http://127.0.0.1:%u/\r\n", f->port);
	as(f, "evil.example", "", "/", want);
}

/* A page of another host that knows our name. */
static void test_foreign_origin(void **state)
{
	static const char post_head[] =
		"POST /v1/pay HTTP/1.1\r\nHost: box.test\r\nOrigin: http://evil.example\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	static const char *const foreign[] = {
		"Origin: http://evil.example\r\n", "Origin: null\r\n",
		"Origin: \r\n", "Origin: http://box.test.evil.example\r\n",
		"Origin: file://box.test\r\n", "Sec-Fetch-Site: cross-site\r\n",
	};
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		as(f, "box.test", foreign[i], "/v1/session?code=" CODE,
		   "\"error\":\"foreign_origin\"");
	expect(f, post_head, sizeof(post_head) - 1, "HTTP/1.1 403 ");
	assert_int_equal(f->shown, 0);
	assert_int_equal(f->pays, 0);
	as(f, "box.test", "Origin: http://127.0.0.1:2050\r\n", "/v1/session", " 200 ");
	as(f, "box.test", "Origin: https://box.test\r\n", "/v1/session", " 200 ");
	as(f, "box.test", "Sec-Fetch-Site: same-origin\r\n", "/v1/session", " 200 ");
	/* A link to the page is no harm. */
	as(f, "box.test", "Sec-Fetch-Site: cross-site\r\n", "/", " 200 ");
}

static bool may(struct fixture *f, const char *address)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	bool v6 = strchr(address, ':');

	if (v6)
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
	else
		assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	if (!ts_source_may(f->portal, v6 ? (struct sockaddr *)&in6 :
					   (struct sockaddr *)&in))
		return false;
	return ts_source_begin(f->portal);
}

/* Privacy addresses: many of them, one station. */
static void test_one_station_many_addresses(void **state)
{
	struct fixture *f = *state;
	unsigned int i;
	char text[64];

	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "2001:db8:%x::%x", i, i);
		assert_true(may(f, text));
	}
	assert_false(may(f, "2001:db8:77::1"));
	assert_false(may(f, "192.0.2.1"));
	/* Not a station: by network, or by address. */
	f->who_error = -ENOENT;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "2001:db8:9:9::%x", i);
		assert_true(may(f, text));
	}
	assert_false(may(f, "2001:db8:9:9:ffff::1"));
	assert_true(may(f, "2001:db8:9:a::1"));
	for (i = 0; i < 5; i++)
		assert_true(may(f, "192.0.2.1"));
	assert_false(may(f, "192.0.2.1"));
	assert_true(may(f, "192.0.2.2"));
	while (f->portal->sources) {
		struct ts_source *s = f->portal->sources;

		while (s->connections)
			ts_source_end(s);
		may(f, "192.0.2.99");
		ts_source_free_all(f->portal);
	}
	f->who_error = 0;
	assert_true(may(f, "192.0.2.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hostile, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_connection_limits, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_host, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_origin, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_one_station_many_addresses, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_hostile", tests, NULL, NULL);
}
