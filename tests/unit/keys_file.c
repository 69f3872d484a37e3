// SPDX-License-Identifier: GPL-2.0
/*
 * keys_file.c - key files: there and back, and every way they can be wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/keyfile.h"
#include "keys_dir.h"

/* The least that the library allows: the tests derive often. */
static const struct ts_keyfile_cost cheap = { 1, 8192 };

static void create(void)
{
	assert_int_equal(ts_keyfile_create(path, key, right, &cheap, &error),
			 0);
}

/* Loading fails so, says which file, and gives no key. */
static void assert_load(int ret)
{
	struct ts_signer *got = NULL;

	error.text[0] = '\0';
	assert_int_equal(ts_keyfile_load(path, right, &got, &error), ret);
	assert_null(got);
	assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
}

static void test_there_and_back(void **state)
{
	struct ts_address address;
	struct ts_signer *got;
	struct stat st;

	create();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_in_dir(), 1);
	assert_int_equal(ts_keyfile_load(path, right, &got, &error), 0);
	assert_memory_equal(ts_signer_secret(got), ts_signer_secret(key),
			    TS_SECRET_BYTES);
	ts_signer_free(got);
	assert_int_equal(ts_keyfile_address(path, &address, &error), 0);
	assert_true(ts_address_equal(&address, ts_signer_address(key)));
}

/* The file does not hold the key in any plain form. */
static void test_secret_is_not_in_it(void **state)
{
	char text[4096], hex[2 * TS_SECRET_BYTES + 1];
	int i;

	create();
	slurp(text, sizeof(text));
	for (i = 0; i < TS_SECRET_BYTES; i++)
		sprintf(hex + 2 * i, "%02x", ts_signer_secret(key)[i]);
	assert_null(strstr(text, hex));
	assert_null(strstr(text, "sesame"));
}

static void test_two_files_differ(void **state)
{
	char first[4096], second[4096];

	create();
	slurp(first, sizeof(first));
	assert_int_equal(unlink(path), 0);
	create();
	slurp(second, sizeof(second));
	assert_string_not_equal(first, second);
}

static void test_never_overwrites(void **state)
{
	char before[4096], after[4096];

	create();
	slurp(before, sizeof(before));
	assert_int_equal(ts_keyfile_create(path, key, right, &cheap, &error),
			 -EEXIST);
	assert_non_null(strstr(error.text, "exists already"));
	slurp(after, sizeof(after));
	assert_string_equal(before, after);
	assert_int_equal(files_in_dir(), 1);
}

/* A name that is taken though it leads nowhere: seen only when renaming. */
static void test_never_replaces_a_link(void **state)
{
	struct stat st;

	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(ts_keyfile_create(path, key, right, &cheap, &error),
			 -EEXIST);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(files_in_dir(), 1);
}

static void test_wrong_passphrase(void **state)
{
	struct ts_signer *got = NULL;

	create();
	assert_int_equal(ts_keyfile_load(path, wrong, &got, &error), -EBADMSG);
	assert_null(got);
	assert_non_null(strstr(error.text, "wrong passphrase"));
	assert_null(strstr(error.text, "barley"));
}

static void test_truncated(void **state)
{
	char text[4096];
	size_t len, cut;

	create();
	len = slurp(text, sizeof(text));
	/* All but the last newline. */
	for (cut = 0; cut + 1 < len; cut++) {
		spill(text, cut);
		assert_load(-EINVAL);
	}
}

/* Any character changed: the key does not come out changed, or at all. */
static void test_tampered(void **state)
{
	char text[4096];
	size_t len, i;

	create();
	len = slurp(text, sizeof(text));
	for (i = 0; i < len; i++) {
		struct ts_signer *got = NULL;
		char was = text[i];
		int ret;

		if (was == ' ' || was == '\n')
			continue;
		text[i] = was == '0' ? '1' : '0';
		spill(text, len);
		ret = ts_keyfile_load(path, right, &got, &error);
		if (!ret)
			fail_msg("byte %zu ('%c' to '%c') was not missed", i,
				 was, text[i]);
		assert_null(got);
		text[i] = was;
	}
}

