// SPDX-License-Identifier: GPL-2.0
/*
 * From a payment to traffic that passes, seen from outside.
 *
 *	pay_pass channel BOX			what to import
 *	pay_pass run BOX CODE TARIFF CLIENT SERVER ROUNDS
 *
 * Sends a frame each 200 us from network namespace CLIENT to a socket in SERVER.  When
 * nothing has arrived for a while the client is dry: it sends a payment for its session
 * CODE, and the first frame that arrives says how long that took.  Prints milliseconds,
 * one for each round.  All of it is one thread and one clock; the box is another process.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench_wallet.h"
#include "photon/memo.h"

#define BOX_IP		"10.66.1.1"
#define BOX_PORT	40001
#define SERVER_IP	"10.66.2.2"
#define SERVER_PORT	4243
#define EACH_NS		200000ull
#define DRY_NS		50000000ull
#define LOST_NS		5000000000ull
#define NS_IN_S		1000000000ull
/* 20 frames of 1042 bytes, at 1 token for 10^9. */
#define PAY_WEI		((ts_u128)20 * 1042 * 1000000000)

/**
 * struct client - and the far side
 * @to_server: frames go out here
 * @at_server: and arrive here
 * @to_box: payments
 * @key: the wallet's
 * @channel: as the wallet has it
 * @memo: names the session
 * @next_ns: when the next frame is due
 */
struct client {
	int to_server;
	int at_server;
	int to_box;
	struct ts_signer *key;
	struct ts_channel channel;
	char memo[TS_MEMO_SIZE];
	uint64_t next_ns;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "pay_pass: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_IN_S + (uint64_t)t.tv_nsec;
}

static void enter(const char *ns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

/* Of the namespace that we are in: connected, or bound. */
static int udp(const char *ip, uint16_t port, bool bound)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, ip, &at.sin_addr);
	if (fd < 0 || (bound ? bind(fd, (struct sockaddr *)&at, sizeof(at)) :
			       connect(fd, (struct sockaddr *)&at, sizeof(at))))
		die(ip);
	return fd;
}

static void drain(int fd)
{
	char bytes[2048];

	while (recv(fd, bytes, sizeof(bytes), 0) >= 0)
		;
}

/* Sends what is due.  Return: when a frame arrived; 0: none until @until_ns. */
static uint64_t frames(struct client *c, uint64_t until_ns)
{
	static const char frame[1000];
	struct pollfd p = { .fd = c->at_server, .events = POLLIN };
	struct timespec t = { 0 };
	uint64_t now;

	while ((now = now_ns()) < until_ns) {
		if (now >= c->next_ns) {
			send(c->to_server, frame, sizeof(frame), 0);
			c->next_ns = now + EACH_NS;
		}
		t.tv_nsec = (long)(c->next_ns > now ? c->next_ns - now : 0);
		if (ppoll(&p, 1, &t, NULL) > 0) {
			now = now_ns();
			drain(c->at_server);
			return now;
		}
	}
	return 0;
}

static void run_dry(struct client *c)
{
	while (frames(c, now_ns() + DRY_NS))
		;
	drain(c->to_box);
}

/* Return: milliseconds until a frame passes. */
static double pay(struct client *c)
{
	struct ts_bytes data = { (const uint8_t *)c->memo, strlen(c->memo) };
	struct ts_datagram d;
	struct ts_channel next;
	uint64_t paid_ns, passed_ns;

	if (ts_channel_send(&c->channel, c->key, PAY_WEI, &data, &next, &d))
		die("a payment");
	c->channel = next;
	paid_ns = now_ns();
	if (send(c->to_box, d.b, d.len, 0) != (ssize_t)d.len)
		die("the box");
	passed_ns = frames(c, paid_ns + LOST_NS);
	if (!passed_ns) {
		errno = ETIMEDOUT;
		die("nothing passes after a payment");
	}
	return (double)(passed_ns - paid_ns) / 1e6;
}

static void run(struct client *c, int rounds)
{
	int i;

	/* The first payment makes an account; it is no top-up. */
	run_dry(c);
	pay(c);
	for (i = 0; i < rounds; i++) {
		run_dry(c);
		printf("%s%.3f", i ? " " : "", pay(c));
		fflush(stdout);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct client c = { 0 };
	struct ts_memo memo = { 0 };

	if (argc < 3 || (argc != 3 && argc != 8)) {
		fprintf(stderr, "usage: pay_pass channel BOX | run BOX CODE TARIFF CLIENT SERVER ROUNDS\n");
		return 2;
	}
	c.key = bench_wallet(argv[2], 0, &c.channel);
	if (argc == 3) {
		bench_wallet_print(&c.channel);
		return 0;
	}
	snprintf(memo.code, sizeof(memo.code), "%s", argv[3]);
	memo.tariff_id = (uint32_t)strtoul(argv[4], NULL, 10);
	ts_memo_print(&memo, c.memo);
	/* A sleep of 200 us is 250 with the usual slack. */
	prctl(PR_SET_TIMERSLACK, 1);
	enter(argv[6]);
	c.at_server = udp(SERVER_IP, SERVER_PORT, true);
	enter(argv[5]);
	c.to_server = udp(SERVER_IP, SERVER_PORT, false);
	c.to_box = udp(BOX_IP, BOX_PORT, false);
	run(&c, atoi(argv[7]));
	return 0;
}
