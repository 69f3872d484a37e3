// SPDX-License-Identifier: GPL-2.0
/*
 * session.c - sessions: their codes, and the stations that they are at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/home.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tag.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

struct ts_billing_session *ts_session_by_code(struct ts_billing *b,
					      const char *code)
{
	struct ts_table_node *n;
	struct ts_billing_session *s;

	for (n = ts_table_first(&b->session_by_code, code, TS_CODE_CHARS); n;
	     n = ts_table_next(n)) {
		s = ts_table_entry(n, struct ts_billing_session, by_code);
		if (!memcmp(s->row.code, code, TS_CODE_CHARS))
			return s;
	}
	return NULL;
}

/* A station's name in the table, without the padding of a struct. */
struct station_name {
	uint8_t b[12];
};

static struct station_name station_name(const uint8_t mac[6], uint16_t vlan,
					uint32_t zone)
{
	struct station_name name;

	memcpy(name.b, mac, 6);
	memcpy(name.b + 6, &vlan, sizeof(vlan));
	memcpy(name.b + 8, &zone, sizeof(zone));
	return name;
}

struct ts_billing_session *ts_session_by_key(struct ts_billing *b,
					     const struct ts_key *key)
{
	struct station_name name = station_name(key->mac, key->vlan, key->zone);
	struct ts_table_node *n;
	struct ts_billing_session *s;

	for (n = ts_table_first(&b->session_by_station, &name, sizeof(name)); n;
	     n = ts_table_next(n)) {
		s = ts_table_entry(n, struct ts_billing_session, by_station);
		if (!s->closing &&
		    !memcmp(s->row.mac, key->mac, sizeof(key->mac)) &&
		    s->row.vlan == key->vlan && s->row.zone == key->zone)
			return s;
	}
	return NULL;
}

/** ts_session_of_row() - one that is in memory, by its number; NULL: none */
struct ts_billing_session *ts_session_of_row(struct ts_billing *b, int64_t row)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		if (row && s->row.id == row)
			return s;
	return NULL;
}

static void add_station(struct ts_billing *b, struct ts_billing_session *s)
{
	struct station_name name = station_name(s->row.mac, s->row.vlan,
						s->row.zone);

	if (s->row.has_station)
		ts_table_add(&b->session_by_station, &s->by_station, &name,
			     sizeof(name));
}

static void set_station(struct ts_billing *b, struct ts_billing_session *s,
			const struct ts_key *key)
{
	static const struct ts_key none;

	ts_table_remove(&b->session_by_station, &s->by_station);
	s->row.has_station = key;
	if (!key)
		key = &none;
	memcpy(s->row.mac, key->mac, sizeof(s->row.mac));
	s->row.vlan = key->vlan;
	s->row.zone = key->zone;
	add_station(b, s);
}

/* @s->row goes with the next commit. */
void ts_session_dirty(struct ts_billing *b, struct ts_billing_session *s)
{
	if (s->dirty)
		return;
	s->dirty = true;
	TAILQ_INSERT_TAIL(&b->to_write, s, write);
}

static void mark_dirty(struct ts_billing *b, struct ts_billing_session *s,
		       const struct ts_time *now)
{
	uint64_t due = now->boot_ns + b->config.session_write_ms * TS_NS_PER_MS;

	ts_session_dirty(b, s);
	if (due < b->lazy_ns)
		b->lazy_ns = due;
}

/* Its view differs from before: said after the commit. */
void ts_session_changed(struct ts_billing *b, struct ts_billing_session *s)
{
	if (s->told)
		return;
	s->told = true;
	TAILQ_INSERT_TAIL(&b->news, s, news);
}

void ts_session_notify(struct ts_billing *b, struct ts_billing_session *s,
		       enum ts_notice notice)
{
	s->notices |= 1u << notice;
	ts_session_changed(b, s);
}

