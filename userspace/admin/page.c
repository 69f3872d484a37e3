// SPDX-License-Identifier: GPL-2.0
/*
 * page.c - the operator's page: whole and usable without a script, in a window 320 pixels
 * wide, by keyboard and by ear.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/private.h"
#include "portal/page.h"

static void write_head(const struct ts_admin *a, FILE *out, const char *title)
{
	fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
	fprintf(out, "%s – ", title);
	ts_page_escape(out, a->facts.name);
	fputs("</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n"
	      "<link rel=\"stylesheet\" href=\"/admin.css\">\n</head><body>\n", out);
}

/** ts_admin_login_page() - where the password is typed; @fault: why it is typed again */
char *ts_admin_login_page(struct ts_admin *a, const char *fault, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	ts_admin_look_secret(a);
	write_head(a, out, "Log in");
	fputs("<main class=\"login\"><h1>", out);
	ts_page_escape(out, a->facts.name);
	fputs("</h1>\n", out);
	if (fault)
		fprintf(out, "<p class=\"fault\" role=\"alert\" id=\"fault\">%s</p>\n", fault);
	if (*a->secret.password)
		fprintf(out, "<form method=\"post\" action=\"/login\">\n"
			"<input name=\"user\" value=\"operator\" autocomplete=\"username\" hidden>\n"
			"<label for=\"password\">Password of the operator</label>\n"
			"<input id=\"password\" name=\"password\" type=\"password\" required "
			"maxlength=\"%d\" autocomplete=\"current-password\" autofocus%s>\n"
			"<button>Log in</button>\n</form>\n", TS_PASSPHRASE_MAX_CHARS - 1,
			fault ? " aria-invalid=\"true\" aria-describedby=\"fault\"" : "");
	else
		fputs("<p>No password is set, so nobody can log in. On the box, run "
		      "<code>tsctl admin passwd</code> and load this page again.</p>\n", out);
	fputs("</main></body></html>\n", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static void write_warnings(struct ts_admin *a, FILE *out)
{
	json_t *list = a->ops.look(a->ops.ctx, TS_ADMIN_WARNINGS), *one;
	size_t i;

	if (!json_array_size(list)) {
		fputs("<p class=\"well\" role=\"status\">All is well: nothing needs you.</p>\n", out);
		json_decref(list);
		return;
	}
	fprintf(out, "<section class=\"warnings\" aria-labelledby=\"warnings\">\n"
		"<h2 id=\"warnings\">Needs you (%zu)</h2>\n<ul>\n", json_array_size(list));
	json_array_foreach(list, i, one) {
		fputs("<li><strong>", out);
		ts_page_escape(out, json_string_value(json_object_get(one, "what")) ?: "");
		fputs("</strong> ", out);
		ts_page_escape(out, json_string_value(json_object_get(one, "message")) ?: "");
		fputs("</li>\n", out);
	}
	fputs("</ul></section>\n", out);
	json_decref(list);
}

static uint64_t bytes_of(const struct ts_sample *s)
{
	uint64_t bytes = 0;
	int traffic, dir;

	for (traffic = 0; traffic < TS_TRAFFIC_COUNT; traffic++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			bytes += s->bytes[traffic][dir];
	return bytes;
}

static void fact(FILE *out, const char *what)
{
	fprintf(out, "<div><dt>%s</dt><dd>", what);
}

static void write_facts(struct ts_admin *a, FILE *out, const struct ts_time *now)
{
	struct ts_totals_view totals;
	struct ts_sample today = { };
	unsigned int i;

	a->ops.totals(a->ops.ctx, &totals);
	if (now->wall_s)
		ts_history_read(a->history, TS_SERIES_DAYS, now->wall_s - now->wall_s % 86400,
				&today);
	fputs("<dl>\n", out);
	for (i = 0; i < a->facts.n_tokens; i++) {
		fact(out, "Income today");
		ts_page_wei(out, &a->facts.tokens[i], today.earned_wei[i], true);
		fputs("</dd></div>\n", out);
	}
	fact(out, "Traffic today");
	ts_page_bytes(out, bytes_of(&today));
	fputs("</dd></div>\n", out);
	fact(out, "Clients online");
	fprintf(out, "%u</dd></div>\n", totals.online);
	fact(out, "Sessions: paid, dry, new");
	fprintf(out, "%u, %u, %u</dd></div>\n", totals.sessions[TS_SESSION_PAID],
		totals.sessions[TS_SESSION_DRY], totals.sessions[TS_SESSION_NEVER_PAID]);
	fact(out, "Open channels");
	fprintf(out, "%u</dd></div>\n</dl>\n", totals.channels);
}

static void write_bar(struct ts_admin *a, FILE *out, const struct ts_login *login,
		      const struct ts_time *now)
{
	time_t t = (time_t)now->wall_s;
	char when[32];
	struct tm tm;

	fputs("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header><h1>", out);
	ts_page_escape(out, a->facts.name);
	fputs("</h1>\n<p>", out);
	if (now->wall_s && gmtime_r(&t, &tm) &&
	    strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm))
		fprintf(out, "<time datetime=\"%.10sT%.5sZ\">%s UTC</time>", when, when + 11, when);
	else
		fputs("The clock of this box is not set", out);
	fprintf(out, " · TokenSwitch %s</p>\n", a->facts.version);
	fprintf(out, "<form method=\"post\" action=\"/logout\">"
		"<input type=\"hidden\" name=\"form\" value=\"%s\">"
		"<button class=\"quiet\">Log out</button></form></header>\n", login->form);
}

/**
 * ts_admin_page() - the page
 * @a: the admin page
 * @login: whose
 * @period: of the plots, as asked for, or NULL
 * @len: set
 *
 * Return: HTML, to be freed; NULL: no memory.
 */
char *ts_admin_page(struct ts_admin *a, const struct ts_login *login, const char *period,
		    size_t *len)
{
	struct ts_time now;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (!out)
		return NULL;
	a->ops.now(a->ops.ctx, &now);
	write_head(a, out, "Operator");
	write_bar(a, out, login, &now);
	fputs("<main id=\"main\">\n", out);
	write_warnings(a, out);
	fputs("<section aria-labelledby=\"now\"><h2 id=\"now\">Now</h2>\n", out);
	write_facts(a, out, &now);
	fputs("</section>\n", out);
	ts_admin_plots(a, out, period);
	ts_admin_tables(a, out);
	fputs("</main></body></html>\n", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
