/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keys_dir.h - what the tests of key files share: a directory, a key, two
 * passphrases, and the text of the file under test.
 */
#ifndef TS_TESTS_KEYS_DIR_H
#define TS_TESTS_KEYS_DIR_H

#include <stddef.h>

#include "keys/error.h"
#include "keys/passphrase.h"
#include "photon/sign.h"

/* @path is of the file under test, in @dir. */
extern char dir[64], path[96];
extern struct ts_signer *key;
extern struct ts_passphrase *right, *wrong;
extern struct ts_keys_error error;

int keys_set_up(void **state);
int keys_tear_down(void **state);

unsigned int files_in_dir(void);
size_t slurp(char *text, size_t size);
void spill(const char *text, size_t len);
void replace(const char *what, const char *by);

#endif /* TS_TESTS_KEYS_DIR_H */
