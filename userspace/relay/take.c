// SPDX-License-Identifier: GPL-2.0
/* take.c - what neighbours say: radios, prices, receipts. */
#include <errno.h>
#include <string.h>

#include "relay/private.h"
#include "relay/wire.h"

/* Whoever says that it lives for years is heard of again long before. */
#define LIFETIME_MAX_S	3600
#define ANSWERS_MAX	2

/** ts_relay_is_alive() - are its radios known? */
bool ts_relay_is_alive(const struct neighbour *n, uint64_t now_ns)
{
	return n->hello.sequence && now_ns < n->alive_until_ns;
}

static bool has_mac(const struct ts_hello *h, const struct ts_mac *mac)
{
	unsigned int i;

	for (i = 0; i < h->n_macs; i++)
		if (ts_mac_equal(&h->macs[i], mac))
			return true;
	return false;
}

static bool shares_a_radio(const struct ts_hello *a, const struct ts_hello *b)
{
	unsigned int i;

	for (i = 0; i < a->n_macs; i++)
		if (has_mac(b, &a->macs[i]))
			return true;
	return false;
}

/* The first that lives keeps it; and what is ours was never another's. */
static bool is_taken(const struct ts_relay *r, const struct neighbour *of,
		     const struct ts_hello *h, uint64_t now_ns)
{
	const struct neighbour *n;

	if (shares_a_radio(h, &r->hello))
		return true;
	TAILQ_FOREACH(n, &r->neighbours, list)
		if (n != of && ts_relay_is_alive(n, now_ns) &&
		    shares_a_radio(h, &n->hello))
			return true;
	return false;
}

/*
 * What is older than what is known may be late, or recorded by somebody; or its box has
 * lost its books.  Signed it is worth an answer, now and then: the newest, as it came.
 */
static bool is_worth_reminding(const struct ts_relay *r, struct neighbour *n,
			       const void *bytes, size_t len, uint64_t now_ns)
{
	if (now_ns - n->reminded_ns < r->config.interval_s * TS_NS_IN_S)
		return false;
	n->reminded_ns = now_ns;
	return ts_wire_is_signed(bytes, len, &n->row.partner);
}

static bool has_other_radios(const struct ts_hello *a, const struct ts_hello *b)
{
	return a->n_macs != b->n_macs || memcmp(a->macs, b->macs, sizeof(a->macs));
}

static void keep(struct ts_relay_signed *s, const void *bytes, size_t len)
{
	s->len = len;
	memcpy(s->b, bytes, len);
}

/* With our own hello of before nobody hears us until the sequence is past it. */
static enum ts_relay_verdict take_own_hello(struct ts_relay *r,
					    const struct ts_hello *h,
					    const uint8_t *bytes)
{
	if (h->sequence <= r->own.hello_sequence || !ts_hello_is_signed(h, bytes))
		return TS_RELAY_OWN;
	r->own.hello_sequence = h->sequence;
	r->own_dirty = true;
	r->hello_ns = 0;
	return TS_RELAY_TAKEN;
}

/* Cheap checks before the signature (M9). */
static enum ts_relay_verdict take_hello(struct ts_relay *r, const struct ts_hello *h,
					const uint8_t *bytes, uint64_t now_ns)
{
	uint32_t lifetime_s = h->lifetime_s < LIFETIME_MAX_S ? h->lifetime_s :
							       LIFETIME_MAX_S;
	struct neighbour *n;

	if (ts_u256_cmp(&h->chain_id, &r->config.chain_id) ||
	    !ts_address_equal(&h->tokens_network, &r->config.tokens_network))
		return TS_RELAY_WRONG_CHAIN;
	if (ts_address_equal(&h->box, &r->config.us))
		return take_own_hello(r, h, bytes);
	n = ts_relay_find(r, &h->box);
	if (!n)
		return TS_RELAY_STRANGER;
	if (h->sequence <= n->row.hello_sequence) {
		if (h->sequence < n->row.hello_sequence)
			n->remind_hello |= is_worth_reminding(r, n, bytes,
						TS_HELLO_BYTES, now_ns);
		return TS_RELAY_OLD;
	}
	if (!ts_hello_is_signed(h, bytes))
		return TS_RELAY_BAD_SIGNATURE;
	if (is_taken(r, n, h, now_ns)) {
		ts_relay_tell(n, TS_RELAY_CLAIMS_OURS);
		return TS_RELAY_MAC_TAKEN;
	}
	if (!ts_relay_is_alive(n, now_ns))
		ts_relay_tell(n, TS_RELAY_MET);
	if (has_other_radios(&n->hello, h))
		n->account_asked = false;
	n->hello = *h;
	n->alive_until_ns = now_ns + lifetime_s * TS_NS_IN_S;
	/* Durable: after a restart the radios of before are not taken for new. */
	n->row.hello_sequence = h->sequence;
	keep(&n->row.hello, bytes, TS_HELLO_BYTES);
	n->dirty = true;
	return TS_RELAY_TAKEN;
}

