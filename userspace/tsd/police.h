/* SPDX-License-Identifier: GPL-2.0 */
/*
 * police.h - how many datagrams a source may send, and all strangers together, in
 * bounded memory.
 */
#ifndef TS_TSD_POLICE_H
#define TS_TSD_POLICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct ts_police;

struct ts_police *ts_police_new(unsigned int sources, unsigned int per_s,
				unsigned int burst, unsigned int strangers_per_s);
void ts_police_free(struct ts_police *p);
bool ts_police_admit(struct ts_police *p, const struct sockaddr *from,
		     uint64_t now_ns);
void ts_police_know(struct ts_police *p, const struct sockaddr *from,
		    uint64_t now_ns);
void ts_police_forget(struct ts_police *p, const struct sockaddr *from,
		      uint64_t now_ns);

#endif /* TS_TSD_POLICE_H */
