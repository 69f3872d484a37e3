// SPDX-License-Identifier: GPL-2.0
/*
 * tag.c - amounts that name a session, of payers that cannot send a memo (M6).
 *
 * The last twelve digits of the amount are the session's tag: of a token with 18
 * decimals at most a millionth of it, which is spent like the rest.  The amount is
 * signed as the memo would be.  Tags are a digest of the session's code under a secret of
 * this process: who has heard a code cannot look for another one with the same tag, and
 * after a restart the page shows another tag.  An amount that is nobody's tag, or that of
 * two, stays in the wallet's pool, and goes back to it when it asks.
 */
#include <sodium.h>
#include <string.h>

#include "billing/sessions.h"
#include "billing/tag.h"

#define TAG_DECIMALS	18

/* Of other tokens a tag would be worth something. */
static bool has_tags(const struct ts_billing *b, const struct ts_address *token)
{
	unsigned int i;

	for (i = 0; i < b->config.n_tokens; i++)
		if (ts_address_equal(&b->config.tokens[i].address, token))
			return b->config.tokens[i].decimals >= TAG_DECIMALS;
	return false;
}

/**
 * ts_tag_make() - the tag of a session
 * @b: billing
 * @code: of the session
 *
 * Return: below TS_TAG_WEI; its last digit is no 0, which would be left out where an
 * amount is written.
 */
uint64_t ts_tag_make(const struct ts_billing *b, const char *code)
{
	uint8_t digest[crypto_generichash_BYTES];
	uint64_t n;

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)code, TS_CODE_CHARS,
			   b->nonce_secret, sizeof(b->nonce_secret));
	memcpy(&n, digest, sizeof(n));
	return n % (TS_TAG_WEI / 10) * 10 + 1 + n / (TS_TAG_WEI / 10) % 9;
}

/**
 * ts_tag_session() - the session that an amount names
 * @b: billing
 * @token: in which it is
 * @wei: of one payment without a memo
 *
 * Return: the session, which has a station; NULL: it names none, or more than one.
 */
struct ts_billing_session *ts_tag_session(struct ts_billing *b,
					  const struct ts_address *token, ts_u128 wei)
{
	struct ts_billing_session *s, *found = NULL;
	uint64_t tag = (uint64_t)(wei % TS_TAG_WEI);

	if (!tag || !has_tags(b, token))
		return NULL;
	TAILQ_FOREACH(s, &b->sessions, list) {
		if (s->tag != tag || !s->row.has_station || s->closing || s->row.closed)
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}

/**
 * ts_tag_amount() - an amount with a session's tag
 * @b: billing
 * @s: the session
 * @token: in which
 * @wei: about so much
 *
 * Return: the amount; 0: tokens like this have no tags.
 */
ts_u128 ts_tag_amount(const struct ts_billing *b, const struct ts_billing_session *s,
		      const struct ts_address *token, ts_u128 wei)
{
	return has_tags(b, token) ? wei - wei % TS_TAG_WEI + s->tag : 0;
}
