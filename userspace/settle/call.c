// SPDX-License-Identifier: GPL-2.0
/*
 * call.c - what a channel wants of the chain, as transactions.
 *
 * A wish is named by what it does to which life of which channel, so that the
 * same intent, asked for each time that the state is looked at, is one.
 */
#include <errno.h>
#include <string.h>

#include "chain/network.h"
#include "settle/call.h"

/* How long what both signed is tried before it counts as refused (M2). */
#define COSIGNED_BLOCKS	TS_COSIGN_PATIENCE_BLOCKS

static void name_wish(struct ts_wish *wish, const struct ts_channel *channel,
		      const struct ts_hash *about)
{
	struct ts_keccak k;
	uint8_t block[8];
	unsigned int i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(channel->open_block_number >> (56 - 8 * i));
	ts_keccak_init(&k);
	ts_keccak_update(&k, wish->label, strlen(wish->label) + 1);
	ts_keccak_update(&k, channel->channel_identifier.b, TS_HASH_BYTES);
	ts_keccak_update(&k, block, sizeof(block));
	if (about)
		ts_keccak_update(&k, about->b, TS_HASH_BYTES);
	ts_keccak_final(&k, &wish->intent);
}

static int call_unlock(struct ts_wish *wish, const struct ts_life *life,
		       const struct ts_pending_lock *lock, struct ts_hash *about)
{
	const struct ts_channel *ch = &life->channel;
	struct ts_unlock_claim claim = { .lock = ts_lock_leaf(lock) };
	struct ts_merkle_proof proof;

	if (ts_locks_prove(&life->partner_locks, &lock->secret_hash, &proof))
		return -EINVAL;
	ts_lock_hash(&claim.lock, about);
	claim.transferred_amount =
		ts_u256_from_u128(life->onchain.partners.transferred_wei);
	claim.merkle_proof.p = proof.sibling[0].b;
	claim.merkle_proof.len = proof.count * TS_HASH_BYTES;
	return ts_network_unlock(&wish->call, &ch->token, &ch->partner_address,
				 &claim);
}

static void call_settle(struct ts_wish *wish, const struct ts_life *life,
			const struct ts_claimed *claimed)
{
	const struct ts_channel *ch = &life->channel;
	const struct ts_onchain *on = &life->onchain;
	struct ts_transferred ours = {
		ch->our_address, ts_u256_from_u128(claimed->transferred_wei),
		claimed->locksroot,
	};
	struct ts_transferred partners = {
		ch->partner_address,
		ts_u256_from_u128(on->partners.transferred_wei),
		on->partners.locksroot,
	};

	ts_network_settle(&wish->call, &ch->token, &ours, &partners);
}

/* participant1 is whoever asked. */
static void call_cosigned(struct ts_wish *wish, const struct ts_life *life,
			  enum ts_intent_kind kind)
{
	const struct ts_cosign *co = &life->cosign;
	const struct ts_signature *first = co->ours ? &co->our_signature :
						      &co->partner_signature;
	const struct ts_signature *second = co->ours ? &co->partner_signature :
						       &co->our_signature;
	struct ts_withdraw withdraw;
	struct ts_settle settle;

	if (kind == TS_INTENT_WITHDRAW) {
		ts_intent_withdraw(life, &withdraw);
		ts_network_withdraw(&wish->call, &life->channel.token, &withdraw,
				    first, second);
	} else {
		ts_intent_settle(life, &settle);
		ts_network_cooperative_settle(&wish->call, &life->channel.token,
					      &settle, first, second);
	}
}

static const char *const labels[] = {
	[TS_INTENT_CLOSE] = "close",
	[TS_INTENT_UPDATE] = "update",
	[TS_INTENT_WITHDRAW] = "withdraw",
	[TS_INTENT_COOPERATIVE_SETTLE] = "cooperative-settle",
	[TS_INTENT_REGISTER_SECRET] = "register-secret",
	[TS_INTENT_UNLOCK] = "unlock",
	[TS_INTENT_PUNISH] = "punish",
	[TS_INTENT_SETTLE] = "settle",
};

static int call(struct ts_wish *wish, const struct ts_life *life,
		const struct ts_intent *intent,
		const struct ts_contracts *contracts, struct ts_hash *about)
{
	const struct ts_channel *ch = &life->channel;

	switch (intent->kind) {
	case TS_INTENT_CLOSE:
		ts_network_prepare_settle(&wish->call, &ch->token,
					  &ch->partner_address, &ch->partner_proof);
		break;
	case TS_INTENT_UPDATE:
		/* Each newer proof is another update. */
		*about = ch->partner_proof.additional_hash;
		ts_network_update_balance_proof(&wish->call, &ch->token,
						&ch->partner_address,
						&ch->partner_proof);
		break;
	case TS_INTENT_WITHDRAW:
	case TS_INTENT_COOPERATIVE_SETTLE:
		call_cosigned(wish, life, intent->kind);
		break;
	case TS_INTENT_REGISTER_SECRET:
		*about = intent->lock->secret_hash;
		wish->to = contracts->secret_registry;
		ts_network_register_secret(&wish->call, &intent->lock->secret);
		break;
	case TS_INTENT_UNLOCK:
		return call_unlock(wish, life, intent->lock, about);
	case TS_INTENT_PUNISH:
		*about = intent->disposal->lock_hash;
		ts_network_punish_obsolete_unlock(&wish->call, &ch->token,
						  &ch->our_address,
						  &ch->partner_address,
						  &intent->disposal->lock_hash,
						  &intent->disposal->additional_hash,
						  &intent->disposal->signature);
		break;
	case TS_INTENT_SETTLE:
		call_settle(wish, life, &life->onchain.ours);
		break;
	}
	return 0;
}

