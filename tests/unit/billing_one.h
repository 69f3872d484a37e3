/* SPDX-License-Identifier: GPL-2.0 */
/* billing_one.h - one box for each test, with which all must be right at its end. */
#ifndef TS_TEST_BILLING_ONE_H
#define TS_TEST_BILLING_ONE_H

#include "billing_box.h"

/* box - made anew for each test */
extern struct box box;

int one_setup(void **state);
int one_teardown(void **state);

#endif /* TS_TEST_BILLING_ONE_H */
