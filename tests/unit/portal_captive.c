// SPDX-License-Identifier: GPL-2.0
/* portal_captive.c - captive and paid: two states, of each station its own. */
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

#define S_NS 1000000000ull

/* Another station: 127.0.0.@last is where it comes from. */
static void ask_from(struct fixture *f, uint8_t last, uint16_t port, const char *request,
		     char *out, size_t size)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 | last),
	}, to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval soon = { .tv_usec = 1000 };

	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
	read_until(f, fd, NULL, out, size);
	close(fd);
	turn(f);
}

static char *probe_from(struct fixture *f, uint8_t last, uint16_t port, const char *host,
			const char *path)
{
	static char out[65536];
	char request[512];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host);
	ask_from(f, last, port, request, out, sizeof(out));
	return out;
}

static char *press_from(struct fixture *f, uint8_t last, const char *more)
{
	static char out[8192];
	char request[1024];

	snprintf(request, sizeof(request),
		 "POST /captive-portal/continue?lang=es HTTP/1.1\r\nHost: box.test\r\n%s"
		 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"
		 "Connection: close\r\n\r\n", more);
	ask_from(f, last, f->port, request, out, sizeof(out));
	return out;
}

static char *api_from(struct fixture *f, uint8_t last)
{
	return probe_from(f, last, f->port, "box.test", "/captive-portal/api");
}

static const struct {
	const char *host;
	const char *path;
	const char *status;
	const char *body;
} probes[] = {
	{ "connectivitycheck.gstatic.com", "/generate_204", " 204 ", "\r\n\r\n" },
	{ "www.google.com", "/gen_204", " 204 ", "\r\n\r\n" },
	{ "captive.apple.com", "/hotspot-detect.html", " 200 ", "<BODY>Success</BODY>" },
	{ "www.apple.com", "/library/test/success.html", " 200 ", "<BODY>Success</BODY>" },
	{ "www.msftconnecttest.com", "/connecttest.txt", " 200 ", "\r\n\r\nMicrosoft Connect Test" },
	{ "www.msftncsi.com", "/ncsi.txt", " 200 ", "\r\n\r\nMicrosoft NCSI" },
	{ "detectportal.firefox.com", "/success.txt?ipv4", " 200 ", "\r\n\r\nsuccess\n" },
	{ "detectportal.firefox.com", "/canonical.html", " 200 ", "support.mozilla.org/kb/captive-portal" },
	{ "nmcheck.gnome.org", "/check_network_status.txt", " 200 ", "\r\n\r\nNetworkManager is online\n" },
	{ "network-test.debian.org", "/nm", " 200 ", "\r\n\r\nNetworkManager is online\n" },
	{ "fedoraproject.org", "/static/hotspot.txt", " 200 ", "\r\n\r\nOK" },
	{ "connectivity-check.ubuntu.com", "/", " 204 ", "X-NetworkManager-Status: online" },
	{ "connectivity-check.ubuntu.com.:80", "/", " 204 ", "X-NetworkManager-Status: online" },
};

#define N_PROBES (sizeof(probes) / sizeof(probes[0]))

static void test_probes(void **state)
{
	struct fixture *f = *state;
	char own[80];
	unsigned int i;

	snprintf(own, sizeof(own), "Location: http://box.test:%u/\r\n", f->port);
	for (i = 0; i < N_PROBES; i++) {
		has(probe_from(f, 1, f->redirect_port, probes[i].host, probes[i].path),
		    "HTTP/1.1 302 ");
		/* A resolver may send them to the portal itself. */
		has(probe_from(f, 1, f->port, probes[i].host, probes[i].path), own);
	}
	f->view.state = TS_SESSION_PAID;
	for (i = 0; i < N_PROBES; i++) {
		const char *text = probe_from(f, 1, f->redirect_port, probes[i].host,
					      probes[i].path);

		has(text, probes[i].status);
		has(text, probes[i].body);
		has(text, "Cache-Control: no-store\r\n");
		has(text, "Connection: close\r\n");
		has(probe_from(f, 1, f->port, probes[i].host, probes[i].path),
		    probes[i].status);
	}
	f->view.state = TS_SESSION_DRY;
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 302 ");
}

