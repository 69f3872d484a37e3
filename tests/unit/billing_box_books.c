// SPDX-License-Identifier: GPL-2.0
/* billing_box_books.c - what payers and kernel have seen, compared with what billing says. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "billing_box_parts.h"
#include "ledger/gift.h"

int box_know_code(struct box *box, const char *code)
{
	unsigned int i;

	for (i = 0; i < box->n_codes; i++)
		if (!strcmp(box->codes[i].code, code))
			return (int)i;
	assert_true(box->n_codes < BOX_CODES);
	strcpy(box->codes[box->n_codes].code, code);
	return (int)box->n_codes++;
}

/* Which session and unit each kernel account has: by the ledger's own rows. */
static int note_account(const struct ts_ledger_account *row, void *arg)
{
	struct box *box = arg;
	struct box_account *k = box_kernel_find(box, row->account_id);
	unsigned int i;
	int reserved;

	reserved = k && k->a.epoch == row->epoch &&
		   !strcmp(row->boot_id, box->config.boot_id);
	if (!reserved)
		return 0;
	k->shift = row->unit_shift;
	for (i = 0; i < box->n_codes && k->code < 0; i++) {
		struct ts_ledger_session s;

		if (!ts_ledger_session_find(box->ledger, box->codes[i].code, &s) &&
		    s.id == row->session)
			k->code = (int)i;
	}
	return 0;
}

struct row_code {
	int64_t row;
	char code[TS_CODE_SIZE];
};

static int match_row(const struct ts_ledger_session *s, void *arg)
{
	struct row_code *rc = arg;

	if (s->id == rc->row)
		strcpy(rc->code, s->code);
	return 0;
}

/* The session may have been made by the box while nobody looked. */
static int code_of_row(struct box *box, int64_t row)
{
	struct row_code rc = { .row = row };

	assert_int_equal(ts_ledger_session_load_open(box->ledger, match_row, &rc), 0);
	return rc.code[0] ? box_know_code(box, rc.code) : -1;
}

/* It may have been made and taken elsewhere in one batch: its memo says whose it
 * was; of one without a memo, which has a tag, its row. */
static void first_seen(struct box *box, struct box_payment *was,
		       const struct ts_ledger_payment *p)
{
	struct ts_ledger_session s;
	struct ts_memo memo;

	was->id = p->id;
	was->allowed_wei = p->delta_wei;
	if (!p->data_len) {
		was->code = code_of_row(box, p->session);
		was->session = p->session;
		return;
	}
	assert_true(ts_memo_parse(&memo, p->data, p->data_len));
	was->code = box_know_code(box, memo.code);
	assert_int_equal(ts_ledger_session_find(box->ledger, memo.code, &s), 0);
	was->session = s.id;
}

/*
 * A payment that a wallet took elsewhere is worth there what it was not worth
 * any more where it was: so the books on the codes follow the rows.
 */
static int note_payment(const struct ts_ledger_payment *p, void *arg)
{
	ts_u128 allowed = p->max_wei < p->delta_wei ? p->max_wei : p->delta_wei;
	struct box *box = arg;
	struct box_payment *was;
	int code;

	assert_in_range(p->id, 1, BOX_PAYMENTS - 1);
	was = &box->payments[p->id];
	if (!p->session)
		return 0;
	if (!was->id)
		first_seen(box, was, p);
	if (was->session == p->session && was->allowed_wei == allowed)
		return 0;
	code = code_of_row(box, p->session);
	assert_true(was->code >= 0 && code >= 0);
	assert_true(was->allowed_wei >= p->spent_wei);
	assert_true(allowed >= p->spent_wei);
	box->codes[was->code].acked_wei -= was->allowed_wei - p->spent_wei;
	box->codes[code].acked_wei += allowed - p->spent_wei;
	was->session = p->session;
	was->code = code;
	was->allowed_wei = allowed;
	return 0;
}

/* What the operator gave may pass as what was paid. */
static int note_gift(const struct ts_ledger_gift *g, void *arg)
{
	struct box *box = arg;
	int code;

	if (g->id <= box->last_gift)
		return 0;
	/* Its session may have ended in the very batch that gave it. */
	code = code_of_row(box, g->session);
	if (code >= 0)
		box->codes[code].acked_wei += g->wei;
	box->given_wei += g->wei;
	box->gifts++;
	box->last_gift = g->id;
	return 0;
}

