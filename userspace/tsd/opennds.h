/* SPDX-License-Identifier: GPL-2.0 */
/*
 * opennds.h - openNDS shows the portal in our place: it is told of whom has paid.
 *
 * Nothing here is a gate, and nothing here is waited for by a payment: what may pass is
 * decided by the meter in the kernel before openNDS sees a packet.
 */
#ifndef TS_TSD_OPENNDS_H
#define TS_TSD_OPENNDS_H

#include <jansson.h>
#include <stddef.h>
#include <sys/socket.h>

#include "portal/fas.h"

struct ts_daemon;
struct ts_opennds;

struct ts_opennds *ts_opennds_new(struct ts_daemon *d, char *err, size_t err_size);
void ts_opennds_free(struct ts_opennds *o);
void ts_opennds_changed(struct ts_opennds *o, const char *code);
int ts_opennds_fas(struct ts_opennds *o, const struct sockaddr *peer,
		   const struct ts_fas *fas, char url[TS_FAS_URL_SIZE]);
const char *ts_opennds_fault(const struct ts_opennds *o);
json_t *ts_opennds_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_opennds_event_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_OPENNDS_H */
