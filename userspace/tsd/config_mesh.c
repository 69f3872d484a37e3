// SPDX-License-Identifier: GPL-2.0
/* config_mesh.c - mesh of tsd.conf. */
#include <string.h>

#include "chain/token.h"
#include "relay/terms.h"
#include "tsd/config_amount.h"
#include "tsd/config_mesh.h"

#define MIB		((uint64_t)1 << 20)
#define WINDOW_BYTES	(64 * MIB)
/* So that a window of the dearest kind is at most 2^119 wei. */
#define PRICE_WEI_MAX	((ts_u128)1 << 90)

static const char *const mesh_keys[] = {
	"device", "listen", "payer_rule", "gateway", "token", "relay", "exit",
	"margin_per_mille", "rise_per_mille", "notice_seconds", "max_relay",
	"max_exit", "max_rise_per_mille", "window_bytes", "window_box", "pay_bytes",
	"interval_seconds", "hello_seconds", "tolerance_per_mille", "overhead_bytes",
	"low_bytes", NULL
};
static const char *const price_keys[] = { "up", "down", NULL };

static void read_device(struct ts_reader *r, config_setting_t *s,
			struct ts_config_mesh *m)
{
	if (!r->failed && !config_setting_get_member(s, "device"))
		ts_reader_fail(r, s, "device",
			       "missing; the mesh device of batman-adv, such as \"bat0\"");
	ts_read_text(r, s, "device", m->device, sizeof(m->device));
	if (!r->failed && (!*m->device || strpbrk(m->device, "*/: \t\n\"\\")))
		ts_reader_fail(r, config_setting_get_member(s, "device"), NULL,
			       "must be the name of one device, such as \"bat0\"");
}

/* Neighbours find each other by IPv4 broadcast, and answer where it came from. */
static void read_listen(struct ts_reader *r, config_setting_t *s,
			struct ts_config_mesh *m)
{
	config_setting_t *at = config_setting_get_member(s, "listen");
	const char *text;

	if (r->failed)
		return;
	if (!at) {
		ts_reader_fail(r, s, "listen",
			       "missing; this box's own IPv4 address on the mesh, such as \"10.77.0.1:40002\"");
		return;
	}
	text = ts_read_string(r, s, "listen", NULL);
	if (!r->failed && (ts_endpoint_parse(&m->listen, text) ||
			   ts_endpoint_is_any(&m->listen) ||
			   m->listen.addr.ss_family != AF_INET))
		ts_reader_fail(r, at, NULL,
			       "\"%.60s\" must be this box's own IPv4 address on the mesh and a port, such as \"10.77.0.1:40002\"",
			       text);
}

/* Return: it was given. */
static bool read_prices(struct ts_reader *r, config_setting_t *mesh, const char *key,
			unsigned int decimals, ts_u128 wei_per_gb[TS_DIR_COUNT])
{
	config_setting_t *s = ts_read_group(r, mesh, key, price_keys);
	int dir;

	if (!s || r->failed)
		return false;
	ts_read_tokens(r, s, "up", NULL, decimals, &wei_per_gb[TS_DIR_UP]);
	ts_read_tokens(r, s, "down", NULL, decimals, &wei_per_gb[TS_DIR_DOWN]);
	for (dir = 0; dir < TS_DIR_COUNT && !r->failed; dir++)
		if (wei_per_gb[dir] > PRICE_WEI_MAX)
			ts_reader_fail(r, s, NULL, "is more than any unit can express");
	return true;
}

static void read_all_prices(struct ts_reader *r, config_setting_t *s,
			    unsigned int decimals, struct ts_config_mesh *m)
{
	static const char form[] = "missing; such as { up = \"0.1\"; down = \"0.1\"; }, in tokens per GB (10^9 bytes)";

	if (!read_prices(r, s, "relay", decimals,
			 m->asked_wei_per_gb[TS_SERVICE_RELAY]) && !r->failed)
		ts_reader_fail(r, s, "relay", "%s: what this box asks for carrying",
			       form);
	if (!read_prices(r, s, "exit", decimals,
			 m->asked_wei_per_gb[TS_SERVICE_EXIT]) &&
	    m->gateway == TS_GATEWAY_YES && !r->failed)
		ts_reader_fail(r, s, "exit", "%s: what this gateway asks", form);
	if (!read_prices(r, s, "max_relay", decimals,
			 m->most_wei_per_gb[TS_SERVICE_RELAY]) && !r->failed)
		ts_reader_fail(r, s, "max_relay", "%s: the most that this box pays for being carried",
			       form);
	if (!read_prices(r, s, "max_exit", decimals,
			 m->most_wei_per_gb[TS_SERVICE_EXIT]))
		memcpy(m->most_wei_per_gb[TS_SERVICE_EXIT],
		       m->most_wei_per_gb[TS_SERVICE_RELAY],
		       sizeof(m->most_wei_per_gb[TS_SERVICE_EXIT]));
}

