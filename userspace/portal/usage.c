// SPDX-License-Identifier: GPL-2.0
/*
 * usage.c - what sessions used lately, of those that somebody looks at.
 *
 * In memory alone: a picture for people, of which nothing is billed.  It is fed
 * when a session is shown, so who looks at nothing costs nothing.
 */
#include <string.h>

#include "portal/usage.h"

#define NS_PER_S	1000000000ull
#define SLOT_NS		(TS_USAGE_SLOT_S * NS_PER_S)
/* Shorter says nothing of the speed, longer nothing of now. */
#define SPEED_MIN_NS	(2 * NS_PER_S)
#define SPEED_MAX_NS	(60 * NS_PER_S)

/* The one of this session, else the place of whom nobody has looked at longest. */
static struct ts_usage *find(struct ts_usages *u, const char *code)
{
	struct ts_usage *oldest = &u->usage[0];
	unsigned int i;

	for (i = 0; i < TS_USAGES_MAX; i++) {
		if (!strcmp(u->usage[i].code, code))
			return &u->usage[i];
		if (u->usage[i].seen_ns < oldest->seen_ns)
			oldest = &u->usage[i];
	}
	return oldest;
}

static void begin(struct ts_usage *one, const char *code, uint64_t total_bytes,
		  uint64_t now_ns)
{
	memset(one, 0, sizeof(*one));
	memcpy(one->code, code, TS_CODE_SIZE);
	one->slot_at = now_ns / SLOT_NS;
	one->mark_ns = now_ns;
	one->mark_bytes = total_bytes;
	one->total_bytes = total_bytes;
}

/* The last slot becomes that of now. */
static void shift(struct ts_usage *one, uint64_t now_ns)
{
	uint64_t gone = now_ns / SLOT_NS - one->slot_at;

	one->slot_at += gone;
	if (gone > TS_USAGE_SLOTS)
		gone = TS_USAGE_SLOTS;
	memmove(one->slot_bytes, one->slot_bytes + gone,
		(TS_USAGE_SLOTS - gone) * sizeof(one->slot_bytes[0]));
	memset(one->slot_bytes + TS_USAGE_SLOTS - gone, 0,
	       gone * sizeof(one->slot_bytes[0]));
}

static void measure(struct ts_usage *one, uint64_t now_ns)
{
	uint64_t took_ns = now_ns - one->mark_ns;

	if (took_ns < SPEED_MIN_NS)
		return;
	one->has_speed = took_ns <= SPEED_MAX_NS;
	one->speed_bytes_s = (uint64_t)((double)(one->total_bytes - one->mark_bytes) *
					1e9 / (double)took_ns);
	one->mark_ns = now_ns;
	one->mark_bytes = one->total_bytes;
}

/**
 * ts_usage_look() - somebody looks at a session
 * @u: all of them
 * @code: of the session
 * @total_bytes: that it has used until now, both ways
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: what it used lately; good until the next call.
 */
const struct ts_usage *ts_usage_look(struct ts_usages *u, const char *code,
				     uint64_t total_bytes, uint64_t now_ns)
{
	struct ts_usage *one = find(u, code);

	/* Another one, or its value went to another session. */
	if (strcmp(one->code, code) || total_bytes < one->total_bytes ||
	    now_ns < one->mark_ns)
		begin(one, code, total_bytes, now_ns);
	shift(one, now_ns);
	one->slot_bytes[TS_USAGE_SLOTS - 1] += total_bytes - one->total_bytes;
	one->total_bytes = total_bytes;
	one->seen_ns = now_ns;
	measure(one, now_ns);
	return one;
}
