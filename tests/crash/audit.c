// SPDX-License-Identifier: GPL-2.0
/*
 * audit.c - the ledger, the kernel, the payers and the far side, compared.
 *
 * Reads the database by itself, with statements of its own, and then asks the
 * ledger's own check too.  To be called when the traffic is quiet; the daemon
 * may be dead or alive, but must not be in the middle of something.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "ledger/ledger.h"

#define KERNEL_MAX 64

/**
 * struct look - one audit
 * @a: of what
 * @when: for the notes
 * @db: the ledger
 * @kernel: accounts of the meter
 * @n_kernel: how many
 * @boot_id: of the boot that the daemon believes in
 * @faults: found
 */
struct look {
	const struct audit *a;
	const char *when;
	sqlite3 *db;
	struct ts_account kernel[KERNEL_MAX];
	unsigned int n_kernel;
	char boot_id[TS_BOOT_ID_SIZE];
	unsigned int faults;
};

#define FAULT(l, fmt, ...) do {						\
		note("%s: " fmt, (l)->when, __VA_ARGS__);		\
		(l)->faults++;						\
	} while (0)

static sqlite3_stmt *query(struct look *l, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL))
		die("audit: %s", sqlite3_errmsg(l->db));
	return stmt;
}

static uint64_t number(sqlite3_stmt *stmt, int column)
{
	return (uint64_t)sqlite3_column_int64(stmt, column);
}

/* One number, about @row. */
static uint64_t ask(struct look *l, const char *sql, uint64_t row)
{
	sqlite3_stmt *stmt = query(l, sql);
	uint64_t value;

	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)row);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		die("audit: %s: %s", sql, sqlite3_errmsg(l->db));
	value = number(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static int keep(const struct ts_account *a, void *arg)
{
	struct look *l = arg;

	if (l->n_kernel == KERNEL_MAX)
		die("audit: more accounts in the kernel than there can be");
	l->kernel[l->n_kernel++] = *a;
	return 0;
}

static void read_kernel(struct look *l)
{
	struct ts_meter *m;
	char err[512];
	int ret;

	ret = ts_meter_open("bpf", false, &m, err, sizeof(err));
	if (ret)
		return;		/* no meter, no accounts: after a power cut */
	ret = ts_meter_account_dump(m, keep, l);
	if (ret)
		die("audit: %s", ts_meter_error(m));
	ts_meter_close(m);
}

static void read_boot_id(struct look *l)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/boot_id", l->a->dir);
	f = fopen(path, "re");
	if (!f)
		f = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!f || fscanf(f, "%36s", l->boot_id) != 1)
		die("audit: no boot id");
	fclose(f);
}

/* Accepted equals acknowledged; each nonce once. */
static void check_paid(struct look *l, const struct payer *p)
{
	ts_u128 sum = 0, top = 0, cumulative;
	char has[TS_U128_TEXT_SIZE], want[TS_U128_TEXT_SIZE];
	uint64_t count = 0;
	sqlite3_stmt *stmt;

	stmt = query(l, "SELECT delta_wei, cumulative_wei, nonce FROM payments"
			" WHERE wallet = ? ORDER BY nonce");
	sqlite3_bind_blob(stmt, 1, p->channel.our_address.b, TS_ADDRESS_BYTES, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		sum += ts_u128_get(sqlite3_column_blob(stmt, 0));
		cumulative = ts_u128_get(sqlite3_column_blob(stmt, 1));
		if (number(stmt, 2) != ++count || cumulative != sum)
			FAULT(l, "payment %" PRIu64 " is not the %" PRIu64 "th, or its sum is wrong",
			      number(stmt, 2), count);
		top = cumulative;
	}
	sqlite3_finalize(stmt);
	if (!p->acked && count == p->acked_count + 1 &&
	    top == p->channel.our_proof.transferred_wei)
		return;		/* accepted, and the Ack still to come */
	if (count != p->acked_count || sum != p->acked_wei)
		FAULT(l, "accepted %s in %" PRIu64 " payments, acknowledged %s in %" PRIu64,
		      ts_u128_print(sum, has), count, ts_u128_print(p->acked_wei, want),
		      p->acked_count);
}

