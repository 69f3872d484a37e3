// SPDX-License-Identifier: GPL-2.0
/*
 * tsd_mirror.c - the newest proofs go to a mirror: a portal in the same loop, which
 * answers as the test wants.  Billing and ledger are played.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "billing/onchain.h"
#include "photon/mirror.h"
#include "photon_ends.h"
#include "portal/private.h"
#include "tsd/mirror.h"

#define CHANNELS_MAX	3
#define GOT_MAX		16

static struct ends ends;
static struct ev_loop *loop;
static struct ts_portal *portal;
static struct ts_config *config;
static struct ts_mirrors *mirrors;
static struct ts_channel channels[CHANNELS_MAX];
static unsigned int n_channels;
static bool in_batch;

#define payer	(&ends.payer)
#define box	(&ends.box)

/**
 * struct got - what the mirror was sent, and says
 * @n: how often
 * @d: what is in it
 * @refuse: with this; NULL: it is kept
 * @only: refuse this row's alone, 1, 2, ...; 0: all
 */
static struct got {
	unsigned int n;
	struct ts_delegated d[GOT_MAX];
	const struct ts_refused *refuse;
	unsigned int only;
} got;

bool ts_ledger_in_batch(const struct ts_ledger *l)
{
	return in_batch;
}

int ts_billing_proof_each(const struct ts_billing *b, int64_t after,
			  int (*cb)(int64_t row, const struct ts_channel *channel,
				    void *arg), void *arg)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n_channels; i++) {
		if ((int64_t)i + 1 <= after)
			continue;
		ret = cb((int64_t)i + 1, &channels[i], arg);
		if (ret)
			return ret;
	}
	return 0;
}

static struct ts_address mirror_address(void)
{
	return *ts_signer_address(ends.stranger_key);
}

static void on_mirror(void *ctx, const void *bytes, size_t len, uint64_t reply)
{
	struct ts_delegated *d = &got.d[got.n];
	struct ts_address to, us = mirror_address(), signer;

	assert_true(got.n < GOT_MAX);
	assert_int_equal(ts_mirror_decode(d, &to, bytes, len), 0);
	assert_true(ts_address_equal(&to, &us));
	assert_int_equal(ts_mirror_recover(bytes, &signer), 0);
	assert_true(ts_address_equal(&signer, ts_signer_address(box->key)));
	assert_int_equal(ts_delegated_fault(d), TS_DELEGATED_GOOD);
	got.n++;
	if (got.refuse && (!got.only || d->token.b[0] == got.only))
		ts_portal_refuse(portal, reply, got.refuse);
	else
		ts_portal_mirrored(portal, reply, d->proof.nonce);
}

static int who(void *ctx, const struct sockaddr *peer, struct ts_key *key)
{
	return -ENOENT;
}

static void start_portal(void)
{
	static const struct ts_portal_limits limits = {
		.connections = 8, .per_source = 8, .timeout_s = 20, .events = 2,
	};
	static const struct ts_portal_facts facts;
	struct ts_portal_ops ops = { .who = who, .mirror = on_mirror };
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	char err[200];

	portal = ts_portal_new(loop, &facts, &ops, &limits);
	assert_int_equal(ts_portal_listen(portal, (struct sockaddr *)&addr, sizeof(addr),
					  NULL, err, sizeof(err)), 0);
	snprintf(config->mirrors[0].url, sizeof(config->mirrors[0].url),
		 "http://127.0.0.1:%u/", MHD_get_daemon_info(portal->listeners[0].daemon,
			MHD_DAEMON_INFO_BIND_PORT)->port);
}

static int set_up(void **state)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	ends_open(&ends);
	memset(&got, 0, sizeof(got));
	in_batch = false;
	n_channels = 0;
	loop = ev_loop_new(0);
	config = calloc(1, sizeof(*config));
	config->n_mirrors = 1;
	config->mirror_s = 1;
	config->mirrors[0].address = mirror_address();
	start_portal();
	return 0;
}

static int tear_down(void **state)
{
	ts_mirrors_free(mirrors);
	mirrors = NULL;
	if (portal)
		ts_portal_free(portal);
	ev_loop_destroy(loop);
	free(config);
	ends_close(&ends);
	return 0;
}

static void begin(void)
{
	char err[300] = "";

	mirrors = ts_mirrors_new(loop, config, NULL, NULL, box->key, err, sizeof(err));
	assert_string_equal(err, "");
	assert_non_null(mirrors);
}

/* The partner's newest proof in a channel of its own: the token's first byte says which. */
static void pay(unsigned int number)
{
	struct ts_balance_proof proof = { };
	struct ts_channel *c = &channels[number - 1];
	struct ts_hash digest;
	struct ts_form form;

	if (n_channels < number) {
		*c = box->life.channel;
		c->token.b[0] = (uint8_t)number;
		ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
				      &c->tokens_network, &c->channel_identifier);
		n_channels = number;
	}
	proof.nonce = ++c->partner_proof.nonce;
	proof.channel_identifier = c->channel_identifier;
	proof.open_block_number = c->open_block_number;
	c->partner_proof.transferred_wei += 10;
	proof.transferred_amount = ts_u256_from_u128(c->partner_proof.transferred_wei);
	ts_form_balance_proof(&form, &proof, &c->partner_proof.additional_hash,
			      &c->chain_id);
	ts_form_digest(&form, &digest);
	ts_signer_sign(payer->key, &digest, &c->partner_proof.signature);
}

