// SPDX-License-Identifier: GPL-2.0
/* relay_pair.c - two boxes of a mesh with a channel between them, for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay_pair.h"

/* Days are short here. */
#define MESH_DAY_NS	(20 * SECOND_NS)

struct context {
	struct mesh *m;
	struct side *s;
};

static struct side *other_of(struct mesh *m, const struct side *s)
{
	return s == &m->side[0] ? &m->side[1] : &m->side[0];
}

uint64_t mesh_dice(struct mesh *m, uint64_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random % below;
}

/* --- effects --------------------------------------------------------------- */

static uint64_t under_way_ns(struct mesh *m)
{
	return m->late_s ? mesh_dice(m, m->late_s * SECOND_NS) : 0;
}

/* What does not fit is lost, as on any network. */
static void post(struct context *c, const void *bytes, size_t len)
{
	struct side *to = other_of(c->m, c->s);
	unsigned int times = 1 + (mesh_dice(c->m, 1000) < c->m->repeat_per_mille);
	struct in_flight *msg;

	assert_true(len <= MESSAGE_MAX);
	if (mesh_dice(c->m, 1000) < c->m->lose_per_mille)
		return;
	while (times-- && to->n_inbox < QUEUE_MAX) {
		msg = &to->inbox[to->n_inbox++];
		msg->due_ns = c->m->now_ns + under_way_ns(c->m);
		msg->len = len;
		memcpy(msg->b, bytes, len);
	}
}

static void keep(struct in_flight *msg, const void *bytes, size_t len)
{
	msg->len = len;
	memcpy(msg->b, bytes, len);
}

/* Whatever happened to the box, what it said before holds (M10). */
static void witness_hello(struct side *s, const void *bytes, size_t len)
{
	struct ts_hello h;

	if (ts_hello_decode(&h, bytes, len))
		return;
	assert_true(h.sequence > s->last_sequence);
	s->last_sequence = h.sequence;
	keep(&s->last_hello, bytes, len);
}

static void witness_receipt(struct side *s, const void *bytes, size_t len)
{
	const struct ts_relay_receipt *old = &s->last_said;
	struct ts_relay_receipt r;
	int service, dir;

	assert_int_equal(ts_receipt_decode(&r, bytes, len), 0);
	/* Not its own: the other is reminded of it. */
	if (!ts_address_equal(&r.from, &s->config.us))
		return;
	assert_true(r.number > old->number);
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			assert_true(r.sold.bytes[service][dir] >=
				    old->sold.bytes[service][dir]);
			assert_true(r.bought.bytes[service][dir] >=
				    old->bought.bytes[service][dir]);
		}
	}
	assert_true((r.sold_wei >= old->sold_wei &&
		    r.bought_wei >= old->bought_wei &&
		    r.netted_wei >= old->netted_wei && r.paid_wei >= old->paid_wei &&
		    r.received_wei >= old->received_wei));
	s->last_said = r;
	keep(&s->last_receipt, bytes, len);
}

static void on_broadcast(void *ctx, const void *bytes, size_t len)
{
	struct context *c = ctx;

	witness_hello(c->s, bytes, len);
	post(c, bytes, len);
}

static void on_send(void *ctx, const struct ts_address *to, const void *bytes,
		    size_t len)
{
	struct context *c = ctx;

	assert_true(ts_address_equal(to, &other_of(c->m, c->s)->config.us));
	if (len == TS_RECEIPT_BYTES)
		witness_receipt(c->s, bytes, len);
	post(c, bytes, len);
}

static void on_prices(void *ctx, const struct ts_prices *prices)
{
	struct context *c = ctx;

	c->s->kernel.prices = *prices;
}

static void on_account(void *ctx, const struct ts_relay_account *account)
{
	struct context *c = ctx;
	struct kernel *k = &c->s->kernel;

	if (account->id)
		return;
	assert_int_equal(k->id, 0);
	k->id = 1;
	k->epoch = ++k->next_epoch;
	k->granted = 0;
	k->charged = 0;
	k->revoked = 0;
	memset(&k->carried, 0, sizeof(k->carried));
	memset(&c->s->true_until.carried, 0, sizeof(k->carried));
	c->s->true_until.units = 0;
	ts_relay_account_is(c->s->relay, &account->partner, k->id, k->epoch);
}

