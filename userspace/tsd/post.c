// SPDX-License-Identifier: GPL-2.0
/* post.c - bytes to another box's portal by HTTP. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/rpc.h"
#include "tsd/post.h"
#include "tsd/sockets.h"

#define CONNECT_TIMEOUT_MS	5000L

/**
 * struct ts_post - a portal
 * @sockets: libcurl's, in the loop
 * @multi: keeps the connection
 * @easy: of what is on its way; NULL: nothing is
 * @headers: of each request
 * @url: with the path
 * @endpoint: scheme, host and port: the rest may be a password
 * @timeout_ms: of a request
 * @done: is told
 * @ctx: for @done
 * @got: the answer so far
 * @got_len: of it
 * @too_long: it is none of a portal
 * @why: libcurl's words
 */
struct ts_post {
	struct ts_sockets sockets;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char *url;
	char endpoint[TS_POST_ENDPOINT_SIZE];
	unsigned int timeout_ms;
	ts_post_done *done;
	void *ctx;
	char got[TS_POST_ANSWER_SIZE];
	size_t got_len;
	bool too_long;
	char why[CURL_ERROR_SIZE];
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
	bool in = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
	bool out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
	struct ts_post *p = arg;

	return ts_sockets_watch(&p->sockets, fd, in, out) ? -1 : 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct ts_post *p = arg;

	ts_sockets_timer(&p->sockets, timeout_ms);
	return 0;
}

static size_t on_bytes(char *data, size_t size, size_t n, void *arg)
{
	struct ts_post *p = arg;

	n *= size;
	if (n >= sizeof(p->got) - p->got_len) {
		p->too_long = true;
		return 0;
	}
	memcpy(p->got + p->got_len, data, n);
	p->got_len += n;
	return n;
}

static void finish(struct ts_post *p, CURLcode code)
{
	long status = 0;

	if (!code)
		curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(p->multi, p->easy);
	curl_easy_cleanup(p->easy);
	p->easy = NULL;
	p->got[p->got_len] = '\0';
	if (p->too_long)
		p->done(p->ctx, 0, "the answer is none of a portal");
	else if (code)
		p->done(p->ctx, 0, p->why[0] ? p->why : curl_easy_strerror(code));
	else
		p->done(p->ctx, status, p->got);
}

static void take_finished(struct ts_post *p)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(p->multi, &left)))
		if (msg->msg == CURLMSG_DONE)
			finish(p, msg->data.result);
}

static void on_ready(void *ctx, int fd, bool readable, bool writable)
{
	struct ts_post *p = ctx;
	int running;

	curl_multi_socket_action(p->multi, fd,
				 (readable ? CURL_CSELECT_IN : 0) |
				 (writable ? CURL_CSELECT_OUT : 0), &running);
	take_finished(p);
}

static void on_expired(void *ctx)
{
	struct ts_post *p = ctx;
	int running;

	curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_finished(p);
}

static bool set_multi(struct ts_post *p)
{
	return !curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	       !curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p) &&
	       !curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	       !curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
}

static bool set_headers(struct ts_post *p)
{
	static const char * const headers[] = {
		"Content-Type: application/octet-stream",
		"Expect:",	/* do not wait for leave to send the body */
	};
	struct curl_slist *list;
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		list = curl_slist_append(p->headers, headers[i]);
		if (!list)
			return false;
		p->headers = list;
	}
	return true;
}

static bool set_easy(struct ts_post *p, const void *bytes, size_t len)
{
	CURL *e = p->easy;

	return !curl_easy_setopt(e, CURLOPT_URL, p->url) &&
	       !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       !curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(e, CURLOPT_NOPROXY, "*") &&
	       !curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) &&
	       !curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)p->timeout_ms) &&
	       !curl_easy_setopt(e, CURLOPT_HTTPHEADER, p->headers) &&
	       !curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)len) &&
	       !curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, bytes) &&
	       !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, p->why) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_bytes) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, p);
}

/**
 * ts_post_new() - a portal to send to
 * @loop: the daemon's
 * @url: of the portal
 * @path: there, beginning with a slash
 * @timeout_ms: from the first byte to the end of the answer
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Nothing is sent yet.  Return: it, or NULL.
 */
struct ts_post *ts_post_new(struct ev_loop *loop, const char *url, const char *path,
			    unsigned int timeout_ms, char *err, size_t err_size)
{
	struct ts_post *p = calloc(1, sizeof(*p));
	size_t n = strlen(url);

	if (!p)
		goto no_memory;
	ts_sockets_init(&p->sockets, loop, on_ready, on_expired, p);
	p->timeout_ms = timeout_ms;
	while (n && url[n - 1] == '/')
		n--;
	if (asprintf(&p->url, "%.*s%s", (int)n, url, path) < 0)
		p->url = NULL;
	p->multi = curl_multi_init();
	if (!p->url || !p->multi || !set_multi(p) || !set_headers(p))
		goto no_memory;
	if (!ts_rpc_endpoint_of(p->url, p->endpoint, sizeof(p->endpoint)))
		return p;
	snprintf(err, err_size, "%s: must be http://HOST:PORT or https://HOST", url);
	ts_post_free(p);
	return NULL;
no_memory:
	snprintf(err, err_size, "memory is out");
	ts_post_free(p);
	return NULL;
}

/**
 * ts_post_free() - leave it; NULL is allowed
 * @p: the portal
 *
 * What is on its way is dropped; nobody is told.
 */
void ts_post_free(struct ts_post *p)
{
	if (!p)
		return;
	if (p->easy) {
		curl_multi_remove_handle(p->multi, p->easy);
		curl_easy_cleanup(p->easy);
	}
	if (p->multi)
		curl_multi_cleanup(p->multi);
	ts_sockets_close(&p->sockets);
	curl_slist_free_all(p->headers);
	free(p->url);
	free(p);
}

/** ts_post_endpoint() - Return: scheme, host and port, for people. */
const char *ts_post_endpoint(const struct ts_post *p)
{
	return p->endpoint;
}

/**
 * ts_post_send() - send
 * @p: where to
 * @bytes: the body; copied
 * @len: how many
 * @done: is told what came of it, later, exactly once; not if @p is freed before
 * @ctx: handed to @done
 *
 * Return: 0, -EBUSY: something is on its way, -ENOMEM.
 */
int ts_post_send(struct ts_post *p, const void *bytes, size_t len,
		 ts_post_done *done, void *ctx)
{
	if (p->easy)
		return -EBUSY;
	p->easy = curl_easy_init();
	if (!p->easy)
		return -ENOMEM;
	p->done = done;
	p->ctx = ctx;
	p->got_len = 0;
	p->too_long = false;
	p->why[0] = '\0';
	if (set_easy(p, bytes, len) && !curl_multi_add_handle(p->multi, p->easy))
		return 0;
	curl_easy_cleanup(p->easy);
	p->easy = NULL;
	return -ENOMEM;
}
