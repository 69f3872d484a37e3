// SPDX-License-Identifier: GPL-2.0
/*
 * oldfile.c - a small file that is there, read whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/oldfile.h"

static int check_mode(int fd, const char *path, bool owner_only,
		      struct ts_keys_error *error)
{
	struct stat st;

	if (fstat(fd, &st))
		return ts_keys_fail(error, errno, "%s: %s", path,
				    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ts_keys_fail(error, EINVAL, "%s: not a file", path);
	if (owner_only && st.st_mode & (S_IRWXG | S_IRWXO))
		return ts_keys_fail(error, EACCES,
				    "%s: others than its owner may read or change this key file; chmod 600 it",
				    path);
	return 0;
}

/**
 * ts_oldfile_read() - read a file
 * @path: its name
 * @owner_only: refuse it if others than its owner have access to it
 * @text: where its bytes go, no NUL after them
 * @size: room in @text; what is beyond it is not read
 * @len: how many were read
 * @error: what is wrong, on failure
 *
 * Return: 0, -ENOENT, -EINVAL if it is no file, -EACCES, or another negative
 * errno.
 */
int ts_oldfile_read(const char *path, bool owner_only, char *text, size_t size,
		    size_t *len, struct ts_keys_error *error)
{
	ssize_t got;
	int fd, ret;

	*len = 0;
	/* A fifo in the place of the file must not hang the daemon. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return ts_keys_fail(error, errno, "%s: cannot be opened: %s",
				    path, strerror(errno));
	ret = check_mode(fd, path, owner_only, error);
	if (ret)
		goto close_file;
	got = read(fd, text, size);
	if (got < 0)
		ret = ts_keys_fail(error, errno, "%s: cannot be read: %s",
				   path, strerror(errno));
	else
		*len = (size_t)got;
close_file:
	close(fd);
	return ret;
}
