// SPDX-License-Identifier: GPL-2.0
/* discover.c - a question to the link, and the answer of one node. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "discovery/mdns.h"
#include "tspay/discover.h"

#define ASK_AGAIN_MS 1000

static bool is_usable(const struct ifaddrs *ifa)
{
	unsigned int need = IFF_UP | IFF_MULTICAST;

	return ifa->ifa_addr && ifa->ifa_addr->sa_family == AF_INET &&
	       (ifa->ifa_flags & need) == need && !(ifa->ifa_flags & IFF_LOOPBACK);
}

/* Return: interfaces on which was asked. */
static int ask(int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(TS_MDNS_PORT) };
	uint8_t query[TS_MDNS_QUERY_BYTES];
	size_t len = ts_mdns_query(query);
	struct ifaddrs *list, *ifa;
	int n = 0;

	inet_pton(AF_INET, TS_MDNS_GROUP, &to.sin_addr);
	if (getifaddrs(&list))
		return 0;
	for (ifa = list; ifa; ifa = ifa->ifa_next) {
		struct in_addr via;

		if (!is_usable(ifa))
			continue;
		via = ((struct sockaddr_in *)ifa->ifa_addr)->sin_addr;
		if (!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof(via)) &&
		    sendto(fd, query, len, 0, (struct sockaddr *)&to, sizeof(to)) > 0)
			n++;
	}
	freeifaddrs(list);
	return n;
}

static bool is_answer(const uint8_t *bytes, size_t len, const struct sockaddr_in *from,
		      const struct ts_address *node, char *peer)
{
	const struct ts_mdns_service *s = NULL;
	struct ts_mdns_packet p;
	const uint8_t *ip;
	unsigned int i;

	if (ntohs(from->sin_port) != TS_MDNS_PORT ||
	    ts_mdns_decode(&p, bytes, len, NULL))
		return false;
	for (i = 0; i < p.n_services && !s; i++)
		if (ts_address_equal(&p.services[i].address, node))
			s = &p.services[i];
	if (!s)
		return false;
	/* Of several addresses the one that spoke, else the last. */
	ip = s->ip[s->n_ips - 1];
	for (i = 0; i < s->n_ips; i++)
		if (!memcmp(s->ip[i], &from->sin_addr, sizeof(s->ip[i])))
			ip = s->ip[i];
	snprintf(peer, DISCOVER_PEER_SIZE, "%u.%u.%u.%u:%u", ip[0], ip[1], ip[2], ip[3],
		 s->port);
	return true;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool wait_answer(int fd, const struct ts_address *node, char *peer,
			const volatile sig_atomic_t *stop)
{
	uint8_t bytes[TS_MDNS_PACKET_MAX_BYTES + 1];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	long until = now_ms() + ASK_AGAIN_MS, left;
	struct sockaddr_in from;
	socklen_t len;
	ssize_t n;

	while ((left = until - now_ms()) > 0 && !*stop) {
		if (poll(&pfd, 1, (int)left) < 0)
			continue;
		len = sizeof(from);
		n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &len);
		if (n > 0 && is_answer(bytes, (size_t)n, &from, node, peer))
			return true;
	}
	return false;
}

int discover(const struct ts_address *node, int asks, char peer[DISCOVER_PEER_SIZE],
	     const volatile sig_atomic_t *stop, char *err, size_t err_size)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	int ttl = TS_MDNS_IP_TTL, fd, asked = 0;
	bool found = false;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl))) {
		asked = -errno;
		snprintf(err, err_size, "Multicast DNS: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return asked;
	}
	while (asks-- > 0 && !found && !*stop) {
		asked += ask(fd);
		found = wait_answer(fd, node, peer, stop);
	}
	close(fd);
	if (found)
		return 0;
	snprintf(err, err_size, "%s does not answer on this link%s; give --udp HOST:PORT",
		 ts_address_print(node, text),
		 asked ? "" : " (no interface can multicast)");
	return *stop ? -EINTR : -ETIMEDOUT;
}
