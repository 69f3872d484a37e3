// SPDX-License-Identifier: GPL-2.0
/*
 * roam.c - "what I paid at home, that box may sell to me", and "so much of it".
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/own.h"
#include "photon/roam.h"

#define ORDER	"roam\n"
#define CLAIM	"roam-claim\n"

/**
 * ts_order_sign() - make the bytes
 * @order: what is signed; its code is valid or empty
 * @key: the wallet's
 * @bytes: where they go
 */
void ts_order_sign(const struct ts_order *order, const struct ts_signer *key,
		   uint8_t bytes[TS_ORDER_BYTES])
{
	uint8_t *out = ts_own_begin(bytes, ORDER);

	out = ts_own_put(out, order->home.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, order->host.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &order->chain_id);
	out = ts_own_put(out, order->token.b, TS_ADDRESS_BYTES);
	memset(out, 0, TS_CODE_CHARS);
	memcpy(out, order->code, strnlen(order->code, TS_CODE_CHARS));
	out += TS_CODE_CHARS;
	out = ts_own_put(out, order->nonce.b, TS_HASH_BYTES);
	out = ts_own_put_u64(out, order->sequence);
	out = ts_own_put_u64(out, order->lifetime_s);
	out = ts_own_put_u128(out, order->limit_wei);
	out = ts_own_put_u128(out, order->max_wei_per_gb);
	assert(out == bytes + TS_ORDER_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_ORDER_BYTES, key);
}

/**
 * ts_order_decode() - read the bytes
 * @order: where it goes; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed them.  Return: 0 or -EINVAL.
 */
int ts_order_decode(struct ts_order *order, const void *bytes, size_t len)
{
	const uint8_t *in;

	if (len != TS_ORDER_BYTES)
		return -EINVAL;
	in = ts_own_after(bytes, ORDER);
	if (!in)
		return -EINVAL;
	memset(order, 0, sizeof(*order));
	in = ts_own_get(order->home.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(order->host.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&order->chain_id, in);
	in = ts_own_get(order->token.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(order->code, in, TS_CODE_CHARS);
	in = ts_own_get(order->nonce.b, in, TS_HASH_BYTES);
	in = ts_own_get_u64(&order->sequence, in);
	in = ts_own_get_u64(&order->lifetime_s, in);
	in = ts_own_get_u128(&order->limit_wei, in);
	ts_own_get_u128(&order->max_wei_per_gb, in);
	if (order->sequence > TS_ORDER_SEQUENCE_MAX)
		return -EINVAL;
	if (ts_code_valid(order->code))
		return 0;
	/* All of it is zero, or there is something that is no code. */
	for (len = 0; len < TS_CODE_CHARS; len++)
		if (order->code[len])
			return -EINVAL;
	return 0;
}

/**
 * ts_order_recover() - find who signed
 * @bytes: that ts_order_decode() has read
 * @wallet: where the address goes
 *
 * Return: 0, or -EINVAL: nobody can have.
 */
int ts_order_recover(const uint8_t bytes[TS_ORDER_BYTES],
		     struct ts_address *wallet)
{
	return ts_own_recover(bytes, TS_ORDER_BYTES, wallet);
}

/**
 * ts_order_name() - what an order is called, also as a session and in memos
 * @bytes: of the order
 * @name: where it goes
 *
 * 80 bits of the hash that is signed: so who writes the same signature in another
 * way has the same order.
 */
void ts_order_name(const uint8_t bytes[TS_ORDER_BYTES], char name[TS_CODE_SIZE])
{
	struct ts_hash digest;

	ts_keccak256(&digest, bytes, TS_ORDER_BYTES - TS_SIGNATURE_BYTES);
	ts_code_make(name, digest.b);
}

/**
 * ts_claim_sign() - make the bytes
 * @claim: what is signed; of its order only the bytes matter
 * @key: the host's
 * @bytes: where they go
 */
void ts_claim_sign(const struct ts_claim *claim, const struct ts_signer *key,
		   uint8_t bytes[TS_CLAIM_BYTES])
{
	uint32_t tariff = htobe32(claim->tariff_id);
	uint8_t *out = ts_own_begin(bytes, CLAIM);

	out = ts_own_put(out, &tariff, sizeof(tariff));
	out = ts_own_put_u128(out, claim->amount_wei);
	out = ts_own_put(out, claim->order_bytes, TS_ORDER_BYTES);
	assert(out == bytes + TS_CLAIM_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_CLAIM_BYTES, key);
}

/** ts_claim_decode() - as ts_order_decode(); its order is decoded, too */
int ts_claim_decode(struct ts_claim *claim, const void *bytes, size_t len)
{
	const uint8_t *in;
	uint32_t tariff;

	if (len != TS_CLAIM_BYTES)
		return -EINVAL;
	in = ts_own_after(bytes, CLAIM);
	if (!in)
		return -EINVAL;
	in = ts_own_get(&tariff, in, sizeof(tariff));
	claim->tariff_id = be32toh(tariff);
	in = ts_own_get_u128(&claim->amount_wei, in);
	ts_own_get(claim->order_bytes, in, TS_ORDER_BYTES);
	return ts_order_decode(&claim->order, claim->order_bytes, TS_ORDER_BYTES);
}

/** ts_claim_recover() - as ts_order_recover() */
int ts_claim_recover(const uint8_t bytes[TS_CLAIM_BYTES], struct ts_address *host)
{
	return ts_own_recover(bytes, TS_CLAIM_BYTES, host);
}
