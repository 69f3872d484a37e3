/* SPDX-License-Identifier: GPL-2.0 */
/* page.h - between the files that write the page. */
#ifndef TS_PORTAL_PAGE_H
#define TS_PORTAL_PAGE_H

#include <stdio.h>

#include "portal/portal.h"
#include "portal/text.h"
#include "portal/usage.h"

/**
 * struct ts_page - a page being written
 * @out: where to
 * @facts: of the box
 * @lang: its language
 * @view: the session of the asking station; NULL: it has none
 * @busy: it has none, for too many ask
 * @usage: of that session
 * @opened: probes are answered as if the network were open
 * @base: this box as the client names it, "http://name"; "": it did not say
 * @wallet: it has the wallet page beside it
 * @fault: why what somebody has just filled in was not taken; NULL: nothing was
 * @url: of the page in a real browser, by https where that is to be had; "": not known
 */
struct ts_page {
	FILE *out;
	const struct ts_portal_facts *facts;
	enum ts_lang lang;
	const struct ts_session_view *view;
	bool busy;
	const struct ts_usage *usage;
	bool opened;
	const char *base;
	bool wallet;
	const char *fault;
	const char *url;
};

/* page.c */
char *ts_page_text(struct ts_page *page);

/* page_session.c */
void ts_page_session(const struct ts_page *page);
void ts_page_prices(const struct ts_page *page);

/* page_pay.c */
void ts_page_pay(const struct ts_page *page);
void ts_page_browser(const struct ts_page *page);

/* page_write.c; the admin page has no struct ts_page, and uses those with a FILE */
void ts_page_escape(FILE *out, const char *text);
void ts_page_say(const struct ts_page *page, enum ts_text_id id);
void ts_page_bytes(FILE *out, uint64_t bytes);
void ts_page_wei(FILE *out, const struct ts_billing_token *t, ts_u128 wei, bool cut);
void ts_page_amount(const struct ts_page *page, const struct ts_address *token,
		    ts_u128 wei, bool cut);

/* qr.c */
int ts_qr_svg(FILE *out, const char *text, const char *label);

#endif /* TS_PORTAL_PAGE_H */
