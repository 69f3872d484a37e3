// SPDX-License-Identifier: GPL-2.0
/* Tariffs of the bpf driver: a hash of its own; prices sit in the lines. */
#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/** ts_bpf_tariff_find() - Return: 0 and @line set, or -ENOENT */
int ts_bpf_tariff_find(struct ts_bpf *b, uint32_t id, struct ts_tariff_line *line)
{
	if (!bpf_map_lookup_elem(b->map[TS_MAP_TARIFFS], &id, line))
		return 0;
	return ts_meter_fail(&b->base, -ENOENT, "there is no tariff %u: set it first", id);
}

int ts_bpf_tariff_set(struct ts_meter *m, const struct ts_tariff *t)
{
	struct ts_tariff_line line = { .version = t->version };
	struct ts_bpf *b = ts_bpf(m);
	uint32_t id;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	memcpy(line.price, t->price, sizeof(line.price));
	ret = bpf_map_update_elem(b->map[TS_MAP_TARIFFS], &t->id, &line, BPF_ANY);
	if (ret) {
		ts_meter_fail(m, ret == -E2BIG ? -ENOSPC : ret, "cannot set tariff %u: %s", t->id,
			      ret == -E2BIG ? "the table is full" : strerror(-ret));
		ret = ret == -E2BIG ? -ENOSPC : ret;
		goto out;
	}
	for (id = 1; id <= b->highest; id++)
		if (b->book[id].state != TS_BOOK_FREE && b->book[id].tariff_id == t->id)
			ts_bpf_account_reprice(b, id, &line);
out:
	ts_bpf_unlock(b);
	return ret;
}

int ts_bpf_tariff_del(struct ts_meter *m, uint32_t id)
{
	struct ts_bpf *b = ts_bpf(m);
	uint32_t account;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	for (account = 1; !ret && account <= b->highest; account++)
		if (b->book[account].state != TS_BOOK_FREE && b->book[account].tariff_id == id)
			ret = ts_meter_fail(m, -EBUSY, "tariff %u is used by account %u", id,
					    account);
	if (!ret && bpf_map_delete_elem(b->map[TS_MAP_TARIFFS], &id))
		ret = ts_meter_fail(m, -ENOENT, "there is no tariff %u", id);
	ts_bpf_unlock(b);
	return ret;
}

int ts_bpf_tariff_dump(struct ts_meter *m, int (*cb)(const struct ts_tariff *, void *),
		       void *arg)
{
	uint32_t ids[TS_TARIFFS_MAX], n = 0, i, *prev = NULL;
	struct ts_bpf *b = ts_bpf(m);
	struct ts_tariff_line line;
	int ret = 0;

	/* All ids first, so that the callback may delete. */
	while (n < TS_TARIFFS_MAX &&
	       !bpf_map_get_next_key(b->map[TS_MAP_TARIFFS], prev, &ids[n]))
		prev = &ids[n++];
	for (i = 0; !ret && i < n; i++) {
		struct ts_tariff t = { .id = ids[i] };

		if (bpf_map_lookup_elem(b->map[TS_MAP_TARIFFS], &ids[i], &line))
			continue;
		t.version = line.version;
		memcpy(t.price, line.price, sizeof(t.price));
		ret = cb(&t, arg);
	}
	return ret;
}
