// SPDX-License-Identifier: GPL-2.0
/*
 * meshframe DEVICE COUNT DST SRC TAGS LENGTH HEX: send COUNT frames of
 * batman-adv, from DST, SRC, so many VLAN tags without an id, ethertype 0x4305,
 * and HEX followed by zeroes up to LENGTH.  SRC "invented" is another address
 * for each frame.  Prints the nanoseconds that sending took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048

static void die(const char *what)
{
	fprintf(stderr, "meshframe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void parse_mac(const char *text, uint8_t mac[6])
{
	errno = EINVAL;
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6)
		die(text);
}

static size_t parse_hex(const char *text, uint8_t *bytes, size_t max)
{
	size_t n = 0;

	errno = EINVAL;
	for (; *text; text += 2) {
		if (n == max || sscanf(text, "%2hhx", &bytes[n]) != 1 || !text[1])
			die(text);
		n++;
	}
	return n;
}

/* Everything but the source; Return: bytes. */
static size_t build(uint8_t *frame, char **argv)
{
	static const uint8_t tag[4] = { 0x81, 0x00, 0x00, 0x00 };
	size_t tags = strtoul(argv[5], NULL, 10), length = strtoul(argv[6], NULL, 10), n = 12, i;

	if (length > FRAME_MAX - 64 || tags > 8) {
		errno = E2BIG;
		die("frame");
	}
	parse_mac(argv[3], frame);
	for (i = 0; i < tags; i++, n += sizeof(tag))
		memcpy(frame + n, tag, sizeof(tag));
	frame[n++] = 0x43;
	frame[n++] = 0x05;
	parse_hex(argv[7], frame + n, length);
	return n + length;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	uint8_t frame[FRAME_MAX] = { 0 };
	size_t bytes;
	uint32_t i, count;
	uint64_t start;
	int fd;

	if (argc != 8) {
		fprintf(stderr, "usage: meshframe DEVICE COUNT DST SRC TAGS LENGTH HEX\n");
		return 2;
	}
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (!to.sll_ifindex)
		die(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	bytes = build(frame, argv);
	count = (uint32_t)strtoul(argv[2], NULL, 10);
	start = now_ns();
	for (i = 0; i < count; i++) {
		if (strcmp(argv[4], "invented"))
			parse_mac(argv[4], frame + 6);
		else
			memcpy(frame + 6, (uint8_t[]){ 0x02, 0xf0, i >> 24, i >> 16, i >> 8, i }, 6);
		if (sendto(fd, frame, bytes, 0, (struct sockaddr *)&to, sizeof(to)) < 0 &&
		    errno != ENOBUFS)
			die("send");
	}
	printf("%llu\n", (unsigned long long)(now_ns() - start));
	close(fd);
	return 0;
}
