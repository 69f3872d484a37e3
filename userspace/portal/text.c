// SPDX-License-Identifier: GPL-2.0
/* text.c - the languages of the page, and which one somebody reads. */
#include <string.h>
#include <strings.h>

#include "portal/text.h"

const struct ts_lang_name ts_lang_names[TS_LANG_COUNT] = {
	[TS_LANG_EN] = { "en", "English", "ltr" },
	[TS_LANG_ZH] = { "zh", "中文", "ltr" },
	[TS_LANG_ES] = { "es", "Español", "ltr" },
	[TS_LANG_AR] = { "ar", "العربية", "rtl" },
};

#define TEXT(name, en, zh, es, ar) [TS_TEXT_##name] = { \
	[TS_LANG_EN] = en, [TS_LANG_ZH] = zh, [TS_LANG_ES] = es, [TS_LANG_AR] = ar },

static const char *const texts[TS_TEXT_COUNT][TS_LANG_COUNT] = { TS_TEXTS(TEXT) };

/** ts_text() - Return: a text in a language */
const char *ts_text(enum ts_lang lang, enum ts_text_id id)
{
	return texts[id][lang];
}

/* The language that a tag of @len characters begins with; TS_LANG_COUNT: none of ours. */
static enum ts_lang lang_of(const char *tag, size_t len)
{
	size_t n = strcspn(tag, "-_");
	unsigned int i;

	if (n > len)
		n = len;
	for (i = 0; i < TS_LANG_COUNT; i++)
		if (strlen(ts_lang_names[i].tag) == n &&
		    !strncasecmp(tag, ts_lang_names[i].tag, n))
			break;
	return i;
}

/* "…;q=0.8": in thousands; without it, 1000; what is not one, 0. */
static unsigned int weight_of(const char *item, size_t len)
{
	const char *end = item + len, *q = memchr(item, ';', len);
	unsigned int weight, unit = 100;

	if (!q)
		return 1000;
	for (q++; q < end && *q == ' ';)
		q++;
	if (end - q < 3 || (*q != 'q' && *q != 'Q') || q[1] != '=' ||
	    (q[2] != '0' && q[2] != '1'))
		return 0;
	if (q[2] == '1')
		return 1000;
	q += 3;
	if (q < end && *q == '.')
		q++;
	for (weight = 0; q < end && *q >= '0' && *q <= '9'; q++, unit /= 10)
		weight += (unsigned int)(*q - '0') * unit;
	return weight;
}

/**
 * ts_lang_choose() - the language to answer in
 * @asked: by a link of ours, "zh"; NULL: not
 * @accepted: the Accept-Language header; NULL: there is none
 *
 * Return: what was asked, if it is one of ours, else what is accepted most
 * gladly, else the first.
 */
enum ts_lang ts_lang_choose(const char *asked, const char *accepted)
{
	enum ts_lang best = TS_LANG_COUNT, lang;
	unsigned int most = 0, weight;
	size_t len;

	lang = asked ? lang_of(asked, strlen(asked)) : TS_LANG_COUNT;
	if (lang != TS_LANG_COUNT)
		return lang;
	while (accepted && *accepted) {
		accepted += strspn(accepted, " \t,");
		len = strcspn(accepted, ",");
		lang = lang_of(accepted, strcspn(accepted, ",; \t"));
		weight = weight_of(accepted, len);
		if (lang != TS_LANG_COUNT && weight > most) {
			most = weight;
			best = lang;
		}
		accepted += len;
	}
	return best == TS_LANG_COUNT ? TS_LANG_EN : best;
}
