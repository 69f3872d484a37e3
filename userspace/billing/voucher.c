// SPDX-License-Identifier: GPL-2.0
/*
 * voucher.c - codes that are worth something, once.
 *
 * A code has 80 random bits, and what is stored is its digest under a key: who reads the
 * ledger cannot spend it, and how long a look for a digest takes says nothing of the code.
 * What is wrong with a code that is not good is never said.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "billing/batch.h"
#include "billing/gift.h"
#include "billing/gifts.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"

/*
 * Wrong codes: at once, and one more each so often; of a station, and of all that have
 * no session.  Who has one, which opening the page makes, has its tries there: nobody
 * else can use them up, however many MACs it invents, and the sum is bounded by the
 * places for sessions.  Not that guessing 80 bits would lead anywhere: it is work that
 * is saved.  What remains: who copies a MAC uses that station's tries; who fills the
 * places for sessions leaves new stations to those of strangers; and who ends its session
 * and begins another has new tries, for more work than looking a code up.
 */
#define STATION_TRIES	5
#define STATION_TRY_NS	(12 * TS_NS_PER_S)
#define ALL_TRIES	200
#define ALL_TRY_NS	(TS_NS_PER_S / 5)

/* --- codes ----------------------------------------------------------------- */

/*
 * As people write it: in any case, with dashes and spaces, and with letters for digits
 * that look like them.  Return: whether it is one.
 */
static bool normalise(const char *text, size_t len, char code[TS_CODE_SIZE])
{
	size_t i, n = 0;
	char c;

	for (i = 0; i < len; i++) {
		c = text[i];
		if (c == '-' || c == ' ' || c == '\r' || c == '\n')
			continue;
		if (c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (c == 'O')
			c = '0';
		if (c == 'I' || c == 'L')
			c = '1';
		if (n == TS_CODE_CHARS)
			return false;
		code[n++] = c;
	}
	code[n] = '\0';
	return n == TS_CODE_CHARS && ts_code_valid(code);
}

/* The key is made with the first voucher. */
static int digest_of(struct ts_billing *b, const char *code, struct ts_hash *digest)
{
	uint8_t key[TS_VOUCHER_KEY_BYTES];
	int ret = ts_ledger_voucher_key(b->ledger, key);

	if (!ret)
		crypto_generichash(digest->b, TS_HASH_BYTES, (const uint8_t *)code,
				   TS_CODE_CHARS, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return ret;
}

static int make_key(struct ts_billing *b)
{
	uint8_t key[TS_VOUCHER_KEY_BYTES];
	int ret = ts_ledger_voucher_key(b->ledger, key);

	if (ret == -ENOENT) {
		b->effects.random(b->effects.ctx, key, sizeof(key));
		ret = ts_ledger_voucher_key_put(b->ledger, key);
	}
	sodium_memzero(key, sizeof(key));
	return ret;
}

static void print_code(const char *code, char text[TS_VOUCHER_CODE_SIZE])
{
	unsigned int i, n = 0;

	for (i = 0; i < TS_CODE_CHARS; i++) {
		if (i && i % 4 == 0)
			text[n++] = '-';
		text[n++] = code[i];
	}
	text[n] = '\0';
}

/* --- of the operator ------------------------------------------------------- */

static const struct ts_address *default_token(const struct ts_billing *b)
{
	const struct ts_billing_config *c = &b->config;
	unsigned int i;

	for (i = 0; i + 1 < c->n_tariffs; i++)
		if (c->tariffs[i].id == c->default_tariff_id)
			break;
	return &c->tokens[c->tariffs[i].token].address;
}

/* At which tariff it is spent, and how much it is worth there; NULL: nothing. */
static struct ts_billing_version *worth(struct ts_billing *b,
					const struct ts_ledger_voucher *v,
					const struct ts_time *now, ts_u128 *wei)
{
	struct ts_billing_version *tariff;

	tariff = ts_tariff_to_pay(b, b->config.default_tariff_id, &v->token, now);
	if (!tariff)
		return NULL;
	*wei = v->wei ? v->wei : ts_gift_wei_of_bytes(&tariff->row, v->bytes);
	return *wei ? tariff : NULL;
}

static int fill(struct ts_billing *b, const struct ts_voucher_order *order,
		const struct ts_time *now, struct ts_ledger_voucher *v)
{
	ts_u128 wei;

	v->token = order->bytes ? *default_token(b) : order->token;
	v->wei = order->wei;
	v->bytes = order->bytes;
	v->made_s = ts_wall_floor(b, now);
	v->until_s = order->until_s;
	if (!order->wei == !order->bytes || !worth(b, v, now, &wei) ||
	    v->bytes > INT64_MAX || v->until_s > INT64_MAX)
		return ts_billing_fail(b, -EINVAL,
			"a voucher must be worth an amount in a token with a tariff, or so many bytes where the internet has a price");
	if (v->until_s && v->until_s <= v->made_s)
		return ts_billing_fail(b, -EINVAL, "its end is over already");
	if (strlen(order->label) >= sizeof(v->label))
		return ts_billing_fail(b, -EINVAL, "the label has more than %zu characters",
				       sizeof(v->label) - 1);
	strcpy(v->label, order->label);
	return 0;
}

int ts_billing_voucher_make(struct ts_billing *b, const struct ts_voucher_order *order,
			    const struct ts_time *now, char code[TS_VOUCHER_CODE_SIZE],
			    int64_t *id)
{
	uint8_t random[TS_CODE_RANDOM_BYTES];
	struct ts_ledger_voucher v = { };
	char text[TS_CODE_SIZE];
	int ret = fill(b, order, now, &v);

	if (ret)
		return ret;
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	b->effects.random(b->effects.ctx, random, sizeof(random));
	ts_code_make(text, random);
	ts_batch_check(b, make_key(b));
	if (!b->broken)
		ts_batch_check(b, digest_of(b, text, &v.digest));
	if (!b->broken)
		ts_batch_check(b, ts_ledger_voucher_insert(b->ledger, &v));
	print_code(text, code);
	sodium_memzero(text, sizeof(text));
	sodium_memzero(random, sizeof(random));
	*id = v.id;
	b->urgent = true;
	return b->broken ? ts_billing_fail(b, -EROFS, "%s", ts_ledger_error(b->ledger)) : 0;
}

/** struct search - for a voucher by its number */
struct search {
	int64_t id;
	struct ts_ledger_voucher v;
};

static int match(const struct ts_ledger_voucher *v, void *arg)
{
	struct search *s = arg;

	if (v->id != s->id)
		return 0;
	s->v = *v;
	return 1;
}

/* From one state to another; @why: what is wrong when it is in none of those. */
static int change(struct ts_billing *b, int64_t id, bool (*may)(enum ts_voucher_state s),
		  enum ts_voucher_state to, const char *why)
{
	struct search s = { .id = id };
	int ret = ts_ledger_voucher_load(b->ledger, match, &s);

	if (ret < 0)
		return ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger));
	if (!ret)
		return ts_billing_fail(b, -ENOENT, "there is no voucher with this number");
	if (!may(s.v.state))
		return ts_billing_fail(b, -EALREADY, "%s", why);
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	s.v.state = to;
	ts_batch_check(b, ts_ledger_voucher_update(b->ledger, &s.v));
	b->urgent = true;
	return 0;
}

