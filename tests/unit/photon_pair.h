/* SPDX-License-Identifier: GPL-2.0 */
/*
 * photon_pair.h - a channel as its two ends see it, for tests.
 */
#ifndef TS_TEST_PHOTON_PAIR_H
#define TS_TEST_PHOTON_PAIR_H

#include "photon/channel.h"

/**
 * struct pair - a payer and a box
 * @payer_key: the payer's
 * @box_key: the box's
 * @payer: the channel as the payer knows it
 * @box: the channel as the box knows it
 */
struct pair {
	struct ts_signer *payer_key;
	struct ts_signer *box_key;
	struct ts_channel payer;
	struct ts_channel box;
};

void pair_open(struct pair *p, ts_u128 payer_deposit_wei,
	       ts_u128 box_deposit_wei);
void pair_close(struct pair *p);

#endif /* TS_TEST_PHOTON_PAIR_H */
