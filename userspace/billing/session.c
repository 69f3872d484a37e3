// SPDX-License-Identifier: GPL-2.0
/*
 * session.c - stations, their codes, and the payments attached to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/state.h"

struct ts_billing_session *ts_session_by_code(struct ts_billing *b,
					      const char *code)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (!memcmp(s->row.code, code, TS_CODE_CHARS))
			return s;
	return NULL;
}

struct ts_billing_session *ts_session_by_key(struct ts_billing *b,
					     const struct ts_key *key)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->row.has_station && !s->closing &&
		    !memcmp(s->row.mac, key->mac, sizeof(key->mac)) &&
		    s->row.vlan == key->vlan && s->row.zone == key->zone)
			return s;
	return NULL;
}

struct ts_billing_session *ts_session_by_id(struct ts_billing *b, int64_t id)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->row.id == id)
			return s;
	return NULL;
}

/* Nobody has ever paid with its code. */
bool ts_session_unpaid(const struct ts_billing_session *s)
{
	return !s->live_wei && !s->row.done_wei && !s->account;
}

static void set_station(struct ts_billing_session *s, const struct ts_key *key)
{
	s->row.has_station = key;
	if (!key) {
		memset(s->row.mac, 0, sizeof(s->row.mac));
		s->row.vlan = 0;
		s->row.zone = 0;
		return;
	}
	memcpy(s->row.mac, key->mac, sizeof(s->row.mac));
	s->row.vlan = key->vlan;
	s->row.zone = key->zone;
}

static void mark_dirty(struct ts_billing *b, struct ts_billing_session *s,
		       const struct ts_time *now)
{
	uint64_t due = now->boot_ns + b->config.session_write_ms * TS_NS_PER_MS;

	s->dirty = true;
	if (due < b->lazy_ns)
		b->lazy_ns = due;
}

/**
 * ts_session_new() - a session in memory; written with a later commit
 * @b: billing
 * @code: its name, or NULL: a random one
 * @key: its station, or NULL: none yet
 * @now: the time
 *
 * Return: the session, or NULL: out of memory.
 */
struct ts_billing_session *ts_session_new(struct ts_billing *b, const char *code,
					  const struct ts_key *key,
					  const struct ts_time *now)
{
	struct ts_billing_session *s = calloc(1, sizeof(*s));
	uint8_t random[TS_CODE_RANDOM_BYTES];

	if (!s)
		return NULL;
	TAILQ_INIT(&s->payments);
	if (code) {
		memcpy(s->row.code, code, TS_CODE_CHARS);
	} else {
		b->effects.random(b->effects.ctx, random, sizeof(random));
		ts_code_make(s->row.code, random);
	}
	set_station(s, key);
	s->row.created_s = now->wall_s;
	s->seen_ns = now->boot_ns;
	mark_dirty(b, s, now);
	TAILQ_INSERT_TAIL(&b->sessions, s, list);
	b->unpaid_sessions++;
	return s;
}

/* Put a session's row into the open batch. */
bool ts_session_write(struct ts_billing *b, struct ts_billing_session *s)
{
	if (!ts_batch(b))
		return false;
	ts_batch_check(b, s->row.id ?
		       ts_ledger_session_update(b->ledger, &s->row) :
		       ts_ledger_session_insert(b->ledger, &s->row));
	s->dirty = false;
	return !b->broken;
}

/* Those that waited for company. */
void ts_session_write_all(struct ts_billing *b)
{
	struct ts_billing_session *s;

	b->lazy_ns = UINT64_MAX;
	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->dirty && !ts_session_write(b, s))
			return;
}

/* Forget a session in memory; its account must be gone. */
void ts_session_free(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_payment *p;

	while ((p = TAILQ_FIRST(&s->payments))) {
		TAILQ_REMOVE(&s->payments, p, list);
		free(p);
	}
	TAILQ_REMOVE(&b->sessions, s, list);
	free(s);
}

/*
 * Make room for a station: the unpaid session that was asked for least lately
 * goes, and its row serves the new one, so that strangers cannot grow the file.
 */
static struct ts_billing_session *evict(struct ts_billing *b)
{
	struct ts_billing_session *s, *oldest = NULL;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (ts_session_unpaid(s) && !s->closing &&
		    (!oldest || s->seen_ns < oldest->seen_ns))
			oldest = s;
	return oldest;
}

static struct ts_billing_session *station_new(struct ts_billing *b,
					      const struct ts_key *key,
					      const struct ts_time *now)
{
	struct ts_billing_session *old = NULL, *s;

	if (b->unpaid_sessions >= b->config.unpaid_sessions_max) {
		old = evict(b);
		if (!old) {
			ts_billing_fail(b, -ENOSPC,
				"too many stations that have not paid; try again later");
			return NULL;
		}
	}
	s = ts_session_new(b, NULL, key, now);
	if (s && old) {
		s->row.id = old->row.id;
		b->unpaid_sessions--;
		ts_session_free(b, old);
	}
	return s;
}

