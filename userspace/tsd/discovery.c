// SPDX-License-Identifier: GPL-2.0
/*
 * discovery.c - Multicast DNS on the access side.
 *
 * Once in an interval the links are looked at anew, for wireless devices come and
 * go, and each is asked who is there.  What arrives is read up to a rate for each
 * source, and a turn of the loop takes at most one burst.  Where no multicast is
 * possible that is said once, and the rest of the daemon goes on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discovery/mdns.h"
#include "tsd/clock.h"
#include "tsd/discovery.h"
#include "tsd/log.h"
#include "tsd/mdns_link.h"
#include "tsd/police.h"

#define BURST 32
/* To the same link not more often than this (RFC 6762, section 6). */
#define TELL_NS 1000000000ull
/* Of a packet: the byte that says whether it asks or answers. */
#define FLAGS_AT 2
#define FLAG_RESPONSE 0x80

/**
 * struct link - one that we are on
 * @d: ours
 * @at: which
 * @io: of a socket bound to our address there
 * @told_ns: when all on it were answered last; 0: never
 */
struct link {
	struct ts_discovery *d;
	struct ts_mdns_link at;
	ev_io io;
	uint64_t told_ns;
};

/**
 * struct ts_discovery - all of it
 * @loop: borrowed
 * @config: copied
 * @photon: IPv4 address where Photon datagrams arrive; 0.0.0.0: everywhere
 * @photon_port: and their port
 * @ours: who we are
 * @peers: borrowed; what is learned goes there
 * @partner: see ts_discovery_new()
 * @ctx: for @partner
 * @police: of sources
 * @group: of the socket that hears the group; its fd is -1 while there is none
 * @tick: each interval
 * @links: those that are open
 * @n_links: how many
 * @fault: why nobody can be found; empty: they can
 * @counters: see there
 */
struct ts_discovery {
	struct ev_loop *loop;
	struct ts_config_discovery config;
	struct in_addr photon;
	uint16_t photon_port;
	struct ts_address ours;
	struct ts_peers *peers;
	ts_discovery_partner *partner;
	void *ctx;
	struct ts_police *police;
	ev_io group;
	ev_timer tick;
	struct link *links[TS_MDNS_LINKS_MAX];
	unsigned int n_links;
	char fault[160];
	struct ts_discovery_counters counters;
};

/** struct arrival - a packet, where it came from and how */
struct arrival {
	struct link *link;
	struct sockaddr_in from;
	bool alone;
	uint64_t now_ns;
};

static void send_to(struct link *l, const void *bytes, size_t len,
		    const struct sockaddr_in *to)
{
	ssize_t n = sendto(l->io.fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (const struct sockaddr *)to, sizeof(*to));

	if (n != (ssize_t)len)
		l->d->counters.send_failed++;
}

static void send_to_group(struct link *l, const void *bytes, size_t len)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(TS_MDNS_PORT),
	};

	inet_pton(AF_INET, TS_MDNS_GROUP, &to.sin_addr);
	send_to(l, bytes, len, &to);
}

/*
 * Who asks from another port than that of Multicast DNS listens there alone: the
 * original does.
 */
static void answer(const struct arrival *a, const struct ts_mdns_packet *p)
{
	bool legacy = ntohs(a->from.sin_port) != TS_MDNS_PORT;
	struct ts_discovery *d = a->link->d;
	uint8_t out[TS_MDNS_ANSWER_MAX_BYTES];
	struct ts_mdns_service us = {
		.address = d->ours,
		.n_ips = 1,
		.port = d->photon_port,
	};
	size_t len;

	d->counters.asked++;
	if (p->knows)
		return;
	memcpy(us.ip[0], d->photon.s_addr ? &d->photon : &a->link->at.addr,
	       sizeof(us.ip[0]));
	len = ts_mdns_answer(out, &us, legacy ? p : NULL);
	if (legacy || p->unicast || a->alone) {
		send_to(a->link, out, len, &a->from);
	} else {
		if (a->link->told_ns && a->now_ns - a->link->told_ns < TELL_NS)
			return;
		a->link->told_ns = a->now_ns;
		send_to_group(a->link, out, len);
	}
	d->counters.answered++;
}

/* Of several addresses the one that spoke, else the last, as the original does. */
static const uint8_t *choose_ip(const struct ts_mdns_service *s, struct in_addr from)
{
	unsigned int i;

	for (i = 0; i < s->n_ips; i++)
		if (!memcmp(s->ip[i], &from, sizeof(s->ip[i])))
			return s->ip[i];
	return s->ip[s->n_ips - 1];
}

static void learn(const struct arrival *a, const struct ts_mdns_service *s)
{
	struct ts_discovery *d = a->link->d;
	struct ts_peer_place place = { .family = AF_INET, .port = s->port };
	char text[TS_ADDRESS_TEXT_SIZE];
	int ret;

	if (ts_address_equal(&s->address, &d->ours))
		return;
	memcpy(place.ip, choose_ip(s, a->from.sin_addr), sizeof(s->ip[0]));
	ret = ts_peers_learn(d->peers, &s->address, &place, TS_PEER_MDNS,
			     d->partner(d->ctx, &s->address), a->now_ns);
	if (ret == 1 && ts_log_wants(TS_LOG_DEBUG))
		ts_log(TS_LOG_DEBUG, "discovery: %s on %s",
		       ts_address_print(&s->address, text), a->link->at.name);
	else if (ret == -ENOSPC)
		d->counters.full++;
}

