// SPDX-License-Identifier: GPL-2.0
/* watching.c - opens the admin page, and feeds its history. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/secret.h"
#include "tsd/command.h"
#include "tsd/config_listen.h"
#include "tsd/daemon.h"
#include "tsd/liquidity.h"
#include "tsd/log.h"
#include "tsd/metrics.h"
#include "tsd/warning.h"

#define LOOK_NS	(10 * 1000000000ull)
#define SAY_NS	1000000000ull

/**
 * struct ts_watching - all of it
 * @d: the daemon
 * @admin: the page
 * @history: of its plots
 * @looked_ns: when the box was looked at last
 * @failed: the history's file cannot be written; said once
 * @wrong: tries to log in that failed
 * @said_ns: when that was logged last: whoever tries a thousand times fills no disk
 */
struct ts_watching {
	struct ts_daemon *d;
	struct ts_admin *admin;
	struct ts_history *history;
	uint64_t looked_ns;
	bool failed;
	uint64_t wrong;
	uint64_t said_ns;
};

static json_t *look(void *ctx, enum ts_admin_what what)
{
	static const char sessions[] = "{\"cmd\":\"sessions\"}";
	struct ts_watching *w = ctx;
	bool watch;

	switch (what) {
	case TS_ADMIN_WARNINGS:
		return ts_warnings_json(w->d);
	case TS_ADMIN_SESSIONS:
		return ts_command_answer(w->d, sessions, sizeof(sessions) - 1, &watch);
	case TS_ADMIN_LIQUIDITY:
		return ts_liquidity_answer(w->d, NULL);
	}
	return NULL;
}

static void metrics(void *ctx, FILE *out)
{
	struct ts_watching *w = ctx;

	ts_metrics_write(w->d, out);
}

static void totals(void *ctx, struct ts_totals_view *view)
{
	struct ts_watching *w = ctx;

	ts_billing_totals(w->d->billing, view);
}

/* With the address: who guards a box by its log wants to know whom to keep out. */
static void tried(void *ctx, const struct sockaddr *from, const char *why_not)
{
	char text[TS_ENDPOINT_TEXT_SIZE];
	struct ts_watching *w = ctx;
	struct ts_endpoint at = {
		.len = from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
						     sizeof(struct sockaddr_in),
	};

	memcpy(&at.addr, from, at.len);
	ts_endpoint_print(&at, text);
	if (!why_not) {
		ts_log(TS_LOG_INFO, "admin: the operator logs in from %s", text);
		return;
	}
	w->wrong++;
	if (w->said_ns && ts_clock_boot_ns() - w->said_ns < SAY_NS)
		return;
	w->said_ns = ts_clock_boot_ns();
	ts_log(TS_LOG_WARN, "admin: %s from %s", why_not, text);
}

static void clocks(void *ctx, struct ts_time *now)
{
	ts_clock_now(now);
}

static void fill_facts(struct ts_admin_facts *f, const struct ts_config *c)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "%s", c->name);
	snprintf(f->version, sizeof(f->version), "%s", TS_VERSION);
	memcpy(f->tokens, c->billing.tokens, sizeof(f->tokens));
	f->n_tokens = c->billing.n_tokens;
	memcpy(f->names, c->http_names, sizeof(f->names));
	f->n_names = c->n_http_names;
	snprintf(f->secret_path, sizeof(f->secret_path), "%s/" TS_ADMIN_SECRET_FILE,
		 c->state_dir);
}

static int open_page(struct ts_watching *w, char *err, size_t err_size)
{
	const struct ts_config *c = w->d->config;
	const struct ts_admin_ops ops = {
		.ctx = w, .look = look, .metrics = metrics, .totals = totals,
		.tried = tried, .now = clocks,
	};
	char text[TS_ENDPOINT_TEXT_SIZE], why[200];
	struct ts_admin_facts facts;
	unsigned int i;
	int ret;

	fill_facts(&facts, c);
	w->admin = ts_admin_new(w->d->loop, &facts, &ops, w->history);
	if (!w->admin) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	for (i = 0; i < c->n_admin; i++) {
		ret = ts_admin_listen(w->admin, (const struct sockaddr *)&c->admin[i].addr,
				      c->admin[i].len, ts_config_admin_secure(c, i), why,
				      sizeof(why));
		if (!ret)
			continue;
		snprintf(err, err_size, "listen.admin: %s: %s",
			 ts_endpoint_print(&c->admin[i], text), why);
		return ret;
	}
	return 0;
}

