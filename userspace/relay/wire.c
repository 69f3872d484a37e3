// SPDX-License-Identifier: GPL-2.0
/* wire.c - fields of what boxes sign for each other. */
#include <string.h>

#include "photon/own.h"
#include "relay/wire.h"

_Static_assert(TS_WIRE_PREFIX_BYTES == TS_OWN_PREFIX_BYTES,
	       "the prefix is as long as the forms say");

/** ts_wire_begin() - prefix and word; Return: behind them */
uint8_t *ts_wire_begin(uint8_t *out, const char *word)
{
	out = ts_wire_put(out, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES);
	return ts_wire_put(out, word, strlen(word));
}

/** ts_wire_begun() - Return: the first field, or NULL: it is no such form */
const uint8_t *ts_wire_begun(const void *in, size_t len, size_t whole,
			     const char *word)
{
	const uint8_t *bytes = in;

	if (len != whole || memcmp(bytes, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES) ||
	    memcmp(bytes + TS_OWN_PREFIX_BYTES, word, strlen(word)))
		return NULL;
	return bytes + TS_OWN_PREFIX_BYTES + strlen(word);
}

uint8_t *ts_wire_put(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

uint8_t *ts_wire_put_uint(uint8_t *out, uint64_t value, unsigned int bytes)
{
	unsigned int i;

	for (i = bytes; i > 0; i--) {
		out[i - 1] = (uint8_t)value;
		value >>= 8;
	}
	return out + bytes;
}

uint8_t *ts_wire_put_wei(uint8_t *out, ts_u128 wei)
{
	ts_u128_put(out, wei);
	return out + TS_U128_BYTES;
}

uint8_t *ts_wire_put_carried(uint8_t *out, const struct ts_carried *c)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			out = ts_wire_put_uint(out, c->bytes[service][dir], 8);
	return out;
}

uint8_t *ts_wire_put_prices(uint8_t *out, const struct ts_prices *p)
{
	int service, dir;

	*out++ = (uint8_t)p->unit_shift;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			out = ts_wire_put_uint(out, p->units[service][dir], 2);
	return out;
}

const uint8_t *ts_wire_get(void *out, const uint8_t *in, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

const uint8_t *ts_wire_get_uint(uint64_t *out, const uint8_t *in,
				unsigned int bytes)
{
	*out = 0;
	while (bytes--)
		*out = *out << 8 | *in++;
	return in;
}

const uint8_t *ts_wire_get_wei(ts_u128 *out, const uint8_t *in)
{
	*out = ts_u128_get(in);
	return in + TS_U128_BYTES;
}

const uint8_t *ts_wire_get_carried(struct ts_carried *c, const uint8_t *in)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			in = ts_wire_get_uint(&c->bytes[service][dir], in, 8);
	return in;
}

const uint8_t *ts_wire_get_prices(struct ts_prices *p, const uint8_t *in)
{
	int service, dir;
	uint64_t units;

	p->unit_shift = (int8_t)*in++;
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			in = ts_wire_get_uint(&units, in, 2);
			p->units[service][dir] = (uint16_t)units;
		}
	}
	return in;
}

/** ts_wire_sign() - the last field of @whole bytes */
void ts_wire_sign(uint8_t *bytes, size_t whole, const struct ts_signer *key)
{
	struct ts_signature signature;
	struct ts_hash digest;

	ts_keccak256(&digest, bytes, whole - TS_SIGNATURE_BYTES);
	ts_signer_sign(key, &digest, &signature);
	memcpy(bytes + whole - TS_SIGNATURE_BYTES, signature.b, TS_SIGNATURE_BYTES);
}

/** ts_wire_is_signed() - did @by sign it? */
bool ts_wire_is_signed(const uint8_t *bytes, size_t whole,
		       const struct ts_address *by)
{
	struct ts_signature signature;
	struct ts_address signer;
	struct ts_hash digest;

	memcpy(signature.b, bytes + whole - TS_SIGNATURE_BYTES, TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, whole - TS_SIGNATURE_BYTES);
	return !ts_signature_recover(&signature, &digest, &signer) &&
	       ts_address_equal(&signer, by);
}
