// SPDX-License-Identifier: GPL-2.0
/* The classifier: a table of frames, each with what it must be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>
#define TS_CLASSIFY_TABLES
#include "classify_frame.h"

/* The box: 10.0.0.1, fd00::1; DNS at any address of it, a portal that ends at one. */
struct ts_tables {
	int asked;
};

static int is_addr(const struct ts_frame *f, const char *four, const char *six)
{
	uint8_t addr[16];

	if (f->flags & TS_FRAME_IP4)
		return inet_pton(AF_INET, four, addr) == 1 && !memcmp(addr, f->remote, 4);
	return inet_pton(AF_INET6, six, addr) == 1 && !memcmp(addr, f->remote, 16);
}

static int ts_table_box_mac(const struct ts_tables *t, const struct ts_frame *f)
{
	return f->peer == ts_frame_mac((const uint8_t *)MAC_BOX);
}

static int ts_table_box_addr(const struct ts_tables *t, const struct ts_frame *f)
{
	return is_addr(f, "10.0.0.1", "fd00::1");
}

static int ts_table_service(const struct ts_tables *t, const struct ts_frame *f)
{
	if (f->proto == TS_IP_UDP && f->remote_port == 5353)
		return is_addr(f, "224.0.0.251", "ff02::fb") || is_addr(f, "239.1.1.1", "ff05::fb") ||
		       ts_table_box_addr(t, f) ? TS_SERVICE_LISTED : TS_SERVICE_NONE;
	if (f->proto == TS_IP_UDP && f->remote_port == 53)
		return ts_table_box_addr(t, f) ? TS_SERVICE_LISTED : TS_SERVICE_NONE;
	return f->proto == TS_IP_TCP && f->remote_port == 8080 &&
	       is_addr(f, "10.0.0.1", "fd00::1") ? TS_SERVICE_ENDS_HERE : TS_SERVICE_NONE;
}

static __u32 ts_table_prefix(const struct ts_tables *t, const struct ts_frame *f)
{
	const uint8_t *addr = (const uint8_t *)f->remote;

	if (f->flags & TS_FRAME_IP4)
		return addr[0] == 10 ? TS_CLASS_LOCAL :
		       addr[0] == 198 ? TS_CLASS_FREE : TS_CLASS_INTERNET;
	return addr[0] == 0xfd ? TS_CLASS_LOCAL : TS_CLASS_INTERNET;
}

#define UP TS_DIR_UP
#define DOWN TS_DIR_DOWN
#define BY_BOX 1
#define FREE TS_CLASS_FREE
#define LOCAL TS_CLASS_LOCAL
#define INET TS_CLASS_INTERNET
#define BROKEN TS_CLASS_COUNT
#define REDIRECT TS_MARK_REDIRECT
#define REJECT TS_MARK_REJECT
#define TCP TS_IP_TCP
#define UDP TS_IP_UDP
#define ICMP TS_IP_ICMP
#define ICMP6 TS_IP_ICMP6
#define FAR4 "203.0.113.9"
#define FAR6 "2001:db8::9"
#define ME4 "10.0.0.7"
#define ME6 "fd00::7"
#define BOX4 "10.0.0.1"
#define BOX6 "fd00::1"

struct classify_case {
	const char *name;
	struct ts_test_frame t;
	uint32_t dir;
	int by_box;
	uint32_t class;
	uint32_t plea;
	int answers;
};

