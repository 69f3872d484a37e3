// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <tokenswitch/classify.h>
#include "classify_maps.h"
#include "xdp.skel.h"
#include "tc.skel.h"

/* Any bytes: fixed, so that a failure repeats. */
#define TEST_SEED 0x5ca1ab1e0ddba11ULL

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static uint32_t ticks_per_second(void)
{
	struct timespec ts;

	clock_getres(CLOCK_MONOTONIC_COARSE, &ts);
	return (1000000000L + ts.tv_nsec / 2) / ts.tv_nsec;
}

/** ts_fixture_mmap() - Return: the elements of an mmapable map, NULL: errno */
void *ts_fixture_mmap(int map_fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t page_up(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static void configure(struct ts_fixture *fx, volatile struct ts_port_config *c,
		      uint32_t flags)
{
	c->slot = TS_TEST_SLOT;
	c->ifindex = 1;
	c->zone = TS_TEST_ZONE;
	c->mark_mask = TS_TEST_MARK_MASK;
	c->mark_unit = TS_TEST_MARK_MASK & -TS_TEST_MARK_MASK;
	c->flags = flags;
	c->hz = fx->hz;
	c->key_mask = fx->key_buckets - 1;
	c->stranger_mask = TS_STRANGERS_DEFAULT - 1;
	c->accounts_shift = __builtin_ctz(fx->accounts_max);
	c->seed = TEST_SEED;
	c->free_rate = TS_FREE_RATE_BYTES;
	c->free_burst = TS_FREE_BURST_BYTES;
	c->port_free_rate = TS_PORT_FREE_RATE_BYTES;
	c->port_free_burst = TS_PORT_FREE_BURST_BYTES;
}

static int load(struct ts_fixture *fx, uint32_t flags)
{
	struct bpf_map *map, *first;

	fx->xdp = xdp_bpf__open();
	fx->tc = tc_bpf__open();
	if (!fx->xdp || !fx->tc)
		return -errno;
	configure(fx, (void *)&fx->xdp->rodata->ts_port, flags);
	configure(fx, (void *)&fx->tc->rodata->ts_port, flags);
	bpf_map__set_max_entries(fx->xdp->maps.ts_keys, fx->key_buckets);
	bpf_map__set_max_entries(fx->xdp->maps.ts_key_ports, fx->key_buckets);
	bpf_map__set_max_entries(fx->xdp->maps.ts_accounts, fx->accounts_max);
	bpf_map__set_max_entries(fx->xdp->maps.ts_paid, 2 * fx->cpus * fx->accounts_max);
	bpf_map__set_max_entries(fx->xdp->maps.ts_stats, fx->cpus * fx->accounts_max);
	bpf_map__set_max_entries(fx->xdp->maps.ts_port_stats, fx->cpus * TS_PORTS_MAX);
	bpf_map__set_max_entries(fx->xdp->maps.ts_police, fx->accounts_max);
	bpf_map__set_max_entries(fx->xdp->maps.ts_book, fx->accounts_max);
	if (xdp_bpf__load(fx->xdp))
		return -errno;
	bpf_object__for_each_map(map, fx->tc->obj) {
		if (bpf_map__is_internal(map))
			continue;
		first = bpf_object__find_map_by_name(fx->xdp->obj, bpf_map__name(map));
		if (first && bpf_map__reuse_fd(map, bpf_map__fd(first)))
			return -errno;
	}
	return tc_bpf__load(fx->tc) ? -errno : 0;
}

#define MAP_ALL(fx, map, n, member)							\
	((fx)->member = ts_fixture_mmap(bpf_map__fd((fx)->xdp->maps.map),		\
					page_up((n) * sizeof(*(fx)->member))))

/**
 * ts_fixture_open() - make maps and programs
 * @fx: filled in; to be closed also after an error
 * @accounts_max: accounts, a power of two
 * @port_flags: enum ts_port_config_flags
 *
 * Return: 0 or a negative errno.
 */
int ts_fixture_open(struct ts_fixture *fx, uint32_t accounts_max, uint32_t port_flags)
{
	int err;

	memset(fx, 0, sizeof(*fx));
	libbpf_set_print(say_nothing);
	fx->accounts_max = accounts_max;
	fx->key_buckets = accounts_max / 2;
	fx->hz = ticks_per_second();
	fx->cpus = libbpf_num_possible_cpus();
	err = load(fx, port_flags);
	if (err)
		return err;
	if (!MAP_ALL(fx, ts_meta, 1, meta) || !MAP_ALL(fx, ts_keys, fx->key_buckets, keys) ||
	    !MAP_ALL(fx, ts_key_ports, fx->key_buckets, key_ports) ||
	    !MAP_ALL(fx, ts_accounts, fx->accounts_max, accounts) ||
	    !MAP_ALL(fx, ts_police, fx->accounts_max, police) ||
	    !MAP_ALL(fx, ts_ports, TS_PORTS_MAX, ports) ||
	    !MAP_ALL(fx, ts_strangers, TS_STRANGERS_DEFAULT, strangers) ||
	    !MAP_ALL(fx, ts_bitmap4, TS_BITMAP_WORDS, bitmap4) ||
	    !MAP_ALL(fx, ts_bitmap6, TS_BITMAP_WORDS, bitmap6) ||
	    !MAP_ALL(fx, ts_service_bits, TS_SERVICE_WORDS, service_bits))
		return -errno;
	return 0;
}

static int clear_array(int fd, size_t size)
{
	void *all = ts_fixture_mmap(fd, page_up(size));

	if (!all)
		return -errno;
	memset(all, 0, size);
	munmap(all, page_up(size));
	return 0;
}

static int clear_table(int fd)
{
	uint8_t key[64];

	while (!bpf_map_get_next_key(fd, NULL, key))
		if (bpf_map_delete_elem(fd, key))
			return -errno;
	return 0;
}

/**
 * ts_fixture_reset() - empty all maps but the rings
 * @fx: open
 *
 * As if just opened, without verifying the programs anew: on an emulated
 * machine that takes many seconds.
 *
 * Return: 0 or a negative errno.
 */
int ts_fixture_reset(struct ts_fixture *fx)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, fx->xdp->obj) {
		int fd = bpf_map__fd(map);

		if (bpf_map__is_internal(map))
			continue;
		switch (bpf_map__type(map)) {
		case BPF_MAP_TYPE_ARRAY:
			err = clear_array(fd, (size_t)bpf_map__max_entries(map) *
					      bpf_map__value_size(map));
			break;
		case BPF_MAP_TYPE_RINGBUF:
			break;
		default:
			err = clear_table(fd);
		}
		if (err)
			return err;
	}
	return 0;
}

