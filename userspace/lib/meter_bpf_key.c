// SPDX-License-Identifier: GPL-2.0
/*
 * Stations to accounts: 4-way buckets in a mapped array, and a hash for what
 * does not fit.
 *
 * A removed key leaves its station part in the slot: a program may be about
 * to compare it.  The slot is in limbo until a grace period has passed for
 * whatever reason; only who finds no other slot waits for one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

static struct ts_key_bucket *bucket_of(const struct ts_bpf *b, uint64_t a, uint32_t zone)
{
	return &b->keys[ts_key_hash(a, zone, b->meta->seed) & (b->meta->key_buckets - 1)];
}

static struct ts_overflow_key overflow_key(const struct ts_key *key)
{
	return (struct ts_overflow_key){
		.a = ts_key_a(key->mac, key->vlan),
		.zone = key->zone,
	};
}

/** ts_bpf_key_from_line() - the station of ts_key_a() and zone */
void ts_bpf_key_from_line(uint64_t a, uint32_t zone, struct ts_key *key)
{
	int i;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < 6; i++)
		key->mac[i] = a >> (8 * i);
	key->vlan = a >> 48;
	key->zone = zone;
}

static struct ts_key_slot *find_slot(struct ts_key_bucket *bucket, uint64_t a, uint32_t zone)
{
	struct ts_key_slot *slot;
	int i;

	for (i = 0; i < TS_KEY_SLOTS; i++) {
		slot = &bucket->slot[i];
		if (slot->a == a && slot->b >> 32 == zone && slot->b & TS_KEY_ID_MASK)
			return slot;
	}
	return NULL;
}

/** ts_bpf_key_find() - Return: the account of a station, 0: it has none */
uint32_t ts_bpf_key_find(const struct ts_bpf *b, const struct ts_key *key)
{
	struct ts_overflow_key over = overflow_key(key);
	struct ts_key_bucket *bucket = bucket_of(b, over.a, key->zone);
	struct ts_key_slot *slot = find_slot(bucket, over.a, key->zone);
	uint32_t id = 0;

	if (slot)
		return slot->b & TS_KEY_ID_MASK;
	if (!(bucket->slot[0].b & TS_KEY_F_OVERFLOW))
		return 0;
	return bpf_map_lookup_elem(b->map[TS_MAP_KEYS_OVERFLOW], &over, &id) ? 0 : id;
}

/* Keeps the bucket's overflow bit, which lives in its first slot. */
static void store_b(struct ts_key_bucket *bucket, struct ts_key_slot *slot, uint64_t b)
{
	if (slot == &bucket->slot[0])
		b |= slot->b & TS_KEY_F_OVERFLOW;
	__atomic_store_n(&slot->b, b, __ATOMIC_RELEASE);
}

static struct ts_key_slot *free_slot(struct ts_key_bucket *bucket, uint64_t a, bool *limbo)
{
	struct ts_key_slot *slot, *unused = NULL;
	int i;

	*limbo = false;
	for (i = 0; i < TS_KEY_SLOTS; i++) {
		slot = &bucket->slot[i];
		if (slot->b & TS_KEY_ID_MASK)
			continue;
		/* The same station again needs no wait: no half can be wrong. */
		if (slot->a == a)
			return slot;
		if (!slot->a && !unused)
			unused = slot;
		*limbo |= slot->a != 0;
	}
	return unused;
}

/**
 * ts_bpf_key_add() - a station of an account, known to have no other
 * @b: the meter, locked
 * @key: the station
 * @id: an account whose line is complete
 *
 * Return: 0, -ENOSPC, or negative errno.
 */
int ts_bpf_key_add(struct ts_bpf *b, const struct ts_key *key, uint32_t id)
{
	struct ts_overflow_key over = overflow_key(key);
	struct ts_key_bucket *bucket = bucket_of(b, over.a, key->zone);
	struct ts_key_slot *slot;
	bool limbo;
	int ret;

	slot = free_slot(bucket, over.a, &limbo);
	if (!slot && limbo) {
		ts_bpf_grace(b);
		slot = free_slot(bucket, over.a, &limbo);
	}
	if (slot) {
		__atomic_store_n(&slot->a, over.a, __ATOMIC_RELAXED);
		store_b(bucket, slot, ts_key_b(key->zone, id));
		return 0;
	}
	ret = bpf_map_update_elem(b->map[TS_MAP_KEYS_OVERFLOW], &over, &id, BPF_ANY);
	if (ret)
		return ts_meter_fail(&b->base, ret == -E2BIG ? -ENOSPC : ret,
				     "no room for another station: %s", strerror(-ret));
	__atomic_or_fetch(&bucket->slot[0].b, TS_KEY_F_OVERFLOW, __ATOMIC_RELEASE);
	return 0;
}

