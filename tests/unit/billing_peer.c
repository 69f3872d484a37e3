// SPDX-License-Identifier: GPL-2.0
/*
 * billing_peer.c - a box among Photon peers: what is more than a payment, what
 * the box itself sends, and what of it survives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "billing_box.h"
#include "ledger/reveal.h"
#include "photon/attach.h"
#include "photon/life.h"

#define HEAD	1000
#define PARTNER	0	/* opened a channel with the box, pays itself and for others */
#define TARGET	1	/* the other end of a hop */
#define PAYER	3	/* the initiator of a mediated transfer */
#define REPLY	1000

/**
 * struct far - a wallet as a whole peer
 * @life: its committed state
 * @deaf: it takes nothing
 */
struct far {
	struct ts_life life;
	bool deaf;
};

static struct box box;
static struct far far[BOX_WALLETS];
static struct ts_life spare;
static unsigned int delivered;
static struct ts_hash secret;

static const struct ts_moment moment = {
	.now_ns = 1, .head_block = HEAD, .head_fresh = true,
};

static const struct ts_signer *key_of(unsigned int wallet)
{
	return box.wallets[wallet].key;
}

static void begin(void)
{
	unsigned int i;

	memset(far, 0, sizeof(far));
	for (i = 0; i < BOX_WALLETS; i++)
		far[i].life.channel = box.wallets[i].channel;
	delivered = 0;
	memset(&secret, 7, sizeof(secret));
	ts_billing_head(box.billing, HEAD, true);
}

static int setup(void **state)
{
	box_setup(&box);
	begin();
	return 0;
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

static int teardown(void **state)
{
	assert_int_equal(ts_ledger_check(box.ledger, TS_LEDGER_CHECK_SIGNATURES,
					 say_fault, NULL), 0);
	box_teardown(&box);
	return 0;
}

/* To the box, whole; true: acked or taken. */
static bool give(const void *bytes, size_t len)
{
	unsigned int before = box.acks + box.taken;

	ts_billing_datagram(box.billing, bytes, len, REPLY, &box.now);
	box_flush(&box);
	return box.acks + box.taken != before;
}

static int wallet_of(const struct ts_address *address)
{
	unsigned int i;

	for (i = 0; i < BOX_WALLETS; i++)
		if (ts_address_equal(ts_signer_address(key_of(i)), address))
			return (int)i;
	return -1;
}

/* What the far end has to say, until it has nothing more. */
static bool speak(unsigned int wallet)
{
	struct ts_outbox *o = &far[wallet].life.outbox;
	const struct ts_outgoing *due[TS_DUE_MAX];
	struct ts_message msg;
	size_t i, n;

	ts_outbox_restart(o);
	n = ts_outbox_due(o, 1, due);
	for (i = 0; i < n; i++) {
		if (!give(due[i]->b, due[i]->len))
			continue;
		assert_int_equal(ts_message_decode(&msg, box.last_ack,
						   TS_ACK_BYTES), 0);
		return ts_outbox_ack(o, &msg.ack);
	}
	return false;
}

static void hear(unsigned int wallet, const struct ts_datagram *d)
{
	struct ts_outcome outcome;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	if (far[wallet].deaf ||
	    ts_life_receive(&far[wallet].life, key_of(wallet), &moment, &msg,
			    d->b, d->len, &spare, &outcome))
		return;
	far[wallet].life = spare;
	assert_null(ts_life_fault(&spare));
	if (outcome.has_ack)
		give(outcome.ack, TS_ACK_BYTES);
}

/* Messages of the box to peers; false: there are none. */
static bool deliver(void)
{
	bool any = delivered < box.n_messages;
	int wallet;

	while (delivered < box.n_messages) {
		wallet = wallet_of(&box.messages[delivered].to);
		assert_true(wallet >= 0);
		hear((unsigned int)wallet, &box.messages[delivered].datagram);
		delivered++;
	}
	return any;
}

static void pump(void)
{
	bool more = true;
	unsigned int i;

	while (more && !fault.dead) {
		more = deliver();
		for (i = 0; i < BOX_WALLETS && !fault.dead; i++)
			more |= speak(i);
	}
}

static struct ts_pending_lock lock_of(unsigned int target, ts_u128 amount_wei)
{
	struct ts_pending_lock lock = {
		.expiration = HEAD + 100,
		.amount_wei = amount_wei,
		.initiator = *ts_signer_address(key_of(PAYER)),
		.target = box.config.our_address,
	};

	if (target < BOX_WALLETS)
		lock.target = *ts_signer_address(key_of(target));
	ts_sha256(&lock.secret_hash, secret.b, TS_HASH_BYTES);
	return lock;
}

/* The partner passes the payer's transfer on. */
static void offer(unsigned int target, ts_u128 amount_wei, ts_u128 fee_wei)
{
	struct ts_pending_lock lock = lock_of(target, amount_wei);

	lock.fee_wei = fee_wei;
	assert_int_equal(ts_life_lock(&far[PARTNER].life, key_of(PARTNER),
				      &moment, &lock, &spare), TS_ACCEPTED);
	far[PARTNER].life = spare;
}

static struct ts_datagram reveal_by(const struct ts_signer *key, const char *memo)
{
	struct ts_message msg = { .id = TS_MSG_REVEAL_SECRET };
	struct ts_datagram d;

	msg.reveal_secret.lock_secret = secret;
	msg.reveal_secret.data.p = (const uint8_t *)memo;
	msg.reveal_secret.data.len = strlen(memo);
	assert_int_equal(ts_message_sign(&msg, key, &box.config.chain_id, &d), 0);
	return d;
}

static struct ts_datagram reveal(unsigned int by, const char *memo)
{
	return reveal_by(key_of(by), memo);
}

static const char *memo_for(int code)
{
	static char text[TS_MEMO_SIZE];
	struct ts_memo memo = { .tariff_id = 1 };

	strcpy(memo.code, box.codes[code].code);
	text[ts_memo_print(&memo, text)] = '\0';
	return text;
}

static bool is_last_message(enum ts_message_id id)
{
	return box.n_messages &&
	       box.messages[box.n_messages - 1].datagram.b[0] == id;
}

/* As the crash tests see it: nothing of what waited in memory is left. */
static void restart(bool power_cut)
{
	box_crash(&box, power_cut, 0);
	assert_int_equal(box_open(&box), 0);
	ts_billing_head(box.billing, HEAD, true);
	box_flush(&box);
}

static struct ts_ledger_sum of_payer;

static int keep_payer(const struct ts_ledger_sum *s, void *arg)
{
	struct ts_ledger_sum *sum = arg;

	if (ts_address_is_zero(&s->wallet))
		*sum = *s;
	if (ts_address_equal(&s->wallet, ts_signer_address(key_of(PAYER))))
		of_payer = *s;
	return 0;
}

static struct ts_ledger_sum total(void)
{
	struct ts_ledger_sum sum = { };

	memset(&of_payer, 0, sizeof(of_payer));
	assert_int_equal(ts_ledger_sum(box.ledger, keep_payer, &sum), 0);
	return sum;
}

/* RevealSecrets that are kept. */
static int kept_reveals(void)
{
	char path[128];
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int n;

	snprintf(path, sizeof(path), "%s/ledger.db", box.dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, "fault"), 0);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM reveals", -1,
					    &stmt, NULL), 0);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

