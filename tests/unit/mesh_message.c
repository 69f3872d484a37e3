// SPDX-License-Identifier: GPL-2.0
/* mesh_message.c - answers of the family "batadv", good ones and others. */
#include <errno.h>
#include <linux/batman_adv.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mesh/message.h"
#include "mesh_box.h"

#define FAMILY	33
#define SEQ	7
#define MESH	5

static const uint8_t secret[TS_BATADV_HASH_KEY_SIZE] = { 1, 2, 3 };

/** struct dump - a datagram being made; @bytes as long as malloc() made it */
struct dump {
	uint8_t *bytes;
	size_t len;
};

static void append(struct dump *d, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	d->bytes = realloc(d->bytes, d->len + NLMSG_ALIGN(nlh->nlmsg_len));
	assert_non_null(d->bytes);
	memcpy(d->bytes + d->len, nlh, NLMSG_ALIGN(nlh->nlmsg_len));
	d->len += NLMSG_ALIGN(nlh->nlmsg_len);
	nlmsg_free(msg);
}

static struct nl_msg *row(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, SEQ, FAMILY, 0, NLM_F_MULTI, cmd, 1));
	return msg;
}

static struct nl_msg *end(uint16_t type, int err)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_MULTI);

	assert_non_null(msg);
	nlmsg_hdr(msg)->nlmsg_seq = SEQ;
	assert_int_equal(nlmsg_append(msg, &err, sizeof(err), NLMSG_ALIGNTO), 0);
	return msg;
}

static void put_mac(struct nl_msg *msg, int attr, struct mac m)
{
	assert_int_equal(nla_put(msg, attr, TS_MAC_LEN, m.b), 0);
}

static struct nl_msg *originator(struct mac orig, struct mac neigh, uint8_t tq, bool best)
{
	struct nl_msg *msg = row(BATADV_CMD_GET_ORIGINATORS);

	put_mac(msg, BATADV_ATTR_ORIG_ADDRESS, orig);
	put_mac(msg, BATADV_ATTR_NEIGH_ADDRESS, neigh);
	nla_put_u32(msg, BATADV_ATTR_HARD_IFINDEX, 3);
	nla_put_u8(msg, BATADV_ATTR_TQ, tq);
	nla_put_u32(msg, BATADV_ATTR_LAST_SEEN_MSECS, 10);
	if (best)
		nla_put_flag(msg, BATADV_ATTR_FLAG_BEST);
	return msg;
}

/** struct fixture - tables, and the reading of one */
struct fixture {
	struct ts_batadv_tables t;
	struct ts_batadv_reading r;
	struct dump d;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return 1;
	ts_batadv_tables_init(&f->t, secret);
	f->r.family = FAMILY;
	f->r.seq = SEQ;
	f->r.ifindex = MESH;
	f->r.cmd = BATADV_CMD_GET_ORIGINATORS;
	f->r.rows = &f->t.originators;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ts_batadv_tables_free(&f->t);
	free(f->d.bytes);
	free(f);
	return 0;
}

static int take(struct fixture *f)
{
	return ts_batadv_take(&f->t, &f->r, f->d.bytes, f->d.len);
}

static void test_originators(void **state)
{
	const struct ts_batadv_originator *o;
	struct fixture *f = *state;

	append(&f->d, originator(mac('c', 1), mac('b', 1), 201, true));
	append(&f->d, originator(mac('c', 1), mac('b', 2), 180, false));
	assert_int_equal(take(f), 0);
	f->d.len = 0;
	append(&f->d, end(NLMSG_DONE, 0));
	assert_int_equal(take(f), 1);
	assert_false(f->r.disturbed);
	ts_batadv_tables_sort(&f->t);
	assert_int_equal(f->t.originators.n, 2);
	o = f->t.originators.row;
	assert_memory_equal(o[0].orig, mac('c', 1).b, TS_MAC_LEN);
	assert_memory_equal(o[0].neigh, mac('b', 1).b, TS_MAC_LEN);
	assert_int_equal(o[0].metric, 201);
	assert_int_equal(o[0].ifindex, 3);
	assert_true(o[0].best);
	assert_false(o[1].best);
}

static void test_throughput(void **state)
{
	struct nl_msg *msg = row(BATADV_CMD_GET_ORIGINATORS);
	const struct ts_batadv_originator *o;
	struct fixture *f = *state;

	put_mac(msg, BATADV_ATTR_ORIG_ADDRESS, mac('c', 1));
	put_mac(msg, BATADV_ATTR_NEIGH_ADDRESS, mac('b', 1));
	nla_put_u32(msg, BATADV_ATTR_HARD_IFINDEX, 3);
	nla_put_u32(msg, BATADV_ATTR_THROUGHPUT, 10000);
	append(&f->d, msg);
	assert_int_equal(take(f), 0);
	o = f->t.originators.row;
	assert_int_equal(o[0].metric, 10000);
}

