// SPDX-License-Identifier: GPL-2.0
/* describe.c - a payment channel as a JSON object, and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/describe.h"
#include "chain/json.h"
#include "photon/hex.h"

/**
 * struct reader - where a description is read from, and what is wrong with it
 * @json: the object
 * @err: one line, written by the first failure
 * @err_size: room in @err
 */
struct reader {
	const json_t *json;
	char *err;
	size_t err_size;
};

static int fail(const struct reader *r, const char *name, const char *expected)
{
	snprintf(r->err, r->err_size, "channel: \"%s\" must be %s", name, expected);
	return -EINVAL;
}

/* A decimal string, or a JSON integer that is not negative; as text. */
static const char *number_text(const json_t *v, char buf[static 24])
{
	if (json_is_string(v))
		return json_string_value(v);
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return NULL;
	snprintf(buf, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return buf;
}

static int read_address(const struct reader *r, const char *name, struct ts_address *out)
{
	const char *text = json_string_value(json_object_get(r->json, name));

	if (!text || ts_address_parse(out, text))
		return fail(r, name, "an address: 0x and 40 hex digits (checksummed if of mixed case)");
	return 0;
}

static int read_u64(const struct reader *r, const char *name, uint64_t *out)
{
	char buf[24];
	const char *text = number_text(json_object_get(r->json, name), buf);
	struct ts_u256 v;

	if (!text || ts_u256_parse(&v, text) || ts_u256_to_u64(&v, out))
		return fail(r, name, "a whole number below 2^64");
	return 0;
}

static int read_wei(const struct reader *r, const char *name, ts_u128 *out)
{
	char buf[24];
	const char *text = number_text(json_object_get(r->json, name), buf);

	if (!text || ts_u128_parse(out, text))
		return fail(r, name, "a whole number below 2^128, in the token's smallest unit");
	return 0;
}

static int read_proof(const struct reader *outer, const char *name,
		      struct ts_channel_proof *proof)
{
	struct reader r = { json_object_get(outer->json, name), outer->err, outer->err_size };
	const char *hash, *signature;
	int ret;

	if (!r.json || json_is_null(r.json))
		return 0;
	ret = read_u64(&r, "nonce", &proof->nonce);
	if (!ret)
		ret = read_wei(&r, "transferred_wei", &proof->transferred_wei);
	if (ret || !proof->nonce)
		return ret;
	hash = json_string_value(json_object_get(r.json, "locksroot"));
	if (hash && ts_hash_parse(&proof->locksroot, hash))
		return fail(outer, name, "an object whose locksroot is 0x and 64 hex digits");
	hash = json_string_value(json_object_get(r.json, "additional_hash"));
	if (!hash || ts_hash_parse(&proof->additional_hash, hash))
		return fail(outer, name, "an object whose additional_hash is 0x and 64 hex digits");
	signature = json_string_value(json_object_get(r.json, "signature"));
	if (!signature || ts_hex_parse(proof->signature.b, TS_SIGNATURE_BYTES, signature))
		return fail(outer, name, "an object whose signature is 0x and 130 hex digits");
	return 0;
}

static int read_identity(const struct reader *r, struct ts_channel *c)
{
	char buf[24];
	const char *chain_id = number_text(json_object_get(r->json, "chain_id"), buf);
	int ret;

	if (!chain_id || ts_u256_parse(&c->chain_id, chain_id))
		return fail(r, "chain_id", "the number that the contract's chain_id() gives");
	ret = read_address(r, "tokens_network", &c->tokens_network);
	if (!ret)
		ret = read_address(r, "token", &c->token);
	if (!ret)
		ret = read_address(r, "address", &c->our_address);
	if (!ret)
		ret = read_address(r, "partner_address", &c->partner_address);
	if (!ret)
		ret = read_u64(r, "open_block_number", &c->open_block_number);
	if (!ret)
		ret = read_u64(r, "settle_timeout", &c->settle_timeout_blocks);
	return ret;
}

static int read_state(const struct reader *r, struct ts_channel *c)
{
	const json_t *v = json_object_get(r->json, "state");
	const char *text = json_string_value(v);

	c->state = TS_CHANNEL_OPEN;
	if (!v || (text && !strcmp(text, "open")))
		return 0;
	if (!text || strcmp(text, "closed"))
		return fail(r, "state", "\"open\" or \"closed\"");
	c->state = TS_CHANNEL_CLOSED;
	return 0;
}

static void swap_sides(struct ts_channel *c)
{
	const struct ts_channel seen = *c;

	c->our_address = seen.partner_address;
	c->partner_address = seen.our_address;
	c->our_deposit_wei = seen.partner_deposit_wei;
	c->partner_deposit_wei = seen.our_deposit_wei;
	c->our_proof = seen.partner_proof;
	c->partner_proof = seen.our_proof;
}

/**
 * ts_channel_read() - read a channel, locks and all, without believing it
 * @json: the object
 * @side: whose place to take
 * @channel: set on success; its identifier is computed
 * @err: on failure what is wrong, one line
 * @err_size: room in @err
 *
 * Whether it can be true ts_life_fault() says, which knows the locks.
 *
 * Return: 0 or -EINVAL.
 */
int ts_channel_read(const json_t *json, enum ts_side side,
		    struct ts_channel *channel, char *err, size_t err_size)
{
	struct reader r = { json, err, err_size };
	struct ts_channel c = { 0 };
	int ret;

	ret = read_identity(&r, &c);
	if (!ret)
		ret = read_wei(&r, "partner_deposit_wei", &c.partner_deposit_wei);
	if (!ret && json_object_get(json, "deposit_wei"))
		ret = read_wei(&r, "deposit_wei", &c.our_deposit_wei);
	if (!ret)
		ret = read_state(&r, &c);
	if (!ret)
		ret = read_proof(&r, "partner_proof", &c.partner_proof);
	if (!ret)
		ret = read_proof(&r, "proof", &c.our_proof);
	if (ret)
		return ret;
	if (side == TS_SIDE_WALLET)
		swap_sides(&c);
	ts_channel_identifier(&c.our_address, &c.partner_address, &c.token,
			      &c.tokens_network, &c.channel_identifier);
	*channel = c;
	return 0;
}

/**
 * ts_channel_from_json() - read a channel
 * @json: the object
 * @side: whose place to take
 * @channel: set on success; its identifier is computed, never believed
 * @err: on failure what is wrong, one line
 * @err_size: room in @err
 *
 * Proofs are taken only with their owner's signature (ts_channel_fault()).
 *
 * Return: 0 or -EINVAL.
 */
int ts_channel_from_json(const json_t *json, enum ts_side side,
			 struct ts_channel *channel, char *err, size_t err_size)
{
	struct ts_channel c;
	const char *fault;
	int ret = ts_channel_read(json, side, &c, err, err_size);

	if (ret)
		return ret;
	fault = ts_channel_fault(&c);
	if (fault) {
		snprintf(err, err_size, "channel: %s", fault);
		return -EINVAL;
	}
	*channel = c;
	return 0;
}

static json_t *json_proof(const struct ts_channel_proof *p)
{
	char hash[TS_HASH_TEXT_SIZE], signature[2 + 2 * TS_SIGNATURE_BYTES + 1];
	json_t *json;

	json = json_pack("{s:I,s:o,s:s,s:s}", "nonce", (json_int_t)p->nonce,
			 "transferred_wei", ts_json_wei(p->transferred_wei),
			 "additional_hash", ts_hash_print(&p->additional_hash, hash),
			 "signature", ts_hex_print(signature, p->signature.b, TS_SIGNATURE_BYTES));
	if (json && !ts_hash_is_zero(&p->locksroot))
		json_object_set_new(json, "locksroot",
				    json_string(ts_hash_print(&p->locksroot, hash)));
	return json;
}

/**
 * ts_channel_describe() - write a channel so that either side can read it
 * @channel: the channel
 * @side: whose place @channel is seen from
 *
 * Return: a new object, or NULL when memory is out.
 */
json_t *ts_channel_describe(const struct ts_channel *channel, enum ts_side side)
{
	char id[TS_HASH_TEXT_SIZE], chain_id[TS_U256_TEXT_SIZE];
	struct ts_channel c = *channel;
	json_t *json;

	if (side == TS_SIDE_WALLET)
		swap_sides(&c);
	json = json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:I,s:I,s:o,s:o,s:s}",
			 "channel_identifier", ts_hash_print(&c.channel_identifier, id),
			 "chain_id", ts_u256_print(&c.chain_id, chain_id),
			 "tokens_network", ts_json_address(&c.tokens_network),
			 "token", ts_json_address(&c.token),
			 "address", ts_json_address(&c.our_address),
			 "partner_address", ts_json_address(&c.partner_address),
			 "open_block_number", (json_int_t)c.open_block_number,
			 "settle_timeout", (json_int_t)c.settle_timeout_blocks,
			 "partner_deposit_wei", ts_json_wei(c.partner_deposit_wei),
			 "deposit_wei", ts_json_wei(c.our_deposit_wei),
			 "state", c.state == TS_CHANNEL_OPEN ? "open" : "closed");
	if (json && c.partner_proof.nonce)
		json_object_set_new(json, "partner_proof", json_proof(&c.partner_proof));
	if (json && c.our_proof.nonce)
		json_object_set_new(json, "proof", json_proof(&c.our_proof));
	return json;
}
