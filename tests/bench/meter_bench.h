/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of meter_bench: programs under test, and two ways to run them. */
#ifndef TS_METER_BENCH_H
#define TS_METER_BENCH_H

#include <stdint.h>
#include "../unit/classify_maps.h"

#define ROUNDS_MAX 99
#define FRAME_MAX 128
#define FRAME_BYTES 64

enum hook { HOOK_XDP, HOOK_TC_UP, HOOK_TC_DOWN };

/**
 * struct bench_case - one figure
 * @name: for people
 * @hook: which program
 * @clients: how many, each frame is of a random one
 * @state: what the clients are
 * @ip6: IPv6, else IPv4
 * @tagged: with a VLAN tag
 * @two_cpus: at once
 * @hash: the hash-map meter in place of ours
 * @goal: as report.py has it, or NULL
 */
struct bench_case {
	const char *name;
	enum hook hook;
	uint32_t clients;
	enum { PAID, STRANGER, DRY } state;
	int ip6;
	int tagged;
	int two_cpus;
	int hash;
	const char *goal;
};

struct meter_wrap;

/**
 * struct bench_rig - a meter with its clients, and the wrapper around it
 * @fx: maps and programs of the meter
 * @wrap: wrapper, no-ops, hash-map meter
 * @frame: of client 0
 * @len: of @frame
 */
struct bench_rig {
	struct ts_fixture fx;
	struct meter_wrap *wrap;
	uint8_t frame[FRAME_MAX];
	size_t len;
};

void die(const char *what) __attribute__((noreturn));
void client_mac(uint32_t n, uint8_t mac[6]);
void rig_open(struct bench_rig *rig, const struct bench_case *c);
void rig_close(struct bench_rig *rig);
void rig_next(struct bench_rig *rig, enum hook hook, int prog_fd);
int rig_meter(struct bench_rig *rig, const struct bench_case *c);

void bench_runs(int rounds, uint32_t repeat);
void bench_steps(int rounds, uint32_t repeat);
void bench_live(int rounds, uint32_t repeat);
void bench_guard(int rounds);

#endif /* TS_METER_BENCH_H */
