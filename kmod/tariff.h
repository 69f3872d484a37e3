/* SPDX-License-Identifier: GPL-2.0 */
/* Tariffs: credit units per byte for each class and direction. */
#ifndef _TS_TARIFF_H
#define _TS_TARIFF_H

#include <linux/types.h>
#include <linux/tokenswitch.h>

struct netlink_ext_ack;
struct ts_net;

/**
 * struct ts_tariff - prices; all of it under ts_net.lock
 * @id: 1 to 65535
 * @version: for userspace
 * @users: accounts on it
 * @price: credit units per byte
 */
struct ts_tariff {
	u32 id;
	u32 version;
	u32 users;
	u16 price[TS_CLASS_COUNT][TS_DIR_COUNT];
};

void ts_tariff_table_init(struct ts_net *tn);
void ts_tariff_table_destroy(struct ts_net *tn);
struct ts_tariff *ts_tariff_find(struct ts_net *tn, u32 id,
				 struct netlink_ext_ack *extack);
int ts_tariff_set(struct ts_net *tn, const struct ts_tariff *wish,
		  struct netlink_ext_ack *extack);
int ts_tariff_delete(struct ts_net *tn, u32 id, struct netlink_ext_ack *extack);

static inline void ts_tariff_use(struct ts_tariff *t)
{
	t->users++;
}

static inline void ts_tariff_leave(struct ts_tariff *t)
{
	t->users--;
}

#endif /* _TS_TARIFF_H */
