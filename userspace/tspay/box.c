// SPDX-License-Identifier: GPL-2.0
/* box.c - what a box says of its token, a session and a channel; and payments to it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/describe.h"
#include "photon/ack.h"
#include "photon/hex.h"
#include "tspay/box_http.h"

static int read_dearest(const json_t *prices, ts_u128 *wei_per_gb)
{
	const json_t *internet = json_object_get(prices, "internet");
	ts_u128 up, down;

	if (box_read_wei(json_object_get(internet, "up"), "wei_per_gb", &up) ||
	    box_read_wei(json_object_get(internet, "down"), "wei_per_gb", &down))
		return -ERANGE;
	*wei_per_gb = up > down ? up : down;
	return 0;
}

/* Which of the box's tokens is meant; NULL: none. */
static const json_t *find_token(const json_t *tokens, const struct ts_address *contract,
				const char *symbol, struct token *out)
{
	const json_t *token;
	const char *text, *name;
	size_t i;

	json_array_foreach(tokens, i, token) {
		text = json_string_value(json_object_get(token, "address"));
		name = json_string_value(json_object_get(token, "symbol"));
		if (!text || !name || ts_address_parse(&out->contract, text))
			return NULL;
		if (contract ? ts_address_equal(contract, &out->contract) :
			       !symbol || !strcmp(symbol, name))
			return token;
	}
	return NULL;
}

/* The price of who has not paid yet: the first tariff in the token; without one
 * nothing is cheap enough. */
static void read_tariff(const json_t *tariffs, struct token *out)
{
	const json_t *tariff;
	struct ts_address in;
	const char *text;
	size_t i;

	out->wei_per_gb = TS_U128_MAX;
	json_array_foreach(tariffs, i, tariff) {
		text = json_string_value(json_object_get(tariff, "token"));
		if (!text || ts_address_parse(&in, text) ||
		    !ts_address_equal(&in, &out->contract) ||
		    json_is_true(json_object_get(tariff, "announced")))
			continue;
		out->tariff_id = (uint32_t)json_integer_value(json_object_get(tariff, "id"));
		if (read_dearest(json_object_get(tariff, "prices"), &out->wei_per_gb))
			out->wei_per_gb = TS_U128_MAX;
		return;
	}
}

static int read_info(const json_t *json, const struct ts_address *contract,
		     const char *symbol, struct token *out)
{
	const char *address = json_string_value(json_object_get(json, "address"));
	const json_t *token, *photon = json_object_get(json, "photon");

	memset(out, 0, sizeof(*out));
	out->photon_port = (uint16_t)json_integer_value(json_object_get(photon, "port"));
	box_read_address(json, "tokens_network", &out->tokens_network);
	if (!address || ts_address_parse(&out->address, address))
		return -EPROTO;
	token = find_token(json_object_get(json, "tokens"), contract, symbol, out);
	if (!token)
		return -ENOENT;
	read_tariff(json_object_get(json, "tariffs"), out);
	out->decimals = (unsigned int)json_integer_value(json_object_get(token, "decimals"));
	snprintf(out->symbol, sizeof(out->symbol), "%s",
		 json_string_value(json_object_get(token, "symbol")));
	box_make_plain(out->symbol);
	return out->decimals > 36 ? -EPROTO : 0;
}

int box_token(struct box *b, const struct ts_address *contract,
	      const char *symbol, struct token *out, char *err, size_t err_size)
{
	json_t *json = box_get(b, "/v1/info", err, err_size);
	int ret;

	if (!json)
		return -EIO;
	ret = read_info(json, contract, symbol, out);
	if (ret == -ENOENT)
		snprintf(err, err_size, "%s takes no %s", b->url, symbol ? symbol :
			 contract ? "token of this channel" : "token");
	else if (ret)
		snprintf(err, err_size, "%s/v1/info lacks an address or decimals", b->url);
	json_decref(json);
	return ret;
}

/* null: there is no end. */
static uint64_t bytes_of(const json_t *object, const char *name)
{
	const json_t *bytes = json_object_get(object, name);
	json_int_t v = json_integer_value(bytes);

	return json_is_null(bytes) || v < 0 ? UINT64_MAX : (uint64_t)v;
}