static void on_grant(void *ctx, const struct ts_address *partner, uint32_t id,
		     uint32_t epoch, uint64_t granted_units)
{
	struct context *c = ctx;
	struct kernel *k = &c->s->kernel;

	assert_int_equal(id, k->id);
	assert_int_equal(epoch, k->epoch);
	if (granted_units > k->granted)
		k->granted = granted_units;
}

static void on_close(void *ctx, const struct ts_address *partner, uint32_t id,
		     uint32_t epoch)
{
	struct context *c = ctx;
	struct kernel *k = &c->s->kernel;

	k->revoked += k->granted - k->charged;
	k->charged = k->granted;
	mesh_count(c->m, c->s);
	k->id = 0;
	ts_relay_account_is(c->s->relay, partner, 0, 0);
}

static void on_pay(void *ctx, const struct ts_address *partner, ts_u128 wei)
{
	struct context *c = ctx;

	assert_int_equal(c->s->asked_wei, 0);
	if (c->s->refuse_pay || c->s->pay_nothing)
		ts_relay_pay_failed(c->s->relay, partner);
	else
		c->s->asked_wei = wei;
}

static void on_throttle(void *ctx, bool on)
{
	struct context *c = ctx;

	c->s->throttled = on;
}

static void on_event(void *ctx, enum ts_relay_event event,
		     const struct ts_address *partner)
{
	struct context *c = ctx;

	c->s->events |= 1u << event;
}

static const struct ts_relay_effects all_effects = {
	.broadcast = on_broadcast, .send = on_send, .prices = on_prices,
	.account = on_account, .grant = on_grant, .close = on_close, .pay = on_pay,
	.throttle = on_throttle, .event = on_event,
};

/* --- a box ----------------------------------------------------------------- */

static void tell_channel(struct mesh *m, struct side *s)
{
	struct side *other = other_of(m, s);
	struct ts_relay_channel channel = {
		.partner = other->config.us, .usable = s->usable,
		.in_wei = other->deposit_wei + s->sent_wei - other->sent_wei,
		.out_wei = s->deposit_wei + other->sent_wei - s->sent_wei,
		.received_wei = other->sent_wei, .paid_wei = s->sent_wei,
	};

	assert_int_equal(ts_relay_channel(s->relay, &channel), 0);
}

static uint64_t scaled(uint64_t value, uint64_t from, unsigned int per_mille)
{
	value -= from;
	return from + value / 1000 * per_mille + value % 1000 * per_mille / 1000;
}

static struct ts_carried scale(const struct ts_carried *c, const struct ts_carried *from,
			       unsigned int per_mille)
{
	struct ts_carried out;
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			out.bytes[service][dir] = scaled(c->bytes[service][dir],
							 from->bytes[service][dir],
							 per_mille);
	return out;
}

/* What it counts from now on it may tell its program otherwise. */
void mesh_begin_to_lie(struct side *s)
{
	s->true_until = (struct truth){
		.carried = s->kernel.carried,
		.units = s->kernel.charged - s->kernel.revoked,
		.bought = s->kernel.bought,
	};
}

/* The kernel is read. */
void mesh_count(struct mesh *m, struct side *s)
{
	const struct kernel *k = &s->kernel;
	const struct ts_address *partner = &other_of(m, s)->config.us;
	struct ts_relay_sold sold = {
		.account_id = k->id, .account_epoch = k->epoch,
		.carried = scale(&k->carried, &s->true_until.carried,
				 s->sold_per_mille),
		.units = scaled(k->charged - k->revoked, s->true_until.units,
				s->sold_per_mille),
		.revoked_units = k->revoked,
	};
	struct ts_relay_bought bought = {
		.partner = *partner, .life = k->life,
		.carried = scale(&k->bought, &s->true_until.bought,
				 s->bought_per_mille),
	};
	struct ts_relay_delivered delivered = {
		.life = k->life, .bytes = k->delivered_bytes,
		.packets = k->delivered_packets,
		.refused_bytes = k->refused_bytes,
		.refused_packets = k->refused_packets,
	};

	sold.exit_units = sold.carried.bytes[TS_SERVICE_EXIT][TS_DIR_UP] *
			  k->prices.units[TS_SERVICE_EXIT][TS_DIR_UP] +
			  sold.carried.bytes[TS_SERVICE_EXIT][TS_DIR_DOWN] *
			  k->prices.units[TS_SERVICE_EXIT][TS_DIR_DOWN];
	ts_relay_day(s->relay, m->now_ns / MESH_DAY_NS);
	sold.carried.bytes[TS_SERVICE_RELAY][TS_DIR_DOWN] += k->junk_bytes;
	sold.units += k->junk_bytes * k->prices.units[TS_SERVICE_RELAY][TS_DIR_DOWN];
	ts_relay_sold(s->relay, partner, &sold);
	ts_relay_bought(s->relay, &bought, 1, &delivered);
}

