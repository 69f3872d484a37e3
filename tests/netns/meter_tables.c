// SPDX-License-Identifier: GPL-2.0
/* Tests without a packet: tariffs, accounts, keys, grants, rules, ownership. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <tokenswitch/budget.h>
#include "lib/rule.h"
#include "meter_suite.h"

#define ZONE 7

static const uint8_t mac_a[6] = { 2, 0, 0, 0, 0, 0xa };
static const uint8_t mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static void nothing_there(const struct suite *s)
{
	struct ts_meter *m = NULL;
	char err[256] = "";

	if (strcmp(s->driver, "bpf"))
		return;
	EQUAL(ts_meter_open("bpf", false, &m, err, sizeof(err)), -ENOENT);
	CHECK(!m && err[0]);
	EQUAL(ts_meter_open("no-such", true, &m, err, sizeof(err)), -EINVAL);
}

static void info(const struct suite *s)
{
	struct ts_meter *m = suite_open(s, true);
	struct ts_meter_info info;

	RETURNS(m, ts_meter_info(m, &info), 0);
	CHECK(!strcmp(info.driver, s->driver) && info.reason);
	EQUAL(info.accounts, 0);
	EQUAL(info.owner_pid, 0);
	CHECK(info.accounts_max >= 10000);
	RETURNS(m, ts_meter_own(m), 0);
	suite_tariff(m, 1, 1, 1);
	suite_account(m, mac_a, ZONE);
	RETURNS(m, ts_meter_info(m, &info), 0);
	EQUAL(info.accounts, 1);
	EQUAL(info.owner_pid, getpid());
	CHECK(info.memory_bytes);
	ts_meter_close(m);
}

static int one_tariff(const struct ts_tariff *t, void *arg)
{
	*(struct ts_tariff *)arg = *t;
	return 1;
}

static void tariffs(const struct suite *s)
{
	struct ts_tariff t = { .id = 9, .version = 3 }, back;
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a;

	RETURNS(m, ts_meter_tariff_dump(m, one_tariff, &back), 0);
	t.price[TS_CLASS_LOCAL][TS_DIR_UP] = TS_PRICE_MAX;
	t.price[TS_CLASS_INTERNET][TS_DIR_DOWN] = 5;
	RETURNS(m, ts_meter_tariff_set(m, &t), 0);
	RETURNS(m, ts_meter_tariff_dump(m, one_tariff, &back), 1);
	CHECK(!memcmp(&t, &back, sizeof(t)));
	t.price[TS_CLASS_LOCAL][TS_DIR_UP] = TS_PRICE_MAX + 1;
	RETURNS(m, ts_meter_tariff_set(m, &t), -ERANGE);
	RETURNS(m, ts_meter_tariff_del(m, 8), -ENOENT);
	a = (struct ts_account){ .kind = TS_KIND_CLIENT, .tariff_id = 9 };
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	RETURNS(m, ts_meter_tariff_del(m, 9), -EBUSY);
	RETURNS(m, ts_meter_account_del(m, a.id, a.epoch), 0);
	RETURNS(m, ts_meter_tariff_del(m, 9), 0);
	a = (struct ts_account){ .kind = TS_KIND_CLIENT, .tariff_id = 9 };
	RETURNS(m, ts_meter_account_set(m, &a), -ENOENT);
	ts_meter_close(m);
}

static int count_account(const struct ts_account *a, void *arg)
{
	(*(unsigned int *)arg)++;
	return 0;
}

static void account_life(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a, b;
	unsigned int n = 0;

	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, mac_a, ZONE);
	CHECK(a.epoch);
	EQUAL(a.n_keys, 1);
	EQUAL(a.granted_units, 0);
	b = suite_get(m, a.id);
	CHECK(!memcmp(&a.keys, &b.keys, sizeof(a.keys)));
	EQUAL(b.epoch, a.epoch);
	EQUAL(b.kind, TS_KIND_CLIENT);
	EQUAL(b.tariff_id, 1);
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &b), 0);
	EQUAL(b.id, a.id);
	a.low_units = 500;
	a.flags = TS_ACCOUNT_F_TRUSTED;
	a.expires_s = 1000;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	b = suite_get(m, a.id);
	EQUAL(b.low_units, 500);
	EQUAL(b.flags, TS_ACCOUNT_F_TRUSTED);
	CHECK(b.expires_s >= 998 && b.expires_s <= 1000);
	RETURNS(m, ts_meter_account_dump(m, count_account, &n), 0);
	EQUAL(n, 1);
	RETURNS(m, ts_meter_account_del(m, a.id, a.epoch + 1), -ESTALE);
	RETURNS(m, ts_meter_account_del(m, a.id, a.epoch), 0);
	RETURNS(m, ts_meter_account_get(m, a.id, &b), -ENOENT);
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &b), -ENOENT);
	RETURNS(m, ts_meter_account_del(m, a.id, a.epoch), -ENOENT);
	RETURNS(m, ts_meter_account_dump(m, count_account, &n), 0);
	EQUAL(n, 1);
	ts_meter_close(m);
}

static void epochs(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account first, again;
	uint64_t taken;
	int i;

	suite_tariff(m, 1, 1, 1);
	first = suite_account(m, mac_a, ZONE);
	RETURNS(m, ts_meter_grant(m, first.id, first.epoch, 1000), 0);
	RETURNS(m, ts_meter_close_account(m, first.id, first.epoch, &again, &taken), 0);
	for (i = 0; i < 20; i++) {
		again = suite_account(m, mac_a, ZONE);
		EQUAL(again.granted_units, 0);
		EQUAL(again.charged_units, 0);
		EQUAL(again.stats[TS_CLASS_INTERNET][TS_DIR_UP].bytes, 0);
		CHECK(again.id != first.id || again.epoch != first.epoch);
		if (again.id == first.id) {
			RETURNS(m, ts_meter_grant(m, first.id, first.epoch, 2000), -ESTALE);
			EQUAL(suite_get(m, again.id).granted_units, 0);
		}
		RETURNS(m, ts_meter_account_del(m, again.id, again.epoch), 0);
	}
	ts_meter_close(m);
}

static void keys(const struct suite *s)
{
	struct ts_key key = { .zone = ZONE, .vlan = 5 }, other;
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a, b, found;

	suite_tariff(m, 1, 1, 1);
	memcpy(key.mac, mac_a, 6);
	a = suite_account(m, mac_a, ZONE);
	b = suite_account(m, mac_b, ZONE);
	/* The same MAC in another VLAN or zone is another station. */
	a.keys[a.n_keys++] = key;
	key.zone = ZONE + 1;
	a.keys[a.n_keys++] = key;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(a.n_keys, 3);
	RETURNS(m, ts_meter_account_find(m, &key, &found), 0);
	EQUAL(found.id, a.id);
	EQUAL(found.n_keys, 3);
	/* Not by way of another account while it is in use, all or nothing. */
	other = b.keys[0];
	b.keys[0].mac[5] = 0x77;
	b.keys[1] = key;
	b.n_keys = 2;
	RETURNS(m, ts_meter_account_set(m, &b), -EEXIST);
	RETURNS(m, ts_meter_account_find(m, &b.keys[0], &found), -ENOENT);
	RETURNS(m, ts_meter_account_find(m, &other, &found), 0);
	EQUAL(found.id, b.id);
	/* Given up by one, taken by the other. */
	a.n_keys = 2;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	RETURNS(m, ts_meter_account_find(m, &key, &found), -ENOENT);
	RETURNS(m, ts_meter_account_set(m, &b), 0);
	RETURNS(m, ts_meter_account_find(m, &key, &found), 0);
	EQUAL(found.id, b.id);
	RETURNS(m, ts_meter_account_find(m, &other, &found), -ENOENT);
	key.mac[0] |= 1;
	RETURNS(m, ts_meter_account_find(m, &key, &found), -EINVAL);
	ts_meter_close(m);
}

