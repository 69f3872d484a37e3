// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "tokenswitch": what its commands do.
 * What they refuse is in genl_refuse.c.  The specification is the comment at
 * the head of linux/tokenswitch.h.
 *
 * Each test runs in a process and a network namespace of its own.
 */
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "client.h"

#define EVENT_MS 5000

FIXTURE(genl) {
	struct client c;
	struct client events;
};

FIXTURE_SETUP(genl)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, client_open(&self->c));
	ASSERT_EQ(0, client_open(&self->events));
	ASSERT_EQ(0, client_join_events(&self->events));
}

FIXTURE_TEARDOWN(genl)
{
	client_close(&self->c);
	client_close(&self->events);
}

static int count_row(struct client *c, void *data)
{
	++*(int *)data;
	return 0;
}

static int count(struct client *c, uint8_t cmd)
{
	int n = 0, ret;

	client_begin(c, cmd);
	ret = client_dump(c, count_row, &n);
	return ret ? ret : n;
}

/* --- info -------------------------------------------------------------- */

TEST_F(genl, info)
{
	client_begin(&self->c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&self->c));
	ASSERT_TRUE(self->c.replied);
	ASSERT_NE(NULL, self->c.tb[TS_A_VERSION]);
	ASSERT_NE(NULL, self->c.tb[TS_A_DRIVER]);
	EXPECT_STREQ("genl", mnl_attr_get_str(self->c.tb[TS_A_DRIVER]));
	EXPECT_NE(NULL, self->c.tb[TS_A_MEMORY_BYTES]);
	EXPECT_LT(0, client_get_u64(&self->c, TS_A_MEMORY_MAX_BYTES));
	EXPECT_EQ(0, client_get_u32(&self->c, TS_A_ACCOUNTS));
	EXPECT_LT(0, client_get_u32(&self->c, TS_A_ACCOUNTS_MAX));
	EXPECT_EQ(NULL, self->c.tb[TS_A_OWNER_PID]);
	/* Both Debian kernels have the egress hook. */
	EXPECT_TRUE(client_get_u32(&self->c, TS_A_CAPS) & TS_CAP_EGRESS);
}

TEST_F(genl, accounts_limit)
{
	struct account a[3];
	struct key k;
	int i;

	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u32(&self->c, TS_A_ACCOUNTS_MAX, 3);
	ASSERT_EQ(0, client_call(&self->c));
	for (i = 0; i < 3; i++) {
		k = key_of(i);
		ASSERT_EQ(0, account_make(&self->c, &k, &a[i]));
	}
	k = key_of(3);
	EXPECT_EQ(-ENOSPC, account_make(&self->c, &k, NULL));
	EXPECT_STRNE("", self->c.extack);
	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u32(&self->c, TS_A_ACCOUNTS_MAX, 2);
	EXPECT_EQ(-EBUSY, client_call(&self->c));
	EXPECT_STRNE("", self->c.extack);
	/* There are no more ids than that. */
	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u32(&self->c, TS_A_ACCOUNTS_MAX, TS_ACCOUNT_ID_MAX + 1);
	EXPECT_EQ(-ERANGE, client_call(&self->c));
	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u32(&self->c, TS_A_ACCOUNTS_MAX, 3);
	EXPECT_EQ(0, client_call(&self->c));

	ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a[1], 0, 0, NULL));
	EXPECT_EQ(0, account_make(&self->c, &k, NULL));
}

static uint64_t memory(struct client *c)
{
	client_begin(c, TS_CMD_INFO_GET);
	return client_call(c) ? 0 : client_get_u64(c, TS_A_MEMORY_BYTES);
}

TEST_F(genl, memory_limit)
{
	uint64_t before, full, max;
	struct account a[256];
	int i, n, ret = 0;
	struct key k;

	before = memory(&self->c);
	max = before + 16384;
	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u64(&self->c, TS_A_MEMORY_MAX_BYTES, max);
	ASSERT_EQ(0, client_call(&self->c));
	for (n = 0; n < 256; n++) {
		k = key_of(n);
		ret = account_make(&self->c, &k, &a[n]);
		if (ret)
			break;
	}
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_STRNE("", self->c.extack);
	EXPECT_LT(0, n);
	full = memory(&self->c);
	EXPECT_LE(full, max);
	/* A refused account leaves nothing behind. */
	EXPECT_EQ(-ENOSPC, account_make(&self->c, &k, NULL));
	EXPECT_EQ(full, memory(&self->c));
	client_begin(&self->c, TS_CMD_INFO_SET);
	client_u64(&self->c, TS_A_MEMORY_MAX_BYTES, before);
	EXPECT_EQ(-EBUSY, client_call(&self->c));

	for (i = 0; i < n; i++)
		ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a[i], 0, 0, NULL));
	/* Freed after a grace period, so wait for it, for as long as it takes. */
	while (memory(&self->c) > before)
		usleep(10000);
	EXPECT_EQ(0, account_make(&self->c, &k, NULL));
}

