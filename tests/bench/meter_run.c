// SPDX-License-Identifier: GPL-2.0
/* By BPF_PROG_TEST_RUN: one buffer, one program, nothing around it. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "meter_bench.h"
#include "row.h"
#include "xdp.skel.h"
#include "meter_steps.skel.h"
#include "meter_wrap.skel.h"

static const struct bench_case cases[] = {
	{ "xdp up, 1 client, warm", HOOK_XDP, 1, .goal = "<=10" },
	{ "xdp up, 1 client, IPv6", HOOK_XDP, 1, .ip6 = 1 },
	{ "xdp up, 1 client, VLAN", HOOK_XDP, 1, .tagged = 1 },
	{ "xdp up, 1 client, two CPUs on it", HOOK_XDP, 1, .two_cpus = 1, .goal = "<=26" },
	{ "xdp up, 10 random clients", HOOK_XDP, 10 },
	{ "xdp up, 100 random clients", HOOK_XDP, 100 },
	{ "xdp up, 1,000 random clients", HOOK_XDP, 1000 },
	{ "xdp up, 10,000 random clients", HOOK_XDP, 10000, .goal = "<=40" },
	{ "xdp up, 60,000 random clients", HOOK_XDP, 60000 },
	{ "xdp up, a stranger, dropped", HOOK_XDP, 1, STRANGER, .goal = "<=6" },
	{ "xdp up, 1,000 random strangers, dropped", HOOK_XDP, 1000, STRANGER },
	{ "xdp up, a dry client, dropped", HOOK_XDP, 1, DRY, .goal = "<=6" },
	{ "tc up, 1 client, warm", HOOK_TC_UP, 1, .goal = "<=15" },
	{ "tc up, 1 client, IPv6", HOOK_TC_UP, 1, .ip6 = 1 },
	{ "tc up, 1 client, VLAN", HOOK_TC_UP, 1, .tagged = 1 },
	{ "tc up, 1 client, two CPUs on it", HOOK_TC_UP, 1, .two_cpus = 1 },
	{ "tc up, 1,000 random clients", HOOK_TC_UP, 1000 },
	{ "tc up, 10,000 random clients", HOOK_TC_UP, 10000 },
	{ "tc up, 60,000 random clients", HOOK_TC_UP, 60000 },
	{ "tc up, a stranger, dropped", HOOK_TC_UP, 1, STRANGER, .goal = "<=6" },
	{ "tc down, 1 client, warm", HOOK_TC_DOWN, 1, .goal = "<=15" },
	{ "tc down, 1 client, IPv6", HOOK_TC_DOWN, 1, .ip6 = 1 },
	{ "tc down, 1 client, VLAN", HOOK_TC_DOWN, 1, .tagged = 1 },
	{ "tc down, 1,000 random clients", HOOK_TC_DOWN, 1000 },
	{ "tc down, 10,000 random clients", HOOK_TC_DOWN, 10000 },
	{ "tc down, 60,000 random clients", HOOK_TC_DOWN, 60000 },
	{ "hash-map meter in xdp, 1 client, warm", HOOK_XDP, 1, .hash = 1 },
	{ "hash-map meter in xdp, 1,000 random clients", HOOK_XDP, 1000, .hash = 1 },
	{ "hash-map meter in xdp, 10,000 random clients", HOOK_XDP, 10000, .hash = 1 },
	{ "hash-map meter in xdp, 60,000 random clients", HOOK_XDP, 60000, .hash = 1 },
};

/**
 * struct one_run - a program on one CPU
 * @fd: program
 * @rig: has the frame
 * @repeat: times
 * @cpu: where
 * @ns: set: per run
 */
struct one_run {
	int fd;
	const struct bench_rig *rig;
	uint32_t repeat;
	int cpu;
	uint32_t ns;
};

static void run_one(struct one_run *r)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->rig->frame,
		    .data_size_in = r->rig->len, .repeat = r->repeat);

	if (bpf_prog_test_run_opts(r->fd, &opts))
		die("test run");
	r->ns = opts.duration;
}

