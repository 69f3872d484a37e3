// SPDX-License-Identifier: GPL-2.0
/* tsctl mesh: the batman-adv meshes that are metered. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

static const char *const payer_names[] = {
	[TS_PAYER_REQUESTER] = "requester",
	[TS_PAYER_SENDER] = "sender",
};

static const char *payer_name(uint8_t rule)
{
	return rule <= TS_PAYER_SENDER ? payer_names[rule] : "?";
}

static json_t *json_mesh(const struct ts_mesh *mesh)
{
	json_t *drops = json_object();
	int i;

	for (i = 0; i < TS_DROP_COUNT; i++)
		json_object_set_new(drops, drop_names[i], json_u64(mesh->drops[i]));
	return json_pack("{s:s,s:s,s:b,s:I,s:s,s:I,s:s,s:I,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "pattern", mesh->pattern,
			 "payer", payer_name(mesh->payer_rule),
			 "exit", mesh->flags & TS_MESH_F_EXIT,
			 "zone", (json_int_t)mesh->zone,
			 "mesh", mesh->mesh_ifname,
			 "mesh_ifindex", (json_int_t)mesh->mesh_ifindex,
			 "ifname", mesh->ifname,
			 "ifindex", (json_int_t)mesh->ifindex,
			 "reason", mesh->reason,
			 "gateway_generation", json_u64(mesh->gateway_generation),
			 "route_generation", json_u64(mesh->route_generation),
			 "counts", json_counts(mesh->counts, neighbour_count_names,
					       TS_NEIGHBOUR_COUNT),
			 "unrouted_bytes", json_u64(mesh->unrouted_bytes),
			 "guessed_bytes", json_u64(mesh->guessed_bytes),
			 "coded_packets", json_u64(mesh->coded_packets),
			 "unparsed_packets", json_u64(mesh->unparsed_packets),
			 "drops", drops);
}

static void print_drops(const struct ts_mesh *mesh)
{
	uint64_t all = 0;
	int i;

	printf("    refused packets:");
	for (i = 0; i < TS_DROP_COUNT; i++) {
		if (mesh->drops[i])
			printf(" %s %" PRIu64, drop_names[i], mesh->drops[i]);
		all += mesh->drops[i];
	}
	puts(all ? "" : " none");
}

static int print_mesh(const struct ts_mesh *mesh, void *arg)
{
	char zone[IF_NAMESIZE];
	json_t *list = arg;

	if (list) {
		json_array_append_new(list, json_mesh(mesh));
		return 0;
	}
	if (!mesh->mesh_ifindex) {
		printf("%s: no mesh device yet\n", mesh->pattern);
		return 0;
	}
	if (mesh->reason[0]) {
		printf("%s: not metered: %s (pattern %s)\n", mesh->mesh_ifname, mesh->reason,
		       mesh->pattern);
		return 0;
	}
	if (!mesh->ifindex) {
		printf("%s: no lower device yet (pattern %s)\n", mesh->mesh_ifname,
		       mesh->pattern);
		return 0;
	}
	printf("%s: of mesh %s zone %s payer %s%s gateways %" PRIu64 " routes %" PRIu64 "\n",
	       mesh->ifname, mesh->mesh_ifname, fmt_zone(mesh->zone, zone),
	       payer_name(mesh->payer_rule), mesh->flags & TS_MESH_F_EXIT ? " exit" : "",
	       mesh->gateway_generation, mesh->route_generation);
	printf("    bytes (packets):");
	print_counts(mesh->counts, neighbour_count_names, TS_NEIGHBOUR_COUNT);
	printf("    unrouted bytes %" PRIu64 ", guessed bytes %" PRIu64
	       ", coded packets %" PRIu64 ", unparsed packets %" PRIu64 "\n",
	       mesh->unrouted_bytes, mesh->guessed_bytes, mesh->coded_packets,
	       mesh->unparsed_packets);
	print_drops(mesh);
	return 0;
}

static int dump_all(struct ts_meter *m, json_t *list)
{
	return ts_meter_mesh_dump(m, print_mesh, list);
}

static int mesh_show(struct cmd *c)
{
	return show_list(c, "mesh show", dump_all);
}

static bool parse_pattern(struct cmd *c, const char *verb, struct ts_mesh *mesh)
{
	const char *name = cmd_value(c, verb);

	if (!name)
		return false;
	if (strlen(name) >= sizeof(mesh->pattern)) {
		fprintf(stderr, "tsctl mesh: '%s' is longer than %zu bytes\n", name,
			sizeof(mesh->pattern) - 1);
		return false;
	}
	strcpy(mesh->pattern, name);
	return true;
}

static bool parse_payer(const char *text, uint8_t *rule)
{
	uint8_t i;

	for (i = TS_PAYER_REQUESTER; i <= TS_PAYER_SENDER; i++) {
		if (cmd_is(text, payer_names[i])) {
			*rule = i;
			return true;
		}
	}
	fprintf(stderr, "tsctl mesh: no payer '%s'; there are: requester sender\n", text);
	return false;
}

static bool parse_mesh_word(struct cmd *c, const char *word, struct ts_mesh *mesh)
{
	const char *v;

	if (cmd_is(word, "exit")) {
		mesh->flags |= TS_MESH_F_EXIT;
		return true;
	}
	v = cmd_value(c, word);
	if (!v)
		return false;
	if (cmd_is(word, "payer"))
		return parse_payer(v, &mesh->payer_rule);
	if (cmd_is(word, "zone"))
		return arg_zone(v, &mesh->zone);
	cmd_unknown(c, word, "payer, exit or zone");
	return false;
}

/* Opens the meter, does @run and says what went wrong. */
static int run(struct cmd *c, const char *what,
	       int (*fn)(struct ts_meter *m, const void *arg), const void *arg)
{
	struct ts_meter *m = open_meter(c, true);
	int ret;

	if (!m)
		return 1;
	ret = fn(m, arg) ? say_error(m, what) : 0;
	ts_meter_close(m);
	return ret;
}