#define UNMAP_ALL(fx, n, member)							\
	do {										\
		if ((fx)->member)							\
			munmap((fx)->member, page_up((n) * sizeof(*(fx)->member)));	\
	} while (0)

/** ts_fixture_close() - the maps end with it */
void ts_fixture_close(struct ts_fixture *fx)
{
	UNMAP_ALL(fx, 1, meta);
	UNMAP_ALL(fx, fx->key_buckets, keys);
	UNMAP_ALL(fx, fx->key_buckets, key_ports);
	UNMAP_ALL(fx, fx->accounts_max, accounts);
	UNMAP_ALL(fx, fx->accounts_max, police);
	UNMAP_ALL(fx, TS_PORTS_MAX, ports);
	UNMAP_ALL(fx, TS_STRANGERS_DEFAULT, strangers);
	UNMAP_ALL(fx, TS_BITMAP_WORDS, bitmap4);
	UNMAP_ALL(fx, TS_BITMAP_WORDS, bitmap6);
	UNMAP_ALL(fx, TS_SERVICE_WORDS, service_bits);
	tc_bpf__destroy(fx->tc);
	xdp_bpf__destroy(fx->xdp);
	memset(fx, 0, sizeof(*fx));
}

/** ts_fixture_account() - a line with one price; Return: 0 */
int ts_fixture_account(struct ts_fixture *fx, uint32_t id, uint64_t granted, uint16_t price)
{
	struct ts_budget *line = &fx->accounts[id];
	int class, dir;

	memset(line, 0, sizeof(*line));
	line->low_at = TS_LOW_DISARMED;
	line->epoch = 1;
	line->granted = granted;
	for (class = TS_CLASS_LOCAL; class <= TS_CLASS_INTERNET; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			line->price[class][dir] = price;
	return 0;
}

/** ts_fixture_key() - a station of an account; Return: 0 or a negative errno */
int ts_fixture_key(struct ts_fixture *fx, uint32_t id, const uint8_t mac[6], uint16_t vlan)
{
	struct ts_overflow_key key = { .a = ts_key_a(mac, vlan), .zone = TS_TEST_ZONE };
	struct ts_key_bucket *bucket;
	int way;

	bucket = &fx->keys[ts_key_hash(key.a, TS_TEST_ZONE, TEST_SEED) & (fx->key_buckets - 1)];
	for (way = 0; way < TS_KEY_SLOTS; way++) {
		if (bucket->slot[way].a)
			continue;
		ts_store_release(&bucket->slot[way].a, key.a);
		ts_store_release(&bucket->slot[way].b,
				 ts_key_b(TS_TEST_ZONE, id) |
				 (bucket->slot[way].b & TS_KEY_F_OVERFLOW));
		return 0;
	}
	if (bpf_map_update_elem(bpf_map__fd(fx->xdp->maps.ts_keys_overflow), &key, &id, BPF_ANY))
		return -errno;
	ts_store_release(&bucket->slot[0].b, bucket->slot[0].b | TS_KEY_F_OVERFLOW);
	return 0;
}

/** ts_fixture_prefix4() - a class rule; for lengths of 16 and more */
void ts_fixture_prefix4(struct ts_fixture *fx, const char *addr, uint32_t len, uint32_t class)
{
	struct ts_lpm4_key key = { .prefix_len = len };
	uint32_t top;

	inet_pton(AF_INET, addr, key.addr);
	top = key.addr[0] << 8 | key.addr[1];
	fx->bitmap4[top / 64] |= 1ULL << (top % 64);
	bpf_map_update_elem(bpf_map__fd(fx->xdp->maps.ts_lpm4), &key, &class, BPF_ANY);
}

static void mapped(const char *addr, struct ts_addr *out)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	memset(out, 0, sizeof(*out));
	if (!addr)
		return;
	if (inet_pton(AF_INET6, addr, out->byte) == 1)
		return;
	memcpy(out->byte, prefix, sizeof(prefix));
	inet_pton(AF_INET, addr, out->byte + 12);
}

