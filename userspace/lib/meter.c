// SPDX-License-Identifier: GPL-2.0
/*
 * The meter interface: choice of the driver, checks that both drivers share,
 * dispatch.
 *
 * Every argument that a person can get wrong is checked here, so that both
 * drivers refuse it with the same error and the same words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "lib/meter_driver.h"

static const struct ts_meter_ops *const drivers[] = {
	&ts_meter_genl_ops,
	&ts_meter_bpf_ops,
};

int ts_meter_fail(struct ts_meter *m, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->error, sizeof(m->error), fmt, ap);
	va_end(ap);
	return err;
}

static void program_name(uint32_t pid, char *name, size_t size)
{
	char path[32];
	FILE *f;

	snprintf(name, size, "?");
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(name, (int)size, f))
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
}

int ts_meter_fail_owned(struct ts_meter *m, uint32_t pid)
{
	char name[32];

	if (!pid)
		return ts_meter_fail(m, -EBUSY,
				     "the meter is owned by a process outside this pid namespace");
	program_name(pid, name, sizeof(name));
	return ts_meter_fail(m, -EBUSY,
			     "the meter is owned by %s (pid %u): ask it, or stop it first",
			     name, pid);
}

/*
 * Without a wish: the module when it is there, since it must see every claim;
 * but a meter that is at work in the maps goes on, with the budgets in it.
 */
static const struct ts_meter_ops *choose(const char *name, const char **reason,
					 char *err, size_t err_size)
{
	size_t i;

	if (!name) {
		if (!ts_meter_bpf_ops.probe()) {
			*reason = "its maps are pinned in this namespace";
			return &ts_meter_bpf_ops;
		}
		if (!ts_meter_genl_ops.probe()) {
			*reason = "tokenswitch.ko is loaded";
			return &ts_meter_genl_ops;
		}
		*reason = "tokenswitch.ko is not loaded";
		return &ts_meter_bpf_ops;
	}
	*reason = "asked for";
	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	snprintf(err, err_size, "unknown meter driver \"%s\": use bpf or genl", name);
	return NULL;
}

int ts_meter_open(const char *driver, bool create, struct ts_meter **meter,
		  char *err, size_t err_size)
{
	const struct ts_meter_ops *ops;
	const char *reason;
	int ret;

	*meter = NULL;
	if (err_size)
		err[0] = '\0';
	ops = choose(driver, &reason, err, err_size);
	if (!ops)
		return -EINVAL;
	/* Two meters on one port would bill twice. */
	if (driver && create && ops == &ts_meter_bpf_ops && ts_meter_bpf_ops.probe() &&
	    !ts_meter_genl_ops.probe()) {
		snprintf(err, err_size,
			 "tokenswitch.ko is loaded: use driver genl, or unload the module first");
		return -EBUSY;
	}
	if (driver && create && ops == &ts_meter_genl_ops && !ts_meter_bpf_ops.probe()) {
		snprintf(err, err_size,
			 "a meter of driver bpf is at work here: use it, or remove it first (tsctl meter destroy)");
		return -EBUSY;
	}
	ret = ops->open(create, meter, err, err_size);
	if (ret)
		return ret;
	(*meter)->reason = reason;
	return 0;
}

void ts_meter_close(struct ts_meter *m)
{
	if (m)
		m->ops->close(m);
}

const char *ts_meter_error(const struct ts_meter *m)
{
	return m->error;
}

int ts_meter_own(struct ts_meter *m)
{
	return m->ops->own(m);
}

int ts_meter_destroy(struct ts_meter *m)
{
	return m->ops->destroy(m);
}

int ts_meter_info(struct ts_meter *m, struct ts_meter_info *info)
{
	memset(info, 0, sizeof(*info));
	info->driver = m->ops->name;
	info->reason = m->reason;
	return m->ops->info(m, info);
}

int ts_meter_check_pattern(struct ts_meter *m, const char *pattern)
{
	size_t len = strnlen(pattern, TS_PATTERN_LEN);
	const char *star = memchr(pattern, '*', len);

	if (!len || len == TS_PATTERN_LEN)
		return ts_meter_fail(m, -EINVAL,
				     "a pattern has 1 to %d bytes", TS_PATTERN_LEN - 1);
	if (star && (star != pattern + len - 1 || len == 1))
		return ts_meter_fail(m, -EINVAL,
				     "pattern \"%s\": '*' may only follow a prefix",
				     pattern);
	if (memchr(pattern, '/', len) || memchr(pattern, ' ', len))
		return ts_meter_fail(m, -EINVAL,
				     "pattern \"%s\" is no device name", pattern);
	return 0;
}

/* Four or more adjacent bits. */
static bool mask_good(uint32_t mask)
{
	uint32_t low = mask ? mask >> __builtin_ctz(mask) : 0;

	return low >= 0xf && !(low & (low + 1));
}