/*
 * With nothing but what is exported: the initiator signed the secret, and the proof that
 * the partner signed is of an Unlock with that secret.
 */
static int shows_whose_it_is(const struct ts_ledger_reveal *r, void *arg)
{
	const struct ts_channel *ch = &far[PARTNER].life.channel;
	struct ts_message revealed, msg = { .id = TS_MSG_UNLOCK };
	struct ts_datagram unlock;
	struct ts_hash hash;

	assert_null(ts_ledger_reveal_fault(r, ch));
	assert_true(ts_address_equal(&r->wallet, ts_signer_address(key_of(PAYER))));
	assert_int_equal(ts_message_decode(&revealed, r->datagram.b, r->datagram.len), 0);
	msg.unlock.lock_secret = revealed.reveal_secret.lock_secret;
	msg.unlock.proof = (struct ts_balance_proof){
		.nonce = r->nonce,
		.channel_identifier = ch->channel_identifier,
		.open_block_number = ch->open_block_number,
		.transferred_amount = ts_u256_from_u128(r->transferred_wei),
		.locksroot = r->locksroot,
	};
	msg.signature = r->signature;
	assert_int_equal(ts_message_encode(&msg, &unlock), 0);
	ts_message_hash(unlock.b, unlock.len, &hash);
	assert_memory_equal(&hash, &r->message_hash, sizeof(hash));
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int shown_reveals(void)
{
	unsigned int n = 0;

	assert_int_equal(ts_billing_reveal_each(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, shows_whose_it_is, &n), 0);
	return n;
}

/*
 * M8: it counts at the Unlock and belongs to the initiator, who signed the
 * secret; the station is the one that the initiator named, not the partner.
 */
static void mediated_value_is_the_initiators(void **state)
{
	struct ts_signer *stranger = ts_signer_generate();
	int code = box_code(&box, 0);
	struct ts_datagram d;

	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_true(is_last_message(TS_MSG_SECRET_REQUEST));
	assert_int_equal(wallet_of(&box.messages[0].to), PAYER);
	assert_true(total().paid_wei == 0);
	/* The partner's word is nobody's, and somebody else's memo nothing. */
	d = reveal(PARTNER, memo_for(code));
	assert_false(give(d.b, d.len));
	d = reveal(PAYER, memo_for(code));
	assert_true(give(d.b, d.len));
	assert_true(total().paid_wei == 0);
	pump();
	assert_true(total().paid_wei == 5000 * GWEI);
	assert_true(of_payer.paid_wei == 5000 * GWEI);
	assert_true(box_view(&box, code).attached_wei == 5000 * GWEI);
	assert_true(box_spend(&box, 0, 1000) > 0);
	/* Our Ack was lost: it is acked again, and pays nothing twice. */
	assert_true(give(d.b, d.len));
	assert_true(total().paid_wei == 5000 * GWEI);
	assert_int_equal(shown_reveals(), 1);
	/* Whoever has a channel here need not say it for ever. */
	d = reveal(PARTNER, memo_for(code));
	assert_true(give(d.b, d.len));
	assert_true(total().paid_wei == 5000 * GWEI);
	/* Nothing is under way any more, and the channel goes on. */
	assert_true(box_pay(&box, TARGET, GWEI, code));
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, GWEI, code));
	restart(false);
	assert_true(total().paid_wei == 5002 * GWEI);
	assert_int_equal(shown_reveals(), 1);
	assert_int_equal(kept_reveals(), 1);
	/* Nor after a restart, which forgot that it was acked. */
	d = reveal(PAYER, memo_for(code));
	assert_true(give(d.b, d.len));
	assert_true(total().paid_wei == 5002 * GWEI);
	d = reveal_by(stranger, "");
	assert_false(give(d.b, d.len));
	ts_signer_free(stranger);
}

