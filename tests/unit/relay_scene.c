// SPDX-License-Identifier: GPL-2.0
/* relay_scene.c - a buyer and a seller, and what happens between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "relay_scene.h"

struct mesh mesh;

int scene_set_up(void **state)
{
	mesh_open(&mesh);
	return 0;
}

int scene_tear_down(void **state)
{
	mesh_close(&mesh);
	return 0;
}

/* They meet, each knows the other's prices, each has a window. */
void meet(void)
{
	mesh_run(&mesh, 3);
	assert_true(mesh_was_told(seller, TS_RELAY_MET));
	assert_true(mesh_was_told(buyer, TS_RELAY_MET));
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_WINDOW_OPEN);
	assert_true(seller->kernel.granted > 0);
}

/* No drift, no lie. */
void assert_no_event(struct side *s)
{
	assert_false(mesh_was_told(s, TS_RELAY_HIDES));
	assert_false(mesh_was_told(s, TS_RELAY_OVERCLAIMS));
	assert_false(mesh_was_told(s, TS_RELAY_PADS));
}

ts_u128 part(ts_u128 wei, unsigned int per_mille)
{
	return wei / 1000 * per_mille;
}

/* What the seller carried and is not paid for: 2 % and one window at most. */
void assert_seller_loses_little(void)
{
	assert_true(seller->carried_wei <= buyer->sent_wei +
		    part(seller->carried_wei, 20) + mesh_window_wei(seller));
}

/* What the buyer paid and nobody carried: likewise. */
void assert_buyer_loses_little(void)
{
	assert_true(buyer->sent_wei <= seller->carried_wei +
		    part(seller->carried_wei, 20) + mesh_window_wei(seller));
}

void one_interval(uint64_t up_bytes, uint64_t down_bytes)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		mesh_up(&mesh, buyer, up_bytes / 10);
		mesh_down(&mesh, buyer, down_bytes / 10);
		mesh_step(&mesh);
	}
}

void intervals(unsigned int n, uint64_t up_bytes, uint64_t down_bytes)
{
	while (n--)
		one_interval(up_bytes, down_bytes);
}

/* They meet, and tell the truth for a while: nothing is held against it. */
void begin_honestly(struct side *judge)
{
	meet();
	intervals(5, 4 * MIB, 4 * MIB);
	assert_no_event(judge);
}

/* A lie of just now shows within one interval. */
void assert_told(struct side *judge, enum ts_relay_event event)
{
	one_interval(4 * MIB, 4 * MIB);
	one_interval(0, 0);
	assert_true(mesh_was_told(judge, event));
}
