// SPDX-License-Identifier: GPL-2.0
/*
 * tables.c - rows, as many as there is room for.
 *
 * While it is filled, a full table is a heap with the row on top that is the
 * first to give way; then it is sorted by what its rows are about.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/tables.h"

/* Above the hash: what was there the last time, what is new, what is spare. */
#define RANK_NEW	(1ull << 62)
#define RANK_SPARE	(2ull << 62)
#define RANK_HASH	(RANK_NEW - 1)

_Static_assert(TS_BATADV_HASH_KEY_SIZE == crypto_shorthash_KEYBYTES, "key of the hash");

static void init(struct ts_batadv_rows *rows, size_t size, size_t key_len,
		 unsigned int max)
{
	rows->size = size;
	rows->key_len = key_len;
	rows->max = max;
}

/**
 * ts_batadv_tables_init() - empty tables
 * @t: whatever it was; freed with ts_batadv_tables_free()
 * @hash_key: random, and known to nobody else
 */
void ts_batadv_tables_init(struct ts_batadv_tables *t,
			   const uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE])
{
	memset(t, 0, sizeof(*t));
	memcpy(t->hash_key, hash_key, sizeof(t->hash_key));
	init(&t->hardifs, sizeof(struct ts_batadv_hardif), TS_MAC_LEN,
	     TS_BATADV_HARDIFS_MAX);
	init(&t->neighbours, sizeof(struct ts_batadv_neighbour), TS_MAC_LEN,
	     TS_BATADV_NEIGHBOURS_MAX);
	init(&t->originators, sizeof(struct ts_batadv_originator), TS_MAC_LEN,
	     TS_BATADV_ORIGINATORS_MAX);
	init(&t->gateways, sizeof(struct ts_batadv_gateway), TS_MAC_LEN,
	     TS_BATADV_GATEWAYS_MAX);
	init(&t->global, sizeof(struct ts_batadv_client),
	     offsetof(struct ts_batadv_client, orig), TS_BATADV_CLIENTS_MAX);
	init(&t->local, sizeof(struct ts_batadv_client),
	     offsetof(struct ts_batadv_client, orig), TS_BATADV_CLIENTS_MAX);
}

static void free_rows(struct ts_batadv_rows *rows)
{
	free(rows->row);
	free(rows->rank);
	rows->row = NULL;
	rows->rank = NULL;
	rows->n = 0;
	rows->room = 0;
}

/** ts_batadv_tables_free() - what the tables own; may be called twice */
void ts_batadv_tables_free(struct ts_batadv_tables *t)
{
	free_rows(&t->hardifs);
	free_rows(&t->neighbours);
	free_rows(&t->originators);
	free_rows(&t->gateways);
	free_rows(&t->global);
	free_rows(&t->local);
}

/** ts_batadv_rows_clear() - begin to fill the table anew */
void ts_batadv_rows_clear(struct ts_batadv_rows *rows)
{
	rows->n = 0;
	rows->dropped = 0;
}

static void *at(const struct ts_batadv_rows *rows, unsigned int i)
{
	return (char *)rows->row + i * rows->size;
}

static int make_room(struct ts_batadv_rows *rows)
{
	unsigned int room = rows->room ? 2 * rows->room : 16;
	uint64_t *rank;
	void *row;

	if (rows->n < rows->room)
		return 0;
	if (room > rows->max)
		room = rows->max;
	row = reallocarray(rows->row, room, rows->size);
	if (!row)
		return -ENOMEM;
	rows->row = row;
	rank = reallocarray(rows->rank, room, sizeof(*rank));
	if (!rank)
		return -ENOMEM;
	rows->rank = rank;
	rows->room = room;
	return 0;
}

static void put(struct ts_batadv_rows *rows, unsigned int i, const void *row,
		uint64_t rank)
{
	memcpy(at(rows, i), row, rows->size);
	rows->rank[i] = rank;
}

static void sift_up(struct ts_batadv_rows *rows, unsigned int i, const void *row,
		    uint64_t rank)
{
	while (i && rows->rank[(i - 1) / 2] < rank) {
		put(rows, i, at(rows, (i - 1) / 2), rows->rank[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(rows, i, row, rank);
}

static void sift_down(struct ts_batadv_rows *rows, const void *row, uint64_t rank)
{
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < rows->n) {
		if (child + 1 < rows->n && rows->rank[child + 1] > rows->rank[child])
			child++;
		if (rows->rank[child] <= rank)
			break;
		put(rows, i, at(rows, child), rows->rank[child]);
		i = child;
	}
	put(rows, i, row, rank);
}

static uint64_t rank_of(const struct ts_batadv_tables *t,
			const struct ts_batadv_rows *rows,
			const struct ts_batadv_rows *last, const void *row, bool first)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, row, rows->key_len, t->hash_key);
	hash &= RANK_HASH;
	if (!first)
		return hash | RANK_SPARE;
	if (last && ts_batadv_rows_find(last, row, rows->key_len, NULL))
		return hash;
	return hash | RANK_NEW;
}

/**
 * ts_batadv_rows_add() - one more row, if there is a place for it
 * @t: the tables, for the key of the hash
 * @rows: one of them
 * @last: the same table the last time, sorted; what is in it has precedence.
 *	NULL: there is none
 * @row: copied
 * @first: false: all that are true have precedence
 *
 * What has no place is counted.
 *
 * Return: 0 or -ENOMEM.
 */