static void grants(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a;

	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, mac_a, ZONE);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 1000), 0);
	EQUAL(suite_get(m, a.id).granted_units, 1000);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 1000), 0);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 3000), 0);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 2000), 0);
	EQUAL(suite_get(m, a.id).granted_units, 3000);
	EQUAL(suite_get(m, a.id).charged_units, 0);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch + 1, 4000), -ESTALE);
	RETURNS(m, ts_meter_grant(m, a.id + 1, a.epoch, 4000), -ENOENT);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, TS_GRANTED_MAX + 1), -ERANGE);
	RETURNS(m, ts_meter_grant(m, 0, a.epoch, 4000), -EINVAL);
	EQUAL(suite_get(m, a.id).granted_units, 3000);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, TS_GRANTED_MAX), 0);
	EQUAL(suite_get(m, a.id).granted_units, TS_GRANTED_MAX);
	ts_meter_close(m);
}

static void revoke_and_close(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a, last;
	uint64_t taken = 1;

	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, mac_a, ZONE);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, UINT64_MAX, &taken), 0);
	EQUAL(taken, 0);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 1000), 0);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, 300, &taken), 0);
	EQUAL(taken, 300);
	RETURNS(m, ts_meter_account_del(m, a.id, a.epoch), -EBUSY);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, UINT64_MAX, &taken), 0);
	EQUAL(taken, 700);
	last = suite_get(m, a.id);
	EQUAL(last.charged_units, 1000);
	EQUAL(last.revoked_units, 1000);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch + 1, 1, &taken), -ESTALE);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 1500), 0);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch + 1, &last, &taken), -ESTALE);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
	EQUAL(taken, 500);
	EQUAL(last.id, a.id);
	EQUAL(last.epoch, a.epoch);
	EQUAL(last.granted_units, 1500);
	EQUAL(last.charged_units, 1500);
	EQUAL(last.revoked_units, 1500);
	RETURNS(m, ts_meter_account_get(m, a.id, &last), -ENOENT);
	ts_meter_close(m);
}

