/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything else: the kernels this source was read against.
 * What an older kernel lacks is added by the mirrors in compat/include, each
 * of which includes the kernel's header of the same name first.  Nowhere else
 * is a version looked at.
 */
#ifndef _TS_COMPAT_H
#define _TS_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#error "TokenSwitch needs Linux 5.15 or newer"
#endif

/* Not cleared at entry, which CONFIG_INIT_STACK_ALL_ZERO does to all on the stack. */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

#endif /* _TS_COMPAT_H */
