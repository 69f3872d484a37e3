// SPDX-License-Identifier: GPL-2.0
/*
 * Loads same.bpf.o on the running kernel and compares it with userspace, on the
 * fuzzer's seeds and on random changes of them.
 *
 * Usage: bpf_same OBJECT FRAME...  Exit status: 0 same, 1 not, 4 cannot run here.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf_same.h"

#define OUTER 14
#define FRAME_MAX 256
#define ROUNDS 2000
#define SKIP 4

static uint64_t rng = 0x9e3779b97f4a7c15ull;
static struct bpf_same *same;

static uint32_t random_below(uint32_t limit)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 16) % limit;
}

static int run(struct bpf_program *prog, void *frame, size_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = size);
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	if (err)
		printf("# test run of %zu bytes: %s\n", size, strerror(-err));
	return err;
}

static int compare_frame(struct bpf_program *parse, const char *name, __u8 *frame, size_t size)
{
	struct ts_batadv_frame want, got;
	size_t i;

	memset(&want, 0, sizeof(want));
	ts_batadv_frame_parse(frame + OUTER, frame + size, &want);
	memset(&same->frame, 0xa5, sizeof(same->frame));
	if (run(parse, frame, size))
		return 1;
	got = same->frame;
#define SAME(field) (got.field == want.field)
	if (SAME(kind) && SAME(type) && SAME(ttl) && SAME(frag_no) && SAME(frag_head) &&
	    SAME(dest_off) && SAME(orig_off) && SAME(inner_off) && SAME(dests_off) &&
	    SAME(dests_count) && SAME(frag_seqno) && SAME(frag_total))
		return 0;
#undef SAME
	printf("# %s, %zu bytes: kind %u in BPF, %u in userspace:", name, size,
	       got.kind, want.kind);
	for (i = OUTER; i < size; i++)
		printf(" %02x", frame[i]);
	printf("\n");
	return 1;
}

static int compare_frames(struct bpf_program *parse, char **names, int count)
{
	__u8 seed[FRAME_MAX], frame[FRAME_MAX];
	int i, k, n;

	for (i = 0; i < count; i++) {
		FILE *in = fopen(names[i], "rb");
		size_t size;

		if (!in)
			return 1;
		memset(seed, 0, sizeof(seed));
		size = OUTER + fread(seed + OUTER, 1, sizeof(seed) - OUTER, in);
		fclose(in);
		if (compare_frame(parse, names[i], seed, size))
			return 1;
		for (k = 0; k < ROUNDS; k++) {
			memcpy(frame, seed, sizeof(frame));
			for (n = random_below(4); n > 0; n--)
				frame[OUTER + random_below(32)] = random_below(256);
			/* The kernel takes no frame of only an Ethernet header. */
			if (compare_frame(parse, names[i], frame,
					  OUTER + 1 + random_below(size - OUTER + 16)))
				return 1;
		}
	}
	printf("# %d frames\n", count * (ROUNDS + 1));
	return 0;
}

/* Both spend the same line step by step, to the last unit. */
static int compare_charges(struct bpf_program *charge)
{
	struct ts_budget line = { .granted = 100000, .low_at = 90000 };
	__u8 frame[64] = { 0 };
	unsigned int want;
	int i;

	same->line = line;
	for (i = 0; i < ROUNDS; i++) {
		same->cost = i == ROUNDS - 2 ? line.granted - line.charged :
			     i == ROUNDS - 1 ? 1 : random_below(200);
		want = ts_budget_charge(&line, same->cost);
		if (run(charge, frame, sizeof(frame)))
			return 1;
		if (same->verdict != want || memcmp(&same->line, &line, sizeof(line))) {
			printf("# charge %d of %llu: verdict %u in BPF, %u in userspace\n", i,
			       (unsigned long long)same->cost, same->verdict, want);
			return 1;
		}
		if (i == ROUNDS / 2)
			same->line.granted = line.granted += 50000;
	}
	if (line.charged != line.granted) {
		printf("# units left\n");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_map *bss;
	int err;

	if (argc < 3)
		return 2;
	if (geteuid()) {
		printf("# loading BPF needs root\n");
		return SKIP;
	}
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj) {
		printf("# %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	err = bpf_object__load(obj);
	if (err == -EPERM || err == -ENOSYS) {
		printf("# this kernel lets no BPF program load: %s\n", strerror(-err));
		bpf_object__close(obj);
		return SKIP;
	}
	bss = err ? NULL : bpf_object__find_map_by_name(obj, ".bss");
	same = bss ? mmap(NULL, sizeof(*same), PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_map__fd(bss), 0) : MAP_FAILED;
	if (same == MAP_FAILED) {
		printf("# %s does not load: %s\n", argv[1], strerror(-err));
		bpf_object__close(obj);
		return 1;
	}
	err = compare_frames(bpf_object__find_program_by_name(obj, "parse"), argv + 2, argc - 2) ||
	      compare_charges(bpf_object__find_program_by_name(obj, "charge"));
	munmap(same, sizeof(*same));
	bpf_object__close(obj);
	return err;
}