/* What went back was nobody's payment. */
static void of_a_lock_that_expired_nothing_is_kept(void **state)
{
	const struct ts_moment later = { .now_ns = 1, .head_block = HEAD + 200,
					 .head_fresh = true };
	struct ts_datagram d = reveal(PAYER, "");

	far[PARTNER].deaf = true;
	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_true(give(d.b, d.len));
	assert_int_equal(kept_reveals(), 1);
	assert_int_equal(shown_reveals(), 0);
	ts_billing_head(box.billing, later.head_block, true);
	assert_true(ts_life_tick(&far[PARTNER].life, key_of(PARTNER), &later, &spare));
	far[PARTNER].life = spare;
	assert_true(speak(PARTNER));
	assert_int_equal(kept_reveals(), 0);
	assert_true(total().paid_wei == 0);
}

/* M8: without the chain no lock is waited for; the queue behind it is not held. */
static void without_the_chain_a_lock_goes_back(void **state)
{
	int code = box_code(&box, 0);

	ts_billing_head(box.billing, HEAD, false);
	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_true(is_last_message(TS_MSG_ANNOUNCE_DISPOSED));
	pump();
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, GWEI, code));
	assert_true(total().paid_wei == GWEI);
}

/* M3: a lock is value, too. */
static void a_lock_is_not_taken_where_a_payment_is_not(void **state)
{
	box.config.tokens[0].exposure_channel_wei = 4999 * GWEI;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_true(is_last_message(TS_MSG_ANNOUNCE_DISPOSED));
	pump();
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
}

/* A lock in one token is not forwarded over a channel in another. */
static void a_hop_stays_in_its_token(void **state)
{
	struct ts_channel other = box.wallets[TARGET].channel;

	box.config.n_tokens = 2;
	memset(&box.config.tokens[1].address, 0x74, TS_ADDRESS_BYTES);
	strcpy(box.config.tokens[1].symbol, "DEAR");
	box.config.tariffs[1] = box.config.tariffs[0];
	box.config.tariffs[1].id = 2;
	box.config.tariffs[1].token = 1;
	box.config.n_tariffs = 2;
	box.config.forward = true;
	restart(false);
	/* The box has something to pass on to the target, but in the second. */
	other.token = box.config.tokens[1].address;
	other.partner_address = other.our_address;
	other.our_address = box.config.our_address;
	other.our_deposit_wei = other.partner_deposit_wei = 1000;
	other.open_block_number += 100;
	ts_channel_identifier(&other.our_address, &other.partner_address,
			      &other.token, &other.tokens_network,
			      &other.channel_identifier);
	assert_int_equal(ts_billing_channel_import(box.billing, &other, true,
						   &box.now), 0);
	box_flush(&box);
	offer(TARGET, 500, 10);
	pump();
	assert_int_equal(far[TARGET].life.partner_locks.count, 0);
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
	assert_true(total().paid_wei == 0);
}

