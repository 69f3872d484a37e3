// SPDX-License-Identifier: GPL-2.0
/* config_read.c - typed values of a libconfig file. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "tsd/config_read.h"

/* "listen.http[1]": the way from the root to @s. */
static void print_path(const config_setting_t *s, char *text, size_t size)
{
	const config_setting_t *parent = config_setting_parent(s);
	size_t n;

	text[0] = '\0';
	if (!parent)
		return;
	print_path(parent, text, size);
	n = strlen(text);
	if (config_setting_name(s))
		snprintf(text + n, size - n, "%s%s", n ? "." : "",
			 config_setting_name(s));
	else
		snprintf(text + n, size - n, "[%d]", config_setting_index(s));
}

/**
 * ts_reader_fail() - note what is wrong
 * @r: the reader; only its first error is kept
 * @at: the setting, or the group that lacks it
 * @key: the name of what is lacking in @at; NULL: @at itself is wrong
 * @fmt: what is wrong and what is allowed
 */
void ts_reader_fail(struct ts_reader *r, const config_setting_t *at,
		    const char *key, const char *fmt, ...)
{
	char where[160], what[480], line[16] = "";
	va_list args;

	if (r->failed)
		return;
	r->failed = true;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	print_path(at, where, sizeof(where));
	/* What the whole file lacks is on no line of it. */
	if (config_setting_source_line(at))
		snprintf(line, sizeof(line), ":%u", config_setting_source_line(at));
	/* An included file has a name of its own, the first one has none. */
	snprintf(r->err, r->err_size, "%s%s: %s%s%s: %s",
		 config_setting_source_file(at) ?: r->path, line, where,
		 key && *where ? "." : "", key ? key : "", what);
}

static void join(const char *const *words, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (; *words && n < size; words++)
		n += snprintf(text + n, size - n, "%s%s", n ? ", " : "", *words);
}

/**
 * ts_read_keys() - refuse keys that nobody reads
 * @r: the reader
 * @group: the group
 * @allowed: their names, NULL at the end
 */
void ts_read_keys(struct ts_reader *r, config_setting_t *group,
		  const char *const *allowed)
{
	int n = config_setting_length(group), i, j;
	config_setting_t *s;
	char list[450];

	for (i = 0; i < n; i++) {
		s = config_setting_get_elem(group, i);
		for (j = 0; allowed[j]; j++)
			if (!strcmp(allowed[j], config_setting_name(s)))
				break;
		if (allowed[j])
			continue;
		join(allowed, list, sizeof(list));
		ts_reader_fail(r, s, NULL, "unknown key; known here: %s", list);
		return;
	}
}

/**
 * ts_read_group() - a group in braces
 * @r: the reader
 * @parent: where to look
 * @key: its name
 * @allowed: names that it may have, NULL at the end
 *
 * Return: the group; NULL when it is not there, or after an error.
 */
config_setting_t *ts_read_group(struct ts_reader *r, config_setting_t *parent,
				const char *key, const char *const *allowed)
{
	config_setting_t *s;

	if (r->failed || !parent)
		return NULL;
	s = config_setting_get_member(parent, key);
	if (!s)
		return NULL;
	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group: %s = { ... };", key);
		return NULL;
	}
	ts_read_keys(r, s, allowed);
	return r->failed ? NULL : s;
}

/**
 * ts_read_list() - a list in parentheses or an array in brackets
 * @r: the reader
 * @parent: where to look
 * @key: its name
 * @max: how many it may have
 *
 * Return: the list; NULL when it is not there, or after an error.
 */
config_setting_t *ts_read_list(struct ts_reader *r, config_setting_t *parent,
			       const char *key, int max)
{
	config_setting_t *s;

	if (r->failed || !parent)
		return NULL;
	s = config_setting_get_member(parent, key);
	if (!s)
		return NULL;
	if (!config_setting_is_list(s) && !config_setting_is_array(s)) {
		ts_reader_fail(r, s, NULL, "must be a list: %s = ( ... );", key);
		return NULL;
	}
	if (config_setting_length(s) > max) {
		ts_reader_fail(r, s, NULL, "has %d entries; at most %d are allowed",
			       config_setting_length(s), max);
		return NULL;
	}
	return s;
}

/**
 * ts_read_string() - a text
 * @r: the reader
 * @group: where to look; NULL: as if empty
 * @key: its name
 * @def: what it is when not given; NULL: it must be given
 *
 * Return: the text, owned by the file; never NULL.
 */
const char *ts_read_string(struct ts_reader *r, config_setting_t *group,
			   const char *key, const char *def)
{
	config_setting_t *s;

	if (r->failed)
		return "";
	s = group ? config_setting_get_member(group, key) : NULL;
	if (!s) {
		if (!def && group)
			ts_reader_fail(r, group, key, "missing; it must be given");
		return def ? def : "";
	}
	if (config_setting_type(s) != CONFIG_TYPE_STRING) {
		ts_reader_fail(r, s, NULL, "must be a text in quotes");
		return "";
	}
	return config_setting_get_string(s);
}

/* What is not UTF-8 cannot be shown in JSON: the whole answer would be missing. */
static bool is_utf8(const char *text)
{
	json_t *string = json_string(text);
	bool is = string;

	json_decref(string);
	return is;
}

/**
 * ts_read_text() - copy a text
 * @r: the reader
 * @group: where to look
 * @key: its name
 * @out: holds the default; changed when the key is given
 * @size: room in @out
 */
