// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of the family "tokenswitch" to and from the structures of
 * meter.h.  No I/O.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "lib/meter_genl.h"
#include "lib/meter_genl_attr.h"

/**
 * ts_genl_tb() - attributes of a message by type
 * @nlh: a message of the family
 * @tb: room for TS_A_MAX + 1
 *
 * Return: the command.
 */
int ts_genl_tb(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	memset(tb, 0, (TS_A_MAX + 1) * sizeof(*tb));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return TS_CMD_UNSPEC;
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (mnl_attr_get_type(attr) <= TS_A_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
	return genl->cmd;
}

void ts_genl_put_key(struct nlmsghdr *nlh, const struct ts_key *key)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TS_A_KEY);

	mnl_attr_put(nlh, TS_KEY_A_MAC, sizeof(key->mac), key->mac);
	mnl_attr_put_u16(nlh, TS_KEY_A_VLAN, key->vlan);
	mnl_attr_put_u32(nlh, TS_KEY_A_ZONE, key->zone);
	mnl_attr_nest_end(nlh, nest);
}

void ts_genl_get_key(const struct nlattr *nest, struct ts_key *key)
{
	const struct nlattr *tb[TS_KEY_A_MAX + 1];

	memset(key, 0, sizeof(*key));
	if (!nest)
		return;
	parse_nest(nest, tb, TS_KEY_A_MAX);
	if (sized(tb[TS_KEY_A_MAC], sizeof(key->mac)))
		memcpy(key->mac, mnl_attr_get_payload(tb[TS_KEY_A_MAC]), sizeof(key->mac));
	key->vlan = get_u16(tb[TS_KEY_A_VLAN]);
	key->zone = get_u32(tb[TS_KEY_A_ZONE]);
}

void ts_genl_put_rule(struct nlmsghdr *nlh, const struct ts_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TS_A_CLASS_RULE);

	mnl_attr_put_u8(nlh, TS_RULE_A_CLASS, rule->class);
	if (rule->family) {
		mnl_attr_put_u8(nlh, TS_RULE_A_FAMILY, rule->family);
		mnl_attr_put(nlh, TS_RULE_A_ADDR, rule->family == AF_INET ? 4 : 16, rule->addr);
		mnl_attr_put_u8(nlh, TS_RULE_A_PREFIX_LEN, rule->prefix_len);
	}
	if (rule->proto) {
		mnl_attr_put_u8(nlh, TS_RULE_A_PROTO, rule->proto);
		mnl_attr_put_u16(nlh, TS_RULE_A_PORT, rule->port);
	}
	if (rule->ends_here)
		mnl_attr_put(nlh, TS_RULE_A_ENDS_HERE, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

void ts_genl_get_rule(const struct nlattr **attrs, struct ts_rule *rule)
{
	const struct nlattr *tb[TS_RULE_A_MAX + 1], *addr;
	size_t len;

	memset(rule, 0, sizeof(*rule));
	if (!attrs[TS_A_CLASS_RULE])
		return;
	parse_nest(attrs[TS_A_CLASS_RULE], tb, TS_RULE_A_MAX);
	rule->class = get_u8(tb[TS_RULE_A_CLASS]);
	rule->proto = get_u8(tb[TS_RULE_A_PROTO]);
	rule->port = get_u16(tb[TS_RULE_A_PORT]);
	rule->ends_here = tb[TS_RULE_A_ENDS_HERE];
	addr = tb[TS_RULE_A_ADDR];
	len = addr ? mnl_attr_get_payload_len(addr) : 0;
	if (len != 4 && len != 16)
		return;
	rule->family = len == 4 ? AF_INET : AF_INET6;
	rule->prefix_len = get_u8(tb[TS_RULE_A_PREFIX_LEN]);
	memcpy(rule->addr, mnl_attr_get_payload(addr), len);
}

void ts_genl_put_prices(struct nlmsghdr *nlh, const struct ts_tariff *t)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, TS_A_PRICES), *nest;
	int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			nest = mnl_attr_nest_start(nlh, TS_A_PRICE);
			mnl_attr_put_u8(nlh, TS_PRICE_A_CLASS, class);
			mnl_attr_put_u8(nlh, TS_PRICE_A_DIR, dir);
			mnl_attr_put_u16(nlh, TS_PRICE_A_UNITS_PER_BYTE, t->price[class][dir]);
			mnl_attr_nest_end(nlh, nest);
		}
	}
	mnl_attr_nest_end(nlh, list);
}

void ts_genl_get_tariff(const struct nlattr **attrs, struct ts_tariff *t)
{
	const struct nlattr *tb[TS_PRICE_A_MAX + 1], *nest;
	unsigned int class, dir;

	memset(t, 0, sizeof(*t));
	t->id = get_u32(attrs[TS_A_TARIFF_ID]);
	t->version = get_u32(attrs[TS_A_TARIFF_VERSION]);
	if (!attrs[TS_A_PRICES])
		return;
	mnl_attr_for_each_nested(nest, attrs[TS_A_PRICES]) {
		parse_nest(nest, tb, TS_PRICE_A_MAX);
		class = get_u8(tb[TS_PRICE_A_CLASS]);
		dir = get_u8(tb[TS_PRICE_A_DIR]);
		if (class < TS_CLASS_COUNT && dir < TS_DIR_COUNT)
			t->price[class][dir] = get_u16(tb[TS_PRICE_A_UNITS_PER_BYTE]);
	}
}

