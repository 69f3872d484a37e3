// SPDX-License-Identifier: GPL-2.0
/*
 * metrics.c - the box in numbers, for programs: OpenMetrics 1.0.
 *
 * Every family is there at any time, with samples where there is something: so what is
 * asked for by a dashboard never has a wrong name.
 */
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tsd/daemon.h"
#include "tsd/metrics.h"
#include "tsd/warning.h"

static void lag(FILE *out, const char *name, const char *help, const struct ts_lag *lag)
{
	char sample[80];

	ts_metric_family(out, name, "summary", "seconds", help);
	snprintf(sample, sizeof(sample), "%s_count", name);
	ts_metric_plain(out, sample);
	ts_metric_u64(out, lag->count);
	snprintf(sample, sizeof(sample), "%s_sum", name);
	ts_metric_plain(out, sample);
	ts_metric_double(out, (double)lag->sum_ns / 1e9);
}

static void both_ways(FILE *out, const char *service, const uint64_t bytes[TS_DIR_COUNT])
{
	ts_metric(out, "tokenswitch_carried_bytes_total",
		  "service=\"%s\",direction=\"up\"", service);
	ts_metric_u64(out, bytes[TS_DIR_UP]);
	ts_metric(out, "tokenswitch_carried_bytes_total",
		  "service=\"%s\",direction=\"down\"", service);
	ts_metric_u64(out, bytes[TS_DIR_DOWN]);
}

static void carried(struct ts_daemon *d, const struct ts_totals_view *totals, FILE *out)
{
	struct ts_relaying_totals relay;

	ts_relaying_totals(d->relaying, &relay);
	ts_metric_family(out, "tokenswitch_carried_bytes", "counter", "bytes",
			 "Billed bytes of clients, and of neighbours (relay, exit); up is away from them.");
	both_ways(out, "local", totals->carried_bytes[TS_CLASS_LOCAL]);
	both_ways(out, "internet", totals->carried_bytes[TS_CLASS_INTERNET]);
	both_ways(out, "relay", relay.carried_bytes[TS_SERVICE_RELAY]);
	both_ways(out, "exit", relay.carried_bytes[TS_SERVICE_EXIT]);
}

static void sessions(const struct ts_totals_view *totals, FILE *out)
{
	static const char *const states[] = {
		[TS_SESSION_NEVER_PAID] = "never_paid", [TS_SESSION_DRY] = "dry",
		[TS_SESSION_PAID] = "paid",
	};
	unsigned int i;

	ts_metric_family(out, "tokenswitch_sessions", "gauge", NULL, "Sessions, by state.");
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		ts_metric(out, "tokenswitch_sessions", "state=\"%s\"", states[i]);
		ts_metric_u64(out, totals->sessions[i]);
	}
	ts_metric_gauge(out, "tokenswitch_clients_online", NULL,
			"Stations with a budget that sent or got something lately.", totals->online);
}

/* Of what is not known there is no sample. */
static void chain_block(FILE *out, const char *name, const char *help, const json_t *number)
{
	ts_metric_family(out, name, "gauge", "blocks", help);
	if (!number)
		return;
	ts_metric_plain(out, name);
	ts_metric_u64(out, (uint64_t)json_integer_value(number));
}

static void chain(struct ts_daemon *d, FILE *out)
{
	json_t *status = d->chain ? ts_chain_status(d->chain) : NULL, *value;
	const char *state = json_string_value(json_object_get(status, "state"));

	ts_metric_gauge(out, "tokenswitch_chain_followed", NULL,
			"1: the chain is followed to its head.", state && !strcmp(state, "at-head"));
	chain_block(out, "tokenswitch_chain_head_blocks",
		    "Number of the newest block that the node has shown.",
		    json_object_get(status, "head_block"));
	chain_block(out, "tokenswitch_chain_confirmed_blocks",
		    "Number of the newest block that is believed and worked off.",
		    json_object_get(status, "confirmed_block"));
	ts_metric_family(out, "tokenswitch_chain_silence_seconds", "gauge", "seconds",
			 "Since the node has answered.");
	value = json_object_get(status, "heard_ms_ago");
	if (value) {
		ts_metric_plain(out, "tokenswitch_chain_silence_seconds");
		ts_metric_double(out, (double)json_integer_value(value) / 1000);
	}
	json_decref(status);
}

