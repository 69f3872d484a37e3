// SPDX-License-Identifier: GPL-2.0
/* metrics_money.c - income, channels, neighbours and payments, as metrics. */
#include "ledger/revenue.h"
#include "tsd/daemon.h"
#include "tsd/metrics.h"

static char *symbol_of(const struct ts_billing_token *t, char buf[2 * TS_SYMBOL_SIZE])
{
	return ts_metric_label(t->symbol, buf, 2 * TS_SYMBOL_SIZE);
}

static void of_kind(const struct ts_billing_config *c, const struct ts_totals_view *totals,
		    FILE *out, const char *name, enum ts_revenue kind, const char *service)
{
	char symbol[2 * TS_SYMBOL_SIZE];
	unsigned int i;

	for (i = 0; i < c->n_tokens; i++) {
		symbol_of(&c->tokens[i], symbol);
		if (service)
			ts_metric(out, name, "token=\"%s\",service=\"%s\"", symbol, service);
		else
			ts_metric(out, name, "token=\"%s\"", symbol);
		ts_metric_tokens(out, &c->tokens[i], totals->earned_wei[i][kind]);
	}
}

static void income(const struct ts_billing_config *c, const struct ts_totals_view *totals,
		   FILE *out)
{
	static const char *const services[] = {
		[TS_REVENUE_ACCESS] = "access", [TS_REVENUE_RELAY] = "relay",
		[TS_REVENUE_EXIT] = "exit", [TS_REVENUE_FEES] = "fees",
	};
	int kind;

	ts_metric_family(out, "tokenswitch_income_tokens", "counter", "tokens",
			 "What was charged since there is a ledger, by service.");
	for (kind = TS_REVENUE_ACCESS; kind <= TS_REVENUE_FEES; kind++)
		of_kind(c, totals, out, "tokenswitch_income_tokens_total", kind, services[kind]);
	ts_metric_family(out, "tokenswitch_upstream_cost_tokens", "counter", "tokens",
			 "What the way to the internet cost, likewise.");
	of_kind(c, totals, out, "tokenswitch_upstream_cost_tokens_total",
		TS_REVENUE_UPSTREAM, NULL);
	ts_metric_family(out, "tokenswitch_given_tokens", "counter", "tokens",
			 "Traffic that the operator gave away, likewise; no income.");
	of_kind(c, totals, out, "tokenswitch_given_tokens_total", TS_REVENUE_GIVEN, NULL);
}

/** struct carrying - what all open channels can carry, by token */
struct carrying {
	const struct ts_billing_config *config;
	ts_u128 in_wei[TS_TOKENS_MAX];
	ts_u128 out_wei[TS_TOKENS_MAX];
};

static int add_channel(const struct ts_liquidity_view *v, void *arg)
{
	struct carrying *l = arg;
	const struct ts_billing_token *t = ts_billing_token(l->config, &v->channel.token);
	size_t i;

	if (!t || v->channel.state != TS_CHANNEL_OPEN)
		return 0;
	i = (size_t)(t - l->config->tokens);
	l->in_wei[i] = ts_u128_more(l->in_wei[i], v->in_wei);
	l->out_wei[i] = ts_u128_more(l->out_wei[i], v->out_wei);
	return 0;
}

static void by_token(const struct ts_billing_config *c, FILE *out, const char *name,
		     const ts_u128 *wei)
{
	char symbol[2 * TS_SYMBOL_SIZE];
	unsigned int i;

	for (i = 0; i < c->n_tokens; i++) {
		ts_metric(out, name, "token=\"%s\"", symbol_of(&c->tokens[i], symbol));
		ts_metric_tokens(out, &c->tokens[i], wei[i]);
	}
}

