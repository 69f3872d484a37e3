// SPDX-License-Identifier: GPL-2.0
/* reply.c - the answers to what was handed on: when billing has them, on disk. */
#include "portal/private.h"

static struct ts_request *take_waiting(struct ts_portal *p, uint64_t reply)
{
	struct ts_request **at, *req;

	for (at = &p->waiting; *at; at = &(*at)->next) {
		if ((*at)->reply != reply)
			continue;
		req = *at;
		*at = req->next;
		req->waits = false;
		return req;
	}
	return NULL;
}

static void resume(struct ts_portal *p, struct ts_request *req)
{
	MHD_resume_connection(req->connection);
	p->kick = true;
}

/**
 * ts_portal_ack() - a payment was accepted and is on disk
 * @p: the portal
 * @reply: which
 * @ack: the answer's body
 */
void ts_portal_ack(struct ts_portal *p, uint64_t reply,
		   const uint8_t ack[TS_ACK_BYTES])
{
	struct ts_request *req = take_waiting(p, reply);

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	req->answer = MHD_create_response_from_buffer(TS_ACK_BYTES, (void *)ack,
						      MHD_RESPMEM_MUST_COPY);
	if (req->answer)
		MHD_add_response_header(req->answer, MHD_HTTP_HEADER_CONTENT_TYPE,
					"application/octet-stream");
	resume(p, req);
}

/** ts_portal_taken() - an Ack was taken; there is nothing to say to that */
void ts_portal_taken(struct ts_portal *p, uint64_t reply)
{
	struct ts_request *req = take_waiting(p, reply);

	if (!req)
		return;
	req->status = MHD_HTTP_NO_CONTENT;
	req->answer = MHD_create_response_from_buffer(0, (void *)"",
						      MHD_RESPMEM_PERSISTENT);
	resume(p, req);
}

/**
 * ts_portal_refunded() - a refund is signed and on disk
 * @p: the portal
 * @reply: which
 * @wallet: whose channel is the answer's body
 * @token: in which
 */
void ts_portal_refunded(struct ts_portal *p, uint64_t reply,
			const struct ts_address *wallet,
			const struct ts_address *token)
{
	struct ts_request *req = take_waiting(p, reply);
	struct ts_channel_view view;

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	if (p->ops.channel(p->ops.ctx, wallet, token, &view)) {
		req->status = MHD_HTTP_NOT_FOUND;
		req->answer = ts_answer_error("unknown_channel",
					      "the channel is gone");
	} else {
		req->answer = ts_answer_json(ts_portal_channel_json(
			p->facts.tokens, p->facts.n_tokens, &view));
	}
	resume(p, req);
}

/**
 * ts_portal_attached() - an attach was done and is on disk
 * @p: the portal
 * @reply: which
 * @code: the session that has the value now: the answer's body
 */
void ts_portal_attached(struct ts_portal *p, uint64_t reply, const char *code)
{
	struct ts_request *req = take_waiting(p, reply);
	struct ts_session_view view;
	char base[TS_BASE_SIZE];

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	if (ts_form_is(req->post)) {
		/* post() sends them on. */
	} else if (p->ops.session(p->ops.ctx, code, &view)) {
		req->status = MHD_HTTP_NOT_FOUND;
		req->answer = ts_answer_error("unknown_session",
					      "the session was closed meanwhile");
	} else {
		req->answer = ts_answer_json(ts_portal_session_json(&p->facts,
			&view, ts_request_base(req->listener, req->connection, base)));
	}
	resume(p, req);
}

/**
 * ts_portal_claimed() - a claim of another box is met, and on disk
 * @p: the portal
 * @reply: which
 * @order: under which order
 * @bought_wei: in all
 */
void ts_portal_claimed(struct ts_portal *p, uint64_t reply, const char *order,
		       ts_u128 bought_wei)
{
	struct ts_request *req = take_waiting(p, reply);
	char text[TS_U128_TEXT_SIZE];

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	req->answer = ts_answer_json(json_pack("{s:s, s:s}", "order", order,
		"bought_wei", ts_u128_print(bought_wei, text)));
	resume(p, req);
}

/**
 * ts_portal_mirrored() - a proof of another box is on disk
 * @p: the portal
 * @reply: which
 * @nonce: of the proof that is kept
 */
void ts_portal_mirrored(struct ts_portal *p, uint64_t reply, uint64_t nonce)
{
	struct ts_request *req = take_waiting(p, reply);

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	req->answer = ts_answer_json(json_pack("{s:I}", "nonce", (json_int_t)nonce));
	resume(p, req);
}

/**
 * ts_portal_chain() - what the chain shows, or that a transaction is on its way to it
 * @p: the portal
 * @reply: which
 * @object: the answer's body; the reference is taken over; NULL: out of memory
 */
void ts_portal_chain(struct ts_portal *p, uint64_t reply, json_t *object)
{
	struct ts_request *req = take_waiting(p, reply);

	if (!req) {
		json_decref(object);
		return;
	}
	req->status = MHD_HTTP_OK;
	req->answer = ts_answer_json(object);
	resume(p, req);
}

/**
 * ts_portal_refuse() - a payment was not accepted
 * @p: the portal
 * @reply: which
 * @why: in words
 */
void ts_portal_refuse(struct ts_portal *p, uint64_t reply,
		      const struct ts_refused *why)
{
	struct ts_request *req = take_waiting(p, reply);

	if (!req)
		return;
	req->answer = ts_answer_refused(why, &req->status);
	if (ts_form_is(req->post))
		ts_form_refuse(req, why);
	if (req->answer && why->kind == TS_REFUSE_BUSY)
		MHD_add_response_header(req->answer, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	resume(p, req);
}
