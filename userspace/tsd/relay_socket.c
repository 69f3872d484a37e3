// SPDX-License-Identifier: GPL-2.0
/*
 * relay_socket.c - two sockets: one has our address and port, for what is meant for us
 * and for all that we send; the other hears what is meant for all.
 *
 * Both are bound to the device that has our address: what comes from elsewhere, as the
 * upstream of a gateway, is no neighbour's.  That device may go and come back.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "relay/receipt.h"
#include "tsd/clock.h"
#include "tsd/police.h"
#include "tsd/relay_socket.h"

/* One byte more than the longest message, to tell those that are longer. */
#define SLOT_BYTES	(TS_RECEIPT_BYTES + 1)
/* Of a turn: as many signatures as hold the loop for some 20 ms, if all are good. */
#define BURST		256
/* A mesh of some hundred boxes, each of which says two things in ten seconds. */
#define SOURCES		512
#define PER_SOURCE	5
#define SOURCE_BURST	20
#define STRANGERS	200

/**
 * struct slot - a datagram that waits for its turn
 * @from: who sent it
 * @len: of it
 * @b: its bytes
 */
struct slot {
	struct ts_endpoint from;
	size_t len;
	uint8_t b[SLOT_BYTES];
};

/**
 * struct ts_relay_socket - both
 * @loop: borrowed
 * @at: where we listen
 * @ifindex: of the device that has this address; 0: none has, and nothing is open
 * @device: its name
 * @one: for what is meant for us
 * @all: for what is meant for all
 * @police: of sources
 * @heard: what is done with each
 * @ctx: for @heard
 * @slots: what came in a turn
 * @fault: why nothing is open; empty: all is
 * @counters: see there
 */
struct ts_relay_socket {
	struct ev_loop *loop;
	struct ts_endpoint at;
	unsigned int ifindex;
	char device[IFNAMSIZ];
	ev_io one;
	ev_io all;
	struct ts_police *police;
	ts_relay_heard *heard;
	void *ctx;
	struct slot slots[BURST];
	char fault[160];
	struct ts_relay_socket_counters counters;
};

/* Our own broadcasts come back to us. */
static bool is_ours(const struct ts_relay_socket *s, const struct ts_endpoint *from)
{
	return ts_endpoint_equal(&s->at, from);
}

static void take_one(struct ts_relay_socket *s, const struct slot *slot,
		     uint64_t arrived_ns)
{
	if (!slot->len || slot->len == SLOT_BYTES || is_ours(s, &slot->from))
		return;
	if (!ts_police_admit(s->police, (const struct sockaddr *)&slot->from.addr,
			     ts_clock_boot_ns())) {
		s->counters.policed++;
		return;
	}
	s->counters.received++;
	s->heard(s->ctx, slot->b, slot->len, &slot->from, arrived_ns);
}

/* Return: whether there was one. */
static bool receive(int fd, struct slot *slot)
{
	ssize_t n;

	slot->from.len = sizeof(slot->from.addr);
	n = recvfrom(fd, slot->b, sizeof(slot->b), MSG_DONTWAIT,
		     (struct sockaddr *)&slot->from.addr, &slot->from.len);
	slot->len = n > 0 ? (size_t)n : 0;
	return n >= 0;
}

/*
 * The newest first: the one says all that those before it do, and an old one compared
 * with what we count now were a lie.
 */
static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct ts_relay_socket *s = w->data;
	uint64_t arrived_ns;
	int n = 0;

	while (n < BURST && receive(w->fd, &s->slots[n]))
		n++;
	arrived_ns = ts_clock_boot_ns();
	while (n--)
		take_one(s, &s->slots[n], arrived_ns);
}

static void close_one(struct ts_relay_socket *s, ev_io *w)
{
	if (w->fd < 0)
		return;
	ev_io_stop(s->loop, w);
	close(w->fd);
	ev_io_set(w, -1, EV_READ);
}

static void close_both(struct ts_relay_socket *s)
{
	close_one(s, &s->one);
	close_one(s, &s->all);
	s->ifindex = 0;
}

static int open_one(struct ts_relay_socket *s, ev_io *w, const struct sockaddr_in *at)
{
	int fd, one = 1;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->device, sizeof(s->device)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)) ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at))) {
		int err = -errno;

		close(fd);
		return err;
	}
	ev_io_set(w, fd, EV_READ);
	ev_io_start(s->loop, w);
	return 0;
}

static struct sockaddr_in everybody(const struct ts_relay_socket *s)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(ts_endpoint_port(&s->at)),
		.sin_addr.s_addr = htonl(INADDR_BROADCAST),
	};
}

