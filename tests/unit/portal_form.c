// SPDX-License-Identifier: GPL-2.0
/* portal_form.c - the voucher's form: for people, without a script, from our page alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "portal/text.h"
#include "portal_client.h"

static const struct ts_refused bad = { TS_REFUSE_FORBIDDEN, "bad_voucher", "no", NULL };

static int fill_in(struct fixture *f, const char *lang, const char *more, const char *body)
{
	char request[4096];
	int fd = dial(f->port), n;

	n = snprintf(request, sizeof(request),
		     "POST /captive-portal/voucher?lang=%s HTTP/1.1\r\nHost: box.test\r\n%s"
		     "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n"
		     "Connection: close\r\n\r\n%s", lang, more, strlen(body), body);
	assert_int_equal(send(fd, request, n, MSG_NOSIGNAL), n);
	return fd;
}

/* Turns until billing was handed something for the @pays-th time. */
static int hand_on(struct fixture *f, const char *lang, const char *body, unsigned int pays)
{
	int fd = fill_in(f, lang, "", body), i;

	for (i = 0; i < 200 && f->pays < pays; i++)
		turn(f);
	assert_int_equal(f->pays, pays);
	return fd;
}

static void is_code(struct fixture *f, const char *code)
{
	assert_int_equal(f->paid_len, strlen(code));
	assert_memory_equal(f->paid, code, strlen(code));
}

/* The page is fetched anew, so looking at it again redeems nothing again. */
static void test_taken(void **state)
{
	struct fixture *f = *state;
	char *out;
	int fd;

	has(get(f, "/?lang=es"), "<form method=\"post\" action=\"/captive-portal/voucher?lang=es\">");
	lacks(get(f, "/"), "aria-invalid");
	fd = hand_on(f, "es", "code=ABCD-EFGH-JKMN-PQRS", 1);
	is_code(f, "ABCD-EFGH-JKMN-PQRS");
	ts_portal_attached(f->portal, f->reply, CODE);
	out = answer(f, fd);
	has(out, "HTTP/1.1 303 ");
	has(out, "Location: /?lang=es\r\n");
	lacks(out, "ABCD");
}

static void test_refused(void **state)
{
	static const struct {
		struct ts_refused why;
		const char *status;
		enum ts_text_id text;
	} all[] = {
		{ { TS_REFUSE_FORBIDDEN, "bad_voucher", "no", NULL }, " 403 ", TS_TEXT_VOUCHER_BAD },
		{ { TS_REFUSE_BUSY, "too_many_tries", "no", NULL }, " 429 ", TS_TEXT_VOUCHER_TRIES },
		{ { TS_REFUSE_BUSY, "too_many_sessions", "no", NULL }, " 429 ", TS_TEXT_NOT_NOW },
		{ { TS_REFUSE_READ_ONLY, "read_only", "no", NULL }, " 503 ", TS_TEXT_READ_ONLY },
	};
	struct fixture *f = *state;
	unsigned int i, lang, n = 0;
	char said[512], *out;
	int fd;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (lang = 0; lang < TS_LANG_COUNT; lang++) {
			fd = hand_on(f, ts_lang_names[lang].tag, "code=SECRET", ++n);
			ts_portal_refuse(f->portal, f->reply, &all[i].why);
			out = answer(f, fd);
			has(out, all[i].status);
			has(out, "Content-Type: text/html; charset=utf-8\r\n");
			has(out, "Content-Security-Policy: default-src 'none'");
			has(out, "Cache-Control: no-store\r\n");
			snprintf(said, sizeof(said), "role=\"alert\">%s</p>",
				 ts_text(lang, all[i].text));
			has(out, said);
			has(out, "aria-invalid=\"true\" aria-describedby=\"fault\"");
			/* What was typed may be on a screen that others see. */
			lacks(out, "SECRET");
		}
	}
	/* Who is no station gets no further than the page that says so. */
	f->station_error = -ENOENT;
	out = answer(f, fill_in(f, "en", "", "code=A"));
	has(out, " 404 ");
	has(out, "not connected through a metered port");
}

/* As browsers write it; what is no form of ours is no code. */
static void test_read(void **state)
{
	static const struct {
		const char *body;
		const char *code;
	} all[] = {
		{ "code=abcd+efgh%2Djkmn-pqrs", "abcd efgh-jkmn-pqrs" },
		{ "x=1&code=A&y=2", "A" },
		{ "code=%00%3Cb%3E", NULL },
		{ "", "" },
		{ "code", "" },
		{ "code=", "" },
		{ "nothing=of+it", "" },
		{ "code=0123456789012345678901234567890123456789012345678901234567890123456789", "" },
	};
	struct fixture *f = *state;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		fd = hand_on(f, "en", all[i].body, i + 1);
		if (all[i].code)
			is_code(f, all[i].code);
		else
			assert_memory_equal(f->paid, "\0<b>", 4);
		ts_portal_refuse(f->portal, f->reply, &bad);
		has(answer(f, fd), " 403 ");
	}
}

/* A page of another host redeems nothing through somebody's browser. */
static void test_foreign(void **state)
{
	struct fixture *f = *state;
	int fd;

	has(answer(f, fill_in(f, "en", "Origin: http://evil.example\r\n", "code=A")),
	    "\"error\":\"foreign_origin\"");
	has(answer(f, fill_in(f, "en", "Origin: null\r\n", "code=A")), " 403 ");
	has(answer(f, fill_in(f, "en", "Sec-Fetch-Site: cross-site\r\n", "code=A")), " 403 ");
	EXPECT(f, "POST /captive-portal/voucher HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
	       "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n", " 421 ");
	/* What a page may send elsewhere without being asked is no form of ours. */
	EXPECT(f, "POST /captive-portal/voucher HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\ncode=A",
	       " 415 ");
	EXPECT(f, "GET /captive-portal/voucher?code=A HTTP/1.0\r\n\r\n", "Allow: POST");
	assert_int_equal(f->pays, 0);
	fd = fill_in(f, "en", "Origin: http://box.test\r\nSec-Fetch-Site: same-origin\r\n", "code=A");
	while (!f->pays)
		turn(f);
	ts_portal_attached(f->portal, f->reply, CODE);
	has(answer(f, fd), " 303 ");
}

#define T(name) cmocka_unit_test_setup_teardown(name, portal_setup, portal_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_taken),
		T(test_refused),
		T(test_read),
		T(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
