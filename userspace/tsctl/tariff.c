// SPDX-License-Identifier: GPL-2.0
/* tsctl tariff: prices by class and direction. */
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

static int list_one(const struct ts_tariff *t, void *arg)
{
	json_t *list = arg, *prices = json_object();
	int class, dir;

	if (!list)
		printf("%u: version %u\n", t->id, t->version);
	for (class = TS_CLASS_LOCAL; class < TS_CLASS_COUNT; class++) {
		json_object_set_new(prices, class_names[class],
				    json_pack("{s:i,s:i}", "up", t->price[class][TS_DIR_UP],
					      "down", t->price[class][TS_DIR_DOWN]));
		for (dir = 0; !list && dir < TS_DIR_COUNT; dir++)
			if (t->price[class][dir])
				printf("    %-8s %-4s %u units per byte\n",
				       class_names[class], dir_names[dir],
				       t->price[class][dir]);
	}
	if (list)
		json_array_append_new(list, json_pack("{s:I,s:I,s:O}", "id",
						      (json_int_t)t->id, "version",
						      (json_int_t)t->version,
						      "units_per_byte", prices));
	json_decref(prices);
	return 0;
}

static int dump_all(struct ts_meter *m, json_t *list)
{
	return ts_meter_tariff_dump(m, list_one, list);
}

static int tariff_list(struct cmd *c)
{
	return show_list(c, "tariff list", dump_all);
}

/* "internet up 95 down 95", the class having been taken as @word. */
static bool parse_prices(struct cmd *c, const char *word, struct ts_tariff *t)
{
	uint8_t class, dir;
	uint32_t price;
	const char *v;

	if (!arg_class(word, &class))
		return false;
	if (class == TS_CLASS_FREE) {
		fprintf(stderr, "tsctl tariff: class free is never billed, so it has no price\n");
		return false;
	}
	do {
		v = cmd_value(c, word);
		if (!v || !arg_dir(v, &dir))
			return false;
		v = cmd_value(c, v);
		if (!v || !arg_u32("price", v, 0, TS_PRICE_MAX, &price))
			return false;
		t->price[class][dir] = (uint16_t)price;
	} while (cmd_more(c) && (cmd_is(c->argv[0], "up") || cmd_is(c->argv[0], "down")));
	return true;
}

static int tariff_set(struct cmd *c)
{
	struct ts_tariff t = { .version = 1 };
	const char *word = cmd_value(c, "set");
	struct ts_meter *m;
	int ret = 0;

	if (!word || !arg_u32("tariff", word, 1, 65535, &t.id))
		return 1;
	while (cmd_more(c)) {
		word = cmd_next(c);
		if (cmd_is(word, "version")) {
			word = cmd_value(c, "version");
			if (!word || !arg_u32("version", word, 1, UINT32_MAX, &t.version))
				return 1;
		} else if (!parse_prices(c, word, &t)) {
			return 1;
		}
	}
	m = open_meter(c, true);
	if (!m)
		return 1;
	if (ts_meter_tariff_set(m, &t))
		ret = say_error(m, "tariff set");
	ts_meter_close(m);
	return ret;
}

static int tariff_del(struct cmd *c)
{
	const char *word = cmd_value(c, "del");
	struct ts_meter *m;
	uint32_t id;
	int ret = 0;

	if (!word || !arg_u32("tariff", word, 1, 65535, &id) || cmd_end(c))
		return 1;
	m = open_meter(c, false);
	if (!m)
		return 1;
	if (ts_meter_tariff_del(m, id))
		ret = say_error(m, "tariff del");
	ts_meter_close(m);
	return ret;
}

const struct verb tariff_verbs[] = {
	{ "list", tariff_list, "", "every tariff; what is not shown costs nothing" },
	{ "set", tariff_set, "ID [version V] CLASS up|down UNITS [up|down UNITS] ...",
	  "make or change a tariff, in credit units per byte (0 to 8191);\n"
	  "          accounts on it follow at once" },
	{ "del", tariff_del, "ID", "remove a tariff that no account uses" },
	{ 0 },
};
