// SPDX-License-Identifier: GPL-2.0
/*
 * tspay_box.c - what a box may answer: a server that says what the test wants,
 * on the loopback device.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tspay/box.h"

static struct server {
	pid_t pid;
	char url[64];
} server;

static _Noreturn void serve(int fd, const char *answer)
{
	char request[4096];
	int peer;

	for (;;) {
		peer = accept(fd, NULL, NULL);
		if (peer < 0 || recv(peer, request, sizeof(request), 0) < 0 ||
		    send(peer, answer, strlen(answer), MSG_NOSIGNAL) < 0)
			_exit(1);
		close(peer);
	}
}

/* Every request is answered by this. */
static void begin(const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	snprintf(server.url, sizeof(server.url), "http://127.0.0.1:%u",
		 ntohs(at.sin_port));
	server.pid = fork();
	assert_true(server.pid >= 0);
	if (!server.pid) {
		/* A test that fails ends before it comes to end(). */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fd, answer);
	}
	close(fd);
}

static void end(void)
{
	kill(server.pid, SIGKILL);
	waitpid(server.pid, NULL, 0);
}

static void assert_plain(const char *text)
{
	const unsigned char *c;

	assert_true(*text);
	for (c = (const unsigned char *)text; *c; c++)
		assert_true(*c >= ' ' && *c != 0x7f &&
			    !(c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0));
}

/* One of two tokens: by symbol, by contract, or the first; its price beside it. */
static void a_box_has_two_tokens(void **state)
{
	static const char info[] = "HTTP/1.0 200 OK\r\n\r\n{\"address\":"
		"\"0x00000000000000000000000000000000000000aa\",\"tokens\":["
		"{\"address\":\"0x00000000000000000000000000000000000000bb\",\"symbol\":\"SMT\",\"decimals\":18},"
		"{\"address\":\"0x00000000000000000000000000000000000000cc\",\"symbol\":\"MESH\",\"decimals\":6}],"
		"\"tariffs\":[{\"id\":4,\"token\":\"0x00000000000000000000000000000000000000cc\","
		"\"prices\":{\"internet\":{\"up\":{\"wei_per_gb\":\"7\"},\"down\":{\"wei_per_gb\":\"9\"}}}}]}";
	struct ts_address contract = { .b[19] = 0xbb };
	struct token t;
	struct box *b;
	char err[512];

	begin(info);
	b = box_open(server.url, NULL);
	assert_int_equal(box_token(b, NULL, "MESH", &t, err, sizeof(err)), 0);
	assert_int_equal(t.decimals, 6);
	assert_int_equal(t.contract.b[19], 0xcc);
	assert_int_equal(t.tariff_id, 4);
	assert_true(t.wei_per_gb == 9);
	assert_int_equal(box_token(b, &contract, NULL, &t, err, sizeof(err)), 0);
	assert_string_equal(t.symbol, "SMT");
	/* It has no tariff: nobody pays in it by mistake. */
	assert_true(t.wei_per_gb == TS_U128_MAX);
	assert_int_equal(box_token(b, NULL, NULL, &t, err, sizeof(err)), 0);
	assert_string_equal(t.symbol, "SMT");
	assert_int_not_equal(box_token(b, NULL, "NONE", &t, err, sizeof(err)), 0);
	contract.b[19] = 0xdd;
	assert_int_not_equal(box_token(b, &contract, NULL, &t, err, sizeof(err)), 0);
	box_close(b);
	end();
}

#define BEYOND		"340282366920938463463374607431768211456"	/* 2^128 */
#define PRICES(up)	"\"prices\":{\"internet\":{\"up\":{\"wei_per_gb\":" up "},\"down\":{\"wei_per_gb\":\"9\"}}}"
#define SESSION(rest)	"HTTP/1.0 200 OK\r\n\r\n{\"session\":\"QD0TS49829BBQ6BQ\",\"state\":\"dry\"," rest "}"

/* Return: of box_session() */
static int session_of(const char *answer, struct session *s, char *err, size_t err_size)
{
	struct box *b;
	int ret;

	begin(answer);
	b = box_open(server.url, NULL);
	ret = box_session(b, s, err, err_size);
	box_close(b);
	end();
	return ret;
}

