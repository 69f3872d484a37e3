// SPDX-License-Identifier: GPL-2.0
/*
 * billing_box.c - a box for tests.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_box.h"
#include "photon/attach.h"

#define WEI_PER_GB	"1000000000000000000"

/* --- the kernel ------------------------------------------------------------ */

static struct box_account *kernel_find(struct box *box, uint32_t id)
{
	if (!id || id >= BOX_ACCOUNTS || !box->accounts[id].used)
		return NULL;
	return &box->accounts[id];
}

static bool same_key(const struct ts_key *a, const struct ts_key *b)
{
	return !memcmp(a->mac, b->mac, 6) && a->vlan == b->vlan &&
	       a->zone == b->zone;
}

static struct box_account *kernel_by_key(struct box *box, const struct ts_key *key)
{
	uint32_t i;

	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used &&
		    same_key(&box->accounts[i].a.keys[0], key))
			return &box->accounts[i];
	return NULL;
}

static struct ts_tariff *kernel_tariff(struct box *box, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < BOX_TARIFFS; i++)
		if (box->tariffs[i].id == id)
			return &box->tariffs[i];
	return NULL;
}

static int m_account_set(void *m, struct ts_account *a)
{
	struct box_account *k, *holder;
	struct box *box = m;
	uint32_t id;

	if (!fault_touch())
		return -EIO;
	if (!kernel_tariff(box, a->tariff_id))
		return -ENOENT;
	holder = kernel_by_key(box, &a->keys[0]);
	if (a->id) {
		k = kernel_find(box, a->id);
		if (!k)
			return -ENOENT;
		if (k->a.epoch != a->epoch)
			return -ESTALE;
		if (holder && holder != k)
			return -EEXIST;
		assert_int_equal(k->a.tariff_id, a->tariff_id);
		k->a.low_units = a->low_units;
		*a = k->a;
		return 0;
	}
	if (holder)
		return -EEXIST;
	for (id = 1; id < BOX_ACCOUNTS && box->accounts[id].used; id++)
		;
	if (id == BOX_ACCOUNTS)
		return -ENOSPC;
	k = &box->accounts[id];
	memset(k, 0, sizeof(*k));
	k->used = true;
	k->a = *a;
	k->a.id = id;
	k->a.epoch = ++box->next_epoch;
	k->code = -1;
	*a = k->a;
	return 0;
}

static int m_account_get(void *m, uint32_t id, struct ts_account *a)
{
	struct box_account *k = kernel_find(m, id);

	if (fault.dead)
		return -EIO;
	if (!k)
		return -ENOENT;
	*a = k->a;
	return 0;
}

/* A crash may come between any two of them. */
static int close_one(struct box *box, struct ts_closing *c)
{
	struct box_account *k = kernel_find(box, c->id);

	if (!fault_touch())
		return -EIO;
	if (!k)
		return -ENOENT;
	if (k->a.epoch != c->epoch)
		return -ESTALE;
	c->taken_units = k->a.granted_units - k->a.charged_units;
	k->a.charged_units += c->taken_units;
	k->a.revoked_units += c->taken_units;
	c->last = k->a;
	k->used = false;
	return 0;
}

static int m_close_accounts(void *m, struct ts_closing *c, size_t n)
{
	struct box *box = m;
	int ret = 0;
	size_t i;

	box->n_closings++;
	for (i = 0; i < n; i++) {
		c[i].err = close_one(box, &c[i]);
		ret = ret ? ret : c[i].err;
	}
	return ret;
}

static int m_account_dump(void *m, int (*cb)(const struct ts_account *a, void *arg),
			  void *arg)
{
	struct box *box = m;
	uint32_t i;
	int ret;

	for (i = 1; i < BOX_ACCOUNTS; i++) {
		if (!box->accounts[i].used)
			continue;
		ret = cb(&box->accounts[i].a, arg);
		if (ret)
			return ret;
	}
	return 0;
}

