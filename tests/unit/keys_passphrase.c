// SPDX-License-Identifier: GPL-2.0
/*
 * keys_passphrase.c - where a passphrase comes from, and what is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/passphrase.h"

static struct ts_keys_error error;
static char path[64];

static int set_up(void **state)
{
	int fd;

	strcpy(path, "/tmp/ts-pass-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	return unlink(path);
}

static void spill(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void assert_source(const char *source, const char *text)
{
	struct ts_passphrase *p = NULL;

	assert_int_equal(ts_passphrase_from(source, "Pass: ", false, &p, &error), 0);
	assert_int_equal(p->len, strlen(text));
	assert_memory_equal(p->text, text, p->len);
	ts_passphrase_free(p);
}

static void assert_no_source(const char *source, int ret)
{
	struct ts_passphrase *p = NULL;

	error.text[0] = '\0';
	assert_int_equal(ts_passphrase_from(source, "Pass: ", false, &p, &error), ret);
	assert_null(p);
	assert_true(error.text[0]);
}

static void test_file(void **state)
{
	char source[80];

	snprintf(source, sizeof(source), "file:%s", path);
	spill("secret", 6);
	assert_source(source, "secret");
	spill("secret\n", 7);
	assert_source(source, "secret");
	/* Only one newline is the editor's; spaces are meant. */
	spill(" secret \n\n", 10);
	assert_source(source, " secret \n");
}

static void test_file_sizes(void **state)
{
	char text[TS_PASSPHRASE_MAX_CHARS + 3], source[80];

	snprintf(source, sizeof(source), "file:%s", path);
	spill("", 0);
	assert_no_source(source, -EINVAL);
	spill("\n", 1);
	assert_no_source(source, -EINVAL);
	memset(text, 'x', sizeof(text));
	spill(text, TS_PASSPHRASE_MAX_CHARS + 1);
	assert_no_source(source, -EINVAL);
	spill(text, sizeof(text));
	assert_no_source(source, -EINVAL);
	text[TS_PASSPHRASE_MAX_CHARS] = '\n';
	spill(text, TS_PASSPHRASE_MAX_CHARS + 1);
	text[TS_PASSPHRASE_MAX_CHARS] = '\0';
	assert_source(source, text);
}

static void test_file_access(void **state)
{
	char source[80];

	snprintf(source, sizeof(source), "file:%s", path);
	spill("secret", 6);
	assert_int_equal(chmod(path, 0644), 0);
	assert_no_source(source, -EACCES);
	assert_non_null(strstr(error.text, "chmod 600"));
	assert_null(strstr(error.text, "secret"));
	assert_int_equal(chmod(path, 0400), 0);
	assert_source(source, "secret");
	assert_no_source("file:/nonexistent/passphrase", -ENOENT);
	/* What cannot be read is named, and not the descriptor that it got. */
	assert_no_source("file:/", -EISDIR);
	assert_non_null(strstr(error.text, "/: the passphrase file cannot be read"));
}

static void test_descriptor(void **state)
{
	char source[32];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "by pipe\n", 8), 8);
	assert_int_equal(close(ends[1]), 0);
	snprintf(source, sizeof(source), "fd:%d", ends[0]);
	assert_source(source, "by pipe");
	assert_int_equal(close(ends[0]), 0);
	assert_no_source(source, -EBADF);
}

static void test_no_source(void **state)
{
	static const char * const none[] = {
		"", "secret", "file:", "fd:", "fd:-1", "fd:x", "fd:0x",
		"fd:99999999999999999999", "env:PASS", "Prompt",
	};
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_no_source(none[i], -EINVAL);
}

/*
 * A child with a terminal of its own is asked; the exit status is the answer
 * of the function.  Returns it, or minus the signal that ended the child, and
 * whether the terminal echoed what we typed.  Afterwards it must echo again.
 */
static int ask_in_child(const char *typed, bool twice, const char *want,
			bool *echoed)
{
	struct termios after;
	char screen[512] = "";
	size_t seen = 0;
	int master, status;
	ssize_t got;
	pid_t child;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	child = fork();
	if (!child) {
		struct ts_passphrase *p = NULL;
		int ret;

		setsid();
		/* The first terminal that a session leader opens is its own. */
		if (open(ptsname(master), O_RDWR) < 0)
			_exit(99);
		ret = ts_passphrase_prompt("Pass: ", twice, &p, &error);
		if (!ret && (p->len != strlen(want) ||
			     memcmp(p->text, want, p->len)))
			_exit(98);
		ts_passphrase_free(p);
		_exit(-ret);
	}
	/* Each line is typed when its prompt is there: the flush before the
	 * prompt throws away what was typed earlier.
	 */
	while ((got = read(master, screen + seen, sizeof(screen) - 1 - seen)) >
	       0) {
		const char *end = strpbrk(typed, "\n\003");

		seen += (size_t)got;
		screen[seen] = '\0';
		if (!end || screen[seen - 1] != ' ')
			continue;
		if (write(master, typed, (size_t)(end + 1 - typed)) < 0)
			break;
		typed = end + 1;
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(tcgetattr(master, &after), 0);
	assert_true(after.c_lflag & ECHO);
	close(master);
	*echoed = strstr(screen, "hidden");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_prompt(void **state)
{
	bool echoed;

	assert_int_equal(ask_in_child("hidden\n", false, "hidden", &echoed), 0);
	assert_false(echoed);
	assert_int_equal(ask_in_child("hidden\nhidden\n", true, "hidden",
				      &echoed), 0);
	assert_false(echoed);
	assert_int_equal(ask_in_child("hidden\nhidder\n", true, "", &echoed),
			 EINVAL);
	assert_int_equal(ask_in_child("\n", false, "", &echoed), EINVAL);
	/* Ctrl-C ends us as ever, but not with a terminal gone blind. */
	assert_int_equal(ask_in_child("hid\003", false, "", &echoed), -SIGINT);
}

static void test_no_terminal(void **state)
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct ts_passphrase *p;

		setsid();
		_exit(-ts_passphrase_prompt("Pass: ", false, &p, &error));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ENOTTY);
}

#define pass_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pass_test(test_file),
		pass_test(test_file_sizes),
		pass_test(test_file_access),
		pass_test(test_descriptor),
		pass_test(test_no_source),
		pass_test(test_prompt),
		pass_test(test_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
