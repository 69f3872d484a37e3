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

static json_t *exchange(int fd, json_t *request)
{
	FILE *f = fdopen(fd, "r+");
	char *line = NULL;
	size_t room = 0;
	json_t *answer = NULL;

	if (!f) {
		close(fd);
		return NULL;
	}
	if (!json_dumpf(request, f, JSON_COMPACT) && fputc('\n', f) != EOF && !fflush(f) &&
	    getline(&line, &room, f) > 0)
		answer = json_loads(line, 0, NULL);
	free(line);
	fclose(f);
	return answer;
}

int daemon_ask(struct cmd *c, json_t *request, json_t **answer)
{
	char path[512];
	json_t *error;
	int fd = dial(c, path, sizeof(path));

	if (fd < 0) {
		json_decref(request);
		if (fd == -ENOENT)
			return fd;
		fprintf(stderr, "tsctl %s: %s: %s\n", c->object, path, strerror(-fd));
		return 1;
	}
	*answer = exchange(fd, request);
	json_decref(request);
	if (!*answer) {
		fprintf(stderr, "tsctl %s: tsd gave no answer on %s; see its log\n", c->object,
			path);
		return 1;
	}
	error = json_object_get(*answer, "error");
	if (!error)
		return 0;
	fprintf(stderr, "tsctl %s: %s\n", c->object,
		json_string_value(json_object_get(*answer, "message")) ?:
		json_string_value(error) ?: "refused");
	json_decref(*answer);
	return 1;
}
