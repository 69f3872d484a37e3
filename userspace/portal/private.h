/* SPDX-License-Identifier: GPL-2.0 */
/* private.h - between the files of the portal. */
#ifndef TS_PORTAL_PRIVATE_H
#define TS_PORTAL_PRIVATE_H

#include <microhttpd.h>

#include "portal/captive.h"
#include "portal/portal.h"
#include "portal/text.h"
#include "portal/tls.h"
#include "portal/usage.h"
#include "portal/wallet.h"

#define TS_PAY_MAX_BYTES	1200
/* http, each with one that redirects, and https. */
#define TS_LISTENERS_MAX	24
/* "https://" and a Host header that is one of ours. */
#define TS_BASE_SIZE		(TS_PORTAL_NAME_SIZE + 24)
/* As much as a voucher's code is read of, as people write it. */
#define TS_FORM_CODE_SIZE	64
/* A body beyond this is not even read to its end. */
#define TS_BODY_PATIENCE_BYTES	65536

/**
 * struct ts_listener - one address
 * @portal: ours
 * @addr: where it listens
 * @daemon: libmicrohttpd's
 * @io: on its epoll descriptor
 * @secure: https
 * @rounds: of it, so often it may run again at once
 * @redirect_to: sends everybody there; NULL: serves
 */
struct ts_listener {
	struct ts_portal *portal;
	struct sockaddr_storage addr;
	struct MHD_Daemon *daemon;
	ev_io io;
	bool secure;
	unsigned int rounds;
	char *redirect_to;
};

/** enum ts_source_kind - by what a source is known, the best first */
enum ts_source_kind {
	TS_SOURCE_STATION,
	TS_SOURCE_NETWORK,
	TS_SOURCE_ADDRESS,
};

/**
 * struct ts_source_id - who a source is; compared as bytes
 * @kind: enum ts_source_kind
 * @b: a station's key, 64 bits of an IPv6 address, or an IPv4 address
 */
struct ts_source_id {
	uint8_t kind;
	uint8_t b[16];
};

/**
 * struct ts_source - somebody who is connected
 * @next: in the portal's list
 * @id: who
 * @connections: at once
 */
struct ts_source {
	struct ts_source *next;
	struct ts_source_id id;
	unsigned int connections;
};

/**
 * struct ts_stream - an event stream
 * @next: in the portal's list
 * @portal: ours
 * @connection: libmicrohttpd's; NULL once it has ended it
 * @suspended: waits for news
 * @left: who listened is gone
 * @code: of the session
 * @base: the box, as the client names it
 * @changed: the session object is to be sent
 * @notices: bits (1 << enum ts_notice) to be sent
 * @beat: a comment is to be sent
 * @text: what is being sent; freed when it is out
 * @len: of @text
 * @sent: how much of it
 *
 * What a slow reader has not taken is remembered as bits, so it costs nothing
 * to fall behind and nobody gets old news.
 */
struct ts_stream {
	struct ts_stream *next;
	struct ts_portal *portal;
	struct MHD_Connection *connection;
	bool suspended;
	bool left;
	char code[TS_CODE_SIZE];
	char base[TS_BASE_SIZE];
	bool changed;
	unsigned int notices;
	bool beat;
	char *text;
	size_t len;
	size_t sent;
};

/** enum ts_post - what a body is for */
enum ts_post {
	TS_POST_NONE,
	TS_POST_PAY,
	TS_POST_ATTACH,
	TS_POST_REFUND,
	TS_POST_MIRROR,
	TS_POST_ROAM,
	TS_POST_CLAIM,
	TS_POST_LOGOUT,
	TS_POST_CONTINUE,
	TS_POST_VOUCHER,
	TS_POST_VOUCHER_FORM,
	TS_POST_ALLOWANCE,
	TS_POST_SPONSOR,
	TS_POST_CARRY,
	/* No body, but an answer that comes later. */
	TS_POST_LOOK,
};

/**
 * struct ts_request - what is remembered between libmicrohttpd's calls
 * @next: in the portal's list of payments that wait, while @waits
 * @listener: where it came in
 * @connection: libmicrohttpd's
 * @post: a body is expected
 * @waits: handed to billing, no answer yet
 * @reply: names it there
 * @answer: to be queued when the connection runs again
 * @status: of @answer; 0: no answer yet
 * @fault: of a form that was refused: what the page says of it
 * @seen: body bytes, also those not kept
 * @body: kept
 */
struct ts_request {
	struct ts_request *next;
	struct ts_listener *listener;
	struct MHD_Connection *connection;
	enum ts_post post;
	bool waits;
	uint64_t reply;
	struct MHD_Response *answer;
	unsigned int status;
	enum ts_text_id fault;
	size_t seen;
	uint8_t body[TS_PAY_MAX_BYTES];
};

