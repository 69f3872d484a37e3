// SPDX-License-Identifier: GPL-2.0
/* The payer: when it pays, how much at most, and what it never sends twice. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "chain/describe.h"
#include "chain/token.h"
#include "photon/ack.h"
#include "tspay/chain_config.h"
#include "tspay/options.h"
#include "tspay/policy.h"
#include "tspay/purse.h"

static const struct policy wish = {
	.low_bytes = 20000000,
	.step_bytes = 50000000,
	.cap_hour_wei = 1000,
	.max_wei_per_gb = 2000,
};

static enum answer ask(const struct spent *s, uint64_t left, ts_u128 price,
		       ts_u128 balance, uint64_t now_s, ts_u128 *wei)
{
	struct offer o = {
		.wei_per_gb = price, .remaining_bytes = left, .balance_wei = balance,
		.now_s = now_s,
	};

	return policy_decide(&wish, s, &o, wei);
}

static void test_policy(void **state)
{
	struct spent s = { 0 };
	ts_u128 wei = 0;

	assert_int_equal(ask(&s, 20000000, 2000, 5000, 0, &wei), ANSWER_ENOUGH);
	assert_int_equal(ask(&s, 0, 0, 5000, 0, &wei), ANSWER_ENOUGH);
	assert_int_equal(ask(&s, 19999999, 2000, 5000, 0, &wei), ANSWER_PAY);
	assert_true(wei == 100);
	assert_int_equal(ask(&s, 0, 2001, 5000, 0, &wei), ANSWER_TOO_DEAR);
	assert_int_equal(ask(&s, 0, 2000, 0, 0, &wei), ANSWER_CHANNEL_EMPTY);
	/* A step buys at least its bytes, and is never more than the channel has. */
	assert_int_equal(ask(&s, 0, 1999, 5000, 0, &wei), ANSWER_PAY);
	assert_true(wei == 100);
	assert_int_equal(ask(&s, 0, 2000, 7, 0, &wei), ANSWER_PAY);
	assert_true(wei == 7);
}

static void test_cap_per_hour(void **state)
{
	uint64_t now_s = 1000000;
	struct spent s = { 0 };
	ts_u128 wei, sum = 0;
	int i;

	/* As often as it is asked within the hour: never above the cap. */
	for (i = 0; i < 100; i++) {
		if (ask(&s, 0, 2000, 100000, now_s + (uint64_t)i * 30, &wei) != ANSWER_PAY)
			break;
		spent_add(&s, now_s + (uint64_t)i * 30, wei);
		sum += wei;
	}
	assert_true(sum == wish.cap_hour_wei);
	assert_int_equal(ask(&s, 0, 2000, 100000, now_s + 3000, &wei), ANSWER_CAP_REACHED);
	/* An hour is whole, wherever in its minute a payment was. */
	memset(&s, 0, sizeof(s));
	spent_add(&s, 59, 1000);
	assert_int_equal(ask(&s, 0, 2000, 100000, 3600, &wei), ANSWER_CAP_REACHED);
	memset(&s, 0, sizeof(s));
	spent_add(&s, now_s, 500);
	spent_add(&s, now_s + 1500, 500);
	/* The first minutes leave the window before the last ones. */
	assert_true(spent_last_hour(&s, now_s + 3590) > 0);
	assert_int_equal(ask(&s, 0, 2000, 100000, now_s + 3660, &wei), ANSWER_PAY);
	assert_true(spent_last_hour(&s, now_s + 100000) == 0);
	spent_add(&s, now_s + 100000, 5);
	assert_true(spent_last_hour(&s, now_s + 100000) == 5);
}

