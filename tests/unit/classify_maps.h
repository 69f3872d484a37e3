/* SPDX-License-Identifier: GPL-2.0 */
/* The BPF meter without a driver: programs and maps for tests and benchmarks. */
#ifndef TS_TEST_CLASSIFY_MAPS_H
#define TS_TEST_CLASSIFY_MAPS_H

#include <stdint.h>
#include <linux/types.h>
#include <stddef.h>
#include "../../bpf/maps.h"

struct xdp_bpf;
struct tc_bpf;

/* The fixed facts of the one port that is tested. */
#define TS_TEST_ZONE 7
#define TS_TEST_SLOT 3
#define TS_TEST_MARK_MASK 0x0f000000

/**
 * struct ts_fixture - one set of maps and the programs of one port
 * @xdp: has the maps
 * @tc: uses those of @xdp
 */
struct ts_fixture {
	struct xdp_bpf *xdp;
	struct tc_bpf *tc;
	struct ts_meta *meta;
	struct ts_key_bucket *keys;
	struct ts_key_port *key_ports;
	struct ts_budget *accounts;
	struct ts_account_police *police;
	struct ts_port_line *ports;
	struct ts_stranger_line *strangers;
	uint64_t *bitmap4;
	uint64_t *bitmap6;
	uint64_t *service_bits;
	uint32_t accounts_max;
	uint32_t key_buckets;
	uint32_t hz;
	int cpus;
};

/**
 * struct ts_outcome - what a program did with a frame
 * @retval: its answer
 * @meta: what XDP told its companion; 0: nothing
 * @mark: of the packet, tc
 * @dest: destination MAC afterwards
 * @ns: per run
 */
struct ts_outcome {
	uint32_t retval;
	uint32_t meta;
	uint32_t mark;
	uint8_t dest[6];
	uint32_t ns;
};

/* How the kernel holds a frame. */
struct ts_frame_form {
	uint32_t gso_size;
	uint32_t wire_len;
	uint32_t ingress_ifindex;
	uint32_t mark;
};

int ts_fixture_open(struct ts_fixture *fx, uint32_t accounts_max, uint32_t port_flags);
int ts_fixture_reset(struct ts_fixture *fx);
void ts_fixture_close(struct ts_fixture *fx);
void *ts_fixture_mmap(int map_fd, size_t size);

int ts_fixture_account(struct ts_fixture *fx, uint32_t id, uint64_t granted, uint16_t price);
int ts_fixture_key(struct ts_fixture *fx, uint32_t id, const uint8_t mac[6], uint16_t vlan);
void ts_fixture_prefix4(struct ts_fixture *fx, const char *addr, uint32_t len, uint32_t class);
void ts_fixture_service(struct ts_fixture *fx, const char *addr, uint8_t proto, uint16_t port,
			uint8_t kind);
void ts_fixture_box_addr(struct ts_fixture *fx, const char *addr);
void ts_fixture_paid(struct ts_fixture *fx, uint32_t id, uint32_t class, struct ts_paid_line *sum);
void ts_fixture_stats(struct ts_fixture *fx, uint32_t id, struct ts_account_stats *sum);
void ts_fixture_counters(struct ts_fixture *fx, struct ts_port_counters *sum);

int ts_fixture_run_xdp(struct ts_fixture *fx, const void *frame, size_t len,
		       uint32_t repeat, struct ts_outcome *out);
int ts_fixture_run_tc(int prog_fd, const void *frame, size_t len,
		      const struct ts_frame_form *form, uint32_t repeat,
		      struct ts_outcome *out);
int ts_fixture_up_fd(struct ts_fixture *fx);
int ts_fixture_down_fd(struct ts_fixture *fx);
int ts_fixture_stamp_fd(struct ts_fixture *fx);

#endif /* TS_TEST_CLASSIFY_MAPS_H */