static const struct classify_case cases[] = {
	{ "web to the internet", { .from = ME4, .to = FAR4, .proto = TCP, .dport = 443,
	  .tcp_flags = TS_TCP_ACK }, UP, 0, INET },
	{ "web from the internet", { .source = MAC_BOX, .dest = MAC_CLIENT, .from = FAR4, .to = ME4,
	  .proto = TCP, .sport = 443 }, DOWN, 0, INET },
	{ "to a local address", { .from = ME4, .to = "10.9.9.9", .proto = TCP, .dport = 22 },
	  UP, 0, LOCAL },
	{ "from a local address", { .dest = MAC_CLIENT, .source = MAC_OTHER, .from = "10.9.9.9",
	  .to = ME4, .proto = TCP, .sport = 22 }, DOWN, 0, LOCAL },
	{ "IPv6 internet", { .from = ME6, .to = FAR6, .proto = UDP, .dport = 9 }, UP, 0, INET },
	{ "IPv6 local", { .from = ME6, .to = "fd00::99", .proto = UDP, .dport = 9 }, UP, 0, LOCAL },
	/* Services of the box. */
	{ "DNS to the box", { .from = ME4, .to = BOX4, .proto = UDP, .dport = 53 }, UP, 0, FREE },
	{ "DNS to the box, IPv6", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53 },
	  UP, 0, FREE },
	{ "DNS past the box", { .from = ME4, .to = "8.8.8.8", .proto = UDP, .dport = 53 },
	  UP, 0, INET },
	{ "DNS by the MAC of another", { .dest = MAC_OTHER, .from = ME4, .to = BOX4, .proto = UDP,
	  .dport = 53 }, UP, 0, LOCAL },
	{ "DNS over TCP is not listed", { .from = ME4, .to = BOX4, .proto = TCP, .dport = 53,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, LOCAL, REJECT },
	{ "DNS in a fragment", { .from = ME4, .to = BOX4, .proto = UDP, .dport = 53,
	  .frag = 0x2000 }, UP, 0, LOCAL },
	{ "DNS to a group", { .dest = MAC_ALL, .from = ME4, .to = BOX4, .proto = UDP, .dport = 53 },
	  UP, 0, LOCAL },
	{ "DNS answer of the box", { .source = MAC_BOX, .dest = MAC_CLIENT, .from = BOX4, .to = ME4,
	  .proto = UDP, .sport = 53 }, DOWN, BY_BOX, FREE },
	{ "DNS answer of somebody else", { .source = MAC_OTHER, .dest = MAC_CLIENT, .from = BOX4,
	  .to = ME4, .proto = UDP, .sport = 53 }, DOWN, 0, LOCAL },
	{ "DNS answer from outside", { .source = MAC_BOX, .dest = MAC_CLIENT, .from = FAR4,
	  .to = ME4, .proto = UDP, .sport = 53 }, DOWN, 0, INET },
	{ "portal", { .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, FREE, REJECT },
	{ "box's own login", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
	  .proto = TCP, .sport = 22 }, DOWN, BY_BOX, LOCAL },
	{ "service behind options", { .from = ME4, .to = BOX4, .proto = UDP, .dport = 53,
	  .options = 40 }, UP, 0, FREE },
	{ "service behind tags", { .tag = { 100, 200 }, .from = ME4, .to = BOX4, .proto = UDP,
	  .dport = 53 }, UP, 0, FREE },
	{ "service behind hop-by-hop", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
	  .ext = { TS_TEST_HOPOPTS, 60 } }, UP, 0, FREE },
	{ "service behind a fragment header", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
	  .ext = { 44 } }, UP, 0, LOCAL },
	{ "service behind six headers", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
	  .ext = { 60, 60, 60, 60, 60 } }, UP, 0, FREE },
	{ "service behind too many headers", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
	  .ext = { 60, 60, 60, 60, 60, 60, 60 } }, UP, 0, LOCAL },
	/* The walled garden. */
	{ "walled garden up", { .from = ME4, .to = "198.51.100.1", .proto = TCP, .dport = 443 },
	  UP, 0, FREE },
	{ "walled garden down", { .source = MAC_BOX, .dest = MAC_CLIENT, .from = "198.51.100.1",
	  .to = ME4, .proto = TCP, .sport = 443 }, DOWN, 0, FREE },
	{ "walled garden in fragments", { .from = ME4, .to = "198.51.100.1", .proto = TCP,
	  .frag = 5 }, UP, 0, INET },
	/* Control. */
	{ "ARP request", { .dest = MAC_ALL, .ethertype = TS_ETH_ARP }, UP, 0, FREE },
	{ "ARP reply of another client", { .dest = MAC_CLIENT, .source = MAC_OTHER,
	  .ethertype = TS_ETH_ARP }, DOWN, 0, FREE },
	{ "ARP cut short", { .ethertype = TS_ETH_ARP, .cut = 40 }, UP, 0, BROKEN },
	{ "ARP of no known operation", { .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .sport = 3 },
	  UP, 0, INET },
	{ "ARP padded to the shortest frame", { .dest = MAC_ALL, .ethertype = TS_ETH_ARP,
	  .payload = 18 }, UP, 0, FREE },
	{ "ARP that carries more", { .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .payload = 19 },
	  UP, 0, INET },
	{ "ARP that carries a packet to another station", { .dest = MAC_OTHER,
	  .ethertype = TS_ETH_ARP, .payload = 1400 }, UP, 0, INET },
	{ "ARP that carries more, coming down", { .dest = MAC_CLIENT, .source = MAC_OTHER,
	  .ethertype = TS_ETH_ARP, .payload = 19 }, DOWN, 0, INET },
	{ "ARP behind a tag, padded", { .dest = MAC_ALL, .tag = { 5 }, .ethertype = TS_ETH_ARP,
	  .payload = 18 }, UP, 0, FREE },
	{ "ARP behind two tags, padded", { .dest = MAC_ALL, .tag = { 5, 6 },
	  .ethertype = TS_ETH_ARP, .payload = 18 }, UP, 0, FREE },
	{ "ARP behind two tags, longer", { .dest = MAC_ALL, .tag = { 5, 6 },
	  .ethertype = TS_ETH_ARP, .payload = 19 }, UP, 0, INET },
	{ "EAPOL to the box", { .ethertype = TS_ETH_EAPOL, .payload = 20 }, UP, 0, FREE },
	{ "EAPOL to the group of authenticators", { .dest = MAC_PAE, .ethertype = TS_ETH_EAPOL,
	  .payload = 20 }, UP, 0, FREE },
	{ "EAPOL to another station", { .dest = MAC_OTHER, .ethertype = TS_ETH_EAPOL,
	  .payload = 20 }, UP, 0, INET },
	{ "EAPOL to another group", { .dest = MAC_ALL, .ethertype = TS_ETH_EAPOL,
	  .payload = 20 }, UP, 0, INET },
	{ "another ethertype to the group of authenticators", { .dest = MAC_PAE,
	  .ethertype = 0x88b5, .payload = 20 }, UP, 0, INET },
	{ "EAPOL of the authenticator", { .dest = MAC_CLIENT, .source = MAC_BOX,
	  .ethertype = TS_ETH_EAPOL, .payload = 20 }, DOWN, 0, FREE },
	{ "neighbour solicitation", { .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::1",
	  .proto = ICMP6, .sport = 135, .hop = 255 }, UP, 0, FREE },
	{ "neighbour solicitation to the box", { .from = ME6, .to = BOX6, .proto = ICMP6,
	  .sport = 135, .hop = 255 }, UP, 0, FREE },
	{ "neighbour solicitation to another router of the link", { .dest = MAC_OTHER,
	  .from = ME6, .to = "fe80::9", .proto = ICMP6, .sport = 135, .hop = 255 }, UP, 0, FREE },
	{ "neighbour advertisement of a link-local address", { .dest = MAC_OTHER,
	  .from = "fe80::7", .to = FAR6, .proto = ICMP6, .sport = 136, .hop = 255 }, UP, 0, FREE },
	{ "neighbour solicitation for the box to forward", { .from = ME6, .to = FAR6,
	  .proto = ICMP6, .sport = 135, .hop = 255, .payload = 1000 }, UP, 0, INET },
	{ "... from an address that only looks unspecified", { .from = "::2", .to = FAR6,
	  .proto = ICMP6, .sport = 135, .hop = 255 }, UP, 0, INET },
	{ "... for another to forward", { .dest = MAC_OTHER, .from = ME6, .to = BOX6,
	  .proto = ICMP6, .sport = 135, .hop = 255 }, UP, 0, LOCAL },
	{ "... to a group of stations", { .dest = MAC_GROUP6, .from = ME6, .to = BOX6,
	  .proto = ICMP6, .sport = 135, .hop = 255 }, UP, 0, LOCAL },
	{ "neighbour solicitation of the box", { .dest = MAC_CLIENT, .source = MAC_BOX,
	  .from = BOX6, .to = ME6, .proto = ICMP6, .sport = 135, .hop = 255 }, DOWN, BY_BOX, FREE },
	{ "neighbour advertisement, forwarded", { .from = FAR6, .to = ME6, .proto = ICMP6,
	  .sport = 136, .hop = 254, .dest = MAC_CLIENT, .source = MAC_BOX }, DOWN, 0, INET },
	{ "router advertisement", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = "fe80::1",
	  .to = ME6, .proto = ICMP6, .sport = 134, .hop = 255 }, DOWN, 0, FREE },
	{ "redirect of a router", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = "fe80::1",
	  .to = ME6, .proto = ICMP6, .sport = 137, .hop = 255 }, DOWN, 0, FREE },
	{ "router solicitation", { .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::2",
	  .proto = ICMP6, .sport = 133, .hop = 255 }, UP, 0, FREE },
	{ "a client that advertises itself as a router", { .dest = MAC_GROUP6,
	  .from = "fe80::7", .to = "ff02::1", .proto = ICMP6, .sport = 134, .hop = 255 },
	  UP, 0, INET },
	{ "... to one station", { .dest = MAC_OTHER, .from = "fe80::7", .to = "fe80::9",
	  .proto = ICMP6, .sport = 134, .hop = 255 }, UP, 0, INET },
	{ "... to the box", { .from = ME6, .to = BOX6, .proto = ICMP6, .sport = 134,
	  .hop = 255 }, UP, 0, LOCAL },
	{ "a client that redirects", { .dest = MAC_OTHER, .from = "fe80::7", .to = "fe80::9",
	  .proto = ICMP6, .sport = 137, .hop = 255 }, UP, 0, INET },
	{ "... the box", { .from = ME6, .to = BOX6, .proto = ICMP6, .sport = 137, .hop = 255 },
	  UP, 0, LOCAL },
	{ "MLD report behind router alert", { .dest = MAC_GROUP6, .from = "fe80::7",
	  .to = "ff02::16", .proto = ICMP6, .sport = 143, .hop = 1, .ext = { TS_TEST_HOPOPTS } },
	  UP, 0, FREE },
	{ "MLD from a global address", { .from = FAR6, .to = "ff02::16", .proto = ICMP6,
	  .sport = 143, .hop = 1 }, UP, 0, INET },
	{ "MLD that was not meant for this link alone", { .dest = MAC_GROUP6, .from = "fe80::7",
	  .to = "ff02::16", .proto = ICMP6, .sport = 143, .hop = 2 }, UP, 0, INET },
	{ "echo with a hop limit of 1", { .dest = MAC_GROUP6, .from = "fe80::7",
	  .to = "ff02::16", .proto = ICMP6, .sport = 128, .hop = 1 }, UP, 0, INET },
	{ "ping", { .from = ME4, .to = FAR4, .proto = ICMP, .sport = 8 }, UP, 0, INET },
	/* DHCP. */
	{ "DHCP discover", { .dest = MAC_ALL, .from = "0.0.0.0", .to = "255.255.255.255",
	  .proto = UDP, .sport = 68, .dport = 67 }, UP, 0, FREE },
	{ "DHCP renewal to the box", { .from = ME4, .to = BOX4, .proto = UDP, .sport = 68,
	  .dport = 67 }, UP, 0, FREE },
	{ "DHCP to the internet", { .from = ME4, .to = FAR4, .proto = UDP, .sport = 68,
	  .dport = 67 }, UP, 0, INET },
	{ "DHCP from the wrong port", { .dest = MAC_ALL, .from = ME4, .to = "255.255.255.255",
	  .proto = UDP, .sport = 69, .dport = 67 }, UP, 0, INET },
	{ "DHCP offer by the box", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
	  .proto = UDP, .sport = 67, .dport = 68 }, DOWN, BY_BOX, FREE },
	{ "DHCP offer from elsewhere", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4,
	  .to = ME4, .proto = UDP, .sport = 67, .dport = 68 }, DOWN, 0, INET },
	{ "DHCP offer by a client", { .dest = MAC_ALL, .from = ME4, .to = "255.255.255.255",
	  .proto = UDP, .sport = 67, .dport = 68 }, UP, 0, INET },
	{ "... to one station", { .dest = MAC_OTHER, .from = ME4, .to = "10.0.0.8",
	  .proto = UDP, .sport = 67, .dport = 68 }, UP, 0, LOCAL },
	{ "... to the box", { .from = ME4, .to = BOX4, .proto = UDP, .sport = 67, .dport = 68 },
	  UP, 0, LOCAL },
	{ "a client that relays DHCP", { .dest = MAC_ALL, .from = ME4, .to = "255.255.255.255",
	  .proto = UDP, .sport = 67, .dport = 67 }, UP, 0, INET },
	{ "DHCPv6 advertise by a client", { .dest = MAC_OTHER, .from = "fe80::7",
	  .to = "fe80::9", .proto = UDP, .sport = 547, .dport = 546 }, UP, 0, INET },
	{ "... to a group", { .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::1",
	  .proto = UDP, .sport = 547, .dport = 546 }, UP, 0, INET },
	{ "DHCPv6 solicit", { .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::1:2",
	  .proto = UDP, .sport = 546, .dport = 547 }, UP, 0, FREE },
	{ "DHCPv4 ports in IPv6", { .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::1:2",
	  .proto = UDP, .sport = 68, .dport = 67 }, UP, 0, INET },
	/* What the box says to a refused client. */
	{ "ICMP error by the box", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
	  .proto = ICMP, .sport = 3 }, DOWN, BY_BOX, FREE },
	{ "ICMP error from outside", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4,
	  .to = ME4, .proto = ICMP, .sport = 3 }, DOWN, 0, INET },
	{ "ICMP error going up", { .from = ME4, .to = FAR4, .proto = ICMP, .sport = 3 }, UP, 0, INET },
	{ "ICMPv6 error by the box", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX6,
	  .to = ME6, .proto = ICMP6, .sport = 1 }, DOWN, BY_BOX, FREE },
	{ "reset by the box", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4, .to = ME4,
	  .proto = TCP, .sport = 443, .tcp_flags = TS_TCP_RST | TS_TCP_ACK }, DOWN, BY_BOX, FREE },
	{ "reset from outside", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4, .to = ME4,
	  .proto = TCP, .sport = 443, .tcp_flags = TS_TCP_RST }, DOWN, 0, INET },
	{ "redirect's answer", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4, .to = ME4,
	  .proto = TCP, .sport = 80, .tcp_flags = TS_TCP_ACK }, DOWN, BY_BOX, INET, .answers = 1 },
	{ "web server's answer", { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4, .to = ME4,
	  .proto = TCP, .sport = 80, .tcp_flags = TS_TCP_ACK }, DOWN, 0, INET },
	/* Pleas. */
	{ "SYN to port 80", { .from = ME4, .to = FAR4, .proto = TCP, .dport = 80,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, INET, REDIRECT },
	{ "data to port 80", { .from = ME4, .to = FAR4, .proto = TCP, .dport = 80,
	  .tcp_flags = TS_TCP_ACK }, UP, 0, INET, REDIRECT },
	{ "SYN to port 443", { .from = ME6, .to = FAR6, .proto = TCP, .dport = 443,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, INET, REJECT },
	{ "SYN and ACK", { .from = ME4, .to = FAR4, .proto = TCP, .dport = 443,
	  .tcp_flags = TS_TCP_SYN | TS_TCP_ACK }, UP, 0, INET },
	{ "new QUIC", { .from = ME4, .to = FAR4, .proto = UDP, .dport = 443, .first = 0xc3,
	  .payload = 1200 }, UP, 0, INET, REJECT },
	{ "running QUIC", { .from = ME4, .to = FAR4, .proto = UDP, .dport = 443, .first = 0x43,
	  .payload = 1200 }, UP, 0, INET },
	{ "long header to another port", { .from = ME4, .to = FAR4, .proto = UDP, .dport = 444,
	  .first = 0xc3, .payload = 1200 }, UP, 0, INET },
	{ "empty UDP to 443", { .from = ME4, .to = FAR4, .proto = UDP, .dport = 443 }, UP, 0, INET },
	{ "SYN in a fragment", { .from = ME4, .to = FAR4, .proto = TCP, .dport = 80, .frag = 0x2000,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, INET },
	{ "SYN to a group", { .dest = MAC_ALL, .from = ME4, .to = FAR4, .proto = TCP, .dport = 80,
	  .tcp_flags = TS_TCP_SYN }, UP, 0, INET },
	/* Odd and broken. */
	{ "another ethertype", { .ethertype = 0x8863, .payload = 40 }, UP, 0, INET },
	{ "a third tag", { .tag = { 1, 2 }, .ethertype = TS_ETH_8021Q, .payload = 40 }, UP, 0, INET },
	{ "no ports in sight", { .from = ME4, .to = BOX4, .proto = UDP, .dport = 53, .cut = 40 },
	  UP, 0, LOCAL },
	{ "a TCP header cut short", { .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080,
	  .cut = 50 }, UP, 0, LOCAL },
	{ "a TCP header that claims less", { .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080,
	  .doff = 4 }, UP, 0, LOCAL },
	{ "an IPv4 header that claims less", { .from = ME4, .to = BOX4, .proto = TCP,
	  .dport = 8080, .ihl = 4 }, UP, 0, BROKEN },
	{ "extension header cut short", { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
	  .ext = { 60 }, .cut = 60 }, UP, 0, LOCAL },
	{ "cut in the Ethernet header", { .from = ME4, .to = FAR4, .cut = 13 }, UP, 0, BROKEN },
	{ "cut in the tag", { .tag = { 5 }, .from = ME4, .to = FAR4, .cut = 17 }, UP, 0, BROKEN },
	{ "cut in the second tag", { .tag = { 5, 6 }, .from = ME4, .to = FAR4, .cut = 21 },
	  UP, 0, BROKEN },
	{ "cut in the IPv4 header", { .from = ME4, .to = FAR4, .cut = 33 }, UP, 0, BROKEN },
	{ "cut in the IPv6 header", { .from = ME6, .to = FAR6, .cut = 53 }, UP, 0, BROKEN },
	{ "IPv6 in an IPv4 ethertype", { .ethertype = TS_ETH_IP, .from = ME6, .to = FAR6 },
	  UP, 0, BROKEN },
	{ "IPv4 in an IPv6 ethertype", { .ethertype = TS_ETH_IPV6, .from = ME4, .to = FAR4,
	  .payload = 60 }, UP, 0, BROKEN },
	{ "source is a group", { .source = MAC_ALL, .from = ME4, .to = FAR4, .proto = UDP },
	  UP, 0, BROKEN },
	{ "source is zero", { .source = "\0\0\0\0\0\0", .from = ME4, .to = FAR4, .proto = UDP },
	  UP, 0, BROKEN },
};

/* The end of the frame is the end of the heap block: one byte more is found. */
static uint32_t parse_exactly(const struct ts_test_frame *t, uint32_t dir, uint32_t tci,
			      struct ts_frame *f)
{
	static uint8_t room[TS_TEST_FRAME_MAX];
	size_t len = ts_test_frame_build(t, room);
	uint8_t *exact = malloc(len);
	uint32_t flags;

	assert_non_null(exact);
	memcpy(exact, room, len);
	flags = ts_frame_parse(f, exact, exact + len, dir, tci);
	free(exact);
	return flags;
}

static void test_table(void **state)
{
	const struct classify_case *c;
	struct ts_tables tables = { 0 };
	struct ts_frame f;
	uint32_t class;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		c = &cases[i];
		if (parse_exactly(&c->t, c->dir, TS_FRAME_NO_TCI, &f) & TS_FRAME_MALFORMED)
			class = BROKEN;
		else
			class = ts_frame_class(&f, &tables, c->dir, c->by_box);
		if (class != c->class)
			fail_msg("%s: class %u, not %u", c->name, class, c->class);
		if (class == BROKEN)
			continue;
		if (c->dir == UP && ts_frame_plea(&f) != c->plea)
			fail_msg("%s: plea %u, not %u", c->name, ts_frame_plea(&f), c->plea);
		if (ts_frame_answers_plea(&f, c->by_box) != c->answers)
			fail_msg("%s: answers a plea: not %d", c->name, c->answers);
	}
}

static void test_members(void **state)
{
	struct ts_test_frame t = { .tag = { 100, 200 }, .from = ME4, .to = FAR4, .proto = TCP,
				   .sport = 1234, .dport = 443, .options = 8,
				   .tcp_flags = TS_TCP_ACK };
	uint8_t addr[4] = { 203, 0, 113, 9 };
	struct ts_frame f;

	parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.station, ts_frame_mac((const uint8_t *)MAC_CLIENT));
	assert_int_equal(f.peer, ts_frame_mac((const uint8_t *)MAC_BOX));
	assert_int_equal(f.station & 0xff, 2);
	assert_int_equal(f.station >> 40, 7);
	assert_int_equal(f.vlan, 100);
	assert_int_equal(f.ethertype, TS_ETH_IP);
	assert_int_equal(f.header_len, 14 + 8 + 28 + 20);
	assert_int_equal(f.remote_port, 443);
	assert_int_equal(f.station_port, 1234);
	assert_int_equal(f.proto, TCP);
	assert_int_equal(f.tcp_flags, TS_TCP_ACK);
	assert_memory_equal(f.remote, addr, 4);
	assert_int_equal(f.flags, TS_FRAME_IP4 | TS_FRAME_L4 | TS_FRAME_TAGGED);
	/* Down: the other side is the station. */
	parse_exactly(&t, DOWN, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.station, ts_frame_mac((const uint8_t *)MAC_BOX));
	assert_int_equal(f.remote_port, 1234);
}

