// SPDX-License-Identifier: GPL-2.0
/* status.c - is all well, and what "tsctl status" shows of the daemon. */
#include <unistd.h>

#include "tsd/daemon.h"
#include "tsd/https.h"

static const char *datapath(struct ts_daemon *d)
{
	if (*d->meter_fault)
		return d->meter_fault;
	if (*d->selftest)
		return d->selftest;
	if (*d->ports.fault)
		return d->ports.fault;
	return NULL;
}

static const char *gate(struct ts_daemon *d)
{
	return d->gate ? ts_gate_fault(d->gate) : NULL;
}

/**
 * ts_status_health() - the three checks, and of https and a mesh whether they go
 * @d: the daemon
 * @healthy: set: none of them found anything
 *
 * Return: a new object: check -> "ok" or what is wrong.
 */
json_t *ts_status_health(struct ts_daemon *d, bool *healthy)
{
	const char *ledger = ts_billing_read_only(d->billing);
	const char *path = datapath(d), *tables = gate(d);
	char https[256];
	json_t *checks;

	*healthy = !path && !ledger && !tables;
	checks = json_pack("{s:s, s:s, s:s}", "datapath", path ? path : "ok",
			   "ledger", ledger ? ledger : "ok",
			   "gate", tables ? tables :
				   d->gate ? "ok" : "switched off by the configuration");
	/* Clients are served without these, so they make nothing unhealthy. */
	if (d->config->n_https)
		json_object_set_new(checks, "https",
			json_string(ts_https_fault(d, https, sizeof(https)) ?: "ok"));
	if (d->opennds)
		json_object_set_new(checks, "opennds",
			json_string(ts_opennds_fault(d->opennds) ?: "ok"));
	if (d->relaying)
		json_object_set_new(checks, "mesh",
			json_string(ts_relaying_fault(d->relaying) ?: "ok"));
	return checks;
}

static json_t *udp(const struct ts_udp_counters *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
			 "received", (json_int_t)c->received,
			 "empty", (json_int_t)c->empty,
			 "too_long", (json_int_t)c->too_long,
			 "policed", (json_int_t)c->policed,
			 "sent", (json_int_t)c->sent,
			 "send_failed", (json_int_t)c->send_failed);
}

static json_t *mdns(struct ts_daemon *d)
{
	const struct ts_discovery_counters *c;
	const char *fault;

	if (!d->discovery)
		return json_pack("{s:b}", "enabled", 0);
	c = ts_discovery_counters(d->discovery);
	fault = ts_discovery_fault(d->discovery);
	return json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "enabled", 1, "fault", fault ? fault : "",
			 "received", (json_int_t)c->received,
			 "foreign", (json_int_t)c->foreign,
			 "policed", (json_int_t)c->policed,
			 "malformed", (json_int_t)c->malformed,
			 "asked", (json_int_t)c->asked,
			 "answered", (json_int_t)c->answered,
			 "full", (json_int_t)c->full,
			 "send_failed", (json_int_t)c->send_failed);
}

/** struct listing - peers being listed */
struct listing {
	json_t *list;
	uint64_t now_ns;
};

static int add_peer(const struct ts_peer *peer, void *arg)
{
	static const char *const sources[] = {
		[TS_PEER_STATIC] = "static", [TS_PEER_MDNS] = "mdns",
		[TS_PEER_HELLO] = "hello", [TS_PEER_MESSAGE] = "message",
	};
	char address[TS_ADDRESS_TEXT_SIZE], at[TS_ENDPOINT_TEXT_SIZE];
	struct ts_endpoint place;
	struct listing *l = arg;
	json_t *one;

	ts_peer_endpoint(peer, &place);
	one = json_pack("{s:s, s:s, s:s}",
			"address", ts_address_print(&peer->address, address),
			"at", ts_endpoint_print(&place, at),
			"source", sources[peer->source]);
	if (peer->source != TS_PEER_STATIC)
		json_object_set_new(one, "seen_ms_ago", json_integer(
			(json_int_t)(l->now_ns - peer->seen_ns) / 1000000));
	json_array_append_new(l->list, one);
	return 0;
}

/** ts_status_peers() - {"cmd":"peers"}; Return: a new reference */
json_t *ts_status_peers(struct ts_daemon *d)
{
	struct listing l = { .list = json_array(), .now_ns = ts_clock_boot_ns() };

	ts_peers_each(d->peers, l.now_ns, add_peer, &l);
	return json_pack("{s:o, s:o}", "peers", l.list, "mdns", mdns(d));
}

static json_t *http(struct ts_daemon *d)
{
	struct ts_portal_counters c;

	ts_portal_counters(d->portal, &c);
	return json_pack("{s:I, s:I, s:i}", "requests", (json_int_t)c.requests,
			 "refused_connections", (json_int_t)c.refused_connections,
			 "events", (int)c.events);
}