/* As the last hop the box keeps all of the fee, and credits nobody. */
static void a_hop_credits_nobody(void **state)
{
	struct ts_channel_view view;
	struct ts_channel down;
	struct ts_datagram d;

	box.config.forward = true;
	box.config.tokens[0].forward_fee_wei = 3;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	/* The box has to have something to pass on there. */
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(TARGET)), NULL, &view), 0);
	down = view.channel;
	down.our_deposit_wei = 1000;
	assert_int_equal(ts_billing_channel_import(box.billing, &down, false,
						   &box.now), 0);
	far[TARGET].life.channel.partner_deposit_wei = 1000;
	offer(TARGET, 500, 10);
	pump();
	assert_int_equal(far[TARGET].life.partner_locks.count, 1);
	assert_true(far[TARGET].life.partner_locks.lock[0].amount_wei == 490);
	/* The initiator tells the target, the target the box, the box its partner. */
	d = reveal(PAYER, "");
	hear(TARGET, &d);
	pump();
	assert_true(far[TARGET].life.channel.partner_proof.transferred_wei == 490);
	assert_true(far[PARTNER].life.channel.our_proof.transferred_wei == 500);
	assert_true(total().paid_wei == 0);
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, &view), 0);
	assert_true(view.paid_wei == 0 && view.unspent_wei == 0);
	restart(false);
	assert_true(total().paid_wei == 0);
}

/* M10: no byte before the commit, and none at all when it fails. */
static void nothing_leaves_before_its_commit(void **state)
{
	const struct ts_outgoing *due[TS_DUE_MAX];

	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_int_equal(ts_outbox_due(&far[PARTNER].life.outbox, 1, due), 1);
	ts_billing_datagram(box.billing, due[0]->b, due[0]->len, REPLY, &box.now);
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(box.acks, 0);
	fault.kind = FAULT_SYNC;
	fault.failed = false;
	fault.at = fault.touches + 1;
	box_flush(&box);
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(box.billing));
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(box.acks, 0);
	restart(false);
	speak(PARTNER);
	assert_true(is_last_message(TS_MSG_SECRET_REQUEST));
}

/* The same bytes after 6 s, and after a restart at once. */
static void what_is_not_acked_is_sent_again(void **state)
{
	struct box_message first;
	unsigned int i;

	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_int_equal(box.n_messages, 1);
	first = box.messages[0];
	assert_true(ts_billing_deadline(box.billing) ==
		    box.now.boot_ns + 6 * SECOND);
	box_later(&box, 6 * SECOND - 1);
	box_flush(&box);
	assert_int_equal(box.n_messages, 1);
	box_later(&box, 1);
	box_flush(&box);
	assert_int_equal(box.n_messages, 2);
	restart(true);
	assert_int_equal(box.n_messages, 3);
	for (i = 1; i < 3; i++)
		assert_memory_equal(&box.messages[i], &first, sizeof(first));
	/* A peer that is gone is asked less and less, and never dropped. */
	for (i = 0; i < 3600; i++) {
		box_later(&box, SECOND);
		box_flush(&box);
	}
	assert_in_range(box.n_messages, 14, 25);
	assert_true(box.logs > 0);
}

/*
 * M2: the cheque is out, so nothing of this channel is spent or taken, whatever
 * else happens, until the chain has it.
 */
static void a_cosigned_withdrawal_freezes(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view view;
	ts_u128 balance_wei;

	assert_true(box_pay(&box, PARTNER, 100000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	balance_wei = ts_channel_our_balance_wei(&far[PARTNER].life.channel);
	assert_int_equal(ts_life_withdraw(&far[PARTNER].life, key_of(PARTNER),
					  &moment, balance_wei, &spare),
			 TS_ACCEPTED);
	far[PARTNER].life = spare;
	assert_true(speak(PARTNER));
	assert_true(is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_later(&box, 2 * SECOND);
	restart(true);
	assert_false(box_pay(&box, PARTNER, GWEI, code));
	assert_string_equal(box.last_refusal.name, "frozen");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	/* The answer goes out again, too. */
	assert_true(is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	pump();
	assert_true(far[PARTNER].life.cosign.complete);
	/* What the chain makes of it is the next life; the value is still owed. */
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, &view), 0);
	view.channel.open_block_number += 50;
	view.channel.frozen = false;
	view.channel.partner_deposit_wei = GWEI;
	memset(&view.channel.partner_proof, 0, sizeof(view.channel.partner_proof));
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_spend(&box, 0, 1000) > 0);
	box.wallets[PARTNER].waiting = false;
}

static int withdraw(ts_u128 amount_wei)
{
	int ret = ts_billing_withdraw(box.billing,
				      ts_signer_address(key_of(PARTNER)), NULL,
				      amount_wei, &box.now);

	box_flush(&box);
	return ret;
}

/* A withdrawal of ours left so much of our deposit in the channel's next life. */
static void next_life_with(ts_u128 our_deposit_wei)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, &view), 0);
	view.channel.open_block_number += 50;
	view.channel.frozen = false;
	view.channel.our_deposit_wei = our_deposit_wei;
	memset(&view.channel.partner_proof, 0, sizeof(view.channel.partner_proof));
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
}

