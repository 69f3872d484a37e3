// SPDX-License-Identifier: GPL-2.0
/* Accounts of the bpf driver: made, changed, deleted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/** ts_bpf_account_gone() - Return: -ENOENT with text, or 0: there is one */
int ts_bpf_account_gone(struct ts_bpf *b, uint32_t id)
{
	uint32_t state = id < b->meta->accounts_max ? b->book[id].state : TS_BOOK_FREE;

	if (state == TS_BOOK_FREE || state == TS_BOOK_MAKING)
		return ts_meter_fail(&b->base, -ENOENT, "there is no account %u", id);
	return 0;
}

/**
 * ts_bpf_account_check() - is this the life that the caller means?
 * @b: the meter
 * @id: of the account
 * @epoch: as the caller knows it
 *
 * Return: 0, -ENOENT or -ESTALE.
 */
int ts_bpf_account_check(struct ts_bpf *b, uint32_t id, uint32_t epoch)
{
	int ret = ts_bpf_account_gone(b, id);

	if (ret)
		return ret;
	if (b->accounts[id].epoch != epoch)
		return ts_meter_fail(&b->base, -ESTALE,
				     "account %u lives in epoch %u, not in %u: read it again",
				     id, b->accounts[id].epoch, epoch);
	return 0;
}

static uint32_t free_id(const struct ts_bpf *b)
{
	uint32_t id, max = b->meta->accounts_max;

	/* Dense: then nothing was ever freed. */
	if (b->highest == b->n_accounts && b->highest + 1 < max)
		return b->highest + 1;
	for (id = 1; id < max; id++)
		if (b->book[id].state == TS_BOOK_FREE)
			return id;
	return 0;
}

static uint64_t price_word(const struct ts_tariff_line *t, int half)
{
	uint64_t word;

	memcpy(&word, &t->price[half * TS_CLASS_COUNT / 2][0], sizeof(word));
	return word;
}

/** ts_bpf_account_reprice() - the prices of a line, by two stores */
void ts_bpf_account_reprice(struct ts_bpf *b, uint32_t id, const struct ts_tariff_line *t)
{
	uint64_t *words = (uint64_t *)&b->accounts[id].price[0][0];

	__atomic_store_n(&words[0], price_word(t, 0), __ATOMIC_RELEASE);
	__atomic_store_n(&words[1], price_word(t, 1), __ATOMIC_RELEASE);
}

static void zero_counters(struct ts_bpf *b, uint32_t id)
{
	unsigned int cpu;
	int class;

	for (cpu = 0; cpu < b->n_cpus; cpu++) {
		for (class = TS_CLASS_LOCAL; class <= TS_CLASS_INTERNET; class++)
			memset(ts_bpf_paid_line(b, id, cpu, class), 0, sizeof(struct ts_paid_line));
		memset(ts_bpf_stats(b, id, cpu), 0, sizeof(struct ts_account_stats));
	}
}

/*
 * Full buckets, but for what may be passed on: it would be worth making accounts
 * anew.  One token, because a word that is 0 is a full bucket.
 */
static void make_police(struct ts_bpf *b, uint32_t id)
{
	b->police[id] = (struct ts_account_police){
		.onward = ts_bpf_clock_jiffies(b) << 32 | 1,
	};
}

/* A line that no key leads to and no program holds any more. */
static void make_line(struct ts_bpf *b, uint32_t id)
{
	struct ts_budget *line = &b->accounts[id];
	uint32_t epoch = line->epoch ? line->epoch + 1
				     : (uint32_t)b->meta->driver[TS_FACT_EPOCH_BASE];

	zero_counters(b, id);
	memset(&b->book[id], 0, sizeof(b->book[id]));
	ts_bpf_book_state(&b->book[id], TS_BOOK_MAKING);
	make_police(b, id);
	line->granted = 0;
	line->charged = 0;
	line->dry_at = 0;
	line->low_at = TS_LOW_DISARMED;
	line->expires = 0;
	line->flags = 0;
	line->epoch = epoch ? epoch : 1;
}

