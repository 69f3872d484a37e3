// SPDX-License-Identifier: GPL-2.0
/* reply.c - who waits for the answer to a datagram. */
#include <string.h>

#include "tsd/reply.h"

/** ts_reply_init() - nobody waits */
void ts_reply_init(struct ts_replies *r)
{
	uint32_t i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < TS_REPLY_SLOTS; i++)
		r->slots[i].next_free = i + 2 <= TS_REPLY_SLOTS ? i + 2 : 0;
	r->free = 1;
}

/**
 * ts_reply_add() - somebody begins to wait
 * @r: all who wait
 *
 * Return: the place, with its number set, the rest to be filled in; NULL: all
 * are taken.
 */
struct ts_reply *ts_reply_add(struct ts_replies *r)
{
	struct ts_reply *slot;
	uint32_t i;

	if (!r->free)
		return NULL;
	i = r->free - 1;
	slot = &r->slots[i];
	r->free = slot->next_free;
	/* Never 0, and never the same number twice. */
	slot->number = ++r->uses * TS_REPLY_SLOTS + i;
	return slot;
}

/** ts_reply_find() - who waits under a number, and goes on waiting, or NULL */
const struct ts_reply *ts_reply_find(const struct ts_replies *r,
				     uint64_t number)
{
	const struct ts_reply *slot = &r->slots[number % TS_REPLY_SLOTS];

	return number && slot->number == number ? slot : NULL;
}

/**
 * ts_reply_take() - the answer is there
 * @r: all who wait
 * @number: whose
 * @out: who it was; the place is empty again
 *
 * Return: false when nobody of this number waits.
 */
bool ts_reply_take(struct ts_replies *r, uint64_t number, struct ts_reply *out)
{
	uint32_t i = number % TS_REPLY_SLOTS;
	struct ts_reply *slot = &r->slots[i];

	if (!number || slot->number != number)
		return false;
	*out = *slot;
	slot->number = 0;
	slot->next_free = r->free;
	r->free = i + 1;
	return true;
}