static const struct ts_account *in_kernel(struct look *l, uint64_t id, uint64_t epoch)
{
	unsigned int i;

	for (i = 0; i < l->n_kernel; i++)
		if (l->kernel[i].id == id && l->kernel[i].epoch == epoch)
			return &l->kernel[i];
	return NULL;
}

static uint64_t stat_units(const struct ts_account *k)
{
	uint64_t sum = 0;
	int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			sum += k->stats[class][dir].units;
	return sum;
}

/* An account that lives: the kernel was never granted what is not reserved. */
static void check_open(struct look *l, uint64_t row, const struct ts_account *k)
{
	uint64_t reserved = ask(l, "SELECT ifnull(sum(units - returned_units), 0)"
				" FROM reservations WHERE account = ?", row);
	uint64_t passed;

	if (!k)
		return;
	passed = k->charged_units - k->revoked_units;
	if (k->granted_units - k->revoked_units > reserved)
		FAULT(l, "account %u: granted %" PRIu64 " - revoked %" PRIu64 " > reserved %" PRIu64,
		      k->id, k->granted_units, k->revoked_units, reserved);
	if (stat_units(k) != passed)
		FAULT(l, "account %u: the classes have %" PRIu64 " units, charged - revoked is %" PRIu64,
		      k->id, stat_units(k), passed);
}

static void check_closed(struct look *l, uint64_t row, uint64_t passed, uint64_t unseen)
{
	uint64_t used = ask(l, "SELECT ifnull(sum(used_units), 0) FROM reservations"
			    " WHERE account = ?", row);
	uint64_t charged = ask(l, "SELECT ifnull(sum(units), 0) FROM charges"
			       " WHERE account = ?", row);

	if (passed != charged)
		FAULT(l, "account row %" PRIu64 ": passed %" PRIu64 ", its charges have %" PRIu64,
		      row, passed, charged);
	if (passed + unseen != used)
		FAULT(l, "account row %" PRIu64 ": passed %" PRIu64 " + unseen %" PRIu64 " != used %" PRIu64,
		      row, passed, unseen, used);
	if (unseen && !l->a->reboots)
		FAULT(l, "account row %" PRIu64 ": %" PRIu64 " units nobody saw, without a reboot",
		      row, unseen);
}

static void check_accounts(struct look *l)
{
	bool known[KERNEL_MAX] = { };
	const struct ts_account *k;
	sqlite3_stmt *stmt;
	unsigned int i;

	stmt = query(l, "SELECT row, account_id, epoch, boot_id, state, passed_units,"
			" unseen_units FROM accounts");
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		k = NULL;
		if (!strcmp((const char *)sqlite3_column_text(stmt, 3), l->boot_id))
			k = in_kernel(l, number(stmt, 1), number(stmt, 2));
		if (k)
			known[k - l->kernel] = true;
		if (number(stmt, 4) < TS_ACCOUNT_CLOSED)
			check_open(l, number(stmt, 0), k);
		else
			check_closed(l, number(stmt, 0), number(stmt, 5), number(stmt, 6));
		/* Closed and still there: only until the delete is repeated. */
		if (k && number(stmt, 4) == TS_ACCOUNT_CLOSED &&
		    k->charged_units != k->granted_units)
			FAULT(l, "account %u is closed in the ledger and has budget", k->id);
	}
	sqlite3_finalize(stmt);
	for (i = 0; i < l->n_kernel; i++)
		if (!known[i] && l->kernel[i].granted_units)
			FAULT(l, "account %u: granted %" PRIu64 ", and the ledger knows nothing of it",
			      l->kernel[i].id, l->kernel[i].granted_units);
}

/* What the ledger and the kernel say a station consumed, and what arrived. */
static void check_station(struct look *l, const uint8_t mac[6], enum place client)
{
	uint64_t booked = 0, arrived = 0;
	const struct ts_account *k;
	sqlite3_stmt *stmt;
	int dir;

	stmt = query(l, "SELECT a.account_id, a.epoch, a.state, a.passed_units,"
			" a.boot_id FROM accounts a JOIN sessions s ON s.id = a.session"
			" WHERE s.mac = ?");
	sqlite3_bind_blob(stmt, 1, mac, 6, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		k = NULL;
		if (number(stmt, 2) < TS_ACCOUNT_CLOSED &&
		    !strcmp((const char *)sqlite3_column_text(stmt, 4), l->boot_id))
			k = in_kernel(l, number(stmt, 0), number(stmt, 1));
		booked += k ? k->charged_units - k->revoked_units : number(stmt, 3);
	}
	sqlite3_finalize(stmt);
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		arrived += traffic_bytes(client, dir) * l->a->price[dir];
	if (booked != arrived)
		FAULT(l, "%s: the books have %" PRIu64 " units, what arrived cost %" PRIu64,
		      client == AT_WITNESS ? "witness" : "shopper", booked, arrived);
}