static int open_both(struct ts_relay_socket *s)
{
	struct sockaddr_in all = everybody(s);
	int ret = open_one(s, &s->one, (const struct sockaddr_in *)&s->at.addr);

	if (!ret)
		ret = open_one(s, &s->all, &all);
	if (ret) {
		close_both(s);
		snprintf(s->fault, sizeof(s->fault), "mesh.listen: cannot listen there: %s",
			 strerror(-ret));
	}
	return ret;
}

/* Return: the device that has our address, 0: none. */
static unsigned int find_device(struct ts_relay_socket *s)
{
	const struct sockaddr_in *at = (const struct sockaddr_in *)&s->at.addr;
	const struct sockaddr_in *has;
	unsigned int ifindex = 0;
	struct ifaddrs *list, *i;

	if (getifaddrs(&list))
		return 0;
	for (i = list; i && !ifindex; i = i->ifa_next) {
		has = (const struct sockaddr_in *)i->ifa_addr;
		if (!has || has->sin_family != AF_INET ||
		    has->sin_addr.s_addr != at->sin_addr.s_addr)
			continue;
		ifindex = if_nametoindex(i->ifa_name);
		snprintf(s->device, sizeof(s->device), "%.15s", i->ifa_name);
	}
	freeifaddrs(list);
	return ifindex;
}

/**
 * ts_relay_socket_look() - is our address where it was?  Else elsewhere, or nowhere
 * Return: neighbours are heard.
 */
bool ts_relay_socket_look(struct ts_relay_socket *s)
{
	char text[TS_ENDPOINT_TEXT_SIZE];
	unsigned int ifindex = find_device(s);

	if (ifindex && ifindex == s->ifindex)
		return true;
	close_both(s);
	if (!ifindex) {
		snprintf(s->fault, sizeof(s->fault),
			 "mesh.listen: no device of this box has the address of %s; give it to the mesh device",
			 ts_endpoint_print(&s->at, text));
		return false;
	}
	if (open_both(s))
		return false;
	s->ifindex = ifindex;
	s->fault[0] = '\0';
	return true;
}

/**
 * ts_relay_socket_new() - to be opened by ts_relay_socket_look()
 * @loop: borrowed until ts_relay_socket_free()
 * @at: IPv4 address and port of ours
 * @heard: what is done with each datagram
 * @ctx: for @heard
 *
 * Return: both, or NULL: no memory.
 */
struct ts_relay_socket *ts_relay_socket_new(struct ev_loop *loop,
					    const struct ts_endpoint *at,
					    ts_relay_heard *heard, void *ctx)
{
	struct ts_relay_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->loop = loop;
	s->at = *at;
	s->heard = heard;
	s->ctx = ctx;
	ev_io_init(&s->one, on_readable, -1, EV_READ);
	ev_io_init(&s->all, on_readable, -1, EV_READ);
	s->one.data = s;
	s->all.data = s;
	s->police = ts_police_new(SOURCES, PER_SOURCE, SOURCE_BURST, STRANGERS);
	if (s->police)
		return s;
	free(s);
	return NULL;
}

/** ts_relay_socket_free() - NULL is allowed */
void ts_relay_socket_free(struct ts_relay_socket *s)
{
	if (!s)
		return;
	close_both(s);
	ts_police_free(s->police);
	free(s);
}

static void send_to(struct ts_relay_socket *s, const void *bytes, size_t len,
		    const void *to, socklen_t to_len)
{
	ssize_t n = s->one.fd < 0 ? -1 :
		    sendto(s->one.fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, to, to_len);

	s->counters.sent++;
	s->counters.send_failed += n != (ssize_t)len;
}

/** ts_relay_socket_broadcast() - to all on the link; nobody waits for it */
void ts_relay_socket_broadcast(struct ts_relay_socket *s, const void *bytes, size_t len)
{
	struct sockaddr_in to = everybody(s);

	send_to(s, bytes, len, &to, sizeof(to));
}

/** ts_relay_socket_send() - to one */
void ts_relay_socket_send(struct ts_relay_socket *s, const void *bytes, size_t len,
			  const struct ts_endpoint *to)
{
	send_to(s, bytes, len, &to->addr, to->len);
}

/** ts_relay_socket_know() - who is there is no stranger */
void ts_relay_socket_know(struct ts_relay_socket *s, const struct ts_endpoint *from)
{
	ts_police_know(s->police, (const struct sockaddr *)&from->addr,
		       ts_clock_boot_ns());
}

/** ts_relay_socket_fault() - Return: why nobody is heard; empty: they are */
const char *ts_relay_socket_fault(const struct ts_relay_socket *s)
{
	return s->fault;
}

/** ts_relay_socket_counters() - Return: counters, valid while @s is */
const struct ts_relay_socket_counters *
ts_relay_socket_counters(const struct ts_relay_socket *s)
{
	return &s->counters;
}
