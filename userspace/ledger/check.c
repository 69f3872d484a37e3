// SPDX-License-Identifier: GPL-2.0
/*
 * check.c - whether the rows agree with each other.
 *
 * Follows every granted byte back: bytes -> charge -> account -> reservation ->
 * payment -> balance proof, and every sum of architecture section 3.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/mirrored.h"
#include "ledger/reveal.h"
#include "ledger/roam.h"
#include "ledger/share.h"

/**
 * struct table - rows by their number
 * @rows: @count of @size bytes each; the row number is the first int64_t
 */
struct table {
	char *rows;
	size_t count, room, size;
};

/* What the reservations say of a payment. */
struct of_payment {
	struct ts_ledger_payment row;
	const struct ts_address *token;
	ts_u128 held_wei;
	ts_u128 spent_wei;
};

struct of_tariff {
	int64_t row;
	struct ts_address token;
};

/* What the payments say of a channel. */
struct of_channel {
	struct ts_ledger_channel row;
	ts_u128 paid_wei;
	ts_u128 spent_wei;
	ts_u128 refunded_wei;
	ts_u128 roaming_wei;
	ts_u128 payouts_wei;
	struct ts_ledger_payment last;
};

struct of_account {
	struct ts_ledger_account row;
	uint32_t seq;
	uint64_t reserved_units;
	uint64_t returned_units;
	uint64_t used_units;
	uint64_t charged_units;
};

struct check {
	struct ts_ledger *l;
	unsigned int flags;
	void (*fault)(const char *text, void *arg);
	void *arg;
	int faults;
	struct table channels, payments, tariffs;
	struct of_account *account;
	const struct ts_address *account_token;
};

