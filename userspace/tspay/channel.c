// SPDX-License-Identifier: GPL-2.0
/*
 * channel.c - "tspay channel ...": leaving and watching over channels.
 *
 * Each verb brings the purse, or the wallet's ledger, to where it wants something
 * of the chain, and then looks on in rounds until that is done: what is wanted is
 * on the disk before it is sent, so whoever is killed is run again.
 *
 * A payer never asks to settle first (M1): it has back what is unspent, withdraws
 * all that it owns, and is gone.  If the box asks then, it is answered.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "photon/onchain.h"
#include "settle/call.h"
#include "tspay/channel.h"
#include "tspay/channel_job.h"

/* One thread, and never two at once: too big for a stack. */
static struct job job;
static struct ts_life next;

int job_say(const char *text)
{
	fprintf(stderr, "tspay: %s\n", text);
	return 1;
}

const char *job_tokens(const struct job *j, ts_u128 wei, char text[TS_TOKEN_TEXT_SIZE])
{
	return ts_token_print(wei, j->p.token.decimals, text);
}

static const struct ts_channel *channel_of(const struct job *j)
{
	return &j->p.purse.life.channel;
}

/* --- which channel --------------------------------------------------------- */

struct pick {
	const struct ts_address *us;
	const struct ts_address *partner;
	const struct ts_address *token;
	struct ts_channel found;
	unsigned int n;
};

static int on_purse(const struct purse *p, void *arg)
{
	const struct ts_channel *c = &p->life.channel;
	struct pick *pick = arg;

	if (c->state == TS_CHANNEL_NONE || !ts_address_equal(&c->our_address, pick->us) ||
	    (pick->partner && !ts_address_equal(&c->partner_address, pick->partner)) ||
	    (pick->token && !ts_address_equal(&c->token, pick->token)))
		return 0;
	if (pick->n && ts_hash_equal(&c->channel_identifier, &pick->found.channel_identifier)) {
		if (c->open_block_number > pick->found.open_block_number)
			pick->found = *c;
		return 0;
	}
	pick->n++;
	pick->found = *c;
	return 0;
}

/* Return: 0: given, -ENOENT: not, -EINVAL after saying why. */
int job_partner(const struct job *j, struct ts_address *partner)
{
	if (j->p.o->partner) {
		if (!ts_address_parse(partner, j->p.o->partner))
			return 0;
		job_say("--node is no address: 0x and 40 hex digits (checksummed if of mixed case)");
		return -EINVAL;
	}
	if (!j->p.box)
		return -ENOENT;
	*partner = j->p.token.address;
	return 0;
}

int job_pick_purse(struct job *j, struct ts_channel *seen)
{
	struct pick pick = { .us = ts_signer_address(j->p.signer) };
	struct ts_address partner;
	char err[512];
	int ret = job_partner(j, &partner);

	if (ret == -EINVAL)
		return 1;
	if (!ret)
		pick.partner = &partner;
	/* A box takes several, and the first if none was chosen. */
	if (j->p.box)
		pick.token = &j->p.token.contract;
	if (purse_each(j->p.o->state_dir, on_purse, &pick, err, sizeof(err)))
		return job_say(err);
	if (pick.n > 1)
		return job_say("there are several channels; say which: --node ADDRESS ('tspay channel list')");
	if (!pick.n && !j->p.box)
		return job_say("there is no such channel here; 'tspay channel list' says which there are");
	if (!pick.n)
		return box_channel(j->p.box, pick.us, &j->p.token.contract, seen, err,
				   sizeof(err)) ? job_say(err) : 0;
	*seen = pick.found;
	/* Of our own file this is no evidence that anything arrived. */
	memset(&seen->our_proof, 0, sizeof(seen->our_proof));
	memset(&seen->partner_proof, 0, sizeof(seen->partner_proof));
	return 0;
}

static int open_purse(struct job *j)
{
	struct ts_channel seen;
	char err[512];

	if (job_pick_purse(j, &seen))
		return 1;
	if (!ts_address_equal(&seen.our_address, ts_signer_address(j->p.signer)))
		return job_say("this channel belongs to another wallet than the key");
	return purse_open(&j->p.purse, j->p.o->state_dir, &seen, err, sizeof(err)) ? job_say(err) : 0;
}

