// SPDX-License-Identifier: GPL-2.0
/* config.c - read and check tsd.conf. */
#include <inttypes.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include <tokenswitch/budget.h>
#include "billing/price.h"
#include "chain/token.h"
#include "lib/rule.h"
#include "tsd/config.h"
#include "tsd/config_chain.h"
#include "tsd/config_discovery.h"
#include "tsd/config_file.h"
#include "tsd/config_community.h"
#include "tsd/config_listen.h"
#include "tsd/config_share.h"
#include "tsd/config_mesh.h"
#include "tsd/config_mirror.h"
#include "tsd/config_money.h"
#include "tsd/config_opennds.h"
#include "tsd/config_read.h"
#include "tsd/config_station.h"

static const char *const root_keys[] = {
	"name", "run_dir", "state_dir", "ledger", "log", "key", "chain",
	"channels", "listen", "discovery", "peers", "mirrors", "mirror_seconds",
	"mirror_for", "community", "portal", "opennds", "meter", "ports", "rules", "gate", "stations", "tariffs",
	"money", "shares", "payout", "allowance", "limits",
	"mesh", NULL
};
static const char *const log_keys[] = { "level", "format", NULL };
static const char *const key_keys[] = { "file", "passphrase_file", NULL };
static const char *const meter_keys[] = { "driver", "mark_mask", NULL };
static const char *const port_keys[] = {
	"pattern", "meter", "direction", "zone", "fast_path", "fast_path_from", NULL
};
static const char *const gate_keys[] = { "enabled", "unsolicited", NULL };
static const char *const limits_keys[] = {
	"photon_per_source", "photon_burst", "photon_sources", "photon_strangers",
	"mdns_per_source", "mdns_burst", "mdns_peers",
	"http_connections", "http_per_source", "http_timeout_seconds", "events",
	NULL
};

static void read_dir(struct ts_reader *r, config_setting_t *group,
		     const char *key, char *out)
{
	ts_read_text(r, group, key, out, TS_CONFIG_PATH_SIZE);
	if (!r->failed && out[0] != '/')
		ts_reader_fail(r, config_setting_get_member(group, key), NULL,
			       "must be an absolute path");
}

static void read_general(struct ts_reader *r, config_setting_t *root,
			 struct ts_config *c)
{
	static const char *const levels[] = { "error", "warn", "info", "debug", NULL };
	static const char *const formats[] = { "text", "json", NULL };
	config_setting_t *log, *key;

	strcpy(c->name, "TokenSwitch");
	strcpy(c->run_dir, "/run/tokenswitch");
	strcpy(c->state_dir, "/var/lib/tokenswitch");
	ts_read_text(r, root, "name", c->name, sizeof(c->name));
	read_dir(r, root, "run_dir", c->run_dir);
	read_dir(r, root, "state_dir", c->state_dir);
	snprintf(c->ledger, sizeof(c->ledger), "%.80s/ledger.db", c->state_dir);
	read_dir(r, root, "ledger", c->ledger);

	log = ts_read_group(r, root, "log", log_keys);
	c->log_level = ts_read_word(r, log, "level", levels, TS_LOG_INFO);
	c->log_json = ts_read_word(r, log, "format", formats, 0);

	snprintf(c->key_file, sizeof(c->key_file), "%.80s/key", c->state_dir);
	key = ts_read_group(r, root, "key", key_keys);
	if (key) {
		read_dir(r, key, "file", c->key_file);
		if (config_setting_get_member(key, "passphrase_file"))
			read_dir(r, key, "passphrase_file", c->passphrase_file);
	}
	if (!r->failed && !*c->passphrase_file)
		ts_reader_fail(r, key ? key : root,
			       key ? "passphrase_file" : "key.passphrase_file",
			       "missing; the file with the passphrase of the key, readable by root alone");
}

static bool mask_is_good(uint64_t mask)
{
	uint64_t run = mask ? mask >> __builtin_ctzll(mask) : 0;

	return run >= 15 && !(run & (run + 1));
}

