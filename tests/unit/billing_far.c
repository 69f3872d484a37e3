// SPDX-License-Identifier: GPL-2.0
/* billing_far.c - a box and its wallets as whole peers of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"

struct box box;
struct far far[BOX_WALLETS];
struct ts_life far_spare;
unsigned int far_delivered;
struct ts_hash far_secret;

const struct ts_moment far_moment = {
	.now_ns = 1, .head_block = HEAD, .head_fresh = true,
};

const struct ts_signer *far_key(unsigned int wallet)
{
	return box.wallets[wallet].key;
}

static void begin(void)
{
	unsigned int i;

	memset(far, 0, sizeof(far));
	for (i = 0; i < BOX_WALLETS; i++)
		far[i].life.channel = box.wallets[i].channel;
	far_delivered = 0;
	memset(&far_secret, 7, sizeof(far_secret));
	ts_billing_head(box.billing, HEAD, true);
}

int far_setup(void **state)
{
	box_setup(&box);
	begin();
	return 0;
}

void far_say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

int far_teardown(void **state)
{
	assert_int_equal(ts_ledger_check(box.ledger, TS_LEDGER_CHECK_SIGNATURES,
					 far_say_fault, NULL), 0);
	box_teardown(&box);
	return 0;
}

/* To the box, whole; true: acked or taken. */
bool far_give(const void *bytes, size_t len)
{
	unsigned int before = box.acks + box.taken;

	ts_billing_datagram(box.billing, bytes, len, REPLY, &box.now);
	box_flush(&box);
	return box.acks + box.taken != before;
}

int far_wallet(const struct ts_address *address)
{
	unsigned int i;

	for (i = 0; i < BOX_WALLETS; i++)
		if (ts_address_equal(ts_signer_address(far_key(i)), address))
			return (int)i;
	return -1;
}

/* What the far end has to say, until it has nothing more. */
bool far_speak(unsigned int wallet)
{
	struct ts_outbox *o = &far[wallet].life.outbox;
	const struct ts_outgoing *due[TS_DUE_MAX];
	struct ts_message msg;
	size_t i, n;

	ts_outbox_restart(o);
	n = ts_outbox_due(o, 1, due);
	for (i = 0; i < n; i++) {
		if (!far_give(due[i]->b, due[i]->len))
			continue;
		assert_int_equal(ts_message_decode(&msg, box.last_ack,
						   TS_ACK_BYTES), 0);
		return ts_outbox_ack(o, &msg.ack);
	}
	return false;
}

void far_hear(unsigned int wallet, const struct ts_datagram *d)
{
	struct ts_outcome outcome;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	if (far[wallet].deaf ||
	    ts_life_receive(&far[wallet].life, far_key(wallet), &far_moment, &msg,
			    d->b, d->len, &far_spare, &outcome))
		return;
	far[wallet].life = far_spare;
	assert_null(ts_life_fault(&far_spare));
	if (outcome.has_ack)
		far_give(outcome.ack, TS_ACK_BYTES);
}

/* Messages of the box to peers; false: there are none. */
bool far_deliver(void)
{
	bool any = far_delivered < box.n_messages;
	int wallet;

	while (far_delivered < box.n_messages) {
		wallet = far_wallet(&box.messages[far_delivered].to);
		assert_true(wallet >= 0);
		far_hear((unsigned int)wallet, &box.messages[far_delivered].datagram);
		far_delivered++;
	}
	return any;
}

void far_pump(void)
{
	bool more = true;
	unsigned int i;

	while (more && !fault.dead) {
		more = far_deliver();
		for (i = 0; i < BOX_WALLETS && !fault.dead; i++)
			more |= far_speak(i);
	}
}

static struct ts_pending_lock lock_of(unsigned int target, ts_u128 amount_wei)
{
	struct ts_pending_lock lock = {
		.expiration = HEAD + 100,
		.amount_wei = amount_wei,
		.initiator = *ts_signer_address(far_key(PAYER)),
		.target = box.config.our_address,
	};

	if (target < BOX_WALLETS)
		lock.target = *ts_signer_address(far_key(target));
	ts_sha256(&lock.secret_hash, far_secret.b, TS_HASH_BYTES);
	return lock;
}

/* The partner passes the payer's transfer on. */
void far_offer(unsigned int target, ts_u128 amount_wei, ts_u128 fee_wei)
{
	struct ts_pending_lock lock = lock_of(target, amount_wei);

	lock.fee_wei = fee_wei;
	assert_int_equal(ts_life_lock(&far[PARTNER].life, far_key(PARTNER),
				      &far_moment, &lock, &far_spare), TS_ACCEPTED);
	far[PARTNER].life = far_spare;
}

struct ts_datagram far_reveal_by(const struct ts_signer *key, const char *memo)
{
	struct ts_message msg = { .id = TS_MSG_REVEAL_SECRET };
	struct ts_datagram d;

	msg.reveal_secret.lock_secret = far_secret;
	msg.reveal_secret.data.p = (const uint8_t *)memo;
	msg.reveal_secret.data.len = strlen(memo);
	assert_int_equal(ts_message_sign(&msg, key, &box.config.chain_id, &d), 0);
	return d;
}

struct ts_datagram far_reveal(unsigned int by, const char *memo)
{
	return far_reveal_by(far_key(by), memo);
}

const char *far_memo(int code)
{
	static char text[TS_MEMO_SIZE];
	struct ts_memo memo = { .tariff_id = 1 };

	strcpy(memo.code, box.codes[code].code);
	text[ts_memo_print(&memo, text)] = '\0';
	return text;
}

bool far_is_last_message(enum ts_message_id id)
{
	return box.n_messages &&
	       box.messages[box.n_messages - 1].datagram.b[0] == id;
}

void far_see(unsigned int wallet, const struct ts_channel_event *event)
{
	const struct ts_channel *c = &far[wallet].life.channel;
	struct ts_billing_shown shown = { c->channel_identifier, c->token,
					  c->our_address, *event };

	assert_int_equal(ts_billing_channel_event(box.billing, &shown, box.key,
						  &box.now), 0);
	box_flush(&box);
}

struct ts_channel far_channel(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(wallet)), NULL, &view), 0);
	return view.channel;
}

struct ts_channel far_next_life(unsigned int wallet)
{
	struct ts_channel channel = far_channel(wallet);

	channel.open_block_number += 50;
	channel.frozen = false;
	memset(&channel.partner_proof, 0, sizeof(channel.partner_proof));
	return channel;
}

void far_show(const struct ts_channel *channel)
{
	assert_int_equal(ts_billing_channel_import(box.billing, channel, true, &box.now), 0);
	box_flush(&box);
}

/* As the crash tests see it: nothing of what waited in memory is left. */
void far_restart(bool power_cut)
{
	box_crash(&box, power_cut, 0);
	assert_int_equal(box_open(&box), 0);
	ts_billing_head(box.billing, HEAD, true);
	box_flush(&box);
}

struct ts_ledger_sum far_of_payer;

static int keep_payer(const struct ts_ledger_sum *s, void *arg)
{
	struct ts_ledger_sum *sum = arg;

	if (ts_address_is_zero(&s->wallet))
		*sum = *s;
	if (ts_address_equal(&s->wallet, ts_signer_address(far_key(PAYER))))
		far_of_payer = *s;
	return 0;
}

struct ts_ledger_sum far_total(void)
{
	struct ts_ledger_sum sum = { };

	memset(&far_of_payer, 0, sizeof(far_of_payer));
	assert_int_equal(ts_ledger_sum(box.ledger, keep_payer, &sum), 0);
	return sum;
}