static void keep_day(struct neighbour *n)
{
	n->row.day_prices_len = (size_t)(ts_wire_put_prices(n->row.day_prices,
							    &n->terms.day) -
					 n->row.day_prices);
}

static enum ts_relay_verdict take_tariff(struct ts_relay *r,
					 const struct ts_relay_tariff *t,
					 const uint8_t *bytes, uint64_t now_ns)
{
	enum ts_terms_verdict verdict;
	struct neighbour *n;

	if (ts_address_equal(&t->box, &r->config.us))
		return TS_RELAY_OWN;
	if (ts_u256_cmp(&t->chain_id, &r->config.chain_id) ||
	    !ts_address_equal(&t->tokens_network, &r->config.tokens_network) ||
	    !ts_address_equal(&t->token, &r->config.token))
		return TS_RELAY_WRONG_CHAIN;
	n = ts_relay_find(r, &t->box);
	if (!n)
		return TS_RELAY_STRANGER;
	if (ts_terms_is_old(&n->terms, t->version))
		return TS_RELAY_OLD;
	if (!ts_relay_tariff_is_signed(t, bytes))
		return TS_RELAY_BAD_SIGNATURE;
	verdict = ts_terms_take(&n->terms, t, &r->config.limits, now_ns);
	if (verdict == TS_TERMS_TAKEN) {
		keep(n->terms.has_next ? &n->row.next_tariff : &n->row.tariff, bytes,
		     TS_RELAY_TARIFF_BYTES);
		if (!n->terms.has_next)
			n->row.next_tariff.len = 0;
		keep_day(n);
		n->dirty = true;
		return TS_RELAY_TAKEN;
	}
	ts_relay_tell(n, TS_RELAY_DEARER);
	return verdict == TS_TERMS_RISE ? TS_RELAY_RISE : TS_RELAY_NO_NOTICE;
}

/* Cumulative numbers of one epoch never fall. */
static bool is_backwards(const struct ts_relay_receipt *old, const struct ts_relay_receipt *new)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (new->sold.bytes[service][dir] <
			    old->sold.bytes[service][dir] ||
			    new->bought.bytes[service][dir] <
			    old->bought.bytes[service][dir])
				return true;
	return new->sold_wei < old->sold_wei || new->bought_wei < old->bought_wei ||
	       new->netted_wei < old->netted_wei;
}

static void at_least_wei(ts_u128 *ours_wei, ts_u128 said_wei)
{
	if (*ours_wei < said_wei)
		*ours_wei = said_wei;
}

/* Our own word, which we did not know any more: the books are what it says, or more. */
static enum ts_relay_verdict take_own_receipt(struct ts_relay *r,
					      const struct ts_relay_receipt *ours,
					      const uint8_t *bytes)
{
	struct neighbour *n = ts_relay_find(r, &ours->to);
	struct ts_ledger_relay *row;
	ts_u128 before_wei;

	if (!n || ours->number <= n->row.number || !ts_receipt_is_signed(ours, bytes))
		return TS_RELAY_OWN;
	row = &n->row;
	row->number = ours->number;
	ts_carried_at_least(&row->sold, &ours->sold);
	ts_carried_at_least(&row->bought, &ours->bought);
	before_wei = row->sold_wei;
	at_least_wei(&row->sold_wei, ours->sold_wei);
	row->account_base_wei += row->sold_wei - before_wei;
	at_least_wei(&row->bought_wei, ours->bought_wei);
	at_least_wei(&row->netted_wei, ours->netted_wei);
	ts_relay_forget_base(n);
	ts_relay_tell(n, TS_RELAY_REMINDED);
	n->dirty = true;
	return TS_RELAY_TAKEN;
}

/* It has our last one, and we sent that not long ago: what it says is of now. */
static bool is_fresh(const struct ts_relay *r, const struct neighbour *n,
		     uint64_t now_ns)
{
	return n->sent_ns && n->receipt.seen == n->row.number &&
	       now_ns - n->sent_ns < r->config.interval_s * TS_NS_IN_S / 2;
}

