// SPDX-License-Identifier: GPL-2.0
/* Cases of pattern.c: which names a pattern claims. */

#include <linux/kernel.h>
#include <linux/init.h>

static const struct pattern_case {
	const char *pattern;
	const char *name;
	bool matches;
} pattern_cases[] __initconst = {
	{ "wlan0", "wlan0", true },	/* 1 */
	{ "wlan0", "wlan00", false },	/* 2: a name is no prefix */
	{ "wlan0", "wlan", false },	/* 3 */
	{ "wlan*", "wlan0", true },	/* 4 */
	{ "wlan*", "wlan", true },	/* 5: the star may stand for nothing */
	{ "wlan*", "wla", false },	/* 6 */
	{ "wlan*", "eth0", false },	/* 7 */
	{ "", "wlan0", false },		/* 8 */
	{ "wlan*0", "wlan10", false },	/* 9: a star elsewhere is no star */
};

int __init ts_pattern_selftest(void)
{
	const struct pattern_case *c;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pattern_cases); i++) {
		c = &pattern_cases[i];
		if (ts_pattern_matches(c->pattern, c->name) != c->matches)
			return i + 1;
	}
	return 0;
}
