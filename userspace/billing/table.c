// SPDX-License-Identifier: GPL-2.0
/*
 * table.c - a hash table with a secret.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "billing/table.h"

#define SLOTS_MIN	64

/**
 * ts_table_init() - an empty table
 * @t: the table
 * @secret: bytes that nobody can guess
 *
 * Return: 0 or -ENOMEM.
 */
int ts_table_init(struct ts_table *t,
		  const uint8_t secret[TS_TABLE_SECRET_BYTES])
{
	_Static_assert(TS_TABLE_SECRET_BYTES == crypto_shorthash_KEYBYTES,
		       "the secret keys SipHash");

	memset(t, 0, sizeof(*t));
	memcpy(t->secret, secret, sizeof(t->secret));
	t->slots = calloc(SLOTS_MIN, sizeof(*t->slots));
	if (!t->slots)
		return -ENOMEM;
	t->n_slots = SLOTS_MIN;
	return 0;
}

/* The members stay the caller's; none may be looked for any more. */
void ts_table_free(struct ts_table *t)
{
	free(t->slots);
	memset(t, 0, sizeof(*t));
}

static uint64_t hash_of(const struct ts_table *t, const void *name, size_t len)
{
	uint64_t hash;

	crypto_shorthash((uint8_t *)&hash, name, len, t->secret);
	return hash;
}

static void link_in(struct ts_table *t, struct ts_table_node *node)
{
	struct ts_table_node **slot = &t->slots[node->hash & (t->n_slots - 1)];

	node->next = *slot;
	if (node->next)
		node->next->at = &node->next;
	node->at = slot;
	*slot = node;
}

/* Without memory the chains just get longer. */
static void grow(struct ts_table *t)
{
	struct ts_table_node **old = t->slots, *node, *next;
	size_t n_old = t->n_slots, i;

	t->slots = calloc(n_old * 2, sizeof(*t->slots));
	if (!t->slots) {
		t->slots = old;
		return;
	}
	t->n_slots = n_old * 2;
	for (i = 0; i < n_old; i++) {
		for (node = old[i]; node; node = next) {
			next = node->next;
			link_in(t, node);
		}
	}
	free(old);
}

/**
 * ts_table_add() - put a member in
 * @t: the table
 * @node: its place, in no table
 * @name: what it is found by; names need not be unique
 * @len: of @name
 */
void ts_table_add(struct ts_table *t, struct ts_table_node *node,
		  const void *name, size_t len)
{
	if (t->count >= t->n_slots)
		grow(t);
	node->hash = hash_of(t, name, len);
	link_in(t, node);
	t->count++;
}

/** ts_table_remove() - take a member out; one that is in no table is let be */
void ts_table_remove(struct ts_table *t, struct ts_table_node *node)
{
	if (!node->at)
		return;
	*node->at = node->next;
	if (node->next)
		node->next->at = node->at;
	node->at = NULL;
	t->count--;
}

static struct ts_table_node *same(struct ts_table_node *node, uint64_t hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

/**
 * ts_table_first() - members that may have a name
 * @t: the table
 * @name: what is looked for
 * @len: of @name
 *
 * Equal hashes are not yet equal names: the caller compares, and goes on with
 * ts_table_next().  Return: the first, or NULL.
 */
struct ts_table_node *ts_table_first(const struct ts_table *t, const void *name,
				     size_t len)
{
	uint64_t hash = hash_of(t, name, len);

	return same(t->slots[hash & (t->n_slots - 1)], hash);
}

struct ts_table_node *ts_table_next(const struct ts_table_node *node)
{
	return same(node->next, node->hash);
}
