// SPDX-License-Identifier: GPL-2.0
/* The programs: taken from the skeletons, loaded on the pinned maps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "lib/meter_bpf.h"
/* These want the types of bpf/maps.h. */
#include "clock.skel.h"
#include "fast.skel.h"
#include "tc.skel.h"
#include "xdp.skel.h"

/* libbpf's last warning: it says more than the errno. */
static char complaint[160];

static int keep_complaint(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN && !complaint[0])
		vsnprintf(complaint, sizeof(complaint), fmt, ap);
	complaint[strcspn(complaint, "\n")] = '\0';
	return 0;
}

static void quiet(void)
{
	complaint[0] = '\0';
	libbpf_set_print(keep_complaint);
}

/* Every map of the object is the pinned one of that name. */
static int use_pinned_maps(struct ts_bpf *b, struct bpf_object *obj)
{
	struct bpf_map *map;
	int i, ret;

	for (i = 0; i < TS_MAP_COUNT; i++) {
		map = bpf_object__find_map_by_name(obj, ts_bpf_map_name(i));
		if (!map)
			continue;
		ret = bpf_map__reuse_fd(map, b->map[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static int want_only(struct bpf_object *obj, const char *first, const char *second)
{
	struct bpf_program *prog;
	const char *name;
	int ret;

	bpf_object__for_each_program(prog, obj) {
		name = bpf_program__name(prog);
		ret = bpf_program__set_autoload(prog, (first && !strcmp(name, first)) ||
						      (second && !strcmp(name, second)));
		if (ret)
			return ret;
	}
	return 0;
}

static int load(struct ts_bpf *b, struct bpf_object *obj, const char *first, const char *second)
{
	int ret = use_pinned_maps(b, obj);

	if (!ret)
		ret = want_only(obj, first, second);
	if (!ret)
		ret = bpf_object__load(obj);
	if (ret)
		return ts_meter_fail(&b->base, ret, "cannot load a BPF program: %s (%s)",
				     strerror(-ret), complaint);
	return 0;
}

/* The descriptor outlives the object, which closes its own. */
static int keep(struct bpf_program *prog)
{
	return bpf_program__fd(prog) < 0 ? -1 : dup(bpf_program__fd(prog));
}

static int load_xdp(struct ts_bpf *b, const struct ts_port_config *config,
		    struct ts_bpf_programs *p)
{
	struct xdp_bpf *skel = xdp_bpf__open();
	int ret;

	if (!skel)
		return ts_meter_fail(&b->base, -errno, "cannot open the XDP object: %s", complaint);
	memcpy((void *)&skel->rodata->ts_port, config, sizeof(*config));
	ret = load(b, skel->obj, "ts_xdp_up", NULL);
	if (!ret)
		p->fd[TS_HOOK_XDP] = keep(skel->progs.ts_xdp_up);
	xdp_bpf__destroy(skel);
	return ret;
}

static int load_fast(struct ts_bpf *b, const struct ts_port_config *config,
		     struct ts_bpf_programs *p)
{
	struct fast_bpf *skel = fast_bpf__open();
	int ret;

	if (!skel)
		return ts_meter_fail(&b->base, -errno, "cannot open the fast path's object: %s",
				     complaint);
	memcpy((void *)&skel->rodata->ts_port, config, sizeof(*config));
	ret = load(b, skel->obj, "ts_fast_up", "ts_fast_down");
	if (!ret) {
		p->fd[TS_HOOK_XDP] = keep(skel->progs.ts_fast_up);
		p->fast_down = keep(skel->progs.ts_fast_down);
	}
	fast_bpf__destroy(skel);
	return ret;
}

/**
 * ts_bpf_program_fast_from() - the program of an upstream device of the fast path
 * @b: the meter
 * @config: its slot and hz are used
 *
 * Return: descriptor, owned by the caller, or negative errno.
 */
int ts_bpf_program_fast_from(struct ts_bpf *b, const struct ts_port_config *config)
{
	struct fast_bpf *skel;
	int ret;

	quiet();
	skel = fast_bpf__open();
	if (!skel)
		return ts_meter_fail(&b->base, -errno, "cannot open the fast path's object: %s",
				     complaint);
	memcpy((void *)&skel->rodata->ts_port, config, sizeof(*config));
	ret = load(b, skel->obj, "ts_fast_from", NULL);
	if (!ret)
		ret = keep(skel->progs.ts_fast_from);
	fast_bpf__destroy(skel);
	return ret;
}

static int load_tc(struct ts_bpf *b, const struct ts_port_config *config, const char *up,
		   const char *down, struct ts_bpf_programs *p)
{
	struct tc_bpf *skel = tc_bpf__open();
	int ret;

	if (!skel)
		return ts_meter_fail(&b->base, -errno, "cannot open the tc object: %s", complaint);
	memcpy((void *)&skel->rodata->ts_port, config, sizeof(*config));
	ret = load(b, skel->obj, up, down);
	if (!ret && up)
		p->fd[TS_HOOK_INGRESS] = keep(bpf_object__find_program_by_name(skel->obj, up));
	if (!ret && down)
		p->fd[TS_HOOK_EGRESS] = keep(skel->progs.ts_tc_down);
	tc_bpf__destroy(skel);
	return ret;
}

/**
 * ts_bpf_program_load() - the programs of one port
 * @b: the meter
 * @config: becomes their rodata
 * @xdp: meter xdp, else tc
 * @direction: enum ts_direction
 * @p: set on success; to be closed with ts_bpf_program_close()
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_program_load(struct ts_bpf *b, const struct ts_port_config *config, bool xdp,
			uint8_t direction, struct ts_bpf_programs *p)
{
	const char *down = direction & TS_DIRECTION_DOWN ? "ts_tc_down" : NULL;
	const char *up = NULL;
	int i, ret = 0;

	for (i = 0; i < TS_HOOK_COUNT; i++)
		p->fd[i] = -1;
	p->fast_down = -1;
	quiet();
	if (direction & TS_DIRECTION_UP) {
		up = xdp ? "ts_tc_stamp" : "ts_tc_up";
		if (xdp)
			ret = config->flags & TS_PORT_F_FAST ? load_fast(b, config, p) :
							       load_xdp(b, config, p);
	}
	if (!ret)
		ret = load_tc(b, config, up, down, p);
	if (ret)
		ts_bpf_program_close(p);
	return ret;
}

/* FNV-1a: told apart are versions of our own objects, nobody's forgeries. */
static uint64_t hash_more(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (; len; len--)
		hash = (hash ^ *p++) * 0x100000001b3ull;
	return hash;
}

/**
 * ts_bpf_program_version() - what ts_bpf_program_load() would load, as a number
 * @config: as there
 * @xdp: as there
 * @direction: as there
 *
 * Return: the same for the same programs with the same configuration; never 0.
 */
uint64_t ts_bpf_program_version(const struct ts_port_config *config, bool xdp,
				uint8_t direction)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	const void *elf;
	size_t size;

	hash = hash_more(hash, config, sizeof(*config));
	hash = hash_more(hash, &direction, sizeof(direction));
	elf = tc_bpf__elf_bytes(&size);
	hash = hash_more(hash, elf, size);
	if (xdp) {
		elf = config->flags & TS_PORT_F_FAST ? fast_bpf__elf_bytes(&size) :
						       xdp_bpf__elf_bytes(&size);
		hash = hash_more(hash, elf, size);
	}
	return hash ? hash : 1;
}

void ts_bpf_program_close(struct ts_bpf_programs *p)
{
	int i;

	for (i = 0; i < TS_HOOK_COUNT; i++) {
		if (p->fd[i] >= 0)
			close(p->fd[i]);
		p->fd[i] = -1;
	}
	if (p->fast_down >= 0)
		close(p->fast_down);
	p->fast_down = -1;
}

/** ts_bpf_program_clock() - Return: descriptor of ts_clock_read, or negative errno */
int ts_bpf_program_clock(struct ts_bpf *b)
{
	struct clock_bpf *skel;
	int ret;

	quiet();
	skel = clock_bpf__open();
	if (!skel)
		return -errno;
	ret = clock_bpf__load(skel);
	if (!ret)
		ret = keep(skel->progs.ts_clock_read);
	clock_bpf__destroy(skel);
	return ret;
}

/** ts_bpf_program_id() - Return: the kernel's number of a program, 0: none */
uint32_t ts_bpf_program_id(int fd)
{
	struct bpf_prog_info info = { };
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &len))
		return 0;
	return info.id;
}