int ts_meter_port_add(struct ts_meter *m, const struct ts_port *port)
{
	struct ts_port p = *port;
	int ret;

	ret = ts_meter_check_pattern(m, p.pattern);
	if (ret)
		return ret;
	if (p.role != TS_ROLE_ACCESS && p.role != TS_ROLE_MESH)
		return ts_meter_fail(m, -EINVAL, "port %s: the role is access or mesh",
				     p.pattern);
	if (!p.direction || p.direction > TS_DIRECTION_BOTH)
		return ts_meter_fail(m, -EINVAL,
				     "port %s: the direction is up, down or both", p.pattern);
	if (p.meter > TS_METER_NF)
		return ts_meter_fail(m, -EINVAL, "port %s: no such meter", p.pattern);
	if (!p.mark_mask)
		p.mark_mask = TS_MARK_MASK_DEFAULT;
	if (!mask_good(p.mark_mask))
		return ts_meter_fail(m, -EINVAL,
				     "port %s: mark mask 0x%x is not 4 or more adjacent bits",
				     p.pattern, p.mark_mask);
	return m->ops->port_add(m, &p);
}

int ts_meter_port_del(struct ts_meter *m, const char *pattern)
{
	int ret = ts_meter_check_pattern(m, pattern);

	return ret ? ret : m->ops->port_del(m, pattern);
}

int ts_meter_port_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_port *port, void *arg), void *arg)
{
	return m->ops->port_dump(m, cb, arg);
}

static int check_id(struct ts_meter *m, uint32_t id)
{
	if (!id || id > TS_ACCOUNT_ID_MAX)
		return ts_meter_fail(m, -EINVAL, "account id %u is not 1 to %u", id,
				     TS_ACCOUNT_ID_MAX);
	return 0;
}

static int check_key(struct ts_meter *m, const struct ts_key *key)
{
	static const uint8_t none[6];

	if (key->mac[0] & 1 || !memcmp(key->mac, none, sizeof(none)))
		return ts_meter_fail(m, -EINVAL, "a station's MAC is a unicast address");
	if (key->vlan > TS_VLAN_MAX)
		return ts_meter_fail(m, -EINVAL, "VLAN %u is not 0 to %u", key->vlan,
				     TS_VLAN_MAX);
	return 0;
}

static bool same_key(const struct ts_key *a, const struct ts_key *b)
{
	return a->zone == b->zone && a->vlan == b->vlan && !memcmp(a->mac, b->mac, 6);
}

int ts_meter_account_set(struct ts_meter *m, struct ts_account *a)
{
	unsigned int i, j;
	int ret;

	if (a->id) {
		ret = check_id(m, a->id);
		if (ret)
			return ret;
	}
	if (a->kind != TS_KIND_CLIENT && a->kind != TS_KIND_NEIGHBOUR)
		return ts_meter_fail(m, -EINVAL, "an account is of a client or a neighbour");
	if (a->n_keys > TS_KEYS_MAX)
		return ts_meter_fail(m, -EINVAL, "an account has at most %d keys", TS_KEYS_MAX);
	if (!a->tariff_id || a->tariff_id > UINT16_MAX)
		return ts_meter_fail(m, -EINVAL, "tariff id %u is not 1 to %u", a->tariff_id,
				     UINT16_MAX);
	for (i = 0; i < a->n_keys; i++) {
		ret = check_key(m, &a->keys[i]);
		if (ret)
			return ret;
		for (j = 0; j < i; j++)
			if (same_key(&a->keys[i], &a->keys[j]))
				return ts_meter_fail(m, -EINVAL, "the same key twice");
	}
	return m->ops->account_set(m, a);
}

int ts_meter_account_del(struct ts_meter *m, uint32_t id, uint32_t epoch)
{
	int ret = check_id(m, id);

	return ret ? ret : m->ops->account_del(m, id, epoch);
}

int ts_meter_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a)
{
	int ret = check_id(m, id);

	return ret ? ret : m->ops->account_get(m, id, a);
}

int ts_meter_account_find(struct ts_meter *m, const struct ts_key *key,
			  struct ts_account *a)
{
	int ret = check_key(m, key);

	return ret ? ret : m->ops->account_find(m, key, a);
}

int ts_meter_account_dump(struct ts_meter *m,
			  int (*cb)(const struct ts_account *a, void *arg),
			  void *arg)
{
	return m->ops->account_dump(m, cb, arg);
}

int ts_meter_grant(struct ts_meter *m, uint32_t id, uint32_t epoch,
		   uint64_t granted_units)
{
	int ret = check_id(m, id);

	return ret ? ret : m->ops->grant(m, id, epoch, granted_units);
}

int ts_meter_revoke(struct ts_meter *m, uint32_t id, uint32_t epoch,
		    uint64_t max_units, uint64_t *taken_units)
{
	int ret = check_id(m, id);

	*taken_units = 0;
	return ret ? ret : m->ops->revoke(m, id, epoch, max_units, taken_units);
}