void ts_read_text(struct ts_reader *r, config_setting_t *group, const char *key,
		  char *out, size_t size)
{
	const char *text = ts_read_string(r, group, key, out);

	if (r->failed || text == out)
		return;
	if (!*text || strlen(text) >= size)
		ts_reader_fail(r, config_setting_get_member(group, key), NULL,
			       "must have 1 to %zu bytes", size - 1);
	else if (!is_utf8(text))
		ts_reader_fail(r, config_setting_get_member(group, key), NULL,
			       "must be UTF-8");
	else
		strcpy(out, text);
}

/**
 * ts_read_url() - where something answers by HTTP
 * @r: the reader
 * @group: where to look
 * @key: its name
 * @url: set on success, and if it is given
 * @size: room in @url
 */
void ts_read_url(struct ts_reader *r, config_setting_t *group, const char *key,
		 char *url, size_t size)
{
	config_setting_t *s = config_setting_get_member(group, key);

	if (!s)
		return;
	ts_read_text(r, group, key, url, size);
	if (!r->failed && strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		ts_reader_fail(r, s, NULL, "must begin with http:// or https://");
}

/**
 * ts_read_item() - a text in a list
 * @r: the reader
 * @list: from ts_read_list()
 * @i: which
 *
 * Return: the text, owned by the file; "" after an error.
 */
const char *ts_read_item(struct ts_reader *r, config_setting_t *list, int i)
{
	config_setting_t *s = config_setting_get_elem(list, i);

	if (config_setting_type(s) == CONFIG_TYPE_STRING)
		return config_setting_get_string(s);
	ts_reader_fail(r, s, NULL, "must be a text in quotes");
	return "";
}

/**
 * ts_read_number() - a whole number
 * @r: the reader
 * @group: where to look; NULL: as if empty
 * @key: its name
 * @def: what it is when not given
 * @min: least allowed
 * @max: most allowed, below 2^63
 *
 * Return: the number.
 */
uint64_t ts_read_number(struct ts_reader *r, config_setting_t *group,
			const char *key, uint64_t def, uint64_t min, uint64_t max)
{
	config_setting_t *s;
	long long n;
	int type;

	if (r->failed || !group)
		return def;
	s = config_setting_get_member(group, key);
	if (!s)
		return def;
	type = config_setting_type(s);
	n = type == CONFIG_TYPE_INT ? config_setting_get_int(s) :
	    config_setting_get_int64(s);
	/* libconfig reads a hexadecimal int as unsigned bits. */
	if (type == CONFIG_TYPE_INT &&
	    config_setting_get_format(s) == CONFIG_FORMAT_HEX)
		n = (uint32_t)n;
	if ((type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64) && n >= 0 &&
	    (uint64_t)n >= min && (uint64_t)n <= max)
		return n;
	ts_reader_fail(r, s, NULL, "must be a whole number, %" PRIu64 " to %" PRIu64,
		       min, max);
	return def;
}

/**
 * ts_read_address() - an address of Spectrum; it must be given
 * @r: the reader
 * @group: where to look
 * @key: its name
 * @out: set on success
 */
void ts_read_address(struct ts_reader *r, config_setting_t *group, const char *key,
		     struct ts_address *out)
{
	const char *text = ts_read_string(r, group, key, NULL);

	if (!r->failed && ts_address_parse(out, text))
		ts_reader_fail(r, config_setting_get_member(group, key), NULL,
			       "must be an address: 0x and 40 hex digits (mixed case: with the right EIP-55 checksum)");
}

/**
 * ts_read_tokens() - an amount, as people write it
 * @r: the reader
 * @group: where to look
 * @key: its name
 * @def: what it is when not given; NULL: it must be given
 * @decimals: one is 10^this of what it is counted in
 * @wei: set on success
 */
void ts_read_tokens(struct ts_reader *r, config_setting_t *group, const char *key,
		    const char *def, unsigned int decimals, ts_u128 *wei)
{
	const char *text = ts_read_string(r, group, key, def);
	config_setting_t *s;
	int ret;

	if (r->failed)
		return;
	ret = ts_token_parse(wei, text, decimals);
	if (!ret)
		return;
	s = config_setting_get_member(group, key);
	if (ret == -EINVAL)
		ts_reader_fail(r, s, NULL,
			       "must be a decimal number of tokens in quotes, such as \"0.05\"");
	else
		ts_reader_fail(r, s, NULL,
			       "must have at most %u decimals, and fit into 128 bits without the point",
			       decimals);
}

/** ts_read_bool() - true or false; @def when not given */
bool ts_read_bool(struct ts_reader *r, config_setting_t *group, const char *key,
		  bool def)
{
	config_setting_t *s;

	if (r->failed || !group)
		return def;
	s = config_setting_get_member(group, key);
	if (!s)
		return def;
	if (config_setting_type(s) == CONFIG_TYPE_BOOL)
		return config_setting_get_bool(s);
	ts_reader_fail(r, s, NULL, "must be true or false");
	return def;
}

/**
 * ts_read_word() - one word of a few
 * @r: the reader
 * @group: where to look; NULL: as if empty
 * @key: its name
 * @words: the words, NULL at the end
 * @def: which one it is when not given
 *
 * Return: its index in @words.
 */
int ts_read_word(struct ts_reader *r, config_setting_t *group, const char *key,
		 const char *const *words, int def)
{
	const char *text = ts_read_string(r, group, key, words[def]);
	char list[160];
	int i;

	if (r->failed)
		return def;
	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	join(words, list, sizeof(list));
	ts_reader_fail(r, config_setting_get_member(group, key), NULL,
		       "\"%.40s\" is not allowed; one of: %s", text, list);
	return def;
}
