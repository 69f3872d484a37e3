// SPDX-License-Identifier: GPL-2.0
/* Opening the meter, and what is said when that fails. */
#include <stdio.h>
#include "tsctl/cmd.h"

struct ts_meter *open_meter(struct cmd *c, bool create)
{
	struct ts_meter *m;
	char err[256] = "";

	if (ts_meter_open(c->driver, create, &m, err, sizeof(err))) {
		fprintf(stderr, "tsctl %s: %s\n", c->object, err);
		return NULL;
	}
	return m;
}

int say_error(struct ts_meter *m, const char *what)
{
	fprintf(stderr, "tsctl %s: %s\n", what, ts_meter_error(m));
	return 1;
}
