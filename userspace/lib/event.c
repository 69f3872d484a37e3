// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON form of an event.  Counters are decimal strings: JSON's numbers end
 * at 2^53.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/event.h"
#include "lib/key.h"

static const char *const names[__TS_EVENT_COUNT] = {
	[0] = "unknown",
	[TS_EVENT_STRANGER] = "stranger",
	[TS_EVENT_LOW] = "low",
	[TS_EVENT_EXHAUSTED] = "exhausted",
	[TS_EVENT_REVOKED] = "revoked",
	[TS_EVENT_CLOSED] = "closed",
	[TS_EVENT_EXPIRED] = "expired",
	[TS_EVENT_PORT_ATTACHED] = "port-attached",
	[TS_EVENT_PORT_GONE] = "port-gone",
	[TS_EVENT_OWNER] = "owner",
};

/** ts_event_name() - Return: a word for an enum ts_event_type */
const char *ts_event_name(uint8_t type)
{
	return type < __TS_EVENT_COUNT ? names[type] : names[0];
}

static json_t *number(uint64_t value)
{
	return json_sprintf("%" PRIu64, value);
}

static json_t *key_json(const struct ts_key *key)
{
	json_t *mac = json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", key->mac[0], key->mac[1],
				   key->mac[2], key->mac[3], key->mac[4], key->mac[5]);

	return json_pack("{s:o,s:i,s:I}", "mac", mac, "vlan", key->vlan, "zone",
			 (json_int_t)key->zone);
}

/**
 * ts_event_json() - one event as an object
 * @ev: the event; only what its type sets is told
 *
 * Return: a new reference, or NULL when memory is out.
 */
json_t *ts_event_json(const struct ts_meter_event *ev)
{
	json_t *v = json_pack("{s:s,s:o}", "event", ts_event_name(ev->type), "time_ns",
			      number(ev->time_ns));

	if (ev->account_id)
		json_object_update_new(v, json_pack("{s:I,s:I,s:o,s:o,s:o}", "account",
			(json_int_t)ev->account_id, "epoch", (json_int_t)ev->epoch,
			"granted_units", number(ev->granted_units),
			"charged_units", number(ev->charged_units),
			"units", number(ev->units)));
	if (ev->type == TS_EVENT_STRANGER)
		json_object_set_new(v, "key", key_json(&ev->key));
	if (ev->ifname[0])
		json_object_set_new(v, "ifname", json_string(ev->ifname));
	if (ev->pattern[0])
		json_object_set_new(v, "pattern", json_string(ev->pattern));
	if (ev->type == TS_EVENT_OWNER)
		json_object_set_new(v, "pid", json_integer(ev->owner_pid));
	return v;
}

static uint64_t get_number(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? strtoull(text, NULL, 10) : 0;
}

static uint32_t get_u32(const json_t *json, const char *name)
{
	return (uint32_t)json_integer_value(json_object_get(json, name));
}

static void get_text(const json_t *json, const char *name, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(json, name));

	snprintf(to, size, "%s", text ? text : "");
}

static int get_key(const json_t *json, struct ts_key *key)
{
	const char *mac = json_string_value(json_object_get(json, "mac"));

	key->vlan = (uint16_t)get_u32(json, "vlan");
	key->zone = get_u32(json, "zone");
	return mac ? ts_key_parse_mac(mac, key->mac) : -EINVAL;
}

/**
 * ts_event_from_json() - what ts_event_json() made, back again
 * @json: the object
 * @ev: set on success; what JSON does not tell is 0
 *
 * Return: 0 or -EINVAL.
 */
int ts_event_from_json(const json_t *json, struct ts_meter_event *ev)
{
	const char *name = json_string_value(json_object_get(json, "event"));
	unsigned int type;

	if (!name)
		return -EINVAL;
	memset(ev, 0, sizeof(*ev));
	/* A type of a newer tsd stays "unknown". */
	for (type = 1; type < __TS_EVENT_COUNT; type++)
		if (!strcmp(name, names[type]))
			ev->type = (uint8_t)type;
	ev->time_ns = get_number(json, "time_ns");
	ev->account_id = get_u32(json, "account");
	ev->epoch = get_u32(json, "epoch");
	ev->granted_units = get_number(json, "granted_units");
	ev->charged_units = get_number(json, "charged_units");
	ev->units = get_number(json, "units");
	get_text(json, "ifname", ev->ifname, sizeof(ev->ifname));
	get_text(json, "pattern", ev->pattern, sizeof(ev->pattern));
	ev->owner_pid = get_u32(json, "pid");
	return ev->type == TS_EVENT_STRANGER ?
	       get_key(json_object_get(json, "key"), &ev->key) : 0;
}