static void fault(struct check *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void fault(struct check *c, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	c->faults++;
	if (c->fault)
		c->fault(text, c->arg);
}

static void note(const char *text, void *arg)
{
	fault(arg, "%s", text);
}

static int append(struct check *c, struct table *t, const void *row)
{
	size_t room = t->room ? t->room * 2 : 64;
	char *rows;

	if (t->count == t->room) {
		rows = realloc(t->rows, room * t->size);
		if (!rows)
			return ts_db_fail(c->l, -ENOMEM, "out of memory");
		t->rows = rows;
		t->room = room;
	}
	memcpy(t->rows + t->count++ * t->size, row, t->size);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void *find(const struct table *t, int64_t id)
{
	return t->count ? bsearch(&id, t->rows, t->count, t->size, by_id) : NULL;
}

static int add_channel(const struct ts_ledger_channel *row, void *arg)
{
	struct of_channel oc = { .row = *row };
	struct check *c = arg;
	static struct ts_life life;

	if (ts_ledger_life_read(c->l, row, &life))
		fault(c, "%s", ts_ledger_error(c->l));
	return append(c, &c->channels, &oc);
}

static bool is_signed(const struct ts_channel *ch, uint64_t nonce,
		      ts_u128 transferred_wei, const struct ts_hash *locksroot,
		      const struct ts_hash *additional_hash,
		      const struct ts_signature *signature,
		      const struct ts_address *by)
{
	struct ts_balance_proof proof = {
		.nonce = nonce,
		.channel_identifier = ch->channel_identifier,
		.open_block_number = ch->open_block_number,
		.transferred_amount = ts_u256_from_u128(transferred_wei),
		.locksroot = *locksroot,
	};
	struct ts_address signer;
	struct ts_hash digest;
	struct ts_form form;

	ts_form_balance_proof(&form, &proof, additional_hash, &ch->chain_id);
	ts_form_digest(&form, &digest);
	return !ts_signature_recover(signature, &digest, &signer) &&
	       ts_address_equal(&signer, by);
}

static void check_signer(struct check *c, const struct ts_channel *ch,
			 const struct ts_ledger_payment *p)
{
	if (!is_signed(ch, p->nonce, p->cumulative_wei, &p->locksroot,
		       &p->message_hash, &p->signature, &ch->partner_address))
		fault(c, "payment %" PRId64 ": the channel's partner did not sign its proof",
		      p->id);
}

/* Only what came here: an imported proof is somebody else's word. */
static void check_proof_signer(struct check *c, const struct of_channel *oc)
{
	const struct ts_channel *ch = &oc->row.channel;
	const struct ts_channel_proof *p = &ch->partner_proof;

	if (!oc->last.id && !oc->row.has_life)
		return;
	if (p->nonce &&
	    !is_signed(ch, p->nonce, p->transferred_wei, &p->locksroot,
		       &p->additional_hash, &p->signature, &ch->partner_address))
		fault(c, "channel %" PRId64 ": its partner did not sign its last proof",
		      oc->row.id);
}

static int add_tariff(const struct ts_ledger_tariff *t, void *arg)
{
	struct of_tariff ot = { .row = t->row, .token = t->token };
	struct check *c = arg;

	return append(c, &c->tariffs, &ot);
}

/* What is paid in one token is spent at prices in that token. */
static void check_token(struct check *c, const struct ts_channel *ch,
			const struct ts_ledger_payment *p)
{
	const struct of_tariff *ot = find(&c->tariffs, p->tariff);

	if (p->tariff && (!ot || !ts_address_equal(&ot->token, &ch->token)))
		fault(c, "payment %" PRId64 ": its tariff is in another token than its channel",
		      p->id);
}

static int add_payment(const struct ts_ledger_payment *p, void *arg)
{
	struct of_payment op = { .row = *p };
	struct check *c = arg;
	struct of_channel *oc = find(&c->channels, p->channel);
	ts_u128 before;

	if (!oc) {
		fault(c, "payment %" PRId64 ": its channel is missing", p->id);
		return append(c, &c->payments, &op);
	}
	before = oc->last.id ? oc->last.cumulative_wei : oc->row.base_wei;
	/* Between two payments there may be proofs that only move locks. */
	if (oc->last.id && p->nonce <= oc->last.nonce)
		fault(c, "payment %" PRId64 ": nonce %" PRIu64 " does not follow %"
		      PRIu64, p->id, p->nonce, oc->last.nonce);
	if (p->cumulative_wei < before ||
	    p->cumulative_wei - before < p->delta_wei)
		fault(c, "payment %" PRId64 ": it added more than its proof says",
		      p->id);
	if (!p->mediated &&
	    !ts_address_equal(&p->wallet, &oc->row.channel.partner_address))
		fault(c, "payment %" PRId64 ": its wallet is not the channel's partner",
		      p->id);
	if (!p->session != !p->tariff)
		fault(c, "payment %" PRId64 ": a session without a tariff, or the other way round",
		      p->id);
	check_token(c, &oc->row.channel, p);
	if (c->flags & TS_LEDGER_CHECK_SIGNATURES)
		check_signer(c, &oc->row.channel, p);
	oc->paid_wei += p->delta_wei;
	oc->spent_wei += p->spent_wei;
	oc->refunded_wei += p->refunded_wei;
	oc->last = *p;
	op.token = &oc->row.channel.token;
	return append(c, &c->payments, &op);
}

static int add_reservation(const struct ts_ledger_reservation *r, void *arg)
{
	struct check *c = arg;
	struct of_account *a = c->account;
	struct of_payment *p = find(&c->payments, r->payment);
	int shift = a->row.unit_shift;

	if (r->seq != ++a->seq)
		fault(c, "account row %" PRId64 ": reservation %u is missing",
		      a->row.row, a->seq);
	if (r->returned_units > r->units ||
	    r->used_units > r->units - r->returned_units)
		fault(c, "account row %" PRId64 " reservation %u: more used and returned than reserved",
		      a->row.row, r->seq);
	a->reserved_units += r->units;
	a->returned_units += r->returned_units;
	a->used_units += r->used_units;
	/* What was given has a check of its own. */
	if (r->gift)
		return 0;
	if (!p) {
		fault(c, "account row %" PRId64 " reservation %u: its payment is missing",
		      a->row.row, r->seq);
		return 0;
	}
	if (!c->account_token || !p->token ||
	    !ts_address_equal(p->token, c->account_token))
		fault(c, "account row %" PRId64 " reservation %u: its payment is in another token than the account's tariff",
		      a->row.row, r->seq);
	/* What an account that is over used of a payment that has moved since
	 * is that account's all the same; what a wallet lends is no session's. */
	if (!r->sponsorship && p->row.session != a->row.session &&
	    a->row.state != TS_ACCOUNT_CLOSED)
		fault(c, "account row %" PRId64 " reservation %u: its payment is attached to another session",
		      a->row.row, r->seq);
	if (a->row.state == TS_ACCOUNT_CLOSED)
		p->spent_wei += ts_wei_of_units(r->used_units, shift);
	else
		p->held_wei += ts_wei_holding_units(r->units - r->returned_units,
						    shift);
	return 0;
}

static int add_charge(const struct ts_ledger_charge *charge, void *arg)
{
	struct check *c = arg;

	c->account->charged_units += charge->units;
	return 0;
}

static void check_account(struct check *c, const struct of_account *a)
{
	const struct ts_ledger_account *row = &a->row;
	uint64_t effective = a->reserved_units - a->returned_units;

	if (row->charged_units > row->granted_units ||
	    row->revoked_units > row->charged_units)
		fault(c, "account row %" PRId64 ": granted, charged and revoked contradict each other",
		      row->row);
	else if (row->granted_units - row->revoked_units > effective &&
		 row->state == TS_ACCOUNT_OPEN)
		fault(c, "account row %" PRId64 ": granted %" PRIu64 ", revoked %"
		      PRIu64 ", but only %" PRIu64 " units are reserved",
		      row->row, row->granted_units, row->revoked_units, effective);
	if (row->granted_units > a->reserved_units)
		fault(c, "account row %" PRId64 ": granted above reserved",
		      row->row);
	if (a->charged_units != row->passed_units)
		fault(c, "account row %" PRId64 ": %" PRIu64 " units passed, the charges explain %"
		      PRIu64, row->row, row->passed_units, a->charged_units);
	if (row->state != TS_ACCOUNT_CLOSED) {
		if (a->used_units)
			fault(c, "account row %" PRId64 ": not closed but settled",
			      row->row);
		return;
	}
	if (row->passed_units + row->unseen_units != a->used_units)
		fault(c, "account row %" PRId64 ": %" PRIu64 " units were consumed, %"
		      PRIu64 " booked", row->row,
		      row->passed_units + row->unseen_units, a->used_units);
}

static int add_account(const struct ts_ledger_account *row, void *arg)
{
	struct of_account a = { .row = *row };
	const struct of_tariff *ot;
	struct check *c = arg;
	int ret;

	ot = find(&c->tariffs, row->tariff);
	c->account = &a;
	c->account_token = ot ? &ot->token : NULL;
	ret = ts_ledger_reservation_load(c->l, row->row, add_reservation, c);
	if (!ret)
		ret = ts_ledger_charge_load(c->l, row->row, add_charge, c);
	if (!ret)
		check_account(c, &a);
	return ret;
}

/* What a wallet bought elsewhere went out by a transfer to the host, not to it. */
static int add_order(const struct ts_ledger_order *o, void *arg)
{
	struct check *c = arg;
	struct of_channel *oc = (void *)c->channels.rows;
	size_t i;

	for (i = 0; i < c->channels.count; i++, oc++) {
		if (!ts_address_equal(&oc->row.channel.partner_address, &o->wallet) ||
		    !ts_address_equal(&oc->row.channel.token, &o->token))
			continue;
		oc->roaming_wei += o->bought_wei - o->returned_wei;
		return 0;
	}
	if (o->bought_wei != o->returned_wei)
		fault(c, "roaming order %s: its wallet has no channel", o->name);
	return 0;
}

/* Of a holder's share, over its channel: its own, in that token, by a proof of ours. */
static int add_payout(const struct ts_ledger_payout *p, void *arg)
{
	struct check *c = arg;
	struct of_channel *oc = p->channel ? find(&c->channels, p->channel) : NULL;

	if (!p->channel)
		return 0;
	if (!oc || !ts_address_equal(&oc->row.channel.partner_address, &p->holder) ||
	    !ts_address_equal(&oc->row.channel.token, &p->token) ||
	    p->nonce > oc->row.channel.our_proof.nonce)
		fault(c, "payout %" PRId64 ": it was not sent over a channel with its holder",
		      p->id);
	else
		oc->payouts_wei += p->wei - p->lost_wei;
	return 0;
}

/*
 * A refund may be of what was paid in a life before (M11), so it is over all of them that
 * no more was refunded, and paid for carrying and of shares, than we have transferred, to
 * it or for it.
 */
static bool was_sent(const struct check *c, const struct of_channel *of)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	ts_u128 booked_wei = 0, sent_wei = 0;
	size_t i;

	if (!of->refunded_wei && !of->row.relay_out_wei && !of->row.shares_out_wei)
		return true;
	for (i = 0; i < c->channels.count; i++, oc++) {
		if (!ts_hash_equal(&oc->row.channel.channel_identifier,
				   &of->row.channel.channel_identifier))
			continue;
		booked_wei += oc->refunded_wei + oc->row.relay_out_wei +
			      oc->row.shares_out_wei;
		sent_wei += oc->row.channel.our_proof.transferred_wei +
			    oc->roaming_wei;
	}
	return booked_wei <= sent_wei;
}

static void check_channels(struct check *c)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	const struct ts_channel_proof *proof;
	size_t i;

	for (i = 0; i < c->channels.count; i++, oc++) {
		proof = &oc->row.channel.partner_proof;
		if (proof->transferred_wei !=
		    oc->row.base_wei + oc->row.relayed_wei + oc->paid_wei)
			fault(c, "channel %" PRId64 ": its last proof and its payments differ",
			      oc->row.id);
		if (oc->row.relay_in_wei > oc->row.relayed_wei ||
		    oc->row.relay_out_wei > oc->row.channel.our_proof.transferred_wei)
			fault(c, "channel %" PRId64 ": more was paid over it for carrying than was transferred",
			      oc->row.id);
		if (oc->row.shares_out_wei != oc->payouts_wei)
			fault(c, "channel %" PRId64 ": what was paid over it of shares and the payouts differ",
			      oc->row.id);
		if (oc->spent_wei != oc->row.spent_wei)
			fault(c, "channel %" PRId64 ": what was spent of it and of its payments differ",
			      oc->row.id);
		if (oc->refunded_wei != oc->row.refunded_wei || !was_sent(c, oc))
			fault(c, "channel %" PRId64 ": what was refunded of it, of its payments and by our transfers differ, or more was paid than sent",
			      oc->row.id);
		if (c->flags & TS_LEDGER_CHECK_SIGNATURES)
			check_proof_signer(c, oc);
		if (oc->last.nonce > proof->nonce)
			fault(c, "channel %" PRId64 ": its last payment is later than its last proof",
			      oc->row.id);
		if (!oc->last.id || oc->last.nonce != proof->nonce)
			continue;
		if (oc->last.cumulative_wei != proof->transferred_wei ||
		    !ts_hash_equal(&oc->last.locksroot, &proof->locksroot) ||
		    !ts_hash_equal(&oc->last.message_hash, &proof->additional_hash) ||
		    memcmp(&oc->last.signature, &proof->signature,
			   sizeof(proof->signature)))
			fault(c, "channel %" PRId64 ": its last payment is not of its last proof",
			      oc->row.id);
	}
}

