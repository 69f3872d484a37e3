// SPDX-License-Identifier: GPL-2.0
/* statement.c - what holders of shares were allotted, and what was paid of it. */
#include <string.h>
#include <time.h>

#include "billing/share.h"
#include "chain/json.h"
#include "ledger/transaction.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/payout.h"

#define S_PER_DAY	86400

/**
 * struct statement - in the making
 * @config: of the tokens
 * @shares: who has one, in each token
 * @days: what they were allotted
 * @payouts: what was paid
 */
struct statement {
	const struct ts_billing_config *config;
	json_t *shares, *days, *payouts;
};

static json_t *date(uint64_t wall_s, const char *format)
{
	time_t s = (time_t)wall_s;
	struct tm tm;
	char text[32];

	if (!wall_s || !gmtime_r(&s, &tm) || !strftime(text, sizeof(text), format, &tm))
		return json_null();
	return json_string(text);
}

/* The name of whom an entry is about, and the token. */
static void add_holder(const struct statement *st, json_t *one,
		       const struct ts_address *token, const struct ts_address *holder)
{
	char address[TS_ADDRESS_TEXT_SIZE];
	json_t *share;
	size_t i;

	ts_portal_add_token(one, st->config->tokens, st->config->n_tokens, token);
	if (ts_address_is_zero(holder)) {
		json_object_set_new(one, "name", json_null());
		json_object_set_new(one, "address", json_null());
		return;
	}
	json_object_set_new(one, "address", json_string(ts_address_print(holder, address)));
	json_array_foreach(st->shares, i, share)
		if (!strcmp(json_string_value(json_object_get(share, "address")) ?: "",
			    address))
			json_object_set(one, "name", json_object_get(share, "name"));
}

static int add_share(const struct ts_ledger_share *s, void *arg)
{
	struct statement *st = arg;
	json_t *one = json_pack("{s:i, s:s, s:o, s:o, s:o}",
				"per_mille", (int)s->per_mille,
				"pays", ts_address_is_zero(&s->holder) ? "kept" :
					s->cold ? "cold" : "photon",
				"allotted_wei", ts_json_wei(s->allotted_wei),
				"paid_wei", ts_json_wei(s->paid_wei),
				"owed_wei", ts_json_wei(ts_address_is_zero(&s->holder) ? 0 :
							s->allotted_wei - s->paid_wei));

	add_holder(st, one, &s->token, &s->holder);
	if (!ts_address_is_zero(&s->holder))
		json_object_set_new(one, "name", json_string(s->name));
	return json_array_append_new(st->shares, one);
}

static int add_day(const struct ts_ledger_share_day *d, void *arg)
{
	struct statement *st = arg;
	json_t *one = json_pack("{s:o, s:o}", "day", date(d->day * S_PER_DAY, "%Y-%m-%d"),
				"wei", ts_json_wei(d->wei));

	add_holder(st, one, &d->token, &d->holder);
	return json_array_append_new(st->days, one);
}

static const char *state(const struct ts_ledger_payout *p)
{
	if (p->lost_wei)
		return "lost";
	return p->tx ? ts_transaction_state_name((enum ts_transaction_state)p->tx_state) :
		       "signed";
}

static int add_payout(const struct ts_ledger_payout *p, void *arg)
{
	struct statement *st = arg;
	json_t *one = json_pack("{s:I, s:o, s:s, s:o, s:o, s:s}", "id", (json_int_t)p->id,
				"time", date(p->wall_s, "%Y-%m-%dT%H:%M:%SZ"),
				"pays", p->tx ? "cold" : "photon",
				"wei", ts_json_wei(p->wei),
				"lost_wei", ts_json_wei(p->lost_wei),
				"state", state(p));

	add_holder(st, one, &p->token, &p->holder);
	if (p->tx)
		json_object_set_new(one, "transaction", json_integer((json_int_t)p->tx));
	else
		json_object_set_new(one, "nonce", json_integer((json_int_t)p->nonce));
	return json_array_append_new(st->payouts, one);
}

/** ts_payout_statement_answer() - {"cmd":"revenue-statement"}; Return: a new object */
json_t *ts_payout_statement_answer(struct ts_daemon *d, const json_t *request)
{
	struct statement st = { .config = &d->config->billing, .shares = json_array(),
				.days = json_array(), .payouts = json_array() };
	const char *fault = ts_billing_payout_fault(d->billing);

	if (ts_billing_share_each(d->billing, add_share, &st) ||
	    ts_billing_share_day_each(d->billing, add_day, &st) ||
	    ts_billing_payout_each(d->billing, add_payout, &st)) {
		json_decref(st.shares);
		json_decref(st.days);
		json_decref(st.payouts);
		return ts_command_failure("ledger", ts_billing_error(d->billing));
	}
	return json_pack("{s:o, s:o, s:o, s:s?}", "shares", st.shares, "days", st.days,
			 "payouts", st.payouts, "fault", fault);
}
