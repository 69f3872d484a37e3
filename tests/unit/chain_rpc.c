// SPDX-License-Identifier: GPL-2.0
/*
 * chain_rpc.c - an endpoint that answers what the test wants, on the loopback
 * device; asked with and without an event loop.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "chain/rpc.h"
#include "tsd/rpc_watch.h"

#define ANSWER_MAX_BYTES	20000
#define OK_HEAD			"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
/* Where the answer repeats the id of the question. */
#define ID			"@"

static struct server {
	pid_t pid;
	uint16_t port;
} server;

/* The whole request; curl sends its length. */
static bool read_request(int fd, char *request, size_t size)
{
	size_t len = 0, body;
	const char *head_end;
	ssize_t n;

	for (;;) {
		n = recv(fd, request + len, size - 1 - len, 0);
		if (n <= 0)
			return false;
		len += (size_t)n;
		request[len] = '\0';
		head_end = strstr(request, "\r\n\r\n");
		if (!head_end)
			continue;
		body = strtoul(strstr(request, "Content-Length: ") + 16, NULL, 10);
		if (len >= (size_t)(head_end + 4 - request) + body)
			return true;
	}
}

static void send_answer(int fd, const char *request, const char *answer)
{
	unsigned long id = strtoul(strstr(request, "\"id\":") + 5, NULL, 10);
	const char *mark = strstr(answer, ID);
	int before = mark ? (int)(mark - answer) : (int)strlen(answer);

	dprintf(fd, "%.*s", before, answer);
	if (mark)
		dprintf(fd, "%lu%s", id, mark + 1);
}

static _Noreturn void serve(int fd, const char *answer)
{
	static char request[16384];
	int peer;

	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		peer = accept(fd, NULL, NULL);
		if (peer < 0)
			_exit(1);
		if (read_request(peer, request, sizeof(request))) {
			if (!answer)
				pause();
			send_answer(peer, request, answer);
		}
		close(peer);
	}
}

static int listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	server.port = ntohs(at.sin_port);
	return fd;
}

/* Every question is answered by this; NULL: never. */
static void begin(const char *answer)
{
	int fd = listen_here();

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

/**
 * struct got - what came of the questions
 * @n: how many answers
 * @again: how often to ask again from within the answer
 * @rpc: where
 * @loop: stopped by the last answer
 * @wanted: how many answers there will be
 * @last: the last answer, without what it owned
 */
struct got {
	unsigned int n;
	unsigned int again;
	struct ts_rpc *rpc;
	struct ev_loop *loop;
	unsigned int wanted;
	struct ts_rpc_answer last;
};

static void on_answer(void *ctx, const struct ts_rpc_answer *answer)
{
	struct got *g = ctx;

	g->n++;
	g->last = *answer;
	if (g->again) {
		g->again--;
		assert_int_equal(ts_rpc_send(g->rpc, TS_RPC_BLOCK_NUMBER, NULL,
					     on_answer, g), 0);
	}
	if (g->loop && g->n == g->wanted)
		ev_break(g->loop, EVBREAK_ALL);
}

static void make_url(char url[128], const char *before_host, const char *path)
{
	snprintf(url, 128, "http://%s127.0.0.1:%u%s", before_host, server.port, path);
}

static struct ts_rpc_config configuration(const char *url, unsigned int timeout_ms)
{
	return (struct ts_rpc_config){ url, timeout_ms, ANSWER_MAX_BYTES };
}

/* One question without an event loop. */
static void ask(struct got *g, unsigned int timeout_ms)
{
	char url[128], err[256];
	struct ts_rpc_config c;

	make_url(url, "user:secret@", "/v3/key?token=hidden");
	c = configuration(url, timeout_ms);
	memset(g, 0, sizeof(*g));
	g->rpc = ts_rpc_new(&c, NULL, err, sizeof(err));
	assert_non_null(g->rpc);
	assert_int_equal(ts_rpc_send(g->rpc, TS_RPC_BLOCK_NUMBER, NULL, on_answer, g), 0);
	assert_int_equal(ts_rpc_run(g->rpc), 0);
	assert_int_equal(g->n, 1);
	if (g->last.err) {
		snprintf(err, sizeof(err), "http://127.0.0.1:%u: eth_blockNumber: ",
			 server.port);
		assert_int_equal(strncmp(g->last.why, err, strlen(err)), 0);
	}
	assert_null(strstr(g->last.why, "secret"));
	assert_null(strstr(g->last.why, "hidden"));
	assert_null(strstr(g->last.why, "key"));
	ts_rpc_free(g->rpc);
}

static void test_answer(void **state)
{
	struct got g;

	begin(OK_HEAD "{\"jsonrpc\":\"2.0\",\"id\":" ID ",\"result\":\"0x2a\"}");
	ask(&g, 60000);
	assert_int_equal(g.last.err, 0);
	assert_true(g.last.quantity.w[0] == 42);
	end();
}

static void test_answer_to_another(void **state)
{
	struct got g;

	begin(OK_HEAD "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":\"0x2a\"}");
	ask(&g, 60000);
	assert_int_equal(g.last.err, -EBADMSG);
	end();
}

static void expect(const char *answer, int err, const char *word)
{
	struct got g;

	begin(answer);
	ask(&g, answer ? 60000 : 200);
	assert_int_equal(g.last.err, err);
	assert_non_null(strstr(g.last.why, word));
	end();
}

static void test_failures(void **state)
{
	static char large[ANSWER_MAX_BYTES + 200];

	expect("HTTP/1.1 503 No\r\nConnection: close\r\n\r\n<html>", -EPROTO, "503");
	expect("HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n",
	       -EPROTO, "302");
	expect("HTTP/1.1 429 Slow\r\nConnection: close\r\n\r\n"
	       "{\"jsonrpc\":\"2.0\",\"id\":" ID ",\"error\":{\"code\":-32005,\"message\":\"slower\"}}",
	       -EREMOTEIO, "slower");
	/* A status of failure makes no result true. */
	expect("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n"
	       "{\"jsonrpc\":\"2.0\",\"id\":" ID ",\"result\":\"0x1\"}", -EPROTO, "500");
	expect("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{", -EIO, "");
	expect(OK_HEAD, -EBADMSG, "JSON");
	expect(NULL, -ETIMEDOUT, "200 ms");
	memset(large, ' ', sizeof(large) - 1);
	memcpy(large, OK_HEAD, strlen(OK_HEAD));
	large[sizeof(large) - 2] = '}';
	expect(large, -EFBIG, "20000");
}

static void test_nobody_there(void **state)
{
	struct got g;

	close(listen_here());
	ask(&g, 60000);
	assert_int_equal(g.last.err, -ECONNREFUSED);
}

static void test_wrong_addresses(void **state)
{
	static const char * const bad[] = {
		"", "ws://127.0.0.1:8546", "ftp://127.0.0.1/", "file:///etc/passwd",
		"/run/geth.ipc", "127.0.0.1:8545", "http://", "http://h:99999/",
	};
	char err[256];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ts_rpc_config c = configuration(bad[i], 1000);

		assert_null(ts_rpc_new(&c, NULL, err, sizeof(err)));
		assert_non_null(strstr(err, "http://HOST:PORT"));
	}
}

