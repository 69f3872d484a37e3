// SPDX-License-Identifier: GPL-2.0
/*
 * tspay_outbox.c - what the box has for the wallet: a whole peer at the other
 * end, Acks that are lost, a disk that is full, and tspay killed in between.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "chain/describe.h"
#include "photon/attach.h"
#include "photon/evidence.h"
#include "tspay/payer.h"

#define DEPOSIT_WEI	1000

/* The box: its side of the channel, and what is wrong with the way to it. */
static struct {
	struct ts_signer *key;
	struct ts_life life;
	bool lose_acks;
	unsigned int acks;
	ts_u128 unspent_wei;
	unsigned int refunds;
	bool asks;
	struct ts_question question;
	unsigned int shown;
} peer;

static volatile sig_atomic_t stop;
static const struct ts_moment fresh = { .now_ns = 1, .head_block = 50, .head_fresh = true };

static void peer_commits(const struct ts_life *next)
{
	assert_null(ts_life_fault(next));
	peer.life = *next;
}

/* Not for these tests: the purse is opened by themselves. */
struct box *box_open(const char *url, const char *code)
{
	return NULL;
}

void box_close(struct box *b)
{
}

int box_token(struct box *b, const struct ts_address *contract,
	      const char *symbol, struct token *out, char *err, size_t err_size)
{
	return -EIO;
}

int box_session(struct box *b, struct session *out, char *err, size_t err_size)
{
	return -EIO;
}

int box_channel(struct box *b, const struct ts_address *wallet,
		const struct ts_address *contract, struct ts_channel *out, char *err,
		size_t err_size)
{
	return -EIO;
}

int box_watch(struct box *b, struct session *s, int timeout_ms, char *err,
	      size_t err_size)
{
	return -EIO;
}

static enum paid take_evidence(const struct ts_datagram *d)
{
	static struct ts_life next;
	struct ts_evidence e;
	struct ts_address signer;

	assert_int_equal(ts_evidence_decode(&e, d->b, d->len), 0);
	assert_int_equal(ts_evidence_recover(d->b, &signer), 0);
	assert_true(ts_address_equal(&signer, &peer.life.channel.partner_address));
	assert_memory_equal(&e.question, &peer.question, sizeof(e.question));
	peer.shown++;
	if (ts_life_adopt(&peer.life, &e, &next))
		return PAID_REFUSED;
	peer_commits(&next);
	peer.asks = false;
	return PAID_ACKED;
}

enum paid box_pay(struct box *b, const struct ts_datagram *d,
		  const struct ts_address *receiver, char *err, size_t err_size)
{
	static struct ts_life next;
	struct ts_outcome outcome;
	enum ts_refusal refusal;
	struct ts_message msg;

	snprintf(err, err_size, "no");
	if (d->len == TS_EVIDENCE_BYTES)
		return take_evidence(d);
	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	refusal = ts_life_receive(&peer.life, peer.key, &fresh, &msg, d->b, d->len,
				  &next, &outcome);
	if (refusal == TS_REFUSED_NONCE_GAP)
		return PAID_GAP;
	if (refusal)
		return PAID_REFUSED;
	if (outcome.changed)
		peer_commits(&next);
	peer.unspent_wei += outcome.credit_wei;
	return PAID_ACKED;
}

int box_outbox(struct box *b, const struct ts_address *wallet,
	       int (*cb)(const struct ts_datagram *d, void *arg), void *arg,
	       char *err, size_t err_size)
{
	/* Acks change it meanwhile: what is answered is what it was. */
	static struct ts_outbox o;
	bool outstanding = false;
	struct ts_datagram d;
	int ret = 0;
	size_t i;

	if (peer.asks) {
		d.len = TS_RESTORED_BYTES;
		ts_question_sign(&peer.question, peer.key, d.b);
		ret = cb(&d, arg);
	}
	o = peer.life.outbox;
	for (i = 0; i < o.parallel_count && !ret; i++) {
		d.len = o.parallel[i].len;
		memcpy(d.b, o.parallel[i].b, d.len);
		ret = cb(&d, arg);
	}
	for (i = 0; i < o.queue_count && !outstanding && !ret; i++) {
		outstanding = !o.queue[i].acked;
		d.len = o.queue[i].len;
		memcpy(d.b, o.queue[i].b, d.len);
		ret = cb(&d, arg);
	}
	return ret;
}

