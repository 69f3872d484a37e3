// SPDX-License-Identifier: GPL-2.0
/*
 * bypass.c - asks the kernel for settings that take frames past the meter.
 *
 * It asks and changes no setting: the operator may have reasons.  But what passes unmetered is
 * for nobody: the gate of such a port is shut until the setting is gone.  What cannot be asked
 * on this kernel is not there either.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <nftables/libnftables.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tsd/bypass.h"
#include "tsd/daemon.h"
#include "tsd/log.h"

/* Both qdiscs that have filters at ingress: "ingress" itself and "clsact". */
static const uint32_t ingress_parents[] = {
	TC_H_MAKE(TC_H_INGRESS, 0), TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
};

/* --- ethtool --------------------------------------------------------------- */

static int ask(int fd, const char *ifname, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	return ioctl(fd, SIOCETHTOOL, &ifr);
}

static unsigned int count_features(int fd, const char *ifname)
{
	union {
		struct ethtool_sset_info info;
		uint8_t room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} u = { .info = { .cmd = ETHTOOL_GSSET_INFO,
			  .sset_mask = 1ull << ETH_SS_FEATURES } };

	return ask(fd, ifname, &u) || !u.info.sset_mask ? 0 : u.info.data[0];
}

static void note_feature(struct ts_bypass_facts *f, const char *name)
{
	if (!strcmp(name, "hw-tc-offload"))
		f->hw_tc = true;
	else if (!strcmp(name, "l2-fwd-offload") || !strcmp(name, "hsr-fwd-offload"))
		f->hw_bridge = true;
	else if (!strcmp(name, "rx-lro"))
		f->lro = true;
}

static void ask_features(int fd, struct ts_bypass_facts *f)
{
	unsigned int n = count_features(fd, f->ifname), blocks = (n + 31) / 32, i;
	struct ethtool_gstrings *names;
	struct ethtool_gfeatures *set;

	names = calloc(1, sizeof(*names) + (size_t)n * ETH_GSTRING_LEN);
	set = calloc(1, sizeof(*set) + blocks * sizeof(set->features[0]));
	if (!names || !set)
		goto out;
	*names = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS,
		.string_set = ETH_SS_FEATURES, .len = n };
	*set = (struct ethtool_gfeatures){ .cmd = ETHTOOL_GFEATURES, .size = blocks };
	if (!n || ask(fd, f->ifname, names) || ask(fd, f->ifname, set))
		goto out;
	for (i = 0; i < n; i++)
		if (set->features[i / 32].active & 1u << i % 32)
			note_feature(f, (char *)names->data + (size_t)i * ETH_GSTRING_LEN);
out:
	free(names);
	free(set);
}

/* --- links and filters ----------------------------------------------------- */

static void ask_kernel(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	static unsigned int seq;
	char buf[32768];
	ssize_t len;

	nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return;
	while ((len = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0)
		if (mnl_cb_run(buf, (size_t)len, nlh->nlmsg_seq, mnl_socket_get_portid(nl),
			       cb, arg) <= 0)
			return;
}

/* What stands on it may be a bond or a VRF as well. */
static bool is_bridged(const struct nlattr *linkinfo)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, linkinfo)
		if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			return !strcmp(mnl_attr_get_str(attr), "bridge");
	return false;
}

static int on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct ts_bypass_facts *f = arg;
	const struct nlattr *attr;
	bool bridged = false;
	size_t len;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		len = mnl_attr_get_payload_len(attr);
		if (mnl_attr_get_type(attr) == IFLA_MASTER)
			f->bridge = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			bridged = is_bridged(attr);
		else if (mnl_attr_get_type(attr) == IFLA_PHYS_SWITCH_ID &&
			 2 * len < sizeof(f->switch_id))
			sodium_bin2hex(f->switch_id, sizeof(f->switch_id),
				       mnl_attr_get_payload(attr), len);
	}
	if (!bridged)
		f->bridge = 0;
	return MNL_CB_STOP;
}

static void ask_link(struct mnl_socket *nl, struct ts_bypass_facts *f, uint32_t ifindex)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)ifindex;
	ask_kernel(nl, nlh, on_link, f);
}

/*
 * Each classifier has its actions at another depth; but what an action is called stands
 * there as a text of its own, with its NUL, in all of them.
 */
