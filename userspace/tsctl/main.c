// SPDX-License-Identifier: GPL-2.0
/* tsctl: the tool that shows and drives the meter of this network namespace. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "config_path.h"
#include "tsctl/cmd.h"

static const struct object objects[] = {
	{ "status", status_verbs, "what meters here, and whether it is well" },
	{ "meter", meter_verbs, "make the meter of this namespace, or remove it" },
	{ "port", port_verbs, "the interfaces that are metered" },
	{ "account", account_verbs, "the parties that are metered" },
	{ "grant", grant_verbs, "give an account more to spend" },
	{ "tariff", tariff_verbs, "prices by class and direction" },
	{ "class", class_verbs, "which remote addresses belong to which class" },
	{ "monitor", monitor_verbs, "events as they happen" },
	{ "dump", dump_verbs, "every account in a stable format for scripts" },
	{ "top", top_verbs, "who uses what, live" },
	{ "key", key_verbs, "the operator's key file" },
	{ "channel", channel_verbs, "payment channels with wallets" },
};

static int usage(FILE *f, int ret)
{
	size_t i;

	fprintf(f, "Usage: tsctl [-j] [-d bpf|genl] [-c FILE] OBJECT [VERB] [ARGUMENTS]\n\n"
		   "Objects (each may be shortened; 'tsctl OBJECT help' lists its verbs):\n");
	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		fprintf(f, "  %-9s %s\n", objects[i].name, objects[i].help);
	fprintf(f, "\nOptions:\n"
		   "  -j, --json        print JSON\n"
		   "  -d, --driver D    bpf or genl; by default the one that is there\n"
		   "  -c, --config FILE tsd's configuration, for key and channel\n"
		   "  -V, --version     print the version\n"
		   "  -h, --help        print this\n");
	return ret;
}

static int object_help(const struct object *o, FILE *f, int ret)
{
	const struct verb *v;

	fprintf(f, "tsctl %s: %s\n", o->name, o->help);
	for (v = o->verbs; v->name; v++)
		fprintf(f, "  tsctl %s %s%s%s\n          %s\n", o->name, v->name,
			v->args[0] ? " " : "", v->args, v->help);
	return ret;
}

static const struct object *find_object(const char *word)
{
	const struct object *found = NULL;
	size_t i;

	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		if (!strcmp(word, objects[i].name))
			return &objects[i];
		if (!found && cmd_is(word, objects[i].name))
			found = &objects[i];
	}
	return found;
}

static const struct verb *find_verb(const struct object *o, const char *word)
{
	const struct verb *v, *found = NULL;

	for (v = o->verbs; v->name; v++) {
		if (!strcmp(word, v->name))
			return v;
		if (!found && cmd_is(word, v->name))
			found = v;
	}
	return found;
}

static int run(struct cmd *c)
{
	const char *word = cmd_next(c);
	const struct object *o;
	const struct verb *v;

	if (!word)
		return usage(stderr, 1);
	if (!strcmp(word, "help"))
		return usage(stdout, 0);
	o = find_object(word);
	if (!o) {
		fprintf(stderr, "tsctl: no object '%s'; 'tsctl help' lists them\n", word);
		return 1;
	}
	c->object = o->name;
	if (!cmd_more(c))
		return o->verbs->fn(c);
	if (!strcmp(c->argv[0], "help"))
		return object_help(o, stdout, 0);
	v = find_verb(o, c->argv[0]);
	if (v)
		cmd_next(c);
	else if (o->verbs[1].name)
		return cmd_unknown(c, c->argv[0], "a verb of 'tsctl OBJECT help'");
	else
		v = o->verbs;
	return v->fn(c);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "driver", required_argument, NULL, 'd' },
		{ "config", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct cmd c = { .config = TS_CONFIG_PATH };
	int opt;

	/* '+': options of the tool end at the object, as in ip and bpftool. */
	while ((opt = getopt_long(argc, argv, "+jd:c:Vh", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			c.json = true;
			break;
		case 'd':
			c.driver = optarg;
			break;
		case 'c':
			c.config = optarg;
			break;
		case 'V':
			puts("tsctl " TS_VERSION);
			return 0;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 1);
		}
	}
	c.argc = argc - optind;
	c.argv = argv + optind;
	return run(&c);
}
