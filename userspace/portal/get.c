// SPDX-License-Identifier: GPL-2.0
/* get.c - what programs only read: sessions, channels, the outbox, RFC 8908. */
#include <errno.h>
#include <string.h>

#include "portal/private.h"

/* The session that a request is about; 0, or the answer is queued in @ret. */
static int find_session(struct ts_portal *p, struct MHD_Connection *c,
			char code[TS_CODE_SIZE], enum MHD_Result *ret)
{
	const char *asked = ts_request_argument(c, "code");
	int err;

	if (asked) {
		if (!ts_code_valid(asked)) {
			*ret = ts_request_error(p, c, MHD_HTTP_BAD_REQUEST, "bad_code",
						"a session code has 16 characters of 0-9 and A-Z without I, L, O, U");
			return -EINVAL;
		}
		memcpy(code, asked, TS_CODE_SIZE);
		p->ops.show(p->ops.ctx, ts_request_peer(c), code);
		return 0;
	}
	err = p->ops.station(p->ops.ctx, ts_request_peer(c), code);
	if (err == -ENOSPC)
		*ret = ts_request_error(p, c, MHD_HTTP_SERVICE_UNAVAILABLE, "too_many_sessions",
					"too many stations without a payment; try again in a minute");
	else if (err == -ENOENT)
		*ret = ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "no_station",
					"your address is not that of a station on a metered port of this box; give ?code=");
	else if (err)
		*ret = ts_request_error(p, c, MHD_HTTP_SERVICE_UNAVAILABLE, "not_now",
					"the session cannot be made now; try again");
	return err;
}

static enum MHD_Result get_session(struct ts_listener *l, struct MHD_Connection *c,
				   bool events)
{
	struct ts_portal *p = l->portal;
	struct ts_session_view view;
	char code[TS_CODE_SIZE], base[TS_BASE_SIZE];
	enum MHD_Result ret;

	if (find_session(p, c, code, &ret))
		return ret;
	if (p->ops.session(p->ops.ctx, code, &view))
		return ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "unknown_session",
					"there is no session with this code; GET /v1/session makes one");
	ts_request_base(l, c, base);
	if (events)
		return ts_stream_open(p, c, code, base);
	ts_captive_used(p, &view);
	return ts_answer(p, c, MHD_HTTP_OK,
			 ts_answer_json(ts_portal_session_json(&p->facts, &view,
							       base)));
}

static enum MHD_Result no_station(struct ts_portal *p, struct MHD_Connection *c)
{
	return ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "no_station",
				"your address is not that of a station on a metered port of this box");
}

static enum MHD_Result get_nonce(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_billing_nonce nonce;

	if (p->ops.nonce(p->ops.ctx, ts_request_peer(c), &nonce))
		return no_station(p, c);
	return ts_answer(p, c, MHD_HTTP_OK, ts_answer_json(ts_json_nonce(p, &nonce)));
}

/* The wallet that a request names; 0, or the answer is queued in @ret. */
static int find_wallet(struct ts_portal *p, struct MHD_Connection *c,
		       struct ts_address *wallet, enum MHD_Result *ret)
{
	const char *text = ts_request_argument(c, "address");

	if (text && !ts_address_parse(wallet, text))
		return 0;
	*ret = ts_request_error(p, c, MHD_HTTP_BAD_REQUEST, "bad_address",
				"?address= must be 0x and 40 hex digits (mixed case: with the right checksum)");
	return -EINVAL;
}

/* The token that a request names, or without one NULL; likewise. */
static int find_token(struct ts_portal *p, struct MHD_Connection *c,
		      struct ts_address *room, const struct ts_address **token,
		      enum MHD_Result *ret)
{
	const char *text = ts_request_argument(c, "token");

	*token = text ? room : NULL;
	if (!text || !ts_address_parse(room, text))
		return 0;
	*ret = ts_request_error(p, c, MHD_HTTP_BAD_REQUEST, "bad_token",
				"?token= must be the address of a token's contract, as in tokens of /v1/info");
	return -EINVAL;
}

/**
 * ts_request_look() - what a wallet wants to know of the chain
 * @p: the portal
 * @c: the connection
 * @look: set
 * @ret: likewise, with anything but 0
 *
 * Return: 0, or the answer is queued.
 */
int ts_request_look(struct ts_portal *p, struct MHD_Connection *c,
		    struct ts_portal_look *look, enum MHD_Result *ret)
{
	const char *tx = ts_request_argument(c, "tx");
	const struct ts_address *token;

