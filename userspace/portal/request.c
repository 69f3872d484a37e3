// SPDX-License-Identifier: GPL-2.0
/* request.c - which request is for whom; bodies are handed on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal/private.h"

#define METHOD_GET  1
#define METHOD_POST 2

/** ts_request_header() - Return: a header, or NULL */
const char *ts_request_header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/** ts_request_argument() - Return: what is behind ?name=, or NULL */
const char *ts_request_argument(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
}

/**
 * ts_request_base() - the box, as the client names it
 * @l: the listener it came to
 * @c: its connection; the Host header is one of ours by now
 * @base: where it goes: "https://name:port"; "": no Host was sent
 *
 * Return: @base.
 */
char *ts_request_base(const struct ts_listener *l, struct MHD_Connection *c,
		      char base[TS_BASE_SIZE])
{
	const char *host = ts_request_header(c, MHD_HTTP_HEADER_HOST);

	*base = '\0';
	if (host)
		snprintf(base, TS_BASE_SIZE, "http%s://%s", l->secure ? "s" : "", host);
	return base;
}

/** ts_request_peer() - Return: who sent it; libmicrohttpd's */
const struct sockaddr *ts_request_peer(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

/** ts_request_error() - answer with an error object */
enum MHD_Result ts_request_error(struct ts_portal *p, struct MHD_Connection *c,
				 unsigned int status, const char *name,
				 const char *message)
{
	return ts_answer(p, c, status, ts_answer_error(name, message));
}

/** ts_request_redirect() - send somebody elsewhere, and end the connection */
enum MHD_Result ts_request_redirect(struct ts_portal *p, struct MHD_Connection *c,
				    unsigned int status, const char *to)
{
	static char nothing[] = "";
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_LOCATION, to);
	/* Later packets of this connection are the client's own affair again. */
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
	return ts_answer(p, c, status, r);
}

/**
 * struct place - what is at a path
 * @path: of the URL
 * @methods: that it has
 * @post: what its body is for
 */
struct place {
	const char *path;
	unsigned int methods;
	enum ts_post post;
};

static const struct place places[] = {
	{ "/v1/pay", METHOD_POST, TS_POST_PAY },
	{ "/v1/session", METHOD_GET, TS_POST_NONE },
	{ "/v1/session/events", METHOD_GET, TS_POST_NONE },
	{ "/v1/session/attach", METHOD_GET | METHOD_POST, TS_POST_ATTACH },
	{ "/v1/session/logout", METHOD_POST, TS_POST_LOGOUT },
	{ "/v1/session/voucher", METHOD_POST, TS_POST_VOUCHER },
	{ "/v1/session/allowance", METHOD_POST, TS_POST_ALLOWANCE },
	{ "/v1/session/roam", METHOD_POST, TS_POST_ROAM },
	{ "/v1/info", METHOD_GET, TS_POST_NONE },
	{ "/v1/outbox", METHOD_GET, TS_POST_NONE },
	{ "/v1/channel", METHOD_GET, TS_POST_NONE },
	{ "/v1/channel/refund", METHOD_POST, TS_POST_REFUND },
	{ "/v1/chain", METHOD_GET, TS_POST_LOOK },
	{ "/v1/chain/send", METHOD_POST, TS_POST_CARRY },
	{ "/v1/roam", METHOD_POST, TS_POST_CLAIM },
	{ "/v1/sponsor", METHOD_GET | METHOD_POST, TS_POST_SPONSOR },
	{ "/v1/mirror", METHOD_POST, TS_POST_MIRROR },
	{ "/v1/health", METHOD_GET, TS_POST_NONE },
	{ "/captive-portal/api", METHOD_GET, TS_POST_NONE },
	{ "/captive-portal/continue", METHOD_POST, TS_POST_CONTINUE },
	{ "/captive-portal/voucher", METHOD_POST, TS_POST_VOUCHER_FORM },
	{ "/", METHOD_GET, TS_POST_NONE },
	{ "/icon.svg", METHOD_GET, TS_POST_NONE },
	{ "/portal.css", METHOD_GET, TS_POST_NONE },
	{ "/portal.js", METHOD_GET, TS_POST_NONE },
};

/* Return: NULL: nothing is there. */
static const struct place *place_of(const struct ts_portal *p, const char *url)
{
	static const struct place of_wallet = { TS_WALLET_PATH, METHOD_GET, TS_POST_NONE };
	static const struct place of_opennds = { TS_FAS_PATH, METHOD_GET, TS_POST_NONE };
	size_t i;

	if (p->ops.fas && !strcmp(url, TS_FAS_PATH))
		return &of_opennds;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(url, places[i].path))
			return &places[i];
	return ts_wallet_find(&p->wallet, url) ? &of_wallet : NULL;
}

