// SPDX-License-Identifier: GPL-2.0
/* mesh_box.c - see mesh_box.h */
#include <stdlib.h>
#include <string.h>

#include "mesh_box.h"

struct mac mac(char box, uint8_t n)
{
	struct mac m = { { 2, 0, 0, 0, (uint8_t)box, n } };

	return m;
}

static const struct ts_batadv_tables *last_time;

void remember(const struct ts_batadv_tables *last)
{
	last_time = last;
}

static void add(struct ts_batadv_tables *t, struct ts_batadv_rows *rows,
		const void *row, bool first)
{
	const struct ts_batadv_rows *last = NULL;

	if (last_time)
		last = (const void *)((const char *)last_time +
				      ((const char *)rows - (const char *)t));
	if (ts_batadv_rows_add(t, rows, last, row, first))
		abort();
}

void add_hardif(struct ts_batadv_tables *t, struct mac m)
{
	struct ts_batadv_hardif row;

	memset(&row, 0, sizeof(row));
	memcpy(row.mac, m.b, TS_MAC_LEN);
	row.active = true;
	add(t, &t->hardifs, &row, true);
}

void add_neighbour(struct ts_batadv_tables *t, struct mac m)
{
	struct ts_batadv_neighbour row;

	memset(&row, 0, sizeof(row));
	memcpy(row.mac, m.b, TS_MAC_LEN);
	add(t, &t->neighbours, &row, true);
}

void add_originator(struct ts_batadv_tables *t, struct mac orig, struct mac neigh,
		    uint32_t metric, bool best)
{
	struct ts_batadv_originator row;

	memset(&row, 0, sizeof(row));
	memcpy(row.orig, orig.b, TS_MAC_LEN);
	memcpy(row.neigh, neigh.b, TS_MAC_LEN);
	row.metric = metric;
	row.best = best;
	add(t, &t->originators, &row, best);
}

void add_gateway(struct ts_batadv_tables *t, struct mac orig)
{
	add(t, &t->gateways, orig.b, true);
}

static void add_client(struct ts_batadv_tables *t, struct ts_batadv_rows *rows,
		       struct mac client, struct mac orig)
{
	struct ts_batadv_client row;

	memset(&row, 0, sizeof(row));
	memcpy(row.mac, client.b, TS_MAC_LEN);
	memcpy(row.orig, orig.b, TS_MAC_LEN);
	row.best = true;
	add(t, rows, &row, true);
}

void add_global(struct ts_batadv_tables *t, struct mac client, struct mac orig)
{
	add_client(t, &t->global, client, orig);
}

void add_local(struct ts_batadv_tables *t, struct mac client)
{
	struct mac none = { };

	add_client(t, &t->local, client, none);
}
