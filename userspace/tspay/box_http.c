// SPDX-License-Identifier: GPL-2.0
/* box_http.c - requests to a box, by libcurl, and what is in its answers. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tspay/box_http.h"

#define REQUEST_TIMEOUT_S 10L

struct box *box_open(const char *url, const char *code)
{
	struct box *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	b->url = strdup(url);
	b->code = code ? strdup(code) : NULL;
	b->curl = curl_easy_init();
	if (!b->url || !b->curl || (code && !b->code)) {
		box_close(b);
		return NULL;
	}
	b->url[strcspn(b->url, "\r\n")] = '\0';
	while (*b->url && b->url[strlen(b->url) - 1] == '/')
		b->url[strlen(b->url) - 1] = '\0';
	return b;
}

void box_close(struct box *b)
{
	if (!b)
		return;
	stream_close(b->stream);
	curl_easy_cleanup(b->curl);
	free(b->url);
	free(b->code);
	free(b);
}

/*
 * Of a text of the box for the terminal: what would command it becomes '?'.
 * C1 controls are two bytes in UTF-8.
 */
void box_make_plain(char *text)
{
	unsigned char *c;

	for (c = (unsigned char *)text; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
}

static size_t on_answer(char *data, size_t size, size_t n, void *arg)
{
	struct box *b = arg;

	n *= size;
	if (n > sizeof(b->answer) - 1 - b->len)
		return 0;
	memcpy(b->answer + b->len, data, n);
	b->len += n;
	b->answer[b->len] = '\0';
	return n;
}

/* Return: the HTTP status, or -1 with one line in @err. */
long box_request(struct box *b, const char *path, const struct ts_datagram *body,
		 char *err, size_t err_size)
{
	struct curl_slist *headers = NULL;
	char url[1024], why[CURL_ERROR_SIZE] = "";
	long status = -1;
	CURLcode code;

	b->len = 0;
	snprintf(url, sizeof(url), "%s%s", b->url, path);
	curl_easy_reset(b->curl);
	curl_easy_setopt(b->curl, CURLOPT_URL, url);
	curl_easy_setopt(b->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(b->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(b->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(b->curl, CURLOPT_TIMEOUT, REQUEST_TIMEOUT_S);
	curl_easy_setopt(b->curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, b);
	if (body) {
		headers = curl_slist_append(headers, "Content-Type: application/octet-stream");
		headers = curl_slist_append(headers, "Expect:");
		curl_easy_setopt(b->curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDS, body->b);
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDSIZE, (long)body->len);
	}
	code = curl_easy_perform(b->curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(b->curl, CURLINFO_RESPONSE_CODE, &status);
	else
		snprintf(err, err_size, "%s: %s", url, *why ? why : curl_easy_strerror(code));
	curl_slist_free_all(headers);
	return status;
}

/* Whether the refusal is of this name. */
bool box_is_refusal(struct box *b, const char *name)
{
	json_t *json = json_loadb(b->answer, b->len, 0, NULL);
	const char *text = json_string_value(json_object_get(json, "error"));
	bool is = text && !strcmp(text, name);

	json_decref(json);
	return is;
}

/* A refusal of the box in its own words. */
void box_says(struct box *b, long status, char *err, size_t err_size)
{
	json_t *json = json_loadb(b->answer, b->len, 0, NULL);
	const char *text = json_string_value(json_object_get(json, "message"));

	snprintf(err, err_size, "the box answers %ld: %s", status,
		 text ? text : "(no reason given)");
	box_make_plain(err);
	json_decref(json);
}

/* Return: the JSON object, or NULL with one line in @err. */
json_t *box_ask(struct box *b, const char *path, const struct ts_datagram *body,
		char *err, size_t err_size)
{
	long status = box_request(b, path, body, err, err_size);
	json_error_t je;
	json_t *json;

	if (status < 0)
		return NULL;
	if (status != 200) {
		box_says(b, status, err, err_size);
		return NULL;
	}
	json = json_loadb(b->answer, b->len, 0, &je);
	if (!json) {
		snprintf(err, err_size, "%s%s: the answer is no JSON: %s; is this a TokenSwitch box?",
			 b->url, path, je.text);
		box_make_plain(err);
	}
	return json;
}

json_t *box_get(struct box *b, const char *path, char *err, size_t err_size)
{
	return box_ask(b, path, NULL, err, err_size);
}

/* Zero: there is none. */
void box_read_address(const json_t *object, const char *name, struct ts_address *out)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text || ts_address_parse(out, text))
		memset(out, 0, sizeof(*out));
}

/* What is not told is 0; what cannot be read is never taken for it. */
int box_read_wei(const json_t *object, const char *name, ts_u128 *wei)
{
	const json_t *v = json_object_get(object, name);

	*wei = 0;
	if (!v)
		return 0;
	return json_is_string(v) && !ts_u128_parse(wei, json_string_value(v)) ? 0 : -ERANGE;
}
