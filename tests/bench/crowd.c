// SPDX-License-Identifier: GPL-2.0
/*
 * crowd DRIVER PATTERN METER CLIENTS: a port and so many paid clients on it, which
 * stay when it has ended.  Client n is 02:01:00:n, as forward_wrap.bpf.c has it.
 *
 * crowd DRIVER scale ROUNDS: what it takes to read, grant and adopt the clients
 * that are there, as rows for report.py.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lib/meter.h"
#include "row.h"

#define TARIFF 1
#define PLENTY_UNITS (1ULL << 60)
#define ROUNDS_MAX 99
#define DUMPED_MAX 65536

static struct ts_meter *meter;

static void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, meter ? ts_meter_error(meter) : "");
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void open_meter(const char *driver)
{
	char err[256];

	if (ts_meter_open(driver, true, &meter, err, sizeof(err))) {
		fprintf(stderr, "crowd: %s\n", err);
		exit(1);
	}
}

static int first_zone(const struct ts_port *port, void *arg)
{
	*(uint32_t *)arg = port->zone;
	return 1;
}

static void add_client(uint32_t n, uint32_t zone)
{
	struct ts_account a = { .kind = TS_KIND_CLIENT, .tariff_id = TARIFF, .n_keys = 1 };
	const uint8_t mac[6] = { 2, 1, 0, n >> 16, n >> 8, n };

	memcpy(a.keys[0].mac, mac, sizeof(mac));
	a.keys[0].zone = zone;
	if (ts_meter_account_set(meter, &a) ||
	    ts_meter_grant(meter, a.id, a.epoch, PLENTY_UNITS))
		die("account");
}

static int make_crowd(const char *pattern, const char *kind, uint32_t clients)
{
	struct ts_tariff tariff = { .id = TARIFF };
	struct ts_port port = { .role = TS_ROLE_ACCESS, .direction = TS_DIRECTION_BOTH };
	uint32_t zone = 0, n;
	double start;
	int d;

	for (d = 0; d < TS_DIR_COUNT; d++)
		tariff.price[TS_CLASS_INTERNET][d] = tariff.price[TS_CLASS_LOCAL][d] = 1;
	snprintf(port.pattern, sizeof(port.pattern), "%s", pattern);
	if (!strcmp(kind, "fast"))
		strcpy(port.fast_from, "u0");
	port.meter = !strcmp(kind, "xdp") || port.fast_from[0] ? TS_METER_XDP :
		     !strcmp(kind, "tc") ? TS_METER_TC : TS_METER_NF;
	if (ts_meter_own(meter) || ts_meter_tariff_set(meter, &tariff) ||
	    ts_meter_port_add(meter, &port))
		die("port");
	ts_meter_port_dump(meter, first_zone, &zone);
	start = now_ms();
	for (n = 0; n < clients; n++)
		add_client(n, zone);
	printf("%.3f\n", (now_ms() - start) / clients);
	ts_meter_close(meter);
	return 0;
}

/** struct dumped - the accounts that a dump met */
struct dumped {
	uint32_t n;
	uint32_t id[DUMPED_MAX];
	uint32_t epoch[DUMPED_MAX];
};

static int note_account(const struct ts_account *a, void *arg)
{
	struct dumped *d = arg;

	if (d->n < DUMPED_MAX) {
		d->id[d->n] = a->id;
		d->epoch[d->n++] = a->epoch;
	}
	return 0;
}

/* As a daemon that starts: open, own, and read all that is there. */
static double adopt(const char *driver, struct dumped *d)
{
	double start = now_ms();

	d->n = 0;
	open_meter(driver);
	if (ts_meter_own(meter) || ts_meter_maintain(meter) < 0 ||
	    ts_meter_account_dump(meter, note_account, d))
		die("adopt");
	return now_ms() - start;
}

static double grant_all(const struct dumped *d, uint64_t more)
{
	double start = now_ms();
	uint32_t i;

	for (i = 0; i < d->n; i++)
		if (ts_meter_grant(meter, d->id[i], d->epoch[i], PLENTY_UNITS + more))
			die("grant");
	return d->n / (now_ms() - start) * 1e3;
}

static void row(const char *fmt, uint32_t clients, const char *unit, const char *goal,
		const double *samples, int rounds)
{
	char what[96];

	snprintf(what, sizeof(what), fmt, clients);
	bench_row(what, unit, goal, samples, rounds);
}

static int scale(const char *driver, int rounds)
{
	static double adopted[ROUNDS_MAX], dumped[ROUNDS_MAX], grants[ROUNDS_MAX];
	static struct dumped d;
	struct ts_meter_info info = { 0 };
	double start, bytes;
	int i;

	for (i = 0; i < rounds; i++) {
		adopted[i] = adopt(driver, &d);
		d.n = 0;
		start = now_ms();
		if (ts_meter_account_dump(meter, note_account, &d))
			die("dump");
		dumped[i] = now_ms() - start;
		grants[i] = grant_all(&d, i + 1);
		if (ts_meter_info(meter, &info))
			die("info");
		ts_meter_close(meter);
		meter = NULL;
	}
	bytes = info.accounts_max ? (double)info.memory_bytes / info.accounts_max : 0;
	row("dump of %u accounts", d.n, "ms", d.n == 10000 ? "<=10" : NULL, dumped, rounds);
	row("adopt %u accounts: open, own, read all", d.n, "ms", NULL, adopted, rounds);
	row("grants through the library, %u accounts", d.n, "1/s", NULL, grants, rounds);
	row("kernel tables with %u accounts, for each that fits", d.n, "bytes", NULL, &bytes, 1);
	return 0;
}

int main(int argc, char **argv)
{
	int rounds;

	if (argc == 4 && !strcmp(argv[2], "scale")) {
		rounds = atoi(argv[3]);
		return rounds < 1 || rounds > ROUNDS_MAX ? 2 : scale(argv[1], rounds);
	}
	if (argc != 5) {
		fprintf(stderr, "usage: crowd DRIVER PATTERN METER CLIENTS, crowd DRIVER scale ROUNDS\n");
		return 2;
	}
	open_meter(argv[1]);
	return make_crowd(argv[2], argv[3], atoi(argv[4]));
}
