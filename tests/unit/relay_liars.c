// SPDX-License-Identifier: GPL-2.0
/*
 * relay_liars.c - what is in it for a neighbour that lies, on roads good and bad, by
 * either rule of who pays; and that on the same roads nobody honest is called a liar.
 *
 * What one side gave is what it carried and what it paid.  What a liar gains is by how
 * much the other gave more: after each second no more than 2 % of all that was carried,
 * and one window.
 *
 *	RELAY_LIARS	how many games of each kind (default 1)
 *	RELAY_HONEST	how many honest ones on each road (default 2)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay_scene.h"

/* Until both have met, and have counted together. */
#define BEFORE		5
/* Carried in a second at most, of each kind; a window is four MiB. */
#define MOST_BYTES	(MIB / 2)

enum lie { CLAIMS, HIDES, PADS };

/* Who pays: who asked, for both directions; or on each link who sends there. */
enum rule { REQUESTER, SENDER };

static const char *const lie_names[] = { "claims", "hides", "pads" };
static const char *const rule_names[] = { "requester", "sender" };

/**
 * struct road - what else is the matter on a link
 * @name: for people
 * @lose_per_mille: of all messages
 * @late_s: each of them may be under way for so long
 * @up_per_mille: of frames are lost on the way to be carried on
 * @down_per_mille: likewise when they were carried
 * @kill_per_mille: processes between two steps
 * @cut_per_mille: seconds in which a box has no power; its counters begin anew
 * @flap_per_mille: seconds in which the route moves away, or comes back
 * @dry_per_mille: seconds in which a box stops paying, or pays again
 */
struct road {
	const char *name;
	unsigned int lose_per_mille;
	unsigned int late_s;
	unsigned int up_per_mille;
	unsigned int down_per_mille;
	unsigned int kill_per_mille;
	unsigned int cut_per_mille;
	unsigned int flap_per_mille;
	unsigned int dry_per_mille;
};

static const struct road good = { .name = "good" };
/* Up and down it loses within the tolerance; with power cuts it costs more than a window. */
static const struct road bad = {
	.name = "bad", .lose_per_mille = 50, .late_s = 10, .up_per_mille = 10,
	.down_per_mille = 10, .kill_per_mille = 1, .flap_per_mille = 20,
};

static const struct road honest_roads[] = {
	{ .name = "good" },
	{ .name = "late", .late_s = 10, .down_per_mille = 15 },
	{ .name = "loses messages", .lose_per_mille = 50, .up_per_mille = 50 },
	{ .name = "restarts", .kill_per_mille = 2, .late_s = 5 },
	{ .name = "power cuts", .cut_per_mille = 10, .late_s = 5 },
	{ .name = "dry", .dry_per_mille = 50 },
	{ .name = "flaps", .flap_per_mille = 100, .late_s = 10 },
	{ .name = "all", .lose_per_mille = 50, .late_s = 10, .up_per_mille = 50,
	  .down_per_mille = 10, .kill_per_mille = 1, .cut_per_mille = 5,
	  .flap_per_mille = 20, .dry_per_mille = 10 },
};

/**
 * struct game - one
 * @rule: of who pays
 * @road: what else is the matter
 * @away: the route leads elsewhere
 * @padded_bytes: that are made up in a second
 */
struct game {
	enum rule rule;
	const struct road *road;
	bool away;
	uint64_t padded_bytes;
};

static bool happens(unsigned int per_mille)
{
	return per_mille && mesh_dice(&mesh, 1000) < per_mille;
}

static void open_game(struct game *g, enum rule rule, const struct road *road,
		      uint64_t seed)
{
	*g = (struct game){ .rule = rule, .road = road };
	mesh_open(&mesh);
	mesh.random ^= seed * 0x9e3779b97f4a7c15ull;
	/* What a stranger refuses its sender has counted: they meet first. */
	mesh_run(&mesh, 3);
	mesh.lose_per_mille = road->lose_per_mille;
	mesh.late_s = road->late_s;
	mesh.lose_up_per_mille = road->up_per_mille;
	mesh.lose_down_per_mille = road->down_per_mille;
	mesh.kill_per_mille = road->kill_per_mille;
}

static void flap(struct game *g)
{
	if (!happens(g->road->flap_per_mille))
		return;
	g->away = !g->away;
	ts_relay_way(buyer->relay, &seller->config.us,
		     g->away ? TS_WAY_NONE : TS_WAY_GATEWAY);
}

static void trouble(struct game *g)
{
	struct side *s;

	flap(g);
	for (s = mesh.side; s < mesh.side + 2; s++) {
		if (happens(g->road->cut_per_mille))
			mesh_power_cut(&mesh, s);
		if (happens(g->road->dry_per_mille))
			s->pay_nothing = !s->pay_nothing;
	}
}

/* Who makes frames up sells them, where there is a rule to sell them by. */
static void pad(const struct game *g)
{
	if (g->rule == REQUESTER)
		mesh_junk(&mesh, buyer, g->padded_bytes);
	else
		seller->kernel.junk_bytes += g->padded_bytes;
}

static void one_second(struct game *g)
{
	uint64_t there_bytes = MOST_BYTES / 2 + mesh_dice(&mesh, MOST_BYTES / 2);
	uint64_t back_bytes = MOST_BYTES / 2 + mesh_dice(&mesh, MOST_BYTES / 2);

	trouble(g);
	if (!g->away) {
		mesh_up(&mesh, buyer, there_bytes);
		if (g->rule == REQUESTER)
			mesh_down(&mesh, buyer, back_bytes);
		else
			mesh_up(&mesh, seller, back_bytes / 2);
	}
	if (g->padded_bytes)
		pad(g);
	mesh_step(&mesh);
}

