// SPDX-License-Identifier: GPL-2.0
/* tsctl admin: who may open the operator's page, and read /metrics from elsewhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "admin/secret.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

/* Where tsd looks for it. */
static char *secret_path(const struct cmd *c)
{
	char *dir = config_text(c, "state_dir", "/var/lib/tokenswitch"), *path = NULL;

	if (dir && asprintf(&path, "%s/" TS_ADMIN_SECRET_FILE, dir) < 0)
		path = NULL;
	free(dir);
	return path;
}

static int fail(const struct ts_keys_error *error)
{
	fprintf(stderr, "tsctl admin: %s\n", error->text);
	return 1;
}

/* What is there, or nothing where there is no file yet. */
static int load(const char *path, struct ts_admin_secret *secret, struct ts_keys_error *error)
{
	int ret = ts_admin_secret_load(path, secret, error);

	return ret == -ENOENT ? 0 : ret;
}

static int set_password(const char *path, const char *source)
{
	struct ts_keys_error error = { "out of memory" };
	struct ts_passphrase *password = NULL;
	struct ts_admin_secret secret;
	int ret = load(path, &secret, &error);

	if (!ret)
		ret = ts_passphrase_from(source, "Password of the admin page: ", true,
					 &password, &error);
	if (!ret)
		ret = ts_admin_secret_password(&secret, password, &error);
	if (!ret)
		ret = ts_admin_secret_save(path, &secret, &error);
	ts_passphrase_free(password);
	sodium_memzero(&secret, sizeof(secret));
	return ret ? fail(&error) : 0;
}

static int make_token(struct cmd *c, const char *path)
{
	struct ts_keys_error error = { "out of memory" };
	char token[TS_ADMIN_TOKEN_SIZE];
	struct ts_admin_secret secret;
	int ret = load(path, &secret, &error);

	if (!ret) {
		ts_admin_secret_token(&secret, token);
		ret = ts_admin_secret_save(path, &secret, &error);
	}
	sodium_memzero(&secret, sizeof(secret));
	if (ret)
		return fail(&error);
	if (c->json)
		return out_json(json_pack("{s:s}", "token", token));
	puts(token);
	return 0;
}

/* @path is freed. */
static int started(char *path)
{
	if (path && sodium_init() >= 0)
		return 1;
	fprintf(stderr, "tsctl admin: %s\n", path ? "libsodium does not start on this machine" :
						    "out of memory");
	free(path);
	return 0;
}

static int admin_passwd(struct cmd *c)
{
	const char *word = cmd_next(c), *source = "prompt";
	char *path;
	int ret;

	if (word && !cmd_is(word, "passphrase"))
		return cmd_unknown(c, word, "passphrase file:PATH|fd:N|prompt");
	if (word)
		source = cmd_value(c, word);
	if (!source || cmd_end(c))
		return 1;
	path = secret_path(c);
	if (!started(path))
		return 1;
	ret = set_password(path, source);
	free(path);
	return ret;
}

static int admin_token(struct cmd *c)
{
	char *path;
	int ret;

	if (cmd_end(c))
		return 1;
	path = secret_path(c);
	if (!started(path))
		return 1;
	ret = make_token(c, path);
	free(path);
	return ret;
}

const struct verb admin_verbs[] = {
	{ "passwd", admin_passwd, "[passphrase file:PATH|fd:N|prompt]",
	  "set the password of the admin page (listen.admin); whoever is logged in is out" },
	{ "token", admin_token, "",
	  "make a token by which other machines read /metrics, in place of the one before;\n"
	  "          it is shown this once" },
	{ 0 },
};
