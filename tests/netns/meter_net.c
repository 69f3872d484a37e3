// SPDX-License-Identifier: GPL-2.0
/* Namespaces, veth pairs and UDP traffic for the meter's test-suite. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "meter_net.h"

#define UDP_PORT 4242
/* Nothing more is on the way when nothing came for so long. */
#define QUIET_MS 300

static const char *const end_addr[] = { NET_CLIENT_ADDR, NET_SERVER_ADDR };

/* Processes that hold the far namespaces, and their sockets. */
static pid_t holder[2];
static int far_sock[2] = { -1, -1 };

static void die(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

void net_run(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command)) {
		printf("# failed: %s\n", command);
		fflush(stdout);
		_exit(1);
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* Make the calling process a box of its own. */
void net_box(void)
{
	if (unshare(CLONE_NEWNET))
		die("unshare");
	net_run("ip link set lo up");
	if (!access("/proc/sys/net/ipv6", F_OK)) {
		write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
		write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	}
	write_file("/proc/sys/net/ipv4/ip_forward", "1");
}

/* A process in a namespace of its own, which ends with this one. */
static pid_t hold_namespace(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET))
			die("unshare");
		if (!access("/proc/sys/net/ipv6", F_OK)) {
			write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
			write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
		}
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		/* Among them the lock of the meter, if it was opened before. */
		close_range(3, ~0U, 0);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("namespace");
	close(ready[0]);
	return pid;
}

/* A socket of the namespace of @pid. */
static int socket_in(pid_t pid, int domain, int type)
{
	int own, there, fd;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || there < 0 || setns(there, CLONE_NEWNET))
		die("setns");
	fd = socket(domain, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	if (setns(own, CLONE_NEWNET))
		die("setns back");
	close(own);
	close(there);
	return fd;
}

static int udp_in(pid_t pid, const char *addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT) };
	int fd = socket_in(pid, AF_INET, SOCK_DGRAM), size = 8 << 20;

	inet_pton(AF_INET, addr, &sin.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		die("bind");
	return fd;
}

#define IN "nsenter -t %d -n "

void net_make_client(void)
{
	pid_t pid = holder[NET_CLIENT];

	if (!pid)
		pid = holder[NET_CLIENT] = hold_namespace();
	net_run("ip link add ap0 address 02:00:5e:00:53:01 type veth peer name c0 address 02:00:5e:00:53:02 netns %d",
		pid);
	net_run("ip addr add 198.51.100.1/24 dev ap0 && ip link set ap0 up && ip neigh replace 198.51.100.2 lladdr 02:00:5e:00:53:02 dev ap0 nud permanent");
	net_run(IN "sh -c 'ip addr add 198.51.100.2/24 dev c0 && ip link set c0 up && ip neigh replace 198.51.100.1 lladdr 02:00:5e:00:53:01 dev c0 nud permanent && ip route replace default via 198.51.100.1'",
		pid);
	if (far_sock[NET_CLIENT] < 0)
		far_sock[NET_CLIENT] = udp_in(pid, NET_CLIENT_ADDR);
}

void net_make_server(void)
{
	pid_t pid = holder[NET_SERVER] = hold_namespace();

	net_run("ip link add up0 address 02:00:5e:00:53:03 type veth peer name s0 address 02:00:5e:00:53:04 netns %d",
		pid);
	net_run("ip addr add 203.0.113.1/24 dev up0 && ip link set up0 up && ip neigh replace 203.0.113.2 lladdr 02:00:5e:00:53:04 dev up0 nud permanent");
	net_run(IN "sh -c 'ip addr add 203.0.113.2/24 dev s0 && ip link set s0 up && ip neigh replace 203.0.113.1 lladdr 02:00:5e:00:53:03 dev s0 nud permanent && ip route add default via 203.0.113.1'",
		pid);
	far_sock[NET_SERVER] = udp_in(pid, NET_SERVER_ADDR);
}

bool net_has_kind(const char *kind)
{
	char command[256];
	bool has;

	net_run("ip link add kind0 type veth peer name kind1");
	snprintf(command, sizeof(command),
		 "ip link add link kind0 name kind2 type %s%s 2>/dev/null", kind,
		 strcmp(kind, "vlan") ? "" : " id 7");
	has = !system(command);
	net_run("ip link del kind0");
	return has;
}

