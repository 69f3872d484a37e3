// SPDX-License-Identifier: GPL-2.0
/* secret.c - the password of the admin page and the token of /metrics, on disk. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/secret.h"
#include "keys/keyfile.h"
#include "keys/newfile.h"
#include "keys/oldfile.h"

#define MIB		(1024ull * 1024)
#define DIGEST_BYTES	32

/*
 * A login is tried by hand and a few times; it may take half a second of a router, but
 * not all of its memory while packets need it.
 */
#define PASSES		3
#define MEMORY_MIN	(8 * MIB)
#define MEMORY_MAX	(64 * MIB)

/* A value behind its word; the line is ended. */
static int take_line(struct ts_admin_secret *s, const char *line)
{
	if (!strncmp(line, "password ", 9) && strlen(line + 9) < sizeof(s->password)) {
		strcpy(s->password, line + 9);
		return 0;
	}
	if (!strncmp(line, "token ", 6) && strlen(line + 6) == sizeof(s->token) - 1) {
		strcpy(s->token, line + 6);
		return 0;
	}
	return -EINVAL;
}

/**
 * ts_admin_secret_load() - read the file
 * @path: of it
 * @secret: set; empty on failure
 * @error: what is wrong
 *
 * Return: 0, -ENOENT: there is none, or another negative errno.
 */
int ts_admin_secret_load(const char *path, struct ts_admin_secret *secret,
			 struct ts_keys_error *error)
{
	char text[512], *line, *rest = NULL;
	size_t len;
	int ret;

	memset(secret, 0, sizeof(*secret));
	ret = ts_oldfile_read(path, true, text, sizeof(text) - 1, &len, error);
	if (ret)
		return ret;
	text[len] = '\0';
	for (line = strtok_r(text, "\n", &rest); line && !ret;
	     line = strtok_r(NULL, "\n", &rest))
		ret = take_line(secret, line);
	sodium_memzero(text, sizeof(text));
	if (!ret)
		return 0;
	memset(secret, 0, sizeof(*secret));
	return ts_keys_fail(error, EINVAL,
			    "%s: is spoilt; remove it and run \"tsctl admin passwd\"", path);
}

/**
 * ts_admin_secret_save() - write the file, whole or not at all
 * @path: of it
 * @secret: what it holds
 * @error: what is wrong
 *
 * Return: 0 or negative errno.
 */
int ts_admin_secret_save(const char *path, const struct ts_admin_secret *secret,
			 struct ts_keys_error *error)
{
	char text[512], next[PATH_MAX];
	int len = 0, ret;

	if ((size_t)snprintf(next, sizeof(next), "%s.new", path) >= sizeof(next))
		return ts_keys_fail(error, ENAMETOOLONG, "%s: this name is too long", path);
	if (*secret->password)
		len += snprintf(text, sizeof(text), "password %s\n", secret->password);
	if (*secret->token)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "token %s\n",
				secret->token);
	/* What somebody was killed over. */
	unlink(next);
	ret = ts_newfile_write(next, text, (size_t)len, error);
	sodium_memzero(text, sizeof(text));
	if (ret)
		return ret;
	if (!rename(next, path))
		return 0;
	ret = errno;
	unlink(next);
	return ts_keys_fail(error, ret, "%s: cannot be written: %s", path, strerror(ret));
}

/**
 * ts_admin_secret_password() - another password
 * @secret: changed
 * @password: the new one
 * @error: what is wrong
 *
 * Return: 0, -EINVAL: too short, or -ENOMEM.
 */
int ts_admin_secret_password(struct ts_admin_secret *secret,
			     const struct ts_passphrase *password,
			     struct ts_keys_error *error)
{
	uint64_t memory_bytes = ts_keyfile_memory_bytes() / 32;

	if (password->len < TS_ADMIN_PASSWORD_MIN)
		return ts_keys_fail(error, EINVAL,
				    "a password that is shorter than %d characters can be guessed; take a longer one",
				    TS_ADMIN_PASSWORD_MIN);
	if (memory_bytes > MEMORY_MAX)
		memory_bytes = MEMORY_MAX;
	if (memory_bytes < MEMORY_MIN)
		memory_bytes = MEMORY_MIN;
	if (crypto_pwhash_str(secret->password, password->text, password->len, PASSES,
			      (size_t)memory_bytes))
		return ts_keys_fail(error, ENOMEM, "%llu MiB of memory are needed; free some",
				    (unsigned long long)(memory_bytes / MIB));
	return 0;
}

/**
 * ts_admin_secret_is_password() - is that the password?  Takes its time
 * @secret: the file
 * @text: what was typed
 * @len: of it
 *
 * Return: it is; never, where none is set.
 */
bool ts_admin_secret_is_password(const struct ts_admin_secret *secret, const char *text,
				 size_t len)
{
	return *secret->password && !crypto_pwhash_str_verify(secret->password, text, len);
}

static void digest_of(const char *text, char digest[TS_ADMIN_TOKEN_SIZE])
{
	unsigned char bytes[DIGEST_BYTES];

	crypto_generichash(bytes, sizeof(bytes), (const unsigned char *)text, strlen(text),
			   NULL, 0);
	sodium_bin2hex(digest, TS_ADMIN_TOKEN_SIZE, bytes, sizeof(bytes));
}

/**
 * ts_admin_secret_token() - another token
 * @secret: changed
 * @text: set to the token, which is known from here alone
 */
void ts_admin_secret_token(struct ts_admin_secret *secret, char text[TS_ADMIN_TOKEN_SIZE])
{
	unsigned char bytes[DIGEST_BYTES];

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(text, TS_ADMIN_TOKEN_SIZE, bytes, sizeof(bytes));
	sodium_memzero(bytes, sizeof(bytes));
	digest_of(text, secret->token);
}

/** ts_admin_secret_is_token() - is that the token?  In the same time, whatever it is */
bool ts_admin_secret_is_token(const struct ts_admin_secret *secret, const char *text)
{
	char digest[TS_ADMIN_TOKEN_SIZE];

	digest_of(text, digest);
	return *secret->token && !sodium_memcmp(digest, secret->token, sizeof(digest));
}
