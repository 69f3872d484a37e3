// SPDX-License-Identifier: GPL-2.0
/*
 * attach.c - a wallet takes its value along to another station (M6, M15).
 *
 * The nonce is the time it was given at and a MAC over that and the station,
 * under a secret of this process: it binds the attach to one station, costs no
 * memory until it is used, and none of another life of the process is good.  So
 * which ones were used need not be on the disk.
 */
#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "photon/attach.h"

#define NONCE_S		60
#define MAC_BYTES	(TS_HASH_BYTES - sizeof(uint64_t))

/**
 * struct ts_billing_attach - an attach that waits for an account to be settled
 * @reply: who is told
 * @station: that gets the value
 * @wallet: that signed
 * @token: in which its payments are meant
 * @limit_wei: no more than this
 */
struct ts_billing_attach {
	uint64_t reply;
	struct ts_key station;
	struct ts_address wallet;
	struct ts_address token;
	ts_u128 limit_wei;
};

static void nonce_make(const struct ts_billing *b, uint64_t given_ns,
		       const struct ts_key *key, struct ts_hash *nonce)
{
	uint64_t be = htobe64(given_ns);
	uint8_t text[8 + 6 + 2 + 4];

	memcpy(text, &be, 8);
	memcpy(text + 8, key->mac, 6);
	memcpy(text + 14, &key->vlan, 2);
	memcpy(text + 16, &key->zone, 4);
	memcpy(nonce->b, &be, sizeof(be));
	crypto_generichash(nonce->b + sizeof(be), MAC_BYTES, text, sizeof(text),
			   b->nonce_secret, sizeof(b->nonce_secret));
}

void ts_billing_nonce(struct ts_billing *b, const struct ts_key *key,
		      const struct ts_time *now, struct ts_billing_nonce *out)
{
	/* No two are given at the same time. */
	b->nonce_ns = now->boot_ns > b->nonce_ns ? now->boot_ns : b->nonce_ns + 1;
	nonce_make(b, b->nonce_ns, key, &out->nonce);
	out->clock_s = now->boot_ns / TS_NS_PER_S;
	out->expires_s = out->clock_s + NONCE_S;
}

static bool is_young(uint64_t given_ns, const struct ts_time *now)
{
	return now->boot_ns < given_ns ||
	       now->boot_ns - given_ns < NONCE_S * TS_NS_PER_S;
}

/* 0: ours, of this station, and young; the time it was given at. */
static int nonce_check(const struct ts_billing *b, const struct ts_hash *nonce,
		       const struct ts_key *key, const struct ts_time *now,
		       uint64_t *given_ns)
{
	struct ts_hash want;
	uint64_t be;

	memcpy(&be, nonce->b, sizeof(be));
	*given_ns = be64toh(be);
	nonce_make(b, *given_ns, key, &want);
	if (sodium_memcmp(want.b, nonce->b, TS_HASH_BYTES))
		return -EINVAL;
	return is_young(*given_ns, now) ? 0 : -ETIME;
}

/* Use up a nonce; -EBUSY: as many as are remembered were used just now. */
static int nonce_use(struct ts_billing *b, uint64_t given_ns,
		     const struct ts_time *now)
{
	uint64_t *place = NULL;
	unsigned int i;

	for (i = 0; i < TS_ATTACHES_MAX; i++) {
		if (b->used_ns[i] == given_ns)
			return -EEXIST;
		if (!b->used_ns[i] || !is_young(b->used_ns[i], now))
			place = &b->used_ns[i];
	}
	if (!place)
		return -EBUSY;
	*place = given_ns;
	return 0;
}

static bool is_of(const struct ts_billing_payment *p,
		  const struct ts_address *wallet, const struct ts_address *token)
{
	return p->channel && ts_address_equal(&p->row.wallet, wallet) &&
	       ts_address_equal(&p->channel->row.channel.token, token);
}

static bool has_paid(const struct ts_billing_session *s,
		     const struct ts_address *wallet,
		     const struct ts_address *token)
{
	const struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list)
		if (is_of(p, wallet, token))
			return true;
	return false;
}

