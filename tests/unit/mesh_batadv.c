// SPDX-License-Identifier: GPL-2.0
/*
 * mesh_batadv.c - rounds of questions against a kernel that does not do well.
 *
 * libnl's functions that reach the kernel, and recvmsg(), are those below: the
 * socket is one of a pair, and what it gets is put into the other.
 */
#include <errno.h>
#include <linux/batman_adv.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "mesh/batadv.h"
#include "mesh_box.h"

#define FAMILY		33
#define MESH		5
#define SECOND_NS	1000000000ull
#define STEPS		7

/**
 * struct kernel - what the other side is like
 * @ifindex: of the mesh device, 0: there is none
 * @connect: what genl_connect() returns
 * @family: what genl_ctrl_resolve() returns
 * @send: what nl_send() returns instead of having sent, 0: it sends
 * @receive: errno of the next recvmsg(), 0: none
 * @from: portid of whoever sent what it gives
 * @ours: end of the pair that is the socket
 * @theirs: the other one
 * @opened: how many sockets there were
 * @resolved: how often the family was asked for
 * @cmd: of the last question
 * @seq: likewise
 * @flags: likewise
 * @asked: how many questions there were
 */
static struct kernel {
	unsigned int ifindex;
	int connect;
	int family;
	int send;
	int receive;
	uint32_t from;
	int ours;
	int theirs;
	unsigned int opened;
	unsigned int resolved;
	uint8_t cmd;
	uint32_t seq;
	uint16_t flags;
	unsigned int asked;
} k;

static void close_pair(void)
{
	if (k.opened) {
		close(k.ours);
		close(k.theirs);
	}
}

unsigned int if_nametoindex(const char *name)
{
	assert_string_equal(name, "bat0");
	return k.ifindex;
}

int genl_connect(struct nl_sock *sk)
{
	int fd[2];

	if (k.connect)
		return k.connect;
	close_pair();
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd), 0);
	k.ours = fd[0];
	k.theirs = fd[1];
	k.opened++;
	return 0;
}

int genl_ctrl_resolve(struct nl_sock *sk, const char *name)
{
	assert_string_equal(name, BATADV_NL_NAME);
	k.resolved++;
	return k.family;
}

int nl_socket_set_nonblocking(const struct nl_sock *sk)
{
	return 0;
}

int nl_socket_get_fd(const struct nl_sock *sk)
{
	return k.ours;
}

int nl_send(struct nl_sock *sk, struct nl_msg *msg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	const struct genlmsghdr *hdr = nlmsg_data(nlh);

	if (k.send)
		return k.send;
	k.cmd = hdr->cmd;
	k.seq = nlh->nlmsg_seq;
	k.flags = nlh->nlmsg_flags;
	k.asked++;
	return (int)nlh->nlmsg_len;
}

ssize_t recvmsg(int fd, struct msghdr *hdr, int flags)
{
	struct sockaddr_nl *from = hdr->msg_name;
	ssize_t len;

	if (k.receive) {
		errno = k.receive;
		k.receive = 0;
		return -1;
	}
	len = syscall(SYS_recvmsg, fd, hdr, flags);
	memset(from, 0, sizeof(*from));
	from->nl_pid = len >= 0 ? k.from : 0;
	k.from = 0;
	return len;
}

static void put_datagram(struct nl_msg *msg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);

	assert_int_equal(write(k.theirs, nlh, nlh->nlmsg_len), nlh->nlmsg_len);
	nlmsg_free(msg);
}

static void answer_end(uint16_t type, uint16_t flags, int err)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	assert_non_null(msg);
	nlmsg_hdr(msg)->nlmsg_seq = k.seq;
	assert_int_equal(nlmsg_append(msg, &err, sizeof(err), NLMSG_ALIGNTO), 0);
	put_datagram(msg);
}

static struct nl_msg *answer_row(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, k.seq, FAMILY, 0, NLM_F_MULTI, k.cmd, 1));
	return msg;
}

static void answer_mesh(void)
{
	struct nl_msg *msg = answer_row();

	nla_put_u32(msg, BATADV_ATTR_MESH_IFINDEX, MESH);
	nla_put(msg, BATADV_ATTR_HARD_ADDRESS, TS_MAC_LEN, mac('a', 1).b);
	put_datagram(msg);
	answer_end(NLMSG_ERROR, 0, 0);
}

