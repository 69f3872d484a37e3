// SPDX-License-Identifier: GPL-2.0
/*
 * batadv.c - rounds of questions to the family "batadv".
 *
 * A round asks for one table after the other.  It counts whole or not at all:
 * after a fault the last good tables stay, and the next round is a fresh one.
 */
#include <errno.h>
#include <linux/batman_adv.h>
#include <net/if.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mesh/batadv.h"
#include "mesh/message.h"

/* Originators speak each second by default, so two of them show a change. */
#define POLL_NS		2000000000ull
/* After a change others follow, until the mesh has settled. */
#define QUICK_NS	500000000ull
#define QUICK_FOR_NS	10000000000ull
/* The kernel answers at once; who waits longer has lost a datagram. */
#define ROUND_NS	5000000000ull
/* A table that changes under each of so many dumps is tried again next round. */
#define DUMP_TRIES	4
/* Datagrams of one turn of the loop: some hundred microseconds of work. */
#define TURN_DATAGRAMS	8
/* Larger than any datagram of a dump: the kernel's limit is 32 KiB. */
#define DATAGRAM_BYTES	65536

/** struct step - a question of a round */
struct step {
	uint8_t cmd;
	size_t rows;
};

/* Clients before originators: whom a MAC belongs to, they tell. */
static const struct step steps[] = {
	{ BATADV_CMD_GET_MESH, 0 },
	{ BATADV_CMD_GET_HARDIF, offsetof(struct ts_batadv_tables, hardifs) },
	{ BATADV_CMD_GET_NEIGHBORS, offsetof(struct ts_batadv_tables, neighbours) },
	{ BATADV_CMD_GET_TRANSTABLE_GLOBAL, offsetof(struct ts_batadv_tables, global) },
	{ BATADV_CMD_GET_TRANSTABLE_LOCAL, offsetof(struct ts_batadv_tables, local) },
	{ BATADV_CMD_GET_GATEWAYS, offsetof(struct ts_batadv_tables, gateways) },
	{ BATADV_CMD_GET_ORIGINATORS, offsetof(struct ts_batadv_tables, originators) },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

/**
 * struct ts_batadv - one mesh device
 * @device: its name
 * @sk: the socket; NULL: to be opened with the next round
 * @family: number of "batadv"
 * @step: question that is being answered; STEPS: none
 * @tries: dumps of that table
 * @reading: of its answer
 * @next: being filled
 * @tables: of the last whole round
 * @seen: there was one
 * @started_ns: when this round, or the last one, began
 * @quick_until_ns: the mesh is changing
 * @fault: why there are no tables, or only old ones; empty: nothing is wrong
 * @buf: for one datagram, aligned as malloc() does
 */
struct ts_batadv {
	char device[IFNAMSIZ];
	struct nl_sock *sk;
	int family;
	unsigned int step;
	unsigned int tries;
	struct ts_batadv_reading reading;
	struct ts_batadv_tables next;
	struct ts_batadv_tables tables;
	bool seen;
	uint64_t started_ns;
	uint64_t quick_until_ns;
	char fault[TS_BATADV_ERROR_SIZE];
	char *buf;
};

/**
 * ts_batadv_new() - watch a mesh device, whether it is there or not
 * @device: its name
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: freed with ts_batadv_free(), or NULL.
 */
struct ts_batadv *ts_batadv_new(const char *device, char *err, size_t err_size)
{
	uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE];
	struct ts_batadv *b = calloc(1, sizeof(*b));

	if (strlen(device) >= sizeof(b->device) || sodium_init() < 0) {
		snprintf(err, err_size, "no mesh device can be called %s", device);
		free(b);
		return NULL;
	}
	if (b)
		b->buf = malloc(DATAGRAM_BYTES);
	if (!b || !b->buf) {
		snprintf(err, err_size, "out of memory");
		free(b);
		return NULL;
	}
	strcpy(b->device, device);
	b->step = STEPS;
	randombytes_buf(hash_key, sizeof(hash_key));
	ts_batadv_tables_init(&b->next, hash_key);
	ts_batadv_tables_init(&b->tables, hash_key);
	return b;
}