#define RULES 6

struct rules_seen {
	unsigned int n;
	char text[RULES][TS_RULE_TEXT_LEN];
};

static int see_rule(const struct ts_rule *rule, void *arg)
{
	struct rules_seen *seen = arg;

	if (seen->n < RULES)
		ts_rule_print(rule, seen->text[seen->n], TS_RULE_TEXT_LEN);
	seen->n++;
	return 0;
}

static void rules(const struct suite *s)
{
	static const char *const texts[RULES] = {
		"local 10.0.0.0/8", "free 2001:db8::/32", "free udp 53", "free tcp 192.0.2.1 8080",
		"free tcp 8080 ends-here", "free udp 2001:db8::1 40001 ends-here",
	};
	struct ts_meter *m = suite_open_own(s);
	struct rules_seen seen = { };
	struct ts_rule rule, other;
	char err[128];
	int i, j, hits;

	for (i = 0; i < RULES; i++) {
		EQUAL(ts_rule_parse(texts[i], &rule, err, sizeof(err)), 0);
		RETURNS(m, ts_meter_rule_del(m, &rule), -ENOENT);
		RETURNS(m, ts_meter_rule_add(m, &rule), 0);
		RETURNS(m, ts_meter_rule_add(m, &rule), -EEXIST);
		/* Nor one that says otherwise of the same, and that one is not there. */
		other = rule;
		if (rule.proto)
			other.ends_here = !rule.ends_here;
		else
			other.class = TS_CLASS_INTERNET;
		RETURNS(m, ts_meter_rule_add(m, &other), -EEXIST);
		RETURNS(m, ts_meter_rule_del(m, &other), -ENOENT);
	}
	RETURNS(m, ts_meter_rule_dump(m, see_rule, &seen), 0);
	EQUAL(seen.n, RULES);
	for (i = 0; i < RULES; i++) {
		for (hits = j = 0; j < RULES; j++)
			hits += !strcmp(texts[i], seen.text[j]);
		EQUAL(hits, 1);
	}
	EQUAL(ts_rule_parse(texts[0], &rule, err, sizeof(err)), 0);
	RETURNS(m, ts_meter_rule_del(m, &rule), 0);
	seen.n = 0;
	RETURNS(m, ts_meter_rule_dump(m, see_rule, &seen), 0);
	EQUAL(seen.n, RULES - 1);
	rule.ends_here = true;
	RETURNS(m, ts_meter_rule_add(m, &rule), -EINVAL);
	rule.ends_here = false;
	rule.class = TS_CLASS_RELAY;
	RETURNS(m, ts_meter_rule_add(m, &rule), -EINVAL);
	ts_meter_close(m);
}

