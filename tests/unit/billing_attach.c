// SPDX-License-Identifier: GPL-2.0
/*
 * billing_attach.c - value that a wallet takes along to another station, and
 * all who would like to be that wallet (M6, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"
#include "photon/attach.h"
#include "photon/ping.h"

#define REPLY	4242

static int code;	/* of station 0, which wallet 0 paid for */

static int setup(void **state)
{
	one_setup(state);
	code = box_code(&box, 0);
	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	return 0;
}

static ts_u128 unspent(int which)
{
	struct ts_session_view view;

	assert_int_equal(ts_billing_session_view(box.billing,
						 box.codes[which].code, &view), 0);
	return view.unspent_wei;
}

/* What an honest wallet would sign for this station. */
static struct ts_attach good(unsigned int station)
{
	struct ts_attach attach = { .box = box.config.our_address,
				    .chain_id = box.config.chain_id,
				    .token = box.config.tokens[0].address,
				    .limit_wei = TS_U128_MAX };
	struct ts_key key = box_key(station);
	struct ts_billing_nonce nonce;

	ts_billing_nonce(box.billing, &key, &box.now, &nonce);
	strcpy(attach.code, box.codes[code].code);
	attach.nonce = nonce.nonce;
	attach.expiry_s = nonce.expires_s;
	return attach;
}

/* Send bytes from a station; NULL: done, else the name of the refusal. */
static const char *send_bytes(unsigned int station, const void *bytes, size_t len)
{
	unsigned int attaches = box.attaches, refusals = box.refusals;
	struct ts_key key = box_key(station);

	box.last_reply = 0;
	ts_billing_attach(box.billing, &key, bytes, len, REPLY, &box.now);
	box_flush(&box);
	assert_int_equal(box.last_reply, REPLY);
	assert_int_equal(box.attaches - attaches + box.refusals - refusals, 1);
	return box.attaches > attaches ? NULL : box.last_refusal.name;
}

static const char *send_attach(unsigned int station,
			       const struct ts_attach *attach, unsigned int wallet)
{
	uint8_t bytes[TS_ATTACH_BYTES];

	ts_attach_sign(attach, box.wallets[wallet].key, bytes);
	return send_bytes(station, bytes, sizeof(bytes));
}

static void is_refused(const char *got, const char *name)
{
	assert_non_null(got);
	assert_string_equal(got, name);
	/* Nobody's value went anywhere. */
	assert_true(unspent(code) >= 498999 * GWEI);
}

static void the_wallet_moves_its_value(void **state)
{
	struct ts_attach attach = good(1);
	int other = box_code(&box, 1);

	assert_null(send_attach(1, &attach, 0));
	assert_string_equal(box.last_attached, box.codes[other].code);
	assert_true(unspent(code) == 0);
	assert_in_range((uint64_t)(unspent(other) / GWEI), 499000, 499001);
	/* The old station has nothing left, in the kernel neither. */
	assert_false(box_frame(&box, 0, 60, TS_DIR_DOWN));
	assert_in_range(box_spend(&box, 1, 100), 499000, 499100);
	assert_int_equal(box_spend(&box, 0, 60), 0);
}

/* The latest proven station wins; each time the old slice is back first. */
static void there_and_back(void **state)
{
	struct ts_attach attach;
	int codes[3], i;

	for (i = 0; i < 3; i++)
		codes[i] = box_code(&box, (unsigned int)i);
	for (i = 1; i < 7; i++) {
		attach = good((unsigned int)i % 3);
		strcpy(attach.code, box.codes[codes[(i - 1) % 3]].code);
		assert_null(send_attach((unsigned int)i % 3, &attach, 0));
		assert_true(box_frame(&box, (unsigned int)i % 3, 1000, TS_DIR_UP));
		assert_false(box_frame(&box, (unsigned int)(i - 1) % 3, 60, TS_DIR_UP));
		box_verify(&box);
	}
	assert_in_range(box_spend(&box, 0, 100), 493000, 493100);
}

