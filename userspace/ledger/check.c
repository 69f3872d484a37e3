// SPDX-License-Identifier: GPL-2.0
/*
 * check.c - whether the rows agree with each other.
 *
 * Follows every granted byte back: bytes -> charge -> account -> reservation ->
 * payment -> balance proof, and every sum of architecture section 3.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/check.h"
#include "ledger/mirrored.h"

void ts_check_fault(struct check *c, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	c->faults++;
	if (c->fault)
		c->fault(text, c->arg);
}

static void note(const char *text, void *arg)
{
	ts_check_fault(arg, "%s", text);
}

int ts_check_append(struct check *c, struct table *t, const void *row)
{
	size_t room = t->room ? t->room * 2 : 64;
	char *rows;

	if (t->count == t->room) {
		rows = realloc(t->rows, room * t->size);
		if (!rows)
			return ts_db_fail(c->l, -ENOMEM, "out of memory");
		t->rows = rows;
		t->room = room;
	}
	memcpy(t->rows + t->count++ * t->size, row, t->size);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void *ts_check_find(const struct table *t, int64_t id)
{
	return t->count ? bsearch(&id, t->rows, t->count, t->size, by_id) : NULL;
}

static int add_tariff(const struct ts_ledger_tariff *t, void *arg)
{
	struct of_tariff ot = { .row = t->row, .token = t->token };
	struct check *c = arg;

	return ts_check_append(c, &c->tariffs, &ot);
}

/* What is kept for others is worth nothing unless the contract takes it. */
static int check_mirrored(const struct ts_delegated *d, void *arg)
{
	char owner[TS_ADDRESS_TEXT_SIZE], partner[TS_ADDRESS_TEXT_SIZE];
	struct check *c = arg;

	if (c->flags & TS_LEDGER_CHECK_SIGNATURES && ts_delegated_fault(d))
		ts_check_fault(c, "mirrored: the proof of %s for %s is not signed by both",
			       ts_address_print(&d->partner, partner),
			       ts_address_print(&d->owner, owner));
	return 0;
}

/**
 * ts_ledger_check() - verify every invariant from the rows
 * @l: the ledger, with no batch open
 * @flags: enum ts_ledger_check_flags
 * @fault_cb: called for each thing that is wrong, one line for people; may be NULL
 * @arg: for @fault_cb
 *
 * Return: how many things are wrong, or negative errno: it cannot be read.
 */
int ts_ledger_check(struct ts_ledger *l, unsigned int flags,
		    void (*fault_cb)(const char *text, void *arg), void *arg)
{
	struct check c = {
		.l = l, .flags = flags, .fault = fault_cb, .arg = arg,
		.channels = { .size = sizeof(struct of_channel) },
		.payments = { .size = sizeof(struct of_payment) },
		.tariffs = { .size = sizeof(struct of_tariff) },
	};
	int ret;

	ret = ts_check_file(l, note, &c);
	if (!ret)
		ret = ts_check_load_channels(&c);
	if (!ret)
		ret = ts_ledger_tariff_load(l, add_tariff, &c);
	if (!ret)
		ret = ts_check_load_payments(&c);
	if (!ret)
		ret = ts_check_payment_count(&c);
	if (!ret)
		ret = ts_check_accounts(&c);
	if (!ret)
		ret = ts_check_revenues(l, note, &c);
	if (!ret)
		ret = ts_ledger_mirrored_load(l, check_mirrored, &c);
	if (!ret)
		ret = ts_check_reveals(&c);
	if (!ret)
		ret = ts_check_load_orders(&c);
	if (!ret)
		ret = ts_check_shares(l, note, &c);
	if (!ret)
		ret = ts_check_gifts(l, note, &c);
	if (!ret)
		ret = ts_check_sponsors(l, flags, note, &c);
	if (!ret)
		ret = ts_check_load_payouts(&c);
	if (!ret) {
		ts_check_channels(&c);
		ts_check_payments(&c);
	}
	free(c.channels.rows);
	free(c.payments.rows);
	free(c.tariffs.rows);
	return ret ? ret : c.faults;
}
