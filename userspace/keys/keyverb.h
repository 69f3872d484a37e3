/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keyverb.h - what "tsctl key" and "tspay key" do.
 */
#ifndef TS_KEYS_KEYVERB_H
#define TS_KEYS_KEYVERB_H

#include "keys/error.h"
#include "photon/sign.h"

/**
 * struct ts_keyverb - the words of the command
 * @file: the key file
 * @passphrase: where that of @file comes from, see ts_passphrase_from()
 * @keystore: an Ethereum keystore, to import from or to export to
 * @keystore_passphrase: where that of @keystore comes from; NULL: both files
 *	have the same one, which is asked for once
 */
struct ts_keyverb {
	const char *file;
	const char *passphrase;
	const char *keystore;
	const char *keystore_passphrase;
};

int ts_keyverb_new(const struct ts_keyverb *words, struct ts_address *address,
		   struct ts_keys_error *error);
int ts_keyverb_import(const struct ts_keyverb *words, struct ts_address *address,
		      struct ts_keys_error *error);
int ts_keyverb_export(const struct ts_keyverb *words, struct ts_address *address,
		      struct ts_keys_error *error);

#endif /* TS_KEYS_KEYVERB_H */
