// SPDX-License-Identifier: GPL-2.0
/*
 * ports.c - makes the meter have the ports and rules of the configuration.
 *
 * What is there and as wanted is left alone, so that a restart or reload costs
 * no packet; the configuration is the truth, what else is there goes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tokenswitch/budget.h>
#include "discovery/mdns.h"
#include "lib/rule.h"
#include "tsd/log.h"
#include "tsd/ports.h"

/* Portal, openNDS, Photon, and the two of Multicast DNS come on top. */
#define RULES_MAX (TS_CONFIG_RULES_MAX + TS_CONFIG_HTTP_MAX + TS_CONFIG_HTTPS_MAX + 4)

/** struct claims - patterns that the meter has */
struct claims {
	struct ts_port port[TS_PORTS_ATTACHED_MAX];
	unsigned int n;
};

/** struct rules - rules, wanted or there */
struct rules {
	struct ts_rule rule[4096];
	unsigned int n;
};

static int add_claim(const struct ts_port *port, void *arg)
{
	struct claims *c = arg;

	if (port->role == TS_ROLE_ACCESS && !port->lower[0] &&
	    c->n < TS_PORTS_ATTACHED_MAX)
		c->port[c->n++] = *port;
	return 0;
}

/* A claim without a device does not say how it would be metered. */
static bool as_wanted(const struct ts_port *is, const struct ts_port *want)
{
	if (is->direction != want->direction || is->mark_mask != want->mark_mask ||
	    strcmp(is->fast_from, want->fast_from))
		return false;
	if (!is->ifindex)
		return false;
	if (want->meter != TS_METER_AUTO && is->meter != want->meter)
		return false;
	return !want->zone || is->zone == want->zone;
}

static const struct ts_port *find(const struct ts_port *list, unsigned int n,
				  const char *pattern)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(list[i].pattern, pattern))
			return &list[i];
	return NULL;
}

static int claim_one(struct ts_ports *p, const struct ts_port *is,
		     const struct ts_port *want, char *err, size_t err_size)
{
	const char *why;
	int ret;

	if (is && as_wanted(is, want))
		return 0;
	if (is)
		ts_meter_port_del(p->m, is->pattern);
	ret = ts_meter_port_add(p->m, want);
	if (!ret)
		return 0;
	why = ts_meter_error(p->m);
	/* Most of what the meter says of a port names it. */
	if (strncmp(why, "port ", strlen("port ")))
		snprintf(err, err_size, "port %s: %s", want->pattern, why);
	else
		snprintf(err, err_size, "%s", why);
	return ret;
}

static int claim_ports(struct ts_ports *p, const struct ts_config *c,
		       struct claims *claims, char *err, size_t err_size)
{
	unsigned int i;
	int ret;

	claims->n = 0;
	ret = ts_meter_port_dump(p->m, add_claim, claims);
	if (ret) {
		snprintf(err, err_size, "ports: %s", ts_meter_error(p->m));
		return ret;
	}
	for (i = 0; i < claims->n; i++) {
		const char *pattern = claims->port[i].pattern;

		if (!find(c->ports, c->n_ports, pattern) &&
		    find(claims->port, claims->n, pattern) == &claims->port[i])
			ts_meter_port_del(p->m, pattern);
	}
	for (i = 0; i < c->n_ports; i++) {
		ret = claim_one(p, find(claims->port, claims->n,
					c->ports[i].pattern),
				&c->ports[i], err, err_size);
		if (ret)
			return ret;
	}
	return 0;
}

/* The rule that matches the same, whatever it says. */
static struct ts_rule *find_rule(struct rules *r, const struct ts_rule *rule)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (ts_rule_equal(&r->rule[i], rule))
			return &r->rule[i];
	return NULL;
}

static bool says_the_same(const struct ts_rule *a, const struct ts_rule *b)
{
	return a->class == b->class && a->ends_here == b->ends_here;
}

/*
 * One service of the daemon itself; any address: whatever address it has.  It
 * ends here, whatever the configuration says of it: that is known.
 */
