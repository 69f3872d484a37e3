// SPDX-License-Identifier: GPL-2.0
/*
 * Cost of the meter over a no-op program, by BPF_PROG_TEST_RUN.  Prints one
 * line per case: name, median and spread of the difference in ns, the no-op.
 *
 *   meter_bench [ROUNDS [REPEAT]]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <tokenswitch/classify.h>
#include "../unit/classify_maps.h"
#include "xdp.skel.h"
#include "tc.skel.h"
#include "meter_wrap.skel.h"

#define ROUNDS_MAX 99
#define FRAME_BYTES 64

enum hook { HOOK_XDP, HOOK_TC_UP, HOOK_TC_DOWN };

struct bench_case {
	const char *name;
	enum hook hook;
	uint32_t stations;
	int paid;
	int ip6;
	int tagged;
};

static const struct bench_case cases[] = {
	{ "xdp up, one client", HOOK_XDP, 1, 1 },
	{ "xdp up, one client, IPv6", HOOK_XDP, 1, 1, .ip6 = 1 },
	{ "xdp up, one client, VLAN", HOOK_XDP, 1, 1, .tagged = 1 },
	{ "xdp up, 1024 random clients", HOOK_XDP, 1024, 1 },
	{ "xdp up, 8192 random clients", HOOK_XDP, 8192, 1 },
	{ "xdp up, 32768 random clients", HOOK_XDP, 32768, 1 },
	{ "xdp up, unpaid, dropped", HOOK_XDP, 1, 0 },
	{ "tc up, one client", HOOK_TC_UP, 1, 1 },
	{ "tc up, 8192 random clients", HOOK_TC_UP, 8192, 1 },
	{ "tc up, unpaid, dropped", HOOK_TC_UP, 1, 0 },
	{ "tc down, one client", HOOK_TC_DOWN, 1, 1 },
	{ "tc down, one client, IPv6", HOOK_TC_DOWN, 1, 1, .ip6 = 1 },
	{ "tc down, 8192 random clients", HOOK_TC_DOWN, 8192, 1 },
};

static void die(const char *what)
{
	fprintf(stderr, "meter_bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void station_mac(uint32_t n, uint8_t mac[6])
{
	const uint8_t m[6] = { 2, 0, 0, n >> 16, n >> 8, n };

	memcpy(mac, m, sizeof(m));
}

/* A TCP segment in mid-stream between station 0 and 203.0.113.9. */
static size_t make_frame(const struct bench_case *c, uint8_t *frame)
{
	const uint8_t box[6] = { 2, 0xb0, 0, 0, 0, 1 };
	uint8_t *p = frame + 14, *far, *tcp;

	memset(frame, 0, 128);
	memcpy(frame + (c->hook == HOOK_TC_DOWN ? 6 : 0), box, 6);
	station_mac(0, frame + (c->hook == HOOK_TC_DOWN ? 0 : 6));
	if (c->tagged) {
		frame[12] = 0x81;
		frame[15] = 5;
		p += 4;
	}
	p[-2] = c->ip6 ? 0x86 : 8;
	p[-1] = c->ip6 ? 0xdd : 0;
	p[0] = c->ip6 ? 0x60 : 0x45;
	p[c->ip6 ? 6 : 9] = 6;
	far = p + (c->ip6 ? (c->hook == HOOK_TC_DOWN ? 8 : 24) :
			    (c->hook == HOOK_TC_DOWN ? 12 : 16));
	far[0] = c->ip6 ? 0x20 : 203;
	far[1] = 1;
	far[3] = 9;
	tcp = p + (c->ip6 ? 40 : 20);
	tcp[c->hook == HOOK_TC_DOWN ? 0 : 2] = 0x1f;
	tcp[12] = 0x50;
	tcp[13] = TS_TCP_ACK;
	return FRAME_BYTES + (c->ip6 ? 20 : 0) + (c->tagged ? 4 : 0);
}

static void put_next(const struct bpf_map *next, int fd)
{
	uint32_t zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(next), &zero, &fd, BPF_ANY))
		die("prog array");
}

static uint32_t run(int fd, const void *frame, size_t len, uint32_t repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len,
		    .repeat = repeat);

	if (bpf_prog_test_run_opts(fd, &opts))
		die("test run");
	return opts.duration;
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void bench(const struct bench_case *c, int rounds, uint32_t repeat)
{
	struct meter_wrap *w = meter_wrap__open();
	int delta[ROUNDS_MAX], noop[ROUNDS_MAX], i, fd, meter, empty;
	struct ts_fixture fx;
	uint8_t frame[128], mac[6];
	int tc = c->hook != HOOK_XDP;
	enum bpf_attach_type hook;
	struct bpf_map *next;
	uint32_t n;
	size_t len;

	n = 2 * c->stations > TS_ACCOUNTS_DEFAULT ? 2 * c->stations : TS_ACCOUNTS_DEFAULT;
	if (!w || ts_fixture_open(&fx, n, 0))
		die("load (root is needed)");
	w->rodata->bench_mask = c->stations - 1;
	w->rodata->bench_offset = c->hook == HOOK_TC_DOWN ? 0 : 6;
	/* Programs that call each other must be meant for the same hook. */
	hook = c->hook == HOOK_TC_DOWN ? BPF_TCX_EGRESS : BPF_TCX_INGRESS;
	bpf_program__set_expected_attach_type(w->progs.bench_tc, hook);
	bpf_program__set_expected_attach_type(w->progs.bench_tc_noop, hook);
	if (meter_wrap__load(w))
		die("load the wrapper");
	for (n = 0; c->paid && n < c->stations; n++) {
		station_mac(n, mac);
		ts_fixture_account(&fx, n + 1, 1ULL << 60, 1);
		ts_fixture_key(&fx, n + 1, mac, c->tagged ? 5 : 0);
	}
	len = make_frame(c, frame);
	next = tc ? w->maps.bench_next_tc : w->maps.bench_next_xdp;
	fd = bpf_program__fd(tc ? w->progs.bench_tc : w->progs.bench_xdp);
	empty = bpf_program__fd(tc ? w->progs.bench_tc_noop : w->progs.bench_xdp_noop);
	meter = c->hook == HOOK_XDP ? bpf_program__fd(fx.xdp->progs.ts_xdp_up) :
		c->hook == HOOK_TC_UP ? ts_fixture_up_fd(&fx) : ts_fixture_down_fd(&fx);
	for (i = 0; i < rounds; i++) {
		put_next(next, empty);
		noop[i] = run(fd, frame, len, repeat);
		put_next(next, meter);
		delta[i] = (int)run(fd, frame, len, repeat) - noop[i];
	}
	qsort(delta, rounds, sizeof(int), by_value);
	qsort(noop, rounds, sizeof(int), by_value);
	printf("%-32s +%3d ns  (%d..%d, no-op %d)\n", c->name, delta[rounds / 2], delta[0],
	       delta[rounds - 1], noop[rounds / 2]);
	meter_wrap__destroy(w);
	ts_fixture_close(&fx);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 7;
	uint32_t repeat = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
	cpu_set_t one;
	size_t i;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "meter_bench: 1 to %d rounds\n", ROUNDS_MAX);
		return 2;
	}
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		bench(&cases[i], rounds, repeat);
	return 0;
}
