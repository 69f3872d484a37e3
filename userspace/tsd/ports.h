/* SPDX-License-Identifier: GPL-2.0 */
/* ports.h - the access ports and rules of the configuration, in the meter. */
#ifndef TS_TSD_PORTS_H
#define TS_TSD_PORTS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/meter.h"
#include "tsd/config.h"

#define TS_PORTS_ATTACHED_MAX 1024

/**
 * struct ts_ports - what the meter said last
 * @m: borrowed
 * @attached: devices that are metered, ascending by ifindex
 * @n_attached: how many
 * @changed: those are others than at the look before
 * @uppers: interface indexes of devices that stand on those, as VLANs do; what
 *	passes there is metered below, so the gate lets it pass
 * @lower: what each of them stands on
 * @n_uppers: how many
 * @refused: names of devices whose frames may pass unmetered, see bypass.h; they and
 *	what stands on them are not in ts_ports_indexes(), so their gate stays shut
 * @n_refused: how many
 * @missing: patterns that no device matches
 * @fault: a port that ought to be metered and is not; empty: none
 */
struct ts_ports {
	struct ts_meter *m;
	struct ts_port attached[TS_PORTS_ATTACHED_MAX];
	unsigned int n_attached;
	bool changed;
	uint32_t uppers[TS_PORTS_ATTACHED_MAX];
	char lower[TS_PORTS_ATTACHED_MAX][IFNAMSIZ];
	unsigned int n_uppers;
	char refused[TS_PORTS_ATTACHED_MAX][IFNAMSIZ];
	unsigned int n_refused;
	unsigned int missing;
	char fault[256];
};

int ts_ports_claim(struct ts_ports *p, const struct ts_config *c, char *err,
		   size_t err_size);
int ts_ports_look(struct ts_ports *p);
int ts_ports_zone(void *ports, uint32_t ifindex, uint32_t *zone);
unsigned int ts_ports_indexes(const struct ts_ports *p, uint32_t *out,
			      unsigned int max);

#endif /* TS_TSD_PORTS_H */
