// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what the bpf driver finds at a start: each step at which a process
 * can be killed is written into the pinned maps by hand.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <tokenswitch/budget.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"
#include "meter_net.h"
#include "meter_suite.h"

static const uint8_t client_mac[6] = NET_CLIENT_MAC;
static const uint8_t other_mac[6] = { 2, 0, 0, 0, 0, 0xa };

static int pinned(const char *name)
{
	char path[128];
	struct stat st;
	int fd;

	CHECK(!stat("/proc/thread-self/ns/net", &st));
	snprintf(path, sizeof(path), "%s/%lu/%s", TS_PIN_ROOT, (unsigned long)st.st_ino, name);
	fd = bpf_obj_get(path);
	CHECK(fd >= 0);
	return fd;
}

/* Nothing writes the book meanwhile: its elements may be exchanged whole. */
static struct ts_book read_book(uint32_t id)
{
	struct ts_book book;
	int fd = pinned("ts_book");

	EQUAL(bpf_map_lookup_elem(fd, &id, &book), 0);
	close(fd);
	return book;
}

static void write_book(uint32_t id, const struct ts_book *book)
{
	int fd = pinned("ts_book");

	EQUAL(bpf_map_update_elem(fd, &id, book, BPF_ANY), 0);
	close(fd);
}

static bool unused(const struct suite *s)
{
	return strcmp(s->driver, "bpf") != 0;
}

static void half_revoked(const struct suite *s)
{
	struct ts_account a;
	struct ts_meter *m;
	struct ts_book book;
	uint64_t taken;

	if (unused(s))
		return;
	m = suite_open_own(s);
	net_make_client();
	net_make_server();
	suite_tariff(m, 1, 1, 1);
	suite_port(s, m, "ap0");
	suite_wait_port(m, "ap0", "ap0");
	a = suite_account(m, client_mac, ts_zone_of_name("ap0"));
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 100 * 142), 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, 1000, &taken), 0);
	EQUAL(taken, 1000);
	ts_meter_close(m);

	book = read_book(a.id);
	EQUAL(book.revoked_units, 1000);
	book.state = TS_BOOK_REVOKING;
	book.revoked_units = 0;
	write_book(a.id, &book);
	m = suite_open_own(s);
	a = suite_get(m, a.id);
	EQUAL(a.revoked_units, 1000);
	EQUAL(a.charged_units, 1000 + 10 * 142);
	EQUAL(a.flags, 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	ts_meter_close(m);
	EQUAL(read_book(a.id).state, TS_BOOK_LIVE);
}

static void half_made(const struct suite *s)
{
	struct ts_account a, found;
	struct ts_meter *m;
	struct ts_book book;

	if (unused(s))
		return;
	m = suite_open_own(s);
	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, other_mac, 7);
	ts_meter_close(m);
	book = read_book(a.id);
	book.state = TS_BOOK_MAKING;
	book.n_keys = 0;
	write_book(a.id, &book);
	m = suite_open_own(s);
	RETURNS(m, ts_meter_account_get(m, a.id, &found), -ENOENT);
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &found), -ENOENT);
	found = suite_account(m, other_mac, 7);
	EQUAL(found.id, a.id);
	CHECK(found.epoch != a.epoch);
	ts_meter_close(m);
}

static void half_rekeyed(const struct suite *s)
{
	struct ts_account a, found;
	struct ts_meter *m;
	struct ts_book book;

	if (unused(s))
		return;
	m = suite_open_own(s);
	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, other_mac, 7);
	ts_meter_close(m);
	book = read_book(a.id);
	book.state = TS_BOOK_REKEYING;
	book.keys[0].a ^= 1ULL << 40;
	book.keys[1] = book.keys[0];
	book.n_keys = 2;
	write_book(a.id, &book);
	m = suite_open_own(s);
	found = suite_get(m, a.id);
	EQUAL(found.n_keys, 1);
	CHECK(!memcmp(&found.keys[0], &a.keys[0], sizeof(a.keys[0])));
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &found), 0);
	ts_meter_close(m);
}

