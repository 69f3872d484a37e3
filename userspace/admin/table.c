// SPDX-License-Identifier: GPL-2.0
/* table.c - sessions of now, and what channels can still carry. */
#include <inttypes.h>
#include <string.h>

#include "admin/private.h"
#include "portal/page.h"

/* More nobody reads on a page. */
#define ROWS_MAX	200

static const char *text_of(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name)) ?: "";
}

/* What an object says its amounts are in; of a token that is no more, whole units. */
static struct ts_billing_token token_of(const json_t *o)
{
	struct ts_billing_token t = { };

	snprintf(t.symbol, sizeof(t.symbol), "%s", text_of(o, "symbol"));
	t.decimals = (uint8_t)json_integer_value(json_object_get(o, "decimals"));
	return t;
}

static void cell_wei(FILE *out, const json_t *o, const char *name,
		     const struct ts_billing_token *token)
{
	ts_u128 wei = 0;

	ts_u128_parse(&wei, text_of(o, name));
	fputs("<td>", out);
	ts_page_wei(out, token, wei, true);
	fputs("</td>", out);
}

static void cell_bytes(FILE *out, const json_t *value)
{
	fputs("<td>", out);
	if (json_is_integer(value))
		ts_page_bytes(out, (uint64_t)json_integer_value(value));
	else
		fputs("no limit", out);
	fputs("</td>", out);
}

static void begin(FILE *out, const char *id, const char *title, const char *const *heads)
{
	fprintf(out, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n"
		"<div class=\"wide\" role=\"region\" aria-label=\"%s, table\" tabindex=\"0\">"
		"<table><thead><tr>", id, id, title, title);
	for (; *heads; heads++)
		fprintf(out, "<th scope=\"col\">%s</th>", *heads);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void rows(FILE *out, const json_t *list, void (*row)(FILE *out, const json_t *one),
		const char *none, const char *more)
{
	size_t i, count = json_array_size(list);

	for (i = 0; i < count && i < ROWS_MAX; i++)
		row(out, json_array_get(list, i));
	fputs("</tbody></table></div>\n", out);
	if (!count)
		fprintf(out, "<p>%s</p>\n", none);
	if (count > ROWS_MAX)
		fprintf(out, "<p>And %zu more: %s.</p>\n", count - ROWS_MAX, more);
	fputs("</section>\n", out);
}

static void session_row(FILE *out, const json_t *one)
{
	const json_t *used = json_object_get(one, "used_bytes");
	struct ts_billing_token token = token_of(json_object_get(one, "tariff"));
	const char *mac = text_of(json_object_get(one, "station"), "mac");

	fputs("<tr><th scope=\"row\">", out);
	ts_page_escape(out, *mac ? mac : "not here");
	fprintf(out, "</th><td class=\"%s\">%s</td>", text_of(one, "state"),
		text_of(one, "state"));
	cell_wei(out, one, "unspent_wei", &token);
	cell_bytes(out, json_object_get(one, "remaining_bytes"));
	cell_bytes(out, json_object_get(used, "down"));
	cell_bytes(out, json_object_get(used, "up"));
	fputs("</tr>\n", out);
}

static void write_sessions(struct ts_admin *a, FILE *out)
{
	static const char *const heads[] = {
		"Station", "State", "Left", "That is", "Down", "Up", NULL
	};
	json_t *all = a->ops.look(a->ops.ctx, TS_ADMIN_SESSIONS);
	const json_t *list = json_object_get(all, "sessions");

	begin(out, "sessions", "Sessions", heads);
	rows(out, list, session_row, "Nobody is here.", "<code>tsctl -j session list</code>");
	json_decref(all);
}

/* A side that holds nothing does not run empty. */
static void write_empty(FILE *out, const json_t *one, const char *wei, const char *empty_s)
{
	const json_t *s = json_object_get(one, empty_s);

	if (json_is_integer(s) && strcmp(text_of(one, wei), "0"))
		fprintf(out, "<td>%" PRIu64 " h</td>",
			(uint64_t)json_integer_value(s) / 3600);
	else
		fputs("<td>–</td>", out);
}

static void channel_row(FILE *out, const json_t *one)
{
	struct ts_billing_token token = token_of(one);
	bool frozen = json_is_true(json_object_get(one, "frozen"));

	fputs("<tr><th scope=\"row\" class=\"address\">", out);
	ts_page_escape(out, text_of(one, "partner_address"));
	fprintf(out, "</th><td>%s</td>", frozen ? "frozen" : text_of(one, "state"));
	cell_wei(out, one, "in_wei", &token);
	write_empty(out, one, "in_wei", "in_empty_s");
	cell_wei(out, one, "out_wei", &token);
	write_empty(out, one, "out_wei", "out_empty_s");
	fputs("</tr>\n", out);
}

static void write_channels(struct ts_admin *a, FILE *out)
{
	static const char *const heads[] = {
		"Partner", "State", "Can pay us", "Empty in", "We can pay", "Empty in", NULL
	};
	json_t *all = a->ops.look(a->ops.ctx, TS_ADMIN_LIQUIDITY);
	const json_t *list = json_object_get(all, "channels");

	begin(out, "channels", "Channels", heads);
	rows(out, list, channel_row, "There is no channel yet.",
	    "<code>tsctl liquidity</code>");
	json_decref(all);
}

/** ts_admin_tables() - the sections with the tables */
void ts_admin_tables(struct ts_admin *a, FILE *out)
{
	write_sessions(a, out);
	write_channels(a, out);
}