/* Runs @body in another process of the same box; Return: its pid. */
static pid_t other_process(const struct suite *s, void (*body)(const struct suite *s))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		body(s);
		fflush(stdout);
		_exit(0);
	}
	return pid;
}

static void try_to_write(const struct suite *s)
{
	struct ts_meter *m = suite_open(s, false);
	struct ts_tariff t = { .id = 2 };
	struct ts_meter_info info;

	RETURNS(m, ts_meter_info(m, &info), 0);
	EQUAL(info.owner_pid, getppid());
	EQUAL(suite_get(m, 1).id, 1);
	RETURNS(m, ts_meter_grant(m, 1, suite_get(m, 1).epoch, 5), -EBUSY);
	RETURNS(m, ts_meter_tariff_set(m, &t), -EBUSY);
	RETURNS(m, ts_meter_own(m), -EBUSY);
	printf("# refused with: %s\n", ts_meter_error(m));
	ts_meter_close(m);
}

static void write_once(const struct suite *s)
{
	struct ts_meter *m = suite_open(s, false);

	RETURNS(m, ts_meter_grant(m, 1, suite_get(m, 1).epoch, 5), 0);
	ts_meter_close(m);
}

static void one_owner(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	int status;

	suite_tariff(m, 1, 1, 1);
	EQUAL(suite_account(m, mac_a, ZONE).id, 1);
	waitpid(other_process(s, try_to_write), &status, 0);
	EQUAL(status, 0);
	EQUAL(suite_get(m, 1).granted_units, 0);
	ts_meter_close(m);
	waitpid(other_process(s, write_once), &status, 0);
	EQUAL(status, 0);
	m = suite_open(s, false);
	EQUAL(suite_get(m, 1).granted_units, 5);
	RETURNS(m, ts_meter_own(m), 0);
	ts_meter_close(m);
}

/* Works without end on 40 accounts that share 60 stations. */
static void restless(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a, last;
	uint64_t taken;
	unsigned int i;

	srand48(getpid());
	for (;;) {
		memset(&a, 0, sizeof(a));
		a.id = lrand48() % 41;
		if (a.id && ts_meter_account_get(m, a.id, &a))
			continue;
		if (a.id && lrand48() % 4 == 0) {
			ts_meter_close_account(m, a.id, a.epoch, &last, &taken);
			continue;
		}
		a.kind = TS_KIND_CLIENT;
		a.tariff_id = 1;
		a.n_keys = lrand48() % 5;
		for (i = 0; i < a.n_keys; i++)
			a.keys[i] = (struct ts_key){ .mac = { 2, 1, 0, 0, i, lrand48() % 15 },
						     .zone = ZONE };
		if (ts_meter_account_set(m, &a))
			continue;
		ts_meter_grant(m, a.id, a.epoch, a.granted_units + 1000);
		ts_meter_revoke(m, a.id, a.epoch, lrand48() % 2000, &taken);
	}
}

struct consistency {
	struct ts_meter *m;
	unsigned int accounts;
	unsigned int keys;
};

static int consistent(const struct ts_account *a, void *arg)
{
	struct consistency *c = arg;
	struct ts_account found;
	unsigned int i;

	/* Nothing ever passed here, so all that was charged was revoked. */
	EQUAL(a->charged_units, a->revoked_units);
	CHECK(a->charged_units <= a->granted_units);
	for (i = 0; i < a->n_keys; i++) {
		RETURNS(c->m, ts_meter_account_find(c->m, &a->keys[i], &found), 0);
		EQUAL(found.id, a->id);
	}
	c->accounts++;
	c->keys += a->n_keys;
	return 0;
}

static void busy(const struct suite *s)
{
	for (;;)
		;
}

/*
 * Killed at any instruction, what is left is whole.  Beside processes that
 * never wait: with a CPU of its own the victim is mostly met asleep in a grace
 * period.
 */
