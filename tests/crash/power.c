// SPDX-License-Identifier: GPL-2.0
/*
 * power.c - power cuts: what was not fsynced is gone, the meter is gone, the
 * boot id is another.  At most one reservation may be lost, and to whom the
 * configuration says.
 */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "crash.h"

static void new_boot_id(struct play *p)
{
	unsigned char r[16];
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/boot_id", p->box.dir);
	randombytes_buf(r, sizeof(r));
	f = fopen(path, "we");
	if (!f)
		die("%s: %s", path, strerror(errno));
	fprintf(f, "%02x%02x%02x%02x-%02x%02x-4%01x%02x-8%01x%02x-%02x%02x%02x%02x%02x%02x\n",
		r[0], r[1], r[2], r[3], r[4], r[5], r[6] & 15, r[7], r[8] & 15, r[9],
		r[10], r[11], r[12], r[13], r[14], r[15]);
	fclose(f);
}

static void destroy_meter(void)
{
	struct ts_meter *m;
	char err[512];

	if (ts_meter_open("bpf", false, &m, err, sizeof(err)))
		return;
	if (ts_meter_destroy(m))
		die("meter destroy: %s", ts_meter_error(m));
	ts_meter_close(m);
}

/**
 * struct books - consumption, in units
 * @last_row: of the accounts that there were
 * @open: of these, how many are not closed
 * @used: booked as consumed by the closed ones
 * @held: reserved by the others
 * @arrived: what the far side saw, at its price
 */
struct books {
	uint64_t last_row;
	uint64_t open;
	uint64_t used;
	uint64_t held;
	uint64_t arrived;
};

static uint64_t one(sqlite3 *db, const char *sql, uint64_t row)
{
	sqlite3_stmt *stmt;
	uint64_t value;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		die("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)row);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		die("%s: %s", sql, sqlite3_errmsg(db));
	value = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static void read_books(struct play *p, struct books *b)
{
	char path[256];
	sqlite3 *db;
	int dir;

	snprintf(path, sizeof(path), "%s/state/ledger.db", p->box.dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL))
		die("%s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 2000);
	if (!b->last_row)
		b->last_row = one(db, "SELECT ifnull(max(row), 0) FROM accounts", 0);
	b->open = one(db, "SELECT count(*) FROM accounts WHERE row <= ? AND state < 2",
		      b->last_row);
	b->used = one(db, "SELECT ifnull(sum(used_units), 0) FROM reservations"
		      " WHERE account <= ?", b->last_row);
	b->held = one(db, "SELECT ifnull(sum(r.units - r.returned_units), 0)"
		      " FROM reservations r JOIN accounts a ON a.row = r.account"
		      " WHERE a.row <= ? AND a.state < 2", b->last_row);
	sqlite3_close(db);
	b->arrived = 0;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		b->arrived += p->audit.price[dir] *
			(traffic_bytes(AT_WITNESS, dir) + traffic_bytes(AT_SHOPPER, dir));
}

/*
 * One cut at the k-th call, or from outside (@k 0), and the books around it.
 * Nothing is granted from here until the cut has been looked at.
 */
static bool cut(struct play *p, unsigned long k, const char *calls, bool payer_bears)
{
	char set[3][64], code[TS_CODE_SIZE], memo[TS_MEMO_SIZE], when[64];
	const char *env[] = { set[0], set[1], set[2], NULL };
	struct payer *payer = &p->payers[SHOPPER];
	struct books before = { }, after = { };
	bool good = true;
	unsigned int i;

	snprintf(set[0], sizeof(set[0]), "TS_SHIM_CALLS=%s", calls);
	snprintf(set[1], sizeof(set[1]), "TS_SHIM_DO=power");
	snprintf(set[2], sizeof(set[2]), "TS_SHIM_AT=%lu", k);
	snprintf(when, sizeof(when), "power cut at %s %lu", calls, k);
	box_start(&p->box, env);
	if (box_ready(&p->box, 10000) && play_memo(p, AT_SHOPPER, code, memo)) {
		for (i = 0; i < 30 && box_runs(&p->box); i++) {
			if (payer->acked)
				payer_sign(payer, (ts_u128)30000 * WEI_PER_BYTE, memo);
			payer_offer(payer, BY_UDP, 60);
			traffic_burst(20, 1000);
		}
	}
	/* Not reached, or dead: either way now the power goes. */
	box_end(&p->box, SIGKILL);
	traffic_quiet();
	destroy_meter();
	new_boot_id(p);
	read_books(p, &before);
	box_start(&p->box, NULL);
	if (!box_ready(&p->box, 10000)) {
		note("%s: not healthy afterwards", when);
		return false;
	}
	after.last_row = before.last_row;
	read_books(p, &after);
	/* Whatever was open is closed; it cost its reservation or less. */
	if (after.open) {
		note("%s: %llu accounts of before are still open", when,
		     (unsigned long long)after.open);
		good = false;
	}
	if (after.used > before.used + before.held) {
		note("%s: more booked than was reserved", when);
		good = false;
	}
	if (payer_bears && after.used < after.arrived) {
		note("%s: booked %llu, passed %llu: the operator lost", when,
		     (unsigned long long)after.used, (unsigned long long)after.arrived);
		good = false;
	}
	if (!payer_bears && after.used > after.arrived) {
		note("%s: booked %llu, passed %llu: the payer lost", when,
		     (unsigned long long)after.used, (unsigned long long)after.arrived);
		good = false;
	}
	if (!payer_deliver(payer, &p->box, BY_UDP)) {
		note("%s: the resend is not accepted", when);
		good = false;
	}
	box_end(&p->box, SIGTERM);
	if (audit_run(&p->audit, when))
		good = false;
	traffic_lost();
	return good;
}

/**
 * test_power() - power cuts
 * @p: no daemon runs
 * @seconds: for all
 */
int test_power(struct play *p, unsigned int seconds)
{
	bool payer_bears = strcmp(getenv("TS_LOSS_BEARER") ?: "payer", "operator");
	static const char *const calls[] = { "fsync", "write", "send" };
	uint64_t until = now_ms() + seconds * 1000ull;
	unsigned int cuts = 0, bad = 0;
	unsigned long k;

	p->audit.reboots = true;
	new_boot_id(p);
	play_begin(p);
	traffic_witness(false);
	box_end(&p->box, SIGTERM);
	for (k = 1; now_ms() < until && bad < 5; k += 1 + k / 16) {
		bad += !cut(p, k, calls[cuts % 3], payer_bears);
		cuts++;
	}
	ok(!bad && cuts > 2, "%u power cuts: every payment kept, the %s bears at most one reservation",
	   cuts, payer_bears ? "payer" : "operator");
	return 0;
}