static void add_service(struct rules *want, uint8_t proto,
			const struct ts_endpoint *at)
{
	struct ts_rule rule = {
		.class = TS_CLASS_FREE,
		.ends_here = true,
		.proto = proto,
		.port = ts_endpoint_port(at),
	};
	struct ts_rule *listed;

	if (!ts_endpoint_is_any(at)) {
		rule.family = ts_endpoint_address((const struct sockaddr *)&at->addr,
						  rule.addr);
		rule.prefix_len = rule.family == AF_INET ? 32 : 128;
	}
	listed = find_rule(want, &rule);
	if (!listed)
		listed = &want->rule[want->n++];
	*listed = rule;
}

/*
 * Questions to the group, and to us alone.  Other programs of the box may hear
 * them too, and pass them on, so nothing is said of where they end.
 */
static void add_mdns(struct rules *want)
{
	struct ts_rule rule = {
		.class = TS_CLASS_FREE,
		.proto = IPPROTO_UDP,
		.port = TS_MDNS_PORT,
	};

	if (!find_rule(want, &rule))
		want->rule[want->n++] = rule;
	rule.family = AF_INET;
	rule.prefix_len = 32;
	inet_pton(AF_INET, TS_MDNS_GROUP, rule.addr);
	if (!find_rule(want, &rule))
		want->rule[want->n++] = rule;
}

static void wanted_rules(struct rules *want, const struct ts_config *c)
{
	unsigned int i;

	_Static_assert(RULES_MAX < sizeof(want->rule) / sizeof(want->rule[0]),
		       "all rules of a configuration fit");
	memcpy(want->rule, c->rules, c->n_rules * sizeof(c->rules[0]));
	want->n = c->n_rules;
	for (i = 0; i < c->n_http; i++)
		add_service(want, IPPROTO_TCP, &c->http[i]);
	for (i = 0; i < c->n_https; i++)
		add_service(want, IPPROTO_TCP, &c->https[i]);
	/* Its door, where a client goes that it does not let in yet. */
	if (c->opennds.gateway.len)
		add_service(want, IPPROTO_TCP, &c->opennds.gateway);
	add_service(want, IPPROTO_UDP, &c->photon);
	if (c->discovery.mdns)
		add_mdns(want);
}

static int add_rule(const struct ts_rule *rule, void *arg)
{
	struct rules *is = arg;

	if (is->n < sizeof(is->rule) / sizeof(is->rule[0]))
		is->rule[is->n++] = *rule;
	return 0;
}

static int claim_rules(struct ts_ports *p, struct rules *want, struct rules *is,
		       char *err, size_t err_size)
{
	char text[TS_RULE_TEXT_LEN];
	const struct ts_rule *there;
	unsigned int i;
	int ret;

	is->n = 0;
	ret = ts_meter_rule_dump(p->m, add_rule, is);
	if (ret) {
		snprintf(err, err_size, "rules: %s", ts_meter_error(p->m));
		return ret;
	}
	for (i = 0; i < want->n; i++) {
		there = find_rule(is, &want->rule[i]);
		if (there && says_the_same(there, &want->rule[i]))
			continue;
		if (there)
			ts_meter_rule_del(p->m, there);
		ret = ts_meter_rule_add(p->m, &want->rule[i]);
		if (ret && ret != -EEXIST) {
			snprintf(err, err_size, "rule \"%s\": %s",
				 ts_rule_print(&want->rule[i], text, sizeof(text)),
				 ts_meter_error(p->m));
			return ret;
		}
	}
	for (i = 0; i < is->n; i++)
		if (!find_rule(want, &is->rule[i]))
			ts_meter_rule_del(p->m, &is->rule[i]);
	return 0;
}

/**
 * ts_ports_claim() - give the meter the ports and rules of a configuration
 * @p: @p->m is owned
 * @c: the configuration
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno; what was done before it stays.
 */
