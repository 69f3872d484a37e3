// SPDX-License-Identifier: GPL-2.0
/* page_write.c - texts, bytes and amounts, safe in a page. */
#include <inttypes.h>
#include <string.h>

#include "chain/token.h"
#include "portal/page.h"

/* More of an amount nobody reads; what is cut off is less than is there. */
#define DECIMALS_SHOWN 6

/** ts_page_escape() - write any text, as text or in a quoted attribute */
void ts_page_escape(FILE *out, const char *text)
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

/** ts_page_say() - write one of the page's own texts */
void ts_page_say(const struct ts_page *page, enum ts_text_id id)
{
	ts_page_escape(page->out, ts_text(page->lang, id));
}

/** ts_page_bytes() - write a number of bytes as people read it; portal.js does the same */
void ts_page_bytes(FILE *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double n = (double)bytes;
	unsigned int i = 0;

	while (n >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		n /= 1000;
		i++;
	}
	fprintf(out, "%.*f %s", i ? (n < 9.995 ? 2 : 1) : 0, n, units[i]);
}

static const struct ts_billing_token *token_of(const struct ts_portal_facts *f,
					       const struct ts_address *a)
{
	unsigned int i;

	for (i = 0; i < f->n_tokens; i++)
		if (ts_address_equal(&f->tokens[i].address, a))
			return &f->tokens[i];
	return NULL;
}

static void cut_decimals(char *text)
{
	char *point = strchr(text, '.'), *end;

	if (!point || strlen(point) <= DECIMALS_SHOWN + 1)
		return;
	end = point + DECIMALS_SHOWN;
	end[1] = '\0';
	for (; *end == '0'; end--)
		*end = '\0';
	if (*end == '.')
		*end = '\0';
}

/** ts_page_wei() - write an amount of a token that is known; @cut: short, for people */
void ts_page_wei(FILE *out, const struct ts_billing_token *t, ts_u128 wei, bool cut)
{
	char text[TS_TOKEN_TEXT_SIZE];

	ts_token_print(wei, t->decimals, text);
	if (cut)
		cut_decimals(text);
	fprintf(out, "%s ", text);
	ts_page_escape(out, t->symbol);
}

/**
 * ts_page_amount() - write an amount
 * @page: the page
 * @token: in which; of one that is not ours any more the decimals are not known
 * @wei: how much
 * @cut: short, for people; else exactly
 */
void ts_page_amount(const struct ts_page *page, const struct ts_address *token,
		    ts_u128 wei, bool cut)
{
	const struct ts_billing_token *t = token_of(page->facts, token);
	char text[TS_U128_TEXT_SIZE];

	if (t)
		ts_page_wei(page->out, t, wei, cut);
	else
		fputs(ts_u128_print(wei, text), page->out);
}
