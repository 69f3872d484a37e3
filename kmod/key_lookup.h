/* SPDX-License-Identifier: GPL-2.0 */
/* The look-up of a station, inline: every frame begins with it. */
#ifndef _TS_KEY_LOOKUP_H
#define _TS_KEY_LOOKUP_H

#include <linux/rhashtable.h>
#include "key.h"
#include "net.h"

#define TS_KEY_FACTORS 4
extern u64 ts_key_factors[TS_KEY_FACTORS];

/*
 * A sum of secret multiples, of which any two stations have the same with a chance
 * of 1 in 2^64.  To be told more than that one would have to see hashes; and only
 * who has an account is in the table.  Then mixed: of addresses in a row the sums
 * are in a row, too, and with some factors the lowest bits of all of them the same.
 * The table's own seed goes before that, or another would not part them.
 */
static inline u32 ts_key_hashfn(const void *data, u32 len, u32 seed)
{
	const u32 *w = data;
	u64 sum = ts_key_factors[3] ^ seed;

	sum += w[0] * ts_key_factors[0] + w[1] * ts_key_factors[1] +
	       w[2] * ts_key_factors[2];
	sum = (sum ^ sum >> 32) * 0xd6e8feb86659fd93ULL;
	return (u32)((sum ^ sum >> 29) >> 32);
}

/* Three words; the table's own comparison goes byte by byte. */
static inline int ts_key_cmpfn(struct rhashtable_compare_arg *arg, const void *obj)
{
	const u32 *a = arg->key, *b = (const u32 *)&((const struct ts_key_entry *)obj)->key;

	return (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]);
}

static const struct rhashtable_params ts_key_params = {
	.head_offset = offsetof(struct ts_key_entry, node),
	.key_offset = offsetof(struct ts_key_entry, key),
	.key_len = sizeof(struct ts_key),
	.hashfn = ts_key_hashfn,
	.obj_cmpfn = ts_key_cmpfn,
	.automatic_shrinking = true,
};

/**
 * ts_key_lookup_rcu() - as ts_key_lookup(), for the data path
 * @tn: the namespace
 * @key: the station
 *
 * Under RCU, which it does not take once more for each frame.
 *
 * Return: the entry, valid until rcu_read_unlock(), or NULL.
 */
static __always_inline struct ts_key_entry *
ts_key_lookup_rcu(struct ts_net *tn, const struct ts_key *key)
{
	return rhashtable_lookup(&tn->keys, key, ts_key_params);
}

#endif /* _TS_KEY_LOOKUP_H */
