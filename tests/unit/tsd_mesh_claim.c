// SPDX-License-Identifier: GPL-2.0
/* The claim of a mesh, on a kernel that counts what goes out and on one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <ev.h>
#include <string.h>

#include "lib/meter_driver.h"
#include "tsd/config.h"
#include "tsd/mesh.h"

/**
 * struct fake - a meter that knows one mesh and one neighbour
 * @base: for the library
 * @caps: of its kernel
 * @claimed: the mesh is
 * @neighbour: there is an account of one
 */
struct fake {
	struct ts_meter base;
	uint32_t caps;
	bool claimed;
	bool neighbour;
};

static int fake_info(struct ts_meter *m, struct ts_meter_info *info)
{
	info->caps = ((struct fake *)m)->caps;
	return 0;
}

static int fake_mesh_add(struct ts_meter *m, const struct ts_mesh *mesh)
{
	assert_string_equal(mesh->pattern, "bat0");
	((struct fake *)m)->claimed = true;
	return 0;
}

static int fake_mesh_del(struct ts_meter *m, const char *pattern)
{
	((struct fake *)m)->claimed = false;
	return 0;
}

static int fake_mesh_dump(struct ts_meter *m,
			  int (*cb)(const struct ts_mesh *, void *), void *arg)
{
	const struct ts_mesh mesh = { .pattern = "bat0" };

	return ((struct fake *)m)->claimed ? cb(&mesh, arg) : 0;
}

static int fake_account_dump(struct ts_meter *m,
			     int (*cb)(const struct ts_account *, void *), void *arg)
{
	const struct ts_account a = { .id = 7, .epoch = 1, .kind = TS_KIND_NEIGHBOUR };

	return ((struct fake *)m)->neighbour ? cb(&a, arg) : 0;
}

static int fake_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n)
{
	assert_int_equal(n, 1);
	assert_int_equal(c->id, 7);
	((struct fake *)m)->neighbour = false;
	return 0;
}

static const struct ts_meter_ops fake_ops = {
	.name = "fake", .info = fake_info, .mesh_add = fake_mesh_add,
	.mesh_del = fake_mesh_del, .mesh_dump = fake_mesh_dump,
	.account_dump = fake_account_dump, .close_accounts = fake_close_accounts,
};

static void on_change(void *ctx, int parts)
{
}

static void try(uint32_t caps, bool before, bool can)
{
	struct ts_config_mesh config = { .device = "bat0", .gateway = TS_GATEWAY_NO };
	struct fake meter = { .base.ops = &fake_ops, .caps = caps, .claimed = before,
			      .neighbour = before };
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct ts_meshes *m;
	char err[256];

	m = ts_meshes_new(loop, &meter.base, &config, on_change, NULL, err, sizeof(err));
	assert_non_null(m);
	assert_int_equal(ts_meshes_tick(m, 1), can);
	assert_int_equal(ts_meshes_is_claimed(m), can);
	assert_int_equal(meter.claimed, can);
	assert_int_equal(meter.neighbour, before && can);
	if (can)
		assert_null(strstr(ts_meshes_fault(m), "EGRESS"));
	else
		assert_non_null(strstr(ts_meshes_fault(m), "CONFIG_NETFILTER_EGRESS"));
	ts_meshes_free(m);
	ev_loop_destroy(loop);
}

static void what_goes_out_is_counted(void **state)
{
	try(TS_CAP_EGRESS, false, true);
	try(TS_CAP_EGRESS, true, true);
}

/* Neither bought nor sold: what was claimed and granted before is given up. */
static void what_goes_out_is_not_counted(void **state)
{
	try(0, false, false);
	try(0, true, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_out_is_counted),
		cmocka_unit_test(what_goes_out_is_not_counted),
	};

	return cmocka_run_group_tests_name("tsd_mesh_claim", tests, NULL, NULL);
}
