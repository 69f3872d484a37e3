// SPDX-License-Identifier: GPL-2.0
/*
 * Cases of key.c: stations with addresses in a row, as a maker of devices gives
 * them, whatever the secrets are.  The table refuses a station whose bucket is long.
 */

#include <linux/init.h>
#include <linux/kernel.h>

#define KEY_STATIONS 192
#define KEY_BUCKETS 256
/* At which rhashtable gives up, unless it can grow at once. */
#define KEY_CHAIN_MAX 16

/* Return: the longest chain with the factors of now. */
static u8 __init longest_chain(void)
{
	struct ts_key key = { .mac = { 2 }, .zone = 7 };
	u8 chain[KEY_BUCKETS] = {}, longest = 0, *c;
	unsigned int i;

	for (i = 0; i < KEY_STATIONS; i++) {
		key.mac[ETH_ALEN - 1] = i;
		c = &chain[ts_key_hashfn(&key, sizeof(key), 0) % KEY_BUCKETS];
		longest = max(longest, ++*c);
	}
	return longest;
}

/* Factors that leave the lowest bits of the upper half of a product alone. */
int __init ts_key_selftest(void)
{
	unsigned int bit, i;

	for (bit = 33; bit < 64; bit++) {
		for (i = 0; i < TS_KEY_FACTORS; i++)
			ts_key_factors[i] = BIT_ULL(bit) | 1;
		if (longest_chain() > KEY_CHAIN_MAX)
			return bit;
	}
	return 0;
}
