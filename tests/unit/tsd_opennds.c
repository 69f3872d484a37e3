// SPDX-License-Identifier: GPL-2.0
/* What openNDS is told, and when: the plan, against an openNDS and a billing that misbehave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/opennds_plan.h"

#define S_NS 1000000000ull
#define ALICE "0000000000000001"
#define BOB "0000000000000002"

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa };
static const uint8_t mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static int setup(void **state)
{
	*state = ts_nds_plan_new();
	return !*state;
}

static int teardown(void **state)
{
	ts_nds_plan_free(*state);
	return 0;
}

static struct ts_session_view session(const uint8_t mac[6], enum ts_session_state state)
{
	struct ts_session_view v = { .has_station = true, .state = state };

	memcpy(v.station.mac, mac, 6);
	return v;
}

static void pays(struct ts_nds_plan *p, const char *code, const uint8_t mac[6],
		 uint64_t now_ns)
{
	struct ts_session_view v = session(mac, TS_SESSION_PAID);

	assert_int_equal(ts_nds_plan_session(p, code, &v, now_ns), 0);
}

static void is_dry(struct ts_nds_plan *p, const char *code, const uint8_t mac[6],
		   uint64_t now_ns)
{
	struct ts_session_view v = session(mac, TS_SESSION_DRY);

	assert_int_equal(ts_nds_plan_session(p, code, &v, now_ns), 0);
}

/* The next command at this time is this one; of a list @mac is NULL. */
static void expect(struct ts_nds_plan *p, uint64_t now_ns, enum ts_nds_verb verb,
		   const uint8_t *mac)
{
	struct ts_nds_call call;

	assert_true(ts_nds_plan_next(p, now_ns, &call));
	assert_int_equal(call.verb, verb);
	if (mac)
		assert_memory_equal(call.mac, mac, 6);
	/* One at a time. */
	assert_false(ts_nds_plan_next(p, now_ns, &call));
	assert_true(ts_nds_plan_deadline(p) == UINT64_MAX);
}

static void nothing(struct ts_nds_plan *p, uint64_t now_ns)
{
	struct ts_nds_call call;

	assert_false(ts_nds_plan_next(p, now_ns, &call));
	assert_true(ts_nds_plan_deadline(p) > now_ns);
}

/* A list with up to two clients. */
static void list(struct ts_nds_plan *p, uint64_t now_ns, const uint8_t *one,
		 const uint8_t *other)
{
	expect(p, now_ns, TS_NDS_LIST, NULL);
	if (one)
		ts_nds_plan_listed(p, one);
	if (other)
		ts_nds_plan_listed(p, other);
	ts_nds_plan_done(p, TS_NDS_DONE, now_ns);
}

static void does(struct ts_nds_plan *p, uint64_t now_ns, enum ts_nds_verb verb,
		 const uint8_t *mac)
{
	expect(p, now_ns, verb, mac);
	ts_nds_plan_done(p, TS_NDS_DONE, now_ns);
}

static void test_paid_and_dry(void **state)
{
	struct ts_nds_plan *p = *state;

	list(p, 0, NULL, NULL);
	nothing(p, 0);
	assert_true(ts_nds_plan_deadline(p) == UINT64_MAX);
	pays(p, ALICE, mac_a, S_NS);
	assert_true(ts_nds_plan_deadline(p) <= S_NS);
	does(p, S_NS, TS_NDS_AUTH, mac_a);
	nothing(p, S_NS);
	is_dry(p, ALICE, mac_a, 2 * S_NS);
	/* Who pays at once is not put out. */
	nothing(p, 3 * S_NS);
	pays(p, ALICE, mac_a, 3 * S_NS);
	nothing(p, 5 * S_NS);
	is_dry(p, ALICE, mac_a, 5 * S_NS);
	does(p, 7 * S_NS, TS_NDS_DEAUTH, mac_a);
	nothing(p, 8 * S_NS);
	assert_true(ts_nds_plan_deadline(p) == UINT64_MAX);
	pays(p, ALICE, mac_a, 9 * S_NS);
	does(p, 9 * S_NS, TS_NDS_AUTH, mac_a);
}

/* tsd was dead: what openNDS thinks is asked before anything is done. */
static void test_start(void **state)
{
	struct ts_nds_plan *p = *state;

	pays(p, ALICE, mac_a, 0);
	list(p, 0, mac_b, NULL);
	expect(p, 0, TS_NDS_AUTH, mac_a);
	ts_nds_plan_done(p, TS_NDS_DONE, 0);
	does(p, 0, TS_NDS_DEAUTH, mac_b);
	nothing(p, 0);
}