/* The gate's own answer to what nobody asked for needs to see every frame. */
static void read_fast_path(struct ts_reader *r, config_setting_t *s, struct ts_port *p)
{
	static const char *const paths[] = { "off", "xdp", NULL };
	bool fast = ts_read_word(r, s, "fast_path", paths, 0);

	ts_read_text(r, s, "fast_path_from", p->fast_from, sizeof(p->fast_from));
	if (r->failed)
		return;
	if (fast != (p->fast_from[0] != 0))
		ts_reader_fail(r, s, fast ? "fast_path" : "fast_path_from",
			       "fast_path = \"xdp\" and fast_path_from = \"DEVICE\" need each other: it leads to and comes from that device");
	else if (fast && p->meter != TS_METER_XDP)
		ts_reader_fail(r, s, "fast_path", "the fast path is a part of meter xdp: set meter = \"xdp\"");
	else if (fast && p->direction != TS_DIRECTION_BOTH)
		ts_reader_fail(r, s, "fast_path", "the fast path needs both directions metered");
}

static void check_fast_paths(struct ts_reader *r, config_setting_t *root,
			     const struct ts_config *c)
{
	unsigned int i;

	for (i = 0; i < c->n_ports && c->gate && !c->gate_unsolicited; i++)
		if (c->ports[i].fast_from[0])
			ts_reader_fail(r, root, "ports",
				       "the fast path of %s would bypass the gate, which follows connections to keep out what no client asked for: set gate.unsolicited = true, or leave fast_path out",
				       c->ports[i].pattern);
}

static void read_port(struct ts_reader *r, config_setting_t *s,
		      struct ts_config *c, struct ts_port *p)
{
	static const char *const meters[] = { "auto", "xdp", "tc", "nf", NULL };
	static const char *const ways[] = { "up", "down", "both", NULL };
	const struct ts_port *other;
	char zone[IFNAMSIZ] = "";
	const char *star;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, port_keys);
	if (!r->failed && !config_setting_get_member(s, "pattern"))
		ts_reader_fail(r, s, "pattern", "missing; a device name or a prefix and '*'");
	ts_read_text(r, s, "pattern", p->pattern, sizeof(p->pattern));
	star = strchr(p->pattern, '*');
	if (!r->failed && (strpbrk(p->pattern, "\"\\/ \t\n{};$") ||
			   (star && (star[1] || star == p->pattern))))
		ts_reader_fail(r, config_setting_get_member(s, "pattern"), NULL,
			       "must be a device name, or a prefix of one followed by '*'");
	for (other = c->ports; other < p; other++)
		if (!strcmp(other->pattern, p->pattern))
			ts_reader_fail(r, s, "pattern", "\"%s\" is given twice", p->pattern);
	p->meter = ts_read_word(r, s, "meter", meters, TS_METER_AUTO);
	p->direction = ts_read_word(r, s, "direction", ways, 2) + 1;
	ts_read_text(r, s, "zone", zone, sizeof(zone));
	if (*zone)
		p->zone = ts_zone_of_name(zone);
	p->role = TS_ROLE_ACCESS;
	p->mark_mask = c->mark_mask;
	read_fast_path(r, s, p);
}

static void read_meter(struct ts_reader *r, config_setting_t *root,
		       struct ts_config *c)
{
	static const char *const drivers[] = { "auto", "bpf", "genl", NULL };
	config_setting_t *s = ts_read_group(r, root, "meter", meter_keys), *list;
	int n, i;