/* What is no probe goes to the page, also while probes are answered. */
static void test_not_probes(void **state)
{
	static const char *const paths[] = {
		"/", "/generate_204/", "/GENERATE_204", "/x/generate_204", "/nm",
		"/generate_204%2f",
	};
	struct fixture *f = *state;
	char out[4096];
	unsigned int i;

	press_from(f, 1, "");
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		has(probe_from(f, 1, f->redirect_port, "news.example", paths[i]),
		    "HTTP/1.1 302 ");
	has(probe_from(f, 1, f->redirect_port, "connectivity-check.ubuntu.com.evil.example:80", "/x"),
	    "HTTP/1.1 302 ");
	/* Probes ask; they send nothing. */
	ask_from(f, 1, f->redirect_port,
		 "POST /generate_204 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		 out, sizeof(out));
	has(out, "HTTP/1.1 302 ");
}

static void test_continue(void **state)
{
	struct fixture *f = *state;
	const char *text;

	has(get(f, "/"), "<button type=\"submit\">");
	text = press_from(f, 1, "Origin: http://box.test\r\n");
	has(text, "HTTP/1.1 303 ");
	has(text, "Location: /?lang=es\r\n");
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 204 ");
	text = get(f, "/");
	has(text, "For ten minutes");
	lacks(text, "/captive-portal/continue");
	/* Nothing is paid by that. */
	has(text, "data-state=\"never-paid\"");
	has(get(f, "/v1/session"), "\"state\":\"never-paid\"");
	f->now.boot_ns += 599 * S_NS;
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 204 ");
	f->now.boot_ns += S_NS;
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 302 ");
	has(get(f, "/"), "<button");
	/* And again, from then on. */
	press_from(f, 1, "");
	f->now.boot_ns += 300 * S_NS;
	press_from(f, 1, "");
	f->now.boot_ns += 599 * S_NS;
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 204 ");
	assert_int_equal(f->portal->opens.n, 1);
}

/* One station's button opens nothing for another. */
static void test_another_station(void **state)
{
	struct fixture *f = *state;

	press_from(f, 2, "");
	has(probe_from(f, 2, f->redirect_port, "a.example", "/generate_204"), " 204 ");
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 302 ");
	has(api_from(f, 1), "{\"captive\":true}");
	has(api_from(f, 2), "\"captive\":false");
	/* Nor is another's payment mine, nor its bytes. */
	f->view.state = TS_SESSION_PAID;
	f->view.remaining_bytes = 4711;
	has(api_from(f, 1), "\"bytes-remaining\":4711");
	has(api_from(f, 3), "{\"captive\":true}");
	lacks(api_from(f, 2), "bytes-remaining");
	/* A code that is shown tells nothing to who only heard it. */
	has(probe_from(f, 3, f->port, "box.test", "/captive-portal/api?code=" CODE),
	    "{\"captive\":true}");
	/* Not a station: nothing is opened, and nothing is said of anybody. */
	f->who_error = -ENOENT;
	press_from(f, 9, "");
	has(probe_from(f, 9, f->redirect_port, "a.example", "/generate_204"), " 302 ");
	has(api_from(f, 9), "\"error\":\"no_station\"");
	f->who_error = 0;
	has(probe_from(f, 9, f->redirect_port, "a.example", "/generate_204"), " 302 ");
}

/* As the API is: no page of another host presses it. */
static void test_foreign_press(void **state)
{
	static const char *const foreign[] = {
		"Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: \r\n",
		"Sec-Fetch-Site: cross-site\r\n",
		"Origin: http://box.test.evil.example\r\n",
	};
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		has(press_from(f, 1, foreign[i]), "\"error\":\"foreign_origin\"");
	EXPECT(f, "POST /captive-portal/continue HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n"
	       "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n", " 421 ");
	EXPECT(f, "POST /captive-portal/continue HTTP/1.0\r\nContent-Type: text/plain\r\n"
	       "Content-Length: 1\r\n\r\na", " 415 ");
	EXPECT(f, "POST /captive-portal/continue HTTP/1.0\r\nContent-Length: 0\r\n\r\n", " 415 ");
	EXPECT(f, "POST /captive-portal/continue HTTP/1.0\r\nContent-Length: 99999\r\n"
	       "Content-Type: application/x-www-form-urlencoded\r\n\r\n", " 413 ");
	EXPECT(f, "GET /captive-portal/continue HTTP/1.0\r\n\r\n", "Allow: POST");
	/* The form's type is not that of a payment. */
	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Length: 1\r\n"
	       "Content-Type: application/x-www-form-urlencoded\r\n\r\na", " 415 ");
	has(probe_from(f, 1, f->redirect_port, "a.example", "/generate_204"), " 302 ");
	assert_int_equal(f->portal->opens.n, 0);
	assert_int_equal(f->pays, 0);
	/* What of a language comes with it gets no further than that. */
	EXPECT(f, "POST /captive-portal/continue?lang=%0d%0aSet-Cookie:a=b HTTP/1.0\r\nContent-Length: 0\r\n"
	       "Content-Type: application/x-www-form-urlencoded\r\n\r\n", "Location: /?lang=en\r\n");
}

