// SPDX-License-Identifier: GPL-2.0
/* sponsor.c - "what I paid you, this station may spend, so much and so long". */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "photon/own.h"
#include "photon/sponsor.h"

#define SPONSOR		"sponsor\n"

/**
 * ts_sponsor_sign() - make the bytes
 * @sponsor: what is signed
 * @key: of its wallet
 * @bytes: where they go
 */
void ts_sponsor_sign(const struct ts_sponsor *sponsor, const struct ts_signer *key,
		     uint8_t bytes[TS_SPONSOR_BYTES])
{
	uint8_t *out = ts_own_begin(bytes, SPONSOR);

	out = ts_own_put(out, sponsor->box.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &sponsor->chain_id);
	out = ts_own_put(out, sponsor->token.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, sponsor->wallet.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, sponsor->mac, sizeof(sponsor->mac));
	out = ts_own_put_u64(out, sponsor->serial);
	out = ts_own_put_u64(out, sponsor->until_s);
	out = ts_own_put_u128(out, sponsor->limit_wei);
	out = ts_own_put_u128(out, sponsor->most_wei_per_gb);
	assert(out == bytes + TS_SPONSOR_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_SPONSOR_BYTES, key);
}

/* No station's: a group, or nobody. */
static bool is_station(const uint8_t mac[6])
{
	static const uint8_t nobody[6];

	return !(mac[0] & 1) && memcmp(mac, nobody, sizeof(nobody));
}

/**
 * ts_sponsor_decode() - read the bytes
 * @sponsor: where it goes; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed them.  Return: 0 or -EINVAL.
 */
int ts_sponsor_decode(struct ts_sponsor *sponsor, const void *bytes, size_t len)
{
	const uint8_t *in;

	if (len != TS_SPONSOR_BYTES)
		return -EINVAL;
	in = ts_own_after(bytes, SPONSOR);
	if (!in)
		return -EINVAL;
	in = ts_own_get(sponsor->box.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&sponsor->chain_id, in);
	in = ts_own_get(sponsor->token.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(sponsor->wallet.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(sponsor->mac, in, sizeof(sponsor->mac));
	in = ts_own_get_u64(&sponsor->serial, in);
	in = ts_own_get_u64(&sponsor->until_s, in);
	in = ts_own_get_u128(&sponsor->limit_wei, in);
	ts_own_get_u128(&sponsor->most_wei_per_gb, in);
	return sponsor->serial && sponsor->serial <= INT64_MAX &&
	       sponsor->until_s <= INT64_MAX && is_station(sponsor->mac) ? 0 : -EINVAL;
}

/**
 * ts_sponsor_check() - whether the wallet that it names has signed it
 * @sponsor: read from @bytes
 * @bytes: that ts_sponsor_decode() has read
 *
 * Return: 0, or -EINVAL: somebody else has, or nobody.
 */
int ts_sponsor_check(const struct ts_sponsor *sponsor,
		     const uint8_t bytes[TS_SPONSOR_BYTES])
{
	struct ts_address signer;

	if (ts_own_recover(bytes, TS_SPONSOR_BYTES, &signer) ||
	    !ts_address_equal(&signer, &sponsor->wallet))
		return -EINVAL;
	return 0;
}