/* Into the lists and tables; @s->row is filled in. */
void ts_session_add(struct ts_billing *b, struct ts_billing_session *s)
{
	TAILQ_INIT(&s->payments);
	s->tag = ts_tag_make(b, s->row.code);
	TAILQ_INSERT_TAIL(&b->sessions, s, list);
	ts_table_add(&b->session_by_code, &s->by_code, s->row.code,
		     TS_CODE_CHARS);
	add_station(b, s);
	if (s->row.paid)
		return;
	s->is_unpaid = true;
	TAILQ_INSERT_TAIL(&b->unpaid, s, unpaid);
	b->unpaid_sessions++;
}

static void leave_unpaid(struct ts_billing *b, struct ts_billing_session *s)
{
	if (!s->is_unpaid)
		return;
	s->is_unpaid = false;
	TAILQ_REMOVE(&b->unpaid, s, unpaid);
	b->unpaid_sessions--;
}

/* From now on its row is history, which no stranger takes the place of. */
void ts_session_paid(struct ts_billing *b, struct ts_billing_session *s)
{
	leave_unpaid(b, s);
	if (s->row.paid)
		return;
	s->row.paid = true;
	ts_session_dirty(b, s);
}

/* A sign of life of its station, or of whoever holds its code. */
void ts_session_seen(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now)
{
	uint64_t age_s = ts_age_s(b, now);

	ts_idle_seen(b, s, age_s);
	if (!s->is_unpaid)
		return;
	TAILQ_REMOVE(&b->unpaid, s, unpaid);
	TAILQ_INSERT_TAIL(&b->unpaid, s, unpaid);
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
	if (code) {
		memcpy(s->row.code, code, TS_CODE_CHARS);
	} else {
		b->effects.random(b->effects.ctx, random, sizeof(random));
		ts_code_make(s->row.code, random);
	}
	s->row.created_s = now->wall_s;
	ts_session_add(b, s);
	set_station(b, s, key);
	ts_session_seen(b, s, now);
	mark_dirty(b, s, now);
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
	if (s->dirty)
		TAILQ_REMOVE(&b->to_write, s, write);
	s->dirty = false;
	s->written_s = s->row.seen_s;
	return !b->broken;
}

/* Those that waited for company. */
void ts_session_write_all(struct ts_billing *b)
{
	struct ts_billing_session *s;

	b->lazy_ns = UINT64_MAX;
	while ((s = TAILQ_FIRST(&b->to_write)))
		if (!ts_session_write(b, s))
			return;
}

/* Forget a session in memory; its account must be gone. */
void ts_session_free(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_payment *p;

	while ((p = TAILQ_FIRST(&s->payments))) {
		ts_sponsor_forget(b, p);
		TAILQ_REMOVE(&s->payments, p, list);
		free(p);
	}
	leave_unpaid(b, s);
	if (s->dirty)
		TAILQ_REMOVE(&b->to_write, s, write);
	if (s->told)
		TAILQ_REMOVE(&b->news, s, news);
	ts_table_remove(&b->session_by_code, &s->by_code);
	ts_table_remove(&b->session_by_station, &s->by_station);
	TAILQ_REMOVE(&b->sessions, s, list);
	free(s->attach);
	free(s->claim);
	free(s);
}

/*
 * Where there is no room the unpaid session that was asked for least lately
 * goes, and its row serves the new one, so that strangers cannot grow the file.
 */
static struct ts_billing_session *station_new(struct ts_billing *b,
					      const struct ts_key *key,
					      const struct ts_time *now)
{
	struct ts_billing_session *old = NULL, *s;

	if (b->unpaid_sessions >= b->config.unpaid_sessions_max) {
		old = TAILQ_FIRST(&b->unpaid);
		if (!old) {
			ts_billing_fail(b, -ENOSPC,
				"too many stations that have not paid; try again later");
			return NULL;
		}
	}
	s = ts_session_new(b, NULL, key, now);
	if (s && old) {
		s->row.id = old->row.id;
		ts_session_free(b, old);
	}
	return s;
}

/**
 * ts_session_of_station() - the session of a station that is here; made if new
 *
 * It may have been away.  Return: NULL: no room, the error is noted.
 */
struct ts_billing_session *ts_session_of_station(struct ts_billing *b,
						 const struct ts_key *key,
						 const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_key(b, key);

	if (!s)
		return station_new(b, key, now);
	ts_session_seen(b, s, now);
	ts_idle_wake(b, s, now);
	return s;
}

