// SPDX-License-Identifier: GPL-2.0
/* key.c - "tspay key ...": the wallet's key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/keyfile.h"
#include "keys/keyverb.h"
#include "tspay/key.h"

/*
 * ~/.config/tspay may not be there yet, and in a new home not even ~/.config; what is
 * wrong with it the write says.
 */
static void make_directory(const char *file)
{
	char *copy = strdup(file), *slash = copy;

	while (slash && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(copy, 0700);
		*slash = '/';
	}
	free(copy);
}

int key_run(const struct options *o)
{
	const struct ts_keyverb k = {
		.file = o->key_file, .passphrase = o->passphrase,
		.keystore = o->keystore,
		.keystore_passphrase = o->keystore_passphrase,
	};
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_keys_error error;
	struct ts_address address;
	int ret;

	if (o->key_verb == KEY_NEW || o->key_verb == KEY_IMPORT)
		make_directory(o->key_file);
	if (o->key_verb == KEY_NEW)
		ret = ts_keyverb_new(&k, &address, &error);
	else if (o->key_verb == KEY_IMPORT)
		ret = ts_keyverb_import(&k, &address, &error);
	else if (o->key_verb == KEY_EXPORT)
		ret = ts_keyverb_export(&k, &address, &error);
	else
		ret = ts_keyfile_address(k.file, &address, &error);
	if (ret) {
		fprintf(stderr, "tspay: %s\n", error.text);
		return 1;
	}
	puts(ts_address_print(&address, text));
	return 0;
}