static void read_limits(struct ts_reader *r, config_setting_t *s,
			unsigned int decimals, struct ts_config_mesh *m)
{
	m->window_bytes = ts_read_number(r, s, "window_bytes", WINDOW_BYTES, 65536,
					 (uint64_t)1 << 40);
	m->pay_bytes = ts_read_number(r, s, "pay_bytes", m->window_bytes / 8, 1500,
				      (uint64_t)1 << 40);
	if (!r->failed && m->pay_bytes > m->window_bytes)
		ts_reader_fail(r, s, "pay_bytes",
			       "%llu: must not be more than window_bytes (%llu), else a neighbour cuts this box before it pays",
			       (unsigned long long)m->pay_bytes,
			       (unsigned long long)m->window_bytes);
	if (!r->failed && !config_setting_get_member(s, "window_box"))
		ts_reader_fail(r, s, "window_box",
			       "missing; what all neighbours together may owe this box, in tokens, such as \"1\"");
	ts_read_tokens(r, s, "window_box", NULL, decimals, &m->window_box_wei);
	m->interval_s = ts_read_number(r, s, "interval_seconds", 60, 2, 3600);
	m->hello_s = ts_read_number(r, s, "hello_seconds", 10, 1, 600);
	m->tolerance_per_mille = ts_read_number(r, s, "tolerance_per_mille", 20, 1, 200);
	m->overhead_bytes = ts_read_number(r, s, "overhead_bytes", 24, 0, 200);
	m->low_bytes = ts_read_number(r, s, "low_bytes", m->window_bytes, 0,
				      (uint64_t)1 << 50);
}

/**
 * ts_config_read_mesh() - what is carried for neighbours, and by them
 * @r: the reader
 * @root: the file
 * @c: its chain has been read
 */
void ts_config_read_mesh(struct ts_reader *r, config_setting_t *root,
			 struct ts_config *c)
{
	static const char *const rules[] = { "requester", "sender", NULL };
	static const char *const gateways[] = { "auto", "yes", "no", NULL };
	config_setting_t *s = ts_read_group(r, root, "mesh", mesh_keys);
	struct ts_config_mesh *m = &c->mesh;
	const struct ts_billing_token *token;

	if (!s || r->failed)
		return;
	read_device(r, s, m);
	read_listen(r, s, m);
	m->payer_rule = ts_read_word(r, s, "payer_rule", rules, TS_PAYER_REQUESTER);
	m->gateway = ts_read_word(r, s, "gateway", gateways, TS_GATEWAY_AUTO);
	token = ts_read_token(r, s, &c->billing);
	m->token = token - c->billing.tokens;
	read_all_prices(r, s, token->decimals, m);
	m->margin_per_mille = ts_read_number(r, s, "margin_per_mille", 100, 0, 10000);
	m->rise_per_mille = ts_read_number(r, s, "rise_per_mille", 200, 0, 10000);
	m->notice_s = ts_read_number(r, s, "notice_seconds", 3600, TS_NOTICE_S, 86400);
	m->most_rise_per_mille = ts_read_number(r, s, "max_rise_per_mille", 250, 0,
						10000);
	read_limits(r, s, token->decimals, m);
	c->billing.upstream_metered = m->gateway != TS_GATEWAY_YES;
}

/**
 * ts_config_explain_mesh() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_mesh(const struct ts_config *c, FILE *out)
{
	static const char *const services[TS_SERVICE_COUNT] = { "relay", "exit" };
	const struct ts_billing_token *token = &c->billing.tokens[c->mesh.token];
	const struct ts_config_mesh *m = &c->mesh;
	char up[TS_TOKEN_TEXT_SIZE], down[TS_TOKEN_TEXT_SIZE];
	char listen[TS_ENDPOINT_TEXT_SIZE];
	int service;

	if (!*m->device) {
		fprintf(out, "mesh      none\n");
		return;
	}
	fprintf(out, "mesh      %s at %s, the %s pays, %llu bytes may be owed\n",
		m->device, ts_endpoint_print(&m->listen, listen),
		m->payer_rule == TS_PAYER_SENDER ? "sender" : "requester",
		(unsigned long long)m->window_bytes);
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		fprintf(out, "  %-5s asked %s up, %s down %s/GB\n", services[service],
			ts_token_print(m->asked_wei_per_gb[service][TS_DIR_UP],
				       token->decimals, up),
			ts_token_print(m->asked_wei_per_gb[service][TS_DIR_DOWN],
				       token->decimals, down), token->symbol);
}