static int m_grant(void *m, uint32_t id, uint32_t epoch, uint64_t granted_units)
{
	struct box_account *k = kernel_find(m, id);

	if (!fault_touch())
		return -EIO;
	if (!k)
		return -ENOENT;
	if (k->a.epoch != epoch)
		return -ESTALE;
	if (granted_units <= k->a.granted_units)
		return 0;
	k->a.granted_units = granted_units;
	k->low_at = granted_units > k->a.low_units ?
		    granted_units - k->a.low_units : 0;
	return 0;
}

static int m_revoke(void *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		    uint64_t *taken_units)
{
	struct box_account *k = kernel_find(m, id);
	uint64_t take;

	if (!fault_touch())
		return -EIO;
	if (!k)
		return -ENOENT;
	if (k->a.epoch != epoch)
		return -ESTALE;
	take = k->a.granted_units - k->a.charged_units;
	if (take > max_units)
		take = max_units;
	k->a.charged_units += take;
	k->a.revoked_units += take;
	*taken_units = take;
	return 0;
}

static int m_tariff_set(void *m, const struct ts_tariff *t)
{
	struct ts_tariff *slot;
	struct box *box = m;

	if (fault.dead)
		return -EIO;
	assert_in_range(t->id, 1, 65535);
	slot = kernel_tariff(box, t->id);
	if (!slot)
		slot = kernel_tariff(box, 0);
	if (!slot)
		return -ENOSPC;
	*slot = *t;
	return 0;
}

static int m_tariff_del(void *m, uint32_t id)
{
	struct box *box = m;
	struct ts_tariff *t = kernel_tariff(box, id);
	unsigned int i;

	if (fault.dead)
		return -EIO;
	if (!t)
		return -ENOENT;
	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used && box->accounts[i].a.tariff_id == id)
			return -EBUSY;
	t->id = 0;
	return 0;
}

static const char *m_error(void *m)
{
	return "the test's meter says no";
}

/* --- frames ---------------------------------------------------------------- */

uint64_t box_spend(struct box *box, unsigned int station, uint32_t bytes)
{
	uint64_t passed = 0;
	unsigned int refused = 0;

	while (refused < 8) {
		if (box_frame(box, station, bytes, TS_DIR_DOWN)) {
			passed += bytes;
			refused = 0;
			continue;
		}
		refused++;
		box_events(box);
		box_flush(box);
	}
	return passed;
}

struct ts_session_view box_view(struct box *box, int code)
{
	struct ts_session_view view;

	assert_int_equal(ts_billing_session_view(box->billing,
						 box->codes[code].code, &view), 0);
	return view;
}

struct box_account *box_account(struct box *box, unsigned int station)
{
	struct ts_key key = box_key(station);

	return kernel_by_key(box, &key);
}

static void raise_event(struct box *box, const struct box_account *k,
			enum ts_event_type type)
{
	struct ts_meter_event *ev;

	if (box->n_events == BOX_EVENTS)
		return;
	ev = &box->events[box->n_events++];
	memset(ev, 0, sizeof(*ev));
	ev->type = (uint8_t)type;
	ev->account_id = k->a.id;
	ev->epoch = k->a.epoch;
	ev->granted_units = k->a.granted_units;
	ev->charged_units = k->a.charged_units;
}

static void raise_stranger(struct box *box, unsigned int station)
{
	struct ts_meter_event *ev;

	/* As the kernel does: told, but not for each frame. */
	if (box->n_events == BOX_EVENTS ||
	    (box->hinted_ns[station] &&
	     box->now.boot_ns - box->hinted_ns[station] < 10000000000ull))
		return;
	box->hinted_ns[station] = box->now.boot_ns;
	ev = &box->events[box->n_events++];
	memset(ev, 0, sizeof(*ev));
	ev->type = TS_EVENT_STRANGER;
	ev->key = box_key(station);
}

bool box_frame(struct box *box, unsigned int station, uint32_t bytes,
	       enum ts_dir dir)
{
	struct box_account *k = box_account(box, station);
	struct ts_stat *stat;
	uint64_t cost;