/* --- accounts ---------------------------------------------------------- */

TEST_F(genl, account_life)
{
	struct key keys[2] = { key_of(1), key_of(2) };
	struct account a, b;

	ASSERT_EQ(0, account_make(&self->c, &keys[0], &a));
	EXPECT_LE(1, a.id);
	EXPECT_GE(TS_ACCOUNT_ID_MAX, a.id);
	EXPECT_EQ(1, a.keys);
	EXPECT_EQ(0, memcmp(&keys[0], &a.key, sizeof(a.key)));
	EXPECT_EQ(0, a.granted);
	EXPECT_EQ(0, a.charged);

	/* by its key */
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_key(&self->c, &keys[0]);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_EQ(a.id, client_get_u32(&self->c, TS_A_ACCOUNT_ID));
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_key(&self->c, &keys[1]);
	EXPECT_EQ(-ENOENT, client_call(&self->c));
	EXPECT_STRNE("", self->c.extack);

	/* the list of keys is replaced, also by a longer one */
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u32(&self->c, TS_A_ACCOUNT_ID, a.id);
	client_u32(&self->c, TS_A_EPOCH, a.epoch);
	client_keys(&self->c, keys, 2);
	ASSERT_EQ(0, client_call(&self->c));
	client_account(&self->c, &b);
	EXPECT_EQ(a.id, b.id);
	EXPECT_EQ(a.epoch, b.epoch);
	EXPECT_EQ(2, b.keys);

	/* a key has one account */
	EXPECT_EQ(-EEXIST, account_make(&self->c, &keys[1], NULL));
	EXPECT_STRNE("", self->c.extack);

	EXPECT_EQ(1, count(&self->c, TS_CMD_ACCOUNT_GET));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_ACCOUNT_DEL, &a, 0, 0, NULL));
	EXPECT_EQ(-ENOENT, account_get(&self->c, a.id, &b));
	EXPECT_EQ(0, count(&self->c, TS_CMD_ACCOUNT_GET));
	EXPECT_EQ(0, account_make(&self->c, &keys[1], NULL));
}

TEST_F(genl, account_with_budget_is_not_deleted)
{
	struct key k = key_of(1);
	struct account a;

	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 5, NULL));
	EXPECT_EQ(-EBUSY, account_call(&self->c, TS_CMD_ACCOUNT_DEL, &a, 0, 0, NULL));
	EXPECT_STRNE("", self->c.extack);
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, 0, 0, NULL));
	EXPECT_EQ(0, account_call(&self->c, TS_CMD_ACCOUNT_DEL, &a, 0, 0, NULL));
}

/* No two lives of an account have both numbers in common. */
TEST_F(genl, epochs_differ)
{
	enum { LIVES = 64 };
	struct account a[LIVES], stale;
	struct key k = key_of(1);
	int i, j;

	for (i = 0; i < LIVES; i++) {
		ASSERT_EQ(0, account_make(&self->c, &k, &a[i]));
		ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a[i], 0, 0, NULL));
		for (j = 0; j < i; j++)
			EXPECT_TRUE(a[i].id != a[j].id || a[i].epoch != a[j].epoch);
	}
	ASSERT_EQ(0, account_make(&self->c, &k, &a[0]));
	stale = a[0];
	stale.epoch--;
	EXPECT_EQ(-ESTALE, account_call(&self->c, TS_CMD_GRANT, &stale,
					TS_A_GRANTED, 10, NULL));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_EQ(-ESTALE, account_call(&self->c, TS_CMD_REVOKE, &stale, 0, 0, NULL));
	EXPECT_EQ(-ESTALE, account_call(&self->c, TS_CMD_CLOSE, &stale, 0, 0, NULL));
	EXPECT_EQ(-ESTALE, account_call(&self->c, TS_CMD_ACCOUNT_DEL, &stale, 0, 0, NULL));
	EXPECT_EQ(-ESTALE, account_call(&self->c, TS_CMD_ACCOUNT_SET, &stale, 0, 0, NULL));
	ASSERT_EQ(0, account_get(&self->c, a[0].id, &stale));
	EXPECT_EQ(0, stale.granted);
}

