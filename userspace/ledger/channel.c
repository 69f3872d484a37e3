// SPDX-License-Identifier: GPL-2.0
/*
 * channel.c - rows of channels, and what the operator says of one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"
#include "photon/pack.h"

#define SIDE_COLUMNS(side)						\
	#side "_nonce, " #side "_transferred_wei, " #side "_locksroot, "	\
	#side "_hash, " #side "_signature"
#define IDENTITY_COLUMNS						\
	"identifier, open_block, chain_id, tokens_network, token,"	\
	" our_address, partner_address, settle_timeout, state, frozen,"	\
	" trusted, our_deposit_wei, partner_deposit_wei, base_wei, spent_wei,"	\
	" refunded_wei, relayed_wei, relay_in_wei, relay_out_wei,"	\
	" shares_out_wei, restored"
#define SIDE_COUNT	5
#define SIDE_TYPES	"uwbbb"
#define HASH_ARG(hash)	(const void *)(hash), (size_t)TS_HASH_BYTES
#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES
#define SIDE_SET(side)							\
	#side "_nonce=?, " #side "_transferred_wei=?, "			\
	#side "_locksroot=?, " #side "_hash=?, " #side "_signature=?"
#define SIDE_ARGS(proof)						\
	(proof)->nonce, &(proof)->transferred_wei,			\
	HASH_ARG(&(proof)->locksroot), HASH_ARG(&(proof)->additional_hash), \
	(const void *)&(proof)->signature, (size_t)TS_SIGNATURE_BYTES

/**
 * ts_ledger_channel_insert() - a new life of a channel
 * Return: 0 with the row number set, or negative errno.
 */
int ts_ledger_channel_insert(struct ts_ledger *l, struct ts_ledger_channel *c)
{
	const struct ts_channel *ch = &c->channel;
	uint8_t chain_id[TS_U256_BYTES];
	int err;

	ts_u256_put(chain_id, &ch->chain_id);
	err = ts_db_write(l, "INSERT INTO channels (" IDENTITY_COLUMNS ", "
			  SIDE_COLUMNS(our) ", " SIDE_COLUMNS(partner)
			  ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			  "?,?,?,?,?,?,?,?,?,?)",
			  "bubbbbbuiiiwwwwwwwwwi" SIDE_TYPES SIDE_TYPES,
			  HASH_ARG(&ch->channel_identifier),
			  ch->open_block_number, HASH_ARG(chain_id),
			  ADDRESS_ARG(&ch->tokens_network),
			  ADDRESS_ARG(&ch->token), ADDRESS_ARG(&ch->our_address),
			  ADDRESS_ARG(&ch->partner_address),
			  ch->settle_timeout_blocks, (int64_t)ch->state,
			  (int64_t)ch->frozen, (int64_t)c->trusted,
			  &ch->our_deposit_wei, &ch->partner_deposit_wei,
			  &c->base_wei, &c->spent_wei, &c->refunded_wei,
			  &c->relayed_wei, &c->relay_in_wei,
			  &c->relay_out_wei, &c->shares_out_wei,
			  (int64_t)ch->restored,
			  SIDE_ARGS(&ch->our_proof),
			  SIDE_ARGS(&ch->partner_proof));
	if (!err)
		c->id = sqlite3_last_insert_rowid(l->db);
	return err;
}

/* Everything but the identity and base_wei, which never change. */
int ts_ledger_channel_update(struct ts_ledger *l,
			     const struct ts_ledger_channel *c)
{
	const struct ts_channel *ch = &c->channel;

	return ts_db_write(l, "UPDATE channels SET settle_timeout=?, state=?,"
		" frozen=?, trusted=?, our_deposit_wei=?, partner_deposit_wei=?,"
		" spent_wei=?, refunded_wei=?, relayed_wei=?, relay_in_wei=?,"
		" relay_out_wei=?, shares_out_wei=?, restored=?, "
		SIDE_SET(our) ", " SIDE_SET(partner)
		" WHERE id=?", "uiiiwwwwwwwwi" SIDE_TYPES SIDE_TYPES "i",
		ch->settle_timeout_blocks, (int64_t)ch->state,
		(int64_t)ch->frozen, (int64_t)c->trusted,
		&ch->our_deposit_wei, &ch->partner_deposit_wei, &c->spent_wei,
		&c->refunded_wei, &c->relayed_wei, &c->relay_in_wei,
		&c->relay_out_wei, &c->shares_out_wei, (int64_t)ch->restored,
		SIDE_ARGS(&ch->our_proof), SIDE_ARGS(&ch->partner_proof),
		c->id);
}

