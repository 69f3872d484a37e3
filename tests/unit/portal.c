// SPDX-License-Identifier: GPL-2.0
/* portal.c - what a session shows, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "portal_client.h"

static void test_get(void **state)
{
	struct fixture *f = *state;

	has(get(f, "/v1/info"), "HTTP/1.1 200 ");
	has(get(f, "/v1/info"), "\"name\":\"A <b>box</b>\"");
	has(get(f, "/v1/info"), "\"https\":null");
	has(get(f, "/v1/info"), "\"wei_per_gb\":\"50000000000000000\"");
	has(get(f, "/v1/session"), "\"session\":\"" CODE "\"");
	has(get(f, "/v1/session"), "\"state\":\"never-paid\"");
	has(get(f, "/v1/session"), "\"memo\":\"ts1:" CODE ":3\"");
	has(get(f, "/v1/session"), "\"http\":\"http://10.0.0.1/v1/pay\"");
	has(get(f, "/v1/session"), "\"unspent_wei\":\"340282366920938463463374607431768211455\"");
	has(get(f, "/v1/session?code=" CODE), "HTTP/1.1 200 ");
	has(get(f, "/v1/session?code=ZZZZZZZZZZZZZZZZ"), "\"error\":\"unknown_session\"");
	/* Shown once each: also an unknown one, which is billing's to tell. */
	assert_int_equal(f->shown, 2);
	has(get(f, "/v1/session?code=zz"), "HTTP/1.1 400 ");
	has(get(f, "/v1/session?code="), "HTTP/1.1 400 ");
	has(get(f, "/v1/channel?address=0x1111111111111111111111111111111111111111"),
	    "\"nonce\":7");
	has(get(f, "/v1/channel?address=0x2211111111111111111111111111111111111111"),
	    "HTTP/1.1 404 ");
	has(get(f, "/v1/channel?address=0x22"), "\"error\":\"bad_address\"");
	has(get(f, "/v1/channel"), "HTTP/1.1 400 ");
	/* Without a token the first one: its symbol stands beside its address. */
	has(get(f, "/v1/channel?address=0x1111111111111111111111111111111111111111"),
	    "\"symbol\":\"SMT\"");
	has(get(f, "/v1/channel?address=0x1111111111111111111111111111111111111111"
		   "&token=0x7400000000000000000000000000000000000000"),
	    "\"token\":\"0x7400000000000000000000000000000000000000\"");
	has(get(f, "/v1/channel?address=0x1111111111111111111111111111111111111111"
		   "&token=0x7500000000000000000000000000000000000000"),
	    "\"error\":\"unknown_channel\"");
	has(get(f, "/v1/channel?address=0x1111111111111111111111111111111111111111&token=MESH"),
	    "\"error\":\"bad_token\"");
	has(get(f, "/v1/outbox?address=0x1111111111111111111111111111111111111111"),
	    "{\"messages\":[\"0x0900ff\"]}");
	has(get(f, "/v1/outbox?address=0x2211111111111111111111111111111111111111"),
	    "{\"messages\":[]}");
	has(get(f, "/v1/outbox"), "\"error\":\"bad_address\"");
	has(get(f, "/v1/health"), "\"healthy\":true");
	f->healthy = false;
	has(get(f, "/v1/health"), "HTTP/1.1 503 ");
	has(get(f, "/v1/health"), "\"ledger\":\"read-only\"");
}

/* Whatever was paid: why there is no internet, for programs and for people. */
static void test_held(void **state)
{
	struct fixture *f = *state;

	has(get(f, "/"), "data-text=\"Little or no internet now: {}\" hidden></p>");
	f->view.held = "upstream_too_dear";
	f->view.held_text = "dear & <b>far</b>";
	has(get(f, "/v1/session"),
	    "\"held\":{\"reason\":\"upstream_too_dear\",\"message\":\"dear & <b>far</b>\"}");
	has(get(f, "/"), ">Little or no internet now: dear &amp; &lt;b&gt;far&lt;/b&gt;</p>");
	f->view.held = NULL;
}

static void test_no_station(void **state)
{
	struct fixture *f = *state;

	f->station_error = -ENOENT;
	has(get(f, "/v1/session"), "\"error\":\"no_station\"");
	f->station_error = -ENOSPC;
	has(get(f, "/v1/session"), "\"error\":\"too_many_sessions\"");
}

static void test_redirect(void **state)
{
	static const char request[] =
		"GET /generate_204 HTTP/1.1\r\nHost: connectivity.example\r\n\r\n";
	struct fixture *f = *state;
	char out[4096];

	ask(f, f->redirect_port, request, sizeof(request) - 1, out, sizeof(out));
	has(out, "HTTP/1.1 302 ");
	has(out, "Location: http://box.test/\r\n");
	has(out, "Cache-Control: no-store");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_get, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_held, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_no_station, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_redirect, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal", tests, NULL, NULL);
}