static bool is_out(enum ts_voucher_state s)
{
	return s == TS_VOUCHER_OPEN || s == TS_VOUCHER_DOUBTFUL;
}

static bool is_doubtful(enum ts_voucher_state s)
{
	return s == TS_VOUCHER_DOUBTFUL;
}

int ts_billing_voucher_revoke(struct ts_billing *b, int64_t id)
{
	return change(b, id, is_out, TS_VOUCHER_REVOKED,
		      "this voucher was redeemed or revoked already");
}

int ts_billing_voucher_trust(struct ts_billing *b, int64_t id)
{
	return change(b, id, is_doubtful, TS_VOUCHER_OPEN,
		      "this voucher did not come back with a backup, or is trusted already");
}

int ts_billing_voucher_each(struct ts_billing *b,
			    int (*cb)(const struct ts_ledger_voucher *v, void *arg),
			    void *arg)
{
	int ret = ts_ledger_voucher_load(b->ledger, cb, arg);

	if (ret < 0)
		ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger));
	return ret;
}

/* --- of stations ----------------------------------------------------------- */

static const struct ts_refused
bad = { TS_REFUSE_FORBIDDEN, "bad_voucher",
	"this code is worth nothing here: it is mistyped, or was used, or is out of date", NULL },
tries = { TS_REFUSE_BUSY, "too_many_tries",
	"too many wrong codes; try again in a minute", NULL },
room = { TS_REFUSE_BUSY, "too_many_sessions",
	"too many stations; try again in a minute", NULL },
read_only = { TS_REFUSE_READ_ONLY, "read_only",
	"the box cannot store anything now; its operator must act", NULL };

