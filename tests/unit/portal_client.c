// SPDX-License-Identifier: GPL-2.0
/* portal_client.c - who asks the portal: sockets, requests and what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "portal_client.h"

int dial(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void on_guard(struct ev_loop *loop, ev_timer *w, int revents)
{
	ev_break(loop, EVBREAK_ALL);
}

/* One turn of the loop, which never sleeps for long. */
void turn(struct fixture *f)
{
	ev_timer guard;

	ev_timer_init(&guard, on_guard, 0.02, 0);
	ev_timer_start(f->loop, &guard);
	ev_run(f->loop, EVRUN_ONCE);
	ev_timer_stop(f->loop, &guard);
}

/* Reads until @want is in it or the peer closed; gives up after 200 turns. */
void read_until(struct fixture *f, int fd, const char *want, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int i;

	out[0] = '\0';
	for (i = 0; i < 200; i++) {
		turn(f);
		got = recv(fd, out + n, size - 1 - n, 0);
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			break;
		if (got > 0)
			n += got;
		out[n] = '\0';
		if (want && memmem(out, n, want, strlen(want)))
			break;
	}
}

char *answer(struct fixture *f, int fd)
{
	static char out[65536];

	read_until(f, fd, NULL, out, sizeof(out));
	close(fd);
	turn(f);
	return out;
}

void ask(struct fixture *f, uint16_t port, const char *request, size_t len,
	 char *out, size_t size)
{
	int fd = dial(port);

	assert_int_equal(send(fd, request, len, MSG_NOSIGNAL), len);
	read_until(f, fd, NULL, out, size);
	close(fd);
	turn(f);
}

/* GET with "Connection: close", so that the answer ends. */
char *get(struct fixture *f, const char *path)
{
	static char out[65536];
	char request[512];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: 10.0.0.1\r\nConnection: close\r\n\r\n", path);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	return out;
}

void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in: %s", part, text);
}

void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in: %s", part, text);
}

void expect(struct fixture *f, const char *request, size_t len, const char *part)
{
	char out[8192];

	ask(f, f->port, request, len, out, sizeof(out));
	has(out, part);
}
