// SPDX-License-Identifier: GPL-2.0
/*
 * Cost of the meter over a no-op program of the same kind, and of what else could
 * count a client's bytes.  Prints rows for report.py.
 *
 *   meter_bench [ROUNDS [REPEAT]]
 *   meter_bench guard
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <tokenswitch/classify.h>
#include "meter_bench.h"
#include "row.h"
#include "xdp.skel.h"
#include "tc.skel.h"
#include "meter_wrap.skel.h"

#define PLENTY (1ULL << 60)
#define GUARD_ROUNDS 30

void die(const char *what)
{
	fprintf(stderr, "meter_bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

void client_mac(uint32_t n, uint8_t mac[6])
{
	const uint8_t m[6] = { 2, 0, 0, n >> 16, n >> 8, n };

	memcpy(mac, m, sizeof(m));
}

/* A TCP segment in mid-stream between client 0 and 203.0.113.9. */
static size_t make_frame(const struct bench_case *c, uint8_t *frame)
{
	const uint8_t box[6] = { 2, 0xb0, 0, 0, 0, 1 };
	uint8_t *p = frame + 14, *far, *tcp;

	memset(frame, 0, FRAME_MAX);
	memcpy(frame + (c->hook == HOOK_TC_DOWN ? 6 : 0), box, 6);
	client_mac(0, frame + (c->hook == HOOK_TC_DOWN ? 0 : 6));
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

/* As large as the daemon would make it by default, larger when that is too small. */
static uint32_t table_size(uint32_t clients)
{
	uint32_t n = TS_ACCOUNTS_DEFAULT;

	while (n <= clients)
		n *= 2;
	return n;
}

static void hash_account(struct bench_rig *rig, const uint8_t mac[6])
{
	const uint64_t value[4] = { PLENTY };
	uint64_t key = ts_key_a(mac, 0);

	if (bpf_map_update_elem(bpf_map__fd(rig->wrap->maps.bench_accounts), &key, value,
				BPF_ANY))
		die("hash-map account");
}

static void add_clients(struct bench_rig *rig, const struct bench_case *c)
{
	uint8_t mac[6];
	uint32_t n;

	for (n = 0; c->state != STRANGER && n < c->clients; n++) {
		client_mac(n, mac);
		ts_fixture_account(&rig->fx, n + 1, c->state == DRY ? 0 : PLENTY, 1);
		if (ts_fixture_key(&rig->fx, n + 1, mac, c->tagged ? 5 : 0))
			die("key");
		hash_account(rig, mac);
	}
}

/** rig_open() - a meter that knows the clients of @c; to be closed */
void rig_open(struct bench_rig *rig, const struct bench_case *c)
{
	enum bpf_attach_type hook;

	rig->wrap = meter_wrap__open();
	if (!rig->wrap || ts_fixture_open(&rig->fx, table_size(c->clients), 0))
		die("load (root is needed)");
	rig->wrap->rodata->bench_clients = c->clients;
	rig->wrap->rodata->bench_offset = c->hook == HOOK_TC_DOWN ? 0 : 6;
	/* Programs that call each other must be meant for the same hook. */
	hook = c->hook == HOOK_TC_DOWN ? BPF_TCX_EGRESS : BPF_TCX_INGRESS;
	bpf_program__set_expected_attach_type(rig->wrap->progs.bench_tc, hook);
	bpf_program__set_expected_attach_type(rig->wrap->progs.bench_tc_noop, hook);
	bpf_program__set_expected_attach_type(rig->wrap->progs.bench_tc_hash, hook);
	if (meter_wrap__load(rig->wrap))
		die("load the wrapper");
	add_clients(rig, c);
	rig->len = make_frame(c, rig->frame);
}

void rig_close(struct bench_rig *rig)
{
	meter_wrap__destroy(rig->wrap);
	ts_fixture_close(&rig->fx);
}

/** rig_next() - what the wrapper of @hook goes on to */
void rig_next(struct bench_rig *rig, enum hook hook, int prog_fd)
{
	const struct bpf_map *next = hook == HOOK_XDP ? rig->wrap->maps.bench_next_xdp :
							rig->wrap->maps.bench_next_tc;
	uint32_t zero = 0;

	if (bpf_map_update_elem(bpf_map__fd(next), &zero, &prog_fd, BPF_ANY))
		die("prog array");
}

/** rig_meter() - Return: descriptor of the meter that @c is about */
int rig_meter(struct bench_rig *rig, const struct bench_case *c)
{
	if (c->hash)
		return bpf_program__fd(c->hook == HOOK_XDP ? rig->wrap->progs.bench_xdp_hash :
							     rig->wrap->progs.bench_tc_hash);
	return c->hook == HOOK_XDP ? bpf_program__fd(rig->fx.xdp->progs.ts_xdp_up) :
	       c->hook == HOOK_TC_UP ? ts_fixture_up_fd(&rig->fx) :
				       ts_fixture_down_fd(&rig->fx);
}

static void pin(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 5;
	uint32_t repeat = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;

	if (argc == 2 && !strcmp(argv[1], "guard")) {
		pin();
		bench_guard(GUARD_ROUNDS);
		return 0;
	}
	if (rounds < 1 || rounds > ROUNDS_MAX || repeat < 10) {
		fprintf(stderr, "meter_bench: 1 to %d rounds of 10 or more\n", ROUNDS_MAX);
		return 2;
	}
	pin();
	bench_fact("table", "%u accounts, 65536 for 60,000 clients", TS_ACCOUNTS_DEFAULT);
	bench_fact("frames", "%d bytes, TCP in mid-stream; 84 in IPv6", FRAME_BYTES);
	bench_fact("runs", "%d rounds of %u, a no-op before each", rounds, repeat);
	bench_runs(rounds, repeat);
	bench_steps(rounds, repeat);
	bench_live(rounds, repeat / 5);
	return 0;
}