/* A box may name what it likes: the contract is the user's, or the purse's. */
int job_open_chain(struct job *j, const struct ts_address *tokens_network)
{
	if (!ts_address_is_zero(&j->config.tokens_network) &&
	    !ts_address_equal(&j->config.tokens_network, tokens_network))
		return job_say("this channel is in another contract than tokens_network of the chain's file");
	return chain_open(&j->c, &j->config, j->p.signer, tokens_network, j->p.o->state_dir,
			  &j->steps) ? job_say(j->c.err) : 0;
}

static int begin(struct job *j)
{
	if (open_purse(j) || job_open_chain(j, &channel_of(j)->tokens_network))
		return 1;
	return chain_follow(&j->c, &j->p.purse) ? job_say(j->c.err) : 0;
}

/* --- looking on ------------------------------------------------------------ */

/* What the box has for us and we for it. Return: whether there was anything. */
static bool exchange(struct job *j)
{
	struct ts_moment moment;
	int n;

	if (!j->p.box || !j->p.purse.path || channel_of(j)->state != TS_CHANNEL_OPEN)
		return false;
	chain_moment(&j->c, &moment);
	n = payer_fetch(&j->p, &moment);
	payer_deliver(&j->p);
	return n > 0;
}

/* Until @done is 1, or -1 after saying why it will not be; Return: exit status. */
int job_go_on(struct job *j, int (*done)(struct job *j))
{
	bool more;
	int ret;

	for (;;) {
		if (chain_round(&j->c))
			return job_say(j->c.err);
		more = exchange(j);
		ret = done(j);
		if (ret)
			return ret < 0;
		if (*j->p.stop)
			return job_say("stopped; what is under way is noted: run the same again to go on");
		if (!more)
			payer_nap(&j->p, (int)j->config.poll_s);
	}
}

static int is_fresh(struct job *j)
{
	struct ts_moment moment;

	chain_moment(&j->c, &moment);
	return moment.head_fresh;
}

static int is_withdrawn(struct job *j)
{
	const struct ts_life *life = &j->p.purse.life;

	if (life->channel.open_block_number > j->open_block)
		return chain_idle(&j->c);
	if (life->channel.state != TS_CHANNEL_OPEN) {
		job_say("the channel was closed meanwhile; 'tspay channel settle' brings home what is ours");
		return -1;
	}
	if (life->cosign.refused && !life->cosign.complete) {
		job_say("the box does not sign the withdrawal, and has our signature over it: the channel stays frozen (M2); 'tspay channel close' ends it without the box");
		return -1;
	}
	return 0;
}

/* By what is signed before a deposit of ours is in, it would be the box's (M2). */
static int is_paid_in(struct job *j)
{
	return !ts_wish_deposit_pending(j->c.transactions, channel_of(j));
}

static int is_closed(struct job *j)
{
	return channel_of(j)->state != TS_CHANNEL_OPEN && chain_idle(&j->c);
}

static int is_over(struct job *j)
{
	const struct ts_life *life = &j->p.purse.life;

	if (life->channel.state == TS_CHANNEL_CLOSED)
		steps_say(&j->steps, j->what, "closed; it can be settled after block %llu",
			  (unsigned long long)(life->onchain.closed_block +
					       life->channel.settle_timeout_blocks +
					       TS_PUNISH_BLOCKS));
	return life->channel.state == TS_CHANNEL_NONE && chain_idle(&j->c);
}

/* --- leaving --------------------------------------------------------------- */

/* What the box holds of ours goes into what is withdrawn; with this life its way back
 * to us ends (M11). */
static int gather(struct job *j)
{
	return j->p.box ? payer_refund(&j->p, TS_U128_MAX) : 0;
}

/*
 * A withdrawal says what both have, so the box must know all that we paid; an Ack is no
 * evidence (M9).
 */
static int check_box(struct job *j)
{
	const struct ts_address *us = ts_signer_address(j->p.signer);
	struct books books;
	char err[512];
	int i;

	for (i = 0; i < 2; i++) {
		if (box_books(j->p.box, us, &channel_of(j)->token, &books, err, sizeof(err)))
			return job_say(err);
		if (books.nonce == channel_of(j)->our_proof.nonce)
			return 0;
		payer_repeat(&j->p);
	}
	return job_say("the box does not have all that we paid, and does not take it; nothing is signed");
}

