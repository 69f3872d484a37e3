// SPDX-License-Identifier: GPL-2.0
/* tsctl: the tool that shows and drives the meter of this network namespace. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "config_path.h"
#include "tsctl/cmd.h"

static const struct object objects[] = {
	{ "status", status_verbs, "what meters here, and whether it is well" },
	{ "meter", meter_verbs, "make the meter of this namespace, or remove it" },
	{ "port", port_verbs, "the interfaces that are metered" },
	{ "mesh", mesh_verbs, "batman-adv meshes that are metered, and what they relay" },
	{ "account", account_verbs, "the parties that are metered" },
	{ "grant", grant_verbs, "give an account more to spend" },
	{ "tariff", tariff_verbs, "prices by class and direction" },
	{ "class", class_verbs, "which remote addresses belong to which class" },
	{ "monitor", monitor_verbs, "events as they happen" },
	{ "dump", dump_verbs, "every account in a stable format for scripts" },
	{ "top", top_verbs, "who uses what, live" },
	{ "key", key_verbs, "the operator's key file" },
	{ "channel", channel_verbs, "payment channels with wallets" },
	{ "ledger", ledger_verbs, "what tsd keeps on the disk: back it up, check it" },
	{ "pay", pay_verbs, "a transfer of the operator's own" },
	{ "peer", peer_verbs, "where Photon nodes are" },
	{ "topology", topology_verbs, "what batman-adv says of the mesh" },
	{ "portal", portal_verbs, "where clients find the page, and how DHCP tells them" },
	{ "roam", roam_verbs, "guests of other boxes here, and our wallets there" },
	{ "relay", relay_verbs, "what is carried for neighbours and by them, and who owes what" },
	{ "mirror", mirror_verbs, "who shows our proofs when we are silent" },
	{ "chain", chain_verbs, "the chain that tsd follows" },
	{ "liquidity", liquidity_verbs, "what channels can still carry, and how long" },
	{ "revenue", revenue_verbs, "what was charged on each day, for what, and whose it is" },
	{ "session", session_verbs, "stations and what they have paid" },
	{ "voucher", voucher_verbs, "codes that are worth something, once" },
	{ "admin", admin_verbs, "who may open the operator's page" },
	{ "wallet", wallet_verbs, "what our address owns there" },
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
		   "  -c, --config FILE tsd's configuration, for what tsd is asked and for its files;\n"
		   "                    by default " TS_CONFIG_PATH "\n"
		   "  -V, --version     print the version\n"
		   "  -h, --help        print this\n");
	return ret;
}

static int object_help(const struct object *o, FILE *f, int ret)
{
	const struct verb *v;

	fprintf(f, "tsctl %s: %s\n", o->name, o->help);
	for (v = o->verbs; v->name; v++)
		fprintf(f, "  tsctl %s%s%s%s%s\n          %s\n", o->name,
			v->name[0] ? " " : "", v->name, v->args[0] ? " " : "", v->args,
			v->help);
	return ret;
}

static const char *object_name(const void *table, size_t i)
{
	return i < sizeof(objects) / sizeof(objects[0]) ? objects[i].name : NULL;
}

static const char *verb_name(const void *table, size_t i)
{
	return ((const struct verb *)table)[i].name;
}

/*
 * The name that @word is, or the only one that it begins.
 * Return: its place in @table; -1 after saying what there is.
 */
static int find(const char *what, const char *word, const void *table,
		const char *(*name)(const void *table, size_t i))
{
	int found = -1, n = 0;
	size_t i;

	for (i = 0; name(table, i); i++) {
		if (!strcmp(word, name(table, i)))
			return (int)i;
		if (!cmd_is(word, name(table, i)))
			continue;
		found = (int)i;
		n++;
	}
	if (n == 1)
		return found;
	fprintf(stderr, n ? "tsctl: %s '%s' is more than one:" :
			    "tsctl: no %s '%s'; there are:", what, word);
	for (i = 0; name(table, i); i++)
		if (!n || cmd_is(word, name(table, i)))
			fprintf(stderr, " %s", name(table, i));
	fputc('\n', stderr);
	return -1;
}

static int run_object(struct cmd *c, const struct object *o)
{
	char what[32];
	int verb = 0;

	c->object = o->name;
	if (cmd_more(c) && !strcmp(c->argv[0], "help"))
		return object_help(o, stdout, 0);
	/* An object with one verb does not name it. */
	if (cmd_more(c) && o->verbs->name[0]) {
		snprintf(what, sizeof(what), "%s verb", o->name);
		verb = find(what, c->argv[0], o->verbs, verb_name);
		if (verb < 0)
			return 1;
		cmd_next(c);
	}
	return o->verbs[verb].fn(c);
}

static int run(struct cmd *c)
{
	const char *word = cmd_next(c);
	bool help = word && !strcmp(word, "help");
	int object;

	if (help)
		word = cmd_next(c);
	if (!word)
		return help ? usage(stdout, 0) : usage(stderr, 1);
	object = find("object", word, objects, object_name);
	if (object < 0)
		return 1;
	return help ? object_help(&objects[object], stdout, 0) :
		      run_object(c, &objects[object]);
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
			if (!access(optarg, R_OK))
				break;
			fprintf(stderr, "tsctl: %s: %s\n", optarg, strerror(errno));
			return 1;
		case 'V':
			puts("tsctl " TS_VERSION);
			return 0;
		case 'h':
			return usage(stdout, 0);
		default:
			/* What getopt says of it fills a line: the help would push it away. */
			return 1;
		}
	}
	c.argc = argc - optind;
	c.argv = argv + optind;
	return run(&c);
}
