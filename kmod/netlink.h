/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family; its commands are in netlink_*.c. */
#ifndef _TS_NETLINK_H
#define _TS_NETLINK_H

#include <linux/types.h>
#include <linux/tokenswitch.h>
#include <net/genetlink.h>

struct ts_account;
struct ts_key;
struct ts_net;

extern struct genl_family ts_netlink_family;
extern const struct nla_policy ts_netlink_key_policy[TS_KEY_A_MAX + 1];
extern const struct nla_policy ts_netlink_none_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_info_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_owner_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_port_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_account_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_account_get_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_budget_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_tariff_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_class_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_mesh_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_gateway_policy[TS_A_MAX + 1];
extern const struct nla_policy ts_netlink_route_policy[TS_A_MAX + 1];

int ts_netlink_init(void);
void ts_netlink_exit(void);

/**
 * struct ts_netlink_answer - an answer that is being written
 * @skb: the message
 * @head: its generic netlink header
 */
struct ts_netlink_answer {
	struct sk_buff *skb;
	void *head;
};

int ts_netlink_answer_begin(struct ts_netlink_answer *ans,
			    struct genl_info *info);
int ts_netlink_answer_end(struct ts_netlink_answer *ans,
			  struct genl_info *info, int err);
void *ts_netlink_dump_head(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 cmd);
int ts_netlink_write_begin(struct ts_net *tn, struct genl_info *info);
void ts_netlink_write_end(struct ts_net *tn);
int ts_netlink_check_owner(struct ts_net *tn, struct genl_info *info);
bool ts_netlink_has(struct genl_info *info, int attr, const char *msg);
int ts_netlink_put_key(struct sk_buff *skb, const struct ts_key *key);
int ts_netlink_get_key(const struct nlattr *attr, struct ts_key *key,
		       struct netlink_ext_ack *extack);
int ts_netlink_put_account(struct sk_buff *skb, struct ts_net *tn,
			   struct ts_account *a);
int ts_netlink_put_u64(struct sk_buff *skb, int attr, u64 value);

int ts_netlink_info_get(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_info_set(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_owner_set(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_owner_init(void);
void ts_netlink_owner_exit(void);

int ts_netlink_port_add(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_port_del(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_port_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_account_set(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_account_del(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_account_get(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_account_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_grant(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_revoke(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_close(struct sk_buff *skb, struct genl_info *info);

int ts_netlink_tariff_set(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_tariff_del(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_tariff_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_class_add(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_class_del(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_class_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_stranger_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_mesh_add(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_mesh_del(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_mesh_dump(struct sk_buff *skb, struct netlink_callback *cb);

int ts_netlink_gateway_set(struct sk_buff *skb, struct genl_info *info);
int ts_netlink_route_set(struct sk_buff *skb, struct genl_info *info);

int ts_netlink_originator_dump(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ts_netlink_neighbour_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _TS_NETLINK_H */