int ts_ports_claim(struct ts_ports *p, const struct ts_config *c, char *err,
		   size_t err_size)
{
	struct rules *want = calloc(1, sizeof(*want));
	struct rules *is = calloc(1, sizeof(*is));
	struct claims *claims = calloc(1, sizeof(*claims));
	int ret = -ENOMEM;

	snprintf(err, err_size, "out of memory");
	if (want && is && claims) {
		/* Rules first: a port without them would cut the payment path. */
		wanted_rules(want, c);
		ret = claim_rules(p, want, is, err, err_size);
		if (!ret)
			ret = claim_ports(p, c, claims, err, err_size);
	}
	free(want);
	free(is);
	free(claims);
	return ret;
}

static int look_at(const struct ts_port *port, void *arg)
{
	struct ts_ports *p = arg;

	if (port->role != TS_ROLE_ACCESS)
		return 0;
	if (!port->ifindex) {
		p->missing++;
		return 0;
	}
	if (port->lower[0]) {
		if (p->n_uppers < TS_PORTS_ATTACHED_MAX) {
			snprintf(p->lower[p->n_uppers], IFNAMSIZ, "%s", port->lower);
			p->uppers[p->n_uppers++] = port->ifindex;
		}
		return 0;
	}
	/* The meter "auto" of a device says that none could be attached. */
	if (port->meter == TS_METER_AUTO)
		snprintf(p->fault, sizeof(p->fault), "%s is not metered: %s",
			 port->ifname, port->reason);
	else if (p->n_attached < TS_PORTS_ATTACHED_MAX)
		p->attached[p->n_attached++] = *port;
	return 0;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct ts_port *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

/* FNV-1a of which they are, and of their names. */
static uint64_t attached_hash(const struct ts_ports *p)
{
	uint64_t h = 14695981039346656037ull;
	unsigned int i;

	for (i = 0; i < p->n_attached; i++) {
		h = (h ^ p->attached[i].ifindex) * 1099511628211ull;
		h = (h ^ ts_zone_of_name(p->attached[i].ifname)) * 1099511628211ull;
	}
	return h;
}

/**
 * ts_ports_look() - see which devices are metered now
 * @p: the ports
 *
 * Return: 0 or negative errno.
 */
int ts_ports_look(struct ts_ports *p)
{
	uint64_t before = attached_hash(p);
	int ret;

	p->n_attached = 0;
	p->n_uppers = 0;
	p->missing = 0;
	p->fault[0] = '\0';
	ret = ts_meter_port_dump(p->m, look_at, p);
	if (ret)
		snprintf(p->fault, sizeof(p->fault), "%s", ts_meter_error(p->m));
	qsort(p->attached, p->n_attached, sizeof(p->attached[0]), by_ifindex);
	p->changed = attached_hash(p) != before;
	return ret;
}

/**
 * ts_ports_zone() - is a device an attached access port?
 * @ports: struct ts_ports
 * @ifindex: the device
 * @zone: set to its zone
 *
 * Return: 0 or -ENOENT; a ts_neigh_zone.
 */
int ts_ports_zone(void *ports, uint32_t ifindex, uint32_t *zone)
{
	struct ts_ports *p = ports;
	unsigned int i;

	for (i = 0; i < p->n_attached; i++) {
		if (p->attached[i].ifindex != ifindex)
			continue;
		*zone = p->attached[i].zone;
		return 0;
	}
	return -ENOENT;
}

static bool is_refused(const struct ts_ports *p, const char *ifname)
{
	unsigned int i;

	for (i = 0; i < p->n_refused; i++)
		if (!strcmp(p->refused[i], ifname))
			return true;
	return false;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/**
 * ts_ports_indexes() - interface indexes of the devices that are open, ascending
 * @p: the ports
 * @out: room for @max
 * @max: most that are wanted
 *
 * They are metered, and not refused; with those that stand on them.
 *
 * Return: how many.
 */
unsigned int ts_ports_indexes(const struct ts_ports *p, uint32_t *out,
			      unsigned int max)
{
	unsigned int i, n = 0;

	for (i = 0; i < p->n_attached && n < max; i++)
		if (!is_refused(p, p->attached[i].ifname))
			out[n++] = p->attached[i].ifindex;
	for (i = 0; i < p->n_uppers && n < max; i++)
		if (!is_refused(p, p->lower[i]))
			out[n++] = p->uppers[i];
	qsort(out, n, sizeof(*out), by_value);
	return n;
}