static bool dies(struct mesh *m, struct side *s)
{
	if (mesh_dice(m, 1000) >= m->kill_per_mille)
		return false;
	mesh_kill(m, s);
	return true;
}

/* Durable, and then visible; false: nothing was to be kept. */
bool mesh_commit(struct mesh *m, struct side *s)
{
	struct context c = { .m = m, .s = s };
	struct ts_relay_effects e = all_effects;
	bool dirty = ts_relay_is_dirty(s->relay);

	if (dies(m, s))
		return true;
	e.ctx = &c;
	if (dirty) {
		assert_int_equal(ts_ledger_begin(s->ledger), 0);
		assert_int_equal(ts_relay_save(s->relay), 0);
		assert_int_equal(ts_ledger_commit(s->ledger), 0);
	}
	if (dies(m, s))
		return true;
	ts_relay_effects(s->relay, &e, m->now_ns);
	if (dies(m, s))
		return true;
	/* As billing does: the transfer is committed by itself. */
	s->sent_wei += s->asked_wei;
	s->asked_wei = 0;
	if (dies(m, s))
		return true;
	tell_channel(m, s);
	return dirty;
}

static void shuffle(struct mesh *m, struct in_flight *messages, unsigned int n)
{
	struct in_flight swapped;
	unsigned int i, j;

	for (i = n; m->shuffle && i > 1; i--) {
		j = (unsigned int)mesh_dice(m, i);
		swapped = messages[i - 1];
		messages[i - 1] = messages[j];
		messages[j] = swapped;
	}
}

/* Return: how many of those under way have arrived; these are taken out. */
static unsigned int arrive(struct mesh *m, struct side *s, struct in_flight *messages)
{
	unsigned int i, n = 0, left = 0;

	for (i = 0; i < s->n_inbox; i++) {
		if (s->inbox[i].due_ns <= m->now_ns)
			messages[n++] = s->inbox[i];
		else
			s->inbox[left++] = s->inbox[i];
	}
	s->n_inbox = left;
	return n;
}

static void hear(struct mesh *m, struct side *s)
{
	struct in_flight messages[QUEUE_MAX];
	unsigned int i, n = arrive(m, s, messages);

	shuffle(m, messages, n);
	for (i = 0; i < n; i++) {
		mesh_count(m, s);
		ts_relay_take(s->relay, messages[i].b, messages[i].len, m->now_ns);
	}
}

static void step(struct mesh *m, struct side *s)
{
	tell_channel(m, s);
	mesh_count(m, s);
	hear(m, s);
	ts_relay_tick(s->relay, m->now_ns);
	while (mesh_commit(m, s))
		;
}

static bool has_arrived(const struct mesh *m, const struct side *s)
{
	unsigned int i;

	for (i = 0; i < s->n_inbox; i++)
		if (s->inbox[i].due_ns <= m->now_ns)
			return true;
	return false;
}

/* Messages take no time to speak of, if they are not to; an exchange of them ends. */
void mesh_step(struct mesh *m)
{
	unsigned int rounds = 0;

	m->now_ns += SECOND_NS;
	do {
		assert_true(rounds++ < 20);
		step(m, &m->side[0]);
		step(m, &m->side[1]);
	} while (has_arrived(m, &m->side[0]));
}

void mesh_run(struct mesh *m, unsigned int seconds)
{
	while (seconds--)
		mesh_step(m);
}

/* --- traffic --------------------------------------------------------------- */

static bool is_lost(struct mesh *m, unsigned int per_mille)
{
	return per_mille && mesh_dice(m, 1000) < per_mille;
}

static ts_u128 price_of(const struct side *seller, int dir, uint64_t bytes)
{
	uint32_t rest = 0;

	return ts_price_wei_of_bytes(ts_prices_get(&seller->kernel.prices,
						   TS_SERVICE_RELAY, dir),
				     bytes, &rest);
}

