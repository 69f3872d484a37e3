// SPDX-License-Identifier: GPL-2.0
/* rpc.c - talking to one node of the chain. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/rpc.h"

#define CONNECTIONS_MAX		4L
#define CONNECT_TIMEOUT_MS	5000L
#define ENDPOINT_SIZE		128
#define REASON_SIZE		300
#define FIRST_ROOM_BYTES	4096
#define HTTP_OK			200L

/**
 * struct request - a question that is on its way
 * @rpc: whose
 * @next: in rpc's list
 * @easy: the transfer
 * @method: what was asked
 * @id: what the answer must carry
 * @done: who is told
 * @ctx: handed back
 * @text: what is sent
 * @got: what came so far
 * @got_len: of it
 * @got_room: allocated for it
 * @too_big: it came to more than the bound
 * @why: libcurl's words
 */
struct request {
	struct ts_rpc *rpc;
	struct request *next;
	CURL *easy;
	enum ts_rpc_method method;
	uint64_t id;
	ts_rpc_done *done;
	void *ctx;
	char *text;
	char *got;
	size_t got_len;
	size_t got_room;
	bool too_big;
	char why[CURL_ERROR_SIZE];
};

struct ts_rpc {
	CURLM *multi;
	struct curl_slist *headers;
	char *url;
	char endpoint[ENDPOINT_SIZE];
	unsigned int timeout_ms;
	size_t answer_max_bytes;
	struct ts_rpc_driver driver;
	uint64_t last_id;
	unsigned int outstanding;
	struct request *requests;
};

static void free_request(struct request *q)
{
	curl_easy_cleanup(q->easy);
	free(q->text);
	free(q->got);
	free(q);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
	bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
	bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
	struct ts_rpc *r = arg;

	return r->driver.watch(r->driver.ctx, fd, in, out) ? -1 : 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct ts_rpc *r = arg;

	r->driver.timer(r->driver.ctx, timeout_ms);
	return 0;
}

/**
 * ts_rpc_endpoint_of() - scheme, host and port of an address, for people
 * @url: http:// or https://
 * @text: where they go
 * @size: room in @text
 *
 * Return: 0, -EINVAL: it is no such address, or -ENOMEM.
 */
int ts_rpc_endpoint_of(const char *url, char *text, size_t size)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	int ret = -EINVAL;

	if (!u)
		return -ENOMEM;
	if (!curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) &&
	    !curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0) &&
	    (!strcmp(scheme, "http") || !strcmp(scheme, "https")) &&
	    !curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) &&
	    snprintf(text, size, "%s://%s:%s", scheme, host, port) < (int)size)
		ret = 0;
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return ret;
}

