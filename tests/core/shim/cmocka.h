/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of cmocka's interface as the table tests of the freestanding headers
 * use, so that the same test files run where there is no cmocka: built 32-bit,
 * big-endian, and against mutated headers.  Prints TAP.
 */
#ifndef TS_TEST_SHIM_CMOCKA_H
#define TS_TEST_SHIM_CMOCKA_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

static jmp_buf shim_failed;

#define cmocka_unit_test(f) { #f, f }

#define shim_check(ok, ...)                                       \
	do {                                                      \
		if (!(ok)) {                                      \
			printf("# %s:%d: ", __FILE__, __LINE__);  \
			printf(__VA_ARGS__);                      \
			printf("\n");                             \
			longjmp(shim_failed, 1);                  \
		}                                                 \
	} while (0)

#define shim_compare(a, op, b)                                                \
	do {                                                                  \
		unsigned long long shim_a = (unsigned long long)(a);          \
		unsigned long long shim_b = (unsigned long long)(b);          \
									      \
		shim_check(shim_a op shim_b, "%s (%#llx) " #op " %s (%#llx)", \
			   #a, shim_a, #b, shim_b);                           \
	} while (0)

#define assert_int_equal(a, b) shim_compare(a, ==, b)
#define assert_int_not_equal(a, b) shim_compare(a, !=, b)
#define assert_in_range(v, lo, hi)          \
	do {                                \
		shim_compare(v, >=, lo);    \
		shim_compare(v, <=, hi);    \
	} while (0)
#define assert_true(c) shim_check(c, "not true: %s", #c)
#define assert_false(c) shim_check(!(c), "not false: %s", #c)
#define assert_null(p) shim_check(!(p), "not NULL: %s", #p)
#define assert_non_null(p) shim_check(p, "NULL: %s", #p)
#define assert_ptr_equal(a, b) shim_check((a) == (b), "%s is not %s", #a, #b)
#define assert_string_equal(a, b) \
	shim_check(!strcmp(a, b), "\"%s\" is not \"%s\"", a, b)
#define assert_memory_equal(a, b, n) \
	shim_check(!memcmp(a, b, n), "%s and %s differ", #a, #b)
#define fail_msg(...) shim_check(0, __VA_ARGS__)

static inline int shim_run(const struct CMUnitTest *tests, size_t count)
{
	volatile size_t i;
	volatile int failed = 0;

	printf("1..%zu\n", count);
	for (i = 0; i < count; i++) {
		if (!setjmp(shim_failed)) {
			tests[i].run(NULL);
			printf("ok %zu - %s\n", i + 1, tests[i].name);
		} else {
			printf("not ok %zu - %s\n", i + 1, tests[i].name);
			failed++;
		}
		fflush(stdout);
	}
	return !!failed;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	shim_run(tests, sizeof(tests) / sizeof((tests)[0]))

#endif /* TS_TEST_SHIM_CMOCKA_H */
