// SPDX-License-Identifier: GPL-2.0
/* tsctl account: the parties that are metered. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/cmd.h"

static int list_one(const struct ts_account *a, void *arg)
{
	json_t *list = arg;

	if (list)
		json_array_append_new(list, json_account(a));
	else
		print_account(a);
	return 0;
}

static int dump_all(struct ts_meter *m, json_t *list)
{
	return ts_meter_account_dump(m, list_one, list);
}

static int account_list(struct cmd *c)
{
	return show_list(c, "account list", dump_all);
}

/* "mac MAC [vlan V] zone ZONE", the word mac having been taken. */
static bool parse_key(struct cmd *c, struct ts_key *key)
{
	const char *v = cmd_value(c, "mac");
	uint32_t vlan = 0;

	if (!v || !arg_mac(v, key->mac))
		return false;
	if (cmd_more(c) && cmd_is(c->argv[0], "vlan")) {
		cmd_next(c);
		v = cmd_value(c, "vlan");
		if (!v || !arg_u32("vlan", v, 0, TS_VLAN_MAX, &vlan))
			return false;
		key->vlan = (uint16_t)vlan;
	}
	if (!cmd_more(c) || !cmd_is(c->argv[0], "zone")) {
		fprintf(stderr, "tsctl account: a mac needs 'zone ZONE': the bridge's name, or the port's when it is in none\n");
		return false;
	}
	cmd_next(c);
	v = cmd_value(c, "zone");
	return v && arg_zone(v, &key->zone);
}

static bool add_key(struct cmd *c, struct ts_account *a)
{
	if (a->n_keys == TS_KEYS_MAX) {
		fprintf(stderr, "tsctl account: an account has at most %d keys\n",
			TS_KEYS_MAX);
		return false;
	}
	return parse_key(c, &a->keys[a->n_keys++]);
}

static bool parse_word(struct cmd *c, const char *word, struct ts_account *a)
{
	const char *v;

	/* Whole words: "t" is to be no way to unlimited traffic. */
	if (!strcmp(word, "forbid"))
		return a->flags |= TS_ACCOUNT_F_FORBID, true;
	if (!strcmp(word, "trusted"))
		return a->flags |= TS_ACCOUNT_F_TRUSTED, true;
	if (!strcmp(word, "normal"))
		return a->flags = 0, true;
	if (!strcmp(word, "neighbour"))
		return a->kind = TS_KIND_NEIGHBOUR, true;
	v = cmd_value(c, word);
	if (!v)
		return false;
	if (cmd_is(word, "tariff"))
		return arg_u32(word, v, 1, 65535, &a->tariff_id);
	if (cmd_is(word, "low"))
		return arg_u64(word, v, 0, UINT64_MAX, &a->low_units);
	if (cmd_is(word, "expires"))
		return arg_u32(word, v, 0, UINT32_MAX, &a->expires_s);
	cmd_unknown(c, word, "mac, tariff, low, expires, neighbour, forbid, trusted or normal");
	return false;
}

static bool parse_account(struct cmd *c, struct ts_account *a)
{
	bool keys_given = false;

	while (cmd_more(c)) {
		const char *word = cmd_next(c);

		if (strcmp(word, "mac")) {
			if (!parse_word(c, word, a))
				return false;
			continue;
		}
		/* Keys given replace those that the account had. */
		if (!keys_given)
			a->n_keys = 0;
		keys_given = true;
		if (!add_key(c, a))
			return false;
	}
	return true;
}

static int show(struct cmd *c, const struct ts_account *a)
{
	if (c->json)
		return out_json(json_account(a));
	print_account(a);
	return 0;
}

static int account_add(struct cmd *c)
{
	struct ts_account a = { .kind = TS_KIND_CLIENT };
	struct ts_meter *m;
	int ret;

	if (!parse_account(c, &a))
		return 1;
	if (!a.n_keys || !a.tariff_id) {
		fprintf(stderr, "tsctl account: add needs at least 'mac MAC zone ZONE' and 'tariff ID'\n");
		return 1;
	}
	m = open_meter(c, true);
	if (!m)
		return 1;
	ret = ts_meter_account_set(m, &a) ? say_error(m, "account add") : show(c, &a);
	ts_meter_close(m);
	return ret;
}

/* Take "ID" or "mac MAC [vlan V] zone ZONE" and fetch that account. */
static struct ts_meter *open_account(struct cmd *c, struct ts_account *a)
{
	const char *word = cmd_next(c);
	struct ts_meter *m;
	struct ts_key key = { 0 };
	uint32_t id = 0;
	bool by_key;

