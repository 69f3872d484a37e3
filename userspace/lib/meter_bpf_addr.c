// SPDX-License-Identifier: GPL-2.0
/* Addresses of the box: the table ts_box_addrs follows the kernel's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <bpf/bpf.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include "lib/meter_bpf.h"

struct addresses {
	struct ts_addr addr[TS_BOX_ADDRS_MAX];
	size_t n;
};

static int parse_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *any = NULL, *local = NULL;
	struct addresses *list = arg;
	struct ts_addr *out;
	size_t len = ifa->ifa_family == AF_INET ? 4 : 16;

	if (nlh->nlmsg_type != RTM_NEWADDR || list->n == TS_BOX_ADDRS_MAX ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			any = attr;
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
	}
	/* On a point-to-point link IFA_ADDRESS is the other end's. */
	attr = local ? local : any;
	if (!attr || mnl_attr_get_payload_len(attr) < len)
		return MNL_CB_OK;
	out = &list->addr[list->n++];
	memset(out, 0, sizeof(*out));
	if (len == 4)
		out->byte[10] = out->byte[11] = 0xff;
	memcpy(&out->byte[16 - len], mnl_attr_get_payload(attr), len);
	return MNL_CB_OK;
}

static int list_addresses(struct addresses *list)
{
	char buffer[32768] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct mnl_socket *nl;
	struct ifaddrmsg *ifa;
	int len, ret = 1;

	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	nlh->nlmsg_type = RTM_GETADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_UNSPEC;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		ret = -1;
	while (ret > 0) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		ret = len < 0 ? -1 : mnl_cb_run(buffer, len, 1, mnl_socket_get_portid(nl),
						parse_address, list);
	}
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(nl);
	return ret;
}

static bool listed(const struct addresses *list, const struct ts_addr *addr)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!memcmp(&list->addr[i], addr, sizeof(*addr)))
			return true;
	return false;
}

/**
 * ts_bpf_addr_sync() - what the programs take for the box's own addresses
 * @b: the meter, locked
 *
 * A dump that another change disturbed is repeated at the next call, which
 * that change causes.
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_addr_sync(struct ts_bpf *b)
{
	struct ts_addr key, last, *prev = NULL;
	struct addresses *list;
	const uint8_t one = 1;
	size_t i;
	int ret;

	list = calloc(1, sizeof(*list));
	if (!list)
		return ts_meter_fail(&b->base, -ENOMEM, "out of memory");
	ret = list_addresses(list);
	if (ret == -EINTR) {
		free(list);
		return 0;
	}
	for (i = 0; !ret && i < list->n; i++)
		ret = bpf_map_update_elem(b->map[TS_MAP_BOX_ADDRS], &list->addr[i], &one, BPF_ANY);
	while (!ret && !bpf_map_get_next_key(b->map[TS_MAP_BOX_ADDRS], prev, &key)) {
		/* Deleting under the cursor would begin the walk again. */
		if (prev && !listed(list, prev))
			bpf_map_delete_elem(b->map[TS_MAP_BOX_ADDRS], prev);
		last = key;
		prev = &last;
	}
	if (!ret && prev && !listed(list, prev))
		bpf_map_delete_elem(b->map[TS_MAP_BOX_ADDRS], prev);
	free(list);
	if (ret)
		ts_meter_fail(&b->base, ret, "cannot follow the box's addresses: %s",
			      strerror(-ret));
	return ret;
}
