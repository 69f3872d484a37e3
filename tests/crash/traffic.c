// SPDX-License-Identifier: GPL-2.0
/*
 * traffic.c - frames through the router, counted where they arrive.
 *
 * One thread sends for the witness every 10 ms, sends back everything at the
 * server, and counts what arrives at the server (so it passed upward) and at
 * the clients (so it passed downward).  What the meters say is compared with
 * that, not with itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "crash.h"

#define SERVER_PORT	7001
#define CLIENT_PORT	7000
#define WITNESS_BYTES	200
#define EVERY_MS	10
/* Ethernet, IPv4 and UDP headers: the billed byte is the whole frame's. */
#define HEADER_BYTES	42

static struct {
	int fd[PLACE_COUNT];
	pthread_t thread;
	atomic_bool on;
	atomic_bool paused;
	atomic_ulong sent;		/* by the witness */
	atomic_ulong frames[PLACE_COUNT][TS_DIR_COUNT];
	atomic_ulong bytes[PLACE_COUNT][TS_DIR_COUNT];
} traffic;

static void count(enum place client, enum ts_dir dir, ssize_t len)
{
	traffic.frames[client][dir]++;
	traffic.bytes[client][dir] += (unsigned long)len + HEADER_BYTES;
}

static void echo(void)
{
	struct sockaddr_in from;
	socklen_t from_len;
	uint8_t bytes[2048];
	uint32_t network;
	ssize_t n;

	for (;;) {
		from_len = sizeof(from);
		n = recvfrom(traffic.fd[AT_SERVER], bytes, sizeof(bytes), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &from_len);
		if (n < 0)
			return;
		network = ntohl(from.sin_addr.s_addr) >> 8 & 0xff;
		count(network == 1 ? AT_WITNESS : AT_SHOPPER, TS_DIR_UP, n);
		sendto(traffic.fd[AT_SERVER], bytes, (size_t)n, MSG_DONTWAIT,
		       (struct sockaddr *)&from, from_len);
	}
}

static void drain(enum place client)
{
	uint8_t bytes[2048];
	ssize_t n;

	while ((n = recv(traffic.fd[client], bytes, sizeof(bytes), MSG_DONTWAIT)) >= 0 ||
	       errno != EAGAIN)
		if (n >= 0)
			count(client, TS_DIR_DOWN, n);
}

static void send_from(enum place client, size_t len)
{
	static const uint8_t bytes[1400];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT) };

	inet_pton(AF_INET, "10.66.2.2", &to.sin_addr);
	sendto(traffic.fd[client], bytes, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void *work(void *arg)
{
	struct pollfd pfd[3] = {
		{ .fd = traffic.fd[AT_SERVER], .events = POLLIN },
		{ .fd = traffic.fd[AT_WITNESS], .events = POLLIN },
		{ .fd = traffic.fd[AT_SHOPPER], .events = POLLIN },
	};
	uint64_t next = now_ms(), now;

	for (;;) {
		poll(pfd, 3, 2);
		echo();
		drain(AT_WITNESS);
		drain(AT_SHOPPER);
		now = now_ms();
		if (now < next || !traffic.on || traffic.paused)
			continue;
		next = now + EVERY_MS;
		traffic.sent++;
		send_from(AT_WITNESS, WITNESS_BYTES);
	}
	return arg;
}

/** traffic_open() - all ends, nothing sent yet */
void traffic_open(void)
{
	traffic.fd[AT_SERVER] = net_socket(AT_SERVER, SOCK_DGRAM, "10.66.2.2", SERVER_PORT);
	traffic.fd[AT_WITNESS] = net_socket(AT_WITNESS, SOCK_DGRAM, "10.66.1.2", CLIENT_PORT);
	traffic.fd[AT_SHOPPER] = net_socket(AT_SHOPPER, SOCK_DGRAM, "10.66.3.2", CLIENT_PORT);
	if (pthread_create(&traffic.thread, NULL, work, NULL))
		die("no thread for the traffic");
}

/** traffic_witness() - the witness sends, or rests */
void traffic_witness(bool on)
{
	traffic.on = on;
}

/** traffic_burst() - the shopper sends @frames of @payload bytes */
void traffic_burst(unsigned int frames, unsigned int payload)
{
	unsigned int i;

	for (i = 0; i < frames; i++) {
		send_from(AT_SHOPPER, payload);
		/* The queue of a veth is bounded. */
		if (i % 64 == 63)
			nap_ms(1);
	}
}

/** traffic_passes() - the shopper sends until something comes back */
bool traffic_passes(unsigned int ms)
{
	unsigned long before = traffic.frames[AT_SHOPPER][TS_DIR_DOWN];
	uint64_t until = now_ms() + ms;

	while (now_ms() < until) {
		traffic_burst(1, 100);
		nap_ms(2);
		if (traffic.frames[AT_SHOPPER][TS_DIR_DOWN] != before)
			return true;
	}
	return false;
}

static unsigned long all_frames(void)
{
	unsigned long sum = traffic.sent;
	int place, dir;

	for (place = 0; place < PLACE_COUNT; place++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			sum += traffic.frames[place][dir];
	return sum;
}

/** traffic_quiet() - nothing is sent any more and nothing is on its way */
void traffic_quiet(void)
{
	unsigned long before;

	traffic.paused = true;
	do {
		before = all_frames();
		nap_ms(12);
	} while (all_frames() != before);
}

/** traffic_lost() - frames of the witness that never came back; when quiet.
 * The witness goes on afterwards */
uint64_t traffic_lost(void)
{
	uint64_t lost = traffic.sent - traffic.frames[AT_WITNESS][TS_DIR_DOWN];

	traffic.paused = false;
	return lost;
}

/** traffic_sent() - frames of the witness */
uint64_t traffic_sent(void)
{
	return traffic.sent;
}

/** traffic_bytes() - billed bytes of a client that arrived, in one direction */
uint64_t traffic_bytes(enum place client, enum ts_dir dir)
{
	return traffic.bytes[client][dir];
}