/** ts_bpf_key_limbo() - remember a slot to be reused after a grace period */
int ts_bpf_key_limbo(struct ts_bpf *b, struct ts_key_slot *slot)
{
	struct ts_key_slot **limbo = b->limbo;

	/* Grown in steps of 64; without memory the slot is found at the next start. */
	if (b->n_limbo % 64 == 0) {
		limbo = realloc(limbo, (b->n_limbo + 64) * sizeof(*limbo));
		if (!limbo)
			return -ENOMEM;
		b->limbo = limbo;
	}
	b->limbo[b->n_limbo++] = slot;
	return 0;
}

/**
 * ts_bpf_key_remove() - a station leaves its account
 * @b: the meter, locked
 * @key: the station
 * @id: the account; a key of another is not touched
 *
 * A program that began before may still charge the account: whoever makes the
 * account's line anew waits for a grace period first.
 */
void ts_bpf_key_remove(struct ts_bpf *b, const struct ts_key *key, uint32_t id)
{
	struct ts_overflow_key over = overflow_key(key);
	struct ts_key_bucket *bucket = bucket_of(b, over.a, key->zone);
	struct ts_key_slot *slot = find_slot(bucket, over.a, key->zone);
	uint32_t owner;

	if (slot && (slot->b & TS_KEY_ID_MASK) == id) {
		store_b(bucket, slot, 0);
		ts_bpf_key_limbo(b, slot);
		return;
	}
	if (!bpf_map_lookup_elem(b->map[TS_MAP_KEYS_OVERFLOW], &over, &owner) && owner == id)
		bpf_map_delete_elem(b->map[TS_MAP_KEYS_OVERFLOW], &over);
}

/** ts_bpf_key_reuse() - a grace period has passed: limbo is over */
void ts_bpf_key_reuse(struct ts_bpf *b)
{
	struct ts_key_slot *slot;
	size_t i, n;

	for (i = 0; i < b->n_limbo; i++) {
		slot = b->limbo[i];
		/* The same station may have come back to it. */
		if (slot->b & TS_KEY_ID_MASK)
			continue;
		n = slot - &b->keys[0].slot[0];
		b->key_ports[n / TS_KEY_SLOTS].slot[n % TS_KEY_SLOTS] = 0;
		__atomic_store_n(&slot->a, 0, __ATOMIC_RELEASE);
	}
	b->n_limbo = 0;
}

/**
 * ts_bpf_key_each() - every key of the table
 * @b: the meter
 * @cb: called with the station and its account; may remove that key
 *
 * Also puts slots into limbo that an earlier process left there.
 *
 * Return: 0 or -ENOMEM.
 */
int ts_bpf_key_each(struct ts_bpf *b,
		    void (*cb)(struct ts_bpf *b, const struct ts_key *key, uint32_t id))
{
	size_t n = (size_t)b->meta->key_buckets * TS_KEY_SLOTS, i;
	struct ts_overflow_key over, next, *prev = NULL;
	struct ts_key_slot *slot;
	struct ts_key key;
	uint32_t id;

	for (i = 0; i < n; i++) {
		slot = &b->keys[0].slot[0] + i;
		if (!slot->a)
			continue;
		if (!(slot->b & TS_KEY_ID_MASK)) {
			if (ts_bpf_key_limbo(b, slot))
				return -ENOMEM;
			continue;
		}
		ts_bpf_key_from_line(slot->a, slot->b >> 32, &key);
		cb(b, &key, slot->b & TS_KEY_ID_MASK);
	}
	while (!bpf_map_get_next_key(b->map[TS_MAP_KEYS_OVERFLOW], prev, &next)) {
		over = next;
		prev = &over;
		if (bpf_map_lookup_elem(b->map[TS_MAP_KEYS_OVERFLOW], &over, &id))
			continue;
		ts_bpf_key_from_line(over.a, over.zone, &key);
		cb(b, &key, id);
	}
	return 0;
}
