/* SPDX-License-Identifier: GPL-2.0 */
/* Accounts whose time is up; accurate to a second. */
#ifndef _TS_EXPIRY_H
#define _TS_EXPIRY_H

#include <linux/types.h>

struct ts_account;
struct ts_net;

void ts_expiry_init(struct ts_net *tn);
void ts_expiry_stop(struct ts_net *tn);
void ts_expiry_set(struct ts_net *tn, struct ts_account *a, u32 seconds);
u32 ts_expiry_left(const struct ts_account *a);

#endif /* _TS_EXPIRY_H */
