// SPDX-License-Identifier: GPL-2.0
/*
 * net.c - sockets in other network namespaces, and HTTP by hand.
 *
 * A socket stays in the namespace it was made in, so one process can stand at
 * every end of the network.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "crash.h"

static int ns_fd[PLACE_COUNT];

/** net_open() - find the namespaces; the program itself is in the router's */
void net_open(void)
{
	static const char *const names[PLACE_COUNT] = {
		[AT_WITNESS] = "TS_NS_WITNESS", [AT_SHOPPER] = "TS_NS_SHOPPER",
		[AT_SERVER] = "TS_NS_SERVER",
	};
	char path[128];
	int i;

	ns_fd[AT_ROUTER] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	for (i = AT_WITNESS; i < PLACE_COUNT; i++) {
		snprintf(path, sizeof(path), "/run/netns/%s", getenv(names[i]) ?: "");
		ns_fd[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (ns_fd[i] < 0)
			die("%s: %s", path, strerror(errno));
	}
}

static struct sockaddr_in endpoint(const char *address, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, address, &sin.sin_addr) != 1)
		die("%s is no address", address);
	return sin;
}

static int make(enum place at, int type)
{
	int fd;

	if (setns(ns_fd[at], CLONE_NEWNET))
		die("setns: %s", strerror(errno));
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (setns(ns_fd[AT_ROUTER], CLONE_NEWNET) || fd < 0)
		die("socket: %s", strerror(errno));
	return fd;
}

/** net_socket() - Return: a bound socket, @address and @port at @at */
int net_socket(enum place at, int type, const char *address, uint16_t port)
{
	struct sockaddr_in sin = endpoint(address, port);
	int fd = make(at, type), room = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		die("bind %s:%u: %s", address, port, strerror(errno));
	return fd;
}

/** net_connect() - Return: a socket connected to @address, or -1 */
int net_connect(enum place at, int type, const char *address, uint16_t port)
{
	struct sockaddr_in sin = endpoint(address, port);
	struct timeval patience = { .tv_sec = 3 };
	int fd = make(at, type);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return fd;
	close(fd);
	return -1;
}

static bool send_all(int fd, const void *bytes, size_t len)
{
	ssize_t n;

	for (; len; bytes = (const char *)bytes + n, len -= (size_t)n) {
		n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
	}
	return true;
}

/**
 * net_http() - one request, one connection
 * @at: whose
 * @method: GET or POST
 * @path: with its query
 * @body: or NULL
 * @len: of the body
 * @answer: its body; terminated
 * @answer_len: room there, and then how much it is
 *
 * Return: the status, or -1: no whole answer.
 */
int net_http(enum place at, const char *method, const char *path,
	     const void *body, size_t len, char *answer, size_t *answer_len)
{
	int fd = net_connect(at, SOCK_STREAM, BOX_ADDRESS, HTTP_PORT), status = -1;
	size_t room = *answer_len - 1, got = 0, head_len;
	static char text[65536];
	char head[300], *end;
	ssize_t n;

	if (fd < 0)
		return -1;
	snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: %s\r\n"
		 "Connection: close\r\nContent-Length: %zu\r\n%s\r\n", method, path,
		 BOX_ADDRESS, len,
		 body ? "Content-Type: application/octet-stream\r\n" : "");
	if (!send_all(fd, head, strlen(head)) || (len && !send_all(fd, body, len)))
		goto out;
	while (got < sizeof(text) - 1 &&
	       (n = recv(fd, text + got, sizeof(text) - 1 - got, 0)) > 0)
		got += (size_t)n;
	text[got] = '\0';
	end = memmem(text, got, "\r\n\r\n", 4);
	if (!end || sscanf(text, "HTTP/1.%*d %d", &status) != 1) {
		status = -1;
		goto out;
	}
	head_len = (size_t)(end + 4 - text);
	got -= head_len;
	if (got > room)
		got = room;
	memcpy(answer, text + head_len, got);
	answer[got] = '\0';
	*answer_len = got;
out:
	close(fd);
	return status;
}

/** net_json() - GET; Return: a new reference, or NULL; @status as net_http() */
json_t *net_json(enum place at, const char *path, int *status)
{
	static char answer[65536];
	size_t len = sizeof(answer);

	*status = net_http(at, "GET", path, NULL, 0, answer, &len);
	return *status < 0 ? NULL : json_loadb(answer, len, 0, NULL);
}