int ts_billing_station(struct ts_billing *b, const struct ts_key *key,
		       const struct ts_time *now, char code[TS_CODE_SIZE])
{
	struct ts_billing_session *s = ts_session_of_station(b, key, now);

	if (!s)
		return -ENOSPC;
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
void ts_session_leave(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_key *key, const struct ts_time *now)
{
	if (s->account)
		ts_account_end(b, s->account);
	set_station(b, s, key);
	ts_session_changed(b, s);
	mark_dirty(b, s, now);
}

/* The session with a code, which has not ended; NULL: there is none, and the error says so. */
static struct ts_billing_session *named(struct ts_billing *b, const char *code)
{
	struct ts_billing_session *s;

	s = ts_code_valid(code) ? ts_session_by_code(b, code) : NULL;
	if (s && !s->closing)
		return s;
	ts_billing_fail(b, -ENOENT, "there is no session %.20s here", code);
	return NULL;
}

int ts_billing_session_move(struct ts_billing *b, const char *code,
			    const struct ts_key *key, const struct ts_time *now)
{
	struct ts_billing_session *s, *other = ts_session_by_key(b, key);

	s = named(b, code);
	if (!s)
		return -ENOENT;
	ts_session_seen(b, s, now);
	s->away = false;
	if (other == s) {
		ts_account_serve(b, s, now);
		return 0;
	}
	if (other)
		ts_session_leave(b, other, NULL, now);
	ts_session_leave(b, s, key, now);
	ts_account_serve(b, s, now);
	return 0;
}

/* More than a rest, in its pool or in the kernel.  What is lent its station is not its own. */
static bool is_worth_something(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_account *a = s->account;

	if (!a || TAILQ_EMPTY(&s->payments))
		return ts_session_holds(s);
	if (a->in_kernel)
		ts_account_read(b, a);
	return !ts_account_is_empty(b, a) ||
	       ts_account_unspent(a) >= (uint64_t)TS_REST_BYTES *
					ts_tariff_dearest(&a->tariff->row);
}

int ts_billing_session_bind(struct ts_billing *b, const char *code,
			    const struct ts_key *key, const struct ts_time *now)
{
	struct ts_billing_session *s, *other = ts_session_by_key(b, key);

	s = named(b, code);
	if (!s)
		return -ENOENT;
	if (b->read_only[0])
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	if (ts_visit_find(b, code))
		return ts_billing_fail(b, -EBUSY,
			"this is a guest of another box; its wallet signs an order for the other station");
	if (s->attach || s->claim)
		return ts_billing_fail(b, -EBUSY,
			"what was paid for this session is on its way elsewhere; try again in a moment");
	if (other && other != s && is_worth_something(b, other))
		return ts_billing_fail(b, -EEXIST,
			"this station spends session %s, which is worth something; close or attach that first",
			other->row.code);
	return ts_billing_session_move(b, code, key, now);
}

int ts_billing_session_close(struct ts_billing *b, const char *code,
			     const struct ts_time *now)
{
	struct ts_billing_session *s;

	s = named(b, code);
	if (!s)
		return -ENOENT;
	if (b->read_only[0])
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	if (ts_visit_leave(b, s, now))
		return 0;
	s->closing = true;
	b->urgent = true;
	ts_session_changed(b, s);
	ts_sponsors_release(b, s);
	if (s->account)
		ts_account_end(b, s->account);
	else if (!ts_session_is_lent(s))
		ts_session_finish(b, s, now);
	return 0;
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

	leave_unpaid(b, s);
	ts_attach_refuse(b, s);
	ts_claim_refuse(b, s);
	if (!ts_batch(b))
		return;
	while ((p = TAILQ_FIRST(&s->payments))) {
		p->row.live = false;
		ts_payment_write(b, p);
		ts_session_drop_payment(b, s, p);
	}
	s->row.closed = true;
	s->row.closed_s = ts_wall_floor(b, now);
	ts_session_write(b, s);
	b->urgent = true;
	s->closing = true;
	ts_session_changed(b, s);
}
