// SPDX-License-Identifier: GPL-2.0
/* guard.c - logins and tries, see guard.h. */
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>

#include "admin/guard.h"

#define NS_PER_S	1000000000ull
#define IDLE_NS		(3600 * NS_PER_S)
#define LONGEST_NS	(12 * 3600 * NS_PER_S)

/* Of one source, and of all, so many at once, and one more each so long. */
#define TRIES		5
#define TRY_NS		(60 * NS_PER_S)
#define ALL_TRIES	20
#define ALL_TRY_NS	(10 * NS_PER_S)

static void source_of(const struct sockaddr *from, uint8_t source[16])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;

	memset(source, 0, 16);
	source[15] = from->sa_family == AF_INET6;
	if (from->sa_family == AF_INET6)
		memcpy(source, &in6->sin6_addr, 8);
	else
		memcpy(source, &in->sin_addr, sizeof(in->sin_addr));
}

/* More by time; and one less, if there is one. */
static bool take(struct ts_tries *t, unsigned int most, uint64_t each_ns, uint64_t now_ns)
{
	uint64_t more = (now_ns - t->since_ns) / each_ns;

	if (!t->since_ns || t->left + more >= most) {
		t->left = most;
		t->since_ns = now_ns;
	} else {
		t->left += (unsigned int)more;
		t->since_ns += more * each_ns;
	}
	if (!t->left)
		return false;
	t->left--;
	return true;
}

/* Whose place is the oldest has to wait least, so a new one may have it. */
static struct ts_tries *tries_of(struct ts_guard *g, const uint8_t source[16])
{
	struct ts_tries *t, *oldest = g->sources;

	for (t = g->sources; t < g->sources + g->n_sources; t++) {
		if (!memcmp(t->source, source, sizeof(t->source)))
			return t;
		if (t->since_ns < oldest->since_ns)
			oldest = t;
	}
	if (g->n_sources < TS_GUARD_SOURCES)
		t = &g->sources[g->n_sources++];
	else
		t = oldest;
	memset(t, 0, sizeof(*t));
	memcpy(t->source, source, sizeof(t->source));
	return t;
}

/**
 * ts_guard_try() - may somebody try a password?
 * @g: the guard
 * @from: who
 * @now_ns: CLOCK_BOOTTIME
 *
 * It counts before it is known how it ends, so that many at once gain nothing.
 *
 * Return: it is looked at.
 */
bool ts_guard_try(struct ts_guard *g, const struct sockaddr *from, uint64_t now_ns)
{
	uint8_t source[16];

	source_of(from, source);
	return take(tries_of(g, source), TRIES, TRY_NS, now_ns) &&
	       take(&g->all, ALL_TRIES, ALL_TRY_NS, now_ns);
}

static void digest_of(const char *cookie, uint8_t digest[32])
{
	crypto_generichash(digest, 32, (const unsigned char *)cookie, strlen(cookie), NULL, 0);
}

/**
 * ts_guard_begin() - the password was right
 * @g: the guard
 * @from: who
 * @now_ns: CLOCK_BOOTTIME
 * @cookie: set to what is to be shown from now on
 *
 * With all places taken, who was silent for longest has to log in again.
 */
void ts_guard_begin(struct ts_guard *g, const struct sockaddr *from, uint64_t now_ns,
		    char cookie[TS_COOKIE_SIZE])
{
	struct ts_login *l, *place = g->logins;
	unsigned char bytes[32];
	uint8_t source[16];

	source_of(from, source);
	tries_of(g, source)->since_ns = 0;
	for (l = g->logins; l < g->logins + TS_GUARD_LOGINS; l++)
		if (l->seen_ns < place->seen_ns)
			place = l;
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(cookie, TS_COOKIE_SIZE, bytes, sizeof(bytes));
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(place->form, TS_FORM_SIZE, bytes, sizeof(bytes) / 2);
	sodium_memzero(bytes, sizeof(bytes));
	digest_of(cookie, place->digest);
	place->begun_ns = place->seen_ns = now_ns;
}

/**
 * ts_guard_find() - whose cookie is that?
 * @g: the guard
 * @cookie: as it came
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: the login, which was seen just now; NULL: nobody's, or its time is over.
 */
struct ts_login *ts_guard_find(struct ts_guard *g, const char *cookie, uint64_t now_ns)
{
	struct ts_login *l;
	uint8_t digest[32];

	digest_of(cookie, digest);
	for (l = g->logins; l < g->logins + TS_GUARD_LOGINS; l++) {
		if (!l->begun_ns || sodium_memcmp(l->digest, digest, sizeof(digest)))
			continue;
		if (now_ns - l->seen_ns > IDLE_NS || now_ns - l->begun_ns > LONGEST_NS) {
			ts_guard_end(l);
			return NULL;
		}
		l->seen_ns = now_ns;
		return l;
	}
	return NULL;
}

/** ts_guard_is_form() - was that form made for this login? */
bool ts_guard_is_form(const struct ts_login *login, const char *form)
{
	return strlen(form) == TS_FORM_SIZE - 1 &&
	       !sodium_memcmp(form, login->form, TS_FORM_SIZE - 1);
}

/** ts_guard_end() - log somebody out */
void ts_guard_end(struct ts_login *login)
{
	sodium_memzero(login, sizeof(*login));
}

/** ts_guard_end_all() - and everybody */
void ts_guard_end_all(struct ts_guard *g)
{
	sodium_memzero(g->logins, sizeof(g->logins));
}
