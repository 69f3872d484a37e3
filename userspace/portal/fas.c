// SPDX-License-Identifier: GPL-2.0
/* fas.c - openNDS's query of FAS level 1, and the way back to openNDS. */
#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal/fas.h"

#define HEX_DIGITS "0123456789abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SEPARATOR ", "

/* "a=b, c=d": the text behind "name=" up to the separator; false: too long, or none. */
static bool find_value(const char *text, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), len;
	const char *at, *end;

	for (at = text; at; at = end ? end + strlen(SEPARATOR) : NULL) {
		end = strstr(at, SEPARATOR);
		if (strncmp(at, name, n) || at[n] != '=')
			continue;
		at += n + 1;
		len = end ? (size_t)(end - at) : strlen(at);
		if (len >= size)
			return false;
		memcpy(out, at, len);
		out[len] = '\0';
		return true;
	}
	return false;
}

static int parse_mac(const char *text, uint8_t mac[6])
{
	unsigned int i;
	char *end = NULL;

	if (strlen(text) != 17)
		return -EINVAL;
	for (i = 0; i < 6; i++, text += 3) {
		const char pair[3] = { text[0], text[1] };

		if (strspn(pair, HEX_DIGITS) != 2 || (i < 5 && text[2] != ':'))
			return -EINVAL;
		mac[i] = (uint8_t)strtoul(pair, &end, 16);
	}
	return 0;
}

/* What openNDS shall send a browser to afterwards: a page of the web, and one line. */
static bool is_encoded_url(const char *text)
{
	return !strncasecmp(text, "http%3a%2f%2f", 13) &&
	       !text[strspn(text, LETTERS "0123456789%-._~")];
}

static int parse_text(const char *text, struct ts_fas *fas)
{
	char word[32];

	if (!find_value(text, "hid", fas->hid, sizeof(fas->hid)) ||
	    strlen(fas->hid) != sizeof(fas->hid) - 1 ||
	    strspn(fas->hid, HEX_DIGITS) != sizeof(fas->hid) - 1)
		return -EINVAL;
	if (!find_value(text, "clientip", word, sizeof(word)) ||
	    inet_pton(AF_INET, word, &fas->ip) != 1)
		return -EINVAL;
	if (!find_value(text, "clientmac", word, sizeof(word)) || parse_mac(word, fas->mac))
		return -EINVAL;
	if (!find_value(text, "originurl", fas->origin, sizeof(fas->origin)) ||
	    !is_encoded_url(fas->origin))
		fas->origin[0] = '\0';
	return 0;
}

/**
 * ts_fas_parse() - what is behind ?fas=
 * @query: base64, as a browser sent it: its '+' may have become a space
 * @fas: set on success
 *
 * Return: 0; -EINVAL: it is nothing that openNDS sends.
 */
int ts_fas_parse(const char *query, struct ts_fas *fas)
{
	char encoded[TS_FAS_QUERY_MAX], text[TS_FAS_QUERY_MAX];
	size_t len = strlen(query), i, n;

	memset(fas, 0, sizeof(*fas));
	if (len >= sizeof(encoded))
		return -EINVAL;
	for (i = 0; i <= len; i++)
		encoded[i] = query[i] == ' ' ? '+' : query[i];
	if (sodium_base642bin((unsigned char *)text, sizeof(text) - 1, encoded, len, NULL,
			      &n, NULL, sodium_base64_VARIANT_ORIGINAL))
		return -EINVAL;
	text[n] = '\0';
	return strlen(text) == n ? parse_text(text, fas) : -EINVAL;
}

/**
 * ts_fas_key_check() - can this be a faskey?
 * @key: it
 * @len: of it
 *
 * openNDS hands it to a shell and reads it from a line of words: so it has nothing in it
 * that either would take for more than a letter.
 *
 * Return: 0 or -EINVAL.
 */
int ts_fas_key_check(const char *key, size_t len)
{
	size_t i;

	if (len < TS_FAS_KEY_MIN_CHARS || len > TS_FAS_KEY_MAX_CHARS)
		return -EINVAL;
	for (i = 0; i < len; i++)
		if (!key[i] || !strchr(LETTERS "0123456789", key[i]))
			return -EINVAL;
	return 0;
}

/**
 * ts_fas_url() - openNDS's own door, with the word that opens it
 * @fas: who asks; it was found to be that
 * @key: faskey
 * @gateway: ADDRESS:PORT of openNDS, by our configuration: what the query says of it
 *	would send the word to whoever wrote the query
 * @own: ADDRESS:PORT of our page, for who did not say where it wanted to go: openNDS
 *	9.10 falls over without an address
 * @url: where it goes
 */
void ts_fas_url(const struct ts_fas *fas, const char *key, const char *gateway,
		const char *own, char url[TS_FAS_URL_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char rhid[2 * sizeof(hash) + 1];
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)fas->hid,
				  strlen(fas->hid));
	crypto_hash_sha256_update(&state, (const unsigned char *)key, strlen(key));
	crypto_hash_sha256_final(&state, hash);
	sodium_memzero(&state, sizeof(state));
	sodium_bin2hex(rhid, sizeof(rhid), hash, sizeof(hash));
	snprintf(url, TS_FAS_URL_SIZE, "http://%s/opennds_auth/?tok=%s&redir=%s%s", gateway,
		 rhid, *fas->origin ? fas->origin : "http%3a%2f%2f",
		 *fas->origin ? "" : own);
}
