// SPDX-License-Identifier: GPL-2.0
/*
 * macflood DEVICE COUNT DESTINATION-MAC: send COUNT frames of 60 bytes, each
 * with another random source MAC and a UDP datagram for 10.66.2.2, as fast as
 * the device takes them.  Prints how many it sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define FRAME 60

static uint64_t state;

/* xorshift64*: many different MACs, not secrets. */
static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717ULL;
}

static void make_frame(uint8_t *f, const uint8_t *to)
{
	static const uint8_t ip_udp[] = {
		0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 66, 1, 99, 10, 66, 2, 2,
		0x30, 0x39, 0x27, 0x0f, 0, 26, 0, 0,
	};
	uint64_t r = next_random();

	memset(f, 0, FRAME);
	memcpy(f, to, 6);
	memcpy(f + 6, &r, 6);
	f[6] = (uint8_t)((f[6] & 0xfc) | 0x02);	/* a station, locally administered */
	f[12] = 0x08;
	memcpy(f + 14, ip_udp, sizeof(ip_udp));
}

int main(int argc, char **argv)
{
	static uint8_t frames[BATCH][FRAME];
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	unsigned long count, sent = 0;
	unsigned int b[6], i;
	uint8_t to[6];
	int fd, n;

	if (argc != 4 || sscanf(argv[3], "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4,
				b + 5) != 6) {
		fprintf(stderr, "usage: macflood DEVICE COUNT DESTINATION-MAC\n");
		return 2;
	}
	for (i = 0; i < 6; i++)
		to[i] = (uint8_t)b[i];
	count = strtoul(argv[2], NULL, 10);
	addr.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || !addr.sll_ifindex || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    getrandom(&state, sizeof(state), 0) != sizeof(state)) {
		fprintf(stderr, "macflood: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	state |= 1;
	memset(msgs, 0, sizeof(msgs));
	while (sent < count) {
		for (i = 0; i < BATCH; i++) {
			make_frame(frames[i], to);
			iov[i] = (struct iovec){ frames[i], FRAME };
			msgs[i].msg_hdr.msg_iov = &iov[i];
			msgs[i].msg_hdr.msg_iovlen = 1;
		}
		n = sendmmsg(fd, msgs, BATCH, 0);
		if (n > 0)
			sent += (unsigned long)n;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			break;
	}
	printf("%lu\n", sent);
	return sent >= count ? 0 : 1;
}