static void answer_originator(struct mac orig, struct mac neigh)
{
	struct nl_msg *msg = answer_row();

	nla_put(msg, BATADV_ATTR_ORIG_ADDRESS, TS_MAC_LEN, orig.b);
	nla_put(msg, BATADV_ATTR_NEIGH_ADDRESS, TS_MAC_LEN, neigh.b);
	nla_put_u32(msg, BATADV_ATTR_HARD_IFINDEX, 3);
	nla_put_u8(msg, BATADV_ATTR_TQ, 255);
	nla_put_flag(msg, BATADV_ATTR_FLAG_BEST);
	put_datagram(msg);
}

/** struct fixture - a device that is watched, and the model of it */
struct fixture {
	struct ts_batadv *b;
	struct ts_topology *t;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char err[TS_BATADV_ERROR_SIZE];

	memset(&k, 0, sizeof(k));
	k.ifindex = MESH;
	k.family = FAMILY;
	if (!f)
		return 1;
	f->b = ts_batadv_new("bat0", err, sizeof(err));
	f->t = ts_topology_new(0);
	*state = f;
	return !f->b || !f->t;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ts_batadv_free(f->b);
	ts_topology_free(f->t);
	free(f);
	close_pair();
	return 0;
}

static int read_all(struct fixture *f, uint64_t now_ns)
{
	return ts_batadv_read(f->b, now_ns);
}

/* One question after the other up to that for originators, empty tables. */
static void until_originators(struct fixture *f, uint64_t now_ns)
{
	answer_mesh();
	while (assert_int_equal(read_all(f, now_ns), 0), k.cmd != BATADV_CMD_GET_ORIGINATORS)
		answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
}

/* A round in which C is reached over B. */
static void whole_round(struct fixture *f, uint64_t now_ns)
{
	ts_batadv_start(f->b, now_ns);
	until_originators(f, now_ns);
	answer_originator(mac('b', 1), mac('b', 1));
	answer_originator(mac('c', 1), mac('b', 1));
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	assert_int_equal(read_all(f, now_ns), 1);
}

/* What is known is what the last whole round said. */
static void check_model(struct fixture *f, uint64_t now_ns)
{
	assert_true(ts_batadv_update(f->b, f->t, NULL, 0, now_ns) >= 0);
	assert_non_null(ts_topology_route(f->t, mac('c', 1).b));
	assert_int_equal(f->t->n_routes, 2);
}

static void check_fault(struct fixture *f, const char *why)
{
	assert_int_equal(ts_batadv_fd(f->b), -1);
	assert_non_null(strstr(ts_batadv_fault(f->b), why));
}

static void test_whole_round(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ts_batadv_deadline_ns(f->b), 0);
	assert_int_equal(ts_batadv_fd(f->b), -1);
	ts_batadv_start(f->b, SECOND_NS);
	assert_int_equal(ts_batadv_fd(f->b), k.ours);
	assert_int_equal(k.cmd, BATADV_CMD_GET_MESH);
	/* Nothing has come: it goes on. */
	assert_int_equal(read_all(f, SECOND_NS), 0);
	until_originators(f, SECOND_NS);
	assert_int_equal(k.flags & NLM_F_DUMP, NLM_F_DUMP);
	answer_originator(mac('b', 1), mac('b', 1));
	answer_originator(mac('c', 1), mac('b', 1));
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	assert_int_equal(read_all(f, SECOND_NS), 1);
	assert_int_equal(k.asked, STEPS);
	assert_string_equal(ts_batadv_fault(f->b), "");
	assert_int_equal(ts_batadv_fd(f->b), -1);
	check_model(f, SECOND_NS);
}

/* After a change it looks more often, for a while. */
static void test_deadlines(void **state)
{
	struct fixture *f = *state;
	uint64_t quick_ns, slow_ns;

	whole_round(f, SECOND_NS);
	check_model(f, SECOND_NS);
	quick_ns = ts_batadv_deadline_ns(f->b) - SECOND_NS;
	whole_round(f, 60 * SECOND_NS);
	check_model(f, 60 * SECOND_NS);
	slow_ns = ts_batadv_deadline_ns(f->b) - 60 * SECOND_NS;
	assert_true(quick_ns > 0 && quick_ns < slow_ns);
	/* The socket is the same all the time. */
	assert_int_equal(k.opened, 1);
}

