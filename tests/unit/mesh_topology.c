// SPDX-License-Identifier: GPL-2.0
/*
 * mesh_topology.c - what follows from batman-adv's tables.
 *
 *	A ==== B --- C (gateway)	A and B have two radios; we are A
 *	 \____ D ____/
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mesh_box.h"

static const uint8_t secret[TS_BATADV_HASH_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t no_vlan[2];

/** struct fixture - the model, and tables to bring it up to date with */
struct fixture {
	struct ts_topology *t;
	struct ts_batadv_tables in;
};

static void fresh(struct fixture *f)
{
	ts_batadv_tables_free(&f->in);
	ts_batadv_tables_init(&f->in, secret);
	memcpy(f->in.mesh.own, mac('a', 1).b, TS_MAC_LEN);
	add_hardif(&f->in, mac('a', 1));
	add_hardif(&f->in, mac('a', 2));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return 1;
	f->t = ts_topology_new(100);
	ts_batadv_tables_init(&f->in, secret);
	fresh(f);
	*state = f;
	return !f->t;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ts_topology_free(f->t);
	ts_batadv_tables_free(&f->in);
	free(f);
	return 0;
}

static int update(struct fixture *f)
{
	ts_batadv_tables_sort(&f->in);
	return ts_topology_update(f->t, &f->in, NULL, 0);
}

/* Each box announces its mesh device. */
static void announce(struct fixture *f, const char *boxes)
{
	for (; *boxes; boxes++)
		add_global(&f->in, mac(*boxes, 9), mac(*boxes, 1));
}

/**
 * struct way - a row of originators; in a list the last one has no @dest
 * @dest: the box and its interface, as "c1"
 * @via: likewise of the neighbour
 * @metric: of the way
 * @best: it is the one that is taken
 */
struct way {
	const char *dest;
	const char *via;
	uint32_t metric;
	bool best;
};

static struct mac named(const char *name)
{
	return mac(name[0], name[1] - '0');
}

/* Neighbours as "b1b2", the ways that they tell of, and which boxes announce themselves. */
static void tell(struct fixture *f, const char *neighbours, const struct way *w,
		 const char *boxes)
{
	for (; *neighbours; neighbours += 2)
		add_neighbour(&f->in, named(neighbours));
	for (; w->dest; w++)
		add_originator(&f->in, named(w->dest), named(w->via), w->metric, w->best);
	announce(f, boxes);
}

/* As B.A.T.M.A.N. IV tells it. */
static void mesh_iv(struct fixture *f)
{
	static const struct way ways[] = {
		{ "b1", "b1", 255, true },
		{ "b1", "b2", 240, false },
		{ "b2", "b2", 241, true },
		{ "c1", "b1", 225, true },
		{ "c1", "b2", 212, false },
		{ "c1", "d1", 200, false },
		{ "d1", "d1", 255, true },
		{ "d1", "b2", 190, false },
		{ }
	};

	tell(f, "b1b2d1", ways, "bcd");
	add_gateway(&f->in, mac('c', 1));
}

static const struct ts_mesh_neighbour *via(const struct fixture *f, struct mac dest)
{
	return ts_topology_route(f->t, dest.b);
}

static bool is(const struct ts_mesh_neighbour *n, struct mac orig)
{
	return n && !memcmp(n->orig, orig.b, TS_MAC_LEN);
}

static bool heard_as(const struct fixture *f, struct mac m, struct mac orig)
{
	return is(ts_topology_heard(f->t, m.b), orig);
}

static void test_two_radios(void **state)
{
	const struct ts_mesh_neighbour *b;
	struct fixture *f = *state;

	mesh_iv(f);
	assert_true(update(f) > 0);
	assert_int_equal(f->t->n_neighbours, 2);
	b = ts_topology_neighbour(f->t, mac('b', 1).b);
	assert_non_null(b);
	assert_int_equal(b->n_macs, 2);
	assert_false(b->bound);
	assert_true(heard_as(f, mac('b', 2), mac('b', 1)));
	assert_true(heard_as(f, mac('d', 1), mac('d', 1)));
	assert_true(is(via(f, mac('c', 1)), mac('b', 1)));
	assert_true(is(via(f, mac('b', 2)), mac('b', 1)));
	assert_null(via(f, mac('e', 1)));
}

/* V has no row of the second radio's own; the metric is the throughput. */
static void test_two_radios_v(void **state)
{
	static const struct way ways[] = {
		{ "b1", "b1", 10000, true },
		{ "b1", "b2", 9000, false },
		{ "c1", "b1", 8800, true },
		{ "c1", "b2", 7900, false },
		{ }
	};
	struct fixture *f = *state;

	tell(f, "b1b2", ways, "bc");
	update(f);
	assert_int_equal(f->t->n_neighbours, 1);
	assert_true(heard_as(f, mac('b', 2), mac('b', 1)));
}

