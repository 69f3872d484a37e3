// SPDX-License-Identifier: GPL-2.0
/*
 * message.c - see message.h
 *
 * The kernel wrote them, but much of what is in them strangers told it, and a
 * newer kernel may say more: attributes that are not known are passed over, one
 * that is too short, too long or missing makes the whole answer void.  Half a
 * table would be worse than the last one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/batman_adv.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <string.h>

#include "mesh/message.h"

#define MAC	{ .minlen = TS_MAC_LEN, .maxlen = TS_MAC_LEN }

static struct nla_policy policy[BATADV_ATTR_MAX + 1] = {
	[BATADV_ATTR_ALGO_NAME] = { .type = NLA_STRING },
	[BATADV_ATTR_MESH_IFINDEX] = { .type = NLA_U32 },
	[BATADV_ATTR_HARD_IFINDEX] = { .type = NLA_U32 },
	[BATADV_ATTR_HARD_ADDRESS] = MAC,
	[BATADV_ATTR_ORIG_ADDRESS] = MAC,
	[BATADV_ATTR_ACTIVE] = { .type = NLA_FLAG },
	[BATADV_ATTR_TT_ADDRESS] = MAC,
	[BATADV_ATTR_TT_VID] = { .type = NLA_U16 },
	[BATADV_ATTR_FLAG_BEST] = { .type = NLA_FLAG },
	[BATADV_ATTR_NEIGH_ADDRESS] = MAC,
	[BATADV_ATTR_TQ] = { .type = NLA_U8 },
	[BATADV_ATTR_THROUGHPUT] = { .type = NLA_U32 },
	[BATADV_ATTR_AP_ISOLATION_ENABLED] = { .type = NLA_U8 },
	[BATADV_ATTR_BRIDGE_LOOP_AVOIDANCE_ENABLED] = { .type = NLA_U8 },
	[BATADV_ATTR_FRAGMENTATION_ENABLED] = { .type = NLA_U8 },
	[BATADV_ATTR_NETWORK_CODING_ENABLED] = { .type = NLA_U8 },
	[BATADV_ATTR_GW_MODE] = { .type = NLA_U8 },
};

static void get_mac(uint8_t mac[TS_MAC_LEN], struct nlattr *attr)
{
	memcpy(mac, nla_data(attr), TS_MAC_LEN);
}

static bool is_on(struct nlattr *attr)
{
	return attr && nla_get_u8(attr);
}

static int take_mesh(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		     struct nlattr **tb)
{
	struct ts_batadv_mesh *m = &t->mesh;

	if (!tb[BATADV_ATTR_MESH_IFINDEX] ||
	    nla_get_u32(tb[BATADV_ATTR_MESH_IFINDEX]) != r->ifindex)
		return -EBADMSG;
	memset(m, 0, sizeof(*m));
	m->ifindex = r->ifindex;
	if (tb[BATADV_ATTR_ALGO_NAME])
		nla_strlcpy(m->algo, tb[BATADV_ATTR_ALGO_NAME], sizeof(m->algo));
	if (tb[BATADV_ATTR_HARD_ADDRESS])
		get_mac(m->own, tb[BATADV_ATTR_HARD_ADDRESS]);
	m->network_coding = is_on(tb[BATADV_ATTR_NETWORK_CODING_ENABLED]);
	m->bridge_loop_avoidance = is_on(tb[BATADV_ATTR_BRIDGE_LOOP_AVOIDANCE_ENABLED]);
	m->ap_isolation = is_on(tb[BATADV_ATTR_AP_ISOLATION_ENABLED]);
	m->fragmentation = is_on(tb[BATADV_ATTR_FRAGMENTATION_ENABLED]);
	m->gateway = tb[BATADV_ATTR_GW_MODE] &&
		     nla_get_u8(tb[BATADV_ATTR_GW_MODE]) == BATADV_GW_MODE_SERVER;
	r->answered = true;
	return 0;
}

static int take_hardif(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		       struct nlattr **tb)
{
	struct ts_batadv_hardif row;

	if (!tb[BATADV_ATTR_HARD_IFINDEX] || !tb[BATADV_ATTR_HARD_ADDRESS])
		return -EBADMSG;
	memset(&row, 0, sizeof(row));
	get_mac(row.mac, tb[BATADV_ATTR_HARD_ADDRESS]);
	row.ifindex = nla_get_u32(tb[BATADV_ATTR_HARD_IFINDEX]);
	row.active = tb[BATADV_ATTR_ACTIVE];
	return ts_batadv_rows_add(t, r->rows, r->last, &row, true);
}

static int take_neighbour(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
			  struct nlattr **tb)
{
	struct ts_batadv_neighbour row;

	if (!tb[BATADV_ATTR_NEIGH_ADDRESS] || !tb[BATADV_ATTR_HARD_IFINDEX])
		return -EBADMSG;
	memset(&row, 0, sizeof(row));
	get_mac(row.mac, tb[BATADV_ATTR_NEIGH_ADDRESS]);
	row.ifindex = nla_get_u32(tb[BATADV_ATTR_HARD_IFINDEX]);
	return ts_batadv_rows_add(t, r->rows, r->last, &row, true);
}

static int take_originator(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
			   struct nlattr **tb)
{
	struct ts_batadv_originator row;

	if (!tb[BATADV_ATTR_ORIG_ADDRESS] || !tb[BATADV_ATTR_NEIGH_ADDRESS] ||
	    !tb[BATADV_ATTR_HARD_IFINDEX])
		return -EBADMSG;
	memset(&row, 0, sizeof(row));
	get_mac(row.orig, tb[BATADV_ATTR_ORIG_ADDRESS]);
	get_mac(row.neigh, tb[BATADV_ATTR_NEIGH_ADDRESS]);
	row.ifindex = nla_get_u32(tb[BATADV_ATTR_HARD_IFINDEX]);
	if (tb[BATADV_ATTR_TQ])
		row.metric = nla_get_u8(tb[BATADV_ATTR_TQ]);
	else if (tb[BATADV_ATTR_THROUGHPUT])
		row.metric = nla_get_u32(tb[BATADV_ATTR_THROUGHPUT]);
	row.best = tb[BATADV_ATTR_FLAG_BEST];
	return ts_batadv_rows_add(t, r->rows, r->last, &row, row.best);
}

static int take_gateway(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
			struct nlattr **tb)
{
	struct ts_batadv_gateway row;

	if (!tb[BATADV_ATTR_ORIG_ADDRESS])
		return -EBADMSG;
	get_mac(row.orig, tb[BATADV_ATTR_ORIG_ADDRESS]);
	return ts_batadv_rows_add(t, r->rows, r->last, &row, true);
}

static int take_client(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		       struct nlattr **tb)
{
	bool local = r->cmd == BATADV_CMD_GET_TRANSTABLE_LOCAL;
	struct ts_batadv_client row;
	uint16_t vid;

	if (!tb[BATADV_ATTR_TT_ADDRESS] || !tb[BATADV_ATTR_TT_VID] ||
	    (!local && !tb[BATADV_ATTR_ORIG_ADDRESS]))
		return -EBADMSG;
	memset(&row, 0, sizeof(row));
	get_mac(row.mac, tb[BATADV_ATTR_TT_ADDRESS]);
	vid = htons(nla_get_u16(tb[BATADV_ATTR_TT_VID]));
	memcpy(row.vid, &vid, sizeof(row.vid));
	if (!local)
		get_mac(row.orig, tb[BATADV_ATTR_ORIG_ADDRESS]);
	row.best = local || tb[BATADV_ATTR_FLAG_BEST];
	return ts_batadv_rows_add(t, r->rows, r->last, &row, row.best);
}

static int take_one(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		    struct nlmsghdr *nlh)
{
	struct nlattr *tb[BATADV_ATTR_MAX + 1];
	struct genlmsghdr *hdr = nlmsg_data(nlh);

	if (!genlmsg_valid_hdr(nlh, 0) || hdr->cmd != r->cmd ||
	    nla_parse(tb, BATADV_ATTR_MAX, genlmsg_attrdata(hdr, 0),
		      genlmsg_attrlen(hdr, 0), policy))
		return -EBADMSG;
	switch (r->cmd) {
	case BATADV_CMD_GET_MESH:
		return take_mesh(t, r, tb);
	case BATADV_CMD_GET_HARDIF:
		return take_hardif(t, r, tb);
	case BATADV_CMD_GET_NEIGHBORS:
		return take_neighbour(t, r, tb);
	case BATADV_CMD_GET_ORIGINATORS:
		return take_originator(t, r, tb);
	case BATADV_CMD_GET_GATEWAYS:
		return take_gateway(t, r, tb);
	default:
		return take_client(t, r, tb);
	}
}

/* What an NLMSG_ERROR or NLMSG_DONE says: 1 for all is well. */
static int ended(struct nlmsghdr *nlh)
{
	int err;

	if (nlmsg_datalen(nlh) < (int)sizeof(err))
		return -EBADMSG;
	memcpy(&err, nlmsg_data(nlh), sizeof(err));
	if (err > 0 || err < -4095)
		return -EBADMSG;
	return err ? err : 1;
}

/**
 * ts_batadv_take() - read a datagram of the kernel
 * @t: added to
 * @r: what was asked
 * @bytes: aligned as a struct nlmsghdr is
 * @len: of it
 *
 * What answers another request is passed over.
 *
 * Return: 0: more comes; 1: that was all; the kernel's negative errno; -EBADMSG:
 * it is no answer that can be understood; -ENOMEM.
 */
int ts_batadv_take(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		   const void *bytes, size_t len)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)bytes;
	int left = (int)len, ret = 0;

	if (!nlmsg_ok(nlh, left))
		return -EBADMSG;
	for (; !ret && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != r->seq)
			continue;
		r->disturbed |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
			ret = ended(nlh);
		else if (nlh->nlmsg_type == r->family)
			ret = take_one(t, r, nlh);
	}
	if (!ret && left > 0)
		return -EBADMSG;
	return ret;
}