int box_read_session(const json_t *json, struct session *out)
{
	const char *code = json_string_value(json_object_get(json, "session"));
	const char *state = json_string_value(json_object_get(json, "state"));
	const json_t *tariff = json_object_get(json, "tariff");
	const char *token = json_string_value(json_object_get(tariff, "token"));
	const json_t *used = json_object_get(json, "used_bytes");
	const char *held = json_string_value(json_object_get(json_object_get(json,
								"held"), "reason"));

	if (!code || !ts_code_valid(code) || !state)
		return -EPROTO;
	strcpy(out->code, code);
	snprintf(out->state, sizeof(out->state), "%s%s%s", state, held ? ", " : "",
		 held ? held : "");
	box_make_plain(out->state);
	memset(&out->token, 0, sizeof(out->token));
	if (token && ts_address_parse(&out->token, token))
		return -EPROTO;
	out->tariff_id = (uint32_t)json_integer_value(json_object_get(tariff, "id"));
	out->remaining_bytes = bytes_of(json, "remaining_bytes");
	out->used_bytes = bytes_of(used, "up") + bytes_of(used, "down");
	if (read_dearest(json_object_get(tariff, "prices"), &out->wei_per_gb) ||
	    box_read_wei(json, "attached_wei", &out->attached_wei) ||
	    box_read_wei(json, "unspent_wei", &out->unspent_wei))
		return -ERANGE;
	return 0;
}

static int ask_session(struct box *b, const char *code, struct session *out,
		       char *err, size_t err_size)
{
	char path[64];
	json_t *json;
	int ret;

	snprintf(path, sizeof(path), "/v1/session%s%s", code ? "?code=" : "",
		 code ? code : "");
	json = box_get(b, path, err, err_size);
	if (!json)
		return -EIO;
	ret = box_read_session(json, out);
	if (ret == -ERANGE)
		snprintf(err, err_size, "%s%s: " BOX_NO_AMOUNT, b->url, path);
	else if (ret)
		snprintf(err, err_size, "%s%s has no session", b->url, path);
	json_decref(json);
	return ret;
}

int box_session(struct box *b, struct session *out, char *err, size_t err_size)
{
	struct session before;
	int ret;

	ret = ask_session(b, b->code, out, err, err_size);
	if (ret || b->code)
		return ret;
	/* Another than before: the old one may wait to be shown by its station. */
	if (b->own[0] && strcmp(b->own, out->code) &&
	    !ask_session(b, b->own, &before, err, err_size))
		ret = ask_session(b, NULL, out, err, err_size);
	if (!ret)
		strcpy(b->own, out->code);
	return ret;
}

int box_channel(struct box *b, const struct ts_address *wallet,
		const struct ts_address *contract, struct ts_channel *out,
		char *err, size_t err_size)
{
	char path[40 + 2 * TS_ADDRESS_TEXT_SIZE];
	char text[TS_ADDRESS_TEXT_SIZE], token[TS_ADDRESS_TEXT_SIZE];
	json_t *json;
	int ret;

	snprintf(path, sizeof(path), "/v1/channel?address=%s&token=%s",
		 ts_address_print(wallet, text), ts_address_print(contract, token));
	json = box_get(b, path, err, err_size);
	if (!json)
		return -EIO;
	ret = ts_channel_from_json(json, TS_SIDE_WALLET, out, err, err_size);
	json_decref(json);
	return ret;
}

int box_books(struct box *b, const struct ts_address *wallet,
	      const struct ts_address *contract, struct books *out, char *err,
	      size_t err_size)
{
	char path[40 + 2 * TS_ADDRESS_TEXT_SIZE];
	char text[TS_ADDRESS_TEXT_SIZE], token[TS_ADDRESS_TEXT_SIZE];
	json_t *json;
	int ret = 0;

	snprintf(path, sizeof(path), "/v1/channel?address=%s&token=%s",
		 ts_address_print(wallet, text), ts_address_print(contract, token));
	json = box_get(b, path, err, err_size);
	if (!json)
		return -EIO;
	out->nonce = (uint64_t)json_integer_value(json_object_get(json, "nonce"));
	if (box_read_wei(json, "unspent_wei", &out->unspent_wei) ||
	    box_read_wei(json, "refunded_wei", &out->refunded_wei)) {
		snprintf(err, err_size, "%s%s: " BOX_NO_AMOUNT, b->url, path);
		ret = -ERANGE;
	}
	json_decref(json);
	return ret;
}