static void *run_pinned(void *arg)
{
	struct one_run *r = arg;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(r->cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	run_one(r);
	return NULL;
}

/* Return: ns per run; of two CPUs at once their mean. */
static double run(const struct bench_rig *rig, int fd, uint32_t repeat, int two_cpus)
{
	struct one_run first = { .fd = fd, .rig = rig, .repeat = repeat };
	struct one_run second = first;
	pthread_t thread;

	if (!two_cpus) {
		run_one(&first);
		return first.ns;
	}
	second.cpu = 1;
	if (pthread_create(&thread, NULL, run_pinned, &second))
		die("thread");
	run_one(&first);
	pthread_join(thread, NULL);
	return (first.ns + second.ns) / 2.0;
}

static void bench(const struct bench_case *c, int rounds, uint32_t repeat)
{
	double delta[ROUNDS_MAX], noop;
	struct bench_rig rig;
	int i, fd, empty;

	rig_open(&rig, c);
	fd = bpf_program__fd(c->hook == HOOK_XDP ? rig.wrap->progs.bench_xdp :
						   rig.wrap->progs.bench_tc);
	empty = bpf_program__fd(c->hook == HOOK_XDP ? rig.wrap->progs.bench_xdp_noop :
						      rig.wrap->progs.bench_tc_noop);
	for (i = 0; i < rounds; i++) {
		rig_next(&rig, c->hook, empty);
		noop = run(&rig, fd, repeat, c->two_cpus);
		rig_next(&rig, c->hook, rig_meter(&rig, c));
		delta[i] = run(&rig, fd, repeat, c->two_cpus) - noop;
	}
	bench_row(c->name, "ns", c->goal, delta, rounds);
	rig_close(&rig);
}

/** bench_runs() - every case, over the no-op of the same wrapper */
void bench_runs(int rounds, uint32_t repeat)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!cases[i].two_cpus || sysconf(_SC_NPROCESSORS_ONLN) > 1)
			bench(&cases[i], rounds, repeat);
}

static struct meter_steps *load_steps(struct bench_rig *rig)
{
	struct meter_steps *steps = meter_steps__open();
	struct bpf_map *map, *first;

	if (!steps)
		die("open the steps");
	memcpy((void *)&steps->rodata->ts_port, &rig->fx.xdp->rodata->ts_port,
	       sizeof(steps->rodata->ts_port));
	bpf_object__for_each_map(map, steps->obj) {
		if (bpf_map__is_internal(map))
			continue;
		first = bpf_object__find_map_by_name(rig->fx.xdp->obj, bpf_map__name(map));
		if (first && bpf_map__reuse_fd(map, bpf_map__fd(first)))
			die("share a map");
	}
	if (meter_steps__load(steps))
		die("load the steps");
	return steps;
}

#define STEPS 7

static void bench_steps_of(uint32_t clients, int rounds, uint32_t repeat)
{
	const struct bench_case c = { .hook = HOOK_XDP, .clients = clients };
	static const char *const names[] = {
		"parse", "parse, class", "parse, class, find the station",
		"parse, class, find, charge", "parse, class, find, charge and count",
		"call a helper, alone", "write metadata, alone",
	};
	double delta[STEPS][ROUNDS_MAX], noop;
	struct meter_steps *steps;
	struct bench_rig rig;
	char what[96];
	int i, k, fd;

	rig_open(&rig, &c);
	steps = load_steps(&rig);
	fd = bpf_program__fd(rig.wrap->progs.bench_xdp);
	for (i = 0; i < rounds; i++) {
		const struct bpf_program *step[] = {
			steps->progs.step_parse, steps->progs.step_class,
			steps->progs.step_find, steps->progs.step_charge,
			steps->progs.step_bill, steps->progs.step_call,
			steps->progs.step_meta,
		};

		rig_next(&rig, HOOK_XDP, bpf_program__fd(rig.wrap->progs.bench_xdp_noop));
		noop = run(&rig, fd, repeat, 0);
		for (k = 0; k < STEPS; k++) {
			rig_next(&rig, HOOK_XDP, bpf_program__fd(step[k]));
			delta[k][i] = run(&rig, fd, repeat, 0) - noop;
		}
	}
	for (k = 0; k < STEPS; k++) {
		snprintf(what, sizeof(what), "step, %u client%s: %s", clients, clients > 1 ? "s" : "", names[k]);
		bench_row(what, "ns", NULL, delta[k], rounds);
	}
	meter_steps__destroy(steps);
	rig_close(&rig);
}

/** bench_steps() - where the time of the XDP meter goes: warm, and far from it */
void bench_steps(int rounds, uint32_t repeat)
{
	bench_steps_of(1, rounds, repeat);
	bench_steps_of(60000, rounds, repeat);
}
