// SPDX-License-Identifier: GPL-2.0
/* billing_word.c - see billing_word.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "billing_box_parts.h"
#include "billing_word.h"

int word_lender;
uint64_t word_serial;

int word_setup(void **state)
{
	far_setup(state);
	word_lender = box_code(&box, 0);
	assert_true(box_pay(&box, PARTNER, WORD_POOL, word_lender));
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	word_serial = box.now.wall_s;
	return 0;
}

struct ts_sponsor word_good(unsigned int station, ts_u128 limit_wei)
{
	struct ts_sponsor said = { .box = box.config.our_address,
				   .chain_id = box.config.chain_id,
				   .token = box.config.tokens[0].address,
				   .wallet = *ts_signer_address(box.wallets[PARTNER].key),
				   .serial = ++word_serial,
				   .until_s = box.now.wall_s + 86400,
				   .limit_wei = limit_wei,
				   .most_wei_per_gb = TS_U128_MAX };

	memcpy(said.mac, box_key(station).mac, sizeof(said.mac));
	return said;
}

const char *word_give(const void *bytes, size_t len)
{
	unsigned int taken = box.taken, refusals = box.refusals;

	ts_billing_sponsor_signed(box.billing, bytes, len, 4242, &box.now);
	box_flush(&box);
	if (fault.dead)
		return "dead";
	assert_int_equal(box.taken - taken + box.refusals - refusals, 1);
	return box.taken > taken ? NULL : box.last_refusal.name;
}

const char *word_give_by(const struct ts_sponsor *said, unsigned int wallet)
{
	uint8_t bytes[TS_SPONSOR_BYTES];

	ts_sponsor_sign(said, box.wallets[wallet].key, bytes);
	return word_give(bytes, sizeof(bytes));
}

const char *word_give_good(const struct ts_sponsor *said)
{
	return word_give_by(said, PARTNER);
}

void word_refused(const char *got, const char *name)
{
	assert_non_null(got);
	assert_string_equal(got, name);
}

void word_sponsor(unsigned int station, ts_u128 limit_wei)
{
	struct ts_sponsor said = word_good(station, limit_wei);

	assert_null(word_give_good(&said));
}

int word_lend(unsigned int station, ts_u128 limit_wei)
{
	int code = box_code(&box, station);

	word_sponsor(station, limit_wei);
	box.codes[code].acked_wei += limit_wei;
	return code;
}

uint64_t word_spend_all(unsigned int station)
{
	uint64_t passed = box_spend(&box, station, 1000);

	return passed + box_spend(&box, station, 1);
}

bool word_passes(unsigned int station)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (box_frame(&box, station, 100, TS_DIR_DOWN))
			return true;
		box_events(&box);
		box_flush(&box);
	}
	return false;
}

void word_after(uint64_t ns)
{
	box_later(&box, ns);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
}

uint64_t word_bytes(ts_u128 wei)
{
	struct ts_ledger_tariff t = box_view(&box, word_lender).tariff;

	return ts_units_of_wei(wei, t.unit_shift) /
	       t.price[TS_CLASS_INTERNET][TS_DIR_DOWN];
}

static int match(const struct ts_sponsorship_view *view, void *arg)
{
	struct word_found *f = arg;

	if (memcmp(view->said.mac, box_key(f->station).mac, 6))
		return 0;
	f->view = *view;
	f->count++;
	return 0;
}

struct word_found word_shown(unsigned int station)
{
	struct word_found f = { .station = station };

	assert_int_equal(ts_billing_sponsorship_each(box.billing,
		ts_signer_address(box.wallets[PARTNER].key), match, &f), 0);
	return f;
}
