// SPDX-License-Identifier: GPL-2.0
/* Words of the command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/key.h"
#include "tsctl/cmd.h"

const char *cmd_next(struct cmd *c)
{
	if (!c->argc)
		return NULL;
	c->argc--;
	return *c->argv++;
}

bool cmd_more(const struct cmd *c)
{
	return c->argc > 0;
}

const char *cmd_value(struct cmd *c, const char *name)
{
	const char *v = cmd_next(c);

	if (!v)
		fprintf(stderr, "tsctl %s: '%s' needs a value after it; see 'tsctl %s help'\n",
			c->object, name, c->object);
	return v;
}

bool cmd_is(const char *word, const char *name)
{
	size_t n = strlen(word);

	return n && !strncmp(word, name, n);
}

int cmd_end(struct cmd *c)
{
	if (!cmd_more(c))
		return 0;
	fprintf(stderr, "tsctl %s: '%s' is one word too many\n", c->object, c->argv[0]);
	return 1;
}

int cmd_unknown(struct cmd *c, const char *word, const char *expected)
{
	fprintf(stderr, "tsctl %s: '%s' is not known here; expected %s\n",
		c->object, word, expected);
	return 1;
}

const char *cmd_rights(int err)
{
	return geteuid() && (err == -EACCES || err == -EPERM) ? "; run it as root" : "";
}

bool arg_u64(const char *name, const char *text, uint64_t min, uint64_t max,
	     uint64_t *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno || v < min || v > max) {
		fprintf(stderr, "tsctl: %s '%s' is not a number from %llu to %llu\n",
			name, text, (unsigned long long)min, (unsigned long long)max);
		return false;
	}
	*out = v;
	return true;
}

bool arg_u32(const char *name, const char *text, uint32_t min, uint32_t max,
	     uint32_t *out)
{
	uint64_t v;

	if (!arg_u64(name, text, min, max, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool arg_size(const char *name, const char *text, uint64_t *bytes)
{
	static const struct {
		const char *unit;
		uint64_t factor;
	} units[] = {
		{ "", 1 }, { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 },
		{ "Ki", 1 << 10 }, { "Mi", 1 << 20 }, { "Gi", 1 << 30 },
	};
	unsigned long long v;
	char *end;
	size_t i;

	errno = 0;
	v = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (*text < '0' || *text > '9' || errno || strcmp(end, units[i].unit))
			continue;
		if (!__builtin_mul_overflow(v, units[i].factor, bytes))
			return true;
	}
	fprintf(stderr, "tsctl: %s '%s' is not a number of bytes, such as 1500, 20M or 1Gi\n",
		name, text);
	return false;
}

bool arg_mac(const char *text, uint8_t mac[6])
{
	if (!ts_key_parse_mac(text, mac))
		return true;
	fprintf(stderr, "tsctl: '%s' is not the MAC address of a station, such as 02:00:00:00:00:01\n",
		text);
	return false;
}

bool arg_zone(const char *text, uint32_t *zone)
{
	if (!ts_key_parse_zone(text, zone))
		return true;
	fprintf(stderr, "tsctl: '%s' is no zone: the name of a bridge or routed port, or 0x and 8 hex digits\n",
		text);
	return false;
}

static bool pick(const char *what, const char *text, const char *const *names,
		 size_t n, uint8_t *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (cmd_is(text, names[i])) {
			*out = (uint8_t)i;
			return true;
		}
	}
	fprintf(stderr, "tsctl: no %s '%s'; there are:", what, text);
	for (i = 0; i < n; i++)
		fprintf(stderr, " %s", names[i]);
	fputc('\n', stderr);
	return false;
}

bool arg_class(const char *text, uint8_t *class)
{
	return pick("class", text, class_names, TS_CLASS_COUNT, class);
}

bool arg_dir(const char *text, uint8_t *dir)
{
	return pick("direction", text, dir_names, TS_DIR_COUNT, dir);
}
