// SPDX-License-Identifier: GPL-2.0
/*
 * relay_random.c - two boxes carry for each other at random, over a network that loses,
 * repeats and reorders, killed between any two steps and without power now and then;
 * and an oracle that knows what was carried and what was paid.
 *
 *	RELAY_SEEDS	how many games (default 12)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay_pair.h"

#define MIB		(1 << 20)
#define SECONDS		400

static struct mesh mesh;

/**
 * struct game - what happens in it
 * @cuts: of power, so far
 * @cut_per_mille: seconds with one
 * @bytes_max: carried in a second, of each kind
 */
struct game {
	unsigned int cuts;
	unsigned int cut_per_mille;
	uint64_t bytes_max;
};

static ts_u128 larger(ts_u128 a, ts_u128 b)
{
	return a > b ? a : b;
}

/*
 * What one owes the other on balance, whichever way it was settled: never more than a
 * window and 2 %, and a window more for each time that the books were lost with the
 * power.
 */
static void audit(const struct game *g)
{
	const struct side *a = &mesh.side[0], *b = &mesh.side[1];
	ts_u128 a_gave_wei = a->carried_wei + a->sent_wei;
	ts_u128 b_gave_wei = b->carried_wei + b->sent_wei;
	ts_u128 window_wei = larger(mesh_window_wei(a), mesh_window_wei(b));
	ts_u128 bound_wei = (1 + g->cuts) * window_wei +
			    (a->carried_wei + b->carried_wei) / 50;

	/* Nothing is priced before they have met. */
	if (!window_wei)
		return;
	if (a_gave_wei > b_gave_wei)
		assert_true(a_gave_wei - b_gave_wei <= bound_wei);
	else
		assert_true(b_gave_wei - a_gave_wei <= bound_wei);
}

static uint64_t some(const struct game *g)
{
	return mesh_dice(&mesh, 4) ? mesh_dice(&mesh, g->bytes_max) : 0;
}

static void one_second(struct game *g)
{
	struct side *s;

	for (s = mesh.side; s < mesh.side + 2; s++) {
		mesh_up(&mesh, s, some(g));
		mesh_down(&mesh, s, some(g));
		if (mesh_dice(&mesh, 1000) < g->cut_per_mille) {
			mesh_power_cut(&mesh, s);
			g->cuts++;
		}
	}
	mesh_step(&mesh);
	audit(g);
}

static void play(uint64_t seed)
{
	struct game g = { 0 };
	unsigned int i;
	ts_u128 wei;

	mesh_open(&mesh);
	mesh.random ^= seed * 0x9e3779b97f4a7c15ull;
	mesh.lose_per_mille = (unsigned int)mesh_dice(&mesh, 2) * 200;
	mesh.repeat_per_mille = (unsigned int)mesh_dice(&mesh, 2) * 300;
	mesh.shuffle = mesh_dice(&mesh, 2);
	mesh.kill_per_mille = (unsigned int)mesh_dice(&mesh, 2) * 20;
	g.cut_per_mille = (unsigned int)mesh_dice(&mesh, 2) * 5;
	g.bytes_max = MIB / 4 + mesh_dice(&mesh, MIB / 2);
	for (i = 0; i < SECONDS; i++)
		one_second(&g);
	/* It was a game: each was carried, and paid in one way or another. */
	wei = mesh.side[0].carried_wei + mesh.side[1].carried_wei;
	assert_true(wei > 20 * mesh_window_wei(&mesh.side[0]));
	/* In the end, with nobody in the way, what one owes is what was lost with power. */
	mesh.lose_per_mille = 0;
	mesh.kill_per_mille = 0;
	mesh_run(&mesh, 60);
	audit(&g);
	mesh_close(&mesh);
}

static void the_money_is_right(void **state)
{
	const char *seeds = getenv("RELAY_SEEDS");
	uint64_t n = seeds ? strtoull(seeds, NULL, 10) : 12, seed;

	for (seed = 1; seed <= n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		play(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_money_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
