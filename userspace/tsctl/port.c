// SPDX-License-Identifier: GPL-2.0
/* tsctl port: the interfaces that are metered. */
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

static json_t *json_port(const struct ts_port *p)
{
	json_t *drops = json_object();
	int i;

	for (i = 0; i < TS_DROP_COUNT; i++)
		json_object_set_new(drops, drop_names[i],
				    json_u64(p->drops[i]));
	return json_pack("{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:I,s:I,s:s,s:s,s:b,s:s,s:o,s:o,s:o,s:o}",
			 "pattern", p->pattern, "ifname", p->ifname,
			 "ifindex", (json_int_t)p->ifindex,
			 "lower", p->lower,
			 "role", role_name(p->role),
			 "meter", meter_name(p->meter),
			 "direction", direction_name(p->direction),
			 "zone", (json_int_t)p->zone,
			 "mark_mask", (json_int_t)p->mark_mask,
			 "reason", p->reason,
			 "fast_from", p->fast_from, "fast", p->fast,
			 "fast_reason", p->fast_reason,
			 "free_bytes", json_u64(p->free_bytes),
			 "group_bytes", json_u64(p->group_bytes),
			 "passed_bytes", json_u64(p->passed_bytes),
			 "drops", drops);
}

static int print_port(const struct ts_port *p, void *arg)
{
	char zone[IF_NAMESIZE];
	json_t *list = arg;
	uint64_t all = 0;
	int i;

	if (list) {
		json_array_append_new(list, json_port(p));
		return 0;
	}
	if (!p->ifindex) {
		printf("%s: %s, no device to meter yet\n", p->pattern, role_name(p->role));
		return 0;
	}
	if (p->lower[0]) {
		printf("%s: metered as part of %s, which it stands on (pattern %s)\n",
		       p->ifname, p->lower, p->pattern);
		return 0;
	}
	printf("%s: %s meter %s direction %s zone %s mark-mask 0x%08x", p->ifname,
	       role_name(p->role), meter_name(p->meter),
	       direction_name(p->direction), fmt_zone(p->zone, zone), p->mark_mask);
	if (strcmp(p->pattern, p->ifname))
		printf(" (pattern %s)", p->pattern);
	printf("\n    bytes billed %" PRIu64 " free %" PRIu64 " group %" PRIu64 "\n",
	       p->passed_bytes, p->free_bytes, p->group_bytes);
	printf("    refused packets:");
	for (i = 0; i < TS_DROP_COUNT; i++) {
		if (p->drops[i])
			printf(" %s %" PRIu64, drop_names[i], p->drops[i]);
		all += p->drops[i];
	}
	puts(all ? "" : " none");
	if (p->reason[0])
		printf("    %s\n", p->reason);
	if (p->fast_from[0])
		printf("    fast path to and from %s: %s%s\n", p->fast_from,
		       p->fast ? "on" : "off: ", p->fast_reason);
	return 0;
}

static int dump_all(struct ts_meter *m, json_t *list)
{
	return ts_meter_port_dump(m, print_port, list);
}

static int port_list(struct cmd *c)
{
	return show_list(c, "port list", dump_all);
}

static bool parse_meter(const char *text, uint8_t *meter)
{
	uint8_t i;

	for (i = TS_METER_AUTO; i <= TS_METER_NF; i++) {
		if (cmd_is(text, meter_name(i))) {
			*meter = i;
			return true;
		}
	}
	fprintf(stderr, "tsctl port: no meter '%s'; there are: auto xdp tc nf\n", text);
	return false;
}

static bool parse_direction(const char *text, uint8_t *direction)
{
	uint8_t i;

	for (i = TS_DIRECTION_UP; i <= TS_DIRECTION_BOTH; i++) {
		if (cmd_is(text, direction_name(i))) {
			*direction = i;
			return true;
		}
	}
	fprintf(stderr, "tsctl port: no direction '%s'; there are: up down both\n", text);
	return false;
}

