// SPDX-License-Identifier: GPL-2.0
/* relay_pair.c - two boxes of a mesh with a channel between them, for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

struct side *mesh_other(struct mesh *m, const struct side *s)
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
	struct side *to = mesh_other(c->m, c->s);
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

	assert_true(ts_address_equal(to, &mesh_other(c->m, c->s)->config.us));
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
	/* Or a crash would leave granted what the books do not know. */
	assert_false(ts_relay_is_dirty(c->s->relay));
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

void mesh_tell_channel(struct mesh *m, struct side *s)
{
	struct side *other = mesh_other(m, s);
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
	const struct ts_address *partner = &mesh_other(m, s)->config.us;
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
	mesh_tell_channel(m, s);
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
	mesh_tell_channel(m, s);
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

/* --- what they were told, and what is shown --------------------------------- */

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