/* A list, or an entry of the overflow, that is out of date: another has the key. */
static void keys_of_another(const struct suite *s)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0xb };
	struct ts_overflow_key key;
	struct ts_account a, b, found;
	uint32_t nobody = 999, id;
	struct ts_meter *m;
	struct ts_book book;
	int fd;

	if (unused(s))
		return;
	m = suite_open_own(s);
	suite_tariff(m, 1, 1, 1);
	a = suite_account(m, other_mac, 7);
	b = suite_account(m, mac, 7);
	ts_meter_close(m);
	key = read_book(a.id).keys[0];
	fd = pinned("ts_keys_overflow");
	EQUAL(bpf_map_update_elem(fd, &key, &nobody, BPF_ANY), 0);
	book = read_book(b.id);
	book.keys[book.n_keys++] = key;
	write_book(b.id, &book);
	m = suite_open_own(s);
	EQUAL(bpf_map_lookup_elem(fd, &key, &id), -ENOENT);
	close(fd);
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &found), 0);
	EQUAL(found.id, a.id);
	RETURNS(m, ts_meter_account_del(m, b.id, b.epoch), 0);
	RETURNS(m, ts_meter_account_find(m, &b.keys[0], &found), -ENOENT);
	RETURNS(m, ts_meter_account_find(m, &a.keys[0], &found), 0);
	EQUAL(found.id, a.id);
	ts_meter_close(m);
}

static void other_format(const struct suite *s)
{
	int fd, zero = 0;
	struct ts_meter *m;
	struct ts_meta meta;
	char err[256];

	if (unused(s))
		return;
	m = suite_open_own(s);
	ts_meter_close(m);
	fd = pinned("ts_meta");
	EQUAL(bpf_map_lookup_elem(fd, &zero, &meta), 0);
	meta.format++;
	EQUAL(bpf_map_update_elem(fd, &zero, &meta, BPF_ANY), 0);
	EQUAL(ts_meter_open("bpf", true, &m, err, sizeof(err)), -EPROTO);
	printf("# refused with: %s\n", err);
	/* Pins of a namespace that had this number before are nobody's. */
	meta.format--;
	meta.driver[TS_FACT_NETNS_COOKIE]++;
	EQUAL(bpf_map_update_elem(fd, &zero, &meta, BPF_ANY), 0);
	close(fd);
	EQUAL(ts_meter_open("bpf", false, &m, err, sizeof(err)), -ENOENT);
	m = suite_open_own(s);
	ts_meter_close(m);
}

/* 0 where the kernel has no tcx and so no pinned link. */
static uint32_t ingress_program(uint32_t ifindex)
{
	struct bpf_link_info info = { };
	uint32_t len = sizeof(info);
	char path[128];
	struct stat st;
	int fd;

	CHECK(!stat("/proc/thread-self/ns/net", &st));
	snprintf(path, sizeof(path), "%s/%lu/link_ingress_%u", TS_PIN_ROOT,
		 (unsigned long)st.st_ino, ifindex);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	EQUAL(bpf_link_get_info_by_fd(fd, &info, &len), 0);
	close(fd);
	return info.prog_id;
}

/* As an earlier version of TokenSwitch would have left its ports. */
static void age_ports(void)
{
	struct ts_port_line line;
	int fd = pinned("ts_ports");
	uint32_t slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++) {
		EQUAL(bpf_map_lookup_elem(fd, &slot, &line), 0);
		if (line.used != TS_PORT_DEVICE)
			continue;
		line.driver[TS_PORT_FACT_VERSION]++;
		EQUAL(bpf_map_update_elem(fd, &slot, &line, BPF_ANY), 0);
	}
	close(fd);
}

static uint32_t program_after(struct ts_meter *m, uint32_t ifindex)
{
	RETURNS(m, ts_meter_maintain(m), 0);
	return ingress_program(ifindex);
}

/* To verify programs takes long, so it is done for an owner of a new version. */
static void programs_exchanged(const struct suite *s)
{
	uint32_t ifindex, first, second;
	struct ts_meter *m;

	if (unused(s))
		return;
	m = suite_open_own(s);
	net_run("ip link add ap0 type veth peer name x0");
	suite_port(s, m, "ap0");
	ifindex = suite_wait_port(m, "ap0", "ap0");
	first = ingress_program(ifindex);
	EQUAL(program_after(m, ifindex), first);
	ts_meter_close(m);
	m = suite_open_own(s);
	EQUAL(program_after(m, ifindex), first);
	ts_meter_close(m);
	age_ports();
	m = suite_open(s, false);
	EQUAL(program_after(m, ifindex), first);
	ts_meter_close(m);
	m = suite_open_own(s);
	second = program_after(m, ifindex);
	CHECK(!first || second > first);
	EQUAL(program_after(m, ifindex), second);
	ts_meter_close(m);
	m = suite_open_own(s);
	EQUAL(program_after(m, ifindex), second);
	ts_meter_close(m);
}

const struct suite_test suite_adopt_tests[] = {
	{ "programs of another version are exchanged, once", programs_exchanged },
	{ "killed while it revoked", half_revoked },
	{ "killed while it made an account", half_made },
	{ "killed while it changed keys", half_rekeyed },
	{ "a key is taken from its own account only", keys_of_another },
	{ "another version's or namespace's pins", other_format },
	{ }
};
