// SPDX-License-Identifier: GPL-2.0
/*
 * police.c - a token bucket for each source, and one for all strangers.
 *
 * The table has a fixed size and a keyed hash; sources that fall into the same
 * place share a bucket.  So a flood of invented sources costs memory to nobody.
 * With enough of them it fills every place, and what each may send is together
 * more signatures than can be checked: therefore strangers have a limit in all,
 * too, and who is known has a bucket of its own, out of their reach.
 *
 * It is a larger one.  An original node pays 60 to 100 times a second, each payment
 * when the last one is acked, and may share its address with others; what it has
 * no Ack for it repeats after 6 s, so a limit below its pace does not slow it
 * down but stops it again and again.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/bucket.h"
#include "tsd/endpoint.h"
#include "tsd/police.h"

/* So many times what a stranger may send. */
#define KNOWN_SHARE 4
/* Where a known source may stand in the table. */
#define PROBES 8
/* As long as a peer is held to be where it was heard. */
#define KNOWN_NS (600 * TS_NS_PER_S)

struct known {
	uint64_t hash;
	uint64_t until_ns;
	struct ts_bucket bucket;
};

struct ts_police {
	unsigned int sources;
	struct ts_rate of_source;
	struct ts_rate of_known;
	struct ts_rate of_strangers;
	struct ts_bucket strangers;
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct known *known;
	struct ts_bucket buckets[];
};

/**
 * ts_police_new() - nobody has sent anything, nobody is known
 * @sources: places in the table
 * @per_s: datagrams a second, of one source; four times as many if it is known
 * @burst: and at once; likewise
 * @strangers_per_s: of all together who are not known; 0: no limit
 *
 * Return: the police; NULL: no memory.
 */
struct ts_police *ts_police_new(unsigned int sources, unsigned int per_s,
				unsigned int burst, unsigned int strangers_per_s)
{
	struct ts_police *p;

	p = calloc(1, sizeof(*p) + sources * sizeof(p->buckets[0]));
	if (!p)
		return NULL;
	p->known = calloc(sources, sizeof(*p->known));
	if (!p->known) {
		free(p);
		return NULL;
	}
	p->sources = sources;
	p->of_source.cost_ns = TS_NS_PER_S / per_s;
	p->of_source.room_ns = p->of_source.cost_ns * burst;
	p->of_known.cost_ns = p->of_source.cost_ns / KNOWN_SHARE;
	p->of_known.room_ns = p->of_source.room_ns;
	if (strangers_per_s) {
		p->of_strangers.cost_ns = TS_NS_PER_S / strangers_per_s;
		p->of_strangers.room_ns = TS_NS_PER_S / 10;
	}
	randombytes_buf(p->key, sizeof(p->key));
	return p;
}

/** ts_police_free() - NULL is allowed */
void ts_police_free(struct ts_police *p)
{
	if (!p)
		return;
	free(p->known);
	free(p);
}

/*
 * The port does not count, and of a global IPv6 address only the first half, for
 * a host has all of the second.
 */
static uint64_t hash_of(const struct ts_police *p, const struct sockaddr *from)
{
	uint8_t addr[16];
	uint64_t hash;

	if (ts_endpoint_address(from, addr) == AF_INET6 && addr[0] != 0xfe)
		memset(addr + 8, 0, 8);
	crypto_shorthash((uint8_t *)&hash, addr, sizeof(addr), p->key);
	return hash;
}

static struct known *find_known(struct ts_police *p, uint64_t hash,
				uint64_t now_ns)
{
	struct known *k;
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		k = &p->known[(hash + i) % p->sources];
		if (k->hash == hash && k->until_ns > now_ns)
			return k;
	}
	return NULL;
}

/**
 * ts_police_admit() - may this source send one more?
 * @p: the police
 * @from: who
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: true if so.
 */
bool ts_police_admit(struct ts_police *p, const struct sockaddr *from,
		     uint64_t now_ns)
{
	uint64_t hash = hash_of(p, from);
	struct known *k = find_known(p, hash, now_ns);

	if (k)
		return ts_bucket_take(&k->bucket, &p->of_known, now_ns);
	if (!ts_bucket_take(&p->buckets[hash % p->sources], &p->of_source, now_ns))
		return false;
	return !p->of_strangers.cost_ns ||
	       ts_bucket_take(&p->strangers, &p->of_strangers, now_ns);
}

/**
 * ts_police_know() - a source is no stranger, for ten minutes
 * @p: the police
 * @from: who; as many are known as the table has places
 * @now_ns: CLOCK_BOOTTIME
 */
void ts_police_know(struct ts_police *p, const struct sockaddr *from,
		    uint64_t now_ns)
{
	uint64_t hash = hash_of(p, from);
	struct known *k = find_known(p, hash, now_ns);
	unsigned int i;

	for (i = 0; i < PROBES && !k; i++)
		if (p->known[(hash + i) % p->sources].until_ns <= now_ns)
			k = &p->known[(hash + i) % p->sources];
	if (!k)
		return;
	k->hash = hash;
	k->until_ns = now_ns + KNOWN_NS;
}

/** ts_police_forget() - a source is a stranger again */
void ts_police_forget(struct ts_police *p, const struct sockaddr *from,
		      uint64_t now_ns)
{
	struct known *k = find_known(p, hash_of(p, from), now_ns);

	if (k)
		k->until_ns = 0;
}