static void test_settings(void **state)
{
	struct nl_msg *msg = row(BATADV_CMD_GET_MESH);
	struct fixture *f = *state;

	f->r.cmd = BATADV_CMD_GET_MESH;
	f->r.rows = NULL;
	nla_put_u32(msg, BATADV_ATTR_MESH_IFINDEX, MESH);
	nla_put_string(msg, BATADV_ATTR_ALGO_NAME, "BATMAN_IV");
	put_mac(msg, BATADV_ATTR_HARD_ADDRESS, mac('a', 1));
	nla_put_u8(msg, BATADV_ATTR_NETWORK_CODING_ENABLED, 1);
	nla_put_u8(msg, BATADV_ATTR_BRIDGE_LOOP_AVOIDANCE_ENABLED, 0);
	nla_put_u8(msg, BATADV_ATTR_FRAGMENTATION_ENABLED, 1);
	nla_put_u8(msg, BATADV_ATTR_GW_MODE, BATADV_GW_MODE_SERVER);
	append(&f->d, msg);
	append(&f->d, end(NLMSG_ERROR, 0));
	assert_int_equal(take(f), 1);
	assert_true(f->r.answered);
	assert_string_equal(f->t.mesh.algo, "BATMAN_IV");
	assert_memory_equal(f->t.mesh.own, mac('a', 1).b, TS_MAC_LEN);
	assert_true(f->t.mesh.network_coding);
	assert_true(f->t.mesh.fragmentation);
	assert_true(f->t.mesh.gateway);
	assert_false(f->t.mesh.bridge_loop_avoidance);
	assert_false(f->t.mesh.ap_isolation);
}

static void test_another_device(void **state)
{
	struct nl_msg *msg = row(BATADV_CMD_GET_MESH);
	struct fixture *f = *state;

	f->r.cmd = BATADV_CMD_GET_MESH;
	f->r.rows = NULL;
	nla_put_u32(msg, BATADV_ATTR_MESH_IFINDEX, MESH + 1);
	append(&f->d, msg);
	assert_int_equal(take(f), -EBADMSG);
}

static void test_clients(void **state)
{
	struct nl_msg *msg = row(BATADV_CMD_GET_TRANSTABLE_GLOBAL);
	static const uint8_t vid[2] = { 0x80, 0x07 };
	const struct ts_batadv_client *c;
	struct fixture *f = *state;

	f->r.cmd = BATADV_CMD_GET_TRANSTABLE_GLOBAL;
	f->r.rows = &f->t.global;
	put_mac(msg, BATADV_ATTR_TT_ADDRESS, mac('k', 1));
	put_mac(msg, BATADV_ATTR_ORIG_ADDRESS, mac('c', 1));
	nla_put_u16(msg, BATADV_ATTR_TT_VID, 0x8007);
	nla_put_flag(msg, BATADV_ATTR_FLAG_BEST);
	append(&f->d, msg);
	assert_int_equal(take(f), 0);
	c = f->t.global.row;
	assert_memory_equal(c[0].mac, mac('k', 1).b, TS_MAC_LEN);
	assert_memory_equal(c[0].orig, mac('c', 1).b, TS_MAC_LEN);
	assert_memory_equal(c[0].vid, vid, sizeof(vid));
	assert_true(c[0].best);
}

static void test_disturbed(void **state)
{
	struct fixture *f = *state;
	struct nl_msg *msg = originator(mac('c', 1), mac('b', 1), 201, true);

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
	append(&f->d, msg);
	append(&f->d, end(NLMSG_DONE, 0));
	assert_int_equal(take(f), 1);
	assert_true(f->r.disturbed);
}

static void test_refused_by_kernel(void **state)
{
	struct fixture *f = *state;

	append(&f->d, end(NLMSG_ERROR, -EPERM));
	assert_int_equal(take(f), -EPERM);
	f->d.len = 0;
	append(&f->d, end(NLMSG_DONE, -ENODEV));
	assert_int_equal(take(f), -ENODEV);
	f->d.len = 0;
	append(&f->d, end(NLMSG_DONE, 22));
	assert_int_equal(take(f), -EBADMSG);
}

