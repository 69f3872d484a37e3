// SPDX-License-Identifier: GPL-2.0
/* How things are printed: for people, and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenswitch/budget.h>
#include "tsctl/cmd.h"

const char *const class_names[TS_CLASS_COUNT] = {
	[TS_CLASS_FREE] = "free",
	[TS_CLASS_LOCAL] = "local",
	[TS_CLASS_INTERNET] = "internet",
	[TS_CLASS_RELAY] = "relay",
};

const char *const dir_names[TS_DIR_COUNT] = {
	[TS_DIR_UP] = "up",
	[TS_DIR_DOWN] = "down",
};

const char *const drop_names[TS_DROP_COUNT] = {
	[TS_DROP_STRANGER] = "stranger",
	[TS_DROP_DRY] = "dry",
	[TS_DROP_FORBIDDEN] = "forbidden",
	[TS_DROP_POLICED] = "policed",
	[TS_DROP_UNSOLICITED] = "unsolicited",
	[TS_DROP_MALFORMED] = "malformed",
	[TS_DROP_HIDDEN_TAG] = "hidden-tag",
	[TS_DROP_GONE] = "gone",
};

const char *meter_name(uint8_t meter)
{
	static const char *const names[] = {
		[TS_METER_AUTO] = "auto",
		[TS_METER_XDP] = "xdp",
		[TS_METER_TC] = "tc",
		[TS_METER_NF] = "nf",
	};

	return meter < sizeof(names) / sizeof(names[0]) ? names[meter] : "?";
}

const char *role_name(uint8_t role)
{
	return role == TS_ROLE_MESH ? "mesh" : "access";
}

const char *direction_name(uint8_t direction)
{
	switch (direction) {
	case TS_DIRECTION_UP:
		return "up";
	case TS_DIRECTION_DOWN:
		return "down";
	default:
		return "both";
	}
}

const char *fmt_mac(const uint8_t mac[6], char buf[static 18])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return buf;
}

const char *fmt_zone(uint32_t zone, char buf[static IF_NAMESIZE])
{
	static struct if_nameindex *devices;
	size_t i;

	if (!devices)
		devices = if_nameindex();
	for (i = 0; devices && devices[i].if_index; i++) {
		if (ts_zone_of_name(devices[i].if_name) == zone) {
			snprintf(buf, IF_NAMESIZE, "%s", devices[i].if_name);
			return buf;
		}
	}
	snprintf(buf, IF_NAMESIZE, "0x%08x", zone);
	return buf;
}

static const char *fmt_scaled(uint64_t n, const char *const units[7], char buf[static 16])
{
	double v = (double)n;
	size_t i = 0;

	while (v >= 999.5 && i < 6) {
		v /= 1000;
		i++;
	}
	snprintf(buf, 16, i && v < 99.95 ? "%.1f%s" : "%.0f%s", v, units[i]);
	return buf;
}

const char *fmt_size(uint64_t bytes, char buf[static 16])
{
	static const char *const units[] = {
		" B", " kB", " MB", " GB", " TB", " PB", " EB"
	};

	return fmt_scaled(bytes, units, buf);
}

const char *fmt_count(uint64_t n, char buf[static 16])
{
	static const char *const units[] = { "", " k", " M", " G", " T", " P", " E" };

	return fmt_scaled(n, units, buf);
}

int out_json(json_t *v)
{
	int ret;

	if (!v) {
		fprintf(stderr, "tsctl: out of memory\n");
		return 1;
	}
	ret = json_dumpf(v, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(v);
	putchar('\n');
	return ret || fflush(stdout) ? 1 : 0;
}

/* JSON numbers are doubles in many readers: u64 counters go as strings. */
json_t *json_u64(uint64_t v)
{
	return json_sprintf("%" PRIu64, v);
}

json_t *json_key(const struct ts_key *key)
{
	char mac[18];

	return json_pack("{s:s,s:i,s:I}", "mac", fmt_mac(key->mac, mac), "vlan",
			 key->vlan, "zone", (json_int_t)key->zone);
}

const char *account_state(const struct ts_account *a)
{
	if (a->flags & TS_ACCOUNT_F_FORBID)
		return "forbidden";
	if (a->flags & TS_ACCOUNT_F_EXPIRED)
		return "expired";
	if (a->flags & TS_ACCOUNT_F_TRUSTED)
		return "trusted";
	if (!a->granted_units)
		return "never-paid";
	return a->charged_units < a->granted_units ? "paid" : "dry";
}

uint64_t account_bytes(const struct ts_account *a, int dir)
{
	uint64_t sum = 0;
	int class;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		sum += a->stats[class][dir].bytes;
	return sum;
}

