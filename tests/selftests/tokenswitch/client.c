// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "client.h"

/* Only in newer headers, and from 6.2 on in the kernel. */
#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK 11
#endif

static int attr_store(const struct nlattr *attr, void *data)
{
	const struct nlattr **tb = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= TS_A_MAX)
		tb[type] = attr;
	return MNL_CB_OK;
}

static void parse_answer(struct client *c, const struct nlmsghdr *nlh)
{
	memset(c->tb, 0, sizeof(c->tb));
	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), attr_store, c->tb);
	c->replied = true;
}

/* Takes the text of an NLMSG_ERROR or NLMSG_DONE apart; @skip: its payload. */
static void parse_extack(struct client *c, const struct nlmsghdr *nlh, size_t skip)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, skip) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(c->extack, sizeof(c->extack), "%s",
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			c->bad_attr = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static int parse_error(struct client *c, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);

	/* Without NLM_F_CAPPED the request is repeated before the text. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	parse_extack(c, nlh, skip);
	if (err->error && getenv("CLIENT_TRACE"))
		fprintf(stderr, "# command %d: %s: %s\n",
			((struct genlmsghdr *)mnl_nlmsg_get_payload(c->nlh))->cmd,
			strerror(-err->error), c->extack);
	return err->error;
}

static int send_request(struct client *c)
{
	c->extack[0] = 0;
	c->bad_attr = 0;
	c->interrupted = false;
	c->replied = false;
	memset(c->tb, 0, sizeof(c->tb));
	c->nlh->nlmsg_seq = ++c->seq;
	if (mnl_socket_sendto(c->nl, c->nlh, c->nlh->nlmsg_len) < 0)
		return -errno;
	return 0;
}

void client_begin(struct client *c, uint8_t cmd)
{
	struct genlmsghdr *genl;

	memset(c->out, 0, sizeof(c->out));
	c->nlh = mnl_nlmsg_put_header(c->out);
	c->nlh->nlmsg_type = c->family;
	c->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(c->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = TS_GENL_VERSION;
}

void client_u8(struct client *c, uint16_t attr, uint8_t value)
{
	mnl_attr_put_u8(c->nlh, attr, value);
}

void client_u32(struct client *c, uint16_t attr, uint32_t value)
{
	mnl_attr_put_u32(c->nlh, attr, value);
}

void client_u64(struct client *c, uint16_t attr, uint64_t value)
{
	mnl_attr_put_u64(c->nlh, attr, value);
}

void client_str(struct client *c, uint16_t attr, const char *value)
{
	mnl_attr_put_strz(c->nlh, attr, value);
}

void client_raw(struct client *c, uint16_t attr, const void *data, size_t len)
{
	mnl_attr_put(c->nlh, attr, len, data);
}

void client_key(struct client *c, const struct key *key)
{
	struct nlattr *nest = mnl_attr_nest_start(c->nlh, TS_A_KEY);

	mnl_attr_put(c->nlh, TS_KEY_A_MAC, 6, key->mac);
	mnl_attr_put_u16(c->nlh, TS_KEY_A_VLAN, key->vlan);
	mnl_attr_put_u32(c->nlh, TS_KEY_A_ZONE, key->zone);
	mnl_attr_nest_end(c->nlh, nest);
}

void client_keys(struct client *c, const struct key *keys, int count)
{
	struct nlattr *nest = mnl_attr_nest_start(c->nlh, TS_A_KEYS);

	while (count--)
		client_key(c, keys++);
	mnl_attr_nest_end(c->nlh, nest);
}

int client_call(struct client *c)
{
	uint8_t buf[CLIENT_BUF_BYTES]; /* an error repeats the request */
	int ret, len;

	ret = send_request(c);
	if (ret)
		return ret;
	for (;;) {
		struct nlmsghdr *nlh = (void *)buf;

		len = mnl_socket_recvfrom(c->nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != c->seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return parse_error(c, nlh);
			memcpy(c->in, nlh, nlh->nlmsg_len);
			parse_answer(c, (void *)c->in);
		}
	}
}

int client_dump_start(struct client *c)
{
	c->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return send_request(c);
}

int client_dump_more(struct client *c, int (*row)(struct client *c, void *data),
		     void *data)
{
	struct nlmsghdr *nlh = (void *)c->in;
	int ret, len;

	len = mnl_socket_recvfrom(c->nl, c->in, sizeof(c->in));
	if (len < 0)
		return -errno;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != c->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			c->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return parse_error(c, nlh);
		if (nlh->nlmsg_type == NLMSG_DONE) {
			parse_extack(c, nlh, sizeof(int));
			return *(int *)mnl_nlmsg_get_payload(nlh);
		}
		parse_answer(c, nlh);
		ret = row ? row(c, data) : 0;
		if (ret)
			return ret;
	}
	return 1;
}

int client_dump(struct client *c, int (*row)(struct client *c, void *data),
		void *data)
{
	int ret;

	ret = client_dump_start(c);
	if (ret)
		return ret;
	do {
		ret = client_dump_more(c, row, data);
	} while (ret == 1);
	return ret;
}