static unsigned int method_of(const char *method)
{
	if (!strcmp(method, MHD_HTTP_METHOD_GET) ||
	    !strcmp(method, MHD_HTTP_METHOD_HEAD))
		return METHOD_GET;
	return strcmp(method, MHD_HTTP_METHOD_POST) ? 0 : METHOD_POST;
}

static bool is_type(struct MHD_Connection *c, const char *wanted)
{
	const char *type = ts_request_header(c, MHD_HTTP_HEADER_CONTENT_TYPE);
	size_t n = strlen(wanted);

	return type && !strncasecmp(type, wanted, n) &&
	       (!type[n] || type[n] == ';' || type[n] == ' ');
}

/* What a body has to be; 0, or the answer is queued in @ret. */
static int check_type(struct ts_portal *p, struct MHD_Connection *c, enum ts_post post,
		      enum MHD_Result *ret)
{
	const char *wanted = "the body must be application/octet-stream: one Photon datagram, one signed attach, refund, sponsorship, mirror or transaction, or the code of a session or voucher";

	if (ts_form_is(post)) {
		if (is_type(c, "application/x-www-form-urlencoded"))
			return 0;
		wanted = "this is a form of the page at /; open that and press the button";
	} else if (is_type(c, "application/octet-stream")) {
		return 0;
	}
	*ret = ts_request_error(p, c, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "wrong_type",
				wanted);
	return -EINVAL;
}

