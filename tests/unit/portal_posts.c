// SPDX-License-Identifier: GPL-2.0
/* portal_posts.c - what is posted: handed to billing, and answered when it is committed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "portal_client.h"

static void test_pay_refused_early(void **state)
{
	struct fixture *f = *state;
	static char many[90000];
	char out[2048];
	int n;

	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", " 415 ");
	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
	       " 415 ");
	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Type: application/octet-streams\r\nContent-Length: 3\r\n\r\nabc",
	       "\"error\":\"wrong_type\"");
	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Type: application/octet-stream\r\nContent-Length: 1201\r\n\r\n",
	       " 413 ");
	EXPECT(f, "POST /v1/pay HTTP/1.0\r\nContent-Type: application/octet-stream\r\nContent-Length: 99999999999999999999\r\n\r\n",
	       " 4");
	/* chunked: the length is not known before */
	n = sprintf(many, "POST /v1/pay HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n4b1\r\n");
	memset(many + n, 'x', 1201);
	memcpy(many + n + 1201, "\r\n0\r\n\r\n", 7);
	expect(f, many, n + 1201 + 7, " 413 ");
	/* endless: the connection is ended */
	n = sprintf(many, "POST /v1/pay HTTP/1.1\r\nHost: box.test\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n15000\r\n");
	memset(many + n, 'x', 80000);
	ask(f, f->port, many, n + 80000, out, sizeof(out));
	assert_null(strstr(out, " 200 "));
	assert_int_equal(f->pays, 0);
}

static int post(struct fixture *f, const char *path, const void *body, size_t len)
{
	char request[2048];
	int fd = dial(f->port), n;

	n = sprintf(request, "POST %s HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		    "Content-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
		    path, len);
	memcpy(request + n, body, len);
	assert_int_equal(send(fd, request, n + len, MSG_NOSIGNAL), n + len);
	return fd;
}

/*
 * Posts, and turns until billing was handed it, whole, as the @pays-th of all:
 * nothing is said before it is on the disk.
 */
static int hand_on(struct fixture *f, const char *path, const void *body, size_t len,
		   unsigned int pays)
{
	int fd = post(f, path, body, len), i;
	char c;

	for (i = 0; i < 200 && f->pays < pays; i++)
		turn(f);
	assert_int_equal(f->pays, pays);
	assert_int_equal(f->paid_len, len);
	assert_memory_equal(f->paid, body, len);
	assert_int_equal(recv(fd, &c, 1, 0), -1);
	return fd;
}

static int pay(struct fixture *f, size_t len, unsigned int pays)
{
	char payment[1200];

	memset(payment, 'p', len);
	return hand_on(f, "/v1/pay", payment, len, pays);
}

/* Nothing leaves before billing's flush has said so. */
static void test_pay_waits_for_commit(void **state)
{
	uint8_t ack[TS_ACK_BYTES];
	struct fixture *f = *state;
	const char *out;
	char c;
	int fd, i;

	fd = pay(f, 1200, 1);
	for (i = 0; i < 5; i++) {
		turn(f);
		assert_int_equal(recv(fd, &c, 1, 0), -1);
	}
	memset(ack, 0xa5, sizeof(ack));
	ts_portal_ack(f->portal, f->reply, ack);
	out = answer(f, fd);
	has(out, "HTTP/1.1 200 ");
	has(out, "Content-Length: 56");
	assert_memory_equal(strstr(out, "\r\n\r\n") + 4, ack, sizeof(ack));
	/* a second answer for the same handle changes nothing */
	ts_portal_ack(f->portal, f->reply, ack);
}

static void refused(struct fixture *f, enum ts_refuse kind, const char *status)
{
	struct ts_channel last = { .open_block_number = 5 };
	struct ts_refused why = {
		.kind = kind, .name = "some_name", .text = "some text",
		.last = kind == TS_REFUSE_CONFLICT ? &last : NULL,
	};
	const char *out;
	int fd;

	last.partner_proof.nonce = 41;
	fd = pay(f, 10, f->pays + 1);
	ts_portal_refuse(f->portal, f->reply, &why);
	out = answer(f, fd);
	has(out, status);
	has(out, "\"error\":\"some_name\"");
	if (kind == TS_REFUSE_CONFLICT)
		has(out, "\"nonce\":41");
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	refused(f, TS_REFUSE_CONFLICT, " 409 ");
	refused(f, TS_REFUSE_INVALID, " 400 ");
	refused(f, TS_REFUSE_FORBIDDEN, " 403 ");
	refused(f, TS_REFUSE_UNKNOWN, " 404 ");
	refused(f, TS_REFUSE_BUSY, " 429 ");
	refused(f, TS_REFUSE_READ_ONLY, " 503 ");
}

