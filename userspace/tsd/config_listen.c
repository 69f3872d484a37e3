// SPDX-License-Identifier: GPL-2.0
/* config_listen.c - listen and portal of tsd.conf: where clients come in, and what they see. */
#include <string.h>

#include "tsd/config_listen.h"

static const char *const listen_keys[] = {
	"http", "https", "certificate", "certificate_key", "names", "redirect_port",
	"photon", "any_address", "admin", "admin_plain", NULL
};
static const char *const portal_keys[] = { "venue_info_url", "wallet", NULL };

static void read_endpoint(struct ts_reader *r, config_setting_t *at,
			  const char *text, bool any, struct ts_endpoint *out)
{
	if (r->failed)
		return;
	if (ts_endpoint_parse(out, text))
		ts_reader_fail(r, at, NULL,
			       "\"%.60s\" must be ADDRESS:PORT or [IPv6-ADDRESS]:PORT",
			       text);
	else if (!any && ts_endpoint_is_any(out))
		ts_reader_fail(r, at, NULL,
			       "every address, upstream included, only with listen.any_address = true");
}

/* What is not like a name of the DNS would never come in a Host header. */
static void read_names(struct ts_reader *r, config_setting_t *listen,
		       struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, listen, "names",
					      TS_CONFIG_NAMES_MAX);
	int n = list ? config_setting_length(list) : 0, i;
	const char *text;

	for (i = 0; i < n && !r->failed; i++) {
		text = ts_read_item(r, list, i);
		if (r->failed)
			return;
		if (!*text || strlen(text) >= TS_PORTAL_NAME_SIZE ||
		    text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")]) {
			ts_reader_fail(r, config_setting_get_elem(list, i), NULL,
				       "\"%.60s\" must be a host name, such as \"portal.example\"",
				       text);
			return;
		}
		strcpy(c->http_names[i], text);
	}
	c->n_http_names = n;
}

/* Else the second one could not listen, and would say that the address is in use. */
static void refuse_twice(struct ts_reader *r, const config_setting_t *at,
			 const struct ts_endpoint *e, const struct ts_endpoint *others,
			 unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && !r->failed; i++)
		if (ts_endpoint_equal(e, &others[i]))
			ts_reader_fail(r, at, NULL, "is given twice");
}

/* A list of places to listen; Return: how many there are. */
static unsigned int read_endpoints(struct ts_reader *r, config_setting_t *s,
				   const char *key, bool any, struct ts_endpoint *out,
				   int max)
{
	config_setting_t *list = ts_read_list(r, s, key, max);
	int n = list ? config_setting_length(list) : 0, i;

	for (i = 0; i < n && !r->failed; i++) {
		read_endpoint(r, config_setting_get_elem(list, i),
			      ts_read_item(r, list, i), any, &out[i]);
		refuse_twice(r, config_setting_get_elem(list, i), &out[i], out,
			     (unsigned int)i);
	}
	return (unsigned int)n;
}

static void read_path(struct ts_reader *r, config_setting_t *s, const char *key,
		      char out[TS_CONFIG_PATH_SIZE])
{
	ts_read_text(r, s, key, out, TS_CONFIG_PATH_SIZE);
	if (!r->failed && out[0] != '/')
		ts_reader_fail(r, config_setting_get_member(s, key), NULL,
			       "must be an absolute path");
}

static void read_file(struct ts_reader *r, config_setting_t *s, const char *key,
		      const char *what, const char *need, char out[TS_CONFIG_PATH_SIZE])
{
	if (r->failed)
		return;
	if (!config_setting_get_member(s, key)) {
		ts_reader_fail(r, s, key, "missing; the file with %s in PEM, for %s", what,
			       need);
		return;
	}
	read_path(r, s, key, out);
}

/*
 * A password is not sent in the clear: beyond this box the page has https, unless the
 * operator says that nobody listens there, as in a tunnel.
 */
static void read_admin(struct ts_reader *r, config_setting_t *s, bool any,
		       struct ts_config *c)
{
	unsigned int i, j;

	c->n_admin = read_endpoints(r, s, "admin", any, c->admin, TS_CONFIG_ADMIN_MAX);
	c->admin_plain = ts_read_bool(r, s, "admin_plain", false);
	for (i = 0; i < c->n_admin && !r->failed; i++) {
		if (ts_endpoint_port(&c->admin[i]) == c->redirect_port)
			ts_reader_fail(r, s, "admin", "%u is listen.redirect_port; they must differ",
				       c->redirect_port);
		for (j = 0; j < c->n_http && !r->failed; j++)
			if (ts_endpoint_port(&c->admin[i]) == ts_endpoint_port(&c->http[j]))
				ts_reader_fail(r, s, "admin", "%u is a port of listen.http, where clients are; they must differ",
					       ts_endpoint_port(&c->admin[i]));
		for (j = 0; j < c->n_https && !r->failed; j++)
			if (ts_endpoint_port(&c->admin[i]) == ts_endpoint_port(&c->https[j]))
				ts_reader_fail(r, s, "admin", "%u is a port of listen.https, where clients are; they must differ",
					       ts_endpoint_port(&c->admin[i]));
	}
}

