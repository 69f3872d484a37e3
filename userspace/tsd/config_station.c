// SPDX-License-Identifier: GPL-2.0
/* config_station.c - stations of tsd.conf: who is trusted and who is blocked. */
#include <string.h>

#include "lib/key.h"
#include "tsd/config_station.h"

static const char *const station_keys[] = { "trusted", "blocked", NULL };

static const struct ts_billing_station *find(const struct ts_billing_config *b,
					     const uint8_t mac[6])
{
	unsigned int i;

	for (i = 0; i < b->n_stations; i++)
		if (!memcmp(b->stations[i].mac, mac, sizeof(b->stations[i].mac)))
			return &b->stations[i];
	return NULL;
}

static void read_some(struct ts_reader *r, config_setting_t *group, const char *key,
		      enum ts_access access, struct ts_billing_config *b)
{
	config_setting_t *list = group ? ts_read_list(r, group, key, TS_STATIONS_MAX) : NULL;
	int n = list ? config_setting_length(list) : 0, i;
	struct ts_billing_station one;

	for (i = 0; i < n && !r->failed; i++) {
		const config_setting_t *at = config_setting_get_elem(list, (unsigned int)i);
		const char *text = ts_read_item(r, list, i);

		memset(&one, 0, sizeof(one));
		one.access = access;
		if (r->failed)
			return;
		if (ts_key_parse_mac(text, one.mac))
			ts_reader_fail(r, at, NULL, "\"%s\" is not a MAC address, such as 02:00:00:00:00:01",
				       text);
		else if (one.mac[0] & 1)
			ts_reader_fail(r, at, NULL, "\"%s\" is the address of a group, not of a station",
				       text);
		else if (find(b, one.mac))
			ts_reader_fail(r, at, NULL, "\"%s\" is given twice", text);
		else if (b->n_stations == TS_STATIONS_MAX)
			ts_reader_fail(r, at, NULL, "more than %d stations", TS_STATIONS_MAX);
		else
			b->stations[b->n_stations++] = one;
	}
}

/**
 * ts_config_read_stations() - whom the operator trusts, and whom it blocks
 * @r: the reader
 * @root: the file
 * @c: where it goes
 */
void ts_config_read_stations(struct ts_reader *r, config_setting_t *root,
			     struct ts_config *c)
{
	config_setting_t *group = ts_read_group(r, root, "stations", station_keys);

	read_some(r, group, "trusted", TS_ACCESS_TRUSTED, &c->billing);
	read_some(r, group, "blocked", TS_ACCESS_BLOCKED, &c->billing);
}

/**
 * ts_config_explain_stations() - what "tsd --check-config" prints of them
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_stations(const struct ts_config *c, FILE *out)
{
	const struct ts_billing_config *b = &c->billing;
	unsigned int i, trusted = 0;

	for (i = 0; i < b->n_stations; i++)
		trusted += b->stations[i].access == TS_ACCESS_TRUSTED;
	if (b->n_stations)
		fprintf(out, "stations  %u trusted, %u blocked\n", trusted,
			b->n_stations - trusted);
}
