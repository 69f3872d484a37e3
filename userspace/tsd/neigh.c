// SPDX-License-Identifier: GPL-2.0
/*
 * neigh.c - address -> station.
 *
 * route to the address -> device, which must be on-link -> neighbour's MAC ->
 * through VLAN devices, and through the bridge's forwarding table, down to the
 * access port.  Four or so questions to the kernel, each answered at once; no
 * copy is kept that could be out of date.
 *
 * The answer names a station for the eyes of the asker, and nothing else: value
 * is attached by the session code in the signed payment alone (M6, M15).
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tsd/endpoint.h"
#include "tsd/neigh.h"

#define DEPTH_MAX 4

struct ts_neigh {
	struct mnl_socket *nl;
	unsigned int seq;
	char buf[16384];
};

/** struct link - of a device what matters here */
struct link {
	bool bridge;
	bool vlan;
	uint16_t vlan_id;
	uint32_t lower;
};

/** struct neighbour - RTM_NEWNEIGH */
struct neighbour {
	bool found;
	uint8_t mac[6];
	uint32_t ifindex;
};

static struct nlmsghdr *question(struct ts_neigh *n, char *buf, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++n->seq;
	return nlh;
}

static int ask(struct ts_neigh *n, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	ssize_t len;
	int ret;

	if (mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(n->nl, n->buf, sizeof(n->buf));
		if (len < 0)
			return -errno;
		/* What was left of an earlier question is passed over. */
	} while (((struct nlmsghdr *)n->buf)->nlmsg_seq != n->seq);
	ret = mnl_cb_run(n->buf, len, n->seq, 0, cb, arg);
	return ret < 0 ? -errno : 0;
}

static int on_route(const struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	uint32_t *oif = arg, dev = 0;

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_type != RTN_UNICAST)
		return MNL_CB_STOP;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_GATEWAY ||
		    mnl_attr_get_type(attr) == RTA_VIA)
			return MNL_CB_STOP;
		if (mnl_attr_get_type(attr) == RTA_OIF)
			dev = mnl_attr_get_u32(attr);
	}
	*oif = dev;
	return MNL_CB_STOP;
}

/* The device on whose link the address is, 0: none. */
static uint32_t device_of(struct ts_neigh *n, unsigned int family,
			  const uint8_t *addr)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = question(n, buf, RTM_GETROUTE);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	uint32_t oif = 0;

	rtm->rtm_family = family;
	rtm->rtm_dst_len = family == AF_INET ? 32 : 128;
	mnl_attr_put(nlh, RTA_DST, rtm->rtm_dst_len / 8, addr);
	return ask(n, nlh, on_route, &oif) ? 0 : oif;
}

static int on_neighbour(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct neighbour *found = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    ndm->ndm_state & (NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP))
		return MNL_CB_STOP;
	found->ifindex = ndm->ndm_ifindex;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) != NDA_LLADDR ||
		    mnl_attr_get_payload_len(attr) != sizeof(found->mac))
			continue;
		memcpy(found->mac, mnl_attr_get_payload(attr), sizeof(found->mac));
		found->found = true;
	}
	return MNL_CB_STOP;
}

static bool neighbour_of(struct ts_neigh *n, unsigned int family,
			 const uint8_t *addr, uint32_t dev,
			 struct neighbour *found)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = question(n, buf, RTM_GETNEIGH);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = family;
	ndm->ndm_ifindex = dev;
	mnl_attr_put(nlh, NDA_DST, family == AF_INET ? 4 : 16, addr);
	return !ask(n, nlh, on_neighbour, found) && found->found;
}

/* The bridge's port behind which @mac is, 0: not known. */
static uint32_t bridge_port_of(struct ts_neigh *n, uint32_t bridge,
			       const uint8_t *mac, uint16_t vlan)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = question(n, buf, RTM_GETNEIGH);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	struct neighbour found = { };

	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = NTF_MASTER;
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	mnl_attr_put_u32(nlh, NDA_MASTER, bridge);
	if (vlan)
		mnl_attr_put_u16(nlh, NDA_VLAN, vlan);
	return ask(n, nlh, on_neighbour, &found) ? 0 : found.ifindex;
}

static void read_vlan(const struct nlattr *data, struct link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			link->vlan_id = mnl_attr_get_u16(attr);
}

static void read_kind(const struct nlattr *info, struct link *link)
{
	const struct nlattr *attr, *data = NULL;
	const char *kind = "";

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			kind = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	link->bridge = !strcmp(kind, "bridge");
	link->vlan = !strcmp(kind, "vlan");
	if (link->vlan && data)
		read_vlan(data, link);
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct link *link = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_STOP;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_LINK)
			link->lower = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			read_kind(attr, link);
	}
	return MNL_CB_STOP;
}

static int link_of(struct ts_neigh *n, uint32_t dev, struct link *link)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = question(n, buf, RTM_GETLINK);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	memset(link, 0, sizeof(*link));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = dev;
	return ask(n, nlh, on_link, link);
}

/**
 * ts_neigh_station() - the station that has an address
 * @n: the tables
 * @peer: the address; of a link-local one the scope says the device
 * @zone: tells which devices are access ports
 * @ctx: for @zone
 * @key: set on success
 *
 * Return: 0, or -ENOENT: not a neighbour, or not behind an access port.
 */
int ts_neigh_station(struct ts_neigh *n, const struct sockaddr *peer,
		     ts_neigh_zone *zone, void *ctx, struct ts_key *key)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;
	struct neighbour found = { };
	unsigned int family, depth;
	struct link link;
	uint8_t addr[16];
	uint32_t dev;

	family = ts_endpoint_address(peer, addr);
	if (!family)
		return -ENOENT;
	dev = family == AF_INET6 && in6->sin6_scope_id ? in6->sin6_scope_id :
	      device_of(n, family, addr);
	if (!dev || !neighbour_of(n, family, addr, dev, &found))
		return -ENOENT;
	memset(key, 0, sizeof(*key));
	memcpy(key->mac, found.mac, sizeof(key->mac));
	for (depth = 0; dev && depth < DEPTH_MAX; depth++) {
		if (!zone(ctx, dev, &key->zone))
			return 0;
		if (link_of(n, dev, &link))
			return -ENOENT;
		if (link.vlan) {
			key->vlan = link.vlan_id;
			dev = link.lower;
		} else if (link.bridge) {
			dev = bridge_port_of(n, dev, key->mac, key->vlan);
		} else {
			return -ENOENT;
		}
	}
	return -ENOENT;
}

/**
 * ts_neigh_new() - open the tables
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: freed with ts_neigh_free(), or NULL.
 */
struct ts_neigh *ts_neigh_new(char *err, size_t err_size)
{
	struct ts_neigh *n = calloc(1, sizeof(*n));
	struct timeval patience = { .tv_sec = 1 };

	if (!n) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	n->seq = time(NULL);
	n->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!n->nl || mnl_socket_bind(n->nl, 0, MNL_SOCKET_AUTOPID)) {
		snprintf(err, err_size, "rtnetlink: %s", strerror(errno));
		ts_neigh_free(n);
		return NULL;
	}
	setsockopt(mnl_socket_get_fd(n->nl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	return n;
}

/** ts_neigh_free() - NULL is allowed */
void ts_neigh_free(struct ts_neigh *n)
{
	if (!n)
		return;
	if (n->nl)
		mnl_socket_close(n->nl);
	free(n);
}
