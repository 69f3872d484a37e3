/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TS_COMPAT_NET_GENETLINK_H
#define _TS_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

/* 6.6 moved ->attrs of a dump into the genl_info of its request. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

/* Kernels without the name (some 5.15 and 6.1) test this flag instead. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif /* _TS_COMPAT_NET_GENETLINK_H */
