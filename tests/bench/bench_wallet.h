/* SPDX-License-Identifier: GPL-2.0 */
/* bench_wallet.h - wallets of a box that is configured as tests/netns/tsd.sh has it. */
#ifndef TS_BENCH_WALLET_H
#define TS_BENCH_WALLET_H

#include "photon/channel.h"

struct ts_signer *bench_wallet(const char *box, unsigned int i, struct ts_channel *channel);
void bench_wallet_print(const struct ts_channel *channel);

#endif /* TS_BENCH_WALLET_H */