int box_ack(struct box *b, const uint8_t ack[TS_ACK_BYTES], char *err, size_t err_size)
{
	struct ts_message msg;

	snprintf(err, err_size, "the way to the box is gone");
	peer.acks++;
	if (peer.lose_acks)
		return -EIO;
	assert_int_equal(ts_message_decode(&msg, ack, TS_ACK_BYTES), 0);
	ts_outbox_ack(&peer.life.outbox, &msg.ack);
	return 0;
}

int box_nonce(struct box *b, struct nonce *out, char *err, size_t err_size)
{
	memset(out, 7, sizeof(*out));
	return 0;
}

int box_refund(struct box *b, const struct ts_datagram *refund, char *err, size_t err_size)
{
	static struct ts_life next;
	struct ts_attach asked;
	struct ts_address signer;
	ts_u128 wei = peer.unspent_wei;

	assert_int_equal(ts_refund_decode(&asked, refund->b, refund->len), 0);
	assert_int_equal(ts_refund_recover(refund->b, &signer), 0);
	assert_true(ts_address_equal(&signer, &peer.life.channel.partner_address));
	assert_true(ts_address_equal(&asked.box, &peer.life.channel.our_address));
	if (wei > asked.limit_wei)
		wei = asked.limit_wei;
	if (!wei)
		return -ENODATA;
	assert_int_equal(ts_life_pay(&peer.life, peer.key, wei, NULL, &next), 0);
	peer_commits(&next);
	peer.unspent_wei -= wei;
	peer.refunds++;
	return 0;
}

struct fixture {
	struct options o;
	struct payer p;
	struct ts_channel seen;
	char dir[32];
};

/* A process that begins: all it has is what is on the disk. */
static void begin(struct fixture *f)
{
	struct ts_signer *signer = f->p.signer;
	char err[256] = "";

	if (f->p.purse.path)
		purse_close(&f->p.purse);
	memset(&f->p, 0, sizeof(f->p));
	f->p.o = &f->o;
	f->p.box = (struct box *)&peer;
	f->p.signer = signer;
	f->p.udp_fd = -1;
	f->p.stop = &stop;
	show_init(&f->p.show);
	if (purse_open(&f->p.purse, f->dir, &f->seen, err, sizeof(err)))
		fail_msg("%s", err);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct ts_channel *c = &peer.life.channel;
	char err[256];
	json_t *json;

	memset(&peer, 0, sizeof(peer));
	peer.key = ts_signer_generate();
	f->p.signer = ts_signer_generate();
	strcpy(f->dir, "/tmp/tsout.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*c = (struct ts_channel){
		.open_block_number = 7,
		.chain_id = ts_u256_from_u64(1337),
		.tokens_network = { { 1 } },
		.token = { { 2 } },
		.our_address = *ts_signer_address(peer.key),
		.partner_address = *ts_signer_address(f->p.signer),
		.settle_timeout_blocks = 1000,
		.state = TS_CHANNEL_OPEN,
		.partner_deposit_wei = DEPOSIT_WEI,
	};
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	json = ts_channel_describe(c, TS_SIDE_BOX);
	assert_int_equal(ts_channel_from_json(json, TS_SIDE_WALLET, &f->seen, err,
					      sizeof(err)), 0);
	json_decref(json);
	begin(f);
	*state = f;
	alarm(60);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	purse_close(&f->p.purse);
	ts_signer_free(f->p.signer);
	ts_signer_free(peer.key);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static ts_u128 balance(const struct fixture *f)
{
	return ts_channel_our_balance_wei(&f->p.purse.life.channel);
}

static int fetch(struct fixture *f)
{
	struct ts_moment moment;

	payer_moment(&moment);
	return payer_fetch(&f->p, &moment);
}

static void a_refund_comes_back_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	peer.unspent_wei = 60;
	assert_int_equal(payer_refund(&f->p, 20), 0);
	assert_true(balance(f) == DEPOSIT_WEI - 80);
	assert_true(ts_outbox_is_drained(&peer.life.outbox));
	assert_int_equal(payer_refund(&f->p, TS_U128_MAX), 0);
	assert_true(balance(f) == DEPOSIT_WEI - 40);
	/* Nothing more: that is no failure. */
	assert_int_equal(payer_refund(&f->p, TS_U128_MAX), 0);
	assert_int_equal(peer.refunds, 2);
	begin(f);
	assert_true(balance(f) == DEPOSIT_WEI - 40);
	/* An acked proof is shown until our messages prove it; that is no news. */
	assert_int_equal(fetch(f), 0);
	assert_true(balance(f) == DEPOSIT_WEI - 40);
}