static bool pass(struct side *seller, int dir, uint64_t bytes)
{
	struct kernel *k = &seller->kernel;
	uint64_t cost = bytes * k->prices.units[TS_SERVICE_RELAY][dir];

	if (!k->id || k->charged > k->granted || cost > k->granted - k->charged) {
		seller->refused_bytes += bytes;
		return false;
	}
	k->charged += cost;
	k->carried.bytes[TS_SERVICE_RELAY][dir] += bytes;
	seller->passed_bytes += bytes;
	seller->carried_wei += price_of(seller, dir, bytes);
	seller->aired_wei += price_of(seller, dir, bytes);
	return true;
}

/* @from sends, and the other carries it on.  Return: how much. */
uint64_t mesh_up(struct mesh *m, struct side *from, uint64_t bytes)
{
	struct side *seller = other_of(m, from);
	uint64_t passed = 0;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		from->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_UP] += FRAME_BYTES;
		if (is_lost(m, m->lose_up_per_mille))
			seller->aired_wei += price_of(seller, TS_DIR_UP, FRAME_BYTES);
		else if (pass(seller, TS_DIR_UP, FRAME_BYTES))
			passed += FRAME_BYTES;
	}
	return passed;
}

/* A frame of a download comes to a client, or for one that is dry. */
static void deliver(struct side *to)
{
	struct kernel *k = &to->kernel;
	uint64_t bytes = FRAME_BYTES - to->config.overhead_bytes;

	if (k->dry) {
		k->refused_bytes += bytes;
		k->refused_packets++;
	} else {
		k->delivered_bytes += bytes;
		k->delivered_packets++;
	}
}

/* Somebody behind the other sends to a client of @to.  Return: how much arrives. */
uint64_t mesh_down(struct mesh *m, struct side *to, uint64_t bytes)
{
	uint64_t passed = 0;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		if (!pass(other_of(m, to), TS_DIR_DOWN, FRAME_BYTES) ||
		    is_lost(m, m->lose_down_per_mille))
			continue;
		to->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_DOWN] += FRAME_BYTES;
		deliver(to);
		passed += FRAME_BYTES;
	}
	return passed;
}

/*
 * The other makes up downloads: it counts them, they arrive, and nobody wants them, or
 * somebody who is dry.
 */
void mesh_junk(struct mesh *m, struct side *to, uint64_t bytes)
{
	struct kernel *k = &other_of(m, to)->kernel;

	for (; bytes >= FRAME_BYTES; bytes -= FRAME_BYTES) {
		k->junk_bytes += FRAME_BYTES;
		to->kernel.bought.bytes[TS_SERVICE_RELAY][TS_DIR_DOWN] += FRAME_BYTES;
		if (to->kernel.dry)
			deliver(to);
	}
}

enum ts_relay_verdict mesh_give(struct mesh *m, struct side *to,
				const struct in_flight *msg)
{
	return ts_relay_take(to->relay, msg->b, msg->len, m->now_ns);
}

bool mesh_was_told(struct side *s, enum ts_relay_event event)
{
	bool was = s->events & 1u << event;

	s->events &= ~(1u << event);
	return was;
}

static void copy_view(const struct ts_relay_view *view, void *arg)
{
	*(struct ts_relay_view *)arg = *view;
}

struct ts_relay_view mesh_view(const struct mesh *m, const struct side *s)
{
	struct ts_relay_view view = { 0 };

	ts_relay_each(s->relay, m->now_ns, copy_view, &view);
	return view;
}

ts_u128 mesh_window_wei(const struct side *s)
{
	uint32_t rest = 0;

	return ts_price_wei_of_bytes(ts_prices_dearest(&s->kernel.prices),
				     s->config.window_bytes, &rest);
}

/* --- life and death -------------------------------------------------------- */

void mesh_start(struct mesh *m, struct side *s)
{
	struct ts_ledger_options options = { .flags = TS_LEDGER_CREATE };
	char path[128], lock_path[128], err[256];

	snprintf(path, sizeof(path), "%s/%s.db", m->dir, s->name);
	snprintf(lock_path, sizeof(lock_path), "%s/%s.lock", m->dir, s->name);
	options.path = path;
	options.lock_path = lock_path;
	assert_int_equal(ts_ledger_open(&options, &s->ledger, err, sizeof(err)), 0);
	assert_int_equal(ts_relay_new(s->ledger, &s->config, s->key, m->now_ns,
				      &s->relay), 0);
	ts_relay_radios(s->relay, &s->mac, &s->mac, 1);
	s->asked_wei = 0;
	tell_channel(m, s);
	/* Accounts that the ledger does not know are closed. */
	if (s->kernel.id && !ts_relay_knows_account(s->relay, s->kernel.id,
						    s->kernel.epoch))
		s->kernel.id = 0;
}

