// SPDX-License-Identifier: GPL-2.0
/*
 * What must not get worse unseen: the meter's time over that of the hash-map meter in
 * the same run, the size of the programs, and what an account takes in the maps.
 * tests/guard compares these rows with recorded ones.
 */
#include <errno.h>
#include <stdio.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "meter_bench.h"
#include "row.h"
#include "tc.skel.h"
#include "xdp.skel.h"
#include "meter_wrap.skel.h"

#define BPF_INSN_BYTES 8
/* Shorter than a turn of the scheduler, so that some of them are never disturbed. */
#define REPEAT 40000

/**
 * struct guarded - a case, and the one whose hash-map meter it is compared with
 * @c: the case
 * @reference: index of a case before it or itself; the hash-map meter knows no way down
 */
struct guarded {
	struct bench_case c;
	int reference;
};

static const struct guarded guarded[] = {
	{ { "xdp up, 1 client, over hash-map meter", HOOK_XDP, 1 }, 0 },
	{ { "xdp up, 10,000 clients, over hash-map meter", HOOK_XDP, 10000 }, 1 },
	{ { "tc up, 1 client, over hash-map meter", HOOK_TC_UP, 1 }, 2 },
	{ { "tc down, 1 client, over hash-map meter", HOOK_TC_DOWN, 1 }, 2 },
	{ { "xdp up, a stranger dropped, over hash-map meter", HOOK_XDP, 1, STRANGER }, 0 },
};

#define CASES (sizeof(guarded) / sizeof(*guarded))

enum what { NOOP, METER, HASH, WHATS };

static double run_ns(const struct bench_rig *rig, int fd)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = rig->frame,
		    .data_size_in = rig->len, .repeat = REPEAT);

	if (bpf_prog_test_run_opts(fd, &opts))
		die("test run");
	return opts.duration;
}

static void run_case(struct bench_rig *rig, const struct bench_case *c, double least[WHATS])
{
	const struct bpf_program *wrapper = c->hook == HOOK_XDP ? rig->wrap->progs.bench_xdp :
								  rig->wrap->progs.bench_tc;
	struct bench_case hash = *c;
	int next[WHATS], what;
	double ns;

	hash.hash = 1;
	next[NOOP] = bpf_program__fd(c->hook == HOOK_XDP ? rig->wrap->progs.bench_xdp_noop :
							   rig->wrap->progs.bench_tc_noop);
	next[METER] = rig_meter(rig, c);
	next[HASH] = rig_meter(rig, &hash);
	for (what = 0; what < WHATS; what++) {
		rig_next(rig, c->hook, next[what]);
		ns = run_ns(rig, bpf_program__fd(wrapper));
		if (!least[what] || ns < least[what])
			least[what] = ns;
	}
}

/* The least of many short runs: what else the machine does only ever adds to one. */
static void guard_time(int rounds)
{
	static struct bench_rig rigs[CASES];
	double least[CASES][WHATS] = { 0 }, ratio;
	const double *ref;
	size_t i;
	int round;

	for (i = 0; i < CASES; i++)
		rig_open(&rigs[i], &guarded[i].c);
	for (round = 0; round < rounds; round++)
		for (i = 0; i < CASES; i++)
			run_case(&rigs[i], &guarded[i].c, least[i]);
	for (i = 0; i < CASES; i++) {
		ref = least[guarded[i].reference];
		ratio = (least[i][METER] - least[i][NOOP]) / (ref[HASH] - ref[NOOP]);
		bench_row(guarded[i].c.name, "ratio", NULL, &ratio, 1);
		rig_close(&rigs[i]);
	}
}

static void guard_program(const char *name, const struct bpf_program *prog)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	char what[96];
	double figure;

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		die("what is loaded");
	figure = (double)info.xlated_prog_len / BPF_INSN_BYTES;
	snprintf(what, sizeof(what), "%s: instructions as loaded", name);
	bench_row(what, "insns", NULL, &figure, 1);
	figure = info.verified_insns;
	snprintf(what, sizeof(what), "%s: instructions that the verifier walked", name);
	bench_row(what, "insns", NULL, &figure, 1);
}

/* Of what grows with the accounts; what is there for each CPU counts once. */
static void guard_tables(const struct ts_fixture *fx)
{
	double shared = 0, percpu = 0, bytes;
	struct bpf_map *map;

	bpf_object__for_each_map(map, fx->xdp->obj) {
		if (bpf_map__max_entries(map) < fx->key_buckets ||
		    bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
			continue;
		bytes = (double)bpf_map__value_size(map) * bpf_map__max_entries(map) /
			fx->accounts_max;
		if (map == fx->xdp->maps.ts_paid || map == fx->xdp->maps.ts_stats)
			percpu += bytes / fx->cpus;
		else
			shared += bytes;
	}
	bench_row("maps: bytes of an account", "bytes", NULL, &shared, 1);
	bench_row("maps: bytes of an account on each CPU", "bytes", NULL, &percpu, 1);
}

/** bench_guard() - rows for tests/guard */
void bench_guard(int rounds)
{
	const struct bench_case c = { .hook = HOOK_TC_UP, .clients = 1 };
	struct bench_rig rig;

	rig_open(&rig, &c);
	guard_program("ts_xdp_up", rig.fx.xdp->progs.ts_xdp_up);
	guard_program("ts_tc_stamp", rig.fx.tc->progs.ts_tc_stamp);
	guard_program("ts_tc_up", rig.fx.tc->progs.ts_tc_up);
	guard_program("ts_tc_down", rig.fx.tc->progs.ts_tc_down);
	guard_tables(&rig.fx);
	rig_close(&rig);
	guard_time(rounds);
}