TEST_F(genl, account_filters)
{
	struct key k = key_of(1);
	struct account a;
	int n = 0;

	ASSERT_EQ(0, account_make(&self->c, &k, NULL));
	k = key_of(2);
	k.zone = 8;
	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u32(&self->c, TS_A_ACCOUNT_ID, a.id);
	client_u32(&self->c, TS_A_EPOCH, a.epoch);
	client_u32(&self->c, TS_A_ACCOUNT_FLAGS, TS_ACCOUNT_F_FORBID);
	ASSERT_EQ(0, client_call(&self->c));

	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_u32(&self->c, TS_A_ZONE, 8);
	ASSERT_EQ(0, client_dump(&self->c, count_row, &n));
	EXPECT_EQ(1, n);
	n = 0;
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_u32(&self->c, TS_A_ACCOUNT_FLAGS, TS_ACCOUNT_F_FORBID);
	ASSERT_EQ(0, client_dump(&self->c, count_row, &n));
	EXPECT_EQ(1, n);
	n = 0;
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_NEIGHBOUR);
	ASSERT_EQ(0, client_dump(&self->c, count_row, &n));
	EXPECT_EQ(0, n);
}

TEST_F(genl, expiry)
{
	struct key k = key_of(1);
	struct account a;

	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(&self->c, &k, 1);
	client_u32(&self->c, TS_A_EXPIRES_S, 1);
	ASSERT_EQ(0, client_call(&self->c));
	client_account(&self->c, &a);
	EXPECT_EQ(0, a.flags & TS_ACCOUNT_F_EXPIRED);
	ASSERT_EQ(0, client_wait_event(&self->events, TS_EVENT_EXPIRED, 15000));
	EXPECT_EQ(a.id, client_get_u32(&self->events, TS_A_ACCOUNT_ID));
	EXPECT_EQ(a.epoch, client_get_u32(&self->events, TS_A_EPOCH));
	ASSERT_EQ(0, account_get(&self->c, a.id, &a));
	EXPECT_EQ(TS_ACCOUNT_F_EXPIRED, a.flags & TS_ACCOUNT_F_EXPIRED);
	/* set anew, it lives again */
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u32(&self->c, TS_A_ACCOUNT_ID, a.id);
	client_u32(&self->c, TS_A_EPOCH, a.epoch);
	client_u32(&self->c, TS_A_EXPIRES_S, 0);
	ASSERT_EQ(0, client_call(&self->c));
	client_account(&self->c, &a);
	EXPECT_EQ(0, a.flags & TS_ACCOUNT_F_EXPIRED);
}

/* --- the money --------------------------------------------------------- */

TEST_F(genl, grant_is_cumulative)
{
	static const uint64_t seq[] = { 10, 10, 7, 1000, 999, 0, 1000 };
	struct account a, b = {};
	struct key k = key_of(1);
	uint64_t highest = 0;
	unsigned int i;

	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	for (i = 0; i < sizeof(seq) / sizeof(*seq); i++) {
		ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a,
					  TS_A_GRANTED, seq[i], &b));
		if (seq[i] > highest)
			highest = seq[i];
		EXPECT_EQ(highest, b.granted);
		EXPECT_EQ(0, b.charged);
		EXPECT_EQ(a.id, b.id);
		EXPECT_EQ(a.epoch, b.epoch);
	}
	ASSERT_EQ(0, account_get(&self->c, a.id, &b));
	EXPECT_EQ(1000, b.granted);
}

