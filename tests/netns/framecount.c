// SPDX-License-Identifier: GPL-2.0
/*
 * framecount DEVICE ADDRESS...: count the frames of DEVICE ("any": of every
 * present and future device of the namespace) whose IPv4 or IPv6 source or
 * destination is one of ADDRESS, as the billed byte is defined: L2 without
 * FCS, super-packets as the sum of their segments (by the gso_size of
 * PACKET_VNET_HDR), a VLAN tag as 4 bytes wherever it is kept.
 *
 * An independent witness for the meter: it shares no code with it.  Prints
 * "ready", counts until SIGTERM or SIGINT, then prints
 *	in_frames in_bytes out_frames out_bytes lost
 * where lost is what the kernel could not hand to this program: not 0 makes
 * the count worthless.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LOOK 192
#define LAST_SECONDS 3
#define ADDRESSES_MAX 8

struct count {
	uint64_t frames, bytes;
};

static struct count in, out;
static uint8_t addresses[ADDRESSES_MAX][16];
static int families[ADDRESSES_MAX], n_addresses;
static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

static bool is_ours(int family, const uint8_t *address)
{
	size_t len = family == AF_INET ? 4 : 16;
	int i;

	for (i = 0; i < n_addresses; i++)
		if (families[i] == family && !memcmp(addresses[i], address, len))
			return true;
	return false;
}

/* Return: length of all headers up to and with L4, 0: not one of ours. */
static uint32_t headers(const uint8_t *p, uint32_t len)
{
	uint32_t at = 12, l4;
	uint16_t type;
	uint8_t proto;

	for (;;) {
		if (at + 2 > len)
			return 0;
		type = (uint16_t)(p[at] << 8 | p[at + 1]);
		at += 2;
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
		at += 2;
	}
	if (type == ETH_P_IP && at + 20 <= len) {
		if (!is_ours(AF_INET, p + at + 12) && !is_ours(AF_INET, p + at + 16))
			return 0;
		proto = p[at + 9];
		l4 = at + (p[at] & 15) * 4u;
	} else if (type == ETH_P_IPV6 && at + 40 <= len) {
		if (!is_ours(AF_INET6, p + at + 8) && !is_ours(AF_INET6, p + at + 24))
			return 0;
		proto = p[at + 6];
		l4 = at + 40;
		/* Neighbour discovery is of class free, as ARP is. */
		if (proto == IPPROTO_ICMPV6 && l4 < len && p[l4] >= 133 && p[l4] <= 137)
			return 0;
	} else {
		return 0;
	}
	if (proto == IPPROTO_TCP && l4 + 13 <= len)
		return l4 + (p[l4 + 12] >> 4) * 4u;
	return proto == IPPROTO_UDP ? l4 + 8 : l4;
}

static void count_frame(const uint8_t *p, uint32_t look, uint32_t len, uint32_t gso_size,
			bool tag_beside, bool outgoing)
{
	struct count *c = outgoing ? &out : &in;
	uint32_t h = headers(p, look), segments = 1;

	if (!h || (p[0] & 1))
		return;
	if (gso_size && len > h)
		segments = (len - h + gso_size - 1) / gso_size;
	c->frames += segments;
	c->bytes += len + (segments - 1) * h + (tag_beside ? segments * 4 : 0);
}

static void receive(int fd)
{
	struct virtio_net_hdr vnet;
	uint8_t frame[LOOK];
	struct sockaddr_ll from;
	uint8_t control[128];
	struct iovec iov[2] = { { &vnet, sizeof(vnet) }, { frame, sizeof(frame) } };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = iov,
		.msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata *aux = NULL;
	struct cmsghdr *cmsg;
	uint32_t look;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (n < (ssize_t)sizeof(vnet))
		return;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
		if (cmsg->cmsg_level == SOL_PACKET && cmsg->cmsg_type == PACKET_AUXDATA)
			aux = (struct tpacket_auxdata *)CMSG_DATA(cmsg);
	if (!aux)
		return;
	look = (uint32_t)n - sizeof(vnet);
	count_frame(frame, look < LOOK ? look : LOOK, aux->tp_len,
		    vnet.gso_type == VIRTIO_NET_HDR_GSO_NONE ? 0 : vnet.gso_size,
		    aux->tp_status & TP_STATUS_VLAN_VALID, from.sll_pkttype == PACKET_OUTGOING);
}

static int open_socket(const char *device)
{
	/* Keep only the headers of each frame; its length is told beside. */
	struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, LOOK);
	struct sock_fprog prog = { 1, &keep };
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	bool any = !strcmp(device, "any");
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1, room = 256 << 20;

	addr.sll_ifindex = any ? 0 : (int)if_nametoindex(device);
	if (fd < 0 || (!any && !addr.sll_ifindex) ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		fprintf(stderr, "framecount: %s: %s\n", device, strerror(errno));
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats), error_len = sizeof(int);
	struct pollfd pfd = { .events = POLLIN };
	time_t end = 0;
	int i, error;

	if (argc < 3 || argc - 2 > ADDRESSES_MAX) {
		fprintf(stderr, "usage: framecount DEVICE ADDRESS...\n");
		return 2;
	}
	for (i = 2; i < argc; i++) {
		families[n_addresses] = strchr(argv[i], ':') ? AF_INET6 : AF_INET;
		if (inet_pton(families[n_addresses], argv[i], addresses[n_addresses]) != 1) {
			fprintf(stderr, "framecount: '%s' is no address\n", argv[i]);
			return 2;
		}
		n_addresses++;
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	pfd.fd = open_socket(argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		/*
		 * After the signal: take what still waits until none comes, but
		 * it may never stop coming.  No wait is without end, for the
		 * signal may come just before it.
		 */
		if (stop && !end)
			end = time(NULL) + LAST_SECONDS;
		if ((poll(&pfd, 1, 100) == 0 && end) || (end && time(NULL) > end))
			break;
		/* A device that went down or away leaves an error: read it. */
		if (pfd.revents & POLLERR)
			getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &error, &error_len);
		if (pfd.revents & POLLIN)
			receive(pfd.fd);
		pfd.revents = 0;
	}
	getsockopt(pfd.fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	printf("%llu %llu %llu %llu %u\n", (unsigned long long)in.frames,
	       (unsigned long long)in.bytes, (unsigned long long)out.frames,
	       (unsigned long long)out.bytes, stats.tp_drops);
	return 0;
}
