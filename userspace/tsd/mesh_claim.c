// SPDX-License-Identifier: GPL-2.0
/* mesh_claim.c - the claim of a mesh in the meter, and what is left of one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/topology.h"
#include "tsd/mesh_claim.h"

/**
 * struct others - claims that are not of the configuration
 * @but: the pattern that stays; NULL: none
 * @pattern: found, the last one
 */
struct others {
	const char *but;
	char pattern[TS_PATTERN_LEN];
};

static int look_for_other(const struct ts_mesh *mesh, void *arg)
{
	struct others *o = arg;

	if (!o->but || strcmp(mesh->pattern, o->but))
		memcpy(o->pattern, mesh->pattern, sizeof(o->pattern));
	return 0;
}

/*
 * No mesh is metered but the one of the configuration.  Return: 0 or negative errno; 0
 * also where the meter knows no meshes and none is wanted.
 */
static int give_up(struct ts_meter *meter, const char *but)
{
	struct others o;
	int ret;

	for (;;) {
		o = (struct others){ .but = but };
		ret = ts_meter_mesh_dump(meter, look_for_other, &o);
		if (ret == -EOPNOTSUPP && !but)
			return 0;
		if (ret || !o.pattern[0])
			return ret;
		ret = ts_meter_mesh_del(meter, o.pattern);
		if (ret && ret != -ENOENT)
			return ret;
	}
}

/** struct neighbours - accounts of neighbours */
struct neighbours {
	struct ts_closing list[TS_TOPOLOGY_NEIGHBOURS_MAX];
	unsigned int n;
};

static int add_neighbour(const struct ts_account *a, void *arg)
{
	struct neighbours *all = arg;

	if (a->kind == TS_KIND_NEIGHBOUR && all->n < TS_TOPOLOGY_NEIGHBOURS_MAX)
		all->list[all->n++] = (struct ts_closing){ .id = a->id,
							   .epoch = a->epoch };
	return 0;
}

/**
 * ts_mesh_claim_none() - the configuration has no mesh, so the meter is to have none
 * @meter: owned
 *
 * Else what neighbours send would be cut for good: nobody grants to them any more.
 *
 * Return: 0 or negative errno.
 */
int ts_mesh_claim_none(struct ts_meter *meter)
{
	struct neighbours *all = calloc(1, sizeof(*all));
	int ret = all ? give_up(meter, NULL) : -ENOMEM;

	if (!ret)
		ret = ts_meter_account_dump(meter, add_neighbour, all);
	if (!ret && all->n)
		ret = ts_meter_close_accounts(meter, all->list, all->n);
	free(all);
	return ret;
}

/**
 * struct found - a claim that is there
 * @pattern: wanted
 * @there: it is
 * @mesh: how, with the generations in force
 */
struct found {
	const char *pattern;
	bool there;
	struct ts_mesh mesh;
};

static int look_at(const struct ts_mesh *mesh, void *arg)
{
	struct found *f = arg;

	if (strcmp(mesh->pattern, f->pattern))
		return 0;
	f->there = true;
	f->mesh = *mesh;
	return 0;
}

/**
 * ts_mesh_can_buy() - can the meter count what goes up by neighbours?
 * @meter: owned
 *
 * By a kernel without the egress hook it cannot, so that what is bought would be owed for
 * and never paid: neighbours would call this box one that hides, and cut it.  A meter that
 * does not answer says itself why when it is to claim.
 */
bool ts_mesh_can_buy(struct ts_meter *meter)
{
	struct ts_meter_info info;

	return ts_meter_info(meter, &info) || info.caps & TS_CAP_EGRESS;
}

/**
 * ts_mesh_claim() - have the meter meter a mesh, and no other
 * @meter: owned
 * @mesh: pattern, payer_rule and flags are read; set to what is in force, with the
 *	generations of its tables
 *
 * What is there and as wanted is left alone.  Return: 0 or negative errno.
 */
int ts_mesh_claim(struct ts_meter *meter, struct ts_mesh *mesh)
{
	struct found f = { .pattern = mesh->pattern };
	int ret = give_up(meter, mesh->pattern);

	if (!ret)
		ret = ts_meter_mesh_dump(meter, look_at, &f);
	if (ret)
		return ret;
	if (f.there && f.mesh.payer_rule == mesh->payer_rule &&
	    f.mesh.flags == mesh->flags) {
		*mesh = f.mesh;
		return 0;
	}
	if (f.there)
		ret = ts_meter_mesh_del(meter, mesh->pattern);
	return ret ? ret : ts_meter_mesh_add(meter, mesh);
}
