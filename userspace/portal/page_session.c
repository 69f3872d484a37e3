// SPDX-License-Identifier: GPL-2.0
/* page_session.c - of the page: how the session stands, and what things cost. */
#include <inttypes.h>
#include <string.h>

#include "portal/page.h"

#define PLOT_HEIGHT 60

static void say_attribute(const struct ts_page *page, const char *name,
			  enum ts_text_id id)
{
	fprintf(page->out, " %s=\"", name);
	ts_page_say(page, id);
	fputc('"', page->out);
}

/* The script shows the other states in the same words. */
static void write_state(const struct ts_page *page)
{
	static const struct {
		const char *name;
		enum ts_text_id text;
	} states[] = {
		[TS_SESSION_NEVER_PAID] = { "never-paid", TS_TEXT_NEVER_PAID },
		[TS_SESSION_DRY] = { "dry", TS_TEXT_DRY },
		[TS_SESSION_PAID] = { "paid", TS_TEXT_PAID },
	};

	fprintf(page->out, "<p class=\"state\" id=\"state\" role=\"status\" data-state=\"%s\"",
		states[page->view->state].name);
	say_attribute(page, "data-never-paid", TS_TEXT_NEVER_PAID);
	say_attribute(page, "data-dry", TS_TEXT_DRY);
	say_attribute(page, "data-paid", TS_TEXT_PAID);
	fputc('>', page->out);
	ts_page_say(page, states[page->view->state].text);
	fputs("</p>\n", page->out);
}

static void write_held(const struct ts_page *page)
{
	const char *text = ts_text(page->lang, TS_TEXT_HELD);
	const char *place = strstr(text, "{}");

	fputs("<p class=\"note\" id=\"held\" role=\"status\"", page->out);
	say_attribute(page, "data-text", TS_TEXT_HELD);
	if (!page->view->held) {
		fputs(" hidden></p>\n", page->out);
		return;
	}
	fprintf(page->out, ">%.*s", (int)(place - text), text);
	ts_page_escape(page->out, page->view->held_text);
	fprintf(page->out, "%s</p>\n", place + 2);
}

static void begin_fact(const struct ts_page *page, enum ts_text_id what,
		       const char *id)
{
	fputs("<div><dt>", page->out);
	ts_page_say(page, what);
	fprintf(page->out, "</dt><dd><bdi id=\"%s\" dir=\"ltr\"", id);
}

static void end_fact(const struct ts_page *page)
{
	fputs("</bdi></dd></div>\n", page->out);
}

static void write_bytes(const struct ts_page *page, enum ts_text_id what,
			const char *id, uint64_t bytes)
{
	begin_fact(page, what, id);
	fputc('>', page->out);
	ts_page_bytes(page->out, bytes);
	end_fact(page);
}

static void write_left(const struct ts_page *page)
{
	const struct ts_session_view *v = page->view;

	begin_fact(page, TS_TEXT_LEFT_MONEY, "money");
	fputc('>', page->out);
	ts_page_amount(page, &v->tariff.token, v->unspent_wei, true);
	end_fact(page);
	begin_fact(page, TS_TEXT_LEFT_BYTES, "bytes");
	say_attribute(page, "data-unlimited", TS_TEXT_UNLIMITED);
	fputc('>', page->out);
	if (v->remaining_bytes > INT64_MAX)
		ts_page_say(page, TS_TEXT_UNLIMITED);
	else
		ts_page_bytes(page->out, v->remaining_bytes);
	end_fact(page);
}

static void write_speed(const struct ts_page *page)
{
	begin_fact(page, TS_TEXT_SPEED, "speed");
	fputc('>', page->out);
	if (page->usage->has_speed) {
		ts_page_bytes(page->out, page->usage->speed_bytes_s);
		fputs("/s", page->out);
	} else {
		fputs("–", page->out);
	}
	end_fact(page);
}