static void get_side(sqlite3_stmt *stmt, int column,
		     struct ts_channel_proof *proof, bool *bad)
{
	proof->nonce = ts_db_u64(stmt, column, bad);
	proof->transferred_wei = ts_db_u128(stmt, column + 1, bad);
	ts_db_blob(stmt, column + 2, &proof->locksroot, TS_HASH_BYTES, bad);
	ts_db_blob(stmt, column + 3, &proof->additional_hash, TS_HASH_BYTES, bad);
	ts_db_blob(stmt, column + 4, &proof->signature, TS_SIGNATURE_BYTES, bad);
}

/*
 * The partner's last proof is in its last payment when that came after this row
 * was written.
 */
static int get_last_paid(struct ts_ledger *l, int64_t channel,
			 struct ts_channel_proof *proof, bool *bad)
{
	struct ts_channel_proof paid;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT nonce, cumulative_wei, locksroot,"
			     " message_hash, signature FROM payments"
			     " WHERE channel=? ORDER BY nonce DESC LIMIT 1",
			     "i", channel);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret;
	get_side(stmt, 0, &paid, bad);
	sqlite3_reset(stmt);
	if (paid.nonce <= proof->nonce)
		return 0;
	if (paid.transferred_wei < proof->transferred_wei)
		*bad = true;
	*proof = paid;
	return 0;
}

/* What pending locks hold is not spent twice, whoever reads the row. */
static bool get_locked(sqlite3_stmt *stmt, int column, struct ts_channel *ch)
{
	static struct ts_life life;

	if (ts_life_unpack(&life, ch, sqlite3_column_blob(stmt, column),
			   (size_t)sqlite3_column_bytes(stmt, column)))
		return false;
	*ch = life.channel;
	return true;
}

/* Return: 0, -EUCLEAN: it cannot be true, or another negative errno. */
static int get_channel(struct ts_ledger *l, sqlite3_stmt *stmt,
		       struct ts_ledger_channel *c)
{
	struct ts_channel *ch = &c->channel;
	uint8_t chain_id[TS_U256_BYTES];
	bool bad = false;
	int i = 1, err;

	memset(c, 0, sizeof(*c));
	c->id = sqlite3_column_int64(stmt, 0);
	ts_db_blob(stmt, i++, &ch->channel_identifier, TS_HASH_BYTES, &bad);
	ch->open_block_number = ts_db_u64(stmt, i++, &bad);
	ts_db_blob(stmt, i++, chain_id, sizeof(chain_id), &bad);
	ch->chain_id = ts_u256_get(chain_id);
	ts_db_blob(stmt, i++, &ch->tokens_network, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &ch->token, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &ch->our_address, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &ch->partner_address, TS_ADDRESS_BYTES, &bad);
	ch->settle_timeout_blocks = ts_db_u64(stmt, i++, &bad);
	ch->state = (enum ts_channel_state)sqlite3_column_int(stmt, i++);
	ch->frozen = sqlite3_column_int(stmt, i++);
	c->trusted = sqlite3_column_int(stmt, i++);
	ch->our_deposit_wei = ts_db_u128(stmt, i++, &bad);
	ch->partner_deposit_wei = ts_db_u128(stmt, i++, &bad);
	c->base_wei = ts_db_u128(stmt, i++, &bad);
	c->spent_wei = ts_db_u128(stmt, i++, &bad);
	c->refunded_wei = ts_db_u128(stmt, i++, &bad);
	c->relayed_wei = ts_db_u128(stmt, i++, &bad);
	c->relay_in_wei = ts_db_u128(stmt, i++, &bad);
	c->relay_out_wei = ts_db_u128(stmt, i++, &bad);
	c->shares_out_wei = ts_db_u128(stmt, i++, &bad);
	ch->restored = (enum ts_channel_restored)sqlite3_column_int(stmt, i++);
	get_side(stmt, i, &ch->our_proof, &bad);
	get_side(stmt, i + SIDE_COUNT, &ch->partner_proof, &bad);
	err = get_last_paid(l, c->id, &ch->partner_proof, &bad);
	if (err)
		return err;
	i += 2 * SIDE_COUNT;
	c->has_life = sqlite3_column_bytes(stmt, i) > 0;
	return bad || !get_locked(stmt, i, ch) ? -EUCLEAN : 0;
}

