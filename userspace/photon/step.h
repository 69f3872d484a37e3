/* SPDX-License-Identifier: GPL-2.0 */
/*
 * step.h - what the steps of a channel have in common.
 *
 * Private to userspace/photon.
 */
#ifndef TS_PHOTON_STEP_H
#define TS_PHOTON_STEP_H

#include "photon/channel.h"

enum ts_refusal ts_step_life(const struct ts_channel *channel,
			     const struct ts_hash *channel_identifier,
			     uint64_t open_block_number);
enum ts_refusal ts_step_usable(const struct ts_channel *channel);
enum ts_refusal ts_step_nonce(const struct ts_channel *channel,
			      const struct ts_balance_proof *proof);
enum ts_refusal ts_step_signer(const struct ts_channel *channel,
			       const struct ts_message *msg,
			       const void *datagram, size_t len);
void ts_step_take(struct ts_channel *channel, const struct ts_message *msg,
		  ts_u128 transferred_wei, const void *datagram, size_t len);
enum ts_refusal ts_step_make(struct ts_channel *channel,
			     const struct ts_signer *key,
			     struct ts_message *msg,
			     struct ts_balance_proof *proof,
			     ts_u128 transferred_wei,
			     const struct ts_hash *locksroot,
			     struct ts_datagram *datagram);

#endif /* TS_PHOTON_STEP_H */
