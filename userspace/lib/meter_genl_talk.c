// SPDX-License-Identifier: GPL-2.0
/*
 * Talk with tokenswitch.ko: one request and its answer, or a dump.
 *
 * The kernel's extended ack is what ts_meter_error() shows: it knows best
 * what is wrong with an attribute.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include "lib/meter_genl.h"

/* A dump that another writer keeps disturbing is given up after so many. */
#define DUMP_TRIES 16

/**
 * ts_genl_request_at() - begin a request
 * @g: the meter
 * @at: bytes of its request buffer that are in use
 * @cmd: enum ts_cmd
 * @flags: beside NLM_F_REQUEST
 *
 * Return: the message, to which attributes may be added.
 */
struct nlmsghdr *ts_genl_request_at(struct ts_genl *g, size_t at, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(g->request + at);
	struct genlmsghdr *hdr;

	nlh->nlmsg_type = g->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++g->seq;
	hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));
	hdr->cmd = cmd;
	hdr->version = TS_GENL_VERSION;
	return nlh;
}

/** ts_genl_request() - the only one; Return: as ts_genl_request_at() */
struct nlmsghdr *ts_genl_request(struct ts_genl *g, uint8_t cmd, uint16_t flags)
{
	return ts_genl_request_at(g, 0, cmd, flags);
}

/* The extended ack of an NLMSG_ERROR or NLMSG_DONE, NULL when there is none. */
static const char *extack(const struct nlmsghdr *nlh)
{
	size_t offset = sizeof(int);
	const struct nlattr *attr;
	const struct nlmsgerr *e;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		e = mnl_nlmsg_get_payload(nlh);
		offset = sizeof(*e);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			offset += mnl_nlmsg_get_payload_len(&e->msg);
	}
	mnl_attr_for_each(attr, nlh, offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attr);
	return NULL;
}

static int refused(struct ts_genl *g, const struct nlmsghdr *nlh, int err, const char *what)
{
	const char *text = extack(nlh);

	if (text)
		return ts_meter_fail(&g->base, err, "%s: %s", what, text);
	/* The module never says this without a text: it is generic netlink's own. */
	if (err == -ENOENT)
		return ts_meter_fail(&g->base, -ENOTCONN,
				     "%s: tokenswitch.ko is gone: modprobe tokenswitch", what);
	if (err == -EPERM)
		return ts_meter_fail(&g->base, err,
				     "%s: not permitted: CAP_NET_ADMIN is needed", what);
	return ts_meter_fail(&g->base, err, "%s: %s", what, strerror(-err));
}

static int send_bytes(struct ts_genl *g, const void *bytes, size_t len, const char *what)
{
	if (mnl_socket_sendto(g->nl, bytes, len) < 0)
		return ts_meter_fail(&g->base, -errno, "%s: sending to the module: %s", what,
				     strerror(errno));
	return 0;
}