static void on_guard(struct ev_loop *l, ev_timer *w, int revents)
{
	ev_break(l, EVBREAK_ALL);
}

/* A turn of the daemon's loop; it sleeps for a moment at most. */
static void turn(void)
{
	ev_timer guard;

	ts_mirrors_after_flush(mirrors);
	ev_timer_init(&guard, on_guard, 0.02, 0);
	ev_timer_start(loop, &guard);
	ev_run(loop, EVRUN_ONCE);
	ev_timer_stop(loop, &guard);
}

static json_int_t told(const char *key)
{
	json_t *list = ts_mirrors_json(mirrors);
	json_int_t value = json_integer_value(json_object_get(json_array_get(list, 0),
							      key));

	json_decref(list);
	return value;
}

static bool fails(const char *how)
{
	json_t *list = ts_mirrors_json(mirrors);
	const char *fault = json_string_value(json_object_get(json_array_get(list, 0),
							      "fault"));
	bool ret = how ? strstr(fault, how) != NULL : !*fault;

	json_decref(list);
	return ret;
}

#define until(so) do {							\
	int turns_;							\
	for (turns_ = 0; !(so) && turns_ < 2000; turns_++)		\
		turn();							\
	if (!(so))							\
		fail_msg("not in 2000 turns: %s", #so);			\
} while (0)

/* So many pauses, and more, pass. */
static void pass(double seconds)
{
	double end = ev_time() + seconds;

	while (ev_time() < end)
		turn();
}

static void test_newest(void **state)
{
	pay(1);
	pay(2);
	pay(2);
	begin();
	until(told("kept") == 2);
	assert_int_equal(told("channels"), 2);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.d[0].proof.nonce, 1);
	assert_int_equal(got.d[1].proof.nonce, 2);
	/* Without news nothing is sent, however many rounds there are. */
	pass(2.5);
	assert_int_equal(got.n, 2);
	pay(1);
	pay(1);
	assert_int_equal(told("kept"), 1);
	until(told("kept") == 2);
	assert_int_equal(got.n, 3);
	assert_int_equal(got.d[2].proof.nonce, 3);
}

/* What the open batch has may still be undone. */
static void test_not_before_its_commit(void **state)
{
	pay(1);
	in_batch = true;
	begin();
	pass(0.3);
	assert_int_equal(got.n, 0);
	in_batch = false;
	until(got.n == 1);
}

static void test_not_for_the_partner(void **state)
{
	pay(1);
	pay(2);
	channels[0].partner_address = mirror_address();
	/* And nothing that the partner has not signed. */
	channels[1].partner_proof.signature.b[9] ^= 1;
	pay(3);
	begin();
	until(told("kept") == 1);
	assert_int_equal(told("channels"), 2);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.d[0].token.b[0], 3);
}

/* One that is refused keeps none of the others; a newer one is tried. */
static void test_refused_one(void **state)
{
	static const struct ts_refused old = {
		TS_REFUSE_CONFLICT, "old_proof", "a newer one is kept", NULL,
	};

	pay(1);
	pay(2);
	got.refuse = &old;
	got.only = 1;
	begin();
	until(told("kept") == 1);
	assert_int_equal(told("refused"), 1);
	assert_true(fails(NULL));
	pass(1.5);
	assert_int_equal(got.n, 2);
	got.refuse = NULL;
	pay(1);
	until(told("kept") == 2);
	assert_int_equal(told("refused"), 0);
}

static void test_refused_all(void **state)
{
	static const struct ts_refused stranger = {
		TS_REFUSE_FORBIDDEN, "not_listed", "not in mirror_for", NULL,
	};

	pay(1);
	pay(2);
	got.refuse = &stranger;
	begin();
	until(fails("not in mirror_for"));
	/* The second is not even sent in this round. */
	assert_int_equal(got.n, 1);
	assert_int_equal(told("kept"), 0);
	got.refuse = NULL;
	until(told("kept") == 2);
	assert_true(fails(NULL));
}

static void test_nobody_there(void **state)
{
	ts_portal_free(portal);
	portal = NULL;
	pay(1);
	begin();
	until(fails("onnect"));
	assert_int_equal(told("kept"), 0);
	assert_int_equal(got.n, 0);
}

static void test_ourselves(void **state)
{
	char err[300] = "";

	config->mirrors[0].address = *ts_signer_address(box->key);
	assert_null(ts_mirrors_new(loop, config, NULL, NULL, box->key, err,
				   sizeof(err)));
	assert_non_null(strstr(err, "is this box itself"));
}

#define mirror_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mirror_test(test_newest),
		mirror_test(test_not_before_its_commit),
		mirror_test(test_not_for_the_partner),
		mirror_test(test_refused_one),
		mirror_test(test_refused_all),
		mirror_test(test_nobody_there),
		mirror_test(test_ourselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