int ts_billing_station(struct ts_billing *b, const struct ts_key *key,
		       const struct ts_time *now, char code[TS_CODE_SIZE])
{
	struct ts_billing_session *s = ts_session_by_key(b, key);

	if (!s)
		s = station_new(b, key, now);
	if (!s)
		return -ENOSPC;
	s->seen_ns = now->boot_ns;
	memcpy(code, s->row.code, TS_CODE_SIZE);
	return 0;
}

int ts_billing_station_find(struct ts_billing *b, const struct ts_key *key,
			    char code[TS_CODE_SIZE])
{
	const struct ts_billing_session *s = ts_session_by_key(b, key);

	if (!s)
		return ts_billing_fail(b, -ENOENT,
				       "this station has no session yet");
	memcpy(code, s->row.code, TS_CODE_SIZE);
	return 0;
}

int ts_billing_station_gone(struct ts_billing *b, const struct ts_key *key,
			    const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_key(b, key);

	if (!s)
		return ts_billing_fail(b, -ENOENT,
				       "this station has no session");
	if (s->account && s->account->row.state == TS_ACCOUNT_OPEN)
		ts_account_give_back(b, s->account, now);
	return 0;
}

/* The session's account closes; it gets another where its station is then. */
static void leave_station(struct ts_billing *b, struct ts_billing_session *s,
			  const struct ts_key *key, const struct ts_time *now)
{
	if (s->account)
		ts_account_end(b, s->account);
	set_station(s, key);
	s->changed = true;
	mark_dirty(b, s, now);
}

int ts_billing_session_move(struct ts_billing *b, const char *code,
			    const struct ts_key *key, const struct ts_time *now)
{
	struct ts_billing_session *s, *other = ts_session_by_key(b, key);

	s = ts_code_valid(code) ? ts_session_by_code(b, code) : NULL;
	if (!s || s->closing)
		return ts_billing_fail(b, -ENOENT, "there is no session %.20s here",
				       code);
	s->seen_ns = now->boot_ns;
	if (other == s)
		return 0;
	if (other)
		leave_station(b, other, NULL, now);
	leave_station(b, s, key, now);
	ts_account_serve(b, s, now);
	return 0;
}

int ts_billing_session_close(struct ts_billing *b, const char *code,
			     const struct ts_time *now)
{
	struct ts_billing_session *s;

	s = ts_code_valid(code) ? ts_session_by_code(b, code) : NULL;
	if (!s || s->closing)
		return ts_billing_fail(b, -ENOENT, "there is no session %.20s here",
				       code);
	if (b->read_only[0])
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	s->closing = true;
	s->changed = true;
	if (s->account)
		ts_account_end(b, s->account);
	else
		ts_session_finish(b, s, now);
	return 0;
}

/* What can still be reserved of a payment. */
ts_u128 ts_payment_available_wei(const struct ts_billing_payment *p)
{
	return p->row.delta_wei - p->row.spent_wei - p->held_wei;
}

/* Whole units; the rest of each payment that is less than one buys nothing. */
bool ts_session_is_spent(const struct ts_billing_session *s, int unit_shift)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (ts_units_of_wei(ts_payment_available_wei(p), unit_shift))
			return false;
	return true;
}

/* A payment of which nothing can be spent any more; its row says so. */
void ts_session_drop_payment(struct ts_billing_session *s,
			     struct ts_billing_payment *p)
{
	s->live_wei -= p->row.delta_wei;
	s->row.done_wei += p->row.delta_wei;
	s->dirty = true;
	TAILQ_REMOVE(&s->payments, p, list);
	free(p);
}

/**
 * ts_session_finish() - the last of a session that logs out
 * @b: billing
 * @s: closing, and without an account
 * @now: the time
 *
 * Its payments are detached: what is unspent of them belongs to their wallets.
 */
void ts_session_finish(struct ts_billing *b, struct ts_billing_session *s,
		       const struct ts_time *now)
{
	struct ts_billing_payment *p;

	if (ts_session_unpaid(s) && b->unpaid_sessions)
		b->unpaid_sessions--;
	if (!ts_batch(b))
		return;
	while ((p = TAILQ_FIRST(&s->payments))) {
		p->row.live = false;
		ts_batch_check(b, ts_ledger_payment_update(b->ledger, &p->row));
		ts_session_drop_payment(s, p);
	}
	s->row.closed = true;
	s->row.closed_s = ts_wall_floor(b, now);
	ts_session_write(b, s);
	b->urgent = true;
	s->closing = true;
	s->changed = true;
}