static void set_low(struct ts_bpf *b, uint32_t id, uint64_t low_units)
{
	struct ts_budget *line = &b->accounts[id];
	uint64_t granted = ts_load(&line->granted);

	if (b->book[id].low_units == low_units)
		return;
	b->book[id].low_units = low_units;
	if (!low_units)
		ts_store_release(&line->low_at, TS_LOW_DISARMED);
	else
		ts_store_release(&line->low_at, granted > low_units ? granted - low_units : 0);
}

/* Expiry first, then the bit: a frame in between may set it again, rightly. */
static int set_expiry_and_flags(struct ts_bpf *b, uint32_t id, const struct ts_account *a)
{
	struct ts_budget *line = &b->accounts[id];
	uint64_t jiffies = 0;
	uint32_t set, clear;

	if (a->expires_s) {
		jiffies = ts_bpf_clock_jiffies(b);
		if (!jiffies)
			return ts_meter_fail(&b->base, -EOPNOTSUPP,
					     "expiry: the kernel's coarse clock cannot be read");
		jiffies += (uint64_t)a->expires_s * b->meta->hz;
	}
	ts_store_release(&line->expires, jiffies);
	set = a->flags & TS_ACCOUNT_F_WRITABLE;
	clear = ~set & TS_ACCOUNT_F_ALL;
	__atomic_or_fetch(&line->flags, set, __ATOMIC_SEQ_CST);
	__atomic_and_fetch(&line->flags, ~clear, __ATOMIC_SEQ_CST);
	return 0;
}

static bool key_in(const struct ts_key *key, const struct ts_key *keys, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (keys[i].zone == key->zone && keys[i].vlan == key->vlan &&
		    !memcmp(keys[i].mac, key->mac, 6))
			return true;
	return false;
}

static int check_keys(struct ts_bpf *b, const struct ts_account *a)
{
	unsigned int i;
	uint32_t other;

	for (i = 0; i < a->n_keys; i++) {
		other = ts_bpf_key_find(b, &a->keys[i]);
		if (other && other != a->id)
			return ts_meter_fail(&b->base, -EEXIST,
					     "key %02x:%02x:%02x:%02x:%02x:%02x belongs to account %u",
					     a->keys[i].mac[0], a->keys[i].mac[1],
					     a->keys[i].mac[2], a->keys[i].mac[3],
					     a->keys[i].mac[4], a->keys[i].mac[5], other);
	}
	return 0;
}

/* New keys before old ones go: a station that stays is never without. */
static int set_keys(struct ts_bpf *b, uint32_t id, const struct ts_account *a)
{
	struct ts_book *book = &b->book[id];
	struct ts_key old[TS_KEYS_MAX];
	unsigned int n = book->n_keys, i, added;
	int ret = 0;

	ts_bpf_book_keys(book, old);
	for (added = 0; added < a->n_keys; added++) {
		if (key_in(&a->keys[added], old, n))
			continue;
		ret = ts_bpf_key_add(b, &a->keys[added], id);
		if (ret)
			break;
	}
	if (ret) {
		for (i = 0; i < added; i++)
			if (!key_in(&a->keys[i], old, n))
				ts_bpf_key_remove(b, &a->keys[i], id);
		return ret;
	}
	for (i = 0; i < n; i++)
		if (!key_in(&old[i], a->keys, a->n_keys))
			ts_bpf_key_remove(b, &old[i], id);
	ts_bpf_book_set_keys(book, a->keys, a->n_keys);
	return 0;
}

/**
 * ts_bpf_account_free() - forget an account that no key leads to any more
 * @b: the meter, locked; a grace period has passed since its last key went
 * @id: of the account
 */
void ts_bpf_account_free(struct ts_bpf *b, uint32_t id)
{
	ts_bpf_book_state(&b->book[id], TS_BOOK_FREE);
	b->n_accounts--;
	while (b->highest && b->book[b->highest].state == TS_BOOK_FREE)
		b->highest--;
}