struct fixture {
	char dir[64];
	struct ts_signer *wallet, *box;
	struct ts_channel seen, boxes;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/tspay-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->wallet = ts_signer_generate();
	f->box = ts_signer_generate();
	f->boxes = (struct ts_channel){
		.open_block_number = 7,
		.chain_id = ts_u256_from_u64(1337),
		.tokens_network = { { 1 } },
		.token = { { 2 } },
		.our_address = *ts_signer_address(f->box),
		.partner_address = *ts_signer_address(f->wallet),
		.settle_timeout_blocks = 1000,
		.state = TS_CHANNEL_OPEN,
		.partner_deposit_wei = 1000,
	};
	ts_channel_identifier(&f->boxes.our_address, &f->boxes.partner_address,
			      &f->boxes.token, &f->boxes.tokens_network,
			      &f->boxes.channel_identifier);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	ts_signer_free(f->wallet);
	ts_signer_free(f->box);
	free(f);
	return 0;
}

/* What GET /v1/channel answers, read as the payer does. */
static void look(struct fixture *f)
{
	json_t *json = ts_channel_describe(&f->boxes, TS_SIDE_BOX);
	char err[256] = "";

	assert_non_null(json);
	if (ts_channel_from_json(json, TS_SIDE_WALLET, &f->seen, err, sizeof(err)))
		fail_msg("%s", err);
	json_decref(json);
}

static void box_takes(struct fixture *f, const struct ts_datagram *d, ts_u128 wei)
{
	struct ts_channel next;
	struct ts_effect effect;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	assert_int_equal(ts_channel_receive(&f->boxes, &msg, d->b, d->len, &next, &effect),
			 TS_ACCEPTED);
	assert_true(effect.credit_wei == wei);
	f->boxes = next;
}

/* Our newest message in the purse. */
static struct ts_datagram newest(const struct purse *p)
{
	const struct ts_outbox *o = &p->life.outbox;
	struct ts_datagram d = { };

	if (!o->queue_count)
		return d;
	d.len = o->queue[o->queue_count - 1].len;
	memcpy(d.b, o->queue[o->queue_count - 1].b, d.len);
	return d;
}

static bool acked(const struct purse *p)
{
	return ts_outbox_is_drained(&p->life.outbox);
}

static void box_takes_newest(struct fixture *f, const struct purse *p, ts_u128 wei)
{
	struct ts_datagram d = newest(p);

	box_takes(f, &d, wei);
}

static void test_purse_same_bytes_after_crash(void **state)
{
	struct fixture *f = *state;
	struct ts_datagram first, again;
	struct purse p;
	char err[256];

	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_int_equal(purse_pay(&p, f->wallet, 10, "hello", err, sizeof(err)), 0);
	first = newest(&p);
	/* The next must wait: one outstanding message per channel. */
	assert_int_equal(purse_pay(&p, f->wallet, 10, NULL, err, sizeof(err)), -EINPROGRESS);
	purse_close(&p);

	/* Crashed before or after the send: the same bytes again. */
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_false(acked(&p));
	again = newest(&p);
	assert_int_equal(again.len, first.len);
	assert_memory_equal(again.b, first.b, first.len);
	box_takes(f, &again, 10);
	purse_close(&p);

	/* The Ack was lost, but the box shows our proof: that is evidence. */
	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_true(acked(&p));
	assert_int_equal(purse_pay(&p, f->wallet, 5, NULL, err, sizeof(err)), 0);
	box_takes_newest(f, &p, 5);
	purse_close(&p);
}

static void test_purse_is_used_by_one(void **state)
{
	struct fixture *f = *state;
	struct purse p, other;
	char err[256] = "";

	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_int_equal(purse_open(&other, f->dir, &f->seen, err, sizeof(err)), -EBUSY);
	assert_non_null(strstr(err, "another tspay"));
	purse_close(&p);
	assert_int_equal(purse_open(&other, f->dir, &f->seen, err, sizeof(err)), 0);
	purse_close(&other);
}

