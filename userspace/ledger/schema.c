// SPDX-License-Identifier: GPL-2.0
/* schema.c - a new ledger, and one of an older version. */
#include <errno.h>
#include <stdio.h>

#include "ledger/db.h"
#include "ledger/tables.h"
#include "photon/roam.h"
#include "photon/sponsor.h"

static const char schema[] =
"CREATE TABLE meta ("
"	key TEXT PRIMARY KEY,"
"	value INTEGER NOT NULL"
") STRICT, WITHOUT ROWID;"

"CREATE TABLE channels ("
"	id INTEGER PRIMARY KEY,"
	HASH(identifier) ","
	COUNT(open_block) ","
	HASH(chain_id) ","
	ADDRESS(tokens_network) ","
	ADDRESS(token) ","
	ADDRESS(our_address) ","
	ADDRESS(partner_address) ","
	COUNT(settle_timeout) ","
"	state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),"
	BOOL(frozen) ","
	BOOL(trusted) ","
	WEI(our_deposit_wei) ","
	WEI(partner_deposit_wei) ","
	WEI(base_wei) ","
	WEI(spent_wei) ","
	WEI(refunded_wei) " DEFAULT " NOTHING ","
	WEI(relayed_wei) " DEFAULT " NOTHING ","
	WEI(relay_in_wei) " DEFAULT " NOTHING ","
	WEI(relay_out_wei) " DEFAULT " NOTHING ","
	WEI(shares_out_wei) " DEFAULT " NOTHING ","
	RESTORED ","
	SIDE(our) ","
	SIDE(partner) ","
"	UNIQUE (identifier, open_block)"
") STRICT;"
LIVES
CHAIN
DOUBTS
MIRRORED
REVEALS
RELAYS
REVENUES
ROAM
SHARES
GIFTS

"CREATE TABLE tariffs ("
"	row INTEGER PRIMARY KEY CHECK (row BETWEEN 1 AND 65535),"
	COUNT(id) ","
	COUNT(version) ","
	COUNT(valid_from_s) ","
"	unit_shift INTEGER NOT NULL CHECK (unit_shift BETWEEN -32 AND 63),"
	ADDRESS(token) ","
"	UNIQUE (id, version)"
") STRICT;"

"CREATE TABLE prices ("
"	tariff INTEGER NOT NULL REFERENCES tariffs,"
"	class INTEGER NOT NULL,"
"	dir INTEGER NOT NULL,"
"	units_per_byte INTEGER NOT NULL CHECK (units_per_byte BETWEEN 0 AND 8191),"
"	wei_per_gb TEXT NOT NULL,"
"	PRIMARY KEY (tariff, class, dir)"
") STRICT, WITHOUT ROWID;"

"CREATE TABLE sessions ("
"	id INTEGER PRIMARY KEY,"
"	code TEXT NOT NULL UNIQUE CHECK (length(code) = 16),"
"	mac BLOB CHECK (length(mac) = 6),"
	COUNT(vlan) ","
	COUNT(zone) ","
	COUNT(created_s) ","
	COUNT(closed_s) ","
	BOOL(closed) ","
	ADDRESS(done_token) " DEFAULT " NOBODY ","
	WEI(done_wei) ","
	COUNT(done_up_bytes) ","
	COUNT(done_down_bytes) ","
	COUNT(seen_s) " DEFAULT 0,"
	BOOL(paid) " DEFAULT 0,"
	BOOL(forgotten) " DEFAULT 0"
") STRICT;"
SESSIONS_OPEN

/*
 * (channel, nonce) is what a repeated datagram is found by; that makes an
 * index over message_hash, a random page for each payment, unnecessary.
 */
"CREATE TABLE payments ("
"	id INTEGER PRIMARY KEY,"
"	channel INTEGER NOT NULL REFERENCES channels,"
	COUNT(nonce) ","
	WEI(delta_wei) ","
	WEI(cumulative_wei) ","
"	session INTEGER REFERENCES sessions,"
"	tariff INTEGER REFERENCES tariffs,"
	ADDRESS(wallet) ","
	HASH(message_hash) ","
"	signature BLOB NOT NULL CHECK (length(signature) = 65),"
"	data BLOB NOT NULL,"
	COUNT(wall_s) ","