/* paid >= consumed by closed accounts + reserved by open ones, by wallet. */
static void check_wallet(struct look *l, const struct payer *p)
{
	ts_u128 paid = 0, taken = 0;
	sqlite3_stmt *stmt;
	uint64_t units;
	int shift;

	stmt = query(l, "SELECT a.state, a.unit_shift, r.units - r.returned_units,"
			" r.used_units FROM reservations r"
			" JOIN payments p ON p.id = r.payment"
			" JOIN accounts a ON a.row = r.account WHERE p.wallet = ?");
	sqlite3_bind_blob(stmt, 1, p->channel.our_address.b, TS_ADDRESS_BYTES, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		units = number(stmt, number(stmt, 0) < TS_ACCOUNT_CLOSED ? 2 : 3);
		shift = sqlite3_column_int(stmt, 1);
		taken += shift >= 0 ? (ts_u128)units << shift : (ts_u128)units >> -shift;
	}
	sqlite3_finalize(stmt);
	stmt = query(l, "SELECT delta_wei FROM payments WHERE wallet = ?");
	sqlite3_bind_blob(stmt, 1, p->channel.our_address.b, TS_ADDRESS_BYTES, NULL);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		paid += ts_u128_get(sqlite3_column_blob(stmt, 0));
	sqlite3_finalize(stmt);
	if (taken > paid)
		FAULT(l, "%s has consumed and reserved more than it paid",
		      p->at == AT_WITNESS ? "the witness" : "the shopper");
}

static void on_fault(const char *text, void *arg)
{
	struct look *l = arg;

	FAULT(l, "ledger check: %s", text);
}

static void check_ledger(struct look *l, const char *path)
{
	struct ts_ledger_options options = { .path = path, .flags = TS_LEDGER_READ_ONLY };
	struct ts_ledger *ledger;
	char err[512];

	if (ts_ledger_open(&options, &ledger, err, sizeof(err))) {
		FAULT(l, "%s", err);
		return;
	}
	ts_ledger_check(ledger, TS_LEDGER_CHECK_SIGNATURES, on_fault, l);
	ts_ledger_close(ledger);
}

/**
 * audit_run() - compare everything
 * @a: what
 * @when: for the notes of what is wrong
 *
 * Return: the number of faults, each noted.
 */
unsigned int audit_run(const struct audit *a, const char *when)
{
	struct look l = { .a = a, .when = when };
	char path[256];
	unsigned int i;

	read_boot_id(&l);
	read_kernel(&l);
	snprintf(path, sizeof(path), "%s/state/ledger.db", a->dir);
	check_ledger(&l, path);
	if (sqlite3_open_v2(path, &l.db, SQLITE_OPEN_READONLY, NULL))
		die("audit: %s: %s", path, sqlite3_errmsg(l.db));
	sqlite3_busy_timeout(l.db, 2000);
	for (i = 0; i < a->n_payers; i++) {
		check_paid(&l, &a->payers[i]);
		check_wallet(&l, &a->payers[i]);
	}
	check_accounts(&l);
	if (!a->reboots) {
		check_station(&l, (const uint8_t *)"\2\0\0\0\0\2", AT_WITNESS);
		check_station(&l, (const uint8_t *)"\2\0\0\0\0\3", AT_SHOPPER);
	}
	sqlite3_close(l.db);
	return l.faults;
}

/** audit_price() - take the prices from a session object */
void audit_price(struct audit *a, json_t *session)
{
	json_t *prices = json_object_get(json_object_get(session, "tariff"), "prices");
	json_t *internet = json_object_get(prices, "internet");
	static const char *const dirs[] = { "up", "down" };
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		a->price[dir] = (uint16_t)json_integer_value(json_object_get(
			json_object_get(internet, dirs[dir]), "units_per_byte"));
	if (!a->price[TS_DIR_UP] || !a->price[TS_DIR_DOWN])
		die("the session object names no price");
}