static bool needs_https(const struct ts_config *c)
{
	unsigned int i;

	for (i = 0; i < c->n_admin; i++)
		if (ts_config_admin_secure(c, i))
			return true;
	return false;
}

/* Whether the files are good is seen when tsd runs: they come and go by themselves. */
static void read_https(struct ts_reader *r, config_setting_t *s, bool any,
		       struct ts_config *c)
{
	const char *need;
	unsigned int i;

	c->n_https = read_endpoints(r, s, "https", any, c->https, TS_CONFIG_HTTPS_MAX);
	read_admin(r, s, any, c);
	for (i = 0; i < c->n_https && !r->failed; i++) {
		if (ts_endpoint_port(&c->https[i]) == c->redirect_port)
			ts_reader_fail(r, s, "https", "%u is listen.redirect_port; they must differ",
				       c->redirect_port);
		refuse_twice(r, config_setting_get_member(s, "https"), &c->https[i], c->http,
			     c->n_http);
	}
	need = c->n_https ? "listen.https" :
			    "listen.admin beyond this box; or set listen.admin_plain";
	if (c->n_https || needs_https(c)) {
		read_file(r, s, "certificate", "the certificate and its chain", need,
			  c->certificate);
		read_file(r, s, "certificate_key", "its key", need, c->certificate_key);
		if (!r->failed && c->n_https && !c->n_http_names)
			ts_reader_fail(r, s, "names", "missing; listen.https needs the name that the certificate is for, such as \"portal.example\"");
	} else if (!r->failed && s && (config_setting_get_member(s, "certificate") ||
				       config_setting_get_member(s, "certificate_key"))) {
		ts_reader_fail(r, s, "https", "missing; a certificate is given, and nowhere to serve by it, such as [ \"192.0.2.1:443\" ]");
	}
}

/**
 * ts_config_read_listen() - where clients come in
 * @r: the reader
 * @root: the file
 * @c: where it goes
 */
void ts_config_read_listen(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c)
{
	config_setting_t *s = ts_read_group(r, root, "listen", listen_keys);
	bool any = ts_read_bool(r, s, "any_address", false);
	const char *text;
	unsigned int i;

	if (!s && !r->failed)
		ts_reader_fail(r, root, "listen", "missing; listen.http and listen.photon must be given");
	c->n_http = read_endpoints(r, s, "http", any, c->http, TS_CONFIG_HTTP_MAX);
	if (!c->n_http && !r->failed)
		ts_reader_fail(r, s, "http", "missing; a list such as [ \"192.0.2.1:8080\" ]");
	read_names(r, s, c);
	c->redirect_port = ts_read_number(r, s, "redirect_port", 8081, 1, 65535);
	for (i = 0; i < c->n_http && !r->failed; i++)
		if (ts_endpoint_port(&c->http[i]) == c->redirect_port)
			ts_reader_fail(r, s, "redirect_port",
				       "%u is a port of listen.http; they must differ",
				       c->redirect_port);
	if (!r->failed)
		read_https(r, s, any, c);
	text = ts_read_string(r, s, "photon", NULL);
	if (!r->failed)
		read_endpoint(r, config_setting_get_member(s, "photon"), text,
			      any, &c->photon);
}

/** ts_config_admin_secure() - Return: this place of listen.admin has https */
bool ts_config_admin_secure(const struct ts_config *c, unsigned int which)
{
	return !c->admin_plain && !ts_endpoint_is_loopback(&c->admin[which]);
}

/**
 * ts_config_read_portal() - what clients see
 * @r: the reader
 * @root: the file
 * @c: where it goes
 */
void ts_config_read_portal(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c)
{
	config_setting_t *s = ts_read_group(r, root, "portal", portal_keys);

	if (!s || r->failed)
		return;
	if (config_setting_get_member(s, "wallet"))
		read_path(r, s, "wallet", c->wallet_dir);
	if (r->failed || !config_setting_get_member(s, "venue_info_url"))
		return;
	ts_read_text(r, s, "venue_info_url", c->venue_info_url,
		     sizeof(c->venue_info_url));
	if (!r->failed && strncmp(c->venue_info_url, "https://", 8))
		ts_reader_fail(r, config_setting_get_member(s, "venue_info_url"), NULL,
			       "must begin with https://, for operating systems take no other (RFC 8908)");
}

/**
 * ts_config_explain_listen() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_listen(const struct ts_config *c, FILE *out)
{
	char text[TS_ENDPOINT_TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < c->n_http; i++)
		fprintf(out, "http      %s\n", ts_endpoint_print(&c->http[i], text));
	for (i = 0; i < c->n_https; i++)
		fprintf(out, "https     %s\n", ts_endpoint_print(&c->https[i], text));
	for (i = 0; i < c->n_admin; i++)
		fprintf(out, "admin     %s, %s\n", ts_endpoint_print(&c->admin[i], text),
			ts_config_admin_secure(c, i) ? "https" : "http");
	fprintf(out, "photon    %s\n", ts_endpoint_print(&c->photon, text));
}