/* What the account at the old station has of a wallet's. */
static bool is_serving(const struct ts_billing_account *a,
		       const struct ts_billing_attach *attach)
{
	const struct ts_billing_reservation *r;

	TAILQ_FOREACH(r, &a->reservations, list)
		if (is_of(r->payment, &attach->wallet, &attach->token))
			return true;
	return false;
}

/**
 * ts_attach_cheap_fault() - what can be said before a signature is looked at (M9)
 * @b: billing
 * @attach: an attach or a refund
 * @key: the station that asks
 * @now: the time
 * @given_ns: which nonce it is, for ts_attach_use_fault()
 *
 * Return: NULL, or why it is refused.
 */
const struct ts_refused *ts_attach_cheap_fault(struct ts_billing *b,
					       const struct ts_attach *attach,
					       const struct ts_key *key,
					       const struct ts_time *now,
					       uint64_t *given_ns)
{
	static const struct ts_refused
	box = { TS_REFUSE_FORBIDDEN, "wrong_box",
		"this was signed for another box", NULL },
	chain = { TS_REFUSE_FORBIDDEN, "wrong_chain",
		  "this was signed for another chain", NULL },
	nonce = { TS_REFUSE_FORBIDDEN, "bad_nonce",
		  "the nonce is not one that this box gave to this station; ask for one and sign again", NULL },
	expired = { TS_REFUSE_FORBIDDEN, "attach_expired",
		    "this is too old; ask for a new nonce and sign again", NULL };

	if (!ts_address_equal(&attach->box, &b->config.our_address))
		return &box;
	if (ts_u256_cmp(&attach->chain_id, &b->config.chain_id))
		return &chain;
	switch (nonce_check(b, &attach->nonce, key, now, given_ns)) {
	case 0:
		break;
	case -ETIME:
		return &expired;
	default:
		return &nonce;
	}
	return attach->expiry_s <= now->boot_ns / TS_NS_PER_S ? &expired : NULL;
}

/* The session and the signer's right to what is in it. */
static const struct ts_refused *deep_fault(struct ts_billing *b,
					   struct ts_billing_session *s,
					   const uint8_t *bytes,
					   const struct ts_address *token,
					   struct ts_address *wallet)
{
	static const struct ts_refused
	unknown = { TS_REFUSE_UNKNOWN, "unknown_session",
		    "there is no session with this code here", NULL },
	busy = { TS_REFUSE_BUSY, "busy",
		 "another attach is under way; send a new one in a moment", NULL },
	payer = { TS_REFUSE_FORBIDDEN, "not_a_payer",
		  "the wallet that signed has nothing left in this session, in the token that it named", NULL };

	if (!s || s->closing)
		return &unknown;
	if (s->attach || b->n_attaches == TS_ATTACHES_MAX)
		return &busy;
	if (ts_attach_recover(bytes, wallet) || !has_paid(s, wallet, token))
		return &payer;
	return NULL;
}

/* Use up a nonce; NULL, or why it cannot be. */
const struct ts_refused *ts_attach_use_fault(struct ts_billing *b,
					     uint64_t given_ns,
					     const struct ts_time *now)
{
	static const struct ts_refused
	used = { TS_REFUSE_FORBIDDEN, "nonce_used",
		 "this was accepted once; ask for a new nonce and sign again", NULL },
	busy = { TS_REFUSE_BUSY, "busy",
		 "too many attaches at once; send a new one in a moment", NULL };
	int err = nonce_use(b, given_ns, now);

	return err == -EEXIST ? &used : err ? &busy : NULL;
}