"	boot_id TEXT NOT NULL,"
	COUNT(boot_ns) ","
	WEI(spent_wei) ","
	BOOL(live) ","
	WEI(max_wei) " DEFAULT " NO_LIMIT ","
	WEI(refunded_wei) " DEFAULT " NOTHING ","
	BOOL(mediated) " DEFAULT 0,"
	HASH(locksroot) " DEFAULT " NO_ROOT ","
"	UNIQUE (channel, nonce)"
") STRICT;"
"CREATE INDEX payments_live ON payments (id) WHERE live = 1;"

"CREATE TABLE accounts ("
"	row INTEGER PRIMARY KEY,"
	COUNT(account_id) ","
	COUNT(epoch) ","
"	boot_id TEXT NOT NULL,"
"	session INTEGER NOT NULL REFERENCES sessions,"
"	tariff INTEGER NOT NULL REFERENCES tariffs,"
"	unit_shift INTEGER NOT NULL,"
"	state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),"
	COUNT(granted_units) ","
	COUNT(charged_units) ","
	COUNT(passed_units) ","
	COUNT(revoked_units) ","
	COUNT(unseen_units)
") STRICT;"
"CREATE UNIQUE INDEX accounts_open ON accounts (boot_id, account_id, epoch)"
"	WHERE state < 2;"

RESERVATIONS
SPONSORS

"CREATE TABLE charges ("
"	account INTEGER NOT NULL REFERENCES accounts,"
	COUNT(hour) ","
"	class INTEGER NOT NULL,"
"	dir INTEGER NOT NULL,"
	COUNT(bytes) ","
	COUNT(units) ","
"	PRIMARY KEY (account, hour, class, dir)"
") STRICT, WITHOUT ROWID;";

/*
 * What makes version N + 1 of version N.  1 knew neither sessions at rest nor
 * payments that move, 2 nothing that is under way in a channel and nothing of the
 * chain, 3 no payments by an Unlock, no transfers of ours, no doubts, no second
 * token and no restored backups, and kept with each proof the datagram that had
 * carried it, which nobody ever read; 4 knew no mirrors and kept no RevealSecrets;
 * 5 knew nothing of what boxes of a mesh owe each other, of roaming, and of charges by
 * accounts alone; 6 knew nobody who has a share in them, and nothing that was given; 7
 * no wallets that pay for stations which are not theirs.
 */
static const char *const upgrades[] = {
	[1] = "ALTER TABLE sessions ADD COLUMN " COUNT(seen_s) " DEFAULT 0;"
	      "ALTER TABLE sessions ADD COLUMN " BOOL(paid) " DEFAULT 0;"
	      "ALTER TABLE sessions ADD COLUMN " BOOL(forgotten) " DEFAULT 0;"
	      "ALTER TABLE payments ADD COLUMN " WEI(max_wei)
			" DEFAULT " NO_LIMIT ";"
	      "UPDATE sessions SET paid = 1 WHERE id IN (SELECT session FROM payments"
	      "	UNION SELECT session FROM accounts);"
	      "DROP INDEX sessions_open;"
	      SESSIONS_OPEN,
	[2] = LIVES CHAIN,
	[3] = "ALTER TABLE channels DROP COLUMN our_message;"
	      "ALTER TABLE channels DROP COLUMN partner_message;"
	      "ALTER TABLE channels ADD COLUMN " WEI(refunded_wei)
			" DEFAULT " NOTHING ";"
	      "ALTER TABLE channels ADD COLUMN " WEI(relayed_wei)
			" DEFAULT " NOTHING ";"
	      "ALTER TABLE channels ADD COLUMN " RESTORED ";"
	      "ALTER TABLE payments ADD COLUMN " WEI(refunded_wei)
			" DEFAULT " NOTHING ";"
	      "ALTER TABLE payments ADD COLUMN " BOOL(mediated) " DEFAULT 0;"
	      "ALTER TABLE payments ADD COLUMN " HASH(locksroot)
			" DEFAULT " NO_ROOT ";"
	      "ALTER TABLE sessions ADD COLUMN " ADDRESS(done_token)
			" DEFAULT " NOBODY ";"
	      /* A box had one token then: that of its tariffs. */
	      "UPDATE sessions SET done_token = (SELECT token FROM tariffs"
	      "	ORDER BY row DESC LIMIT 1)"
	      "	WHERE EXISTS (SELECT 1 FROM tariffs);"
	      DOUBTS,
	[4] = MIRRORED REVEALS,
	[5] = "ALTER TABLE channels ADD COLUMN " WEI(relay_in_wei)
			" DEFAULT " NOTHING ";"
	      "ALTER TABLE channels ADD COLUMN " WEI(relay_out_wei)
			" DEFAULT " NOTHING ";"
	      RELAYS REVENUES ROAM,
	[6] = "ALTER TABLE channels ADD COLUMN " WEI(shares_out_wei)
			" DEFAULT " NOTHING ";"
	      SHARES GIFTS
	      "ALTER TABLE reservations RENAME TO reservations_6;"
	      RESERVATIONS
	      "INSERT INTO reservations (account, seq, payment, units, returned_units,"
	      "	used_units) SELECT account, seq, payment, units, returned_units,"
	      "	used_units FROM reservations_6;"
	      "DROP TABLE reservations_6;"
	      "ALTER TABLE revenues RENAME TO revenues_6;"
	      REVENUES
	      "INSERT INTO revenues SELECT token, day, kind, wei FROM revenues_6;"
	      "DROP TABLE revenues_6;",
	[7] = SPONSORS,
};

