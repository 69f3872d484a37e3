// SPDX-License-Identifier: GPL-2.0
/*
 * discovery_peers.c - who is known, for how long, and who gives way to whom.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "discovery/peers.h"

#define S	1000000000ull
#define MAX	4
#define EXPIRE	(20 * S)

static struct ts_address node(uint8_t n)
{
	struct ts_address a = { .b = { n } };

	return a;
}

static struct ts_peer_place at(uint8_t last, uint16_t port)
{
	struct ts_peer_place place = {
		.family = AF_INET, .ip = { 192, 0, 2, last }, .port = port,
	};

	return place;
}

static int learn(struct ts_peers *p, uint8_t n, uint8_t last, bool partner,
		 uint64_t now_ns)
{
	struct ts_address a = node(n);
	struct ts_peer_place place = at(last, 40001);

	return ts_peers_learn(p, &a, &place, TS_PEER_MDNS, partner, now_ns);
}

static const struct ts_peer *find(const struct ts_peers *p, uint8_t n, uint64_t now_ns)
{
	struct ts_address a = node(n);

	return ts_peers_find(p, &a, now_ns);
}

static int count(const struct ts_peer *peer, void *arg)
{
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int known(const struct ts_peers *p, uint64_t now_ns)
{
	unsigned int n = 0;

	assert_int_equal(ts_peers_each(p, now_ns, count, &n), 0);
	return n;
}

static int setup(void **state)
{
	*state = ts_peers_new(MAX, EXPIRE);
	return !*state;
}

static int teardown(void **state)
{
	ts_peers_free(*state);
	return 0;
}

static void test_seen_and_forgotten(void **state)
{
	struct ts_peers *p = *state;
	const struct ts_peer *peer;

	/* A box that has just started: the table is empty at every time. */
	assert_int_equal(known(p, 0), 0);
	assert_int_equal(known(p, 1), 0);
	assert_int_equal(learn(p, 1, 7, false, 5 * S), 1);
	assert_int_equal(learn(p, 1, 7, false, 6 * S), 0);
	peer = find(p, 1, 6 * S);
	assert_non_null(peer);
	assert_int_equal(peer->source, TS_PEER_MDNS);
	assert_int_equal(peer->seen_ns, 6 * S);
	assert_int_equal(peer->place.ip[3], 7);
	assert_non_null(find(p, 1, 26 * S - 1));
	assert_null(find(p, 1, 26 * S));
	assert_int_equal(known(p, 26 * S), 0);
	/* Heard of again, it is news. */
	assert_int_equal(learn(p, 1, 7, false, 30 * S), 1);
	/* A reader whose time is older than the last packet. */
	assert_non_null(find(p, 1, 29 * S));
}

static void test_moves(void **state)
{
	struct ts_peers *p = *state;
	struct ts_address a = node(1);
	struct ts_peer_place other_port = at(8, 40002);

	assert_int_equal(learn(p, 1, 7, false, S), 1);
	assert_int_equal(learn(p, 1, 8, false, 2 * S), 1);
	assert_int_equal(find(p, 1, 2 * S)->place.ip[3], 8);
	assert_int_equal(ts_peers_learn(p, &a, &other_port, TS_PEER_MDNS,
					false, 3 * S), 1);
	assert_int_equal(find(p, 1, 3 * S)->place.port, 40002);
	assert_int_equal(known(p, 3 * S), 1);
}

static void test_static(void **state)
{
	struct ts_peers *p = *state;
	struct ts_peer list[2] = {
		{ .address = node(1), .place = at(1, 1), .source = TS_PEER_MDNS, .seen_ns = 9 },
		{ .address = node(2), .place = at(2, 2) },
	};

	assert_int_equal(learn(p, 1, 77, false, S), 1);
	assert_int_equal(ts_peers_set(p, list, 2), 0);
	/* What was heard before does not count, what is heard now neither. */
	assert_int_equal(known(p, S), 2);
	assert_int_equal(find(p, 1, S)->place.ip[3], 1);
	assert_int_equal(find(p, 1, S)->source, TS_PEER_STATIC);
	assert_int_equal(learn(p, 1, 77, true, 2 * S), -EEXIST);
	assert_int_equal(find(p, 1, 2 * S)->place.port, 1);
	/* It never expires. */
	assert_non_null(find(p, 2, UINT64_MAX));
	/* Named no more: it has to be heard of again. */
	assert_int_equal(ts_peers_set(p, list + 1, 1), 0);
	assert_null(find(p, 1, 2 * S));
	assert_int_equal(learn(p, 1, 77, false, 3 * S), 1);
	assert_int_equal(ts_peers_set(p, NULL, 0), 0);
	assert_int_equal(known(p, 3 * S), 1);
}

static void test_full(void **state)
{
	struct ts_peers *p = *state;
	uint8_t i;

	for (i = 0; i < MAX; i++)
		assert_int_equal(learn(p, 10 + i, i, false, S + i), 1);
	assert_int_equal(learn(p, 99, 99, false, 2 * S), -ENOSPC);
	/* Who is in it stays in it. */
	assert_int_equal(learn(p, 10, 0, false, 3 * S), 0);
	/* A partner takes the place of the stranger who is silent for longest. */
	assert_int_equal(learn(p, 50, 50, true, 3 * S), 1);
	assert_null(find(p, 11, 3 * S));
	assert_non_null(find(p, 10, 3 * S));
	for (i = 1; i < MAX; i++)
		assert_int_equal(learn(p, 50 + i, i, true, 3 * S), 1);
	/* And never that of another partner. */
	assert_int_equal(learn(p, 60, 60, true, 3 * S), -ENOSPC);
	assert_int_equal(known(p, 3 * S), MAX);
	/* Who is gone leaves room. */
	assert_int_equal(learn(p, 99, 99, false, 3 * S + EXPIRE), 1);
	assert_int_equal(known(p, 3 * S + EXPIRE), 1);
}

/* Anybody can announce anything; a message that is new and signed is better. */
static void test_a_message_outranks_an_announcement(void **state)
{
	struct ts_peers *p = *state;
	struct ts_peer_place place = at(7, 40001);
	struct ts_address a = node(1);

	assert_int_equal(learn(p, 1, 1, true, S), 1);
	assert_int_equal(ts_peers_learn(p, &a, &place, TS_PEER_MESSAGE, true,
					2 * S), 1);
	assert_int_equal(learn(p, 1, 2, true, 3 * S), 0);
	assert_memory_equal(&find(p, 1, 3 * S)->place, &place, sizeof(place));
	/* It is silent for long: then an announcement is better than nothing. */
	assert_non_null(find(p, 1, 601 * S));
	assert_null(find(p, 1, 602 * S));
	assert_int_equal(learn(p, 1, 2, true, 602 * S), 1);
	assert_int_equal(find(p, 1, 602 * S)->source, TS_PEER_MDNS);
}

static int stop(const struct ts_peer *peer, void *arg)
{
	return 7;
}

static void test_each_ends(void **state)
{
	struct ts_peers *p = *state;

	assert_int_equal(ts_peers_each(p, S, stop, NULL), 0);
	learn(p, 1, 1, false, S);
	assert_int_equal(ts_peers_each(p, S, stop, NULL), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_seen_and_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_message_outranks_an_announcement,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_ends, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
