// SPDX-License-Identifier: GPL-2.0
/*
 * The pinned maps: made, found again, mapped into this process.
 *
 * They are made here rather than by libbpf from an object, so that a meter
 * exists before its first port and a reader needs no object.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/* Sizes that ts_meta tells, in place of a number of entries. */
#define PER_ACCOUNT 0
#define PER_BUCKET UINT32_MAX

/* @copies: of @entries: 0: one; else so many for each possible CPU. */
static const struct {
	const char *name;
	enum bpf_map_type type;
	uint32_t key_size, value_size, entries, flags, copies;
} defs[TS_MAP_COUNT] = {
	[TS_MAP_META] = { "ts_meta", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_meta), 1,
			  BPF_F_MMAPABLE },
	[TS_MAP_KEYS] = { "ts_keys", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_key_bucket),
			  PER_BUCKET, BPF_F_MMAPABLE },
	[TS_MAP_KEY_PORTS] = { "ts_key_ports", BPF_MAP_TYPE_ARRAY, 4,
			       sizeof(struct ts_key_port), PER_BUCKET, BPF_F_MMAPABLE },
	[TS_MAP_KEYS_OVERFLOW] = { "ts_keys_overflow", BPF_MAP_TYPE_HASH,
				   sizeof(struct ts_overflow_key), 4, PER_ACCOUNT,
				   BPF_F_NO_PREALLOC },
	[TS_MAP_ACCOUNTS] = { "ts_accounts", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_budget),
			      PER_ACCOUNT, BPF_F_MMAPABLE },
	[TS_MAP_PAID] = { "ts_paid", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_paid_line),
			  PER_ACCOUNT, BPF_F_MMAPABLE, .copies = 2 },
	[TS_MAP_STATS] = { "ts_stats", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_account_stats),
			   PER_ACCOUNT, BPF_F_MMAPABLE, .copies = 1 },
	[TS_MAP_POLICE] = { "ts_police", BPF_MAP_TYPE_ARRAY, 4,
			    sizeof(struct ts_account_police), PER_ACCOUNT, BPF_F_MMAPABLE },
	[TS_MAP_BOOK] = { "ts_book", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_book),
			  PER_ACCOUNT, BPF_F_MMAPABLE },
	[TS_MAP_PORTS] = { "ts_ports", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ts_port_line),
			   TS_PORTS_MAX, BPF_F_MMAPABLE },
	[TS_MAP_PORT_STATS] = { "ts_port_stats", BPF_MAP_TYPE_ARRAY, 4,
				sizeof(struct ts_port_counters), TS_PORTS_MAX,
				BPF_F_MMAPABLE, .copies = 1 },
	[TS_MAP_BITMAP4] = { "ts_bitmap4", BPF_MAP_TYPE_ARRAY, 4, 8, TS_BITMAP_WORDS,
			     BPF_F_MMAPABLE },
	[TS_MAP_BITMAP6] = { "ts_bitmap6", BPF_MAP_TYPE_ARRAY, 4, 8, TS_BITMAP_WORDS,
			     BPF_F_MMAPABLE },
	[TS_MAP_LPM4] = { "ts_lpm4", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct ts_lpm4_key), 4,
			  TS_PREFIXES_MAX, BPF_F_NO_PREALLOC },
	[TS_MAP_LPM6] = { "ts_lpm6", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct ts_lpm6_key), 4,
			  TS_PREFIXES_MAX, BPF_F_NO_PREALLOC },
	[TS_MAP_SERVICE_BITS] = { "ts_service_bits", BPF_MAP_TYPE_ARRAY, 4, 8,
				  TS_SERVICE_WORDS, BPF_F_MMAPABLE },
	[TS_MAP_SERVICES] = { "ts_services", BPF_MAP_TYPE_HASH, sizeof(struct ts_service), 1,
			      TS_SERVICES_MAX, 0 },
	[TS_MAP_BOX_ADDRS] = { "ts_box_addrs", BPF_MAP_TYPE_HASH, sizeof(struct ts_addr), 1,
			       TS_BOX_ADDRS_MAX, 0 },
	[TS_MAP_TARIFFS] = { "ts_tariffs", BPF_MAP_TYPE_HASH, 4,
			     sizeof(struct ts_tariff_line), TS_TARIFFS_MAX, 0 },
	[TS_MAP_STRANGERS] = { "ts_strangers", BPF_MAP_TYPE_ARRAY, 4,
			       sizeof(struct ts_stranger_line), TS_STRANGERS_DEFAULT,
			       BPF_F_MMAPABLE },
	[TS_MAP_MONEY] = { "ts_money", BPF_MAP_TYPE_RINGBUF, 0, 0, TS_MONEY_RING_BYTES, 0 },
	[TS_MAP_HINTS] = { "ts_hints", BPF_MAP_TYPE_RINGBUF, 0, 0, TS_HINTS_RING_BYTES, 0 },
	[TS_MAP_FAST] = { "ts_fast", BPF_MAP_TYPE_DEVMAP_HASH, 4,
			  sizeof(struct bpf_devmap_val), TS_FAST_DEVICES_MAX, 0 },
};

