// SPDX-License-Identifier: GPL-2.0
/* Cases of mesh_table.c: full tables still answer, and copies are the same. */

#include <linux/kernel.h>

#define TABLE_TEST_GATEWAYS 5
#define TABLE_TEST_ROUTES 300
#define TABLE_TEST_BEHIND 100

/* Routes are 1..300, gateways 298..302, behind are 1000..1099. */
static void __init table_test_fill(struct ts_mesh_table *t)
{
	u64 i;

	t->route_generation = 7;
	for (i = 1; i <= TABLE_TEST_ROUTES; i++)
		slot_put(t, i, TS_MESH_SLOT_ROUTED);
	for (i = 0; i < TABLE_TEST_GATEWAYS; i++)
		gateway_put(t, TABLE_TEST_ROUTES - 2 + i);
	for (i = 0; i < TABLE_TEST_BEHIND; i++)
		behind_put(t, 1000 + i);
	/* Twice is once. */
	gateway_put(t, TABLE_TEST_ROUTES);
	behind_put(t, 1000);
}

static unsigned int __init table_test_look(const struct ts_mesh_table *t)
{
	const struct ts_mesh_slot *slot;
	u64 mac;
	u32 want;

	if (t->n_gateways != TABLE_TEST_GATEWAYS ||
	    t->n_behind != TABLE_TEST_BEHIND ||
	    count_routes(t) != TABLE_TEST_ROUTES)
		return 1;
	for (mac = 1; mac < 1200; mac++) {
		want = mac <= TABLE_TEST_ROUTES ? TS_MESH_SLOT_ROUTED : 0;
		if (mac >= TABLE_TEST_ROUTES - 2 && mac <= TABLE_TEST_ROUTES + 2)
			want |= TS_MESH_SLOT_GATEWAY;
		slot = ts_mesh_table_find(t, mac);
		if ((slot ? slot->flags : 0) != want)
			return 2;
		if (ts_mesh_table_is_behind(t, mac) !=
		    (mac >= 1000 && mac < 1000 + TABLE_TEST_BEHIND))
			return 3;
	}
	return 0;
}

int __init ts_mesh_table_selftest(void)
{
	unsigned int n = TABLE_TEST_ROUTES + TABLE_TEST_GATEWAYS, failed;
	struct ts_mesh_table *t, *copy, *empty;

	t = table_alloc(n, TABLE_TEST_GATEWAYS, TABLE_TEST_BEHIND);
	copy = table_alloc(n, TABLE_TEST_GATEWAYS, TABLE_TEST_BEHIND);
	empty = table_alloc(0, 0, 0);
	failed = 10;
	if (t && copy && empty) {
		table_test_fill(t);
		copy_routes(copy, t);
		copy_gateways(copy, t);
		failed = table_test_look(t);
		failed = failed ?: table_test_look(copy) * 4;
		if (ts_mesh_table_find(empty, 1) ||
		    ts_mesh_table_is_behind(empty, 1))
			failed = failed ?: 9;
	}
	kvfree(t);
	kvfree(copy);
	kvfree(empty);
	return failed;
}
