// SPDX-License-Identifier: GPL-2.0
/* The portal over real sockets, with a billing that this test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portal/private.h"

#define CODE "0123456789ABCDEF"

struct fixture {
	struct ev_loop *loop;
	struct ts_portal *portal;
	uint16_t port;
	uint16_t redirect_port;
	/* what billing was handed, and how it shall answer */
	uint8_t paid[2000];
	size_t paid_len;
	uint64_t reply;
	unsigned int pays;
	unsigned int attaches;
	unsigned int mirrors;
	unsigned int claims;
	unsigned int logouts;
	unsigned int shown;
	int station_error;
	int who_error;
	bool healthy;
	struct ts_session_view view;
};

static int fake_station(void *ctx, const struct sockaddr *peer, char code[TS_CODE_SIZE])
{
	struct fixture *f = ctx;

	strcpy(code, CODE);
	return f->station_error;
}

static int fake_who(void *ctx, const struct sockaddr *peer, struct ts_key *key)
{
	struct fixture *f = ctx;

	memset(key, 0, sizeof(*key));
	key->mac[0] = 2;
	return f->who_error;
}

static int fake_nonce(void *ctx, const struct sockaddr *peer,
		      struct ts_billing_nonce *nonce)
{
	struct fixture *f = ctx;

	memset(nonce, 0xab, sizeof(nonce->nonce));
	nonce->clock_s = 100;
	nonce->expires_s = 160;
	return f->station_error;
}

static void fake_show(void *ctx, const struct sockaddr *peer, const char *code)
{
	struct fixture *f = ctx;

	f->shown++;
}

static int fake_session(void *ctx, const char *code, struct ts_session_view *view)
{
	struct fixture *f = ctx;

	if (strcmp(code, CODE))
		return -ENOENT;
	*view = f->view;
	return 0;
}

static int fake_channel(void *ctx, const struct ts_address *wallet,
			const struct ts_address *token,
			struct ts_channel_view *view)
{
	memset(view, 0, sizeof(*view));
	if (wallet->b[0] != 0x11 || (token && token->b[0] != 0x74))
		return -ENOENT;
	if (token)
		view->channel.token = *token;
	view->channel.partner_address = *wallet;
	view->channel.state = TS_CHANNEL_OPEN;
	view->channel.partner_deposit_wei = TS_U128_MAX;
	view->channel.partner_proof.nonce = 7;
	return 0;
}

static int fake_outbox(void *ctx, const struct ts_address *wallet,
		       int (*cb)(const void *bytes, size_t len, void *arg),
		       void *arg)
{
	return wallet->b[0] == 0x11 ? cb("\x09\x00\xff", 3, arg) : 0;
}

static int fake_tariffs(void *ctx,
			int (*cb)(const struct ts_ledger_tariff *, bool, void *), void *arg)
{
	struct fixture *f = ctx;

	return cb(&f->view.tariff, false, arg);
}

static void fake_pay(void *ctx, const void *bytes, size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	assert_true(len <= sizeof(f->paid));
	memcpy(f->paid, bytes, len);
	f->paid_len = len;
	f->reply = reply;
	f->pays++;
}

static int fake_attach(void *ctx, const struct sockaddr *peer, const void *bytes,
		       size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	if (f->station_error)
		return f->station_error;
	fake_pay(ctx, bytes, len, reply);
	f->attaches++;
	return 0;
}

static void fake_logout(void *ctx, const void *bytes, size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	f->logouts++;
	fake_pay(ctx, bytes, len, reply);
}

static void fake_mirror(void *ctx, const void *bytes, size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	fake_pay(ctx, bytes, len, reply);
	f->mirrors++;
}

static void fake_claim(void *ctx, const void *bytes, size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	fake_pay(ctx, bytes, len, reply);
	f->claims++;
}

static json_t *fake_health(void *ctx, bool *healthy)
{
	struct fixture *f = ctx;

	*healthy = f->healthy;
	return json_pack("{s:s}", "ledger", f->healthy ? "ok" : "read-only");
}

