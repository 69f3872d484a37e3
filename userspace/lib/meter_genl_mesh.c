// SPDX-License-Identifier: GPL-2.0
/* Driver "genl": meshes, their gateways and routes, what they counted. */
#include <stdio.h>
#include <string.h>
#include "lib/meter_genl.h"
#include "lib/meter_genl_attr.h"

static struct ts_genl *genl(struct ts_meter *m)
{
	return (struct ts_genl *)m;
}

int ts_genl_mesh_add(struct ts_meter *m, const struct ts_mesh *mesh)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_MESH_ADD, 0);

	mnl_attr_put_strz(nlh, TS_A_MESH_PATTERN, mesh->pattern);
	mnl_attr_put_u8(nlh, TS_A_PAYER_RULE, mesh->payer_rule);
	mnl_attr_put_u32(nlh, TS_A_MESH_FLAGS, mesh->flags);
	mnl_attr_put_u32(nlh, TS_A_ZONE, mesh->zone);
	return ts_genl_talk(genl(m), nlh, "add the mesh", NULL, NULL);
}

int ts_genl_mesh_del(struct ts_meter *m, const char *pattern)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_MESH_DEL, 0);

	mnl_attr_put_strz(nlh, TS_A_MESH_PATTERN, pattern);
	return ts_genl_talk(genl(m), nlh, "delete the mesh", NULL, NULL);
}

static struct nlmsghdr *table_request(struct ts_meter *m, uint8_t cmd, const char *pattern,
				      uint64_t generation)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), cmd, 0);

	mnl_attr_put_strz(nlh, TS_A_MESH_PATTERN, pattern);
	mnl_attr_put_u64(nlh, TS_A_GENERATION, generation);
	return nlh;
}

int ts_genl_gateways_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			 const uint8_t (*gateways)[6], size_t n_gateways,
			 const uint8_t (*behind)[6], size_t n_behind)
{
	struct nlmsghdr *nlh = table_request(m, TS_CMD_GATEWAY_SET, pattern, generation);

	_Static_assert((TS_GATEWAYS_MAX + TS_BEHIND_MAX) * 6 + 256 < TS_GENL_REQUEST_SIZE,
		       "both lists fit a request");
	if (n_gateways)
		mnl_attr_put(nlh, TS_A_GATEWAYS, n_gateways * 6, gateways);
	if (n_behind)
		mnl_attr_put(nlh, TS_A_BEHIND, n_behind * 6, behind);
	return ts_genl_talk(genl(m), nlh, "set the gateways", NULL, NULL);
}

static void put_route(struct nlmsghdr *nlh, const struct ts_route *r)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TS_A_ROUTE);

	mnl_attr_put(nlh, TS_ROUTE_A_ORIGINATOR, sizeof(r->originator), r->originator);
	if (r->account_id) {
		mnl_attr_put_u32(nlh, TS_ROUTE_A_ACCOUNT_ID, r->account_id);
		mnl_attr_put_u32(nlh, TS_ROUTE_A_EPOCH, r->epoch);
	}
	mnl_attr_nest_end(nlh, nest);
}

int ts_genl_routes_set(struct ts_meter *m, const char *pattern, uint64_t generation,
		       const struct ts_route *routes, size_t n_routes)
{
	struct nlmsghdr *nlh;
	struct nlattr *list;
	size_t i = 0, stop;
	int ret;

	_Static_assert(TS_ROUTES_PER_MSG * 32 + 256 < TS_GENL_REQUEST_SIZE,
		       "the routes of a message fit a request");
	do {
		stop = n_routes - i < TS_ROUTES_PER_MSG ? n_routes : i + TS_ROUTES_PER_MSG;
		nlh = table_request(m, TS_CMD_ROUTE_SET, pattern, generation);
		list = mnl_attr_nest_start(nlh, TS_A_ROUTES);
		for (; i < stop; i++)
			put_route(nlh, &routes[i]);
		mnl_attr_nest_end(nlh, list);
		if (i < n_routes)
			mnl_attr_put(nlh, TS_A_MORE, 0, NULL);
		ret = ts_genl_talk(genl(m), nlh, "set the routes", NULL, NULL);
	} while (!ret && i < n_routes);
	return ret;
}

static void get_counts(const struct nlattr *bytes, const struct nlattr *packets,
		       struct ts_count *counts, size_t n)
{
	uint64_t b[TS_NEIGHBOUR_COUNT], p[TS_NEIGHBOUR_COUNT];
	size_t i;

	get_u64s(bytes, b, n);
	get_u64s(packets, p, n);
	for (i = 0; i < n; i++)
		counts[i] = (struct ts_count){ .bytes = b[i], .packets = p[i] };
}

static void get_mac(const struct nlattr *attr, uint8_t mac[6])
{
	if (sized(attr, 6))
		memcpy(mac, mnl_attr_get_payload(attr), 6);
}