static int receive(struct ts_genl *g, const char *what)
{
	int len;

	do {
		len = mnl_socket_recvfrom(g->nl, g->buffer, sizeof(g->buffer));
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return ts_meter_fail(&g->base, -errno, "%s: reading from the module: %s", what,
				     strerror(errno));
	return len;
}

/* The errno that an NLMSG_ERROR or NLMSG_DONE carries. */
static int message_error(const struct nlmsghdr *nlh)
{
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return -EBADMSG;
	return *(const int *)mnl_nlmsg_get_payload(nlh);
}

/**
 * ts_genl_talk() - one request, at most one answer, one acknowledgement
 * @g: the meter
 * @nlh: the request
 * @what: being done, for the error text
 * @parse: handed the answer's attributes; may be NULL
 * @arg: for @parse
 *
 * Return: 0, what @parse returned, or the module's negative errno.
 */
int ts_genl_talk(struct ts_genl *g, struct nlmsghdr *nlh, const char *what,
		 ts_genl_parse_t parse, void *arg)
{
	const struct nlattr *tb[TS_A_MAX + 1];
	const struct nlmsghdr *in;
	int len, err, ret = 0;

	nlh->nlmsg_flags |= NLM_F_ACK;
	ret = send_bytes(g, nlh, nlh->nlmsg_len, what);
	if (ret)
		return ret;
	for (;;) {
		len = receive(g, what);
		if (len < 0)
			return len;
		in = (const struct nlmsghdr *)g->buffer;
		for (; mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
			if (in->nlmsg_seq != g->seq)
				continue;
			if (in->nlmsg_type == NLMSG_ERROR) {
				err = message_error(in);
				return err ? refused(g, in, err, what) : ret;
			}
			if (in->nlmsg_type == g->family && parse) {
				ts_genl_tb(in, tb);
				ret = parse(g, tb, arg);
			}
		}
	}
}

/* What came for one of several requests; Return: true when that is all. */
static bool take_answer(struct ts_genl *g, const struct nlmsghdr *in, struct ts_genl_many *many,
			unsigned int i)
{
	const struct nlattr *tb[TS_A_MAX + 1];

	if (in->nlmsg_type == NLMSG_ERROR) {
		many->err[i] = message_error(in);
		if (many->err[i])
			refused(g, in, many->err[i], many->what);
		return true;
	}
	if (in->nlmsg_type == g->family) {
		ts_genl_tb(in, tb);
		many->parse(tb, i, many->arg);
	}
	return false;
}

/**
 * ts_genl_talk_many() - some requests at once, each answered for itself
 * @g: the meter; the requests are in its buffer in a row, the last one made by
 *	the last ts_genl_request_at(); each wants an acknowledgement
 * @len: bytes of them
 * @n: how many; at most TS_GENL_MANY, for their answers wait in the socket
 * @many: what to do with the answers
 *
 * Return: 0, @many->err being set, or negative errno: nothing is known then of
 * those whose err is -EIO.
 */
int ts_genl_talk_many(struct ts_genl *g, size_t len, unsigned int n, struct ts_genl_many *many)
{
	uint32_t first = g->seq - n + 1;
	const struct nlmsghdr *in;
	unsigned int i, waiting = n;
	int got, ret;

	for (i = 0; i < n; i++)
		many->err[i] = -EIO;
	ret = send_bytes(g, g->request, len, many->what);
	while (!ret && waiting) {
		got = receive(g, many->what);
		if (got < 0)
			return got;
		in = (const struct nlmsghdr *)g->buffer;
		for (; mnl_nlmsg_ok(in, got); in = mnl_nlmsg_next(in, &got)) {
			i = in->nlmsg_seq - first;
			if (i < n && take_answer(g, in, many, i))
				waiting--;
		}
	}
	return ret;
}

/**
 * struct collection - messages of a dump, in a row
 * @data: owned
 * @len: bytes used
 * @size: bytes allocated
 * @disturbed: the tables changed meanwhile
 */
struct collection {
	char *data;
	size_t len;
	size_t size;
	bool disturbed;
};

static int collect(struct collection *c, const struct nlmsghdr *nlh)
{
	size_t len = MNL_ALIGN(nlh->nlmsg_len), size = c->size ? c->size : TS_GENL_BUFFER_SIZE;
	char *data;

	while (size - c->len < len)
		size *= 2;
	if (size != c->size) {
		data = realloc(c->data, size);
		if (!data)
			return -ENOMEM;
		c->data = data;
		c->size = size;
	}
	memcpy(c->data + c->len, nlh, nlh->nlmsg_len);
	c->len += len;
	return 0;
}

/* One pass: all messages up to NLMSG_DONE, read even when they are useless. */
static int dump_once(struct ts_genl *g, const struct nlmsghdr *nlh, const char *what,
		     struct collection *c)
{
	const struct nlmsghdr *in;
	int len, err, ret;

	c->len = 0;
	c->disturbed = false;
	ret = send_bytes(g, nlh, nlh->nlmsg_len, what);
	if (ret)
		return ret;
	for (;;) {
		len = receive(g, what);
		if (len < 0)
			return len;
		in = (const struct nlmsghdr *)g->buffer;
		for (; mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
			if (in->nlmsg_seq != g->seq)
				continue;
			c->disturbed |= in->nlmsg_flags & NLM_F_DUMP_INTR;
			if (in->nlmsg_type == NLMSG_ERROR || in->nlmsg_type == NLMSG_DONE) {
				err = message_error(in);
				if (err)
					return refused(g, in, err, what);
				return ret ? ts_meter_fail(&g->base, ret, "%s: out of memory",
							   what) : 0;
			}
			if (in->nlmsg_type == g->family && !ret)
				ret = collect(c, in);
		}
	}
}

/**
 * ts_genl_dump() - a consistent dump
 * @g: the meter
 * @nlh: the request
 * @what: being done, for the error text
 * @parse: handed each message's attributes, after all were read, so it may
 *	itself use the meter
 * @arg: for @parse
 *
 * Return: 0, -EINTR: never undisturbed, what @parse returned, or a negative
 * errno.
 */
int ts_genl_dump(struct ts_genl *g, struct nlmsghdr *nlh, const char *what,
		 ts_genl_parse_t parse, void *arg)
{
	const struct nlattr *tb[TS_A_MAX + 1];
	struct collection c = { };
	const struct nlmsghdr *in;
	int tries = 0, len, ret;

	do {
		nlh->nlmsg_seq = ++g->seq;
		ret = dump_once(g, nlh, what, &c);
	} while (!ret && c.disturbed && ++tries < DUMP_TRIES);
	if (!ret && c.disturbed)
		ret = ts_meter_fail(&g->base, -EINTR,
				    "%s: the tables changed during each of %d tries: try again",
				    what, DUMP_TRIES);
	len = c.len;
	in = (const struct nlmsghdr *)c.data;
	for (; !ret && mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
		ts_genl_tb(in, tb);
		ret = parse(g, tb, arg);
	}
	free(c.data);
	return ret;
}