static json_t *billing(struct ts_daemon *d)
{
	static const char *const kinds[] = {
		[TS_REFUSE_CONFLICT] = "conflict",
		[TS_REFUSE_INVALID] = "invalid",
		[TS_REFUSE_FORBIDDEN] = "forbidden",
		[TS_REFUSE_UNKNOWN] = "unknown",
		[TS_REFUSE_BUSY] = "busy",
		[TS_REFUSE_READ_ONLY] = "read_only",
	};
	struct ts_billing_counters c;
	json_t *refused = json_object(), *why = json_object();
	unsigned int i;

	ts_billing_counters(d->billing, &c);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		json_object_set_new(refused, kinds[i], json_integer(c.refused[i]));
	/* By name, and only what occurred: there are many. */
	for (i = TS_ACCEPTED + 1; i < TS_REFUSAL_COUNT; i++)
		if (c.refusals[i])
			json_object_set_new(why, ts_refusal_name(i),
					    json_integer((json_int_t)c.refusals[i]));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "payments", (json_int_t)c.payments,
			 "repeats", (json_int_t)c.repeats,
			 "pings", (json_int_t)c.pings,
			 "messages", (json_int_t)c.messages,
			 "forwarded", (json_int_t)c.forwarded,
			 "sent", (json_int_t)c.sent,
			 "resent", (json_int_t)c.resent,
			 "acked", (json_int_t)c.acked,
			 "refunds", (json_int_t)c.refunds,
			 "relay_payments", (json_int_t)c.relay_payments,
			 "no_way", (json_int_t)d->no_way,
			 "commits", (json_int_t)c.commits,
			 "grants", (json_int_t)c.grants,
			 "no_place_to_wait", (json_int_t)d->dropped_replies,
			 "refused", refused, "why", why);
}

static json_t *bytes(uint64_t value)
{
	return value > INT64_MAX ? json_null() : json_integer((json_int_t)value);
}

/**
 * ts_status_internet() - what of the internet can be granted to stations (M4)
 * @d: the daemon
 *
 * Return: a new object; null in it: any number of bytes.
 */
json_t *ts_status_internet(struct ts_daemon *d)
{
	struct ts_internet_view v;

	ts_billing_internet(d->billing, &v);
	return json_pack("{s:b, s:o, s:o, s:o, s:s?, s:s?}", "metered", v.metered,
			 "upstream_bytes", bytes(v.bytes),
			 "granted_bytes", bytes(v.granted_bytes),
			 "left_bytes", bytes(v.left_bytes),
			 "held", v.fault, "message", v.text);
}

static json_t *ports(struct ts_daemon *d)
{
	static const char *const meters[] = {
		[TS_METER_AUTO] = "none", [TS_METER_XDP] = "xdp",
		[TS_METER_TC] = "tc", [TS_METER_NF] = "nf",
	};
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < d->ports.n_attached; i++) {
		const struct ts_port *p = &d->ports.attached[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:I, s:s, s:s, s:I}",
				  "pattern", p->pattern, "ifname", p->ifname,
				  "ifindex", (json_int_t)p->ifindex,
				  "meter", p->meter <= TS_METER_NF ?
					   meters[p->meter] : "?",
				  "reason", p->reason,
				  "zone", (json_int_t)p->zone));
	}
	return list;
}

/** ts_status_json() - {"cmd":"status"}; Return: a new reference */
json_t *ts_status_json(struct ts_daemon *d)
{
	char address[TS_ADDRESS_TEXT_SIZE];
	struct ts_meter_info info = { };
	const char *lacks;
	bool healthy;
	json_t *checks;

	ts_meter_info(d->meter, &info);
	lacks = d->gate ? ts_gate_lacks(d->gate) : NULL;
	checks = ts_status_health(d, &healthy);
	return json_pack("{s:s, s:I, s:s, s:s, s:b, s:o, s:{s:s?, s:s, s:I, s:I}, s:o, s:{s:b, s:s, s:I}, s:o, s:o, s:o, s:o, s:o, s:o, s:O?, s:{s:o, s:o, s:o, s:o}}",
		"version", TS_VERSION, "pid", (json_int_t)getpid(),
		"config", d->config->path,
		"address", ts_address_print(&d->address, address),
		"healthy", healthy, "checks", checks,
		"meter", "driver", info.driver, "version", info.version,
		"accounts", (json_int_t)info.accounts,
		"memory_bytes", (json_int_t)info.memory_bytes,
		"ports", ports(d),
		"gate", "enabled", d->gate != NULL, "lacks", lacks ? lacks : "",
		"restored", (json_int_t)(d->gate ? ts_gate_restored(d->gate) : 0),
		"udp", udp(ts_udp_counters(d->udp)), "mdns", mdns(d),
		"http", http(d),
		"billing", billing(d), "internet", ts_status_internet(d),
		"roam", ts_roams_count(d->billing), "bypasses", d->bypasses,
		"lag", "event", ts_lag_json(&d->event_lag),
		"payment", ts_lag_json(&d->payment_lag),
		"roam", ts_lag_json(&d->roam_lag),
		"roam_frame", ts_lag_json(&d->roam_frame_lag));
}
