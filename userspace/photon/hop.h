/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hop.h - a lock that comes in one channel goes on in another, for a fee.
 *
 * The two lives are committed together: a lock of ours never stands without the
 * partner's lock that pays for it.
 */
#ifndef TS_PHOTON_HOP_H
#define TS_PHOTON_HOP_H

#include "photon/life.h"

enum ts_refusal ts_hop_forward(const struct ts_life *up_old,
			       const struct ts_life *down_old,
			       const struct ts_signer *key,
			       const struct ts_moment *moment,
			       const struct ts_hash *secret_hash,
			       ts_u128 fee_wei, struct ts_life *up_new,
			       struct ts_life *down_new);

#endif /* TS_PHOTON_HOP_H */
