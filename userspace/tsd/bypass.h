/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bypass.h - settings of the box that take frames past the meter, or past the gate: seen,
 * named, never changed; but a port whose frames pass unmetered is refused: its gate stays shut.
 */
#ifndef TS_TSD_BYPASS_H
#define TS_TSD_BYPASS_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct ts_daemon;

/**
 * struct ts_bypass_facts - of a metered device
 * @ifname: its name
 * @meter: enum ts_meter_kind
 * @bridge: that it is a port of; 0: none
 * @switch_id: of the switch chip that it is a port of, in hexadecimal; empty: of none
 * @hw_tc: the card may run tc and flowtables itself
 * @hw_bridge: the card may forward between its own devices (l2-fwd, hsr-fwd)
 * @lro: the card makes large frames of small ones, and forgets how many
 * @refused: set by the judge: it must not be open, for frames pass unmetered there
 * @no_fast: why its fast path is not taken; empty: it is, or none is wanted
 * @redirects: a filter at its ingress sends frames to another device, as shapers do
 */
struct ts_bypass_facts {
	char ifname[IFNAMSIZ];
	uint8_t meter;
	uint32_t bridge;
	char switch_id[2 * 32 + 1];
	char no_fast[192];
	bool hw_tc;
	bool hw_bridge;
	bool lro;
	bool redirects;
	bool refused;
};

/* bypass_judge.c: what that means; no I/O */
json_t *ts_bypass_judge(struct ts_bypass_facts *facts, unsigned int n,
			const char *flowtables);

/* bypass.c */
void ts_bypass_look(struct ts_daemon *d);

#endif /* TS_TSD_BYPASS_H */
