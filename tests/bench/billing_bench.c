// SPDX-License-Identifier: GPL-2.0
/*
 * billing_bench.c - how billing does with many paid sessions, on one core.
 *
 *	billing_bench [SESSIONS]	(10000)
 *
 * The kernel is an array, the ledger a file in memory; a wallet has paid for
 * each session, all of it is granted.  Events are LOW ones of random accounts.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_box.h"
#include "row.h"

#define PAID_WEI	((ts_u128)200000 * 1000000000)	/* 200 kB */
#define EVENTS		20000

struct bench {
	uint32_t n;
	struct ts_account *accounts;
	char (*codes)[TS_CODE_SIZE];
	uint32_t used;
	struct ts_billing *billing;
	struct ts_time now;
	uint64_t random;
	unsigned int acks;
};

static struct ts_account *account_of(struct bench *b, uint32_t id)
{
	return id && id <= b->used ? &b->accounts[id - 1] : NULL;
}

static int m_set(void *m, struct ts_account *a)
{
	struct ts_account *known = account_of(m, a->id);
	struct bench *b = m;

	if (known) {
		known->low_units = a->low_units;
		*a = *known;
		return 0;
	}
	if (b->used == b->n)
		return -ENOSPC;
	a->id = ++b->used;
	a->epoch = 1;
	b->accounts[a->id - 1] = *a;
	return 0;
}

static int m_get(void *m, uint32_t id, struct ts_account *a)
{
	struct ts_account *known = account_of(m, id);

	if (!known)
		return -ENOENT;
	*a = *known;
	return 0;
}

static int m_close(void *m, struct ts_closing *c, size_t n)
{
	return 0;
}

static int m_dump(void *m, int (*cb)(const struct ts_account *a, void *arg),
		  void *arg)
{
	struct bench *b = m;
	uint32_t i;
	int ret = 0;

	for (i = 0; i < b->used && !ret; i++)
		ret = cb(&b->accounts[i], arg);
	return ret;
}

static int m_grant(void *m, uint32_t id, uint32_t epoch, uint64_t granted_units)
{
	account_of(m, id)->granted_units = granted_units;
	return 0;
}

static int m_revoke(void *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		    uint64_t *taken_units)
{
	*taken_units = 0;
	return 0;
}

static int m_tariff(void *m, const struct ts_tariff *t)
{
	return 0;
}

static const char *m_error(void *m)
{
	return "no";
}

static void e_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	struct bench *b = ctx;

	b->acks++;
}

static void e_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
}

static void e_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	fprintf(stderr, "billing_bench: refused: %s\n", why->text);
	exit(1);
}

static void e_changed(void *ctx, const char *code)
{
}

static void e_notify(void *ctx, const char *code, enum ts_notice notice)
{
}

static void e_log(void *ctx, int priority, const char *text)
{
}

static uint64_t draw(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

static void e_random(void *ctx, void *bytes, size_t len)
{
	uint8_t *out = bytes;

	while (len--)
		*out++ = (uint8_t)(draw(ctx) >> 32);
}

static void open_billing(struct bench *b, struct ts_ledger *ledger,
			 const struct ts_billing_config *config)
{
	struct ts_billing_meter meter = {
		.m = b, .account_set = m_set, .account_get = m_get,
		.close_accounts = m_close, .account_dump = m_dump, .grant = m_grant,
		.revoke = m_revoke, .tariff_set = m_tariff, .error = m_error,
	};
	struct ts_billing_effects effects = {
		.ctx = b, .ack = e_ack, .heard = e_heard, .refuse = e_refuse,
		.session_changed = e_changed, .notify = e_notify,
		.log = e_log, .random = e_random,
	};
	char err[512];

	if (ts_billing_open(ledger, config, &meter, &effects, &b->now,
			    &b->billing, err, sizeof(err))) {
		fprintf(stderr, "billing_bench: %s\n", err);
		exit(1);
	}
}

static struct ts_key key_of(uint32_t i)
{
	struct ts_key key = { .mac = { 2, 0, (uint8_t)(i >> 24), (uint8_t)(i >> 16),
				       (uint8_t)(i >> 8), (uint8_t)i },
			      .zone = 7 };

	return key;
}

static void pay_all(struct bench *b, const struct ts_signer *wallet,
		    struct ts_channel *ch)
{
	struct ts_memo memo = { .tariff_id = 1 };
	char text[TS_MEMO_SIZE];
	struct ts_datagram d;
	struct ts_channel next;
	struct ts_bytes data;
	struct ts_key key;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		key = key_of(i);
		bench_must(ts_billing_station(b->billing, &key, &b->now, memo.code),
		     "station");
		strcpy(b->codes[i], memo.code);
		data.p = (const uint8_t *)text;
		data.len = ts_memo_print(&memo, text);
		if (ts_channel_send(ch, wallet, PAID_WEI, &data, &next, &d))
			bench_must(-EINVAL, "channel");
		*ch = next;
		ts_billing_datagram(b->billing, d.b, d.len, i, &b->now);
		if (i % 256 == 255 || i + 1 == b->n)
			ts_billing_flush(b->billing, &b->now);
	}
	ts_billing_flush(b->billing, &b->now);
}

