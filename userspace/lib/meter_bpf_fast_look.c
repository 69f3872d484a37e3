// SPDX-License-Identifier: GPL-2.0
/*
 * What the fast path would bypass: asked of the kernel, named, never changed.
 *
 * What cannot be asked counts as found, unless this kernel does not have it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/netdev.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include "lib/meter_bpf.h"

/* tsd's own; its configuration sees to it that nothing in there is bypassed. */
#define OWN_TABLE "tokenswitch"
/* As in meter_bpf_attach.c: our own filters, where there is no tcx. */
#define OWN_FILTER 0x7473

/**
 * struct look - one look
 * @found: room for what was found
 * @size: of it
 * @any: something was
 * @ifindex: device whose qdiscs or filters are asked for
 * @ifname: its name
 */
struct look {
	char *found;
	size_t size;
	bool any;
	uint32_t ifindex;
	const char *ifname;
};

static void __attribute__((format(printf, 2, 3)))
find(struct look *l, const char *fmt, ...)
{
	va_list ap;

	/* The first one is enough to refuse, and to begin with. */
	if (l->any)
		return;
	l->any = true;
	va_start(ap, fmt);
	vsnprintf(l->found, l->size, fmt, ap);
	va_end(ap);
}

/* --- netlink --------------------------------------------------------------- */

static int dump(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, struct look *l)
{
	char buf[32768];
	ssize_t len;
	int ret = 1;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (ret > 0) {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run(buf, (size_t)len, 1, mnl_socket_get_portid(nl), cb, l);
	}
	return ret < 0 ? -errno : 0;
}

/* @what is missing in this kernel when it has no such socket or no such message. */
static void ask(struct look *l, int bus, struct nlmsghdr *nlh, mnl_cb_t cb, const char *what)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int ret;

	if (!nl && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT))
		return;
	ret = nl ? dump(nl, nlh, cb, l) : -errno;
	if (nl)
		mnl_socket_close(nl);
	if (ret && ret != -EINVAL && ret != -EOPNOTSUPP)
		find(l, "cannot ask for %s: %s", what, strerror(-ret));
}

/* --- firewalls ------------------------------------------------------------- */

/** struct chain - what is of interest in a chain or flowtable */
struct chain {
	const char *table;
	const char *name;
	bool hooked;
};

/* Chains and flowtables have table and name, and a hook, at the same places. */
static int on_attr(const struct nlattr *attr, void *arg)
{
	struct chain *c = arg;

	switch (mnl_attr_get_type(attr)) {
	case NFTA_CHAIN_TABLE:
		c->table = mnl_attr_get_str(attr);
		break;
	case NFTA_CHAIN_NAME:
		c->name = mnl_attr_get_str(attr);
		break;
	case NFTA_CHAIN_HOOK:
		c->hooked = true;
		break;
	}
	return MNL_CB_OK;
}

static int on_chain(const struct nlmsghdr *nlh, void *arg)
{
	struct chain c = { .table = "?", .name = "?" };
	struct look *l = arg;

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_attr, &c);
	if (c.hooked && strcmp(c.table, OWN_TABLE))
		find(l, "chain %s of nftables table %s would not see what takes it: delete it, or leave the fast path out",
		     c.name, c.table);
	return MNL_CB_OK;
}

static int on_flowtable(const struct nlmsghdr *nlh, void *arg)
{
	struct chain c = { .table = "?", .name = "?" };

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_attr, &c);
	find(arg, "a flowtable of nftables table %s follows connections that it would not see: delete it, or leave the fast path out",
	     c.table);
	return MNL_CB_OK;
}

static void look_nft(struct look *l, uint16_t message, mnl_cb_t cb)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message);
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->version = NFNETLINK_V0;
	ask(l, NETLINK_NETFILTER, nlh, cb, "nftables");
}

/* iptables without nftables: a table is listed here while it has hooks. */
static void look_iptables(struct look *l, const char *path, const char *tool)
{
	char name[32];
	FILE *f = fopen(path, "re");

	if (!f)
		return;
	if (fscanf(f, "%31s", name) == 1)
		find(l, "table %s of %s would not see what takes it: unload it, or leave the fast path out",
		     name, tool);
	fclose(f);
}

static int on_policy(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	find(arg, "an IPsec policy would not be asked: delete it, or leave the fast path out");
	return MNL_CB_OK;
}

static void look_xfrm(struct look *l)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = XFRM_MSG_GETPOLICY;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct xfrm_userpolicy_id));
	ask(l, NETLINK_XFRM, nlh, on_policy, "IPsec policies");
}

/* --- devices --------------------------------------------------------------- */

static int on_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	static const char *const plain[] = { "noqueue", "mq", "fq_codel", "pfifo_fast", "clsact",
					     "ingress" };
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct look *l = arg;
	const char *kind;
	size_t i;

	if ((uint32_t)tc->tcm_ifindex != l->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) != TCA_KIND)
			continue;
		kind = mnl_attr_get_str(attr);
		for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
			if (!strcmp(kind, plain[i]))
				return MNL_CB_OK;
		find(l, "qdisc %s at %s would not shape what takes it: delete it, or leave the fast path out",
		     kind, l->ifname);
	}
	return MNL_CB_OK;
}

