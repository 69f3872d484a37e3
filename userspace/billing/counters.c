// SPDX-License-Identifier: GPL-2.0
/*
 * counters.c - what the kernel counted: passed units, charges, rates, slices.
 */
#include <errno.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/revenues.h"
#include "billing/tariffs.h"

/* Take over what the kernel says; nothing ever decreases. */
void ts_account_take_counters(struct ts_billing *b, struct ts_billing_account *a,
			      const struct ts_account *k)
{
	int class, dir;

	if (k->granted_units > a->granted_units)
		a->granted_units = k->granted_units;
	if (k->charged_units > a->charged_units)
		a->charged_units = k->charged_units;
	if (k->revoked_units > a->revoked_units)
		a->revoked_units = k->revoked_units;
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			const struct ts_stat *in = &k->stats[class][dir];
			struct ts_stat *seen = &a->seen[class][dir];

			if (in->bytes > seen->bytes) {
				/* Of an adopted one the process before has counted most. */
				if (a->counted)
					b->carried_bytes[class][dir] += in->bytes - seen->bytes;
				seen->bytes = in->bytes;
			}
			if (in->units > seen->units)
				seen->units = in->units;
		}
	}
	a->counted = true;
}

/**
 * ts_account_read() - ask the kernel for an account's counters
 * Return: 0, -ENOENT: the kernel does not have this epoch, or negative errno.
 */
int ts_account_read(struct ts_billing *b, struct ts_billing_account *a)
{
	struct ts_account k;
	int err;

	err = b->meter.account_get(b->meter.m, a->row.account_id, &k);
	if (err)
		return err;
	if (k.epoch != a->row.epoch)
		return -ENOENT;
	ts_account_take_counters(b, a, &k);
	return 0;
}

/* Units that packets took. */
uint64_t ts_account_passed(const struct ts_billing_account *a)
{
	return a->charged_units - a->revoked_units;
}

/* The same by the packets' own counters, which follow the budget's. */
uint64_t ts_account_counted(const struct ts_billing_account *a)
{
	uint64_t units = 0;
	int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			units += a->seen[class][dir].units;
	return units;
}

/* Units that the kernel still lets pass. */
uint64_t ts_account_unspent(const struct ts_billing_account *a)
{
	return a->granted_units > a->charged_units ?
	       a->granted_units - a->charged_units : 0;
}

/**
 * ts_account_book() - write what passed as charges, and a checkpoint
 * @b: billing
 * @a: the account, its counters as fresh as can be
 * @now: the time
 *
 * The sum of the charges is always passed_units: the packets' own counters may
 * be ahead of or behind the budget's by what is under way, so that what exceeds
 * the reservation (it cannot, at rest) is left out rather than unexplained.
 */
void ts_account_book(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now)
{
	uint64_t room = a->reserved_units - a->returned_units;
	uint64_t before_units = a->booked_units;
	struct ts_ledger_charge charge = { .account = a->row.row,
		.hour = ts_wall_floor(b, now) / 3600 };
	int class, dir;

	if (!ts_batch(b))
		return;
	room = room > a->booked_units ? room - a->booked_units : 0;
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			struct ts_stat *booked = &a->booked[class][dir];

			charge.class = (uint8_t)class;
			charge.dir = (uint8_t)dir;
			charge.bytes = a->seen[class][dir].bytes - booked->bytes;
			charge.units = a->seen[class][dir].units - booked->units;
			if (charge.units > room)
				charge.units = room;
			if (!charge.bytes && !charge.units)
				continue;
			room -= charge.units;
			booked->bytes += charge.bytes;
			booked->units += charge.units;
			a->booked_units += charge.units;
			ts_batch_check(b, ts_ledger_charge_add(b->ledger, &charge));
		}
	}
	ts_revenue_units(b, a, before_units, a->booked_units);
	a->row.granted_units = a->granted_units;
	a->row.charged_units = a->charged_units;
	a->row.revoked_units = a->revoked_units;
	a->row.passed_units = a->booked_units;
	ts_batch_check(b, ts_ledger_account_update(b->ledger, &a->row));
}

/**
 * ts_account_size_slice() - how much lasts slice_s at the present rate
 */
void ts_account_size_slice(struct ts_billing *b, struct ts_billing_account *a)
{
	const struct ts_billing_token *token;
	uint64_t slice, floor, cap = TS_EPOCH_UNITS_MAX;
	uint16_t dearest = ts_tariff_dearest(&a->tariff->row);

	if (__builtin_mul_overflow(a->rate_units, (uint64_t)b->config.slice_s,
				   &slice))
		slice = TS_EPOCH_UNITS_MAX;
	if (__builtin_mul_overflow(b->config.slice_floor_bytes,
				   (uint64_t)dearest, &floor))
		floor = TS_EPOCH_UNITS_MAX;
	if (slice < floor)
		slice = floor;
	token = ts_billing_token(&b->config, &a->tariff->row.token);
	if (token && token->slice_cap_wei)
		cap = ts_units_of_wei(token->slice_cap_wei, a->row.unit_shift);
	if (slice > cap)
		slice = cap;
	/* A free tariff has no price to make a slice of. */
	a->slice_units = slice ? slice : 1;
}

/* The rate: at once up, by a quarter a sample down. */
void ts_account_sample(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now)
{
	uint64_t passed = ts_account_passed(a), rate, slow;
	uint64_t passed_ns = now->boot_ns - a->sampled_ns;

	if (passed_ns < TS_NS_PER_S / 2)
		return;
	rate = (uint64_t)((ts_u128)(passed - a->sampled_units) * TS_NS_PER_S /
			  passed_ns);
	slow = a->rate_units - a->rate_units / 4;
	a->rate_units = rate > slow ? rate : slow;
	a->sampled_ns = now->boot_ns;
	a->sampled_units = passed;
	ts_account_size_slice(b, a);
}