static void close_socket(struct ts_batadv *b)
{
	nl_socket_free(b->sk);
	b->sk = NULL;
}

/** ts_batadv_free() - NULL is allowed */
void ts_batadv_free(struct ts_batadv *b)
{
	if (!b)
		return;
	close_socket(b);
	ts_batadv_tables_free(&b->next);
	ts_batadv_tables_free(&b->tables);
	free(b->buf);
	free(b);
}

/**
 * ts_batadv_fd() - what to wait for while a round runs
 * @b: the device
 *
 * Return: the socket, another one after a fault; -1: there is none now.
 */
int ts_batadv_fd(const struct ts_batadv *b)
{
	return b->sk && b->step < STEPS ? nl_socket_get_fd(b->sk) : -1;
}

/* The round is over without a result; what may still come goes with the socket. */
static int give_up(struct ts_batadv *b, int err, const char *why)
{
	snprintf(b->fault, sizeof(b->fault), "%s: %s", b->device, why);
	b->step = STEPS;
	close_socket(b);
	return err;
}

/* Who has no mesh device is not asked: asking for the family loads batman-adv. */
static int open_socket(struct ts_batadv *b)
{
	b->sk = nl_socket_alloc();
	if (!b->sk)
		return give_up(b, -ENOMEM, "out of memory");
	if (genl_connect(b->sk))
		return give_up(b, -EIO, "generic netlink cannot be opened");
	b->family = genl_ctrl_resolve(b->sk, BATADV_NL_NAME);
	if (b->family < 0)
		return give_up(b, -ENOENT, "this kernel has no batman-adv; nothing is relayed");
	if (nl_socket_set_nonblocking(b->sk))
		return give_up(b, -EIO, "generic netlink cannot be opened");
	return 0;
}

static struct ts_batadv_rows *rows_of(struct ts_batadv_tables *t, const struct step *s)
{
	return s->rows ? (struct ts_batadv_rows *)((char *)t + s->rows) : NULL;
}

static int send_question(struct ts_batadv *b, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();
	int ret = -NLE_NOMEM;

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, b->family, 0,
			       NLM_F_REQUEST | flags, b->reading.cmd, 1) &&
	    !nla_put_u32(msg, BATADV_ATTR_MESH_IFINDEX, b->reading.ifindex)) {
		nl_complete_msg(b->sk, msg);
		b->reading.seq = nlmsg_hdr(msg)->nlmsg_seq;
		ret = nl_send(b->sk, msg);
	}
	nlmsg_free(msg);
	return ret < 0 ? give_up(b, -EIO, nl_geterror(ret)) : 0;
}

static int ask(struct ts_batadv *b)
{
	const struct step *s = &steps[b->step];
	uint32_t ifindex = b->reading.ifindex;

	memset(&b->reading, 0, sizeof(b->reading));
	b->reading.family = b->family;
	b->reading.cmd = s->cmd;
	b->reading.ifindex = ifindex;
	b->reading.rows = rows_of(&b->next, s);
	b->reading.last = rows_of(&b->tables, s);
	if (b->reading.rows)
		ts_batadv_rows_clear(b->reading.rows);
	return send_question(b, s->rows ? NLM_F_DUMP : NLM_F_ACK);
}

/**
 * ts_batadv_start() - begin a round; a round that runs has taken too long
 * @b: the device
 * @now_ns: the time
 *
 * What is wrong, ts_batadv_fault() says then.
 */
void ts_batadv_start(struct ts_batadv *b, uint64_t now_ns)
{
	unsigned int ifindex = if_nametoindex(b->device);

	if (b->step < STEPS)
		give_up(b, -ETIMEDOUT, "batman-adv does not answer");
	b->started_ns = now_ns;
	if (!ifindex) {
		give_up(b, -ENODEV, "there is no such mesh device; nothing is relayed");
		return;
	}
	if (!b->sk && open_socket(b))
		return;
	b->reading.ifindex = ifindex;
	b->step = 0;
	b->tries = 0;
	ask(b);
}

