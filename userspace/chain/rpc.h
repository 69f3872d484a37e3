/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rpc.h - talking to one node of the chain: JSON-RPC 2.0 over HTTP, by libcurl,
 * without ever blocking.
 *
 * It lives in somebody's event loop, which watches sockets and runs a timer for
 * it (struct ts_rpc_driver); a program without one gives no driver and calls
 * ts_rpc_run().  curl_global_init() is the program's.
 *
 * The answer's err is, besides those of rpc_answer.h: -EHOSTUNREACH: the name is
 * unknown; -ECONNREFUSED: nobody there; -ETIMEDOUT; -EFBIG: above the bound;
 * -EPROTO: no success of HTTP or TLS; -EIO: anything else.  answer->why says
 * which node, what was asked, what went wrong and what to do; of the address
 * only scheme, host and port, because the rest may be a password.
 */
#ifndef TS_CHAIN_RPC_H
#define TS_CHAIN_RPC_H

#include "chain/rpc_answer.h"

#define TS_RPC_OUTSTANDING_MAX	64

/**
 * struct ts_rpc_config - how to reach a node
 * @url: http:// or https://
 * @timeout_ms: from the question to the end of the answer
 * @answer_max_bytes: longer answers are refused
 */
struct ts_rpc_config {
	const char *url;
	unsigned int timeout_ms;
	size_t answer_max_bytes;
};

/**
 * struct ts_rpc_driver - what an event loop does for us
 * @ctx: handed back
 * @watch: call ts_rpc_ready() whenever @fd can be read, or written, as wanted;
 *	neither: forget @fd.  Returns 0, or a negative errno to have the request
 *	fail.
 * @timer: call ts_rpc_expired() once in so many ms; negative: not at all.  It
 *	replaces what was asked for before.
 *
 * Neither may call back at once.
 */
struct ts_rpc_driver {
	void *ctx;
	int (*watch)(void *ctx, int fd, bool want_read, bool want_write);
	void (*timer)(void *ctx, long timeout_ms);
};

/*
 * What is done with an answer, which is valid until this returns.  It may send
 * the next question; it may not free the endpoint.
 */
typedef void ts_rpc_done(void *ctx, const struct ts_rpc_answer *answer);

struct ts_rpc;

struct ts_rpc *ts_rpc_new(const struct ts_rpc_config *config,
			  const struct ts_rpc_driver *driver, char *err,
			  size_t err_size);
void ts_rpc_free(struct ts_rpc *r);
int ts_rpc_endpoint_of(const char *url, char *text, size_t size);
const char *ts_rpc_endpoint(const struct ts_rpc *r);
int ts_rpc_send(struct ts_rpc *r, enum ts_rpc_method method, json_t *params,
		ts_rpc_done *done, void *ctx);
void ts_rpc_ready(struct ts_rpc *r, int fd, bool readable, bool writable);
void ts_rpc_expired(struct ts_rpc *r);
int ts_rpc_run(struct ts_rpc *r);

#endif /* TS_CHAIN_RPC_H */
