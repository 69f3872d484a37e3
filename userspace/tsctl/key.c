// SPDX-License-Identifier: GPL-2.0
/* tsctl key: the operator's key file. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keys/keyfile.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

/**
 * struct where - words of tsctl key
 * @file: of the key; owned
 * @passphrase: source, see ts_passphrase_from()
 */
struct where {
	char *file;
	const char *passphrase;
};

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

static bool parse(struct cmd *c, struct where *w)
{
	const char *word, *v;

	if (sodium_init() < 0) {
		fprintf(stderr, "tsctl key: libsodium does not start on this machine\n");
		return false;
	}
	w->passphrase = "prompt";
	w->file = default_file(c);
	while (w->file && (word = cmd_next(c))) {
		v = cmd_value(c, word);
		if (!v)
			return false;
		if (cmd_is(word, "passphrase")) {
			w->passphrase = v;
		} else if (cmd_is(word, "file")) {
			free(w->file);
			w->file = strdup(v);
		} else {
			cmd_unknown(c, word, "file FILE or passphrase file:PATH|fd:N|prompt");
			return false;
		}
	}
	return w->file;
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

static int key_new(struct cmd *c)
{
	struct ts_keyfile_cost cost = ts_keyfile_cost_for(ts_keyfile_memory_bytes());
	struct ts_passphrase *passphrase = NULL;
	struct ts_keys_error error = { "out of memory" };
	struct ts_signer *signer = NULL;
	struct where w = { 0 };
	int ret = 1;

	if (!parse(c, &w))
		goto out;
	signer = ts_signer_generate();
	if (!signer || ts_passphrase_from(w.passphrase, true, &passphrase, &error) ||
	    ts_keyfile_create(w.file, signer, passphrase, &cost, &error))
		fprintf(stderr, "tsctl key: %s\n", error.text);
	else
		ret = say_address(c, ts_signer_address(signer), w.file);
out:
	ts_passphrase_free(passphrase);
	ts_signer_free(signer);
	free(w.file);
	return ret;
}

static int key_address(struct cmd *c)
{
	struct ts_keys_error error;
	struct ts_address address;
	struct where w = { 0 };
	int ret = 1;

	if (!parse(c, &w))
		goto out;
	if (ts_keyfile_address(w.file, &address, &error))
		fprintf(stderr, "tsctl key: %s\n", error.text);
	else
		ret = say_address(c, &address, w.file);
out:
	free(w.file);
	return ret;
}

const struct verb key_verbs[] = {
	{ "address", key_address, "[file FILE]", "whose key it is; needs no passphrase" },
	{ "new", key_new, "[file FILE] [passphrase file:PATH|fd:N|prompt]",
	  "make a key, encrypted; an existing file is never overwritten" },
	{ 0 },
};
