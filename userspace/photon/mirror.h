/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mirror.h - "should I be silent, show this proof of my partner's for me": signed by
 * a box for another one, its mirror (rule M3).
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "mirror" 0x0a
 *	mirror 20, owner 20, partner 20, token 20, tokens network 20, chain id 32,
 *	open block 8, nonce 8, transferred 16, locksroot 32, additional hash 32,
 *	signature of the partner 65, delegation 65
 *	signature 65
 *
 * Numbers are big-endian; the length is fixed.  The last signature is the owner's,
 * over the Keccak-256 of all that is before it.  The delegation is the owner's, too,
 * over the contract's own form: with the partner's proof it is all that
 * updateBalanceProofDelegate() asks for, whoever calls it.  It can only ever raise
 * what the owner gets, and names the life of the channel and the proof's nonce; so a
 * mirror that keeps or leaks it takes nothing from anybody.
 */
#ifndef TS_PHOTON_MIRROR_H
#define TS_PHOTON_MIRROR_H

#include "photon/channel.h"

#define TS_MIRROR_BYTES	\
	(29 + 7 + 5 * 20 + 32 + 8 + 8 + 16 + 32 + 32 + 65 + 65 + 65)

/**
 * struct ts_delegated - a partner's proof, and leave to show it
 * @owner: whom the partner paid, and who gives leave
 * @partner: who signed the proof
 * @token: of the channel
 * @tokens_network: the channels' contract
 * @chain_id: the contract's
 * @open_block_number: which life of the channel
 * @proof: the partner's
 * @delegation: of the owner, over ts_form_balance_proof_delegate()
 */
struct ts_delegated {
	struct ts_address owner;
	struct ts_address partner;
	struct ts_address token;
	struct ts_address tokens_network;
	struct ts_u256 chain_id;
	uint64_t open_block_number;
	struct ts_channel_proof proof;
	struct ts_signature delegation;
};

/**
 * enum ts_delegated_fault - why the contract would not take it
 * @TS_DELEGATED_GOOD: it would
 * @TS_DELEGATED_NO_PROOF: there is none, or its numbers are none of a channel
 * @TS_DELEGATED_BAD_PROOF: the partner did not sign it
 * @TS_DELEGATED_BAD_DELEGATION: the owner gave no leave for it
 */
enum ts_delegated_fault {
	TS_DELEGATED_GOOD,
	TS_DELEGATED_NO_PROOF,
	TS_DELEGATED_BAD_PROOF,
	TS_DELEGATED_BAD_DELEGATION,
};

void ts_delegated_make(struct ts_delegated *d, const struct ts_channel *channel,
		       const struct ts_signer *key);
void ts_delegated_identifier(const struct ts_delegated *d, struct ts_hash *out);
bool ts_delegated_equal(const struct ts_delegated *a, const struct ts_delegated *b);
enum ts_delegated_fault ts_delegated_fault(const struct ts_delegated *d);

void ts_mirror_sign(const struct ts_delegated *d, const struct ts_address *mirror,
		    const struct ts_signer *key, uint8_t bytes[TS_MIRROR_BYTES]);
int ts_mirror_decode(struct ts_delegated *d, struct ts_address *mirror,
		     const void *bytes, size_t len);
int ts_mirror_recover(const uint8_t bytes[TS_MIRROR_BYTES],
		      struct ts_address *signer);

#endif /* TS_PHOTON_MIRROR_H */
