/* SPDX-License-Identifier: GPL-2.0 */
/* token.h - amounts of a token as people write them, in exact integers. */
#ifndef TS_CHAIN_TOKEN_H
#define TS_CHAIN_TOKEN_H

#include "photon/u256.h"

#define TS_TOKEN_TEXT_SIZE	64
#define TS_TOKEN_DECIMALS_MAX	38

int ts_token_parse(ts_u128 *wei, const char *text, unsigned int decimals);
char *ts_token_print(ts_u128 wei, unsigned int decimals,
		     char text[TS_TOKEN_TEXT_SIZE]);

#endif /* TS_CHAIN_TOKEN_H */