	if (!k) {
		raise_stranger(box, station);
		return false;
	}
	cost = (uint64_t)bytes * kernel_tariff(box, k->a.tariff_id)->
				 price[TS_CLASS_INTERNET][dir];
	k->a.idle_ms = 0;
	if (cost > k->a.granted_units - k->a.charged_units) {
		if (k->dry_at != k->a.granted_units + 1)
			raise_event(box, k, TS_EVENT_EXHAUSTED);
		k->dry_at = k->a.granted_units + 1;
		return false;
	}
	k->a.charged_units += cost;
	stat = &k->a.stats[TS_CLASS_INTERNET][dir];
	stat->bytes += bytes;
	stat->units += cost;
	if (k->code >= 0)
		box->codes[k->code].passed_wei += (ts_u128)cost << k->shift;
	if (k->low_at && k->a.charged_units > k->low_at) {
		k->low_at = 0;
		raise_event(box, k, TS_EVENT_LOW);
	}
	return true;
}

void box_events(struct box *box)
{
	unsigned int i;

	for (i = 0; i < box->n_events; i++)
		ts_billing_meter_event(box->billing, &box->events[i], &box->now);
	box->n_events = 0;
}

/* --- effects --------------------------------------------------------------- */

static void e_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	struct box *box = ctx;
	struct box_wallet *w = &box->wallets[reply % BOX_WALLETS];

	if (!fault_touch())
		return;
	box->acks++;
	box->last_reply = reply;
	memcpy(box->last_ack, ack, TS_ACK_BYTES);
	if (!w->waiting || reply >= BOX_WALLETS)
		return;
	w->waiting = false;
	w->acked_wei += w->amount_wei;
	if (w->code >= 0)
		box->codes[w->code].acked_wei += w->amount_wei;
}

static void e_taken(void *ctx, uint64_t reply)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->taken++;
	box->last_reply = reply;
}

static void e_answer(void *ctx, uint64_t reply, const void *bytes, size_t len)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->last_reply = reply;
	box->answer.len = len;
	memcpy(box->answer.b, bytes, len);
}

static void e_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
	struct box *box = ctx;

	box->heard++;
	box->last_heard = *partner;
}

static void e_refunded(void *ctx, uint64_t reply,
		       const struct ts_address *wallet,
		       const struct ts_address *token)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->refunds++;
	box->last_reply = reply;
}

static void e_send(void *ctx, const struct ts_address *to, const void *bytes,
		   size_t len)
{
	struct box *box = ctx;
	struct box_message *m;

	if (!fault_touch())
		return;
	/* What is above is lost on the way. */
	if (box->n_messages == BOX_MESSAGES)
		return;
	m = &box->messages[box->n_messages++];
	m->to = *to;
	m->datagram.len = len;
	memcpy(m->datagram.b, bytes, len);
}

static void e_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->refusals++;
	box->last_reply = reply;
	box->last_refusal = *why;
}

static void e_attached(void *ctx, uint64_t reply, const char *code)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->attaches++;
	box->last_reply = reply;
	strcpy(box->last_attached, code);
}

static void e_claimed(void *ctx, uint64_t reply, const char *order,
		      ts_u128 bought_wei)
{
	struct box *box = ctx;

	if (!fault_touch())
		return;
	box->claims++;
	box->last_reply = reply;
	box->last_bought_wei = bought_wei;
}

static uint64_t e_granted(void *ctx, const char *order, uint64_t arrived_ns,
			  uint64_t frame_ns)
{
	struct box *box = ctx;

	box->granted++;
	return box->now.boot_ns;
}

static void e_changed(void *ctx, const char *code)
{
	struct box *box = ctx;

	box->changes++;
}

static void e_notify(void *ctx, const char *code, enum ts_notice notice)
{
	struct box *box = ctx;

	box->notices[notice]++;
}

static void e_channel(void *ctx, const struct ts_address *partner,
		      const struct ts_address *token)
{
	struct box *box = ctx;

	box->told++;
}

static void e_relay_paid(void *ctx, const struct ts_address *partner,
			 const struct ts_address *token, bool committed)
{
	struct box *box = ctx;

	if (committed)
		box->relay_paid++;
	else
		box->relay_lost++;
}

static void e_log(void *ctx, int priority, const char *text)
{
	struct box *box = ctx;

	box->logs++;
	if (getenv("BOX_LOG"))
		print_message("# log %d: %s\n", priority, text);
}

