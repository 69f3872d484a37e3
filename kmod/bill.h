/* SPDX-License-Identifier: GPL-2.0 */
/* The billed byte; what it is says include/uapi/linux/tokenswitch.h. */
#ifndef _TS_BILL_H
#define _TS_BILL_H

#include <linux/types.h>

struct sk_buff;
struct ts_frame;

u32 ts_bill_bytes(const struct sk_buff *skb, const struct ts_frame *f,
		  u32 *packets);
int ts_bill_selftest(void);

#endif /* _TS_BILL_H */
