// SPDX-License-Identifier: GPL-2.0
/*
 * udp.c - Photon datagrams.
 *
 * A turn of the loop takes at most one burst, so that a flood here cannot keep
 * the events of the meter or the web waiting; what is too much stays in the
 * socket's queue and is dropped there.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "photon/message.h"
#include "tsd/clock.h"
#include "tsd/police.h"
#include "tsd/udp.h"

/*
 * What comes in a turn shares one commit, which takes about as long as thirty
 * signatures; a full burst of payments holds the loop for some 50 ms.
 */
#define BURST 512
/*
 * What may wait meanwhile, in bytes of datagrams; the kernel doubles it for what
 * it needs around them.  Its default of 200 kB is full after 3 ms of a flood, and
 * what is dropped then is payments as well.
 */
#define QUEUE_BYTES (4 << 20)
/* One byte more than a datagram may have, to tell the longer ones. */
#define SLOT_BYTES (TS_DATAGRAM_MAX_BYTES + 1)

struct ts_udp {
	struct ev_loop *loop;
	ev_io io;
	int fd;
	struct ts_police *police;
	ts_udp_take *take;
	void *ctx;
	struct ts_udp_counters counters;
	struct mmsghdr msgs[BURST];
	struct iovec iovs[BURST];
	struct sockaddr_storage from[BURST];
	uint8_t control[BURST][64] __attribute__((aligned(8)));
	uint8_t bytes[BURST][SLOT_BYTES];
};

/* The kernel stamps by the wall clock; only how long ago it was is of use. */
static uint64_t arrival(struct msghdr *msg, uint64_t now_ns)
{
	struct timespec stamp, wall;
	struct cmsghdr *c;
	int64_t ago;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
		clock_gettime(CLOCK_REALTIME, &wall);
		ago = (wall.tv_sec - stamp.tv_sec) * 1000000000ll +
		      wall.tv_nsec - stamp.tv_nsec;
		if (ago > 0 && ago < 1000000000ll)
			return now_ns - ago;
	}
	return now_ns;
}

static void take_one(struct ts_udp *u, unsigned int i, uint64_t now_ns)
{
	struct msghdr *msg = &u->msgs[i].msg_hdr;
	size_t len = u->msgs[i].msg_len;
	struct ts_endpoint from = { .len = msg->msg_namelen };

	if (!len) {
		u->counters.empty++;
		return;
	}
	if (len > TS_DATAGRAM_MAX_BYTES || msg->msg_flags & MSG_TRUNC) {
		u->counters.too_long++;
		return;
	}
	if (!ts_police_admit(u->police, (struct sockaddr *)&u->from[i], now_ns)) {
		u->counters.policed++;
		return;
	}
	from.addr = u->from[i];
	u->counters.received++;
	u->take(u->ctx, u->bytes[i], len, &from, arrival(msg, now_ns));
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct ts_udp *u = w->data;
	uint64_t now_ns;
	int n, i;

	for (i = 0; i < BURST; i++) {
		u->iovs[i] = (struct iovec){ u->bytes[i], SLOT_BYTES };
		u->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &u->from[i],
			.msg_namelen = sizeof(u->from[i]),
			.msg_iov = &u->iovs[i],
			.msg_iovlen = 1,
			.msg_control = u->control[i],
			.msg_controllen = sizeof(u->control[i]),
		};
	}
	n = recvmmsg(u->fd, u->msgs, BURST, MSG_DONTWAIT, NULL);
	now_ns = ts_clock_boot_ns();
	for (i = 0; i < n; i++)
		take_one(u, i, now_ns);
}

/* More than the system allows to all needs CAP_NET_ADMIN; else that much. */
static void make_queue(int fd)
{
	int bytes = QUEUE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int open_socket(const struct ts_endpoint *at)
{
	int family = at->addr.ss_family, one = 1, fd;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	make_queue(fd);
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	}
	if (bind(fd, (const struct sockaddr *)&at->addr, at->len)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/**
 * ts_udp_new() - listen for datagrams
 * @loop: borrowed until ts_udp_free()
 * @at: where
 * @limits: of strangers
 * @take: what is done with each
 * @ctx: for @take
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: the socket, or NULL.
 */
struct ts_udp *ts_udp_new(struct ev_loop *loop, const struct ts_endpoint *at,
			  const struct ts_udp_limits *limits, ts_udp_take *take,
			  void *ctx, char *err, size_t err_size)
{
	struct ts_udp *u = calloc(1, sizeof(*u));
	char text[TS_ENDPOINT_TEXT_SIZE];

	if (!u)
		goto no_memory;
	u->police = ts_police_new(limits->sources, limits->per_source, limits->burst,
				  limits->strangers);
	if (!u->police)
		goto free_udp;
	u->fd = open_socket(at);
	if (u->fd < 0) {
		snprintf(err, err_size, "listen.photon: %s: cannot listen there: %s",
			 ts_endpoint_print(at, text), strerror(-u->fd));
		ts_police_free(u->police);
		free(u);
		return NULL;
	}
	u->loop = loop;
	u->take = take;
	u->ctx = ctx;
	ev_io_init(&u->io, on_readable, u->fd, EV_READ);
	u->io.data = u;
	ev_io_start(loop, &u->io);
	return u;

free_udp:
	free(u);
no_memory:
	snprintf(err, err_size, "out of memory");
	return NULL;
}

/** ts_udp_free() - stop listening; NULL is allowed */
void ts_udp_free(struct ts_udp *u)
{
	if (!u)
		return;
	ev_io_stop(u->loop, &u->io);
	close(u->fd);
	ts_police_free(u->police);
	free(u);
}

/** ts_udp_send() - one datagram to @to; nobody waits for it */
void ts_udp_send(struct ts_udp *u, const void *bytes, size_t len,
		 const struct ts_endpoint *to)
{
	ssize_t n = sendto(u->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const struct sockaddr *)&to->addr, to->len);

	if (n == (ssize_t)len)
		u->counters.sent++;
	else
		u->counters.send_failed++;
}

/** ts_udp_know() - who is there is no stranger; only for one place of a peer */
void ts_udp_know(struct ts_udp *u, const struct ts_endpoint *from)
{
	ts_police_know(u->police, (const struct sockaddr *)&from->addr,
		       ts_clock_boot_ns());
}

/** ts_udp_forget() - it is not there any more */
void ts_udp_forget(struct ts_udp *u, const struct ts_endpoint *from)
{
	ts_police_forget(u->police, (const struct sockaddr *)&from->addr,
			 ts_clock_boot_ns());
}

/** ts_udp_counters() - Return: counters, valid while @u is */
const struct ts_udp_counters *ts_udp_counters(const struct ts_udp *u)
{
	return &u->counters;
}