static void e_random(void *ctx, void *bytes, size_t len)
{
	struct box *box = ctx;
	uint8_t *out = bytes;

	while (len--) {
		box->random = box->random * 6364136223846793005ull + 1442695040888963407ull;
		*out++ = (uint8_t)(box->random >> 56);
	}
}

/* --- wallets --------------------------------------------------------------- */

static struct ts_signer *make_key(uint8_t seed)
{
	uint8_t secret[TS_SECRET_BYTES];

	memset(secret, seed, sizeof(secret));
	return ts_signer_new(secret);
}

static void make_wallet(struct box *box, unsigned int i)
{
	struct box_wallet *w = &box->wallets[i];
	struct ts_channel *c = &w->channel;

	w->key = make_key((uint8_t)(0x30 + i));
	w->code = -1;
	c->our_address = *ts_signer_address(w->key);
	c->partner_address = box->config.our_address;
	c->token = box->config.tokens[0].address;
	c->tokens_network = box->config.tokens_network;
	c->chain_id = box->config.chain_id;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	c->open_block_number = 100 + i;
	c->settle_timeout_blocks = 50000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = (ts_u128)1 << 100;
}

static struct ts_channel seen_by_box(const struct ts_channel *payer)
{
	struct ts_channel c = *payer;

	c.our_address = payer->partner_address;
	c.partner_address = payer->our_address;
	c.our_deposit_wei = payer->partner_deposit_wei;
	c.partner_deposit_wei = payer->our_deposit_wei;
	memset(&c.our_proof, 0, sizeof(c.our_proof));
	memset(&c.partner_proof, 0, sizeof(c.partner_proof));
	return c;
}

void box_make(struct box *box, unsigned int wallet, ts_u128 amount_wei,
	      int code, uint32_t tariff)
{
	struct box_wallet *w = &box->wallets[wallet];
	struct ts_memo memo = { .tariff_id = tariff };
	char text[TS_MEMO_SIZE];
	struct ts_bytes data = { 0 };
	struct ts_channel next;

	assert_false(w->waiting);
	if (code >= 0) {
		strcpy(memo.code, box->codes[code].code);
		data.p = (const uint8_t *)text;
		data.len = ts_memo_print(&memo, text);
	}
	assert_int_equal(ts_channel_send(&w->channel, w->key, amount_wei, &data,
					 &next, &w->message), TS_ACCEPTED);
	w->channel = next;
	w->waiting = true;
	w->amount_wei = amount_wei;
	w->code = code;
	w->sent = realloc(w->sent, (w->n_sent + 1) * sizeof(*w->sent));
	w->sent[w->n_sent++] = w->message;
}

void box_send(struct box *box, unsigned int wallet)
{
	struct box_wallet *w = &box->wallets[wallet];

	ts_billing_datagram(box->billing, w->message.b, w->message.len, wallet,
			    &box->now);
}

bool box_pay(struct box *box, unsigned int wallet, ts_u128 amount_wei, int code)
{
	box_make(box, wallet, amount_wei, code, 1);
	box_send(box, wallet);
	box_flush(box);
	return !box->wallets[wallet].waiting;
}

/* --- the box --------------------------------------------------------------- */

struct ts_key box_key(unsigned int station)
{
	struct ts_key key = { .mac = { 2, 0, 0, 0, 0, (uint8_t)station },
			      .vlan = (uint16_t)(station % 2), .zone = 7 };

	return key;
}

int box_know_code(struct box *box, const char *code)
{
	unsigned int i;

	for (i = 0; i < box->n_codes; i++)
		if (!strcmp(box->codes[i].code, code))
			return (int)i;
	assert_true(box->n_codes < BOX_CODES);
	strcpy(box->codes[box->n_codes].code, code);
	return (int)box->n_codes++;
}

int box_code(struct box *box, unsigned int station)
{
	struct ts_key key = box_key(station);
	char code[TS_CODE_SIZE];

	assert_int_equal(ts_billing_station(box->billing, &key, &box->now, code), 0);
	return box_know_code(box, code);
}