TEST_F(genl, revoke_answers_what_it_took)
{
	struct account a, b = {};
	struct key k = key_of(1);

	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 1000, NULL));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, TS_A_UNITS, 300, &b));
	EXPECT_EQ(300, b.units);
	EXPECT_EQ(300, b.charged);
	EXPECT_EQ(1000, b.granted);
	ASSERT_EQ(0, client_wait_event(&self->events, TS_EVENT_REVOKED, EVENT_MS));
	EXPECT_EQ(a.id, client_get_u32(&self->events, TS_A_ACCOUNT_ID));
	EXPECT_EQ(300, client_get_u64(&self->events, TS_A_UNITS));
	EXPECT_LT(0, client_get_u64(&self->events, TS_A_TIME_NS));

	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, 0, 0, &b));
	EXPECT_EQ(700, b.units);
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, 0, 0, &b));
	EXPECT_EQ(0, b.units);
	/* The old grant, come again, gives nothing back. */
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 1000, NULL));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, 0, 0, &b));
	EXPECT_EQ(0, b.units);
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 1500, NULL));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, TS_A_UNITS, UINT64_MAX, &b));
	EXPECT_EQ(500, b.units);
	ASSERT_EQ(0, account_get(&self->c, a.id, &b));
	EXPECT_EQ(1500, b.granted);
	EXPECT_EQ(1500, b.charged);
	EXPECT_EQ(1500, b.revoked);
}

TEST_F(genl, close_answers_the_final_counters)
{
	struct account a, b = {};
	struct key k = key_of(1);

	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 1000, NULL));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_REVOKE, &a, TS_A_UNITS, 1, NULL));
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a, 0, 0, &b));
	EXPECT_EQ(999, b.units);
	EXPECT_EQ(1000, b.granted);
	EXPECT_EQ(1000, b.charged);
	EXPECT_EQ(1000, b.revoked);
	ASSERT_EQ(0, client_wait_event(&self->events, TS_EVENT_CLOSED, EVENT_MS));
	EXPECT_EQ(a.id, client_get_u32(&self->events, TS_A_ACCOUNT_ID));
	EXPECT_EQ(a.epoch, client_get_u32(&self->events, TS_A_EPOCH));
	EXPECT_EQ(999, client_get_u64(&self->events, TS_A_UNITS));

	EXPECT_EQ(-ENOENT, account_get(&self->c, a.id, &b));
	EXPECT_GT(0, account_call(&self->c, TS_CMD_GRANT, &a, TS_A_GRANTED, 2000, NULL));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_GT(0, account_call(&self->c, TS_CMD_CLOSE, &a, 0, 0, NULL));
	EXPECT_EQ(0, account_make(&self->c, &k, NULL));
}

struct race {
	struct client c;
	const struct account *a;
	uint64_t taken;
	int ret;
	int stop;
};

static void *race_revoke(void *arg)
{
	struct race *r = arg;
	struct account b = {};

	do {
		r->ret = account_call(&r->c, TS_CMD_REVOKE, r->a, 0, 0, &b);
		r->taken += b.units;
	} while (!r->ret && !__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE));
	return NULL;
}

/* What several revokers took while another grants is what was granted. */
TEST_F(genl, grants_race_with_revokes)
{
	enum { GRANTS = 3000, REVOKERS = 2 };
	struct race *r = calloc(REVOKERS, sizeof(*r));
	struct account a, b = {};
	pthread_t t[REVOKERS];
	struct key k = key_of(1);
	uint64_t taken = 0;
	int i;

	ASSERT_NE(NULL, r);
	ASSERT_EQ(0, account_make(&self->c, &k, &a));
	for (i = 0; i < REVOKERS; i++) {
		ASSERT_EQ(0, client_open(&r[i].c));
		r[i].a = &a;
		ASSERT_EQ(0, pthread_create(&t[i], NULL, race_revoke, &r[i]));
	}
	for (i = 1; i <= GRANTS; i++)
		EXPECT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &a,
					  TS_A_GRANTED, i * 17, NULL));
	for (i = 0; i < REVOKERS; i++) {
		__atomic_store_n(&r[i].stop, 1, __ATOMIC_RELEASE);
		pthread_join(t[i], NULL);
		EXPECT_EQ(0, r[i].ret);
		taken += r[i].taken;
	}
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a, 0, 0, &b));
	EXPECT_EQ(GRANTS * 17, taken + b.units);
	EXPECT_EQ(GRANTS * 17, b.granted);
	EXPECT_EQ(GRANTS * 17, b.revoked);
	free(r);
}

/* --- tariffs and classes ----------------------------------------------- */

static void put_price(struct client *c, uint8_t class, uint8_t dir, uint16_t price)
{
	struct nlattr *nest = mnl_attr_nest_start(c->nlh, TS_A_PRICE);

	mnl_attr_put_u8(c->nlh, TS_PRICE_A_CLASS, class);
	mnl_attr_put_u8(c->nlh, TS_PRICE_A_DIR, dir);
	mnl_attr_put_u16(c->nlh, TS_PRICE_A_UNITS_PER_BYTE, price);
	mnl_attr_nest_end(c->nlh, nest);
}