const char *ts_bpf_map_name(enum ts_bpf_map map)
{
	return defs[map].name;
}

static uint32_t entries(const struct ts_bpf *b, enum ts_bpf_map map, uint32_t accounts_max)
{
	uint32_t n = defs[map].entries;

	if (n == PER_ACCOUNT)
		n = accounts_max;
	else if (n == PER_BUCKET)
		n = accounts_max / 2;
	return defs[map].copies ? n * defs[map].copies * b->n_cpus : n;
}

/* Kernel memory of one map, as far as its definition tells. */
static uint64_t map_bytes(const struct ts_bpf *b, enum ts_bpf_map map)
{
	uint64_t n = entries(b, map, b->meta->accounts_max);
	uint64_t bytes = (uint64_t)defs[map].key_size + defs[map].value_size;

	switch (defs[map].type) {
	case BPF_MAP_TYPE_ARRAY:
		return n * defs[map].value_size;
	case BPF_MAP_TYPE_RINGBUF:
		return n;
	default:
		return defs[map].flags & BPF_F_NO_PREALLOC ? 0 : n * (bytes + 48);
	}
}

uint64_t ts_bpf_map_memory(const struct ts_bpf *b)
{
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < TS_MAP_COUNT; i++)
		bytes += map_bytes(b, i);
	return bytes;
}

static void pin_path(const struct ts_bpf *b, enum ts_bpf_map map, char path[static 128])
{
	snprintf(path, 128, "%s/%s", b->dir, defs[map].name);
}

/**
 * ts_bpf_map_pin() - give an open map its name
 * @b: the meter, locked
 * @map: which
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_map_pin(struct ts_bpf *b, enum ts_bpf_map map)
{
	char path[128];
	int ret;

	pin_path(b, map, path);
	ret = bpf_obj_pin(b->map[map], path);
	if (ret)
		ts_meter_fail(&b->base, ret, "cannot pin %s: %s", path, strerror(-ret));
	return ret;
}

static int make_map(struct ts_bpf *b, enum ts_bpf_map map)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = defs[map].flags);
	char path[128];
	int fd;

	fd = bpf_map_create(defs[map].type, defs[map].name, defs[map].key_size,
			    defs[map].value_size, entries(b, map, TS_ACCOUNTS_DEFAULT), &opts);
	if (fd < 0)
		return ts_meter_fail(&b->base, fd, "cannot make BPF map %s: %s%s",
				     defs[map].name, strerror(-fd),
				     fd == -EPERM ? ": CAP_BPF and CAP_NET_ADMIN are needed" : "");
	/* Left by a process that was killed while it made them. */
	pin_path(b, map, path);
	unlink(path);
	b->map[map] = fd;
	return ts_bpf_map_pin(b, map);
}

static int find_map(struct ts_bpf *b, enum ts_bpf_map map)
{
	struct bpf_map_info info = { };
	uint32_t len = sizeof(info);
	char path[128];
	int fd;

	pin_path(b, map, path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return ts_meter_fail(&b->base, fd, "cannot open %s: %s", path, strerror(-fd));
	b->map[map] = fd;
	if (bpf_map_get_info_by_fd(fd, &info, &len) || info.type != defs[map].type ||
	    info.key_size != defs[map].key_size || info.value_size != defs[map].value_size)
		return ts_meter_fail(&b->base, -EPROTO,
				     "%s was made by another version of TokenSwitch: start that version again, or remove the directory and all its ports and accounts",
				     path);
	return 0;
}

static size_t map_size(const struct ts_bpf *b, enum ts_bpf_map map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t accounts_max = b->meta ? b->meta->accounts_max : 0;
	size_t bytes = (size_t)entries(b, map, accounts_max) * defs[map].value_size;

	return (bytes + page - 1) / page * page;
}

/* Where the mapping of a map belongs; NULL: not mapped. */
static void **map_place(struct ts_bpf *b, enum ts_bpf_map map)
{
	switch (map) {
	case TS_MAP_META:
		return (void **)&b->meta;
	case TS_MAP_KEYS:
		return (void **)&b->keys;
	case TS_MAP_KEY_PORTS:
		return (void **)&b->key_ports;
	case TS_MAP_ACCOUNTS:
		return (void **)&b->accounts;
	case TS_MAP_PAID:
		return (void **)&b->paid;
	case TS_MAP_STATS:
		return (void **)&b->stats;
	case TS_MAP_POLICE:
		return (void **)&b->police;
	case TS_MAP_BOOK:
		return (void **)&b->book;
	case TS_MAP_PORTS:
		return (void **)&b->ports;
	case TS_MAP_PORT_STATS:
		return (void **)&b->port_stats;
	case TS_MAP_BITMAP4:
		return (void **)&b->bitmap4;
	case TS_MAP_BITMAP6:
		return (void **)&b->bitmap6;
	case TS_MAP_SERVICE_BITS:
		return (void **)&b->service_bits;
	case TS_MAP_STRANGERS:
		return (void **)&b->strangers;
	default:
		return NULL;
	}
}

static int map_one(struct ts_bpf *b, enum ts_bpf_map map)
{
	void **place = map_place(b, map), *addr;

	if (!place)
		return 0;
	addr = mmap(NULL, map_size(b, map), PROT_READ | PROT_WRITE, MAP_SHARED, b->map[map], 0);
	if (addr == MAP_FAILED)
		return ts_meter_fail(&b->base, -errno, "cannot map %s into memory: %s",
				     defs[map].name, strerror(errno));
	*place = addr;
	return 0;
}

/* The number of a namespace is given anew, its cookie never is. */
static uint64_t netns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = 0;
	close(fd);
	return cookie;
}

