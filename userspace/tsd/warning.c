// SPDX-License-Identifier: GPL-2.0
/*
 * warning.c - what the operator should look at now, from all parts of the box, each with
 * what to do.
 */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "tsd/daemon.h"
#include "tsd/liquidity.h"
#include "tsd/warning.h"

/* A ledger that cannot grow takes no payments. */
#define DISK_LOW_BYTES	(64ull * 1024 * 1024)
/* A chain that was silent for so long may have closed a channel meanwhile (M3). */
#define CHAIN_SILENT_MS	600000

static void warn(json_t *list, const char *what, const char *message)
{
	json_array_append_new(list, json_pack("{s:s, s:s}", "what", what,
					      "message", message));
}

static void health(struct ts_daemon *d, json_t *list)
{
	const char *check, *said;
	json_t *checks, *value;
	bool healthy;

	checks = ts_status_health(d, &healthy);
	json_object_foreach(checks, check, value) {
		said = json_string_value(value);
		if (said && strcmp(said, "ok") && strcmp(said, "switched off by the configuration"))
			warn(list, check, said);
	}
	json_decref(checks);
}

static void disk(struct ts_daemon *d, json_t *list)
{
	struct statvfs st;
	char text[200];
	uint64_t left;

	if (statvfs(d->config->state_dir, &st))
		return;
	left = (uint64_t)st.f_bavail * st.f_frsize;
	if (left >= DISK_LOW_BYTES)
		return;
	snprintf(text, sizeof(text), "%llu MB are left in %s; without room the ledger takes no payments: free some",
		 (unsigned long long)(left / 1000000), d->config->state_dir);
	warn(list, "disk", text);
}

static void bypasses(struct ts_daemon *d, json_t *list)
{
	const json_t *one;
	char what[80];
	size_t i;

	json_array_foreach(d->bypasses, i, one) {
		if (!json_is_true(json_object_get(one, "unmetered")))
			continue;
		snprintf(what, sizeof(what), "%s %s",
			 json_string_value(json_object_get(one, "what")),
			 json_string_value(json_object_get(one, "where")));
		warn(list, what, json_string_value(json_object_get(one, "message")));
	}
}

static void chain(struct ts_daemon *d, json_t *list)
{
	json_t *status = d->chain ? ts_chain_status(d->chain) : NULL;
	const char *state = json_string_value(json_object_get(status, "state"));
	const char *fault = json_string_value(json_object_get(status, "fault"));
	json_int_t ms = json_integer_value(json_object_get(status, "heard_ms_ago"));
	char text[160];

	if (!status)
		return;
	if (fault && *fault)
		warn(list, "chain", fault);
	else if (!json_object_get(status, "heard_ms_ago"))
		warn(list, "chain", "its node has not answered yet; see chain.rpc of the configuration");
	else if (ms > CHAIN_SILENT_MS) {
		snprintf(text, sizeof(text), "its node was heard %lld minutes ago; payments are taken within the limits for a box without a chain",
			 (long long)ms / 60000);
		warn(list, "chain", text);
	} else if (state && strcmp(state, "at-head")) {
		snprintf(text, sizeof(text), "it is not followed to its head: %s", state);
		warn(list, "chain", text);
	}
	if (json_is_true(json_object_get(status, "below_gas_reserve")))
		warn(list, "chain", "our coin does not do for closing and claiming all channels; send some to the box's address (tsctl wallet)");
	json_decref(status);
}

static void liquidity(struct ts_daemon *d, json_t *list)
{
	json_t *all = ts_liquidity_answer(d, NULL), *one, *said;
	const char *partner;
	char what[64];
	size_t i, j;

	json_array_foreach(json_object_get(all, "channels"), i, one) {
		partner = json_string_value(json_object_get(one, "partner_address"));
		snprintf(what, sizeof(what), "channel %.10s…", partner ? partner : "");
		json_array_foreach(json_object_get(one, "warnings"), j, said)
			warn(list, what, json_string_value(json_object_get(said, "message")));
	}
	said = json_object_get(json_object_get(all, "internet"), "message");
	if (json_is_string(said))
		warn(list, "internet", json_string_value(said));
	json_decref(all);
}

/**
 * ts_warnings_json() - what the operator should look at now
 * @d: the daemon
 *
 * Return: a new array of objects with "what" and "message".
 */
json_t *ts_warnings_json(struct ts_daemon *d)
{
	json_t *list = json_array();

	health(d, list);
	bypasses(d, list);
	chain(d, list);
	liquidity(d, list);
	disk(d, list);
	return list;
}
