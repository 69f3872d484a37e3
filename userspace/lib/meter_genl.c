// SPDX-License-Identifier: GPL-2.0
/*
 * Driver "genl": the meter inside tokenswitch.ko, by generic netlink.  The
 * protocol is the opening comment of include/uapi/linux/tokenswitch.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include "lib/meter_genl.h"

static struct ts_genl *genl(struct ts_meter *m)
{
	return (struct ts_genl *)m;
}

static int parse_account(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	ts_genl_get_account(tb, arg);
	return 0;
}

static int parse_units(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	if (tb[TS_A_UNITS] && mnl_attr_get_payload_len(tb[TS_A_UNITS]) >= 8)
		*(uint64_t *)arg = mnl_attr_get_u64(tb[TS_A_UNITS]);
	return 0;
}

static void parse_closed(const struct nlattr **tb, unsigned int i, void *arg)
{
	struct ts_closing *c = arg;

	ts_genl_get_account(tb, &c[i].last);
	parse_units(NULL, tb, &c[i].taken_units);
}

static int parse_info(struct ts_genl *g, const struct nlattr **tb, void *arg)
{
	struct ts_meter_info *info = arg;

	if (tb[TS_A_VERSION])
		snprintf(info->version, sizeof(info->version), "%s",
			 mnl_attr_get_str(tb[TS_A_VERSION]));
	if (tb[TS_A_CAPS])
		info->caps = mnl_attr_get_u32(tb[TS_A_CAPS]);
	if (tb[TS_A_MEMORY_BYTES])
		info->memory_bytes = mnl_attr_get_u64(tb[TS_A_MEMORY_BYTES]);
	if (tb[TS_A_MEMORY_MAX_BYTES])
		info->memory_max_bytes = mnl_attr_get_u64(tb[TS_A_MEMORY_MAX_BYTES]);
	if (tb[TS_A_ACCOUNTS])
		info->accounts = mnl_attr_get_u32(tb[TS_A_ACCOUNTS]);
	if (tb[TS_A_ACCOUNTS_MAX])
		info->accounts_max = mnl_attr_get_u32(tb[TS_A_ACCOUNTS_MAX]);
	if (tb[TS_A_OWNER_PID])
		info->owner_pid = mnl_attr_get_u32(tb[TS_A_OWNER_PID]);
	return 0;
}

static int ts_genl_info(struct ts_meter *m, struct ts_meter_info *info)
{
	return ts_genl_talk(genl(m), ts_genl_request(genl(m), TS_CMD_INFO_GET, 0),
			    "read the module's state", parse_info, info);
}

static int ts_genl_own(struct ts_meter *m)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_OWNER_SET, 0);

	struct ts_meter_info info = { };
	int ret;

	mnl_attr_put_u8(nlh, TS_A_OWNER, 1);
	ret = ts_genl_talk(genl(m), nlh, "own the meter", NULL, NULL);
	if (ret == -EBUSY && !ts_genl_info(m, &info) && info.owner_pid)
		return ts_meter_fail_owned(m, info.owner_pid);
	genl(m)->owned |= !ret;
	return ret;
}

static int ts_genl_port_add(struct ts_meter *m, const struct ts_port *port)
{
	struct nlmsghdr *nlh;

	if (port->meter != TS_METER_AUTO && port->meter != TS_METER_NF)
		return ts_meter_fail(m, -EOPNOTSUPP,
				     "port %s: with tokenswitch.ko loaded the meter is nf: ask for auto or nf, or unload the module",
				     port->pattern);
	if (port->fast_from[0])
		return ts_meter_fail(m, -EOPNOTSUPP,
				     "port %s: the fast path needs meter xdp of driver bpf, and tokenswitch.ko is at work: unload the module, or leave fast-path out",
				     port->pattern);
	nlh = ts_genl_request(genl(m), TS_CMD_PORT_ADD, 0);
	mnl_attr_put_strz(nlh, TS_A_PORT_PATTERN, port->pattern);
	mnl_attr_put_u8(nlh, TS_A_PORT_ROLE, port->role);
	mnl_attr_put_u8(nlh, TS_A_PORT_DIRECTION, port->direction);
	mnl_attr_put_u32(nlh, TS_A_ZONE, port->zone);
	mnl_attr_put_u32(nlh, TS_A_MARK_MASK, port->mark_mask);
	return ts_genl_talk(genl(m), nlh, "add the port", NULL, NULL);
}

static int ts_genl_port_del(struct ts_meter *m, const char *pattern)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_PORT_DEL, 0);

	mnl_attr_put_strz(nlh, TS_A_PORT_PATTERN, pattern);
	return ts_genl_talk(genl(m), nlh, "delete the port", NULL, NULL);
}

static int ts_genl_account_set(struct ts_meter *m, struct ts_account *a)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_ACCOUNT_SET, 0);
	struct nlattr *list;
	unsigned int i;

	if (a->id) {
		mnl_attr_put_u32(nlh, TS_A_ACCOUNT_ID, a->id);
		mnl_attr_put_u32(nlh, TS_A_EPOCH, a->epoch);
	}
	mnl_attr_put_u8(nlh, TS_A_KIND, a->kind);
	mnl_attr_put_u32(nlh, TS_A_TARIFF_ID, a->tariff_id);
	mnl_attr_put_u64(nlh, TS_A_LOW_UNITS, a->low_units);
	mnl_attr_put_u32(nlh, TS_A_EXPIRES_S, a->expires_s);
	mnl_attr_put_u32(nlh, TS_A_ACCOUNT_FLAGS, a->flags & TS_ACCOUNT_F_WRITABLE);
	list = mnl_attr_nest_start(nlh, TS_A_KEYS);
	for (i = 0; i < a->n_keys; i++)
		ts_genl_put_key(nlh, &a->keys[i]);
	mnl_attr_nest_end(nlh, list);
	return ts_genl_talk(genl(m), nlh, "set the account", parse_account, a);
}

static struct nlmsghdr *account_request(struct ts_genl *g, uint8_t cmd, uint32_t id,
					uint32_t epoch)
{
	struct nlmsghdr *nlh = ts_genl_request(g, cmd, 0);

	mnl_attr_put_u32(nlh, TS_A_ACCOUNT_ID, id);
	mnl_attr_put_u32(nlh, TS_A_EPOCH, epoch);
	return nlh;
}

static int ts_genl_account_del(struct ts_meter *m, uint32_t id, uint32_t epoch)
{
	return ts_genl_talk(genl(m), account_request(genl(m), TS_CMD_ACCOUNT_DEL, id, epoch),
			    "delete the account", NULL, NULL);
}

static int ts_genl_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_ACCOUNT_GET, 0);

	mnl_attr_put_u32(nlh, TS_A_ACCOUNT_ID, id);
	return ts_genl_talk(genl(m), nlh, "read the account", parse_account, a);
}

static int ts_genl_account_find(struct ts_meter *m, const struct ts_key *key,
				struct ts_account *a)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_ACCOUNT_GET, 0);

	ts_genl_put_key(nlh, key);
	return ts_genl_talk(genl(m), nlh, "find the account", parse_account, a);
}

static int ts_genl_grant(struct ts_meter *m, uint32_t id, uint32_t epoch,
			 uint64_t granted_units)
{
	struct nlmsghdr *nlh = account_request(genl(m), TS_CMD_GRANT, id, epoch);

	mnl_attr_put_u64(nlh, TS_A_GRANTED, granted_units);
	return ts_genl_talk(genl(m), nlh, "grant", NULL, NULL);
}

static int ts_genl_revoke(struct ts_meter *m, uint32_t id, uint32_t epoch,
			  uint64_t max_units, uint64_t *taken_units)
{
	struct nlmsghdr *nlh = account_request(genl(m), TS_CMD_REVOKE, id, epoch);

	mnl_attr_put_u64(nlh, TS_A_UNITS, max_units);
	return ts_genl_talk(genl(m), nlh, "revoke", parse_units, taken_units);
}

/* As many as are sent at once. */
static int close_some(struct ts_genl *g, struct ts_closing *c, unsigned int n)
{
	struct ts_genl_many many = {
		.what = "close the account", .parse = parse_closed, .arg = c,
	};
	struct nlmsghdr *nlh;
	size_t len = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		nlh = ts_genl_request_at(g, len, TS_CMD_CLOSE, NLM_F_ACK);
		mnl_attr_put_u32(nlh, TS_A_ACCOUNT_ID, c[i].id);
		mnl_attr_put_u32(nlh, TS_A_EPOCH, c[i].epoch);
		len += MNL_ALIGN(nlh->nlmsg_len);
	}
	ret = ts_genl_talk_many(g, len, n, &many);
	for (i = 0; i < n; i++)
		c[i].err = many.err[i];
	return ret;
}