static enum MHD_Result too_large(struct ts_portal *p, struct MHD_Connection *c)
{
	return ts_request_error(p, c, MHD_HTTP_CONTENT_TOO_LARGE, "too_large",
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
	const struct place *place = place_of(p, url);
	struct MHD_Response *r;
	enum MHD_Result ret;
	const char *length;

	if (!place)
		return ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "no_such_path",
					"nothing is here; GET / is for people, GET /v1/info for programs");
	if (!(place->methods & method_of(method))) {
		r = ts_answer_error("wrong_method", "this path does not have this method");
		if (r)
			MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW,
						allow[place->methods]);
		return ts_answer(p, c, MHD_HTTP_METHOD_NOT_ALLOWED, r);
	}
	if (method_of(method) == METHOD_GET) {
		if (place->post == TS_POST_LOOK)
			req->post = TS_POST_LOOK;
		return MHD_YES;
	}
	if (check_type(p, c, place->post, &ret))
		return ret;
	length = ts_request_header(c, MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (length && strtoull(length, NULL, 10) > TS_PAY_MAX_BYTES)
		return too_large(p, c);
	req->post = place->post;
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

static int hand_on_form(struct ts_portal *p, struct ts_request *req,
			const struct sockaddr *peer)
{
	char code[TS_FORM_CODE_SIZE];
	size_t len = ts_form_voucher(req, req->connection, code);
	int ret = p->ops.voucher(p->ops.ctx, peer, code, len, req->reply);

	explicit_bzero(code, sizeof(code));
	return ret;
}

/* Whose answer comes later; -ENOENT: it does not, for nobody asked. */
static int hand_on(struct ts_portal *p, struct ts_request *req,
		   const struct ts_portal_look *look, const struct sockaddr *peer)
{
	switch (req->post) {
	case TS_POST_LOOK:
		return p->ops.look(p->ops.ctx, peer, look, req->reply);
	case TS_POST_ATTACH:
		return p->ops.attach(p->ops.ctx, peer, req->body, req->seen,
				     req->reply);
	case TS_POST_REFUND:
		return p->ops.refund(p->ops.ctx, peer, req->body, req->seen,
				     req->reply);
	case TS_POST_ROAM:
		return p->ops.roam(p->ops.ctx, peer, req->body, req->seen,
				   req->reply);
	case TS_POST_VOUCHER:
		return p->ops.voucher(p->ops.ctx, peer, req->body, req->seen,
				      req->reply);
	case TS_POST_VOUCHER_FORM:
		return hand_on_form(p, req, peer);
	case TS_POST_ALLOWANCE:
		return p->ops.allowance(p->ops.ctx, peer, req->body, req->seen,
					req->reply);
	case TS_POST_CARRY:
		return p->ops.carry(p->ops.ctx, peer, req->body, req->seen,
				    req->reply);
	case TS_POST_CLAIM:
		p->ops.claim(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	case TS_POST_MIRROR:
		p->ops.mirror(p->ops.ctx, req->body, req->seen, req->reply);
		return 0;
	case TS_POST_SPONSOR:
		p->ops.sponsor(p->ops.ctx, req->body, req->seen, req->reply);
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
	struct ts_portal_look look;
	enum MHD_Result ret;

	if (req->status) {	/* billing has answered */
		req->answer = NULL;
		if (!answer && ts_form_is(req->post))
			return ts_form_answer(req, c);
		return ts_answer(p, c, req->status, answer);
	}
	if (req->seen > TS_PAY_MAX_BYTES)
		return too_large(p, c);
	if (req->post == TS_POST_CONTINUE) {
		/* The page says whether it was done, for not everybody is a station. */
		ts_captive_continue(p, ts_request_peer(c));
		return ts_human_home(p, c);
	}
	if (req->post == TS_POST_LOOK && ts_request_look(p, c, &look, &ret))
		return ret;
	req->reply = p->next_reply++;
	req->connection = c;
	req->waits = true;
	req->next = p->waiting;
	p->waiting = req;
	MHD_suspend_connection(c);
	if (hand_on(p, req, &look, ts_request_peer(c)))
		ts_portal_refuse(p, req->reply, &nowhere);
	return MHD_YES;
}

/*
 * Somebody who means another host, or a page of another host that uses a
 * client's browser: the answer is queued in @ret.  People get to our own name.
 */
static bool is_foreign(struct ts_listener *l, struct MHD_Connection *c,
		       const char *url, const char *method, enum MHD_Result *ret)
{
	const char *host = ts_request_header(c, MHD_HTTP_HEADER_HOST);
	const char *origin = ts_request_header(c, MHD_HTTP_HEADER_ORIGIN);
	const char *site = ts_request_header(c, "Sec-Fetch-Site");
	bool api = !strncmp(url, "/v1/", 4) || !strncmp(url, "/captive-portal/", 16) ||
		   method_of(method) != METHOD_GET;
	char own[TS_PORTAL_URL_SIZE];

	if (host && !ts_host_is_own(l->portal, c, host)) {
		if (api || !ts_host_own_url(l, c, own))
			*ret = ts_request_error(l->portal, c, MHD_HTTP_MISDIRECTED_REQUEST,
						"misdirected",
						"the Host is not a name or an address of this box");
		else
			*ret = ts_request_redirect(l->portal, c, MHD_HTTP_FOUND, own);
		return true;
	}
	if (!api || ((!origin || ts_origin_is_own(l->portal, c, origin)) &&
		     (!site || strcasecmp(site, "cross-site"))))
		return false;
	*ret = ts_request_error(l->portal, c, MHD_HTTP_FORBIDDEN, "foreign_origin",
				"pages of other hosts may not use this interface");
	return true;
}

/*
 * A system looks whether it is in the internet: told so while it may be, else it
 * goes the way of all others, which is to be redirected.
 */
static bool is_probe(struct ts_listener *l, struct MHD_Connection *c, const char *url,
		     const char *method, enum MHD_Result *ret)
{
	const char *host = ts_request_header(c, MHD_HTTP_HEADER_HOST);
	const struct ts_probe *probe;
	struct ts_captive captive;

	probe = method_of(method) == METHOD_GET ? ts_probe_find(host, url) : NULL;
	if (!probe || ts_captive_look(l->portal, ts_request_peer(c), &captive) ||
	    ts_captive_is(&captive))
		return false;
	*ret = ts_probe_answer(l->portal, c, probe);
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

	/* What billing, mirrors and the others would be asked they do not answer any more. */
	if (l->portal->stopping && (!req || !req->status))
		return MHD_NO;
	if (!req) {
		req = calloc(1, sizeof(*req));
		if (!req)
			return MHD_NO;
		*request = req;
		req->listener = l;
		if (is_probe(l, c, url, method, &ret))
			return ret;
		if (l->redirect_to)
			return ts_request_redirect(l->portal, c, MHD_HTTP_FOUND,
						   l->redirect_to);
		if (is_foreign(l, c, url, method, &ret))
			return ret;
		return begin(l->portal, c, req, url, method);
	}
	if (*body_len)
		return take_body(req, body, body_len);
	if (req->post != TS_POST_NONE)
		return post(l->portal, c, req);
	return ts_request_get(l, c, url);
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
	/* It may be a code that is worth money. */
	explicit_bzero(req->body, sizeof(req->body));
	free(req);
	*request = NULL;
}
