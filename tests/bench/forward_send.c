// SPDX-License-Identifier: GPL-2.0
/*
 * forward_send up|down DEVICE ROUTER-MAC SIZE FIRST COUNT MILLISECONDS CPU [PAUSE-US]
 *
 * Sends UDP frames of SIZE bytes (0: a mix) of clients FIRST.. (up), or to them
 * (down), out of DEVICE, as fast as they are taken, and prints "FRAMES NANOSECONDS",
 * without what it takes to begin and end.  A batch has gone through the router when the
 * next one is made, if all that is on one CPU; with a pause between bursts it is a load
 * that leaves room.
 *
 * forward_send noop DEVICE xdp|tc|lines: attach programs that do nothing, or go through
 * a client's lines of memory, while it runs.
 * forward_send noop DEVICE sink: attach an XDP program that drops, likewise.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include "forward_wrap.skel.h"

#define BATCH 64
#define BURST 4096
#define PROBE 1024
#define FRAME_MAX 1500

static void die(const char *what)
{
	fprintf(stderr, "forward_send: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct forward_wrap *open_wrap(const char *device)
{
	struct forward_wrap *w = forward_wrap__open();

	if (!w)
		die("open");
	w->rodata->fwd_ifindex = if_nametoindex(device);
	if (!w->rodata->fwd_ifindex)
		die(device);
	return w;
}

/* As the meters sit on a port: "xdp" has its companions in tc. */
__attribute__((noreturn)) static void noop(const char *device, const char *kind)
{
	struct forward_wrap *w = open_wrap(device);
	int ifindex = w->rodata->fwd_ifindex, ingress, egress;

	if (forward_wrap__load(w))
		die("load");
	ingress = egress = bpf_program__fd(w->progs.fwd_tc_noop);
	if (!strcmp(kind, "lines")) {
		ingress = bpf_program__fd(w->progs.fwd_tc_lines_up);
		egress = bpf_program__fd(w->progs.fwd_tc_lines_down);
	}
	if ((!strcmp(kind, "xdp") && !bpf_program__attach_xdp(w->progs.fwd_xdp_noop, ifindex)) ||
	    bpf_link_create(ingress, ifindex, BPF_TCX_INGRESS, NULL) < 0 ||
	    bpf_link_create(egress, ifindex, BPF_TCX_EGRESS, NULL) < 0)
		die("attach");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

__attribute__((noreturn)) static void sink(const char *device)
{
	struct forward_wrap *w = open_wrap(device);

	if (forward_wrap__load(w))
		die("load");
	if (!bpf_program__attach_xdp(w->progs.fwd_xdp_sink, w->rodata->fwd_ifindex))
		die("attach");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		die("CPU");
}

/* Return: how long the frames took; beginning and ending take milliseconds more. */
static uint64_t send_burst(const struct forward_wrap *w, uint32_t frames)
{
	uint32_t size = w->rodata->fwd_size ? w->rodata->fwd_size : FRAME_MAX;
	static const uint8_t frame[FRAME_MAX];
	struct xdp_md ctx = { .data_end = size, .ingress_ifindex = w->rodata->fwd_ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = size,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = frames,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (bpf_prog_test_run_opts(bpf_program__fd(w->progs.fwd_send), &opts))
		die("send");
	return (uint64_t)opts.duration * frames;
}

/* As many frames at once as take that long. */
static void send_at_once(const struct forward_wrap *w, uint64_t ms)
{
	uint64_t frames = ms * 1000000 / (send_burst(w, PROBE) / PROBE + 1) + BATCH, ns;

	ns = send_burst(w, frames);
	printf("%" PRIu64 " %" PRIu64 "\n", frames + PROBE, ns + ns * PROBE / frames);
}

static void send_with_pauses(const struct forward_wrap *w, uint64_t ms, int pause_us)
{
	uint64_t start = now_ns(), frames = 0;

	for (; now_ns() < start + ms * 1000000; frames += BURST) {
		send_burst(w, BURST);
		usleep(pause_us);
	}
	printf("%" PRIu64 " %" PRIu64 "\n", frames, now_ns() - start);
}

int main(int argc, char **argv)
{
	struct forward_wrap *w;
	unsigned int m[6];
	uint64_t ms;
	int i;

	if (argc == 4 && !strcmp(argv[1], "noop"))
		strcmp(argv[3], "sink") ? noop(argv[2], argv[3]) : sink(argv[2]);
	if (argc < 9 || sscanf(argv[3], "%x:%x:%x:%x:%x:%x", m, m + 1, m + 2, m + 3, m + 4,
			       m + 5) != 6) {
		fprintf(stderr, "usage: forward_send up|down DEVICE ROUTER-MAC SIZE FIRST COUNT "
			"MILLISECONDS CPU [PAUSE-US]\n");
		return 2;
	}
	w = open_wrap(argv[2]);
	w->rodata->fwd_down = !strcmp(argv[1], "down");
	for (i = 0; i < 6; i++)
		((uint8_t *)w->rodata->fwd_router)[i] = m[i];
	w->rodata->fwd_size = atoi(argv[4]);
	w->rodata->fwd_first = atoi(argv[5]);
	w->rodata->fwd_count = atoi(argv[6]);
	ms = strtoull(argv[7], NULL, 10);
	if (forward_wrap__load(w))
		die("load");
	pin(atoi(argv[8]));
	if (argc > 9)
		send_with_pauses(w, ms, atoi(argv[9]));
	else
		send_at_once(w, ms);
	forward_wrap__destroy(w);
	return 0;
}
