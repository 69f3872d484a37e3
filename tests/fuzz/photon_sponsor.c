// SPDX-License-Identifier: GPL-2.0
/*
 * photon_sponsor.c - any bytes as a wallet's word for whom it pays: what is read is all that
 * is in them, so signed anew they are the same but for the signature; and nothing that was
 * spoiled is its wallet's.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "photon/sponsor.h"

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

static void try(const uint8_t *data, size_t size)
{
	uint8_t again[TS_SPONSOR_BYTES];
	struct ts_sponsor said;

	if (ts_sponsor_decode(&said, data, size))
		return;
	require(size == TS_SPONSOR_BYTES && !(said.mac[0] & 1) && said.serial);
	ts_sponsor_sign(&said, key, again);
	require(!memcmp(again, data, size - SIGNATURE_BYTES));
	if (!ts_address_equal(&said.wallet, ts_signer_address(key)))
		require(ts_sponsor_check(&said, again));
}

/* One that is right, with pairs of offset and mask. */
static void spoil_one(const uint8_t *data, size_t size)
{
	struct ts_sponsor said = { .wallet = *ts_signer_address(key), .mac = { 2, 1 },
				   .serial = 7, .until_s = 9, .limit_wei = 1000 };
	uint8_t good[TS_SPONSOR_BYTES], bytes[TS_SPONSOR_BYTES];
	size_t i;

	ts_sponsor_sign(&said, key, good);
	require(!ts_sponsor_decode(&said, good, sizeof(good)) && !ts_sponsor_check(&said, good));
	memcpy(bytes, good, sizeof(bytes));
	for (i = 0; i + 1 < size; i += 2)
		bytes[data[i] % sizeof(bytes)] ^= data[i + 1];
	if (memcmp(bytes, good, sizeof(bytes) - SIGNATURE_BYTES) &&
	    !ts_sponsor_decode(&said, bytes, sizeof(bytes)))
		require(ts_sponsor_check(&said, bytes));
	try(bytes, sizeof(bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t secret[TS_SECRET_BYTES] = { 1 };

	if (!key) {
		key = ts_signer_new(secret);
		atexit(stop);
	}
	try(data, size);
	spoil_one(data, size);
	return 0;
}