/*
 * What we asked ourselves comes back.  Not so an answer: an original node on this
 * machine, at our address, gives it from that port, too.
 */
static bool is_our_echo(const struct arrival *a, const uint8_t *bytes, size_t len)
{
	return a->from.sin_addr.s_addr == a->link->at.addr.s_addr &&
	       ntohs(a->from.sin_port) == TS_MDNS_PORT &&
	       (len <= FLAGS_AT || !(bytes[FLAGS_AT] & FLAG_RESPONSE));
}

static void take(const struct arrival *a, const uint8_t *bytes, size_t len)
{
	struct ts_discovery *d = a->link->d;
	struct ts_mdns_packet p;
	unsigned int i;

	if (is_our_echo(a, bytes, len))
		return;
	if (!ts_mdns_link_has(&a->link->at, a->from.sin_addr)) {
		d->counters.foreign++;
		return;
	}
	if (!ts_police_admit(d->police, (const struct sockaddr *)&a->from, a->now_ns)) {
		d->counters.policed++;
		return;
	}
	if (ts_mdns_decode(&p, bytes, len, &d->ours)) {
		d->counters.malformed++;
		return;
	}
	if (p.response && ntohs(a->from.sin_port) != TS_MDNS_PORT) {
		d->counters.foreign++;
		return;
	}
	d->counters.received++;
	if (p.about)
		answer(a, &p);
	for (i = 0; i < p.n_services; i++)
		learn(a, &p.services[i]);
}

static struct link *link_of(struct ts_discovery *d, struct msghdr *msg)
{
	struct in_pktinfo info = { };
	struct cmsghdr *c;
	unsigned int i;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			memcpy(&info, CMSG_DATA(c), sizeof(info));
	for (i = 0; i < d->n_links; i++)
		if (d->links[i]->at.ifindex == (unsigned int)info.ipi_ifindex)
			return d->links[i];
	return NULL;
}