/* Our first radio and theirs do not hear each other. */
static void test_second_radio_alone(void **state)
{
	static const struct way ways[] = {
		{ "b1", "b2", 240, true },
		{ "b2", "b2", 241, true },
		{ "c1", "b2", 212, true },
		{ }
	};
	struct fixture *f = *state;

	tell(f, "b2", ways, "bc");
	update(f);
	assert_int_equal(f->t->n_neighbours, 1);
	assert_true(heard_as(f, mac('b', 2), mac('b', 1)));
	assert_true(is(via(f, mac('c', 1)), mac('b', 1)));
}

/* A box that has just come, and what it passes on: not the uplink's radio. */
static void test_new_box_is_its_own(void **state)
{
	static const struct way ways[] = {
		{ "d1", "d1", 255, true },
		{ "c1", "d1", 225, true },
		{ }
	};
	struct fixture *f = *state;

	tell(f, "d1", ways, "c");
	update(f);
	assert_true(heard_as(f, mac('d', 1), mac('d', 1)));
	announce(f, "d");
	update(f);
	assert_true(heard_as(f, mac('d', 1), mac('d', 1)));
}

/* As good as each other: then nobody knows. */
static void test_tie_is_not_folded(void **state)
{
	static const struct way ways[] = {
		{ "b1", "b2", 240, true },
		{ "c1", "b2", 240, true },
		{ }
	};
	struct fixture *f = *state;

	tell(f, "b2", ways, "bc");
	update(f);
	assert_true(heard_as(f, mac('b', 2), mac('b', 2)));
}

/* Metrics go up and down; the account of a MAC does not. */
static void test_fold_stays(void **state)
{
	static const struct way ways[] = {
		{ "b1", "b2", 200, true },
		{ "c1", "b2", 212, true },
		{ }
	};
	struct fixture *f = *state;

	mesh_iv(f);
	update(f);
	fresh(f);
	tell(f, "b2", ways, "bc");
	update(f);
	assert_true(heard_as(f, mac('b', 2), mac('b', 1)));
	/* But what announces clients is a box. */
	announce(f, "bcd");
	add_global(&f->in, mac('k', 1), mac('b', 2));
	update(f);
	assert_true(heard_as(f, mac('b', 2), mac('b', 2)));
}

static void test_hello_binds(void **state)
{
	struct ts_mesh_binding binding = { .n_macs = 2 };
	struct fixture *f = *state;

	memcpy(binding.orig, mac('d', 1).b, TS_MAC_LEN);
	memcpy(binding.mac[0], mac('d', 1).b, TS_MAC_LEN);
	memcpy(binding.mac[1], mac('b', 2).b, TS_MAC_LEN);
	mesh_iv(f);
	ts_batadv_tables_sort(&f->in);
	assert_true(ts_topology_update(f->t, &f->in, &binding, 1) > 0);
	assert_true(heard_as(f, mac('b', 2), mac('d', 1)));
	assert_true(ts_topology_neighbour(f->t, mac('d', 1).b)->bound);
	assert_false(ts_topology_neighbour(f->t, mac('b', 1).b)->bound);
	/* It has run out. */
	assert_true(update(f) & TS_TOPOLOGY_NEIGHBOURS);
	assert_false(ts_topology_neighbour(f->t, mac('d', 1).b)->bound);
}

static void test_route_change(void **state)
{
	static const struct way ways[] = {
		{ "b1", "b1", 255, true },
		{ "b1", "b2", 240, false },
		{ "b2", "b2", 241, true },
		{ "c1", "b1", 100, false },
		{ "c1", "d1", 200, true },
		{ "d1", "d1", 255, true },
		{ }
	};
	struct fixture *f = *state;
	uint64_t routes, gateways;

	mesh_iv(f);
	update(f);
	routes = f->t->route_generation;
	gateways = f->t->gateway_generation;
	assert_true(routes > 100);
	assert_true(gateways > 100);
	assert_int_equal(update(f), 0);
	assert_int_equal(f->t->route_generation, routes);
	fresh(f);
	tell(f, "b1b2d1", ways, "bcd");
	add_gateway(&f->in, mac('c', 1));
	assert_int_equal(update(f), TS_TOPOLOGY_ROUTES);
	assert_true(is(via(f, mac('c', 1)), mac('d', 1)));
	assert_true(f->t->route_generation > routes);
	assert_int_equal(f->t->gateway_generation, gateways);
}

