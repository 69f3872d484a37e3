/* SPDX-License-Identifier: GPL-2.0 */
/* channel_job.h - what the files of channel*.c share. */
#ifndef TSPAY_CHANNEL_JOB_H
#define TSPAY_CHANNEL_JOB_H

#include "chain/token.h"
#include "tspay/chain.h"
#include "tspay/payer.h"

/**
 * struct job - a verb at work
 * @p: wallet, box and purse
 * @config: which chain
 * @c: the chain
 * @steps: what is told
 * @what: the verb, for people
 * @intent: the transaction that is waited for
 * @open_block: of the life whose end is waited for
 */
struct job {
	struct payer p;
	struct chain_config config;
	struct chain c;
	struct steps steps;
	const char *what;
	struct ts_hash intent;
	uint64_t open_block;
};

/* One line of what is wrong; Return: 1. */
int job_say(const char *text);
const char *job_tokens(const struct job *j, ts_u128 wei, char text[TS_TOKEN_TEXT_SIZE]);
/* Return: 0: given, -ENOENT: not, -EINVAL after saying why. */
int job_partner(const struct job *j, struct ts_address *partner);
/* Which channel is meant. Return: 0, or 1 after saying why none can be. */
int job_pick_purse(struct job *j, struct ts_channel *seen);
/* Return: likewise. */
int job_open_chain(struct job *j, const struct ts_address *tokens_network);
/* Until @done is 1, or -1 after saying why it will not be; Return: exit status. */
int job_go_on(struct job *j, int (*done)(struct job *j));
/* channel_open.c; Return: exit status. */
int job_pay_in(struct job *j, ts_u128 wei);

#endif /* TSPAY_CHANNEL_JOB_H */
