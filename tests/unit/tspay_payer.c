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
#include <unistd.h>

#include "chain/describe.h"
#include "tspay/payer.h"

#define STEPS 12

/* The box: every first try of a datagram gets no answer, the next one does. */
static struct {
	struct ts_channel channel;
	ts_u128 taken_wei;
	unsigned int polls;
} cheat;

static volatile sig_atomic_t stop;

struct box *box_open(const char *url, const char *code)
{
	return (struct box *)&cheat;
}

void box_close(struct box *b)
{
}

int box_token(struct box *b, struct token *out, char *err, size_t err_size)
{
	return -1;
}

int box_session(struct box *b, struct session *out, char *err, size_t err_size)
{
	if (++cheat.polls >= STEPS)
		stop = 1;
	memset(out, 0, sizeof(*out));
	strcpy(out->code, "0123456789ABCDEF");
	strcpy(out->state, "dry");
	out->tariff_id = 1;
	out->wei_per_gb = 1000000000;
	return 0;
}

int box_channel(struct box *b, const struct ts_address *wallet,
		struct ts_channel *out, char *err, size_t err_size)
{
	return -1;
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
	return 0;
}

/* What may be spent in an hour is counted when it is signed. */
static void a_box_that_denies_does_not_pass_the_cap(void **state)
{
	struct options o = {
		.policy = { .low_bytes = 1000, .step_bytes = 100,
			    .cap_hour_wei = 250, .max_wei_per_gb = 1000000000 },
	};
	char dir[] = "/tmp/tspayer.XXXXXX", command[64], err[256];
	struct payer p = { .o = &o, .box = box_open("", NULL), .udp_fd = -1,
			   .stop = &stop };
	struct ts_signer *box_key = ts_signer_generate();
	struct ts_channel seen;
	json_t *json;

	p.signer = ts_signer_generate();
	assert_non_null(mkdtemp(dir));
	cheat.channel = (struct ts_channel){
		.open_block_number = 7,
		.chain_id = ts_u256_from_u64(1337),
		.tokens_network = { { 1 } },
		.token = { { 2 } },
		.our_address = *ts_signer_address(box_key),
		.partner_address = *ts_signer_address(p.signer),
		.settle_timeout_blocks = 1000,
		.state = TS_CHANNEL_OPEN,
		.partner_deposit_wei = 100000,
	};
	ts_channel_identifier(&cheat.channel.our_address,
			      &cheat.channel.partner_address,
			      &cheat.channel.token, &cheat.channel.tokens_network,
			      &cheat.channel.channel_identifier);
	json = ts_channel_describe(&cheat.channel, TS_SIDE_BOX);
	assert_int_equal(ts_channel_from_json(json, TS_SIDE_WALLET, &seen, err,
					      sizeof(err)), 0);
	json_decref(json);
	assert_int_equal(purse_open(&p.purse, dir, &seen, err, sizeof(err)), 0);
	show_init(&p.show);
	alarm(60);
	payer_watch(&p);
	assert_true(cheat.taken_wei > 0);
	assert_true(cheat.taken_wei <= o.policy.cap_hour_wei);
	purse_close(&p.purse);
	ts_signer_free(p.signer);
	ts_signer_free(box_key);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_that_denies_does_not_pass_the_cap),
	};

	return cmocka_run_group_tests_name("tspay_payer", tests, NULL, NULL);
}
