// SPDX-License-Identifier: GPL-2.0
/*
 * idle.c - stations that are silent: their accounts end, their value stays, and
 * what holds none is forgotten.
 *
 * How long a session has not seen its station is told in the box's age: the
 * seconds that it was up, over all its boots.  A restart goes on with it, and a
 * reboot with what was last written of it; so the clock stands still at worst,
 * and neither a missing date nor a wrong one can end anything (M12).
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"

/* The kernel's time of the last frame is accurate to a second. */
#define SLACK_MS	2000
/* The disk may be behind by one part in so many of the retention. */
#define WRITE_PARTS	16

#define S_PER_DAY	86400

/* The ledger's settings are numbers, so a boot is known by a digest. */
static uint64_t boot_number(const struct ts_billing *b)
{
	uint8_t digest[crypto_generichash_BYTES_MIN];
	uint64_t number;

	crypto_generichash(digest, sizeof(digest),
			   (const uint8_t *)b->config.boot_id,
			   TS_BOOT_ID_SIZE - 1, NULL, 0);
	memcpy(&number, digest, sizeof(number));
	return number >> 1;
}

/* How long the box has been up, over all its boots. */
uint64_t ts_age_s(const struct ts_billing *b, const struct ts_time *now)
{
	return b->age_base_s + now->boot_ns / TS_NS_PER_S;
}

static int get(struct ts_billing *b, const char *key, uint64_t *value)
{
	int err = ts_ledger_meta_get(b->ledger, key, value);

	if (err != -ENOENT)
		return err;
	*value = 0;
	return 0;
}

/**
 * ts_age_load() - go on with the age
 * @b: billing, its sessions loaded
 * @now: the time
 *
 * In another boot it goes on where it was last written, by itself or with a
 * session.
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_age_load(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t boot = 0, base_s = 0, age_s = 0;
	struct ts_billing_session *s;
	int err;

	err = get(b, "age_boot", &boot);
	if (!err)
		err = get(b, "age_base_s", &base_s);
	if (!err)
		err = get(b, "age_s", &age_s);
	if (err)
		return ts_billing_fail(b, err, "%s", ts_ledger_error(b->ledger));
	if (boot == boot_number(b)) {
		b->age_base_s = base_s;
		return 0;
	}
	TAILQ_FOREACH(s, &b->sessions, list)
		if (s->row.seen_s > age_s)
			age_s = s->row.seen_s;
	b->age_base_s = age_s;
	/* A ledger from before: as if all had just been seen. */
	TAILQ_FOREACH(s, &b->sessions, list)
		if (!boot)
			ts_session_seen(b, s, now);
	if (!ts_batch(b))
		return 0;
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, "age_boot",
					     boot_number(b)));
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, "age_base_s", age_s));
	return 0;
}

/* Into the open batch. */
void ts_age_write(struct ts_billing *b, const struct ts_time *now)
{
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, "age_s",
					     ts_age_s(b, now)));
}

/**
 * ts_idle_seen() - a sign of life, at an age of the box
 * @b: billing
 * @s: the session
 * @age_s: when
 *
 * The disk hears of it so seldom that it wears nothing out, and so often that a
 * power cut makes little difference.
 */
void ts_idle_seen(struct ts_billing *b, struct ts_billing_session *s,
		  uint64_t age_s)
{
	if (age_s <= s->row.seen_s)
		return;
	s->row.seen_s = age_s;
	if (age_s - s->written_s > b->config.station_retention_s / WRITE_PARTS)
		ts_session_dirty(b, s);
}

/**
 * ts_idle_account() - what the kernel says of a station's last frame
 * @b: billing
 * @a: its account, open
 * @idle_ms: since its last frame, or since it was made
 * @now: the time
 *
 * After session_idle_s the account ends; its value stays with the session's
 * code.
 */
void ts_idle_account(struct ts_billing *b, struct ts_billing_account *a,
		     uint64_t idle_ms, const struct ts_time *now)
{
	struct ts_billing_session *s = a->session;
	uint64_t made_ms = (now->boot_ns - a->made_ns) / TS_NS_PER_MS;
	uint64_t age_s = ts_age_s(b, now), idle_s = idle_ms / 1000;

	if (idle_ms + SLACK_MS < made_ms && idle_s < age_s)
		ts_idle_seen(b, s, age_s - idle_s);
	if (idle_s < b->config.session_idle_s)
		return;
	ts_account_end(b, a);
	if (a->row.state == TS_ACCOUNT_OPEN)
		return;		/* read-only: not now */
	s->away = true;
	ts_session_dirty(b, s);
	ts_billing_say(b, LOG_INFO, "session %s: its station was silent for %llu s; the account ends, the value stays",
		       s->row.code, (unsigned long long)idle_s);
}

