// SPDX-License-Identifier: GPL-2.0
/*
 * page.c - the page at "/": whole and usable without a script, without a
 * cookie, in a window 320 pixels wide.  What it is not: it holds no key.
 */
#include <stdlib.h>

#include "portal/page.h"

static void write_languages(const struct ts_page *page)
{
	const struct ts_lang_name *l = ts_lang_names;

	fputs("<nav aria-label=\"", page->out);
	ts_page_say(page, TS_TEXT_LANGUAGE);
	fputs("\"><ul>\n", page->out);
	for (; l < ts_lang_names + TS_LANG_COUNT; l++)
		fprintf(page->out, "<li><a href=\"/?lang=%s\" lang=\"%s\" hreflang=\"%s\" dir=\"%s\"%s>%s</a></li>\n",
			l->tag, l->tag, l->tag, l->dir,
			l == &ts_lang_names[page->lang] ? " aria-current=\"true\"" : "",
			l->name);
	fputs("</ul></nav>\n", page->out);
}

static void write_head(const struct ts_page *page)
{
	const struct ts_lang_name *l = &ts_lang_names[page->lang];

	fprintf(page->out, "<!doctype html>\n<html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>", l->tag, l->dir);
	ts_page_escape(page->out, page->facts->name);
	fputs("</title>\n"
	      "<link rel=\"icon\" href=\"/icon.svg\">\n"
	      "<link rel=\"stylesheet\" href=\"/portal.css\">\n"
	      "<script src=\"/portal.js\" defer></script>\n</head><body>\n"
	      "<a class=\"skip\" href=\"#main\">", page->out);
	ts_page_say(page, TS_TEXT_SKIP);
	fputs("</a>\n<header><h1>", page->out);
	ts_page_escape(page->out, page->facts->name);
	fputs("</h1>\n", page->out);
	write_languages(page);
	fputs("</header>\n", page->out);
}

/**
 * ts_page_text() - the page
 * @page: all but its @out
 *
 * Return: HTML, to be freed; NULL: no memory.
 */
char *ts_page_text(struct ts_page *page)
{
	char *text = NULL;
	size_t size;

	page->out = open_memstream(&text, &size);
	if (!page->out)
		return NULL;
	write_head(page);
	fputs("<main id=\"main\">\n", page->out);
	if (page->view) {
		if (page->opened)
			ts_page_browser(page);
		ts_page_session(page);
		ts_page_prices(page);
		/* Before what takes time: the window may not last so long. */
		if (!page->opened)
			ts_page_browser(page);
		ts_page_pay(page);
	} else {
		fputs("<p class=\"state\">", page->out);
		ts_page_say(page, page->busy ? TS_TEXT_NOT_NOW : TS_TEXT_NO_STATION);
		fputs("</p>\n", page->out);
	}
	fputs("</main>\n</body></html>\n", page->out);
	if (fclose(page->out)) {
		free(text);
		return NULL;
	}
	return text;
}