static void channels(struct ts_daemon *d, const struct ts_totals_view *totals, FILE *out)
{
	struct carrying l = { .config = &d->config->billing };
	struct ts_time now;

	ts_metric_family(out, "tokenswitch_channels", "gauge", NULL,
			 "Payment channels that are not settled; frozen ones are open, too.");
	ts_metric(out, "tokenswitch_channels", "state=\"open\"");
	ts_metric_u64(out, totals->channels);
	ts_metric(out, "tokenswitch_channels", "state=\"frozen\"");
	ts_metric_u64(out, totals->channels_frozen);
	ts_metric(out, "tokenswitch_channels", "state=\"closed\"");
	ts_metric_u64(out, totals->channels_closed);
	ts_clock_now(&now);
	ts_billing_liquidity_each(d->billing, &now, add_channel, &l);
	ts_metric_family(out, "tokenswitch_channels_in_tokens", "gauge", "tokens",
			 "What partners can still pay us over all open channels.");
	by_token(l.config, out, "tokenswitch_channels_in_tokens", l.in_wei);
	ts_metric_family(out, "tokenswitch_channels_out_tokens", "gauge", "tokens",
			 "What we can still pay over all open channels.");
	by_token(l.config, out, "tokenswitch_channels_out_tokens", l.out_wei);
}

static void neighbours(struct ts_daemon *d, FILE *out)
{
	const struct ts_config *c = d->config;
	const struct ts_billing_token *token = &c->billing.tokens[c->mesh.token];
	struct ts_relaying_totals t;

	ts_relaying_totals(d->relaying, &t);
	ts_metric_family(out, "tokenswitch_relay_neighbours", "gauge", NULL,
			 "Boxes of the mesh that are heard and pay or are paid.");
	ts_metric_plain(out, "tokenswitch_relay_neighbours");
	ts_metric_u64(out, t.alive);
	ts_metric_family(out, "tokenswitch_relay_owed_tokens", "gauge", "tokens",
			 "What all neighbours owe us now for carrying.");
	ts_metric_plain(out, "tokenswitch_relay_owed_tokens");
	ts_metric_tokens(out, token, t.owed_wei);
	ts_metric_family(out, "tokenswitch_relay_due_tokens", "gauge", "tokens",
			 "What we owe all neighbours now, likewise.");
	ts_metric_plain(out, "tokenswitch_relay_due_tokens");
	ts_metric_tokens(out, token, t.due_wei);
	ts_metric_family(out, "tokenswitch_relay_drift_ratio", "gauge", "ratio",
			 "By how much the counters of a neighbour differ from ours, the largest.");
	ts_metric_plain(out, "tokenswitch_relay_drift_ratio");
	ts_metric_double(out, t.drift_per_mille / 1000.0);
}

static void payments(struct ts_daemon *d, FILE *out)
{
	static const char *const kinds[] = {
		[TS_REFUSE_CONFLICT] = "conflict", [TS_REFUSE_INVALID] = "invalid",
		[TS_REFUSE_FORBIDDEN] = "forbidden", [TS_REFUSE_UNKNOWN] = "unknown",
		[TS_REFUSE_BUSY] = "busy", [TS_REFUSE_READ_ONLY] = "read_only",
	};
	struct ts_billing_counters c;
	unsigned int i;

	ts_billing_counters(d->billing, &c);
	ts_metric_counter(out, "tokenswitch_payments", "Payments accepted and committed.", c.payments);
	ts_metric_counter(out, "tokenswitch_refunds", "Transfers of ours that gave unspent value back.",
			  c.refunds);
	ts_metric_counter(out, "tokenswitch_grants", "Grants handed to the kernel.", c.grants);
	ts_metric_counter(out, "tokenswitch_ledger_commits",
			  "Batches committed; payments divided by these are those of a batch.",
			  c.commits);
	ts_metric_family(out, "tokenswitch_refused_payments", "counter", NULL,
			 "Payments and other messages refused, by reason.");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ts_metric(out, "tokenswitch_refused_payments_total", "reason=\"%s\"", kinds[i]);
		ts_metric_u64(out, c.refused[i]);
	}
}

/** ts_metrics_money() - income, channels, neighbours and payments */
void ts_metrics_money(struct ts_daemon *d, const struct ts_totals_view *totals, FILE *out)
{
	income(&d->config->billing, totals, out);
	channels(d, totals, out);
	neighbours(d, out);
	payments(d, out);
}
