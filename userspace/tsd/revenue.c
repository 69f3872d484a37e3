// SPDX-License-Identifier: GPL-2.0
/* revenue.c - what was charged on each day, and for what, and what is left of it (M5). */
#include <string.h>
#include <time.h>

#include "chain/json.h"
#include "ledger/revenue.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/revenue.h"

#define S_PER_DAY	86400

/** struct sums - of one day, or of all days */
struct sums {
	ts_u128 wei[TS_REVENUE_COUNT];
};

/**
 * struct listing - days being listed
 * @config: of the tokens
 * @days: one object for each token and day
 * @totals: one for each token
 * @any: @token and @day are those of @of_day
 * @token: of the last row
 * @day: likewise
 * @of_day: its sums
 * @of_token: of all its days
 */
struct listing {
	const struct ts_billing_config *config;
	json_t *days, *totals;
	bool any;
	struct ts_address token;
	uint64_t day;
	struct sums of_day, of_token;
};

/* What is left when the way up is paid for; it may be less than nothing. */
static json_t *net(const struct sums *s)
{
	ts_u128 in_wei = s->wei[TS_REVENUE_ACCESS] + s->wei[TS_REVENUE_RELAY] +
			 s->wei[TS_REVENUE_EXIT] + s->wei[TS_REVENUE_FEES];
	ts_u128 out_wei = s->wei[TS_REVENUE_UPSTREAM];
	char text[TS_U128_TEXT_SIZE + 1] = "-";

	if (in_wei >= out_wei)
		return ts_json_wei(in_wei - out_wei);
	ts_u128_print(out_wei - in_wei, text + 1);
	return json_string(text);
}

static json_t *sums_json(const struct listing *l, const struct sums *s)
{
	json_t *one = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				"access_wei", ts_json_wei(s->wei[TS_REVENUE_ACCESS]),
				"relay_wei", ts_json_wei(s->wei[TS_REVENUE_RELAY]),
				"exit_wei", ts_json_wei(s->wei[TS_REVENUE_EXIT]),
				"fees_wei", ts_json_wei(s->wei[TS_REVENUE_FEES]),
				"upstream_wei", ts_json_wei(s->wei[TS_REVENUE_UPSTREAM]),
				"given_wei", ts_json_wei(s->wei[TS_REVENUE_GIVEN]),
				"net_wei", net(s));

	ts_portal_add_token(one, l->config->tokens, l->config->n_tokens, &l->token);
	return one;
}

/* null: the clock was not to be trusted (M12). */
static json_t *date(uint64_t day)
{
	time_t s = (time_t)(day * S_PER_DAY);
	struct tm tm;
	char text[32];

	if (!day || !gmtime_r(&s, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d", &tm))
		return json_null();
	return json_string(text);
}

static void end_day(struct listing *l)
{
	json_t *one = sums_json(l, &l->of_day);

	json_object_set_new(one, "day", date(l->day));
	json_array_append_new(l->days, one);
	memset(&l->of_day, 0, sizeof(l->of_day));
}

static void end_token(struct listing *l)
{
	json_array_append_new(l->totals, sums_json(l, &l->of_token));
	memset(&l->of_token, 0, sizeof(l->of_token));
}

static int add(const struct ts_ledger_revenue *r, void *arg)
{
	struct listing *l = arg;
	bool same = l->any && ts_address_equal(&l->token, &r->token);

	if (l->any && (!same || l->day != r->day))
		end_day(l);
	if (l->any && !same)
		end_token(l);
	l->any = true;
	l->token = r->token;
	l->day = r->day;
	l->of_day.wei[r->kind] += r->wei;
	l->of_token.wei[r->kind] += r->wei;
	return 0;
}

/** ts_revenue_answer() - {"cmd":"revenue"}; Return: a new object */
json_t *ts_revenue_answer(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .config = &d->config->billing, .days = json_array(),
			     .totals = json_array() };

	if (ts_billing_revenue_each(d->billing, add, &l)) {
		json_decref(l.days);
		json_decref(l.totals);
		return ts_command_failure("ledger", ts_billing_error(d->billing));
	}
	if (l.any) {
		end_day(&l);
		end_token(&l);
	}
	return json_pack("{s:o, s:o, s:b}", "days", l.days, "totals", l.totals,
			 "clock_trusted", ts_billing_day(d->billing) != 0);
}
