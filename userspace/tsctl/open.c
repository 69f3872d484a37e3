// SPDX-License-Identifier: GPL-2.0
/* Opening the meter, and what is said when that fails. */
#include <stdio.h>
#include "tsctl/cmd.h"

struct ts_meter *open_meter(struct cmd *c, bool create)
{
	struct ts_meter *m;
	char err[256] = "";
	int ret = ts_meter_open(c->driver, create, &m, err, sizeof(err));

	if (!ret)
		return m;
	fprintf(stderr, "tsctl %s: %s%s\n", c->object, err, cmd_rights(ret));
	return NULL;
}

int show_list(struct cmd *c, const char *what,
	      int (*dump)(struct ts_meter *m, json_t *list))
{
	json_t *list = c->json ? json_array() : NULL;
	struct ts_meter *m = NULL;
	int ret = 1;

	if (cmd_end(c))
		goto out;
	m = open_meter(c, false);
	if (!m)
		goto out;
	if (dump(m, list))
		ret = say_error(m, what);
	else
		ret = list ? out_json(json_incref(list)) : 0;
	ts_meter_close(m);
out:
	json_decref(list);
	return ret;
}

int say_error(struct ts_meter *m, const char *what)
{
	fprintf(stderr, "tsctl %s: %s\n", what, ts_meter_error(m));
	return 1;
}
