/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evidence.h - after a restore: "which proof of mine did you get last?", and the answer.
 *
 *	0xff 0x19 "TokenSwitch Signed Message:" 0x0a "restored" 0x0a
 *	channel identifier 32, open block 8, question 32, signature 65
 *
 *	0xff 0x19 "TokenSwitch Signed Message:" 0x0a "evidence" 0x0a
 *	channel identifier 32, open block 8, question 32, proof of the asker, proof of
 *	the answerer, signature 65
 *
 * A proof is nonce 8, transferred 16, locksroot 32, additional hash 32, signature 65.
 * Numbers are big-endian, the lengths are fixed.  A signature is over the Keccak-256 of
 * what is between the first byte and it.  That first byte is no command of Photon's, so an
 * original node is silent about these, as about all that it does not know.
 *
 * The proof that the asker signed proves itself; but an older one of the same life does,
 * too, and whoever listened has one.  So the partner signs that this is its newest, and
 * the question, which is another in each process, keeps an answer to an earlier restore
 * from being one to this.
 */
#ifndef TS_PHOTON_EVIDENCE_H
#define TS_PHOTON_EVIDENCE_H

#include "photon/life.h"
#include "photon/own.h"

#define TS_RESTORED_BYTES	(1 + TS_OWN_PREFIX_BYTES + 9 + 32 + 8 + 32 + 65)
#define TS_EVIDENCE_BYTES	(TS_RESTORED_BYTES + 2 * TS_OWN_PROOF_BYTES)

/**
 * struct ts_question - what is asked
 * @channel_identifier: of which channel
 * @open_block_number: of which of its lives
 * @nonce: that nobody could guess before
 */
struct ts_question {
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	struct ts_hash nonce;
};

/**
 * struct ts_evidence - the answer
 * @question: to this
 * @asker: the newest proof that the answerer has of the asker
 * @answerer: its own last one
 */
struct ts_evidence {
	struct ts_question question;
	struct ts_channel_proof asker;
	struct ts_channel_proof answerer;
};

void ts_question_sign(const struct ts_question *question,
		      const struct ts_signer *key, uint8_t bytes[TS_RESTORED_BYTES]);
int ts_question_decode(struct ts_question *question, const void *bytes, size_t len);
int ts_question_recover(const uint8_t bytes[TS_RESTORED_BYTES],
			struct ts_address *signer);

void ts_evidence_make(struct ts_evidence *evidence, const struct ts_channel *channel,
		      const struct ts_question *question);
void ts_evidence_sign(const struct ts_evidence *evidence,
		      const struct ts_signer *key, uint8_t bytes[TS_EVIDENCE_BYTES]);
int ts_evidence_decode(struct ts_evidence *evidence, const void *bytes, size_t len);
int ts_evidence_recover(const uint8_t bytes[TS_EVIDENCE_BYTES],
			struct ts_address *signer);

enum ts_refusal ts_life_adopt(const struct ts_life *old,
			      const struct ts_evidence *evidence, struct ts_life *new);

#endif /* TS_PHOTON_EVIDENCE_H */