/* So many more as time has brought; at first all. */
static void refill(struct ts_billing_tries *t, uint32_t most, uint64_t each_ns,
		   const struct ts_time *now)
{
	uint64_t more = (now->boot_ns - t->ns) / each_ns;

	if (!t->begun)
		*t = (struct ts_billing_tries){ true, most, now->boot_ns };
	if (now->boot_ns < t->ns)
		more = 0;
	if (more >= most - t->left) {
		t->left = most;
		t->ns = now->boot_ns;
	} else {
		t->left += (uint32_t)more;
		t->ns += more * each_ns;
	}
}

/* By MAC alone, whatever else it says of itself; nobody knows who shares a place. */
static struct ts_billing_tries *stranger_tries(struct ts_billing *b,
					       const struct ts_key *key)
{
	uint8_t digest[crypto_generichash_BYTES_MIN];

	crypto_generichash(digest, sizeof(digest), key->mac, sizeof(key->mac),
			   b->nonce_secret, sizeof(b->nonce_secret));
	return &b->tries[digest[0] % TS_TRIES];
}

/* Those that a wrong code uses up; the second only of a stranger. */
static void tries_of(struct ts_billing *b, const struct ts_key *key,
		     const struct ts_time *now, struct ts_billing_tries *tries[2])
{
	struct ts_billing_session *s = ts_session_by_key(b, key);

	tries[0] = s ? &s->tries : stranger_tries(b, key);
	tries[1] = s ? NULL : &b->all_tries;
	refill(tries[0], STATION_TRIES, STATION_TRY_NS, now);
	if (tries[1])
		refill(tries[1], ALL_TRIES, ALL_TRY_NS, now);
}

static bool is_good(const struct ts_billing *b, const struct ts_ledger_voucher *v,
		    const struct ts_time *now)
{
	return v->state == TS_VOUCHER_OPEN &&
	       (!v->until_s || ts_wall_floor(b, now) < v->until_s);
}

/* Whatever comes, the same is done. */
static const struct ts_refused *look(struct ts_billing *b, const void *bytes, size_t len,
				     const struct ts_time *now, struct ts_ledger_voucher *v)
{
	char code[TS_CODE_SIZE] = "0000000000000000";
	bool is_one = normalise(bytes, len, code);
	struct ts_hash digest;
	int err;

	if (!is_one)
		strcpy(code, "0000000000000000");
	err = digest_of(b, code, &digest);
	if (!err)
		err = ts_ledger_voucher_find(b->ledger, &digest, v);
	sodium_memzero(code, sizeof(code));
	if (err && err != -ENOENT)
		return &read_only;
	return err || !is_one || !is_good(b, v, now) ? &bad : NULL;
}

/* The voucher is used and the session has its value, in one batch. */
static const struct ts_refused *redeem(struct ts_billing *b, struct ts_billing_session *s,
				       struct ts_ledger_voucher *v,
				       const struct ts_time *now)
{
	struct ts_ledger_gift gift = { .kind = TS_GIFT_VOUCHER, .voucher = v->id };
	struct ts_billing_version *tariff = worth(b, v, now, &gift.wei);

	if (!tariff)
		return &bad;
	if (b->read_only[0] || !ts_batch(b))
		return &read_only;
	v->state = TS_VOUCHER_USED;
	v->used_s = ts_wall_floor(b, now);
	ts_batch_check(b, ts_ledger_voucher_update(b->ledger, v));
	if (!b->broken)
		ts_gift_give(b, s, tariff, &gift, now);
	return NULL;
}

void ts_billing_voucher(struct ts_billing *b, const struct ts_key *key, const void *code,
			size_t len, uint64_t reply, const struct ts_time *now)
{
	struct ts_billing_session *s = NULL;
	const struct ts_refused *why = NULL;
	struct ts_ledger_voucher v;
	struct ts_billing_tries *left[2];

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	tries_of(b, key, now, left);
	if (!left[0]->left || (left[1] && !left[1]->left))
		why = &tries;
	if (!why)
		why = look(b, code, len, now, &v);
	if (why == &bad) {
		left[0]->left--;
		if (left[1])
			left[1]->left--;
	}
	if (!why) {
		s = ts_session_of_station(b, key, now);
		why = s ? redeem(b, s, &v, now) : &room;
	}
	if (why)
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
	else
		memcpy(ts_reply(b, reply)->attached, s->row.code, TS_CODE_SIZE);
}