static void get_mesh(const struct nlattr **attrs, struct ts_mesh *mesh)
{
	const struct nlattr *tb[TS_MESH_STATS_A_MAX + 1];

	memset(mesh, 0, sizeof(*mesh));
	get_text(attrs[TS_A_MESH_PATTERN], mesh->pattern, sizeof(mesh->pattern));
	mesh->payer_rule = get_u8(attrs[TS_A_PAYER_RULE]);
	mesh->flags = get_u32(attrs[TS_A_MESH_FLAGS]);
	mesh->zone = get_u32(attrs[TS_A_ZONE]);
	get_text(attrs[TS_A_MESH_IFNAME], mesh->mesh_ifname, sizeof(mesh->mesh_ifname));
	mesh->mesh_ifindex = get_u32(attrs[TS_A_MESH_IFINDEX]);
	get_text(attrs[TS_A_PORT_IFNAME], mesh->ifname, sizeof(mesh->ifname));
	mesh->ifindex = get_u32(attrs[TS_A_PORT_IFINDEX]);
	get_text(attrs[TS_A_MESH_REASON], mesh->reason, sizeof(mesh->reason));
	mesh->gateway_generation = get_u64(attrs[TS_A_GATEWAY_GENERATION]);
	mesh->route_generation = get_u64(attrs[TS_A_ROUTE_GENERATION]);
	if (!attrs[TS_A_MESH_STATS])
		return;
	parse_nest(attrs[TS_A_MESH_STATS], tb, TS_MESH_STATS_A_MAX);
	get_counts(tb[TS_MESH_STATS_A_BYTES], tb[TS_MESH_STATS_A_PACKETS], mesh->counts,
		   TS_NEIGHBOUR_COUNT);
	mesh->unrouted_bytes = get_u64(tb[TS_MESH_STATS_A_UNROUTED_BYTES]);
	mesh->guessed_bytes = get_u64(tb[TS_MESH_STATS_A_GUESSED_BYTES]);
	mesh->coded_packets = get_u64(tb[TS_MESH_STATS_A_CODED_PACKETS]);
	mesh->unparsed_packets = get_u64(tb[TS_MESH_STATS_A_UNPARSED_PACKETS]);
	get_u64s(tb[TS_MESH_STATS_A_DROPS], mesh->drops, TS_DROP_COUNT);
}

static void get_originator(const struct nlattr **tb, struct ts_originator *o)
{
	memset(o, 0, sizeof(*o));
	get_text(tb[TS_A_MESH_PATTERN], o->pattern, sizeof(o->pattern));
	get_mac(tb[TS_A_ORIGINATOR], o->mac);
	o->known = tb[TS_A_KNOWN];
	o->gateway = tb[TS_A_GATEWAY];
	o->routed = tb[TS_A_ROUTED];
	o->account_id = get_u32(tb[TS_A_ACCOUNT_ID]);
	o->epoch = get_u32(tb[TS_A_EPOCH]);
	get_counts(tb[TS_A_COUNT_BYTES], tb[TS_A_COUNT_PACKETS], o->counts,
		   TS_ORIGINATOR_COUNT);
}

static void get_neighbour(const struct nlattr **tb, struct ts_neighbour *n)
{
	memset(n, 0, sizeof(*n));
	ts_genl_get_key(tb[TS_A_KEY], &n->key);
	n->account_id = get_u32(tb[TS_A_ACCOUNT_ID]);
	n->epoch = get_u32(tb[TS_A_EPOCH]);
	n->ifindex = get_u32(tb[TS_A_PORT_IFINDEX]);
	n->idle_ms = get_u64(tb[TS_A_IDLE_MS]);
	get_counts(tb[TS_A_COUNT_BYTES], tb[TS_A_COUNT_PACKETS], n->counts,
		   TS_NEIGHBOUR_COUNT);
}

/* A caller's callback, kept untyped until the parser that knows it. */
struct sink {
	union {
		int (*mesh)(const struct ts_mesh *mesh, void *arg);
		int (*originator)(const struct ts_originator *o, void *arg);
		int (*neighbour)(const struct ts_neighbour *n, void *arg);
	};
	void *arg;
};

static int parse_mesh(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_mesh mesh;

	get_mesh(tb, &mesh);
	return sink->mesh(&mesh, sink->arg);
}

static int parse_originator(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_originator o;

	get_originator(tb, &o);
	return sink->originator(&o, sink->arg);
}

static int parse_neighbour(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct sink *sink = arg;
	struct ts_neighbour n;

	get_neighbour(tb, &n);
	return sink->neighbour(&n, sink->arg);
}

static int dump(struct ts_meter *m, uint8_t cmd, const char *what, ts_genl_parse_t parse,
		struct sink *sink)
{
	struct ts_genl *g = genl(m);

	return ts_genl_dump(g, ts_genl_request(g, cmd, NLM_F_DUMP), what, parse, sink);
}

int ts_genl_mesh_dump(struct ts_meter *m, int (*cb)(const struct ts_mesh *, void *), void *arg)
{
	struct sink sink = { .mesh = cb, .arg = arg };

	return dump(m, TS_CMD_MESH_GET, "list meshes", parse_mesh, &sink);
}

int ts_genl_originator_dump(struct ts_meter *m,
			    int (*cb)(const struct ts_originator *, void *), void *arg)
{
	struct sink sink = { .originator = cb, .arg = arg };

	return dump(m, TS_CMD_ORIGINATOR_GET, "list originators", parse_originator, &sink);
}

int ts_genl_neighbour_dump(struct ts_meter *m,
			   int (*cb)(const struct ts_neighbour *, void *), void *arg)
{
	struct sink sink = { .neighbour = cb, .arg = arg };

	return dump(m, TS_CMD_NEIGHBOUR_GET, "list neighbours", parse_neighbour, &sink);
}
