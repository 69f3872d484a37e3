/* SPDX-License-Identifier: GPL-2.0 */
/* photon_proof.h - two balance proofs compared; what lies between their fields is anything. */
#ifndef TS_TEST_PHOTON_PROOF_H
#define TS_TEST_PHOTON_PROOF_H

#include "photon/channel.h"

static inline void assert_same_proof(const struct ts_channel_proof *a,
				     const struct ts_channel_proof *b)
{
	assert_true(a->nonce == b->nonce && a->transferred_wei == b->transferred_wei);
	assert_memory_equal(&a->locksroot, &b->locksroot, sizeof(a->locksroot));
	assert_memory_equal(&a->additional_hash, &b->additional_hash,
			    sizeof(a->additional_hash));
	assert_memory_equal(&a->signature, &b->signature, sizeof(a->signature));
}

#endif /* TS_TEST_PHOTON_PROOF_H */
