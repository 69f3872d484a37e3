// SPDX-License-Identifier: GPL-2.0
/*
 * selftest.c - an unpaid frame through the real datapath.
 *
 * bpf: the very program that is attached to the port is found through the
 * kernel and run on a frame (BPF_PROG_TEST_RUN), with the port's own maps.
 * nf: hooks cannot be run on demand; a veth pair of our own is claimed for a
 * moment, a frame is sent in at one end, and the port's counters must say that
 * it was refused.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tsd/selftest.h"

/* Ours when there is no tcx; see the bpf driver. */
#define FILTER_PRIORITY	1
#define FILTER_HANDLE	0x7473

#define VETH_METERED "tstest0"
#define VETH_CLIENT  "tstest1"

/*
 * UDP to a documentation address, from a MAC that nobody has, large enough to
 * be a frame of any medium.
 */
static const uint8_t unpaid[60] = {
	0x02, 0, 0, 0, 0, 1,  0x02, 0x54, 0x53, 0xfe, 0xed, 0x01,  0x08, 0,
	0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0,
	192, 0, 2, 1,  203, 0, 113, 1,
	0x30, 0x39, 0, 9, 0, 26, 0, 0,
};

static int xdp_program(uint32_t ifindex)
{
	uint32_t id = 0;

	if (bpf_xdp_query_id(ifindex, XDP_FLAGS_DRV_MODE, &id) || !id)
		return -ENOENT;
	return bpf_prog_get_fd_by_id(id);
}

/* Ours among those on the hook: the others are somebody else's shaper. */
static int named_program(const uint32_t *ids, uint32_t n, const char *name)
{
	struct bpf_prog_info info;
	uint32_t i, len;
	int fd;

	for (i = 0; i < n; i++) {
		fd = bpf_prog_get_fd_by_id(ids[i]);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		if (!bpf_prog_get_info_by_fd(fd, &info, &len) &&
		    !strcmp(info.name, name))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

static int tc_program(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);
	LIBBPF_OPTS(bpf_prog_query_opts, query);
	uint32_t ids[16] = { };
	int fd = -ENOENT;

	query.prog_ids = ids;
	query.prog_cnt = sizeof(ids) / sizeof(ids[0]);
	if (!bpf_prog_query_opts(ifindex, BPF_TCX_INGRESS, &query))
		fd = named_program(ids, query.prog_cnt, "ts_tc_up");
	if (fd < 0 && !bpf_tc_query(&hook, &filter))
		fd = named_program(&filter.prog_id, 1, "ts_tc_up");
	return fd;
}

/**
 * ts_selftest_port() - an unpaid frame through the program of a port
 * @port: attached, metered by xdp or tc
 * @err: when it is not refused, one line for people
 * @err_size: room in @err
 *
 * Return: 0: refused, -EACCES: it passed, or another negative errno: it could
 * not be tried.
 */
int ts_selftest_port(const struct ts_port *port, char *err, size_t err_size)
{
	bool xdp = port->meter == TS_METER_XDP;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = unpaid,
		    .data_size_in = sizeof(unpaid), .repeat = 1);
	uint8_t out[256];
	int fd, ret;

	if (!xdp && port->meter != TS_METER_TC)
		return 0;
	fd = xdp ? xdp_program(port->ifindex) : tc_program(port->ifindex);
	if (fd < 0) {
		snprintf(err, err_size, "%s: the meter's program is not attached",
			 port->ifname);
		return -ENOENT;
	}
	run.data_out = out;
	run.data_size_out = sizeof(out);
	ret = bpf_prog_test_run_opts(fd, &run);
	close(fd);
	if (ret) {
		snprintf(err, err_size, "%s: the meter's program cannot be tried: %s",
			 port->ifname, strerror(-ret));
		return ret;
	}
	if (xdp ? run.retval == XDP_DROP : run.retval == TC_ACT_SHOT)
		return 0;
	snprintf(err, err_size, "%s: an unpaid frame passes (verdict %u)",
		 port->ifname, run.retval);
	return -EACCES;
}

static int set_up(struct nl_sock *nl, const char *name)
{
	struct rtnl_link *change = rtnl_link_alloc();
	struct rtnl_link *old = rtnl_link_alloc();
	int ret = -NLE_NOMEM;

	if (change && old) {
		/* Its name alone would not be sent: libnl sends what changes. */
		rtnl_link_set_ifindex(old, if_nametoindex(name));
		rtnl_link_set_flags(change, IFF_UP);
		ret = rtnl_link_change(nl, old, change, 0);
	}
	rtnl_link_put(old);
	rtnl_link_put(change);
	return ret;
}

static void remove_pair(struct nl_sock *nl)
{
	struct rtnl_link *link = rtnl_link_alloc();

	if (!link)
		return;
	rtnl_link_set_name(link, VETH_METERED);
	rtnl_link_delete(nl, link);
	rtnl_link_put(link);
}

static int send_unpaid(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(VETH_CLIENT),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ssize_t n = -1;

	if (fd < 0)
		return -errno;
	n = sendto(fd, unpaid, sizeof(unpaid), 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return n == sizeof(unpaid) ? 0 : -EIO;
}

static int sum_drops(const struct ts_port *port, void *arg)
{
	uint64_t *drops = arg;
	int i;

	if (strcmp(port->ifname, VETH_METERED))
		return 0;
	for (i = 0; i < TS_DROP_COUNT; i++)
		*drops += port->drops[i];
	return 0;
}

/* The hook runs in softirq, as a rule before sendto() returns. */
static int was_refused(struct ts_meter *m, char *err, size_t err_size)
{
	uint64_t drops;
	int i;

	for (i = 0; i < 50; i++) {
		drops = 0;
		ts_meter_port_dump(m, sum_drops, &drops);
		if (drops)
			return 0;
		poll(NULL, 0, 2);
	}
	snprintf(err, err_size, "nf: an unpaid frame is not refused");
	return -EACCES;
}

/**
 * ts_selftest_nf() - an unpaid frame through the hooks of the module
 * @m: owned
 * @err: when it is not refused, one line for people
 * @err_size: room in @err
 *
 * Return: as ts_selftest_port().
 */
int ts_selftest_nf(struct ts_meter *m, char *err, size_t err_size)
{
	struct ts_port port = {
		.pattern = VETH_METERED,
		.role = TS_ROLE_ACCESS,
		.meter = TS_METER_NF,
		.direction = TS_DIRECTION_UP,
	};
	struct nl_sock *nl = nl_socket_alloc();
	int ret = -EIO;

	snprintf(err, err_size, "nf: a veth pair to try the meter with cannot be made");
	if (!nl)
		return -ENOMEM;
	if (nl_connect(nl, NETLINK_ROUTE))
		goto free_socket;
	remove_pair(nl);	/* of one who was killed in between */
	if (rtnl_link_veth_add(nl, VETH_METERED, VETH_CLIENT, getpid()))
		goto free_socket;
	ret = ts_meter_port_add(m, &port);
	if (ret) {
		snprintf(err, err_size, "nf: %s", ts_meter_error(m));
		goto remove_veth;
	}
	ret = -EIO;
	if (!set_up(nl, VETH_METERED) && !set_up(nl, VETH_CLIENT) && !send_unpaid())
		ret = was_refused(m, err, err_size);
	ts_meter_port_del(m, VETH_METERED);
remove_veth:
	remove_pair(nl);
free_socket:
	nl_socket_free(nl);
	return ret;
}
