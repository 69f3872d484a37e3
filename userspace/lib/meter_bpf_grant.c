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

/**
 * ts_bpf_close_account() - take all, answer the final counters, delete
 * @m: the meter
 * @id: of the account
 * @epoch: of the account
 * @last: final counters
 * @taken_units: what was left
 *
 * The keys go before the one grace period: after it no program can have the
 * account in hand, so nothing hides units and the counters are final.  Killed
 * in the middle, the account is there at the next start, forbidden, and can be
 * closed again.
 *
 * Return: 0, -ENOENT, -ESTALE, -EBUSY or negative errno.
 */
int ts_bpf_close_account(struct ts_meter *m, uint32_t id, uint32_t epoch,
			 struct ts_account *last, uint64_t *taken_units)
{
	struct ts_bpf *b = ts_bpf(m);
	struct ts_key keys[TS_KEYS_MAX];
	uint32_t i;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	ret = ts_bpf_account_check(b, id, epoch);
	if (ret)
		goto out;
	__atomic_or_fetch(&b->accounts[id].flags, TS_ACCOUNT_F_FORBID, __ATOMIC_SEQ_CST);
	ts_bpf_book_keys(&b->book[id], keys);
	ts_bpf_book_state(&b->book[id], TS_BOOK_REKEYING);
	for (i = 0; i < b->book[id].n_keys; i++)
		ts_bpf_key_remove(b, &keys[i], id);
	ts_bpf_grace(b);
	*taken_units = take(b, id, UINT64_MAX);
	ret = ts_bpf_account_read(b, id, last);
	if (ret)
		goto out;
	tell(b, id, TS_EVENT_CLOSED, *taken_units);
	ts_bpf_account_free(b, id);
out:
	ts_bpf_unlock(b);
	return ret;
}