int ts_genl_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n)
{
	size_t i, some;
	int ret = 0;

	for (i = 0; !ret && i < n; i += some) {
		some = n - i < TS_GENL_MANY ? n - i : TS_GENL_MANY;
		ret = close_some(genl(m), c + i, some);
	}
	for (; ret && i < n; i++)
		c[i].err = ret;
	return ret;
}

static int ts_genl_tariff_set(struct ts_meter *m, const struct ts_tariff *t)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_TARIFF_SET, 0);

	mnl_attr_put_u32(nlh, TS_A_TARIFF_ID, t->id);
	mnl_attr_put_u32(nlh, TS_A_TARIFF_VERSION, t->version);
	ts_genl_put_prices(nlh, t);
	return ts_genl_talk(genl(m), nlh, "set the tariff", NULL, NULL);
}

static int ts_genl_tariff_del(struct ts_meter *m, uint32_t id)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_TARIFF_DEL, 0);

	mnl_attr_put_u32(nlh, TS_A_TARIFF_ID, id);
	return ts_genl_talk(genl(m), nlh, "delete the tariff", NULL, NULL);
}

static int ts_genl_rule_add(struct ts_meter *m, const struct ts_rule *rule)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_CLASS_ADD, 0);

	ts_genl_put_rule(nlh, rule);
	return ts_genl_talk(genl(m), nlh, "add the rule", NULL, NULL);
}

