/* SPDX-License-Identifier: GPL-2.0 */
/* What the objects of tsctl share: the call's context, words, output. */
#ifndef TSCTL_CMD_H
#define TSCTL_CMD_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include "lib/meter.h"

/**
 * struct cmd - one call of tsctl
 * @driver: "bpf", "genl" or NULL for the one that is there
 * @config: configuration file of tsd, for what tsd is asked
 * @json: print JSON
 * @object: name of the object, for messages
 * @argc: words left
 * @argv: the next word first
 */
struct cmd {
	const char *driver;
	const char *config;
	bool json;
	const char *object;
	int argc;
	char **argv;
};

/** struct verb - a word, what it takes and what it does */
struct verb {
	const char *name;
	int (*fn)(struct cmd *c);
	const char *args;
	const char *help;
};

/*
 * An object is a table of verbs that ends with an empty entry; the first verb
 * is the one meant when none is given.
 */
struct object {
	const char *name;
	const struct verb *verbs;
	const char *help;
};

extern const struct verb status_verbs[], meter_verbs[], port_verbs[],
	account_verbs[], grant_verbs[], tariff_verbs[], class_verbs[],
	monitor_verbs[], dump_verbs[], top_verbs[], key_verbs[], channel_verbs[],
	peer_verbs[], chain_verbs[], wallet_verbs[], pay_verbs[], liquidity_verbs[],
	ledger_verbs[], mirror_verbs[], roam_verbs[], mesh_verbs[], topology_verbs[],
	revenue_verbs[], relay_verbs[], portal_verbs[], session_verbs[], voucher_verbs[],
	admin_verbs[];

/* --- words (args.c) --- */

/** cmd_next() - take the next word; Return: it, or NULL when none is left */
const char *cmd_next(struct cmd *c);
/** cmd_more() - Return: true while words are left */
bool cmd_more(const struct cmd *c);
/**
 * cmd_value() - take the value that belongs to the word @name
 * Return: it, or NULL after saying that it is missing
 */
const char *cmd_value(struct cmd *c, const char *name);
/** cmd_is() - Return: true when @word is @name or begins it */
bool cmd_is(const char *word, const char *name);
/** cmd_end() - Return: 0 when no word is left, else 1 after naming it */
int cmd_end(struct cmd *c);
/** cmd_unknown() - say that @word is not known here; Return: 1 */
int cmd_unknown(struct cmd *c, const char *word, const char *expected);
/** cmd_rights() - Return: what to do about the negative errno @err, or "" */
const char *cmd_rights(int err);

/* Parsers: Return: true, or false after saying what is wrong and allowed. */
bool arg_u64(const char *name, const char *text, uint64_t min, uint64_t max,
	     uint64_t *out);
bool arg_u32(const char *name, const char *text, uint32_t min, uint32_t max,
	     uint32_t *out);
/** arg_size() - bytes with an optional k, M, G or Ki, Mi, Gi */
bool arg_size(const char *name, const char *text, uint64_t *bytes);
bool arg_mac(const char *text, uint8_t mac[6]);
/** arg_zone() - a number, or the name of a bridge or routed port */
bool arg_zone(const char *text, uint32_t *zone);
bool arg_class(const char *text, uint8_t *class);
bool arg_dir(const char *text, uint8_t *dir);

/* --- output (out.c) --- */

extern const char *const class_names[TS_CLASS_COUNT];
extern const char *const dir_names[TS_DIR_COUNT];
extern const char *const drop_names[TS_DROP_COUNT];

const char *meter_name(uint8_t meter);
const char *role_name(uint8_t role);
const char *direction_name(uint8_t direction);
/** fmt_mac() - Return: @buf with "02:00:00:00:00:01" */
const char *fmt_mac(const uint8_t mac[6], char buf[static 18]);
/** fmt_zone() - Return: @buf with the device that the zone is named after, or the number */
const char *fmt_zone(uint32_t zone, char buf[static IF_NAMESIZE]);
/** fmt_size() - Return: @buf with three digits and a decimal unit */
const char *fmt_size(uint64_t bytes, char buf[static 16]);
/** fmt_count() - Return: @buf with three digits and k, M, G, T, P or E */
const char *fmt_count(uint64_t n, char buf[static 16]);
/** out_internet() - print what tsd can grant of the internet, where there is a limit */
void out_internet(json_t *internet);
/** out_bypasses() - print what takes frames past the meter, if anything does */
void out_bypasses(const json_t *bypasses);
/** out_json() - print @v on one line and release it; Return: 0 or 1 */
int out_json(json_t *v);
/** json_u64() - Return: @v as a decimal string, as 64-bit counters are printed */
json_t *json_u64(uint64_t v);
json_t *json_key(const struct ts_key *key);
json_t *json_account(const struct ts_account *a);
void print_account(const struct ts_account *a);
/** account_state() - Return: "forbidden", "expired", "trusted", "paid", ... */
const char *account_state(const struct ts_account *a);
/** account_bytes() - sum of a direction over the classes */
uint64_t account_bytes(const struct ts_account *a, int dir);

/** json_counts() - Return: an object of objects with bytes and packets */
json_t *json_counts(const struct ts_count *counts, const char *const *names, size_t n);
/** print_counts() - those that are not 0, on the present line */
void print_counts(const struct ts_count *counts, const char *const *names, size_t n);

/* --- what a mesh counted (mesh_counts.c) --- */

extern const char *const neighbour_count_names[TS_NEIGHBOUR_COUNT];
int mesh_neighbours(struct cmd *c);
int mesh_originators(struct cmd *c);

/* --- the meter (open.c) --- */

/** open_meter() - Return: it, or NULL after saying what is wrong */
struct ts_meter *open_meter(struct cmd *c, bool create);
/**
 * show_list() - what a dump says, as lines or as one JSON array
 * @what: for messages
 * @dump: prints, or appends to the list when there is one; Return: 0 or error
 * Return: exit status.
 */
int show_list(struct cmd *c, const char *what,
	      int (*dump)(struct ts_meter *m, json_t *list));
/** say_error() - print the meter's last error; Return: 1 */
int say_error(struct ts_meter *m, const char *what);

#endif /* TSCTL_CMD_H */
