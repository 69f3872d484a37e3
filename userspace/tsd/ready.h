/* SPDX-License-Identifier: GPL-2.0 */
/* ready.h - tell the supervisor that we are up, alive, going. */
#ifndef TS_TSD_READY_H
#define TS_TSD_READY_H

void ts_ready_tell(const char *state);
void ts_ready_alive(void);

#endif /* TS_TSD_READY_H */