/* A MAC that was copied to another port, and pays nothing there. */
static void test_clone(void **state)
{
	struct ts_session_view clone = session(mac_a, TS_SESSION_NEVER_PAID);
	struct ts_nds_plan *p = *state;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	does(p, 0, TS_NDS_AUTH, mac_a);
	clone.station.zone = 7;
	ts_nds_plan_session(p, BOB, &clone, S_NS);
	clone.state = TS_SESSION_DRY;
	ts_nds_plan_session(p, BOB, &clone, S_NS);
	ts_nds_plan_session(p, BOB, NULL, S_NS);
	nothing(p, 10 * S_NS);
	ts_nds_plan_sweep_begin(p);
	pays(p, ALICE, mac_a, 10 * S_NS);
	ts_nds_plan_session(p, BOB, &clone, 10 * S_NS);
	ts_nds_plan_sweep_end(p, 10 * S_NS);
	nothing(p, 14 * S_NS);
}

/* A session goes to another station, or ends unheard. */
static void test_gone(void **state)
{
	struct ts_nds_plan *p = *state;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	does(p, 0, TS_NDS_AUTH, mac_a);
	pays(p, ALICE, mac_b, S_NS);
	does(p, S_NS, TS_NDS_AUTH, mac_b);
	does(p, 3 * S_NS, TS_NDS_DEAUTH, mac_a);
	ts_nds_plan_sweep_begin(p);
	ts_nds_plan_sweep_end(p, 4 * S_NS);
	does(p, 6 * S_NS, TS_NDS_DEAUTH, mac_b);
	pays(p, ALICE, mac_a, 7 * S_NS);
	does(p, 7 * S_NS, TS_NDS_AUTH, mac_a);
	ts_nds_plan_session(p, ALICE, NULL, 8 * S_NS);
	does(p, 10 * S_NS, TS_NDS_DEAUTH, mac_a);
}

static void test_away(void **state)
{
	struct ts_nds_plan *p = *state;
	struct ts_nds_counts n;

	pays(p, ALICE, mac_a, 0);
	list(p, 0, NULL, NULL);
	does(p, 0, TS_NDS_AUTH, mac_a);
	expect(p, 15 * S_NS, TS_NDS_LIST, NULL);
	ts_nds_plan_done(p, TS_NDS_AWAY, 15 * S_NS);
	ts_nds_plan_counts(p, &n);
	assert_false(n.known);
	assert_int_equal(n.authenticated, 0);
	nothing(p, 16 * S_NS);
	expect(p, 17 * S_NS, TS_NDS_LIST, NULL);
	ts_nds_plan_done(p, TS_NDS_AWAY, 17 * S_NS);
	/* It is back, and has forgotten all. */
	list(p, 19 * S_NS, NULL, NULL);
	does(p, 19 * S_NS, TS_NDS_AUTH, mac_a);
	/* It was killed and started between two lists. */
	list(p, 34 * S_NS, NULL, NULL);
	does(p, 34 * S_NS, TS_NDS_AUTH, mac_a);
}

static void test_busy(void **state)
{
	struct ts_nds_plan *p = *state;
	unsigned int i;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	for (i = 0; i < 100; i++) {
		expect(p, i * S_NS, TS_NDS_AUTH, mac_a);
		ts_nds_plan_done(p, TS_NDS_BUSY, i * S_NS);
		nothing(p, i * S_NS);
	}
	does(p, i * S_NS, TS_NDS_AUTH, mac_a);
}

