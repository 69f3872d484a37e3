/* SPDX-License-Identifier: GPL-2.0 */
/* Patterns: which devices are claimed as ports, by name. */
#ifndef _TS_PATTERN_H
#define _TS_PATTERN_H

#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;
struct ts_net;
struct ts_pattern;

bool ts_pattern_is_valid(const char *pattern);
bool ts_pattern_matches(const char *pattern, const char *name);
bool ts_pattern_fits(const struct net_device *dev);
struct ts_pattern *ts_pattern_find(struct ts_net *tn, const char *name);
struct ts_pattern *ts_pattern_for(struct ts_net *tn,
				  const struct net_device *dev);
struct net_device *ts_pattern_below(struct ts_net *tn, struct net_device *dev);
bool ts_pattern_matches_below(struct ts_net *tn, const char *pattern,
			      struct net_device *dev);
int ts_pattern_selftest(void);

#endif /* _TS_PATTERN_H */
