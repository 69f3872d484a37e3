// SPDX-License-Identifier: GPL-2.0
/*
 * photon_message.c - datagrams that are none, each with its own reason.
 *
 * That right ones decode and encode to the byte is the conformance tier's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "photon/message.h"

/* Sizes of the protocol's table: without data, text or path. */
static const struct {
	enum ts_message_id id;
	size_t len;
} sizes[] = {
	{ TS_MSG_ACK, 56 }, { TS_MSG_PING, 77 },
	{ TS_MSG_SECRET_REQUEST, 133 }, { TS_MSG_UNLOCK, 213 },
	{ TS_MSG_DIRECT_TRANSFER, 182 }, { TS_MSG_MEDIATED_TRANSFER, 329 },
	{ TS_MSG_ANNOUNCE_DISPOSED, 213 }, { TS_MSG_REVEAL_SECRET, 102 },
	{ TS_MSG_REMOVE_EXPIRED_HASHLOCK, 213 },
	{ TS_MSG_SETTLE_REQUEST, 278 }, { TS_MSG_SETTLE_RESPONSE, 286 },
	{ TS_MSG_WITHDRAW_REQUEST, 278 }, { TS_MSG_WITHDRAW_RESPONSE, 286 },
	{ TS_MSG_ANNOUNCE_DISPOSED_RESPONSE, 213 },
};

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))

/* Decode a heap copy of the exact size, so that ASan sees a read behind it. */
static enum ts_photon_err decode(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct ts_message msg;
	enum ts_photon_err err;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	err = ts_message_decode(&msg, copy, len);
	free(copy);
	return err;
}

static struct ts_datagram blank(enum ts_message_id id)
{
	struct ts_message msg = { .id = id };
	struct ts_datagram d;

	msg.version = id == TS_MSG_MEDIATED_TRANSFER;
	assert_int_equal(ts_message_encode(&msg, &d), 0);
	return d;
}

static void test_sizes(void **state)
{
	size_t i, len;

	for (i = 0; i < SIZES; i++) {
		struct ts_datagram d = blank(sizes[i].id);

		assert_int_equal(d.len, sizes[i].len);
		assert_int_equal(d.b[0], sizes[i].id);
		assert_int_equal(decode(d.b, d.len), 0);
		d.b[d.len] = 0;
		assert_int_equal(decode(d.b, d.len + 1), TS_PHOTON_TRAILING);
		for (len = 1; len < d.len; len++)
			assert_int_equal(decode(d.b, len),
					 TS_PHOTON_TRUNCATED);
		assert_int_equal(decode(d.b, 0), TS_PHOTON_EMPTY);
	}
}

static void test_too_long(void **state)
{
	uint8_t bytes[TS_DATAGRAM_MAX_BYTES + 1] = { TS_MSG_DIRECT_TRANSFER };

	assert_int_equal(decode(bytes, sizeof(bytes)), TS_PHOTON_TOO_LONG);
	assert_int_equal(decode(bytes, sizeof(bytes) - 1),
			 TS_PHOTON_TRAILING);
}

/* All 65536 ids: fourteen are known, by both of their bytes. */
static void test_ids(void **state)
{
	static uint8_t bytes[TS_DATAGRAM_MAX_BYTES];
	unsigned int id, known = 0;
	struct ts_message msg;

	bytes[2] = 1;
	for (id = 0; id <= UINT16_MAX; id++) {
		bytes[0] = (uint8_t)id;
		bytes[1] = (uint8_t)(id >> 8);
		known += ts_message_decode(&msg, bytes, sizeof(bytes)) !=
			 TS_PHOTON_UNKNOWN_ID;
		if (id > 27)
			assert_null(ts_message_name((enum ts_message_id)id));
	}
	assert_int_equal(known, SIZES);
	/* The datagram that ends the original node: 0, then not 0. */
	assert_int_equal(decode((const uint8_t *)"\x00\x01", 2),
			 TS_PHOTON_TRUNCATED);
	assert_int_equal(decode((const uint8_t *)"\x00\x01\x00\x00", 4),
			 TS_PHOTON_UNKNOWN_ID);
}

static void test_versions(void **state)
{
	struct ts_datagram d = blank(TS_MSG_MEDIATED_TRANSFER), back;
	struct ts_message msg = { .id = TS_MSG_MEDIATED_TRANSFER };

	d.b[2] = 0;
	assert_int_equal(decode(d.b, d.len), TS_PHOTON_BAD_VERSION);
	d.b[3] = 1;
	assert_int_equal(decode(d.b, d.len), 0);
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_BAD_VERSION);

	/* The others ignore it, and keep it for the hash. */
	d = blank(TS_MSG_DIRECT_TRANSFER);
	d.b[2] = 3;
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(msg.version, 3);
	assert_int_equal(ts_message_encode(&msg, &back), 0);
	assert_memory_equal(d.b, back.b, d.len);
}

/* Put a varint in the place of a DirectTransfer's one byte of data length. */
static enum ts_photon_err decode_with_varint(const char *varint, size_t len,
					     size_t data_len)
{
	struct ts_datagram d = blank(TS_MSG_DIRECT_TRANSFER);
	uint8_t bytes[2048] = { 0 };

	memcpy(bytes, d.b, 4);
	memcpy(bytes + 4, varint, len);
	return decode(bytes, 4 + len + data_len + d.len - 5);
}

