/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TS_COMPAT_LINUX_NETLINK_H
#define _TS_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

/*
 * Before 6.2 an extended ack was a literal: say what it would have named to the
 * log, and point there.
 */
#ifndef NL_SET_ERR_MSG_FMT
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {			\
	pr_info("tokenswitch: " fmt "\n", ##args);			\
	NL_SET_ERR_MSG(extack, "refused because of another device; the kernel log says which, and why");	\
} while (0)
#endif

#endif /* _TS_COMPAT_LINUX_NETLINK_H */
