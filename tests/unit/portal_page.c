// SPDX-License-Identifier: GPL-2.0
/* portal_page.c - the page: what is in it, in four languages, and what gets nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "portal/text.h"
#include "portal_client.h"

#define PAGE_MAX_BYTES 100000

static unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static char *speaking(struct fixture *f, const char *languages, const char *path)
{
	static char out[65536];
	char request[1024];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: 10.0.0.1\r\nAccept-Language: %s\r\nConnection: close\r\n\r\n",
		 path, languages);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	return out;
}

static void test_page(void **state)
{
	struct fixture *f = *state;
	const char *text = get(f, "/");

	has(text, "A &lt;b&gt;box&lt;/b&gt;");
	lacks(text, "<b>box");
	has(text, ">0.05 SMT<");
	/* Cut, so that never more is shown than there is. */
	has(text, ">340282366920938463463.374607 SMT<");
	has(text, "<code dir=\"ltr\">ts1:" CODE ":3</code>");
	has(text, "<code dir=\"ltr\">" CODE "</code>");
	has(text, "tspay http://10.0.0.1</code>");
	has(text, "<form method=\"post\" action=\"/captive-portal/continue?lang=en\">");
	has(text, "aria-label=\"QR code of the address\"");
	/* Whole, for its last digits count; of a token without tags it is not there. */
	lacks(text, "id=\"tag\"");
	has(get(f, "/v1/session"), "\"tagged_wei\":null");
	f->view.tagged_wei = 50000123456789012ull;
	has(get(f, "/"), "<code id=\"tag\" dir=\"ltr\">0.050000123456789012 SMT</code>");
	has(get(f, "/v1/session"), "\"tagged_wei\":\"50000123456789012\"");
	f->station_error = -ENOENT;
	has(get(f, "/"), "not connected through a metered port");
	f->station_error = -ENOSPC;
	has(get(f, "/"), "Too many devices");
}

/* What a strict policy forbids is not there, and nothing is from elsewhere. */
static void test_policy(void **state)
{
	static const char *const never[] = {
		"<style", " style=", " onclick=", " onload=", "javascript:", "<iframe",
		"src=\"http", "src=\"//", "http-equiv", "document.cookie", "localStorage",
	};
	struct fixture *f = *state;
	size_t total = 0;
	unsigned int i;
	char *text;

	text = get(f, "/");
	has(text, "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n");
	lacks(text, "unsafe-inline");
	/* With "no-referrer" our own form would come with "Origin: null". */
	has(text, "Referrer-Policy: same-origin\r\n");
	has(text, "X-Content-Type-Options: nosniff\r\n");
	lacks(text, "Set-Cookie");
	assert_int_equal(count(text, "<script"), 1);
	has(text, "<script src=\"/portal.js\" defer></script>");
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		lacks(text, never[i]);
	total += strlen(text);
	text = get(f, "/portal.js");
	has(text, "Content-Type: text/javascript");
	has(text, "/v1/session/events");
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		lacks(text, never[i]);
	total += strlen(text);
	text = get(f, "/portal.css");
	has(text, "Content-Type: text/css");
	has(text, "prefers-color-scheme: dark");
	lacks(text, "url(");
	lacks(text, "@import");
	total += strlen(text);
	text = get(f, "/icon.svg");
	has(text, "Content-Type: image/svg+xml\r\n");
	total += strlen(text);
	assert_true(total < PAGE_MAX_BYTES);
	print_message("page, script and style with headers: %zu bytes\n", total);
}

static void test_usable(void **state)
{
	struct fixture *f = *state;
	const char *text = get(f, "/");

	assert_int_equal(count(text, "<main"), 1);
	assert_int_equal(count(text, "<h1"), 1);
	has(text, "<header>");
	has(text, "<nav aria-label=\"Language\">");
	has(text, "role=\"status\"");
	has(text, "<a class=\"skip\" href=\"#main\">");
	has(text, "width=device-width, initial-scale=1");
	lacks(text, "user-scalable");
	/* Every section is named. */
	assert_int_equal(count(text, "<section aria-labelledby="),
			 count(text, "<section") - 1);
	has(text, "<caption>");
	assert_int_equal(count(text, "role=\"img\" aria-label=\""), 2);
}

static void test_states(void **state)
{
	struct fixture *f = *state;

	has(get(f, "/"), "data-state=\"never-paid\"");
	has(get(f, "/"), ">Nothing paid yet. Pay, and you are online.</p>");
	f->view.state = TS_SESSION_DRY;
	has(get(f, "/"), ">Used up. Pay, and your connections go on.</p>");
	f->view.state = TS_SESSION_PAID;
	f->view.remaining_bytes = 1234567;
	has(get(f, "/"), ">Paid. You are online.</p>");
	has(get(f, "/"), ">1.23 MB</bdi>");
	f->view.remaining_bytes = UINT64_MAX;
	has(get(f, "/"), ">without limit</bdi>");
	f->view.unspent_wei = 1;
	has(get(f, "/"), ">0 SMT</bdi>");
}

