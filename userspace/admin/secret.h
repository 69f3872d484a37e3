/* SPDX-License-Identifier: GPL-2.0 */
/*
 * secret.h - what lets somebody in: the operator's password, and a token for programs that
 * only read numbers.
 *
 * Neither is in the file, only what it can be compared with: the password by Argon2id, the
 * token, which nobody can guess, by BLAKE2b.  Lines of "WORD VALUE"; root alone reads it.
 */
#ifndef TS_ADMIN_SECRET_H
#define TS_ADMIN_SECRET_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>

#include "keys/error.h"
#include "keys/passphrase.h"

/* In state_dir. */
#define TS_ADMIN_SECRET_FILE	"admin"
#define TS_ADMIN_PASSWORD_MIN	10
/* 32 random bytes in hexadecimal, with the NUL. */
#define TS_ADMIN_TOKEN_SIZE	65

/**
 * struct ts_admin_secret - the file
 * @password: of the page, as crypto_pwhash_str() makes it; empty: none is set
 * @token: of /metrics, its digest in hexadecimal; empty: there is none
 */
struct ts_admin_secret {
	char password[crypto_pwhash_STRBYTES];
	char token[TS_ADMIN_TOKEN_SIZE];
};

int ts_admin_secret_load(const char *path, struct ts_admin_secret *secret,
			 struct ts_keys_error *error);
int ts_admin_secret_save(const char *path, const struct ts_admin_secret *secret,
			 struct ts_keys_error *error);
int ts_admin_secret_password(struct ts_admin_secret *secret,
			     const struct ts_passphrase *password,
			     struct ts_keys_error *error);
bool ts_admin_secret_is_password(const struct ts_admin_secret *secret, const char *text,
				 size_t len);
void ts_admin_secret_token(struct ts_admin_secret *secret, char text[TS_ADMIN_TOKEN_SIZE]);
bool ts_admin_secret_is_token(const struct ts_admin_secret *secret, const char *text);

#endif /* TS_ADMIN_SECRET_H */
