/* SPDX-License-Identifier: GPL-2.0 */
/*
 * passphrase.h - the secret that opens a key file, and where it comes from.
 *
 * Never from the environment or the command line: other processes see both.
 */
#ifndef TS_KEYS_PASSPHRASE_H
#define TS_KEYS_PASSPHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/error.h"

#define TS_PASSPHRASE_MAX_CHARS	1024

/**
 * struct ts_passphrase - a passphrase in locked, guarded memory
 * @len: how many bytes
 * @text: the bytes, no NUL at the end
 */
struct ts_passphrase {
	size_t len;
	char text[TS_PASSPHRASE_MAX_CHARS];
};

int ts_passphrase_new(const char *text, size_t len,
		      struct ts_passphrase **out, struct ts_keys_error *error);
int ts_passphrase_read_file(const char *path, struct ts_passphrase **out,
			    struct ts_keys_error *error);
int ts_passphrase_read_fd(int fd, struct ts_passphrase **out,
			  struct ts_keys_error *error);
int ts_passphrase_prompt(const char *prompt, bool twice,
			 struct ts_passphrase **out,
			 struct ts_keys_error *error);
int ts_passphrase_from(const char *source, const char *prompt, bool twice,
		       struct ts_passphrase **out,
		       struct ts_keys_error *error);
void ts_passphrase_free(struct ts_passphrase *passphrase);

#endif /* TS_KEYS_PASSPHRASE_H */