/* M2, M5, M11: what the wallet has not spent is not ours to take, in no life. */
static void a_withdrawal_of_ours_leaves_what_is_owed(void **state)
{
	assert_true(box_pay(&box, PARTNER, 500, -1));
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(500);
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(800);
	assert_int_equal(withdraw(301), -EPERM);
	assert_int_equal(withdraw(801), -EINVAL);
	assert_int_equal(withdraw(300), 0);
	assert_true(is_last_message(TS_MSG_WITHDRAW_REQUEST));
	restart(true);
	/* The same again goes on; anything else has to wait. */
	assert_int_equal(withdraw(300), 0);
	assert_int_equal(withdraw(200), -EPERM);
	box.wallets[PARTNER].waiting = false;
}

/* M1: asked to settle while it owns anything, the box withdraws that first. */
static void a_settlement_is_not_signed_with_a_balance(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c;
	unsigned int i, before;
	struct ts_datagram d;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	c = &far[PARTNER].life.channel;
	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->our_address;
	s->participant2 = c->partner_address;
	s->participant1_balance =
		ts_u256_from_u128(ts_channel_our_balance_wei(c));
	s->participant2_balance = ts_u256_from_u128(1000);
	assert_int_equal(ts_message_sign(&msg, key_of(PARTNER),
					 &box.config.chain_id, &d), 0);
	assert_false(give(d.b, d.len));
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_FORBIDDEN);
	assert_int_equal(box.n_messages, 2);
	/* It has no Ack, so it asks again; and was told a moment ago. */
	assert_false(give(d.b, d.len));
	assert_int_equal(box.n_messages, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(ts_message_decode(&msg,
			box.messages[i].datagram.b,
			box.messages[i].datagram.len), 0);
		if (msg.id == TS_MSG_SETTLE_RESPONSE)
			assert_true(msg.settle_response.error_code);
		else
			assert_int_equal(msg.id, TS_MSG_DIRECT_TRANSFER);
	}
	/* Later it is told again. */
	before = box.n_messages;
	box_later(&box, 31 * SECOND);
	assert_false(give(d.b, d.len));
	assert_true(box.n_messages > before);
	/* What was unspent has gone back (M11); with nothing left it signs. */
	deliver();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1000);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(is_last_message(TS_MSG_SETTLE_REQUEST));
	assert_true(total().refunded_wei == 1000);
}

static ts_u128 unspent_of(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(wallet)), NULL, &view), 0);
	return view.unspent_wei;
}

static int refund(unsigned int wallet, ts_u128 limit_wei)
{
	int ret = ts_billing_refund(box.billing, ts_signer_address(key_of(wallet)),
				    NULL, limit_wei, REPLY);

	box_flush(&box);
	return ret;
}

/*
 * M11: what was not consumed goes back, to the unit; what was, and what others
 * paid for the same station, does not.
 */
static void what_is_unspent_goes_back(void **state)
{
	int code = box_code(&box, 0);
	ts_u128 back_wei;

	assert_true(box_pay(&box, PARTNER, 500000 * GWEI, code));
	assert_true(box_pay(&box, PARTNER, 7, -1));
	assert_true(box_pay(&box, TARGET, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_int_equal(box.refunds, 1);
	assert_true(is_last_message(TS_MSG_DIRECT_TRANSFER));
	pump();
	back_wei = far[PARTNER].life.channel.partner_proof.transferred_wei;
	assert_in_range(500000 * GWEI + 7 - back_wei, 1000 * GWEI - GWEI,
			1000 * GWEI + GWEI);
	assert_true(unspent_of(PARTNER) == 0);
	assert_true(unspent_of(TARGET) == 500000 * GWEI);
	assert_true(total().refunded_wei == back_wei);
	assert_true(total().paid_wei == total().consumed_wei +
		    total().reserved_wei + total().unspent_wei + back_wei);
	/* Not twice. */
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_string_equal(box.last_refusal.name, "nothing_to_refund");
	/* The station goes on with what the other paid, and to no byte more. */
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 1000), 499000, 500000);
	restart(true);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	assert_true(total().refunded_wei == back_wei);
}