static void test_of_another_request(void **state)
{
	struct nl_msg *msg = end(NLMSG_ERROR, -EPERM);
	struct fixture *f = *state;

	nlmsg_hdr(msg)->nlmsg_seq = SEQ - 1;
	append(&f->d, msg);
	assert_int_equal(take(f), 0);
	assert_int_equal(f->t.originators.n, 0);
}

/* What is missing or has the wrong size makes all of it void. */
static void test_not_understood(void **state)
{
	struct fixture *f = *state;
	struct nl_msg *msg = row(BATADV_CMD_GET_ORIGINATORS);
	uint64_t long_mac = 2;
	int size;

	put_mac(msg, BATADV_ATTR_ORIG_ADDRESS, mac('c', 1));
	nla_put_u32(msg, BATADV_ATTR_HARD_IFINDEX, 3);
	append(&f->d, msg);
	assert_int_equal(take(f), -EBADMSG);
	f->d.len = 0;
	for (size = 5; size <= 7; size++) {
		msg = row(BATADV_CMD_GET_ORIGINATORS);
		nla_put(msg, BATADV_ATTR_ORIG_ADDRESS, size, &long_mac);
		put_mac(msg, BATADV_ATTR_NEIGH_ADDRESS, mac('c', 1));
		nla_put_u32(msg, BATADV_ATTR_HARD_IFINDEX, 3);
		append(&f->d, msg);
		assert_int_equal(take(f), size == 6 ? 0 : -EBADMSG);
		assert_int_equal(f->t.originators.n, size == 5 ? 0 : 1);
		f->d.len = 0;
	}
	msg = row(BATADV_CMD_GET_NEIGHBORS);
	put_mac(msg, BATADV_ATTR_NEIGH_ADDRESS, mac('c', 1));
	append(&f->d, msg);
	assert_int_equal(take(f), -EBADMSG);
	assert_int_equal(f->t.originators.n, 1);
}

static void test_newer_kernel(void **state)
{
	struct nl_msg *msg = originator(mac('c', 1), mac('b', 1), 201, true);
	struct fixture *f = *state;

	nla_put_u32(msg, BATADV_ATTR_MAX + 20, 1);
	append(&f->d, msg);
	assert_int_equal(take(f), 0);
	assert_int_equal(f->t.originators.n, 1);
}

/* Cut anywhere: whole rows, or void; nothing beyond the end is read (ASan). */
static void test_truncated(void **state)
{
	struct fixture *f = *state;
	size_t len, whole;
	uint8_t *copy;
	int ret;

	append(&f->d, originator(mac('c', 1), mac('b', 1), 201, true));
	whole = f->d.len;
	append(&f->d, originator(mac('d', 1), mac('b', 1), 202, true));
	for (len = 0; len < f->d.len; len++) {
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, f->d.bytes, len);
		ts_batadv_rows_clear(&f->t.originators);
		ret = ts_batadv_take(&f->t, &f->r, copy, len);
		assert_int_equal(ret, len == whole ? 0 : -EBADMSG);
		assert_true(f->t.originators.n <= 1);
		free(copy);
	}
}

/* Lengths that lie, inside and outside. */
static void test_lying_lengths(void **state)
{
	struct fixture *f = *state;
	struct nlmsghdr *nlh;
	struct nlattr *attr;
	uint32_t right;

	append(&f->d, originator(mac('c', 1), mac('b', 1), 201, true));
	nlh = (struct nlmsghdr *)f->d.bytes;
	right = nlh->nlmsg_len;
	nlh->nlmsg_len = 0;
	assert_int_equal(take(f), -EBADMSG);
	nlh->nlmsg_len = 0xffffffff;
	assert_int_equal(take(f), -EBADMSG);
	nlh->nlmsg_len = NLMSG_HDRLEN;
	assert_int_equal(take(f), -EBADMSG);
	nlh->nlmsg_len = right;
	attr = (struct nlattr *)(f->d.bytes + NLMSG_HDRLEN + GENL_HDRLEN);
	attr->nla_len = 0;
	assert_int_equal(take(f), -EBADMSG);
	attr->nla_len = 0xffff;
	assert_int_equal(take(f), -EBADMSG);
	attr->nla_len = 4;
	assert_int_equal(take(f), -EBADMSG);
	assert_int_equal(f->t.originators.n, 0);
}

#define with(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with(test_originators),
		with(test_throughput),
		with(test_settings),
		with(test_another_device),
		with(test_clients),
		with(test_disturbed),
		with(test_refused_by_kernel),
		with(test_of_another_request),
		with(test_not_understood),
		with(test_newer_kernel),
		with(test_truncated),
		with(test_lying_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