static void test_vlan(void **state)
{
	struct ts_test_frame t = { .from = ME4, .to = FAR4, .proto = UDP };
	struct ts_frame f;

	parse_exactly(&t, UP, 0x6000 | 33, &f);
	assert_int_equal(f.vlan, 33);
	assert_false(f.flags & TS_FRAME_TAGGED);
	/* The tag beside the frame is the outer one. */
	t.tag[0] = 44;
	parse_exactly(&t, UP, 33, &f);
	assert_int_equal(f.vlan, 33);
	assert_int_equal(f.header_len, 14 + 4 + 20 + 8);
	/* A priority tag is no VLAN. */
	t.tag[0] = TS_TEST_PRIORITY;
	parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.vlan, 0);
	assert_true(f.flags & TS_FRAME_TAGGED);
}

static void test_header_len(void **state)
{
	struct ts_test_frame t = { .from = ME6, .to = FAR6, .proto = TCP,
				   .ext = { TS_TEST_HOPOPTS, 60, TS_IP6_AH }, .ah = 4 };
	struct ts_frame f;

	/* AH counts in units of 4 and lacks 2. */
	parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.header_len, 14 + 40 + 3 * 8 + 4 * 4 + 20);
	assert_int_equal(f.proto, TCP);
}

/* A header that lies beyond what is in sight could be a fragment's. */
static void test_header_out_of_sight(void **state)
{
	struct ts_test_frame t = { .from = ME6, .to = FAR6, .proto = TCP, .ext = { 60, 60 } };
	struct ts_frame f;

	parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.flags & (TS_FRAME_FRAGMENT | TS_FRAME_L4), TS_FRAME_L4);
	for (t.cut = 14 + 40; t.cut < 14 + 40 + 2 * 8; t.cut++) {
		parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
		assert_int_equal(f.flags & (TS_FRAME_FRAGMENT | TS_FRAME_L4), TS_FRAME_FRAGMENT);
	}
	/* Not so where TCP is, of which only the ports are missing. */
	parse_exactly(&t, UP, TS_FRAME_NO_TCI, &f);
	assert_int_equal(f.flags & (TS_FRAME_FRAGMENT | TS_FRAME_L4), 0);
}