static bool parse_pattern(struct cmd *c, struct ts_port *p)
{
	const char *name = cmd_value(c, "add");

	if (!name)
		return false;
	if (strlen(name) >= sizeof(p->pattern)) {
		fprintf(stderr, "tsctl port: '%s' is longer than %zu bytes\n", name,
			sizeof(p->pattern) - 1);
		return false;
	}
	strcpy(p->pattern, name);
	return true;
}

static bool parse_device(const char *text, char device[IFNAMSIZ])
{
	if (strlen(text) < IFNAMSIZ) {
		strcpy(device, text);
		return true;
	}
	fprintf(stderr, "tsctl port: '%s' is longer than %d bytes\n", text, IFNAMSIZ - 1);
	return false;
}

static bool parse_fast_path(const char *text, bool *fast)
{
	*fast = cmd_is(text, "xdp");
	if (*fast || cmd_is(text, "off"))
		return true;
	fprintf(stderr, "tsctl port: no fast path '%s'; there are: off xdp\n", text);
	return false;
}

static bool parse_port_word(struct cmd *c, const char *word, struct ts_port *p, bool *fast)
{
	const char *v = cmd_value(c, word);

	if (!v)
		return false;
	if (cmd_is(word, "meter"))
		return parse_meter(v, &p->meter);
	if (cmd_is(word, "direction"))
		return parse_direction(v, &p->direction);
	if (cmd_is(word, "zone"))
		return arg_zone(v, &p->zone);
	if (cmd_is(word, "mark-mask"))
		return arg_u32(word, v, 1, UINT32_MAX, &p->mark_mask);
	if (cmd_is(word, "fast-path"))
		return parse_fast_path(v, fast);
	if (cmd_is(word, "fast-path-from"))
		return parse_device(v, p->fast_from);
	cmd_unknown(c, word, "meter, direction, zone, mark-mask, fast-path or fast-path-from");
	return false;
}

static int port_add(struct cmd *c)
{
	struct ts_port p = { .role = TS_ROLE_ACCESS, .direction = TS_DIRECTION_BOTH };
	struct ts_meter *m;
	bool fast = false;
	int ret = 0;

	if (!parse_pattern(c, &p))
		return 1;
	while (cmd_more(c))
		if (!parse_port_word(c, cmd_next(c), &p, &fast))
			return 1;
	if (fast != (p.fast_from[0] != 0)) {
		fprintf(stderr, "tsctl port: fast-path xdp and fast-path-from DEVICE need each other: it leads to and comes from that device\n");
		return 1;
	}
	m = open_meter(c, true);
	if (!m)
		return 1;
	if (ts_meter_port_add(m, &p))
		ret = say_error(m, "port add");
	else if (!c->json && !strchr(p.pattern, '*') && !if_nametoindex(p.pattern))
		printf("there is no device %s yet; it is metered when it comes\n", p.pattern);
	ts_meter_close(m);
	return ret;
}

static int port_del(struct cmd *c)
{
	struct ts_port p = { 0 };
	struct ts_meter *m;
	int ret = 0;

	if (!parse_pattern(c, &p) || cmd_end(c))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	if (ts_meter_port_del(m, p.pattern))
		ret = say_error(m, "port del");
	ts_meter_close(m);
	return ret;
}

const struct verb port_verbs[] = {
	{ "list", port_list, "", "ports and their counters" },
	{ "add", port_add,
	  "DEVICE|PREFIX* [meter auto|xdp|tc|nf] [direction up|down|both]\n"
	  "                  [zone ZONE] [mark-mask MASK]\n"
	  "                  [fast-path off|xdp] [fast-path-from DEVICE]",
	  "meter a device, or every present and future one that matches" },
	{ "del", port_del, "DEVICE|PREFIX*", "stop metering it; nothing passes unmetered while tsd's gate stands" },
	{ 0 },
};
