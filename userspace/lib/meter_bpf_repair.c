// SPDX-License-Identifier: GPL-2.0
/*
 * Adoption: what a killed process left half done is finished or undone.
 *
 * Every change is announced in ts_book.state before its first step, so what
 * was under way is known and nothing else is touched: a live account keeps its
 * line, its keys and its counters, and its packets never wait.
 */
#include <errno.h>
#include <string.h>
#include "lib/meter_bpf.h"

/* Looks at an account's counters until nothing was charged meanwhile. */
#define QUIET_TRIES 8

/** ts_bpf_repair_count() - count what another process may have changed */
void ts_bpf_repair_count(struct ts_bpf *b)
{
	uint32_t id;

	b->highest = b->n_accounts = 0;
	for (id = 1; id < b->meta->accounts_max; id++) {
		if (b->book[id].state == TS_BOOK_FREE)
			continue;
		b->n_accounts++;
		b->highest = id;
	}
}

/* A key of an account that never came to be, or of none at all. */
static void check_key(struct ts_bpf *b, const struct ts_key *key, uint32_t id)
{
	uint32_t state = id < b->meta->accounts_max ? b->book[id].state : TS_BOOK_FREE;
	struct ts_book *book = &b->book[id];
	struct ts_key keys[TS_KEYS_MAX];

	if (state == TS_BOOK_FREE || state == TS_BOOK_MAKING) {
		ts_bpf_key_remove(b, key, id);
		return;
	}
	if (state != TS_BOOK_REKEYING)
		return;
	/* The list is rebuilt from the table: the book may be torn. */
	if (book->n_keys == TS_KEYS_MAX) {
		ts_bpf_key_remove(b, key, id);
		return;
	}
	ts_bpf_book_keys(book, keys);
	keys[book->n_keys] = *key;
	ts_bpf_book_set_keys(book, keys, book->n_keys + 1);
}

/*
 * Charged is passed plus revoked, and passed is in the counters; they agree
 * once a grace period went by in which nothing was charged.
 */
static void recount_revoked(struct ts_bpf *b, uint32_t id)
{
	struct ts_budget *line = &b->accounts[id];
	bool forbid = !(line->flags & TS_ACCOUNT_F_FORBID);
	uint64_t before, units;
	int tries;

	for (tries = 0; tries <= QUIET_TRIES; tries++) {
		/* Never quiet: then stop its packets for one grace period. */
		if (tries == QUIET_TRIES && forbid) {
			__atomic_or_fetch(&line->flags, TS_ACCOUNT_F_FORBID, __ATOMIC_SEQ_CST);
			ts_bpf_grace(b);
		}
		before = ts_budget_charged(line);
		ts_bpf_grace(b);
		units = ts_bpf_units_sum(b, id);
		if (ts_budget_charged(line) == before)
			break;
	}
	if (tries >= QUIET_TRIES && forbid)
		__atomic_and_fetch(&line->flags, ~(uint32_t)TS_ACCOUNT_F_FORBID,
				   __ATOMIC_SEQ_CST);
	b->book[id].revoked_units = before > units ? before - units : 0;
}

/* A tariff may have been set for some of its accounts only. */
static void reprice(struct ts_bpf *b)
{
	struct ts_tariff_line line = { };
	uint32_t id, cached = 0;

	for (id = 1; id <= b->highest; id++) {
		if (b->book[id].state == TS_BOOK_FREE)
			continue;
		if (b->book[id].tariff_id != cached &&
		    ts_bpf_tariff_find(b, b->book[id].tariff_id, &line))
			continue;
		cached = b->book[id].tariff_id;
		ts_bpf_account_reprice(b, id, &line);
	}
}

/**
 * ts_bpf_repair() - leave every account at rest
 * @b: the meter, locked
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_repair(struct ts_bpf *b)
{
	bool making = false;
	uint32_t id;
	int ret;

	for (id = 1; id < b->meta->accounts_max; id++)
		if (b->book[id].state == TS_BOOK_REKEYING)
			b->book[id].n_keys = 0;
	b->n_limbo = 0;
	ret = ts_bpf_key_each(b, check_key);
	if (ret)
		return ts_meter_fail(&b->base, ret, "out of memory");
	for (id = 1; id < b->meta->accounts_max; id++) {
		switch (b->book[id].state) {
		case TS_BOOK_MAKING:
			making = true;
			break;
		case TS_BOOK_REVOKING:
			recount_revoked(b, id);
			__attribute__((fallthrough));
		case TS_BOOK_REKEYING:
			ts_bpf_book_state(&b->book[id], TS_BOOK_LIVE);
			break;
		}
	}
	if (making) {
		ts_bpf_grace(b);
		for (id = 1; id < b->meta->accounts_max; id++)
			if (b->book[id].state == TS_BOOK_MAKING)
				ts_bpf_book_state(&b->book[id], TS_BOOK_FREE);
	}
	ts_bpf_repair_count(b);
	reprice(b);
	return 0;
}
