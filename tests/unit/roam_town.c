// SPDX-License-Identifier: GPL-2.0
/* roam_town.c - three boxes, a wallet that moves, and the links between them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "roam_town.h"

#define MESSAGE_REPLY	2000

struct town town;

static const struct ts_address *address(unsigned int at)
{
	return &town.box[at].config.our_address;
}

static int box_of(const struct ts_address *a)
{
	unsigned int i;

	for (i = 0; i < BOXES; i++)
		if (ts_address_equal(address(i), a))
			return (int)i;
	return -1;
}

/* Between home and another box, as @at sees it. */
static struct ts_channel channel_of(unsigned int at, unsigned int other)
{
	struct ts_channel c = {
		.our_address = *address(at), .partner_address = *address(other),
		.token = town.box[at].config.tokens[0].address,
		.tokens_network = town.box[at].config.tokens_network,
		.chain_id = town.box[at].config.chain_id,
		.open_block_number = 500 + at + other,
		.settle_timeout_blocks = 50000, .state = TS_CHANNEL_OPEN,
		.our_deposit_wei = 100 * PAID, .partner_deposit_wei = 100 * PAID,
	};

	ts_channel_identifier(&c.our_address, &c.partner_address, &c.token,
			      &c.tokens_network, &c.channel_identifier);
	return c;
}

static void join(unsigned int at, unsigned int other)
{
	struct box *box = &town.box[at];
	struct ts_channel c = channel_of(at, other);

	box->config.community[box->config.n_community++] = *address(other);
	assert_int_equal(ts_billing_channel_import(box->billing, &c, false, &box->now), 0);
}