/* Refused: it was let in already, or is not there; that is not asked without a pause. */
static void test_refused(void **state)
{
	struct ts_nds_plan *p = *state;
	struct ts_session_view back;
	uint64_t now_ns = 0;
	unsigned int i, asked = 0;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	expect(p, 0, TS_NDS_AUTH, mac_a);
	ts_nds_plan_done(p, TS_NDS_REFUSED, 0);
	list(p, 0, mac_a, NULL);
	nothing(p, 10 * S_NS);

	pays(p, BOB, mac_b, 11 * S_NS);
	for (i = 0; i < 7200; i++) {
		struct ts_nds_call call;

		now_ns = (11 + i) * S_NS;
		while (ts_nds_plan_next(p, now_ns, &call)) {
			asked += call.verb == TS_NDS_AUTH;
			if (call.verb == TS_NDS_LIST)
				ts_nds_plan_listed(p, mac_a);
			ts_nds_plan_done(p, call.verb == TS_NDS_LIST ? TS_NDS_DONE :
					 TS_NDS_REFUSED, now_ns);
		}
	}
	assert_in_range(asked, 15, 30);
	/* It is heard again. */
	back = session(mac_b, TS_SESSION_PAID);
	back.account_id = 9;
	ts_nds_plan_session(p, BOB, &back, now_ns);
	does(p, now_ns, TS_NDS_AUTH, mac_b);
	/* Who cannot be put out is out, or else there is a pause. */
	is_dry(p, BOB, mac_b, now_ns);
	for (i = 2; i < 18; i = 2 * i + 1) {
		expect(p, now_ns + i * S_NS, TS_NDS_DEAUTH, mac_b);
		ts_nds_plan_done(p, TS_NDS_REFUSED, now_ns + i * S_NS);
		list(p, now_ns + i * S_NS, mac_a, mac_b);
		nothing(p, now_ns + i * S_NS);
	}
	expect(p, now_ns + i * S_NS, TS_NDS_DEAUTH, mac_b);
	ts_nds_plan_done(p, TS_NDS_REFUSED, now_ns + i * S_NS);
	list(p, now_ns + i * S_NS, mac_a, NULL);
	nothing(p, now_ns + i * S_NS);
}

/* A client can write into the list: that keeps nobody else out. */
static void test_spoilt_list(void **state)
{
	struct ts_nds_plan *p = *state;
	uint64_t now_ns;

	pays(p, ALICE, mac_a, 0);
	expect(p, 0, TS_NDS_LIST, NULL);
	ts_nds_plan_done(p, TS_NDS_FAILED, 0);
	nothing(p, 0);
	does(p, S_NS, TS_NDS_AUTH, mac_a);
	for (now_ns = 16 * S_NS; now_ns < 600 * S_NS; now_ns += 70 * S_NS) {
		expect(p, now_ns, TS_NDS_LIST, NULL);
		ts_nds_plan_done(p, TS_NDS_FAILED, now_ns);
	}
	is_dry(p, ALICE, mac_a, now_ns);
	does(p, now_ns + 2 * S_NS, TS_NDS_DEAUTH, mac_a);
	/* A list refused is no list. */
	expect(p, now_ns + 17 * S_NS, TS_NDS_LIST, NULL);
	ts_nds_plan_done(p, TS_NDS_REFUSED, now_ns + 17 * S_NS);
	nothing(p, now_ns + 17 * S_NS);
}

static void event(struct ts_nds_plan *p, const char *method, const uint8_t mac[6],
		  uint64_t now_ns)
{
	assert_int_equal(ts_nds_plan_event(p, method, mac, now_ns), 0);
}

static void test_events(void **state)
{
	static const char *const own[] = {
		"idle_deauth", "timeout_deauth", "downquota_deauth", "upquota_deauth",
		"shutdown_deauth",
	};
	struct ts_nds_plan *p = *state;
	struct ts_nds_counts n;
	unsigned int i;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	does(p, 0, TS_NDS_AUTH, mac_a);
	/* Its housekeeping: who has paid is let in again. */
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		event(p, own[i], mac_a, S_NS);
		does(p, S_NS, TS_NDS_AUTH, mac_a);
	}
	/* Put out by somebody: held until it comes by itself. */
	event(p, "ndsctl_deauth", mac_a, 2 * S_NS);
	nothing(p, 10 * S_NS);
	ts_nds_plan_counts(p, &n);
	assert_int_equal(n.held, 1);
	pays(p, ALICE, mac_a, 10 * S_NS);
	nothing(p, 11 * S_NS);
	assert_true(ts_nds_plan_visit(p, mac_a, 11 * S_NS));
	event(p, "auth_client", mac_a, 11 * S_NS);
	event(p, "client_auth", mac_a, 11 * S_NS);
	nothing(p, 11 * S_NS);
	list(p, 12 * S_NS, mac_a, NULL);
	/* Or pays after it was dry. */
	event(p, "client_deauth", mac_a, 12 * S_NS);
	is_dry(p, ALICE, mac_a, 12 * S_NS);
	pays(p, ALICE, mac_a, 12 * S_NS);
	does(p, 12 * S_NS, TS_NDS_AUTH, mac_a);
	/* Our own is none of these, when the payment comes meanwhile. */
	is_dry(p, ALICE, mac_a, 13 * S_NS);
	expect(p, 15 * S_NS, TS_NDS_DEAUTH, mac_a);
	pays(p, ALICE, mac_a, 15 * S_NS);
	event(p, "ndsctl_deauth", mac_a, 15 * S_NS);
	ts_nds_plan_done(p, TS_NDS_DONE, 15 * S_NS);
	does(p, 15 * S_NS, TS_NDS_AUTH, mac_a);
	/* Somebody let in who has not paid. */
	event(p, "ndsctl_auth", mac_b, 16 * S_NS);
	does(p, 16 * S_NS, TS_NDS_DEAUTH, mac_b);
	assert_int_equal(ts_nds_plan_event(p, "download_throttle", mac_a, 0), -EINVAL);
	assert_int_equal(ts_nds_plan_event(p, "", mac_a, 0), -EINVAL);
	/* Of whom nothing is known, nothing follows. */
	event(p, "timeout_deauth", mac_b, 17 * S_NS);
	nothing(p, 17 * S_NS);
}