int ts_meter_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n)
{
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		c[i].err = 0;
		c[i].taken_units = 0;
	}
	ret = m->ops->close_accounts(m, c, n);
	for (i = 0; !ret && i < n; i++)
		ret = c[i].err;
	return ret;
}

int ts_meter_close_account(struct ts_meter *m, uint32_t id, uint32_t epoch,
			   struct ts_account *last, uint64_t *taken_units)
{
	struct ts_closing c = { .id = id, .epoch = epoch };
	int ret = check_id(m, id);

	*taken_units = 0;
	if (!ret)
		ret = ts_meter_close_accounts(m, &c, 1);
	if (ret)
		return ret;
	*last = c.last;
	*taken_units = c.taken_units;
	return 0;
}

int ts_meter_tariff_set(struct ts_meter *m, const struct ts_tariff *t)
{
	int class, dir;

	if (!t->id || t->id > UINT16_MAX)
		return ts_meter_fail(m, -EINVAL, "tariff id %u is not 1 to %u", t->id,
				     UINT16_MAX);
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (t->price[class][dir] > TS_PRICE_MAX)
				return ts_meter_fail(m, -ERANGE,
						     "tariff %u: price %u is above %u", t->id,
						     t->price[class][dir], TS_PRICE_MAX);
	return m->ops->tariff_set(m, t);
}

int ts_meter_tariff_del(struct ts_meter *m, uint32_t id)
{
	return m->ops->tariff_del(m, id);
}

int ts_meter_tariff_dump(struct ts_meter *m,
			 int (*cb)(const struct ts_tariff *t, void *arg), void *arg)
{
	return m->ops->tariff_dump(m, cb, arg);
}

static int check_rule(struct ts_meter *m, const struct ts_rule *r)
{
	unsigned int bits = r->family == AF_INET ? 32 : r->family == AF_INET6 ? 128 : 0;
	unsigned int i;

	if (r->class >= TS_CLASS_RELAY)
		return ts_meter_fail(m, -EINVAL, "a rule's class is free, local or internet");
	if (r->family && !bits)
		return ts_meter_fail(m, -EAFNOSUPPORT, "a rule is for IPv4 or IPv6");
	if (!r->proto && !r->family)
		return ts_meter_fail(m, -EINVAL, "a rule wants a prefix or a service");
	if (r->prefix_len > bits)
		return ts_meter_fail(m, -EINVAL, "prefix length %u is above %u", r->prefix_len,
				     bits);
	for (i = r->prefix_len; i < bits; i++)
		if (r->addr[i / 8] & (0x80 >> (i % 8)))
			return ts_meter_fail(m, -EINVAL,
					     "address bits after the first %u must be 0",
					     r->prefix_len);
	if (!r->proto && r->port)
		return ts_meter_fail(m, -EINVAL, "a port wants a protocol");
	if (!r->proto)
		return r->ends_here ? ts_meter_fail(m, -EINVAL, "only a service ends here") : 0;
	if (r->proto != 6 && r->proto != 17)
		return ts_meter_fail(m, -EINVAL, "a service is on tcp or udp");
	if (!r->port)
		return ts_meter_fail(m, -EINVAL, "a service wants a port, 1 to 65535");
	if (r->class != TS_CLASS_FREE)
		return ts_meter_fail(m, -EINVAL, "a service rule is of class free");
	if (r->prefix_len != bits)
		return ts_meter_fail(m, -EINVAL, "a service has one address, not a prefix");
	return 0;
}

int ts_meter_rule_add(struct ts_meter *m, const struct ts_rule *rule)
{
	int ret = check_rule(m, rule);

	return ret ? ret : m->ops->rule_add(m, rule);
}

int ts_meter_rule_del(struct ts_meter *m, const struct ts_rule *rule)
{
	int ret = check_rule(m, rule);

	return ret ? ret : m->ops->rule_del(m, rule);
}

int ts_meter_rule_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_rule *rule, void *arg), void *arg)
{
	return m->ops->rule_dump(m, cb, arg);
}

int ts_meter_stranger_dump(struct ts_meter *m,
			   int (*cb)(const struct ts_stranger *s, void *arg),
			   void *arg)
{
	return m->ops->stranger_dump(m, cb, arg);
}

int ts_meter_event_fd(struct ts_meter *m)
{
	return m->ops->event_fd(m);
}

int ts_meter_event_read(struct ts_meter *m,
			void (*cb)(const struct ts_meter_event *ev, void *arg),
			void *arg)
{
	return m->ops->event_read(m, cb, arg);
}

int ts_meter_maintain(struct ts_meter *m)
{
	return m->ops->maintain(m);
}

int ts_meter_renew(struct ts_meter *m)
{
	return m->ops->renew ? m->ops->renew(m) : 0;
}
