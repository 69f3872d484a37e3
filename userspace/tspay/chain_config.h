/* SPDX-License-Identifier: GPL-2.0 */
/* chain_config.h - which chain, by the user's own file: no box says that. */
#ifndef TSPAY_CHAIN_CONFIG_H
#define TSPAY_CHAIN_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include "chain/erc20.h"
#include "photon/sign.h"
#include "photon/u256.h"

/**
 * struct chain_config - ~/.config/tspay/chain.json
 * @rpc: URL of a node
 * @tokens_network: the channels' contract; zero: not given
 * @token: the token's contract; zero: not given
 * @kind: of the token
 * @confirmations: how many blocks deep a block is believed to stay
 * @poll_s: between two looks at the chain
 * @settle_timeout_blocks: of channels that we open
 * @gas_price_min_wei: what the node proposes is raised to this
 * @gas_price_max_wei: more is never paid
 * @gas_reserve_wei: of the chain's own coin, kept for closing and settling
 */
struct chain_config {
	char *rpc;
	struct ts_address tokens_network;
	struct ts_address token;
	enum ts_token_kind kind;
	unsigned int confirmations;
	unsigned int poll_s;
	uint64_t settle_timeout_blocks;
	ts_u128 gas_price_min_wei;
	ts_u128 gas_price_max_wei;
	ts_u128 gas_reserve_wei;
};

/**
 * chain_config_read() - read the file
 * @path: a JSON object; need not be there when @rpc is given
 * @rpc: instead of the file's, or NULL
 *
 * Return: 0, or a negative errno with one line in @err.
 */
int chain_config_read(struct chain_config *c, const char *path, const char *rpc,
		      char *err, size_t err_size);
void chain_config_free(struct chain_config *c);

#endif /* TSPAY_CHAIN_CONFIG_H */
