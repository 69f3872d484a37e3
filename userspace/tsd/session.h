/* SPDX-License-Identifier: GPL-2.0 */
/* session.h - sessions, as tsctl asks for them. */
#ifndef TS_TSD_SESSION_H
#define TS_TSD_SESSION_H

#include <jansson.h>

struct ts_daemon;

json_t *ts_session_list_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_session_show_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_session_close_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_session_attach_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_SESSION_H */
