// SPDX-License-Identifier: GPL-2.0
/* tx.c - legacy transactions, signed for one chain (EIP-155). */
#include <errno.h>
#include <string.h>

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

/* The signature's three numbers; v also says for which chain it is. */
static int parse_signature(struct ts_rlp_reader *r, const struct ts_u256 *chain_id,
			   struct ts_signature *signature)
{
	struct ts_u256 v = ts_rlp_get_u256(r), want;
	struct ts_u256 rr = ts_rlp_get_u256(r), ss = ts_rlp_get_u256(r);
	unsigned int parity;

	if (ts_rlp_read_end(r))
		return -EBADMSG;
	ts_u256_put(signature->b, &rr);
	ts_u256_put(signature->b + TS_U256_BYTES, &ss);
	for (parity = 0; parity < 2; parity++) {
		if (eip155_v(chain_id, parity, &want))
			return -ERANGE;
		if (!ts_u256_cmp(&v, &want)) {
			signature->b[TS_SIGNATURE_BYTES - 1] = (uint8_t)(SIGN_V_BASE + parity);
			return 0;
		}
	}
	return -EXDEV;
}

/**
 * ts_tx_parse() - read a signed transaction
 * @tx: what it says; its data lies in @bytes
 * @sender: who signed it
 * @chain_id: of the only chain that it may be for; not 0
 * @bytes: as it is sent
 * @len: how many
 *
 * Return: 0, -EBADMSG: not the one form of a legacy transaction that calls somebody,
 * -EXDEV: for another chain or for all, -EINVAL: nobody can have signed it,
 * -ERANGE: a chain id that EIP-155 has no room for.
 */
int ts_tx_parse(struct ts_tx *tx, struct ts_address *sender,
		const struct ts_u256 *chain_id, const void *bytes, size_t len)
{
	struct ts_signature signature;
	struct ts_rlp_reader r;
	struct ts_hash digest;
	struct ts_bytes to;
	int ret;

	memset(tx, 0, sizeof(*tx));
	tx->chain_id = *chain_id;
	ts_rlp_read(&r, bytes, len);
	tx->nonce = ts_rlp_get_u64(&r);
	tx->gas_price_wei = ts_rlp_get_u256(&r);
	tx->gas = ts_rlp_get_u64(&r);
	to = ts_rlp_get_bytes(&r);
	tx->value_wei = ts_rlp_get_u256(&r);
	tx->data = ts_rlp_get_bytes(&r);
	ret = parse_signature(&r, chain_id, &signature);
	if (ret)
		return ret;
	if (to.len != TS_ADDRESS_BYTES || tx->data.len > TS_TX_DATA_MAX_BYTES)
		return -EBADMSG;
	memcpy(tx->to.b, to.p, to.len);
	ret = signing_digest(tx, &digest);
	return ret ? ret : ts_signature_recover(&signature, &digest, sender);
}
