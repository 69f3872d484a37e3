// SPDX-License-Identifier: GPL-2.0
/* channel_open.c - "tspay channel open" and "deposit". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "settle/call.h"
#include "tspay/channel_job.h"

static int is_ended(struct job *j)
{
	return !chain_is_live(&j->c, &j->intent);
}

/* What the contract has, into a purse: ours or one that is begun. */
static int remember(struct job *j, struct ts_channel *channel)
{
	char err[512], deposit[TS_TOKEN_TEXT_SIZE];
	int ret;

	if (chain_channel(&j->c, channel))
		return job_say(j->c.err);
	if (channel->state != TS_CHANNEL_OPEN)
		return job_say("the contract has no such open channel");
	ret = purse_open(&j->p.purse, j->p.o->state_dir, channel, err, sizeof(err));
	if (!ret)
		ret = purse_save(&j->p.purse, err, sizeof(err));
	/* Who pays from it asks the box when it runs empty. */
	if (ret && ret != -EBUSY)
		return job_say(err);
	steps_say(&j->steps, j->what, "the channel is open since block %llu, with %s of ours",
		  (unsigned long long)channel->open_block_number,
		  job_tokens(j, channel->our_deposit_wei, deposit));
	return 0;
}

static int check_token(struct job *j, const struct ts_channel *channel, ts_u128 wei)
{
	const struct token *box = &j->p.token;
	unsigned int decimals;
	ts_u128 have_wei;

	if (j->p.box && ((!ts_address_is_zero(&box->contract) &&
			  !ts_address_equal(&box->contract, &channel->token)) ||
			 (!ts_address_is_zero(&box->tokens_network) &&
			  !ts_address_equal(&box->tokens_network, &channel->tokens_network))))
		return job_say("this box takes another token, or has its channels in another contract, than the chain's file says");
	if (chain_token(&j->c, &channel->token, &have_wei, &decimals))
		return job_say(j->c.err);
	if (decimals != j->p.token.decimals) {
		fprintf(stderr, "tspay: the token has %u decimals, not %u; if you know that this is so, say --decimals %u\n",
			decimals, j->p.token.decimals, decimals);
		return 1;
	}
	/* The wrapper of the chain's coin is paid with that; the node says if it is there. */
	if (j->config.kind == TS_TOKEN_SMT)
		return 0;
	return have_wei < wei ? job_say("the wallet holds less of the token than that") : 0;
}

static int deposit(struct job *j, const struct ts_channel *channel, ts_u128 wei)
{
	int ret;

	if (!wei)
		return job_say("a deposit is above 0");
	if (check_token(j, channel, wei))
		return 1;
	if (chain_head(&j->c))
		return job_say(j->c.err);
	ret = chain_deposit(&j->c, channel, wei, &j->intent);
	if (ret == -EEXIST)
		steps_say(&j->steps, j->what, "a deposit is under way already; no other is made");
	else if (ret == -EALREADY)
		steps_say(&j->steps, j->what, "the run before was stopped when it had made this deposit; no other is made");
	else if (ret)
		return job_say(j->c.err);
	return 0;
}

/* Has an opening that is under way; its name knows of no block yet. */
static bool is_opening(struct job *j, const struct ts_channel *channel)
{
	struct ts_wish wishes[2];
	struct ts_channel c = *channel;
	unsigned int n;

	c.open_block_number = 0;
	n = ts_wish_of_deposit(wishes, &c, j->config.kind, 0, TS_ANY_BLOCK);
	j->intent = wishes[n - 1].intent;
	return chain_is_live(&j->c, &j->intent);
}

static int see_it_through(struct job *j, struct ts_channel *channel)
{
	if (job_go_on(j, is_ended))
		return 1;
	if (ts_hash_equal(&j->c.ended, &j->intent) && j->c.ended_state != TS_TRANSACTION_DONE)
		return job_say("the chain did not take it; nothing was deposited");
	if (remember(j, channel))
		return 1;
	return chain_deposit_told(&j->c, &j->intent) ? job_say(j->c.err) : 0;
}

static int open_channel(struct job *j, struct ts_channel *channel, ts_u128 wei)
{
	if (is_opening(j, channel)) {
		steps_say(&j->steps, j->what, "an opening is under way; going on");
		return see_it_through(j, channel);
	}
	if (channel->state == TS_CHANNEL_OPEN) {
		if (remember(j, channel))
			return 1;
		return channel->our_deposit_wei == wei ? 0 :
		       job_say("the channel is open already; 'tspay channel deposit' adds to it");
	}
	if (channel->state == TS_CHANNEL_CLOSED)
		return job_say("the channel is closed and not settled; 'tspay channel settle' first");
	return deposit(j, channel, wei) || see_it_through(j, channel);
}

static int on_leaving(const struct purse *p, void *arg)
{
	const struct ts_channel *channel = arg;
	const struct ts_life *life = &p->life;

	return ts_hash_equal(&life->channel.channel_identifier,
			     &channel->channel_identifier) &&
	       life->channel.open_block_number == channel->open_block_number &&
	       (life->channel.frozen || life->leaving || life->close_wanted);
}

/*
 * What was signed to leave says how much is ours without this deposit, and would give it
 * to the box (M1, M2).  The wallet's ledger is open: nobody signs such a thing now.
 */
static int check_leaving(struct job *j, const struct ts_channel *channel)
{
	char err[512];
	int ret = purse_each(j->p.o->state_dir, on_leaving, (void *)channel, err,
			     sizeof(err));

	if (ret < 0)
		return job_say(err);
	return ret ? job_say("a withdrawal, a settlement or a close of this channel is under way, and what is paid in now could be lost; 'tspay channel watch' sees it through") : 0;
}

static int add_deposit(struct job *j, struct ts_channel *channel, ts_u128 wei)
{
	if (channel->state != TS_CHANNEL_OPEN)
		return job_say("there is no open channel; 'tspay channel open' makes one");
	if (check_leaving(j, channel))
		return 1;
	return deposit(j, channel, wei) || see_it_through(j, channel);
}

/* No purse is needed for it, and one may be in use meanwhile. */
int job_pay_in(struct job *j, ts_u128 wei)
{
	struct ts_channel channel = {
		.our_address = *ts_signer_address(j->p.signer),
		.tokens_network = j->config.tokens_network,
		.token = j->config.token,
		.settle_timeout_blocks = j->config.settle_timeout_blocks,
	};
	struct ts_channel seen;

	if (job_partner(j, &channel.partner_address)) {
		if (j->p.o->partner || job_pick_purse(j, &seen))
			return 1;
		channel.partner_address = seen.partner_address;
	}
	if (ts_address_is_zero(&channel.tokens_network) || ts_address_is_zero(&channel.token))
		return job_say("the chain's file must say tokens_network and token: no box is believed about where a deposit goes, see tspay(1)");
	if (job_open_chain(j, &channel.tokens_network))
		return 1;
	if (chain_channel(&j->c, &channel))
		return job_say(j->c.err);
	return j->p.o->channel_verb == CHANNEL_OPEN ? open_channel(j, &channel, wei) :
						      add_deposit(j, &channel, wei);
}