/**
 * ts_watching_new() - the admin page at all addresses of the configuration
 * @d: the daemon; the portal, which has the certificate, is there
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: to be freed with ts_watching_free(); NULL on failure.
 */
struct ts_watching *ts_watching_new(struct ts_daemon *d, char *err, size_t err_size)
{
	const struct ts_billing_config *b = &d->config->billing;
	struct ts_watching *w = calloc(1, sizeof(*w));
	char path[TS_CONFIG_PATH_SIZE + 16];

	if (!w) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	w->d = d;
	snprintf(path, sizeof(path), "%s/history", d->config->state_dir);
	w->history = ts_history_open(path, b->tokens, b->n_tokens, err, err_size);
	/* Payments do not wait for plots. */
	if (!w->history) {
		ts_log(TS_LOG_ERROR, "history: %s; the plots of the admin page are gone with this process", err);
		w->history = ts_history_open(NULL, b->tokens, b->n_tokens, err, err_size);
	}
	if (w->history && !open_page(w, err, err_size))
		return w;
	ts_watching_free(w);
	return NULL;
}

/* Upstream is what the way to the internet costs, and given no income; the rest is. */
static ts_u128 income(const ts_u128 wei[TS_REVENUE_COUNT])
{
	return wei[TS_REVENUE_ACCESS] + wei[TS_REVENUE_RELAY] + wei[TS_REVENUE_EXIT] +
	       wei[TS_REVENUE_FEES];
}

static void take(struct ts_daemon *d, struct ts_history_totals *t, unsigned int *clients)
{
	struct ts_relaying_totals relay;
	struct ts_totals_view view;
	unsigned int i;

	memset(t, 0, sizeof(*t));
	ts_billing_totals(d->billing, &view);
	ts_relaying_totals(d->relaying, &relay);
	memcpy(t->bytes[TS_TRAFFIC_LOCAL], view.carried_bytes[TS_CLASS_LOCAL],
	       sizeof(t->bytes[0]));
	memcpy(t->bytes[TS_TRAFFIC_INTERNET], view.carried_bytes[TS_CLASS_INTERNET],
	       sizeof(t->bytes[0]));
	memcpy(t->bytes[TS_TRAFFIC_RELAY], relay.carried_bytes[TS_SERVICE_RELAY],
	       sizeof(t->bytes[0]));
	memcpy(t->bytes[TS_TRAFFIC_EXIT], relay.carried_bytes[TS_SERVICE_EXIT],
	       sizeof(t->bytes[0]));
	for (i = 0; i < d->config->billing.n_tokens; i++)
		t->earned_wei[i] = income(view.earned_wei[i]);
	*clients = view.online;
}

static void look_now(struct ts_watching *w, const struct ts_time *now)
{
	struct ts_history_totals t;
	unsigned int clients;
	int ret;

	take(w->d, &t, &clients);
	ret = ts_history_look(w->history, now, &t, clients);
	if (ret && !w->failed)
		ts_log(TS_LOG_ERROR, "history: %s: cannot be written: %s; the plots will have gaps",
		       w->d->config->state_dir, strerror(-ret));
	w->failed = ret;
}

/** ts_watching_tick() - each second; NULL is allowed */
void ts_watching_tick(struct ts_watching *w)
{
	struct ts_time now;

	if (!w)
		return;
	ts_clock_now(&now);
	if (w->looked_ns && now.boot_ns - w->looked_ns < LOOK_NS)
		return;
	w->looked_ns = now.boot_ns;
	look_now(w, &now);
}

/** ts_watching_wrong() - Return: how many tries to log in failed; NULL is allowed */
uint64_t ts_watching_wrong(const struct ts_watching *w)
{
	return w ? w->wrong : 0;
}

/** ts_watching_free() - what is under way goes to the history; NULL is allowed */
void ts_watching_free(struct ts_watching *w)
{
	struct ts_time now;

	if (!w)
		return;
	ts_admin_free(w->admin);
	if (w->history && w->looked_ns) {
		ts_clock_now(&now);
		look_now(w, &now);
	}
	ts_history_close(w->history);
	free(w);
}