void box_note_rows(struct box *box)
{
	if (fault.dead || ts_ledger_in_batch(box->ledger))
		return;
	ts_ledger_account_load_open(box->ledger, note_account, box);
	ts_ledger_payment_load(box->ledger, note_payment, box);
	ts_ledger_gift_load(box->ledger, note_gift, box);
}

/* --- what must hold -------------------------------------------------------- */

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

struct reserved {
	struct box *box;
	uint64_t units;
	bool seen[BOX_ACCOUNTS];
};

static int add_reserved(const struct ts_ledger_reservation *r, void *arg)
{
	struct reserved *sum = arg;

	sum->units += r->units;
	return 0;
}

static int check_reserved(const struct ts_ledger_account *row, void *arg)
{
	struct reserved *sum = arg;
	struct box_account *k = box_kernel_find(sum->box, row->account_id);

	if (!k || k->a.epoch != row->epoch ||
	    strcmp(row->boot_id, sum->box->config.boot_id))
		return 0;
	sum->seen[row->account_id] = true;
	sum->units = 0;
	assert_int_equal(ts_ledger_reservation_load(sum->box->ledger, row->row,
						    add_reserved, sum), 0);
	assert_true(k->a.granted_units <= sum->units);
	return 0;
}

static int sum_payments(const struct ts_ledger_payment *p, void *arg)
{
	ts_u128 *paid = arg;

	*paid += p->delta_wei;
	return 0;
}

/* Where a wallet lends a station what it paid with another's code, only the sum is known. */
static void check_all_codes(const struct box *box, const ts_u128 *holding)
{
	ts_u128 paid = 0, used = 0;
	unsigned int i;

	for (i = 0; i < box->n_codes; i++) {
		used += box->codes[i].passed_wei + holding[i];
		paid += box->codes[i].acked_wei;
	}
	for (i = 0; i < BOX_WALLETS; i++)
		if (box->wallets[i].waiting)
			paid += box->wallets[i].amount_wei;
	assert_true(used <= paid);
}

void box_verify(struct box *box)
{
	ts_u128 paid = 0, acked = 0, waiting = 0, holding[BOX_CODES];
	struct reserved sum = { .box = box };
	struct box_account *k;
	unsigned int i;

	if (ts_ledger_in_batch(box->ledger))
		return;
	assert_int_equal(ts_ledger_check(box->ledger, 0, say_fault, NULL), 0);
	/* No unit in the kernel that is not reserved on the disk. */
	assert_int_equal(ts_ledger_account_load(box->ledger, check_reserved, &sum), 0);
	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box->accounts[i].used && box->accounts[i].a.granted_units)
			assert_true(sum.seen[i]);
	/* Accepted = acked, but for what is still under way. */
	assert_int_equal(ts_ledger_payment_load(box->ledger, sum_payments, &paid), 0);
	for (i = 0; i < BOX_WALLETS; i++) {
		acked += box->wallets[i].acked_wei;
		if (box->wallets[i].waiting)
			waiting += box->wallets[i].amount_wei;
	}
	assert_true(acked <= paid);
	assert_true(paid <= acked + waiting);
	/* What passed with a code, and still may, was paid with that code. */
	memset(holding, 0, sizeof(holding));
	for (i = 1; i < BOX_ACCOUNTS; i++) {
		k = &box->accounts[i];
		if (k->used && k->code >= 0)
			holding[k->code] += (ts_u128)(k->a.granted_units -
						      k->a.charged_units) << k->shift;
	}
	if (box->lending && !box->generous)
		check_all_codes(box, holding);
	for (i = 0; i < box->n_codes && !box->generous && !box->lending; i++) {
		waiting = 0;
		for (paid = 0; paid < BOX_WALLETS; paid++)
			if (box->wallets[paid].waiting &&
			    box->wallets[paid].code == (int)i)
				waiting += box->wallets[paid].amount_wei;
		assert_true(box->codes[i].passed_wei + holding[i] <=
			    box->codes[i].acked_wei + waiting);
	}
}