static void test_super(void **state)
{
	struct ts_frame f = { .header_len = 66 };
	uint32_t segs;

	assert_int_equal(ts_frame_super_bytes(&f, 1514, 0, 0, &segs), 1514);
	assert_int_equal(segs, 1);
	assert_int_equal(ts_frame_super_bytes(&f, 1514, 0, 1, &segs), 1518);
	/* Ten segments and one of a single byte. */
	assert_int_equal(ts_frame_super_bytes(&f, 66 + 14481, 1448, 0, &segs),
			 14481 + 11 * 66);
	assert_int_equal(segs, 11);
	assert_int_equal(ts_frame_super_bytes(&f, 66 + 14481, 1448, 1, &segs),
			 14481 + 11 * 70);
	assert_int_equal(ts_frame_super_bytes(&f, 66 + 1448, 1448, 0, &segs), 1514);
	/* Nonsense costs what it shows. */
	assert_int_equal(ts_frame_super_bytes(&f, 60, 1448, 0, &segs), 60);
	assert_int_equal(segs, 1);
}

#define NONE TS_SERVICE_NONE
#define LISTED TS_SERVICE_LISTED
#define ENDS TS_SERVICE_ENDS_HERE
#define GARDEN4 "198.51.100.9"

/* What ends at the box, if it is the box who is meant; and what may be passed on. */
static void test_free_service(void **state)
{
	static const struct {
		struct ts_test_frame t;
		uint32_t dir;
		int by_box;
		uint32_t kind;
	} of[] = {
		{ { .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080 }, UP, 0, ENDS },
		{ { .dest = MAC_OTHER, .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080 },
		  UP, 0, NONE },
		{ { .dest = MAC_ALL, .from = ME4, .to = BOX4, .proto = TCP, .dport = 8080 },
		  UP, 0, NONE },
		{ { .from = ME4, .to = FAR4, .proto = TCP, .dport = 8080 }, UP, 0, NONE },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
		    .proto = TCP, .sport = 8080 }, DOWN, BY_BOX, ENDS },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
		    .proto = TCP, .sport = 8080 }, DOWN, 0, NONE },
		{ { .dest = MAC_ALL, .ethertype = TS_ETH_ARP }, UP, 0, NONE },
		/* The resolver, by every way that is free. */
		{ { .from = ME4, .to = BOX4, .proto = UDP, .dport = 53 }, UP, 0, LISTED },
		{ { .from = ME4, .to = BOX4, .proto = UDP, .sport = 8080, .dport = 53 },
		  UP, 0, LISTED },
		{ { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53, .tag = { 5 } },
		  UP, 0, LISTED },
		{ { .from = ME6, .to = BOX6, .proto = UDP, .dport = 53,
		    .ext = { TS_TEST_HOPOPTS } }, UP, 0, LISTED },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
		    .proto = UDP, .sport = 53 }, DOWN, BY_BOX, LISTED },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX6, .to = ME6,
		    .proto = UDP, .sport = 53 }, DOWN, BY_BOX, LISTED },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = BOX4, .to = ME4,
		    .proto = TCP, .sport = 53, .tcp_flags = TS_TCP_RST }, DOWN, BY_BOX, LISTED },
		/* One in a walled garden, of which nothing is listed. */
		{ { .from = ME4, .to = GARDEN4, .proto = UDP, .dport = 53 }, UP, 0, LISTED },
		{ { .from = ME4, .to = GARDEN4, .proto = TCP, .dport = 53 }, UP, 0, LISTED },
		{ { .from = ME4, .to = GARDEN4, .proto = TCP, .dport = 853 }, UP, 0, LISTED },
		{ { .dest = MAC_CLIENT, .source = MAC_BOX, .from = GARDEN4, .to = ME4,
		    .proto = UDP, .sport = 853 }, DOWN, 0, LISTED },
		{ { .from = ME4, .to = GARDEN4, .proto = TCP, .dport = 443 }, UP, 0, NONE },
		{ { .from = ME4, .to = GARDEN4, .proto = TCP, .sport = 53, .dport = 443 },
		  UP, 0, NONE },
	};
	struct ts_tables tables = { 0 };
	struct ts_frame f;
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(*of); i++) {
		parse_exactly(&of[i].t, of[i].dir, TS_FRAME_NO_TCI, &f);
		if (ts_frame_free_service(&f, &tables, of[i].dir, of[i].by_box) != of[i].kind)
			fail_msg("frame %zu is not of kind %u", i, of[i].kind);
	}
	assert_int_equal(ts_free_tokens(ENDS, 1600), 101);
	assert_int_equal(ts_free_tokens(LISTED, 1600), 1600);
	assert_int_equal(ts_free_tokens(NONE, 1600), 1600);
}

