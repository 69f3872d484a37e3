// SPDX-License-Identifier: GPL-2.0
/* request.c - which request gets which answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal/private.h"

#define METHOD_GET  1
#define METHOD_POST 2

/* The Host header, which is one of ours by now; "" when the client sent none. */
static const char *host_of(struct MHD_Connection *c)
{
	const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_HOST);

	return host ? host : "";
}

static const struct sockaddr *peer_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

static enum MHD_Result error(struct ts_portal *p, struct MHD_Connection *c,
			     unsigned int status, const char *name,
			     const char *message)
{
	return ts_answer(p, c, status, ts_answer_error(name, message));
}

static enum MHD_Result redirect(struct ts_portal *p, struct MHD_Connection *c,
				const char *to)
{
	static char nothing[] = "";
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_LOCATION, to);
	/* Later packets of this connection are the client's own affair again. */
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
	return ts_answer(p, c, MHD_HTTP_FOUND, r);
}

/* The session that a request is about; 0, or the answer is queued in @ret. */
static int find_session(struct ts_portal *p, struct MHD_Connection *c,
			char code[TS_CODE_SIZE], enum MHD_Result *ret)
{
	const char *asked = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND,
							"code");
	int err;

	if (asked) {
		if (!ts_code_valid(asked)) {
			*ret = error(p, c, MHD_HTTP_BAD_REQUEST, "bad_code",
				     "a session code has 16 characters of 0-9 and A-Z without I, L, O, U");
			return -EINVAL;
		}
		memcpy(code, asked, TS_CODE_SIZE);
		p->ops.show(p->ops.ctx, peer_of(c), code);
		return 0;
	}
	err = p->ops.station(p->ops.ctx, peer_of(c), code);
	if (err == -ENOSPC)
		*ret = error(p, c, MHD_HTTP_SERVICE_UNAVAILABLE, "too_many_sessions",
			     "too many stations without a payment; try again in a minute");
	else if (err == -ENOENT)
		*ret = error(p, c, MHD_HTTP_NOT_FOUND, "no_station",
			     "your address is not that of a station on a metered port of this box; give ?code=");
	else if (err)
		*ret = error(p, c, MHD_HTTP_SERVICE_UNAVAILABLE, "not_now",
			     "the session cannot be made now; try again");
	return err;
}

static enum MHD_Result get_session(struct ts_portal *p, struct MHD_Connection *c,
				   bool events)
{
	struct ts_session_view view;
	char code[TS_CODE_SIZE];
	enum MHD_Result ret;

	if (find_session(p, c, code, &ret))
		return ret;
	if (p->ops.session(p->ops.ctx, code, &view))
		return error(p, c, MHD_HTTP_NOT_FOUND, "unknown_session",
			     "there is no session with this code; GET /v1/session makes one");
	if (events)
		return ts_stream_open(p, c, code, host_of(c));
	return ts_answer(p, c, MHD_HTTP_OK,
			 ts_answer_json(ts_portal_session_json(&p->facts, &view,
							       host_of(c))));
}

static enum MHD_Result no_station(struct ts_portal *p, struct MHD_Connection *c)
{
	return error(p, c, MHD_HTTP_NOT_FOUND, "no_station",
		     "your address is not that of a station on a metered port of this box");
}

static enum MHD_Result get_nonce(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_billing_nonce nonce;

	if (p->ops.nonce(p->ops.ctx, peer_of(c), &nonce))
		return no_station(p, c);
	return ts_answer(p, c, MHD_HTTP_OK, ts_answer_json(ts_json_nonce(p, &nonce)));
}

/* The wallet that a request names; 0, or the answer is queued in @ret. */
static int find_wallet(struct ts_portal *p, struct MHD_Connection *c,
		       struct ts_address *wallet, enum MHD_Result *ret)
{
	const char *text = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND,
						       "address");

	if (text && !ts_address_parse(wallet, text))
		return 0;
	*ret = error(p, c, MHD_HTTP_BAD_REQUEST, "bad_address",
		     "?address= must be 0x and 40 hex digits (mixed case: with the right checksum)");
	return -EINVAL;
}