static int no_answer(struct ts_batadv *b, int err)
{
	switch (err) {
	case -EPERM:
		return give_up(b, err, "not permitted: CAP_NET_ADMIN is needed");
	case -EINVAL:
	case -ENODEV:
		return give_up(b, err, "it is no mesh device of batman-adv; nothing is relayed");
	case -EBADMSG:
		return give_up(b, err, "the answer of batman-adv cannot be understood");
	default:
		return give_up(b, err, strerror(-err));
	}
}

/* Whole: it is the state now.  Of another device nothing is carried over. */
static int finish(struct ts_batadv *b)
{
	struct ts_batadv_tables old = b->tables;

	if (b->seen && b->next.mesh.ifindex == old.mesh.ifindex &&
	    !memcmp(b->next.mesh.own, old.mesh.own, TS_MAC_LEN) &&
	    ts_batadv_tables_carry(&b->next, &old))
		return give_up(b, -ENOMEM, "out of memory");
	ts_batadv_tables_sort(&b->next);
	b->tables = b->next;
	b->next = old;
	b->seen = true;
	b->fault[0] = '\0';
	return 1;
}

/* A table is complete. */
static int advance(struct ts_batadv *b)
{
	if (b->reading.disturbed) {
		if (++b->tries == DUMP_TRIES)
			return give_up(b, -EAGAIN, "a table of batman-adv changed during each dump of it");
		return ask(b);
	}
	if (!b->reading.rows && !b->reading.answered)
		return no_answer(b, -EBADMSG);
	b->tries = 0;
	if (++b->step < STEPS)
		return ask(b);
	return finish(b);
}

/* Return: bytes, 0: nothing there, or negative errno. */
static int receive(struct ts_batadv *b)
{
	struct sockaddr_nl from = { };
	struct iovec iov = { .iov_base = b->buf, .iov_len = DATAGRAM_BYTES };
	struct msghdr hdr = { .msg_name = &from, .msg_namelen = sizeof(from),
			      .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t len;

	do {
		len = recvmsg(nl_socket_get_fd(b->sk), &hdr, MSG_DONTWAIT);
	} while ((len < 0 && errno == EINTR) || (len >= 0 && from.nl_pid));
	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	return hdr.msg_flags & MSG_TRUNC || !len ? -EBADMSG : (int)len;
}

/**
 * ts_batadv_read() - take what the kernel has answered
 * @b: the device
 * @now_ns: the time
 *
 * Return: 1: the round is over, there are new tables; 0: it goes on; negative
 * errno: it is over without, and ts_batadv_fault() says why.
 */
int ts_batadv_read(struct ts_batadv *b, uint64_t now_ns)
{
	int i, len, ret = 0;

	for (i = 0; i < TURN_DATAGRAMS && !ret && b->step < STEPS; i++) {
		len = receive(b);
		if (!len)
			return 0;
		if (len < 0)
			return no_answer(b, len);
		ret = ts_batadv_take(&b->next, &b->reading, b->buf, len);
		if (ret < 0)
			return no_answer(b, ret);
		if (ret)
			ret = advance(b);
	}
	return ret;
}

/**
 * ts_batadv_deadline_ns() - when to call ts_batadv_start() again
 * @b: the device
 *
 * Return: a time; 0: at once.
 */
uint64_t ts_batadv_deadline_ns(const struct ts_batadv *b)
{
	if (!b->started_ns)
		return 0;
	if (b->step < STEPS)
		return b->started_ns + ROUND_NS;
	return b->started_ns + (b->started_ns < b->quick_until_ns ? QUICK_NS : POLL_NS);
}

/**
 * ts_batadv_update() - bring a model up to date with the tables
 * @b: the device
 * @t: the model
 * @bindings: what living hellos say
 * @n_bindings: how many
 * @now_ns: the time
 *
 * Return: as ts_topology_update().
 */
int ts_batadv_update(struct ts_batadv *b, struct ts_topology *t,
		     const struct ts_mesh_binding *bindings, unsigned int n_bindings,
		     uint64_t now_ns)
{
	int changed = ts_topology_update(t, &b->tables, bindings, n_bindings);

	if (changed > 0)
		b->quick_until_ns = now_ns + QUICK_FOR_NS;
	return changed;
}

/** ts_batadv_fault() - Return: one line for people, empty when nothing is wrong */
const char *ts_batadv_fault(const struct ts_batadv *b)
{
	return b->fault;
}
