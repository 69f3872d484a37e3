// SPDX-License-Identifier: GPL-2.0
/* relay_status.c - neighbours, as tsctl shows them. */
#include <stdlib.h>
#include <string.h>

#include "chain/json.h"
#include "portal/portal.h"
#include "relay/tariff.h"
#include "tsd/relay_private.h"

static json_t *mac(const struct ts_mac *m)
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m->b[0], m->b[1], m->b[2],
			    m->b[3], m->b[4], m->b[5]);
}

static json_t *by_service(json_t *(*of)(const void *from, int service, int dir),
			  const void *from)
{
	static const char *const services[] = { "relay", "exit" };
	json_t *all = json_object();
	int service;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		json_object_set_new(all, services[service],
			json_pack("{s:o, s:o}", "up", of(from, service, TS_DIR_UP),
				  "down", of(from, service, TS_DIR_DOWN)));
	return all;
}

/* Counters go as strings: numbers are doubles in many readers. */
static json_t *bytes_of(const void *from, int service, int dir)
{
	const struct ts_carried *c = from;

	return json_sprintf("%llu", (unsigned long long)c->bytes[service][dir]);
}

static json_t *price_of(const void *from, int service, int dir)
{
	uint32_t rest = 0;

	return ts_json_wei(ts_price_wei_of_bytes(ts_prices_get(from, service, dir), 1000000000,
					 &rest));
}

static json_t *terms(const struct ts_terms *t)
{
	if (!t)
		return json_null();
	return json_pack("{s:I, s:s, s:b, s:o}", "version", (json_int_t)t->now.version,
			 "internet", ts_no_internet_name(t->no_internet),
			 "rises", t->has_next,
			 "wei_per_gb", by_service(price_of, &t->now.prices));
}

static json_t *hello(const struct ts_relay_view *v)
{
	json_t *macs = json_array();
	unsigned int i;

	if (!v->alive) {
		json_decref(macs);
		return json_null();
	}
	for (i = 0; i < v->hello.n_macs; i++)
		json_array_append_new(macs, mac(&v->hello.macs[i]));
	return json_pack("{s:o, s:o}", "originator", mac(&v->hello.originator),
			 "macs", macs);
}

/** struct listing - neighbours being listed */
struct listing {
	const struct ts_relaying *r;
	json_t *list;
};

static void add(const struct ts_relay_view *v, void *arg)
{
	static const char *const ways[] = {
		[TS_WAY_NONE] = "none", [TS_WAY_ON] = "on", [TS_WAY_GATEWAY] = "gateway",
	};
	const struct ts_billing_config *b;
	char address[TS_ADDRESS_TEXT_SIZE], at[TS_ENDPOINT_TEXT_SIZE] = "";
	const struct ts_relay_place *place;
	struct listing *l = arg;
	json_t *one;

	b = &l->r->d->config->billing;
	place = ts_relaying_place(l->r, &v->channel.partner);
	if (place)
		ts_endpoint_print(&place->at, at);
	one = json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:I, s:b, s:o, s:o}",
		"address", ts_address_print(&v->channel.partner, address),
		"alive", v->alive, "at", at, "way", ways[v->way], "hello", hello(v),
		"account", (json_int_t)v->account_id,
		"epoch", (json_int_t)v->account_epoch,
		"channel_usable", v->channel.usable,
		"can_pay_us_wei", ts_json_wei(v->channel.in_wei),
		"we_can_pay_wei", ts_json_wei(v->channel.out_wei));
	json_object_update_new(one, json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"carried_for_it", by_service(bytes_of, &v->sold),
		"carried_by_it", by_service(bytes_of, &v->bought),
		"earned_wei", ts_json_wei(v->sold_wei), "cost_wei", ts_json_wei(v->bought_wei),
		"received_wei", ts_json_wei(v->channel.received_wei),
		"paid_wei", ts_json_wei(v->channel.paid_wei), "netted_wei", ts_json_wei(v->netted_wei),
		"forgiven_wei", ts_json_wei(v->forgiven_wei), "it_owes_wei", ts_json_wei(v->owed_wei),
		"we_owe_wei", ts_json_wei(v->due_wei)));
	json_object_update_new(one, json_pack("{s:o, s:s, s:I, s:i, s:o}",
		"window_wei", ts_json_wei(v->window_wei),
		"window", ts_no_window_name(v->no_window),
		"trust_64ths", (json_int_t)v->trust_64ths,
		"drift_per_mille", v->drift_per_mille, "terms", terms(v->terms)));
	ts_portal_add_token(one, b->tokens, b->n_tokens, &l->r->token);
	json_array_append_new(l->list, one);
}

static json_t *offer(const struct ts_relaying *r)
{
	const struct ts_offer *o = ts_relay_offer(r->relay);
	uint64_t bytes = ts_relay_upstream_bytes(r->relay);
	json_t *json = json_pack("{s:I, s:s, s:b, s:o}",
		"version", (json_int_t)o->version,
		"internet", ts_no_internet_name(o->no_internet), "rises", o->has_next,
		"wei_per_gb", by_service(price_of, &o->now));

	json_object_set_new(json, "upstream_bytes", bytes == UINT64_MAX ? json_null() :
			    json_sprintf("%llu", (unsigned long long)bytes));
	return json;
}

static json_t *messages(const struct ts_relaying *r)
{
	const struct ts_relay_socket_counters *c = ts_relay_socket_counters(r->socket);
	json_t *all = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
		"received", (json_int_t)c->received, "policed", (json_int_t)c->policed,
		"strangers", (json_int_t)r->strangers,
		"early", (json_int_t)r->early, "sent", (json_int_t)c->sent,
		"send_failed", (json_int_t)c->send_failed);
	int i;

	for (i = 0; i < TS_RELAY_VERDICT_COUNT; i++)
		if (r->verdicts[i])
			json_object_set_new(all, ts_relay_verdict_name(i),
					    json_integer((json_int_t)r->verdicts[i]));
	return all;
}

/** ts_relaying_json() - {"cmd":"relay"}; Return: a new reference */
json_t *ts_relaying_json(const struct ts_relaying *r)
{
	struct listing l = { .r = r, .list = json_array() };
	json_t *json = json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}",
		"device", r->config.device, "fault", r->fault,
		"gateway", ts_meshes_is_gateway(r->meshes), "throttled", r->throttled,
		"messages", messages(r), "neighbours", l.list);

	if (!r->relay)
		return json;
	ts_relay_each(r->relay, ts_clock_boot_ns(), add, &l);
	json_object_set_new(json, "offer", offer(r));
	ts_portal_add_token(json, r->d->config->billing.tokens,
			    r->d->config->billing.n_tokens, &r->token);
	return json;
}

static void add_totals(const struct ts_relay_view *v, void *arg)
{
	unsigned int drift = (unsigned int)abs(v->drift_per_mille);
	struct ts_relaying_totals *t = arg;
	int service, dir;

	t->neighbours++;
	t->alive += v->alive;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			t->carried_bytes[service][dir] += v->sold.bytes[service][dir];
	t->owed_wei = ts_u128_more(t->owed_wei, v->owed_wei);
	t->due_wei = ts_u128_more(t->due_wei, v->due_wei);
	if (v->alive && drift > t->drift_per_mille)
		t->drift_per_mille = drift;
}

/** ts_relaying_totals() - all neighbours together; @r NULL: there is no mesh */
void ts_relaying_totals(const struct ts_relaying *r, struct ts_relaying_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	if (r && r->relay)
		ts_relay_each(r->relay, ts_clock_boot_ns(), add_totals, totals);
}
