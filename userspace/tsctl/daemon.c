// SPDX-License-Identifier: GPL-2.0
/* daemon.c - asking tsd over its control socket. */
#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "tsctl/daemon.h"

char *config_text(const struct cmd *c, const char *path, const char *def)
{
	const char *text = def;
	config_t config;
	char *copy;

	config_init(&config);
	if (config_read_file(&config, c->config))
		config_lookup_string(&config, path, &text);
	else if (config_error_type(&config) == CONFIG_ERR_PARSE)
		fprintf(stderr, "tsctl: %s:%d: %s; taking %s for %s\n", c->config,
			config_error_line(&config), config_error_text(&config), def, path);
	copy = strdup(text);
	config_destroy(&config);
	return copy;
}

/* Return: a connected socket, or a negative errno. */
static int dial(struct cmd *c, char *path, size_t size)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 30 };
	char *dir = config_text(c, "run_dir", "/run/tokenswitch");
	int fd;

	if (!dir)
		return -ENOMEM;
	snprintf(path, size, "%s/tsd.sock", dir);
	free(dir);
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	close(fd);
	/* A socket that nobody listens on is left over from a daemon that died. */
	return errno == ECONNREFUSED ? -ENOENT : -errno;
}

/* One line out; Return: 0 or EOF. */
static int say(FILE *f, const json_t *request)
{
	return json_dumpf(request, f, JSON_COMPACT) || fputc('\n', f) == EOF ? EOF : fflush(f);
}

/* One line in; Return: a new reference, or NULL when there is none to come. */
static json_t *hear(FILE *f)
{
	json_t *answer = NULL;
	char *line = NULL;
	size_t room = 0;

	if (getline(&line, &room, f) > 0)
		answer = json_loads(line, 0, NULL);
	free(line);
	return answer;
}

static json_t *exchange(int fd, json_t *request)
{
	FILE *f = fdopen(fd, "r+");
	json_t *answer;

	if (!f) {
		close(fd);
		return NULL;
	}
	answer = say(f, request) ? NULL : hear(f);
	fclose(f);
	return answer;
}

/* Return: a connected socket, -ENOENT, or another negative errno, said. */
static int reach(struct cmd *c, char *path, size_t size)
{
	int fd = dial(c, path, size);

	if (fd < 0 && fd != -ENOENT)
		fprintf(stderr, "tsctl %s: %s: %s%s\n", c->object, path, strerror(-fd),
			cmd_rights(fd));
	return fd;
}

/* Says so in tsd's own words. */
static bool refused(const struct cmd *c, const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");

	if (!error)
		return false;
	fprintf(stderr, "tsctl %s: %s\n", c->object,
		json_string_value(json_object_get(answer, "message")) ?:
		json_string_value(error) ?: "refused");
	return true;
}

int daemon_ask(struct cmd *c, json_t *request, json_t **answer)
{
	char path[512];
	int fd = reach(c, path, sizeof(path));

	if (fd < 0) {
		json_decref(request);
		return fd == -ENOENT ? fd : 1;
	}
	*answer = exchange(fd, request);
	json_decref(request);
	if (!*answer) {
		fprintf(stderr, "tsctl %s: tsd gave no answer on %s; see its log\n", c->object,
			path);
		return 1;
	}
	if (!refused(c, *answer))
		return 0;
	json_decref(*answer);
	return 1;
}

int daemon_follow(struct cmd *c, json_t *request, int (*take)(json_t *line, void *arg),
		  void *arg)
{
	const struct timeval forever = { 0 };
	char path[512];
	json_t *line;
	int fd = reach(c, path, sizeof(path)), ended = 0;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+");

	if (!f || say(f, request)) {
		json_decref(request);
		return fd == -ENOENT ? fd : 1;
	}
	json_decref(request);
	/* The answer is awaited for a while, what follows it for ever. */
	line = hear(f);
	ended = !line || refused(c, line);
	json_decref(line);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
	while (!ended && (line = hear(f))) {
		ended = take(line, arg);
		json_decref(line);
	}
	if (!ended)
		fprintf(stderr, "tsctl %s: tsd has ended\n", c->object);
	fclose(f);
	return 1;
}