static int on_filter(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	struct look *l = arg;

	if (tc->tcm_handle && tc->tcm_handle != OWN_FILTER)
		find(l, "a tc filter at %s would not see what takes it: delete it, or leave the fast path out",
		     l->ifname);
	return MNL_CB_OK;
}

static void look_tc(struct look *l, uint16_t message, uint32_t parent, mnl_cb_t cb)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc;

	nlh->nlmsg_type = message;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	tc->tcm_ifindex = (int)l->ifindex;
	tc->tcm_parent = parent;
	ask(l, NETLINK_ROUTE, nlh, cb, "tc filters and qdiscs");
}

/* Programs at tcx, of which a port has one of its own. */
static void look_tcx(struct look *l, bool port, enum bpf_attach_type type)
{
	LIBBPF_OPTS(bpf_prog_query_opts, opts);

	if (!bpf_prog_query_opts((int)l->ifindex, type, &opts) && opts.prog_cnt > port)
		find(l, "another BPF program at tcx of %s would not see what takes it: detach it, or leave the fast path out",
		     l->ifname);
}

/* Without it the frames would vanish. */
static void look_features(struct look *l)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	if (bpf_xdp_query((int)l->ifindex, 0, &opts) || !opts.feature_flags)
		find(l, "the kernel does not say whether %s can take redirected frames: Linux 6.3 or newer is needed",
		     l->ifname);
	else if (!(opts.feature_flags & NETDEV_XDP_ACT_REDIRECT) ||
		 !(opts.feature_flags & NETDEV_XDP_ACT_NDO_XMIT))
		find(l, "%s cannot take redirected frames (a veth can when its other end has gro on)",
		     l->ifname);
}

/* Somebody may have switched it on again. */
static void look_tags(struct look *l)
{
	if (ts_bpf_device_hides_tags(l->ifname))
		find(l, "%s hides VLAN tags from XDP: run \"ethtool -K %s rxvlan off\"",
		     l->ifname, l->ifname);
}

static void look_rp_filter(struct look *l, const char *ifname)
{
	char path[96];
	FILE *f;
	int on = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", ifname);
	f = fopen(path, "re");
	if (f && fscanf(f, "%d", &on) == 1 && on)
		find(l, "reverse path filtering is on and would not be done: run \"sysctl net.ipv4.conf.%s.rp_filter=0\", or leave the fast path out",
		     ifname);
	if (f)
		fclose(f);
}

static void look_device(struct look *l, const struct ts_bpf_device *dev, bool port)
{
	l->ifindex = dev->ifindex;
	l->ifname = dev->name;
	if (dev->master)
		find(l, "%s is a port of another device, a bridge perhaps: the fast path is for routed ports",
		     dev->name);
	look_features(l);
	look_tags(l);
	look_rp_filter(l, dev->name);
	look_tc(l, RTM_GETQDISC, 0, on_qdisc);
	look_tc(l, RTM_GETTFILTER, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), on_filter);
	look_tc(l, RTM_GETTFILTER, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), on_filter);
	look_tcx(l, port, BPF_TCX_INGRESS);
	look_tcx(l, port, BPF_TCX_EGRESS);
}

static const struct ts_bpf_device *by_name(const struct ts_bpf_devices *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!strncmp(list->dev[i].name, name, IFNAMSIZ))
			return &list->dev[i];
	return NULL;
}

static void look_port(const struct ts_bpf *b, struct look *l, const struct ts_bpf_devices *list,
		      const struct ts_port_line *line)
{
	const struct ts_bpf_device *dev = ts_bpf_device_by_index(list, line->ifindex);
	const struct ts_bpf_device *from = by_name(list, line->fast_from);
	int slot;

	if (!dev)
		return;
	if (!from) {
		find(l, "there is no device %.15s", line->fast_from);
		return;
	}
	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE && b->ports[slot].ifindex == from->ifindex)
			find(l, "%s is a metered port itself, so it leads to no upstream",
			     from->name);
	look_device(l, dev, true);
	look_device(l, from, false);
}

/**
 * ts_bpf_fast_look() - is there anything that the fast path would bypass?
 * @b: the meter
 * @list: all devices
 * @found: set to the first thing found, and what to do, for people
 * @size: room in @found
 *
 * Return: true if so.
 */
bool ts_bpf_fast_look(struct ts_bpf *b, const struct ts_bpf_devices *list, char *found,
		      size_t size)
{
	struct look l = { .found = found, .size = size };
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE && b->ports[slot].fast_from[0])
			look_port(b, &l, list, &b->ports[slot]);
	look_rp_filter(&l, "all");
	look_nft(&l, NFT_MSG_GETCHAIN, on_chain);
	look_nft(&l, NFT_MSG_GETFLOWTABLE, on_flowtable);
	look_iptables(&l, "/proc/net/ip_tables_names", "iptables");
	look_iptables(&l, "/proc/net/ip6_tables_names", "ip6tables");
	look_xfrm(&l);
	return l.any;
}
