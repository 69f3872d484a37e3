// SPDX-License-Identifier: GPL-2.0
/* tsctl dump: every account, a line each, in columns that stay as they are. */
#include <inttypes.h>
#include <stdio.h>
#include "tsctl/cmd.h"

/*
 * Columns, tab-separated, in this order for ever (new ones go to the end):
 * id epoch kind state tariff granted charged revoked up_bytes down_bytes
 * dropped_packets idle_ms keys (mac/vlan/zone, comma between)
 */
static int dump_one(const struct ts_account *a, void *arg)
{
	uint64_t dropped = 0;
	char mac[18];
	unsigned int i;
	int class;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		dropped += a->stats[class][TS_DIR_UP].dropped_packets +
			   a->stats[class][TS_DIR_DOWN].dropped_packets;
	printf("%u\t%u\t%s\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t",
	       a->id, a->epoch, a->kind == TS_KIND_NEIGHBOUR ? "neighbour" : "client",
	       account_state(a), a->tariff_id, a->granted_units, a->charged_units,
	       a->revoked_units, account_bytes(a, TS_DIR_UP),
	       account_bytes(a, TS_DIR_DOWN), dropped, a->idle_ms);
	for (i = 0; i < a->n_keys; i++)
		printf("%s%s/%u/0x%08x", i ? "," : "", fmt_mac(a->keys[i].mac, mac),
		       a->keys[i].vlan, a->keys[i].zone);
	putchar('\n');
	return 0;
}

static int dump(struct cmd *c)
{
	struct ts_meter *m;
	int ret = 0;

	if (cmd_end(c))
		return 1;
	if (c->json) {
		c->object = "account";
		return account_verbs->fn(c);
	}
	m = open_meter(c, false);
	if (!m)
		return 1;
	if (ts_meter_account_dump(m, dump_one, NULL))
		ret = say_error(m, "dump");
	ts_meter_close(m);
	return ret || fflush(stdout) ? 1 : 0;
}

const struct verb dump_verbs[] = {
	{ "", dump, "",
	  "tab-separated: id epoch kind state tariff granted charged revoked\n"
	  "          up_bytes down_bytes dropped_packets idle_ms keys" },
	{ 0 },
};