/* Which session and unit each kernel account has: by the ledger's own rows. */
static int note_account(const struct ts_ledger_account *row, void *arg)
{
	struct box *box = arg;
	struct box_account *k = kernel_find(box, row->account_id);
	unsigned int i;
	int reserved;

	reserved = k && k->a.epoch == row->epoch &&
		   !strcmp(row->boot_id, box->config.boot_id);
	if (!reserved)
		return 0;
	k->shift = row->unit_shift;
	for (i = 0; i < box->n_codes && k->code < 0; i++) {
		struct ts_ledger_session s;

		if (!ts_ledger_session_find(box->ledger, box->codes[i].code, &s) &&
		    s.id == row->session)
			k->code = (int)i;
	}
	return 0;
}

struct row_code {
	int64_t row;
	char code[TS_CODE_SIZE];
};

static int match_row(const struct ts_ledger_session *s, void *arg)
{
	struct row_code *rc = arg;

	if (s->id == rc->row)
		strcpy(rc->code, s->code);
	return 0;
}

/* The session may have been made by the box while nobody looked. */
static int code_of_row(struct box *box, int64_t row)
{
	struct row_code rc = { .row = row };

	assert_int_equal(ts_ledger_session_load_open(box->ledger, match_row, &rc), 0);
	return rc.code[0] ? box_know_code(box, rc.code) : -1;
}

/* It may have been made and taken elsewhere in one batch: its memo says whose it
 * was. */
static void first_seen(struct box *box, struct box_payment *was,
		       const struct ts_ledger_payment *p)
{
	struct ts_ledger_session s;
	struct ts_memo memo;

	was->id = p->id;
	assert_true(ts_memo_parse(&memo, p->data, p->data_len));
	was->code = box_know_code(box, memo.code);
	assert_int_equal(ts_ledger_session_find(box->ledger, memo.code, &s), 0);
	was->session = s.id;
	was->allowed_wei = p->delta_wei;
}

/*
 * A payment that a wallet took elsewhere is worth there what it was not worth
 * any more where it was: so the books on the codes follow the rows.
 */
static int note_payment(const struct ts_ledger_payment *p, void *arg)
{
	ts_u128 allowed = p->max_wei < p->delta_wei ? p->max_wei : p->delta_wei;
	struct box *box = arg;
	struct box_payment *was;
	int code;

	assert_in_range(p->id, 1, BOX_PAYMENTS - 1);
	was = &box->payments[p->id];
	if (!p->session)
		return 0;
	if (!was->id)
		first_seen(box, was, p);
	if (was->session == p->session && was->allowed_wei == allowed)
		return 0;
	code = code_of_row(box, p->session);
	assert_true(was->code >= 0 && code >= 0);
	assert_true(was->allowed_wei >= p->spent_wei);
	assert_true(allowed >= p->spent_wei);
	box->codes[was->code].acked_wei -= was->allowed_wei - p->spent_wei;
	box->codes[code].acked_wei += allowed - p->spent_wei;
	was->session = p->session;
	was->code = code;
	was->allowed_wei = allowed;
	return 0;
}

static void note_rows(struct box *box)
{
	if (fault.dead || ts_ledger_in_batch(box->ledger))
		return;
	ts_ledger_account_load_open(box->ledger, note_account, box);
	ts_ledger_payment_load(box->ledger, note_payment, box);
}

void box_flush(struct box *box)
{
	ts_billing_flush(box->billing, &box->now);
	note_rows(box);
}

void box_attach(struct box *box, unsigned int wallet, const char *code,
		unsigned int station, ts_u128 limit_wei)
{
	struct ts_attach attach = { .box = box->config.our_address,
				    .chain_id = box->config.chain_id,
				    .token = box->wallets[wallet].channel.token,
				    .limit_wei = limit_wei };
	struct ts_key key = box_key(station);
	uint8_t bytes[TS_ATTACH_BYTES];
	struct ts_billing_nonce nonce;

	ts_billing_nonce(box->billing, &key, &box->now, &nonce);
	strcpy(attach.code, code);
	attach.nonce = nonce.nonce;
	attach.expiry_s = nonce.expires_s;
	ts_attach_sign(&attach, box->wallets[wallet].key, bytes);
	ts_billing_attach(box->billing, &key, bytes, sizeof(bytes),
			  BOX_ATTACH_REPLY, &box->now);
}

