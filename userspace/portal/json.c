// SPDX-License-Identifier: GPL-2.0
/* json.c - the objects of the HTTP interface. */
#include <inttypes.h>
#include <stdio.h>

#include "chain/json.h"
#include "photon/hash.h"
#include "photon/hex.h"
#include "photon/memo.h"
#include "portal/private.h"

static json_t *units(uint64_t value)
{
	return json_sprintf("%" PRIu64, value);
}

static json_t *u256(const struct ts_u256 *value)
{
	char text[TS_U256_TEXT_SIZE];

	return json_string(ts_u256_print(value, text));
}

/**
 * ts_portal_add_token() - say what the amounts of an object are in
 * @object: gets the members token, symbol and decimals
 * @tokens: of the box
 * @n_tokens: how many
 * @a: of the token; of one that the box does not take any more only this is
 *	known
 */
void ts_portal_add_token(json_t *object, const struct ts_billing_token *tokens,
			 unsigned int n_tokens, const struct ts_address *a)
{
	unsigned int i;

	json_object_set_new(object, "token", ts_json_address(a));
	for (i = 0; i < n_tokens; i++) {
		if (!ts_address_equal(&tokens[i].address, a))
			continue;
		json_object_set_new(object, "symbol", json_string(tokens[i].symbol));
		json_object_set_new(object, "decimals",
				    json_integer(tokens[i].decimals));
	}
}

static json_t *price(const struct ts_ledger_tariff *t, int class, int dir)
{
	const char *text = t->wei_per_gb[class][dir];

	return json_pack("{s:s, s:i}", "wei_per_gb", *text ? text : "0",
			 "units_per_byte", t->price[class][dir]);
}

static json_t *prices(const struct ts_ledger_tariff *t, int class)
{
	return json_pack("{s:o, s:o}", "up", price(t, class, TS_DIR_UP),
			 "down", price(t, class, TS_DIR_DOWN));
}

static json_t *tariff(const struct ts_portal_facts *f,
		      const struct ts_ledger_tariff *t)
{
	json_t *one = json_pack("{s:I, s:I, s:I, s:i, s:{s:o, s:o}}",
			 "id", (json_int_t)t->id,
			 "version", (json_int_t)t->version,
			 "valid_from", (json_int_t)t->valid_from_s,
			 "unit_shift", t->unit_shift, "prices",
			 "local", prices(t, TS_CLASS_LOCAL),
			 "internet", prices(t, TS_CLASS_INTERNET));

	ts_portal_add_token(one, f->tokens, f->n_tokens, &t->token);
	return one;
}

/** struct listing - tariffs being listed */
struct listing {
	const struct ts_portal_facts *facts;
	json_t *list;
};

static int add_tariff(const struct ts_ledger_tariff *t, bool announced, void *arg)
{
	struct listing *l = arg;
	json_t *one = tariff(l->facts, t);

	json_object_set_new(one, "announced", json_boolean(announced));
	json_array_append_new(l->list, one);
	return 0;
}

static json_t *tokens(const struct ts_portal_facts *f)
{
	const struct ts_billing_token *t = f->tokens;
	json_t *list = json_array();

	for (; t < f->tokens + f->n_tokens; t++)
		json_array_append_new(list, json_pack("{s:o, s:s, s:i}",
			"address", ts_json_address(&t->address), "symbol", t->symbol,
			"decimals", (int)t->decimals));
	return list;
}

/** ts_json_info() - GET /v1/info; Return: a new reference, NULL: no memory */
json_t *ts_json_info(struct ts_portal *p)
{
	char url[TS_PORTAL_URL_SIZE];
	const struct ts_portal_facts *f = &p->facts;
	struct listing l = { .facts = f, .list = json_array() };

	p->ops.tariffs(p->ops.ctx, add_tariff, &l);
	return json_pack("{s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:{s:i}, s:o}",
			 "name", f->name, "version", f->version,
			 "https", ts_host_secure_url(p, url),
			 "address", ts_json_address(&f->address),
			 "chain_id", u256(&f->chain_id),
			 "tokens_network", ts_json_address(&f->tokens_network),
			 "tokens", tokens(f),
			 "photon", "port", (int)f->photon_port,
			 "tariffs", l.list);
}

