// SPDX-License-Identifier: GPL-2.0
/* tariff.c - "so much I ask". */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "relay/tariff.h"
#include "photon/own.h"
#include "relay/wire.h"

#define WORD	"tariff\n"

static const char *const names[TS_NO_INTERNET_COUNT] = {
	[TS_INTERNET_OFFERED] = "offered",
	[TS_INTERNET_NO_WAY] = "no_way",
	[TS_INTERNET_TOO_DEAR] = "upstream_too_dear",
	[TS_INTERNET_RISING] = "upstream_rising",
	[TS_INTERNET_LOW] = "upstream_low",
};

/** ts_no_internet_name() - Return: a stable word */
const char *ts_no_internet_name(unsigned int no_internet)
{
	return no_internet < TS_NO_INTERNET_COUNT ? names[no_internet] : "unknown";
}

/**
 * ts_relay_tariff_sign() - make the bytes
 * @t: what they say
 * @key: of t->box
 * @bytes: where they go
 */
void ts_relay_tariff_sign(const struct ts_relay_tariff *t,
			  const struct ts_signer *key,
			  uint8_t bytes[TS_RELAY_TARIFF_BYTES])
{
	uint8_t *out = ts_own_begin(bytes, WORD);

	out = ts_own_put(out, t->box.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &t->chain_id);
	out = ts_own_put(out, t->tokens_network.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, t->token.b, TS_ADDRESS_BYTES);
	out = ts_wire_put_uint(out, t->version, 8);
	out = ts_wire_put_uint(out, t->valid_in_s, 4);
	out = ts_wire_put_uint(out, t->rise_per_mille, 2);
	out = ts_wire_put_uint(out, t->no_internet, 1);
	out = ts_wire_put_prices(out, &t->prices);
	assert(out == bytes + TS_RELAY_TARIFF_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_RELAY_TARIFF_BYTES, key);
}

/**
 * ts_relay_tariff_decode() - read the bytes
 * @t: what they say; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed.  Return: 0 or -EINVAL.
 */
int ts_relay_tariff_decode(struct ts_relay_tariff *t, const void *bytes, size_t len)
{
	const uint8_t *in = ts_wire_begun(bytes, len, TS_RELAY_TARIFF_BYTES, WORD);
	uint64_t valid_in_s, rise_per_mille;

	if (!in)
		return -EINVAL;
	memset(t, 0, sizeof(*t));
	in = ts_own_get(t->box.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&t->chain_id, in);
	in = ts_own_get(t->tokens_network.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(t->token.b, in, TS_ADDRESS_BYTES);
	in = ts_wire_get_uint(&t->version, in, 8);
	in = ts_wire_get_uint(&valid_in_s, in, 4);
	in = ts_wire_get_uint(&rise_per_mille, in, 2);
	t->valid_in_s = (uint32_t)valid_in_s;
	t->rise_per_mille = (uint16_t)rise_per_mille;
	t->no_internet = *in++;
	ts_wire_get_prices(&t->prices, in);
	if (!t->version || t->version > INT64_MAX ||
	    t->no_internet >= TS_NO_INTERNET_COUNT || !ts_prices_valid(&t->prices))
		return -EINVAL;
	return 0;
}

/** ts_relay_tariff_is_signed() - did the box that it names sign it? */
bool ts_relay_tariff_is_signed(const struct ts_relay_tariff *t,
			       const uint8_t bytes[TS_RELAY_TARIFF_BYTES])
{
	return ts_wire_is_signed(bytes, TS_RELAY_TARIFF_BYTES, &t->box);
}
