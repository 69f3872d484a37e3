// SPDX-License-Identifier: GPL-2.0
/* request.c - which request is for what, and who may ask. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/private.h"
#include "portal/host.h"

#define METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/*
 * A page of the internet whose name leads here reads nothing: its name is no name of ours.
 * What comes through "ssh -L" is for localhost.
 */
static bool is_ours(const struct ts_door *door, struct MHD_Connection *c)
{
	static const char local[][TS_PORTAL_NAME_SIZE] = { "localhost" };
	const struct ts_admin_facts *f = &door->admin->facts;
	const char *host = header(c, MHD_HTTP_HEADER_HOST);

	return host && (ts_host_is_of(f->names, f->n_names, c, host) ||
			(door->local && ts_host_is_of(local, 1, c, host)));
}

/*
 * A form is taken from our own page alone: the portal, at another port of the same name, is
 * of the same site, so SameSite is not enough; Origin has the port.
 */
static bool is_own_form(const struct ts_door *door, struct MHD_Connection *c)
{
	const char *origin = header(c, MHD_HTTP_HEADER_ORIGIN);
	const char *site = header(c, "Sec-Fetch-Site");
	const char *scheme = door->secure ? "https://" : "http://";
	size_t n = strlen(scheme);

	if (site && strcmp(site, "same-origin"))
		return false;
	return !origin || (!strncmp(origin, scheme, n) &&
			   !strcasecmp(origin + n, header(c, MHD_HTTP_HEADER_HOST)));
}

static enum MHD_Result metrics(struct ts_ask *ask)
{
	const char *given = header(ask->connection, MHD_HTTP_HEADER_AUTHORIZATION);
	struct ts_admin *a = ask->door->admin;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	ts_admin_look_secret(a);
	if (!ask->door->local && !ts_admin_login_of(ask) &&
	    (!given || strncasecmp(given, "Bearer ", 7) ||
	     !ts_admin_secret_is_token(&a->secret, given + 7)))
		return ts_admin_text(ask->connection, MHD_HTTP_UNAUTHORIZED,
				     "from other machines these numbers need \"Authorization: Bearer TOKEN\"; \"tsctl admin token\" makes one");
	out = open_memstream(&text, &len);
	if (!out)
		return MHD_NO;
	a->ops.metrics(a->ops.ctx, out);
	if (fclose(out)) {
		free(text);
		text = NULL;
	}
	return ts_admin_answer(ask->connection, MHD_HTTP_OK, METRICS_TYPE, text, len);
}

static enum MHD_Result page(struct ts_ask *ask, const char *url)
{
	struct ts_login *login = ts_admin_login_of(ask);
	struct ts_admin *a = ask->door->admin;
	const char *period;
	size_t len = 0;
	char *text;

	if (!strcmp(url, "/login")) {
		if (login)
			return ts_admin_redirect(ask->connection, "/", NULL);
		text = ts_admin_login_page(a, NULL, &len);
	} else {
		if (!login)
			return ts_admin_redirect(ask->connection, "/login", NULL);
		period = MHD_lookup_connection_value(ask->connection,
						     MHD_GET_ARGUMENT_KIND, "period");
		text = ts_admin_page(a, login, period, &len);
	}
	return ts_admin_answer(ask->connection, MHD_HTTP_OK, "text/html; charset=utf-8",
			       text, len);
}

/** enum place - what is at a path, bits */
enum place {
	PLACE_GET = 1,
	PLACE_POST = 2,
};

static unsigned int place_of(const char *url)
{
	if (!strcmp(url, "/logout"))
		return PLACE_POST;
	if (!strcmp(url, "/login"))
		return PLACE_GET | PLACE_POST;
	return !strcmp(url, "/") || !strcmp(url, "/metrics") || !strcmp(url, "/admin.css") ||
	       !strcmp(url, "/icon.svg") ? PLACE_GET : 0;
}

/* The head of a request: what can be refused by it is. */
static enum MHD_Result begin(struct ts_ask *ask, const char *url, const char *method)
{
	struct MHD_Connection *c = ask->connection;
	unsigned int place = place_of(url);
	bool get = !strcmp(method, "GET") || !strcmp(method, "HEAD");

	if (!is_ours(ask->door, c))
		return ts_admin_text(c, MHD_HTTP_MISDIRECTED_REQUEST,
				     "the Host is not a name or an address of this box; see listen.names");
	if (!place)
		return ts_admin_text(c, MHD_HTTP_NOT_FOUND,
				     "nothing is here; / is for people, /metrics for programs");
	ask->posted = !strcmp(method, "POST");
	if (!(get && place & PLACE_GET) && !(ask->posted && place & PLACE_POST))
		return ts_admin_text(c, MHD_HTTP_METHOD_NOT_ALLOWED,
				     "this path does not have this method");
	if (ask->posted && !is_own_form(ask->door, c))
		return ts_admin_text(c, MHD_HTTP_FORBIDDEN,
				     "forms of other pages are not taken");
	return MHD_YES;
}

static enum MHD_Result take_body(struct ts_ask *ask, const char *body, size_t *len)
{
	if (*len > sizeof(ask->body) - ask->len)
		ask->too_long = true;
	else
		memcpy(ask->body + ask->len, body, *len);
	ask->len += ask->too_long ? 0 : *len;
	*len = 0;
	return ask->too_long ? MHD_NO : MHD_YES;
}

/**
 * ts_admin_handle() - libmicrohttpd has something of a request
 *
 * An MHD_AccessHandlerCallback.
 */
enum MHD_Result ts_admin_handle(void *cls, struct MHD_Connection *c, const char *url,
				const char *method, const char *version, const char *body,
				size_t *body_len, void **request)
{
	struct ts_ask *ask = *request;

	if (!ask) {
		ask = calloc(1, sizeof(*ask));
		if (!ask)
			return MHD_NO;
		*request = ask;
		ask->door = cls;
		ask->connection = c;
		return begin(ask, url, method);
	}
	if (*body_len)
		return take_body(ask, body, body_len);
	if (ask->posted)
		return strcmp(url, "/login") ? ts_admin_post_logout(ask) :
					       ts_admin_post_login(ask);
	if (!strcmp(url, "/metrics"))
		return metrics(ask);
	if (!strcmp(url, "/") || !strcmp(url, "/login"))
		return page(ask, url);
	return ts_admin_file(c, url);
}

/** ts_admin_done() - libmicrohttpd is through with a request */
void ts_admin_done(void *cls, struct MHD_Connection *c, void **request,
		   enum MHD_RequestTerminationCode why)
{
	struct ts_door *door = cls;
	struct ts_ask *ask = *request;

	if (!ask)
		return;
	if (door->admin->trial.ask == ask)
		door->admin->trial.ask = NULL;
	sodium_memzero(ask, sizeof(*ask));
	free(ask);
	*request = NULL;
}
