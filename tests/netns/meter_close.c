// SPDX-License-Identifier: GPL-2.0
/* Tests of accounts that are closed together. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <tokenswitch/budget.h>
#include "meter_net.h"
#include "meter_suite.h"

#define ZONE 0x1234
/* More than the driver genl sends at once, and no multiple of it. */
#define TOGETHER 41
#define MANY 1000
/* Of the account under load, at a place in the middle. */
#define LOADED (TOGETHER / 2)
#define LOADED_UNITS 5000000
/* So often it must be closed in mid-spending. */
#define HALFWAY 8

static const uint8_t client_mac[6] = NET_CLIENT_MAC;

static struct ts_account make(struct ts_meter *m, unsigned int number, uint64_t granted_units)
{
	const uint8_t mac[6] = { 0x02, 0x00, 0x00, 0x00, (uint8_t)(number >> 8), (uint8_t)number };
	struct ts_account a = suite_account(m, mac, ZONE);

	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, granted_units), 0);
	return a;
}

/* Each one is closed or refused for itself. */
static void together(const struct suite *s)
{
	struct ts_closing c[TOGETHER] = { };
	struct ts_meter *m = suite_open_own(s);
	struct suite_events ev = { };
	struct ts_account a;
	unsigned int i;

	suite_tariff(m, 1, 1, 1);
	CHECK(ts_meter_event_fd(m) >= 0);
	for (i = 0; i < TOGETHER - 1; i++) {
		a = make(m, i + 1, 1000 + i);
		c[i] = (struct ts_closing){ .id = a.id, .epoch = a.epoch };
	}
	/* In the middle another life, one that never was; at the end one twice. */
	c[20].epoch++;
	c[25].id = TS_ACCOUNT_ID_MAX;
	c[TOGETHER - 1] = c[3];
	RETURNS(m, ts_meter_close_accounts(m, c, TOGETHER), -ESTALE);
	CHECK(strstr(ts_meter_error(m), "account"));
	for (i = 0; i < TOGETHER; i++) {
		if (i == 20 || i == 25 || i == TOGETHER - 1) {
			EQUAL(c[i].err, i == 20 ? -ESTALE : -ENOENT);
			EQUAL(c[i].taken_units, 0);
			continue;
		}
		EQUAL(c[i].err, 0);
		EQUAL(c[i].taken_units, 1000 + i);
		EQUAL(c[i].last.id, c[i].id);
		EQUAL(c[i].last.epoch, c[i].epoch);
		EQUAL(c[i].last.charged_units, 1000 + i);
		EQUAL(c[i].last.revoked_units, 1000 + i);
		RETURNS(m, ts_meter_account_get(m, c[i].id, &a), -ENOENT);
	}
	while (ev.n[TS_EVENT_CLOSED] < TOGETHER - 3)
		CHECK(suite_wait_event(m, &ev, TS_EVENT_CLOSED));
	EQUAL(ev.n[TS_EVENT_CLOSED], TOGETHER - 3);

	/* Refused is untouched. */
	a = suite_get(m, c[20].id);
	EQUAL(a.epoch, c[20].epoch - 1);
	EQUAL(a.flags, 0);
	EQUAL(a.n_keys, 1);
	EQUAL(a.granted_units, 1020);
	EQUAL(a.charged_units, 0);
	c[20].epoch--;
	RETURNS(m, ts_meter_close_accounts(m, &c[20], 1), 0);
	EQUAL(c[20].taken_units, 1020);
	RETURNS(m, ts_meter_close_accounts(m, NULL, 0), 0);
	ts_meter_close(m);
}

/* What passed, what was taken, and that nothing came of or went to anybody else. */
static void check_loaded(const struct ts_closing *c, uint64_t granted_units)
{
	const struct ts_stat *stat = c->last.stats[TS_CLASS_INTERNET];

	EQUAL(c->err, 0);
	EQUAL(c->last.granted_units, granted_units);
	EQUAL(c->last.charged_units, granted_units);
	EQUAL(c->last.revoked_units, c->taken_units);
	EQUAL(stat[TS_DIR_UP].units, stat[TS_DIR_UP].bytes * 3);
	EQUAL(stat[TS_DIR_DOWN].units, stat[TS_DIR_DOWN].bytes * 2);
	EQUAL(granted_units - c->taken_units, stat[TS_DIR_UP].units + stat[TS_DIR_DOWN].units);
}

/* Invariants 1 to 3: whatever is under way while all are closed, sums are exact. */
static void together_under_load(const struct suite *s)
{
	unsigned int i, rounds = 0, halfway = 0;
	uint64_t arrived[2];
	struct ts_closing c[TOGETHER];
	struct ts_account a, loaded;
	struct ts_meter *m;
	pid_t pid;

	net_make_client();
	net_make_server();
	fflush(stdout);
	/* Before the meter is opened: who has its socket is its owner. */
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			net_flood(30000, 300, arrived);
	}
	m = suite_open_own(s);
	suite_tariff(m, 1, 3, 2);
	suite_port(s, m, "ap0");
	suite_wait_port(m, "ap0", "ap0");
	while (halfway < HALFWAY && rounds < 100 * HALFWAY) {
		/* It spends while the others are made. */
		loaded = suite_account(m, client_mac, ts_zone_of_name("ap0"));
		RETURNS(m, ts_meter_grant(m, loaded.id, loaded.epoch, LOADED_UNITS), 0);
		for (i = 0; i < TOGETHER; i++) {
			a = i == LOADED ? loaded : make(m, i + 1, 700);
			c[i] = (struct ts_closing){ .id = a.id, .epoch = a.epoch };
		}
		RETURNS(m, ts_meter_close_accounts(m, c, TOGETHER), 0);
		for (i = 0; i < TOGETHER; i++)
			check_loaded(&c[i], i == LOADED ? LOADED_UNITS : 700);
		halfway += c[LOADED].taken_units && c[LOADED].taken_units < LOADED_UNITS;
		rounds++;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("# %u times %d accounts, %u times in mid-spending\n", rounds, TOGETHER, halfway);
	EQUAL(halfway, HALFWAY);
	ts_meter_close(m);
}

/* All sessions end: how long that takes is told, not asserted. */
static void many(const struct suite *s)
{
	struct ts_closing *c = calloc(MANY, sizeof(*c));
	struct ts_meter *m = suite_open_own(s);
	struct ts_meter_info info;
	struct timespec from, to;
	struct ts_account a;
	unsigned int i;

	CHECK(c);
	suite_tariff(m, 1, 1, 1);
	for (i = 0; i < MANY; i++) {
		a = make(m, i + 1, 10);
		c[i] = (struct ts_closing){ .id = a.id, .epoch = a.epoch };
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	RETURNS(m, ts_meter_close_accounts(m, c, MANY), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("# closed %d accounts in %.1f ms\n", MANY,
	       (double)(to.tv_sec - from.tv_sec) * 1e3 +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e6);
	for (i = 0; i < MANY; i++)
		EQUAL(c[i].taken_units, 10);
	RETURNS(m, ts_meter_info(m, &info), 0);
	EQUAL(info.accounts, 0);
	free(c);
	ts_meter_close(m);
}

const struct suite_test suite_close_tests[] = {
	{ "accounts are closed together, each for itself", together },
	{ "accounts are closed together, very many", many },
	{ "accounts closed together under load keep the sums", together_under_load },
	{ }
};
