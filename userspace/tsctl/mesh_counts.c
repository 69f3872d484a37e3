// SPDX-License-Identifier: GPL-2.0
/* tsctl mesh neighbours, tsctl mesh originators: what a mesh counted. */
#include <inttypes.h>
#include <stdio.h>
#include "tsctl/cmd.h"

const char *const neighbour_count_names[TS_NEIGHBOUR_COUNT] = {
	[TS_NEIGHBOUR_RX_TRANSIT] = "rx_transit",
	[TS_NEIGHBOUR_RX_LOCAL] = "rx_local",
	[TS_NEIGHBOUR_RX_EXIT] = "rx_exit",
	[TS_NEIGHBOUR_RX_TVLV] = "rx_tvlv",
	[TS_NEIGHBOUR_RX_BCAST] = "rx_bcast",
	[TS_NEIGHBOUR_RX_CONTROL] = "rx_control",
	[TS_NEIGHBOUR_RX_REFUSED] = "rx_refused",
	[TS_NEIGHBOUR_TX_TRANSIT] = "tx_transit",
	[TS_NEIGHBOUR_TX_OWN] = "tx_own",
	[TS_NEIGHBOUR_BOUGHT_RELAY_UP] = "bought_relay_up",
	[TS_NEIGHBOUR_BOUGHT_RELAY_DOWN] = "bought_relay_down",
	[TS_NEIGHBOUR_BOUGHT_EXIT_UP] = "bought_exit_up",
	[TS_NEIGHBOUR_BOUGHT_EXIT_DOWN] = "bought_exit_down",
};

static const char *const originator_count_names[TS_ORIGINATOR_COUNT] = {
	[TS_ORIGINATOR_UP] = "up",
	[TS_ORIGINATOR_DOWN] = "down",
	[TS_ORIGINATOR_UNROUTED] = "unrouted",
	[TS_ORIGINATOR_EXIT_DOWN] = "exit_down",
	[TS_ORIGINATOR_REFUSED] = "refused",
};

json_t *json_counts(const struct ts_count *counts, const char *const *names, size_t n)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_set_new(all, names[i],
				    json_pack("{s:o,s:o}",
					      "bytes", json_u64(counts[i].bytes),
					      "packets", json_u64(counts[i].packets)));
	return all;
}

void print_counts(const struct ts_count *counts, const char *const *names, size_t n)
{
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!counts[i].packets)
			continue;
		printf("%s %s %" PRIu64 " (%" PRIu64 ")", any ? "," : "", names[i],
		       counts[i].bytes, counts[i].packets);
		any = true;
	}
	puts(any ? "" : " none");
}

static int print_neighbour(const struct ts_neighbour *n, void *arg)
{
	char mac[18], zone[IF_NAMESIZE];
	json_t *list = arg;

	if (list) {
		json_array_append_new(list, json_pack("{s:o,s:I,s:I,s:I,s:o,s:o}",
			"key", json_key(&n->key),
			"account", (json_int_t)n->account_id,
			"epoch", (json_int_t)n->epoch,
			"ifindex", (json_int_t)n->ifindex,
			"idle_ms", json_u64(n->idle_ms),
			"counts", json_counts(n->counts, neighbour_count_names,
					      TS_NEIGHBOUR_COUNT)));
		return 0;
	}
	printf("%s zone %s ", fmt_mac(n->key.mac, mac), fmt_zone(n->key.zone, zone));
	if (n->account_id)
		printf("account %" PRIu32 "\n", n->account_id);
	else
		puts("no account");
	printf("    bytes (packets):");
	print_counts(n->counts, neighbour_count_names, TS_NEIGHBOUR_COUNT);
	return 0;
}

static int dump_neighbours(struct ts_meter *m, json_t *list)
{
	return ts_meter_neighbour_dump(m, print_neighbour, list);
}

int mesh_neighbours(struct cmd *c)
{
	return show_list(c, "mesh neighbours", dump_neighbours);
}

static json_t *json_originator(const struct ts_originator *o)
{
	char mac[18];

	return json_pack("{s:s,s:s,s:b,s:b,s:b,s:I,s:I,s:o}",
			 "pattern", o->pattern, "originator", fmt_mac(o->mac, mac),
			 "known", o->known, "gateway", o->gateway, "routed", o->routed,
			 "account", (json_int_t)o->account_id,
			 "epoch", (json_int_t)o->epoch,
			 "counts", json_counts(o->counts, originator_count_names,
					       TS_ORIGINATOR_COUNT));
}

static int print_originator(const struct ts_originator *o, void *arg)
{
	json_t *list = arg;
	char mac[18];

	if (list) {
		json_array_append_new(list, json_originator(o));
		return 0;
	}
	printf("%s on %s%s", fmt_mac(o->mac, mac), o->pattern, o->gateway ? " gateway" : "");
	if (o->account_id)
		printf(" by account %" PRIu32 "\n", o->account_id);
	else
		puts(o->routed ? " by a neighbour without account" : " without a route");
	printf("    bytes (packets):");
	print_counts(o->counts, originator_count_names, TS_ORIGINATOR_COUNT);
	return 0;
}

static int dump_originators(struct ts_meter *m, json_t *list)
{
	return ts_meter_originator_dump(m, print_originator, list);
}

int mesh_originators(struct cmd *c)
{
	return show_list(c, "mesh originators", dump_originators);
}
