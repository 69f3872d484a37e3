// SPDX-License-Identifier: GPL-2.0
/*
 * tls.c - the operator's certificate: read, looked at, and read again when it changed.
 *
 * Certificate and key are two files, which nobody changes at once.  What does not
 * fit together, or cannot be read, changes nothing: the pair of before is served on.
 */
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/portal.h"
#include "portal/tls.h"

#define CHAIN_MAX	8
#define KEY_ID_BYTES	64

/**
 * struct ts_tls_pair - a certificate with its chain, and its key
 * @before: the one that was served before, which connections may still use
 * @chain: the certificate first
 * @n: how many
 * @key: of the certificate
 */
struct ts_tls_pair {
	struct ts_tls_pair *before;
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned int n;
	gnutls_privkey_t key;
};

/*
 * GnuTLS hands its callback nothing of ours, and libmicrohttpd keeps what GnuTLS
 * would hand; so there is one certificate in a process.
 */
static struct ts_tls_pair *serving;

/**
 * ts_tls_retrieve() - GnuTLS wants the certificate for a handshake
 *
 * A gnutls_certificate_retrieve_function2; what it gets stays ours.
 */
int ts_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
		    int n_authorities, const gnutls_pk_algorithm_t *algorithms,
		    int n_algorithms, void *certificates, unsigned int *n_certificates,
		    gnutls_privkey_t *key)
{
	gnutls_pcert_st **chain = certificates;

	if (!serving)
		return -1;
	*chain = serving->chain;
	*n_certificates = serving->n;
	*key = serving->key;
	return 0;
}

static void free_pair(struct ts_tls_pair *pair)
{
	unsigned int i;

	for (i = 0; i < pair->n; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	if (pair->key)
		gnutls_privkey_deinit(pair->key);
	free(pair);
}

static int fail(struct ts_tls *tls, const char *path, const char *what)
{
	snprintf(tls->fault, sizeof(tls->fault), "%.120s: %.120s", path, what);
	return -EINVAL;
}

static int read_chain(struct ts_tls *tls, struct ts_tls_pair *pair)
{
	unsigned int n = CHAIN_MAX;
	gnutls_datum_t text;
	int ret;

	ret = gnutls_load_file(tls->certificate, &text);
	if (ret)
		return fail(tls, tls->certificate, "cannot be read");
	ret = gnutls_pcert_list_import_x509_raw(pair->chain, &n, &text,
						GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(text.data);
	if (ret || !n)
		return fail(tls, tls->certificate, "holds no certificate in PEM, with its chain");
	pair->n = n;
	return 0;
}

static int read_key(struct ts_tls *tls, struct ts_tls_pair *pair)
{
	gnutls_datum_t text;
	int ret;

	ret = gnutls_load_file(tls->key, &text);
	if (ret)
		return fail(tls, tls->key, "cannot be read");
	ret = gnutls_privkey_init(&pair->key);
	if (!ret)
		ret = gnutls_privkey_import_x509_raw(pair->key, &text,
						     GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	return ret ? fail(tls, tls->key, "holds no key in PEM without a passphrase") : 0;
}

static int check_fit(struct ts_tls *tls, const struct ts_tls_pair *pair)
{
	unsigned char ours[KEY_ID_BYTES], theirs[KEY_ID_BYTES];
	size_t our_len = sizeof(ours), their_len = sizeof(theirs);
	gnutls_pubkey_t public;
	int ret;

	ret = gnutls_pubkey_init(&public);
	if (ret)
		return fail(tls, tls->key, "out of memory");
	ret = gnutls_pubkey_import_privkey(public, pair->key, 0, 0);
	if (!ret)
		ret = gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, ours,
					       &our_len);
	if (!ret)
		ret = gnutls_pubkey_get_key_id(pair->chain[0].pubkey,
					       GNUTLS_KEYID_USE_SHA256, theirs,
					       &their_len);
	gnutls_pubkey_deinit(public);
	if (ret || our_len != their_len || memcmp(ours, theirs, our_len))
		return fail(tls, tls->key, "is not the key of the certificate");
	return 0;
}

/* For whom it is, and until when. */
static int describe(struct ts_tls *tls, struct ts_tls_pair *pair,
		    const struct ts_portal_facts *facts)
{
	gnutls_x509_crt_t crt;
	unsigned int i;

	if (gnutls_pcert_export_x509(&pair->chain[0], &crt))
		return fail(tls, tls->certificate, "out of memory");
	tls->not_before_s = (uint64_t)gnutls_x509_crt_get_activation_time(crt);
	tls->not_after_s = (uint64_t)gnutls_x509_crt_get_expiration_time(crt);
	tls->name = -1;
	for (i = 0; i < facts->n_names && tls->name < 0; i++)
		if (gnutls_x509_crt_check_hostname(crt, facts->names[i]))
			tls->name = (int)i;
	gnutls_x509_crt_deinit(crt);
	return 0;
}

static void mark(struct ts_tls_mark *m, const struct stat *st)
{
	/* Compared as bytes. */
	memset(m, 0, sizeof(*m));
	m->dev = st->st_dev;
	m->ino = st->st_ino;
	m->size = st->st_size;
	m->changed = st->st_ctim;
}

static int look_at_files(struct ts_tls *tls, struct ts_tls_mark marks[2])
{
	struct stat st;

	memset(marks, 0, 2 * sizeof(marks[0]));
	if (stat(tls->certificate, &st))
		return fail(tls, tls->certificate, strerror(errno));
	mark(&marks[0], &st);
	if (stat(tls->key, &st))
		return fail(tls, tls->key, strerror(errno));
	mark(&marks[1], &st);
	if (st.st_mode & S_IRWXO)
		return fail(tls, tls->key, "everybody can read this key; chmod o= it");
	return 0;
}

static void use(struct ts_tls *tls, struct ts_tls_pair *pair,
		const struct ts_tls_mark marks[2])
{
	memcpy(tls->marks, marks, sizeof(tls->marks));
	pair->before = tls->pair;
	tls->pair = pair;
	serving = pair;
	tls->fault[0] = '\0';
}

/**
 * ts_tls_look() - read the files, if they are others than before
 * @tls: with the names of both
 * @facts: for which names it should be
 *
 * As long as @tls->fault says what is wrong, each look tries again.  Pairs that
 * are not served any more are kept, for handshakes of theirs may be under way:
 * a few kilobytes every few weeks.
 */
void ts_tls_look(struct ts_tls *tls, const struct ts_portal_facts *facts)
{
	struct ts_tls_mark marks[2];
	struct ts_tls_pair *pair;

	if (look_at_files(tls, marks) ||
	    (!*tls->fault && !memcmp(marks, tls->marks, sizeof(marks))))
		return;
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return;
	if (read_chain(tls, pair) || read_key(tls, pair) || check_fit(tls, pair) ||
	    describe(tls, pair, facts))
		free_pair(pair);
	else
		use(tls, pair, marks);
}

/** ts_tls_free() - when no connection is left */
void ts_tls_free(struct ts_tls *tls)
{
	struct ts_tls_pair *pair;

	while ((pair = tls->pair)) {
		if (serving == pair)
			serving = NULL;
		tls->pair = pair->before;
		free_pair(pair);
	}
}