/* The process is gone, the kernel counts on. */
void mesh_kill(struct mesh *m, struct side *s)
{
	s->kills++;
	ts_relay_free(s->relay);
	ts_ledger_close(s->ledger);
	mesh_start(m, s);
}

/* No boot has the name of another. */
static void name_boot(struct side *s)
{
	snprintf(s->config.boot_id, sizeof(s->config.boot_id),
		 "%08x-0000-0000-0000-000000000001", (unsigned int)s->kernel.life);
}

/* All that was not on the disk is gone. */
void mesh_power_cut(struct mesh *m, struct side *s)
{
	uint64_t life = s->kernel.life;

	memset(&s->kernel, 0, sizeof(s->kernel));
	memset(&s->true_until, 0, sizeof(s->true_until));
	s->kernel.life = life + 1;
	name_boot(s);
	mesh_kill(m, s);
}

static void fill_config(struct ts_relay_config *c, struct side *s)
{
	int service, dir;

	c->us = *ts_signer_address(s->key);
	c->chain_id = ts_u256_from_u64(8888);
	memset(&c->tokens_network, 0x11, sizeof(c->tokens_network));
	memset(&c->token, 0x22, sizeof(c->token));
	name_boot(s);
	c->relay_port = 40002;
	c->photon_port = 40001;
	c->hello_s = 5;
	c->interval_s = 10;
	c->pay_bytes = 1 << 20;
	c->window_bytes = 4 << 20;
	c->window_box_wei = (ts_u128)1 << 100;
	c->judge_bytes = 1 << 20;
	c->tolerance_per_mille = 20;
	c->overhead_bytes = 24;
	c->low_bytes = 8 << 20;
	c->offer.margin_per_mille = 100;
	c->offer.rise_per_mille = 200;
	c->offer.notice_s = 1200;
	c->limits.rise_per_mille = 250;
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			c->offer.own[service][dir] =
				ts_price_of_wei_per_gb(1000000000000ull * (1 + dir));
			c->limits.most[service][dir] =
				ts_price_of_wei_per_gb(100000000000000ull);
		}
	}
}

static void open_side(struct mesh *m, unsigned int i)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct side *s = &m->side[i];

	memset(secret, 0x31 + i, sizeof(secret));
	snprintf(s->name, sizeof(s->name), "box%u", i);
	s->key = ts_signer_new(secret);
	s->mac = (struct ts_mac){ { 2, 0, 0, 0, 0, (uint8_t)i } };
	s->deposit_wei = (ts_u128)1 << 90;
	s->usable = true;
	s->sold_per_mille = 1000;
	s->bought_per_mille = 1000;
	s->kernel.life = 1;
	fill_config(&s->config, s);
}

void mesh_open(struct mesh *m)
{
	const char *where = getenv("TMPDIR");

	memset(m, 0, sizeof(*m));
	snprintf(m->dir, sizeof(m->dir), "%.40s/ts-relay-XXXXXX", where ? where : "/tmp");
	assert_non_null(mkdtemp(m->dir));
	m->random = 88172645463325252ull;
	m->now_ns = 1000 * SECOND_NS;
	open_side(m, 0);
	open_side(m, 1);
	mesh_start(m, &m->side[0]);
	mesh_start(m, &m->side[1]);
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

void mesh_close(struct mesh *m)
{
	static const char *const ends[] = { "db", "db-wal", "db-shm", "lock" };
	char path[128];
	unsigned int i, j;

	for (i = 0; i < 2; i++) {
		ts_relay_free(m->side[i].relay);
		/* M5: what was charged is in the revenues of its days. */
		assert_int_equal(ts_ledger_check(m->side[i].ledger, 0, say_fault, NULL),
				 0);
		ts_ledger_close(m->side[i].ledger);
		ts_signer_free(m->side[i].key);
		for (j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
			snprintf(path, sizeof(path), "%s/%s.%s", m->dir,
				 m->side[i].name, ends[j]);
			unlink(path);
		}
	}
	assert_int_equal(rmdir(m->dir), 0);
}