static void test_gateways(void **state)
{
	struct fixture *f = *state;

	mesh_iv(f);
	add_global(&f->in, mac('u', 1), mac('c', 1));
	add_global(&f->in, mac('k', 1), mac('d', 1));
	update(f);
	assert_int_equal(f->t->gateways.n, 1);
	assert_true(ts_macs_have(&f->t->gateways, mac('c', 1).b));
	assert_true(ts_macs_have(&f->t->behind, mac('c', 9).b));
	assert_true(ts_macs_have(&f->t->behind, mac('u', 1).b));
	assert_false(ts_macs_have(&f->t->behind, mac('k', 1).b));
	/* Who roams away from a gateway is behind it no more. */
	fresh(f);
	mesh_iv(f);
	add_global(&f->in, mac('u', 1), mac('d', 1));
	add_global(&f->in, mac('k', 1), mac('d', 1));
	assert_int_equal(update(f), TS_TOPOLOGY_GATEWAYS | TS_TOPOLOGY_CLIENTS);
	assert_false(ts_macs_have(&f->t->behind, mac('u', 1).b));
}

static void test_clients(void **state)
{
	const struct ts_mesh_client *c;
	struct fixture *f = *state;

	mesh_iv(f);
	add_global(&f->in, mac('k', 1), mac('d', 1));
	update(f);
	c = ts_topology_client(f->t, mac('k', 1).b, no_vlan);
	assert_non_null(c);
	assert_memory_equal(c->orig, mac('d', 1).b, TS_MAC_LEN);
	add_local(&f->in, mac('k', 1));
	assert_int_equal(update(f), TS_TOPOLOGY_CLIENTS);
	c = ts_topology_client(f->t, mac('k', 1).b, no_vlan);
	assert_memory_equal(c->orig, mac('a', 1).b, TS_MAC_LEN);
	assert_null(ts_topology_client(f->t, mac('k', 2).b, no_vlan));
}

/* Somebody invents neighbours, originators, gateways and clients by thousands. */
static void test_hostile_mesh(void **state)
{
	struct ts_batadv_tables last;
	struct fixture *f = *state;
	struct mac m = { { 6 } };
	unsigned int i;

	mesh_iv(f);
	update(f);
	last = f->in;
	ts_batadv_tables_init(&f->in, secret);
	fresh(f);
	remember(&last);
	for (i = 0; i < 9000; i++) {
		m.b[4] = i >> 8;
		m.b[5] = i;
		add_neighbour(&f->in, m);
		add_originator(&f->in, m, m, 255, true);
		add_gateway(&f->in, m);
		add_global(&f->in, m, mac('c', 1));
	}
	mesh_iv(f);
	remember(NULL);
	ts_batadv_tables_free(&last);
	assert_true(update(f) > 0);
	assert_true(f->t->crowded);
	assert_true(f->t->n_neighbours <= TS_TOPOLOGY_NEIGHBOURS_MAX);
	assert_true(f->t->n_routes <= TS_TOPOLOGY_ROUTES_MAX);
	assert_true(f->t->gateways.n <= TS_TOPOLOGY_GATEWAYS_MAX);
	assert_true(f->t->behind.n <= TS_TOPOLOGY_BEHIND_MAX);
	assert_true(heard_as(f, mac('b', 1), mac('b', 1)));
	assert_true(heard_as(f, mac('b', 2), mac('b', 1)));
	assert_true(is(via(f, mac('c', 1)), mac('b', 1)));
	assert_true(ts_macs_have(&f->t->behind, mac('c', 9).b));
}

static void test_settings(void **state)
{
	struct fixture *f = *state;

	mesh_iv(f);
	update(f);
	assert_null(ts_topology_refused(f->t));
	assert_null(ts_topology_warning(f->t, 0));
	f->in.mesh.network_coding = true;
	f->in.mesh.ap_isolation = true;
	f->in.mesh.bridge_loop_avoidance = true;
	assert_int_equal(update(f), TS_TOPOLOGY_SETTINGS);
	assert_non_null(strstr(ts_topology_refused(f->t), "network coding"));
	assert_non_null(strstr(ts_topology_warning(f->t, 0), "bridge loop"));
	assert_non_null(strstr(ts_topology_warning(f->t, 1), "isolation"));
	assert_null(ts_topology_warning(f->t, 2));
}

#define with(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with(test_two_radios),
		with(test_two_radios_v),
		with(test_second_radio_alone),
		with(test_new_box_is_its_own),
		with(test_tie_is_not_folded),
		with(test_fold_stays),
		with(test_hello_binds),
		with(test_route_change),
		with(test_gateways),
		with(test_clients),
		with(test_hostile_mesh),
		with(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
