// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - what is under way in a channel: locks, co-signed forms, messages
 * that have not arrived.
 */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "photon/pack.h"

/**
 * ts_ledger_life_write() - store what is under way, in the batch
 * @l: the ledger
 * @channel: row number of the channel's life
 * @life: the state; its struct ts_channel goes by ts_ledger_channel_update(), in
 *	the same batch
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_life_write(struct ts_ledger *l, int64_t channel,
			 const struct ts_life *life)
{
	static uint8_t packed[TS_PACKED_MAX_BYTES];
	size_t len = ts_life_pack(life, packed);

	return ts_db_write(l, "INSERT INTO lives (channel, packed) VALUES (?,?)"
			   " ON CONFLICT (channel) DO UPDATE"
			   " SET packed = excluded.packed", "ib",
			   channel, (const void *)packed, len);
}

/**
 * ts_ledger_life_read() - a channel with all that is under way in it
 * @l: the ledger
 * @c: the channel's row
 * @life: where it goes; with nothing under way when nothing was ever stored
 *
 * Return: 0, -EUCLEAN: it cannot be true, or another negative errno.
 */
int ts_ledger_life_read(struct ts_ledger *l, const struct ts_ledger_channel *c,
			struct ts_life *life)
{
	const char *wrong;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT packed FROM lives WHERE channel = ?",
			     "i", c->id);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret < 0)
		return ret;
	wrong = ts_life_unpack(life, &c->channel,
			       ret ? sqlite3_column_blob(stmt, 0) : NULL,
			       ret ? (size_t)sqlite3_column_bytes(stmt, 0) : 0);
	sqlite3_reset(stmt);
	if (!wrong)
		wrong = ts_life_fault(life);
	if (!wrong)
		return 0;
	return ts_db_fail(l, -EUCLEAN, "%s: channel %lld: %s; restore a backup",
			  l->path, (long long)c->id, wrong);
}

/**
 * ts_ledger_life_each() - which channels have anything under way
 * @l: the ledger
 * @cb: handed their row numbers, ascending; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_life_each(struct ts_ledger *l, int (*cb)(int64_t channel, void *arg),
			void *arg)
{
	sqlite3_stmt *stmt = ts_db_prepare(l, "SELECT channel FROM lives"
					   " ORDER BY channel", "");
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = cb(sqlite3_column_int64(stmt, 0), arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
