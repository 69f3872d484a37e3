// SPDX-License-Identifier: GPL-2.0
/* gift.c - vouchers and sponsored stations, as tsctl asks for them. */
#include <sodium.h>
#include <string.h>

#include "billing/gift.h"
#include "chain/json.h"
#include "chain/token.h"
#include "lib/key.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/gift.h"
#include "tsd/sponsor.h"
#include "tsd/station.h"

/* At once; each is a row for ever. */
#define VOUCHERS_MAX	1000

static json_t *refused(struct ts_daemon *d)
{
	return ts_command_failure("refused", ts_billing_error(d->billing));
}

/* NULL when it is on the disk. */
static json_t *keep(struct ts_daemon *d, const struct ts_time *now)
{
	if (ts_billing_flush(d->billing, now))
		return ts_command_failure("refused", ts_billing_read_only(d->billing));
	ts_loop_wake(d);
	return NULL;
}

static json_t *kept(struct ts_daemon *d, const struct ts_time *now)
{
	json_t *failure = keep(d, now);

	return failure ? failure : json_pack("{s:b}", "ok", 1);
}

/* "amount" in "token", or in the first; Return: whether there is one. */
static bool amount_of(struct ts_daemon *d, const json_t *request,
		      const struct ts_billing_token **token, ts_u128 *wei)
{
	const char *text = json_string_value(json_object_get(request, "amount"));
	const char *symbol = json_string_value(json_object_get(request, "token"));

	*token = ts_config_token(d->config, symbol);
	return text && *token && !ts_token_parse(wei, text, (*token)->decimals);
}

/* A number that is not below 0; missing is 0. */
static bool number_of(const json_t *request, const char *key, uint64_t *out)
{
	const json_t *value = json_object_get(request, key);

	*out = (uint64_t)json_integer_value(value);
	return !value || (json_is_integer(value) && json_integer_value(value) >= 0);
}

static bool order_of(struct ts_daemon *d, const json_t *request,
		     struct ts_voucher_order *order)
{
	const struct ts_billing_token *token;

	memset(order, 0, sizeof(*order));
	order->label = json_string_value(json_object_get(request, "label")) ?: "";
	if (!number_of(request, "bytes", &order->bytes) ||
	    !number_of(request, "until", &order->until_s))
		return false;
	if (order->bytes)
		return !json_object_get(request, "amount");
	if (!amount_of(d, request, &token, &order->wei))
		return false;
	order->token = token->address;
	return true;
}

/** ts_voucher_make_answer() - {"cmd":"voucher-make"}: codes, which are shown but once */
json_t *ts_voucher_make_answer(struct ts_daemon *d, const json_t *request)
{
	char code[TS_VOUCHER_CODE_SIZE];
	struct ts_voucher_order order;
	json_t *list, *failure = NULL;
	uint64_t count, i;
	struct ts_time now;
	int64_t id;

	if (!order_of(d, request, &order) || !number_of(request, "count", &count) ||
	    count > VOUCHERS_MAX)
		return ts_command_failure("bad_voucher", "\"amount\" must be a decimal number of tokens (of \"token\", a symbol), or \"bytes\" a number; \"until\" in seconds since 1970; \"count\" 1 to 1000");
	ts_clock_now(&now);
	list = json_array();
	for (i = 0; i < (count ? count : 1) && !failure; i++) {
		if (ts_billing_voucher_make(d->billing, &order, &now, code, &id))
			failure = refused(d);
		else
			json_array_append_new(list, json_pack("{s:I, s:s}", "id",
							      (json_int_t)id, "code", code));
	}
	sodium_memzero(code, sizeof(code));
	/* None is shown that is not on the disk; those before a failure are of no use. */
	if (!failure)
		failure = keep(d, &now);
	if (!failure)
		return json_pack("{s:o}", "vouchers", list);
	json_decref(list);
	return failure;
}

/** struct listing - in the making */
struct listing {
	const struct ts_billing_config *config;
	json_t *list;
};

