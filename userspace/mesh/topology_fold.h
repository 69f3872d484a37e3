/* SPDX-License-Identifier: GPL-2.0 */
/* topology_fold.h - which MACs belong to one neighbour; for topology.c alone. */
#ifndef TS_MESH_TOPOLOGY_FOLD_H
#define TS_MESH_TOPOLOGY_FOLD_H

#include "mesh/topology.h"

/* MACs that are heard and looked at: more than neighbours can have without lies. */
#define TS_FOLD_HEARD_MAX	1024

/**
 * struct ts_fold_mac - a MAC that is heard
 * @mac: outer source of frames
 * @orig: of the box that it belongs to; @mac itself if that is not known
 * @bound: a hello says so
 * @best: the box that is heard best over it; NULL: none, or nobody knows which
 * @best_metric: how well
 */
struct ts_fold_mac {
	uint8_t mac[TS_MAC_LEN];
	uint8_t orig[TS_MAC_LEN];
	bool bound;
	const uint8_t *best;
	uint32_t best_metric;
};

/**
 * struct ts_fold - what is known while a model is made
 * @tables: sorted
 * @bindings: by hellos
 * @n_bindings: how many
 * @last: the model before
 * @announcers: originators that announce clients
 * @heard: sorted by MAC; owned
 * @n_heard: how many
 */
struct ts_fold {
	const struct ts_batadv_tables *tables;
	const struct ts_mesh_binding *bindings;
	unsigned int n_bindings;
	const struct ts_topology *last;
	struct ts_macs announcers;
	struct ts_fold_mac *heard;
	unsigned int n_heard;
};

int ts_fold(struct ts_fold *f, bool *crowded);
void ts_fold_free(struct ts_fold *f);
const struct ts_fold_mac *ts_fold_owner(const struct ts_fold *f,
					const uint8_t mac[TS_MAC_LEN]);

#endif /* TS_MESH_TOPOLOGY_FOLD_H */
