// SPDX-License-Identifier: GPL-2.0
/* relay_pair_traffic.c - what two boxes of a mesh carry for each other, for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "relay_pair.h"

static bool is_lost(struct mesh *m, unsigned int per_mille)
{
	return per_mille && mesh_dice(m, 1000) < per_mille;
}

static ts_u128 price_of(const struct side *seller, int dir, uint64_t bytes)
{
	uint32_t rest = 0;

	return ts_price_wei_of_bytes(ts_prices_get(&seller->kernel.prices,
						   TS_SERVICE_RELAY, dir),
				     bytes, &rest);
}

static bool pass(struct side *seller, int dir, uint64_t bytes)
{
	struct kernel *k = &seller->kernel;
	uint64_t cost = bytes * k->prices.units[TS_SERVICE_RELAY][dir];

	if (!k->id || k->charged > k->granted || cost > k->granted - k->charged) {
		seller->refused_bytes += bytes;
		return false;
	}
	k->charged += cost;
	k->carried.bytes[TS_SERVICE_RELAY][dir] += bytes;
	seller->passed_bytes += bytes;
	seller->carried_wei += price_of(seller, dir, bytes);
	seller->aired_wei += price_of(seller, dir, bytes);
	return true;
}

/* @from sends, and the other carries it on.  Return: how much. */
uint64_t mesh_up(struct mesh *m, struct side *from, uint64_t bytes)
{
	struct side *seller = mesh_other(m, from);
	uint64_t passed = 0;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		from->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_UP] += FRAME_BYTES;
		if (is_lost(m, m->lose_up_per_mille))
			seller->aired_wei += price_of(seller, TS_DIR_UP, FRAME_BYTES);
		else if (pass(seller, TS_DIR_UP, FRAME_BYTES))
			passed += FRAME_BYTES;
		else
			seller->spurned_wei += price_of(seller, TS_DIR_UP, FRAME_BYTES);
	}
	return passed;
}

/* A frame of a download comes to a client, or for one that is dry. */
static void deliver(struct side *to)
{
	struct kernel *k = &to->kernel;
	uint64_t bytes = FRAME_BYTES - to->config.overhead_bytes;

	if (k->dry) {
		k->refused_bytes += bytes;
		k->refused_packets++;
	} else {
		k->delivered_bytes += bytes;
		k->delivered_packets++;
	}
}

/* Somebody behind the other sends to a client of @to.  Return: how much arrives. */
uint64_t mesh_down(struct mesh *m, struct side *to, uint64_t bytes)
{
	uint64_t passed = 0;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		if (!pass(mesh_other(m, to), TS_DIR_DOWN, FRAME_BYTES) ||
		    is_lost(m, m->lose_down_per_mille))
			continue;
		to->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_DOWN] += FRAME_BYTES;
		deliver(to);
		passed += FRAME_BYTES;
	}
	return passed;
}

/*
 * The other makes up downloads: it counts them, they arrive, and nobody wants them, or
 * somebody who is dry.
 */
void mesh_junk(struct mesh *m, struct side *to, uint64_t bytes)
{
	struct kernel *k = &mesh_other(m, to)->kernel;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		k->junk_bytes += FRAME_BYTES;
		to->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_DOWN] += FRAME_BYTES;
		if (to->kernel.dry)
			deliver(to);
	}
}