/* In slots of ten seconds; the speed over the last looks. */
static void test_usage(void **state)
{
	struct fixture *f = *state;

	has(get(f, "/"), "id=\"speed\" dir=\"ltr\">–<");
	f->view.used_bytes[TS_DIR_DOWN] = 30000000;
	f->now.boot_ns += 10000000000;
	has(get(f, "/"), "id=\"speed\" dir=\"ltr\">3.00 MB/s<");
	has(get(f, "/"), ",0,30000000\">");
	f->view.used_bytes[TS_DIR_UP] = 500;
	f->now.boot_ns += 10000000000;
	has(get(f, "/v1/session"), "\"up\":500");
	has(get(f, "/"), ",0,30000000,500\">");
	/* After a long time nothing is known of now, and all is shifted out. */
	f->now.boot_ns += 3600000000000;
	has(get(f, "/"), "id=\"speed\" dir=\"ltr\">–<");
	has(get(f, "/"), "data-slots=\"0,0,");
	lacks(get(f, "/"), "30000000");
	/* Less than before: another life. */
	f->view.used_bytes[TS_DIR_DOWN] = 10;
	has(get(f, "/"), ",0,0\">");
}

static void test_languages(void **state)
{
	static const struct {
		const char *accepted;
		const char *path;
		const char *lang;
	} cases[] = {
		{ "", "/", "en" },
		{ "de, fr;q=0.5", "/", "en" },
		{ "zh-CN,zh;q=0.9", "/", "zh" },
		{ "es-419", "/", "es" },
		{ "AR", "/", "ar" },
		{ "de, en;q=0.3, ar;q=0.31", "/", "ar" },
		{ "es;q=0, zh;q=0.001", "/", "zh" },
		{ "es;q=1.0, zh;q=0.999", "/", "es" },
		{ "zh;q=x, es;q=0.1", "/", "es" },
		{ "ar", "/?lang=zh", "zh" },
		{ "ar", "/?lang=ES", "es" },
		{ "ar", "/?lang=", "ar" },
		{ "ar", "/?lang=xx", "ar" },
		{ "ar", "/?lang=e", "ar" },
		{ "ar", "/?lang=en\"><script>", "ar" },
		{ "ar", "/?lang=%22%3E%3Cscript%3E", "ar" },
		{ ";;;,,,q=;q=1;*", "/", "en" },
		{ "esx", "/", "en" },
	};
	struct fixture *f = *state;
	char want[80];
	const char *text;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = speaking(f, cases[i].accepted, cases[i].path);
		snprintf(want, sizeof(want), "<html lang=\"%s\" dir=\"%s\">", cases[i].lang,
			 strcmp(cases[i].lang, "ar") ? "ltr" : "rtl");
		has(text, want);
		assert_int_equal(count(text, "<script"), 1);
		snprintf(want, sizeof(want), "Content-Language: %s\r\n", cases[i].lang);
		has(text, want);
		snprintf(want, sizeof(want), "/continue?lang=%s\"", cases[i].lang);
		has(text, want);
	}
}

/* Every text is there by the compiler; its place for a value by this. */
static void test_texts(void **state)
{
	unsigned int id, lang;

	for (id = 0; id < TS_TEXT_COUNT; id++) {
		for (lang = 0; lang < TS_LANG_COUNT; lang++) {
			const char *text = ts_text(lang, id);

			assert_non_null(text);
			assert_true(*text);
			assert_int_equal(count(text, "{}"), id == TS_TEXT_HELD);
			lacks(text, "%");
			lacks(text, "<");
		}
	}
}

/* A header as long as it can be is read to its end, and no further. */
static void test_long_language(void **state)
{
	char header[4000], request[4500], out[65536];
	struct fixture *f = *state;

	memset(header, ',', sizeof(header));
	strcpy(header + sizeof(header) - 4, "ar");
	snprintf(request, sizeof(request),
		 "GET / HTTP/1.0\r\nAccept-Language: %s\r\n\r\n", header);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	has(out, "<html lang=\"ar\"");
	memset(header, 'a', sizeof(header) - 1);
	header[sizeof(header) - 1] = '\0';
	snprintf(request, sizeof(request), "GET /?lang=%s HTTP/1.0\r\n\r\n", header);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	has(out, "<html lang=\"en\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_page, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_policy, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_usable, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_states, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_usage, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_languages, portal_setup, portal_teardown),
		cmocka_unit_test_setup_teardown(test_long_language, portal_setup, portal_teardown),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("portal_page", tests, NULL, NULL);
}