/* A table that changes under every dump of it ends the round, and no other. */
static void test_dump_limit(void **state)
{
	struct fixture *f = *state;
	unsigned int asked;
	int i, ret = 0;

	whole_round(f, SECOND_NS);
	ts_batadv_start(f->b, 9 * SECOND_NS);
	until_originators(f, 9 * SECOND_NS);
	asked = k.asked;
	for (i = 0; !ret; i++) {
		assert_in_range(i, 0, 9);
		answer_originator(mac('d', (uint8_t)i), mac('d', 1));
		answer_end(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 0);
		ret = read_all(f, 9 * SECOND_NS);
	}
	assert_int_equal(ret, -EAGAIN);
	assert_int_equal(k.asked - asked, i - 1);
	assert_true(i > 1);
	check_fault(f, "changed during each dump");
	check_model(f, 9 * SECOND_NS);
	whole_round(f, 18 * SECOND_NS);
	assert_string_equal(ts_batadv_fault(f->b), "");
	assert_int_equal(k.opened, 2);
	check_model(f, 18 * SECOND_NS);
}

/* Of a dump that was disturbed nothing stays when the next one is not. */
static void test_disturbed_once(void **state)
{
	struct fixture *f = *state;

	ts_batadv_start(f->b, SECOND_NS);
	until_originators(f, SECOND_NS);
	answer_originator(mac('d', 1), mac('d', 1));
	answer_end(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 0);
	assert_int_equal(read_all(f, SECOND_NS), 0);
	answer_originator(mac('b', 1), mac('b', 1));
	answer_originator(mac('c', 1), mac('b', 1));
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	assert_int_equal(read_all(f, SECOND_NS), 1);
	check_model(f, SECOND_NS);
	assert_null(ts_topology_route(f->t, mac('d', 1).b));
}

/* What it was asked long ago is answered to a socket that is not there any more. */
static void test_timeout(void **state)
{
	struct fixture *f = *state;
	uint64_t deadline_ns;

	whole_round(f, SECOND_NS);
	ts_batadv_start(f->b, 9 * SECOND_NS);
	deadline_ns = ts_batadv_deadline_ns(f->b);
	assert_true(deadline_ns > 9 * SECOND_NS);
	answer_end(NLMSG_ERROR, 0, -EPERM);
	ts_batadv_start(f->b, deadline_ns);
	assert_int_equal(k.opened, 2);
	assert_non_null(strstr(ts_batadv_fault(f->b), "does not answer"));
	assert_int_equal(read_all(f, deadline_ns), 0);
	check_model(f, deadline_ns);
	until_originators(f, deadline_ns);
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	assert_int_equal(read_all(f, deadline_ns), 1);
	assert_string_equal(ts_batadv_fault(f->b), "");
}

/* Return: what a round ends with that gets this errno from its socket. */
static int round_with(struct fixture *f, uint64_t now_ns, int err)
{
	ts_batadv_start(f->b, now_ns);
	k.receive = err;
	return read_all(f, now_ns);
}

static void test_socket_faults(void **state)
{
	struct fixture *f = *state;

	whole_round(f, SECOND_NS);
	/* A datagram was lost: the table would not be whole. */
	assert_int_equal(round_with(f, 9 * SECOND_NS, ENOBUFS), -ENOBUFS);
	check_fault(f, strerror(ENOBUFS));
	check_model(f, 9 * SECOND_NS);
	/* These two are none. */
	assert_int_equal(round_with(f, 10 * SECOND_NS, EINTR), 0);
	k.receive = EAGAIN;
	assert_int_equal(read_all(f, 10 * SECOND_NS), 0);
	until_originators(f, 10 * SECOND_NS);
	k.send = -NLE_NOMEM;
	answer_end(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 0);
	assert_int_equal(read_all(f, 10 * SECOND_NS), -EIO);
	check_fault(f, nl_geterror(-NLE_NOMEM));
	k.send = 0;
	assert_int_equal(write(k.theirs, "", 0), 0);
	assert_int_equal(round_with(f, 11 * SECOND_NS, 0), 0);
	assert_int_equal(write(k.theirs, "", 0), 0);
	assert_int_equal(read_all(f, 11 * SECOND_NS), -EBADMSG);
	check_fault(f, "cannot be understood");
	check_model(f, 11 * SECOND_NS);
}

