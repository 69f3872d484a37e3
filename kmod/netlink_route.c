// SPDX-License-Identifier: GPL-2.0
/* Commands about tables of a mesh: GATEWAY_SET, ROUTE_SET. */

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "mesh.h"
#include "mesh_stage.h"
#include "net.h"
#include "netlink.h"

static const struct nla_policy route_policy[TS_ROUTE_A_MAX + 1] = {
	[TS_ROUTE_A_ORIGINATOR] = NLA_POLICY_ETH_ADDR,
	[TS_ROUTE_A_ACCOUNT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_ROUTE_A_EPOCH] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy routes_policy[TS_A_ROUTE + 1] = {
	[TS_A_ROUTE] = NLA_POLICY_NESTED(route_policy),
};

/* Lists that are too long are refused with a reason, up to what fits in one. */
const struct nla_policy ts_netlink_gateway_policy[TS_A_MAX + 1] = {
	[TS_A_MESH_PATTERN] = { .type = NLA_NUL_STRING,
				.len = TS_PATTERN_LEN - 1 },
	[TS_A_GENERATION] = NLA_POLICY_MIN(NLA_U64, 1),
	[TS_A_GATEWAYS] = { .type = NLA_BINARY },
	[TS_A_BEHIND] = { .type = NLA_BINARY },
};

const struct nla_policy ts_netlink_route_policy[TS_A_MAX + 1] = {
	[TS_A_MESH_PATTERN] = { .type = NLA_NUL_STRING,
				.len = TS_PATTERN_LEN - 1 },
	[TS_A_GENERATION] = NLA_POLICY_MIN(NLA_U64, 1),
	[TS_A_ROUTES] = NLA_POLICY_NESTED(routes_policy),
	[TS_A_MORE] = { .type = NLA_FLAG },
};

/* Locks the tables; ts_netlink_write_end() is due unless it fails. */
static struct ts_mesh *mesh_begin(struct ts_net *tn, struct genl_info *info)
{
	char name[TS_PATTERN_LEN];
	struct ts_mesh *mesh;
	int err;

	if (!ts_netlink_has(info, TS_A_MESH_PATTERN, "MESH_PATTERN is needed") ||
	    !ts_netlink_has(info, TS_A_GENERATION, "GENERATION is needed"))
		return ERR_PTR(-EINVAL);
	nla_strscpy(name, info->attrs[TS_A_MESH_PATTERN], sizeof(name));
	err = ts_netlink_write_begin(tn, info);
	if (err)
		return ERR_PTR(err);
	mesh = ts_mesh_find(tn, name);
	if (mesh)
		return mesh;
	ts_netlink_write_end(tn);
	GENL_SET_ERR_MSG(info, "no such mesh pattern; claim it with MESH_ADD");
	return ERR_PTR(-ENOENT);
}

/**
 * struct macs - a list of addresses, six bytes each
 * @bytes: of the attribute
 * @n: how many
 */
struct macs {
	const u8 *bytes;
	unsigned int n;
};

static int macs_read(struct macs *m, const struct nlattr *attr,
		     unsigned int max, struct netlink_ext_ack *extack)
{
	unsigned int i;

	memset(m, 0, sizeof(*m));
	if (!attr)
		return 0;
	if (nla_len(attr) % ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a list of addresses has 6 bytes for each");
		return -EINVAL;
	}
	m->bytes = nla_data(attr);
	m->n = nla_len(attr) / ETH_ALEN;
	if (m->n > max) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "too many: at most 256 gateways, 4096 behind them");
		return -E2BIG;
	}
	BUILD_BUG_ON(TS_GATEWAYS_MAX != 256 || TS_BEHIND_MAX != 4096);
	for (i = 0; i < m->n; i++) {
		if (is_valid_ether_addr(m->bytes + i * ETH_ALEN))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address must be that of one station");
		return -EINVAL;
	}
	return 0;
}

/** ts_netlink_gateway_set() - GATEWAY_SET; Return: 0 or negative errno */
int ts_netlink_gateway_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct nlattr **tb = info->attrs;
	struct macs gateways, behind;
	struct ts_mesh *mesh;
	int err;

	err = macs_read(&gateways, tb[TS_A_GATEWAYS], TS_GATEWAYS_MAX,
			info->extack) ?:
	      macs_read(&behind, tb[TS_A_BEHIND], TS_BEHIND_MAX, info->extack);
	if (err)
		return err;
	mesh = mesh_begin(tn, info);
	if (IS_ERR(mesh))
		return PTR_ERR(mesh);
	err = ts_mesh_table_set_gateways(tn, mesh,
					 nla_get_u64(tb[TS_A_GENERATION]),
					 gateways.bytes, gateways.n,
					 behind.bytes, behind.n, info->extack);
	ts_netlink_write_end(tn);
	return err;
}

static int route_read(struct ts_route *r, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TS_ROUTE_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TS_ROUTE_A_MAX, attr, route_policy, extack);
	if (err)
		return err;
	if (!tb[TS_ROUTE_A_ORIGINATOR] ||
	    !is_valid_ether_addr(nla_data(tb[TS_ROUTE_A_ORIGINATOR]))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a route needs the ORIGINATOR that it leads to");
		return -EINVAL;
	}
	if (!tb[TS_ROUTE_A_ACCOUNT_ID] != !tb[TS_ROUTE_A_EPOCH]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "ACCOUNT_ID and EPOCH of a route go together");
		return -EINVAL;
	}
	memset(r, 0, sizeof(*r));
	r->mac = ts_mesh_mac(nla_data(tb[TS_ROUTE_A_ORIGINATOR]));
	if (tb[TS_ROUTE_A_ACCOUNT_ID]) {
		r->id = nla_get_u32(tb[TS_ROUTE_A_ACCOUNT_ID]);
		r->epoch = nla_get_u32(tb[TS_ROUTE_A_EPOCH]);
	}
	return 0;
}

/* Return: how many, or negative errno. */
static int routes_read(struct ts_route *routes, const struct nlattr *list,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err, n = 0;

	if (!list)
		return 0;
	nla_for_each_nested(attr, list, rem) {
		if (n == TS_ROUTES_PER_MSG) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "a message has at most 512 routes; send more with MORE");
			return -E2BIG;
		}
		err = route_read(&routes[n], attr, extack);
		if (err)
			return err;
		n++;
	}
	BUILD_BUG_ON(TS_ROUTES_PER_MSG != 512);
	return n;
}

static int route_set(struct ts_net *tn, struct ts_route *routes,
		     struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct ts_mesh *mesh;
	int err, n;

	n = routes_read(routes, tb[TS_A_ROUTES], info->extack);
	mesh = mesh_begin(tn, info);
	if (IS_ERR(mesh))
		return n < 0 ? n : PTR_ERR(mesh);
	if (n < 0)
		ts_mesh_stage_drop(tn, mesh);
	err = n < 0 ? n :
	      ts_mesh_stage_routes(tn, mesh, nla_get_u64(tb[TS_A_GENERATION]),
				   routes, n, tb[TS_A_MORE], info->extack);
	ts_netlink_write_end(tn);
	return err;
}

/** ts_netlink_route_set() - ROUTE_SET; Return: 0 or negative errno */
int ts_netlink_route_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_route *routes;
	int err;

	routes = kvmalloc_array(TS_ROUTES_PER_MSG, sizeof(*routes),
				GFP_KERNEL_ACCOUNT);
	if (!routes)
		return -ENOMEM;
	err = route_set(tn, routes, info);
	kvfree(routes);
	return err;
}
