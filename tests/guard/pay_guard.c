// SPDX-License-Identifier: GPL-2.0
/*
 * pay_guard DIRECTORY: what a payment makes the box write, sync and compute, with the
 * ledger in DIRECTORY: rows for guard.py.  Counts, and one quotient of CPU times.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <secp256k1_recovery.h>

#include "../bench/bench_box.h"
#include "../bench/row.h"

#define ALONE		200
#define BATCH		64
#define BATCHES		8
#define ROUNDS		10
#define PAY_WEI		1000

static unsigned int n_syncs, n_acks;

/* SQLite's calls come here, for a program's own functions are found first. */
int fdatasync(int fd)
{
	n_syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	n_syncs++;
	return (int)syscall(SYS_fsync, fd);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Handed to write(), pwrite() and the like, whatever the file system makes of it. */
static double written_bytes(void)
{
	unsigned long long value = 0;
	char line[128];
	FILE *f = fopen("/proc/self/io", "r");

	bench_must(f ? 0 : -ENOENT, "/proc/self/io");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "wchar: %llu", &value) == 1)
			break;
	fclose(f);
	return (double)value;
}

static int no_accounts(void *m, int (*cb)(const struct ts_account *a, void *arg), void *arg)
{
	return 0;
}

static int any_tariff(void *m, const struct ts_tariff *t)
{
	return 0;
}

static void on_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	n_acks++;
}

static void on_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
}

static void on_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	fprintf(stderr, "pay_guard: refused: %s\n", why->text);
	exit(1);
}

static void on_changed(void *ctx, const char *code)
{
}

static void on_notify(void *ctx, const char *code, enum ts_notice notice)
{
}

static void on_log(void *ctx, int priority, const char *text)
{
}

static void on_random(void *ctx, void *bytes, size_t len)
{
	memset(bytes, 7, len);
}

/**
 * struct payer - a wallet, and the box that it pays
 * @billing: of the box, without a meter: who pays without a memo has no account
 * @wallet: signs
 * @channel: as the wallet has it
 * @now: stands still
 */
struct payer {
	struct ts_billing *billing;
	struct ts_signer *wallet;
	struct ts_channel channel;
	struct ts_time now;
};

static void open_box(struct payer *p, struct ts_ledger *ledger)
{
	struct ts_billing_meter meter = {
		.account_dump = no_accounts, .tariff_set = any_tariff,
	};
	struct ts_billing_effects effects = {
		.ack = on_ack, .heard = on_heard, .refuse = on_refuse,
		.session_changed = on_changed, .notify = on_notify,
		.log = on_log, .random = on_random,
	};
	struct ts_billing_config config = { 0 };
	struct ts_signer *box = ts_signer_generate();
	struct ts_channel of_box;
	char err[512];

	p->now = (struct ts_time){ .boot_ns = 1000000000, .wall_s = 1800000000 };
	p->wallet = ts_signer_generate();
	bench_config(&config, box);
	if (ts_billing_open(ledger, &config, &meter, &effects, &p->now, &p->billing, err,
			    sizeof(err))) {
		fprintf(stderr, "pay_guard: %s\n", err);
		exit(1);
	}
	of_box = bench_channel(&config, ts_signer_address(p->wallet), true);
	p->channel = bench_channel(&config, ts_signer_address(p->wallet), false);
	ts_signer_free(box);
	bench_must(ts_billing_channel_import(p->billing, &of_box, true, &p->now), "import");
	bench_must(ts_billing_flush(p->billing, &p->now), "commit");
}

/* Signed beforehand: the payer's work is not what is measured. */
static void sign(struct payer *p, struct ts_datagram *d, unsigned int n)
{
	struct ts_channel next;

	for (; n; n--, d++) {
		bench_must(ts_channel_send(&p->channel, p->wallet, PAY_WEI, NULL, &next, d) ?
			   -EINVAL : 0, "payment");
		p->channel = next;
	}
}

static void take(struct payer *p, const struct ts_datagram *d, unsigned int n,
		 unsigned int in_a_batch)
{
	unsigned int i;

	n_acks = 0;
	for (i = 0; i < n; i++) {
		ts_billing_datagram(p->billing, d[i].b, d[i].len, i, &p->now);
		if (i % in_a_batch == in_a_batch - 1)
			bench_must(ts_billing_flush(p->billing, &p->now), "commit");
	}
	bench_must(n_acks == n ? 0 : -EIO, "an Ack for each");
}

static void guard_writes(struct payer *p, const char *name, unsigned int n,
			 unsigned int in_a_batch)
{
	struct ts_datagram *d = calloc(n, sizeof(*d));
	double bytes, syncs;
	char what[96];

	bench_must(d ? 0 : -ENOMEM, "payments");
	sign(p, d, n);
	bytes = written_bytes();
	n_syncs = 0;
	take(p, d, n, in_a_batch);
	bytes = (written_bytes() - bytes) / n;
	syncs = (double)n_syncs * in_a_batch / n;
	snprintf(what, sizeof(what), "%s: bytes written for a payment", name);
	bench_row(what, "bytes", NULL, &bytes, 1);
	snprintf(what, sizeof(what), "%s: syncs of the disk for a commit", name);
	bench_row(what, "syncs", NULL, &syncs, 1);
	free(d);
}

/* Return: seconds of CPU for the signatures alone of so many payments. */
static double recover(unsigned int n)
{
	static secp256k1_context *ctx;
	unsigned char digest[32] = { 1 }, secret[32] = { [31] = 7 };
	secp256k1_ecdsa_recoverable_signature signature;
	secp256k1_pubkey key;
	double start;

	if (!ctx)
		ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
	bench_must(ctx && secp256k1_ecdsa_sign_recoverable(ctx, &signature, digest, secret, NULL,
							   NULL) ? 0 : -EINVAL, "libsecp256k1");
	start = cpu_seconds();
	while (n--)
		bench_must(secp256k1_ecdsa_recover(ctx, &key, &signature, digest) ? 0 : -EINVAL,
			   "recover");
	return cpu_seconds() - start;
}

/* The least of some short runs: what shares the caches only ever adds to one. */
static void guard_cpu(struct payer *p)
{
	static struct ts_datagram d[BATCH * BATCHES];
	double pay = 1e9, alone = 1e9, start, ratio;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		sign(p, d, BATCH * BATCHES);
		start = cpu_seconds();
		take(p, d, BATCH * BATCHES, BATCH);
		start = cpu_seconds() - start;
		pay = start < pay ? start : pay;
		start = recover(BATCH * BATCHES);
		alone = start < alone ? start : alone;
	}
	ratio = pay / alone;
	bench_row("a payment of 64: CPU time over its signature's", "ratio", NULL, &ratio, 1);
}

int main(int argc, char **argv)
{
	struct ts_ledger_options options = { .flags = TS_LEDGER_CREATE };
	struct ts_ledger *ledger;
	char path[300], err[512];
	struct payer p = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: pay_guard DIRECTORY\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/ledger.db", argv[1]);
	options.path = path;
	if (ts_ledger_open(&options, &ledger, err, sizeof(err))) {
		fprintf(stderr, "pay_guard: %s\n", err);
		return 1;
	}
	open_box(&p, ledger);
	guard_writes(&p, "a payment alone", ALONE, 1);
	guard_writes(&p, "64 payments at once", BATCH * BATCHES, BATCH);
	guard_cpu(&p);
	bench_must(ts_billing_stop(p.billing, &p.now), "stop");
	ts_billing_free(p.billing);
	ts_ledger_close(ledger);
	ts_signer_free(p.wallet);
	return 0;
}
