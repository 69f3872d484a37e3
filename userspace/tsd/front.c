// SPDX-License-Identifier: GPL-2.0
/* front.c - opens the portal: by http, by https, and where the unpaid are redirected to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tsd/daemon.h"
#include "tsd/front.h"
#include "tsd/https.h"

/* Where the unpaid are sent: our name, or else the address. */
static void portal_url(const struct ts_config *c, const struct ts_endpoint *at,
		       char *url, size_t size)
{
	char text[TS_ENDPOINT_TEXT_SIZE];

	if (!c->n_http_names)
		snprintf(url, size, "http://%s/", ts_endpoint_print(at, text));
	else if (ts_endpoint_port(at) == 80)
		snprintf(url, size, "http://%s/", c->http_names[0]);
	else
		snprintf(url, size, "http://%s:%u/", c->http_names[0],
			 ts_endpoint_port(at));
}

static int listen_http(struct ts_daemon *d, const struct ts_endpoint *at,
		       char *err, size_t err_size)
{
	char text[TS_ENDPOINT_TEXT_SIZE], url[TS_PORTAL_NAME_SIZE + 32], why[200];
	struct ts_endpoint redirect = *at;
	int ret;

	ts_endpoint_print(at, text);
	ret = ts_portal_listen(d->portal, (struct sockaddr *)&at->addr, at->len,
			       NULL, why, sizeof(why));
	if (!ret) {
		portal_url(d->config, at, url, sizeof(url));
		ts_endpoint_set_port(&redirect, d->config->redirect_port);
		ts_endpoint_print(&redirect, text);
		ret = ts_portal_listen(d->portal, (struct sockaddr *)&redirect.addr,
				       redirect.len, url, why, sizeof(why));
	}
	if (ret)
		snprintf(err, err_size, "listen.http: %s: %s", text, why);
	return ret;
}

/* It may come later, so it is bound all the same; a wrong digit looks just like that. */
static void look_here(const char *key, const struct ts_endpoint *at)
{
	char text[TS_ENDPOINT_TEXT_SIZE];

	if (!ts_endpoint_is_here(at))
		ts_log(TS_LOG_WARN, "%s: this box does not have the address of %s; nobody reaches it there until it has",
		       key, ts_endpoint_print(at, text));
}

static int listen_https(struct ts_daemon *d, char *err, size_t err_size)
{
	const struct ts_config *c = d->config;
	char text[TS_ENDPOINT_TEXT_SIZE], why[200];
	unsigned int i;
	int ret;

	for (i = 0; i < c->n_https; i++) {
		ret = ts_portal_listen_https(d->portal,
					     (const struct sockaddr *)&c->https[i].addr,
					     c->https[i].len, why, sizeof(why));
		if (!ret) {
			look_here("listen.https", &c->https[i]);
			continue;
		}
		snprintf(err, err_size, "listen.https: %s: %s",
			 ts_endpoint_print(&c->https[i], text), why);
		return ret;
	}
	/* The admin page has it, too. */
	if (!*c->certificate)
		return 0;
	ts_portal_certificate(d->portal, c->certificate, c->certificate_key);
	ts_https_look(d);
	return 0;
}

static void fill_facts(struct ts_portal_facts *f, const struct ts_daemon *d)
{
	const struct ts_config *c = d->config;

	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "%s", c->name);
	snprintf(f->version, sizeof(f->version), "%s", TS_VERSION);
	f->address = d->address;
	f->chain_id = c->billing.chain_id;
	f->tokens_network = c->billing.tokens_network;
	memcpy(f->tokens, c->billing.tokens, sizeof(f->tokens));
	f->n_tokens = c->billing.n_tokens;
	f->photon_port = ts_endpoint_port(&c->photon);
	memcpy(f->names, c->http_names, sizeof(f->names));
	f->n_names = c->n_http_names;
	snprintf(f->venue_url, sizeof(f->venue_url), "%s", c->venue_info_url);
}

static int open_wallet(struct ts_daemon *d, char *err, size_t err_size)
{
	char why[4200];
	int ret;

	if (!*d->config->wallet_dir)
		return 0;
	ret = ts_portal_wallet(d->portal, d->config->wallet_dir, why, sizeof(why));
	if (ret)
		snprintf(err, err_size, "portal.wallet: %s", why);
	return ret;
}

/**
 * ts_front_open() - the portal, at every address of the configuration
 * @d: the daemon; its @portal is set
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0 or negative errno.
 */
int ts_front_open(struct ts_daemon *d, char *err, size_t err_size)
{
	const struct ts_config *c = d->config;
	struct ts_portal_limits limits = {
		.connections = c->limits.http_connections,
		.per_source = c->limits.http_per_source,
		.timeout_s = c->limits.http_timeout_s,
		.events = c->limits.events,
	};
	struct ts_portal_facts facts;
	struct ts_portal_ops ops;
	unsigned int i;
	int ret;

	fill_facts(&facts, d);
	ts_front_ops(&ops, d);
	d->portal = ts_portal_new(d->loop, &facts, &ops, &limits);
	if (!d->portal) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	ret = open_wallet(d, err, err_size);
	if (ret)
		return ret;
	for (i = 0; i < c->n_http; i++) {
		ret = listen_http(d, &c->http[i], err, err_size);
		if (ret)
			return ret;
		look_here("listen.http", &c->http[i]);
	}
	look_here("listen.photon", &c->photon);
	return listen_https(d, err, err_size);
}
