// SPDX-License-Identifier: GPL-2.0
/* page_pay.c - of the page: how to pay, and the way out of a small window. */
#include <string.h>

#include "photon/memo.h"
#include "portal/page.h"

static void heading(const struct ts_page *page, enum ts_text_id text)
{
	fputs("<h3>", page->out);
	ts_page_say(page, text);
	fputs("</h3>\n", page->out);
}

static void paragraph(const struct ts_page *page, enum ts_text_id text)
{
	fputs("<p>", page->out);
	ts_page_say(page, text);
	fputs("</p>\n", page->out);
}

static void fact(const struct ts_page *page, enum ts_text_id what, const char *value)
{
	fputs("<dt>", page->out);
	ts_page_say(page, what);
	fputs("</dt><dd><code dir=\"ltr\">", page->out);
	ts_page_escape(page->out, value);
	fputs("</code></dd>\n", page->out);
}

/* Exactly, for it is the last digits that count. */
static void by_tag(const struct ts_page *page)
{
	if (!page->view->tagged_wei)
		return;
	paragraph(page, TS_TEXT_TAG_HOW);
	fputs("<dl class=\"facts\"><dt>", page->out);
	ts_page_say(page, TS_TEXT_TAG);
	fputs("</dt><dd><code id=\"tag\" dir=\"ltr\">", page->out);
	ts_page_amount(page, &page->view->tariff.token, page->view->tagged_wei, false);
	fputs("</code></dd></dl>\n", page->out);
}

static void by_app(const struct ts_page *page)
{
	const struct ts_session_view *v = page->view;
	char address[TS_ADDRESS_TEXT_SIZE], memo_text[TS_MEMO_SIZE], port[8];
	struct ts_memo memo = { .tariff_id = v->tariff.id };

	snprintf(memo.code, sizeof(memo.code), "%s", v->code);
	ts_memo_print(&memo, memo_text);
	ts_address_print(&page->facts->address, address);
	snprintf(port, sizeof(port), "%u", page->facts->photon_port);
	heading(page, TS_TEXT_APP);
	paragraph(page, TS_TEXT_APP_HOW);
	ts_qr_svg(page->out, address, ts_text(page->lang, TS_TEXT_QR));
	fputs("<dl class=\"facts\">\n", page->out);
	fact(page, TS_TEXT_ADDRESS, address);
	fact(page, TS_TEXT_MEMO, memo_text);
	fputs("<dt>", page->out);
	ts_page_say(page, TS_TEXT_AMOUNT);
	fputs("</dt><dd><bdi dir=\"ltr\">", page->out);
	ts_page_amount(page, &v->tariff.token, v->suggest_wei, true);
	fputs("</bdi></dd>\n", page->out);
	fact(page, TS_TEXT_PORT, port);
	fputs("</dl>\n", page->out);
	by_tag(page);
}

static void by_tspay(const struct ts_page *page)
{
	heading(page, TS_TEXT_TSPAY);
	fputs("<p><code dir=\"ltr\">tspay ", page->out);
	ts_page_escape(page->out, *page->base ? page->base : "http://BOX");
	fputs("</code></p>\n", page->out);
}

static void by_wallet(const struct ts_page *page)
{
	if (!page->wallet)
		return;
	heading(page, TS_TEXT_WALLET);
	paragraph(page, TS_TEXT_WALLET_HOW);
	fputs("<p><a dir=\"ltr\" href=\"", page->out);
	ts_page_escape(page->out, page->url);
	fputs("wallet/\">", page->out);
	ts_page_escape(page->out, page->url);
	fputs("wallet/</a></p>\n", page->out);
}

/* What was typed does not come back: it is worth money, and may be on a shown screen. */
static void by_voucher(const struct ts_page *page)
{
	heading(page, TS_TEXT_VOUCHER);
	fprintf(page->out, "<form method=\"post\" action=\"/captive-portal/voucher?lang=%s\">\n",
		ts_lang_names[page->lang].tag);
	if (page->fault) {
		fputs("<p class=\"note\" id=\"fault\" role=\"alert\">", page->out);
		ts_page_escape(page->out, page->fault);
		fputs("</p>\n", page->out);
	}
	fputs("<label for=\"voucher\">", page->out);
	ts_page_say(page, TS_TEXT_VOUCHER_CODE);
	fprintf(page->out, "</label>\n<input id=\"voucher\" name=\"code\" dir=\"ltr\" required maxlength=\"40\" size=\"22\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\"%s>\n<button type=\"submit\">",
		page->fault ? " aria-invalid=\"true\" aria-describedby=\"fault\" autofocus" : "");
	ts_page_say(page, TS_TEXT_VOUCHER_USE);
	fputs("</button></form>\n", page->out);
}

/* Each way to pay is a function here, in the order of the page. */
static void (*const ways[])(const struct ts_page *page) = {
	by_wallet, by_voucher, by_app, by_tspay,
};

static void session_code(const struct ts_page *page)
{
	fputs("<section aria-labelledby=\"code\"><h2 id=\"code\">", page->out);
	ts_page_say(page, TS_TEXT_CODE);
	fprintf(page->out, "</h2>\n<p><code dir=\"ltr\">%s</code></p>\n", page->view->code);
	paragraph(page, TS_TEXT_CODE_SECRET);
	fputs("</section>\n", page->out);
}

static void own_address(const struct ts_page *page)
{
	if (!*page->url)
		return;
	fputs("<p><a dir=\"ltr\" href=\"", page->out);
	ts_page_escape(page->out, page->url);
	fputs("\">", page->out);
	ts_page_escape(page->out, page->url);
	fputs("</a></p>\n", page->out);
}

/**
 * ts_page_browser() - the way out of a small window
 * @page: the page
 *
 * A form, so that it works without the script.
 */
void ts_page_browser(const struct ts_page *page)
{
	fputs("<section aria-labelledby=\"browser\"><h2 id=\"browser\">", page->out);
	ts_page_say(page, TS_TEXT_BROWSER);
	fprintf(page->out, "</h2>\n<p%s>", page->opened ? " role=\"status\"" : "");
	ts_page_say(page, page->opened ? TS_TEXT_OPENED : TS_TEXT_BROWSER_HOW);
	fputs("</p>\n", page->out);
	own_address(page);
	if (!page->opened) {
		fprintf(page->out, "<form method=\"post\" action=\"/captive-portal/continue?lang=%s\"><button type=\"submit\">",
			ts_lang_names[page->lang].tag);
		ts_page_say(page, TS_TEXT_BROWSER);
		fputs("</button></form>\n", page->out);
	}
	fputs("</section>\n", page->out);
}

/** ts_page_pay() - the ways to pay, and the session's code */
void ts_page_pay(const struct ts_page *page)
{
	unsigned int i;

	fputs("<section aria-labelledby=\"pay\"><h2 id=\"pay\">", page->out);
	ts_page_say(page, TS_TEXT_PAY);
	fputs("</h2>\n", page->out);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		ways[i](page);
	fputs("</section>\n", page->out);
	session_code(page);
}
