// SPDX-License-Identifier: GPL-2.0
/*
 * sum.c - the account of bytes: what each wallet paid and what became of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/db.h"

/**
 * struct sums - sums by channel row, then by token and wallet
 * @l: the ledger
 * @sum: [index], those of the channels' partners first
 * @id: row number of each channel; ascending
 * @channels: how many
 * @count: these, and one for each token in which another wallet paid by mediated
 *	transfers
 */
struct sums {
	struct ts_ledger *l;
	struct ts_ledger_sum *sum;
	int64_t *id;
	size_t channels;
	size_t count;
};

static struct ts_ledger_sum *append(struct sums *s,
				    const struct ts_address *token,
				    const struct ts_address *wallet)
{
	struct ts_ledger_sum *sum;

	sum = realloc(s->sum, (s->count + 1) * sizeof(*sum));
	if (!sum)
		return NULL;
	s->sum = sum;
	sum += s->count++;
	*sum = (struct ts_ledger_sum){ .token = *token, .wallet = *wallet };
	return sum;
}

static int add_channel(const struct ts_ledger_channel *c, void *arg)
{
	struct sums *s = arg;
	int64_t *id;

	id = realloc(s->id, (s->channels + 1) * sizeof(*id));
	if (id)
		s->id = id;
	if (!id || !append(s, &c->channel.token, &c->channel.partner_address))
		return ts_db_fail(s->l, -ENOMEM, "out of memory");
	s->id[s->channels++] = c->id;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Whose a payment is; NULL: no memory, or no such channel. */
static struct ts_ledger_sum *of_payment(struct sums *s, int64_t channel,
					bool mediated,
					const struct ts_address *wallet)
{
	struct ts_address token;
	int64_t *found = NULL;
	size_t i;

	if (s->channels)
		found = bsearch(&channel, s->id, s->channels, sizeof(channel),
				by_id);
	if (!mediated || !found)
		return found ? &s->sum[found - s->id] : NULL;
	token = s->sum[found - s->id].token;
	for (i = s->channels; i < s->count; i++)
		if (ts_address_equal(&s->sum[i].wallet, wallet) &&
		    ts_address_equal(&s->sum[i].token, &token))
			return &s->sum[i];
	return append(s, &token, wallet);
}

static int add_payment(const struct ts_ledger_payment *p, void *arg)
{
	struct sums *s = arg;
	struct ts_ledger_sum *sum = of_payment(s, p->channel, p->mediated,
					       &p->wallet);

	if (!sum)
		return ts_db_fail(s->l, -ENOMEM, "out of memory");
	sum->paid_wei += p->delta_wei;
	sum->consumed_wei += p->spent_wei;
	sum->refunded_wei += p->refunded_wei;
	if (p->session)
		sum->attached_wei += p->delta_wei;
	return 0;
}

/* Reservations of open accounts in order; granted units fill them first. */
static int add_reservations(struct sums *s)
{
	uint64_t units, granted, left = 0;
	struct ts_address wallet;
	struct ts_ledger_sum *sum;
	int64_t account = 0;
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret, shift;

	stmt = ts_db_prepare(s->l, "SELECT a.row, a.unit_shift,"
		" a.granted_units, a.revoked_units, r.units, r.returned_units,"
		" p.channel, p.mediated, p.wallet FROM accounts a"
		" JOIN reservations r ON r.account = a.row"
		" LEFT JOIN payments p ON p.id = r.payment"
		" WHERE a.state < 2 ORDER BY a.row, r.seq", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(s->l, stmt)) > 0) {
		if (account != sqlite3_column_int64(stmt, 0)) {
			account = sqlite3_column_int64(stmt, 0);
			left = ts_db_u64(stmt, 2, &bad) - ts_db_u64(stmt, 3, &bad);
		}
		shift = sqlite3_column_int(stmt, 1);
		units = ts_db_u64(stmt, 4, &bad) - ts_db_u64(stmt, 5, &bad);
		granted = units < left ? units : left;
		left -= granted;
		/* What was given is no wallet's. */
		if (sqlite3_column_type(stmt, 6) == SQLITE_NULL)
			continue;
		ts_db_blob(stmt, 8, &wallet, TS_ADDRESS_BYTES, &bad);
		sum = of_payment(s, sqlite3_column_int64(stmt, 6),
				 sqlite3_column_int(stmt, 7), &wallet);
		if (!sum)
			continue;
		sum->reserved_wei += ts_wei_holding_units(units, shift);
		sum->granted_wei += ts_wei_of_units(granted, shift);
	}
	return ret;
}

static void add(struct ts_ledger_sum *to, const struct ts_ledger_sum *from)
{
	to->paid_wei += from->paid_wei;
	to->attached_wei += from->attached_wei;
	to->reserved_wei += from->reserved_wei;
	to->granted_wei += from->granted_wei;
	to->consumed_wei += from->consumed_wei;
	to->refunded_wei += from->refunded_wei;
	to->unspent_wei += from->unspent_wei;
}

static int by_wallet(const void *a, const void *b)
{
	const struct ts_ledger_sum *x = a, *y = b;

	return memcmp(&x->token, &y->token, sizeof(x->token)) ?:
	       memcmp(&x->wallet, &y->wallet, sizeof(x->wallet));
}

static int hand_out(struct sums *s,
		    int (*cb)(const struct ts_ledger_sum *s, void *arg), void *arg)
{
	struct ts_ledger_sum one, total = { .token = s->sum[0].token };
	size_t i = 0;
	int ret;

	while (i < s->count) {
		one = s->sum[i++];
		while (i < s->count && !by_wallet(&one, &s->sum[i]))
			add(&one, &s->sum[i++]);
		one.unspent_wei = one.paid_wei - one.consumed_wei -
				  one.reserved_wei - one.refunded_wei;
		add(&total, &one);
		ret = cb(&one, arg);
		if (ret)
			return ret;
		if (i < s->count && ts_address_equal(&one.token, &s->sum[i].token))
			continue;
		ret = cb(&total, arg);
		if (ret || i == s->count)
			return ret;
		total = (struct ts_ledger_sum){ .token = s->sum[i].token };
	}
	return 0;
}

/**
 * ts_ledger_sum() - sums of value by token and wallet, from the rows
 * @l: the ledger
 * @cb: called for each token in order of the addresses: once a wallet, likewise
 *	in order, and then once for the total
 * @arg: for @cb
 *
 * What an open account holds is reserved; how much of that has passed is known
 * exactly when it is closed, and until then as of its last checkpoint.
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_sum(struct ts_ledger *l,
		  int (*cb)(const struct ts_ledger_sum *s, void *arg), void *arg)
{
	struct sums s = { .l = l };
	int ret;

	ret = ts_ledger_channel_load(l, add_channel, &s);
	if (!ret)
		ret = ts_ledger_payment_load(l, add_payment, &s);
	if (!ret)
		ret = add_reservations(&s);
	if (!ret && s.count) {
		qsort(s.sum, s.count, sizeof(*s.sum), by_wallet);
		ret = hand_out(&s, cb, arg);
	}
	free(s.sum);
	free(s.id);
	return ret;
}
