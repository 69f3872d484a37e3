// SPDX-License-Identifier: GPL-2.0
/* portal_https.c - https with a certificate that comes, changes, is spoilt and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portal_client.h"

#define DAY_S	86400
#define NOW_S	1800000000	/* the fixture's clock */

/**
 * struct files - a certificate and its key, in a directory of their own
 * @dir: it
 * @crt: certificate
 * @key: its key
 */
struct files {
	char dir[40];
	char crt[80];
	char key[80];
};

static void files_make(struct files *x)
{
	strcpy(x->dir, "/tmp/ts-https-XXXXXX");
	assert_non_null(mkdtemp(x->dir));
	snprintf(x->crt, sizeof(x->crt), "%s/crt.pem", x->dir);
	snprintf(x->key, sizeof(x->key), "%s/key.pem", x->dir);
}

static void files_remove(struct files *x)
{
	unlink(x->crt);
	unlink(x->key);
	rmdir(x->dir);
}

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	chmod(path, mode);
}

/* Signed by itself: who believes it is not the portal's affair. */
static void sign(const char *name, time_t until_s, char crt_text[8192], char key_text[8192])
{
	gnutls_x509_privkey_t key;
	size_t size = 8192;
	gnutls_x509_crt_t crt;

	gnutls_x509_privkey_init(&key);
	assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\1", 1);
	gnutls_x509_crt_set_activation_time(crt, NOW_S - DAY_S);
	gnutls_x509_crt_set_expiration_time(crt, until_s);
	gnutls_x509_crt_set_dn(crt, "CN=test", NULL);
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
					     strlen(name), GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_key(crt, key);
	assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, crt_text, &size), 0);
	crt_text[size] = '\0';
	size = 8192;
	assert_int_equal(gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, key_text,
						    &size), 0);
	key_text[size] = '\0';
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

static void put_pair(const struct files *x, const char *name, time_t until_s)
{
	char crt[8192], key[8192];

	sign(name, until_s, crt, key);
	put(x->crt, crt, 0644);
	put(x->key, key, 0600);
}

static uint16_t listen_https(struct fixture *f)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct ts_listener *l = &f->portal->listeners[f->portal->n_listeners];
	uint16_t port;
	char err[200];

	assert_int_equal(ts_portal_listen_https(f->portal, (struct sockaddr *)&addr,
						sizeof(addr), err, sizeof(err)), 0);
	port = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	/* As the configuration would name it. */
	((struct sockaddr_in *)&l->addr)->sin_port = htons(port);
	return port;
}