static int run_add(struct ts_meter *m, const void *arg)
{
	return ts_meter_mesh_add(m, arg);
}

static int mesh_add(struct cmd *c)
{
	struct ts_mesh mesh = { .payer_rule = TS_PAYER_REQUESTER };

	if (!parse_pattern(c, "add", &mesh))
		return 1;
	while (cmd_more(c))
		if (!parse_mesh_word(c, cmd_next(c), &mesh))
			return 1;
	return run(c, "mesh add", run_add, &mesh);
}

static int run_del(struct ts_meter *m, const void *arg)
{
	return ts_meter_mesh_del(m, arg);
}

static int mesh_del(struct cmd *c)
{
	struct ts_mesh mesh = { 0 };

	if (!parse_pattern(c, "del", &mesh) || cmd_end(c))
		return 1;
	return run(c, "mesh del", run_del, mesh.pattern);
}

/**
 * struct tables - what a mesh is told
 * @mesh: its pattern is read
 * @generation: of the list
 * @gateways: originators
 * @behind: MACs behind gateways
 * @routes: likewise, for the other list
 */
struct tables {
	struct ts_mesh mesh;
	uint64_t generation;
	uint8_t gateways[TS_GATEWAYS_MAX][6];
	size_t n_gateways;
	uint8_t behind[TS_BEHIND_MAX][6];
	size_t n_behind;
	struct ts_route routes[TS_ROUTES_MAX];
	size_t n_routes;
};

static struct tables tables;

static bool parse_table(struct cmd *c, const char *verb)
{
	const char *word;

	if (!parse_pattern(c, verb, &tables.mesh))
		return false;
	word = cmd_value(c, "generation");
	return word && arg_u64("generation", word, 1, UINT64_MAX, &tables.generation);
}

static bool add_mac(const char *text, uint8_t (*list)[6], size_t *n, size_t max)
{
	if (*n < max)
		return arg_mac(text, list[(*n)++]);
	fprintf(stderr, "tsctl mesh: more than %zu addresses\n", max);
	return false;
}

static int run_gateways(struct ts_meter *m, const void *arg)
{
	const struct tables *t = arg;

	return ts_meter_gateways_set(m, t->mesh.pattern, t->generation, t->gateways,
				     t->n_gateways, t->behind, t->n_behind);
}

static int mesh_gateways(struct cmd *c)
{
	bool behind = false;
	const char *word;

	if (!parse_table(c, "gateways"))
		return 1;
	while (cmd_more(c)) {
		word = cmd_next(c);
		if (!strcmp(word, "behind"))
			behind = true;
		else if (behind ? !add_mac(word, tables.behind, &tables.n_behind, TS_BEHIND_MAX) :
				  !add_mac(word, tables.gateways, &tables.n_gateways,
					   TS_GATEWAYS_MAX))
			return 1;
	}
	return run(c, "mesh gateways", run_gateways, &tables);
}

static bool add_route(struct cmd *c, const char *mac)
{
	struct ts_route *r = &tables.routes[tables.n_routes];
	const char *account = cmd_value(c, mac);

	if (!account)
		return false;
	if (tables.n_routes == TS_ROUTES_MAX) {
		fprintf(stderr, "tsctl mesh: more than %d routes\n", TS_ROUTES_MAX);
		return false;
	}
	tables.n_routes++;
	return arg_mac(mac, r->originator) &&
	       (!strcmp(account, "none") ||
		arg_u32("account", account, 1, TS_ACCOUNT_ID_MAX, &r->account_id));
}

/* People name accounts by id; the life of it is the present one. */
static int run_routes(struct ts_meter *m, const void *arg)
{
	struct ts_account a;
	size_t i;
	int ret;

	for (i = 0; i < tables.n_routes; i++) {
		if (!tables.routes[i].account_id)
			continue;
		ret = ts_meter_account_get(m, tables.routes[i].account_id, &a);
		if (ret)
			return ret;
		tables.routes[i].epoch = a.epoch;
	}
	return ts_meter_routes_set(m, tables.mesh.pattern, tables.generation, tables.routes,
				   tables.n_routes);
}

static int mesh_routes(struct cmd *c)
{
	if (!parse_table(c, "routes"))
		return 1;
	while (cmd_more(c))
		if (!add_route(c, cmd_next(c)))
			return 1;
	return run(c, "mesh routes", run_routes, NULL);
}

const struct verb mesh_verbs[] = {
	{ "show", mesh_show, "", "meshes, their lower devices and counters" },
	{ "add", mesh_add, "DEVICE|PREFIX* [payer requester|sender] [exit] [zone ZONE]",
	  "meter what every present and future mesh device that matches relays;\n"
	  "          exit: this box is a gateway" },
	{ "del", mesh_del, "DEVICE|PREFIX*", "stop metering it" },
	{ "gateways", mesh_gateways, "DEVICE|PREFIX* GENERATION [ORIGINATOR ...] [behind MAC ...]",
	  "replace the gateways, and who is behind them" },
	{ "routes", mesh_routes, "DEVICE|PREFIX* GENERATION [ORIGINATOR ACCOUNT|none ...]",
	  "replace who pays for what comes from a gateway for an originator" },
	{ "originators", mesh_originators, "", "destinations, and what went to them" },
	{ "neighbours", mesh_neighbours, "", "previous hops, and what they sent and got" },
	{ 0 },
};
