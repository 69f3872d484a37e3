/* SPDX-License-Identifier: GPL-2.0 */
/*
 * batadv.h - asks the kernel for batman-adv's tables, time and again.
 *
 * The socket never blocks; the caller's loop waits for it.  Time is handed in,
 * in CLOCK_BOOTTIME ns.
 */
#ifndef TS_MESH_BATADV_H
#define TS_MESH_BATADV_H

#include "mesh/topology.h"

#define TS_BATADV_ERROR_SIZE	160

struct ts_batadv;

struct ts_batadv *ts_batadv_new(const char *device, char *err, size_t err_size);
void ts_batadv_free(struct ts_batadv *b);
int ts_batadv_fd(const struct ts_batadv *b);
void ts_batadv_start(struct ts_batadv *b, uint64_t now_ns);
int ts_batadv_read(struct ts_batadv *b, uint64_t now_ns);
uint64_t ts_batadv_deadline_ns(const struct ts_batadv *b);
int ts_batadv_update(struct ts_batadv *b, struct ts_topology *t,
		     const struct ts_mesh_binding *bindings, unsigned int n_bindings,
		     uint64_t now_ns);
const char *ts_batadv_fault(const struct ts_batadv *b);

#endif /* TS_MESH_BATADV_H */
