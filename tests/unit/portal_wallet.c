// SPDX-License-Identifier: GPL-2.0
/* portal_wallet.c - the wallet page's files: what is served of them, and what is not taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portal_client.h"

static char dir[32];

static void put(const char *name, const char *text)
{
	char path[80];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

#define FILE_OF(path) "{\"path\":\"" path "\",\"type\":\"text/html\",\"bytes\":5,\"gzip_bytes\":4}"
#define HEADERS "\"headers\":{\"Content-Security-Policy\":\"default-src 'none'\",\"X-Content-Type-Options\":\"nosniff\"}"

static int make(void **state)
{
	strcpy(dir, "/tmp/ts-wallet-XXXXXX");
	assert_non_null(mkdtemp(dir));
	put("index.html", "plain");
	put("index.html.gz", "gzip");
	put("manifest.json", "{" HEADERS ",\"files\":[" FILE_OF("index.html") "]}");
	return portal_setup(state);
}

static int away(void **state)
{
	static const char *const names[] = { "index.html", "index.html.gz", "manifest.json" };
	char path[80];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
	return portal_teardown(state);
}

static void load(struct fixture *f)
{
	char err[4200];

	assert_int_equal(ts_portal_wallet(f->portal, dir, err, sizeof(err)), 0);
}

static void test_served(void **state)
{
	struct fixture *f = *state;
	char *answer;

	has(get(f, "/wallet/"), " 404 ");
	load(f);
	answer = get(f, "/wallet/");
	has(answer, " 200 ");
	has(answer, "\r\nContent-Security-Policy: default-src 'none'\r\n");
	has(answer, "\r\nContent-Type: text/html\r\n");
	has(answer, "\r\n\r\nplain");
	/* Once, though the manifest names it as well. */
	assert_null(strstr(strstr(answer, "nosniff") + 1, "nosniff"));
	has(get(f, "/wallet/index.html"), "\r\n\r\nplain");
	/* Whatever becomes of the folder: it is one build. */
	put("index.html", "other");
	has(get(f, "/wallet/"), "\r\n\r\nplain");
}

static void test_gzip(void **state)
{
	struct fixture *f = *state;

	load(f);
	EXPECT(f, "GET /wallet/ HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
	       "Accept-Encoding: br, gzip\r\n\r\n", "\r\n\r\ngzip");
	EXPECT(f, "GET /wallet/ HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
	       "Accept-Encoding: gzip\r\n\r\n", "\r\nContent-Encoding: gzip\r\n");
}

/* What the manifest does not name is not there, and nothing is changed. */
static void test_nothing_else(void **state)
{
	static const char *const paths[] = {
		"/wallet", "/wallet/manifest.json", "/wallet/index.html.gz", "/wallet//",
		"/wallet/../wallet/index.html", "/wallet/%2e%2e/manifest.json",
		"/wallet/./index.html",
	};
	struct fixture *f = *state;
	unsigned int i;

	load(f);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		has(get(f, paths[i]), " 404 ");
	EXPECT(f, "POST /wallet/ HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n"
	       "Content-Length: 0\r\n\r\n", " 405 ");
	/* Under another name it is somebody else's. */
	EXPECT(f, "GET /wallet/ HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n",
	       " 302 ");
}

static void test_refused(void **state)
{
	static const char *const manifests[] = {
		"", "[]", "{" HEADERS "}", "{\"files\":[]}", "{" HEADERS ",\"files\":[]}",
		"{" HEADERS ",\"files\":[{\"path\":\"index.html\"}]}",
		"{" HEADERS ",\"files\":[" FILE_OF("../index.html") "]}",
		"{" HEADERS ",\"files\":[" FILE_OF("/etc/passwd") "]}",
		"{" HEADERS ",\"files\":[" FILE_OF(".html") "]}",
		"{" HEADERS ",\"files\":[" FILE_OF("other.html") "]}",
		"{\"headers\":{\"X\":\"a\\r\\nSet-Cookie: b\"},\"files\":[" FILE_OF("index.html") "]}",
		"{\"headers\":{\"X\":1},\"files\":[" FILE_OF("index.html") "]}",
	};
	struct fixture *f = *state;
	char err[4200];
	unsigned int i;

	for (i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
		put("manifest.json", manifests[i]);
		*err = '\0';
		assert_true(ts_portal_wallet(f->portal, dir, err, sizeof(err)) < 0);
		has(err, dir);
		has(get(f, "/wallet/"), " 404 ");
	}
	/* Half of one build, and half of another. */
	put("manifest.json", "{" HEADERS ",\"files\":[" FILE_OF("index.html") "]}");
	put("index.html", "longer");
	assert_int_equal(ts_portal_wallet(f->portal, dir, err, sizeof(err)), -ESTALE);
	has(err, "build and install");
}

int main(void)
{
#define t(name)	cmocka_unit_test_setup_teardown(name, make, away)
	const struct CMUnitTest tests[] = {
		t(test_served),
		t(test_gzip),
		t(test_nothing_else),
		t(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
