// SPDX-License-Identifier: GPL-2.0
/* listen.c - where HTTP is served. */
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "portal/listen.h"

/**
 * ts_listen_on() - a TCP socket that listens
 * @addr: address and port; the address need not be up yet: boxes boot in any order
 * @len: of @addr
 *
 * Return: the descriptor or negative errno.
 */
int ts_listen_on(const struct sockaddr *addr, socklen_t len)
{
	int one = 1, fd;

	fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr->sa_family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	}
	if (bind(fd, addr, len) || listen(fd, 128)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}
