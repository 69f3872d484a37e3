// SPDX-License-Identifier: GPL-2.0
/* box_signed.c - what a wallet signs for a box beside payments, and its answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tspay/box_http.h"

int box_refund(struct box *b, const struct ts_datagram *refund, char *err, size_t err_size)
{
	json_t *json = box_ask(b, "/v1/channel/refund", refund, err, err_size);

	if (!json)
		return box_is_refusal(b, "nothing_to_refund") ||
		       box_is_refusal(b, "no_way_back") ? -ENODATA : -EIO;
	json_decref(json);
	return 0;
}

int box_nonce(struct box *b, struct nonce *out, char *err, size_t err_size)
{
	json_t *json = box_get(b, "/v1/session/attach", err, err_size);
	const char *text;
	int ret = 0;

	if (!json)
		return -EIO;
	text = json_string_value(json_object_get(json, "nonce"));
	out->expires_s = (uint64_t)json_integer_value(json_object_get(json, "expires_s"));
	if (!text || ts_hash_parse(&out->nonce, text)) {
		snprintf(err, err_size, "%s gives no nonce", b->url);
		ret = -EPROTO;
	}
	json_decref(json);
	return ret;
}

/* What is signed for this station; the answer is its session. */
static int show_signed(struct box *b, const char *path, const struct ts_datagram *body,
		       struct session *out, char *err, size_t err_size)
{
	json_t *json = box_ask(b, path, body, err, err_size);
	int ret;

	if (!json)
		return -EIO;
	ret = box_read_session(json, out);
	if (ret)
		snprintf(err, err_size, "%s answers without a session", b->url);
	json_decref(json);
	return ret;
}

int box_attach(struct box *b, const struct ts_datagram *attach,
	       struct session *out, char *err, size_t err_size)
{
	return show_signed(b, "/v1/session/attach", attach, out, err, err_size);
}

int box_roam(struct box *b, const struct ts_datagram *order, struct session *out,
	     char *err, size_t err_size)
{
	return show_signed(b, "/v1/session/roam", order, out, err, err_size);
}

/* Return: 0, or -EPROTO: it is none. */
static int read_sponsored(const json_t *one, struct sponsored *s)
{
	const char *mac = json_string_value(json_object_get(one, "mac"));

	if (!mac || strlen(mac) >= sizeof(s->mac))
		return -EPROTO;
	strcpy(s->mac, mac);
	box_make_plain(s->mac);
	box_read_address(one, "token", &s->token);
	s->until_s = (uint64_t)json_integer_value(json_object_get(one, "until_s"));
	return box_read_wei(one, "limit_wei", &s->limit_wei) ||
	       box_read_wei(one, "spent_wei", &s->spent_wei) ? -EPROTO : 0;
}

int box_sponsored(struct box *b, const struct ts_address *wallet,
		  int (*cb)(const struct sponsored *s, void *arg), void *arg,
		  uint64_t *serial, char *err, size_t err_size)
{
	char path[32 + TS_ADDRESS_TEXT_SIZE], text[TS_ADDRESS_TEXT_SIZE];
	struct sponsored s;
	json_t *json, *list;
	int ret = 0;
	size_t i;

	snprintf(path, sizeof(path), "/v1/sponsor?address=%s", ts_address_print(wallet, text));
	json = box_get(b, path, err, err_size);
	if (!json)
		return -EIO;
	list = json_object_get(json, "sponsored");
	*serial = (uint64_t)json_integer_value(json_object_get(json, "serial"));
	if (!*serial)
		ret = -EPROTO;
	for (i = 0; cb && i < json_array_size(list) && !ret; i++) {
		ret = read_sponsored(json_array_get(list, i), &s);
		if (!ret)
			ret = cb(&s, arg);
	}
	if (ret)
		snprintf(err, err_size, "%s%s: the answer is not for whom a wallet pays", b->url, path);
	json_decref(json);
	return ret;
}

int box_sponsor(struct box *b, const struct ts_datagram *sponsor, char *err, size_t err_size)
{
	long status = box_request(b, "/v1/sponsor", sponsor, err, err_size);

	if (status < 0)
		return -EIO;
	if (status == 204)
		return 0;
	box_says(b, status, err, err_size);
	return -EPROTO;
}
