// SPDX-License-Identifier: GPL-2.0
/* tsctl ledger: what tsd keeps on the disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chain/json.h"
#include "ledger/ledger.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

#define TEXT_SIZE	600

/** struct place - where tsd has its ledger, by its configuration */
struct place {
	char *path;
	char *lock;
};

static bool find_place(struct cmd *c, struct place *p)
{
	char *dir = config_text(c, "state_dir", "/var/lib/tokenswitch"), *def = NULL;

	memset(p, 0, sizeof(*p));
	if (dir && asprintf(&def, "%s/ledger.db", dir) > 0)
		p->path = config_text(c, "ledger", def);
	if (dir && asprintf(&p->lock, "%s/ledger.lock", dir) < 0)
		p->lock = NULL;
	free(def);
	free(dir);
	if (p->path && p->lock)
		return true;
	fprintf(stderr, "tsctl ledger: out of memory\n");
	return false;
}

static void free_place(struct place *p)
{
	free(p->path);
	free(p->lock);
}

/* Beside a running tsd. */
static struct ts_ledger *look(const char *path)
{
	const struct ts_ledger_options options = { .path = path,
						   .flags = TS_LEDGER_READ_ONLY };
	char err[TEXT_SIZE];
	struct ts_ledger *l;

	if (!ts_ledger_open(&options, &l, err, sizeof(err)))
		return l;
	fprintf(stderr, "tsctl ledger: %s\n", err);
	return NULL;
}

static int said(struct cmd *c, const char *word, const char *file)
{
	if (c->json)
		return out_json(json_pack("{s:s}", word, file));
	printf("%s: %s\n", word, file);
	return 0;
}

static int ledger_backup(struct cmd *c)
{
	const char *file = cmd_value(c, "backup");
	char err[TEXT_SIZE];
	struct ts_ledger *l;
	struct place p;
	int ret = -1;

	if (!file || cmd_end(c) || !find_place(c, &p))
		return 1;
	l = look(p.path);
	if (l) {
		ret = ts_ledger_backup(l, file, err, sizeof(err));
		if (ret)
			fprintf(stderr, "tsctl ledger: %s\n", err);
		ts_ledger_close(l);
	}
	free_place(&p);
	return ret ? 1 : said(c, "backup", file);
}

static void say_fault(const char *text, void *arg)
{
	json_t *list = arg;

	if (list)
		json_array_append_new(list, json_string(text));
	else
		printf("%s\n", text);
}

/* Totals alone: of one token each. */
static int add_sum(const struct ts_ledger_sum *s, void *arg)
{
	char token[TS_ADDRESS_TEXT_SIZE];

	if (!ts_address_is_zero(&s->wallet))
		return 0;
	json_array_append_new(arg, json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}",
		"token", ts_address_print(&s->token, token),
		"paid_wei", ts_json_wei(s->paid_wei), "consumed_wei", ts_json_wei(s->consumed_wei),
		"reserved_wei", ts_json_wei(s->reserved_wei),
		"refunded_wei", ts_json_wei(s->refunded_wei),
		"unspent_wei", ts_json_wei(s->unspent_wei)));
	return 0;
}

static int say_sums(struct cmd *c, json_t *tokens, json_t *faults)
{
	const char *name;
	json_t *one, *value;
	size_t i;

	if (c->json)
		return out_json(json_pack("{s:o,s:o}", "tokens", tokens, "faults", faults));
	json_array_foreach(tokens, i, one)
		json_object_foreach(one, name, value)
			printf("%s %s\n", name, json_string_value(value));
	json_decref(tokens);
	return 0;
}

static int check(struct cmd *c, struct ts_ledger *l)
{
	json_t *faults = c->json ? json_array() : NULL, *tokens = json_array();
	int ret, n;

	n = ts_ledger_check(l, TS_LEDGER_CHECK_SIGNATURES, say_fault, faults);
	ret = n < 0 ? n : ts_ledger_sum(l, add_sum, tokens);
	if (ret < 0) {
		fprintf(stderr, "tsctl ledger: %s\n", ts_ledger_error(l));
		json_decref(faults);
		json_decref(tokens);
		return 1;
	}
	if (say_sums(c, tokens, faults))
		return 1;
	if (!c->json)
		puts(n ? "faults were found" : "all agrees");
	return n ? 1 : 0;
}

static int ledger_check(struct cmd *c)
{
	const char *file = cmd_more(c) ? cmd_next(c) : NULL;
	struct ts_ledger *l;
	struct place p;
	int ret = 1;

	if (cmd_end(c) || !find_place(c, &p))
		return 1;
	l = look(file ? file : p.path);
	if (l)
		ret = check(c, l);
	ts_ledger_close(l);
	free_place(&p);
	return ret;
}

static int ledger_restore(struct cmd *c)
{
	const char *file = cmd_value(c, "restore");
	struct ts_ledger_options options = { };
	char kept[TEXT_SIZE], err[TEXT_SIZE];
	struct place p;
	int ret;

	if (!file || cmd_end(c) || !find_place(c, &p))
		return 1;
	options.path = p.path;
	options.lock_path = p.lock;
	ret = ts_ledger_restore(&options, file, kept, sizeof(kept), err, sizeof(err));
	if (ret)
		fprintf(stderr, "tsctl ledger: %s\n", err);
	free_place(&p);
	return ret ? 1 : said(c, "the ledger before it", kept);
}

const struct verb ledger_verbs[] = {
	{ "backup", ledger_backup, "FILE",
	  "a consistent copy in a new FILE, also while tsd runs" },
	{ "check", ledger_check, "[FILE]",
	  "whether all rows agree with each other, of a backup or of the ledger itself,\n"
	  "          also while tsd runs; with the sums of value" },
	{ "restore", ledger_restore, "FILE",
	  "put a backup in the ledger's place, while tsd does not run; the old ledger is\n"
	  "          kept beside it.  For its channels nothing is signed until their partners have\n"
	  "          shown our newest transfers, or 'channel trust'" },
	{ 0 },
};
