/* SPDX-License-Identifier: GPL-2.0 */
/*
 * admin.h - the operator's page, and numbers for programs, at doors of their own.
 *
 * Driven by the caller's event loop.  It changes nothing of the box: it shows.  The one
 * thing that takes long, to try a password, is done in a thread, one at a time, so no
 * payment waits for whoever knocks.
 */
#ifndef TS_ADMIN_ADMIN_H
#define TS_ADMIN_ADMIN_H

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "admin/history.h"
#include "portal/portal.h"

/**
 * struct ts_admin_facts - what does not change while the daemon runs; copied
 * @name: of the box
 * @version: of the program
 * @tokens: what is paid with
 * @n_tokens: how many
 * @names: under which the box is found, beside its addresses
 * @n_names: how many
 * @secret_path: of the file of secret.h
 */
struct ts_admin_facts {
	char name[64];
	char version[32];
	struct ts_billing_token tokens[TS_TOKENS_MAX];
	unsigned int n_tokens;
	char names[TS_PORTAL_NAMES_MAX][TS_PORTAL_NAME_SIZE];
	unsigned int n_names;
	char secret_path[128];
};

/** enum ts_admin_what - what may be asked for */
enum ts_admin_what {
	TS_ADMIN_WARNINGS,	/* array of what, message */
	TS_ADMIN_SESSIONS,	/* as {"cmd":"sessions"} */
	TS_ADMIN_LIQUIDITY,	/* as {"cmd":"liquidity"} */
};

/**
 * struct ts_admin_ops - what it asks of the daemon
 * @ctx: handed to each function
 * @look: Return: a new reference; NULL: no memory
 * @metrics: writes all of /metrics
 * @totals: the box in numbers
 * @tried: somebody was let in, or was not (@why_not), from there
 * @now: the clocks
 */
struct ts_admin_ops {
	void *ctx;
	json_t *(*look)(void *ctx, enum ts_admin_what what);
	void (*metrics)(void *ctx, FILE *out);
	void (*totals)(void *ctx, struct ts_totals_view *totals);
	void (*tried)(void *ctx, const struct sockaddr *from, const char *why_not);
	void (*now)(void *ctx, struct ts_time *now);
};

struct ts_admin;

struct ts_admin *ts_admin_new(struct ev_loop *loop, const struct ts_admin_facts *facts,
			      const struct ts_admin_ops *ops,
			      const struct ts_history *history);
int ts_admin_listen(struct ts_admin *a, const struct sockaddr *addr, socklen_t len,
		    bool secure, char *err, size_t err_size);
void ts_admin_free(struct ts_admin *a);

#endif /* TS_ADMIN_ADMIN_H */