static void test_purse_lost(void **state)
{
	struct fixture *f = *state;
	struct purse p;
	char err[256];

	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_int_equal(purse_pay(&p, f->wallet, 10, NULL, err, sizeof(err)), 0);
	box_takes_newest(f, &p, 10);
	assert_int_equal(unlink(p.path), 0);
	purse_close(&p);
	/* The box gives back our own signed proof; nonce 2 follows, not 1. */
	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_int_equal(purse_pay(&p, f->wallet, 5, NULL, err, sizeof(err)), 0);
	assert_int_equal(p.life.channel.our_proof.nonce, 2);
	box_takes_newest(f, &p, 5);
	purse_close(&p);
}

static void test_purse_lying_box(void **state)
{
	struct fixture *f = *state;
	json_t *json;
	char err[256];

	f->boxes.partner_proof.nonce = 5;
	f->boxes.partner_proof.transferred_wei = 900;
	json = ts_channel_describe(&f->boxes, TS_SIDE_BOX);
	assert_int_equal(ts_channel_from_json(json, TS_SIDE_WALLET, &f->seen, err, sizeof(err)),
			 -EINVAL);
	json_decref(json);
}

/* What a purse cannot hold is refused by its name, not cut. */
static void test_channel_beyond_2_128(void **state)
{
	static const char *const names[] = { "deposit_wei", "partner_deposit_wei" };
	struct fixture *f = *state;
	json_t *json;
	char err[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json = ts_channel_describe(&f->boxes, TS_SIDE_BOX);
		json_object_set_new(json, names[i],
				    json_string("340282366920938463463374607431768211456"));
		assert_int_equal(ts_channel_from_json(json, TS_SIDE_WALLET, &f->seen, err,
						      sizeof(err)), -EINVAL);
		assert_non_null(strstr(err, names[i]));
		assert_non_null(strstr(err, "below 2^128"));
		json_decref(json);
	}
}

static void test_purse_full_disk(void **state)
{
	struct rlimit old, none = { 0 };
	struct fixture *f = *state;
	struct purse p;
	char err[256];

	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	/* Not on disk: nothing may be sent, nothing has changed. */
	assert_true(purse_pay(&p, f->wallet, 10, NULL, err, sizeof(err)) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(p.life.outbox.queue_count, 0);
	assert_int_equal(p.life.channel.our_proof.nonce, 0);
	assert_int_equal(purse_pay(&p, f->wallet, 10, NULL, err, sizeof(err)), 0);
	purse_close(&p);
}

static void test_purse_over_balance(void **state)
{
	struct fixture *f = *state;
	struct purse p;
	char err[256];

	look(f);
	assert_int_equal(purse_open(&p, f->dir, &f->seen, err, sizeof(err)), 0);
	assert_int_equal(purse_pay(&p, f->wallet, 1001, NULL, err, sizeof(err)), -EPERM);
	assert_int_equal(purse_pay(&p, f->wallet, 1000, NULL, err, sizeof(err)), 0);
	purse_close(&p);
}

static void test_token_text(void **state)
{
	static const struct {
		const char *text;
		unsigned int decimals;
		int ret;
		uint64_t wei;
		const char *again;
	} cases[] = {
		{ "0", 18, 0, 0, "0" },
		{ "1", 0, 0, 1, "1" },
		{ "0.25", 6, 0, 250000, "0.25" },
		{ "1.000001", 6, 0, 1000001, "1.000001" },
		{ "1.0000010", 6, 0, 1000001, "1.000001" },
		{ "1.0000001", 6, -ERANGE, 0, NULL },
		{ ".5", 6, -EINVAL, 0, NULL },
		{ "5.", 6, -EINVAL, 0, NULL },
		{ "", 6, -EINVAL, 0, NULL },
		{ "-1", 6, -EINVAL, 0, NULL },
		{ "1e3", 6, -EINVAL, 0, NULL },
		{ "999999999999999999999999999999999999999999", 0, -ERANGE, 0, NULL },
	};
	char text[TS_TOKEN_TEXT_SIZE];
	ts_u128 wei;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ts_token_parse(&wei, cases[i].text, cases[i].decimals),
				 cases[i].ret);
		if (cases[i].ret)
			continue;
		assert_true(wei == cases[i].wei);
		assert_string_equal(ts_token_print(wei, cases[i].decimals, text),
				    cases[i].again);
	}
}