/* Durable before visible: whoever was answered has it after any crash. */
static void what_was_answered_survives(void **state)
{
	struct ts_attach attach = good(1);
	int other = box_code(&box, 1);

	assert_null(send_attach(1, &attach, 0));
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	assert_true(unspent(code) == 0);
	assert_in_range(box_spend(&box, 1, 100), 499000, 499100);
	assert_true(unspent(other) < 100 * GWEI);
}

static void a_limit_is_kept(void **state)
{
	struct ts_attach attach = good(1);
	int other = box_code(&box, 1);

	attach.limit_wei = 100000 * GWEI;
	assert_null(send_attach(1, &attach, 0));
	assert_true(unspent(other) == 100000 * GWEI);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	assert_in_range(box_spend(&box, 1, 100), 99900, 100000);
	/* The rest is the wallet's, who gives it when it likes. */
	attach = good(1);
	strcpy(attach.code, box.codes[other].code);
	assert_null(send_attach(1, &attach, 0));
	assert_in_range(box_spend(&box, 1, 100), 398900, 399200);
}

static void a_limit_of_nothing_moves_nothing(void **state)
{
	struct ts_attach attach = good(1);
	int other = box_code(&box, 1);

	attach.limit_wei = 0;
	assert_null(send_attach(1, &attach, 0));
	assert_true(unspent(other) == 0);
	assert_true(unspent(code) >= 498999 * GWEI);
}

static void a_replay_is_useless(void **state)
{
	struct ts_attach attach = good(1);
	uint8_t bytes[TS_ATTACH_BYTES];
	int other = box_code(&box, 1);

	ts_attach_sign(&attach, box.wallets[0].key, bytes);
	/* Somebody heard it, and is first. */
	is_refused(send_bytes(2, bytes, sizeof(bytes)), "bad_nonce");
	assert_null(send_bytes(1, bytes, sizeof(bytes)));
	/* Paid into the old code again: the old attach does not get that. */
	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "nonce_used");
	is_refused(send_bytes(2, bytes, sizeof(bytes)), "bad_nonce");
	/* Nor after a restart, which remembers no nonce. */
	box_crash(&box, false, 0);
	box.random += 77;	/* another process, another secret */
	assert_int_equal(box_open(&box), 0);
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "bad_nonce");
	assert_in_range((uint64_t)(unspent(other) / GWEI), 499000, 499001);
}

static void the_old_is_expired(void **state)
{
	struct ts_attach attach = good(1);

	box_later(&box, 61 * SECOND);
	is_refused(send_attach(1, &attach, 0), "attach_expired");
	/* The box decides how old a nonce may be, whatever was signed. */
	attach = good(1);
	attach.expiry_s += 1000;
	box_later(&box, 61 * SECOND);
	is_refused(send_attach(1, &attach, 0), "attach_expired");
	/* And the wallet may want less than the box allows. */
	attach = good(1);
	attach.expiry_s -= 50;
	box_later(&box, 11 * SECOND);
	is_refused(send_attach(1, &attach, 0), "attach_expired");
}

static void others_are_not_the_wallet(void **state)
{
	struct ts_attach attach = good(1);

	is_refused(send_attach(1, &attach, 1), "not_a_payer");
	/* Who has paid elsewhere has not paid here. */
	assert_true(box_pay(&box, 1, 5000 * GWEI, box_code(&box, 2)));
	is_refused(send_attach(1, &attach, 1), "not_a_payer");
	attach.box.b[3] ^= 1;
	is_refused(send_attach(1, &attach, 0), "wrong_box");
	attach = good(1);
	attach.chain_id = ts_u256_from_u64(1);
	is_refused(send_attach(1, &attach, 0), "wrong_chain");
	attach = good(1);
	memset(attach.nonce.b, 0, TS_HASH_BYTES);
	is_refused(send_attach(1, &attach, 0), "bad_nonce");
	attach = good(1);
	strcpy(attach.code, "0000000000000000");
	is_refused(send_attach(1, &attach, 0), "unknown_session");
}

/*
 * The code is heard over the air.  A little is paid into the session, which
 * makes the thief a payer of it: so only its own little is moved, and whoever
 * sits at the station does not lose a frame.
 */
