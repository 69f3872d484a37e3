/* SPDX-License-Identifier: GPL-2.0 */
/* box_http.h - what the files of box*.c share. */
#ifndef TSPAY_BOX_HTTP_H
#define TSPAY_BOX_HTTP_H

#include <curl/curl.h>
#include <jansson.h>

#include "tspay/box.h"
#include "tspay/stream.h"

#define BOX_NO_AMOUNT	"an amount is no whole number below 2^128"
/* No answer of a box is longer; a longer one is cut off, never grown into. */
#define BOX_ANSWER_MAX_BYTES 65536

/**
 * struct box - a box that is asked
 * @url: without a slash at its end
 * @code: of the session to pay for; NULL: this station's own
 * @own: of the station's own session, once seen: a box that was killed may have
 *	forgotten whose it is until it is shown again
 * @curl: for requests
 * @stream: of events, or NULL
 * @len: of @answer
 * @answer: body of the last answer
 */
struct box {
	char *url;
	char *code;
	char own[TS_CODE_SIZE];
	CURL *curl;
	struct stream *stream;
	size_t len;
	char answer[BOX_ANSWER_MAX_BYTES];
};

/* Return: the HTTP status, or -1 with one line in @err. */
long box_request(struct box *b, const char *path, const struct ts_datagram *body,
		 char *err, size_t err_size);
/* Whether the refusal is of this name. */
bool box_is_refusal(struct box *b, const char *name);
/* A refusal of the box in its own words. */
void box_says(struct box *b, long status, char *err, size_t err_size);
/* Return: the JSON object, or NULL with one line in @err. */
json_t *box_ask(struct box *b, const char *path, const struct ts_datagram *body,
		char *err, size_t err_size);
json_t *box_get(struct box *b, const char *path, char *err, size_t err_size);
/* Of a text of the box for the terminal: what would command it becomes "?". */
void box_make_plain(char *text);
/* Zero: there is none. */
void box_read_address(const json_t *object, const char *name, struct ts_address *out);
/* What is not told is 0; what cannot be read is never taken for it. */
int box_read_wei(const json_t *object, const char *name, ts_u128 *wei);

/* box.c */
int box_read_session(const json_t *json, struct session *out);

#endif /* TSPAY_BOX_HTTP_H */