static void write_plot(const struct ts_page *page)
{
	const uint64_t *slot = page->usage->slot_bytes;
	uint64_t most = 1;
	unsigned int i, h;

	fprintf(page->out, "<svg class=\"plot\" id=\"plot\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\"",
		TS_USAGE_SLOTS, PLOT_HEIGHT);
	say_attribute(page, "aria-label", TS_TEXT_PLOT);
	fputs(" data-slots=\"", page->out);
	for (i = 0; i < TS_USAGE_SLOTS; i++) {
		fprintf(page->out, "%s%" PRIu64, i ? "," : "", slot[i]);
		if (slot[i] > most)
			most = slot[i];
	}
	fputs("\">", page->out);
	for (i = 0; i < TS_USAGE_SLOTS; i++) {
		h = slot[i] ? 1 + (unsigned int)((double)slot[i] * (PLOT_HEIGHT - 1) /
						 (double)most) : 0;
		fprintf(page->out, "<rect x=\"%u.1\" width=\".8\" y=\"%u\" height=\"%u\"/>",
			i, PLOT_HEIGHT - h, h);
	}
	fputs("</svg>\n<p class=\"caption\" aria-hidden=\"true\">", page->out);
	ts_page_say(page, TS_TEXT_PLOT);
	fputs("</p>\n", page->out);
}

/** ts_page_session() - what is left, what was used, how fast */
void ts_page_session(const struct ts_page *page)
{
	const struct ts_session_view *v = page->view;

	write_state(page);
	write_held(page);
	fputs("<p class=\"note\" id=\"lost\" role=\"status\" hidden>", page->out);
	ts_page_say(page, TS_TEXT_LOST);
	fputs("</p>\n<section aria-labelledby=\"left\"><h2 id=\"left\">", page->out);
	ts_page_say(page, TS_TEXT_LEFT);
	fputs("</h2>\n<dl>\n", page->out);
	write_left(page);
	write_speed(page);
	write_bytes(page, TS_TEXT_RECEIVED, "down", v->used_bytes[TS_DIR_DOWN]);
	write_bytes(page, TS_TEXT_SENT, "up", v->used_bytes[TS_DIR_UP]);
	fputs("</dl>\n", page->out);
	write_plot(page);
	/* Where the script runs, what is shown is kept true. */
	fprintf(page->out, "<noscript><p><a href=\"/?lang=%s\">",
		ts_lang_names[page->lang].tag);
	ts_page_say(page, TS_TEXT_UPDATE);
	fputs("</a></p></noscript>\n</section>\n", page->out);
}

static void write_price(const struct ts_page *page, int class, int dir)
{
	const struct ts_ledger_tariff *t = &page->view->tariff;
	ts_u128 wei = 0;

	fputs("<td>", page->out);
	/* No text means free. */
	ts_u128_parse(&wei, t->wei_per_gb[class][dir]);
	if (wei) {
		fputs("<bdi dir=\"ltr\">", page->out);
		ts_page_amount(page, &t->token, wei, false);
		fputs("</bdi>", page->out);
	} else {
		ts_page_say(page, TS_TEXT_FREE);
	}
	fputs("</td>", page->out);
}

static void write_head(const struct ts_page *page, enum ts_text_id text,
		       const char *scope)
{
	fprintf(page->out, "<th scope=\"%s\">", scope);
	ts_page_say(page, text);
	fputs("</th>", page->out);
}

static void write_class(const struct ts_page *page, enum ts_text_id name, int class)
{
	fputs("<tr>", page->out);
	write_head(page, name, "row");
	write_price(page, class, TS_DIR_DOWN);
	write_price(page, class, TS_DIR_UP);
	fputs("</tr>\n", page->out);
}

/** ts_page_prices() - what a gigabyte costs */
void ts_page_prices(const struct ts_page *page)
{
	fputs("<section>\n<table><caption>", page->out);
	ts_page_say(page, TS_TEXT_PRICE);
	fputs("</caption>\n<thead><tr>", page->out);
	write_head(page, TS_TEXT_TRAFFIC, "col");
	write_head(page, TS_TEXT_DOWN, "col");
	write_head(page, TS_TEXT_UP, "col");
	fputs("</tr></thead>\n<tbody>\n", page->out);
	write_class(page, TS_TEXT_INTERNET, TS_CLASS_INTERNET);
	write_class(page, TS_TEXT_LOCAL, TS_CLASS_LOCAL);
	fputs("</tbody></table>\n</section>\n", page->out);
}
