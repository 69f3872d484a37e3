/* SPDX-License-Identifier: GPL-2.0 */
/* Events: what the daemon is told without asking. */
#ifndef _TS_EVENT_H
#define _TS_EVENT_H

#include <linux/types.h>
#include <linux/tokenswitch.h>

struct net_device;
struct ts_account;
struct ts_key;
struct ts_net;

void ts_event_open(void);
void ts_event_shut(void);
void ts_event_account(struct ts_net *tn, const struct ts_account *a, u8 type,
		      u64 units);
void ts_event_stranger(struct ts_net *tn, const struct ts_key *key,
		       int ifindex);
void ts_event_port(struct ts_net *tn, const char *pattern,
		   const struct net_device *dev, u8 type);
void ts_event_owner(struct ts_net *tn, u32 pid);

#endif /* _TS_EVENT_H */
