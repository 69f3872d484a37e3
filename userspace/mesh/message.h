/* SPDX-License-Identifier: GPL-2.0 */
/* message.h - netlink messages of the family "batadv", into tables; no I/O. */
#ifndef TS_MESH_MESSAGE_H
#define TS_MESH_MESSAGE_H

#include "mesh/tables.h"

/**
 * struct ts_batadv_reading - one request, while its answer comes
 * @family: netlink's number of "batadv"
 * @seq: of the request
 * @cmd: enum batadv_nl_commands
 * @ifindex: of the mesh device that was asked about
 * @rows: the table that is filled; NULL: the settings
 * @last: that table the last time, or NULL
 * @disturbed: the table changed while it was dumped
 * @answered: the settings came
 */
struct ts_batadv_reading {
	uint16_t family;
	uint32_t seq;
	uint8_t cmd;
	uint32_t ifindex;
	struct ts_batadv_rows *rows;
	const struct ts_batadv_rows *last;
	bool disturbed;
	bool answered;
};

int ts_batadv_take(struct ts_batadv_tables *t, struct ts_batadv_reading *r,
		   const void *bytes, size_t len);

#endif /* TS_MESH_MESSAGE_H */