static void get_stats(const struct nlattr *list, struct ts_account *a)
{
	const struct nlattr *tb[TS_STAT_A_MAX + 1], *nest;
	unsigned int class, dir;
	struct ts_stat *stat;

	mnl_attr_for_each_nested(nest, list) {
		parse_nest(nest, tb, TS_STAT_A_MAX);
		class = get_u8(tb[TS_STAT_A_CLASS]);
		dir = get_u8(tb[TS_STAT_A_DIR]);
		if (class >= TS_CLASS_COUNT || dir >= TS_DIR_COUNT)
			continue;
		stat = &a->stats[class][dir];
		stat->bytes = get_u64(tb[TS_STAT_A_BYTES]);
		stat->packets = get_u64(tb[TS_STAT_A_PACKETS]);
		stat->units = get_u64(tb[TS_STAT_A_UNITS]);
		stat->dropped_bytes = get_u64(tb[TS_STAT_A_DROPPED_BYTES]);
		stat->dropped_packets = get_u64(tb[TS_STAT_A_DROPPED_PACKETS]);
	}
}

void ts_genl_get_account(const struct nlattr **tb, struct ts_account *a)
{
	const struct nlattr *key;

	memset(a, 0, sizeof(*a));
	a->id = get_u32(tb[TS_A_ACCOUNT_ID]);
	a->epoch = get_u32(tb[TS_A_EPOCH]);
	a->kind = get_u8(tb[TS_A_KIND]);
	a->flags = get_u32(tb[TS_A_ACCOUNT_FLAGS]);
	a->tariff_id = get_u32(tb[TS_A_TARIFF_ID]);
	a->granted_units = get_u64(tb[TS_A_GRANTED]);
	a->charged_units = get_u64(tb[TS_A_CHARGED]);
	a->revoked_units = get_u64(tb[TS_A_REVOKED]);
	a->low_units = get_u64(tb[TS_A_LOW_UNITS]);
	a->expires_s = get_u32(tb[TS_A_EXPIRES_S]);
	a->idle_ms = get_u64(tb[TS_A_IDLE_MS]);
	if (tb[TS_A_KEYS])
		mnl_attr_for_each_nested(key, tb[TS_A_KEYS])
			if (a->n_keys < TS_KEYS_MAX)
				ts_genl_get_key(key, &a->keys[a->n_keys++]);
	if (tb[TS_A_STATS])
		get_stats(tb[TS_A_STATS], a);
}

void ts_genl_get_port(const struct nlattr **attrs, struct ts_port *port)
{
	const struct nlattr *tb[TS_PORT_STATS_A_MAX + 1];

	memset(port, 0, sizeof(*port));
	get_text(attrs[TS_A_PORT_PATTERN], port->pattern, sizeof(port->pattern));
	get_text(attrs[TS_A_PORT_IFNAME], port->ifname, sizeof(port->ifname));
	port->ifindex = get_u32(attrs[TS_A_PORT_IFINDEX]);
	get_text(attrs[TS_A_PORT_LOWER], port->lower, sizeof(port->lower));
	port->role = get_u8(attrs[TS_A_PORT_ROLE]);
	port->meter = get_u8(attrs[TS_A_PORT_METER]);
	port->direction = get_u8(attrs[TS_A_PORT_DIRECTION]);
	port->zone = get_u32(attrs[TS_A_ZONE]);
	port->mark_mask = get_u32(attrs[TS_A_MARK_MASK]);
	snprintf(port->reason, sizeof(port->reason), "tokenswitch.ko meters with netfilter hooks");
	if (!attrs[TS_A_PORT_STATS])
		return;
	parse_nest(attrs[TS_A_PORT_STATS], tb, TS_PORT_STATS_A_MAX);
	port->free_bytes = get_u64(tb[TS_PORT_STATS_A_FREE_BYTES]);
	port->group_bytes = get_u64(tb[TS_PORT_STATS_A_GROUP_BYTES]);
	port->passed_bytes = get_u64(tb[TS_PORT_STATS_A_PASSED_BYTES]);
	get_u64s(tb[TS_PORT_STATS_A_DROPS], port->drops, TS_DROP_COUNT);
}

void ts_genl_get_stranger(const struct nlattr **tb, struct ts_stranger *s)
{
	ts_genl_get_key(tb[TS_A_KEY], &s->key);
	s->ifindex = get_u32(tb[TS_A_PORT_IFINDEX]);
	s->idle_ms = get_u64(tb[TS_A_IDLE_MS]);
}

void ts_genl_get_event(const struct nlattr **tb, struct ts_meter_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = get_u8(tb[TS_A_EVENT_TYPE]);
	ev->time_ns = get_u64(tb[TS_A_TIME_NS]);
	ev->account_id = get_u32(tb[TS_A_ACCOUNT_ID]);
	ev->epoch = get_u32(tb[TS_A_EPOCH]);
	ev->granted_units = get_u64(tb[TS_A_GRANTED]);
	ev->charged_units = get_u64(tb[TS_A_CHARGED]);
	ev->units = get_u64(tb[TS_A_UNITS]);
	ts_genl_get_key(tb[TS_A_KEY], &ev->key);
	ev->ifindex = get_u32(tb[TS_A_PORT_IFINDEX]);
	get_text(tb[TS_A_PORT_IFNAME], ev->ifname, sizeof(ev->ifname));
	get_text(tb[TS_A_PORT_PATTERN], ev->pattern, sizeof(ev->pattern));
	ev->owner_pid = get_u32(tb[TS_A_OWNER_PID]);
}