/* The token that a request names, or without one NULL; likewise. */
static int find_token(struct ts_portal *p, struct MHD_Connection *c,
		      struct ts_address *room, const struct ts_address **token,
		      enum MHD_Result *ret)
{
	const char *text = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND,
						       "token");

	*token = text ? room : NULL;
	if (!text || !ts_address_parse(room, text))
		return 0;
	*ret = error(p, c, MHD_HTTP_BAD_REQUEST, "bad_token",
		     "?token= must be the address of a token's contract, as in tokens of /v1/info");
	return -EINVAL;
}

static enum MHD_Result get_outbox(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_address wallet;
	enum MHD_Result ret;

	if (find_wallet(p, c, &wallet, &ret))
		return ret;
	return ts_answer(p, c, MHD_HTTP_OK,
			 ts_answer_json(ts_json_outbox(p, &wallet)));
}

static enum MHD_Result get_channel(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_address wallet, room;
	const struct ts_address *token;
	struct ts_channel_view view;
	enum MHD_Result ret;

	if (find_wallet(p, c, &wallet, &ret) ||
	    find_token(p, c, &room, &token, &ret))
		return ret;
	if (p->ops.channel(p->ops.ctx, &wallet, token, &view))
		return error(p, c, MHD_HTTP_NOT_FOUND, "unknown_channel",
			     "this box knows no channel with this address in this token; open one, or let its operator import it");
	return ts_answer(p, c, MHD_HTTP_OK,
			 ts_answer_json(ts_portal_channel_json(p->facts.tokens,
				p->facts.n_tokens, &view)));
}

static enum MHD_Result get_health(struct ts_portal *p, struct MHD_Connection *c)
{
	bool healthy = false;
	json_t *checks = p->ops.health(p->ops.ctx, &healthy);

	return ts_answer(p, c, healthy ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
			 ts_answer_json(json_pack("{s:b, s:o}", "healthy", healthy,
						  "checks", checks)));
}

static enum MHD_Result get_page(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_session_view view;
	struct MHD_Response *r;
	char code[TS_CODE_SIZE];
	bool have;

	have = !p->ops.station(p->ops.ctx, peer_of(c), code) &&
	       !p->ops.session(p->ops.ctx, code, &view);
	r = ts_answer_text("text/html; charset=utf-8",
			   ts_page_text(&p->facts, have ? &view : NULL, host_of(c)));
	if (r) {
		MHD_add_response_header(r, "Content-Security-Policy",
					"default-src 'none'; frame-ancestors 'none'");
		MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
	}
	return ts_answer(p, c, MHD_HTTP_OK, r);
}

static enum MHD_Result get(struct ts_portal *p, struct MHD_Connection *c,
			   const char *url)
{
	if (!strcmp(url, "/"))
		return get_page(p, c);
	if (!strcmp(url, "/v1/info"))
		return ts_answer(p, c, MHD_HTTP_OK, ts_answer_json(ts_json_info(p)));
	if (!strcmp(url, "/v1/session"))
		return get_session(p, c, false);
	if (!strcmp(url, "/v1/session/events"))
		return get_session(p, c, true);
	if (!strcmp(url, "/v1/session/attach"))
		return get_nonce(p, c);
	if (!strcmp(url, "/v1/channel"))
		return get_channel(p, c);
	if (!strcmp(url, "/v1/outbox"))
		return get_outbox(p, c);
	return get_health(p, c);
}

static enum ts_post post_of(const char *url)
{
	if (!strcmp(url, "/v1/pay"))
		return TS_POST_PAY;
	if (!strcmp(url, "/v1/session/attach"))
		return TS_POST_ATTACH;
	if (!strcmp(url, "/v1/mirror"))
		return TS_POST_MIRROR;
	if (!strcmp(url, "/v1/session/logout"))
		return TS_POST_LOGOUT;
	if (!strcmp(url, "/v1/session/roam"))
		return TS_POST_ROAM;
	if (!strcmp(url, "/v1/roam"))
		return TS_POST_CLAIM;
	return strcmp(url, "/v1/channel/refund") ? TS_POST_NONE : TS_POST_REFUND;
}