static int ts_genl_rule_del(struct ts_meter *m, const struct ts_rule *rule)
{
	struct nlmsghdr *nlh = ts_genl_request(genl(m), TS_CMD_CLASS_DEL, 0);

	ts_genl_put_rule(nlh, rule);
	return ts_genl_talk(genl(m), nlh, "delete the rule", NULL, NULL);
}

static void parse_groups(struct ts_genl *g, const struct nlattr *list)
{
	const struct nlattr *group, *attr, *name, *id;

	mnl_attr_for_each_nested(group, list) {
		name = id = NULL;
		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = attr;
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = attr;
		}
		if (name && id && !strcmp(mnl_attr_get_str(name), TS_GENL_MCGRP_EVENTS))
			g->group = mnl_attr_get_u32(id);
	}
}

static int parse_family(const struct nlmsghdr *nlh, void *arg)
{
	struct ts_genl *g = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			g->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			parse_groups(g, attr);
	}
	return MNL_CB_OK;
}

/* The numbers of the family and of its group; -ENOENT: no module. */
static int resolve(struct ts_genl *g)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(g->request);
	struct genlmsghdr *hdr;
	int len, ret = 1;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++g->seq;
	hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));
	hdr->cmd = CTRL_CMD_GETFAMILY;
	hdr->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, TS_GENL_NAME);
	if (mnl_socket_sendto(g->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (ret > 0) {
		len = mnl_socket_recvfrom(g->nl, g->buffer, sizeof(g->buffer));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		ret = mnl_cb_run(g->buffer, len, g->seq, g->portid, parse_family, g);
		if (ret < 0)
			return -errno;
	}
	return g->family && g->group ? 0 : -ENOENT;
}

static void ts_genl_close(struct ts_meter *m)
{
	struct ts_genl *g = genl(m);

	ts_genl_event_close(g);
	mnl_socket_close(g->nl);
	free(g);
}

static int ts_genl_open(bool create, struct ts_meter **m, char *err, size_t err_size)
{
	struct ts_genl *g = calloc(1, sizeof(*g));
	int on = 1, ret;

	if (!g) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	g->base.ops = &ts_meter_genl_ops;
	g->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!g->nl) {
		ret = -errno;
		snprintf(err, err_size, "no generic netlink socket: %s", strerror(errno));
		goto err_free;
	}
	if (mnl_socket_bind(g->nl, 0, MNL_SOCKET_AUTOPID)) {
		ret = -errno;
		snprintf(err, err_size, "cannot bind a netlink socket: %s", strerror(errno));
		goto err_close;
	}
	/* Without these the error texts are missing, which is no failure. */
	mnl_socket_setsockopt(g->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(g->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	g->portid = mnl_socket_get_portid(g->nl);
	ret = resolve(g);
	if (ret) {
		snprintf(err, err_size, "tokenswitch.ko is not loaded: modprobe tokenswitch, or use driver bpf");
		goto err_close;
	}
	*m = &g->base;
	return 0;

err_close:
	mnl_socket_close(g->nl);
err_free:
	free(g);
	return ret;
}

/*
 * Asking for the family by name makes the kernel load the module where it is
 * installed.  A look must not do that: the ports may be metered by BPF, and
 * whoever unloaded it had a reason.
 */
static bool is_unloaded(void)
{
	return !access("/sys/module", F_OK) && access("/sys/module/tokenswitch", F_OK);
}

/* Unloaded and loaded again between two looks, it has no owner and no accounts. */
static int ts_genl_maintain(struct ts_meter *m)
{
	struct ts_meter_info info = { };
	int ret = ts_genl_info(m, &info);

	if (ret || !genl(m)->owned || info.owner_pid == (uint32_t)getpid())
		return ret;
	return ts_meter_fail(m, -ENOTCONN,
			     "tokenswitch.ko was loaded anew: its ports and accounts are gone");
}

/* The family has other numbers each time that the module is loaded. */
static int ts_genl_renew(struct ts_meter *m)
{
	struct ts_genl *g = genl(m);

	g->family = 0;
	g->group = 0;
	if (is_unloaded() || resolve(g))
		return ts_meter_fail(m, -ENOTCONN,
				     "tokenswitch.ko is not loaded: modprobe tokenswitch");
	ts_genl_event_close(g);
	return ts_genl_own(m);
}

static int ts_genl_probe(void)
{
	struct ts_meter *m;
	char err[128];
	int ret;

	if (is_unloaded())
		return -ENOENT;
	ret = ts_genl_open(false, &m, err, sizeof(err));
	if (!ret)
		ts_genl_close(m);
	return ret;
}

const struct ts_meter_ops ts_meter_genl_ops = {
	.name = "genl",
	.probe = ts_genl_probe,
	.open = ts_genl_open,
	.close = ts_genl_close,
	.own = ts_genl_own,
	.destroy = ts_genl_destroy,
	.info = ts_genl_info,
	.port_add = ts_genl_port_add,
	.port_del = ts_genl_port_del,
	.port_dump = ts_genl_port_dump,
	.account_set = ts_genl_account_set,
	.account_del = ts_genl_account_del,
	.account_get = ts_genl_account_get,
	.account_find = ts_genl_account_find,
	.account_dump = ts_genl_account_dump,
	.grant = ts_genl_grant,
	.revoke = ts_genl_revoke,
	.close_accounts = ts_genl_close_accounts,
	.tariff_set = ts_genl_tariff_set,
	.tariff_del = ts_genl_tariff_del,
	.tariff_dump = ts_genl_tariff_dump,
	.rule_add = ts_genl_rule_add,
	.rule_del = ts_genl_rule_del,
	.rule_dump = ts_genl_rule_dump,
	.stranger_dump = ts_genl_stranger_dump,
	.mesh_add = ts_genl_mesh_add,
	.mesh_del = ts_genl_mesh_del,
	.mesh_dump = ts_genl_mesh_dump,
	.gateways_set = ts_genl_gateways_set,
	.routes_set = ts_genl_routes_set,
	.originator_dump = ts_genl_originator_dump,
	.neighbour_dump = ts_genl_neighbour_dump,
	.event_fd = ts_genl_event_fd,
	.event_read = ts_genl_event_read,
	.maintain = ts_genl_maintain,
	.renew = ts_genl_renew,
};
