// SPDX-License-Identifier: GPL-2.0
/* A child in the place of ndsctl: how it ends, what it says, and that it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/ndsctl.h"

/* How the last one ended. */
static struct {
	unsigned int times;
	int status;
	char text[1 << 20];
} ended;

static void on_done(void *ctx, int status, const char *text)
{
	ended.times++;
	ended.status = status;
	snprintf(ended.text, sizeof(ended.text), "%s", text);
	ev_break(ctx, EVBREAK_ALL);
}

static struct ts_ndsctl *with(const char *path, double patience_s)
{
	struct ev_loop *loop = ev_default_loop(0);
	struct ts_ndsctl *n = ts_ndsctl_new(loop, path, patience_s, on_done, loop);

	assert_non_null(n);
	return n;
}

/* Runs a line of a shell in its place, to its end. */
static int run(struct ts_ndsctl *n, const char *line)
{
	const char *const words[] = { "-c", line, NULL };
	unsigned int before = ended.times;

	assert_int_equal(ts_ndsctl_run(n, words), 0);
	/* One at a time. */
	assert_int_equal(ts_ndsctl_run(n, words), -EBUSY);
	ev_run(ev_default_loop(0), 0);
	assert_int_equal(ended.times, before + 1);
	return ended.status;
}

static void test_ends(void **state)
{
	struct ts_ndsctl *n = with("/bin/sh", 60);

	assert_int_equal(run(n, "echo yes; echo no >&2"), 0);
	assert_string_equal(ended.text, "yes\n");
	assert_int_equal(run(n, "exit 4"), 4);
	assert_string_equal(ended.text, "");
	assert_int_equal(run(n, "kill -9 $$"), -EINTR);
	/* More than a pipe holds, and nothing of the one before. */
	assert_int_equal(run(n, "head -c 1000000 /dev/zero | tr '\\0' x"), 0);
	assert_int_equal(strlen(ended.text), 1000000);
	/* It reads nothing of ours. */
	assert_int_equal(run(n, "cat"), 0);
	assert_string_equal(ended.text, "");
	/* SIGPIPE is what it is for others, whatever it is for us. */
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run(n, "(yes; echo $? >&3) 3>&1 | true; exit 3"), 3);
	ts_ndsctl_free(n);
}

static void test_hangs(void **state)
{
	struct ts_ndsctl *n = with("/bin/sh", 0.1);

	assert_int_equal(run(n, "sleep 600 & echo x; wait"), -ETIMEDOUT);
	assert_int_equal(run(n, "trap '' TERM INT; sleep 600 | sleep 600"), -ETIMEDOUT);
	ts_ndsctl_free(n);
}

static void test_floods(void **state)
{
	struct ts_ndsctl *n = with("/bin/sh", 60);

	assert_int_equal(run(n, "yes"), -EINTR);
	ts_ndsctl_free(n);
}

static void test_not_there(void **state)
{
	static const char *const words[] = { "json", NULL };
	struct ts_ndsctl *n = with("/nowhere/ndsctl", 60);
	int ret = ts_ndsctl_run(n, words);

	/* Where a spawn cannot say so at once, the child does. */
	if (!ret) {
		ev_run(ev_default_loop(0), 0);
		ret = ended.status;
	}
	assert_int_equal(ret, -ENOENT);
	ts_ndsctl_free(n);
}

/* tsd ends while it runs: it ends, too, or the test would not. */
static void test_ended_with_us(void **state)
{
	static const char *const words[] = { "-c", "sleep 600 & wait", NULL };
	struct ts_ndsctl *n = with("/bin/sh", 60);
	unsigned int before = ended.times;

	assert_int_equal(ts_ndsctl_run(n, words), 0);
	ts_ndsctl_free(n);
	ts_ndsctl_free(NULL);
	assert_int_equal(ended.times, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_hangs),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_ended_with_us),
	};

	return cmocka_run_group_tests_name("tsd_ndsctl", tests, NULL, NULL);
}
