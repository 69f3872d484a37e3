/* SPDX-License-Identifier: GPL-2.0 */
/* mdns_link.h - the interfaces on which peers are looked for, and their sockets. */
#ifndef TS_TSD_MDNS_LINK_H
#define TS_TSD_MDNS_LINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "tsd/config.h"

#define TS_MDNS_LINKS_MAX	TS_CONFIG_INTERFACES_MAX

/**
 * struct ts_mdns_link - an interface with an IPv4 address
 * @name: of the interface
 * @ifindex: its number
 * @addr: its address
 * @mask: what has the same bits is on this link
 */
struct ts_mdns_link {
	char name[IFNAMSIZ];
	unsigned int ifindex;
	struct in_addr addr;
	struct in_addr mask;
};

int ts_mdns_links_find(const struct ts_config_discovery *c, struct in_addr photon,
		       struct ts_mdns_link *out, unsigned int max);
bool ts_mdns_link_equal(const struct ts_mdns_link *a, const struct ts_mdns_link *b);
bool ts_mdns_link_has(const struct ts_mdns_link *l, struct in_addr addr);
int ts_mdns_link_open(const struct ts_mdns_link *l);
int ts_mdns_group_open(void);
int ts_mdns_group_join(int fd, const struct ts_mdns_link *l);

#endif /* TS_TSD_MDNS_LINK_H */
