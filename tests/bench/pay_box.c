// SPDX-License-Identifier: GPL-2.0
/*
 * pay_box.c - the box that is paid: tsd's socket, billing and ledger in a loop
 * as tsd's, without meter and portal, in a process of its own, on one CPU.
 *
 * What it pays for with memory and bytes on the disk is therefore what tsd
 * pays; the payer's share is in the other process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <secp256k1_recovery.h>

#include "pay_bench.h"
#include "tsd/clock.h"
#include "tsd/udp.h"

#define RECOVERS	4000
#define FSYNC_S		1.0

struct box {
	struct ev_loop *loop;
	ev_io payer_io;
	ev_prepare before_sleep;
	int payer;
	struct ts_udp *udp;
	struct ts_billing *billing;
	struct ts_endpoint from[BATCH_MAX];
	uint64_t replies;
	uint32_t in_batch;
	double cpu_s;
	double queued_s;
	uint64_t write_bytes;
	struct pay_figures figures;
};

/* A line "NAME: VALUE" of a file below /proc/self. */
static uint64_t proc_value(const char *file, const char *name)
{
	char line[128];
	unsigned long long value, sum = 0;
	FILE *f = fopen(file, "r");

	bench_must(f ? 0 : -errno, file);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), "%llu", &value) == 1)
			sum = value;
	fclose(f);
	return sum;
}

static uint64_t memory_bytes(const char *name)
{
	return 1024 * proc_value("/proc/self/smaps_rollup", name);
}

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Ready to run, but another had the CPU. */
static double queued_seconds(void)
{
	unsigned long long ran_ns, queued_ns;
	FILE *f = fopen("/proc/self/schedstat", "r");

	if (!f || fscanf(f, "%llu %llu", &ran_ns, &queued_ns) != 2)
		bench_must(-EINVAL, "/proc/self/schedstat");
	fclose(f);
	return (double)queued_ns / 1e9;
}

/*
 * The signature alone, without its text and without Keccak.  By CPU time: what
 * else runs on the machine must not make the limit look low.
 */
static double recovers_per_s(void)
{
	secp256k1_context *ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN |
							   SECP256K1_CONTEXT_VERIFY);
	unsigned char digest[32] = { 1 }, secret[32] = { [31] = 7 };
	secp256k1_ecdsa_recoverable_signature signature;
	secp256k1_pubkey key;
	double start;
	int i;

	if (!ctx || !secp256k1_ecdsa_sign_recoverable(ctx, &signature, digest, secret,
						      NULL, NULL))
		bench_must(-ENOMEM, "libsecp256k1");
	start = cpu_seconds();
	for (i = 0; i < RECOVERS; i++)
		if (!secp256k1_ecdsa_recover(ctx, &key, &signature, digest))
			bench_must(-EINVAL, "recover");
	start = cpu_seconds() - start;
	secp256k1_context_destroy(ctx);
	return RECOVERS / start;
}

static double fsyncs_per_s(const char *dir)
{
	static char page[4096];
	char path[300];
	double start;
	int fd, n = 0;

	snprintf(path, sizeof(path), "%s/fsync", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bench_must(fd < 0 ? -errno : 0, path);
	start = bench_seconds();
	while (bench_seconds() - start < FSYNC_S) {
		if (write(fd, page, sizeof(page)) != sizeof(page) || fdatasync(fd))
			bench_must(-errno, path);
		n++;
	}
	start = bench_seconds() - start;
	close(fd);
	unlink(path);
	return n / start;
}

static int no_accounts(void *m, int (*cb)(const struct ts_account *a, void *arg),
		       void *arg)
{
	return 0;
}

static int any_tariff(void *m, const struct ts_tariff *t)
{
	return 0;
}

static void on_ack(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES])
{
	struct box *b = ctx;

	b->in_batch++;
	ts_udp_send(b->udp, ack, TS_ACK_BYTES, &b->from[reply % BATCH_MAX]);
}

static void on_heard(void *ctx, uint64_t reply, const struct ts_address *partner)
{
}

static void on_refuse(void *ctx, uint64_t reply, const struct ts_refused *why)
{
	fprintf(stderr, "bench: the box refused a payment: %s\n", why->text);
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
	fprintf(stderr, "bench: %s\n", text);
}

static void on_random(void *ctx, void *bytes, size_t len)
{
	memset(bytes, 7, len);
}

static void on_datagram(void *ctx, const void *bytes, size_t len,
			const struct ts_endpoint *from, uint64_t arrived_ns)
{
	struct box *b = ctx;
	struct ts_time now;

	ts_clock_now(&now);
	b->from[b->replies % BATCH_MAX] = *from;
	ts_billing_datagram(b->billing, bytes, len, b->replies++, &now);
}

