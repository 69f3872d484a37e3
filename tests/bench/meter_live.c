// SPDX-License-Identifier: GPL-2.0
/*
 * With live frames: they come out of a veth in a namespace of our own, go through
 * what is measured, and end where the stack drops what is for another machine.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "meter_bench.h"
#include "row.h"
#include "tc.skel.h"
#include "xdp.skel.h"
#include "meter_wrap.skel.h"

#define DEVICE "v0"
#define BATCH 64
#define NFT "table netdev bench { chain c { type filter hook ingress device " DEVICE \
	" priority 0; policy accept; "

/* What stands in a frame's way; the first three are what the others are compared with. */
enum way {
	WAY_NONE, WAY_TC_NOOP, WAY_NFT_EMPTY,
	WAY_XDP, WAY_XDP_HASH, WAY_TC, WAY_TC_HASH, WAY_NFT_RULES, WAY_NFT_SET, WAY_NFT_QUOTA,
	WAYS
};

static const char *const way_name[WAYS] = {
	[WAY_XDP] = "xdp", [WAY_XDP_HASH] = "hash-map meter in xdp", [WAY_TC] = "tc up",
	[WAY_TC_HASH] = "hash-map meter in tc", [WAY_NFT_RULES] = "nft, a rule with counter each",
	[WAY_NFT_SET] = "nft set, counter each", [WAY_NFT_QUOTA] = "nft set, counter and quota each",
};

static void shell(const char *command)
{
	if (system(command))
		die(command);
}

static void put_rules(FILE *nft, enum way way, uint32_t clients)
{
	uint8_t m[6];
	uint32_t n;

	if (way == WAY_NFT_SET || way == WAY_NFT_QUOTA)
		fprintf(nft, "table netdev bench { set s { type ether_addr; size 65536; counter%s; "
			"elements = { ", way == WAY_NFT_QUOTA ? " quota over 1000000 mbytes" : "");
	else
		fprintf(nft, NFT);
	for (n = 0; way != WAY_NFT_EMPTY && n < clients; n++) {
		client_mac(n, m);
		fprintf(nft, way == WAY_NFT_RULES ?
			"ether saddr %02x:%02x:%02x:%02x:%02x:%02x counter accept\n" :
			"%02x:%02x:%02x:%02x:%02x:%02x,\n", m[0], m[1], m[2], m[3], m[4], m[5]);
	}
	if (way == WAY_NFT_SET || way == WAY_NFT_QUOTA)
		fprintf(nft, "}\n}\n}\n" NFT "ether saddr @s accept");
	fprintf(nft, "\n}\n}\n");
}

static void nft_load(enum way way, uint32_t clients)
{
	FILE *nft = popen("nft -f -", "w");

	if (!nft)
		die("nft");
	put_rules(nft, way, clients);
	if (pclose(nft))
		die("nft refuses");
}