/* However many press: bounded, and who came last is served. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in peer = { .sin_family = AF_INET };
	struct ts_opens *o = &f->portal->opens;
	struct ts_captive captive;
	unsigned int i;

	/* The fixture knows 256 stations; the others are put there by hand. */
	for (i = 0; i < TS_OPENS_MAX; i++) {
		o->open[i].station.vlan = 7;
		o->open[i].station.zone = i;
		o->open[i].until_ns = f->now.boot_ns + S_NS;
	}
	o->n = TS_OPENS_MAX;
	peer.sin_addr.s_addr = htonl(0x7f000005);
	assert_int_equal(ts_captive_continue(f->portal, (struct sockaddr *)&peer), 0);
	assert_int_equal(o->n, TS_OPENS_MAX);
	assert_int_equal(o->open[0].station.zone, 1);
	assert_int_equal(ts_captive_look(f->portal, (struct sockaddr *)&peer, &captive), 0);
	assert_int_equal(captive.open_s, TS_OPEN_S);
}

/* RFC 8908, section 5, and RFC 8908's headers. */
static void test_api(void **state)
{
	struct fixture *f = *state;
	const char *text = api_from(f, 1), *body;
	json_t *o;

	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Type: application/captive+json\r\n");
	has(text, "Cache-Control: private, no-store\r\n");
	lacks(text, "application/json");
	lacks(text, "Access-Control");
	/* No https here: no addresses, for those may not be plain http. */
	has(text, "\r\n\r\n{\"captive\":true}");

	strcpy(f->portal->facts.venue_url, "https://shop.example/");
	press_from(f, 1, "");
	f->now.boot_ns += 599 * S_NS + S_NS / 2;
	body = strstr(api_from(f, 1), "\r\n\r\n");
	o = json_loads(body, 0, NULL);
	assert_non_null(o);
	assert_true(json_is_false(json_object_get(o, "captive")));
	assert_int_equal(json_integer_value(json_object_get(o, "seconds-remaining")), 1);
	assert_string_equal(json_string_value(json_object_get(o, "venue-info-url")),
			    "https://shop.example/");
	assert_null(json_object_get(o, "bytes-remaining"));
	assert_null(json_object_get(o, "user-portal-url"));
	json_decref(o);

	/* Paid for bytes: no time ends it. */
	f->view.state = TS_SESSION_PAID;
	f->view.remaining_bytes = 9007199254740993;
	body = strstr(api_from(f, 1), "\r\n\r\n");
	o = json_loads(body, 0, NULL);
	assert_true(json_is_false(json_object_get(o, "captive")));
	assert_int_equal(json_integer_value(json_object_get(o, "bytes-remaining")),
			 9007199254740993);
	assert_null(json_object_get(o, "seconds-remaining"));
	json_decref(o);
	f->view.remaining_bytes = UINT64_MAX;
	lacks(api_from(f, 1), "bytes-remaining");

	/* Who only asks gets no session for it. */
	f->no_session = true;
	f->now.boot_ns += S_NS;
	f->station_error = -ENOSPC;
	has(api_from(f, 1), "\"captive\":true");
	EXPECT(f, "GET /captive-portal/api HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
	       " 421 ");
	EXPECT(f, "GET /captive-portal/api HTTP/1.0\r\nOrigin: http://evil.example\r\n\r\n",
	       " 403 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_probes, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_not_probes, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_continue, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_another_station, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_press, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_many, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_api, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_captive", tests, NULL, NULL);
}