int client_join_events(struct client *c)
{
	if (mnl_socket_setsockopt(c->nl, NETLINK_ADD_MEMBERSHIP, &c->group,
				  sizeof(c->group)) < 0)
		return -errno;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int client_wait_event(struct client *c, uint8_t type, int timeout_ms)
{
	struct pollfd fd = { .fd = mnl_socket_get_fd(c->nl), .events = POLLIN };
	int64_t end = now_ms() + timeout_ms;
	struct nlmsghdr *nlh;
	int64_t left;
	int len;

	while ((left = end - now_ms()) >= 0) {
		if (poll(&fd, 1, left) <= 0)
			continue;
		len = mnl_socket_recvfrom(c->nl, c->in, sizeof(c->in));
		if (len < 0)
			return -errno;
		nlh = (void *)c->in;
		if (nlh->nlmsg_type != c->family)
			continue;
		parse_answer(c, nlh);
		if (client_get_u8(c, TS_A_EVENT_TYPE) == type)
			return 0;
	}
	return -ETIMEDOUT;
}

/* Numbers of the family and its group, from the controller's answer. */
static int resolve_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *grp, *a;
	struct client *c = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			c->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(grp, attr) {
			const char *name = "";
			uint32_t id = 0;

			mnl_attr_for_each_nested(a, grp) {
				if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
					name = mnl_attr_get_str(a);
				if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
					id = mnl_attr_get_u32(a);
			}
			if (!strcmp(name, TS_GENL_MCGRP_EVENTS))
				c->group = id;
		}
	}
	return MNL_CB_OK;
}

static int resolve(struct client *c)
{
	struct genlmsghdr *genl;
	uint8_t buf[8192];
	int len, ret = 1;

	client_begin(c, CTRL_CMD_GETFAMILY);
	c->nlh->nlmsg_type = GENL_ID_CTRL;
	genl = mnl_nlmsg_get_payload(c->nlh);
	genl->version = 1;
	client_str(c, CTRL_ATTR_FAMILY_NAME, TS_GENL_NAME);
	ret = send_request(c);
	if (ret)
		return ret;
	do {
		len = mnl_socket_recvfrom(c->nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run(buf, len, c->seq, 0, resolve_cb, c);
	} while (ret > MNL_CB_STOP);
	if (ret < 0)
		return -errno;
	return c->family && c->group ? 0 : -ENOENT;
}

int client_open(struct client *c)
{
	int one = 1;
	int ret;

	memset(c, 0, sizeof(*c));
	c->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!c->nl)
		return -errno;
	if (mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(c->nl, NETLINK_EXT_ACK, &one, sizeof(one)) < 0)
		ret = -errno;
	else
		ret = resolve(c);
	if (ret)
		client_close(c);
	return ret;
}

void client_close(struct client *c)
{
	if (c->nl)
		mnl_socket_close(c->nl);
	c->nl = NULL;
}

uint8_t client_get_u8(const struct client *c, uint16_t attr)
{
	return c->tb[attr] ? mnl_attr_get_u8(c->tb[attr]) : 0;
}

uint32_t client_get_u32(const struct client *c, uint16_t attr)
{
	return c->tb[attr] ? mnl_attr_get_u32(c->tb[attr]) : 0;
}

uint64_t client_get_u64(const struct client *c, uint16_t attr)
{
	return c->tb[attr] ? mnl_attr_get_u64(c->tb[attr]) : 0;
}

static void parse_key(const struct nlattr *nest, struct key *key)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case TS_KEY_A_MAC:
			if (mnl_attr_get_payload_len(a) == 6)
				memcpy(key->mac, mnl_attr_get_payload(a), 6);
			break;
		case TS_KEY_A_VLAN:
			key->vlan = mnl_attr_get_u16(a);
			break;
		case TS_KEY_A_ZONE:
			key->zone = mnl_attr_get_u32(a);
			break;
		}
	}
}

void client_account(const struct client *c, struct account *a)
{
	const struct nlattr *k;

	memset(a, 0, sizeof(*a));
	a->id = client_get_u32(c, TS_A_ACCOUNT_ID);
	a->epoch = client_get_u32(c, TS_A_EPOCH);
	a->granted = client_get_u64(c, TS_A_GRANTED);
	a->charged = client_get_u64(c, TS_A_CHARGED);
	a->revoked = client_get_u64(c, TS_A_REVOKED);
	a->units = client_get_u64(c, TS_A_UNITS);
	a->flags = client_get_u32(c, TS_A_ACCOUNT_FLAGS);
	if (!c->tb[TS_A_KEYS])
		return;
	mnl_attr_for_each_nested(k, c->tb[TS_A_KEYS]) {
		if (!a->keys++)
			parse_key(k, &a->key);
	}
}

int account_make(struct client *c, const struct key *key, struct account *a)
{
	int ret;

	client_begin(c, TS_CMD_ACCOUNT_SET);
	client_u8(c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(c, key, 1);
	ret = client_call(c);
	if (!ret && a)
		client_account(c, a);
	return ret;
}

int account_get(struct client *c, uint32_t id, struct account *a)
{
	int ret;

	client_begin(c, TS_CMD_ACCOUNT_GET);
	client_u32(c, TS_A_ACCOUNT_ID, id);
	ret = client_call(c);
	if (!ret)
		client_account(c, a);
	return ret;
}

int account_call(struct client *c, uint8_t cmd, const struct account *a,
		 uint16_t attr, uint64_t value, struct account *answer)
{
	int ret;

	client_begin(c, cmd);
	client_u32(c, TS_A_ACCOUNT_ID, a->id);
	client_u32(c, TS_A_EPOCH, a->epoch);
	if (attr)
		client_u64(c, attr, value);
	ret = client_call(c);
	if (!ret && answer)
		client_account(c, answer);
	return ret;
}

struct key key_of(uint32_t n)
{
	struct key key = {
		.mac = { 0x02, 0x5e, n >> 24, n >> 16, n >> 8, n },
		.zone = 7,
	};

	return key;
}