/* @words: separated by spaces. */
static void parse_words(const char *words, int ret, enum key_verb verb,
			const char *keystore)
{
	char text[128], *argv[16] = { "tspay" }, *word, *rest;
	struct options o;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", words);
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	optind = 0;	/* from the start */
	assert_int_equal(options_parse(&o, argc, argv), ret);
	assert_int_equal(o.key_verb, verb);
	if (keystore)
		assert_string_equal(o.keystore, keystore);
	options_free(&o);
}

static void test_key_words(void **state)
{
	parse_words("key new", 0, KEY_NEW, NULL);
	parse_words("-k file key address", 0, KEY_ADDRESS, NULL);
	parse_words("key import a.json", 0, KEY_IMPORT, "a.json");
	parse_words("key import a.json --v3-passphrase fd:3", 0, KEY_IMPORT, "a.json");
	parse_words("key export --v3 b.json", 0, KEY_EXPORT, "b.json");
	parse_words("--v3 b.json key export", 0, KEY_EXPORT, "b.json");
	parse_words("key", 2, KEY_NONE, NULL);
	parse_words("key bend", 2, KEY_NONE, NULL);
	parse_words("key import", 2, KEY_NONE, NULL);
	parse_words("key export", 2, KEY_EXPORT, NULL);
	parse_words("key export b.json", 2, KEY_NONE, NULL);
	parse_words("key import a.json --v3 b.json", 2, KEY_IMPORT, NULL);
	parse_words("key new --v3-passphrase fd:3", 2, KEY_NEW, NULL);
	parse_words("--once 1 --v3 b.json http://box", 2, KEY_NONE, NULL);
}

static void parse_channel(const char *text, int ret, enum channel_verb verb,
			  const char *amount, const char *url)
{
	char copy[128], *argv[16] = { "tspay" }, *word;
	struct options o;
	int argc = 1;

	strcpy(copy, text);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	optind = 0;
	assert_int_equal(options_parse(&o, argc, argv), ret);
	if (!ret) {
		assert_int_equal(o.channel_verb, verb);
		assert_int_equal(!!o.amount, !!amount);
		assert_int_equal(!!o.url, !!url);
		if (amount)
			assert_string_equal(o.amount, amount);
		if (url)
			assert_string_equal(o.url, url);
	}
	options_free(&o);
}

