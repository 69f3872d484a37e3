// SPDX-License-Identifier: GPL-2.0
/* share_books.c - shares in a box's income, and the books of a test on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "ledger/relay.h"
#include "share_books.h"

static struct ts_billing_share *next(uint32_t per_mille)
{
	struct ts_billing_share *s = &box.config.shares[box.config.n_shares++];

	assert_in_range(box.config.n_shares, 1, TS_SHARES_MAX);
	memset(s, 0, sizeof(*s));
	s->per_mille = per_mille;
	return s;
}

void share_give(unsigned int wallet, uint32_t per_mille)
{
	struct ts_billing_share *s = next(per_mille);

	s->address = *ts_signer_address(far_key(wallet));
	snprintf(s->name, sizeof(s->name), "wallet %u", wallet);
}

struct ts_address share_address(uint8_t byte)
{
	struct ts_address address;

	memset(&address, byte, sizeof(address));
	return address;
}

void share_give_cold(const char *name, uint8_t byte, uint32_t per_mille)
{
	struct ts_billing_share *s = next(per_mille);

	s->address = share_address(byte);
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->cold = true;
}

void share_reload(void)
{
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

/** struct search - for a row */
struct search {
	const struct ts_address *holder;
	struct ts_ledger_share row;
};

static int match(const struct ts_ledger_share *s, void *arg)
{
	struct search *search = arg;

	if (ts_address_equal(&s->holder, search->holder))
		search->row = *s;
	return 0;
}

struct ts_ledger_share share_of(const struct ts_address *holder)
{
	struct search search = { .holder = holder };

	assert_int_equal(ts_ledger_share_load(box.ledger, match, &search), 0);
	return search.row;
}

struct ts_ledger_share share_of_wallet(unsigned int wallet)
{
	return share_of(ts_signer_address(far_key(wallet)));
}

struct ts_ledger_share share_of_box(void)
{
	static const struct ts_address nobody;

	return share_of(&nobody);
}

static int add_split(const struct ts_ledger_share *s, void *arg)
{
	*(ts_u128 *)arg += s->allotted_wei;
	return 0;
}

ts_u128 share_split_wei(void)
{
	ts_u128 wei = 0;

	assert_int_equal(ts_ledger_share_load(box.ledger, add_split, &wei), 0);
	return wei;
}

static int add_income(const struct ts_ledger_revenue *r, void *arg)
{
	ts_u128 *wei = arg;

	wei[r->kind == TS_REVENUE_UPSTREAM] += r->wei;
	return 0;
}

ts_u128 share_income_wei(void)
{
	ts_u128 wei[2] = { };

	assert_int_equal(ts_ledger_revenue_load(box.ledger, add_income, wei), 0);
	return ts_u128_less(wei[0], wei[1]);
}

void share_use(uint32_t bytes)
{
	for (; bytes; bytes -= 1000) {
		if (box_frame(&box, 0, 1000, TS_DIR_DOWN))
			continue;
		box_events(&box);
		box_flush(&box);
		assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	}
	box_events(&box);
	box_flush(&box);
}

void share_split(void)
{
	assert_int_equal(ts_billing_shares_split(box.billing, &box.now), 0);
	box_flush(&box);
}

static int get_bought(const struct ts_ledger_relay *r, void *arg)
{
	*(ts_u128 *)arg = r->bought_wei;
	return 0;
}

/* As relay/ books it. */
void share_upstream(ts_u128 wei)
{
	struct ts_ledger_relay relay = {
		.partner = *ts_signer_address(far_key(PAYER)),
		.token = box.config.tokens[0].address,
	};
	struct ts_ledger_revenue cost = {
		.token = relay.token, .day = ts_billing_day(box.billing),
		.kind = TS_REVENUE_UPSTREAM, .wei = wei,
	};

	assert_int_equal(ts_ledger_relay_load(box.ledger, get_bought,
					      &relay.bought_wei), 0);
	if (ts_billing_begin(box.billing))
		return;
	relay.bought_wei += wei;
	strcpy(relay.boot_id, box.config.boot_id);
	assert_int_equal(ts_ledger_relay_put(box.ledger, &relay), 0);
	assert_int_equal(ts_ledger_revenue_add(box.ledger, &cost), 0);
	box_flush(&box);
}

/** struct wanted - of a kind */
struct wanted {
	enum ts_revenue kind;
	ts_u128 wei;
};

static int add_kind(const struct ts_ledger_revenue *r, void *arg)
{
	struct wanted *w = arg;

	if (r->kind == w->kind)
		w->wei += r->wei;
	return 0;
}

ts_u128 share_revenue(enum ts_revenue kind)
{
	struct wanted w = { .kind = kind };

	assert_int_equal(ts_billing_revenue_each(box.billing, add_kind, &w), 0);
	return w.wei;
}

ts_u128 share_unspent(unsigned int station)
{
	return box_view(&box, box_code(&box, station)).unspent_wei;
}

void share_after(uint64_t ns)
{
	box_later(&box, ns);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}