static void on_before_sleep(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct box *b = w->data;
	struct ts_time now;

	ts_clock_now(&now);
	b->in_batch = 0;
	bench_must(ts_billing_flush(b->billing, &now), "commit");
	if (!b->in_batch)
		return;
	b->figures.payments += b->in_batch;
	b->figures.commits++;
	b->figures.batches[b->in_batch]++;
}

/* The payer begins, or is through. */
static void on_payer(struct ev_loop *loop, ev_io *w, int revents)
{
	struct box *b = w->data;
	char byte;

	if (read(b->payer, &byte, 1) != 1) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	b->cpu_s = cpu_seconds();
	b->queued_s = queued_seconds();
	b->write_bytes = proc_value("/proc/self/io", "write_bytes:");
}

static void open_billing(struct box *b, struct ts_ledger *ledger,
			 unsigned int n_channels)
{
	/* Whoever pays without a memo has no account: no more is asked for. */
	struct ts_billing_meter meter = {
		.account_dump = no_accounts, .tariff_set = any_tariff,
	};
	struct ts_billing_effects effects = {
		.ctx = b, .ack = on_ack, .heard = on_heard, .refuse = on_refuse,
		.session_changed = on_changed, .notify = on_notify,
		.log = on_log, .random = on_random,
	};
	struct ts_billing_config config = { 0 };
	struct ts_signer *signer = pay_signer(0);
	struct ts_channel channel;
	struct ts_time now;
	unsigned int i;
	char err[512];

	bench_config(&config, signer);
	ts_signer_free(signer);
	ts_clock_now(&now);
	if (ts_billing_open(ledger, &config, &meter, &effects, &now, &b->billing,
			    err, sizeof(err))) {
		fprintf(stderr, "bench: %s\n", err);
		exit(1);
	}
	for (i = 1; i <= n_channels; i++) {
		signer = pay_signer(i);
		channel = bench_channel(&config, ts_signer_address(signer), true);
		ts_signer_free(signer);
		bench_must(ts_billing_channel_import(b->billing, &channel, true, &now),
			   "import");
	}
	bench_must(ts_billing_flush(b->billing, &now), "commit");
}

static void open_loop(struct box *b)
{
	/* One address stands for all payers: it is no stranger here. */
	struct ts_udp_limits limits = { .per_source = 1000000, .burst = 1000000,
					.sources = 16, .strangers = 1000000 };
	struct ts_endpoint at = { .len = sizeof(struct sockaddr_in) };
	char err[512];

	b->loop = ev_default_loop(0);
	pay_box_address((struct sockaddr_in *)&at.addr);
	b->udp = ts_udp_new(b->loop, &at, &limits, on_datagram, b, err, sizeof(err));
	if (!b->udp) {
		fprintf(stderr, "bench: %s\n", err);
		exit(1);
	}
	ev_io_init(&b->payer_io, on_payer, b->payer, EV_READ);
	b->payer_io.data = b;
	ev_io_start(b->loop, &b->payer_io);
	ev_prepare_init(&b->before_sleep, on_before_sleep);
	b->before_sleep.data = b;
	ev_prepare_start(b->loop, &b->before_sleep);
}

void pay_box_run(const char *dir, unsigned int n_channels, int fd)
{
	struct ts_ledger_options options = { .flags = TS_LEDGER_CREATE };
	static struct box b;
	struct ts_ledger *ledger;
	char path[300], err[512];
	struct ts_time now;
	double before;

	b.payer = fd;
	before = recovers_per_s();
	b.figures.fsyncs_per_s = fsyncs_per_s(dir);
	snprintf(path, sizeof(path), "%s/ledger.db", dir);
	options.path = path;
	if (ts_ledger_open(&options, &ledger, err, sizeof(err))) {
		fprintf(stderr, "bench: %s\n", err);
		exit(1);
	}
	open_billing(&b, ledger, n_channels);
	open_loop(&b);
	/* Ready. */
	if (write(fd, "", 1) != 1)
		exit(1);
	ev_run(b.loop, 0);
	b.figures.cpu_s = cpu_seconds() - b.cpu_s;
	b.figures.queued_s = queued_seconds() - b.queued_s;
	b.figures.write_bytes = proc_value("/proc/self/io", "write_bytes:") -
				b.write_bytes;
	b.figures.recovers_per_s = (before + recovers_per_s()) / 2;
	b.figures.dirty_bytes = memory_bytes("Private_Dirty:");
	b.figures.private_bytes = b.figures.dirty_bytes +
				  memory_bytes("Private_Clean:");
	if (write(fd, &b.figures, sizeof(b.figures)) != sizeof(b.figures))
		exit(1);
	ts_clock_now(&now);
	bench_must(ts_billing_stop(b.billing, &now), "stop");
	ts_billing_free(b.billing);
	ts_udp_free(b.udp);
	ts_ledger_close(ledger);
	exit(0);
}