static void doors(struct ts_daemon *d, FILE *out)
{
	const struct ts_udp_counters *udp = ts_udp_counters(d->udp);
	struct ts_portal_counters http;

	ts_portal_counters(d->portal, &http);
	ts_metric_counter(out, "tokenswitch_http_requests", "Requests to the portal.", http.requests);
	ts_metric_counter(out, "tokenswitch_http_refused_connections",
			  "Connections to the portal above the limits.", http.refused_connections);
	ts_metric_gauge(out, "tokenswitch_http_streams", NULL, "Event streams that are open.", http.events);
	ts_metric_counter(out, "tokenswitch_admin_failed_logins",
			  "Tries to log in to the admin page that failed; the log says from where.",
			  ts_watching_wrong(d->watching));
	ts_metric_counter(out, "tokenswitch_udp_received", "Photon datagrams taken.", udp->received);
	ts_metric_counter(out, "tokenswitch_udp_refused",
			  "Photon datagrams above the limits, empty or too long.",
			  udp->policed + udp->empty + udp->too_long);
	ts_metric_counter(out, "tokenswitch_udp_send_failed",
			  "Datagrams that the kernel did not take; they are sent again.",
			  udp->send_failed);
}

static void health(struct ts_daemon *d, FILE *out)
{
	static const char *const names[] = { "datapath", "ledger", "gate" };
	json_t *list = ts_warnings_json(d), *checks, *check;
	unsigned int i;
	bool healthy;

	checks = ts_status_health(d, &healthy);
	ts_metric_family(out, "tokenswitch_healthy", "gauge", NULL,
			 "1: this check of /v1/health has found nothing.");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check = json_object_get(checks, names[i]);
		ts_metric(out, "tokenswitch_healthy", "check=\"%s\"", names[i]);
		ts_metric_u64(out, check && (!strcmp(json_string_value(check), "ok") ||
					     !strncmp(json_string_value(check), "switched off", 12)));
	}
	ts_metric_gauge(out, "tokenswitch_warnings", NULL, "What the operator should look at.",
			json_array_size(list));
	json_decref(checks);
	json_decref(list);
}

static void disk(struct ts_daemon *d, FILE *out)
{
	struct statvfs fs;
	struct stat st;

	ts_metric_gauge(out, "tokenswitch_ledger_bytes", "bytes", "Size of the ledger's file.",
			stat(d->config->ledger, &st) ? 0 : (uint64_t)st.st_size);
	ts_metric_gauge(out, "tokenswitch_disk_free_bytes", "bytes", "Room where the box keeps its state.",
			statvfs(d->config->state_dir, &fs) ? 0 : (uint64_t)fs.f_bavail * fs.f_frsize);
}

/* VmRSS as Linux says it; 0: not to be had. */
static uint64_t resident_bytes(void)
{
	unsigned long all, resident = 0;
	FILE *in = fopen("/proc/self/statm", "re");

	if (!in)
		return 0;
	if (fscanf(in, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(in);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void process(FILE *out)
{
	ts_metric_family(out, "tokenswitch_build", "info", NULL, "The program.");
	ts_metric(out, "tokenswitch_build_info", "version=\"%s\"", TS_VERSION);
	ts_metric_u64(out, 1);
	ts_metric_gauge(out, "process_resident_memory_bytes", "bytes", "Memory of tsd.",
			resident_bytes());
	ts_metric_family(out, "process_cpu_seconds", "counter", "seconds", "Time of tsd on CPUs.");
	ts_metric_plain(out, "process_cpu_seconds_total");
	ts_metric_double(out, (double)ts_clock_process_ns() / 1e9);
}

/** ts_metrics_write() - GET /metrics, all of it */
void ts_metrics_write(struct ts_daemon *d, FILE *out)
{
	struct ts_totals_view totals;

	ts_billing_totals(d->billing, &totals);
	process(out);
	health(d, out);
	carried(d, &totals, out);
	sessions(&totals, out);
	ts_metrics_money(d, &totals, out);
	lag(out, "tokenswitch_ledger_commit_seconds",
	    "How long a turn with commits took, with all that follows from them.",
	    &d->commit_lag);
	lag(out, "tokenswitch_payment_seconds",
	    "From the arrival of a payment to its grant in the kernel.", &d->payment_lag);
	ts_metrics_meter(d, out);
	chain(d, out);
	doors(d, out);
	disk(d, out);
	fputs("# EOF\n", out);
}
