// SPDX-License-Identifier: GPL-2.0
/*
 * portal_fas.c - any query for openNDS's: refused, or a redirect that goes to openNDS with
 * nothing in it that ends a header line or begins another argument.
 */
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal/fas.h"

#define DOOR "http://192.0.2.1:2050/opennds_auth/?tok="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void look(const char *query)
{
	char url[TS_FAS_URL_SIZE];
	struct ts_fas fas;
	const char *rest;

	if (ts_fas_parse(query, &fas))
		return;
	need(strlen(fas.hid) == 64);
	ts_fas_url(&fas, "0123456789abcdef", "192.0.2.1:2050", "192.0.2.1:8080", url);
	need(!strncmp(url, DOOR, strlen(DOOR)));
	rest = url + strlen(DOOR);
	need(strspn(rest, "0123456789abcdef") == 64);
	need(!strncasecmp(rest + 64, "&redir=http%3", 13));
	need(!strpbrk(rest + 65, "& \r\n#\"<>") && strlen(url) < TS_FAS_URL_SIZE - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(2 * size + 8);

	need(text);
	memcpy(text, data, size);
	text[size] = '\0';
	look(text);
	/* And what gets behind the base64. */
	sodium_bin2base64(text, 2 * size + 8, data, size, sodium_base64_VARIANT_ORIGINAL);
	look(text);
	free(text);
	return 0;
}