void ts_billing_attach(struct ts_billing *b, const struct ts_key *key,
		       const void *bytes, size_t len, uint64_t reply,
		       const struct ts_time *now)
{
	static const struct ts_refused
	bad = { TS_REFUSE_INVALID, "bad_attach",
		"this is no signed attach; see the architecture, section 4", NULL },
	read_only = { TS_REFUSE_READ_ONLY, "read_only",
		      "the box cannot store anything now; its operator must act", NULL },
	room = { TS_REFUSE_BUSY, "too_many_sessions",
		 "too many stations; try again in a minute", NULL };
	struct ts_billing_session *from = NULL;
	struct ts_billing_attach pending = { .reply = reply, .station = *key };
	const struct ts_refused *why;
	struct ts_attach attach;
	uint64_t given_ns = 0;
	bool is_lent;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (ts_attach_decode(&attach, bytes, len))
		why = &bad;
	else
		why = ts_attach_cheap_fault(b, &attach, key, now, &given_ns);
	if (!why) {
		from = ts_session_by_code(b, attach.code);
		why = deep_fault(b, from, bytes, &attach.token,
				 &pending.wallet);
	}
	if (!why)
		why = ts_attach_use_fault(b, given_ns, now);
	if (!why && !ts_batch(b))
		why = &read_only;
	if (!why && !ts_session_of_station(b, key, now))
		why = &room;
	if (!why) {
		from->attach = malloc(sizeof(*from->attach));
		if (!from->attach)
			why = &room;
	}
	if (why) {
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
		return;
	}
	pending.token = attach.token;
	pending.limit_wei = attach.limit_wei;
	*from->attach = pending;
	b->n_attaches++;
	b->urgent = true;
	/* Who shares the session is not disturbed by somebody's unused value. */
	is_lent = ts_session_is_lent(from);
	ts_sponsors_release(b, from);
	if (from->account && (is_lent || is_serving(from->account, &pending)))
		ts_account_end(b, from->account);
	else if (!is_lent)
		ts_attach_finish(b, from, now);
}

static void take_attach(struct ts_billing *b, struct ts_billing_session *s,
			struct ts_billing_attach *out)
{
	*out = *s->attach;
	free(s->attach);
	s->attach = NULL;
	b->n_attaches--;
}

/** ts_attach_refuse() - the attach that waits, if one does, cannot be done */
void ts_attach_refuse(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_attach attach;

	if (!s->attach)
		return;
	take_attach(b, s, &attach);
	ts_reply_refuse(b, attach.reply, TS_REFUSE_BUSY, "busy",
			"the session is being closed; ask again");
}

static void move(struct ts_billing *b, struct ts_billing_session *from,
		 struct ts_billing_session *to, struct ts_billing_payment *p,
		 ts_u128 allowed_wei)
{
	ts_u128 gone = p->row.spent_wei + p->row.refunded_wei;

	p->row.max_wei = allowed_wei < p->row.delta_wei - gone ?
			 gone + allowed_wei : TS_U128_MAX;
	if (from != to) {
		TAILQ_REMOVE(&from->payments, p, list);
		ts_session_add_done(from, &p->channel->row.channel.token,
				    p->row.spent_wei);
		p->row.session = to->row.id;
		ts_session_insert(to, p);
		ts_session_dirty(b, from);
	}
	ts_batch_check(b, ts_ledger_payment_update(b->ledger, &p->row));
}

/**
 * ts_attach_finish() - nothing of the wallet's is in the kernel: its value goes
 * @b: billing
 * @s: the session it was paid into
 * @now: the time
 *
 * All in the open batch; the answer leaves after its commit.
 */
void ts_attach_finish(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now)
{
	struct ts_billing_payment *p, *next;
	struct ts_billing_attach attach;
	struct ts_billing_session *to;
	ts_u128 left, allowed;

	to = b->read_only[0] ? NULL :
	     ts_session_of_station(b, &s->attach->station, now);
	if (!to || !ts_batch(b) || (!to->row.id && !ts_session_write(b, to))) {
		ts_attach_refuse(b, s);
		return;
	}
	take_attach(b, s, &attach);
	ts_session_paid(b, to);
	for (p = TAILQ_FIRST(&s->payments); p && attach.limit_wei; p = next) {
		next = TAILQ_NEXT(p, list);
		if (!is_of(p, &attach.wallet, &attach.token))
			continue;
		left = p->row.delta_wei - p->row.spent_wei -
		       p->row.refunded_wei;
		allowed = left < attach.limit_wei ? left : attach.limit_wei;
		if (attach.limit_wei != TS_U128_MAX)
			attach.limit_wei -= allowed;
		move(b, s, to, p, allowed);
	}
	to->resting = false;
	ts_session_notify(b, to, TS_NOTICE_PAID);
	ts_session_changed(b, s);
	memcpy(ts_reply(b, attach.reply)->attached, to->row.code, TS_CODE_SIZE);
	b->urgent = true;
	ts_account_serve(b, to, now);
}
