/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chain.h - the chain: its node is asked, its events go to billing, and what the
 * channels want of it is sent.
 *
 * It begins when the key is at hand.  First the contract is asked what it is; as
 * long as the node does not answer, or answers otherwise than the configuration
 * says, nothing is followed and nothing sent, and payments go on (rule M3).
 */
#ifndef TS_TSD_CHAIN_H
#define TS_TSD_CHAIN_H

#include <ev.h>
#include <jansson.h>

#include "billing/billing.h"
#include "tsd/config.h"

struct ts_chain;

struct ts_chain *ts_chain_new(struct ev_loop *loop, const struct ts_config *config,
			      struct ts_ledger *ledger, struct ts_billing *billing,
			      const struct ts_signer *key, char *err,
			      size_t err_size);
void ts_chain_free(struct ts_chain *c);

/**
 * struct ts_chain_mirrorer - another box that waits for an answer
 * @ctx: handed back
 * @reply: likewise
 * @kept: told that its proof, or one as new, is on the disk, with the nonce
 * @refuse: told why it is not
 * @nonce: of the proof; set when it is taken
 */
struct ts_chain_mirrorer {
	void *ctx;
	uint64_t reply;
	void (*kept)(void *ctx, uint64_t reply, uint64_t nonce);
	void (*refuse)(void *ctx, uint64_t reply, const struct ts_refused *why);
	uint64_t nonce;
};

void ts_chain_mirror(struct ts_chain *c, const void *bytes, size_t len,
		     const struct ts_chain_mirrorer *to);
json_t *ts_chain_mirrored_json(const struct ts_chain *c);

/* Around each flush of billing: what is to be in the batch, and what it allows. */
void ts_chain_before_flush(struct ts_chain *c);
void ts_chain_after_flush(struct ts_chain *c);

bool ts_chain_at_head(const struct ts_chain *c);
bool ts_chain_is_followed(const struct ts_chain *c);
json_t *ts_chain_status(const struct ts_chain *c);
json_t *ts_chain_wallet(const struct ts_chain *c);
int ts_chain_close(struct ts_chain *c, const struct ts_address *partner,
		   const struct ts_address *token, char *err, size_t err_size);
int ts_chain_deposit(struct ts_chain *c, const struct ts_address *partner,
		     const struct ts_address *token, ts_u128 amount_wei, bool open, char *err, size_t err_size);

int ts_chain_payout(struct ts_chain *c, const struct ts_ledger_share *share,
		    const struct ts_time *now, ts_u128 *wei, char *err, size_t err_size);

#endif /* TS_TSD_CHAIN_H */
