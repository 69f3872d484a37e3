// SPDX-License-Identifier: GPL-2.0
/* config_file.c - a file of libconfig, and what is wrong with its syntax. */
#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tsd/config_file.h"

/*
 * libconfig names neither the key that is given twice nor the word that it
 * cannot read: the line itself does.
 */
static void print_line(const char *path, int number, char *out, size_t size)
{
	char *line = NULL, *text;
	FILE *in = fopen(path, "re");
	size_t room = 0;

	out[0] = '\0';
	if (!in)
		return;
	while (number > 0 && getline(&line, &room, in) > 0)
		number--;
	if (!number && line) {
		text = line + strspn(line, " \t");
		text[strcspn(text, "\r\n")] = '\0';
		snprintf(out, size, ": %s", text);
	}
	free(line);
	fclose(in);
}

static void say_syntax(const config_t *file, const char *path, char *err, size_t err_size)
{
	const char *where = config_error_file(file) ?: path;
	const char *what = config_error_text(file) ?: "cannot be read";
	bool syntax = !strcmp(what, "syntax error");
	char line[120];

	print_line(where, config_error_line(file), line, sizeof(line));
	/* A lacking ')' or '}' is noticed at the next word. */
	snprintf(err, err_size, "%s:%d: %s%s%s", where, config_error_line(file), what,
		 syntax ? ", here or on the line before" : "", line);
}

/* What is included is looked for beside the file that includes it. */
static void set_include_dir(config_t *file, const char *path)
{
	char *copy = strdup(path);

	if (copy)
		config_set_include_dir(file, dirname(copy));
	free(copy);
}

static FILE *open_regular(const char *path, char *err, size_t err_size)
{
	FILE *in = fopen(path, "re");
	struct stat st;

	if (!in) {
		snprintf(err, err_size, "%s: %s; start from tsd.conf.example", path,
			 strerror(errno));
		return NULL;
	}
	/* libconfig ends the process when it cannot read. */
	if (!fstat(fileno(in), &st) && !S_ISDIR(st.st_mode))
		return in;
	snprintf(err, err_size, "%s: must be a file", path);
	fclose(in);
	return NULL;
}

/**
 * ts_config_file_read() - read the settings of a file, and of what it includes
 * @file: initialized with config_init(); holds them on success
 * @path: the file
 * @err: on failure "FILE:LINE: what is wrong: the line"
 * @err_size: room in @err
 *
 * Return: 0 or -EINVAL.
 */
int ts_config_file_read(config_t *file, const char *path, char *err, size_t err_size)
{
	FILE *in = open_regular(path, err, err_size);
	int good;

	if (!in)
		return -EINVAL;
	set_include_dir(file, path);
	good = config_read(file, in);
	fclose(in);
	if (good)
		return 0;
	say_syntax(file, path, err, err_size);
	return -EINVAL;
}
