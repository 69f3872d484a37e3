// SPDX-License-Identifier: GPL-2.0
/* pick.c - see pick.h */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/pick.h"

/** struct choice - a MAC and who goes first: low stays */
struct choice {
	uint64_t rank;
	uint8_t mac[TS_MAC_LEN];
};

static int by_mac(const void *a, const void *b)
{
	return memcmp(a, b, TS_MAC_LEN);
}

static int by_rank(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return memcmp(x->mac, y->mac, TS_MAC_LEN);
}

/**
 * ts_macs_add() - one more, while the set is gathered
 * @set: in any order until ts_macs_pick()
 * @mac: copied
 *
 * Return: 0 or -ENOMEM.
 */
int ts_macs_add(struct ts_macs *set, const uint8_t mac[TS_MAC_LEN])
{
	void *more;

	/* Room for 16, 32, 64 and so on. */
	if (!set->n || (set->n >= 16 && !(set->n & (set->n - 1)))) {
		more = reallocarray(set->mac, set->n ? 2 * set->n : 16, TS_MAC_LEN);
		if (!more)
			return -ENOMEM;
		set->mac = more;
	}
	memcpy(set->mac[set->n++], mac, TS_MAC_LEN);
	return 0;
}

static int limit(struct ts_macs *set, const struct ts_macs *last, unsigned int max,
		 const uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE])
{
	struct choice *all = calloc(set->n, sizeof(*all));
	unsigned int i;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < set->n; i++) {
		memcpy(all[i].mac, set->mac[i], TS_MAC_LEN);
		crypto_shorthash((unsigned char *)&all[i].rank, all[i].mac, TS_MAC_LEN,
				 hash_key);
		all[i].rank >>= 1;
		if (!ts_macs_have(last, all[i].mac))
			all[i].rank |= 1ull << 63;
	}
	qsort(all, set->n, sizeof(*all), by_rank);
	for (i = 0; i < max; i++)
		memcpy(set->mac[i], all[i].mac, TS_MAC_LEN);
	set->n = max;
	free(all);
	return 0;
}

/**
 * ts_macs_pick() - all are added: sort them, and keep no more than are allowed
 * @set: the set
 * @last: as it was before; these stay first
 * @max: how many may stay
 * @hash_key: of the others those with the lowest hash stay
 *
 * Return: 0 or -ENOMEM.
 */
int ts_macs_pick(struct ts_macs *set, const struct ts_macs *last, unsigned int max,
		 const uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE])
{
	unsigned int i, n = 0;
	int ret = 0;

	if (!set->n)
		return 0;
	qsort(set->mac, set->n, TS_MAC_LEN, by_mac);
	for (i = 0; i < set->n; i++)
		if (!n || memcmp(set->mac[n - 1], set->mac[i], TS_MAC_LEN))
			memmove(set->mac[n++], set->mac[i], TS_MAC_LEN);
	set->n = n;
	if (n > max) {
		ret = limit(set, last, max, hash_key);
		qsort(set->mac, set->n, TS_MAC_LEN, by_mac);
	}
	return ret;
}

/** ts_macs_have() - Return: whether a picked set has a MAC */
bool ts_macs_have(const struct ts_macs *set, const uint8_t mac[TS_MAC_LEN])
{
	return set->n && bsearch(mac, set->mac, set->n, TS_MAC_LEN, by_mac);
}

/** ts_macs_equal() - Return: whether two picked sets are the same */
bool ts_macs_equal(const struct ts_macs *a, const struct ts_macs *b)
{
	return a->n == b->n && (!a->n || !memcmp(a->mac, b->mac, a->n * TS_MAC_LEN));
}

/** ts_macs_free() - leaves an empty set */
void ts_macs_free(struct ts_macs *set)
{
	free(set->mac);
	set->mac = NULL;
	set->n = 0;
}