static void paying_a_little_buys_nobody_elses(void **state)
{
	struct ts_attach attach = good(1);
	uint32_t epoch = box_account(&box, 0)->a.epoch;
	int thief = box_code(&box, 1);

	assert_true(box_pay(&box, 1, 5000 * GWEI, code));
	assert_null(send_attach(1, &attach, 1));
	assert_true(unspent(thief) == 5000 * GWEI);
	assert_in_range((uint64_t)(unspent(code) / GWEI), 499000, 499001);
	assert_int_equal(box_account(&box, 0)->a.epoch, epoch);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
}

/* What a wallet signs for Photon, the contract or others is no attach. */
static void other_signatures_are_no_attach(void **state)
{
	struct ts_attach attach = good(1);
	uint8_t bytes[TS_ATTACH_BYTES];
	struct ts_datagram *paid = &box.wallets[0].message, ping;
	struct ts_message msg;
	unsigned int i;

	/* The datagrams themselves. */
	is_refused(send_bytes(1, paid->b, paid->len), "bad_attach");
	assert_int_equal(ts_ping_make(7, box.wallets[0].key, &ping), TS_PHOTON_OK);
	is_refused(send_bytes(1, ping.b, ping.len), "bad_attach");
	/* Their signatures under an attach: of a balance proof, of a message. */
	ts_attach_sign(&attach, box.wallets[1].key, bytes);
	assert_int_equal(ts_message_decode(&msg, paid->b, paid->len), TS_PHOTON_OK);
	memcpy(bytes + sizeof(bytes) - TS_SIGNATURE_BYTES,
	       box.wallets[0].channel.our_proof.signature.b, TS_SIGNATURE_BYTES);
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "not_a_payer");
	memcpy(bytes + sizeof(bytes) - TS_SIGNATURE_BYTES, msg.signature.b,
	       TS_SIGNATURE_BYTES);
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "not_a_payer");
	memcpy(bytes + sizeof(bytes) - TS_SIGNATURE_BYTES,
	       ping.b + ping.len - TS_SIGNATURE_BYTES, TS_SIGNATURE_BYTES);
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "not_a_payer");
	/* Another prefix, another type, another length. */
	ts_attach_sign(&attach, box.wallets[0].key, bytes);
	bytes[0] = 'x';
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "bad_attach");
	ts_attach_sign(&attach, box.wallets[0].key, bytes);
	bytes[30] ^= 1;
	is_refused(send_bytes(1, bytes, sizeof(bytes)), "bad_attach");
	for (i = 0; i < sizeof(bytes); i++)
		is_refused(send_bytes(1, bytes, i), "bad_attach");
}

/* Each bit of it is signed. */
static void no_bit_can_be_changed(void **state)
{
	struct ts_attach attach = good(1);
	uint8_t bytes[TS_ATTACH_BYTES];
	unsigned int i;

	box_code(&box, 1);
	ts_attach_sign(&attach, box.wallets[0].key, bytes);
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] ^= 1;
		assert_non_null(send_bytes(1, bytes, sizeof(bytes)));
		bytes[i] ^= 1;
	}
	assert_in_range((uint64_t)(unspent(code) / GWEI), 499000, 499001);
	assert_null(send_bytes(1, bytes, sizeof(bytes)));
}

/* Nothing can be stored: the answer says so, and nothing moves. */
static void a_disk_that_fails_moves_nothing(void **state)
{
	struct ts_attach attach = good(1);

	box_code(&box, 1);
	fault.kind = FAULT_WRITE;
	fault.failed = false;
	fault.after_failure = 0;
	fault.at = fault.touches + 1;
	assert_non_null(send_attach(1, &attach, 0));
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(box.billing));
	attach = good(1);
	is_refused(send_attach(1, &attach, 0), "read_only");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(the_wallet_moves_its_value),
		T(there_and_back),
		T(what_was_answered_survives),
		T(a_limit_is_kept),
		T(a_limit_of_nothing_moves_nothing),
		T(a_replay_is_useless),
		T(the_old_is_expired),
		T(others_are_not_the_wallet),
		T(paying_a_little_buys_nobody_elses),
		T(other_signatures_are_no_attach),
		T(no_bit_can_be_changed),
		T(a_disk_that_fails_moves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