static bool set_multi(struct ts_rpc *r)
{
	if (curl_multi_setopt(r->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX))
		return false;
	if (!r->driver.watch)
		return true;
	return !curl_multi_setopt(r->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	       !curl_multi_setopt(r->multi, CURLMOPT_SOCKETDATA, r) &&
	       !curl_multi_setopt(r->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	       !curl_multi_setopt(r->multi, CURLMOPT_TIMERDATA, r);
}

static bool set_headers(struct ts_rpc *r)
{
	static const char * const headers[] = {
		"Content-Type: application/json", "Accept: application/json",
		"Expect:",	/* do not wait for leave to send the body */
	};
	struct curl_slist *list;
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		list = curl_slist_append(r->headers, headers[i]);
		if (!list)
			return false;
		r->headers = list;
	}
	return true;
}

/**
 * ts_rpc_new() - an endpoint
 * @config: how to reach it
 * @driver: the event loop, or NULL to use ts_rpc_run()
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Nothing is sent yet.
 *
 * Return: the endpoint, or NULL.
 */
struct ts_rpc *ts_rpc_new(const struct ts_rpc_config *config,
			  const struct ts_rpc_driver *driver, char *err,
			  size_t err_size)
{
	struct ts_rpc *r = calloc(1, sizeof(*r));

	if (!r)
		goto no_memory;
	if (driver)
		r->driver = *driver;
	r->timeout_ms = config->timeout_ms;
	r->answer_max_bytes = config->answer_max_bytes;
	r->url = strdup(config->url);
	r->multi = curl_multi_init();
	if (!r->url || !r->multi || !set_multi(r) || !set_headers(r))
		goto no_memory;
	if (ts_rpc_endpoint_of(r->url, r->endpoint, sizeof(r->endpoint))) {
		snprintf(err, err_size, "chain: the endpoint must be http://HOST:PORT or https://HOST (ws:// and ipc are not spoken)");
		ts_rpc_free(r);
		return NULL;
	}
	return r;
no_memory:
	snprintf(err, err_size, "chain: memory is out");
	ts_rpc_free(r);
	return NULL;
}

/**
 * ts_rpc_free() - leave an endpoint
 * @r: the endpoint; NULL is allowed
 *
 * Questions that are on their way are dropped; nobody is told.
 */
void ts_rpc_free(struct ts_rpc *r)
{
	struct request *q;

	if (!r)
		return;
	while ((q = r->requests)) {
		r->requests = q->next;
		curl_multi_remove_handle(r->multi, q->easy);
		free_request(q);
	}
	if (r->multi)
		curl_multi_cleanup(r->multi);
	curl_slist_free_all(r->headers);
	free(r->url);
	free(r);
}

/** ts_rpc_endpoint() - Return: scheme, host and port, for people. */
const char *ts_rpc_endpoint(const struct ts_rpc *r)
{
	return r->endpoint;
}

static size_t on_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct request *q = arg;
	size_t room = q->got_room ? q->got_room : FIRST_ROOM_BYTES;
	char *more;

	n *= size;
	if (n > q->rpc->answer_max_bytes - q->got_len) {
		q->too_big = true;
		return 0;
	}
	while (room - q->got_len < n)
		room *= 2;
	if (room != q->got_room) {
		more = realloc(q->got, room);
		if (!more)
			return 0;
		q->got = more;
		q->got_room = room;
	}
	memcpy(q->got + q->got_len, data, n);
	q->got_len += n;
	return n;
}

static bool set_easy(struct request *q)
{
	struct ts_rpc *r = q->rpc;
	CURL *e = q->easy;

	return !curl_easy_setopt(e, CURLOPT_URL, r->url) &&
	       !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       !curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(e, CURLOPT_NOPROXY, "*") &&
	       !curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) &&
	       !curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms) &&
	       !curl_easy_setopt(e, CURLOPT_HTTPHEADER, r->headers) &&
	       !curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->text) &&
	       !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, q->why) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_bytes) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, q) &&
	       !curl_easy_setopt(e, CURLOPT_PRIVATE, q);
}

/**
 * ts_rpc_send() - ask
 * @r: the endpoint
 * @method: what
 * @params: by a function of rpc_request.h, or NULL for none; taken over
 * @done: is told the answer, later, exactly once; not if @r is freed before
 * @ctx: handed to @done
 *
 * Return: 0, -EBUSY: too many questions are on their way, -ENOMEM.
 */
int ts_rpc_send(struct ts_rpc *r, enum ts_rpc_method method, json_t *params,
		ts_rpc_done *done, void *ctx)
{
	struct request *q;

	if (r->outstanding == TS_RPC_OUTSTANDING_MAX) {
		json_decref(params);
		return -EBUSY;
	}
	q = calloc(1, sizeof(*q));
	if (!q) {
		json_decref(params);
		return -ENOMEM;
	}
	q->rpc = r;
	q->method = method;
	q->id = ++r->last_id;
	q->done = done;
	q->ctx = ctx;
	q->text = ts_rpc_request_text(q->id, method, params);
	q->easy = curl_easy_init();
	if (!q->text || !q->easy || !set_easy(q) ||
	    curl_multi_add_handle(r->multi, q->easy)) {
		free_request(q);
		return -ENOMEM;
	}
	q->next = r->requests;
	r->requests = q;
	r->outstanding++;
	return 0;
}

