// SPDX-License-Identifier: GPL-2.0
/* tsctl monitor: events as they happen, one a line. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "lib/event.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

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
	const struct cmd *c = arg;

	if (c->json)
		out_json(ts_event_json(ev));
	else
		print_text(ev, ts_event_name(ev->type));
}

static void say_lost(void)
{
	fprintf(stderr, "tsctl monitor: some events were lost\n");
}

/* A closed pipe ends us; a line must not wait for the next. */
static int take_line(json_t *line, void *arg)
{
	struct ts_meter_event ev;

	if (json_is_true(json_object_get(line, "lost")))
		say_lost();
	else if (!ts_event_from_json(line, &ev))
		print_event(&ev, arg);
	return fflush(stdout);
}

/* Rings have one reader: when it is tsd, it is tsd who tells of events. */
static int watch_tsd(struct cmd *c)
{
	json_t *request = json_pack("{s:s}", "cmd", "monitor");
	int ret = daemon_follow(c, request, take_line, c);

	if (ret != -ENOENT)
		return ret;
	fprintf(stderr, "tsctl monitor: tsd has the events and gives no answer; name its configuration with -c FILE\n");
	return 1;
}

static int watch(struct cmd *c, struct ts_meter *m)
{
	struct pollfd pfd = { .fd = ts_meter_event_fd(m), .events = POLLIN };
	int n;

	if (pfd.fd == -EBUSY)
		return watch_tsd(c);
	if (pfd.fd < 0)
		return say_error(m, "monitor");
	for (;;) {
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR) {
			perror("tsctl monitor: poll");
			return 1;
		}
		n = ts_meter_event_read(m, print_event, c);
		if (n == -ENOBUFS)
			say_lost();
		else if (n < 0)
			return say_error(m, "monitor");
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
