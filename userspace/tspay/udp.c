// SPDX-License-Identifier: GPL-2.0
/* udp.c - a datagram to a Photon node, sent until its Ack comes. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "photon/ack.h"
#include "tspay/udp.h"

static int split(const char *peer, char *host, size_t host_size, const char **port)
{
	const char *colon = strrchr(peer, ':');
	size_t len;

	if (!colon || !colon[1])
		return -EINVAL;
	len = (size_t)(colon - peer);
	if (len >= 2 && peer[0] == '[' && peer[len - 1] == ']') {
		peer++;
		len -= 2;
	}
	if (!len || len >= host_size)
		return -EINVAL;
	memcpy(host, peer, len);
	host[len] = '\0';
	*port = colon + 1;
	return 0;
}

int udp_open(const char *peer, char *err, size_t err_size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list;
	const char *port;
	char host[256];
	int fd, ret;

	if (split(peer, host, sizeof(host), &port)) {
		snprintf(err, err_size, "'%s' is not HOST:PORT", peer);
		return -EINVAL;
	}
	ret = getaddrinfo(host, port, &hints, &list);
	if (ret) {
		snprintf(err, err_size, "%s: %s", peer, gai_strerror(ret));
		return -EINVAL;
	}
	fd = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Connected: datagrams from others never reach us. */
	if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen)) {
		ret = -errno;
		snprintf(err, err_size, "%s: %s", peer, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = ret;
	}
	freeaddrinfo(list);
	return fd;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Return: 0: acked, -ETIMEDOUT, -EINTR. */
static int wait_ack(int fd, const struct ts_datagram *d, const struct ts_address *receiver,
		    const volatile sig_atomic_t *stop)
{
	long until = now_ms() + UDP_RESEND_MS, left;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t buf[TS_DATAGRAM_MAX_BYTES + 1];
	struct ts_message msg;
	ssize_t n;

	while ((left = until - now_ms()) > 0) {
		if (poll(&pfd, 1, (int)left) < 0 && *stop)
			return -EINTR;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n <= 0)
			continue;
		if (!ts_message_decode(&msg, buf, (size_t)n) && msg.id == TS_MSG_ACK &&
		    ts_ack_matches(&msg.ack, d->b, d->len, receiver))
			return 0;
	}
	return -ETIMEDOUT;
}

int udp_deliver(int fd, const struct ts_datagram *d, const struct ts_address *receiver,
		int sends, const volatile sig_atomic_t *stop)
{
	int ret = -ETIMEDOUT;

	while (sends-- > 0 && ret == -ETIMEDOUT && !*stop) {
		/* A refused send is like a lost one: try again in its turn. */
		if (send(fd, d->b, d->len, 0) < 0 && errno != ECONNREFUSED &&
		    errno != ENETUNREACH && errno != EHOSTUNREACH && errno != ENOBUFS)
			return -errno;
		ret = wait_ack(fd, d, receiver, stop);
	}
	return *stop ? -EINTR : ret;
}