int town_setup(void **state)
{
	unsigned int i;

	memset(&town, 0, sizeof(town));
	for (i = 0; i < BOXES; i++)
		box_setup_as(&town.box[i], (uint8_t)(0x22 + i));
	for (i = 1; i < BOXES; i++) {
		join(HOME, i);
		join(i, HOME);
	}
	for (i = 0; i < BOXES; i++) {
		assert_int_equal(ts_billing_reload(town.box[i].billing, &town.box[i].config,
						   &town.box[i].now), 0);
		box_flush(&town.box[i]);
	}
	town.code = box_code(&town.box[HOME], 0);
	assert_true(box_pay(&town.box[HOME], WALLET, PAID, town.code));
	return 0;
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

int town_teardown(void **state)
{
	unsigned int i;

	for (i = 0; i < BOXES; i++) {
		assert_int_equal(ts_ledger_check(town.box[i].ledger,
			TS_LEDGER_CHECK_SIGNATURES, say_fault, NULL), 0);
		box_teardown(&town.box[i]);
	}
	return 0;
}

struct ts_order town_order(unsigned int at, unsigned int station)
{
	struct ts_order order = {
		.home = *address(HOME), .host = *address(at),
		.chain_id = town.box[HOME].config.chain_id,
		.token = town.box[HOME].config.tokens[0].address,
		.sequence = ++town.sequence, .lifetime_s = 86400,
		.limit_wei = TS_U128_MAX, .max_wei_per_gb = TS_U128_MAX,
	};
	struct ts_key key = box_key(station);
	struct ts_billing_nonce nonce;

	ts_billing_nonce(town.box[at].billing, &key, &town.box[at].now, &nonce);
	order.nonce = nonce.nonce;
	strcpy(order.code, town.box[HOME].codes[town.code].code);
	return order;
}

const char *town_show(unsigned int at, unsigned int station,
		      const struct ts_order *order)
{
	unsigned int attaches = town.box[at].attaches, refusals = town.box[at].refusals;
	struct ts_key key = box_key(station);
	uint8_t bytes[TS_ORDER_BYTES];

	ts_order_sign(order, town.box[HOME].wallets[WALLET].key, bytes);
	ts_billing_roam(town.box[at].billing, &key, bytes, sizeof(bytes), ROAM_REPLY,
			&town.box[at].now);
	town_pump();
	if (fault.dead)
		return "dead";
	assert_int_equal(town.box[at].attaches - attaches +
			 town.box[at].refusals - refusals, 1);
	return town.box[at].attaches > attaches ? NULL : town.box[at].last_refusal.name;
}

const char *town_roam(unsigned int at)
{
	struct ts_order order = town_order(at, GUEST);

	return town_show(at, GUEST, &order);
}

static void answered(unsigned int at, const char *name, const struct ts_claim_answer *a)
{
	ts_billing_claim_answered(town.box[at].billing, name, a, &town.box[at].now);
	box_flush(&town.box[at]);
}

/* One claim to home; false: there is none. */
static bool claim(unsigned int at)
{
	struct box *home = &town.box[HOME];
	struct ts_claim_answer answer = { .unreachable = true };
	uint8_t bytes[TS_CLAIM_BYTES];
	char name[TS_CODE_SIZE];
	unsigned int before;

	if (!ts_billing_claim_next(town.box[at].billing, address(HOME),
				   &town.box[at].now, bytes, name))
		return false;
	if (town.cut) {
		answered(at, name, &answer);
		return true;
	}
	town.n_claims++;
	before = home->claims;
	home->last_reply = 0;
	ts_billing_claim(home->billing, bytes, sizeof(bytes), ROAM_REPLY, &home->now);
	box_flush(home);
	if (fault.dead)
		return false;
	assert_int_equal(home->last_reply, ROAM_REPLY);
	if (!town.lose_answers) {
		answer.unreachable = false;
		answer.bought_wei = home->last_bought_wei;
		answer.error = home->claims > before ? NULL : home->last_refusal.name;
		town.error = answer.error;
	}
	answered(at, name, &answer);
	return true;
}

/* A message of one box to another, and its Ack back. */
static void deliver(unsigned int from, const struct box_message *m)
{
	int to = box_of(&m->to);
	unsigned int acks;
	uint8_t ack[TS_ACK_BYTES];

	if (to < 0 || town.cut || town.lose_messages)
		return;
	acks = town.box[to].acks;
	ts_billing_datagram(town.box[to].billing, m->datagram.b, m->datagram.len,
			    MESSAGE_REPLY, &town.box[to].now);
	box_flush(&town.box[to]);
	if (fault.dead || town.box[to].acks == acks)
		return;
	memcpy(ack, town.box[to].last_ack, sizeof(ack));
	ts_billing_datagram(town.box[from].billing, ack, sizeof(ack), MESSAGE_REPLY,
			    &town.box[from].now);
	box_flush(&town.box[from]);
}

static bool deliver_all(unsigned int from)
{
	bool any = false;

	while (town.delivered[from] < town.box[from].n_messages && !fault.dead) {
		deliver(from, &town.box[from].messages[town.delivered[from]++]);
		any = true;
	}
	if (town.delivered[from] == town.box[from].n_messages)
		town.delivered[from] = town.box[from].n_messages = 0;
	return any;
}

void town_pump(void)
{
	unsigned int i, turns = 0;
	bool more = true;

	while (more && !fault.dead) {
		assert_true(turns++ < 1000);
		more = false;
		for (i = 0; i < BOXES && !fault.dead; i++) {
			box_events(&town.box[i]);
			box_flush(&town.box[i]);
			more |= i != HOME && claim(i);
			more |= deliver_all(i);
		}
	}
}

void town_later(unsigned int seconds)
{
	unsigned int i;

	while (seconds-- && !fault.dead) {
		for (i = 0; i < BOXES; i++) {
			box_later(&town.box[i], SECOND);
			ts_billing_tick(town.box[i].billing, &town.box[i].now);
		}
		town_pump();
	}
}

void town_crash(void)
{
	unsigned int i;

	fault.dead = true;
	for (i = 0; i < BOXES; i++)
		box_close(&town.box[i]);
	fault_power_cut(0);
	fault_reset();
	for (i = 0; i < BOXES; i++) {
		/* Another process has another secret behind its nonces. */
		town.box[i].random += 77;
		assert_int_equal(box_open(&town.box[i]), 0);
		town.delivered[i] = town.box[i].n_messages = 0;
	}
}

uint64_t town_spend(unsigned int at, uint64_t most)
{
	unsigned int refused = 0;
	uint64_t passed = 0;

	while (refused < 4 && passed < most && !fault.dead) {
		if (box_frame(&town.box[at], GUEST, 1000, TS_DIR_DOWN)) {
			passed += 1000;
			refused = 0;
		} else {
			refused++;
		}
		town_pump();
	}
	return passed;
}

/* --- each unit is somewhere, once -------------------------------------------- */

struct totals {
	struct ts_ledger_sum sum;
	struct ts_address wallet;
};

static int keep(const struct ts_ledger_sum *s, void *arg)
{
	struct totals *t = arg;

	if (ts_address_equal(&s->wallet, &t->wallet))
		t->sum = *s;
	return 0;
}

static struct ts_ledger_sum sum_of(unsigned int at, const struct ts_address *wallet)
{
	struct totals t = { .wallet = *wallet };

	assert_int_equal(ts_ledger_sum(town.box[at].ledger, keep, &t), 0);
	return t.sum;
}

static const struct ts_address *wallet_address(void)
{
	return ts_signer_address(town.box[HOME].wallets[WALLET].key);
}

ts_u128 town_home_unspent(void)
{
	struct ts_ledger_sum s = sum_of(HOME, wallet_address());

	return s.unspent_wei + s.reserved_wei;
}

struct ts_ledger_order town_row(const char *name)
{
	struct ts_ledger_order row;

	assert_int_equal(ts_ledger_order_find(town.box[HOME].ledger, name, &row), 0);
	return row;
}

struct out {
	ts_u128 bought_wei, returned_wei;
};

static int add_order(const struct ts_ledger_order *o, void *arg)
{
	struct out *out = arg;

	out->bought_wei += o->bought_wei;
	out->returned_wei += o->returned_wei;
	return 0;
}

void town_verify(void)
{
	struct ts_ledger_sum home, guest;
	struct out out = { 0 };
	ts_u128 arrived = 0, back = 0;
	unsigned int i;

	for (i = 0; i < BOXES; i++) {
		assert_false(ts_ledger_in_batch(town.box[i].ledger));
		assert_int_equal(ts_ledger_check(town.box[i].ledger, 0, say_fault, NULL), 0);
	}
	home = sum_of(HOME, wallet_address());
	assert_int_equal(ts_ledger_order_load(town.box[HOME].ledger, add_order, &out), 0);
	/* What is elsewhere is not here, and nothing else is gone. */
	assert_true(home.refunded_wei == out.bought_wei - out.returned_wei);
	for (i = 1; i < BOXES; i++) {
		guest = sum_of(i, address(HOME));
		arrived += guest.paid_wei;
		back += guest.refunded_wei;
	}
	/* Of orders that are forgotten as much was bought as came back. */
	assert_true(arrived - back <= out.bought_wei - out.returned_wei);
	assert_true(home.paid_wei == PAID);
}

void town_settled(void)
{
	struct ts_ledger_sum home, guest;
	ts_u128 sum;
	unsigned int i;

	town_verify();
	home = sum_of(HOME, wallet_address());
	sum = home.consumed_wei + home.unspent_wei + home.reserved_wei;
	for (i = 1; i < BOXES; i++) {
		guest = sum_of(i, address(HOME));
		sum += guest.consumed_wei + guest.unspent_wei + guest.reserved_wei;
	}
	assert_true(sum == PAID);
}

struct ts_session_view town_session(unsigned int at, const char *code)
{
	struct ts_session_view view;

	assert_int_equal(ts_billing_session_view(town.box[at].billing, code, &view), 0);
	return view;
}

static int keep_visit(const struct ts_visit_view *v, void *arg)
{
	*(struct ts_visit_view *)arg = *v;
	return 0;
}

bool town_visit(unsigned int at, struct ts_visit_view *v)
{
	memset(v, 0, sizeof(*v));
	ts_billing_visit_each(town.box[at].billing, keep_visit, v);
	return v->row.name[0];
}
