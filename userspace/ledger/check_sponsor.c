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
	int ret = ts_check_reserved(c->l, "SELECT " TS_CHECK_RESERVED
				    " WHERE r.sponsorship=?", s->id, &held_wei,
				    &spent_wei);

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