/* Any process may send to a netlink socket. */
static void test_not_the_kernel(void **state)
{
	struct fixture *f = *state;

	ts_batadv_start(f->b, SECOND_NS);
	answer_end(NLMSG_ERROR, 0, -EPERM);
	k.from = 4711;
	assert_int_equal(read_all(f, SECOND_NS), 0);
	until_originators(f, SECOND_NS);
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	assert_int_equal(read_all(f, SECOND_NS), 1);
}

static void test_opening_faults(void **state)
{
	struct fixture *f = *state;

	k.connect = -NLE_NOMEM;
	ts_batadv_start(f->b, SECOND_NS);
	check_fault(f, "cannot be opened");
	k.connect = 0;
	k.family = -NLE_OBJ_NOTFOUND;
	ts_batadv_start(f->b, 2 * SECOND_NS);
	check_fault(f, "no batman-adv");
	assert_true(ts_batadv_deadline_ns(f->b) > 2 * SECOND_NS);
	k.family = FAMILY;
	k.send = -NLE_FAILURE;
	ts_batadv_start(f->b, 3 * SECOND_NS);
	check_fault(f, nl_geterror(-NLE_FAILURE));
	k.send = 0;
	whole_round(f, 4 * SECOND_NS);
	assert_string_equal(ts_batadv_fault(f->b), "");
}

/* Who has no mesh device is not asked: asking for the family would load it. */
static void test_no_device(void **state)
{
	struct fixture *f = *state;

	k.ifindex = 0;
	ts_batadv_start(f->b, SECOND_NS);
	check_fault(f, "no such mesh device");
	assert_int_equal(k.resolved, 0);
	k.ifindex = MESH;
	whole_round(f, 2 * SECOND_NS);
	k.ifindex = 0;
	ts_batadv_start(f->b, 4 * SECOND_NS);
	check_fault(f, "no such mesh device");
	k.ifindex = MESH;
	whole_round(f, 6 * SECOND_NS);
	assert_int_equal(k.opened, 2);
}

static void refused_with(struct fixture *f, int err, const char *why)
{
	ts_batadv_start(f->b, SECOND_NS);
	answer_end(NLMSG_ERROR, 0, err);
	assert_int_equal(read_all(f, SECOND_NS), err);
	check_fault(f, why);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	refused_with(f, -EPERM, "CAP_NET_ADMIN");
	refused_with(f, -EINVAL, "no mesh device of batman-adv");
	refused_with(f, -ENODEV, "no mesh device of batman-adv");
	refused_with(f, -EOPNOTSUPP, strerror(EOPNOTSUPP));
	/* All is well, but it did not say what was asked. */
	ts_batadv_start(f->b, SECOND_NS);
	answer_end(NLMSG_ERROR, 0, 0);
	assert_int_equal(read_all(f, SECOND_NS), -EBADMSG);
	check_fault(f, "cannot be understood");
}

/* A turn of the loop is short, however much has come. */
static void test_turns_are_short(void **state)
{
	struct fixture *f = *state;
	unsigned int turns = 1;
	uint8_t i;

	ts_batadv_start(f->b, SECOND_NS);
	until_originators(f, SECOND_NS);
	answer_originator(mac('b', 1), mac('b', 1));
	for (i = 0; i < 100; i++) {
		answer_originator(mac('e', i), mac('b', 1));
		if (i % 4)
			continue;
		assert_int_equal(read_all(f, SECOND_NS), 0);
	}
	answer_end(NLMSG_DONE, NLM_F_MULTI, 0);
	while (!read_all(f, SECOND_NS))
		turns++;
	assert_in_range(turns, 1, 100);
	assert_true(ts_batadv_update(f->b, f->t, NULL, 0, SECOND_NS) > 0);
	assert_int_equal(f->t->n_routes, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadlines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disturbed_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timeout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_socket_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_the_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opening_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns_are_short, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
