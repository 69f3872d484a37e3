// SPDX-License-Identifier: GPL-2.0
/* tsctl meter: make the meter of this namespace, or remove it. */
#include <stdio.h>
#include "tsctl/cmd.h"

static int meter_create(struct cmd *c)
{
	struct ts_meter *m;

	if (cmd_end(c))
		return 1;
	m = open_meter(c, true);
	if (!m)
		return 1;
	ts_meter_close(m);
	return 0;
}

static int meter_destroy(struct cmd *c)
{
	struct ts_meter *m;
	int ret = 0;

	if (cmd_end(c))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	if (ts_meter_destroy(m))
		ret = say_error(m, "meter destroy");
	ts_meter_close(m);
	return ret;
}

const struct verb meter_verbs[] = {
	{ "create", meter_create, "", "make it, when there is none yet" },
	{ "destroy", meter_destroy, "",
	  "detach every port, delete every account and all that is unspent" },
	{ 0 },
};