/* --- liars --------------------------------------------------------------------- */

/* With their next exchange of receipts; so the first interval is of lies alone. */
static void await_exchange(struct game *g)
{
	uint64_t bought = buyer->last_said.number, sold = seller->last_said.number;

	while (buyer->last_said.number == bought || seller->last_said.number == sold)
		one_second(g);
}

static void begin_to_lie(struct game *g, enum lie lie)
{
	await_exchange(g);
	mesh_begin_to_lie(buyer);
	mesh_begin_to_lie(seller);
	switch (lie) {
	case CLAIMS:
		seller->sold_per_mille = 1100;
		break;
	case HIDES:
		buyer->bought_per_mille = 900;
		break;
	case PADS:
		g->padded_bytes = MOST_BYTES / 10;
		break;
	}
}

static bool is_found_out(enum rule rule, enum lie lie)
{
	switch (lie) {
	case CLAIMS:
		return mesh_was_told(buyer, TS_RELAY_OVERCLAIMS);
	case HIDES:
		return mesh_was_told(seller, TS_RELAY_HIDES);
	default:
		return mesh_was_told(buyer, rule == REQUESTER ? TS_RELAY_PADS :
							TS_RELAY_OVERCLAIMS);
	}
}

static ts_u128 gave_wei(const struct side *s)
{
	return s->carried_wei + s->sent_wei;
}

/* What was believed at a start is a window, each time. */
static void audit(enum lie lie, unsigned int windows)
{
	const struct side *victim = lie == HIDES ? seller : buyer;
	const struct side *liar = lie == HIDES ? buyer : seller;
	ts_u128 bound_wei = windows * mesh_window_wei(seller) +
			    (seller->carried_wei + buyer->carried_wei) / 50;

	assert_true(gave_wei(victim) <= gave_wei(liar) + bound_wei);
}

/*
 * On a good road within an interval, and the second in which it ends.  On a bad one it
 * takes longer, or who hides uses up its window before: what the seller refuses then its
 * sender counts, and admits.
 */
static void must_be_found_out(enum lie lie, const struct road *road, unsigned int found_s)
{
	if (road == &good)
		assert_in_range(found_s, 1, buyer->config.interval_s + 1);
	else if (lie != HIDES || !seller->refused_bytes)
		assert_int_not_equal(found_s, 0);
}

static void lie_for_long(enum rule rule, enum lie lie, const struct road *road,
			 uint64_t seed)
{
	unsigned int s, kills, interval_s, found_s = 0;
	struct game g;

	open_game(&g, rule, road, seed);
	interval_s = buyer->config.interval_s;
	for (s = 0; s < BEFORE * interval_s; s++)
		one_second(&g);
	begin_to_lie(&g, lie);
	is_found_out(rule, lie);
	kills = buyer->kills;
	for (s = 0; s < INTERVALS * interval_s; s++) {
		one_second(&g);
		if (!found_s && is_found_out(rule, lie))
			found_s = s + 1;
		audit(lie, 1 + (lie == PADS ? buyer->kills - kills : 0));
	}
	print_message("%s, %s, %s road, seed %llu: found out after %u s\n",
		      lie_names[lie], rule_names[rule], road->name,
		      (unsigned long long)seed, found_s);
	must_be_found_out(lie, road, found_s);
	mesh_close(&mesh);
}

static void every_lie(const struct road *road)
{
	const char *games = getenv("RELAY_LIARS");
	uint64_t n = games ? strtoull(games, NULL, 10) : 1, seed;
	int lie, rule;

	for (seed = 1; seed <= n; seed++)
		for (rule = REQUESTER; rule <= SENDER; rule++)
			for (lie = CLAIMS; lie <= PADS; lie++)
				lie_for_long(rule, lie, road, seed);
}

static void liars_on_a_good_road(void **state)
{
	every_lie(&good);
}

static void liars_on_a_bad_road(void **state)
{
	every_lie(&bad);
}

/* --- honest ones ------------------------------------------------------------------ */

static void honest(const struct road *road, enum rule rule, uint64_t seed)
{
	struct game g;
	unsigned int i;

	print_message("%s road, %s, seed %llu\n", road->name, rule_names[rule],
		      (unsigned long long)seed);
	open_game(&g, rule, road, seed);
	for (i = 0; i < INTERVALS * buyer->config.interval_s; i++) {
		one_second(&g);
		assert_no_event(buyer);
		assert_no_event(seller);
	}
	assert_true(seller->carried_wei > mesh_window_wei(seller));
	mesh_close(&mesh);
}

static void nobody_honest_is_called_a_liar(void **state)
{
	const char *games = getenv("RELAY_HONEST");
	uint64_t n = games ? strtoull(games, NULL, 10) : 2, seed;
	unsigned int i;

	for (i = 0; i < sizeof(honest_roads) / sizeof(honest_roads[0]); i++)
		for (seed = 1; seed <= n; seed++)
			honest(&honest_roads[i], seed & 1 ? REQUESTER : SENDER, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(liars_on_a_good_road),
		cmocka_unit_test(liars_on_a_bad_road),
		cmocka_unit_test(nobody_honest_is_called_a_liar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
