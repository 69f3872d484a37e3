// SPDX-License-Identifier: GPL-2.0
/* wire.c - fields of what boxes sign for each other. */
#include "photon/own.h"
#include "relay/wire.h"

/** ts_wire_begun() - Return: the first field, or NULL: it is no such form */
const uint8_t *ts_wire_begun(const void *in, size_t len, size_t whole,
			     const char *word)
{
	return len == whole ? ts_own_after(in, word) : NULL;
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

const uint8_t *ts_wire_get_uint(uint64_t *out, const uint8_t *in,
				unsigned int bytes)
{
	*out = 0;
	while (bytes--)
		*out = *out << 8 | *in++;
	return in;
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

/** ts_wire_is_signed() - did @by sign it? */
bool ts_wire_is_signed(const uint8_t *bytes, size_t whole,
		       const struct ts_address *by)
{
	struct ts_address signer;

	return !ts_own_recover(bytes, whole, &signer) && ts_address_equal(&signer, by);
}
