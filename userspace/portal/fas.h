/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fas.h - what openNDS says of a client that it sends to us (FAS level 1), without I/O.
 *
 * It comes through the client's own browser and is signed by nobody, so none of it is
 * believed: it has to fit what the box itself knows of who asks (M15).
 */
#ifndef TS_PORTAL_FAS_H
#define TS_PORTAL_FAS_H

#include <stddef.h>
#include <stdint.h>

#define TS_FAS_PATH		"/opennds/"
#define TS_FAS_KEY_MIN_CHARS	16
#define TS_FAS_KEY_MAX_CHARS	64
#define TS_FAS_QUERY_MAX	8192
#define TS_FAS_ORIGIN_SIZE	1024
#define TS_FAS_URL_SIZE		(TS_FAS_ORIGIN_SIZE + 256)

/**
 * struct ts_fas - of a client, as openNDS has it
 * @hid: openNDS's secret name of the client's visit: 64 hex digits
 * @ip: IPv4, in network order
 * @mac: MAC
 * @origin: where it wanted to go, still percent-encoded; empty: not said, or no URL
 */
struct ts_fas {
	char hid[65];
	uint32_t ip;
	uint8_t mac[6];
	char origin[TS_FAS_ORIGIN_SIZE];
};

int ts_fas_parse(const char *query, struct ts_fas *fas);
int ts_fas_key_check(const char *key, size_t len);
void ts_fas_url(const struct ts_fas *fas, const char *key, const char *gateway,
		const char *own, char url[TS_FAS_URL_SIZE]);

#endif /* TS_PORTAL_FAS_H */
