// SPDX-License-Identifier: GPL-2.0
/*
 * photon_roam.c - any bytes as an order, and as a claim: what is read is all that is in
 * them, so signed anew they are the same but for signatures; and whoever signed what was
 * spoiled, it was not who signed before.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "photon/roam.h"

#define SIGNATURE_BYTES	65

static struct ts_signer *key;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void stop(void)
{
	ts_signer_free(key);
}

static void try_order(const uint8_t *data, size_t size)
{
	uint8_t again[TS_ORDER_BYTES];
	struct ts_address wallet;
	struct ts_order order;

	if (ts_order_decode(&order, data, size))
		return;
	require(size == TS_ORDER_BYTES && order.sequence <= TS_ORDER_SEQUENCE_MAX);
	ts_order_sign(&order, key, again);
	require(!memcmp(again, data, size - SIGNATURE_BYTES));
	require(!ts_order_recover(again, &wallet) &&
		ts_address_equal(&wallet, ts_signer_address(key)));
}

static void try_claim(const uint8_t *data, size_t size)
{
	uint8_t again[TS_CLAIM_BYTES];
	struct ts_claim claim;
	struct ts_order order;

	if (ts_claim_decode(&claim, data, size))
		return;
	require(size == TS_CLAIM_BYTES);
	require(!ts_order_decode(&order, claim.order_bytes, TS_ORDER_BYTES));
	require(order.sequence == claim.order.sequence &&
		order.limit_wei == claim.order.limit_wei);
	ts_claim_sign(&claim, key, again);
	require(!memcmp(again, data, size - SIGNATURE_BYTES));
}

/* One that is right, with pairs of offset and mask. */
static void spoil_one(const uint8_t *data, size_t size)
{
	struct ts_claim claim = { .tariff_id = 1, .amount_wei = 5 };
	uint8_t good[TS_CLAIM_BYTES], bytes[TS_CLAIM_BYTES];
	struct ts_address host;
	size_t i;

	claim.order.lifetime_s = 3600;
	claim.order.sequence = 7;
	claim.order.limit_wei = 1000;
	claim.order.max_wei_per_gb = 1000;
	claim.order.host = *ts_signer_address(key);
	ts_order_sign(&claim.order, key, claim.order_bytes);
	ts_claim_sign(&claim, key, good);
	require(!ts_claim_decode(&claim, good, sizeof(good)));
	memcpy(bytes, good, sizeof(bytes));
	for (i = 0; i + 2 < size; i += 3)
		bytes[(data[i] << 8 | data[i + 1]) % sizeof(bytes)] ^= data[i + 2];
	if (memcmp(bytes, good, sizeof(bytes) - SIGNATURE_BYTES) &&
	    !ts_claim_recover(bytes, &host))
		require(!ts_address_equal(&host, ts_signer_address(key)));
	try_claim(bytes, sizeof(bytes));
	try_order(bytes + sizeof(bytes) - SIGNATURE_BYTES - TS_ORDER_BYTES,
		  TS_ORDER_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t secret[TS_SECRET_BYTES] = { 1 };

	if (!key) {
		key = ts_signer_new(secret);
		atexit(stop);
	}
	try_order(data, size);
	try_claim(data, size);
	spoil_one(data, size);
	return 0;
}