static void check_payments(struct check *c)
{
	const struct of_payment *p = (const void *)c->payments.rows;
	size_t i;

	for (i = 0; i < c->payments.count; i++, p++) {
		if (p->spent_wei != p->row.spent_wei)
			fault(c, "payment %" PRId64 ": its reservations used another amount than it lost",
			      p->row.id);
		if (p->held_wei + p->spent_wei + p->row.refunded_wei >
		    p->row.delta_wei)
			fault(c, "payment %" PRId64 ": more is reserved, spent and refunded than was paid",
			      p->row.id);
		if (p->held_wei && !p->row.live)
			fault(c, "payment %" PRId64 ": held by an account but marked as done",
			      p->row.id);
	}
}

/**
 * struct of_reveals - those of one channel
 * @c: the check
 * @channel: which
 */
struct of_reveals {
	struct check *c;
	const struct ts_channel *channel;
};

static int check_reveal(const struct ts_ledger_reveal *r, void *arg)
{
	const char *wrong = NULL;
	struct of_reveals *of = arg;

	if (of->c->flags & TS_LEDGER_CHECK_SIGNATURES)
		wrong = ts_ledger_reveal_fault(r, of->channel);
	if (wrong)
		fault(of->c, "payment %" PRId64 ": %s", r->payment, wrong);
	return 0;
}

