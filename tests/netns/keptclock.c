// SPDX-License-Identifier: GPL-2.0
/*
 * keptclock.c - for LD_PRELOAD: the clock of this machine is synchronised, whatever the
 * kernel says.  On test machines nobody keeps it, and nothing has a date then (M12).
 */
#include <sys/timex.h>

int adjtimex(struct timex *t)
{
	t->status = 0;
	return TIME_OK;
}