/* The answer, or NULL: no handshake.  @name is set to one of the certificate's. */
static char *get_secure(struct fixture *f, uint16_t port, const char *request,
			char name[64])
{
	static char out[65536];
	gnutls_certificate_credentials_t any;
	gnutls_session_t session;
	const gnutls_datum_t *peer;
	gnutls_x509_crt_t crt;
	unsigned int n, kind;
	size_t got = 0, size = 64;
	int fd = dial(port), one = 1, ret, i;

	gnutls_certificate_allocate_credentials(&any);
	gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, any);
	gnutls_transport_set_int(session, fd);
	/* Else the loop turns more often than the kernel waits to send. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (i = 0; i < 200; i++) {
		ret = gnutls_handshake(session);
		if (!ret || gnutls_error_is_fatal(ret))
			break;
		turn(f);
	}
	if (!ret) {
		peer = gnutls_certificate_get_peers(session, &n);
		gnutls_x509_crt_init(&crt);
		gnutls_x509_crt_import(crt, peer, GNUTLS_X509_FMT_DER);
		gnutls_x509_crt_get_subject_alt_name2(crt, 0, name, &size, &kind, NULL);
		name[size < 64 ? size : 63] = '\0';
		gnutls_x509_crt_deinit(crt);
		gnutls_record_send(session, request, strlen(request));
		for (i = 0; i < 200; i++) {
			turn(f);
			n = (unsigned int)(sizeof(out) - 1 - got);
			ret = (int)gnutls_record_recv(session, out + got, n);
			if (ret == GNUTLS_E_AGAIN || ret == GNUTLS_E_INTERRUPTED)
				continue;
			if (ret <= 0)
				break;
			got += ret;
		}
		out[got] = '\0';
		ret = 0;
	}
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(any);
	close(fd);
	turn(f);
	return ret ? NULL : out;
}

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n\r\n"

static void test_serve(void **state)
{
	struct fixture *f = *state;
	struct ts_portal_https https;
	uint16_t port = listen_https(f);
	char name[64], want[128];
	struct files x;
	const char *text;

	files_make(&x);
	put_pair(&x, "box.test", NOW_S + 30 * DAY_S);
	ts_portal_certificate(f->portal, x.crt, x.key);
	ts_portal_https(f->portal, &https);
	assert_string_equal(https.fault, "");
	assert_string_equal(https.name, "box.test");
	assert_int_equal(https.not_after_s, NOW_S + 30 * DAY_S);
	snprintf(want, sizeof(want), "https://box.test:%u/", port);
	assert_string_equal(https.url, want);

	text = get_secure(f, port, ASK("/v1/session"), name);
	assert_non_null(text);
	assert_string_equal(name, "box.test");
	/* The address to pay at is by https as well. */
	has(text, "\"http\":\"https://box.test/v1/pay\"");
	has(get_secure(f, port, ASK("/"), name), "tspay https://box.test</code>");
	/* RFC 8908: now there is an address. */
	snprintf(want, sizeof(want), "\"user-portal-url\":\"https://box.test:%u/\"", port);
	text = get_secure(f, port, ASK("/captive-portal/api"), name);
	has(text, want);
	has(text, "\"can-extend-session\":true");
	/* And from the pages on plain http people get there. */
	snprintf(want, sizeof(want), "\"https\":\"https://box.test:%u/\"", port);
	has(get(f, "/v1/info"), want);
	snprintf(want, sizeof(want), "href=\"https://box.test:%u/\"", port);
	has(get(f, "/"), want);
	/* To the wallet as well, if there is one; a key is for https alone. */
	snprintf(want, sizeof(want), "href=\"https://box.test:%u/wallet/\"", port);
	lacks(get(f, "/"), want);
	f->portal->wallet.n_files = 1;
	has(get(f, "/"), want);
	f->portal->wallet.n_files = 0;
	/* Another's name, over a connection that is ours. */
	has(get_secure(f, port, "GET /v1/info HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", name),
	    " 421 ");
	snprintf(want, sizeof(want), "Location: https://box.test:%u/\r\n", port);
	has(get_secure(f, port, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", name),
	    want);
	/* Plain words where a handshake belongs. */
	ask(f, port, "GET / HTTP/1.0\r\n\r\n", 18, name, sizeof(name));
	lacks(name, "200");
	files_remove(&x);
}

