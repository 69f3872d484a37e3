// SPDX-License-Identifier: GPL-2.0
/* Stations without an account: a bounded table that the programs overwrite. */
#include "lib/meter_bpf.h"

int ts_bpf_stranger_dump(struct ts_meter *m, int (*cb)(const struct ts_stranger *, void *),
			 void *arg)
{
	struct ts_bpf *b = ts_bpf(m);
	uint64_t now = ts_bpf_clock_jiffies(b);
	struct ts_stranger_line line;
	uint32_t i;
	int ret = 0;

	for (i = 0; !ret && i < b->meta->strangers; i++) {
		struct ts_stranger s = { };

		/* A torn copy shows a station that was never there; harmless. */
		line = b->strangers[i];
		if (!line.a)
			continue;
		ts_bpf_key_from_line(line.a, line.zone, &s.key);
		/* It may have got an account since. */
		if (ts_bpf_key_find(b, &s.key))
			continue;
		s.ifindex = line.ifindex;
		s.idle_ms = now > line.seen ? (now - line.seen) * 1000 / b->meta->hz : 0;
		ret = cb(&s, arg);
	}
	return ret;
}
