// SPDX-License-Identifier: GPL-2.0
/* tap.c - results, notes, time. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crash.h"

static void line(const char *start, const char *fmt, va_list args)
{
	printf("%s", start);
	vprintf(fmt, args);
	putchar('\n');
	fflush(stdout);
}

/** ok() - one result; Return: @passed */
bool ok(bool passed, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line(passed ? "ok - " : "not ok - ", fmt, args);
	va_end(args);
	return passed;
}

/** note() - one line of diagnostics */
void note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line("# ", fmt, args);
	va_end(args);
}

/** die() - the test cannot go on */
_Noreturn void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line("not ok - ", fmt, args);
	va_end(args);
	exit(1);
}

/** now_ms() - Return: CLOCK_MONOTONIC */
uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/** nap_ms() - sleep */
void nap_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}
