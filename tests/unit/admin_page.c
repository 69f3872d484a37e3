// SPDX-License-Identifier: GPL-2.0
/*
 * admin_page.c - what is shown is what there is, whoever chose its name: no text of others
 * becomes markup, no number is too large, and without a clock nothing is made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/private.h"

#define NOON_S	(1800000000ull - 1800000000ull % 86400 + 43200)
#define EVIL	"<script>\"'&</script>"

static char path[] = "/tmp/ts-admin-page-XXXXXX";
static struct ts_admin admin;
static struct ts_history *history;
static struct ts_time now;
static json_t *answers[3];
static const struct ts_login login = { .form = "0123456789abcdef0123456789abcdef" };

static json_t *look(void *ctx, enum ts_admin_what what)
{
	return json_incref(answers[what]);
}

static void totals(void *ctx, struct ts_totals_view *view)
{
	memset(view, 0, sizeof(*view));
	view->online = 4294967295u;
}

static void clocks(void *ctx, struct ts_time *out)
{
	*out = now;
}

static int setup(void **state)
{
	char err[200];

	close(mkstemp(path));
	memset(&admin, 0, sizeof(admin));
	strcpy(admin.facts.name, EVIL);
	strcpy(admin.facts.version, "1");
	strcpy(admin.facts.secret_path, "/nonexistent");
	admin.facts.n_tokens = 2;
	strcpy(admin.facts.tokens[0].symbol, "<b>&");
	admin.facts.tokens[0].decimals = 18;
	strcpy(admin.facts.tokens[1].symbol, "ONE");
	admin.facts.tokens[1].address.b[0] = 1;
	history = ts_history_open(path, admin.facts.tokens, 2, err, sizeof(err));
	assert_non_null(history);
	admin.history = history;
	admin.ops.look = look;
	admin.ops.totals = totals;
	admin.ops.now = clocks;
	now = (struct ts_time){ .boot_ns = 1, .wall_s = NOON_S };
	answers[TS_ADMIN_WARNINGS] = json_array();
	answers[TS_ADMIN_SESSIONS] = json_pack("{s:[]}", "sessions");
	answers[TS_ADMIN_LIQUIDITY] = json_pack("{s:[]}", "channels");
	return 0;
}

static int teardown(void **state)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		json_decref(answers[i]);
	ts_history_close(history);
	unlink(path);
	strcpy(path + strlen(path) - 6, "XXXXXX");
	return 0;
}

/* Every "<" of it begins an element of ours or ends one. */
static void is_sound(const char *page)
{
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "<b>"));
	assert_null(strstr(page, "style=\""));
	assert_null(strstr(page, " onclick"));
	assert_non_null(strstr(page, "</main></body></html>"));
}

static char *page_of(const char *period)
{
	size_t len = 0;
	char *page = ts_admin_page(&admin, &login, period, &len);

	assert_non_null(page);
	assert_int_equal(strlen(page), len);
	is_sound(page);
	return page;
}

static void has(const char *page, const char *part)
{
	if (!strstr(page, part))
		fail_msg("\"%s\" is not in the page", part);
}

static void nothing_yet(void **state)
{
	char *page = page_of(NULL);

	has(page, "All is well");
	has(page, "Nobody is here.");
	has(page, "There is no channel yet.");
	has(page, "&lt;script&gt;");
	free(page);
}

static void every_period(void **state)
{
	static const char *const periods[] = { "day", "week", "month", "years", EVIL, "" };
	struct ts_history_totals sums = { };
	unsigned int i;
	char *page;

	for (i = 0; i < 40; i++) {
		now.wall_s = NOON_S + i * 3000;
		now.boot_ns = 1 + i * 3000000000000ull;
		sums.bytes[TS_TRAFFIC_EXIT][TS_DIR_UP] += UINT64_MAX / 64;
		sums.earned_wei[0] += TS_U128_MAX / 64;
		sums.earned_wei[1] += i;
		assert_int_equal(ts_history_look(history, &now, &sums, i), 0);
	}
	for (i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		page = page_of(periods[i]);
		has(page, "<rect class=\"part0\"");
		has(page, "ONE");
		has(page, "&lt;b&gt;&amp;");
		free(page);
	}
}

/* M12: no date, no plot. */
static void no_clock(void **state)
{
	char *page;

	now.wall_s = 0;
	page = page_of("day");
	has(page, "The clock of this box is not set");
	has(page, "There are no plots");
	assert_null(strstr(page, "<svg"));
	free(page);
}

static void what_others_say(void **state)
{
	char *page;
	int i;

	json_array_append_new(answers[TS_ADMIN_WARNINGS],
			      json_pack("{s:s, s:s}", "what", EVIL, "message", EVIL));
	json_array_append_new(answers[TS_ADMIN_WARNINGS], json_object());
	for (i = 0; i < 300; i++)
		json_array_append_new(json_object_get(answers[TS_ADMIN_SESSIONS], "sessions"),
			json_pack("{s:{s:s}, s:s, s:{s:s, s:i}, s:s, s:n, s:{s:I, s:I}}",
				  "station", "mac", EVIL, "state", "paid", "tariff",
				  "symbol", "<b>", "decimals", 18, "unspent_wei",
				  "340282366920938463463374607431768211455",
				  "remaining_bytes", "used_bytes", "up",
				  (json_int_t)INT64_MAX, "down", (json_int_t)0));
	/* Of a token that is no more nothing else is known. */
	json_array_append_new(json_object_get(answers[TS_ADMIN_LIQUIDITY], "channels"),
			      json_pack("{s:s, s:s, s:s}", "partner_address", EVIL,
					"in_wei", "12", "out_wei", "x"));
	page = page_of(NULL);
	has(page, "Needs you (2)");
	has(page, "And 100 more");
	has(page, "no limit");
	has(page, "340282366920938463463.374607 &lt;b&gt;");
	free(page);
}

static void the_login(void **state)
{
	size_t len = 0;
	char *page = ts_admin_login_page(&admin, NULL, &len);

	is_sound(page);
	has(page, "tsctl admin passwd");
	assert_null(strstr(page, "<form"));
	free(page);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_yet), T(every_period), T(no_clock), T(what_others_say), T(the_login),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