static int set_locked(struct ts_bpf *b, struct ts_account *a, const struct ts_tariff_line *t)
{
	bool made = !a->id;
	uint32_t id = a->id;
	int ret;

	ret = check_keys(b, a);
	if (ret)
		return ret;
	if (made) {
		id = free_id(b);
		if (!id)
			return ts_meter_fail(&b->base, -ENOSPC,
					     "the table of %u accounts is full: delete some",
					     b->meta->accounts_max - 1);
		make_line(b, id);
		b->n_accounts++;
		b->highest = id > b->highest ? id : b->highest;
	} else {
		ts_bpf_book_state(&b->book[id], TS_BOOK_REKEYING);
	}
	ret = set_expiry_and_flags(b, id, a);
	if (!ret) {
		ts_bpf_account_reprice(b, id, t);
		set_low(b, id, a->low_units);
		b->book[id].kind = a->kind;
		b->book[id].tariff_id = a->tariff_id;
		ret = set_keys(b, id, a);
	}
	if (ret && made) {
		ts_bpf_grace(b);
		ts_bpf_account_free(b, id);
		return ret;
	}
	ts_bpf_book_state(&b->book[id], TS_BOOK_LIVE);
	if (ret)
		return ret;
	ts_bpf_account_read(b, id, ts_bpf_clock_jiffies(b), a);
	return 0;
}

int ts_bpf_account_set(struct ts_meter *m, struct ts_account *a)
{
	struct ts_bpf *b = ts_bpf(m);
	struct ts_tariff_line tariff;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	if (a->id)
		ret = ts_bpf_account_check(b, a->id, a->epoch);
	if (!ret)
		ret = ts_bpf_tariff_find(b, a->tariff_id, &tariff);
	if (!ret)
		ret = set_locked(b, a, &tariff);
	ts_bpf_unlock(b);
	return ret;
}

int ts_bpf_account_del(struct ts_meter *m, uint32_t id, uint32_t epoch)
{
	struct ts_bpf *b = ts_bpf(m);
	struct ts_key keys[TS_KEYS_MAX];
	struct ts_budget *line;
	uint32_t i;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	ret = ts_bpf_account_check(b, id, epoch);
	if (ret)
		goto out;
	line = &b->accounts[id];
	if (ts_load(&line->granted) != ts_budget_charged(line)) {
		ret = ts_meter_fail(m, -EBUSY,
				    "account %u has %llu units left: close it to take them back", id,
				    (unsigned long long)(ts_load(&line->granted) -
							 ts_budget_charged(line)));
		goto out;
	}
	/* Nothing can be charged any more, so nothing is waited for but reuse. */
	ts_bpf_book_keys(&b->book[id], keys);
	ts_bpf_book_state(&b->book[id], TS_BOOK_REKEYING);
	for (i = 0; i < b->book[id].n_keys; i++)
		ts_bpf_key_remove(b, &keys[i], id);
	ts_bpf_grace(b);
	ts_bpf_account_free(b, id);
out:
	ts_bpf_unlock(b);
	return ret;
}

/**
 * ts_bpf_account_expire() - find accounts whose time is up without a frame
 * @b: the meter, locked
 *
 * The programs find it out at the next frame; an idle station sends none.
 */
void ts_bpf_account_expire(struct ts_bpf *b)
{
	struct ts_meter_event ev = { .type = TS_EVENT_EXPIRED };
	uint64_t now = 0, expires;
	struct ts_budget *line;
	uint32_t id;

	for (id = 1; id <= b->highest; id++) {
		line = &b->accounts[id];
		expires = ts_load(&line->expires);
		if (!expires || b->book[id].state == TS_BOOK_FREE ||
		    line->flags & TS_ACCOUNT_F_EXPIRED)
			continue;
		now = now ? now : ts_bpf_clock_jiffies(b);
		if (!now || now < expires)
			continue;
		/* Whoever sets the bit raises the event. */
		if (__atomic_fetch_or(&line->flags, TS_ACCOUNT_F_EXPIRED, __ATOMIC_SEQ_CST) &
		    TS_ACCOUNT_F_EXPIRED)
			continue;
		ev.account_id = id;
		ev.epoch = line->epoch;
		ts_bpf_event_queue(b, &ev);
	}
}
