// SPDX-License-Identifier: GPL-2.0
/* tsctl key: the operator's key file. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keys/keyfile.h"
#include "keys/keyverb.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

/* Where tsd looks for it. */
static char *default_file(const struct cmd *c)
{
	char *dir = config_text(c, "state_dir", "/var/lib/tokenswitch"), *file = NULL;
	char *named = NULL;

	if (dir && asprintf(&file, "%s/key", dir) > 0)
		named = config_text(c, "key.file", file);
	free(file);
	free(dir);
	return named;
}

static int wrong_word(struct cmd *c, const char *word)
{
	return cmd_unknown(c, word, "file FILE, passphrase file:PATH|fd:N|prompt or, of import and export, v3-passphrase file:PATH|fd:N|prompt");
}

static const char **value_of(struct ts_keyverb *k, const char *word)
{
	if (cmd_is(word, "file"))
		return &k->file;
	if (cmd_is(word, "passphrase"))
		return &k->passphrase;
	if (k->keystore && cmd_is(word, "v3-passphrase"))
		return &k->keystore_passphrase;
	return NULL;
}

/* @file: the default one, in @k if no other is named. */
static bool parse(struct cmd *c, struct ts_keyverb *k, const char *file)
{
	const char *word, *v, **value;

	if (sodium_init() < 0) {
		fprintf(stderr, "tsctl key: libsodium does not start on this machine\n");
		return false;
	}
	k->passphrase = "prompt";
	k->file = file;
	while ((word = cmd_next(c))) {
		value = value_of(k, word);
		if (!value)
			return !wrong_word(c, word);
		v = cmd_value(c, word);
		if (!v)
			return false;
		*value = v;
	}
	return true;
}

static int say_address(struct cmd *c, const struct ts_address *address, const char *file)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	ts_address_print(address, text);
	if (c->json)
		return out_json(json_pack("{s:s,s:s}", "address", text, "file", file));
	puts(text);
	return 0;
}

static int read_address(const struct ts_keyverb *k, struct ts_address *address,
			struct ts_keys_error *error)
{
	return ts_keyfile_address(k->file, address, error);
}

/* Parse, do, and say whose key it is and in which file it is now. */
static int run(struct cmd *c, const char *keystore,
	       int (*verb)(const struct ts_keyverb *k, struct ts_address *address,
			   struct ts_keys_error *error))
{
	struct ts_keyverb k = { .keystore = keystore };
	struct ts_keys_error error = { "out of memory" };
	char *file = default_file(c);
	struct ts_address address;
	int ret = 1;

	if (file && !parse(c, &k, file))
		goto out;
	if (!file || verb(&k, &address, &error))
		fprintf(stderr, "tsctl key: %s\n", error.text);
	else
		ret = say_address(c, &address,
				  verb == ts_keyverb_export ? k.keystore : k.file);
out:
	free(file);
	return ret;
}

static int key_new(struct cmd *c)
{
	return run(c, NULL, ts_keyverb_new);
}

static int key_address(struct cmd *c)
{
	return run(c, NULL, read_address);
}

static int key_import(struct cmd *c)
{
	const char *keystore = cmd_value(c, "import");

	return keystore ? run(c, keystore, ts_keyverb_import) : 1;
}

static int key_export(struct cmd *c)
{
	const char *format = cmd_value(c, "export"), *keystore;

	if (format && strcmp(format, "--v3"))
		return cmd_unknown(c, format, "--v3 FILE: the one format there is to export to");
	keystore = format ? cmd_value(c, format) : NULL;
	return keystore ? run(c, keystore, ts_keyverb_export) : 1;
}

const struct verb key_verbs[] = {
	{ "address", key_address, "[file FILE]", "whose key it is; needs no passphrase" },
	{ "new", key_new, "[file FILE] [passphrase file:PATH|fd:N|prompt]",
	  "make a key, encrypted; an existing file is never overwritten" },
	{ "import", key_import, "KEYSTORE [file FILE] [passphrase SOURCE] [v3-passphrase SOURCE]",
	  "take the key of an Ethereum V3 keystore; by default under its passphrase" },
	{ "export", key_export, "--v3 KEYSTORE [file FILE] [passphrase SOURCE] [v3-passphrase SOURCE]",
	  "write the key as an Ethereum V3 keystore; by default under the same passphrase" },
	{ 0 },
};