/* Every life of every channel, oldest row first. */
int ts_ledger_channel_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_channel *c, void *arg),
			   void *arg)
{
	struct ts_ledger_channel c;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT id, " IDENTITY_COLUMNS ", "
			     SIDE_COLUMNS(our) ", " SIDE_COLUMNS(partner)
			     ", packed FROM channels LEFT JOIN lives"
			     " ON lives.channel = channels.id ORDER BY id", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_channel(l, stmt, &c);
		if (!ret)
			ret = cb(&c, arg);
		else if (ret == -EUCLEAN)
			ts_db_fail(l, ret,
				   "%s: row %lld of channels or its last payment is damaged; restore a backup",
				   l->path, (long long)c.id);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/* A proof that is newer than the stored one. */
static bool take_proof(struct ts_channel_proof *old,
		       const struct ts_channel_proof *in)
{
	if (in->nonce <= old->nonce)
		return true;
	if (in->transferred_wei < old->transferred_wei)
		return false;
	*old = *in;
	return true;
}

/**
 * ts_ledger_channel_merge() - what becomes of a channel's row by an import
 * @row: the newest life that is known, or all zero for none; changed into what
 *	is to be stored (id 0: to be inserted)
 * @in: what the operator says
 * @trusted: credit it whatever its timeout and deposit are
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * What the partner had transferred before a life was known here is its base:
 * somebody else's books.  So a newer proof of the partner for a known life is
 * refused: it would be value that was never credited to its payer.
 *
 * Return: 0 or -EINVAL.
 */
int ts_ledger_channel_merge(struct ts_ledger_channel *row,
			    const struct ts_channel *in, bool trusted,
			    char *err, size_t err_size)
{
	struct ts_channel *ch = &row->channel;
	const char *fault = ts_channel_fault(in);

	if (!fault && row->id && in->open_block_number < ch->open_block_number)
		fault = "a later life of this channel is known; read its open block from the contract";
	if (!fault && (in->our_proof.nonce > INT64_MAX ||
		       in->partner_proof.nonce > INT64_MAX ||
		       in->open_block_number > INT64_MAX))
		fault = "a nonce or the open block is 2^63 or more";
	if (fault)
		goto refuse;
	if (!row->id || in->open_block_number > ch->open_block_number) {
		memset(row, 0, sizeof(*row));
		row->channel = *in;
		row->trusted = trusted;
		row->base_wei = in->partner_proof.transferred_wei;
		return 0;
	}
	/*
	 * Within one life a channel neither thaws nor opens again: a co-signed
	 * withdrawal is a bearer cheque until the chain has it (M2), and that
	 * begins another life.  An old description must not undo it.
	 */
	if (ch->frozen && !in->frozen)
		fault = "it is frozen by a withdrawal under way; only its next life, with a later open block, can be used again";
	else if (ch->state != TS_CHANNEL_OPEN && in->state == TS_CHANNEL_OPEN)
		fault = "it is closed; only its next life, with a later open block, is open again";
	else if (in->partner_deposit_wei < ch->partner_deposit_wei ||
		 in->our_deposit_wei < ch->our_deposit_wei)
		fault = "a deposit of one life cannot shrink; this description is older than what is known";
	else if (in->partner_proof.nonce > ch->partner_proof.nonce)
		fault = "it has a newer proof of the partner than this ledger; let the payer send that message here";
	else if (in->our_proof.nonce > ch->our_proof.nonce &&
		 (ch->our_locked_wei || ch->partner_locked_wei))
		fault = "locks are pending in it, which this description does not know; let them be unlocked or expire first";
	else if (!take_proof(&ch->our_proof, &in->our_proof))
		fault = "our newer proof transfers less than the known one";
	if (fault)
		goto refuse;
	ch->settle_timeout_blocks = in->settle_timeout_blocks;
	ch->state = in->state;
	ch->frozen = in->frozen;
	ch->our_deposit_wei = in->our_deposit_wei;
	ch->partner_deposit_wei = in->partner_deposit_wei;
	row->trusted = trusted;
	return 0;

refuse:
	snprintf(err, err_size, "channel: %s", fault);
	return -EINVAL;
}

/**
 * ts_ledger_channel_total() - add what a channel can ever pay to a sum
 * @total_wei: of other channels in the same token; all their lives, for their
 *	payments stay
 * @c: the channel
 *
 * All that is paid is paid out of deposits.  As long as these have a sum of 128
 * bits, so has whatever is added up of payments.
 *
 * Return: 0, or -EOVERFLOW.
 */
int ts_ledger_channel_total(ts_u128 *total_wei, const struct ts_channel *c)
{
	return __builtin_add_overflow(*total_wei, c->our_deposit_wei, total_wei) ||
	       __builtin_add_overflow(*total_wei, c->partner_deposit_wei,
				      total_wei) ? -EOVERFLOW : 0;
}

struct newest {
	const struct ts_hash *identifier;
	const struct ts_address *token;
	uint64_t open_block_number;
	struct ts_ledger_channel row;
	ts_u128 others_wei;
};

static int pick_newest(const struct ts_ledger_channel *c, void *arg)
{
	struct newest *n = arg;

	if (ts_address_equal(&c->channel.token, n->token) &&
	    (!ts_hash_equal(&c->channel.channel_identifier, n->identifier) ||
	     c->channel.open_block_number != n->open_block_number))
		/* Fitted when it came. */
		ts_ledger_channel_total(&n->others_wei, &c->channel);
	if (ts_hash_equal(&c->channel.channel_identifier, n->identifier) &&
	    (!n->row.id || c->channel.open_block_number >
			   n->row.channel.open_block_number))
		n->row = *c;
	return 0;
}

/**
 * ts_ledger_channel_import() - store what the operator says of a channel
 * @l: the ledger, with no batch open; for use while no tsd runs
 * @in: the channel
 * @trusted: see struct ts_ledger_channel
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Return: 0: committed, -EINVAL: refused, or another negative errno.
 */
int ts_ledger_channel_import(struct ts_ledger *l, const struct ts_channel *in,
			     bool trusted, char *err, size_t err_size)
{
	struct newest newest = { .identifier = &in->channel_identifier,
				 .token = &in->token,
				 .open_block_number = in->open_block_number };
	struct ts_ledger_channel before;
	int ret;

	ret = ts_ledger_channel_load(l, pick_newest, &newest);
	if (ret)
		goto ledger_error;
	before = newest.row;
	ret = ts_ledger_channel_merge(&newest.row, in, trusted, err, err_size);
	if (ret)
		return ret;
	if (ts_ledger_channel_total(&newest.others_wei, in)) {
		snprintf(err, err_size, TS_LEDGER_TOO_MUCH);
		return -EINVAL;
	}
	ret = ts_ledger_begin(l);
	if (ret)
		goto ledger_error;
	ret = newest.row.id ? ts_ledger_channel_update(l, &newest.row) :
			      ts_ledger_channel_insert(l, &newest.row);
	/* A later life: the one before was settled. */
	before.channel.state = TS_CHANNEL_NONE;
	if (!ret && before.id && before.id != newest.row.id)
		ret = ts_ledger_channel_update(l, &before);
	if (!ret)
		ret = ts_ledger_commit(l);
	if (!ret)
		return 0;
	ts_ledger_discard(l);
ledger_error:
	snprintf(err, err_size, "%s", ts_ledger_error(l));
	return ret;
}