/* An Ack has no answer, but the request has. */
static void test_an_ack_is_taken(void **state)
{
	struct fixture *f = *state;
	int fd = pay(f, TS_ACK_BYTES, 1);

	ts_portal_taken(f->portal, f->reply);
	has(answer(f, fd), "HTTP/1.1 204 ");
}

/* The payer went away while its payment was being written. */
static void test_pay_and_leave(void **state)
{
	uint8_t ack[TS_ACK_BYTES] = { };
	struct fixture *f = *state;
	int fd = pay(f, 20, 1);

	close(fd);
	turn(f);
	ts_portal_ack(f->portal, f->reply, ack);
	turn(f);
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
}

static void test_attach(void **state)
{
	struct fixture *f = *state;
	const char *out;
	int fd;

	has(get(f, "/v1/session/attach"), "\"expires_s\":160");
	has(get(f, "/v1/session/attach"), "\"nonce\":\"0xabababab");
	f->station_error = -ENOENT;
	has(get(f, "/v1/session/attach"), "\"error\":\"no_station\"");
	has(answer(f, post(f, "/v1/session/attach", "abc", 3)), "\"error\":\"no_station\"");
	f->station_error = 0;
	fd = hand_on(f, "/v1/session/attach", "abc", 3, 1);
	assert_int_equal(f->attaches, 1);
	ts_portal_attached(f->portal, f->reply, CODE);
	out = answer(f, fd);
	has(out, "HTTP/1.1 200 ");
	has(out, "\"session\":\"" CODE "\"");
	EXPECT(f, "DELETE /v1/session/attach HTTP/1.0\r\n\r\n", "Allow: GET, HEAD, POST");
}

