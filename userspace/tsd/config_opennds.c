// SPDX-License-Identifier: GPL-2.0
/* config_opennds.c - opennds of tsd.conf: beside whom we are, and how we talk to it. */
#include <string.h>

#include "tsd/config_opennds.h"

/* What openNDS marks packets with, and does not ask whose the bits are. */
#define NDS_MARKS 0x00030000u

static const char *const opennds_keys[] = {
	"gateway", "faskey_file", "ndsctl", NULL
};

static void read_path(struct ts_reader *r, config_setting_t *s, const char *key,
		      char out[TS_CONFIG_PATH_SIZE])
{
	ts_read_text(r, s, key, out, TS_CONFIG_PATH_SIZE);
	if (!r->failed && out[0] != '/')
		ts_reader_fail(r, config_setting_get_member(s, key), NULL,
			       "must be an absolute path");
}

static bool has_address_of(const struct ts_endpoint *e, const struct ts_endpoint *other)
{
	struct ts_endpoint same = *e;

	ts_endpoint_set_port(&same, ts_endpoint_port(other));
	return ts_endpoint_equal(&same, other);
}

/**
 * ts_config_fas() - where openNDS sends clients: the address of listen.http that is its own
 *
 * Return: NULL: there is no openNDS.
 */
const struct ts_endpoint *ts_config_fas(const struct ts_config *c)
{
	unsigned int i;

	for (i = 0; i < c->n_http; i++)
		if (c->opennds.gateway.len &&
		    has_address_of(&c->http[i], &c->opennds.gateway))
			return &c->http[i];
	return NULL;
}

static void read_gateway(struct ts_reader *r, config_setting_t *s, struct ts_config *c)
{
	config_setting_t *at = config_setting_get_member(s, "gateway");
	struct ts_endpoint *gateway = &c->opennds.gateway;
	const char *text = ts_read_string(r, s, "gateway", NULL);
	const struct ts_endpoint *fas;

	if (r->failed)
		return;
	if (ts_endpoint_parse(gateway, text) || ts_endpoint_is_any(gateway) ||
	    gateway->addr.ss_family != AF_INET) {
		ts_reader_fail(r, at, NULL, "\"%.60s\" must be ADDRESS:PORT: the IPv4 address of openNDS's GatewayInterface, and its GatewayPort",
			       text);
		return;
	}
	fas = ts_config_fas(c);
	if (!fas)
		ts_reader_fail(r, at, NULL, "listen.http does not have this address; openNDS's firewall lets clients reach no other");
	else if (ts_endpoint_port(fas) == 80)
		ts_reader_fail(r, at, NULL, "listen.http has port 80 there, which openNDS takes for itself; use another one");
	else if (ts_endpoint_port(fas) == ts_endpoint_port(gateway) ||
		 c->redirect_port == ts_endpoint_port(gateway))
		ts_reader_fail(r, at, NULL, "port %u is in listen.http or listen.redirect_port; they must differ",
			       ts_endpoint_port(gateway));
}

/**
 * ts_config_read_opennds() - beside openNDS, or alone
 * @r: the reader
 * @root: the file
 * @c: its listen and meter have been read
 */
void ts_config_read_opennds(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c)
{
	config_setting_t *s = ts_read_group(r, root, "opennds", opennds_keys);

	if (!s || r->failed)
		return;
	strcpy(c->opennds.ndsctl, "/usr/bin/ndsctl");
	read_gateway(r, s, c);
	if (!r->failed && !config_setting_get_member(s, "faskey_file"))
		ts_reader_fail(r, s, "faskey_file", "missing; the file with openNDS's faskey, readable by root alone");
	read_path(r, s, "faskey_file", c->opennds.faskey_file);
	read_path(r, s, "ndsctl", c->opennds.ndsctl);
	if (!r->failed && c->mark_mask & NDS_MARKS)
		ts_reader_fail(r, s, NULL, "meter.mark_mask 0x%08x has bits of openNDS's marks (0x%08x); use others",
			       c->mark_mask, NDS_MARKS);
}

/**
 * ts_config_explain_opennds() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_opennds(const struct ts_config *c, FILE *out)
{
	char text[TS_ENDPOINT_TEXT_SIZE];

	if (c->opennds.gateway.len)
		fprintf(out, "opennds   %s; its lines: tsctl portal opennds\n",
			ts_endpoint_print(&c->opennds.gateway, text));
}
