// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices of the namespace: the list of them, and a socket that
 * becomes readable when it, an address, a qdisc or a filter changed.
 *
 * What exactly changed is not read from the notifications: they can be lost,
 * and everything is looked at again anyway.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include "lib/meter_bpf.h"

/**
 * ts_bpf_device_watch() - a socket that hears of links, qdiscs and filters
 * @b: the meter
 *
 * Return: descriptor, owned by the meter, or negative errno.
 */
int ts_bpf_device_watch(struct ts_bpf *b)
{
	static const unsigned int groups[] = {
		RTNLGRP_LINK, RTNLGRP_TC, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
	};
	struct mnl_socket *nl;
	size_t i;
	int ret;

	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		goto err;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (mnl_socket_setsockopt(nl, NETLINK_ADD_MEMBERSHIP, (void *)&groups[i],
					  sizeof(groups[i])))
			goto err;
	b->watch = nl;
	return mnl_socket_get_fd(nl);

err:
	ret = ts_meter_fail(&b->base, -errno, "cannot watch network devices: %s",
			    strerror(errno));
	if (nl)
		mnl_socket_close(nl);
	return ret;
}

/** ts_bpf_device_drain() - forget what was heard; Return: true if anything was */
bool ts_bpf_device_drain(struct ts_bpf *b)
{
	char buffer[16384];
	bool any = false;
	ssize_t len;

	if (!b->watch)
		return true;
	for (;;) {
		len = recv(mnl_socket_get_fd(b->watch), buffer, sizeof(buffer),
			   MSG_DONTWAIT | MSG_TRUNC);
		if (len > 0 || (len < 0 && (errno == ENOBUFS || errno == EINTR)))
			any = true;
		else
			return any;
	}
}

/* The link of a pair is its other end, which it does not stand on. */
static bool is_pair(const char *kind)
{
	return !strcmp(kind, "veth") || !strcmp(kind, "netkit");
}

static void parse_info(const struct nlattr *info, struct ts_bpf_device *dev, bool *pair)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			dev->bridged = !strcmp(mnl_attr_get_str(attr), "bridge");
		else if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			*pair = is_pair(mnl_attr_get_str(attr));
	}
}

static int parse_device(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct ts_bpf_devices *list = arg;
	struct ts_bpf_device *dev;
	const struct nlattr *attr;
	bool elsewhere = false, pair = false;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	if (list->n == list->size) {
		dev = realloc(list->dev, (list->size + 64) * sizeof(*dev));
		if (!dev)
			return MNL_CB_ERROR;
		list->dev = dev;
		list->size += 64;
	}
	dev = &list->dev[list->n++];
	memset(dev, 0, sizeof(*dev));
	dev->ifindex = ifi->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			strncpy(dev->name, mnl_attr_get_str(attr), sizeof(dev->name) - 1);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(dev->mac))
				memcpy(dev->mac, mnl_attr_get_payload(attr), sizeof(dev->mac));
			break;
		case IFLA_MASTER:
			dev->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK:
			dev->link = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_LINKINFO:
			parse_info(attr, dev, &pair);
			break;
		}
	}
	if (elsewhere || pair)
		dev->link = 0;
	return MNL_CB_OK;
}

static int dump_once(struct mnl_socket *nl, struct ts_bpf_devices *list, unsigned int seq)
{
	char buffer[32768] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *ifi;
	int len, ret = 1;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	list->n = 0;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (ret > 0) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		ret = mnl_cb_run(buffer, len, seq, mnl_socket_get_portid(nl), parse_device, list);
	}
	return ret < 0 ? -errno : 0;
}

/**
 * ts_bpf_device_list() - every device of the namespace
 * @b: the meter
 * @list: filled in; to be freed with ts_bpf_device_free()
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_device_list(struct ts_bpf *b, struct ts_bpf_devices *list)
{
	struct mnl_socket *nl;
	unsigned int seq = 0;
	int ret;

	memset(list, 0, sizeof(*list));
	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl)
		return ts_meter_fail(&b->base, -errno, "no netlink socket: %s", strerror(errno));
	ret = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
	/* Disturbed by a change: again, a new socket would lose no more. */
	while (!ret && seq < 16) {
		ret = dump_once(nl, list, ++seq);
		if (ret != -EINTR)
			break;
		ret = 0;
	}
	mnl_socket_close(nl);
	if (!ret)
		return 0;
	ts_bpf_device_free(list);
	return ts_meter_fail(&b->base, ret, "cannot list network devices: %s", strerror(-ret));
}