static void test_change(void **state)
{
	struct fixture *f = *state;
	struct ts_portal_https https;
	char name[64], crt[8192], key[8192];
	uint16_t port = listen_https(f);
	struct files x;

	files_make(&x);
	/* None yet: nobody is served, and it is said why. */
	ts_portal_certificate(f->portal, x.crt, x.key);
	ts_portal_https(f->portal, &https);
	has(https.fault, "No such file");
	assert_null(get_secure(f, port, ASK("/"), name));
	has(get(f, "/"), "href=\"http://box.test:");

	put_pair(&x, "box.test", NOW_S + 30 * DAY_S);
	ts_portal_look(f->portal);
	assert_non_null(get_secure(f, port, ASK("/"), name));

	/* The certificate is new and its key is not yet: the old pair goes on. */
	sign("*.test", NOW_S + 90 * DAY_S, crt, key);
	put(x.crt, crt, 0644);
	ts_portal_look(f->portal);
	ts_portal_https(f->portal, &https);
	has(https.fault, "is not the key of the certificate");
	assert_int_equal(https.not_after_s, NOW_S + 30 * DAY_S);
	assert_non_null(get_secure(f, port, ASK("/"), name));
	assert_string_equal(name, "box.test");
	put(x.key, key, 0600);
	ts_portal_look(f->portal);
	ts_portal_https(f->portal, &https);
	assert_string_equal(https.fault, "");
	assert_int_equal(https.not_after_s, NOW_S + 90 * DAY_S);
	assert_non_null(get_secure(f, port, ASK("/"), name));
	assert_string_equal(name, "*.test");

	/* Half a file; none; one that all can read; a key with a passphrase is none. */
	crt[300] = '\0';
	put(x.crt, crt, 0644);
	ts_portal_look(f->portal);
	ts_portal_https(f->portal, &https);
	has(https.fault, "no certificate");
	assert_non_null(get_secure(f, port, ASK("/"), name));
	unlink(x.crt);
	ts_portal_look(f->portal);
	assert_non_null(get_secure(f, port, ASK("/"), name));
	put_pair(&x, "box.test", NOW_S + 30 * DAY_S);
	chmod(x.key, 0644);
	ts_portal_look(f->portal);
	ts_portal_https(f->portal, &https);
	has(https.fault, "everybody can read");
	chmod(x.key, 0600);
	put(x.key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", 0600);
	ts_portal_look(f->portal);
	ts_portal_https(f->portal, &https);
	has(https.fault, "no key in PEM");
	files_remove(&x);
}

/* Who stops in the middle of a handshake gets no CPU for that. */
static void test_stalled_handshake(void **state)
{
	struct fixture *f = *state;
	MHD_UNSIGNED_LONG_LONG ms;
	struct ts_listener *l = &f->portal->listeners[f->portal->n_listeners];
	uint16_t port = listen_https(f);
	struct files x;
	unsigned int i;
	int fd[4];

	files_make(&x);
	put_pair(&x, "box.test", NOW_S + 30 * DAY_S);
	ts_portal_certificate(f->portal, x.crt, x.key);
	for (i = 0; i < 4; i++) {
		fd[i] = dial(port);
		assert_int_equal(send(fd[i], "\x16\x03\x01\x01\x70\x01", 6, 0), 6);
	}
	for (i = 0; i < 60; i++)
		turn(f);
	/* If this is no longer so, libmicrohttpd is mended, and our pause can go. */
	assert_int_equal(MHD_get_timeout(l->daemon, &ms), MHD_YES);
	assert_int_equal(ms, 0);
	assert_int_equal(l->rounds, 0);
	for (i = 0; i < 4; i++)
		close(fd[i]);
	has(get(f, "/v1/health"), "HTTP/1.1 200 ");
	files_remove(&x);
}

/* An address that no browser would believe is offered to nobody. */
static void test_not_offered(void **state)
{
	struct fixture *f = *state;
	struct ts_portal_https https;
	struct files x;
	char name[64];
	uint16_t port = listen_https(f);

	files_make(&x);
	put_pair(&x, "other.test", NOW_S + 30 * DAY_S);
	ts_portal_certificate(f->portal, x.crt, x.key);
	ts_portal_https(f->portal, &https);
	assert_string_equal(https.url, "");
	assert_string_equal(https.name, "");
	has(get(f, "/"), "href=\"http://box.test:");
	lacks(get(f, "/captive-portal/api"), "user-portal-url");
	lacks(get(f, "/captive-portal/api"), "can-extend-session");

	put_pair(&x, "box.test", NOW_S + 1);
	ts_portal_look(f->portal);
	/* By https alone, where that is to be had. */
	has(get(f, "/captive-portal/api"), "\"error\":\"https_only\"");
	has(get_secure(f, port, ASK("/captive-portal/api"), name), "user-portal-url");
	f->now.wall_s = NOW_S + 1;
	lacks(get(f, "/captive-portal/api"), "user-portal-url");
	has(get(f, "/"), "href=\"http://box.test:");
	f->now.wall_s = NOW_S - 2 * DAY_S;
	lacks(get(f, "/captive-portal/api"), "user-portal-url");
	/* Without a clock nothing is known against it. */
	f->now.wall_s = 0;
	has(get_secure(f, port, ASK("/captive-portal/api"), name), "user-portal-url");
	/* Who comes all the same is served: it is his browser's to complain. */
	assert_non_null(get_secure(f, port, ASK("/"), name));
	files_remove(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_serve, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_change, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_stalled_handshake, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_not_offered, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_https", tests, NULL, NULL);
}