/* Revoke first: a packet that is charged and not yet counted is not refunded. */
static void what_is_under_way_is_not_refunded(void **state)
{
	int code = box_code(&box, 0);
	struct box_account *k;
	struct ts_stat *stat;
	uint64_t units;

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	k = box_account(&box, 0);
	units = 1000ull *
		box_view(&box, code).tariff.price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	k->a.charged_units += units;
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), -EBUSY);
	stat = &k->a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	stat->bytes += 1000;
	stat->units += units;
	box_flush(&box);
	assert_int_equal(box.refunds, 1);
	assert_in_range(total().consumed_wei, 999 * GWEI, 1001 * GWEI);
	assert_true(total().refunded_wei + total().consumed_wei ==
		    300000 * GWEI);
}

static void a_refund_has_a_limit(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	assert_int_equal(refund(PARTNER, 100000 * GWEI), 0);
	assert_true(total().refunded_wei == 100000 * GWEI);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 1000), 199000, 200000);
}

/* M11: after a one-sided close nothing can go back; it stays owed. */
static void a_closed_channel_refunds_nothing(void **state)
{
	struct ts_channel_view view;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, &view), 0);
	view.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), -EPERM);
	assert_true(unspent_of(PARTNER) == 1000);
}

/* The chain shows the next life of the channel with PARTNER. */
static void next_life(ts_u128 our_deposit_wei)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, &view), 0);
	view.channel.open_block_number += 50;
	view.channel.our_deposit_wei = our_deposit_wei;
	memset(&view.channel.partner_proof, 0, sizeof(view.channel.partner_proof));
	memset(&view.channel.our_proof, 0, sizeof(view.channel.our_proof));
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	far[PARTNER].life.channel.open_block_number = view.channel.open_block_number;
	far[PARTNER].life.channel.partner_deposit_wei = our_deposit_wei;
	memset(&far[PARTNER].life.channel.our_proof, 0, sizeof(struct ts_channel_proof));
	memset(&far[PARTNER].life.channel.partner_proof, 0,
	       sizeof(struct ts_channel_proof));
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
}

/* M11: it is owed in the next life; what the last paid goes back first. */
static void what_a_life_leaves_is_owed_in_the_next(void **state)
{
	assert_true(box_pay(&box, PARTNER, 1000, -1));
	next_life(1600);
	assert_true(box_pay(&box, PARTNER, 500, -1));
	assert_int_equal(ts_billing_pay(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, 601), -EPERM);
	assert_int_equal(refund(PARTNER, 700), 0);
	assert_true(unspent_of(PARTNER) == 0);
	assert_true(total().refunded_wei == 700 && total().unspent_wei == 800);
	restart(false);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_true(total().refunded_wei == 1500 && total().unspent_wei == 0);
	box_later(&box, 7 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	pump();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1500);
}

/* What comes back to us is no payment, and not owed again: two boxes that leave
 * each other would never be done. */
static void a_refund_is_no_payment(void **state)
{
	static const struct ts_bytes data = {
		(const uint8_t *)TS_MEMO_REFUND, sizeof(TS_MEMO_REFUND) - 1
	};
	struct ts_message msg;

	assert_int_equal(ts_life_pay(&far[PARTNER].life, key_of(PARTNER), 300, &data,
				     &spare), TS_ACCEPTED);
	far[PARTNER].life = spare;
	assert_true(speak(PARTNER));
	assert_true(total().paid_wei == 0 && unspent_of(PARTNER) == 0);
	/* The same where something is under way already, and over the exposure. */
	far[PARTNER].deaf = true;
	assert_int_equal(ts_billing_pay(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, 100), 0);
	box.config.tokens[0].exposure_channel_wei = 1;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_int_equal(ts_life_pay(&far[PARTNER].life, key_of(PARTNER), 400, &data,
				     &spare), TS_ACCEPTED);
	far[PARTNER].life = spare;
	assert_true(speak(PARTNER));
	assert_true(total().paid_wei == 0 && unspent_of(PARTNER) == 0);
	/* And ours says that it is one. */
	box.config.tokens[0].exposure_channel_wei = 0;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box.wallets[TARGET].channel = far[TARGET].life.channel;
	assert_true(box_pay(&box, TARGET, 50, -1));
	assert_int_equal(refund(TARGET, TS_U128_MAX), 0);
	assert_int_equal(ts_message_decode(&msg,
		box.messages[box.n_messages - 1].datagram.b,
		box.messages[box.n_messages - 1].datagram.len), 0);
	assert_true(ts_memo_is_refund(msg.direct_transfer.data.p,
				      msg.direct_transfer.data.len));
}