static int make_all(struct ts_bpf *b)
{
	uint64_t random[2];
	int i, ret;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return ts_meter_fail(&b->base, -EIO, "no random numbers: %s", strerror(errno));
	for (i = 0; i < TS_MAP_COUNT; i++) {
		ret = make_map(b, i);
		if (ret)
			return ret;
	}
	ret = map_one(b, TS_MAP_META);
	if (ret)
		return ret;
	b->meta->accounts_max = TS_ACCOUNTS_DEFAULT;
	b->meta->key_buckets = TS_ACCOUNTS_DEFAULT / 2;
	b->meta->strangers = TS_STRANGERS_DEFAULT;
	b->meta->hz = ts_bpf_clock_hz();
	b->meta->seed = random[0];
	b->meta->driver[TS_FACT_NETNS_COOKIE] = netns_cookie();
	b->meta->driver[TS_FACT_EPOCH_BASE] = (uint32_t)random[1] >> 1 | 1;
	/* Last: from here on the maps are complete. */
	__atomic_store_n(&b->meta->format, TS_MAPS_FORMAT, __ATOMIC_RELEASE);
	return 0;
}

/*
 * Return: 0; -ENOENT: none, unfinished or of a namespace that is gone;
 * -EPROTO.
 */
static int find_meta(struct ts_bpf *b)
{
	int ret = find_map(b, TS_MAP_META);

	if (ret)
		return ret;
	ret = map_one(b, TS_MAP_META);
	if (ret)
		return ret;
	if (!b->meta->format || b->meta->driver[TS_FACT_NETNS_COOKIE] != netns_cookie())
		return ts_meter_fail(&b->base, -ENOENT, "no complete meter in %s", b->dir);
	if (b->meta->format != TS_MAPS_FORMAT)
		return ts_meter_fail(&b->base, -EPROTO,
				     "the meter in %s has format %u, this version wants %u: start the version that made it, or remove the directory with all its ports and accounts",
				     b->dir, b->meta->format, TS_MAPS_FORMAT);
	return 0;
}

/**
 * ts_bpf_map_open() - find the maps, or make them
 * @b: the meter; its directory is locked when @create
 * @create: make what is missing
 *
 * Return: 0, -ENOENT, -EPROTO, or negative errno; to be closed in any case.
 */
int ts_bpf_map_open(struct ts_bpf *b, bool create)
{
	bool made = false;
	int i, ret;

	ret = find_meta(b);
	if (ret == -ENOENT && create) {
		ts_bpf_map_close(b);
		ts_bpf_map_unpin(b);
		ret = make_all(b);
		made = true;
	}
	for (i = 0; !ret && i < TS_MAP_COUNT; i++) {
		if (i == TS_MAP_META)
			continue;
		ret = made ? 0 : find_map(b, i);
		if (!ret)
			ret = map_one(b, i);
	}
	return ret;
}

void ts_bpf_map_close(struct ts_bpf *b)
{
	void **place;
	int i;

	/* ts_meta last: it tells the sizes of the others. */
	for (i = TS_MAP_COUNT - 1; i >= 0; i--) {
		place = map_place(b, i);
		if (place && *place) {
			munmap(*place, map_size(b, i));
			*place = NULL;
		}
		if (b->map[i] >= 0)
			close(b->map[i]);
		b->map[i] = -1;
	}
}

/**
 * ts_bpf_map_unpin() - remove every pin, of maps and of links
 * @b: the meter, locked
 *
 * The maps end with the last program that uses them.
 */
void ts_bpf_map_unpin(struct ts_bpf *b)
{
	const struct dirent *entry;
	DIR *dir = opendir(b->dir);

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(b->dir_fd, entry->d_name, 0);
	closedir(dir);
}
