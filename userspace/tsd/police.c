// SPDX-License-Identifier: GPL-2.0
/*
 * police.c - a token bucket for each source.
 *
 * The table has a fixed size and a keyed hash; sources that fall into the same
 * place share a bucket.  So a flood of invented sources costs memory to nobody
 * and takes from a real one only by the luck of a collision, and what all
 * sources together can have is bounded as well.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/endpoint.h"
#include "tsd/police.h"

#define NS_PER_S 1000000000ull

struct bucket {
	uint64_t full_at_ns;	/* when it would be full again */
};

struct ts_police {
	unsigned int sources;
	uint64_t cost_ns;	/* of one datagram */
	uint64_t room_ns;	/* a full bucket */
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct bucket buckets[];
};

/**
 * ts_police_new() - nobody has sent anything
 * @sources: places in the table
 * @per_s: datagrams a second, of one source
 * @burst: and at once
 *
 * Return: the police; NULL: no memory.
 */
struct ts_police *ts_police_new(unsigned int sources, unsigned int per_s,
				unsigned int burst)
{
	struct ts_police *p;

	p = calloc(1, sizeof(*p) + sources * sizeof(p->buckets[0]));
	if (!p)
		return NULL;
	p->sources = sources;
	p->cost_ns = NS_PER_S / per_s;
	p->room_ns = p->cost_ns * burst;
	randombytes_buf(p->key, sizeof(p->key));
	return p;
}

/** ts_police_free() - NULL is allowed */
void ts_police_free(struct ts_police *p)
{
	free(p);
}

/**
 * ts_police_admit() - may this source send one more?
 * @p: the police
 * @from: address; the port does not count, and of a global IPv6 address only
 *	the first half, for a host has all of the second
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: true if so.
 */
bool ts_police_admit(struct ts_police *p, const struct sockaddr *from,
		     uint64_t now_ns)
{
	uint8_t addr[16];
	struct bucket *b;
	uint64_t hash;

	if (ts_endpoint_address(from, addr) == AF_INET6 && addr[0] != 0xfe)
		memset(addr + 8, 0, 8);
	crypto_shorthash((uint8_t *)&hash, addr, sizeof(addr), p->key);
	b = &p->buckets[hash % p->sources];
	if (b->full_at_ns < now_ns)
		b->full_at_ns = now_ns;
	if (b->full_at_ns + p->cost_ns > now_ns + p->room_ns)
		return false;
	b->full_at_ns += p->cost_ns;
	return true;
}
