// SPDX-License-Identifier: GPL-2.0
/* portal_fixture.c - a portal over real sockets, with a billing that the tests play. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "portal_fixture.h"

static int fake_station(void *ctx, const struct sockaddr *peer, char code[TS_CODE_SIZE])
{
	struct fixture *f = ctx;

	strcpy(code, CODE);
	return f->station_error;
}

/* Each loopback address is a station of its own; 127.0.0.1's is the one with CODE. */
static int fake_find(void *ctx, const struct sockaddr *peer, char code[TS_CODE_SIZE])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	struct fixture *f = ctx;

	if (f->no_session || in->sin_addr.s_addr != htonl(INADDR_LOOPBACK))
		return -ENOENT;
	strcpy(code, CODE);
	return 0;
}

static void fake_now(void *ctx, struct ts_time *now)
{
	struct fixture *f = ctx;

	*now = f->now;
}

static int fake_who(void *ctx, const struct sockaddr *peer, struct ts_key *key)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	struct fixture *f = ctx;

	memset(key, 0, sizeof(*key));
	key->mac[0] = 2;
	if (peer->sa_family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 == 127)
		key->mac[5] = ntohl(in->sin_addr.s_addr) & 0xff;
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

static int fake_look(void *ctx, const struct sockaddr *peer,
		     const struct ts_portal_look *look, uint64_t reply)
{
	struct fixture *f = ctx;

	if (f->station_error)
		return f->station_error;
	f->looks++;
	f->looked = *look;
	f->reply = reply;
	return 0;
}

static int fake_carry(void *ctx, const struct sockaddr *peer, const void *bytes,
		      size_t len, uint64_t reply)
{
	struct fixture *f = ctx;

	if (f->station_error)
		return f->station_error;
	f->carries++;
	fake_pay(ctx, bytes, len, reply);
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

static json_t *fake_sponsored(void *ctx, const struct ts_address *wallet)
{
	return wallet->b[0] == 0x11 ? json_pack("{s:i, s:[]}", "serial", 7, "sponsored") : NULL;
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

int portal_setup(void **state)
{
	static const struct ts_portal_limits limits = {
		.connections = 6, .per_source = 5, .timeout_s = 20, .events = 2,
	};
	struct fixture *f = calloc(1, sizeof(*f));
	struct ts_portal_ops ops = {
		.ctx = f, .station = fake_station, .show = fake_show,
		.who = fake_who, .find = fake_find, .now = fake_now, .nonce = fake_nonce, .attach = fake_attach,
		.session = fake_session,
		.channel = fake_channel, .outbox = fake_outbox, .tariffs = fake_tariffs,
		.refund = fake_attach, .pay = fake_pay, .mirror = fake_mirror,
		.roam = fake_attach, .claim = fake_claim,
		.voucher = fake_attach, .allowance = fake_attach,
		.sponsor = fake_pay, .sponsored = fake_sponsored,
		.look = fake_look, .carry = fake_carry,
		.logout = fake_logout, .health = fake_health,
	};
	struct ts_portal_facts facts = {
		.name = "A <b>box</b>", .version = "1", .n_tokens = 1,
		.tokens = { { .symbol = "SMT", .decimals = 18 } }, .photon_port = 40001,
		.names = { "box.test", "10.0.0.1" }, .n_names = 2,
	};

	f->healthy = true;
	f->now.boot_ns = 1000000000000;
	f->now.wall_s = 1800000000;
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

int portal_teardown(void **state)
{
	struct fixture *f = *state;

	ts_portal_free(f->portal);
	ev_loop_destroy(f->loop);
	free(f);
	return 0;
}
