// SPDX-License-Identifier: GPL-2.0
/*
 * host.c - which names are ours.
 *
 * A page of the internet can have its own name point to this box (DNS rebinding)
 * and so speak to us through a client's browser, which thinks that it speaks to
 * that page's server.  What it cannot do is leave its name out of the Host
 * header.  So the interface answers to our own names and addresses alone.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal/host.h"
#include "portal/private.h"

/* Is this text the address in @sa? */
static bool is_address(const char *text, const struct sockaddr_storage *sa)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	struct in6_addr addr;

	if (inet_pton(sa->ss_family, text, &addr) != 1)
		return false;
	if (sa->ss_family == AF_INET)
		return !memcmp(&addr, &in->sin_addr, sizeof(in->sin_addr));
	return !memcmp(&addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
}

/* Where a connection ended up: of a listener for every address, one of ours. */
static bool local_address(struct MHD_Connection *c, struct sockaddr_storage *sa)
{
	const union MHD_ConnectionInfo *info;
	socklen_t len = sizeof(*sa);

	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info && !getsockname(info->connect_fd, (struct sockaddr *)sa, &len);
}

/* "name", "name:port", "[address]:port": only the first part; false: neither. */
static bool cut_port(const char *host, char name[TS_PORTAL_NAME_SIZE])
{
	const char *start = host, *end, *rest;

	if (*host == '[') {
		start++;
		end = strchr(start, ']');
		if (!end)
			return false;
		rest = end + 1;
	} else {
		end = host + strcspn(host, ":");
		rest = end;
	}
	if (end == start || end - start >= TS_PORTAL_NAME_SIZE)
		return false;
	if (*rest == ':' && strspn(rest + 1, "0123456789") <= 5)
		rest += 1 + strspn(rest + 1, "0123456789");
	if (*rest)
		return false;
	snprintf(name, TS_PORTAL_NAME_SIZE, "%.*s", (int)(end - start), start);
	/* The root of the DNS may be written out. */
	if (end - start > 1 && end[-1] == '.')
		name[end - start - 1] = '\0';
	return true;
}

/**
 * ts_host_is_of() - is a Host header one of these names, or the address it came to?
 * @names: the names
 * @n_names: how many
 * @c: the connection
 * @host: "name" or "address", with or without a port
 */
bool ts_host_is_of(const char (*names)[TS_PORTAL_NAME_SIZE], unsigned int n_names,
		   struct MHD_Connection *c, const char *host)
{
	char name[TS_PORTAL_NAME_SIZE];
	struct sockaddr_storage local;
	unsigned int i;

	if (!cut_port(host, name))
		return false;
	for (i = 0; i < n_names; i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return local_address(c, &local) && is_address(name, &local);
}

/**
 * ts_host_is_own() - does a Host header mean this box?
 * @p: the portal
 * @c: the connection it came over
 * @host: "name" or "address", with or without a port
 *
 * The port is not looked at: what is to be kept out is another's name.
 *
 * Return: whether it is one of our names or addresses.
 */
bool ts_host_is_own(const struct ts_portal *p, struct MHD_Connection *c,
		    const char *host)
{
	char name[TS_PORTAL_NAME_SIZE];
	unsigned int i;

	if (ts_host_is_of(p->facts.names, p->facts.n_names, c, host))
		return true;
	if (!cut_port(host, name))
		return false;
	for (i = 0; i < p->n_listeners; i++)
		if (is_address(name, &p->listeners[i].addr))
			return true;
	return false;
}

/**
 * ts_origin_is_own() - does an Origin header name a page of this box?
 * @p: the portal
 * @c: the connection it came over
 * @origin: as it came; "null" is nobody's
 */
bool ts_origin_is_own(const struct ts_portal *p, struct MHD_Connection *c,
		      const char *origin)
{
	if (!strncasecmp(origin, "http://", 7))
		return ts_host_is_own(p, c, origin + 7);
	if (!strncasecmp(origin, "https://", 8))
		return ts_host_is_own(p, c, origin + 8);
	return false;
}

/* ":2050", or nothing where it need not be said. */
static void print_port(const struct ts_listener *l, const struct sockaddr_storage *sa,
		       char port[8])
{
	/* Both families have the port at the same place. */
	unsigned int n = ntohs(((const struct sockaddr_in6 *)sa)->sin6_port);

	*port = '\0';
	if (n != (l->secure ? 443 : 80))
		snprintf(port, 8, ":%u", n);
}

static bool is_valid_now(struct ts_portal *p)
{
	struct ts_time now;

	/* Without a clock (M12) nothing is known against it. */
	p->ops.now(p->ops.ctx, &now);
	return !now.wall_s || (now.wall_s >= p->tls.not_before_s &&
			       now.wall_s < p->tls.not_after_s);
}

/**
 * ts_host_secure_url() - the page by https
 * @p: the portal
 * @url: where it goes
 *
 * Return: @url; NULL: there is no https, or no browser would believe its
 * certificate, for it is of another name or time.
 */
char *ts_host_secure_url(struct ts_portal *p, char url[TS_PORTAL_URL_SIZE])
{
	const struct ts_listener *l = p->listeners;
	char port[8];

	while (l < p->listeners + p->n_listeners && !l->secure)
		l++;
	if (l == p->listeners + p->n_listeners || !p->tls.pair || p->tls.name < 0 ||
	    !is_valid_now(p))
		return NULL;
	print_port(l, &l->addr, port);
	snprintf(url, TS_PORTAL_URL_SIZE, "https://%s%s/",
		 p->facts.names[p->tls.name], port);
	return url;
}

/**
 * ts_host_own_url() - where people who asked for another host are sent
 * @l: the listener they came to
 * @c: their connection
 * @url: where it goes: our first name, or the address they came to
 *
 * Return: @url, or NULL.
 */
char *ts_host_own_url(const struct ts_listener *l, struct MHD_Connection *c,
		      char url[TS_PORTAL_URL_SIZE])
{
	const struct ts_portal_facts *facts = &l->portal->facts;
	char host[INET6_ADDRSTRLEN + 2], port[8];
	const char *scheme = l->secure ? "https" : "http";
	const struct sockaddr_in6 *in6;
	struct sockaddr_storage sa;
	const void *addr;

	if (!local_address(c, &sa))
		return NULL;
	print_port(l, &sa, port);
	if (facts->n_names) {
		snprintf(url, TS_PORTAL_URL_SIZE, "%s://%s%s/", scheme,
			 facts->names[0], port);
		return url;
	}
	in6 = (const struct sockaddr_in6 *)&sa;
	addr = sa.ss_family == AF_INET ?
	       (const void *)&((struct sockaddr_in *)&sa)->sin_addr :
	       (const void *)&in6->sin6_addr;
	inet_ntop(sa.ss_family, addr, host, sizeof(host));
	snprintf(url, TS_PORTAL_URL_SIZE, sa.ss_family == AF_INET ?
		 "%s://%s%s/" : "%s://[%s]%s/", scheme, host, port);
	return url;
}