static void killed_anywhere(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct consistency c = { };
	struct ts_account found;
	unsigned int round, i, j, keys, n_others = strcmp(s->driver, "bpf") ? 0 : 4;
	pid_t pid, others[4];

	suite_tariff(m, 1, 1, 1);
	ts_meter_close(m);
	/* The module has no process of its own that could be killed at work. */
	for (i = 0; i < n_others; i++)
		others[i] = other_process(s, busy);
	srand48(getpid());
	/* A slow machine needs more of them to have been killed at work. */
	for (round = 0; round < 40 || (c.accounts < 2 && round < 1000); round++) {
		pid = other_process(s, restless);
		usleep(5000 + lrand48() % 30000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		m = suite_open_own(s);
		c = (struct consistency){ .m = m };
		RETURNS(m, ts_meter_account_dump(m, consistent, &c), 0);
		for (keys = i = 0; i < 5; i++)
			for (j = 0; j < 15; j++)
				keys += !ts_meter_account_find(m, &(struct ts_key){
					.mac = { 2, 1, 0, 0, i, j }, .zone = ZONE }, &found);
		EQUAL(keys, c.keys);
		ts_meter_close(m);
	}
	for (i = 0; i < n_others; i++) {
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
	printf("# at last %u accounts with %u keys\n", c.accounts, c.keys);
	CHECK(c.accounts > 1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int sum_account(const struct ts_account *a, void *arg)
{
	uint64_t *sum = arg;

	sum[0]++;
	sum[1] += a->granted_units;
	sum[2] += a->n_keys;
	return 0;
}

static void ten_thousand(const struct suite *s)
{
	struct ts_account a = { .kind = TS_KIND_CLIENT, .tariff_id = 1, .n_keys = 1 };
	struct ts_meter *m = suite_open_own(s);
	uint64_t sum[3] = { }, start;
	unsigned int i;

	suite_tariff(m, 1, 1, 1);
	start = now_ns();
	for (i = 0; i < 10000; i++) {
		a.id = 0;
		a.keys[0] = (struct ts_key){ .mac = { 2, 0, 0, 0, i >> 8, i & 255 }, .zone = ZONE };
		RETURNS(m, ts_meter_account_set(m, &a), 0);
		RETURNS(m, ts_meter_grant(m, a.id, a.epoch, i), 0);
	}
	printf("# made and granted 10000 accounts in %.1f ms\n", (now_ns() - start) / 1e6);
	start = now_ns();
	RETURNS(m, ts_meter_account_dump(m, sum_account, sum), 0);
	printf("# dump of 10000 accounts in %.1f ms\n", (now_ns() - start) / 1e6);
	EQUAL(sum[0], 10000);
	EQUAL(sum[1], 9999ULL * 10000 / 2);
	EQUAL(sum[2], 10000);
	start = now_ns();
	RETURNS(m, ts_meter_account_find(m, &(struct ts_key){ .mac = { 2, 0, 0, 0, 39, 15 },
				.zone = ZONE }, &a), 0);
	printf("# found one in %.3f ms\n", (now_ns() - start) / 1e6);
	EQUAL(a.granted_units, 9999);
	/* Also those that do not fit into their bucket. */
	for (i = 0; i < 10000; i++) {
		RETURNS(m, ts_meter_account_find(m, &(struct ts_key){
			.mac = { 2, 0, 0, 0, i >> 8, i & 255 }, .zone = ZONE }, &a), 0);
		EQUAL(a.granted_units, i);
	}
	ts_meter_close(m);
	start = now_ns();
	m = suite_open_own(s);
	printf("# adopted in %.1f ms\n", (now_ns() - start) / 1e6);
	sum[0] = sum[1] = sum[2] = 0;
	RETURNS(m, ts_meter_account_dump(m, sum_account, sum), 0);
	EQUAL(sum[0], 10000);
	EQUAL(sum[1], 9999ULL * 10000 / 2);
	ts_meter_close(m);
}

const struct suite_test suite_table_tests[] = {
	{ "no meter is made unasked", nothing_there },
	{ "info", info },
	{ "tariffs", tariffs },
	{ "life of an account", account_life },
	{ "epochs keep two lives of an id apart", epochs },
	{ "keys: N to 1, moved, refused as a whole", keys },
	{ "grants repeated, reordered, stale", grants },
	{ "revoke and close answer what they took", revoke_and_close },
	{ "rules", rules },
	{ "one owner", one_owner },
	{ "killed at any instruction", killed_anywhere },
	{ "ten thousand accounts", ten_thousand },
	{ }
};