void box_later(struct box *box, uint64_t ns)
{
	uint32_t i;

	box->now.boot_ns += ns;
	if (box->now.wall_s)
		box->now.wall_s = 1800000000 + box->now.boot_ns / 1000000000ull;
	for (i = 1; i < BOX_ACCOUNTS; i++)
		box->accounts[i].a.idle_ms += ns / 1000000;
}

int box_open(struct box *box)
{
	static const struct ts_billing_meter meter = {
		.account_set = m_account_set, .account_get = m_account_get,
		.close_accounts = m_close_accounts, .account_dump = m_account_dump,
		.grant = m_grant, .revoke = m_revoke,
		.tariff_set = m_tariff_set, .tariff_del = m_tariff_del,
		.error = m_error,
	};
	struct ts_billing_effects effects = {
		.ctx = box, .ack = e_ack, .refuse = e_refuse,
		.answer = e_answer, .taken = e_taken, .heard = e_heard, .send = e_send,
		.refunded = e_refunded,
		.attached = e_attached, .claimed = e_claimed, .granted = e_granted,
		.session_changed = e_changed, .notify = e_notify,
		.channel_changed = e_channel, .relay_paid = e_relay_paid,
		.log = e_log, .random = e_random,
	};
	struct ts_billing_meter m = meter;
	int ret;

	m.m = box;
	ret = ledger_dir_try(&box->dir, TS_LEDGER_CREATE, &box->ledger);
	if (!ret)
		ret = ts_billing_open(box->ledger, &box->config, &m, &effects,
				      &box->now, &box->billing, box->dir.err,
				      sizeof(box->dir.err));
	if (ret && !fault.dead && !box->quiet)
		print_message("# open: %s\n", box->dir.err);
	if (ret) {
		ts_ledger_close(box->ledger);
		box->ledger = NULL;
		return ret;
	}
	ts_billing_key(box->billing, box->key);
	note_rows(box);
	return 0;
}

void box_close(struct box *box)
{
	ts_billing_free(box->billing);
	ts_ledger_close(box->ledger);
	box->billing = NULL;
	box->ledger = NULL;
}

void box_crash(struct box *box, bool power_cut, unsigned int lose)
{
	char path[160];

	fault.dead = true;
	box_close(box);
	if (power_cut) {
		fault_power_cut(lose);
		snprintf(path, sizeof(path), "%s-shm", box->dir.path);
		unlink(path);
		memset(box->accounts, 0, sizeof(box->accounts));
		memset(box->tariffs, 0, sizeof(box->tariffs));
		box->next_epoch = 0;
		box->n_events = 0;
		snprintf(box->config.boot_id, sizeof(box->config.boot_id),
			 "0a0b0c0d-0000-4000-8000-%012u", ++box->boots);
		box->now.boot_ns = 1000000000;
		memset(box->hinted_ns, 0, sizeof(box->hinted_ns));
	} else {
		fault_power_cut(0);
	}
	fault_reset();
}

void box_setup(struct box *box)
{
	box_setup_as(box, 0x22);
}

void box_setup_as(struct box *box, uint8_t seed)
{
	struct ts_billing_tariff *t;
	struct ts_channel c;
	unsigned int i;
	int dir;

	memset(box, 0, sizeof(*box));
	fault_register();
	fault_reset();
	ledger_dir_make(&box->dir);
	box->dir.vfs = "fault";
	box->key = make_key(seed);
	box->config.our_address = *ts_signer_address(box->key);
	box->config.n_tokens = 1;
	memset(&box->config.tokens[0].address, 0x73, TS_ADDRESS_BYTES);
	strcpy(box->config.tokens[0].symbol, "MESH");
	memset(&box->config.tokens_network, 0x4e, TS_ADDRESS_BYTES);
	box->config.chain_id = ts_u256_from_u64(20180430);
	strcpy(box->config.boot_id, "0a0b0c0d-0000-4000-8000-000000000000");
	box->config.n_tariffs = 1;
	box->config.default_tariff_id = 1;
	box->config.slice_floor_bytes = 100000;
	t = &box->config.tariffs[0];
	t->id = 1;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		strcpy(t->wei_per_gb[TS_CLASS_INTERNET][dir], WEI_PER_GB);
	box->now.boot_ns = 5000000000ull;
	box->now.wall_s = 1800000000;
	box->random = 1;
	for (i = 0; i < BOX_WALLETS; i++)
		make_wallet(box, i);
	assert_int_equal(box_open(box), 0);
	for (i = 0; i < BOX_WALLETS; i++) {
		c = seen_by_box(&box->wallets[i].channel);
		assert_int_equal(ts_billing_channel_import(box->billing, &c, false,
							   &box->now), 0);
	}
	box_flush(box);
}

