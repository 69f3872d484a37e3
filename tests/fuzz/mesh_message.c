// SPDX-License-Identifier: GPL-2.0
/*
 * mesh_message.c - any datagrams for answers of batman-adv: refused, or tables
 * within their bounds, from which a model follows that is one with itself.
 *
 * A byte of the question, two of the length, the datagram; and so on.
 */
#include <linux/batman_adv.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/message.h"
#include "mesh/topology.h"

#define FAMILY	33
#define SEQ	7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t secret[TS_BATADV_HASH_KEY_SIZE] = { 1, 2, 3 };

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void question(struct ts_batadv_reading *r, struct ts_batadv_tables *t,
		     const struct ts_batadv_tables *last, uint8_t which)
{
	static const uint8_t cmds[] = {
		BATADV_CMD_GET_MESH, BATADV_CMD_GET_HARDIF, BATADV_CMD_GET_NEIGHBORS,
		BATADV_CMD_GET_ORIGINATORS, BATADV_CMD_GET_GATEWAYS,
		BATADV_CMD_GET_TRANSTABLE_GLOBAL, BATADV_CMD_GET_TRANSTABLE_LOCAL,
	};
	struct ts_batadv_rows *rows[] = {
		NULL, &t->hardifs, &t->neighbours, &t->originators, &t->gateways,
		&t->global, &t->local,
	};
	const struct ts_batadv_rows *lasts[] = {
		NULL, &last->hardifs, &last->neighbours, &last->originators,
		&last->gateways, &last->global, &last->local,
	};

	which %= sizeof(cmds);
	memset(r, 0, sizeof(*r));
	r->family = FAMILY;
	r->seq = SEQ;
	r->ifindex = 5;
	r->cmd = cmds[which];
	r->rows = rows[which];
	r->last = lasts[which];
}

/* Return: bytes used. */
static size_t one(struct ts_batadv_tables *t, const struct ts_batadv_tables *last,
		  const uint8_t *data, size_t size)
{
	struct ts_batadv_reading r;
	size_t len = data[1] | data[2] << 8;
	uint8_t *copy;

	if (len > size - 3)
		len = size - 3;
	copy = malloc(len + !len);
	need(copy);
	memcpy(copy, data + 3, len);
	question(&r, t, last, data[0]);
	need(ts_batadv_take(t, &r, copy, len) <= 1);
	free(copy);
	return 3 + len;
}

static void check(const struct ts_topology *t)
{
	unsigned int i, j;

	need(t->n_neighbours <= TS_TOPOLOGY_NEIGHBOURS_MAX);
	need(t->n_routes <= TS_TOPOLOGY_ROUTES_MAX);
	need(t->gateways.n <= TS_TOPOLOGY_GATEWAYS_MAX);
	need(t->behind.n <= TS_TOPOLOGY_BEHIND_MAX);
	for (i = 0; i < t->n_neighbours; i++) {
		need(ts_topology_neighbour(t, t->neighbours[i].orig) == &t->neighbours[i]);
		need(t->neighbours[i].n_macs && t->neighbours[i].n_macs <= TS_NEIGHBOUR_MACS_MAX);
		for (j = 0; j < t->neighbours[i].n_macs; j++)
			need(ts_topology_heard(t, t->neighbours[i].mac[j]) ==
			     &t->neighbours[i]);
	}
	for (i = 0; i < t->n_routes; i++) {
		need(ts_topology_route(t, t->routes[i].dest) != NULL);
		need(!ts_macs_have(&t->own, t->routes[i].dest));
	}
	for (i = 0; i < t->n_clients; i++)
		need(ts_topology_client(t, t->clients[i].mac, t->clients[i].vid) ==
		     &t->clients[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_topology *t = ts_topology_new(1);
	struct ts_batadv_tables a, b;
	size_t half = size / 2;
	uint64_t generation;

	need(t);
	ts_batadv_tables_init(&a, secret);
	ts_batadv_tables_init(&b, secret);
	while (half > 3) {
		size_t used = one(&a, &b, data, half);

		data += used;
		half -= used;
		size -= used;
	}
	ts_batadv_tables_sort(&a);
	need(ts_topology_update(t, &a, NULL, 0) >= 0);
	check(t);
	generation = t->generation;
	while (size > 3) {
		size_t used = one(&b, &a, data, size);

		data += used;
		size -= used;
	}
	need(!ts_batadv_tables_carry(&b, &a));
	ts_batadv_tables_sort(&b);
	need(!ts_topology_update(t, &b, NULL, 0) == (t->generation == generation));
	check(t);
	need(t->generation >= generation);
	ts_topology_free(t);
	ts_batadv_tables_free(&a);
	ts_batadv_tables_free(&b);
	return 0;
}