static uint16_t listen_at(struct fixture *f, const char *redirect_to)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct ts_listener *l = &f->portal->listeners[f->portal->n_listeners];
	char err[200];

	assert_int_equal(ts_portal_listen(f->portal, (struct sockaddr *)&addr,
					  sizeof(addr), redirect_to, err,
					  sizeof(err)), 0);
	return MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static int setup(void **state)
{
	static const struct ts_portal_limits limits = {
		.connections = 6, .per_source = 5, .timeout_s = 20, .events = 2,
	};
	struct fixture *f = calloc(1, sizeof(*f));
	struct ts_portal_ops ops = {
		.ctx = f, .station = fake_station, .show = fake_show,
		.who = fake_who, .nonce = fake_nonce, .attach = fake_attach,
		.session = fake_session,
		.channel = fake_channel, .outbox = fake_outbox, .tariffs = fake_tariffs,
		.refund = fake_attach, .pay = fake_pay, .mirror = fake_mirror,
		.roam = fake_attach, .claim = fake_claim,
		.logout = fake_logout, .health = fake_health,
	};
	struct ts_portal_facts facts = {
		.name = "A <b>box</b>", .version = "1", .n_tokens = 1,
		.tokens = { { .symbol = "SMT", .decimals = 18 } }, .photon_port = 40001,
		.names = { "box.test", "10.0.0.1" }, .n_names = 2,
	};

	f->healthy = true;
	strcpy(f->view.code, CODE);
	f->view.tariff.id = 3;
	strcpy(f->view.tariff.wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP],
	       "50000000000000000");
	f->view.unspent_wei = TS_U128_MAX;
	f->loop = ev_loop_new(0);
	f->portal = ts_portal_new(f->loop, &facts, &ops, &limits);
	f->port = listen_at(f, NULL);
	f->redirect_port = listen_at(f, "http://box.test/");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ts_portal_free(f->portal);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}

static int dial(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void on_guard(struct ev_loop *loop, ev_timer *w, int revents)
{
	ev_break(loop, EVBREAK_ALL);
}

/* One turn of the loop, which never sleeps for long. */
static void turn(struct fixture *f)
{
	ev_timer guard;

	ev_timer_init(&guard, on_guard, 0.02, 0);
	ev_timer_start(f->loop, &guard);
	ev_run(f->loop, EVRUN_ONCE);
	ev_timer_stop(f->loop, &guard);
}

/* Reads until @want is in it or the peer closed; gives up after 200 turns. */
static void read_until(struct fixture *f, int fd, const char *want, char *out,
		       size_t size)
{
	size_t n = 0;
	ssize_t got;
	int i;

	out[0] = '\0';
	for (i = 0; i < 200; i++) {
		turn(f);
		got = recv(fd, out + n, size - 1 - n, 0);
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			break;
		if (got > 0)
			n += got;
		out[n] = '\0';
		if (want && memmem(out, n, want, strlen(want)))
			break;
	}
}

static void ask(struct fixture *f, uint16_t port, const char *request, size_t len,
		char *out, size_t size)
{
	int fd = dial(port);

	assert_int_equal(send(fd, request, len, MSG_NOSIGNAL), len);
	read_until(f, fd, NULL, out, size);
	close(fd);
	turn(f);
}

/* GET with "Connection: close", so that the answer ends. */
static char *get(struct fixture *f, const char *path)
{
	static char out[16384];
	char request[512];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: 10.0.0.1\r\nConnection: close\r\n\r\n", path);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	return out;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in: %s", part, text);
}

/* Whatever was paid: why there is no internet, for programs and for people. */
static void test_held(void **state)
{
	struct fixture *f = *state;

	assert_null(strstr(get(f, "/"), "no internet now"));
	f->view.held = "upstream_too_dear";
	f->view.held_text = "dear & <b>far</b>";
	has(get(f, "/v1/session"),
	    "\"held\":{\"reason\":\"upstream_too_dear\",\"message\":\"dear & <b>far</b>\"}");
	has(get(f, "/"), "no internet now:</b> dear &amp; &lt;b&gt;far&lt;/b&gt;.");
	f->view.held = NULL;
}

