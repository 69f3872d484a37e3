// SPDX-License-Identifier: GPL-2.0
/*
 * check_sponsor.c - whether stations that wallets pay for spent those wallets' payments, as
 * far as they signed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/sponsor.h"

/** struct check - of all sponsorships */
struct check {
	struct ts_ledger *l;
	unsigned int flags;
	void (*fault)(const char *text, void *arg);
	void *arg;
};

static void say(const struct check *c, int64_t id, const char *wrong)
{
	char text[120];

	snprintf(text, sizeof(text), "sponsorship %" PRId64 ": %s", id, wrong);
	c->fault(text, c->arg);
}

/* What the reservations say: of accounts that are not closed, and of those that are. */
static int add_up(struct ts_ledger *l, int64_t id, ts_u128 *held_wei, ts_u128 *spent_wei)
{
	uint64_t units;
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret, shift;

	*held_wei = *spent_wei = 0;
	stmt = ts_db_prepare(l, "SELECT a.state, a.unit_shift, r.units, r.returned_units,"
			     " r.used_units FROM reservations r"
			     " JOIN accounts a ON a.row = r.account WHERE r.sponsorship=?",
			     "i", id);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		shift = sqlite3_column_int(stmt, 1);
		units = ts_db_u64(stmt, 2, &bad) - ts_db_u64(stmt, 3, &bad);
		if (sqlite3_column_int(stmt, 0) < TS_ACCOUNT_CLOSED)
			*held_wei += ts_wei_holding_units(units, shift);
		else
			*spent_wei += ts_wei_of_units(ts_db_u64(stmt, 4, &bad), shift);
	}
	return bad ? -EUCLEAN : ret;
}

/* The form is what was signed; the columns are there for queries, and say the same. */
static bool is_as_signed(const struct ts_ledger_sponsorship *s)
{
	struct ts_sponsor form;

	return !ts_sponsor_decode(&form, s->form, sizeof(s->form)) &&
	       !ts_sponsor_check(&form, s->form) &&
	       ts_address_equal(&form.wallet, &s->said.wallet) &&
	       ts_address_equal(&form.token, &s->said.token) &&
	       form.serial == s->said.serial && form.until_s == s->said.until_s &&
	       form.limit_wei == s->said.limit_wei &&
	       form.most_wei_per_gb == s->said.most_wei_per_gb;
}

static int check_one(const struct ts_ledger_sponsorship *s, void *arg)
{
	ts_u128 held_wei, spent_wei;
	struct check *c = arg;
	int ret = add_up(c->l, s->id, &held_wei, &spent_wei);

	if (ret)
		return ret;
	if (spent_wei != s->spent_wei)
		say(c, s->id, "its reservations used another amount than it lost");
	if (held_wei + spent_wei > s->said.limit_wei)
		say(c, s->id, "more is reserved and spent than its wallet has signed");
	if (s->live && c->flags & TS_LEDGER_CHECK_SIGNATURES && !is_as_signed(s))
		say(c, s->id, "its wallet did not sign that");
	return 0;
}

/* Each gives a row for what is wrong. */
static const char *const contradictions[] = {
	"SELECT 'sponsorship ' || r.sponsorship || ': reserved of a payment that is not its wallet''s'"
	" FROM reservations r JOIN sponsorships s ON s.id = r.sponsorship"
	" JOIN payments p ON p.id = r.payment WHERE p.wallet <> s.wallet",
	"SELECT 'sponsorship ' || r.sponsorship || ': reserved in another token than was signed'"
	" FROM reservations r JOIN sponsorships s ON s.id = r.sponsorship"
	" JOIN payments p ON p.id = r.payment JOIN channels c ON c.id = p.channel"
	" WHERE c.token <> s.token",
	"SELECT 'sponsorship ' || s.id || ': later than the last that its wallet has signed'"
	" FROM sponsorships s LEFT JOIN sponsors w ON w.wallet = s.wallet"
	" WHERE w.serial IS NULL OR w.serial < s.serial",
};

/**
 * ts_check_sponsors() - compare sponsorships with what follows from them
 * @l: the ledger
 * @flags: of ts_ledger_check()
 * @fault: called for each thing that is wrong
 * @arg: for @fault
 *
 * Return: 0, or negative errno: it cannot be read.
 */
int ts_check_sponsors(struct ts_ledger *l, unsigned int flags,
		      void (*fault)(const char *text, void *arg), void *arg)
{
	struct check c = { .l = l, .flags = flags, .fault = fault, .arg = arg };
	int ret = ts_ledger_sponsorship_load(l, check_one, &c);
	unsigned int i;

	for (i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]) && !ret; i++)
		ret = ts_check_rows(l, contradictions[i], fault, arg);
	return ret;
}