static void test_varints(void **state)
{
	assert_int_equal(decode_with_varint("\xfc", 1, 252), 0);
	assert_int_equal(decode_with_varint("\xfd\xfd\x00", 3, 253), 0);
	assert_int_equal(decode_with_varint("\xfd\xfc\x00", 3, 252),
			 TS_PHOTON_BAD_VARINT);
	assert_int_equal(decode_with_varint("\xfd\x00\x00", 3, 0),
			 TS_PHOTON_BAD_VARINT);
	assert_int_equal(decode_with_varint("\xfe\xff\xff\x00\x00", 5, 0),
			 TS_PHOTON_BAD_VARINT);
	assert_int_equal(decode_with_varint("\xfe\x00\x00\x01\x00", 5, 0),
			 TS_PHOTON_BAD_LENGTH);
	assert_int_equal(decode_with_varint(
		"\xff\xff\xff\xff\xff\x00\x00\x00\x00", 9, 0),
			 TS_PHOTON_BAD_VARINT);
	assert_int_equal(decode_with_varint(
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 0),
			 TS_PHOTON_BAD_LENGTH);
	/* A length that leaves no room for the rest, or too much. */
	assert_int_equal(decode_with_varint("\x01", 1, 0),
			 TS_PHOTON_TRUNCATED);
	assert_int_equal(decode_with_varint("\x00", 1, 1),
			 TS_PHOTON_TRAILING);
}

static void put_be32(uint8_t *at, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Lengths that a program might multiply, allocate or loop by. */
static void test_hostile_lengths(void **state)
{
	static const uint32_t lengths[] = {
		1000, 0x0ccccccd, 0x10000000, 0x7fffffff, 0x80000000,
		0xcccccccd, 0xffffffff,
	};
	struct ts_datagram d;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		d = blank(TS_MSG_MEDIATED_TRANSFER);
		put_be32(d.b + 148, lengths[i]);
		assert_int_equal(decode(d.b, d.len), TS_PHOTON_BAD_LENGTH);
		d = blank(TS_MSG_ANNOUNCE_DISPOSED);
		put_be32(d.b + 144, lengths[i]);
		assert_int_equal(decode(d.b, d.len), TS_PHOTON_BAD_LENGTH);
		d = blank(TS_MSG_SETTLE_RESPONSE);
		put_be32(d.b + 217, lengths[i]);
		assert_int_equal(decode(d.b, d.len), TS_PHOTON_BAD_LENGTH);
		d = blank(TS_MSG_WITHDRAW_RESPONSE);
		put_be32(d.b + 217, lengths[i]);
		assert_int_equal(decode(d.b, d.len), TS_PHOTON_BAD_LENGTH);
	}
	d = blank(TS_MSG_MEDIATED_TRANSFER);
	put_be32(d.b + 148, 1);
	assert_int_equal(decode(d.b, d.len), TS_PHOTON_TRUNCATED);
}

/* What does not fit is refused by the encoder, whatever length it claims. */
static void test_encoding_limits(void **state)
{
	static const uint8_t zeros[TS_DATAGRAM_MAX_BYTES + 1];
	struct ts_message msg = { .id = TS_MSG_SETTLE_RESPONSE };
	struct ts_bytes *text = &msg.settle_response.error_message;
	struct ts_datagram d;

	*text = (struct ts_bytes){ zeros, TS_DATAGRAM_MAX_BYTES - 286 };
	assert_int_equal(ts_message_encode(&msg, &d), 0);
	assert_int_equal(d.len, TS_DATAGRAM_MAX_BYTES);
	assert_int_equal(decode(d.b, d.len), 0);
	text->len++;
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_TOO_LONG);
	text->len = (size_t)1 << 32;
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_TOO_LONG);

	msg = (struct ts_message){ .id = TS_MSG_MEDIATED_TRANSFER, 1 };
	msg.mediated_transfer.path = (const struct ts_address *)zeros;
	msg.mediated_transfer.path_count = 43;
	assert_int_equal(ts_message_encode(&msg, &d), 0);
	assert_int_equal(decode(d.b, d.len), 0);
	msg.mediated_transfer.path_count = 44;
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_TOO_LONG);
	msg.mediated_transfer.path_count = UINT32_MAX;
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_TOO_LONG);

	msg = (struct ts_message){ .id = (enum ts_message_id)1 };
	assert_int_equal(ts_message_encode(&msg, &d), TS_PHOTON_UNKNOWN_ID);
}

static void test_ack_is_unsigned(void **state)
{
	struct ts_datagram d = blank(TS_MSG_ACK);
	struct ts_u256 chain_id = { 0 };
	struct ts_address signer;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(ts_message_recover(&msg, d.b, d.len, &chain_id,
					    &signer), TS_PHOTON_UNSIGNED);
}

static void test_err_names(void **state)
{
	int i;

	for (i = 0; i < TS_PHOTON_ERR_COUNT; i++) {
		assert_non_null(ts_photon_err_name((enum ts_photon_err)i));
		assert_non_null(ts_photon_err_text((enum ts_photon_err)i));
	}
	assert_string_equal(ts_photon_err_name(TS_PHOTON_ERR_COUNT),
			    "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_varints),
		cmocka_unit_test(test_hostile_lengths),
		cmocka_unit_test(test_encoding_limits),
		cmocka_unit_test(test_ack_is_unsigned),
		cmocka_unit_test(test_err_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