	if (!word) {
		fprintf(stderr, "tsctl account: which one? its id, or 'mac MAC [vlan V] zone ZONE'\n");
		return NULL;
	}
	by_key = !strcmp(word, "mac");
	if (by_key) {
		if (!parse_key(c, &key))
			return NULL;
	} else if (!arg_u32("account", word, 1, TS_ACCOUNT_ID_MAX, &id)) {
		return NULL;
	}
	m = open_meter(c, false);
	if (!m)
		return NULL;
	if (by_key ? ts_meter_account_find(m, &key, a) : ts_meter_account_get(m, id, a)) {
		say_error(m, c->object);
		ts_meter_close(m);
		return NULL;
	}
	return m;
}

static int account_show(struct cmd *c)
{
	struct ts_account a;
	struct ts_meter *m = open_account(c, &a);
	int ret;

	if (!m)
		return 1;
	ret = cmd_end(c) ? 1 : show(c, &a);
	ts_meter_close(m);
	return ret;
}

static int account_set(struct cmd *c)
{
	struct ts_account a;
	struct ts_meter *m = open_account(c, &a);
	int ret = 1;

	if (!m)
		return 1;
	a.flags &= TS_ACCOUNT_F_WRITABLE;
	if (parse_account(c, &a))
		ret = ts_meter_account_set(m, &a) ? say_error(m, "account set") : show(c, &a);
	ts_meter_close(m);
	return ret;
}

static int account_del(struct cmd *c)
{
	struct ts_account a;
	struct ts_meter *m = open_account(c, &a);
	int ret = 0;

	if (!m)
		return 1;
	if (cmd_end(c))
		ret = 1;
	else if (ts_meter_account_del(m, a.id, a.epoch))
		ret = say_error(m, "account del");
	ts_meter_close(m);
	return ret;
}

static int say_taken(struct cmd *c, uint64_t taken, const struct ts_account *a)
{
	if (c->json)
		return out_json(json_pack("{s:o,s:o}", "taken_units",
					  json_sprintf("%" PRIu64, taken),
					  "account", json_account(a)));
	printf("taken %" PRIu64 " units\n", taken);
	print_account(a);
	return 0;
}

static int account_revoke(struct cmd *c)
{
	struct ts_account a;
	struct ts_meter *m = open_account(c, &a);
	uint64_t max = UINT64_MAX, taken;
	const char *v;
	int ret = 1;

	if (!m)
		return 1;
	if (cmd_more(c)) {
		v = cmd_next(c);
		if (strcmp(v, "all") && !arg_u64("units", v, 1, UINT64_MAX, &max))
			goto out;
	}
	if (cmd_end(c))
		goto out;
	if (ts_meter_revoke(m, a.id, a.epoch, max, &taken) ||
	    ts_meter_account_get(m, a.id, &a))
		ret = say_error(m, "account revoke");
	else
		ret = say_taken(c, taken, &a);
out:
	ts_meter_close(m);
	return ret;
}

static int account_close(struct cmd *c)
{
	struct ts_account a, last;
	struct ts_meter *m = open_account(c, &a);
	uint64_t taken;
	int ret = 1;

	if (!m)
		return 1;
	if (!cmd_end(c))
		ret = ts_meter_close_account(m, a.id, a.epoch, &last, &taken) ?
			      say_error(m, "account close") :
			      say_taken(c, taken, &last);
	ts_meter_close(m);
	return ret;
}

#define WHICH "ID | mac MAC [vlan V] zone ZONE"

const struct verb account_verbs[] = {
	{ "list", account_list, "", "every account" },
	{ "show", account_show, WHICH, "one account" },
	{ "add", account_add,
	  "mac MAC [vlan V] zone ZONE [mac ...] tariff ID [neighbour]\n"
	  "                  [low UNITS] [expires SECONDS] [forbid|trusted]",
	  "make an account; ZONE is the bridge's name, the port's, or the mesh device's" },
	{ "set", account_set, WHICH "\n"
	  "                  [mac ...] [tariff ID] [low UNITS] [expires SECONDS]\n"
	  "                  [forbid|trusted|normal]",
	  "change one; keys that are given replace the old ones" },
	{ "revoke", account_revoke, WHICH " [all|UNITS]",
	  "take back what is unspent" },
	{ "close", account_close, WHICH,
	  "forbid, take back what is unspent, delete, show the final counters" },
	{ "del", account_del, WHICH, "delete an account with nothing unspent" },
	{ 0 },
};