/**
 * ts_fixture_service() - a free service
 * @addr: NULL: at any address of the box
 * @kind: enum ts_service_kind
 */
void ts_fixture_service(struct ts_fixture *fx, const char *addr, uint8_t proto, uint16_t port,
			uint8_t kind)
{
	struct ts_service key = { .port = port, .proto = proto };
	uint32_t word = (proto == TS_IP_UDP ? TS_SERVICE_UDP_WORD : 0) + port / 64;

	mapped(addr, &key.addr);
	fx->service_bits[word] |= 1ULL << (port % 64);
	bpf_map_update_elem(bpf_map__fd(fx->xdp->maps.ts_services), &key, &kind, BPF_ANY);
}

void ts_fixture_box_addr(struct ts_fixture *fx, const char *addr)
{
	struct ts_addr key;
	uint8_t one = 1;

	mapped(addr, &key);
	bpf_map_update_elem(bpf_map__fd(fx->xdp->maps.ts_box_addrs), &key, &one, BPF_ANY);
}

/* Every member is a u64; last_seen is not 0 if one of them was. */
static void add_element(const struct bpf_map *map, uint32_t key, void *sum, size_t size)
{
	uint64_t element[32], *out = sum;
	size_t i;

	if (size > sizeof(element) || bpf_map_lookup_elem(bpf_map__fd(map), &key, element))
		abort();
	for (i = 0; i < size / sizeof(*out); i++)
		out[i] += element[i];
}