static void events(struct bench *b, unsigned int in_a_turn)
{
	struct ts_meter_event ev = { .type = TS_EVENT_LOW };
	double start = bench_seconds();
	unsigned int i;

	for (i = 0; i < EVENTS; i++) {
		struct ts_account *a = &b->accounts[draw(b) % b->used];

		ev.account_id = a->id;
		ev.epoch = a->epoch;
		ev.granted_units = a->granted_units;
		ts_billing_meter_event(b->billing, &ev, &b->now);
		if (i % in_a_turn == in_a_turn - 1)
			ts_billing_flush(b->billing, &b->now);
	}
	printf("%-34s %10.0f /s\n", in_a_turn == 1 ?
	       "events, a flush after each" : "events, a flush after 64",
	       EVENTS / (bench_seconds() - start));
}

static void lookups(struct bench *b)
{
	struct ts_session_view view;
	char code[TS_CODE_SIZE];
	double start = bench_seconds();
	struct ts_key key;
	unsigned int i;

	for (i = 0; i < EVENTS; i++) {
		key = key_of((uint32_t)(draw(b) % b->n));
		bench_must(ts_billing_station_find(b->billing, &key, code), "find");
	}
	printf("%-34s %10.0f /s\n", "station to session", EVENTS / (bench_seconds() - start));
	start = bench_seconds();
	for (i = 0; i < EVENTS; i++)
		bench_must(ts_billing_session_view(b->billing,
			b->codes[draw(b) % b->n], &view), "view");
	printf("%-34s %10.0f /s\n", "code to view", EVENTS / (bench_seconds() - start));
}

static void ticks(struct bench *b)
{
	double start = bench_seconds();
	unsigned int i;

	for (i = 0; i < 20; i++) {
		b->now.boot_ns += 1000000000ull;
		ts_billing_tick(b->billing, &b->now);
		ts_billing_flush(b->billing, &b->now);
	}
	printf("%-34s %10.3f ms\n", "the tick of a second",
	       (bench_seconds() - start) * 1000 / 20);
}

int main(int argc, char **argv)
{
	struct bench b = { .n = argc > 1 ? (uint32_t)atoi(argv[1]) : 10000,
			   .random = 88172645463325252ull };
	char dir[] = "/dev/shm/ts-bench-XXXXXX", path[64], err[512];
	struct ts_ledger_options options = { .path = path,
					     .flags = TS_LEDGER_CREATE };
	struct ts_signer *box = ts_signer_generate();
	struct ts_signer *wallet = ts_signer_generate();
	struct ts_billing_config config = { .unpaid_sessions_max = 1000 };
	struct ts_channel of_box, of_wallet;
	double start, adopted_ms, each_bytes;
	struct ts_ledger *ledger;
	size_t heap;

	b.accounts = calloc(b.n, sizeof(*b.accounts));
	b.codes = calloc(b.n, sizeof(*b.codes));
	if (!b.n || !b.accounts || !b.codes || !mkdtemp(dir))
		bench_must(-ENOMEM, "setup");
	snprintf(path, sizeof(path), "%s/ledger.db", dir);
	if (ts_ledger_open(&options, &ledger, err, sizeof(err))) {
		fprintf(stderr, "billing_bench: %s\n", err);
		return 1;
	}
	b.now = (struct ts_time){ .boot_ns = 1000000000, .wall_s = 1800000000 };
	bench_config(&config, box);
	open_billing(&b, ledger, &config);
	of_box = bench_channel(&config, ts_signer_address(wallet), true);
	of_wallet = bench_channel(&config, ts_signer_address(wallet), false);
	bench_must(ts_billing_channel_import(b.billing, &of_box, true, &b.now), "import");
	pay_all(&b, wallet, &of_wallet);
	printf("%u sessions paid, %u accounts\n", b.acks, b.used);
	events(&b, 1);
	events(&b, 64);
	lookups(&b);
	ticks(&b);
	bench_must(ts_billing_stop(b.billing, &b.now), "stop");
	ts_billing_free(b.billing);
	heap = mallinfo2().uordblks;
	start = bench_seconds();
	open_billing(&b, ledger, &config);
	adopted_ms = (bench_seconds() - start) * 1000;
	bench_row("start and adoption of the paid sessions", "ms", NULL, &adopted_ms, 1);
	each_bytes = (double)(mallinfo2().uordblks - heap) / b.n;
	bench_row("memory of the daemon's billing, a session", "bytes", NULL, &each_bytes, 1);
	ts_billing_free(b.billing);
	ts_ledger_close(ledger);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	ts_signer_free(box);
	ts_signer_free(wallet);
	free(b.accounts);
	free(b.codes);
	return system(path) ? 1 : 0;
}