/* No station sends it, but a box. */
static void test_mirror(void **state)
{
	static const struct ts_refused why = {
		TS_REFUSE_CONFLICT, "old_proof", "a newer one is kept", NULL,
	};
	struct fixture *f = *state;
	const char *out;
	int fd;

	f->station_error = -ENOENT;
	fd = hand_on(f, "/v1/mirror", "abc", 3, 1);
	assert_int_equal(f->mirrors, 1);
	ts_portal_mirrored(f->portal, f->reply, 7);
	out = answer(f, fd);
	has(out, "HTTP/1.1 200 ");
	has(out, "{\"nonce\":7}");
	fd = hand_on(f, "/v1/mirror", "abc", 3, 2);
	ts_portal_refuse(f->portal, f->reply, &why);
	out = answer(f, fd);
	has(out, "HTTP/1.1 409 ");
	has(out, "\"error\":\"old_proof\"");
	EXPECT(f, "GET /v1/mirror HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* A claim is another box's, an order a station's: who is none has nothing to show. */
static void test_roam(void **state)
{
	struct fixture *f = *state;
	const char *out;
	int fd;

	f->station_error = -ENOENT;
	fd = hand_on(f, "/v1/roam", "abc", 3, 1);
	assert_int_equal(f->claims, 1);
	ts_portal_claimed(f->portal, f->reply, CODE, (ts_u128)1 << 64);
	out = answer(f, fd);
	has(out, "HTTP/1.1 200 ");
	has(out, "{\"order\":\"" CODE "\",\"bought_wei\":\"18446744073709551616\"}");
	out = answer(f, post(f, "/v1/session/roam", "abc", 3));
	has(out, "HTTP/1.1 404 ");
	has(out, "\"error\":\"no_station\"");
	EXPECT(f, "GET /v1/roam HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* Of a station, as an attach; a body is needed for the one and not for the other. */
static void test_given(void **state)
{
	static const struct ts_refused bad = { TS_REFUSE_FORBIDDEN, "bad_voucher", "no", NULL };
	static const struct ts_refused tries = { TS_REFUSE_BUSY, "too_many_tries", "no", NULL };
	struct fixture *f = *state;
	int fd;

	f->station_error = -ENOENT;
	has(answer(f, post(f, "/v1/session/voucher", "A", 1)), "\"error\":\"no_station\"");
	f->station_error = 0;
	fd = hand_on(f, "/v1/session/voucher", "ABCD-EFGH-JKMN-PQRS", 19, 1);
	assert_int_equal(f->attaches, 1);
	ts_portal_attached(f->portal, f->reply, CODE);
	has(answer(f, fd), "\"given_wei\":");
	fd = hand_on(f, "/v1/session/voucher", "x", 1, 2);
	ts_portal_refuse(f->portal, f->reply, &bad);
	has(answer(f, fd), "HTTP/1.1 403 ");
	fd = hand_on(f, "/v1/session/voucher", "x", 1, 3);
	ts_portal_refuse(f->portal, f->reply, &tries);
	has(answer(f, fd), "HTTP/1.1 429 ");
	fd = hand_on(f, "/v1/session/allowance", "", 0, 4);
	assert_int_equal(f->attaches, 4);
	ts_portal_attached(f->portal, f->reply, CODE);
	has(answer(f, fd), "HTTP/1.1 200 ");
	EXPECT(f, "GET /v1/session/voucher HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* By the code alone, whoever has it. */
static void test_logout(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->station_error = -ENOENT;
	fd = hand_on(f, "/v1/session/logout", CODE, 16, 1);
	assert_int_equal(f->logouts, 1);
	ts_portal_taken(f->portal, f->reply);
	has(answer(f, fd), "HTTP/1.1 204 ");
	EXPECT(f, "GET /v1/session/logout HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* By a wallet's signature, whoever brings it. */
static void test_sponsor(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->station_error = -ENOENT;
	fd = hand_on(f, "/v1/sponsor", "abc", 3, 1);
	ts_portal_taken(f->portal, f->reply);
	has(answer(f, fd), "HTTP/1.1 204 ");
	EXPECT(f, "GET /v1/sponsor HTTP/1.0\r\n\r\n", "\"error\":\"bad_address\"");
	EXPECT(f, "GET /v1/sponsor?address=0x1111111111111111111111111111111111111111 HTTP/1.0\r\n\r\n",
	       "{\"serial\":7,\"sponsored\":[]}");
	EXPECT(f, "GET /v1/sponsor?address=0x2211111111111111111111111111111111111111 HTTP/1.0\r\n\r\n",
	       "\"error\":\"unknown_channel\"");
	EXPECT(f, "POST /v1/sponsor HTTP/1.0\r\nOrigin: http://evil.test\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc",
	       "\"error\":\"foreign_origin\"");
}

static void test_refund(void **state)
{
	struct ts_address wallet = { .b = { 0x11 } };
	struct fixture *f = *state;
	const char *out;
	int fd;

	f->station_error = -ENOENT;
	has(answer(f, post(f, "/v1/channel/refund", "abc", 3)), "\"error\":\"no_station\"");
	f->station_error = 0;
	fd = hand_on(f, "/v1/channel/refund", "abc", 3, 1);
	ts_portal_refunded(f->portal, f->reply, &wallet, NULL);
	out = answer(f, fd);
	has(out, "HTTP/1.1 200 ");
	has(out, "\"refunded_wei\":");
	EXPECT(f, "GET /v1/channel/refund HTTP/1.0\r\n\r\n", "Allow: POST");
}

/*
 * What comes while the portal stops (portal_teardown()) is handed to nobody: billing would
 * not answer any more, and libmicrohttpd does not stop while somebody waits.
 */
static void test_a_post_while_it_stops(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f->port), i;
	static const char pay[] = "POST /v1/pay HTTP/1.1\r\nHost: box.test\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";

	for (i = 0; i < 5; i++)
		turn(f);
	assert_int_equal(send(fd, pay, sizeof(pay) - 1, MSG_NOSIGNAL), sizeof(pay) - 1);
	usleep(20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pay_refused_early, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_a_post_while_it_stops, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_pay_waits_for_commit, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_an_ack_is_taken, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_pay_and_leave, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_attach, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_mirror, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_roam, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_given, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_logout, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_sponsor, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_refund, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_posts", tests, NULL, NULL);
}
