/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tx.h - legacy transactions, signed for one chain (EIP-155).
 *
 * Spectrum takes no other kind.
 */
#ifndef TS_CHAIN_TX_H
#define TS_CHAIN_TX_H

#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/message.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_TX_DATA_MAX_BYTES	2048
#define TS_TX_MAX_BYTES		(TS_TX_DATA_MAX_BYTES + 256)

/**
 * struct ts_tx - a call of a contract, or a payment
 * @nonce: the sender's count of transactions before this one
 * @gas_price_wei: of one unit of gas, in the chain's own coin
 * @gas: the most that it may use
 * @to: the contract, or who is paid; nothing here creates contracts
 * @value_wei: what goes along, in the chain's own coin
 * @data: the call, at most TS_TX_DATA_MAX_BYTES
 * @chain_id: of the only chain that takes it; never 0
 */
struct ts_tx {
	uint64_t nonce;
	struct ts_u256 gas_price_wei;
	uint64_t gas;
	struct ts_address to;
	struct ts_u256 value_wei;
	struct ts_bytes data;
	struct ts_u256 chain_id;
};

/**
 * struct ts_tx_raw - a signed transaction as it is sent
 * @hash: its name on the chain
 * @len: how many bytes
 * @b: the bytes; the same transaction and key always give the same
 */
struct ts_tx_raw {
	struct ts_hash hash;
	size_t len;
	uint8_t b[TS_TX_MAX_BYTES];
};

int ts_tx_sign(const struct ts_tx *tx, const struct ts_signer *key,
	       struct ts_tx_raw *raw);
int ts_tx_parse(struct ts_tx *tx, struct ts_address *sender,
		const struct ts_u256 *chain_id, const void *bytes, size_t len);

#endif /* TS_CHAIN_TX_H */