/* Methods that a path has; 0: no such path. */
static unsigned int methods_of(const char *url)
{
	static const char *const gets[] = {
		"/", "/v1/info", "/v1/session", "/v1/session/events",
		"/v1/channel", "/v1/outbox", "/v1/health",
	};
	unsigned int i;

	for (i = 0; i < sizeof(gets) / sizeof(gets[0]); i++)
		if (!strcmp(url, gets[i]))
			return METHOD_GET;
	if (!strcmp(url, "/v1/session/attach"))
		return METHOD_GET | METHOD_POST;
	return post_of(url) ? METHOD_POST : 0;
}

static unsigned int method_of(const char *method)
{
	if (!strcmp(method, MHD_HTTP_METHOD_GET) ||
	    !strcmp(method, MHD_HTTP_METHOD_HEAD))
		return METHOD_GET;
	return strcmp(method, MHD_HTTP_METHOD_POST) ? 0 : METHOD_POST;
}

static bool is_octets(struct MHD_Connection *c)
{
	const char *type = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_CONTENT_TYPE);
	size_t n = strlen("application/octet-stream");

	return type && !strncasecmp(type, "application/octet-stream", n) &&
	       (!type[n] || type[n] == ';' || type[n] == ' ');
}

static enum MHD_Result too_large(struct ts_portal *p, struct MHD_Connection *c)
{
	return error(p, c, MHD_HTTP_CONTENT_TOO_LARGE, "too_large",
		     "a Photon datagram has at most 1200 bytes");
}

/* First call for a request: what can be answered from the head alone. */
static enum MHD_Result begin(struct ts_portal *p, struct MHD_Connection *c,
			     struct ts_request *req, const char *url,
			     const char *method)
{
	static const char *const allow[] = {
		[METHOD_GET] = "GET, HEAD", [METHOD_POST] = "POST",
		[METHOD_GET | METHOD_POST] = "GET, HEAD, POST",
	};
	unsigned int allowed = methods_of(url);
	struct MHD_Response *r;
	const char *length;

	if (!allowed)
		return error(p, c, MHD_HTTP_NOT_FOUND, "no_such_path",
			     "nothing is here; GET / is for people, GET /v1/info for programs");
	if (!(allowed & method_of(method))) {
		r = ts_answer_error("wrong_method", "this path does not have this method");
		if (r)
			MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW,
						allow[allowed]);
		return ts_answer(p, c, MHD_HTTP_METHOD_NOT_ALLOWED, r);
	}
	if (method_of(method) == METHOD_GET)
		return MHD_YES;
	if (!is_octets(c))
		return error(p, c, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "wrong_type",
			     "the body must be application/octet-stream: one Photon datagram, one signed attach, refund or mirror, or a session code");
	length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
					     MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (length && strtoull(length, NULL, 10) > TS_PAY_MAX_BYTES)
		return too_large(p, c);
	req->post = post_of(url);
	return MHD_YES;
}

static enum MHD_Result take_body(struct ts_request *req, const char *body,
				 size_t *body_len)
{
	size_t room = TS_PAY_MAX_BYTES - (req->seen < TS_PAY_MAX_BYTES ?
					  req->seen : TS_PAY_MAX_BYTES);

	if (*body_len <= room)
		memcpy(req->body + req->seen, body, *body_len);
	req->seen += *body_len;
	*body_len = 0;
	return req->seen > TS_BODY_PATIENCE_BYTES ? MHD_NO : MHD_YES;
}

