// SPDX-License-Identifier: GPL-2.0
/* config_discovery.c - discovery and peers of tsd.conf. */
#include <netinet/in.h>
#include <string.h>

#include "tsd/config_discovery.h"

static const char *const discovery_keys[] = {
	"mdns", "interfaces", "interval_seconds", "expire_seconds", NULL
};
static const char *const peer_keys[] = { "address", "at", NULL };

static void read_interfaces(struct ts_reader *r, config_setting_t *s,
			    struct ts_config_discovery *d)
{
	config_setting_t *list = ts_read_list(r, s, "interfaces",
					      TS_CONFIG_INTERFACES_MAX);
	int n = list ? config_setting_length(list) : 0, i;
	const char *name;

	for (i = 0; i < n && !r->failed; i++) {
		name = ts_read_item(r, list, i);
		if (r->failed)
			return;
		if (!*name || strlen(name) >= sizeof(d->interfaces[i]) ||
		    strpbrk(name, " \t\n/:*"))
			ts_reader_fail(r, config_setting_get_elem(list, i), NULL,
				       "\"%.40s\" must be the name of one interface",
				       name);
		else
			strcpy(d->interfaces[i], name);
	}
	d->n_interfaces = n;
}

/* What a node answers is where it is, so it must be said where that is. */
static const char *why_not(const struct ts_config *c)
{
	if (c->photon.addr.ss_family != AF_INET)
		return "Photon's discovery is of IPv4, and listen.photon is not";
	if (ts_endpoint_is_any(&c->photon) && !c->discovery.n_interfaces)
		return "listen.photon is every address, so discovery.interfaces must say where";
	return NULL;
}

static void read_peer(struct ts_reader *r, config_setting_t *s,
		      const struct ts_config *c, struct ts_peer *peer)
{
	struct ts_endpoint at = { };
	const struct ts_peer *other;
	const char *text;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, peer_keys);
	ts_read_address(r, s, "address", &peer->address);
	text = ts_read_string(r, s, "at", NULL);
	if (r->failed)
		return;
	if (ts_endpoint_parse(&at, text) || ts_endpoint_is_any(&at))
		ts_reader_fail(r, config_setting_get_member(s, "at"), NULL,
			       "\"%.60s\" must be ADDRESS:PORT or [IPv6-ADDRESS]:PORT of the peer",
			       text);
	peer->place.family = ts_endpoint_address((const struct sockaddr *)&at.addr,
						 peer->place.ip);
	peer->place.port = ts_endpoint_port(&at);
	for (other = c->peers; other < peer; other++)
		if (ts_address_equal(&other->address, &peer->address))
			ts_reader_fail(r, s, "address", "is given twice; a peer is in one place");
}

static void read_peers(struct ts_reader *r, config_setting_t *root,
		       struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "peers", TS_CONFIG_PEERS_MAX);
	int n = list ? config_setting_length(list) : 0, i;

	for (i = 0; i < n && !r->failed; i++)
		read_peer(r, config_setting_get_elem(list, i), c, &c->peers[i]);
	c->n_peers = n;
}

/**
 * ts_config_read_discovery() - who else speaks Photon, and where to look for them
 * @r: the reader
 * @root: the file
 * @c: its listen has been read
 */
void ts_config_read_discovery(struct ts_reader *r, config_setting_t *root,
			      struct ts_config *c)
{
	config_setting_t *s = ts_read_group(r, root, "discovery", discovery_keys);
	struct ts_config_discovery *d = &c->discovery;

	read_interfaces(r, s, d);
	d->interval_s = ts_read_number(r, s, "interval_seconds", 1, 1, 60);
	d->expire_s = ts_read_number(r, s, "expire_seconds", 20, 2, 3600);
	if (!r->failed && d->expire_s <= d->interval_s)
		ts_reader_fail(r, s, "expire_seconds",
			       "%u: must be more than interval_seconds (%u), else peers are forgotten before they can answer",
			       d->expire_s, d->interval_s);
	if (r->failed)
		return;
	d->mdns = ts_read_bool(r, s, "mdns", !why_not(c));
	if (!r->failed && d->mdns && why_not(c))
		ts_reader_fail(r, s, "mdns", "%s", why_not(c));
	read_peers(r, root, c);
}

/**
 * ts_config_explain_discovery() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_discovery(const struct ts_config *c, FILE *out)
{
	const struct ts_config_discovery *d = &c->discovery;
	unsigned int i;

	if (!d->mdns) {
		fprintf(out, "discovery off%s%s\n", why_not(c) ? ": " : "",
			why_not(c) ? why_not(c) : "");
	} else {
		fprintf(out, "discovery every %u s, forgotten after %u s, on", d->interval_s,
			d->expire_s);
		for (i = 0; i < d->n_interfaces; i++)
			fprintf(out, " %s", d->interfaces[i]);
		fprintf(out, "%s\n", d->n_interfaces ? "" :
			" the interface with the address of listen.photon");
	}
	fprintf(out, "peers     %u\n", c->n_peers);
}
