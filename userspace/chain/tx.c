// SPDX-License-Identifier: GPL-2.0
/* tx.c - legacy transactions, signed for one chain (EIP-155). */
#include <errno.h>

#include "chain/rlp.h"
#include "chain/tx.h"

#define EIP155_V_BASE	35
#define SIGN_V_BASE	27	/* what ts_signer_sign() counts from */

/* The six fields that both the signed and the sent form begin with. */
static void put_fields(struct ts_rlp *r, const struct ts_tx *tx)
{
	ts_rlp_u64(r, tx->nonce);
	ts_rlp_u256(r, &tx->gas_price_wei);
	ts_rlp_u64(r, tx->gas);
	ts_rlp_bytes(r, tx->to.b, TS_ADDRESS_BYTES);
	ts_rlp_u256(r, &tx->value_wei);
	ts_rlp_bytes(r, tx->data.p, tx->data.len);
}

static int signing_digest(const struct ts_tx *tx, struct ts_hash *digest)
{
	uint8_t room[TS_TX_MAX_BYTES];
	struct ts_rlp r = { .out = room, .size = sizeof(room) };

	put_fields(&r, tx);
	ts_rlp_u256(&r, &tx->chain_id);
	ts_rlp_u64(&r, 0);
	ts_rlp_u64(&r, 0);
	ts_rlp_list(&r);
	if (r.full)
		return -E2BIG;
	ts_keccak256(digest, room, r.len);
	return 0;
}

/* v = 2 * chain_id + 35 + the parity that recovery needs */
static int eip155_v(const struct ts_u256 *chain_id, unsigned int parity,
		    struct ts_u256 *v)
{
	struct ts_u256 base = ts_u256_from_u64(EIP155_V_BASE + parity);

	if (ts_u256_add(v, chain_id, chain_id) || ts_u256_add(v, v, &base))
		return -ERANGE;
	return 0;
}

/**
 * ts_tx_sign() - sign a transaction
 * @tx: the transaction
 * @key: of the sender
 * @raw: what to send and its hash; undefined on failure
 *
 * A @raw that was signed may be sent by anyone at any time until its nonce is
 * used: it belongs into the ledger before it leaves.
 *
 * Return: 0, -E2BIG: too much data, -ERANGE: a chain id of 0, which would make
 * it good on every chain, or one that EIP-155 has no room for.
 */
int ts_tx_sign(const struct ts_tx *tx, const struct ts_signer *key,
	       struct ts_tx_raw *raw)
{
	struct ts_rlp r = { .out = raw->b, .size = sizeof(raw->b) };
	struct ts_signature signature;
	struct ts_u256 v, number;
	struct ts_hash digest;
	int ret;

	if (ts_u256_is_zero(&tx->chain_id))
		return -ERANGE;
	if (tx->data.len > TS_TX_DATA_MAX_BYTES)
		return -E2BIG;
	ret = signing_digest(tx, &digest);
	if (ret)
		return ret;
	ts_signer_sign(key, &digest, &signature);
	ret = eip155_v(&tx->chain_id,
		       signature.b[TS_SIGNATURE_BYTES - 1] - SIGN_V_BASE, &v);
	if (ret)
		return ret;

	put_fields(&r, tx);
	ts_rlp_u256(&r, &v);
	number = ts_u256_get(signature.b);
	ts_rlp_u256(&r, &number);
	number = ts_u256_get(signature.b + TS_U256_BYTES);
	ts_rlp_u256(&r, &number);
	ts_rlp_list(&r);
	if (r.full)
		return -E2BIG;
	raw->len = r.len;
	ts_keccak256(&raw->hash, raw->b, raw->len);
	return 0;
}