static void test_get(void **state)
{
	struct fixture *f = *state;

	has(get(f, "/v1/info"), "HTTP/1.1 200 ");
	has(get(f, "/v1/info"), "\"name\":\"A <b>box</b>\"");
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

static void test_page(void **state)
{
	struct fixture *f = *state;
	const char *text = get(f, "/");

	has(text, "A &lt;b&gt;box&lt;/b&gt;");
	assert_null(strstr(text, "<b>box"));
	assert_null(strstr(text, "<script"));
	has(text, "0.05 SMT");
	has(text, "340282366920938463463.374607431768211455 SMT");
	has(text, "ts1:" CODE ":3");
	f->station_error = -ENOENT;
	has(get(f, "/"), "not connected through a metered port");
}

static void test_no_station(void **state)
{
	struct fixture *f = *state;

	f->station_error = -ENOENT;
	has(get(f, "/v1/session"), "\"error\":\"no_station\"");
	f->station_error = -ENOSPC;
	has(get(f, "/v1/session"), "\"error\":\"too_many_sessions\"");
}

static void expect(struct fixture *f, const char *request, size_t len,
		   const char *part)
{
	char out[8192];

	ask(f, f->port, request, len, out, sizeof(out));
	has(out, part);
}
#define EXPECT(f, request, part) expect(f, request, sizeof(request) - 1, part)

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

static int post(struct fixture *f, size_t len)
{
	char request[2048];
	int fd = dial(f->port), n;

	n = sprintf(request, "POST /v1/pay HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
		    len);
	memset(request + n, 'p', len);
	assert_int_equal(send(fd, request, n + len, MSG_NOSIGNAL), n + len);
	return fd;
}

static void wait_for_pay(struct fixture *f, unsigned int pays)
{
	int i;

	for (i = 0; i < 200 && f->pays < pays; i++)
		turn(f);
	assert_int_equal(f->pays, pays);
}

/* Nothing leaves before billing's flush has said so. */
static void test_pay_waits_for_commit(void **state)
{
	uint8_t ack[TS_ACK_BYTES];
	struct fixture *f = *state;
	char out[4096];
	int fd, i;

	fd = post(f, 1200);
	wait_for_pay(f, 1);
	assert_int_equal(f->paid_len, 1200);
	assert_int_equal(f->paid[1199], 'p');
	for (i = 0; i < 5; i++) {
		turn(f);
		assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	}
	memset(ack, 0xa5, sizeof(ack));
	ts_portal_ack(f->portal, f->reply, ack);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 200 ");
	has(out, "Content-Length: 56");
	assert_memory_equal(strstr(out, "\r\n\r\n") + 4, ack, sizeof(ack));
	close(fd);
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
	unsigned int pays = f->pays;
	char out[4096];
	int fd;

	last.partner_proof.nonce = 41;
	fd = post(f, 10);
	wait_for_pay(f, pays + 1);
	ts_portal_refuse(f->portal, f->reply, &why);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, status);
	has(out, "\"error\":\"some_name\"");
	if (kind == TS_REFUSE_CONFLICT)
		has(out, "\"nonce\":41");
	close(fd);
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
	char out[4096];
	int fd = post(f, TS_ACK_BYTES);

	wait_for_pay(f, 1);
	ts_portal_taken(f->portal, f->reply);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 204 ");
	close(fd);
}

/* The payer went away while its payment was being written. */
static void test_pay_and_leave(void **state)
{
	uint8_t ack[TS_ACK_BYTES] = { };
	struct fixture *f = *state;
	int fd = post(f, 20);

	wait_for_pay(f, 1);
	close(fd);
	turn(f);
	ts_portal_ack(f->portal, f->reply, ack);
	turn(f);
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
}

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
	/* the dead one is found by the next comment, or the one after it */
	for (i = 0; i < 10 && f->portal->counters.events > 1; i++) {
		ts_stream_beat(f->portal);
		turn(f);
	}
	assert_int_equal(f->portal->counters.events, 1);
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

static void test_attach(void **state)
{
	static const char head[] =
		"POST /v1/session/attach HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	struct fixture *f = *state;
	char out[4096];
	int fd;

	has(get(f, "/v1/session/attach"), "\"expires_s\":160");
	has(get(f, "/v1/session/attach"), "\"nonce\":\"0xabababab");
	f->station_error = -ENOENT;
	has(get(f, "/v1/session/attach"), "\"error\":\"no_station\"");
	expect(f, head, sizeof(head) - 1, "\"error\":\"no_station\"");
	f->station_error = 0;
	fd = dial(f->port);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	wait_for_pay(f, 1);
	assert_int_equal(f->attaches, 1);
	assert_memory_equal(f->paid, "abc", 3);
	/* The answer waits for the disk, as a payment's does. */
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	ts_portal_attached(f->portal, f->reply, CODE);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 200 ");
	has(out, "\"session\":\"" CODE "\"");
	close(fd);
	EXPECT(f, "DELETE /v1/session/attach HTTP/1.0\r\n\r\n", "Allow: GET, HEAD, POST");
}

