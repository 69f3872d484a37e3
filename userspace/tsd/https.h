/* SPDX-License-Identifier: GPL-2.0 */
/* https.h - the operator's certificate: watched, and whether it may be announced. */
#ifndef TS_TSD_HTTPS_H
#define TS_TSD_HTTPS_H

#include <jansson.h>

struct ts_daemon;

/* A certificate that ends sooner is not announced (RFC 8910): leases last. */
#define TS_HTTPS_ANNOUNCE_S	(7 * 86400)

void ts_https_look(struct ts_daemon *d);
const char *ts_https_fault(struct ts_daemon *d, char *buf, size_t size);
json_t *ts_https_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_HTTPS_H */
