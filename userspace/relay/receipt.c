// SPDX-License-Identifier: GPL-2.0
/* receipt.c - "so much have I carried for you, and you for me". */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "relay/receipt.h"
#include "photon/own.h"
#include "relay/wire.h"

#define WORD	"receipt\n"

/* What no box gets to by carrying: sums of such amounts stay below 2^128. */
#define WEI_MAX		((ts_u128)1 << 126)
#define BYTES_MAX	((uint64_t)1 << 60)

/**
 * ts_receipt_sign() - make the bytes
 * @r: what they say
 * @key: of r->from
 * @bytes: where they go
 */
void ts_receipt_sign(const struct ts_relay_receipt *r, const struct ts_signer *key,
		     uint8_t bytes[TS_RECEIPT_BYTES])
{
	uint8_t *out = ts_own_begin(bytes, WORD);

	out = ts_own_put(out, r->from.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, r->to.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &r->chain_id);
	out = ts_own_put(out, r->tokens_network.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, r->token.b, TS_ADDRESS_BYTES);
	out = ts_wire_put_uint(out, r->number, 8);
	out = ts_wire_put_uint(out, r->seen, 8);
	out = ts_wire_put_uint(out, r->tariff_version, 8);
	out = ts_wire_put_carried(out, &r->sold);
	out = ts_wire_put_carried(out, &r->bought);
	out = ts_own_put_u128(out, r->sold_wei);
	out = ts_own_put_u128(out, r->bought_wei);
	out = ts_own_put_u128(out, r->received_wei);
	out = ts_own_put_u128(out, r->paid_wei);
	out = ts_own_put_u128(out, r->netted_wei);
	out = ts_own_put_u128(out, r->window_wei);
	assert(out == bytes + TS_RECEIPT_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_RECEIPT_BYTES, key);
}

static bool is_in_range(const struct ts_relay_receipt *r)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (r->sold.bytes[service][dir] > BYTES_MAX ||
			    r->bought.bytes[service][dir] > BYTES_MAX)
				return false;
	return r->number && r->number <= INT64_MAX && r->seen <= INT64_MAX && r->tariff_version <= INT64_MAX &&
	       r->sold_wei <= WEI_MAX && r->bought_wei <= WEI_MAX &&
	       r->received_wei <= WEI_MAX && r->paid_wei <= WEI_MAX &&
	       r->netted_wei <= WEI_MAX && r->window_wei <= WEI_MAX;
}

/**
 * ts_receipt_decode() - read the bytes
 * @r: what they say; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed.  Return: 0 or -EINVAL.
 */
int ts_receipt_decode(struct ts_relay_receipt *r, const void *bytes, size_t len)
{
	const uint8_t *in = ts_wire_begun(bytes, len, TS_RECEIPT_BYTES, WORD);

	if (!in)
		return -EINVAL;
	memset(r, 0, sizeof(*r));
	in = ts_own_get(r->from.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(r->to.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&r->chain_id, in);
	in = ts_own_get(r->tokens_network.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(r->token.b, in, TS_ADDRESS_BYTES);
	in = ts_wire_get_uint(&r->number, in, 8);
	in = ts_wire_get_uint(&r->seen, in, 8);
	in = ts_wire_get_uint(&r->tariff_version, in, 8);
	in = ts_wire_get_carried(&r->sold, in);
	in = ts_wire_get_carried(&r->bought, in);
	in = ts_own_get_u128(&r->sold_wei, in);
	in = ts_own_get_u128(&r->bought_wei, in);
	in = ts_own_get_u128(&r->received_wei, in);
	in = ts_own_get_u128(&r->paid_wei, in);
	in = ts_own_get_u128(&r->netted_wei, in);
	ts_own_get_u128(&r->window_wei, in);
	return is_in_range(r) ? 0 : -EINVAL;
}

/** ts_receipt_is_signed() - did the box that it names sign it? */
bool ts_receipt_is_signed(const struct ts_relay_receipt *r,
			  const uint8_t bytes[TS_RECEIPT_BYTES])
{
	return ts_wire_is_signed(bytes, TS_RECEIPT_BYTES, &r->from);
}
