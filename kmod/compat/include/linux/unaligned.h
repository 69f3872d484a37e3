/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TS_COMPAT_LINUX_UNALIGNED_H
#define _TS_COMPAT_LINUX_UNALIGNED_H

/* Where it was before 6.12. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include_next <linux/unaligned.h>
#endif

#endif /* _TS_COMPAT_LINUX_UNALIGNED_H */