/* No station sends it, but a box. */
static void test_mirror(void **state)
{
	static const char head[] =
		"POST /v1/mirror HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	static const struct ts_refused why = {
		TS_REFUSE_CONFLICT, "old_proof", "a newer one is kept", NULL,
	};
	struct fixture *f = *state;
	char out[4096];
	int fd;

	f->station_error = -ENOENT;
	fd = dial(f->port);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	wait_for_pay(f, 1);
	assert_int_equal(f->mirrors, 1);
	assert_memory_equal(f->paid, "abc", 3);
	/* Nothing is said before it is on the disk. */
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	ts_portal_mirrored(f->portal, f->reply, 7);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 200 ");
	has(out, "{\"nonce\":7}");
	close(fd);
	fd = dial(f->port);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	wait_for_pay(f, 2);
	ts_portal_refuse(f->portal, f->reply, &why);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 409 ");
	has(out, "\"error\":\"old_proof\"");
	close(fd);
	EXPECT(f, "GET /v1/mirror HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* A claim is another box's, an order a station's: who is none has nothing to show. */
static void test_roam(void **state)
{
	static const char claim[] =
		"POST /v1/roam HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	static const char order[] =
		"POST /v1/session/roam HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	struct fixture *f = *state;
	char out[4096];
	int fd;

	f->station_error = -ENOENT;
	fd = dial(f->port);
	assert_int_equal(send(fd, claim, sizeof(claim) - 1, MSG_NOSIGNAL), sizeof(claim) - 1);
	wait_for_pay(f, 1);
	assert_int_equal(f->claims, 1);
	/* Nothing is said before it is on the disk. */
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	ts_portal_claimed(f->portal, f->reply, CODE, (ts_u128)1 << 64);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 200 ");
	has(out, "{\"order\":\"" CODE "\",\"bought_wei\":\"18446744073709551616\"}");
	close(fd);
	fd = dial(f->port);
	assert_int_equal(send(fd, order, sizeof(order) - 1, MSG_NOSIGNAL), sizeof(order) - 1);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 404 ");
	has(out, "\"error\":\"no_station\"");
	close(fd);
	EXPECT(f, "GET /v1/roam HTTP/1.0\r\n\r\n", "Allow: POST");
}

/* By the code alone, whoever has it. */
static void test_logout(void **state)
{
	static const char head[] =
		"POST /v1/session/logout HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 16\r\n\r\n" CODE;
	struct fixture *f = *state;
	char out[4096];
	int fd;

	f->station_error = -ENOENT;
	fd = dial(f->port);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	wait_for_pay(f, 1);
	assert_int_equal(f->logouts, 1);
	assert_memory_equal(f->paid, CODE, 16);
	ts_portal_taken(f->portal, f->reply);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 204 ");
	close(fd);
	EXPECT(f, "GET /v1/session/logout HTTP/1.0\r\n\r\n", "Allow: POST");
}

static void test_refund(void **state)
{
	static const char head[] =
		"POST /v1/channel/refund HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
		"Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\nabc";
	struct ts_address wallet = { .b = { 0x11 } };
	struct fixture *f = *state;
	char out[4096];
	int fd;

	f->station_error = -ENOENT;
	expect(f, head, sizeof(head) - 1, "\"error\":\"no_station\"");
	f->station_error = 0;
	fd = dial(f->port);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	wait_for_pay(f, 1);
	assert_int_equal(recv(fd, out, sizeof(out), 0), -1);
	ts_portal_refunded(f->portal, f->reply, &wallet, NULL);
	read_until(f, fd, NULL, out, sizeof(out));
	has(out, "HTTP/1.1 200 ");
	has(out, "\"refunded_wei\":");
	close(fd);
	EXPECT(f, "GET /v1/channel/refund HTTP/1.0\r\n\r\n", "Allow: POST");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_get, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held, setup, teardown),
		cmocka_unit_test_setup_teardown(test_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_station, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pay_refused_early, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pay_waits_for_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pay_and_leave, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_ack_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stream_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connection_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_redirect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_station_many_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attach, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mirror, setup, teardown),
		cmocka_unit_test_setup_teardown(test_roam, setup, teardown),
		cmocka_unit_test_setup_teardown(test_logout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refund, setup, teardown),
	};

	return cmocka_run_group_tests_name("portal", tests, NULL, NULL);
}