/* Many at once, and more from within their answers, in an event loop. */
static void test_event_loop(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct ts_rpc_config c;
	struct ts_rpc_watch *watch;
	char url[128], err[256];
	struct got g = { .loop = loop, .again = 10 };
	unsigned int i;

	begin(OK_HEAD "{\"jsonrpc\":\"2.0\",\"id\":" ID ",\"result\":\"0x2a\"}");
	make_url(url, "", "");
	c = configuration(url, 60000);
	watch = ts_rpc_watch_new(loop, &c, err, sizeof(err));
	assert_non_null(watch);
	g.rpc = ts_rpc_watch_rpc(watch);
	assert_non_null(strstr(ts_rpc_endpoint(g.rpc), "http://127.0.0.1:"));
	for (i = 0; i < TS_RPC_OUTSTANDING_MAX; i++)
		assert_int_equal(ts_rpc_send(g.rpc, TS_RPC_BLOCK_NUMBER, NULL,
					     on_answer, &g), 0);
	assert_int_equal(ts_rpc_send(g.rpc, TS_RPC_GET_BLOCK_BY_NUMBER,
				     ts_rpc_params_latest_block(), on_answer, &g), -EBUSY);
	g.wanted = TS_RPC_OUTSTANDING_MAX + g.again;
	ev_run(loop, 0);
	assert_int_equal(g.n, g.wanted);
	assert_int_equal(g.last.err, 0);
	ts_rpc_watch_free(watch);
	ev_loop_destroy(loop);
	end();
}

/* The timeout needs the loop's timer and nothing else. */
static void test_event_loop_timeout(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct got g = { .loop = loop, .wanted = 1 };
	struct ts_rpc_watch *watch;
	struct ts_rpc_config c;
	char url[128], err[256];

	begin(NULL);
	make_url(url, "", "");
	c = configuration(url, 200);
	watch = ts_rpc_watch_new(loop, &c, err, sizeof(err));
	assert_non_null(watch);
	assert_int_equal(ts_rpc_send(ts_rpc_watch_rpc(watch), TS_RPC_BLOCK_NUMBER, NULL,
				     on_answer, &g), 0);
	ev_run(loop, 0);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.last.err, -ETIMEDOUT);
	ts_rpc_watch_free(watch);
	ev_loop_destroy(loop);
	end();
}

/* Whoever leaves is told nothing more. */
static void test_free_while_asking(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct ts_rpc_watch *watch;
	struct ts_rpc_config c;
	char url[128], err[256];
	struct got g = { 0 };

	begin(NULL);
	make_url(url, "", "");
	c = configuration(url, 60000);
	watch = ts_rpc_watch_new(loop, &c, err, sizeof(err));
	assert_non_null(watch);
	assert_int_equal(ts_rpc_send(ts_rpc_watch_rpc(watch), TS_RPC_BLOCK_NUMBER, NULL,
				     on_answer, &g), 0);
	ev_run(loop, EVRUN_ONCE);
	ev_run(loop, EVRUN_ONCE);
	ts_rpc_watch_free(watch);
	assert_int_equal(ev_run(loop, EVRUN_NOWAIT), 0);	/* nothing is watched */
	assert_int_equal(g.n, 0);
	ev_loop_destroy(loop);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_answer_to_another),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_wrong_addresses),
		cmocka_unit_test(test_event_loop),
		cmocka_unit_test(test_event_loop_timeout),
		cmocka_unit_test(test_free_while_asking),
	};
	int ret;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return ret;
}