/**
 * ts_wish_of_intent() - what has to be sent for an intent of a channel
 * @wish: where it goes
 * @c: the channel's row
 * @life: its state
 * @intent: by ts_life_intents()
 * @contracts: where to
 *
 * Return: 0, or -EINVAL: a lock that is not of the proof, which a test would see.
 */
int ts_wish_of_intent(struct ts_wish *wish, const struct ts_ledger_channel *c,
		      const struct ts_life *life, const struct ts_intent *intent,
		      const struct ts_contracts *contracts)
{
	struct ts_hash about = { };
	int ret;

	memset(wish, 0, sizeof(*wish));
	wish->label = labels[intent->kind];
	wish->channel = c->id;
	wish->to = contracts->tokens_network;
	wish->until_block = intent->until_block;
	wish->vital = true;
	if (intent->kind == TS_INTENT_WITHDRAW ||
	    intent->kind == TS_INTENT_COOPERATIVE_SETTLE)
		wish->until_block = life->cosign.since_block + 2 * COSIGNED_BLOCKS;
	ret = call(wish, life, intent, contracts, &about);
	name_wish(wish, &life->channel, &about);
	return ret;
}

/** ts_wish_name_bare_settle() - the name and label that it has, also when it is over */
void ts_wish_name_bare_settle(struct ts_wish *wish, const struct ts_channel *channel)
{
	const struct ts_hash bare = { { 1 } };

	wish->label = labels[TS_INTENT_SETTLE];
	name_wish(wish, channel, &bare);
}

/**
 * ts_wish_of_bare_settle() - settle as if the partner had shown no proof of ours
 * @wish: where it goes
 * @c: the channel's row
 * @life: its state, which wants to be settled
 * @contracts: where to
 *
 * Who closes without a proof (nonce 0) can have the event say any amount, and the
 * contract holds none.  The event does not tell the two apart, and the contract
 * takes only one of both settlements: the other waits until this life is over.
 *
 * Return: 0, or -ENOENT: the event says nothing else than that.
 */
int ts_wish_of_bare_settle(struct ts_wish *wish, const struct ts_ledger_channel *c,
			   const struct ts_life *life,
			   const struct ts_contracts *contracts)
{
	const struct ts_claimed nothing = { };

	if (!memcmp(&life->onchain.ours, &nothing, sizeof(nothing)))
		return -ENOENT;
	memset(wish, 0, sizeof(*wish));
	wish->channel = c->id;
	wish->to = contracts->tokens_network;
	wish->until_block = TS_ANY_BLOCK;
	wish->vital = true;
	call_settle(wish, life, &nothing);
	ts_wish_name_bare_settle(wish, &life->channel);
	return 0;
}

/**
 * ts_wish_of_delegated() - show a proof for somebody else
 * @wish: where it goes
 * @d: the proof, and leave to show it
 * @settle_block: the last block in which the contract takes it
 *
 * It is not vital: the gas reserve is for what is ours.
 */
void ts_wish_of_delegated(struct ts_wish *wish, const struct ts_delegated *d,
			  uint64_t settle_block)
{
	struct ts_channel channel = { .open_block_number = d->open_block_number };
	struct ts_hash about;
	struct ts_keccak k;

	memset(wish, 0, sizeof(*wish));
	wish->label = "mirror-update";
	wish->to = d->tokens_network;
	wish->until_block = settle_block;
	ts_network_update_balance_proof_delegate(&wish->call, &d->token, &d->partner,
						 &d->owner, &d->proof,
						 &d->delegation);
	/* Both sides of a channel may have us as their mirror. */
	ts_keccak_init(&k);
	ts_keccak_update(&k, d->owner.b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, d->proof.signature.b, TS_SIGNATURE_BYTES);
	ts_keccak_final(&k, &about);
	ts_delegated_identifier(d, &channel.channel_identifier);
	name_wish(wish, &channel, &about);
}

static void name_deposit(struct ts_wish *wish, const struct ts_channel *channel,
			 const struct ts_address *to)
{
	wish->label = channel->open_block_number ? "deposit" : "open";
	wish->to = *to;
	name_wish(wish, channel, NULL);
}