static int ask_to_withdraw(struct job *j, ts_u128 wei)
{
	char amount[TS_TOKEN_TEXT_SIZE], err[512];
	struct ts_moment moment;
	enum ts_refusal refusal;

	if (!wei)
		wei = ts_channel_our_balance_wei(channel_of(j));
	chain_moment(&j->c, &moment);
	refusal = ts_life_withdraw(&j->p.purse.life, j->p.signer, &moment, wei, &next);
	if (refusal)
		return job_say(ts_refusal_text(refusal));
	if (purse_commit(&j->p.purse, &next, err, sizeof(err)))
		return job_say(err);
	steps_say(&j->steps, j->what, "%s asked for; nothing is paid until the chain has it",
		  job_tokens(j, wei, amount));
	return 0;
}

static int withdraw(struct job *j, ts_u128 wei)
{
	const struct ts_life *life = &j->p.purse.life;
	char left[TS_TOKEN_TEXT_SIZE];

	if (life->cosign.kind == TS_COSIGN_NONE) {
		if (!j->p.box)
			return job_say("give the URL of the box: both have to sign");
		if (gather(j) || job_go_on(j, is_paid_in))
			return 1;
		if (!wei && !ts_channel_our_balance_wei(channel_of(j))) {
			steps_say(&j->steps, j->what, "nothing in the channel is ours");
			return 0;
		}
		if (check_box(j) || ask_to_withdraw(j, wei))
			return 1;
	}
	j->open_block = life->channel.open_block_number;
	if (job_go_on(j, is_withdrawn))
		return 1;
	steps_say(&j->steps, j->what, "withdrawn; %s of ours are left in the channel",
		  job_tokens(j, ts_channel_our_balance_wei(channel_of(j)), left));
	return 0;
}

static int settle(struct job *j)
{
	const struct ts_life *life = &j->p.purse.life;

	if (life->channel.state == TS_CHANNEL_OPEN && !life->close_wanted)
		return withdraw(j, 0);
	if (job_go_on(j, is_over))
		return 1;
	steps_say(&j->steps, j->what, "settled");
	return 0;
}

static int close_channel(struct job *j)
{
	char err[512];

	if (channel_of(j)->state == TS_CHANNEL_OPEN && !j->p.purse.life.close_wanted) {
		if (!channel_of(j)->frozen && gather(j))
			return job_say("it is not closed: what is unspent would stay with the box; without its URL it is closed all the same");
		ts_life_close(&j->p.purse.life, &next);
		if (purse_commit(&j->p.purse, &next, err, sizeof(err)))
			return job_say(err);
	}
	if (job_go_on(j, is_closed))
		return 1;
	is_over(j);
	return 0;
}

static int watch(struct job *j)
{
	int ret = job_go_on(j, is_over);

	return ret && *j->p.stop ? 0 : ret;
}

static int with_purse(struct job *j, ts_u128 wei)
{
	/* What happened meanwhile comes first. */
	if (begin(j) || job_go_on(j, is_fresh))
		return 1;
	switch (j->p.o->channel_verb) {
	case CHANNEL_WITHDRAW:
		if (channel_of(j)->state == TS_CHANNEL_OPEN)
			return withdraw(j, wei);
		return job_say("the channel is closed; 'tspay channel settle' brings home what is ours");
	case CHANNEL_SETTLE:
		return settle(j);
	case CHANNEL_CLOSE:
		return close_channel(j);
	default:
		return watch(j);
	}
}

static const char *const names[] = {
	[CHANNEL_OPEN] = "open", [CHANNEL_DEPOSIT] = "deposit",
	[CHANNEL_WITHDRAW] = "withdraw", [CHANNEL_CLOSE] = "close",
	[CHANNEL_SETTLE] = "settle", [CHANNEL_WATCH] = "watch",
};

int channel_run(const struct options *o, ts_u128 amount_wei, const volatile sig_atomic_t *stop)
{
	struct job *j = &job;
	char err[512];
	int ret = 1;

	j->what = names[o->channel_verb];
	j->steps.json = o->json;
	if (chain_config_read(&j->config, o->chain_file, o->rpc, err, sizeof(err)))
		return job_say(err);
	if (payer_begin(&j->p, o, stop))
		goto out;
	j->p.show.json = o->json;
	if (o->channel_verb == CHANNEL_OPEN || o->channel_verb == CHANNEL_DEPOSIT)
		ret = job_pay_in(j, amount_wei);
	else
		ret = with_purse(j, amount_wei);
	/* So that the next run need not look so far back. */
	if (j->p.purse.path && !j->c.fatal && purse_save(&j->p.purse, err, sizeof(err)))
		ret = job_say(err);
out:
	chain_close(&j->c);
	payer_close(&j->p);
	chain_config_free(&j->config);
	return ret;
}
