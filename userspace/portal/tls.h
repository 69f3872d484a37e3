/* SPDX-License-Identifier: GPL-2.0 */
/* tls.h - the operator's certificate: read, looked at, and read again when it changed. */
#ifndef TS_PORTAL_TLS_H
#define TS_PORTAL_TLS_H

#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define TS_TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/** struct ts_tls_pair - a certificate with its chain, and its key; see tls.c */
struct ts_tls_pair;

/** struct ts_tls_mark - by what a file that was changed is known */
struct ts_tls_mark {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

/**
 * struct ts_tls - what https is served with
 * @certificate: file; empty: no https
 * @key: file
 * @marks: of both, when they were read
 * @pair: read last without a fault; NULL: none yet
 * @name: which of the portal's names it is for; -1: none
 * @not_before_s: since 1970
 * @not_after_s: likewise
 * @fault: why the files are not served as they are now; empty: they are
 */
struct ts_tls {
	char certificate[PATH_MAX];
	char key[PATH_MAX];
	struct ts_tls_mark marks[2];
	struct ts_tls_pair *pair;
	int name;
	uint64_t not_before_s;
	uint64_t not_after_s;
	char fault[256];
};

struct ts_portal_facts;

void ts_tls_look(struct ts_tls *tls, const struct ts_portal_facts *facts);
void ts_tls_free(struct ts_tls *tls);
int ts_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
		    int n_authorities, const gnutls_pk_algorithm_t *algorithms,
		    int n_algorithms, void *certificates, unsigned int *n_certificates,
		    gnutls_privkey_t *key);

#endif /* TS_PORTAL_TLS_H */
