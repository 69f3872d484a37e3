// SPDX-License-Identifier: GPL-2.0
/*
 * mdns_link.c - where we look for peers.
 *
 * Two kinds of sockets.  One is bound to the group, hears what all ask and answer
 * on the links that were joined, and shares that with other programs of the box.
 * The other is bound to our address on one link and speaks: so an answer comes
 * from the address that it names, and one that is meant for us alone arrives, as
 * those of the original do.  Nothing is bound to every address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "discovery/mdns.h"
#include "tsd/mdns_link.h"

static struct in_addr ipv4(const struct sockaddr *sa)
{
	return ((const struct sockaddr_in *)sa)->sin_addr;
}

static bool is_named(const struct ts_config_discovery *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->n_interfaces; i++)
		if (!strcmp(c->interfaces[i], name))
			return true;
	return false;
}

static bool is_usable(const struct ifaddrs *ifa)
{
	unsigned int need = IFF_UP | IFF_MULTICAST;

	return ifa->ifa_addr && ifa->ifa_netmask &&
	       ifa->ifa_addr->sa_family == AF_INET &&
	       (ifa->ifa_flags & need) == need && !(ifa->ifa_flags & IFF_LOOPBACK);
}

/* Return: false when there is nothing to see here. */
static bool fill(struct ts_mdns_link *l, const struct ifaddrs *ifa,
		 const struct ts_config_discovery *c, struct in_addr photon)
{
	memset(l, 0, sizeof(*l));
	/* A label may follow the name of the device: "eth0:1". */
	memcpy(l->name, ifa->ifa_name, strnlen(ifa->ifa_name, IFNAMSIZ - 1));
	l->name[strcspn(l->name, ":")] = '\0';
	l->addr = ipv4(ifa->ifa_addr);
	l->mask = ipv4(ifa->ifa_netmask);
	if (c->n_interfaces ? !is_named(c, l->name) : l->addr.s_addr != photon.s_addr)
		return false;
	l->ifindex = if_nametoindex(l->name);
	return l->ifindex;
}

/**
 * ts_mdns_links_find() - which links are there now?
 * @c: names of interfaces; none: the one with the address @photon
 * @photon: where Photon datagrams arrive; 0.0.0.0: everywhere
 * @out: filled in, one for each interface: with the address @photon if it has
 *	it, else the first
 * @max: room in @out
 *
 * Return: how many, or negative errno.
 */
int ts_mdns_links_find(const struct ts_config_discovery *c, struct in_addr photon,
		       struct ts_mdns_link *out, unsigned int max)
{
	struct ifaddrs *list, *ifa;
	struct ts_mdns_link l;
	unsigned int n = 0, i;

	if (getifaddrs(&list))
		return -errno;
	for (ifa = list; ifa; ifa = ifa->ifa_next) {
		if (!is_usable(ifa) || !fill(&l, ifa, c, photon))
			continue;
		for (i = 0; i < n && out[i].ifindex != l.ifindex; i++)
			;
		if (i == n && n < max)
			out[n++] = l;
		else if (i < n && l.addr.s_addr == photon.s_addr)
			out[i] = l;
	}
	freeifaddrs(list);
	return n;
}

/** ts_mdns_link_equal() - Return: true if nothing has changed but the name */
bool ts_mdns_link_equal(const struct ts_mdns_link *a, const struct ts_mdns_link *b)
{
	return a->ifindex == b->ifindex && a->addr.s_addr == b->addr.s_addr &&
	       a->mask.s_addr == b->mask.s_addr;
}

/** ts_mdns_link_has() - Return: true if @addr belongs to the link */
bool ts_mdns_link_has(const struct ts_mdns_link *l, struct in_addr addr)
{
	return !((addr.s_addr ^ l->addr.s_addr) & l->mask.s_addr);
}

static int open_at(struct in_addr addr)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(TS_MDNS_PORT),
		.sin_addr = addr,
	};
	int fd, one = 1, ret;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* A responder of the system may be there already, and stays. */
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * ts_mdns_link_open() - a socket that speaks on a link
 * @l: the link
 *
 * Return: the socket, or negative errno.
 */
int ts_mdns_link_open(const struct ts_mdns_link *l)
{
	struct ip_mreqn via = { .imr_address = l->addr, .imr_ifindex = (int)l->ifindex };
	int fd = open_at(l->addr), ttl = TS_MDNS_IP_TTL, ret;

	if (fd < 0)
		return fd;
	if (!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof(via)) &&
	    !setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) &&
	    !setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * ts_mdns_group_open() - a socket that hears the group, on links that it joins
 *
 * Return: the socket, or negative errno.
 */
int ts_mdns_group_open(void)
{
	int fd, one = 1, no = 0, ret;
	struct in_addr group;

	inet_pton(AF_INET, TS_MDNS_GROUP, &group);
	fd = open_at(group);
	if (fd < 0)
		return fd;
	/* Else it would hear what other programs have joined, upstream perhaps. */
	if (!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof(no)) &&
	    !setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * ts_mdns_group_join() - hear the group on a link, too
 * @fd: from ts_mdns_group_open()
 * @l: the link; it is left when its device goes, or the socket is closed
 *
 * Return: 0 or negative errno.
 */
int ts_mdns_group_join(int fd, const struct ts_mdns_link *l)
{
	struct ip_mreqn join = { .imr_ifindex = (int)l->ifindex };

	inet_pton(AF_INET, TS_MDNS_GROUP, &join.imr_multiaddr);
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)) &&
	    errno != EADDRINUSE)
		return -errno;
	return 0;
}
