// SPDX-License-Identifier: GPL-2.0
/* billing_one.c - one box for each test, with which all must be right at its end. */
#include "billing_one.h"

struct box box;

int one_setup(void **state)
{
	box_setup(&box);
	return 0;
}

int one_teardown(void **state)
{
	box_verify(&box);
	box_teardown(&box);
	return 0;
}