/* Whether a session that has no account has been without its station for long. */
bool ts_idle_is_over(const struct ts_billing *b,
		     const struct ts_billing_session *s,
		     const struct ts_time *now)
{
	uint64_t age_s = ts_age_s(b, now);

	return age_s > s->row.seen_s &&
	       age_s - s->row.seen_s >= b->config.session_idle_s;
}

/* Its station is here: what it has is its again, without any action. */
void ts_idle_wake(struct ts_billing *b, struct ts_billing_session *s,
		  const struct ts_time *now)
{
	if (!s->away)
		return;
	s->away = false;
	b->urgent = true;
	ts_account_serve(b, s, now);
}

/** ts_payment_is_more_than_rest() - does it buy more than a rest that is no frame? */
bool ts_payment_is_more_than_rest(const struct ts_billing_payment *p)
{
	const struct ts_ledger_tariff *t = &p->tariff->row;
	ts_u128 left_wei = p->row.delta_wei - p->row.spent_wei - p->row.refunded_wei;

	return ts_units_of_wei(left_wei, t->unit_shift) >
	       (uint64_t)TS_REST_BYTES * ts_tariff_dearest(t);
}

/** ts_session_holds() - is it worth more than rests that buy no frame? */
bool ts_session_holds(const struct ts_billing_session *s)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (ts_payment_is_more_than_rest(p))
			return true;
	return false;
}

/* Its row is deleted, or, where payments and accounts name it, put to rest. */
static void forget(struct ts_billing *b, struct ts_billing_session *s)
{
	if (s->row.paid) {
		s->row.has_station = false;
		s->row.vlan = 0;
		s->row.zone = 0;
		s->row.forgotten = true;
		ts_session_write(b, s);
	} else if (s->row.id) {
		ts_batch_check(b, ts_ledger_session_delete(b->ledger, s->row.id));
	}
	ts_session_free(b, s);
}

/**
 * ts_idle_forget() - sessions that hold nothing, of stations gone long ago
 * @b: billing
 * @now: the time
 *
 * Nothing of value goes with them: the rows stay, rests of payments included,
 * and a later payment with the code finds them again.  The disk may be a part
 * of the retention behind, so that much is waited longer.
 */
void ts_idle_forget(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t wait_s = b->config.station_retention_s;
	uint64_t age_s = ts_age_s(b, now);
	struct ts_billing_session *s, *next;
	unsigned int forgotten = 0;

	wait_s += wait_s / WRITE_PARTS + 1;
	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		if (s->account || s->attach || s->closing || s->told ||
		    age_s < s->row.seen_s + wait_s || ts_session_holds(s) ||
		    ts_session_is_lent(s))
			continue;
		if (!ts_batch(b))
			return;
		forget(b, s);
		forgotten++;
	}
	if (forgotten)
		ts_billing_say(b, LOG_INFO, "%u sessions that hold nothing are forgotten with their stations",
			       forgotten);
}

static uint64_t before(uint64_t now_s, uint64_t wait_s)
{
	return now_s > wait_s ? now_s - wait_s : 0;
}

/**
 * ts_idle_retain() - what the ledger still knows of stations goes, in small steps
 * @b: billing
 * @now: the time
 *
 * By the date where one is known, and by the box's age: a box without a clock forgets, too.
 */
void ts_idle_retain(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t wait_s = b->config.station_retention_s, age_s = ts_age_s(b, now);
	unsigned int forgotten;
	bool due;

	b->retention.before_s = before(b->floor_s, wait_s);
	b->retention.before_age_s = before(age_s, wait_s);
	b->retention.day = age_s / S_PER_DAY;
	if (b->broken || ts_ledger_retention_due(b->ledger, &b->retention, &due) || !due ||
	    !ts_batch(b))
		return;
	ts_batch_check(b, ts_ledger_retain(b->ledger, &b->retention, &forgotten));
	if (!b->broken && forgotten)
		ts_billing_say(b, LOG_INFO, "%u closed sessions forgot their station",
			       forgotten);
}
