// SPDX-License-Identifier: GPL-2.0
/* seen.c - the contract's events as a channel of ours sees them. */
#include <errno.h>
#include <string.h>

#include "settle/seen.h"

static bool is_us(const struct ts_address *who, const struct ts_address *us)
{
	return ts_address_equal(who, us);
}

static void read_deposit(struct ts_seen *seen, const struct ts_u256 *amount, bool ours)
{
	ts_u128 *deposit_wei = ours ? &seen->event.our_deposit_wei :
				      &seen->event.partner_deposit_wei;

	if (ts_u256_to_u128(amount, deposit_wei)) {
		*deposit_wei = 0;
		if (ours)
			seen->event.our_deposit_beyond = true;
		else
			seen->event.partner_deposit_beyond = true;
	}
}

static int opened(struct ts_seen *seen, const struct ts_chain_event *ev,
		  const struct ts_address *us)
{
	bool ours = is_us(&ev->opened.participant, us);

	if (!ours && !is_us(&ev->opened.partner, us))
		return -ENOENT;
	seen->event.kind = TS_SEEN_OPENED;
	seen->token = ev->opened.token;
	seen->partner = ours ? ev->opened.partner : ev->opened.participant;
	seen->event.settle_timeout_blocks = ev->opened.settle_timeout_blocks;
	read_deposit(seen, &ev->opened.deposit, ours);
	return 0;
}

/* Of one side, in our_deposit_wei whoever that is. */
static void deposited(struct ts_seen *seen, const struct ts_chain_event *ev,
		      const struct ts_address *us)
{
	seen->event.kind = TS_SEEN_DEPOSITED;
	seen->event.ours = is_us(&ev->new_deposit.participant, us);
	read_deposit(seen, &ev->new_deposit.total_deposit, seen->event.ours);
	if (!seen->event.ours) {
		seen->event.our_deposit_wei = seen->event.partner_deposit_wei;
		seen->event.partner_deposit_wei = 0;
	}
}

/*
 * What the partner claims of us.  A close without a proof can name any amount, and
 * a co-signed settlement shown as one names more than there is (M1); neither may
 * hide that the window has begun (M3).
 */
static void read_claim(struct ts_claimed *claimed, const struct ts_u256 *amount,
		       const struct ts_hash *locksroot)
{
	if (ts_u256_to_u128(amount, &claimed->transferred_wei))
		claimed->transferred_wei = TS_U128_MAX;
	claimed->locksroot = *locksroot;
}

/* Whoever closes shows the other's proof. */
static void closed(struct ts_seen *seen, const struct ts_chain_event *ev,
		   const struct ts_address *us)
{
	seen->event.kind = TS_SEEN_CLOSED;
	seen->event.ours = !is_us(&ev->closed.closing_participant, us);
	read_claim(&seen->event.claimed, &ev->closed.transferred_amount,
		   &ev->closed.locksroot);
}

static void updated(struct ts_seen *seen, const struct ts_chain_event *ev,
		    const struct ts_address *us)
{
	seen->event.kind = TS_SEEN_UPDATED;
	seen->event.ours = is_us(&ev->proof_updated.participant, us);
	read_claim(&seen->event.claimed, &ev->proof_updated.transferred_amount,
		   &ev->proof_updated.locksroot);
}

static void unlocked(struct ts_seen *seen, const struct ts_chain_event *ev,
		     const struct ts_address *us)
{
	static const struct ts_hash stays;

	seen->event.kind = TS_SEEN_UNLOCKED;
	seen->event.ours = is_us(&ev->unlocked.payer, us);
	seen->event.lock_hash = ev->unlocked.lock_hash;
	read_claim(&seen->event.claimed, &ev->unlocked.transferred_amount, &stays);
}

static void withdrawn(struct ts_seen *seen, const struct ts_chain_event *ev,
		      const struct ts_address *us)
{
	bool first = is_us(&ev->withdraw.participant1, us);

	seen->event.kind = TS_SEEN_WITHDRAWN;
	read_deposit(seen, &ev->withdraw.participant1_balance, first);
	read_deposit(seen, &ev->withdraw.participant2_balance, !first);
}

/**
 * ts_seen_read() - what an event of the contract is to us
 * @seen: where it goes
 * @event: of the contract
 * @us: our address
 *
 * Whether the channel is ours is not in most events: the identifier says.
 *
 * No amount hides the rest of an event: see struct ts_channel_event and read_claim().
 *
 * Return: 0, or -ENOENT: nothing to us.
 */
int ts_seen_read(struct ts_seen *seen, const struct ts_chain_event *event,
		 const struct ts_address *us)
{
	memset(seen, 0, sizeof(*seen));
	seen->channel_identifier = event->channel_identifier;
	seen->event.block = event->block_number;
	switch (event->kind) {
	case TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT:
		return opened(seen, event, us);
	case TS_CHAIN_CHANNEL_NEW_DEPOSIT:
		deposited(seen, event, us);
		break;
	case TS_CHAIN_CHANNEL_CLOSED:
		closed(seen, event, us);
		break;
	case TS_CHAIN_BALANCE_PROOF_UPDATED:
		updated(seen, event, us);
		break;
	case TS_CHAIN_CHANNEL_UNLOCKED:
		unlocked(seen, event, us);
		break;
	case TS_CHAIN_CHANNEL_PUNISHED:
		seen->event.kind = TS_SEEN_PUNISHED;
		seen->event.ours = is_us(&event->punished.beneficiary, us);
		break;
	case TS_CHAIN_CHANNEL_SETTLED:
	case TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED:
		seen->event.kind = TS_SEEN_SETTLED;
		break;
	case TS_CHAIN_CHANNEL_WITHDRAW:
		withdrawn(seen, event, us);
		break;
	case TS_CHAIN_SECRET_REVEALED:
		seen->event.kind = TS_SEEN_SECRET;
		seen->event.secret = event->secret;
		break;
	default:
		return -ENOENT;
	}
	return 0;
}
