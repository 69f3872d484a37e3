// SPDX-License-Identifier: GPL-2.0
/*
 * admin_guard.c - who gets in: by guessing, by many at once, by old cookies, by forms that
 * are no forms, and by a file that somebody has spoilt or may read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/private.h"

#define S	1000000000ull

static struct ts_guard g;
static struct sockaddr_in6 from6 = { .sin6_family = AF_INET6 };
static struct sockaddr_in from4 = { .sin_family = AF_INET };

static int setup(void **state)
{
	memset(&g, 0, sizeof(g));
	return 0;
}

static const struct sockaddr *ipv4(uint32_t n)
{
	from4.sin_addr.s_addr = htonl(0x0a000000 + n);
	return (struct sockaddr *)&from4;
}

/* The n-th address of the same network of 64 bits. */
static const struct sockaddr *ipv6(uint32_t n)
{
	memset(&from6.sin6_addr, 0xfd, 8);
	memcpy(from6.sin6_addr.s6_addr + 8, &n, sizeof(n));
	return (struct sockaddr *)&from6;
}

static void test_one_source(void **state)
{
	unsigned int i, tried = 0;

	for (i = 0; i < 100; i++)
		tried += ts_guard_try(&g, ipv4(1), 1000 * S);
	assert_int_equal(tried, 5);
	assert_false(ts_guard_try(&g, ipv4(1), 1059 * S));
	assert_true(ts_guard_try(&g, ipv4(1), 1060 * S));
	assert_false(ts_guard_try(&g, ipv4(1), 1061 * S));
	/* Another one is not in its way. */
	assert_true(ts_guard_try(&g, ipv4(2), 1061 * S));
}

/* A station has as many addresses of its network as it likes. */
static void test_one_network(void **state)
{
	unsigned int i, tried = 0;

	for (i = 0; i < 100; i++)
		tried += ts_guard_try(&g, ipv6(i), 1000 * S);
	assert_int_equal(tried, 5);
}

/* A thousand sources that take turns, and push each other out of the table. */
static void test_many_sources(void **state)
{
	unsigned int i, tried = 0;

	for (i = 0; i < 1000; i++)
		tried += ts_guard_try(&g, ipv4(i), 1000 * S);
	assert_int_equal(tried, 20);
	for (i = 0; i < 36000; i++)
		tried += ts_guard_try(&g, ipv4(i % 1000), 1000 * S + i * S / 10);
	assert_in_range(tried, 20, 20 + 360);
}

static void test_login(void **state)
{
	char cookie[TS_COOKIE_SIZE], other[TS_COOKIE_SIZE], form[TS_FORM_SIZE];
	struct ts_login *login;

	ts_guard_begin(&g, ipv4(1), 1000 * S, cookie);
	ts_guard_begin(&g, ipv4(1), 1000 * S, other);
	assert_string_not_equal(cookie, other);
	login = ts_guard_find(&g, cookie, 1001 * S);
	assert_non_null(login);
	assert_ptr_not_equal(login, ts_guard_find(&g, other, 1001 * S));
	strcpy(form, login->form);
	assert_true(ts_guard_is_form(login, form));
	assert_false(ts_guard_is_form(ts_guard_find(&g, other, 1001 * S), form));
	assert_false(ts_guard_is_form(login, ""));
	cookie[5] ^= 1;
	assert_null(ts_guard_find(&g, cookie, 1001 * S));
	assert_null(ts_guard_find(&g, "", 1001 * S));
	cookie[5] ^= 1;
	ts_guard_end(login);
	assert_null(ts_guard_find(&g, cookie, 1001 * S));
	ts_guard_end_all(&g);
	assert_null(ts_guard_find(&g, other, 1001 * S));
}

static void test_login_ends(void **state)
{
	char cookie[TS_COOKIE_SIZE];
	unsigned int i;

	ts_guard_begin(&g, ipv4(1), 1000 * S, cookie);
	assert_null(ts_guard_find(&g, cookie, 4601 * S));
	assert_null(ts_guard_find(&g, cookie, 1001 * S));
	/* However busy, not for ever. */
	ts_guard_begin(&g, ipv4(1), 1000 * S, cookie);
	for (i = 0; i <= 12 * 60; i++)
		assert_non_null(ts_guard_find(&g, cookie, (1000 + 60 * i) * S));
	assert_null(ts_guard_find(&g, cookie, (1000 + 60 * i) * S));
}