	memset(look, 0, sizeof(*look));
	look->token = p->facts.tokens[0].address;
	if (find_wallet(p, c, &look->wallet, ret) ||
	    find_token(p, c, &look->token, &token, ret))
		return -EINVAL;
	look->has_tx = tx;
	if (!tx || !ts_hash_parse(&look->tx, tx))
		return 0;
	*ret = ts_request_error(p, c, MHD_HTTP_BAD_REQUEST, "bad_tx",
				"?tx= must be the hash of a transaction, 0x and 64 hex digits");
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
		return ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "unknown_channel",
					"this box knows no channel with this address in this token; open one, or let its operator import it");
	return ts_answer(p, c, MHD_HTTP_OK,
			 ts_answer_json(ts_portal_channel_json(p->facts.tokens,
				p->facts.n_tokens, &view)));
}

static enum MHD_Result get_sponsored(struct ts_portal *p, struct MHD_Connection *c)
{
	struct ts_address wallet;
	enum MHD_Result ret;
	json_t *json;

	if (find_wallet(p, c, &wallet, &ret))
		return ret;
	json = p->ops.sponsored(p->ops.ctx, &wallet);
	if (!json)
		return ts_request_error(p, c, MHD_HTTP_NOT_FOUND, "unknown_channel",
					"this box knows no channel with this address");
	return ts_answer(p, c, MHD_HTTP_OK, ts_answer_json(json));
}

static enum MHD_Result get_health(struct ts_portal *p, struct MHD_Connection *c)
{
	bool healthy = false;
	json_t *checks = p->ops.health(p->ops.ctx, &healthy);

	return ts_answer(p, c, healthy ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
			 ts_answer_json(json_pack("{s:b, s:o}", "healthy", healthy,
						  "checks", checks)));
}

/*
 * RFC 8908, which is for https alone (section 4): by plain http only where there is no
 * https that anybody would believe, so that an operator can look; no system asks there.
 */
static enum MHD_Result get_captive(struct ts_listener *l, struct MHD_Connection *c)
{
	struct ts_portal *p = l->portal;
	char url[TS_PORTAL_URL_SIZE];
	struct ts_captive captive;
	struct MHD_Response *r;

	if (!l->secure && ts_host_secure_url(p, url))
		return ts_request_error(p, c, MHD_HTTP_FORBIDDEN, "https_only",
					"ask by https; \"tsctl portal\" says at which address");
	if (ts_captive_look(p, ts_request_peer(c), &captive))
		return no_station(p, c);
	r = ts_answer_json(ts_json_captive(p, &captive));
	if (r) {
		MHD_del_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					"application/json");
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					"application/captive+json");
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL,
					"private, no-store");
	}
	return ts_answer(p, c, MHD_HTTP_OK, r);
}

/* Whatever the query says, the page is that of who asks. */
static enum MHD_Result get_fas(struct ts_listener *l, struct MHD_Connection *c)
{
	const char *query = ts_request_argument(c, "fas");
	struct ts_portal *p = l->portal;
	char url[TS_FAS_URL_SIZE];
	struct ts_fas fas;

	/* Of a browser that does not say what it is, openNDS 9.10 dies. */
	if (!query || !ts_request_header(c, MHD_HTTP_HEADER_USER_AGENT) ||
	    ts_fas_parse(query, &fas) || p->ops.fas(p->ops.ctx, ts_request_peer(c), &fas, url))
		return ts_human_page(l, c);
	return ts_request_redirect(p, c, MHD_HTTP_FOUND, url);
}

/**
 * ts_request_get() - answer what is only read
 * @l: the listener it came to
 * @c: its connection
 * @url: a path that GET has
 */
enum MHD_Result ts_request_get(struct ts_listener *l, struct MHD_Connection *c,
			       const char *url)
{
	struct ts_portal *p = l->portal;
	enum MHD_Result ret;

	if (ts_human_file(p, c, url, &ret) || ts_human_wallet(p, c, url, &ret))
		return ret;
	if (!strcmp(url, "/"))
		return ts_human_page(l, c);
	if (!strcmp(url, TS_FAS_PATH))
		return get_fas(l, c);
	if (!strcmp(url, "/captive-portal/api"))
		return get_captive(l, c);
	if (!strcmp(url, "/v1/info"))
		return ts_answer(p, c, MHD_HTTP_OK, ts_answer_json(ts_json_info(p)));
	if (!strcmp(url, "/v1/session"))
		return get_session(l, c, false);
	if (!strcmp(url, "/v1/session/events"))
		return get_session(l, c, true);
	if (!strcmp(url, "/v1/session/attach"))
		return get_nonce(p, c);
	if (!strcmp(url, "/v1/channel"))
		return get_channel(p, c);
	if (!strcmp(url, "/v1/sponsor"))
		return get_sponsored(p, c);
	if (!strcmp(url, "/v1/outbox"))
		return get_outbox(p, c);
	return get_health(p, c);
}