/* A file cannot make us spend memory or time without end. */
static void test_hostile_cost(void **state)
{
	static const char * const hostile[] = {
		"0", "-1", "1", "8191", "4294967297", "9223372036854775807",
	};
	char by[64];
	size_t i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		create();
		snprintf(by, sizeof(by), "\"memlimit_bytes\": %s", hostile[i]);
		replace("\"memlimit_bytes\": 8192", by);
		assert_load(-EINVAL);
		assert_int_equal(unlink(path), 0);
	}
	create();
	replace("\"opslimit\": 1", "\"opslimit\": 4000000000");
	assert_load(-EINVAL);
}

static void test_other_formats(void **state)
{
	static const char * const others[] = {
		"", "{}", "[]", "null", "\xff\xfe", "{\"version\": 1}",
		"{\"version\": 3, \"crypto\": {}}",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		spill(others[i], strlen(others[i]));
		assert_int_equal(chmod(path, 0600), 0);
		assert_load(-EINVAL);
	}
	assert_int_equal(unlink(path), 0);
	create();
	replace("\"version\": 1", "\"version\": 2");
	assert_load(-EINVAL);
	assert_non_null(strstr(error.text, "newer"));
}

static void test_access(void **state)
{
	static const mode_t open_modes[] = { 0640, 0604, 0620, 0601 };
	size_t i;

	create();
	for (i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		assert_int_equal(chmod(path, open_modes[i]), 0);
		assert_load(-EACCES);
		assert_non_null(strstr(error.text, "chmod 600"));
	}
}

static void test_no_file(void **state)
{
	assert_load(-ENOENT);
	assert_non_null(strstr(error.text, "key new"));
	assert_int_equal(mkdir(path, 0700), 0);
	assert_load(-EINVAL);
	assert_int_equal(rmdir(path), 0);
	/* A fifo that nobody writes to does not hang us. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_load(-EINVAL);
}

static void test_no_directory(void **state)
{
	snprintf(path, sizeof(path), "%s/none/key.json", dir);
	assert_int_equal(ts_keyfile_create(path, key, right, &cheap, &error),
			 -ENOENT);
	assert_non_null(strstr(error.text, "directory does not exist"));
}

/* No room, at every byte: an error, and nothing left behind. */
static void test_full_disk(void **state)
{
	struct rlimit was, limit;
	char text[4096];
	size_t len;
	int ret;

	create();
	len = slurp(text, sizeof(text));
	assert_int_equal(unlink(path), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	limit = was;
	for (limit.rlim_cur = 0; limit.rlim_cur < len; limit.rlim_cur += 37) {
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ret = ts_keyfile_create(path, key, right, &cheap, &error);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		assert_int_equal(ret, -EFBIG);
		assert_non_null(strstr(error.text, "no room"));
		assert_int_equal(files_in_dir(), 0);
	}
	create();
}

static void test_cost_by_memory(void **state)
{
	const uint64_t mib = 1024 * 1024;
	struct ts_keyfile_cost cost;

	cost = ts_keyfile_cost_for(24576 * mib);
	assert_int_equal(cost.memlimit_bytes, 64 * mib);
	assert_int_equal(cost.opslimit, 3);
	cost = ts_keyfile_cost_for(256 * mib);
	assert_int_equal(cost.memlimit_bytes, 16 * mib);
	assert_int_equal(cost.opslimit, 12);
	cost = ts_keyfile_cost_for(64 * mib);
	assert_int_equal(cost.memlimit_bytes, 4 * mib);
	assert_int_equal(cost.opslimit, 16);
	cost = ts_keyfile_cost_for(0);
	assert_int_equal(cost.memlimit_bytes, 1 * mib);
	assert_true(ts_keyfile_memory_bytes() > 16 * mib);
}

/* Once with the cost of this machine, as people get it. */
static void test_default_cost(void **state)
{
	struct ts_signer *got;

	assert_int_equal(ts_keyfile_create(path, key, right, NULL, &error), 0);
	assert_int_equal(ts_keyfile_load(path, right, &got, &error), 0);
	ts_signer_free(got);
}

#define file_test(f) cmocka_unit_test_setup_teardown(f, keys_set_up, keys_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		file_test(test_there_and_back),
		file_test(test_secret_is_not_in_it),
		file_test(test_two_files_differ),
		file_test(test_never_overwrites),
		file_test(test_never_replaces_a_link),
		file_test(test_wrong_passphrase),
		file_test(test_truncated),
		file_test(test_tampered),
		file_test(test_hostile_cost),
		file_test(test_other_formats),
		file_test(test_access),
		file_test(test_no_file),
		file_test(test_no_directory),
		file_test(test_full_disk),
		file_test(test_cost_by_memory),
		file_test(test_default_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
