// SPDX-License-Identifier: GPL-2.0
/* Events of the module: a second socket, joined to its multicast group. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "lib/meter_genl.h"

/* A burst of exhausted clients must fit until the daemon's next turn. */
#define EVENT_RCVBUF_BYTES (1 << 20)

/** ts_genl_event_close() - leave the group, if it was joined */
void ts_genl_event_close(struct ts_genl *g)
{
	if (g->events)
		mnl_socket_close(g->events);
	g->events = NULL;
}

/**
 * ts_genl_event_fd() - join the group on first use
 * @m: the meter
 *
 * Return: descriptor or negative errno.
 */
int ts_genl_event_fd(struct ts_meter *m)
{
	struct ts_genl *g = (struct ts_genl *)m;
	int size = EVENT_RCVBUF_BYTES, ret;

	if (g->events)
		return mnl_socket_get_fd(g->events);
	g->events = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!g->events)
		return ts_meter_fail(m, -errno, "no netlink socket for events: %s",
				     strerror(errno));
	setsockopt(mnl_socket_get_fd(g->events), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	if (mnl_socket_bind(g->events, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(g->events, NETLINK_ADD_MEMBERSHIP, &g->group,
				  sizeof(g->group))) {
		ret = ts_meter_fail(m, -errno, "cannot join the module's events: %s",
				    strerror(errno));
		ts_genl_event_close(g);
		return ret;
	}
	return mnl_socket_get_fd(g->events);
}

static int read_messages(struct ts_genl *g, const void *buffer, int len,
			 void (*cb)(const struct ts_meter_event *, void *), void *arg)
{
	const struct nlmsghdr *nlh = buffer;
	const struct nlattr *tb[TS_A_MAX + 1];
	struct ts_meter_event ev;
	int n = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != g->family || ts_genl_tb(nlh, tb) != TS_CMD_EVENT)
			continue;
		ts_genl_get_event(tb, &ev);
		cb(&ev, arg);
		n++;
	}
	return n;
}

/**
 * ts_genl_event_read() - hand on what waits, also after some were lost
 * @m: the meter
 * @cb: called for each event; may call other functions of the meter
 * @arg: for @cb
 *
 * Return: number of events, or -ENOBUFS, or negative errno.
 */
int ts_genl_event_read(struct ts_meter *m,
		       void (*cb)(const struct ts_meter_event *, void *), void *arg)
{
	struct ts_genl *g = (struct ts_genl *)m;
	char buffer[8192] __attribute__((aligned(8)));
	bool lost = false;
	int n = 0, len;

	len = ts_genl_event_fd(m);
	if (len < 0)
		return len;
	for (;;) {
		len = mnl_socket_recvfrom(g->events, buffer, sizeof(buffer));
		if (len < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			break;
		if (len <= 0)
			return ts_meter_fail(m, len ? -errno : -EIO,
					     "reading the module's events: %s",
					     strerror(errno));
		n += read_messages(g, buffer, len, cb, arg);
	}
	if (lost)
		return ts_meter_fail(m, -ENOBUFS,
				     "events were lost: look at every account and port again");
	return n;
}
