// SPDX-License-Identifier: GPL-2.0
/* hello.c - "these are my radios". */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "relay/hello.h"
#include "photon/own.h"
#include "relay/wire.h"

#define WORD		"hello\n"
#define GROUP_BIT	1	/* of the first byte of a MAC */

/** ts_mac_equal() - the same device? */
bool ts_mac_equal(const struct ts_mac *a, const struct ts_mac *b)
{
	return !memcmp(a->b, b->b, TS_MAC_BYTES);
}

/* One device's: neither a group's nor nobody's. */
static bool is_of_device(const struct ts_mac *mac)
{
	static const struct ts_mac nobody;

	return !(mac->b[0] & GROUP_BIT) && !ts_mac_equal(mac, &nobody);
}

static bool are_good(const struct ts_hello *h)
{
	static const struct ts_mac unused;
	unsigned int i, j;

	if (!h->n_macs || h->n_macs > TS_HELLO_MACS_MAX)
		return false;
	for (i = 0; i < h->n_macs; i++) {
		if (!is_of_device(&h->macs[i]))
			return false;
		for (j = 0; j < i; j++)
			if (ts_mac_equal(&h->macs[i], &h->macs[j]))
				return false;
	}
	for (; i < TS_HELLO_MACS_MAX; i++)
		if (!ts_mac_equal(&h->macs[i], &unused))
			return false;
	return true;
}

/**
 * ts_hello_sign() - make the bytes
 * @h: what they say; places behind n_macs are zero
 * @key: of h->box
 * @bytes: where they go
 */
void ts_hello_sign(const struct ts_hello *h, const struct ts_signer *key,
		   uint8_t bytes[TS_HELLO_BYTES])
{
	uint8_t *out = ts_own_begin(bytes, WORD);

	out = ts_own_put(out, h->box.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &h->chain_id);
	out = ts_own_put(out, h->tokens_network.b, TS_ADDRESS_BYTES);
	out = ts_wire_put_uint(out, h->sequence, 8);
	out = ts_wire_put_uint(out, h->lifetime_s, 4);
	out = ts_wire_put_uint(out, h->relay_port, 2);
	out = ts_wire_put_uint(out, h->photon_port, 2);
	out = ts_own_put(out, h->originator.b, TS_MAC_BYTES);
	out = ts_wire_put_uint(out, h->n_macs, 1);
	out = ts_own_put(out, h->macs, sizeof(h->macs));
	assert(out == bytes + TS_HELLO_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_HELLO_BYTES, key);
}

/**
 * ts_hello_decode() - read the bytes
 * @h: what they say; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed.  Return: 0 or -EINVAL.
 */
int ts_hello_decode(struct ts_hello *h, const void *bytes, size_t len)
{
	const uint8_t *in = ts_wire_begun(bytes, len, TS_HELLO_BYTES, WORD);
	uint64_t lifetime_s, relay_port, photon_port, n_macs;

	if (!in)
		return -EINVAL;
	memset(h, 0, sizeof(*h));
	in = ts_own_get(h->box.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&h->chain_id, in);
	in = ts_own_get(h->tokens_network.b, in, TS_ADDRESS_BYTES);
	in = ts_wire_get_uint(&h->sequence, in, 8);
	in = ts_wire_get_uint(&lifetime_s, in, 4);
	in = ts_wire_get_uint(&relay_port, in, 2);
	in = ts_wire_get_uint(&photon_port, in, 2);
	in = ts_own_get(h->originator.b, in, TS_MAC_BYTES);
	in = ts_wire_get_uint(&n_macs, in, 1);
	ts_own_get(h->macs, in, sizeof(h->macs));
	h->lifetime_s = (uint32_t)lifetime_s;
	h->relay_port = (uint16_t)relay_port;
	h->photon_port = (uint16_t)photon_port;
	h->n_macs = (unsigned int)n_macs;
	if (!h->sequence || h->sequence > INT64_MAX || !h->lifetime_s ||
	    !h->relay_port || !is_of_device(&h->originator))
		return -EINVAL;
	return are_good(h) ? 0 : -EINVAL;
}

/** ts_hello_is_signed() - did the box that it names sign it? */
bool ts_hello_is_signed(const struct ts_hello *h,
			const uint8_t bytes[TS_HELLO_BYTES])
{
	return ts_wire_is_signed(bytes, TS_HELLO_BYTES, &h->box);
}