/* The box is as it was before a payment and a refund, and asks for both. */
static void a_restored_box_is_shown_the_newest(void **state)
{
	static struct ts_life backup;
	struct fixture *f = *state;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	backup = peer.life;
	assert_int_equal(payer_pay(&f->p, NULL, 50), 0);
	peer.unspent_wei = 60;
	assert_int_equal(payer_refund(&f->p, 20), 0);
	peer.life = backup;
	peer.life.channel.restored = TS_RESTORED_UNKNOWN;
	peer.asks = true;
	peer.question.channel_identifier = backup.channel.channel_identifier;
	/* About another life there is nothing to say. */
	peer.question.open_block_number = backup.channel.open_block_number + 1;
	assert_int_equal(fetch(f), 0);
	assert_int_equal(peer.shown, 0);
	peer.question.open_block_number--;
	assert_int_equal(fetch(f), 0);
	assert_int_equal(peer.shown, 1);
	assert_false(peer.asks);
	assert_true(peer.life.channel.our_proof.transferred_wei == 20);
	assert_true(peer.life.channel.partner_proof.transferred_wei == 150);
	/* Both go on from there. */
	peer.unspent_wei = 40;
	assert_int_equal(payer_refund(&f->p, 10), 0);
	assert_true(balance(f) == DEPOSIT_WEI - 120);
	assert_int_equal(payer_pay(&f->p, NULL, 1), 0);
}

/* What came back can be paid again: more than was ever deposited. */
static void refunded_value_is_spent_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(payer_pay(&f->p, NULL, DEPOSIT_WEI), 0);
	assert_int_equal(payer_pay(&f->p, NULL, 1), 1);
	peer.unspent_wei = 400;
	assert_int_equal(payer_refund(&f->p, TS_U128_MAX), 0);
	assert_int_equal(payer_pay(&f->p, NULL, 400), 0);
	assert_true(balance(f) == 0);
	assert_true(ts_channel_our_balance_wei(&peer.life.channel) == DEPOSIT_WEI);
}

/* Killed after the commit and before the Ack, as often as you like. */
static void a_lost_ack_is_given_again(void **state)
{
	static struct ts_life next;
	struct fixture *f = *state;
	unsigned int i;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	assert_int_equal(ts_life_pay(&peer.life, peer.key, 30, NULL, &next), 0);
	peer_commits(&next);
	peer.lose_acks = true;
	for (i = 1; i <= 3; i++) {
		assert_int_equal(fetch(f), -1);
		assert_int_equal(peer.acks, i);
		begin(f);
		assert_true(balance(f) == DEPOSIT_WEI - 70);
	}
	peer.lose_acks = false;
	assert_int_equal(fetch(f), 0);
	assert_true(ts_outbox_is_drained(&peer.life.outbox));
	assert_true(balance(f) == DEPOSIT_WEI - 70);
}

