// SPDX-License-Identifier: GPL-2.0
/* relay_pair_life.c - two boxes of a mesh begin, die and lose their power, for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay_pair.h"

void mesh_start(struct mesh *m, struct side *s)
{
	struct ts_ledger_options options = { .flags = TS_LEDGER_CREATE };
	char path[128], lock_path[128], err[256];

	snprintf(path, sizeof(path), "%s/%s.db", m->dir, s->name);
	snprintf(lock_path, sizeof(lock_path), "%s/%s.lock", m->dir, s->name);
	options.path = path;
	options.lock_path = lock_path;
	assert_int_equal(ts_ledger_open(&options, &s->ledger, err, sizeof(err)), 0);
	assert_int_equal(ts_relay_new(s->ledger, &s->config, s->key, m->now_ns,
				      &s->relay), 0);
	ts_relay_radios(s->relay, &s->mac, &s->mac, 1);
	s->asked_wei = 0;
	mesh_tell_channel(m, s);
	/* Accounts that the ledger does not know are closed. */
	if (s->kernel.id && !ts_relay_knows_account(s->relay, s->kernel.id,
						    s->kernel.epoch))
		s->kernel.id = 0;
}

/* The process is gone, the kernel counts on. */
void mesh_kill(struct mesh *m, struct side *s)
{
	s->kills++;
	ts_relay_free(s->relay);
	ts_ledger_close(s->ledger);
	mesh_start(m, s);
}

/* No boot has the name of another. */
static void name_boot(struct side *s)
{
	snprintf(s->config.boot_id, sizeof(s->config.boot_id),
		 "%08x-0000-0000-0000-000000000001", (unsigned int)s->kernel.life);
}

/* All that was not on the disk is gone. */
void mesh_power_cut(struct mesh *m, struct side *s)
{
	uint64_t life = s->kernel.life;

	memset(&s->kernel, 0, sizeof(s->kernel));
	memset(&s->true_until, 0, sizeof(s->true_until));
	s->kernel.life = life + 1;
	name_boot(s);
	mesh_kill(m, s);
}

static void fill_config(struct ts_relay_config *c, struct side *s)
{
	int service, dir;

	c->us = *ts_signer_address(s->key);
	c->chain_id = ts_u256_from_u64(8888);
	memset(&c->tokens_network, 0x11, sizeof(c->tokens_network));
	memset(&c->token, 0x22, sizeof(c->token));
	name_boot(s);
	c->relay_port = 40002;
	c->photon_port = 40001;
	c->hello_s = 5;
	c->interval_s = 10;
	c->pay_bytes = 1 << 20;
	c->window_bytes = 4 << 20;
	c->window_box_wei = (ts_u128)1 << 100;
	c->judge_bytes = 1 << 20;
	c->tolerance_per_mille = 20;
	c->overhead_bytes = 24;
	c->low_bytes = 8 << 20;
	c->offer.margin_per_mille = 100;
	c->offer.rise_per_mille = 200;
	c->offer.notice_s = 1200;
	c->limits.rise_per_mille = 250;
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			c->offer.own[service][dir] =
				ts_price_of_wei_per_gb(1000000000000ull * (1 + dir));
			c->limits.most[service][dir] =
				ts_price_of_wei_per_gb(100000000000000ull);
		}
	}
}

static void open_side(struct mesh *m, unsigned int i)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct side *s = &m->side[i];

	memset(secret, 0x31 + i, sizeof(secret));
	snprintf(s->name, sizeof(s->name), "box%u", i);
	s->key = ts_signer_new(secret);
	s->mac = (struct ts_mac){ { 2, 0, 0, 0, 0, (uint8_t)i } };
	s->deposit_wei = (ts_u128)1 << 90;
	s->usable = true;
	s->sold_per_mille = 1000;
	s->bought_per_mille = 1000;
	s->kernel.life = 1;
	fill_config(&s->config, s);
}

void mesh_open(struct mesh *m)
{
	const char *where = getenv("TMPDIR");

	memset(m, 0, sizeof(*m));
	snprintf(m->dir, sizeof(m->dir), "%.40s/ts-relay-XXXXXX", where ? where : "/tmp");
	assert_non_null(mkdtemp(m->dir));
	m->random = 88172645463325252ull;
	m->now_ns = 1000 * SECOND_NS;
	open_side(m, 0);
	open_side(m, 1);
	mesh_start(m, &m->side[0]);
	mesh_start(m, &m->side[1]);
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

void mesh_close(struct mesh *m)
{
	static const char *const ends[] = { "db", "db-wal", "db-shm", "lock" };
	char path[128];
	unsigned int i, j;

	for (i = 0; i < 2; i++) {
		ts_relay_free(m->side[i].relay);
		/* M5: what was charged is in the revenues of its days. */
		assert_int_equal(ts_ledger_check(m->side[i].ledger, 0, say_fault, NULL),
				 0);
		ts_ledger_close(m->side[i].ledger);
		ts_signer_free(m->side[i].key);
		for (j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
			snprintf(path, sizeof(path), "%s/%s.%s", m->dir,
				 m->side[i].name, ends[j]);
			unlink(path);
		}
	}
	assert_int_equal(rmdir(m->dir), 0);
}