static int add_voucher(const struct ts_ledger_voucher *v, void *arg)
{
	static const char *const states[TS_VOUCHER_STATE_COUNT] = {
		"open", "used", "revoked", "doubtful",
	};
	struct listing *l = arg;
	json_t *one = json_pack("{s:I, s:s, s:s, s:o, s:o, s:I, s:I, s:I}",
				"id", (json_int_t)v->id, "label", v->label,
				"state", states[v->state],
				"wei", v->wei ? ts_json_wei(v->wei) : json_null(),
				"bytes", v->bytes ? json_integer((json_int_t)v->bytes) :
						    json_null(),
				"made", (json_int_t)v->made_s, "until", (json_int_t)v->until_s,
				"used", (json_int_t)v->used_s);

	ts_portal_add_token(one, l->config->tokens, l->config->n_tokens, &v->token);
	return json_array_append_new(l->list, one);
}

/** ts_voucher_list_answer() - {"cmd":"voucher-list"}; Return: a new object */
json_t *ts_voucher_list_answer(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .config = &d->config->billing, .list = json_array() };

	if (!ts_billing_voucher_each(d->billing, add_voucher, &l))
		return json_pack("{s:o}", "vouchers", l.list);
	json_decref(l.list);
	return refused(d);
}

static json_t *change(struct ts_daemon *d, const json_t *request,
		      int (*how)(struct ts_billing *b, int64_t id))
{
	struct ts_time now;
	uint64_t id;

	if (!number_of(request, "id", &id) || !id)
		return ts_command_failure("bad_id", "\"id\" must be the number of a voucher; see \"tsctl voucher list\"");
	ts_clock_now(&now);
	return how(d->billing, (int64_t)id) ? refused(d) : kept(d, &now);
}

/** ts_voucher_revoke_answer() - {"cmd":"voucher-revoke"}; Return: a new object */
json_t *ts_voucher_revoke_answer(struct ts_daemon *d, const json_t *request)
{
	return change(d, request, ts_billing_voucher_revoke);
}

/** ts_voucher_trust_answer() - {"cmd":"voucher-trust"}; Return: a new object */
json_t *ts_voucher_trust_answer(struct ts_daemon *d, const json_t *request)
{
	return change(d, request, ts_billing_voucher_trust);
}

/* --- sponsored stations ---------------------------------------------------- */

/** ts_sponsor_answer() - {"cmd":"sponsor"}: the operator pays for a station */
json_t *ts_sponsor_answer(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token;
	char code[TS_CODE_SIZE];
	json_t *failure;
	struct ts_time now;
	struct ts_key key;
	uint64_t until_s;
	ts_u128 wei;

	if (!amount_of(d, request, &token, &wei) || !number_of(request, "until", &until_s))
		return ts_command_failure("bad_limit", "\"amount\" must be a decimal number of tokens (of \"token\", a symbol), \"until\" in seconds since 1970");
	failure = ts_station_of(d, request, &key);
	if (failure)
		return failure;
	ts_clock_now(&now);
	if (ts_billing_sponsor(d->billing, &key, &token->address, wei, until_s, &now, code))
		return refused(d);
	failure = keep(d, &now);
	return failure ? failure : json_pack("{s:s}", "session", code);
}

/** ts_sponsor_end_answer() - {"cmd":"sponsor-end"}; Return: a new object */
json_t *ts_sponsor_end_answer(struct ts_daemon *d, const json_t *request)
{
	struct ts_time now;
	struct ts_key key;
	json_t *failure = ts_station_of(d, request, &key);

	if (failure)
		return failure;
	ts_clock_now(&now);
	return ts_billing_sponsor_end(d->billing, &key, &now) ? refused(d) : kept(d, &now);
}

static int add_sponsor(const struct ts_sponsor_view *view, void *arg)
{
	char mac[18];
	struct listing *l = arg;
	json_t *one;

	ts_key_print_mac(view->key.mac, mac, sizeof(mac));
	one = json_pack("{s:s, s:s, s:i, s:I, s:o, s:o, s:I}", "session", view->code,
			"mac", mac, "vlan", (int)view->key.vlan,
			"zone", (json_int_t)view->key.zone, "wei", ts_json_wei(view->wei),
			"taken_wei", ts_json_wei(view->spent_wei),
			"until", (json_int_t)view->until_s);
	ts_portal_add_token(one, l->config->tokens, l->config->n_tokens, &view->token);
	return json_array_append_new(l->list, one);
}

/** ts_sponsor_list_answer() - {"cmd":"sponsors"}; Return: a new object */
json_t *ts_sponsor_list_answer(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .config = &d->config->billing, .list = json_array() };

	ts_billing_sponsor_each(d->billing, add_sponsor, &l);
	ts_sponsor_add_wallets(d, l.list);
	return json_pack("{s:o}", "sponsors", l.list);
}
