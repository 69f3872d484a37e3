/* SPDX-License-Identifier: GPL-2.0 */
/* Stations: the keys that packets carry, N of them to an account. */
#ifndef _TS_KEY_H
#define _TS_KEY_H

#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

struct netlink_ext_ack;
struct ts_account;
struct ts_counts;
struct ts_net;

/**
 * struct ts_key - a station, as packets show it; hashed and compared as bytes
 * @mac: its address
 * @vlan: 0: untagged
 * @zone: bridge domain or routed port
 */
struct ts_key {
	u8 mac[ETH_ALEN];
	u16 vlan;
	u32 zone;
} __packed __aligned(4);

/**
 * struct ts_key_entry - a station that has an account
 * @node: in ts_net.keys
 * @key: the station
 * @ifindex: port that it last sent on, 0: none yet.  Written by the data path
 *	of one port and read by that of others, without order: it only tells
 *	flooded copies from the real one.
 * @account: whose it is; valid as long as the entry is
 * @counts: of a neighbour, by enum ts_neighbour_count; of a client NULL
 * @list: in ts_account.keys, under ts_net.lock
 * @rcu: the data path may still look at it
 */
struct ts_key_entry {
	struct rhash_head node;
	struct ts_key key;
	int ifindex;
	struct ts_account *account;
	struct ts_counts __percpu *counts;
	struct list_head list;
	struct rcu_head rcu;
};

static inline void ts_key_make(struct ts_key *key, const u8 *mac, u16 vlan,
			       u32 zone)
{
	memcpy(key->mac, mac, ETH_ALEN);
	key->vlan = vlan;
	key->zone = zone;
}

/**
 * ts_key_pack() - the same, of a frame in hand
 * @key: set
 * @mac: as ts_frame_mac() has it
 * @vlan: likewise
 * @zone: likewise
 *
 * In one store, for the look-up reads it right after.
 */
static inline void ts_key_pack(struct ts_key *key, u64 mac, u16 vlan, u32 zone)
{
	__le64 w = cpu_to_le64(mac | (u64)le16_to_cpu((__force __le16)vlan) << 48);

	BUILD_BUG_ON(offsetof(struct ts_key, zone) != sizeof(w));
	memcpy(key, &w, sizeof(w));
	key->zone = zone;
}

int ts_key_table_init(struct ts_net *tn);
void ts_key_table_destroy(struct ts_net *tn);
void ts_key_init(void);
int ts_key_selftest(void);
u64 ts_key_hash(const struct ts_key *key);
struct ts_key_entry *ts_key_lookup(struct ts_net *tn, const struct ts_key *key);
int ts_key_replace(struct ts_net *tn, struct ts_account *a,
		   const struct ts_key *keys, unsigned int n,
		   struct netlink_ext_ack *extack);
void ts_key_unlink(struct ts_net *tn, struct ts_account *a);
void ts_key_free(struct ts_account *a);
void ts_key_forget_port(struct ts_net *tn, int ifindex);

#endif /* _TS_KEY_H */
