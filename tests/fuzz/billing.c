// SPDX-License-Identifier: GPL-2.0
/*
 * billing.c - fuzz: any bytes as a datagram, after the codec and into the
 * channel's checks; nothing may be credited without the payer's signature.
 *
 * The box is made once; its ledger lies in a temporary folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../unit/billing_box.h"

static struct box *box;
static struct ts_datagram good;

static void stop(void)
{
	box_teardown(box);
	free(box);
}

static void start(void)
{
	box = calloc(1, sizeof(*box));
	box_setup(box);
	/* A message that is right, for the fuzzer to spoil. */
	box_make(box, 0, 1000, -1, 1);
	good = box->wallets[0].message;
	atexit(stop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[TS_DATAGRAM_MAX_BYTES + 64];
	struct ts_billing_counters before, after;
	unsigned int answers;
	size_t len, i;

	if (!box)
		start();
	ts_billing_counters(box->billing, &before);
	answers = box->acks + box->refusals;
	len = size < sizeof(bytes) ? size : sizeof(bytes);
	memcpy(bytes, data, len);
	if (size && data[0] & 0x80) {
		/* Spoil the good one: pairs of offset and mask. */
		len = good.len;
		memcpy(bytes, good.b, len);
		for (i = 1; i + 1 < size; i += 2)
			bytes[data[i] % len] ^= data[i + 1];
		if (!memcmp(bytes, good.b, len))
			bytes[len - 1] ^= 1;
	}
	ts_billing_datagram(box->billing, bytes, len, 1001, &box->now);
	ts_billing_flush(box->billing, &box->now);
	ts_billing_counters(box->billing, &after);
	/* Exactly one answer, and no money. */
	if (box->acks + box->refusals != answers + 1 ||
	    after.payments != before.payments)
		abort();
	return 0;
}