/* An event while the list is on its way is newer than the list. */
static void test_stale_list(void **state)
{
	struct ts_nds_plan *p = *state;

	list(p, 0, NULL, NULL);
	pays(p, ALICE, mac_a, 0);
	does(p, 0, TS_NDS_AUTH, mac_a);
	expect(p, 15 * S_NS, TS_NDS_LIST, NULL);
	ts_nds_plan_listed(p, mac_a);
	event(p, "timeout_deauth", mac_a, 15 * S_NS);
	ts_nds_plan_done(p, TS_NDS_DONE, 15 * S_NS);
	does(p, 15 * S_NS, TS_NDS_AUTH, mac_a);
	expect(p, 30 * S_NS, TS_NDS_LIST, NULL);
	event(p, "ndsctl_auth", mac_b, 30 * S_NS);
	ts_nds_plan_listed(p, mac_a);
	ts_nds_plan_done(p, TS_NDS_DONE, 30 * S_NS);
	does(p, 30 * S_NS, TS_NDS_DEAUTH, mac_b);
}

/* openNDS's door: once, for a wrong faskey would send browsers round for ever. */
static void test_door(void **state)
{
	struct ts_nds_plan *p = *state;

	list(p, 0, NULL, NULL);
	assert_false(ts_nds_plan_visit(p, mac_a, 0));
	pays(p, ALICE, mac_a, 0);
	does(p, 0, TS_NDS_AUTH, mac_a);
	/* It thinks otherwise than we do. */
	assert_true(ts_nds_plan_visit(p, mac_a, S_NS));
	assert_false(ts_nds_plan_visit(p, mac_a, S_NS));
	nothing(p, S_NS);
	does(p, 2 * S_NS, TS_NDS_AUTH, mac_a);
	assert_true(ts_nds_plan_visit(p, mac_a, 3 * S_NS));
	/* Dry before that was found out: it is, and nobody is forgotten in there. */
	is_dry(p, ALICE, mac_a, 3 * S_NS);
	list(p, 4 * S_NS, mac_a, NULL);
	does(p, 5 * S_NS, TS_NDS_DEAUTH, mac_a);
	nothing(p, 6 * S_NS);
}

static void test_full(void **state)
{
	struct ts_nds_plan *p = *state;
	struct ts_session_view v;
	uint8_t mac[6] = { 2 };
	char code[TS_CODE_SIZE];
	unsigned int i;

	list(p, 0, NULL, NULL);
	for (i = 0; i <= TS_NDS_CLIENTS_MAX; i++) {
		memcpy(mac + 2, &i, 4);
		snprintf(code, sizeof(code), "%016u", i);
		v = session(mac, TS_SESSION_PAID);
		assert_int_equal(ts_nds_plan_session(p, code, &v, 0),
				 i < TS_NDS_CLIENTS_MAX ? 0 : -ENOSPC);
	}
	assert_int_equal(ts_nds_plan_event(p, "ndsctl_auth", mac, 0), -ENOSPC);
	for (i = 0; i < TS_NDS_CLIENTS_MAX; i++)
		does(p, S_NS, TS_NDS_AUTH, NULL);
	nothing(p, S_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paid_and_dry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_start, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spoilt_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stale_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_door, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	};

	return cmocka_run_group_tests_name("tsd_opennds", tests, NULL, NULL);
}