/* M5, M11: the operator pays with income alone. */
static void what_is_owed_is_not_paid_with(void **state)
{
	const struct ts_address *wallet = ts_signer_address(key_of(PARTNER));

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_pay(box.billing, wallet, NULL, 1), -EPERM);
	assert_int_equal(ts_billing_pay(box.billing, wallet, NULL, 1001), -EINVAL);
	assert_int_equal(ts_billing_pay(box.billing,
		&box.config.our_address, NULL, 1), -ENOENT);
	box_flush(&box);
	assert_int_equal(box.n_messages, 0);
}

/* Invariant 3: killed at each step, nothing goes back twice or gets lost. */
static void a_refund_that_is_killed_counts_once(void **state)
{
	unsigned int k, crashes = 0;
	ts_u128 out_wei, before_wei;
	bool dead = true;
	int code;

	for (k = 1; dead; k++) {
		code = box_code(&box, 0);
		box.wallets[PARTNER].channel = far[PARTNER].life.channel;
		box.n_messages = delivered = 0;
		assert_true(box_pay(&box, PARTNER, 200000 * GWEI, code));
		assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
		far[PARTNER].life.channel = box.wallets[PARTNER].channel;
		before_wei = total().refunded_wei;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		refund(PARTNER, TS_U128_MAX);
		pump();
		dead = fault.dead;
		crashes += dead;
		restart(k % 2);
		pump();
		out_wei = total().refunded_wei;
		assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei ==
			    out_wei);
		assert_true(unspent_of(PARTNER) == 0 || out_wei == before_wei);
		assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
		pump();
		assert_true(unspent_of(PARTNER) == 0);
		assert_int_equal(ts_ledger_check(box.ledger, 0, say_fault, NULL), 0);
	}
	assert_true(crashes > 15);
}

/* From station 0, as @by signs it. */
static const char *ask_refund(const struct ts_attach *refund, unsigned int by)
{
	struct ts_key key = box_key(0);
	uint8_t bytes[TS_REFUND_BYTES];
	unsigned int before = box.refunds;

	ts_refund_sign(refund, key_of(by), bytes);
	ts_billing_refund_signed(box.billing, &key, bytes, sizeof(bytes), REPLY,
				 &box.now);
	box_flush(&box);
	return box.refunds != before ? "refunded" : box.last_refusal.name;
}

