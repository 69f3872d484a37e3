// SPDX-License-Identifier: GPL-2.0
/*
 * vectors.c - check the codec and all signatures against a vectors file.
 *
 *	vectors FILE		a line for each failing entry, then the sum
 *	vectors --tap FILE	TAP: a line for each section
 *	vectors --mutate FILE	TAP: alter each field of some entries and see that
 *				the entry then fails, so that every field counts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"

#define MUTATED_ENTRIES	3	/* of each section: more cost time and tell nothing new */

static const struct section {
	const char *name;
	void (*check)(struct vector *v);
} sections[] = {
	{ "ack", check_ack },
	{ "announce_disposed", check_announce_disposed },
	{ "announce_disposed_response", check_announce_disposed_response },
	{ "balance_proof_delegate", check_balance_proof_delegate },
	{ "channel_identifier", check_channel_identifier },
	{ "cooperative_settle", check_cooperative_settle },
	{ "direct_transfer", check_direct_transfer },
	{ "keys_and_secrets", check_keys_and_secrets },
	{ "mediated_transfer", check_mediated_transfer },
	{ "merkle", check_merkle },
	{ "ping", check_ping },
	{ "remove_expired_hashlock", check_remove_expired_hashlock },
	{ "reveal_secret", check_reveal_secret },
	{ "secret_request", check_secret_request },
	{ "unlock", check_unlock },
	{ "unlock_delegate_contract_form", check_unlock_delegate },
	{ "varint", check_varint },
	{ "withdraw", check_withdraw },
};

/**
 * struct tally - what has been found
 * @passed: entries
 * @failed: entries, and sections that nothing is known of
 * @line: number of the last TAP line
 * @line_failed: TAP lines that are "not ok"
 * @tap: print TAP rather than plain lines
 */
struct tally {
	unsigned int passed;
	unsigned int failed;
	unsigned int line;
	unsigned int line_failed;
	bool tap;
};

static void count(struct tally *t, const char *section, const char *entry,
		  const char *fault)
{
	if (!*fault) {
		t->passed++;
		return;
	}
	t->failed++;
	printf("%s%s[%s]: %s\n", t->tap ? "# " : "", section, entry, fault);
}

static void tap_line(struct tally *t, bool ok, const char *name)
{
	t->line_failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", ++t->line, name);
}

static void check_entry(const struct section *section, const json_t *entry,
			struct vector *v)
{
	memset(v, 0, sizeof(*v));
	v->at = entry;
	if (json_is_object(entry))
		section->check(v);
	else
		vector_fail(v, "not an object");
}

static void check_section(struct tally *t, const struct section *section,
			  const json_t *entries)
{
	static struct vector v;
	char index[24];
	json_t *entry;
	size_t i;

	if (!json_is_array(entries)) {
		count(t, section->name, "", "not an array");
		return;
	}
	json_array_foreach(entries, i, entry) {
		check_entry(section, entry, &v);
		snprintf(index, sizeof(index), "%zu", i);
		count(t, section->name, index, v.fault);
	}
}

static void check_command_ids(struct tally *t, const json_t *ids)
{
	const char *name;
	json_t *id;

	if (!json_is_object(ids))
		count(t, "command_ids", "", "not an object");
	json_object_foreach((json_t *)ids, name, id) {
		json_int_t value = json_integer_value(id);
		const char *ours = NULL;

		if (json_is_integer(id) && value >= 0 && value <= UINT16_MAX)
			ours = ts_message_name((enum ts_message_id)value);
		count(t, "command_ids", name, ours && !strcmp(ours, name) ?
		      "" : "not the id of this message");
	}
}

static const struct section *find_section(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (!strcmp(sections[i].name, name))
			return &sections[i];
	return NULL;
}

/* Everything in the file is checked or counted as failed, by its own list. */
static void check_file(struct tally *t, json_t *file)
{
	const struct section *section;
	const char *name;
	json_t *entries;

	json_object_foreach(file, name, entries) {
		unsigned int failed = t->failed;

		section = find_section(name);
		if (section)
			check_section(t, section, entries);
		else if (!strcmp(name, "command_ids"))
			check_command_ids(t, entries);
		else
			count(t, name, "", "no such section is known");
		if (t->tap)
			tap_line(t, t->failed == failed, name);
	}
}

/* Another value of the same kind, or NULL where there is none to try. */
static json_t *altered(const json_t *value)
{
	const char *text = json_string_value(value);
	json_t *other;
	size_t len;
	char *copy;

	if (json_is_integer(value))
		return json_integer(json_integer_value(value) + 1);
	if (!text)
		return NULL;
	len = strlen(text);
	if (!len || !strcmp(text, "0x"))
		return json_sprintf("%s%s", text, len ? "00" : "x");
	copy = strdup(text);
	if (!copy)
		abort();
	copy[len - 1] = copy[len - 1] == '0' ? '1' : '0';
	other = json_string(copy);
	free(copy);
	return other;
}

/*
 * Alter each leaf below @part in turn; report those that nobody missed.  The
 * tree is put back as it was.
 */
static void mutate(const struct section *section, const json_t *entry,
		   json_t *part, unsigned int *unnoticed)
{
	static struct vector v;
	const char *name;
	json_t *value;
	void *tmp;
	size_t i;

	if (json_is_array(part)) {
		json_array_foreach(part, i, value)
			mutate(section, entry, value, unnoticed);
		return;
	}
	json_object_foreach_safe(part, tmp, name, value) {
		json_t *other = altered(value);

		if (!other) {
			mutate(section, entry, value, unnoticed);
			continue;
		}
		json_incref(value);
		json_object_set_new(part, name, other);
		check_entry(section, entry, &v);
		json_object_set_new(part, name, value);
		if (*v.fault)
			continue;
		printf("# %s: nobody missed %s\n", section->name, name);
		++*unnoticed;
	}
}

static void mutate_file(struct tally *t, json_t *file)
{
	const char *name;
	json_t *entries;

	json_object_foreach(file, name, entries) {
		const struct section *section = find_section(name);
		unsigned int unnoticed = 0;
		char line[80];
		size_t i;

		if (!section)
			continue;
		for (i = 0; i < MUTATED_ENTRIES; i++) {
			json_t *entry = json_array_get(entries, i);

			mutate(section, entry, entry, &unnoticed);
		}
		snprintf(line, sizeof(line), "%s: every altered field is found",
			 name);
		tap_line(t, !unnoticed, line);
	}
}

int main(int argc, char **argv)
{
	bool mutating = argc == 3 && !strcmp(argv[1], "--mutate");
	bool tap = mutating || (argc == 3 && !strcmp(argv[1], "--tap"));
	struct tally t = { .tap = tap };
	json_error_t error;
	json_t *file;

	if (argc != (tap ? 3 : 2)) {
		fprintf(stderr, "usage: vectors [--tap | --mutate] FILE\n");
		return 2;
	}
	file = json_load_file(argv[argc - 1], JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(file)) {
		fprintf(stderr, "%s: line %d: %s\n", argv[argc - 1],
			error.line, file ? "not an object" : error.text);
		return 2;
	}
	if (mutating)
		mutate_file(&t, file);
	else
		check_file(&t, file);
	json_decref(file);
	if (tap) {
		printf("1..%u\n", t.line);
		return t.line_failed || !t.line;
	}
	printf("%u passed, %u failed\n", t.passed, t.failed);
	return t.failed || !t.passed;
}