static int check_reveals(struct check *c)
{
	const struct of_channel *oc = (const void *)c->channels.rows;
	struct of_reveals of = { .c = c };
	int ret = 0;
	size_t i;

	for (i = 0; i < c->channels.count && !ret; i++, oc++) {
		of.channel = &oc->row.channel;
		ret = ts_ledger_reveal_load(c->l, oc->row.id, check_reveal, &of);
	}
	return ret;
}

/* What is kept for others is worth nothing unless the contract takes it. */
static int check_mirrored(const struct ts_delegated *d, void *arg)
{
	char owner[TS_ADDRESS_TEXT_SIZE], partner[TS_ADDRESS_TEXT_SIZE];
	struct check *c = arg;

	if (c->flags & TS_LEDGER_CHECK_SIGNATURES && ts_delegated_fault(d))
		fault(c, "mirrored: the proof of %s for %s is not signed by both",
		      ts_address_print(&d->partner, partner),
		      ts_address_print(&d->owner, owner));
	return 0;
}

/*
 * A payment is nowhere else, so that one is missing would show only when the books
 * of its channel were written since.  A ledger that a new version has just opened
 * does not know the number until its next payment.
 */
static int check_count(struct check *c)
{
	uint64_t count;
	int ret;

	ret = ts_ledger_meta_get(c->l, TS_DB_PAYMENTS, &count);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	if (c->payments.count != count)
		fault(c, "payments: %" PRIu64 " were stored, %zu are there", count,
		      c->payments.count);
	return 0;
}

