/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - find by what strangers can choose: a hash table with a secret.
 *
 * Stations choose their addresses and payers their codes, so the hash is SipHash
 * under a random key: nobody can make up names that share a chain.  Nodes live
 * inside of what is found; the table owns nothing but its slots.
 */
#ifndef TS_BILLING_TABLE_H
#define TS_BILLING_TABLE_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct ts_table_node - a member's place
 * @next: in the chain
 * @at: what points here; NULL: in no table
 * @hash: of its name
 */
struct ts_table_node {
	struct ts_table_node *next;
	struct ts_table_node **at;
	uint64_t hash;
};

#define TS_TABLE_SECRET_BYTES	16

/**
 * struct ts_table - the table
 * @slots: heads of chains
 * @n_slots: a power of two
 * @count: members
 * @secret: keys the hash
 */
struct ts_table {
	struct ts_table_node **slots;
	size_t n_slots;
	size_t count;
	uint8_t secret[TS_TABLE_SECRET_BYTES];
};

int ts_table_init(struct ts_table *t,
		  const uint8_t secret[TS_TABLE_SECRET_BYTES]);
void ts_table_free(struct ts_table *t);
void ts_table_add(struct ts_table *t, struct ts_table_node *node,
		  const void *name, size_t len);
void ts_table_remove(struct ts_table *t, struct ts_table_node *node);
struct ts_table_node *ts_table_first(const struct ts_table *t, const void *name,
				     size_t len);
struct ts_table_node *ts_table_next(const struct ts_table_node *node);

/* What @node is the @member of; NULL stays NULL. */
#define ts_table_entry(node, type, member) ({				\
	struct ts_table_node *node_ = (node);				\
	node_ ? (type *)((char *)node_ - offsetof(type, member)) : NULL; })

#endif /* TS_BILLING_TABLE_H */
