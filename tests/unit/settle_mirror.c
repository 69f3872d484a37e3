// SPDX-License-Identifier: GPL-2.0
/* settle_mirror.c - a mirror with its ledger, and the owner and the partner of a channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "settle_mirror.h"

struct ts_mirrored *mirrored;
struct ts_mirrored_config config;
struct ends ends;
uint8_t bytes[TS_MIRROR_BYTES];
struct ts_mirrored_view seen;
struct ts_delegated seen_d;
static struct ts_signer *mirror_key;

static void open_mirrored(void)
{
	assert_int_equal(ts_mirrored_new(ledger, &config, &mirrored), 0);
}

void restart(void)
{
	ts_mirrored_free(mirrored);
	ledger_reopen();
	open_mirrored();
}

int mirror_setup(void **state)
{
	uint8_t secret[TS_SECRET_BYTES] = { 9 };

	ledger_setup(state);
	ends_open(&ends);
	mirror_key = ts_signer_new(secret);
	memset(&config, 0, sizeof(config));
	config.us = *ts_signer_address(mirror_key);
	config.chain_id = box->life.channel.chain_id;
	config.tokens_network = box->life.channel.tokens_network;
	config.confirmations = CONFIRMATIONS;
	config.owners[0] = *ts_signer_address(box->key);
	config.n_owners = 1;
	open_mirrored();
	return 0;
}

int mirror_teardown(void **state)
{
	ts_mirrored_free(mirrored);
	ts_signer_free(mirror_key);
	ends_close(&ends);
	return ledger_teardown(state);
}

void sign_for(const struct ts_delegated *d, const struct ts_address *mirror,
	      const struct ts_signer *key)
{
	ts_mirror_sign(d, mirror, key, bytes);
}

struct ts_delegated newest(void)
{
	struct ts_delegated d;

	ts_delegated_make(&d, &box->life.channel, box->key);
	return d;
}

/* A payment, and what the owner sends of it. */
struct ts_delegated paid(ts_u128 amount_wei)
{
	struct ts_delegated d;

	ends_pay(&ends, payer, box, amount_wei);
	d = newest();
	sign_for(&d, &config.us, box->key);
	return d;
}

enum ts_mirrored_verdict look(void)
{
	struct ts_delegated d;

	return ts_mirrored_look(mirrored, bytes, sizeof(bytes), &d);
}

void put(const struct ts_delegated *d)
{
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_mirrored_put(mirrored, d), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
}

struct ts_delegated keep(ts_u128 amount_wei)
{
	struct ts_delegated d = paid(amount_wei), got;

	assert_int_equal(ts_mirrored_look(mirrored, bytes, sizeof(bytes), &got),
			 TS_MIRRORED_NEW);
	assert_true(ts_delegated_equal(&got, &d));
	put(&got);
	return d;
}

static void see(const struct ts_mirrored_view *view, void *arg)
{
	unsigned int *n = arg;

	++*n;
	seen = *view;
	seen_d = *view->d;
}

unsigned int kept(void)
{
	unsigned int n = 0;

	ts_mirrored_each(mirrored, see, &n);
	return n;
}
