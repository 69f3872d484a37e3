// SPDX-License-Identifier: GPL-2.0
/* station.c - a station, as tsctl names it. */
#include <string.h>

#include "lib/key.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/station.h"

/** struct search - for the session of a MAC */
struct search {
	struct ts_key *key;
	unsigned int found;
};

static int match(const struct ts_session_view *view, void *arg)
{
	struct search *s = arg;

	if (!view->has_station ||
	    memcmp(view->station.mac, s->key->mac, sizeof(s->key->mac)))
		return 0;
	if (!s->found++)
		*s->key = view->station;
	return 0;
}

/* A number up to @max; missing is 0. */
static bool number_of(const json_t *request, const char *key, json_int_t max,
		      json_int_t *out)
{
	const json_t *value = json_object_get(request, key);

	*out = json_integer_value(value);
	return !value || (json_is_integer(value) && *out >= 0 && *out <= max);
}

/**
 * ts_station_of() - the station that a request names
 * @d: the daemon
 * @request: "mac", and "vlan" and "zone" of one that is not here, or here twice
 * @key: set
 *
 * Return: NULL, or an answer that says what is wrong.
 */
json_t *ts_station_of(struct ts_daemon *d, const json_t *request, struct ts_key *key)
{
	const char *mac = json_string_value(json_object_get(request, "mac"));
	struct search s = { .key = key };
	json_int_t vlan, zone;

	memset(key, 0, sizeof(*key));
	if (!mac || ts_key_parse_mac(mac, key->mac) ||
	    !number_of(request, "vlan", 4094, &vlan) ||
	    !number_of(request, "zone", UINT32_MAX, &zone))
		return ts_command_failure("bad_station", "\"mac\" must be the MAC address of a station; \"vlan\" and \"zone\" numbers");
	key->vlan = (uint16_t)vlan;
	key->zone = (uint32_t)zone;
	if (json_object_get(request, "zone"))
		return NULL;
	ts_billing_session_each(d->billing, match, &s);
	if (s.found == 1)
		return NULL;
	return ts_command_failure("which_station", s.found ?
		"this station is in several zones or VLANs; say which" :
		"this station was not here yet; say in which zone it will be");
}