/*
 * Three receipts make an exchange: whose interval ends first begins, the other answers,
 * and the first closes it; so both have one that answers their last.  When both begin at
 * once they would answer for ever: two answers are enough.
 */
static void answer(struct ts_relay *r, struct neighbour *n, bool fresh,
		   uint64_t now_ns)
{
	bool closes = fresh && n->opened;

	n->opened = false;
	if (fresh && !closes)
		return;
	if (now_ns - n->answers_ns >= r->config.interval_s * TS_NS_IN_S / 2) {
		n->answers_ns = now_ns;
		n->answers = 0;
	}
	if (n->answers++ < ANSWERS_MAX)
		ts_relay_number(r, n, now_ns);
}

static enum ts_relay_verdict take_receipt(struct ts_relay *r,
					  const struct ts_relay_receipt *theirs,
					  const uint8_t *bytes, uint64_t now_ns)
{
	struct neighbour *n;
	bool fresh;

	if (ts_u256_cmp(&theirs->chain_id, &r->config.chain_id) ||
	    !ts_address_equal(&theirs->tokens_network, &r->config.tokens_network) ||
	    !ts_address_equal(&theirs->token, &r->config.token))
		return TS_RELAY_WRONG_CHAIN;
	if (ts_address_equal(&theirs->from, &r->config.us))
		return take_own_receipt(r, theirs, bytes);
	if (!ts_address_equal(&theirs->to, &r->config.us))
		return TS_RELAY_WRONG_BOX;
	n = ts_relay_find(r, &theirs->from);
	if (!n)
		return TS_RELAY_STRANGER;
	if (theirs->number <= n->receipt.number) {
		if (theirs->number < n->receipt.number)
			n->remind_receipt |= is_worth_reminding(r, n, bytes,
						TS_RECEIPT_BYTES, now_ns);
		return TS_RELAY_OLD;
	}
	if (!ts_receipt_is_signed(theirs, bytes))
		return TS_RELAY_BAD_SIGNATURE;
	if (is_backwards(&n->receipt, theirs))
		return TS_RELAY_BACKWARDS;
	n->receipt = *theirs;
	keep(&n->row.receipt, bytes, TS_RECEIPT_BYTES);
	fresh = is_fresh(r, n, now_ns);
	ts_relay_settle(r, n);
	ts_relay_judge(r, n);
	ts_relay_net(n);
	answer(r, n, fresh, now_ns);
	n->dirty = true;
	return TS_RELAY_TAKEN;
}

/**
 * union message - one of the three
 */
union message {
	struct ts_hello hello;
	struct ts_relay_tariff tariff;
	struct ts_relay_receipt receipt;
};

static enum form { NO_FORM, HELLO, TARIFF, RECEIPT }
decode(union message *m, const void *bytes, size_t len)
{
	if (!ts_hello_decode(&m->hello, bytes, len))
		return HELLO;
	if (!ts_relay_tariff_decode(&m->tariff, bytes, len))
		return TARIFF;
	return ts_receipt_decode(&m->receipt, bytes, len) ? NO_FORM : RECEIPT;
}

/**
 * ts_relay_named() - who should have signed a message; says not that he did
 * Return: 0, or -EINVAL: it is none.
 */
int ts_relay_named(const void *bytes, size_t len, struct ts_address *who)
{
	union message m;

	switch (decode(&m, bytes, len)) {
	case HELLO:
		*who = m.hello.box;
		return 0;
	case TARIFF:
		*who = m.tariff.box;
		return 0;
	case RECEIPT:
		*who = m.receipt.from;
		return 0;
	default:
		return -EINVAL;
	}
}

/** ts_relay_is_signed() - did who should have signed a message sign it? */
bool ts_relay_is_signed(const void *bytes, size_t len)
{
	struct ts_address who;

	return !ts_relay_named(bytes, len, &who) &&
	       ts_wire_is_signed(bytes, len, &who);
}

/**
 * ts_relay_take() - a message of a neighbour's
 * @r: ours; its counters of that neighbour were read just now
 * @bytes: as they came
 * @len: how many
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: what comes of it.
 */
enum ts_relay_verdict ts_relay_take(struct ts_relay *r, const void *bytes, size_t len,
				    uint64_t now_ns)
{
	union message m;

	switch (decode(&m, bytes, len)) {
	case HELLO:
		return take_hello(r, &m.hello, bytes, now_ns);
	case TARIFF:
		return take_tariff(r, &m.tariff, bytes, now_ns);
	case RECEIPT:
		return take_receipt(r, &m.receipt, bytes, now_ns);
	default:
		return TS_RELAY_BAD_FORM;
	}
}