static void test_logins_bounded(void **state)
{
	char first[TS_COOKIE_SIZE], cookie[TS_COOKIE_SIZE];
	unsigned int i;

	ts_guard_begin(&g, ipv4(1), 1000 * S, first);
	for (i = 1; i < TS_GUARD_LOGINS; i++)
		ts_guard_begin(&g, ipv4(1), (1000 + i) * S, cookie);
	assert_non_null(ts_guard_find(&g, first, 2000 * S));
	ts_guard_begin(&g, ipv4(1), 2001 * S, cookie);
	assert_non_null(ts_guard_find(&g, first, 2002 * S));
	assert_non_null(ts_guard_find(&g, cookie, 2002 * S));
}

static void form_is(const char *body, const char *want)
{
	char out[16];
	size_t len = 0, n = strlen(body);
	char *exact = malloc(n ? n : 1);

	/* Without a NUL, so that the sanitizer sees who reads too far. */
	memcpy(exact, body, n);
	if (want) {
		assert_true(ts_admin_form_value(exact, n, "password", out, sizeof(out), &len));
		assert_string_equal(out, want);
		assert_int_equal(len, strlen(want));
	} else {
		assert_false(ts_admin_form_value(exact, n, "password", out, sizeof(out), &len));
	}
	free(exact);
}

static void test_forms(void **state)
{
	form_is("password=abc", "abc");
	form_is("user=operator&password=a%26b+c%C3%A9&x=y", "a&b c\303\251");
	form_is("password=", "");
	form_is("xpassword=abc", NULL);
	form_is("password", NULL);
	form_is("", NULL);
	form_is("&&&", NULL);
	form_is("a=password=x", NULL);
	form_is("password=%", NULL);
	form_is("password=%4", NULL);
	form_is("password=%zz", NULL);
	form_is("password=123456789012345", "123456789012345");
	form_is("password=1234567890123456", NULL);
}

static void test_secret(void **state)
{
	char dir[] = "/tmp/ts-admin-XXXXXX", path[60], token[TS_ADMIN_TOKEN_SIZE];
	struct ts_admin_secret one = { }, other;
	struct ts_keys_error error;
	struct ts_passphrase *p;
	FILE *out;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/admin", dir);
	assert_int_equal(ts_admin_secret_load(path, &other, &error), -ENOENT);
	assert_false(ts_admin_secret_is_password(&other, "", 0));
	assert_false(ts_admin_secret_is_token(&other, ""));
	assert_int_equal(ts_passphrase_new("too short", 9, &p, &error), 0);
	assert_int_equal(ts_admin_secret_password(&one, p, &error), -EINVAL);
	ts_passphrase_free(p);
	assert_int_equal(ts_passphrase_new("long enough", 11, &p, &error), 0);
	assert_int_equal(ts_admin_secret_password(&one, p, &error), 0);
	ts_passphrase_free(p);
	ts_admin_secret_token(&one, token);
	assert_int_equal(ts_admin_secret_save(path, &one, &error), 0);
	assert_int_equal(ts_admin_secret_load(path, &other, &error), 0);
	assert_memory_equal(&one, &other, sizeof(one));
	assert_true(ts_admin_secret_is_password(&other, "long enough", 11));
	assert_false(ts_admin_secret_is_password(&other, "long enougH", 11));
	assert_true(ts_admin_secret_is_token(&other, token));
	assert_false(ts_admin_secret_is_token(&other, other.token));
	/* Who else may read it could guess at leisure. */
	chmod(path, 0640);
	assert_int_equal(ts_admin_secret_load(path, &other, &error), -EACCES);
	assert_false(ts_admin_secret_is_password(&other, "long enough", 11));
	chmod(path, 0600);
	out = fopen(path, "a");
	fputs("token short\n", out);
	fclose(out);
	assert_int_equal(ts_admin_secret_load(path, &other, &error), -EINVAL);
	assert_false(ts_admin_secret_is_password(&other, "long enough", 11));
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_source, setup),
		cmocka_unit_test_setup(test_one_network, setup),
		cmocka_unit_test_setup(test_many_sources, setup),
		cmocka_unit_test_setup(test_login, setup),
		cmocka_unit_test_setup(test_login_ends, setup),
		cmocka_unit_test_setup(test_logins_bounded, setup),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_secret),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
