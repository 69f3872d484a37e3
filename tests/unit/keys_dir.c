// SPDX-License-Identifier: GPL-2.0
/*
 * keys_dir.c - what the tests of key files share.
 */
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "keys_dir.h"

char dir[64], path[96];
struct ts_signer *key;
struct ts_passphrase *right, *wrong;
struct ts_keys_error error;

static int remove_one(const char *name, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	return remove(name);
}

int keys_set_up(void **state)
{
	strcpy(dir, "/tmp/ts-keys-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/key.json", dir);
	key = ts_signer_generate();
	memset(&error, 0, sizeof(error));
	return ts_passphrase_new("open sesame", 11, &right, &error) ||
	       ts_passphrase_new("open barley", 11, &wrong, &error);
}

int keys_tear_down(void **state)
{
	ts_signer_free(key);
	ts_passphrase_free(right);
	ts_passphrase_free(wrong);
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

unsigned int files_in_dir(void)
{
	struct dirent *entry;
	unsigned int count = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((entry = readdir(d)))
		count += entry->d_name[0] != '.';
	closedir(d);
	return count;
}

size_t slurp(char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, size - 1, f);
	text[len] = '\0';
	fclose(f);
	return len;
}

void spill(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* In the text of the file, once. */
void replace(const char *what, const char *by)
{
	char text[4096], changed[4200];
	char *at;

	slurp(text, sizeof(text));
	at = strstr(text, what);
	assert_non_null(at);
	*at = '\0';
	snprintf(changed, sizeof(changed), "%s%s%s", text, by,
		 at + strlen(what));
	spill(changed, strlen(changed));
}