static int read_message(const json_t *v, struct ts_datagram *d)
{
	const char *text = json_string_value(v);
	size_t len = text ? strlen(text) : 0;

	if (len < 2 || len % 2 || (len - 2) / 2 > sizeof(d->b))
		return -EPROTO;
	d->len = (len - 2) / 2;
	return ts_hex_parse(d->b, d->len, text);
}

int box_outbox(struct box *b, const struct ts_address *wallet,
	       int (*cb)(const struct ts_datagram *d, void *arg), void *arg,
	       char *err, size_t err_size)
{
	char path[32 + TS_ADDRESS_TEXT_SIZE], text[TS_ADDRESS_TEXT_SIZE];
	json_t *json, *messages;
	struct ts_datagram d;
	int ret = 0;
	size_t i;

	snprintf(path, sizeof(path), "/v1/outbox?address=%s", ts_address_print(wallet, text));
	json = box_get(b, path, err, err_size);
	if (!json)
		return -EIO;
	messages = json_object_get(json, "messages");
	for (i = 0; i < json_array_size(messages) && !ret; i++) {
		if (!read_message(json_array_get(messages, i), &d)) {
			ret = cb(&d, arg);
			continue;
		}
		snprintf(err, err_size, "%s%s: a message is no datagram", b->url, path);
		ret = -EPROTO;
	}
	json_decref(json);
	return ret;
}

int box_ack(struct box *b, const uint8_t ack[TS_ACK_BYTES], char *err, size_t err_size)
{
	struct ts_datagram d = { .len = TS_ACK_BYTES };
	long status;

	memcpy(d.b, ack, TS_ACK_BYTES);
	status = box_request(b, "/v1/pay", &d, err, err_size);
	if (status < 0)
		return -EIO;
	if (status == 204 || box_is_refusal(b, "nothing_to_ack"))
		return 0;
	box_says(b, status, err, err_size);
	return -EPROTO;
}

/* Whether a conflict says that the box has not seen our previous message. */
static bool lacks_previous(struct box *b, const struct ts_datagram *d)
{
	json_t *json = json_loadb(b->answer, b->len, 0, NULL);
	json_int_t last = json_integer_value(
		json_object_get(json_object_get(json, "last"), "nonce"));
	struct ts_message msg;
	bool gap = false;

	if (!ts_message_decode(&msg, d->b, d->len) && msg.id == TS_MSG_DIRECT_TRANSFER)
		gap = (uint64_t)last + 2 == msg.direct_transfer.proof.nonce;
	json_decref(json);
	return gap;
}

enum paid box_pay(struct box *b, const struct ts_datagram *d,
		  const struct ts_address *receiver, char *err, size_t err_size)
{
	long status = box_request(b, "/v1/pay", d, err, err_size);
	struct ts_message msg;

	if (status < 0 || status >= 500 || status == 429) {
		if (status > 0)
			box_says(b, status, err, err_size);
		return PAID_NO_ANSWER;
	}
	if (status == 200) {
		if (!ts_message_decode(&msg, b->answer, b->len) && msg.id == TS_MSG_ACK &&
		    ts_ack_matches(&msg.ack, d->b, d->len, receiver))
			return PAID_ACKED;
		snprintf(err, err_size, "the answer is not the Ack of our payment");
		return PAID_NO_ANSWER;
	}
	if (status == 409 && lacks_previous(b, d))
		return PAID_GAP;
	box_says(b, status, err, err_size);
	return PAID_REFUSED;
}

static int on_event(const char *data, void *arg)
{
	struct session *s = arg;
	json_t *json = json_loads(data, 0, NULL);
	int ret = json ? box_read_session(json, s) : -EPROTO;

	json_decref(json);
	return ret ? 0 : 1;
}

int box_watch(struct box *b, struct session *s, int timeout_ms, char *err,
	      size_t err_size)
{
	char url[1024];

	if (!b->stream) {
		snprintf(url, sizeof(url), "%s/v1/session/events%s%s", b->url,
			 b->code ? "?code=" : "", b->code ? b->code : "");
		b->stream = stream_open(url);
		if (!b->stream) {
			snprintf(err, err_size, "out of memory");
			return -ENOMEM;
		}
	}
	return stream_wait(b->stream, timeout_ms, on_event, s, err, err_size);
}