/* What cannot be counted is not free of charge (M7). */
static void an_amount_beyond_2_128(void **state)
{
	static const char *const bad[] = {
		SESSION("\"tariff\":{" PRICES("\"" BEYOND "\"") "}"),
		SESSION("\"tariff\":{" PRICES("\"-1\"") "}"),
		SESSION("\"tariff\":{" PRICES("7") "}"),
		SESSION("\"attached_wei\":\"" BEYOND "\""),
		SESSION("\"unspent_wei\":\"" BEYOND "\""),
	};
	static const char info[] = "HTTP/1.0 200 OK\r\n\r\n{\"address\":"
		"\"0x00000000000000000000000000000000000000aa\",\"tokens\":["
		"{\"address\":\"0x00000000000000000000000000000000000000bb\",\"symbol\":\"SMT\",\"decimals\":18}],"
		"\"tariffs\":[{\"id\":4,\"token\":\"0x00000000000000000000000000000000000000bb\","
		PRICES("\"" BEYOND "\"") "}]}";
	const struct ts_address nobody = { };
	struct books books;
	struct session s;
	struct token t;
	struct box *b;
	char err[512];
	size_t i;

	assert_int_equal(session_of(SESSION("\"tariff\":{" PRICES("\"7\"") "}"), &s, err,
				    sizeof(err)), 0);
	assert_true(s.wei_per_gb == 9);
	assert_string_equal(s.state, "dry");
	/* M4: why a box grants less than was paid for is shown, and cannot be long. */
	assert_int_equal(session_of(SESSION("\"held\":{\"reason\":\"upstream_low\"},"
					    "\"tariff\":{" PRICES("\"7\"") "}"), &s, err,
				    sizeof(err)), 0);
	assert_string_equal(s.state, "dry, upstream_low");
	/* Nothing is bought of what has no end. */
	assert_int_equal(session_of(SESSION("\"remaining_bytes\":null,\"tariff\":{" PRICES("\"7\"") "}"),
				    &s, err, sizeof(err)), 0);
	assert_true(s.remaining_bytes == UINT64_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(session_of(bad[i], &s, err, sizeof(err)), -ERANGE);
		assert_non_null(strstr(err, "2^128"));
	}
	begin(info);
	b = box_open(server.url, NULL);
	assert_int_equal(box_token(b, NULL, NULL, &t, err, sizeof(err)), 0);
	assert_true(t.wei_per_gb == TS_U128_MAX);
	box_close(b);
	end();
	begin("HTTP/1.0 200 OK\r\n\r\n{\"nonce\":1,\"unspent_wei\":\"" BEYOND "\"}");
	b = box_open(server.url, NULL);
	assert_int_equal(box_books(b, &nobody, &nobody, &books, err, sizeof(err)), -ERANGE);
	box_close(b);
	end();
}

/*
 * Texts of a box end on a terminal: none of them may move its cursor, rename
 * its window or answer for its user.
 */
static void a_box_does_not_command_the_terminal(void **state)
{
	static const char info[] = "HTTP/1.0 200 OK\r\n\r\n{\"address\":"
		"\"0x00000000000000000000000000000000000000aa\",\"tokens\":"
		"[{\"address\":\"0x00000000000000000000000000000000000000bb\","
		"\"symbol\":\"S\\u001b[2J\\u009b31m\",\"decimals\":18}]}";
	static const char refusal[] = "HTTP/1.0 403 Forbidden\r\n\r\n"
		"{\"message\":\"no \\u001b]0;paid\\u0007 \\u009b31m\\r\\n\"}";
	static const char session[] = "HTTP/1.0 200 OK\r\n\r\n"
		"{\"session\":\"0123456789ABCDEF\",\"state\":\"d\\u001b[1A\","
		"\"held\":{\"reason\":\"h\\u001b[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}}";
	static const char junk[] = "HTTP/1.0 200 OK\r\n\r\n\x1b[2Jjunk";
	struct session s;
	struct token t;
	struct box *b;
	char err[512];

	begin(info);
	b = box_open(server.url, NULL);
	assert_int_equal(box_token(b, NULL, NULL, &t, err, sizeof(err)), 0);
	assert_plain(t.symbol);
	box_close(b);
	end();
	begin(refusal);
	b = box_open(server.url, NULL);
	assert_int_not_equal(box_token(b, NULL, NULL, &t, err, sizeof(err)), 0);
	assert_plain(err);
	box_close(b);
	end();
	begin(session);
	b = box_open(server.url, NULL);
	assert_int_equal(box_session(b, &s, err, sizeof(err)), 0);
	assert_plain(s.state);
	box_close(b);
	end();
	begin(junk);
	b = box_open(server.url, NULL);
	assert_int_not_equal(box_session(b, &s, err, sizeof(err)), 0);
	assert_plain(err);
	box_close(b);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_has_two_tokens),
		cmocka_unit_test(an_amount_beyond_2_128),
		cmocka_unit_test(a_box_does_not_command_the_terminal),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("tspay_box", tests, NULL, NULL);
}