	i = ts_read_word(r, s, "driver", drivers, 0);
	if (i)
		strcpy(c->driver, drivers[i]);
	c->mark_mask = ts_read_number(r, s, "mark_mask", TS_MARK_MASK_DEFAULT, 1,
				      UINT32_MAX);
	if (!r->failed && !mask_is_good(c->mark_mask))
		ts_reader_fail(r, s, "mark_mask",
			       "0x%08x: must be four or more adjacent bits, such as 0x0f000000",
			       c->mark_mask);
	list = ts_read_list(r, root, "ports", TS_CONFIG_PORTS_MAX);
	if (r->failed)
		return;
	n = list ? config_setting_length(list) : 0;
	if (!n)
		ts_reader_fail(r, root, "ports", "missing; at least one access port must be given");
	for (i = 0; i < n && !r->failed; i++)
		read_port(r, config_setting_get_elem(list, i), c, &c->ports[i]);
	c->n_ports = n;
}

static void read_rules(struct ts_reader *r, config_setting_t *root,
		       struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "rules", TS_CONFIG_RULES_MAX);
	int n = list ? config_setting_length(list) : 0, i, j;
	char what[200];

	for (i = 0; i < n && !r->failed; i++) {
		if (ts_rule_parse(ts_read_item(r, list, i), &c->rules[i], what,
				  sizeof(what)))
			ts_reader_fail(r, config_setting_get_elem(list, i), NULL,
				       "%s", what);
		for (j = 0; j < i && !r->failed; j++)
			if (ts_rule_equal(&c->rules[i], &c->rules[j]))
				ts_reader_fail(r, config_setting_get_elem(list, i),
					       NULL, "is the same as rules[%d]", j);
	}
	c->n_rules = n;
}

static void read_limits(struct ts_reader *r, config_setting_t *root,
			struct ts_config *c)
{
	config_setting_t *s = ts_read_group(r, root, "limits", limits_keys);
	struct ts_config_limits *l = &c->limits;

	l->photon_per_source = ts_read_number(r, s, "photon_per_source", 50, 1, 100000);
	l->photon_burst = ts_read_number(r, s, "photon_burst", 100, 1, 100000);
	l->photon_sources = ts_read_number(r, s, "photon_sources", 1024, 16, 65536);
	l->photon_strangers = ts_read_number(r, s, "photon_strangers", 2000, 50, 1000000);
	l->mdns_per_source = ts_read_number(r, s, "mdns_per_source", 20, 1, 1000);
	l->mdns_burst = ts_read_number(r, s, "mdns_burst", 40, 1, 1000);
	l->mdns_peers = ts_read_number(r, s, "mdns_peers", 256, 1, 4096);
	l->http_connections = ts_read_number(r, s, "http_connections", 256, 4, 4096);
	l->http_per_source = ts_read_number(r, s, "http_per_source", 16, 1, 4096);
	l->http_timeout_s = ts_read_number(r, s, "http_timeout_seconds", 15, 1, 300);
	l->events = ts_read_number(r, s, "events", 128, 1, 4096);
	if (!r->failed && l->events >= l->http_connections)
		ts_reader_fail(r, s ? s : root, "events",
			       "%u: must be less than http_connections (%u), else streams could shut out payments",
			       l->events, l->http_connections);
}

static void read_root(struct ts_reader *r, config_setting_t *root,
		      struct ts_config *c)
{
	config_setting_t *gate;

	ts_read_keys(r, root, root_keys);
	read_general(r, root, c);
	ts_config_read_chain(r, root, c);
	ts_config_read_channels(r, root, c);
	ts_config_read_listen(r, root, c);
	ts_config_read_portal(r, root, c);
	ts_config_read_discovery(r, root, c);
	ts_config_read_mirrors(r, root, c);
	ts_config_read_community(r, root, c);
	read_meter(r, root, c);
	read_rules(r, root, c);
	ts_config_read_opennds(r, root, c);
	gate = ts_read_group(r, root, "gate", gate_keys);
	c->gate = ts_read_bool(r, gate, "enabled", true);
	c->gate_unsolicited = ts_read_bool(r, gate, "unsolicited", false);
	check_fast_paths(r, root, c);
	ts_config_read_stations(r, root, c);
	ts_config_read_tariffs(r, root, c);
	ts_config_read_money(r, root, c);
	ts_config_read_shares(r, root, c);
	read_limits(r, root, c);
	ts_config_read_mesh(r, root, c);
}