static int tariff_set(struct client *c, uint32_t id, uint16_t price)
{
	struct nlattr *nest;

	client_begin(c, TS_CMD_TARIFF_SET);
	client_u32(c, TS_A_TARIFF_ID, id);
	client_u32(c, TS_A_TARIFF_VERSION, 1);
	nest = mnl_attr_nest_start(c->nlh, TS_A_PRICES);
	put_price(c, TS_CLASS_INTERNET, TS_DIR_UP, price);
	put_price(c, TS_CLASS_INTERNET, TS_DIR_DOWN, price);
	mnl_attr_nest_end(c->nlh, nest);
	return client_call(c);
}

TEST_F(genl, tariffs)
{
	struct key k = key_of(1);
	struct account a;

	ASSERT_EQ(0, tariff_set(&self->c, 5, TS_PRICE_MAX));
	ASSERT_EQ(0, tariff_set(&self->c, 5, 3));
	EXPECT_EQ(1, count(&self->c, TS_CMD_TARIFF_GET));
	EXPECT_GT(0, tariff_set(&self->c, 5, TS_PRICE_MAX + 1));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_GT(0, tariff_set(&self->c, 0, 1));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_GT(0, tariff_set(&self->c, 65536, 1));
	EXPECT_STRNE("", self->c.extack);

	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(&self->c, &k, 1);
	client_u32(&self->c, TS_A_TARIFF_ID, 6);
	EXPECT_EQ(-ENOENT, client_call(&self->c));
	EXPECT_STRNE("", self->c.extack);
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(&self->c, &k, 1);
	client_u32(&self->c, TS_A_TARIFF_ID, 5);
	ASSERT_EQ(0, client_call(&self->c));
	client_account(&self->c, &a);

	client_begin(&self->c, TS_CMD_TARIFF_DEL);
	client_u32(&self->c, TS_A_TARIFF_ID, 5);
	EXPECT_EQ(-EBUSY, client_call(&self->c));
	EXPECT_STRNE("", self->c.extack);
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &a, 0, 0, NULL));
	client_begin(&self->c, TS_CMD_TARIFF_DEL);
	client_u32(&self->c, TS_A_TARIFF_ID, 5);
	EXPECT_EQ(0, client_call(&self->c));
	client_begin(&self->c, TS_CMD_TARIFF_DEL);
	client_u32(&self->c, TS_A_TARIFF_ID, 5);
	EXPECT_EQ(-ENOENT, client_call(&self->c));
	EXPECT_EQ(0, count(&self->c, TS_CMD_TARIFF_GET));
}

static int rule_call(struct client *c, uint8_t cmd, const char *addr, uint8_t len)
{
	struct nlattr *nest;

	client_begin(c, cmd);
	nest = mnl_attr_nest_start(c->nlh, TS_A_CLASS_RULE);
	mnl_attr_put_u8(c->nlh, TS_RULE_A_CLASS, TS_CLASS_LOCAL);
	mnl_attr_put_u8(c->nlh, TS_RULE_A_FAMILY, AF_INET);
	mnl_attr_put(c->nlh, TS_RULE_A_ADDR, 4, addr);
	mnl_attr_put_u8(c->nlh, TS_RULE_A_PREFIX_LEN, len);
	mnl_attr_nest_end(c->nlh, nest);
	return client_call(c);
}

TEST_F(genl, classes)
{
	ASSERT_EQ(0, rule_call(&self->c, TS_CMD_CLASS_ADD, "\x0a\x01\0\0", 16));
	EXPECT_EQ(1, count(&self->c, TS_CMD_CLASS_GET));
	EXPECT_EQ(-EEXIST, rule_call(&self->c, TS_CMD_CLASS_ADD, "\x0a\x01\0\0", 16));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_GT(0, rule_call(&self->c, TS_CMD_CLASS_ADD, "\x0a\x01\0\0", 33));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_EQ(-ENOENT, rule_call(&self->c, TS_CMD_CLASS_DEL, "\x0a\x02\0\0", 16));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_EQ(0, rule_call(&self->c, TS_CMD_CLASS_DEL, "\x0a\x01\0\0", 16));
	EXPECT_EQ(0, count(&self->c, TS_CMD_CLASS_GET));
}

TEST_HARNESS_MAIN
