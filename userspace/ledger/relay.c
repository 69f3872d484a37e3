// SPDX-License-Identifier: GPL-2.0
/* relay.c - rows of what boxes of the mesh carry for each other and owe each other. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/relay.h"

#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES
#define SIGNED_ARG(s)	(const void *)(s)->b, (s)->len

/*
 * Bytes and units are read and written together and summed by nobody: one blob of
 * big-endian numbers, in the order of find_counters().
 */
#define COUNTERS	((4 * TS_DIR_COUNT + 1) * TS_SERVICE_COUNT + 2)
#define COUNTERS_BYTES	(8 * COUNTERS)

static void find_counters(struct ts_ledger_relay *r, uint64_t *each[COUNTERS])
{
	int service, dir, n = 0;

	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			each[n++] = &r->sold.bytes[service][dir];
			each[n++] = &r->bought.bytes[service][dir];
			each[n++] = &r->account.bytes[service][dir];
			each[n++] = &r->bought_raw.bytes[service][dir];
		}
		each[n++] = &r->unbelieved_bytes[service];
	}
	each[n++] = &r->account_units;
	each[n] = &r->account_exit_units;
}

static void pack_counters(const struct ts_ledger_relay *r,
			  uint8_t bytes[COUNTERS_BYTES])
{
	struct ts_ledger_relay copy = *r;
	uint64_t *each[COUNTERS];
	unsigned int i, j;

	find_counters(&copy, each);
	for (i = 0; i < COUNTERS; i++)
		for (j = 0; j < 8; j++)
			bytes[8 * i + j] = (uint8_t)(*each[i] >> (56 - 8 * j));
}

static void unpack_counters(struct ts_ledger_relay *r,
			    const uint8_t bytes[COUNTERS_BYTES])
{
	uint64_t *each[COUNTERS];
	unsigned int i, j;

	find_counters(r, each);
	for (i = 0; i < COUNTERS; i++)
		for (j = 0; j < 8; j++)
			*each[i] = *each[i] << 8 | bytes[8 * i + j];
}

/**
 * ts_ledger_relay_put() - the account with a neighbour as it is now, in the batch
 * Return: 0 or negative errno.
 */
int ts_ledger_relay_put(struct ts_ledger *l, const struct ts_ledger_relay *r)
{
	uint8_t counters[COUNTERS_BYTES];

	pack_counters(r, counters);
	return ts_db_write(l, "INSERT OR REPLACE INTO relays (partner, token,"
		" hello_sequence, number, counters, sold_wei, bought_wei,"
		" netted_wei, trust, boot_id, account_id, account_epoch, unit_shift,"
		" account_base_wei, bought_life, hello, receipt, tariff, next_tariff,"
		" day_prices)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		"bbuubwwwituuiwubbbbb", ADDRESS_ARG(&r->partner),
		ADDRESS_ARG(&r->token), r->hello_sequence, r->number,
		(const void *)counters, sizeof(counters), &r->sold_wei,
		&r->bought_wei, &r->netted_wei, (int64_t)r->trust_64ths,
		r->boot_id, (uint64_t)r->account_id, (uint64_t)r->account_epoch,
		(int64_t)r->unit_shift, &r->account_base_wei, r->bought_life,
		SIGNED_ARG(&r->hello), SIGNED_ARG(&r->receipt), SIGNED_ARG(&r->tariff),
		SIGNED_ARG(&r->next_tariff), (const void *)r->day_prices,
		r->day_prices_len);
}

/* Of any length up to @max. */
static size_t get_some(sqlite3_stmt *stmt, int column, uint8_t *out, size_t max,
		       bool *bad)
{
	size_t len = (size_t)sqlite3_column_bytes(stmt, column);

	if (len > max) {
		*bad = true;
		return 0;
	}
	if (len)
		memcpy(out, sqlite3_column_blob(stmt, column), len);
	return len;
}