static void test_mark(void **state)
{
	assert_int_equal(ts_mark(0xffffffff, 0x0f000000, TS_MARK_STAMP), 0xf1ffffff);
	assert_int_equal(ts_mark(0, 0x000000f0, TS_MARK_STAMP | TS_MARK_FREE), 0x90);
	assert_int_equal(ts_mark(0x12345678, 0x0f000000, 0), 0x10345678);
}

#define MAC_MDNS "\x01\x00\x5e\x00\x00\xfb"
#define MAC_MDNS6 "\x33\x33\x00\x00\x00\xfb"

/* What a station that may not speak to all may ask the box. */
static void test_calls_box(void **state)
{
	static const struct ts_test_frame calls[] = {
		{ .dest = MAC_MDNS, .from = ME4, .to = "224.0.0.251", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_MDNS6, .from = "fe80::7", .to = "ff02::fb", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_ALL, .from = ME4, .to = "224.0.0.251", .proto = UDP, .dport = 5353 },
	}, not[] = {
		{ .dest = MAC_MDNS, .from = ME4, .to = "224.0.0.251", .proto = UDP, .sport = 5353, .dport = 53 },
		{ .dest = MAC_MDNS, .from = ME4, .to = "224.0.0.252", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_MDNS, .from = ME4, .to = "239.1.1.1", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_MDNS6, .from = "fe80::7", .to = "ff05::fb", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_MDNS, .from = ME4, .to = "10.0.0.1", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_ALL, .from = ME4, .to = "10.0.0.1", .proto = UDP, .dport = 53 },
		{ .dest = MAC_OTHER, .from = ME4, .to = "224.0.0.251", .proto = UDP, .dport = 5353 },
		{ .dest = MAC_MDNS, .from = ME4, .to = "224.0.0.251", .proto = UDP, .dport = 5353, .frag = 0x2000 },
		{ .dest = MAC_MDNS, .from = ME4, .to = "224.0.0.251", .proto = TCP, .dport = 5353 },
	};
	uint8_t data[TS_TEST_FRAME_MAX];
	struct ts_frame f;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		ts_frame_parse(&f, data, data + ts_test_frame_build(&calls[i], data), UP,
			       TS_FRAME_NO_TCI);
		if (!ts_frame_calls_box(&f, NULL) || ts_frame_plea(&f))
			fail_msg("%zu does not call the box", i);
		/* For who may speak to all it is a frame like others. */
		if (ts_frame_class(&f, NULL, UP, 0) == FREE)
			fail_msg("%zu is free", i);
	}
	for (i = 0; i < sizeof(not) / sizeof(*not); i++) {
		ts_frame_parse(&f, data, data + ts_test_frame_build(&not[i], data), UP,
			       TS_FRAME_NO_TCI);
		if (ts_frame_calls_box(&f, NULL))
			fail_msg("%zu calls the box", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_header_len),
		cmocka_unit_test(test_header_out_of_sight),
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_free_service),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_calls_box),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