/** ts_fixture_paid() - what was counted of an account in a class that is billed */
void ts_fixture_paid(struct ts_fixture *fx, uint32_t id, uint32_t class, struct ts_paid_line *sum)
{
	uint32_t shift = __builtin_ctz(fx->accounts_max);
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for (cpu = 0; cpu < fx->cpus; cpu++)
		add_element(fx->xdp->maps.ts_paid, ts_paid_index(id, cpu, class, shift), sum,
			    sizeof(*sum));
}

/** ts_fixture_stats() - what was counted of an account besides */
void ts_fixture_stats(struct ts_fixture *fx, uint32_t id, struct ts_account_stats *sum)
{
	uint32_t shift = __builtin_ctz(fx->accounts_max);
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for (cpu = 0; cpu < fx->cpus; cpu++)
		add_element(fx->xdp->maps.ts_stats, ts_stats_index(id, cpu, shift), sum,
			    sizeof(*sum));
}

/** ts_fixture_counters() - counters of the port */
void ts_fixture_counters(struct ts_fixture *fx, struct ts_port_counters *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for (cpu = 0; cpu < fx->cpus; cpu++)
		add_element(fx->xdp->maps.ts_port_stats, cpu * TS_PORTS_MAX + TS_TEST_SLOT, sum,
			    sizeof(*sum));
}

/**
 * ts_fixture_run_xdp() - hand a frame to the XDP program
 *
 * Return: 0 or a negative errno.
 */
int ts_fixture_run_xdp(struct ts_fixture *fx, const void *frame, size_t len,
		       uint32_t repeat, struct ts_outcome *out)
{
	static uint8_t seen[4096 + 256];
	struct xdp_md in = { .data_end = len }, back = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len,
		    .data_out = seen, .data_size_out = sizeof(seen), .repeat = repeat);

	memset(out, 0, sizeof(*out));
	/* Without a context the harness is faster, and says nothing of metadata. */
	if (repeat == 1) {
		opts.ctx_in = &in;
		opts.ctx_size_in = sizeof(in);
		opts.ctx_out = &back;
		opts.ctx_size_out = sizeof(back);
	}
	if (bpf_prog_test_run_opts(bpf_program__fd(fx->xdp->progs.ts_xdp_up), &opts))
		return -errno;
	out->retval = opts.retval;
	out->ns = opts.duration;
	if (back.data - back.data_meta == sizeof(out->meta))
		memcpy(&out->meta, seen, sizeof(out->meta));
	memcpy(out->dest, seen + (back.data - back.data_meta), sizeof(out->dest));
	return 0;
}

/**
 * ts_fixture_run_tc() - hand a frame to a tc program
 *
 * Return: 0 or a negative errno.
 */
int ts_fixture_run_tc(int prog_fd, const void *frame, size_t len,
		      const struct ts_frame_form *form, uint32_t repeat,
		      struct ts_outcome *out)
{
	static uint8_t seen[65536];
	struct __sk_buff in = { 0 }, back = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len,
		    .data_out = seen, .data_size_out = sizeof(seen), .repeat = repeat,
		    .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .ctx_out = &back, .ctx_size_out = sizeof(back));

	memset(out, 0, sizeof(*out));
	if (form) {
		in.gso_size = form->gso_size;
		in.wire_len = form->wire_len;
		in.ingress_ifindex = form->ingress_ifindex;
		in.mark = form->mark;
	}
	if (bpf_prog_test_run_opts(prog_fd, &opts))
		return -errno;
	out->retval = opts.retval;
	out->ns = opts.duration;
	out->mark = back.mark;
	memcpy(out->dest, seen, sizeof(out->dest));
	return 0;
}

int ts_fixture_up_fd(struct ts_fixture *fx)
{
	return bpf_program__fd(fx->tc->progs.ts_tc_up);
}

int ts_fixture_down_fd(struct ts_fixture *fx)
{
	return bpf_program__fd(fx->tc->progs.ts_tc_down);
}

int ts_fixture_stamp_fd(struct ts_fixture *fx)
{
	return bpf_program__fd(fx->tc->progs.ts_tc_stamp);
}
