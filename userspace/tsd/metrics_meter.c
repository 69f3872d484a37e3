// SPDX-License-Identifier: GPL-2.0
/* metrics_meter.c - what the kernel counted at each port, as metrics. */
#include <stdlib.h>
#include <string.h>

#include "tsd/daemon.h"
#include "tsd/metrics.h"

#define LABEL_SIZE	(2 * IFNAMSIZ)

/**
 * struct ports - that are metered
 * @port: each
 * @n: how many
 */
struct ports {
	struct ts_port *port;
	size_t n;
};

static int keep(const struct ts_port *port, void *arg)
{
	struct ports *all = arg;
	struct ts_port *more;

	if (!*port->ifname || *port->lower)
		return 0;
	more = realloc(all->port, (all->n + 1) * sizeof(*more));
	if (!more)
		return 0;
	all->port = more;
	more[all->n++] = *port;
	return 0;
}

static uint64_t passed(const struct ts_port *p)
{
	return p->passed_bytes;
}

static uint64_t free_of(const struct ts_port *p)
{
	return p->free_bytes;
}

static uint64_t group(const struct ts_port *p)
{
	return p->group_bytes;
}

static void of_ports(const struct ports *all, FILE *out, const char *name,
		     const char *help, uint64_t (*value)(const struct ts_port *p))
{
	char total[80], label[LABEL_SIZE];
	size_t i;

	ts_metric_family(out, name, "counter", "bytes", help);
	snprintf(total, sizeof(total), "%s_total", name);
	for (i = 0; i < all->n; i++) {
		ts_metric(out, total, "port=\"%s\"",
			  ts_metric_label(all->port[i].ifname, label, sizeof(label)));
		ts_metric_u64(out, value(&all->port[i]));
	}
}

static void drops(const struct ports *all, FILE *out)
{
	static const char *const reasons[TS_DROP_COUNT] = {
		[TS_DROP_STRANGER] = "stranger", [TS_DROP_DRY] = "dry",
		[TS_DROP_FORBIDDEN] = "forbidden", [TS_DROP_POLICED] = "policed",
		[TS_DROP_UNSOLICITED] = "unsolicited", [TS_DROP_MALFORMED] = "malformed",
		[TS_DROP_HIDDEN_TAG] = "hidden_tag", [TS_DROP_GONE] = "gone",
	};
	char label[LABEL_SIZE];
	int reason;
	size_t i;

	ts_metric_family(out, "tokenswitch_port_refused_packets", "counter", "packets",
			 "Frames that the kernel refused, by port and reason.");
	for (i = 0; i < all->n; i++) {
		ts_metric_label(all->port[i].ifname, label, sizeof(label));
		for (reason = 0; reason < TS_DROP_COUNT; reason++) {
			ts_metric(out, "tokenswitch_port_refused_packets_total",
				  "port=\"%s\",reason=\"%s\"", label, reasons[reason]);
			ts_metric_u64(out, all->port[i].drops[reason]);
		}
	}
}

static void info(struct ts_daemon *d, FILE *out)
{
	struct ts_meter_info info = { };

	if (ts_meter_info(d->meter, &info))
		memset(&info, 0, sizeof(info));
	ts_metric_family(out, "tokenswitch_meter_accounts", "gauge", NULL,
			 "Accounts in the kernel.");
	ts_metric_plain(out, "tokenswitch_meter_accounts");
	ts_metric_u64(out, info.accounts);
	ts_metric_family(out, "tokenswitch_meter_memory_bytes", "gauge", "bytes",
			 "Memory of the meter in the kernel.");
	ts_metric_plain(out, "tokenswitch_meter_memory_bytes");
	ts_metric_u64(out, info.memory_bytes);
}

static void bypasses(struct ts_daemon *d, FILE *out)
{
	static const char *const kinds[] = {
		"flowtable", "hw-forwarding", "hw-tc-offload", "lro", "shaper", "switch",
	};
	unsigned int kind, count;
	const json_t *one;
	size_t i;

	ts_metric_family(out, "tokenswitch_meter_bypasses", "gauge", NULL,
			 "Settings of the box that take frames past the meter.");
	for (kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		count = 0;
		json_array_foreach(d->bypasses, i, one)
			count += json_is_true(json_object_get(one, "unmetered")) &&
				 !strcmp(json_string_value(json_object_get(one, "what")),
					 kinds[kind]);
		ts_metric(out, "tokenswitch_meter_bypasses", "kind=\"%s\"", kinds[kind]);
		ts_metric_u64(out, count);
	}
}

/** ts_metrics_meter() - what the kernel counted at each port */
void ts_metrics_meter(struct ts_daemon *d, FILE *out)
{
	struct ports all = { };

	if (!d->meter_lost)
		ts_meter_port_dump(d->meter, keep, &all);
	of_ports(&all, out, "tokenswitch_port_passed_bytes", "Billed and passed.", passed);
	of_ports(&all, out, "tokenswitch_port_free_bytes", "Passed free.", free_of);
	of_ports(&all, out, "tokenswitch_port_group_bytes",
		 "For groups of stations, never billed.", group);
	drops(&all, out);
	info(d, out);
	bypasses(d, out);
	free(all.port);
}