void box_teardown(struct box *box)
{
	unsigned int i;

	box_close(box);
	fault_power_cut(0);
	ledger_dir_remove(&box->dir);
	for (i = 0; i < BOX_WALLETS; i++) {
		ts_signer_free(box->wallets[i].key);
		free(box->wallets[i].sent);
	}
	ts_signer_free(box->key);
}

/* --- what must hold -------------------------------------------------------- */

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

struct reserved {
	struct box *box;
	uint64_t units;
	bool seen[BOX_ACCOUNTS];
};

static int add_reserved(const struct ts_ledger_reservation *r, void *arg)
{
	struct reserved *sum = arg;

	sum->units += r->units;
	return 0;
}

static int check_reserved(const struct ts_ledger_account *row, void *arg)
{
	struct reserved *sum = arg;
	struct box_account *k = kernel_find(sum->box, row->account_id);

	if (!k || k->a.epoch != row->epoch ||
	    strcmp(row->boot_id, sum->box->config.boot_id))
		return 0;
	sum->seen[row->account_id] = true;
	sum->units = 0;
	assert_int_equal(ts_ledger_reservation_load(sum->box->ledger, row->row,
						    add_reserved, sum), 0);
	assert_true(k->a.granted_units <= sum->units);
	return 0;
}

static int sum_payments(const struct ts_ledger_payment *p, void *arg)
{
	ts_u128 *paid = arg;

	*paid += p->delta_wei;
	return 0;
}

void box_verify(struct box *box)
{
	ts_u128 paid = 0, acked = 0, waiting = 0, holding[BOX_CODES];
	struct reserved sum = { .box = box };
	struct box_account *k;
	unsigned int i;

	if (ts_ledger_in_batch(box->ledger))
		return;
	assert_int_equal(ts_ledger_check(box->ledger, 0, say_fault, NULL), 0);
	/* No unit in the kernel that is not reserved on the disk. */
	assert_int_equal(ts_ledger_account_load(box->ledger, check_reserved, &sum), 0);
	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used && box->accounts[i].a.granted_units)
			assert_true(sum.seen[i]);
	/* Accepted = acked, but for what is still under way. */
	assert_int_equal(ts_ledger_payment_load(box->ledger, sum_payments, &paid), 0);
	for (i = 0; i < BOX_WALLETS; i++) {
		acked += box->wallets[i].acked_wei;
		if (box->wallets[i].waiting)
			waiting += box->wallets[i].amount_wei;
	}
	assert_true(acked <= paid);
	assert_true(paid <= acked + waiting);
	/* What passed with a code, and still may, was paid with that code. */
	memset(holding, 0, sizeof(holding));
	for (i = 1; i < BOX_ACCOUNTS; i++) {
		k = &box->accounts[i];
		if (k->used && k->code >= 0)
			holding[k->code] += (ts_u128)(k->a.granted_units -
						      k->a.charged_units) << k->shift;
	}
	for (i = 0; i < box->n_codes && !box->generous; i++) {
		waiting = 0;
		for (paid = 0; paid < BOX_WALLETS; paid++)
			if (box->wallets[paid].waiting &&
			    box->wallets[paid].code == (int)i)
				waiting += box->wallets[paid].amount_wei;
		assert_true(box->codes[i].passed_wei + holding[i] <=
			    box->codes[i].acked_wei + waiting);
	}
}