/**
 * ts_config_load() - read and check a configuration
 * @path: the file
 * @err: on failure "FILE:LINE: KEY: what is wrong and what is allowed"; no
 *	:LINE for a key that the whole file lacks
 * @err_size: room in @err
 *
 * Return: the configuration, freed with ts_config_free(); NULL on failure.
 */
struct ts_config *ts_config_load(const char *path, char *err, size_t err_size)
{
	struct ts_reader r = { .path = path, .err = err, .err_size = err_size };
	struct ts_config *c;
	config_t file;

	c = calloc(1, sizeof(*c));
	if (!c) {
		snprintf(err, err_size, "%s: out of memory", path);
		return NULL;
	}
	config_init(&file);
	r.failed = ts_config_file_read(&file, path, err, err_size);
	if (!r.failed) {
		snprintf(c->path, sizeof(c->path), "%s", path);
		read_root(&r, config_root_setting(&file), c);
	}
	config_destroy(&file);
	if (!r.failed)
		return c;
	ts_config_free(c);
	return NULL;
}

/** ts_config_free() - free what ts_config_load() gave; NULL is allowed */
void ts_config_free(struct ts_config *c)
{
	if (!c)
		return;
	free(c->channels);
	free(c);
}

/* The limits in a token may change, and all else of it not. */
static bool has_tokens_of(const struct ts_config *old, const struct ts_config *new)
{
	const struct ts_billing_token *a = old->billing.tokens;
	const struct ts_billing_token *b = new->billing.tokens;
	unsigned int i, n = old->billing.n_tokens;

	for (i = 0; i < n; i++, a++, b++)
		if (!ts_address_equal(&a->address, &b->address) ||
		    strcmp(a->symbol, b->symbol) || a->decimals != b->decimals)
			return false;
	return n == new->billing.n_tokens;
}

/**
 * ts_config_fixed() - what a running daemon cannot change
 * @old: the configuration it runs with
 * @new: the one it is asked to take
 *
 * Return: the name of a key that differs and needs a restart, or NULL.
 */
const char *ts_config_fixed(const struct ts_config *old,
			    const struct ts_config *new)
{
	if (strcmp(old->run_dir, new->run_dir))
		return "run_dir";
	if (strcmp(old->state_dir, new->state_dir))
		return "state_dir";
	if (strcmp(old->ledger, new->ledger))
		return "ledger";
	if (strcmp(old->key_file, new->key_file))
		return "key.file";
	if (ts_u256_cmp(&old->billing.chain_id, &new->billing.chain_id) ||
	    !ts_address_equal(&old->billing.tokens_network,
			      &new->billing.tokens_network) ||
	    !has_tokens_of(old, new) ||
	    memcmp(&old->chain, &new->chain, sizeof(old->chain)))
		return "chain";
	if (strcmp(old->driver, new->driver))
		return "meter.driver";
	if (old->mark_mask != new->mark_mask)
		return "meter.mark_mask";
	if (old->gate != new->gate)
		return "gate.enabled";
	if (!ts_endpoint_equal(&old->photon, &new->photon))
		return "listen.photon";
	if (old->n_http != new->n_http || old->redirect_port != new->redirect_port ||
	    memcmp(old->http, new->http, sizeof(old->http)))
		return "listen.http";
	if (old->n_http_names != new->n_http_names ||
	    memcmp(old->http_names, new->http_names, sizeof(old->http_names)))
		return "listen.names";
	if (old->n_https != new->n_https ||
	    memcmp(old->https, new->https, sizeof(old->https)))
		return "listen.https";
	if (old->n_admin != new->n_admin || old->admin_plain != new->admin_plain ||
	    memcmp(old->admin, new->admin, sizeof(old->admin)))
		return "listen.admin";
	if (strcmp(old->certificate, new->certificate))
		return "listen.certificate";
	if (strcmp(old->certificate_key, new->certificate_key))
		return "listen.certificate_key";
	if (strcmp(old->wallet_dir, new->wallet_dir))
		return "portal.wallet";
	if (memcmp(&old->discovery, &new->discovery, sizeof(old->discovery)))
		return "discovery";
	if (old->n_mirrors != new->n_mirrors || old->mirror_s != new->mirror_s ||
	    memcmp(old->mirrors, new->mirrors, sizeof(old->mirrors)))
		return "mirrors";
	if (old->n_mirror_for != new->n_mirror_for ||
	    memcmp(old->mirror_for, new->mirror_for, sizeof(old->mirror_for)))
		return "mirror_for";
	if (old->billing.n_community != new->billing.n_community ||
	    memcmp(old->community, new->community, sizeof(old->community)))
		return "community";
	if (memcmp(&old->opennds, &new->opennds, sizeof(old->opennds)))
		return "opennds";
	if (memcmp(&old->limits, &new->limits, sizeof(old->limits)))
		return "limits";
	if (memcmp(&old->mesh, &new->mesh, sizeof(old->mesh)))
		return "mesh";
	return NULL;
}

