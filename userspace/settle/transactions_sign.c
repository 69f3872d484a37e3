// SPDX-License-Identifier: GPL-2.0
/* transactions_sign.c - nonce, price and signature of a transaction. */
#include <stdlib.h>
#include <string.h>

#include "settle/transactions_private.h"

/* What the yellow paper says of a payment without data. */
#define GAS_OF_NOTHING	21000

static ts_u128 market_price_wei(const struct ts_transactions *t)
{
	ts_u128 price = t->funds.gas_price_wei;

	if (price < t->config.gas_price_min_wei)
		price = t->config.gas_price_min_wei;
	return ts_u128_least(price, t->config.gas_price_max_wei);
}

/* The most that a transaction can take from us; too much to say: all there is. */
static ts_u128 cost_wei(uint64_t gas, ts_u128 gas_price_wei, ts_u128 value_wei)
{
	ts_u128 cost;

	if (__builtin_mul_overflow((ts_u128)gas, gas_price_wei, &cost) ||
	    __builtin_add_overflow(cost, value_wei, &cost))
		return TS_U128_MAX;
	return cost;
}

/* What those that were signed and are not mined can still take. */
static ts_u128 promised_wei(const struct ts_transactions *t)
{
	const struct transaction *x;
	ts_u128 sum = 0, cost;

	TAILQ_FOREACH(x, &t->live, list) {
		if (x->row.state != TS_TRANSACTION_SENT || !x->n)
			continue;
		cost = cost_wei(x->row.gas,
				x->submissions[x->n - 1]->row.gas_price_wei,
				x->row.value_wei);
		if (__builtin_add_overflow(sum, cost, &sum))
			return TS_U128_MAX;
	}
	return sum;
}

/* Whether there is enough, and the reserve stays for what is vital. */
static bool is_affordable(struct ts_transactions *t, struct transaction *x,
			  ts_u128 cost)
{
	ts_u128 needed = promised_wei(t);
	char text[TS_U128_TEXT_SIZE];

	if (__builtin_add_overflow(needed, cost, &needed) ||
	    (!x->row.vital &&
	     __builtin_add_overflow(needed, t->config.gas_reserve_wei, &needed)))
		needed = TS_U128_MAX;
	if (needed <= t->funds.balance_wei)
		return true;
	ts_transaction_why(x, "our address needs %s wei more of the chain's own coin for gas",
			   ts_u128_print(needed - t->funds.balance_wei, text));
	return false;
}

static bool submit(struct ts_transactions *t, struct transaction *x,
		   ts_u128 gas_price_wei, bool cancel)
{
	struct ts_tx tx = {
		.nonce = x->row.nonce,
		.gas_price_wei = ts_u256_from_u128(gas_price_wei),
		.gas = cancel ? GAS_OF_NOTHING : x->row.gas,
		.to = cancel ? x->row.sender : x->row.to,
		.value_wei = ts_u256_from_u128(cancel ? 0 : x->row.value_wei),
		.data = { x->row.data, cancel ? 0 : x->row.data_len },
		.chain_id = t->config.chain_id,
	};
	struct submission *s = calloc(1, sizeof(*s));
	struct ts_tx_raw raw;

	if (!s || ts_tx_sign(&tx, t->key, &raw)) {
		free(s);
		ts_transaction_why(x, "it cannot be signed");
		return false;
	}
	s->row.transaction = x->row.id;
	s->row.seq = x->n + 1;
	s->row.cancel = cancel;
	s->row.gas_price_wei = gas_price_wei;
	s->row.hash = raw.hash;
	s->row.len = raw.len;
	memcpy(s->row.raw, raw.b, raw.len);
	x->submissions[x->n++] = s;
	x->priced_at = t->head;
	return true;
}

/**
 * ts_transaction_sign() - give it a nonce and its first price
 * @t: ours
 * @x: planned
 * @gas: the most that it may use
 *
 * It stays planned, and says why, when it cannot be paid for.
 */
void ts_transaction_sign(struct ts_transactions *t, struct transaction *x,
			 uint64_t gas)
{
	const unsigned int needed = 1u << TS_ASK_COUNT | 1u << TS_ASK_PRICE |
				    1u << TS_ASK_BALANCE;
	ts_u128 price = market_price_wei(t);

	if ((t->known & needed) != needed)
		return;
	if (!is_affordable(t, x, cost_wei(gas, price, x->row.value_wei)))
		return;
	x->row.gas = gas;
	x->row.nonce = t->funds.count > t->next_nonce ? t->funds.count :
							t->next_nonce;
	/* The ledger's limit, which no address gets near. */
	if (x->row.nonce >= INT64_MAX || !submit(t, x, price, false))
		return;
	t->next_nonce = x->row.nonce + 1;
	x->row.state = TS_TRANSACTION_SENT;
	x->dirty = true;
	x->why[0] = '\0';
}

/**
 * ts_transaction_replace() - the same nonce again, dearer
 * @t: ours
 * @x: signed, not mined
 * @cancel: with nothing in it, to have the nonce used
 *
 * Nodes take a replacement only when it pays a tenth more.
 */
void ts_transaction_replace(struct ts_transactions *t, struct transaction *x,
			    bool cancel)
{
	ts_u128 last = x->submissions[x->n - 1]->row.gas_price_wei;
	ts_u128 price = market_price_wei(t), least, raised;

	x->priced_at = t->head;
	if (x->n == TS_SUBMISSIONS_MAX ||
	    __builtin_add_overflow(last, last / 10 + 1, &least) ||
	    __builtin_add_overflow(last, last / 4 + 1, &raised))
		return;
	if (price < raised)
		price = ts_u128_least(raised, t->config.gas_price_max_wei);
	if (price < least) {
		ts_transaction_why(x, "not mined, and the gas price is as high as it may be");
		return;
	}
	submit(t, x, price, cancel);
}
