// SPDX-License-Identifier: GPL-2.0
/* portal_chain.c - the chain for who reaches only the box: asked for, and answered later. */
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

#define WALLET	"0x1111111111111111111111111111111111111111"
#define TOKEN	"0x7474747474747474747474747474747474747474"
#define TX	"0xabababababababababababababababababababababababababababababababab"
#define PLAIN	" HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n\r\n"

/* Sends, and turns until @n were handed on; nothing is said yet. */
static int hand_on(struct fixture *f, const char *request, size_t len, unsigned int *count,
		   unsigned int n)
{
	int fd = dial(f->port), i;
	char c;

	assert_int_equal(send(fd, request, len, MSG_NOSIGNAL), len);
	for (i = 0; i < 200 && *count < n; i++)
		turn(f);
	assert_int_equal(*count, n);
	/* Others are served meanwhile. */
	has(get(f, "/v1/info"), " 200 ");
	assert_int_equal(recv(fd, &c, 1, 0), -1);
	return fd;
}

static void test_look(void **state)
{
	static const char request[] = "GET /v1/chain?address=" WALLET "&token=" TOKEN "&tx=" TX PLAIN;
	static const char bare[] = "GET /v1/chain?address=" WALLET PLAIN;
	struct fixture *f = *state;
	const char *out;
	int fd;

	fd = hand_on(f, request, strlen(request), &f->looks, 1);
	assert_int_equal(f->looked.wallet.b[0], 0x11);
	assert_int_equal(f->looked.token.b[0], 0x74);
	assert_true(f->looked.has_tx);
	assert_int_equal(f->looked.tx.b[31], 0xab);
	ts_portal_chain(f->portal, f->reply, json_pack("{s:i}", "nonce", 5));
	out = answer(f, fd);
	has(out, " 200 ");
	has(out, "application/json");
	has(out, "no-store");
	has(out, "{\"nonce\":5}");

	/* The first token, and no transaction. */
	fd = hand_on(f, bare, strlen(bare), &f->looks, 2);
	assert_false(f->looked.has_tx);
	assert_int_equal(f->looked.token.b[0], 0);
	ts_portal_refuse(f->portal, f->reply, &(struct ts_refused){
		.kind = TS_REFUSE_READ_ONLY, .name = "chain_unreachable", .text = "later" });
	out = answer(f, fd);
	has(out, " 503 ");
	has(out, "\"error\":\"chain_unreachable\"");
	/* Told twice, or nobody's: nothing happens. */
	ts_portal_chain(f->portal, f->reply, json_object());
	ts_portal_chain(f->portal, 12345, NULL);
}

static void test_look_refused_early(void **state)
{
	struct fixture *f = *state;

	EXPECT(f, "GET /v1/chain" PLAIN, "\"error\":\"bad_address\"");
	EXPECT(f, "GET /v1/chain?address=0x11" PLAIN, "\"error\":\"bad_address\"");
	EXPECT(f, "GET /v1/chain?address=" WALLET "&token=x" PLAIN, "\"error\":\"bad_token\"");
	EXPECT(f, "GET /v1/chain?address=" WALLET "&tx=0xab" PLAIN, "\"error\":\"bad_tx\"");
	EXPECT(f, "POST /v1/chain HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", " 405 ");
	EXPECT(f, "GET /v1/chain/send" PLAIN, " 405 ");
	EXPECT(f, "GET /v1/chain?address=" WALLET " HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", " 421 ");
	EXPECT(f, "GET /v1/chain?address=" WALLET " HTTP/1.1\r\nHost: box.test\r\nOrigin: http://evil.test\r\nConnection: close\r\n\r\n",
	       "\"error\":\"foreign_origin\"");
	f->station_error = -ENOENT;
	EXPECT(f, "GET /v1/chain?address=" WALLET PLAIN, "\"error\":\"no_station\"");
	assert_int_equal(f->looks, 0);
}

static void test_send(void **state)
{
	static const char request[] = "POST /v1/chain/send HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	struct fixture *f = *state;
	const char *out;
	int fd;

	fd = hand_on(f, request, strlen(request), &f->carries, 1);
	assert_int_equal(f->paid_len, 3);
	assert_memory_equal(f->paid, "abc", 3);
	ts_portal_chain(f->portal, f->reply, json_pack("{s:s}", "hash", TX));
	has(answer(f, fd), "{\"hash\":\"" TX "\"}");
	fd = hand_on(f, request, strlen(request), &f->carries, 2);
	ts_portal_refuse(f->portal, f->reply, &(struct ts_refused){
		.kind = TS_REFUSE_BUSY, .name = "busy", .text = "later" });
	out = answer(f, fd);
	has(out, " 429 ");
	has(out, "Retry-After");
	EXPECT(f, "POST /v1/chain/send HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
	       " 415 ");
	f->station_error = -ENOENT;
	expect(f, request, strlen(request), "\"error\":\"no_station\"");
	assert_int_equal(f->carries, 2);
}

/* Who asked is gone before the chain has answered; and who waits when the box stops. */
static void test_gone(void **state)
{
	static const char request[] = "GET /v1/chain?address=" WALLET PLAIN;
	struct fixture *f = *state;
	int fd, i;

	fd = hand_on(f, request, strlen(request), &f->looks, 1);
	close(fd);
	for (i = 0; i < 5; i++)
		turn(f);
	ts_portal_chain(f->portal, f->reply, json_object());
	for (i = 0; i < 5; i++)
		turn(f);
	/* The teardown ends this one. */
	fd = hand_on(f, request, strlen(request), &f->looks, 2);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_look, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_look_refused_early, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_send, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_gone, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
