/* SPDX-License-Identifier: GPL-2.0 */
/* neigh.h - which station has an address, by the kernel's tables. */
#ifndef TS_TSD_NEIGH_H
#define TS_TSD_NEIGH_H

#include <stdint.h>
#include <sys/socket.h>

#include "lib/meter.h"

struct ts_neigh;

/**
 * typedef ts_neigh_zone - is this device an attached access port?
 * @ctx: the caller's
 * @ifindex: the device
 * @zone: set to the port's zone if it is
 *
 * Return: 0, or -ENOENT: it is not.
 */
typedef int ts_neigh_zone(void *ctx, uint32_t ifindex, uint32_t *zone);

struct ts_neigh *ts_neigh_new(char *err, size_t err_size);
void ts_neigh_free(struct ts_neigh *n);
int ts_neigh_station(struct ts_neigh *n, const struct sockaddr *peer,
		     ts_neigh_zone *zone, void *ctx, struct ts_key *key);

#endif /* TS_TSD_NEIGH_H */
