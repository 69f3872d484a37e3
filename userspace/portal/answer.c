// SPDX-License-Identifier: GPL-2.0
/* answer.c - responses, and the status of each refusal. */
#include <stdlib.h>
#include <string.h>

#include "photon/hash.h"
#include "photon/hex.h"
#include "portal/private.h"

/**
 * ts_answer() - queue a response
 * @p: the portal
 * @c: the connection
 * @status: HTTP's
 * @r: the response; the reference is taken over; NULL: out of memory
 *
 * Return: for libmicrohttpd: MHD_NO ends the connection.
 */
enum MHD_Result ts_answer(struct ts_portal *p, struct MHD_Connection *c,
			  unsigned int status, struct MHD_Response *r)
{
	enum MHD_Result ret;

	if (!r)
		return MHD_NO;
	if (!MHD_get_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL))
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	ret = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	p->counters.requests++;
	return ret;
}

/**
 * ts_answer_text() - a response with a text
 * @type: media type
 * @text: malloc()ed; taken over; NULL: out of memory
 *
 * Return: the response or NULL.
 */
struct MHD_Response *ts_answer_text(const char *type, char *text)
{
	struct MHD_Response *r;

	if (!text)
		return NULL;
	r = MHD_create_response_from_buffer(strlen(text), text,
					    MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return r;
}

/** ts_answer_json() - a response with an object, whose reference is taken over */
struct MHD_Response *ts_answer_json(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	return ts_answer_text("application/json", text);
}

/**
 * ts_answer_error() - a response that says what is wrong
 * @error: stable word
 * @message: for people
 *
 * Return: the response or NULL.
 */
struct MHD_Response *ts_answer_error(const char *error, const char *message)
{
	return ts_answer_json(json_pack("{s:s, s:s}", "error", error, "message",
					message));
}

static json_t *last_json(const struct ts_channel *channel)
{
	const struct ts_channel_proof *proof = &channel->partner_proof;
	char signature[2 + 2 * TS_SIGNATURE_BYTES + 1];
	char amount[TS_U128_TEXT_SIZE];
	char id[TS_HASH_TEXT_SIZE], root[TS_HASH_TEXT_SIZE];
	char hash[TS_HASH_TEXT_SIZE];

	return json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s}",
		"channel_identifier", ts_hash_print(&channel->channel_identifier, id),
		"open_block_number", (json_int_t)channel->open_block_number,
		"nonce", (json_int_t)proof->nonce,
		"transferred_wei", ts_u128_print(proof->transferred_wei, amount),
		"locksroot", ts_hash_print(&proof->locksroot, root),
		"additional_hash", ts_hash_print(&proof->additional_hash, hash),
		"signature", ts_hex_print(signature, proof->signature.b,
					  sizeof(proof->signature.b)));
}

static unsigned int status_of(enum ts_refuse kind)
{
	switch (kind) {
	case TS_REFUSE_CONFLICT:
		return MHD_HTTP_CONFLICT;
	case TS_REFUSE_INVALID:
		return MHD_HTTP_BAD_REQUEST;
	case TS_REFUSE_FORBIDDEN:
		return MHD_HTTP_FORBIDDEN;
	case TS_REFUSE_UNKNOWN:
		return MHD_HTTP_NOT_FOUND;
	case TS_REFUSE_BUSY:
		return MHD_HTTP_TOO_MANY_REQUESTS;
	case TS_REFUSE_READ_ONLY:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

/**
 * ts_answer_refused() - a refused payment
 * @why: from billing
 * @status: set
 *
 * Return: the response or NULL.
 */
struct MHD_Response *ts_answer_refused(const struct ts_refused *why,
				       unsigned int *status)
{
	json_t *object = json_pack("{s:s, s:s}", "error", why->name, "message",
				   why->text);

	*status = status_of(why->kind);
	if (object && why->last)
		json_object_set_new(object, "last", last_json(why->last));
	return ts_answer_json(object);
}