static void explain_price(const struct ts_billing_token *token, const char *what,
			  const char *wei_per_gb, uint16_t units,
			  int unit_shift, FILE *out)
{
	char asked_text[TS_TOKEN_TEXT_SIZE], real_text[TS_TOKEN_TEXT_SIZE];
	ts_u128 asked = 0, real = ts_price_wei_per_gb(units, unit_shift);
	double off;

	ts_u128_parse(&asked, wei_per_gb);
	off = asked ? ((double)real / (double)asked - 1) * 100 : 0;
	fprintf(out, "  %-13s %s %s/GB = %u units/byte, in effect %s %s/GB (%+.4f %%)\n",
		what, ts_token_print(asked, token->decimals, asked_text),
		token->symbol, units,
		ts_token_print(real, token->decimals, real_text),
		token->symbol, off);
}

static void explain_tariff(const struct ts_config *c,
			   const struct ts_billing_tariff *t, FILE *out)
{
	static const char *const names[2][TS_DIR_COUNT] = {
		{ "local up", "local down" }, { "internet up", "internet down" },
	};
	const struct ts_billing_token *token = &c->billing.tokens[t->token];
	struct ts_ledger_tariff scaled;
	char unneeded[200];
	int class, i, dir;

	/* It was good when the file was read. */
	if (ts_tariff_scale(t, &scaled, unneeded, sizeof(unneeded)))
		return;
	fprintf(out, "tariff %u: in %s; one unit is 2^%d of its smallest unit\n",
		t->id, token->symbol, scaled.unit_shift);
	for (i = 0; i < 2; i++) {
		class = TS_CLASS_LOCAL + i;
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			explain_price(token, names[i][dir],
				      scaled.wei_per_gb[class][dir],
				      scaled.price[class][dir],
				      scaled.unit_shift, out);
	}
}

/**
 * ts_config_explain() - what "tsd --check-config" prints of a good file
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain(const struct ts_config *c, FILE *out)
{
	unsigned int i;

	fprintf(out, "%s: good\n", c->path);
	ts_config_explain_listen(c, out);
	fprintf(out, "chain     %s\n", c->chain.rpc[0] ? "followed" :
		"not followed: chain.rpc is not given");
	ts_config_explain_discovery(c, out);
	ts_config_explain_mirrors(c, out);
	ts_config_explain_community(c, out);
	ts_config_explain_opennds(c, out);
	ts_config_explain_mesh(c, out);
	ts_config_explain_shares(c, out);
	ts_config_explain_stations(c, out);
	for (i = 0; i < c->n_ports; i++)
		fprintf(out, "port      %s\n", c->ports[i].pattern);
	for (i = 0; i < c->billing.n_tariffs; i++)
		explain_tariff(c, &c->billing.tariffs[i], out);
}