static int on_filter(const struct nlmsghdr *nlh, void *arg)
{
	struct ts_bypass_facts *f = arg;

	f->redirects |= memmem(mnl_nlmsg_get_payload_offset(nlh, sizeof(struct tcmsg)),
			       mnl_nlmsg_get_payload_len(nlh) - sizeof(struct tcmsg),
			       "mirred", sizeof("mirred")) != NULL;
	return MNL_CB_OK;
}

static void ask_filters(struct mnl_socket *nl, struct ts_bypass_facts *f, uint32_t ifindex)
{
	struct nlmsghdr *nlh;
	struct tcmsg *tc;
	char buf[256];
	size_t i;

	for (i = 0; i < sizeof(ingress_parents) / sizeof(ingress_parents[0]); i++) {
		nlh = mnl_nlmsg_put_header(buf);
		nlh->nlmsg_type = RTM_GETTFILTER;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
		tc->tcm_ifindex = (int)ifindex;
		tc->tcm_parent = ingress_parents[i];
		ask_kernel(nl, nlh, on_filter, f);
	}
}

/* --- nftables -------------------------------------------------------------- */

/* "nft list flowtables"; empty on a kernel without. */
static char *ask_flowtables(void)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	char *text = NULL;

	if (nft && !nft_ctx_buffer_output(nft) && !nft_ctx_buffer_error(nft) &&
	    !nft_run_cmd_from_buffer(nft, "list flowtables"))
		text = strdup(nft_ctx_get_output_buffer(nft));
	if (nft)
		nft_ctx_free(nft);
	return text ? text : strdup("");
}

/* --------------------------------------------------------------------------- */

static struct ts_bypass_facts *gather(const struct ts_ports *ports)
{
	struct ts_bypass_facts *facts = calloc(ports->n_attached + 1, sizeof(*facts));
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool bound = nl && !mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID);
	unsigned int i;

	for (i = 0; facts && i < ports->n_attached; i++) {
		strcpy(facts[i].ifname, ports->attached[i].ifname);
		facts[i].meter = ports->attached[i].meter;
		strcpy(facts[i].no_fast, ports->attached[i].fast_reason);
		if (fd >= 0)
			ask_features(fd, &facts[i]);
		if (bound) {
			ask_link(nl, &facts[i], ports->attached[i].ifindex);
			ask_filters(nl, &facts[i], ports->attached[i].ifindex);
		}
	}
	if (nl)
		mnl_socket_close(nl);
	if (fd >= 0)
		close(fd);
	return facts;
}

static bool was_there(const json_t *before, const json_t *one)
{
	const json_t *other;
	size_t i;

	json_array_foreach(before, i, other)
		if (json_equal((json_t *)other, (json_t *)one))
			return true;
	return false;
}

/* What is new is said once. */
static void log_new(const json_t *before, const json_t *now)
{
	const json_t *one;
	size_t i;

	json_array_foreach(now, i, one)
		if (!was_there(before, one))
			ts_log(json_is_true(json_object_get(one, "unmetered")) ? TS_LOG_WARN :
			       TS_LOG_INFO, "%s %s: %s",
			       json_string_value(json_object_get(one, "what")),
			       json_string_value(json_object_get(one, "where")),
			       json_string_value(json_object_get(one, "message")));
}

static void note_refused(struct ts_ports *ports, const struct ts_bypass_facts *facts)
{
	unsigned int i;

	ports->n_refused = 0;
	for (i = 0; i < ports->n_attached; i++)
		if (facts[i].refused)
			strcpy(ports->refused[ports->n_refused++], facts[i].ifname);
}

/**
 * ts_bypass_look() - look at the settings again
 * @d: the daemon; its @bypasses is replaced, and which of its ports are refused
 */
void ts_bypass_look(struct ts_daemon *d)
{
	struct ts_bypass_facts *facts = gather(&d->ports);
	char *flowtables = ask_flowtables();
	json_t *now = NULL;

	if (facts && flowtables)
		now = ts_bypass_judge(facts, d->ports.n_attached, flowtables);
	if (now)
		note_refused(&d->ports, facts);
	free(flowtables);
	free(facts);
	if (!now)
		return;
	log_new(d->bypasses, now);
	json_decref(d->bypasses);
	d->bypasses = now;
}
