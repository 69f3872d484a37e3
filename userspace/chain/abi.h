/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abi.h - calls of contracts and their answers (Solidity's ABI), as far as the
 * contracts that we call need it: words of 32 bytes, and runs of bytes or text
 * behind them.
 *
 * What a call takes is written once, as the text of its signature; each value
 * put must be of the type that comes next in it.  Reading is strict: the one
 * form that encoders write, zeros where padding is, nothing behind the end.
 */
#ifndef TS_CHAIN_ABI_H
#define TS_CHAIN_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/message.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_ABI_WORD_BYTES	32
#define TS_ABI_SELECTOR_BYTES	4
#define TS_CALLDATA_MAX_BYTES	2048

/**
 * struct ts_calldata - what a transaction or eth_call hands to a contract
 * @len: how many bytes
 * @b: the selector and the arguments
 */
struct ts_calldata {
	size_t len;
	uint8_t b[TS_CALLDATA_MAX_BYTES];
};

/**
 * struct ts_abi_writer - a call that is being written
 * @out: the call
 * @base: where its arguments begin in @out
 * @head: where the next argument's word goes
 * @types: the types of the arguments that are still to come
 * @err: 0, or the first failure
 */
struct ts_abi_writer {
	struct ts_calldata *out;
	size_t base;
	size_t head;
	const char *types;
	int err;
};

void ts_abi_selector(uint8_t selector[TS_ABI_SELECTOR_BYTES], const char *signature);

void ts_abi_begin(struct ts_abi_writer *w, struct ts_calldata *out,
		  const char *signature);
void ts_abi_put_address(struct ts_abi_writer *w, const struct ts_address *value);
void ts_abi_put_u64(struct ts_abi_writer *w, uint64_t value);
void ts_abi_put_u256(struct ts_abi_writer *w, const struct ts_u256 *value);
void ts_abi_put_hash(struct ts_abi_writer *w, const struct ts_hash *value);
void ts_abi_put_bytes(struct ts_abi_writer *w, const void *bytes, size_t len);
int ts_abi_end(const struct ts_abi_writer *w);

/**
 * struct ts_abi_reader - an answer, or an event's data, that is being read
 * @data: the bytes
 * @len: how many
 * @head: where the next value's word is
 * @words: how many words the head has
 * @tail: where the next run of bytes must be
 * @err: 0, or the first failure
 */
struct ts_abi_reader {
	const uint8_t *data;
	size_t len;
	size_t head;
	size_t words;
	size_t tail;
	int err;
};

void ts_abi_read(struct ts_abi_reader *r, const struct ts_bytes *data,
		 unsigned int words);
struct ts_u256 ts_abi_get_u256(struct ts_abi_reader *r);
uint64_t ts_abi_get_u64(struct ts_abi_reader *r);
uint8_t ts_abi_get_u8(struct ts_abi_reader *r);
bool ts_abi_get_bool(struct ts_abi_reader *r);
struct ts_hash ts_abi_get_hash(struct ts_abi_reader *r);
struct ts_address ts_abi_get_address(struct ts_abi_reader *r);
void ts_abi_get_fixed(struct ts_abi_reader *r, uint8_t *out, size_t len);
void ts_abi_get_text(struct ts_abi_reader *r, char *text, size_t size);
int ts_abi_read_end(const struct ts_abi_reader *r);

#endif /* TS_CHAIN_ABI_H */
