/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tables.h - the tables that came with later versions, and kinds of columns: for a new
 * ledger and for one that is upgraded alike.  Of schema.c alone.
 *
 * What a column holds is said at the row's struct.  wei: 16 bytes big-endian, so that they
 * also sort as numbers; never summed by SQL, which turns integers above 2^63 - 1 into
 * floating point without a word.
 */
#ifndef TS_LEDGER_TABLES_H
#define TS_LEDGER_TABLES_H

#define WEI(name)	#name " BLOB NOT NULL CHECK (length(" #name ") = 16)"
#define HASH(name)	#name " BLOB NOT NULL CHECK (length(" #name ") = 32)"
#define ADDRESS(name)	#name " BLOB NOT NULL CHECK (length(" #name ") = 20)"
#define COUNT(name)	#name " INTEGER NOT NULL CHECK (" #name " >= 0)"
#define BOOL(name)	#name " INTEGER NOT NULL CHECK (" #name " IN (0, 1))"
#define SIDE(side)							\
	COUNT(side##_nonce) "," WEI(side##_transferred_wei) ","		\
	HASH(side##_locksroot) "," HASH(side##_hash) ","		\
	#side "_signature BLOB NOT NULL"				\
	" CHECK (length(" #side "_signature) = 65)"

#define SESSIONS_OPEN							\
	"CREATE INDEX sessions_open ON sessions (id)"			\
	" WHERE closed = 0 AND forgotten = 0;"
#define NOTHING		"x'00000000000000000000000000000000'"
#define NOBODY		"x'0000000000000000000000000000000000000000'"
/* enum ts_channel_restored */
#define RESTORED							\
	"restored INTEGER NOT NULL DEFAULT 0 CHECK (restored BETWEEN 0 AND 2)"
#define NO_ROOT								\
	"x'0000000000000000000000000000000000000000000000000000000000000000'"
#define NO_LIMIT	"x'ffffffffffffffffffffffffffffffff'"

/*
 * What is under way in a channel, packed by ts_life_pack().  A table of its own:
 * a payment rewrites its channel's row, and nearly no channel has any of this.
 */
#define LIVES								\
	"CREATE TABLE lives ("						\
	"	channel INTEGER PRIMARY KEY REFERENCES channels,"	\
	"	packed BLOB NOT NULL CHECK (length(packed) > 0)"	\
	") STRICT;"

/*
 * What the chain is told, and how far it was followed; see transaction.h.  The
 * states are those of enum ts_transaction_state: below 3 it is live, and 6 lost
 * its nonce to something that is not ours.
 */
#define CHAIN								\
	"CREATE TABLE transactions ("					\
	"	id INTEGER PRIMARY KEY,"				\
		HASH(intent) ","					\
	"	label TEXT NOT NULL,"					\
	"	channel INTEGER REFERENCES channels,"			\
	"	after INTEGER REFERENCES transactions,"			\
		ADDRESS(sender) ","					\
		ADDRESS(recipient) ","					\
		WEI(value_wei) ","					\
		COUNT(until_block) ","					\
		BOOL(vital) ","						\
	"	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),"	\
		COUNT(nonce) ","					\
		COUNT(gas) ","						\
		COUNT(mined_block) ","					\
		HASH(mined_hash) ","					\
	"	data BLOB NOT NULL"					\
	") STRICT;"							\
	"CREATE UNIQUE INDEX transactions_live ON transactions"		\
	"	(sender, intent) WHERE state < 3;"			\
	"CREATE UNIQUE INDEX transactions_nonce ON transactions"	\
	"	(sender, nonce) WHERE state BETWEEN 1 AND 4;"		\
	"CREATE TABLE submissions ("					\
	"	tx INTEGER NOT NULL REFERENCES transactions,"		\
	"	seq INTEGER NOT NULL CHECK (seq > 0),"			\
		BOOL(cancel) ","					\
		WEI(gas_price_wei) ","					\
		HASH(hash) ","						\
	"	raw BLOB NOT NULL CHECK (length(raw) > 0),"		\
	"	PRIMARY KEY (tx, seq)"					\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE TABLE cursor ("						\
	"	id INTEGER PRIMARY KEY CHECK (id = 1),"			\
		COUNT(block) ","					\
		HASH(hash)						\
	") STRICT;"

/*
 * Deposits that do not count: another node has not shown them yet, see
 * ts_billing_doubt_after(), or as 2^128 - 1 they are beyond this ledger.
 */
#define DOUBTS								\
	"CREATE TABLE doubts ("						\
	"	channel INTEGER PRIMARY KEY REFERENCES channels,"	\
		WEI(deposit_wei)					\
	") STRICT;"

/* Who signed the secrets of locks that others paid for us; see reveal.h. */
#define REVEALS								\
	"CREATE TABLE reveals ("					\
	"	channel INTEGER NOT NULL REFERENCES channels,"		\
		COUNT(lock) ","						\
	"	payment INTEGER REFERENCES payments,"			\
	"	datagram BLOB NOT NULL CHECK (length(datagram) > 0),"	\
	"	PRIMARY KEY (channel, lock)"				\
	") STRICT, WITHOUT ROWID;"

/* What other boxes gave us to show for them; see mirrored.h. */
#define MIRRORED							\
	"CREATE TABLE mirrored ("					\
		ADDRESS(owner) ","					\
		HASH(identifier) ","					\
	"	open_block INTEGER NOT NULL CHECK (open_block > 0),"	\
		HASH(chain_id) ","					\
		ADDRESS(tokens_network) ","				\
		ADDRESS(token) ","					\
		ADDRESS(partner) ","					\
	"	nonce INTEGER NOT NULL CHECK (nonce > 0),"		\
		WEI(transferred_wei) ","				\
		HASH(locksroot) ","					\
		HASH(hash) ","						\
	"	signature BLOB NOT NULL CHECK (length(signature) = 65),"	\
	"	delegation BLOB NOT NULL CHECK (length(delegation) = 65),"	\
	"	PRIMARY KEY (owner, identifier, open_block)"		\
	") STRICT, WITHOUT ROWID;"

/* What boxes of the mesh carry for each other and owe each other; see relay.h. */
#define RELAYS								\
	"CREATE TABLE relays ("						\
		ADDRESS(partner) ","					\
		ADDRESS(token) ","					\
		COUNT(hello_sequence) ","				\
		COUNT(number) ","					\
	"	counters BLOB NOT NULL CHECK (length(counters) = 160),"	\
		WEI(sold_wei) ","					\
		WEI(bought_wei) ","					\
		WEI(netted_wei) ","					\
	"	trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 64),"	\
	"	boot_id TEXT NOT NULL,"					\
		COUNT(account_id) ","					\
		COUNT(account_epoch) ","				\
	"	unit_shift INTEGER NOT NULL CHECK (unit_shift BETWEEN -32 AND 63),"	\
		WEI(account_base_wei) ","				\
		COUNT(bought_life) ","					\
	"	hello BLOB NOT NULL,"					\
	"	receipt BLOB NOT NULL,"					\
	"	tariff BLOB NOT NULL,"					\
	"	next_tariff BLOB NOT NULL,"				\
	"	day_prices BLOB NOT NULL,"				\
	"	CHECK (account_base_wei <= sold_wei),"			\
	"	PRIMARY KEY (token, partner)"				\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE TABLE relay_own ("					\
	"	id INTEGER PRIMARY KEY CHECK (id = 1),"			\
		COUNT(hello_sequence) ","				\
		COUNT(tariff_version) ","				\
	"	offer BLOB NOT NULL"					\
	") STRICT;"

/* What was charged on each day, and for what; see revenue.h. */
#define REVENUES							\
	"CREATE TABLE revenues ("					\
		ADDRESS(token) ","					\
		COUNT(day) ","						\
	"	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5),"	\
		WEI(wei) ","						\
	"	PRIMARY KEY (token, day, kind)"				\
	") STRICT, WITHOUT ROWID;"

/* Who has a share in what is earned, and what was paid of it; see share.h. */
#define SHARES								\
	"CREATE TABLE shares ("						\
		ADDRESS(token) ","					\
		ADDRESS(holder) ","					\
	"	name TEXT NOT NULL,"					\
	"	per_mille INTEGER NOT NULL CHECK (per_mille BETWEEN 0 AND 1000),"	\
		BOOL(cold) ","						\
	"	rest_mille INTEGER NOT NULL CHECK (rest_mille BETWEEN 0 AND 999),"	\
		WEI(allotted_wei) ","					\
		WEI(paid_wei) ","					\
	"	CHECK (paid_wei <= allotted_wei),"			\
	"	PRIMARY KEY (token, holder)"				\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE TABLE share_days ("					\
		ADDRESS(token) ","					\
		ADDRESS(holder) ","					\
		COUNT(day) ","						\
		WEI(wei) ","						\
	"	PRIMARY KEY (token, holder, day),"			\
	"	FOREIGN KEY (token, holder) REFERENCES shares"		\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE TABLE payouts ("					\
	"	id INTEGER PRIMARY KEY,"				\
		ADDRESS(token) ","					\
		ADDRESS(holder) ","					\
		WEI(wei) ","						\
		WEI(lost_wei) ","					\
		COUNT(wall_s) ","					\
	"	channel INTEGER REFERENCES channels,"			\
		COUNT(nonce) ","					\
	"	tx INTEGER UNIQUE REFERENCES transactions,"		\
	"	CHECK ((channel IS NULL) <> (tx IS NULL)),"		\
	"	CHECK (lost_wei <= wei),"				\
	"	UNIQUE (channel, nonce),"				\
	"	FOREIGN KEY (token, holder) REFERENCES shares"		\
	") STRICT;"

/* What the operator gives, and codes that are worth something; see gift.h. */
#define GIFTS								\
	"CREATE TABLE voucher_key ("					\
	"	id INTEGER PRIMARY KEY CHECK (id = 1),"			\
		HASH(key)						\
	") STRICT;"							\
	"CREATE TABLE vouchers ("					\
	"	id INTEGER PRIMARY KEY,"				\
	"	digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),"	\
	"	label TEXT NOT NULL,"					\
		ADDRESS(token) ","					\
		WEI(wei) ","						\
		COUNT(bytes) ","					\
		COUNT(made_s) ","					\
		COUNT(until_s) ","					\
	"	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),"	\
		COUNT(used_s) ","					\
	"	CHECK ((wei = " NOTHING ") <> (bytes = 0))"		\
	") STRICT;"							\
	"CREATE TABLE gifts ("						\
	"	id INTEGER PRIMARY KEY,"				\
	"	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"	\
	"	voucher INTEGER UNIQUE REFERENCES vouchers,"		\
	"	session INTEGER NOT NULL REFERENCES sessions,"		\
	"	tariff INTEGER NOT NULL REFERENCES tariffs,"		\
	"	mac BLOB CHECK (length(mac) = 6),"			\
		WEI(wei) ","						\
		WEI(spent_wei) ","					\
		COUNT(wall_s) ","					\
		COUNT(until_s) ","					\
		COUNT(until_age_s) ","					\
		BOOL(live) ","						\
	"	CHECK (spent_wei <= wei),"				\
	"	CHECK ((kind = 2) = (voucher IS NOT NULL))"		\
	") STRICT;"							\
	"CREATE INDEX gifts_live ON gifts (session) WHERE live = 1;"	\
	"CREATE TABLE allowances ("					\
	"	mac BLOB PRIMARY KEY CHECK (length(mac) = 6),"		\
		COUNT(day)						\
	") STRICT, WITHOUT ROWID;"

/* Units set aside, of a payment or of a gift. */
#define RESERVATIONS							\
	"CREATE TABLE reservations ("					\
	"	account INTEGER NOT NULL REFERENCES accounts,"		\
	"	seq INTEGER NOT NULL CHECK (seq > 0),"			\
	"	payment INTEGER REFERENCES payments,"			\
	"	gift INTEGER REFERENCES gifts,"				\
		COUNT(units) ","					\
		COUNT(returned_units) ","				\
		COUNT(used_units) ","					\
	"	PRIMARY KEY (account, seq),"				\
	"	CHECK ((payment IS NULL) <> (gift IS NULL)),"		\
	"	CHECK (returned_units + used_units <= units)"		\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE INDEX reservations_gift ON reservations (gift)"		\
	" WHERE gift IS NOT NULL;"

/*
 * Stations that wallets pay for; see sponsor.h.  A column of reservations came with it, so
 * it stands behind that table.
 */
#define SPONSORS							\
	"CREATE TABLE sponsors ("					\
	"	wallet BLOB PRIMARY KEY CHECK (length(wallet) = 20),"	\
		COUNT(serial)						\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE TABLE sponsorships ("					\
	"	id INTEGER PRIMARY KEY,"				\
		ADDRESS(wallet) ","					\
		ADDRESS(token) ","					\
		COUNT(serial) ","					\
		COUNT(until_s) ","					\
		WEI(limit_wei) ","					\
		WEI(most_wei) ","					\
		WEI(spent_wei) ","					\
	"	form BLOB CHECK (length(form) = 248),"			\
		BOOL(live) ","						\
	"	CHECK (spent_wei <= limit_wei),"			\
	"	CHECK ((live = 1) = (form IS NOT NULL)),"		\
	"	UNIQUE (wallet, serial)"				\
	") STRICT;"							\
	"ALTER TABLE reservations ADD COLUMN sponsorship INTEGER"	\
	" REFERENCES sponsorships"					\
	" CHECK (sponsorship IS NULL OR payment IS NOT NULL);"		\
	"CREATE INDEX reservations_sponsorship ON reservations (sponsorship)"	\
	" WHERE sponsorship IS NOT NULL;"

/* Wallets of ours at other boxes, and guests of other boxes here; see roam.h. */
#define ROAM								\
	"CREATE TABLE roam_orders ("					\
	"	name TEXT PRIMARY KEY CHECK (length(name) = 16),"	\
		ADDRESS(wallet) ","					\
		ADDRESS(host) ","					\
		ADDRESS(token) ","					\
		COUNT(sequence) ","					\
		COUNT(lifetime_s) ","					\
		COUNT(taken_s) ","					\
		WEI(limit_wei) ","					\
		WEI(bought_wei) ","					\
		WEI(returned_wei) ","					\
	"	CHECK (returned_wei <= bought_wei)"			\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE UNIQUE INDEX roam_orders_newest ON roam_orders"		\
	"	(wallet, sequence);"					\
	"CREATE TABLE visits ("						\
	"	name TEXT PRIMARY KEY CHECK (length(name) = 16),"	\
	"	signed_order BLOB NOT NULL CHECK (length(signed_order) = 287),"	\
	"	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"	\
		COUNT(taken_s) ","					\
		WEI(received_wei) ","					\
		WEI(returned_wei) ","					\
	"	CHECK (returned_wei <= received_wei)"			\
	") STRICT, WITHOUT ROWID;"					\
	"CREATE INDEX visits_open ON visits (name) WHERE state < 2;"

#endif /* TS_LEDGER_TABLES_H */
