// SPDX-License-Identifier: GPL-2.0
/* page.c - the plain page at "/": no script, no cookie, readable anywhere. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "chain/token.h"
#include "photon/memo.h"
#include "portal/private.h"

static void escape(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

/* An amount in the token of a tariff; without decimals, if it is not ours any more. */
static void tokens(FILE *out, const struct ts_portal_facts *f,
		   const struct ts_ledger_tariff *t, ts_u128 wei)
{
	const struct ts_billing_token *token = f->tokens;
	char text[TS_TOKEN_TEXT_SIZE];

	while (token < f->tokens + f->n_tokens &&
	       !ts_address_equal(&token->address, &t->token))
		token++;
	if (token == f->tokens + f->n_tokens) {
		fprintf(out, "%s", ts_u128_print(wei, text));
		return;
	}
	fprintf(out, "%s ", ts_token_print(wei, token->decimals, text));
	escape(out, token->symbol);
}

static void price(FILE *out, const struct ts_portal_facts *f,
		  const struct ts_session_view *v, const char *what, int class)
{
	ts_u128 up = 0, down = 0;

	/* No text means free. */
	ts_u128_parse(&down, v->tariff.wei_per_gb[class][TS_DIR_DOWN]);
	ts_u128_parse(&up, v->tariff.wei_per_gb[class][TS_DIR_UP]);
	fprintf(out, "<tr><th>%s</th><td>", what);
	tokens(out, f, &v->tariff, down);
	fputs("</td><td>", out);
	tokens(out, f, &v->tariff, up);
	fputs("</td></tr>\n", out);
}

static void state(FILE *out, const struct ts_portal_facts *f,
		  const struct ts_session_view *v)
{
	if (v->state == TS_SESSION_NEVER_PAID)
		fputs("<p><b>Nothing paid yet.</b> Pay and your traffic passes.</p>\n",
		      out);
	else if (v->state == TS_SESSION_DRY)
		fputs("<p><b>Used up.</b> Pay and your connections go on.</p>\n", out);
	else
		fputs("<p><b>Paid.</b></p>\n", out);
	if (v->held) {
		fputs("<p><b>Little or no internet now:</b> ", out);
		escape(out, v->held_text);
		fputs(".</p>\n", out);
	}
	fputs("<p>Left: ", out);
	tokens(out, f, &v->tariff, v->unspent_wei);
	if (v->remaining_bytes <= INT64_MAX)
		fprintf(out, ", at least %.3f MB of internet traffic",
			v->remaining_bytes / 1e6);
	fprintf(out, ". Used: %.3f MB down, %.3f MB up.</p>\n",
		v->used_bytes[TS_DIR_DOWN] / 1e6, v->used_bytes[TS_DIR_UP] / 1e6);
}

static void how_to_pay(FILE *out, const struct ts_portal_facts *f,
		       const struct ts_session_view *v, const char *host)
{
	char address[TS_ADDRESS_TEXT_SIZE], memo_text[TS_MEMO_SIZE];
	struct ts_memo memo = { .tariff_id = v->tariff.id };

	snprintf(memo.code, sizeof(memo.code), "%s", v->code);
	ts_memo_print(&memo, memo_text);
	ts_address_print(&f->address, address);
	fprintf(out, "<h2>How to pay</h2>\n<p>With tspay: <code>tspay http://");
	escape(out, *host ? host : "BOX");
	fprintf(out, "</code></p>\n<p>With any Photon node: a direct transfer to <code>%s</code> "
		"(UDP port %u) with the data <code>%s</code></p>\n"
		"<p>Your session: <code>%s</code>. Who knows it can pay for you, "
		"and take your session along; show it to nobody else.</p>\n",
		address, f->photon_port, memo_text, v->code);
}

/**
 * ts_page_text() - the page
 * @facts: of the box
 * @view: the session of the asking station; NULL: it has none
 * @host: as the client names us, "" when it did not say
 *
 * Return: HTML, to be freed; NULL: no memory.
 */
char *ts_page_text(const struct ts_portal_facts *facts,
		   const struct ts_session_view *view, const char *host)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width\">"
	      "<meta http-equiv=\"refresh\" content=\"15\"><title>", out);
	escape(out, facts->name);
	fputs("</title></head><body>\n<h1>", out);
	escape(out, facts->name);
	fputs("</h1>\n", out);
	if (view) {
		state(out, facts, view);
		fputs("<table><tr><th>Price of 1 GB</th><th>down</th><th>up</th></tr>\n",
		      out);
		price(out, facts, view, "Internet", TS_CLASS_INTERNET);
		price(out, facts, view, "Local", TS_CLASS_LOCAL);
		fputs("</table>\n", out);
		how_to_pay(out, facts, view, host);
	} else {
		fputs("<p>You are not connected through a metered port of this box.</p>\n",
		      out);
	}
	fputs("</body></html>\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
