// SPDX-License-Identifier: GPL-2.0
/*
 * tspay_payer.c - the payer and a box that cheats: it takes what is paid and
 * says that it has not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain/describe.h"
#include "keys/keyfile.h"
#include "tspay/payer.h"

#define STEPS 12

/*
 * The box: it refuses what it takes, and acks the repeat.  @full: it has no
 * place for an event stream; the session runs low at the third look.
 */
static struct {
	struct ts_channel channel;
	ts_u128 taken_wei;
	unsigned int polls;
	unsigned int decimals;
	bool full;
	struct ts_address spends;	/* zero: the channel's token */
	ts_u128 our_price_wei;
} cheat;

static volatile sig_atomic_t stop;

struct box *box_open(const char *url, const char *code)
{
	return (struct box *)&cheat;
}

void box_close(struct box *b)
{
}

int box_token(struct box *b, const struct ts_address *contract,
	      const char *symbol, struct token *out, char *err, size_t err_size)
{
	memset(out, 0, sizeof(*out));
	out->decimals = cheat.decimals;
	out->tariff_id = 2;
	out->wei_per_gb = cheat.our_price_wei;
	return 0;
}

int box_session(struct box *b, struct session *out, char *err, size_t err_size)
{
	if (++cheat.polls >= STEPS)
		stop = 1;
	memset(out, 0, sizeof(*out));
	strcpy(out->code, "0123456789ABCDEF");
	strcpy(out->state, "dry");
	out->token = cheat.spends;
	out->tariff_id = 1;
	out->wei_per_gb = 1000000000;
	if (cheat.full && cheat.polls < 3)
		out->remaining_bytes = 1000000;
	return 0;
}

int box_channel(struct box *b, const struct ts_address *wallet,
		const struct ts_address *contract, struct ts_channel *out, char *err,
		size_t err_size)
{
	json_t *json = ts_channel_describe(&cheat.channel, TS_SIDE_BOX);
	int ret = ts_channel_from_json(json, TS_SIDE_WALLET, out, err, err_size);

	json_decref(json);
	return ret;
}

enum paid box_pay(struct box *b, const struct ts_datagram *d,
		  const struct ts_address *receiver, char *err, size_t err_size)
{
	struct ts_channel next;
	struct ts_effect effect;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	if (ts_channel_receive(&cheat.channel, &msg, d->b, d->len, &next, &effect) ||
	    effect.kind == TS_EFFECT_REPEAT)
		return PAID_ACKED;
	cheat.channel = next;
	cheat.taken_wei += effect.credit_wei;
	return PAID_REFUSED;
}

int box_watch(struct box *b, struct session *s, int timeout_ms, char *err,
	      size_t err_size)
{
	if (++cheat.polls >= STEPS)
		stop = 1;
	return cheat.full ? -1 : 0;
}

int box_outbox(struct box *b, const struct ts_address *wallet,
	       int (*cb)(const struct ts_datagram *d, void *arg), void *arg,
	       char *err, size_t err_size)
{
	return 0;
}

int box_ack(struct box *b, const uint8_t ack[TS_ACK_BYTES], char *err, size_t err_size)
{
	return 0;
}

struct fixture {
	struct options o;
	struct payer p;
	struct ts_signer *box_key;
	struct ts_channel seen;
	char dir[32];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char err[256];
	json_t *json;