/**
 * ts_ledger_check() - verify every invariant from the rows
 * @l: the ledger, with no batch open
 * @flags: enum ts_ledger_check_flags
 * @fault_cb: called for each thing that is wrong, one line for people; may be NULL
 * @arg: for @fault_cb
 *
 * Return: how many things are wrong, or negative errno: it cannot be read.
 */
int ts_ledger_check(struct ts_ledger *l, unsigned int flags,
		    void (*fault_cb)(const char *text, void *arg), void *arg)
{
	struct check c = {
		.l = l, .flags = flags, .fault = fault_cb, .arg = arg,
		.channels = { .size = sizeof(struct of_channel) },
		.payments = { .size = sizeof(struct of_payment) },
		.tariffs = { .size = sizeof(struct of_tariff) },
	};
	int ret;

	ret = ts_check_file(l, note, &c);
	if (!ret)
		ret = ts_ledger_channel_load(l, add_channel, &c);
	if (!ret)
		ret = ts_ledger_tariff_load(l, add_tariff, &c);
	if (!ret)
		ret = ts_ledger_payment_load(l, add_payment, &c);
	if (!ret)
		ret = check_count(&c);
	if (!ret)
		ret = ts_ledger_account_load(l, add_account, &c);
	if (!ret)
		ret = ts_check_revenues(l, note, &c);
	if (!ret)
		ret = ts_ledger_mirrored_load(l, check_mirrored, &c);
	if (!ret)
		ret = check_reveals(&c);
	if (!ret)
		ret = ts_ledger_order_load(l, add_order, &c);
	if (!ret)
		ret = ts_check_shares(l, note, &c);
	if (!ret)
		ret = ts_check_gifts(l, note, &c);
	if (!ret)
		ret = ts_check_sponsors(l, flags, note, &c);
	if (!ret)
		ret = ts_ledger_payout_load(l, add_payout, &c);
	if (!ret) {
		check_channels(&c);
		check_payments(&c);
	}
	free(c.channels.rows);
	free(c.payments.rows);
	free(c.tariffs.rows);
	return ret ? ret : c.faults;
}