void net_stack_client(const char *kind)
{
	pid_t pid = holder[NET_CLIENT];
	bool vlan = !strcmp(kind, "vlan");

	net_run("ip link add link ap0 name ap0u address 02:00:5e:00:53:05 type %s%s", kind,
		vlan ? " id 5" : "");
	net_run("ip addr del 198.51.100.1/24 dev ap0 && ip addr add 198.51.100.1/24 dev ap0u && ip link set ap0u up && ip neigh replace 198.51.100.2 lladdr 02:00:5e:00:53:02 dev ap0u nud permanent");
	/* XDP cannot see a tag beside the frame. */
	if (vlan)
		net_run(IN "sh -c 'ethtool -K c0 txvlan off && ip link add link c0 name c0u type vlan id 5 && ip addr del 198.51.100.2/24 dev c0 && ip addr add 198.51.100.2/24 dev c0u && ip link set c0u up'",
			pid);
	net_run(IN "sh -c 'ip neigh replace 198.51.100.1 lladdr 02:00:5e:00:53:05 dev %s nud permanent && ip route replace default via 198.51.100.1'",
		pid, vlan ? "c0u" : "c0");
}

void net_drop_client(void)
{
	net_run("ip link del ap0");
}

void net_down(void)
{
	int end;

	for (end = 0; end < 2; end++) {
		if (far_sock[end] >= 0)
			close(far_sock[end]);
		far_sock[end] = -1;
		if (holder[end]) {
			kill(holder[end], SIGKILL);
			waitpid(holder[end], NULL, 0);
		}
		holder[end] = 0;
	}
}

static void send_all(enum net_end from, unsigned int count, unsigned int payload_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT) };
	static char payload[2048];
	unsigned int i;

	inet_pton(AF_INET, end_addr[!from], &to.sin_addr);
	for (i = 0; i < count; i++)
		sendto(far_sock[from], payload, payload_bytes, 0, (struct sockaddr *)&to,
		       sizeof(to));
}

/* Counts until nothing comes any more. */
static unsigned int receive_all(enum net_end at, uint64_t *bytes)
{
	struct pollfd pfd = { .fd = far_sock[at], .events = POLLIN };
	unsigned int n = 0;
	char buffer[2048];
	ssize_t len;

	for (;;) {
		len = recv(far_sock[at], buffer, sizeof(buffer), MSG_DONTWAIT);
		if (len < 0 && poll(&pfd, 1, QUIET_MS) <= 0)
			return n;
		if (len < 0)
			continue;
		*bytes += (uint64_t)len + NET_OVERHEAD_BYTES;
		n++;
	}
}

unsigned int net_send(enum net_end from, unsigned int count, unsigned int payload_bytes)
{
	uint64_t bytes = 0;

	send_all(from, count, payload_bytes);
	return receive_all(!from, &bytes);
}

void net_send_frame(const void *frame, size_t len, unsigned int count)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct ifreq ifr = { .ifr_name = "c0" };
	int fd = socket_in(holder[NET_CLIENT], AF_PACKET, SOCK_RAW);
	unsigned int i;

	if (ioctl(fd, SIOCGIFINDEX, &ifr))
		die("c0");
	to.sll_ifindex = ifr.ifr_ifindex;
	for (i = 0; i < count; i++)
		if (sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("sendto");
	close(fd);
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* With one CPU it is still a test, only a weaker one. */
	sched_setaffinity(0, sizeof(set), &set);
}

void net_flood(unsigned int count, unsigned int payload_bytes, uint64_t arrived_bytes[2])
{
	int end, status;
	pid_t pid[2];

	fflush(stdout);
	for (end = 0; end < 2; end++) {
		pid[end] = fork();
		if (pid[end] < 0)
			die("fork");
		if (!pid[end]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_on(end);
			send_all(end, count, payload_bytes);
			_exit(0);
		}
	}
	arrived_bytes[0] = arrived_bytes[1] = 0;
	for (end = 0; end < 2; end++) {
		while (!waitpid(pid[end], &status, WNOHANG)) {
			receive_all(NET_CLIENT, &arrived_bytes[NET_CLIENT]);
			receive_all(NET_SERVER, &arrived_bytes[NET_SERVER]);
		}
	}
	receive_all(NET_CLIENT, &arrived_bytes[NET_CLIENT]);
	receive_all(NET_SERVER, &arrived_bytes[NET_SERVER]);
}
