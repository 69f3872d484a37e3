// SPDX-License-Identifier: GPL-2.0
/* tsctl class: which remote addresses belong to which class. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include "lib/rule.h"
#include "tsctl/cmd.h"

static json_t *json_rule(const struct ts_rule *r)
{
	char addr[INET6_ADDRSTRLEN] = "any";

	if (r->family)
		inet_ntop(r->family, r->addr, addr, sizeof(addr));
	if (r->proto)
		return json_pack("{s:s,s:s,s:s,s:i,s:b}", "class", ts_class_name(r->class),
				 "proto", r->proto == IPPROTO_TCP ? "tcp" : "udp",
				 "address", addr, "port", r->port,
				 "ends_here", r->ends_here);
	return json_pack("{s:s,s:s,s:i}", "class", ts_class_name(r->class),
			 "address", addr, "prefix_len", r->prefix_len);
}

static int list_one(const struct ts_rule *r, void *arg)
{
	char text[TS_RULE_TEXT_LEN];
	json_t *list = arg;

	if (list)
		json_array_append_new(list, json_rule(r));
	else
		puts(ts_rule_print(r, text, sizeof(text)));
	return 0;
}

static int dump_all(struct ts_meter *m, json_t *list)
{
	return ts_meter_rule_dump(m, list_one, list);
}

static int class_list(struct cmd *c)
{
	return show_list(c, "class list", dump_all);
}

/* The words that are left are the rule, as ts_rule_parse() reads it. */
static bool parse_rule(struct cmd *c, struct ts_rule *r)
{
	char text[2 * TS_RULE_TEXT_LEN] = "", err[128];
	size_t used = 0;

	while (cmd_more(c) && used < sizeof(text) - 1)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 used ? " " : "", cmd_next(c));
	if (!ts_rule_parse(text, r, err, sizeof(err)))
		return true;
	fprintf(stderr, "tsctl class: %s\n", err);
	return false;
}

static int change(struct cmd *c, bool create, const char *what,
		  int (*fn)(struct ts_meter *m, const struct ts_rule *r))
{
	struct ts_rule r = { 0 };
	struct ts_meter *m;
	int ret = 0;

	if (!parse_rule(c, &r))
		return 1;
	m = open_meter(c, create);
	if (!m)
		return 1;
	if (fn(m, &r))
		ret = say_error(m, what);
	ts_meter_close(m);
	return ret;
}

static int class_add(struct cmd *c)
{
	return change(c, true, "class add", ts_meter_rule_add);
}

static int class_del(struct cmd *c)
{
	return change(c, false, "class del", ts_meter_rule_del);
}

#define RULE "local|internet|free ADDRESS/LENGTH | free udp|tcp [ADDRESS] PORT [ends-here]"

const struct verb class_verbs[] = {
	{ "list", class_list, "", "every rule; a remote address that none names is internet" },
	{ "add", class_add, RULE,
	  "give remote addresses a class, or make a service of this box free" },
	{ "del", class_del, RULE, "remove a rule" },
	{ 0 },
};