/* What to say, and what to do about it. */
static int explain(const struct request *q, CURLcode code, char *why, size_t size)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		snprintf(why, size, "the name is not known; is this machine online, and is the name right?");
		return -EHOSTUNREACH;
	case CURLE_COULDNT_CONNECT:
		snprintf(why, size, "nobody answers there; does the node run, with its RPC over HTTP open?");
		return -ECONNREFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		snprintf(why, size, "no answer within %u ms; is the node overloaded, or the link down?",
			 q->rpc->timeout_ms);
		return -ETIMEDOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
		snprintf(why, size, "its certificate is not trusted here; is the clock right, and ca-certificates installed?");
		return -EPROTO;
	default:
		snprintf(why, size, "%s", q->why[0] ? q->why : curl_easy_strerror(code));
		return -EIO;
	}
}

/* Nodes put an error of JSON-RPC into answers of other statuses, too. */
static void read_answer(const struct request *q, struct ts_rpc_answer *a)
{
	long status = 0;

	ts_rpc_answer_parse(a, q->method, q->id, q->got ? q->got : "", q->got_len);
	curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == HTTP_OK || a->err == -EREMOTEIO)
		return;
	a->err = -EPROTO;
	snprintf(a->why, sizeof(a->why), "%s: HTTP status %ld; is that address the RPC of a node?",
		 ts_rpc_method_name(q->method), status);
}

static void finish(struct request *q, CURLcode code)
{
	struct ts_rpc_answer a = { .method = q->method };
	char why[TS_RPC_WHY_SIZE], reason[REASON_SIZE];

	if (q->too_big) {
		a.err = -EFBIG;
		snprintf(a.why, sizeof(a.why), "%s: the answer is above %zu bytes",
			 ts_rpc_method_name(q->method), q->rpc->answer_max_bytes);
	} else if (code) {
		a.err = explain(q, code, reason, sizeof(reason));
		snprintf(a.why, sizeof(a.why), "%s: %s",
			 ts_rpc_method_name(q->method), reason);
	} else {
		read_answer(q, &a);
	}
	if (a.err) {
		memcpy(why, a.why, sizeof(why));
		snprintf(a.why, sizeof(a.why), "%s: %.*s", q->rpc->endpoint,
			 TS_RPC_WHY_SIZE - ENDPOINT_SIZE - 3, why);
	}
	q->done(q->ctx, &a);
	ts_rpc_answer_release(&a);
}

static void unlink_request(struct ts_rpc *r, const struct request *q)
{
	struct request **p = &r->requests;

	while (*p != q)
		p = &(*p)->next;
	*p = q->next;
	r->outstanding--;
}

static void take_finished(struct ts_rpc *r)
{
	struct request *q;
	CURLcode code;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(r->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &q);
		curl_multi_remove_handle(r->multi, q->easy);
		unlink_request(r, q);
		finish(q, code);
		free_request(q);
	}
}

/** ts_rpc_ready() - a socket that is watched can be read or written */
void ts_rpc_ready(struct ts_rpc *r, int fd, bool readable, bool writable)
{
	int running;

	curl_multi_socket_action(r->multi, fd,
				 (readable ? CURL_CSELECT_IN : 0) |
				 (writable ? CURL_CSELECT_OUT : 0), &running);
	take_finished(r);
}

/** ts_rpc_expired() - the time that was asked for is over */
void ts_rpc_expired(struct ts_rpc *r)
{
	int running;

	curl_multi_socket_action(r->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_finished(r);
}

/**
 * ts_rpc_run() - wait for all answers, in a program without an event loop
 * @r: an endpoint that has no driver
 *
 * Return: 0, or -EIO when libcurl cannot go on.
 */
int ts_rpc_run(struct ts_rpc *r)
{
	int running;

	while (r->outstanding) {
		if (curl_multi_perform(r->multi, &running))
			return -EIO;
		take_finished(r);
		if (running && curl_multi_poll(r->multi, NULL, 0, 1000, NULL))
			return -EIO;
	}
	return 0;
}