void ts_bpf_device_free(struct ts_bpf_devices *list)
{
	free(list->dev);
	memset(list, 0, sizeof(*list));
}

static struct ts_bpf_device *find(const struct ts_bpf_devices *list, uint32_t ifindex)
{
	size_t i;

	for (i = 0; ifindex && i < list->n; i++)
		if (list->dev[i].ifindex == ifindex)
			return &list->dev[i];
	return NULL;
}

/** ts_bpf_device_by_index() - Return: the device, or NULL */
const struct ts_bpf_device *ts_bpf_device_by_index(const struct ts_bpf_devices *list,
						   uint32_t ifindex)
{
	return find(list, ifindex);
}

static bool stand_on(struct ts_bpf_device *upper, const struct ts_bpf_device *lower)
{
	uint32_t below = lower->claimed ? lower->ifindex : lower->below;

	if (!below || upper->below)
		return false;
	upper->below = below;
	return true;
}

/* A claimed device may itself stand on one: only the lowest is a port. */
static void find_lowest(struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *lower;
	struct ts_bpf_device *dev;
	size_t i;

	for (i = 0; i < list->n; i++) {
		dev = &list->dev[i];
		while ((lower = find(list, dev->below)) && lower->below)
			dev->below = lower->below;
	}
}

/**
 * ts_bpf_device_stack() - find what stands on a claimed device
 * @list: all devices, @claimed set in each; @below is set
 *
 * From device to device upward, until nothing changes: the kernel allows few
 * on each other.
 */
void ts_bpf_device_stack(struct ts_bpf_devices *list)
{
	struct ts_bpf_device *dev, *other;
	bool more = true;
	size_t i;

	for (i = 0; i < list->n; i++)
		list->dev[i].below = 0;
	while (more) {
		more = false;
		for (i = 0; i < list->n; i++) {
			dev = &list->dev[i];
			other = find(list, dev->link);
			if (other)
				more |= stand_on(dev, other);
			other = find(list, dev->master);
			if (other)
				more |= stand_on(other, dev);
		}
	}
	find_lowest(list);
}

/**
 * ts_bpf_device_domain() - the device that stands for a port's zone
 * @list: all devices
 * @dev: one of them
 *
 * Return: its bridge, or itself where it is routed.
 */
const struct ts_bpf_device *ts_bpf_device_domain(const struct ts_bpf_devices *list,
						 const struct ts_bpf_device *dev)
{
	const struct ts_bpf_device *master = NULL;

	if (dev->bridged)
		master = ts_bpf_device_by_index(list, dev->master);
	return master ? master : dev;
}

static int ethtool(const char *name, void *request)
{
	struct ifreq ifr = { .ifr_data = request };
	int fd, ret;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	ret = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

/** ts_bpf_device_is_veth() - Return: true for one end of a veth pair */
bool ts_bpf_device_is_veth(const char *name)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	return !ethtool(name, &info) && !strcmp(info.driver, "veth");
}

/** ts_bpf_device_hides_tags() - Return: true if its card strips VLAN tags now */
bool ts_bpf_device_hides_tags(const char *name)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };

	return !ethtool(name, &value) && value.data & ETH_FLAG_RXVLAN;
}

/**
 * ts_bpf_device_show_tags() - keep received VLAN tags in the frame
 * @name: device
 *
 * With this offload the card strips the tag, and XDP cannot see it.
 *
 * Return: 0, or negative errno: the device keeps hiding tags.
 */
int ts_bpf_device_show_tags(const char *name)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	int ret;

	ret = ethtool(name, &value);
	/* No ethtool at all: nothing that could be stripping tags. */
	if (ret == -EOPNOTSUPP)
		return 0;
	if (ret || !(value.data & ETH_FLAG_RXVLAN))
		return ret;
	value.cmd = ETHTOOL_SFLAGS;
	value.data &= ~(uint32_t)ETH_FLAG_RXVLAN;
	ret = ethtool(name, &value);
	if (ret)
		return ret;
	value.cmd = ETHTOOL_GFLAGS;
	ret = ethtool(name, &value);
	if (ret)
		return ret;
	return value.data & ETH_FLAG_RXVLAN ? -EOPNOTSUPP : 0;
}