static void with_full_disk(struct fixture *f, void (*what)(struct fixture *f))
{
	struct rlimit old, none = { 0 };

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	what(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
}

static void try_to_take(struct fixture *f)
{
	assert_true(fetch(f) < 0);
	assert_int_equal(peer.acks, 0);
	assert_true(balance(f) == DEPOSIT_WEI - 100);
}

/* M10: the box must not take for arrived what we cannot show to the chain. */
static void nothing_is_acked_that_is_not_on_disk(void **state)
{
	static struct ts_life next;
	struct fixture *f = *state;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	assert_int_equal(ts_life_pay(&peer.life, peer.key, 30, NULL, &next), 0);
	peer_commits(&next);
	with_full_disk(f, try_to_take);
	assert_int_equal(fetch(f), 1);
	begin(f);
	assert_true(balance(f) == DEPOSIT_WEI - 70);
}

/* The last message of a kind that the wallet has for the box. */
static const struct ts_outgoing *answer(const struct fixture *f, enum ts_message_id id)
{
	const struct ts_outbox *o = &f->p.purse.life.outbox;
	size_t i;

	for (i = o->parallel_count; i-- > 0; )
		if (o->parallel[i].b[0] == id)
			return &o->parallel[i];
	return NULL;
}

/* M1: while we own anything the answer is no, and what it signs is nobody's. */
static void no_settlement_while_we_own_anything(void **state)
{
	struct ts_message request = { .id = TS_MSG_SETTLE_REQUEST }, msg;
	struct ts_settle *s = &request.settle_request.settle;
	static const struct ts_address nobody;
	const struct ts_outgoing *out;
	struct fixture *f = *state;
	uint8_t ack[TS_ACK_BYTES];
	struct ts_datagram d;
	char err[256];

	s->channel_identifier = f->seen.channel_identifier;
	s->open_block_number = f->seen.open_block_number;
	s->participant1 = f->seen.partner_address;
	s->participant2 = f->seen.our_address;
	s->participant2_balance = ts_u256_from_u64(DEPOSIT_WEI);
	assert_int_equal(ts_message_sign(&request, peer.key, &f->seen.chain_id, &d), 0);
	/* It is answered, and not acked. */
	assert_int_equal(purse_take(&f->p.purse, f->p.signer, &fresh, &d, ack, err,
				    sizeof(err)), 0);
	out = answer(f, TS_MSG_SETTLE_RESPONSE);
	assert_non_null(out);
	assert_int_equal(ts_message_decode(&msg, out->b, out->len), 0);
	assert_int_not_equal(msg.settle_response.error_code, 0);
	assert_memory_equal(&msg.settle_response.settle.participant1, &nobody, sizeof(nobody));
	assert_false(f->p.purse.life.channel.frozen);
	begin(f);
	assert_true(f->p.purse.life.leaving);
}

static void try_to_pay(struct fixture *f)
{
	assert_int_equal(payer_pay(&f->p, NULL, 1), 1);
	assert_int_equal(f->p.purse.life.channel.our_proof.nonce, 1);
}

/* M2: once we co-signed nothing moves, whoever asks and whenever it starts. */
static void what_is_cosigned_freezes_for_good(void **state)
{
	static struct ts_life next;
	struct fixture *f = *state;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	assert_int_equal(ts_life_withdraw(&peer.life, peer.key, &fresh, 100, &next), 0);
	peer_commits(&next);
	assert_int_equal(payer_fetch(&f->p, &fresh), 1);
	assert_true(f->p.purse.life.channel.frozen);
	try_to_pay(f);
	begin(f);
	assert_true(f->p.purse.life.channel.frozen);
	assert_true(f->p.purse.life.cosign.complete);
	/* The answer did not leave before the end: it does now. */
	assert_int_equal(payer_deliver(&f->p), 0);
	assert_true(peer.life.cosign.complete);
	try_to_pay(f);
}

/* A wallet wants no locks; one that came is kept until it is taken off again. */
static void a_lock_is_refused_and_goes(void **state)
{
	struct fixture *f = *state;
	struct ts_pending_lock lock = {
		.expiration = 500, .amount_wei = 10, .secret_hash = { { 9 } },
		.initiator = peer.life.channel.our_address,
		.target = peer.life.channel.partner_address,
	};
	static struct ts_life next;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	assert_int_equal(ts_life_lock(&peer.life, peer.key, &fresh, &lock, &next), 0);
	peer_commits(&next);
	assert_int_equal(payer_fetch(&f->p, &fresh), 1);
	assert_non_null(answer(f, TS_MSG_ANNOUNCE_DISPOSED));
	begin(f);
	assert_int_equal(f->p.purse.life.partner_locks.count, 1);
	assert_int_equal(payer_deliver(&f->p), 0);
	assert_int_equal(peer.life.our_locks.count, 0);
	assert_int_equal(payer_fetch(&f->p, &fresh), 1);
	assert_int_equal(f->p.purse.life.partner_locks.count, 0);
	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
}

/* The file of an earlier tspay: two datagrams, and whether the last was acked. */
static void a_purse_of_before_is_read(void **state)
{
	struct fixture *f = *state;
	const struct ts_outbox *o = &f->p.purse.life.outbox;
	char text[2 * 1024 + 3];
	json_t *json;
	size_t i;

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	json = json_load_file(f->p.purse.path, 0, NULL);
	assert_non_null(json);
	strcpy(text, "0x");
	for (i = 0; i < o->queue[0].len; i++)
		sprintf(text + 2 + 2 * i, "%02x", o->queue[0].b[i]);
	json_object_del(json, "life");
	json_object_del(json, "cursor");
	json_object_set_new(json, "version", json_integer(1));
	json_object_set_new(json, "last", json_string(text));
	json_object_set_new(json, "before", json_string(""));
	json_object_set_new(json, "acked", json_false());
	assert_int_equal(json_dump_file(json, f->p.purse.path, 0), 0);
	json_decref(json);
	begin(f);
	assert_int_equal(o->queue_count, 1);
	assert_false(o->queue[0].acked);
	assert_int_equal(payer_pay(&f->p, NULL, 5), 0);
	assert_int_equal(f->p.purse.life.channel.our_proof.nonce, 2);
	assert_true(peer.unspent_wei == 105);
}

/* Bigger than anything real, and smaller than what was paid: neither sticks. */
static void the_box_does_not_spoil_the_purse(void **state)
{
	struct fixture *f = *state;
	char err[256];

	assert_int_equal(payer_pay(&f->p, NULL, 100), 0);
	purse_close(&f->p.purse);
	f->seen.our_deposit_wei = TS_U128_MAX;
	f->seen.partner_deposit_wei = 1;
	assert_int_equal(purse_open(&f->p.purse, f->dir, &f->seen, err, sizeof(err)), -EPROTO);
	f->seen.our_deposit_wei = 0;
	f->seen.partner_deposit_wei = 0;
	assert_int_equal(purse_open(&f->p.purse, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_true(balance(f) == DEPOSIT_WEI - 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_refund_comes_back_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_restored_box_is_shown_the_newest, setup, teardown),
		cmocka_unit_test_setup_teardown(refunded_value_is_spent_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lost_ack_is_given_again, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_acked_that_is_not_on_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(no_settlement_while_we_own_anything, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_cosigned_freezes_for_good, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lock_is_refused_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_purse_of_before_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(the_box_does_not_spoil_the_purse, setup, teardown),
	};

	return cmocka_run_group_tests_name("tspay_outbox", tests, NULL, NULL);
}