static json_t *json_stats(const struct ts_account *a)
{
	json_t *list = json_array();
	int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			const struct ts_stat *s = &a->stats[class][dir];

			if (!s->packets && !s->dropped_packets)
				continue;
			json_array_append_new(list, json_pack(
				"{s:s,s:s,s:o,s:o,s:o,s:o,s:o}",
				"class", class_names[class], "dir", dir_names[dir],
				"bytes", json_u64(s->bytes),
				"packets", json_u64(s->packets),
				"units", json_u64(s->units),
				"dropped_bytes", json_u64(s->dropped_bytes),
				"dropped_packets", json_u64(s->dropped_packets)));
		}
	}
	return list;
}

json_t *json_account(const struct ts_account *a)
{
	json_t *keys = json_array();
	unsigned int i;

	for (i = 0; i < a->n_keys; i++)
		json_array_append_new(keys, json_key(&a->keys[i]));
	return json_pack(
		"{s:I,s:I,s:s,s:s,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:o}",
		"id", (json_int_t)a->id, "epoch", (json_int_t)a->epoch,
		"kind", a->kind == TS_KIND_NEIGHBOUR ? "neighbour" : "client",
		"state", account_state(a), "keys", keys,
		"tariff", (json_int_t)a->tariff_id,
		"granted_units", json_u64(a->granted_units),
		"charged_units", json_u64(a->charged_units),
		"revoked_units", json_u64(a->revoked_units),
		"remaining_units", json_u64(a->granted_units - a->charged_units),
		"low_units", json_u64(a->low_units),
		"expires_s", (json_int_t)a->expires_s,
		"idle_ms", (json_int_t)a->idle_ms,
		"stats", json_stats(a));
}

void print_account(const struct ts_account *a)
{
	char mac[18], size[16], zone[IF_NAMESIZE];
	unsigned int i;
	int class, dir;

	printf("%u: %s epoch %u tariff %u %s\n", a->id,
	       a->kind == TS_KIND_NEIGHBOUR ? "neighbour" : "client", a->epoch,
	       a->tariff_id, account_state(a));
	for (i = 0; i < a->n_keys; i++) {
		printf("    key %s", fmt_mac(a->keys[i].mac, mac));
		if (a->keys[i].vlan)
			printf(" vlan %u", a->keys[i].vlan);
		printf(" zone %s\n", fmt_zone(a->keys[i].zone, zone));
	}
	printf("    units granted %" PRIu64 " charged %" PRIu64 " remaining %" PRIu64,
	       a->granted_units, a->charged_units, a->granted_units - a->charged_units);
	if (a->revoked_units)
		printf(" revoked %" PRIu64, a->revoked_units);
	if (a->low_units)
		printf(" low %" PRIu64, a->low_units);
	putchar('\n');
	if (a->expires_s)
		printf("    expires in %u s\n", a->expires_s);
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			const struct ts_stat *s = &a->stats[class][dir];

			if (!s->packets && !s->dropped_packets)
				continue;
			printf("    %-8s %-4s %7s: %" PRIu64 " bytes, %" PRIu64
			       " packets, %" PRIu64 " units", class_names[class],
			       dir_names[dir], fmt_size(s->bytes, size), s->bytes,
			       s->packets, s->units);
			if (s->dropped_packets)
				printf("; refused %" PRIu64 " packets", s->dropped_packets);
			putchar('\n');
		}
	}
}

/* Nothing to say where there is no limit. */
void out_internet(json_t *internet)
{
	const char *held = json_string_value(json_object_get(internet, "held"));
	char size[16];

	if (!json_is_true(json_object_get(internet, "metered")))
		return;
	printf("internet: our own way up can carry %s more",
	       fmt_size((uint64_t)json_integer_value(json_object_get(internet,
								     "upstream_bytes")), size));
	printf(", %s of it granted to stations\n",
	       fmt_size((uint64_t)json_integer_value(json_object_get(internet,
								     "granted_bytes")), size));
	if (held)
		printf("    WARNING %s: %s\n", held,
		       json_string_value(json_object_get(internet, "message")));
}

void out_bypasses(const json_t *bypasses)
{
	const json_t *one;
	size_t i;

	json_array_foreach(bypasses, i, one)
		printf("%s: %s %s: %s\n",
		       json_is_true(json_object_get(one, "unmetered")) ? "PAST THE METER" : "note",
		       json_string_value(json_object_get(one, "what")),
		       json_string_value(json_object_get(one, "where")),
		       json_string_value(json_object_get(one, "message")));
}
