// SPDX-License-Identifier: GPL-2.0
/* Budgets of the bpf driver: raised, taken back, closed. */
#include <errno.h>
#include "lib/meter_bpf.h"

int ts_bpf_grant(struct ts_meter *m, uint32_t id, uint32_t epoch, uint64_t granted_units)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	ret = ts_bpf_account_check(b, id, epoch);
	if (!ret) {
		ret = ts_budget_grant(&b->accounts[id], epoch, granted_units,
				      b->book[id].low_units);
		if (ret)
			ts_meter_fail(m, ret, "account %u: %llu is above the highest grant, %llu",
				      id, (unsigned long long)granted_units,
				      (unsigned long long)TS_GRANTED_MAX);
	}
	ts_bpf_unlock(b);
	return ret;
}

/* Taken and booked; a process killed in between is caught by the state. */
static uint64_t take(struct ts_bpf *b, uint32_t id, uint64_t max_units)
{
	struct ts_book *book = &b->book[id];
	uint64_t units;

	ts_bpf_book_state(book, TS_BOOK_REVOKING);
	units = ts_budget_revoke(&b->accounts[id], max_units);
	__atomic_store_n(&book->revoked_units, book->revoked_units + units, __ATOMIC_RELEASE);
	ts_bpf_book_state(book, TS_BOOK_LIVE);
	return units;
}

static void tell(struct ts_bpf *b, uint32_t id, uint8_t type, uint64_t units)
{
	const struct ts_budget *line = &b->accounts[id];
	struct ts_meter_event ev = {
		.type = type,
		.account_id = id,
		.epoch = line->epoch,
		.charged_units = ts_budget_charged(line),
		.granted_units = ts_load(&line->granted),
		.units = units,
	};

	ts_bpf_event_queue(b, &ev);
}

int ts_bpf_revoke(struct ts_meter *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		  uint64_t *taken_units)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	ret = ts_bpf_account_check(b, id, epoch);
	if (!ret) {
		*taken_units = take(b, id, max_units);
		tell(b, id, TS_EVENT_REVOKED, *taken_units);
	}
	ts_bpf_unlock(b);
	return ret;
}

/* First phase: no frame finds it any more, and one that has it is refused. */
static int close_begin(struct ts_bpf *b, const struct ts_closing *c)
{
	struct ts_key keys[TS_KEYS_MAX];
	uint32_t i;
	int ret;

	ret = ts_bpf_account_check(b, c->id, c->epoch);
	if (ret)
		return ret;
	__atomic_or_fetch(&b->accounts[c->id].flags, TS_ACCOUNT_F_FORBID, __ATOMIC_SEQ_CST);
	ts_bpf_book_keys(&b->book[c->id], keys);
	ts_bpf_book_state(&b->book[c->id], TS_BOOK_REKEYING);
	for (i = 0; i < b->book[c->id].n_keys; i++)
		ts_bpf_key_remove(b, &keys[i], c->id);
	/* Here, since take() puts the account at rest: its list is right then. */
	ts_bpf_book_set_keys(&b->book[c->id], NULL, 0);
	return 0;
}

/* Second phase, a grace period later: nobody has it in hand. */
static int close_finish(struct ts_bpf *b, struct ts_closing *c)
{
	int ret;

	/* Named twice, it is gone by now. */
	ret = ts_bpf_account_gone(b, c->id);
	if (ret)
		return ret;
	c->taken_units = take(b, c->id, UINT64_MAX);
	ts_bpf_account_read(b, c->id, ts_bpf_clock_jiffies(b), &c->last);
	tell(b, c->id, TS_EVENT_CLOSED, c->taken_units);
	ts_bpf_account_free(b, c->id);
	return 0;
}

/**
 * ts_bpf_close_accounts() - take all, answer the final counters, delete
 * @m: the meter
 * @c: the accounts
 * @n: how many
 *
 * The keys go before the one grace period: after it no program can have one of
 * the accounts in hand, so nothing hides units and the counters are final.
 * Killed in the middle, those that were not freed are there at the next start,
 * forbidden, and can be closed again.
 *
 * Return: 0, each account's own error being in @c, or the meter's.
 */
int ts_bpf_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n)
{
	struct ts_bpf *b = ts_bpf(m);
	bool any = false;
	size_t i;
	int ret;

	ret = ts_bpf_lock(b);
	for (i = 0; i < n; i++) {
		c[i].err = ret ? ret : close_begin(b, &c[i]);
		any |= !c[i].err;
	}
	if (any)
		ts_bpf_grace(b);
	for (i = 0; i < n; i++)
		if (!c[i].err)
			c[i].err = close_finish(b, &c[i]);
	if (!ret)
		ts_bpf_unlock(b);
	return ret;
}