static double run_live(struct bench_rig *rig, int ifindex, uint32_t repeat)
{
	struct xdp_md ctx = { .data_end = rig->len, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = rig->frame, .data_size_in = rig->len,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = repeat,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (bpf_prog_test_run_opts(bpf_program__fd(rig->wrap->progs.bench_xdp), &opts))
		die("live frames");
	return opts.duration;
}

static double run_way(struct bench_rig *rig, enum way way, uint32_t clients, uint32_t repeat)
{
	int ifindex = if_nametoindex(DEVICE);
	struct bpf_link *link = NULL;
	double ns;

	rig_next(rig, HOOK_XDP, bpf_program__fd(
		 way == WAY_XDP ? rig->fx.xdp->progs.ts_xdp_up :
		 way == WAY_XDP_HASH ? rig->wrap->progs.bench_xdp_hash :
				       rig->wrap->progs.bench_xdp_noop));
	if (way == WAY_TC_NOOP || way == WAY_TC || way == WAY_TC_HASH) {
		link = bpf_program__attach_tcx(way == WAY_TC_NOOP ? rig->wrap->progs.bench_tc_noop :
					       way == WAY_TC ? rig->fx.tc->progs.ts_tc_up :
					       rig->wrap->progs.bench_tc_hash, ifindex, NULL);
		if (!link)
			die("tcx (Linux 6.6 has it)");
	}
	if (way == WAY_NFT_EMPTY || way >= WAY_NFT_RULES)
		nft_load(way, clients);
	/* Each of a thousand rules is walked: fewer frames say the same. */
	ns = run_live(rig, ifindex, way == WAY_NFT_RULES && clients > 100 ? repeat / 10 : repeat);
	bpf_link__destroy(link);
	if (way == WAY_NFT_EMPTY || way >= WAY_NFT_RULES)
		shell("nft delete table netdev bench");
	return ns;
}

/* The no-op of the same kind; that of XDP is there in every way. */
static enum way base_of(enum way way)
{
	return way >= WAY_NFT_RULES ? WAY_NFT_EMPTY : way >= WAY_TC ? WAY_TC_NOOP : WAY_NONE;
}

static int has_way(enum way way, uint32_t clients)
{
	return way_name[way] && (way != WAY_NFT_RULES || clients <= 1000);
}

static void report(double ns[WAYS][ROUNDS_MAX], uint32_t clients, int rounds)
{
	double delta[WAYS][ROUNDS_MAX], ratio[ROUNDS_MAX];
	char what[96];
	int way, i;

	for (way = 0; way < WAYS; way++) {
		if (!has_way(way, clients))
			continue;
		for (i = 0; i < rounds; i++)
			delta[way][i] = ns[way][i] - ns[base_of(way)][i];
		snprintf(what, sizeof(what), "live: %s, %u client%s", way_name[way], clients,
			 clients > 1 ? "s" : "");
		bench_row(what, "ns", way == WAY_XDP && clients == 1 ? "<=10" :
				      way == WAY_TC && clients == 1 ? "<=15" : NULL,
			  delta[way], rounds);
	}
	for (i = 0; i < rounds; i++)
		ratio[i] = delta[WAY_NFT_QUOTA][i] / (delta[WAY_TC][i] > 1 ? delta[WAY_TC][i] : 1);
	snprintf(what, sizeof(what), "live: nft counter and quota over tc meter, %u client%s",
		 clients, clients > 1 ? "s" : "");
	bench_row(what, "times", ">=15", ratio, rounds);
}

static void bench_clients(uint32_t clients, int rounds, uint32_t repeat)
{
	const struct bench_case c = { .hook = HOOK_TC_UP, .clients = clients };
	static double ns[WAYS][ROUNDS_MAX];
	struct bench_rig rig;
	int i, way;

	rig_open(&rig, &c);
	for (i = 0; i < rounds; i++)
		for (way = 0; way < WAYS; way++)
			if (way < WAY_XDP || has_way(way, clients))
				ns[way][i] = run_way(&rig, way, clients, repeat);
	report(ns, clients, rounds);
	rig_close(&rig);
}

/* What it takes to drop, where nothing else is done with the frame. */
static void bench_drop(int rounds, uint32_t repeat)
{
	const struct bench_case c = { .hook = HOOK_XDP, .clients = 1, .state = STRANGER };
	int ifindex = if_nametoindex(DEVICE), i;
	double delta[ROUNDS_MAX], noop;
	struct bench_rig rig;

	rig_open(&rig, &c);
	for (i = 0; i < rounds; i++) {
		rig_next(&rig, HOOK_XDP, bpf_program__fd(rig.wrap->progs.bench_xdp_drop));
		noop = run_live(&rig, ifindex, repeat);
		rig_next(&rig, HOOK_XDP, bpf_program__fd(rig.fx.xdp->progs.ts_xdp_up));
		delta[i] = run_live(&rig, ifindex, repeat) - noop;
	}
	bench_row("live: xdp, a stranger, dropped", "ns", "<=6", delta, rounds);
	rig_close(&rig);
}

/** bench_live() - all of it; this process is in a namespace of its own afterwards */
void bench_live(int rounds, uint32_t repeat)
{
	static const uint32_t clients[] = { 1, 1000, 10000 };
	size_t i;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	shell("ip link add " DEVICE " type veth peer name v1 && ip link set " DEVICE " up && "
	      "ip link set v1 up");
	for (i = 0; i < sizeof(clients) / sizeof(*clients); i++)
		bench_clients(clients[i], rounds, repeat);
	bench_drop(rounds, repeat * 5);
}