static void get_signed(sqlite3_stmt *stmt, int column, struct ts_relay_signed *s,
		       bool *bad)
{
	s->len = get_some(stmt, column, s->b, sizeof(s->b), bad);
}

static bool get(sqlite3_stmt *stmt, struct ts_ledger_relay *r)
{
	uint8_t counters[COUNTERS_BYTES];
	bool bad = false;
	int i = 0;

	memset(r, 0, sizeof(*r));
	ts_db_blob(stmt, i++, &r->partner, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &r->token, TS_ADDRESS_BYTES, &bad);
	r->hello_sequence = ts_db_u64(stmt, i++, &bad);
	r->number = ts_db_u64(stmt, i++, &bad);
	ts_db_blob(stmt, i++, counters, sizeof(counters), &bad);
	r->sold_wei = ts_db_u128(stmt, i++, &bad);
	r->bought_wei = ts_db_u128(stmt, i++, &bad);
	r->netted_wei = ts_db_u128(stmt, i++, &bad);
	r->trust_64ths = (uint8_t)sqlite3_column_int(stmt, i++);
	ts_db_text(stmt, i++, r->boot_id, sizeof(r->boot_id), &bad);
	r->account_id = (uint32_t)ts_db_u64(stmt, i++, &bad);
	r->account_epoch = (uint32_t)ts_db_u64(stmt, i++, &bad);
	r->unit_shift = sqlite3_column_int(stmt, i++);
	r->account_base_wei = ts_db_u128(stmt, i++, &bad);
	r->bought_life = ts_db_u64(stmt, i++, &bad);
	get_signed(stmt, i++, &r->hello, &bad);
	get_signed(stmt, i++, &r->receipt, &bad);
	get_signed(stmt, i++, &r->tariff, &bad);
	get_signed(stmt, i++, &r->next_tariff, &bad);
	r->day_prices_len = get_some(stmt, i, r->day_prices, sizeof(r->day_prices),
				     &bad);
	if (!bad)
		unpack_counters(r, counters);
	return !bad;
}

/**
 * ts_ledger_relay_load() - all of them
 * @l: the ledger
 * @cb: handed each; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_relay_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_relay *r, void *arg),
			 void *arg)
{
	struct ts_ledger_relay r;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT partner, token, hello_sequence, number,"
			     " counters, sold_wei, bought_wei, netted_wei, trust,"
			     " boot_id, account_id, account_epoch, unit_shift,"
			     " account_base_wei, bought_life, hello, receipt, tariff,"
			     " next_tariff, day_prices FROM relays"
			     " ORDER BY token, partner", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get(stmt, &r) ? cb(&r, arg) :
		      ts_db_damaged(l, "a row of relays");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_relay_own_put() - in the batch; Return: 0 or negative errno */
int ts_ledger_relay_own_put(struct ts_ledger *l,
			    const struct ts_ledger_relay_own *own)
{
	return ts_db_write(l, "INSERT OR REPLACE INTO relay_own"
		" (id, hello_sequence, tariff_version, offer) VALUES (1,?,?,?)",
		"uub", own->hello_sequence, own->tariff_version,
		(const void *)own->offer, own->offer_len);
}

/**
 * ts_ledger_relay_own_get() - all zero if there was none yet
 * Return: 0 or negative errno.
 */
int ts_ledger_relay_own_get(struct ts_ledger *l, struct ts_ledger_relay_own *own)
{
	bool bad = false;
	sqlite3_stmt *stmt;
	int ret;

	memset(own, 0, sizeof(*own));
	stmt = ts_db_prepare(l, "SELECT hello_sequence, tariff_version, offer"
			     " FROM relay_own", "");
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret;
	own->hello_sequence = ts_db_u64(stmt, 0, &bad);
	own->tariff_version = ts_db_u64(stmt, 1, &bad);
	own->offer_len = get_some(stmt, 2, own->offer, sizeof(own->offer), &bad);
	sqlite3_reset(stmt);
	return bad ? ts_db_damaged(l, "the row of relay_own") : 0;
}