/* Whose answer comes later; -ENOENT: it does not, for nobody asked. */
static int hand_on(struct ts_portal *p, struct ts_request *req,
		   const struct sockaddr *peer)
{
	switch (req->post) {
	case TS_POST_ATTACH:
		return p->ops.attach(p->ops.ctx, peer, req->body, req->seen,
				     req->reply);
	case TS_POST_REFUND:
		return p->ops.refund(p->ops.ctx, peer, req->body, req->seen,
				     req->reply);
	case TS_POST_ROAM:
		return p->ops.roam(p->ops.ctx, peer, req->body, req->seen,
				   req->reply);
	case TS_POST_CLAIM:
		p->ops.claim(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	case TS_POST_MIRROR:
		p->ops.mirror(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	case TS_POST_LOGOUT:
		p->ops.logout(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	default:
		p->ops.pay(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	}
}

static enum MHD_Result post(struct ts_portal *p, struct MHD_Connection *c,
			   struct ts_request *req)
{
	static const struct ts_refused nowhere = {
		.kind = TS_REFUSE_UNKNOWN, .name = "no_station",
		.text = "your address is not that of a station on a metered port of this box",
	};
	struct MHD_Response *answer = req->answer;

	if (req->status) {	/* billing has answered */
		req->answer = NULL;
		return ts_answer(p, c, req->status, answer);
	}
	if (req->seen > TS_PAY_MAX_BYTES)
		return too_large(p, c);
	req->reply = p->next_reply++;
	req->connection = c;
	req->waits = true;
	req->next = p->waiting;
	p->waiting = req;
	MHD_suspend_connection(c);
	if (hand_on(p, req, peer_of(c)))
		ts_portal_refuse(p, req->reply, &nowhere);
	return MHD_YES;
}

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/*
 * Somebody who means another host, or a page of another host that uses a
 * client's browser: the answer is queued in @ret.  People get to our own name.
 */
static bool is_foreign(struct ts_listener *l, struct MHD_Connection *c,
		       const char *url, enum MHD_Result *ret)
{
	const char *host = header(c, MHD_HTTP_HEADER_HOST);
	const char *origin = header(c, MHD_HTTP_HEADER_ORIGIN);
	const char *site = header(c, "Sec-Fetch-Site");
	bool api = !strncmp(url, "/v1/", 4);
	char own[TS_PORTAL_URL_SIZE];

	if (host && !ts_host_is_own(l->portal, c, host)) {
		if (api || !ts_host_own_url(l, c, own))
			*ret = error(l->portal, c, MHD_HTTP_MISDIRECTED_REQUEST,
				     "misdirected",
				     "the Host is not a name or an address of this box");
		else
			*ret = redirect(l->portal, c, own);
		return true;
	}
	if (!api || ((!origin || ts_origin_is_own(l->portal, c, origin)) &&
		     (!site || strcasecmp(site, "cross-site"))))
		return false;
	*ret = error(l->portal, c, MHD_HTTP_FORBIDDEN, "foreign_origin",
		     "pages of other hosts may not use this interface");
	return true;
}

/**
 * ts_request_handle() - libmicrohttpd has something of a request
 * @listener: struct ts_listener
 * @c: its connection
 * @url: path
 * @method: as sent
 * @version: of HTTP
 * @body: some of it
 * @body_len: how much; set to what was not taken
 * @request: struct ts_request, made at the first call
 *
 * Return: MHD_NO ends the connection.
 */
enum MHD_Result ts_request_handle(void *listener, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *body,
				  size_t *body_len, void **request)
{
	struct ts_listener *l = listener;
	struct ts_request *req = *request;
	enum MHD_Result ret;

	if (!req) {
		req = calloc(1, sizeof(*req));
		if (!req)
			return MHD_NO;
		*request = req;
		if (l->redirect_to)
			return redirect(l->portal, c, l->redirect_to);
		if (is_foreign(l, c, url, &ret))
			return ret;
		return begin(l->portal, c, req, url, method);
	}
	if (*body_len)
		return take_body(req, body, body_len);
	if (req->post != TS_POST_NONE)
		return post(l->portal, c, req);
	return get(l->portal, c, url);
}

/** ts_request_done() - libmicrohttpd is through with a request */
void ts_request_done(void *listener, struct MHD_Connection *c, void **request,
		     enum MHD_RequestTerminationCode why)
{
	struct ts_listener *l = listener;
	struct ts_request *req = *request, **at;

	if (!req)
		return;
	for (at = &l->portal->waiting; *at; at = &(*at)->next) {
		if (*at == req) {
			*at = req->next;
			break;
		}
	}
	if (req->answer)
		MHD_destroy_response(req->answer);
	free(req);
	*request = NULL;
}

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

	if (!req)
		return;
	req->status = MHD_HTTP_OK;
	if (p->ops.session(p->ops.ctx, code, &view)) {
		req->status = MHD_HTTP_NOT_FOUND;
		req->answer = ts_answer_error("unknown_session",
					      "the session was closed meanwhile");
	} else {
		req->answer = ts_answer_json(ts_portal_session_json(&p->facts,
			&view, host_of(req->connection)));
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
	if (req->answer && why->kind == TS_REFUSE_BUSY)
		MHD_add_response_header(req->answer, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	resume(p, req);
}
