// SPDX-License-Identifier: GPL-2.0
/* payout.c - shares in the income are paid out: by the schedule, or when somebody says so. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "billing/share.h"
#include "chain/json.h"
#include "chain/token.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/log.h"
#include "tsd/payout.h"

/**
 * struct paying - a round of payouts
 * @d: the daemon
 * @now: when
 * @token: in which alone; NULL: in each
 * @holder: name or address of whom alone; NULL: to each
 * @by_schedule: small amounts wait
 * @row: shares, as they were
 * @n_rows: how many
 * @paid: what was paid
 * @waiting: what was not, and why
 */
struct paying {
	struct ts_daemon *d;
	const struct ts_time *now;
	const struct ts_billing_token *token;
	const char *holder;
	bool by_schedule;
	struct ts_ledger_share *row;
	size_t n_rows;
	json_t *paid, *waiting;
};

static bool is_meant(const struct paying *p, const struct ts_ledger_share *s)
{
	struct ts_address holder;

	if (ts_address_is_zero(&s->holder) ||
	    (p->token && !ts_address_equal(&p->token->address, &s->token)))
		return false;
	return !p->holder || !strcmp(p->holder, s->name) ||
	       (!ts_address_parse(&holder, p->holder) &&
		ts_address_equal(&holder, &s->holder));
}

static int add_row(const struct ts_ledger_share *s, void *arg)
{
	struct paying *p = arg;
	struct ts_ledger_share *more;

	if (!is_meant(p, s))
		return 0;
	more = realloc(p->row, (p->n_rows + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->row = more;
	more[p->n_rows++] = *s;
	return 0;
}

static json_t *entry(const struct paying *p, const struct ts_ledger_share *s,
		     const char *key, ts_u128 wei)
{
	const struct ts_billing_config *c = &p->d->config->billing;
	json_t *one = json_pack("{s:s, s:o, s:s, s:o}", "name", s->name,
				"address", ts_json_address(&s->holder),
				"pays", s->cold ? "cold" : "photon",
				key, ts_json_wei(wei));

	ts_portal_add_token(one, c->tokens, c->n_tokens, &s->token);
	return one;
}

/* Of one that is not taken any more, any amount. */
static ts_u128 least_wei(const struct paying *p, const struct ts_ledger_share *s)
{
	const struct ts_billing_token *token;

	token = ts_billing_token(&p->d->config->billing, &s->token);
	return p->by_schedule && token ? token->payout_least_wei : 0;
}

static int pay(const struct paying *p, const struct ts_ledger_share *s, ts_u128 *wei,
	       char *why, size_t size)
{
	const char *fault = ts_billing_payout_fault(p->d->billing);
	int ret;

	*wei = 0;
	if (fault || (s->cold && !p->d->chain)) {
		snprintf(why, size, "%s", fault ? fault :
			 "the configuration names no node of the chain, which this address is paid on: it stays owed; set chain.rpc and restart tsd");
		return -EPERM;
	}
	if (s->cold)
		return ts_chain_payout(p->d->chain, s, p->now, wei, why, size);
	ret = ts_billing_share_pay(p->d->billing, &s->token, &s->holder, p->now, wei);
	if (ret)
		snprintf(why, size, "%s", ts_billing_error(p->d->billing));
	return ret;
}

static void pay_row(struct paying *p, const struct ts_ledger_share *s)
{
	ts_u128 owed = s->allotted_wei - s->paid_wei, wei;
	char why[TS_RPC_WHY_SIZE], amount[TS_U128_TEXT_SIZE];
	json_t *one;

	if (!owed || owed < least_wei(p, s))
		return;
	if (!pay(p, s, &wei, why, sizeof(why))) {
		ts_log(TS_LOG_INFO, "revenue: %s is paid %s of its share%s", s->name,
		       ts_u128_print(wei, amount), s->cold ? ", on the chain" : "");
		json_array_append_new(p->paid, entry(p, s, "wei", wei));
		return;
	}
	if (p->by_schedule)
		ts_log(TS_LOG_WARN, "revenue: %s is not paid its share now: %s", s->name, why);
	one = entry(p, s, "owed_wei", owed);
	json_object_set_new(one, "why", json_string(why));
	json_array_append_new(p->waiting, one);
}

/* All that passed until now is split, and then paid, in one batch. */
static int pay_all(struct paying *p)
{
	size_t i;
	int ret = ts_billing_shares_split(p->d->billing, p->now);

	if (!ret)
		ret = ts_billing_share_each(p->d->billing, add_row, p);
	for (i = 0; i < p->n_rows && !ret; i++)
		pay_row(p, &p->row[i]);
	free(p->row);
	return ret;
}

/** ts_payouts_tick() - each second: is it time to pay? */
void ts_payouts_tick(struct ts_daemon *d, const struct ts_time *now)
{
	struct paying p = { .d = d, .now = now, .by_schedule = true };

	if (!ts_billing_payout_due(d->billing, now))
		return;
	p.paid = json_array();
	p.waiting = json_array();
	if (pay_all(&p) || ts_billing_payout_done(d->billing, now))
		ts_log(TS_LOG_ERROR, "revenue: %s", ts_billing_error(d->billing));
	json_decref(p.paid);
	json_decref(p.waiting);
}

/** ts_payout_pay_answer() - {"cmd":"revenue-pay"}; Return: a new object */
json_t *ts_payout_pay_answer(struct ts_daemon *d, const json_t *request)
{
	const char *symbol = json_string_value(json_object_get(request, "token"));
	struct paying p = { .d = d, .paid = json_array(), .waiting = json_array() };
	struct ts_time now;
	json_t *answer;
	int ret;

	ts_clock_now(&now);
	p.now = &now;
	p.holder = json_string_value(json_object_get(request, "holder"));
	p.token = symbol ? ts_config_token(d->config, symbol) : NULL;
	if (symbol && !p.token)
		answer = ts_command_failure("bad_token", "\"token\" must be a symbol that chain.tokens of the configuration gives");
	else
		answer = NULL;
	ret = answer ? 0 : pay_all(&p);
	if (!answer && (ret || ts_billing_flush(d->billing, &now)))
		answer = ts_command_failure("refused", ts_billing_read_only(d->billing) ?:
					    ts_billing_error(d->billing));
	if (!answer && p.holder && !p.n_rows)
		answer = ts_command_failure("no_share", "nobody of this name or address has a share; see \"tsctl revenue statement\"");
	if (!answer)
		answer = json_pack("{s:O, s:O}", "paid", p.paid, "waiting", p.waiting);
	ts_loop_wake(d);
	json_decref(p.paid);
	json_decref(p.waiting);
	return answer;
}

/** ts_payout_trust_answer() - {"cmd":"revenue-trust"}; Return: a new object */
json_t *ts_payout_trust_answer(struct ts_daemon *d, const json_t *request)
{
	struct ts_time now;

	ts_clock_now(&now);
	if (ts_billing_payouts_trust(d->billing))
		return ts_command_failure("refused", ts_billing_error(d->billing));
	if (ts_billing_flush(d->billing, &now))
		return ts_command_failure("refused", ts_billing_read_only(d->billing));
	return json_pack("{s:b}", "ok", 1);
}
