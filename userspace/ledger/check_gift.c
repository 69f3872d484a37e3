// SPDX-License-Identifier: GPL-2.0
/*
 * check_gift.c - whether what the operator gave was reserved and used by whom it was given
 * to, and each voucher once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "ledger/db.h"
#include "ledger/gift.h"

static void say(void (*fault)(const char *text, void *arg), void *arg, int64_t gift,
		const char *wrong)
{
	char text[120];

	snprintf(text, sizeof(text), "gift %" PRId64 ": %s", gift, wrong);
	fault(text, arg);
}

/** struct check - of all gifts */
struct check {
	struct ts_ledger *l;
	void (*fault)(const char *text, void *arg);
	void *arg;
};

static int check_one(const struct ts_ledger_gift *g, void *arg)
{
	ts_u128 held_wei, spent_wei;
	struct check *c = arg;
	int ret = ts_check_reserved(c->l, "SELECT " TS_CHECK_RESERVED " WHERE r.gift=?",
				    g->id, &held_wei, &spent_wei);

	if (ret)
		return ret;
	if (spent_wei != g->spent_wei)
		say(c->fault, c->arg, g->id, "its reservations used another amount than it lost");
	if (held_wei + spent_wei > g->wei)
		say(c->fault, c->arg, g->id, "more is reserved and spent than was given");
	if (held_wei && !g->live)
		say(c->fault, c->arg, g->id, "held by an account but marked as done");
	return 0;
}

/* Each gives a row for what is wrong. */
static const char *const contradictions[] = {
	"SELECT 'gift ' || r.gift || ': reserved for another session'"
	" FROM reservations r JOIN accounts a ON a.row = r.account"
	" JOIN gifts g ON g.id = r.gift WHERE g.session <> a.session",
	"SELECT 'gift ' || r.gift || ': reserved in another token than it was given in'"
	" FROM reservations r JOIN accounts a ON a.row = r.account"
	" JOIN tariffs t ON t.row = a.tariff JOIN gifts g ON g.id = r.gift"
	" JOIN tariffs o ON o.row = g.tariff WHERE o.token <> t.token",
	/* A voucher that a backup forgot may have been made good by the operator's word. */
	"SELECT 'voucher ' || v.id || ': used, and nobody was given anything'"
	" FROM vouchers v WHERE v.state = 1"
	" AND v.id NOT IN (SELECT voucher FROM gifts WHERE voucher IS NOT NULL)",
	"SELECT 'voucher ' || v.id || ': somebody was given it, and it is not used'"
	" FROM vouchers v JOIN gifts g ON g.voucher = v.id WHERE v.state <> 1",
	"SELECT 'voucher ' || v.id || ': worth another amount than was given'"
	" FROM vouchers v JOIN gifts g ON g.voucher = v.id"
	" WHERE v.bytes = 0 AND v.wei <> g.wei",
};

/**
 * ts_check_gifts() - compare gifts with what follows from them
 * @l: the ledger
 * @fault: called for each thing that is wrong
 * @arg: for @fault
 *
 * Return: 0, or negative errno: it cannot be read.
 */
int ts_check_gifts(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		   void *arg)
{
	struct check c = { .l = l, .fault = fault, .arg = arg };
	int ret = ts_ledger_gift_load(l, check_one, &c);
	unsigned int i;

	for (i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]) && !ret; i++)
		ret = ts_check_rows(l, contradictions[i], fault, arg);
	return ret;
}