struct ts_portal {
	struct ev_loop *loop;
	struct ts_portal_facts facts;
	struct ts_portal_ops ops;
	struct ts_portal_limits limits;
	struct ts_portal_counters counters;
	struct ts_listener listeners[TS_LISTENERS_MAX];
	unsigned int n_listeners;
	unsigned int connections;
	struct ts_source *sources;
	struct ts_source *accepted;
	struct ts_request *waiting;
	struct ts_stream *streams;
	ev_io left;
	struct ts_opens opens;
	struct ts_usages usages;
	struct ts_tls tls;
	struct ts_wallet wallet;
	uint64_t next_reply;
	ev_prepare prepare;
	ev_timer timer;
	ev_timer beat;
	bool kick;
	bool stopping;
};

/* request.c */
enum MHD_Result ts_request_handle(void *listener, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *body,
				  size_t *body_len, void **request);
void ts_request_done(void *listener, struct MHD_Connection *c, void **request,
		     enum MHD_RequestTerminationCode why);
char *ts_request_base(const struct ts_listener *l, struct MHD_Connection *c,
		      char base[TS_BASE_SIZE]);
const char *ts_request_argument(struct MHD_Connection *c, const char *name);
const char *ts_request_header(struct MHD_Connection *c, const char *name);
const struct sockaddr *ts_request_peer(struct MHD_Connection *c);
enum MHD_Result ts_request_error(struct ts_portal *p, struct MHD_Connection *c,
				 unsigned int status, const char *name,
				 const char *message);
enum MHD_Result ts_request_redirect(struct ts_portal *p, struct MHD_Connection *c,
				    unsigned int status, const char *to);

/* get.c */
enum MHD_Result ts_request_get(struct ts_listener *l, struct MHD_Connection *c,
			       const char *url);

int ts_request_look(struct ts_portal *p, struct MHD_Connection *c,
		    struct ts_portal_look *look, enum MHD_Result *ret);

/* human.c */
enum MHD_Result ts_human_page(struct ts_listener *l, struct MHD_Connection *c);
enum MHD_Result ts_human_said(struct ts_listener *l, struct MHD_Connection *c,
			      unsigned int status, enum ts_text_id fault);
enum MHD_Result ts_human_home(struct ts_portal *p, struct MHD_Connection *c);
bool ts_human_file(struct ts_portal *p, struct MHD_Connection *c, const char *url,
		   enum MHD_Result *ret);
bool ts_human_wallet(struct ts_portal *p, struct MHD_Connection *c, const char *url,
		     enum MHD_Result *ret);

/* form.c */
bool ts_form_is(enum ts_post post);
size_t ts_form_voucher(struct ts_request *req, struct MHD_Connection *c,
		       char code[TS_FORM_CODE_SIZE]);
void ts_form_refuse(struct ts_request *req, const struct ts_refused *why);
enum MHD_Result ts_form_answer(struct ts_request *req, struct MHD_Connection *c);

/* probe.c */
struct ts_probe;
const struct ts_probe *ts_probe_find(const char *host, const char *url);
enum MHD_Result ts_probe_answer(struct ts_portal *p, struct MHD_Connection *c,
				const struct ts_probe *probe);

/* answer.c */
enum MHD_Result ts_answer(struct ts_portal *p, struct MHD_Connection *c,
			  unsigned int status, struct MHD_Response *r);
struct MHD_Response *ts_answer_json(json_t *object);
struct MHD_Response *ts_answer_text(const char *type, char *text);
struct MHD_Response *ts_answer_error(const char *error, const char *message);
struct MHD_Response *ts_answer_refused(const struct ts_refused *why,
				       unsigned int *status);

/* host.c */
bool ts_host_is_own(const struct ts_portal *p, struct MHD_Connection *c,
		    const char *host);
bool ts_origin_is_own(const struct ts_portal *p, struct MHD_Connection *c,
		      const char *origin);
char *ts_host_secure_url(struct ts_portal *p, char url[TS_PORTAL_URL_SIZE]);
char *ts_host_own_url(const struct ts_listener *l, struct MHD_Connection *c,
		      char url[TS_PORTAL_URL_SIZE]);

/* source.c */
bool ts_source_may(struct ts_portal *p, const struct sockaddr *peer);
struct ts_source *ts_source_begin(struct ts_portal *p);
void ts_source_end(struct ts_source *s);
void ts_source_free_all(struct ts_portal *p);

/* json.c */
json_t *ts_json_nonce(const struct ts_portal *p,
		      const struct ts_billing_nonce *nonce);
json_t *ts_json_info(struct ts_portal *p);
json_t *ts_json_captive(struct ts_portal *p, const struct ts_captive *captive);
json_t *ts_json_outbox(const struct ts_portal *p,
		       const struct ts_address *wallet);

/* stream.c */
int ts_stream_begin(struct ts_portal *p);
void ts_stream_end(struct ts_portal *p);
enum MHD_Result ts_stream_open(struct ts_portal *p, struct MHD_Connection *c,
			       const char *code, const char *base);
void ts_stream_beat(struct ts_portal *p);
void ts_stream_wake_all(struct ts_portal *p);

#endif /* TS_PORTAL_PRIVATE_H */
