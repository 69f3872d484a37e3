/* SPDX-License-Identifier: GPL-2.0 */
/* text.h - the languages of the page, and which one somebody reads. */
#ifndef TS_PORTAL_TEXT_H
#define TS_PORTAL_TEXT_H

#include "portal/texts.h"

/** enum ts_lang - a language of the page; the first is that of who says nothing */
enum ts_lang {
	TS_LANG_EN,
	TS_LANG_ZH,
	TS_LANG_ES,
	TS_LANG_AR,
	TS_LANG_COUNT,
};

#define TS_TEXT_ID(name, en, zh, es, ar) TS_TEXT_##name,

/** enum ts_text_id - a text of the page */
enum ts_text_id {
	TS_TEXTS(TS_TEXT_ID)
	TS_TEXT_COUNT,
};

#undef TS_TEXT_ID

/**
 * struct ts_lang_name - how a language is called
 * @tag: as HTML and HTTP have it
 * @name: by those who speak it
 * @dir: how it is written
 */
struct ts_lang_name {
	const char *tag;
	const char *name;
	const char *dir;
};

extern const struct ts_lang_name ts_lang_names[TS_LANG_COUNT];

const char *ts_text(enum ts_lang lang, enum ts_text_id id);
enum ts_lang ts_lang_choose(const char *asked, const char *accepted);

#endif /* TS_PORTAL_TEXT_H */
