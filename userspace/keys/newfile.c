// SPDX-License-Identifier: GPL-2.0
/*
 * newfile.c - a file that is there whole and on disk, or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/newfile.h"

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t done = write(fd, p, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		len -= (size_t)done;
	}
	return 0;
}

/* close() may be the one to report a failed write (NFS, quotas). */
static int fill(int fd, const void *data, size_t len)
{
	int ret;

	ret = write_all(fd, data, len);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/*
 * Give the file its name unless the name is taken: rename() alone would
 * replace what is there.  File systems that cannot rename so can link.
 */
static int take_name(const char *temp, const char *path)
{
	if (!renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(temp, path))
		return -errno;
	unlink(temp);
	return 0;
}

static int sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, ret = 0;

	strcpy(copy, path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

static int fail(struct ts_keys_error *error, int ret, const char *path)
{
	switch (-ret) {
	case EEXIST:
		return ts_keys_fail(error, EEXIST,
				    "%s: exists already and is not overwritten; choose another name or move it away",
				    path);
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ts_keys_fail(error, -ret,
				    "%s: no room to write it (%s); free some space and try again, nothing was left behind",
				    path, strerror(-ret));
	case ENOENT:
	case ENOTDIR:
		return ts_keys_fail(error, -ret,
				    "%s: its directory does not exist; create it first",
				    path);
	case EACCES:
	case EPERM:
	case EROFS:
		return ts_keys_fail(error, -ret,
				    "%s: cannot be created (%s); run as a user who may write there",
				    path, strerror(-ret));
	default:
		return ts_keys_fail(error, -ret, "%s: cannot be written: %s",
				    path, strerror(-ret));
	}
}

/**
 * ts_newfile_write() - create a file that only its owner may read
 * @path: its name; must not exist
 * @data: what it holds
 * @len: how many bytes
 * @error: what is wrong, on failure
 *
 * Written under another name in the same directory, synced, then renamed, then
 * the directory is synced: a power cut leaves all of it or none of it.  On
 * failure nothing is left behind.
 *
 * Return: 0 or a negative errno, -EEXIST if the name is taken.
 */
int ts_newfile_write(const char *path, const void *data, size_t len,
		     struct ts_keys_error *error)
{
	char temp[PATH_MAX];
	int fd, ret;

	if (strlen(path) + sizeof(".XXXXXX") > sizeof(temp))
		return fail(error, -ENAMETOOLONG, path);
	if (!access(path, F_OK))
		return fail(error, -EEXIST, path);
	strcat(strcpy(temp, path), ".XXXXXX");
	fd = mkostemp(temp, O_CLOEXEC);	/* with mode 0600 */
	if (fd < 0)
		return fail(error, -errno, path);
	ret = fill(fd, data, len);
	if (ret)
		goto remove_temp;
	ret = take_name(temp, path);
	if (ret)
		goto remove_temp;
	ret = sync_directory(path);
	if (ret)
		goto remove_path;
	return 0;

remove_path:
	unlink(path);
	return fail(error, ret, path);
remove_temp:
	unlink(temp);
	return fail(error, ret, path);
}
