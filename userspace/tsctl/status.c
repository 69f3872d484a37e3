// SPDX-License-Identifier: GPL-2.0
/* tsctl status: what meters here, and whether it is well. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

struct ports {
	json_t *list;
	unsigned int attached, waiting;
};

static int count_port(const struct ts_port *p, void *arg)
{
	struct ports *ports = arg;

	if (!p->ifindex) {
		ports->waiting++;
		return 0;
	}
	/* Metered below, so it is no port. */
	if (p->lower[0])
		return 0;
	ports->attached++;
	if (ports->list)
		json_array_append_new(ports->list, json_pack("{s:s,s:s,s:s}", "ifname",
			p->ifname, "meter", meter_name(p->meter), "reason", p->reason));
	else
		printf("    %s: meter %s%s%s\n", p->ifname, meter_name(p->meter),
		       p->reason[0] ? ", " : "", p->reason);
	return 0;
}

static int status_json(struct ts_meter *m, const struct ts_meter_info *info, json_t *daemon)
{
	struct ports ports = { .list = json_array() };

	if (ts_meter_port_dump(m, count_port, &ports)) {
		json_decref(ports.list);
		return say_error(m, "status");
	}
	return out_json(json_pack(
		"{s:s,s:s,s:I,s:I,s:o,s:o,s:I,s:b,s:o,s:I,s:O?}", "driver", info->driver,
		"version", info->version, "accounts", (json_int_t)info->accounts,
		"accounts_max", (json_int_t)info->accounts_max,
		"memory_bytes", json_sprintf("%" PRIu64, info->memory_bytes),
		"memory_max_bytes", json_sprintf("%" PRIu64, info->memory_max_bytes),
		"owner_pid", (json_int_t)info->owner_pid,
		"egress", !!(info->caps & TS_CAP_EGRESS), "ports", ports.list,
		"ports_waiting", (json_int_t)ports.waiting, "daemon", daemon));
}

static void out_roam(json_t *roam)
{
	json_int_t in = json_integer_value(json_object_get(roam, "in"));
	json_int_t faults = json_integer_value(json_object_get(roam, "in_faults"));
	json_int_t out = json_integer_value(json_object_get(roam, "out"));

	if (!in && !out)
		return;
	printf("roaming: %" JSON_INTEGER_FORMAT " guests here", in);
	if (faults)
		printf(" (%" JSON_INTEGER_FORMAT " of them with a fault)", faults);
	printf(", %" JSON_INTEGER_FORMAT " of our wallets elsewhere; 'tsctl roam' lists them\n", out);
}

static int status_text(struct ts_meter *m, const struct ts_meter_info *info, json_t *daemon)
{
	struct ports ports = { 0 };
	char used[16], max[16];

	printf("meter: driver %s, version %s\n", info->driver, info->version);
	printf("accounts: %u of at most %u, %s of memory", info->accounts, info->accounts_max,
	       fmt_size(info->memory_bytes, used));
	if (info->memory_max_bytes == info->memory_bytes)
		printf(", all set aside at the start");
	else if (info->memory_max_bytes)
		printf(" of at most %s", fmt_size(info->memory_max_bytes, max));
	putchar('\n');
	if (info->owner_pid)
		printf("owner: process %u; grants of others are refused\n", info->owner_pid);
	else
		printf("owner: nobody; anyone with the right may grant\n");
	puts("ports:");
	if (ts_meter_port_dump(m, count_port, &ports))
		return say_error(m, "status");
	if (!ports.attached && !ports.waiting)
		puts("    none; 'tsctl port add DEVICE' meters one");
	if (ports.waiting)
		printf("    %u more pattern%s with no device to meter yet\n", ports.waiting,
		       ports.waiting == 1 ? "" : "s");
	if (!daemon) {
		puts(info->owner_pid ? "tsd: no answer; name its configuration with -c FILE" :
				       "tsd: not running");
		return 0;
	}
	printf("tsd: %s\n", json_is_false(json_object_get(daemon, "healthy")) ?
	       "NOT HEALTHY; its log says why" : "running");
	out_internet(json_object_get(daemon, "internet"));
	out_roam(json_object_get(daemon, "roam"));
	out_bypasses(json_object_get(daemon, "bypasses"));
	return 0;
}

static int status(struct cmd *c)
{
	struct ts_meter_info info;
	json_t *daemon = NULL;
	struct ts_meter *m;
	int ret;

	if (cmd_end(c))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	/* Without a daemon the meter still has a status. */
	if (daemon_ask(c, json_pack("{s:s}", "cmd", "status"), &daemon))
		daemon = NULL;
	if (ts_meter_info(m, &info))
		ret = say_error(m, "status");
	else if (c->json)
		ret = status_json(m, &info, daemon);
	else
		ret = status_text(m, &info, daemon);
	json_decref(daemon);
	ts_meter_close(m);
	return ret;
}

const struct verb status_verbs[] = {
	{ "", status, "", "driver, limits, owner, ports and the daemon's health" },
	{ 0 },
};
