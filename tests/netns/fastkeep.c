// SPDX-License-Identifier: GPL-2.0
/*
 * fastkeep.c - looks after the meter of this namespace as tsd's ticks do, several
 * times a second, without owning it; ends when it is killed.
 */
#include <stdio.h>
#include <time.h>

#include "lib/meter.h"

int main(void)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	struct ts_meter *m;
	char err[256];

	if (ts_meter_open("bpf", false, &m, err, sizeof(err))) {
		fprintf(stderr, "fastkeep: %s\n", err);
		return 1;
	}
	for (;;) {
		if (ts_meter_maintain(m) < 0)
			fprintf(stderr, "fastkeep: %s\n", ts_meter_error(m));
		nanosleep(&pause, NULL);
	}
}
