// SPDX-License-Identifier: GPL-2.0
/*
 * keyverb.c - what "tsctl key" and "tspay key" do.
 */
#include <errno.h>

#include "keys/keyfile.h"
#include "keys/keystore.h"
#include "keys/keyverb.h"

#define ASK_FILE	"Passphrase of the key file: "
#define ASK_KEYSTORE	"Passphrase of the keystore: "

/**
 * ts_keyverb_new() - make a key
 * @words: @file and @passphrase of it
 * @address: the key's, on success
 * @error: what is wrong, on failure
 *
 * Return: 0 or a negative errno.
 */
int ts_keyverb_new(const struct ts_keyverb *words, struct ts_address *address,
		   struct ts_keys_error *error)
{
	struct ts_passphrase *passphrase = NULL;
	struct ts_signer *key = ts_signer_generate();
	int ret;

	if (!key)
		return ts_keys_fail(error, ENOMEM, "out of memory");
	ret = ts_passphrase_from(words->passphrase, ASK_FILE, true, &passphrase,
				 error);
	if (!ret)
		ret = ts_keyfile_create(words->file, key, passphrase, NULL, error);
	if (!ret)
		*address = *ts_signer_address(key);
	ts_passphrase_free(passphrase);
	ts_signer_free(key);
	return ret;
}

/**
 * ts_keyverb_import() - make a key file of a keystore
 * @words: all of them
 * @address: the key's, on success
 * @error: what is wrong, on failure
 *
 * Return: 0 or a negative errno; then there is no key file.
 */
int ts_keyverb_import(const struct ts_keyverb *words, struct ts_address *address,
		      struct ts_keys_error *error)
{
	struct ts_passphrase *theirs = NULL, *ours = NULL;
	struct ts_signer *key = NULL;
	int ret;

	/* One that opens the keystore was not mistyped: not asked for twice. */
	ret = ts_passphrase_from(words->keystore_passphrase ?
				 words->keystore_passphrase : words->passphrase,
				 ASK_KEYSTORE, false, &theirs, error);
	if (!ret)
		ret = ts_keystore_load(words->keystore, theirs, &key, error);
	if (!ret && words->keystore_passphrase)
		ret = ts_passphrase_from(words->passphrase, ASK_FILE, true, &ours,
					 error);
	if (!ret)
		ret = ts_keyfile_create(words->file, key, ours ? ours : theirs,
					NULL, error);
	if (!ret)
		*address = *ts_signer_address(key);
	ts_passphrase_free(theirs);
	ts_passphrase_free(ours);
	ts_signer_free(key);
	return ret;
}

/**
 * ts_keyverb_export() - make a keystore of a key file
 * @words: all of them
 * @address: the key's, on success
 * @error: what is wrong, on failure
 *
 * Return: 0 or a negative errno; then there is no keystore.
 */
int ts_keyverb_export(const struct ts_keyverb *words, struct ts_address *address,
		      struct ts_keys_error *error)
{
	struct ts_passphrase *theirs = NULL, *ours = NULL;
	struct ts_signer *key = NULL;
	int ret;

	ret = ts_passphrase_from(words->passphrase, ASK_FILE, false, &ours, error);
	if (!ret)
		ret = ts_keyfile_load(words->file, ours, &key, error);
	if (!ret && words->keystore_passphrase)
		ret = ts_passphrase_from(words->keystore_passphrase, ASK_KEYSTORE,
					 true, &theirs, error);
	if (!ret)
		ret = ts_keystore_create(words->keystore, key,
					 theirs ? theirs : ours, NULL, error);
	if (!ret)
		*address = *ts_signer_address(key);
	ts_passphrase_free(theirs);
	ts_passphrase_free(ours);
	ts_signer_free(key);
	return ret;
}
