// SPDX-License-Identifier: GPL-2.0
/*
 * Patterns: which devices are claimed as ports, by name.
 *
 * Of devices that stand on each other (a VLAN, a macvlan, a bridge on what is
 * below it) only the lowest claimed one is a port: every frame of the others
 * passes there, and would be metered twice.  Which one that is depends on
 * names and links alone, not on the order in which they came to be.
 */

#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include "net.h"
#include "pattern.h"
#include "port.h"

/**
 * ts_pattern_is_valid() - what could be a device name, but for one final star
 * @pattern: the text
 *
 * Return: true when it is one.
 */
bool ts_pattern_is_valid(const char *pattern)
{
	char name[TS_PATTERN_LEN];
	char *star;

	strscpy(name, pattern, sizeof(name));
	star = strchr(name, '*');
	if (star && star[1])
		return false;
	if (star)
		*star = '\0';
	return dev_valid_name(name);
}

/**
 * ts_pattern_matches() - does a pattern match a device name?
 * @pattern: a valid one
 * @name: the name
 *
 * Return: true when it does.
 */
bool ts_pattern_matches(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return !strncmp(pattern, name, n - 1);
	return !strcmp(pattern, name);
}

/**
 * ts_pattern_fits() - can a device be a port at all?
 * @dev: the device
 *
 * Stations have MAC addresses; lo is nobody's.
 *
 * Return: true when it can.
 */
bool ts_pattern_fits(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && !(dev->flags & IFF_LOOPBACK);
}

/**
 * ts_pattern_find() - a pattern by its own text
 * @tn: the namespace; RTNL is held
 * @name: as it was added
 *
 * Return: the pattern or NULL.
 */
struct ts_pattern *ts_pattern_find(struct ts_net *tn, const char *name)
{
	struct ts_pattern *p;

	list_for_each_entry(p, &tn->patterns, list)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

/**
 * ts_pattern_for() - the pattern that claims a device
 * @tn: the namespace; RTNL is held
 * @dev: the device
 *
 * Return: the pattern; NULL when none does, or the device cannot be a port.
 */
struct ts_pattern *ts_pattern_for(struct ts_net *tn,
				  const struct net_device *dev)
{
	struct ts_pattern *p;

	if (!ts_pattern_fits(dev))
		return NULL;
	list_for_each_entry(p, &tn->patterns, list)
		if (ts_pattern_matches(p->name, dev->name))
			return p;
	return NULL;
}

/**
 * struct below - a search among the devices below one
 * @tn: the namespace; what is below may have been moved to another
 * @pattern: that is looked for; NULL: any of the namespace
 * @found: the device
 */
struct below {
	struct ts_net *tn;
	const char *pattern;
	struct net_device *found;
};

static int below_check(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct below *b = priv->data;

	if (!net_eq(dev_net(dev), b->tn->net) || !ts_pattern_fits(dev))
		return 0;
	if (b->pattern ? !ts_pattern_matches(b->pattern, dev->name) :
			 !ts_pattern_for(b->tn, dev))
		return 0;
	b->found = dev;
	return 1;
}

static struct net_device *below_find(struct below *b, struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = b };

	ASSERT_RTNL();
	netdev_walk_all_lower_dev(dev, below_check, &priv);
	return b->found;
}

/**
 * ts_pattern_below() - is a device above one that is claimed?
 * @tn: the namespace; RTNL is held
 * @dev: the device
 *
 * Return: the lowest one that is, where the frames of @dev are metered, or NULL.
 */
struct net_device *ts_pattern_below(struct ts_net *tn, struct net_device *dev)
{
	struct net_device *port = NULL;
	struct below b;

	do {
		b = (struct below){ .tn = tn };
		dev = below_find(&b, dev);
		port = dev ?: port;
	} while (dev);
	return port;
}

/**
 * ts_pattern_matches_below() - does a pattern match a device below another?
 * @tn: the namespace; RTNL is held
 * @pattern: a valid one, which need not be of the namespace
 * @dev: the device above
 *
 * Return: true when it does.
 */
bool ts_pattern_matches_below(struct ts_net *tn, const char *pattern,
			      struct net_device *dev)
{
	struct below b = { .tn = tn, .pattern = pattern };

	return below_find(&b, dev);
}

#include "selftest/pattern.c"