/** ts_json_nonce() - GET /v1/session/attach; Return: as ts_json_info() */
json_t *ts_json_nonce(const struct ts_portal *p,
		      const struct ts_billing_nonce *nonce)
{
	char text[TS_HASH_TEXT_SIZE];

	return json_pack("{s:s, s:I, s:I, s:o, s:o}",
			 "nonce", ts_hash_print(&nonce->nonce, text),
			 "clock_s", (json_int_t)nonce->clock_s,
			 "expires_s", (json_int_t)nonce->expires_s,
			 "address", ts_json_address(&p->facts.address),
			 "chain_id", u256(&p->facts.chain_id));
}

static json_t *station(const struct ts_session_view *view)
{
	const uint8_t *m = view->station.mac;

	if (!view->has_station)
		return json_null();
	return json_pack("{s:o, s:i, s:I}",
			 "mac", json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x",
					     m[0], m[1], m[2], m[3], m[4], m[5]),
			 "vlan", view->station.vlan,
			 "zone", (json_int_t)view->station.zone);
}

static json_t *account(const struct ts_session_view *view)
{
	if (!view->account_id)
		return json_null();
	return json_pack("{s:I, s:I}", "id", (json_int_t)view->account_id,
			 "epoch", (json_int_t)view->epoch);
}

/* Why the internet is granted less or not at all, whatever was paid. */
static json_t *held(const struct ts_session_view *view)
{
	if (!view->held)
		return json_null();
	return json_pack("{s:s, s:s}", "reason", view->held,
			 "message", view->held_text);
}

static json_t *pay(const struct ts_portal_facts *f,
		   const struct ts_session_view *view, const char *base)
{
	struct ts_memo memo = { .tariff_id = view->tariff.id };
	char text[TS_MEMO_SIZE];

	snprintf(memo.code, sizeof(memo.code), "%s", view->code);
	ts_memo_print(&memo, text);
	return json_pack("{s:o, s:s, s:o, s:o, s:i, s:o}",
			 "address", ts_json_address(&f->address), "memo", text,
			 "suggest_wei", ts_json_wei(view->suggest_wei),
			 "tagged_wei", view->tagged_wei ? ts_json_wei(view->tagged_wei) :
							  json_null(),
			 "photon_port", (int)f->photon_port,
			 "http", json_sprintf("%s/v1/pay", base ? base : ""));
}

/* Of a guest of another box, else null. */
static json_t *roam(const struct ts_session_view *view)
{
	if (!view->roaming)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:s?}", "home", ts_json_address(&view->home),
			 "limit_wei", ts_json_wei(view->limit_wei),
			 "bought_wei", ts_json_wei(view->bought_wei), "fault", view->fault);
}

/**
 * ts_portal_session_json() - the session object
 * @facts: of the box
 * @view: the session
 * @base: the box, as the client names it, for the address to pay at; NULL: not known
 *
 * remaining_bytes is null where the dearest direction is free: there is no end.
 *
 * Return: a new reference, NULL: no memory.
 */
json_t *ts_portal_session_json(const struct ts_portal_facts *facts,
			       const struct ts_session_view *view,
			       const char *base)
{
	static const char *const states[] = {
		[TS_SESSION_NEVER_PAID] = "never-paid",
		[TS_SESSION_DRY] = "dry",
		[TS_SESSION_PAID] = "paid",
	};

	static const char *const accesses[] = {
		[TS_ACCESS_NORMAL] = "normal",
		[TS_ACCESS_TRUSTED] = "trusted",
		[TS_ACCESS_BLOCKED] = "blocked",
	};

	return json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:I}, s:o, s:o, s:o}",
		"session", view->code, "station", station(view),
		"state", states[view->state], "access", accesses[view->access],
		"account", account(view),
		"tariff", tariff(facts, &view->tariff),
		"granted_units", units(view->granted_units),
		"charged_units", units(view->charged_units),
		"remaining_units", units(view->remaining_units),
		"attached_wei", ts_json_wei(view->attached_wei),
		"unspent_wei", ts_json_wei(view->unspent_wei),
		"given_wei", ts_json_wei(view->given_wei),
		"sponsored_wei", ts_json_wei(view->sponsored_wei),
		"remaining_bytes", view->remaining_bytes > INT64_MAX ?
			json_null() : json_integer(view->remaining_bytes),
		"used_bytes", "up", (json_int_t)view->used_bytes[TS_DIR_UP],
		"down", (json_int_t)view->used_bytes[TS_DIR_DOWN],
		"held", held(view),
		"pay", pay(facts, view, base), "roam", roam(view));
}