/* M6: it goes to who signed, and only what that one paid; each nonce once. */
static void a_wallet_asks_for_its_own(void **state)
{
	struct ts_attach refund = { .box = box.config.our_address,
				    .chain_id = box.config.chain_id,
				    .token = box.config.tokens[0].address,
				    .limit_wei = TS_U128_MAX };
	struct ts_key key = box_key(0), other = box_key(1);
	int code = box_code(&box, 0);
	struct ts_billing_nonce nonce;

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	ts_billing_nonce(box.billing, &other, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	refund.expiry_s = nonce.expires_s;
	assert_string_equal(ask_refund(&refund, PARTNER), "bad_nonce");
	ts_billing_nonce(box.billing, &key, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	assert_string_equal(ask_refund(&refund, TARGET), "nothing_to_refund");
	assert_string_equal(ask_refund(&refund, PARTNER), "nonce_used");
	ts_billing_nonce(box.billing, &key, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	assert_string_equal(ask_refund(&refund, PARTNER), "refunded");
	assert_int_equal(wallet_of(&box.messages[box.n_messages - 1].to), PARTNER);
	assert_true(total().refunded_wei == 300000 * GWEI);
	assert_string_equal(ask_refund(&refund, PARTNER), "nonce_used");
	refund.box.b[0] ^= 1;
	assert_string_equal(ask_refund(&refund, PARTNER), "wrong_box");
}

struct fetched {
	struct ts_datagram d;
	unsigned int count;
};

static int keep_message(const void *bytes, size_t len, void *arg)
{
	struct fetched *f = arg;

	f->count++;
	f->d.len = len;
	memcpy(f->d.b, bytes, len);
	return 0;
}

static struct fetched fetch(unsigned int wallet)
{
	struct fetched f = { .count = 0 };

	assert_int_equal(ts_billing_outbox_each(box.billing,
		ts_signer_address(key_of(wallet)), keep_message, &f), 0);
	return f;
}

/* Whoever has no UDP fetches what the box has to say, and posts the Ack. */
static void a_payer_fetches_what_it_is_sent(void **state)
{
	struct fetched f;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_refund(box.billing,
		ts_signer_address(key_of(PARTNER)), NULL, TS_U128_MAX, 0), 0);
	assert_int_equal(fetch(PARTNER).count, 0);
	box_flush(&box);
	f = fetch(PARTNER);
	assert_int_equal(f.count, 1);
	assert_int_equal(fetch(TARGET).count, 0);
	assert_memory_equal(&f.d, &box.messages[0].datagram, sizeof(f.d));
	restart(false);
	assert_int_equal(fetch(PARTNER).count, 1);
	hear(PARTNER, &f.d);
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1000);
	/* The Ack may be a lie: it stays until the partner itself is the proof. */
	assert_int_equal(fetch(PARTNER).count, 1);
	restart(false);
	assert_int_equal(fetch(PARTNER).count, 1);
}

/* Nobody who only saw a message can end anything but its repetition (M9). */
static void an_ack_is_not_evidence(void **state)
{
	uint8_t junk[TS_ACK_BYTES] = { 0 };

	offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(speak(PARTNER));
	assert_false(give(junk, sizeof(junk)));
	assert_string_equal(box.last_refusal.name, "nothing_to_ack");
}

/* Where a peer is, is said by a message of its own that is new (M9). */
static void a_replay_says_nothing_of_a_place(void **state)
{
	assert_true(box_pay(&box, PARTNER, 1000, -1));
	assert_int_equal(box.heard, 1);
	assert_memory_equal(&box.last_heard, ts_signer_address(key_of(PARTNER)),
			    sizeof(box.last_heard));
	box_send(&box, PARTNER);
	box_flush(&box);
	assert_int_equal(box.heard, 1);
}

/*
 * Invariant 3: killed at every write, fsync, Ack and send of a mediated
 * transfer in turn, it pays once and stays whole.
 */
static void a_crash_at_any_step_counts_once(void **state)
{
	unsigned int k, crashes = 0;
	struct ts_datagram d;
	bool dead = true;
	int code;

	for (k = 1; dead; k++) {
		code = box_code(&box, 0);
		secret.b[0] = (uint8_t)k;
		secret.b[1] = (uint8_t)(k >> 8);
		box.n_messages = delivered = 0;
		offer(BOX_WALLETS, 1000 * GWEI, 0);
		d = reveal(PAYER, memo_for(code));
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		pump();
		if (!fault.dead)
			give(d.b, d.len);
		pump();
		dead = fault.dead;
		crashes += dead;
		restart(k % 2);
		pump();
		give(d.b, d.len);
		pump();
		assert_int_equal(far[PARTNER].life.our_locks.count, 0);
		assert_true(total().paid_wei == k * 1000 * GWEI);
		assert_true(of_payer.paid_wei == k * 1000 * GWEI);
		assert_int_equal(shown_reveals(), k);
		assert_int_equal(kept_reveals(), k);
		assert_int_equal(ts_ledger_check(box.ledger, 0, say_fault, NULL), 0);
	}
	assert_true(crashes > 20);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(mediated_value_is_the_initiators),
		T(of_a_lock_that_expired_nothing_is_kept),
		T(without_the_chain_a_lock_goes_back),
		T(a_lock_is_not_taken_where_a_payment_is_not),
		T(a_hop_stays_in_its_token),
		T(a_hop_credits_nobody),
		T(nothing_leaves_before_its_commit),
		T(what_is_not_acked_is_sent_again),
		T(a_cosigned_withdrawal_freezes),
		T(a_withdrawal_of_ours_leaves_what_is_owed),
		T(a_settlement_is_not_signed_with_a_balance),
		T(what_is_unspent_goes_back),
		T(what_is_under_way_is_not_refunded),
		T(a_refund_has_a_limit),
		T(a_closed_channel_refunds_nothing),
		T(what_a_life_leaves_is_owed_in_the_next),
		T(a_refund_is_no_payment),
		T(what_is_owed_is_not_paid_with),
		T(a_refund_that_is_killed_counts_once),
		T(a_wallet_asks_for_its_own),
		T(a_payer_fetches_what_it_is_sent),
		T(an_ack_is_not_evidence),
		T(a_replay_says_nothing_of_a_place),
		T(a_crash_at_any_step_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