	f->o.policy = (struct policy){ .low_bytes = 1000, .step_bytes = 100,
		.cap_hour_wei = 250, .max_wei_per_gb = 1000000000 };
	f->p = (struct payer){ .o = &f->o, .box = box_open("", NULL),
			       .udp_fd = -1, .stop = &stop };
	f->p.signer = ts_signer_generate();
	f->box_key = ts_signer_generate();
	strcpy(f->dir, "/tmp/tspayer.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	stop = 0;
	memset(&cheat, 0, sizeof(cheat));
	cheat.channel = (struct ts_channel){
		.open_block_number = 7,
		.chain_id = ts_u256_from_u64(1337),
		.tokens_network = { { 1 } },
		.token = { { 2 } },
		.our_address = *ts_signer_address(f->box_key),
		.partner_address = *ts_signer_address(f->p.signer),
		.settle_timeout_blocks = 1000,
		.state = TS_CHANNEL_OPEN,
		.partner_deposit_wei = 100000,
	};
	ts_channel_identifier(&cheat.channel.our_address,
			      &cheat.channel.partner_address,
			      &cheat.channel.token, &cheat.channel.tokens_network,
			      &cheat.channel.channel_identifier);
	json = ts_channel_describe(&cheat.channel, TS_SIDE_BOX);
	assert_int_equal(ts_channel_from_json(json, TS_SIDE_WALLET, &f->seen, err,
					      sizeof(err)), 0);
	json_decref(json);
	assert_int_equal(purse_open(&f->p.purse, f->dir, &f->seen, err, sizeof(err)), 0);
	show_init(&f->p.show);
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
	ts_signer_free(f->box_key);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* What may be spent in an hour is counted when it is signed. */
static void a_box_that_denies_does_not_pass_the_cap(void **state)
{
	struct fixture *f = *state;

	payer_watch(&f->p);
	assert_true(cheat.taken_wei > 0);
	assert_true(cheat.taken_wei <= f->o.policy.cap_hour_wei);
}

/* As another process would. */
static void reopen(struct fixture *f)
{
	struct ts_signer *signer = f->p.signer;
	char err[256];

	purse_close(&f->p.purse);
	f->p = (struct payer){ .o = &f->o, .box = box_open("", NULL),
			       .signer = signer, .udp_fd = -1, .stop = &stop };
	assert_int_equal(purse_open(&f->p.purse, f->dir, &f->seen, err, sizeof(err)), 0);
	cheat.polls = 0;
	stop = 0;
}

/* A supervisor starts tspay again and again: the hour is the same one. */
static void starting_again_does_not_pass_the_cap(void **state)
{
	struct fixture *f = *state;
	char command[128];

	payer_watch(&f->p);
	assert_true(cheat.taken_wei > 0);
	reopen(f);
	payer_watch(&f->p);
	assert_true(cheat.taken_wei <= f->o.policy.cap_hour_wei);
	/* Of an earlier boot: all of it when this one began. */
	snprintf(command, sizeof(command),
		 "sed -i 's/\"boot_id\": \"./\"boot_id\": \"x/' %s/*.json", f->dir);
	assert_int_equal(system(command), 0);
	reopen(f);
	assert_true(spent_last_hour(&f->p.purse.spent, 0) == cheat.taken_wei);
	assert_true(spent_last_hour(&f->p.purse.spent, 3600) == cheat.taken_wei);
}

static int open_payer(const struct fixture *f, unsigned int box_says)
{
	struct ts_keyfile_cost cost = { 1, 8192 };
	struct ts_passphrase *passphrase;
	char key[64], word[64], source[80];
	struct ts_keys_error error;
	struct options o = f->o;
	struct payer p;
	FILE *out;
	int ret;

	snprintf(key, sizeof(key), "%s/key", f->dir);
	snprintf(word, sizeof(word), "%s/word", f->dir);
	snprintf(source, sizeof(source), "file:%s", word);
	umask(077);
	out = fopen(word, "w");
	assert_non_null(out);
	fputs("a word", out);
	fclose(out);
	assert_int_equal(ts_passphrase_new("a word", 6, &passphrase, &error), 0);
	unlink(key);
	assert_int_equal(ts_keyfile_create(key, f->p.signer, passphrase, &cost,
					   &error), 0);
	ts_passphrase_free(passphrase);
	o.key_file = key;
	o.passphrase = source;
	o.state_dir = (char *)f->dir;
	o.url = "http://192.0.2.1";
	o.decimals = 18;
	cheat.decimals = box_says;
	ret = payer_open(&p, &o, &stop);
	payer_close(&p);
	return ret;
}

/* "--cap-hour 1" is one token, not the 10^18 of a box that says 36 decimals. */
static void the_box_does_not_move_the_point(void **state)
{
	struct fixture *f = *state;

	purse_close(&f->p.purse);
	assert_int_equal(open_payer(f, 18), 0);
	assert_int_equal(open_payer(f, 36), 1);
	assert_int_equal(open_payer(f, 6), 1);
}

/* Others hold all event streams: asking now and then must do. */
static void no_event_stream_is_no_reason_to_run_dry(void **state)
{
	struct fixture *f = *state;

	cheat.full = true;
	payer_watch(&f->p);
	assert_true(cheat.taken_wei > 0);
}

/* "tspay channel deposit" does not wait for who pays, nor the other way round. */
static void a_deposit_made_meanwhile_is_paid_from(void **state)
{
	struct fixture *f = *state;

	f->p.purse.life.channel.our_deposit_wei = 0;
	cheat.full = true;
	payer_watch(&f->p);
	assert_true(cheat.taken_wei > 0);
}

/* The box of this test asks 1000000000 wei for a GB. */
static void once_heeds_the_highest_price(void **state)
{
	struct fixture *f = *state;

	f->o.policy.max_wei_per_gb = 999999999;
	assert_int_equal(payer_once(&f->p, 10), 1);
	assert_true(cheat.taken_wei == 0);
	assert_int_equal(f->p.purse.life.channel.our_proof.nonce, 0);
	f->o.policy.max_wei_per_gb = 1000000000;
	payer_once(&f->p, 10);
	assert_true(cheat.taken_wei == 10);
}

/* The session spends another token now: its price there says nothing of ours. */
static void the_price_is_in_our_token(void **state)
{
	struct fixture *f = *state;

	cheat.spends = (struct ts_address){ { 3 } };
	cheat.our_price_wei = 2000000000;
	f->p.token.wei_per_gb = cheat.our_price_wei;
	f->o.policy.max_wei_per_gb = 1000000000;
	assert_int_equal(payer_once(&f->p, 10), 1);
	assert_true(cheat.taken_wei == 0);
	f->o.policy.max_wei_per_gb = 2000000000;
	payer_once(&f->p, 10);
	assert_true(cheat.taken_wei == 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_box_that_denies_does_not_pass_the_cap,
						setup, teardown),
		cmocka_unit_test_setup_teardown(starting_again_does_not_pass_the_cap,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_box_does_not_move_the_point,
						setup, teardown),
		cmocka_unit_test_setup_teardown(no_event_stream_is_no_reason_to_run_dry,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_deposit_made_meanwhile_is_paid_from,
						setup, teardown),
		cmocka_unit_test_setup_teardown(once_heeds_the_highest_price,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_price_is_in_our_token,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("tspay_payer", tests, NULL, NULL);
}