/* @alone: the link of a socket that is ours alone; NULL: the group's. */
static void read_all(struct ts_discovery *d, int fd, struct link *alone)
{
	static uint8_t bytes[TS_MDNS_PACKET_MAX_BYTES + 1];
	uint8_t control[64] __attribute__((aligned(8)));
	struct arrival a = { .alone = alone, .now_ns = ts_clock_boot_ns() };
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr msg;
	ssize_t n;
	int i;

	for (i = 0; i < BURST; i++) {
		msg = (struct msghdr){
			.msg_name = &a.from,
			.msg_namelen = sizeof(a.from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (n < 0)
			return;
		a.link = alone ? alone : link_of(d, &msg);
		if (a.link)
			take(&a, bytes, n);
	}
}

static void on_group(struct ev_loop *loop, ev_io *w, int revents)
{
	read_all(w->data, w->fd, NULL);
}

static void on_link(struct ev_loop *loop, ev_io *w, int revents)
{
	struct link *l = w->data;

	read_all(l->d, w->fd, l);
}

static void close_link(struct ts_discovery *d, unsigned int i)
{
	struct link *l = d->links[i];

	ev_io_stop(d->loop, &l->io);
	close(l->io.fd);
	free(l);
	d->links[i] = d->links[--d->n_links];
}

static void close_group(struct ts_discovery *d)
{
	if (d->group.fd < 0)
		return;
	ev_io_stop(d->loop, &d->group);
	close(d->group.fd);
	d->group.fd = -1;
}

static int open_group(struct ts_discovery *d)
{
	int fd;

	if (d->group.fd >= 0)
		return 0;
	fd = ts_mdns_group_open();
	if (fd < 0)
		return fd;
	ev_io_set(&d->group, fd, EV_READ);
	ev_io_start(d->loop, &d->group);
	return 0;
}

static int open_link(struct ts_discovery *d, const struct ts_mdns_link *at)
{
	struct link *l;
	int fd, ret;

	ret = open_group(d);
	if (!ret)
		ret = ts_mdns_group_join(d->group.fd, at);
	fd = ret ? ret : ts_mdns_link_open(at);
	if (fd < 0)
		return fd;
	l = calloc(1, sizeof(*l));
	if (!l) {
		close(fd);
		return -ENOMEM;
	}
	l->d = d;
	l->at = *at;
	ev_io_init(&l->io, on_link, fd, EV_READ);
	l->io.data = l;
	ev_io_start(d->loop, &l->io);
	d->links[d->n_links++] = l;
	ts_log(TS_LOG_INFO, "discovery: peers are looked for on %s", at->name);
	return 0;
}

static bool is_open(const struct ts_discovery *d, const struct ts_mdns_link *at)
{
	unsigned int i;

	for (i = 0; i < d->n_links; i++)
		if (ts_mdns_link_equal(&d->links[i]->at, at))
			return true;
	return false;
}

/*
 * A membership goes with its device, but not with an address; so when a link has
 * changed the group is left and joined anew, on all.
 */
static void close_changed(struct ts_discovery *d, const struct ts_mdns_link *now,
			  unsigned int n)
{
	unsigned int i, j;
	bool changed = false;

	for (i = 0; i < d->n_links && !changed; i++) {
		for (j = 0; j < n; j++)
			if (ts_mdns_link_equal(&d->links[i]->at, &now[j]))
				break;
		changed = j == n;
	}
	if (!changed)
		return;
	while (d->n_links)
		close_link(d, 0);
	close_group(d);
}

static void look(struct ts_discovery *d, char *fault, size_t size)
{
	struct ts_mdns_link now[TS_MDNS_LINKS_MAX];
	int n = ts_mdns_links_find(&d->config, d->photon, now, TS_MDNS_LINKS_MAX);
	int i, ret;

	*fault = '\0';
	if (n < 0) {
		snprintf(fault, size, "interfaces: %.120s", strerror(-n));
		return;
	}
	close_changed(d, now, n);
	if (!n)
		snprintf(fault, size, "no interface that can multicast has %s",
			 d->config.n_interfaces ? "one of the names in discovery.interfaces and an IPv4 address" :
						  "the address of listen.photon");
	for (i = 0; i < n; i++) {
		ret = is_open(d, &now[i]) ? 0 : open_link(d, &now[i]);
		if (ret)
			snprintf(fault, size, "%.15s: %.120s", now[i].name,
				 strerror(-ret));
	}
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_discovery *d = w->data;
	uint8_t query[TS_MDNS_QUERY_BYTES];
	char fault[sizeof(d->fault)];
	size_t len = ts_mdns_query(query);
	unsigned int i;

	look(d, fault, sizeof(fault));
	if (*fault && strcmp(fault, d->fault))
		ts_log(TS_LOG_WARN, "discovery: %s; peers are found only by the configuration until that changes",
		       fault);
	strcpy(d->fault, fault);
	for (i = 0; i < d->n_links; i++)
		send_to_group(d->links[i], query, len);
}

/**
 * ts_discovery_new() - find, and be found
 * @loop: borrowed until ts_discovery_free()
 * @c: discovery is switched on in it, so listen.photon is IPv4
 * @ours: our address
 * @peers: borrowed; told who is there
 * @partner: whom to prefer when there are too many
 * @ctx: for @partner
 *
 * Return: it; NULL: no memory.
 */
struct ts_discovery *ts_discovery_new(struct ev_loop *loop, const struct ts_config *c,
				      const struct ts_address *ours,
				      struct ts_peers *peers,
				      ts_discovery_partner *partner, void *ctx)
{
	struct ts_discovery *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->police = ts_police_new(c->limits.photon_sources, c->limits.mdns_per_source,
				  c->limits.mdns_burst, 0);
	if (!d->police) {
		free(d);
		return NULL;
	}
	d->loop = loop;
	d->config = c->discovery;
	d->photon = ((const struct sockaddr_in *)&c->photon.addr)->sin_addr;
	d->photon_port = ts_endpoint_port(&c->photon);
	d->ours = *ours;
	d->peers = peers;
	d->partner = partner;
	d->ctx = ctx;
	ev_io_init(&d->group, on_group, -1, EV_READ);
	d->group.data = d;
	ev_timer_init(&d->tick, on_tick, 0, c->discovery.interval_s);
	d->tick.data = d;
	ev_timer_start(loop, &d->tick);
	return d;
}

/** ts_discovery_free() - be found no more; NULL is allowed */
void ts_discovery_free(struct ts_discovery *d)
{
	if (!d)
		return;
	ev_timer_stop(d->loop, &d->tick);
	while (d->n_links)
		close_link(d, 0);
	close_group(d);
	ts_police_free(d->police);
	free(d);
}

/** ts_discovery_fault() - Return: why nobody can be found, or NULL */
const char *ts_discovery_fault(const struct ts_discovery *d)
{
	return *d->fault ? d->fault : NULL;
}

/** ts_discovery_counters() - Return: counters, valid while @d is */
const struct ts_discovery_counters *ts_discovery_counters(const struct ts_discovery *d)
{
	return &d->counters;
}

/** ts_peer_endpoint() - where to send to a peer */
void ts_peer_endpoint(const struct ts_peer *peer, struct ts_endpoint *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&out->addr;

	memset(out, 0, sizeof(*out));
	out->addr.ss_family = peer->place.family;
	if (peer->place.family == AF_INET6) {
		memcpy(&in6->sin6_addr, peer->place.ip, sizeof(in6->sin6_addr));
		out->len = sizeof(*in6);
	} else {
		memcpy(&in->sin_addr, peer->place.ip, sizeof(in->sin_addr));
		out->len = sizeof(*in);
	}
	ts_endpoint_set_port(out, peer->place.port);
}