/* From this one on what was charged is kept by days. */
#define WITH_REVENUES	6

_Static_assert(TS_ORDER_BYTES == 287, "as the table says");
_Static_assert(TS_SPONSOR_BYTES == 248, "likewise");
_Static_assert(sizeof(upgrades) / sizeof(upgrades[0]) == TS_LEDGER_VERSION,
	       "each version before this one has its upgrade");

static int pragma_int(struct ts_ledger *l, const char *sql, int64_t *value)
{
	sqlite3_stmt *stmt;
	int err = 0;

	if (sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL))
		return ts_db_fail_sqlite(l, "opening");
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		err = ts_db_fail_sqlite(l, "opening");
	sqlite3_finalize(stmt);
	return err;
}

/* All from @version to this one, 0: an empty file; all of it or nothing. */
static int make_tables(struct ts_ledger *l, unsigned int version)
{
	char mark[96];
	bool backfill = version && version < WITH_REVENUES;
	int err;

	snprintf(mark, sizeof(mark),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 TS_LEDGER_APPLICATION_ID, TS_LEDGER_VERSION);
	err = sqlite3_exec(l->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (!err && !version)
		err = sqlite3_exec(l->db, schema, NULL, NULL, NULL);
	for (; !err && version && version < TS_LEDGER_VERSION; version++)
		err = sqlite3_exec(l->db, upgrades[version], NULL, NULL, NULL);
	if (!err && backfill) {
		l->in_batch = true;
		err = ts_revenue_backfill(l);
		l->in_batch = false;
	}
	if (!err)
		err = sqlite3_exec(l->db, mark, NULL, NULL, NULL);
	if (!err)
		err = sqlite3_exec(l->db, "COMMIT", NULL, NULL, NULL);
	if (!err)
		return 0;
	err = ts_db_fail_sqlite(l, "making the tables");
	sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

/**
 * ts_schema_open() - see whose file this is; make the tables in an empty one
 * @l: the ledger
 * @may_create: make them
 *
 * Return: 0, -EPROTO: another program's or another version's file, -ENOENT:
 * empty and not @may_create, or another negative errno.
 */
int ts_schema_open(struct ts_ledger *l, bool may_create)
{
	int64_t application = 0, version = 0, tables = 0;
	int err;

	err = pragma_int(l, "PRAGMA application_id", &application);
	if (!err)
		err = pragma_int(l, "PRAGMA user_version", &version);
	if (!err)
		err = pragma_int(l, "SELECT count(*) FROM sqlite_schema", &tables);
	if (err)
		return err;
	if (!application && !version && !tables) {
		if (!may_create)
			return ts_db_fail(l, -ENOENT,
				"%s: there is no ledger in this file; tsd makes one when it starts",
				l->path);
		return make_tables(l, 0);
	}
	if (application != TS_LEDGER_APPLICATION_ID)
		return ts_db_fail(l, -EPROTO,
			"%s: this is another program's database; set another ledger path",
			l->path);
	if (version > 0 && version < TS_LEDGER_VERSION && !l->read_only)
		return make_tables(l, version);
	if (version != TS_LEDGER_VERSION)
		return ts_db_fail(l, -EPROTO,
			"%s: the ledger has version %lld, this program knows %d; use the TokenSwitch that wrote it, or let tsd of this version start once",
			l->path, (long long)version, TS_LEDGER_VERSION);
	return 0;
}