int ts_batadv_rows_add(struct ts_batadv_tables *t, struct ts_batadv_rows *rows,
		       const struct ts_batadv_rows *last, const void *row, bool first)
{
	uint64_t rank = rank_of(t, rows, last, row, first);

	if (rows->n < rows->max) {
		if (make_room(rows))
			return -ENOMEM;
		sift_up(rows, rows->n++, row, rank);
		return 0;
	}
	rows->dropped++;
	if (rank < rows->rank[0])
		sift_down(rows, row, rank);
	return 0;
}

static int compare(const void *a, const void *b, void *size)
{
	return memcmp(a, b, *(size_t *)size);
}

/* Dumps that were disturbed may say something twice. */
static void sort(struct ts_batadv_rows *rows)
{
	unsigned int i, n = 0;

	if (rows->n)
		qsort_r(rows->row, rows->n, rows->size, compare, &rows->size);
	for (i = 0; i < rows->n; i++)
		if (!n || memcmp(at(rows, n - 1), at(rows, i), rows->size))
			memmove(at(rows, n++), at(rows, i), rows->size);
	rows->n = n;
}

/** ts_batadv_tables_sort() - all are filled: none will be added to any more */
void ts_batadv_tables_sort(struct ts_batadv_tables *t)
{
	sort(&t->hardifs);
	sort(&t->neighbours);
	sort(&t->originators);
	sort(&t->gateways);
	sort(&t->global);
	sort(&t->local);
}

/**
 * ts_batadv_rows_find() - rows that begin with a key
 * @rows: sorted
 * @key: what they begin with
 * @len: bytes of it
 * @n: set to how many there are in a row; may be NULL
 *
 * Return: the first of them, or NULL.
 */
const void *ts_batadv_rows_find(const struct ts_batadv_rows *rows, const void *key,
				size_t len, unsigned int *n)
{
	unsigned int low = 0, high = rows->n, end;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (memcmp(at(rows, middle), key, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < rows->n && !memcmp(at(rows, end), key, len)) {
		end++;
		if (!n)
			break;
	}
	if (n)
		*n = end - low;
	return end > low ? at(rows, low) : NULL;
}

/* Is there a row for that key?  @best: one that is the best way. */
static bool says(const struct ts_batadv_rows *is, const void *key, bool best,
		 size_t best_at)
{
	unsigned int n = 0, i;
	const char *row;

	row = ts_batadv_rows_find(is, key, is->key_len, best ? &n : NULL);
	if (!best)
		return row;
	for (i = 0; i < n; i++)
		if (*(const bool *)(row + i * is->size + best_at))
			return true;
	return false;
}

static int carry_originators(struct ts_batadv_tables *t, const struct ts_batadv_tables *last,
			     struct ts_batadv_rows *is)
{
	const struct ts_batadv_originator *row = last->originators.row;
	unsigned int i;

	for (i = 0; i < last->originators.n; i++) {
		struct ts_batadv_originator again = row[i];

		if (again.carried ||
		    says(is, again.orig, again.best, offsetof(struct ts_batadv_originator, best)))
			continue;
		again.carried = true;
		if (ts_batadv_rows_add(t, &t->originators, &last->originators, &again,
				       again.best))
			return -ENOMEM;
	}
	return 0;
}

static int carry_clients(struct ts_batadv_tables *t, const struct ts_batadv_tables *last,
			 struct ts_batadv_rows *is)
{
	const struct ts_batadv_client *row = last->global.row;
	unsigned int i;

	for (i = 0; i < last->global.n; i++) {
		struct ts_batadv_client again = row[i];

		if (again.carried ||
		    says(is, again.mac, again.best, offsetof(struct ts_batadv_client, best)))
			continue;
		again.carried = true;
		if (ts_batadv_rows_add(t, &t->global, &last->global, &again, again.best))
			return -ENOMEM;
	}
	return 0;
}

/* The rows as they are now, to look up in while more are added to the table. */
static int snapshot(const struct ts_batadv_rows *rows, struct ts_batadv_rows *copy)
{
	*copy = *rows;
	copy->rank = NULL;
	copy->row = malloc(rows->n * rows->size + 1);
	if (!copy->row)
		return -ENOMEM;
	if (rows->n)
		memcpy(copy->row, rows->row, rows->n * rows->size);
	sort(copy);
	return 0;
}

static int carry(struct ts_batadv_tables *t, const struct ts_batadv_tables *last,
		 const struct ts_batadv_rows *rows,
		 int (*fn)(struct ts_batadv_tables *, const struct ts_batadv_tables *,
			   struct ts_batadv_rows *))
{
	struct ts_batadv_rows is;
	int ret = snapshot(rows, &is);

	if (!ret) {
		ret = fn(t, last, &is);
		free(is.row);
	}
	return ret;
}

/**
 * ts_batadv_tables_carry() - believe only the second time that something is gone
 * @t: filled, not sorted yet
 * @last: as it was before, sorted; of the same mesh device
 *
 * batman-adv (2022.3 and 2024.2) marks a disturbed dump of its hard interfaces,
 * gateways and local translations, not one of its originators, neighbours or
 * global translations: a cursor of places in lists goes on where others stand by
 * then.  Such a dump may pass over what is there, or the best way of it alone,
 * which changed from a row that had not been told to one that had.  A route that
 * comes and goes with it would let traffic pass unpaid, so who is not there at
 * all, or has no best way, is taken over from the last time, once.  Neighbours
 * are not: what they lead to says them, too.
 *
 * Return: 0 or -ENOMEM.
 */
int ts_batadv_tables_carry(struct ts_batadv_tables *t, const struct ts_batadv_tables *last)
{
	int ret = carry(t, last, &t->originators, carry_originators);

	return ret ? ret : carry(t, last, &t->global, carry_clients);
}
