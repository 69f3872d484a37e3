// SPDX-License-Identifier: GPL-2.0
/* tsctl monitor: events as they happen, one a line. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

static void print_text(const struct ts_meter_event *ev, const char *name)
{
	char mac[18];

	printf("%" PRIu64 ".%06" PRIu64 " %s", ev->time_ns / 1000000000,
	       ev->time_ns / 1000 % 1000000, name);
	if (ev->account_id)
		printf(" account %u epoch %u granted %" PRIu64 " charged %" PRIu64,
		       ev->account_id, ev->epoch, ev->granted_units, ev->charged_units);
	if (ev->units)
		printf(" units %" PRIu64, ev->units);
	if (ev->type == TS_EVENT_STRANGER)
		printf(" mac %s vlan %u zone 0x%08x", fmt_mac(ev->key.mac, mac),
		       ev->key.vlan, ev->key.zone);
	if (ev->ifname[0])
		printf(" device %s", ev->ifname);
	if (ev->pattern[0])
		printf(" port %s", ev->pattern);
	if (ev->type == TS_EVENT_OWNER)
		printf(" pid %u", ev->owner_pid);
	putchar('\n');
}

static void print_event(const struct ts_meter_event *ev, void *arg)
{
	const char *name = ev->type < __TS_EVENT_COUNT ? event_names[ev->type] : "unknown";
	const struct cmd *c = arg;
	json_t *v;

	if (!c->json) {
		print_text(ev, name);
		return;
	}
	v = json_pack("{s:s,s:o}", "event", name, "time_ns",
		      json_sprintf("%" PRIu64, ev->time_ns));
	if (ev->account_id)
		json_object_update_new(v, json_pack("{s:I,s:I,s:o,s:o,s:o}", "account",
			(json_int_t)ev->account_id, "epoch", (json_int_t)ev->epoch,
			"granted_units", json_sprintf("%" PRIu64, ev->granted_units),
			"charged_units", json_sprintf("%" PRIu64, ev->charged_units),
			"units", json_sprintf("%" PRIu64, ev->units)));
	if (ev->type == TS_EVENT_STRANGER)
		json_object_set_new(v, "key", json_key(&ev->key));
	if (ev->ifname[0])
		json_object_set_new(v, "ifname", json_string(ev->ifname));
	if (ev->pattern[0])
		json_object_set_new(v, "pattern", json_string(ev->pattern));
	if (ev->type == TS_EVENT_OWNER)
		json_object_set_new(v, "pid", json_integer(ev->owner_pid));
	out_json(v);
}

static int watch(struct cmd *c, struct ts_meter *m)
{
	struct pollfd pfd = { .fd = ts_meter_event_fd(m), .events = POLLIN };
	int n;

	if (pfd.fd < 0)
		return say_error(m, "monitor");
	for (;;) {
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR) {
			perror("tsctl monitor: poll");
			return 1;
		}
		n = ts_meter_event_read(m, print_event, c);
		if (n == -ENOBUFS)
			fprintf(stderr, "tsctl monitor: some events were lost\n");
		else if (n < 0)
			return say_error(m, "monitor");
		/* A closed pipe ends us; a line must not wait for the next. */
		if (fflush(stdout))
			return 1;
	}
}

static int monitor(struct cmd *c)
{
	struct ts_meter *m;
	int ret;

	if (cmd_end(c))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	ret = watch(c, m);
	ts_meter_close(m);
	return ret;
}

const struct verb monitor_verbs[] = {
	{ "", monitor, "", "low, exhausted, stranger, port and owner events until Ctrl-C" },
	{ 0 },
};
