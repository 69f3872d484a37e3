/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life_step.h - the parts of a step of a life.
 *
 * All of them work on the copy that becomes the new state; a refusal leaves it
 * half changed, and the caller throws it away.
 *
 * Private to userspace/photon.
 */
#ifndef TS_PHOTON_LIFE_STEP_H
#define TS_PHOTON_LIFE_STEP_H

#include "photon/life.h"
#include "photon/step.h"

/**
 * struct ts_received - a message on its way into a life
 * @life: the new state
 * @key: ours
 * @moment: when
 * @msg: the message
 * @datagram: its bytes
 * @len: how many
 * @outcome: what comes of it
 */
struct ts_received {
	struct ts_life *life;
	const struct ts_signer *key;
	const struct ts_moment *moment;
	const struct ts_message *msg;
	const void *datagram;
	size_t len;
	struct ts_outcome *outcome;
};

/* life.c */
enum ts_refusal ts_life_usable(const struct ts_life *life);
enum ts_refusal ts_life_signer(const struct ts_received *r,
			       struct ts_address *signer);
enum ts_refusal ts_life_send_proof(struct ts_life *life,
				   const struct ts_signer *key,
				   struct ts_message *msg,
				   struct ts_balance_proof *proof,
				   ts_u128 transferred_wei,
				   const struct ts_hash *locksroot);
enum ts_refusal ts_life_send_plain(struct ts_life *life,
				   const struct ts_signer *key,
				   const struct ts_address *to,
				   const struct ts_hash *secret_hash,
				   struct ts_message *msg);

/* claim.c: the partner's locks */
enum ts_refusal ts_claim_mediated(struct ts_received *r);
enum ts_refusal ts_claim_unlock(struct ts_received *r);
enum ts_refusal ts_claim_removed(struct ts_received *r);
enum ts_refusal ts_claim_reveal(struct ts_received *r,
				struct ts_pending_lock *lock,
				const struct ts_address *signer);
enum ts_refusal ts_claim_learn(struct ts_life *life,
			       const struct ts_signer *key,
			       struct ts_pending_lock *lock,
			       const struct ts_hash *secret);
enum ts_refusal ts_claim_dispose(struct ts_life *life,
				 const struct ts_signer *key,
				 struct ts_pending_lock *lock,
				 enum ts_refusal why);

/* offer.c: our locks */
enum ts_refusal ts_offer_lock(struct ts_life *life,
			      const struct ts_signer *key,
			      const struct ts_moment *moment,
			      const struct ts_pending_lock *lock);
enum ts_refusal ts_offer_reveal(struct ts_received *r,
				struct ts_pending_lock *lock);
enum ts_refusal ts_offer_unlock(struct ts_life *life,
				const struct ts_signer *key,
				struct ts_pending_lock *lock,
				const struct ts_hash *secret);
enum ts_refusal ts_offer_disposed(struct ts_received *r);
bool ts_offer_expire(struct ts_life *life, const struct ts_signer *key,
		     const struct ts_moment *moment);

/* withdraw.c, settle.c: what both sides sign */
enum ts_refusal ts_withdraw_ask(struct ts_life *life,
				const struct ts_signer *key,
				const struct ts_moment *moment,
				ts_u128 amount_wei);
enum ts_refusal ts_withdraw_asked(struct ts_received *r);
enum ts_refusal ts_withdraw_answered(struct ts_received *r);
void ts_withdraw_form(const struct ts_life *life,
		      struct ts_withdraw *withdraw);
enum ts_refusal ts_settle_ask(struct ts_life *life,
			      const struct ts_signer *key,
			      const struct ts_moment *moment);
enum ts_refusal ts_settle_asked(struct ts_received *r);
enum ts_refusal ts_settle_answered(struct ts_received *r);
void ts_settle_form(const struct ts_life *life, struct ts_settle *settle);

/* cosign.c: both of them */
enum ts_refusal ts_cosign_possible(const struct ts_life *life,
				   const struct ts_moment *moment);
bool ts_cosign_yields(const struct ts_life *life);
enum ts_refusal ts_cosign_asked(const struct ts_received *r, bool yields);
void ts_cosign_freeze(struct ts_life *life, const struct ts_signer *key,
		      const struct ts_moment *moment,
		      const struct ts_cosign *what);
enum ts_refusal ts_cosign_send(struct ts_life *life,
			       const struct ts_signer *key,
			       struct ts_message *request);
enum ts_refusal ts_cosign_complete(struct ts_life *life,
				   const struct ts_signature *signature);
enum ts_refusal ts_cosign_answered(struct ts_received *r,
				   enum ts_message_id request,
				   enum ts_cosign_kind kind, bool same,
				   uint32_t error_code,
				   const struct ts_signature *signature);

#endif /* TS_PHOTON_LIFE_STEP_H */