static json_t *cosign(const struct ts_channel_view *view)
{
	if (!view->cosign)
		return json_null();
	return json_pack("{s:s, s:b, s:o, s:s}",
			 "what", view->cosign == TS_COSIGN_WITHDRAW ?
				 "withdraw" : "cooperative-settle",
			 "ours", view->cosign_ours,
			 "amount_wei", ts_json_wei(view->cosign_wei),
			 "state", view->cosign_state);
}

/**
 * ts_portal_channel_json() - the channel object
 * @tokens: of the box
 * @n_tokens: how many
 * @view: the channel
 *
 * Return: a new reference, NULL: no memory.
 */
json_t *ts_portal_channel_json(const struct ts_billing_token *tokens,
			       unsigned int n_tokens,
			       const struct ts_channel_view *view)
{
	static const char *const states[] = {
		[TS_CHANNEL_NONE] = "none",
		[TS_CHANNEL_OPEN] = "open",
		[TS_CHANNEL_CLOSED] = "closed",
	};
	const struct ts_channel *c = &view->channel;
	char id[TS_HASH_TEXT_SIZE];
	json_t *one;

	one = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:b, s:b, s:b, s:b, s:s?, s:o}",
		"channel_identifier", ts_hash_print(&c->channel_identifier, id),
		"open_block_number", (json_int_t)c->open_block_number,
		"chain_id", u256(&c->chain_id),
		"tokens_network", ts_json_address(&c->tokens_network),
		"address", ts_json_address(&c->our_address),
		"partner_address", ts_json_address(&c->partner_address),
		"deposit_wei", ts_json_wei(c->our_deposit_wei),
		"partner_deposit_wei", ts_json_wei(c->partner_deposit_wei),
		"nonce", (json_int_t)c->partner_proof.nonce,
		"transferred_wei", ts_json_wei(c->partner_proof.transferred_wei),
		"locked_wei", ts_json_wei(c->partner_locked_wei),
		"our_nonce", (json_int_t)c->our_proof.nonce,
		"our_transferred_wei", ts_json_wei(c->our_proof.transferred_wei),
		"our_locked_wei", ts_json_wei(c->our_locked_wei),
		"paid_wei", ts_json_wei(view->paid_wei),
		"unspent_wei", ts_json_wei(view->unspent_wei),
		"refunded_wei", ts_json_wei(view->refunded_wei),
		"settle_timeout", (json_int_t)c->settle_timeout_blocks,
		"state", states[c->state], "frozen", c->frozen,
		"refunding", view->refunding, "leaving", view->leaving,
		"restored", c->restored == TS_RESTORED_UNKNOWN,
		"uncredited", view->uncredited,
		"cosign", cosign(view));
	ts_portal_add_token(one, tokens, n_tokens, &c->token);
	return one;
}

static int add_message(const void *bytes, size_t len, void *arg)
{
	char text[2 + 2 * TS_DATAGRAM_MAX_BYTES + 1];

	return json_array_append_new(arg, json_string(ts_hex_print(text, bytes, len)));
}

/* What waits for a wallet that fetches it; a new reference, NULL: no memory. */
json_t *ts_json_outbox(const struct ts_portal *p,
		       const struct ts_address *wallet)
{
	json_t *messages = json_array();

	p->ops.outbox(p->ops.ctx, wallet, add_message, messages);
	return json_pack("{s:o}", "messages", messages);
}

/**
 * ts_json_captive() - RFC 8908: what an operating system asks
 * @p: the portal
 * @captive: of who asks, who is a station
 *
 * Addresses only where they can be had by https, as the standard wants them.
 * Whoever has paid has no time that ends, and whoever has not has no bytes.
 *
 * Return: a new reference, NULL: no memory.
 */
json_t *ts_json_captive(struct ts_portal *p, const struct ts_captive *captive)
{
	json_t *one = json_pack("{s:b}", "captive", ts_captive_is(captive));
	char url[TS_PORTAL_URL_SIZE];

	if (ts_host_secure_url(p, url)) {
		json_object_set_new(one, "user-portal-url", json_string(url));
		json_object_set_new(one, "can-extend-session", json_true());
	}
	if (*p->facts.venue_url)
		json_object_set_new(one, "venue-info-url",
				    json_string(p->facts.venue_url));
	if (!captive->paid && captive->open_s)
		json_object_set_new(one, "seconds-remaining",
				    json_integer((json_int_t)captive->open_s));
	if (captive->paid && captive->view.remaining_bytes <= INT64_MAX)
		json_object_set_new(one, "bytes-remaining",
			json_integer((json_int_t)captive->view.remaining_bytes));
	return one;
}