static void test_channel_words(void **state)
{
	parse_channel("channel list", 0, CHANNEL_LIST, NULL, NULL);
	parse_channel("-j channel show", 0, CHANNEL_SHOW, NULL, NULL);
	parse_channel("channel open 5 http://box", 0, CHANNEL_OPEN, "5", "http://box");
	parse_channel("channel open 5 -n 0x1", 0, CHANNEL_OPEN, "5", NULL);
	parse_channel("channel deposit 5", 0, CHANNEL_DEPOSIT, "5", NULL);
	parse_channel("channel withdraw http://box", 0, CHANNEL_WITHDRAW, NULL, "http://box");
	parse_channel("channel withdraw 1 http://box", 0, CHANNEL_WITHDRAW, "1", "http://box");
	parse_channel("channel close", 0, CHANNEL_CLOSE, NULL, NULL);
	parse_channel("channel watch http://box", 0, CHANNEL_WATCH, NULL, "http://box");
	parse_channel("refund http://box", 0, CHANNEL_NONE, NULL, "http://box");
	parse_channel("refund 1 http://box", 0, CHANNEL_NONE, "1", "http://box");
	parse_channel("channel", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel bend", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel open 5", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel open http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel withdraw", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel close 5", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("channel list http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("--once 1 channel list", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("refund", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("refund 1", 2, CHANNEL_NONE, NULL, NULL);
}

static void test_sponsor_words(void **state)
{
	parse_channel("sponsor 02:00:00:00:00:03 5 2030-01-31 http://box", 0, CHANNEL_NONE,
		      "5", "http://box");
	parse_channel("sponsor --end 02:00:00:00:00:03 http://box", 0, CHANNEL_NONE, NULL,
		      "http://box");
	parse_channel("sponsor http://box", 0, CHANNEL_NONE, NULL, "http://box");
	parse_channel("sponsor", 2, CHANNEL_NONE, NULL, NULL);
	/* Without an end nobody pays, nor without a limit. */
	parse_channel("sponsor 02:00:00:00:00:03 5 http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("sponsor 02:00:00:00:00:03 http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("sponsor 02:00:00:00:00:03 5 2030-01-31", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("sponsor --end http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("sponsor --once 1 http://box", 2, CHANNEL_NONE, NULL, NULL);
	parse_channel("--end --cap-hour 1 http://box", 2, CHANNEL_NONE, NULL, NULL);
}

static int read_config(const char *text, const char *rpc, struct chain_config *c)
{
	char path[] = "/tmp/tspay-chain.XXXXXX", err[512] = "";
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ret = chain_config_read(c, path, rpc, err, sizeof(err));
	assert_int_equal(!ret, !*err);
	unlink(path);
	return ret;
}

static void test_chain_config(void **state)
{
	struct chain_config c;
	char err[512];

	assert_int_equal(read_config("{\"rpc\":\"http://node\",\"confirmations\":3}", NULL, &c), 0);
	assert_string_equal(c.rpc, "http://node");
	assert_int_equal(c.confirmations, 3);
	assert_true(ts_address_is_zero(&c.token));
	assert_true(c.gas_reserve_wei > 0);
	assert_int_equal(c.kind, TS_TOKEN_ERC20);
	chain_config_free(&c);
	assert_int_equal(read_config("{\"kind\":\"smt\"}", "http://other", &c), 0);
	assert_int_equal(c.kind, TS_TOKEN_SMT);
	chain_config_free(&c);
	assert_int_not_equal(read_config("{\"kind\":\"coin\"}", "http://other", &c), 0);
	chain_config_free(&c);
	assert_int_equal(read_config("{\"rpc\":\"http://node\"}", "http://other", &c), 0);
	assert_string_equal(c.rpc, "http://other");
	chain_config_free(&c);
	assert_int_not_equal(read_config("{}", NULL, &c), 0);
	chain_config_free(&c);
	assert_int_not_equal(read_config("[]", "http://other", &c), 0);
	chain_config_free(&c);
	assert_int_not_equal(read_config("{\"token\":\"0x12\"}", "http://other", &c), 0);
	chain_config_free(&c);
	assert_int_not_equal(read_config("{\"confirmation\":3}", "http://other", &c), 0);
	chain_config_free(&c);
	assert_int_not_equal(read_config("{\"confirmations\":0}", "http://other", &c), 0);
	chain_config_free(&c);
	/* Without a file the node alone is enough for what is in a purse. */
	assert_int_equal(chain_config_read(&c, "/nonexistent/chain.json", "http://node", err,
					   sizeof(err)), 0);
	chain_config_free(&c);
	assert_int_not_equal(chain_config_read(&c, "/nonexistent/chain.json", NULL, err,
					       sizeof(err)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_cap_per_hour),
		cmocka_unit_test(test_token_text),
		cmocka_unit_test(test_key_words),
		cmocka_unit_test(test_channel_words),
		cmocka_unit_test(test_sponsor_words),
		cmocka_unit_test(test_chain_config),
		cmocka_unit_test_setup_teardown(test_purse_same_bytes_after_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purse_is_used_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purse_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purse_lying_box, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purse_full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_channel_beyond_2_128, setup, teardown),
		cmocka_unit_test_setup_teardown(test_purse_over_balance, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