static void approve_and_deposit(struct ts_wish wishes[2],
				const struct ts_channel *channel,
				const struct ts_opening *opening, ts_u128 amount_wei)
{
	struct ts_wish *approve = &wishes[0], *deposit = &wishes[1];
	struct ts_u256 amount = ts_u256_from_u128(amount_wei);

	approve->label = "approve";
	approve->to = channel->token;
	ts_erc20_approve(&approve->call, &channel->tokens_network, &amount);
	name_wish(approve, channel, NULL);
	ts_network_deposit(&deposit->call, &channel->token, &opening->participant,
			   &opening->partner, &amount,
			   opening->settle_timeout_blocks);
	name_deposit(deposit, channel, &channel->tokens_network);
}

/**
 * ts_wish_of_deposit() - open a channel, or add to our deposit
 * @wishes: where they go; of two the second's @after is the caller's to set
 * @channel: with whom, in which token; open_block_number 0: it is to be opened
 * @kind: of the token
 * @amount_wei: what is added
 * @until_block: the last block in which it is of use; see struct ts_wish
 *
 * Return: how many transactions it takes: 2, approve and deposit, or 1.
 */
unsigned int ts_wish_of_deposit(struct ts_wish wishes[2],
				const struct ts_channel *channel,
				enum ts_token_kind kind, ts_u128 amount_wei,
				uint64_t until_block)
{
	struct ts_opening opening = {
		.participant = channel->our_address,
		.partner = channel->partner_address,
		.settle_timeout_blocks = channel->open_block_number ? 0 :
					 channel->settle_timeout_blocks,
	};
	struct ts_u256 amount = ts_u256_from_u128(amount_wei);

	memset(wishes, 0, 2 * sizeof(*wishes));
	wishes[0].until_block = wishes[1].until_block = until_block;
	switch (kind) {
	case TS_TOKEN_ERC20:
		approve_and_deposit(wishes, channel, &opening, amount_wei);
		return 2;
	case TS_TOKEN_ERC223:
		ts_erc223_open(&wishes[0].call, &channel->tokens_network, &amount,
			       &opening);
		break;
	case TS_TOKEN_SMT:
		ts_smt_open(&wishes[0].call, &opening);
		wishes[0].value_wei = amount_wei;
		break;
	}
	name_deposit(&wishes[0], channel, &channel->token);
	return 1;
}

static bool names(const struct ts_ledger_transaction *row,
		  const struct ts_address *address)
{
	return memmem(row->data, row->data_len, address->b, TS_ADDRESS_BYTES);
}

/**
 * ts_wish_is_deposit() - whether a transaction pays into a channel
 * @row: of ours
 * @channel: any life of it: a deposit that was late comes into the next
 *
 * Each kind of token has another call, and each names partner and token, or is a call
 * of the token.  The approval before it is no deposit, and live with it.
 */
bool ts_wish_is_deposit(const struct ts_ledger_transaction *row,
			const struct ts_channel *channel)
{
	return (!strcmp(row->label, "open") || !strcmp(row->label, "deposit")) &&
	       names(row, &channel->partner_address) &&
	       (ts_address_equal(&row->to, &channel->token) ||
		names(row, &channel->token));
}

/**
 * struct into - deposits that are looked for
 * @channel: into which
 * @found: there is one
 */
struct into {
	const struct ts_channel *channel;
	bool found;
};

static void find_into(const struct ts_transaction_view *view, void *arg)
{
	struct into *into = arg;

	into->found |= view->row->state <= TS_TRANSACTION_MINED &&
		       ts_wish_is_deposit(view->row, into->channel);
}

/** ts_wish_deposit_pending() - Return: whether a deposit may still come into @channel */
bool ts_wish_deposit_pending(const struct ts_transactions *t,
			     const struct ts_channel *channel)
{
	struct into into = { .channel = channel };

	ts_transactions_each(t, find_into, &into);
	return into.found;
}

/**
 * ts_wish_of_payout() - pay a holder of a share in our income
 * @wish: where it goes
 * @token: in which
 * @holder: to whom
 * @paid_wei: what it was paid before: the next payout is another wish
 * @wei: how much
 * @until_block: if it was not signed by then it is owed again
 */
void ts_wish_of_payout(struct ts_wish *wish, const struct ts_address *token,
		       const struct ts_address *holder, ts_u128 paid_wei, ts_u128 wei,
		       uint64_t until_block)
{
	struct ts_u256 amount = ts_u256_from_u128(wei);
	uint8_t paid[TS_U128_BYTES];
	struct ts_keccak k;

	memset(wish, 0, sizeof(*wish));
	wish->label = TS_PAYOUT_LABEL;
	wish->to = *token;
	wish->until_block = until_block;
	ts_erc20_transfer(&wish->call, holder, &amount);
	ts_u128_put(paid, paid_wei);
	ts_keccak_init(&k);
	ts_keccak_update(&k, wish->label, strlen(wish->label) + 1);
	ts_keccak_update(&k, token->b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, holder->b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, paid, sizeof(paid));
	ts_keccak_final(&k, &wish->intent);
}
