// SPDX-License-Identifier: GPL-2.0
/* endpoint.c - "192.0.2.1:80" and "[2001:db8::1]:80". */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/endpoint.h"

static int parse_port(const char *text, in_port_t *port)
{
	char *end;
	long n;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	n = strtol(text, &end, 10);
	if (*end || n < 1 || n > 65535)
		return -EINVAL;
	*port = htons(n);
	return 0;
}

/**
 * ts_endpoint_parse() - read an address and a port
 * @out: set on success
 * @text: "ADDRESS:PORT" for IPv4, "[ADDRESS]:PORT" for IPv6; no names
 *
 * Return: 0 or -EINVAL.
 */
int ts_endpoint_parse(struct ts_endpoint *out, const char *text)
{
	struct ts_endpoint e = { };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&e.addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&e.addr;
	char host[TS_ENDPOINT_TEXT_SIZE];
	const char *colon = strrchr(text, ':');
	size_t n;

	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -EINVAL;
	n = colon - text;
	memcpy(host, text, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		in6->sin6_family = AF_INET6;
		e.len = sizeof(*in6);
		if (inet_pton(AF_INET6, host + 1, &in6->sin6_addr) != 1 ||
		    parse_port(colon + 1, &in6->sin6_port))
			return -EINVAL;
	} else {
		in->sin_family = AF_INET;
		e.len = sizeof(*in);
		if (inet_pton(AF_INET, host, &in->sin_addr) != 1 ||
		    parse_port(colon + 1, &in->sin_port))
			return -EINVAL;
	}
	*out = e;
	return 0;
}

/**
 * ts_endpoint_host() - the address alone
 * @e: the endpoint
 * @text: room for it, IPv6 without brackets
 * @size: room in @text
 *
 * Return: its family, or 0.
 */
int ts_endpoint_host(const struct ts_endpoint *e, char *text, size_t size)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&e->addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&e->addr;

	text[0] = '\0';
	if (e->addr.ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, size);
	else if (e->addr.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, size);
	else
		return 0;
	return e->addr.ss_family;
}

/**
 * ts_endpoint_print() - write so that ts_endpoint_parse() reads the same one
 * @e: the endpoint
 * @text: room for it
 *
 * Return: @text.
 */
char *ts_endpoint_print(const struct ts_endpoint *e,
			char text[TS_ENDPOINT_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN];
	int family = ts_endpoint_host(e, host, sizeof(host));

	snprintf(text, TS_ENDPOINT_TEXT_SIZE,
		 family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
		 ts_endpoint_port(e));
	return text;
}

/** ts_endpoint_port() - Return: the port in host order, 0 for none */
uint16_t ts_endpoint_port(const struct ts_endpoint *e)
{
	if (e->addr.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&e->addr)->sin6_port);
	if (e->addr.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&e->addr)->sin_port);
	return 0;
}

/** ts_endpoint_set_port() - the same address, another port */
void ts_endpoint_set_port(struct ts_endpoint *e, uint16_t port)
{
	if (e->addr.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&e->addr)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&e->addr)->sin_port = htons(port);
}

/** ts_endpoint_is_any() - Return: true for 0.0.0.0 and :: */
bool ts_endpoint_is_any(const struct ts_endpoint *e)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&e->addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&e->addr;

	if (e->addr.ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
	return in->sin_addr.s_addr == htonl(INADDR_ANY);
}

/** ts_endpoint_is_loopback() - Return: true for what only this box can reach */
bool ts_endpoint_is_loopback(const struct ts_endpoint *e)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&e->addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&e->addr;

	if (e->addr.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	return ntohl(in->sin_addr.s_addr) >> 24 == 127;
}

/** ts_endpoint_is_here() - Return: false: this box does not have the address, as of now */
bool ts_endpoint_is_here(const struct ts_endpoint *e)
{
	bool here = ts_endpoint_is_any(e) || ts_endpoint_is_loopback(e);
	struct ifaddrs *list, *i;
	uint8_t wanted[16], has[16];
	unsigned int family;

	/* Who cannot look does not say that it is not. */
	if (here || getifaddrs(&list))
		return true;
	family = ts_endpoint_address((const struct sockaddr *)&e->addr, wanted);
	for (i = list; i && !here; i = i->ifa_next)
		here = i->ifa_addr && ts_endpoint_address(i->ifa_addr, has) == family &&
		       !memcmp(has, wanted, sizeof(has));
	freeifaddrs(list);
	return here;
}

/** ts_endpoint_equal() - Return: true for the same address and port */
bool ts_endpoint_equal(const struct ts_endpoint *a, const struct ts_endpoint *b)
{
	return a->len == b->len && !memcmp(&a->addr, &b->addr, a->len);
}

/**
 * ts_endpoint_address() - the address bytes of a peer
 * @sa: IPv4 or IPv6
 * @addr: 4 or 16 bytes of it, the rest zero
 *
 * An IPv4 address mapped into IPv6 is given as IPv4.
 *
 * Return: AF_INET, AF_INET6, or 0 for any other family.
 */
unsigned int ts_endpoint_address(const struct sockaddr *sa, uint8_t addr[16])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

	memset(addr, 0, 16);
	if (sa->sa_family == AF_INET) {
		memcpy(addr, &in->sin_addr, 4);
		return AF_INET;
	}
	if (sa->sa_family != AF_INET6)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(addr, &in6->sin6_addr.s6_addr[12], 4);
		return AF_INET;
	}
	memcpy(addr, &in6->sin6_addr, 16);
	return AF_INET6;
}
