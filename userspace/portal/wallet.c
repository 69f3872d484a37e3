// SPDX-License-Identifier: GPL-2.0
/*
 * wallet.c - the files of the wallet page, as they were built.
 *
 * They are read once, when tsd starts, and all of them are in memory: what is served is
 * one build, whatever becomes of the folder meanwhile, and no request names a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portal/wallet.h"

#define INDEX		"index.html"
/* Each answer has it already. */
#define NOSNIFF		"X-Content-Type-Options"

/* Return: the whole of a file, to be freed, with its length; NULL with errno. */
static void *read_file(const char *dir, const char *name, const char *ending, size_t *len)
{
	char path[4096];
	struct stat st;
	void *bytes = NULL;
	ssize_t n = -1;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s%s", dir, name, ending) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st)) {
		errno = EFBIG;
		if (S_ISREG(st.st_mode) && st.st_size <= TS_WALLET_FILE_MAX_BYTES)
			bytes = malloc((size_t)st.st_size + 1);
	}
	if (bytes)
		n = read(fd, bytes, (size_t)st.st_size);
	close(fd);
	if (bytes && n == st.st_size) {
		*len = (size_t)n;
		return bytes;
	}
	if (bytes)
		errno = EIO;
	free(bytes);
	return NULL;
}

/* Nothing that leads out of the folder, or out of a header. */
static bool is_name(const char *text, size_t size)
{
	size_t len = strlen(text);

	return len && len < size && text[0] != '.' &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_")] == '\0';
}

static bool is_line(const char *text, size_t size)
{
	return *text && strlen(text) < size && !strpbrk(text, "\r\n");
}

static int load_file(struct ts_wallet *w, const char *dir, json_t *from)
{
	struct ts_wallet_file *f = &w->file[w->n_files];
	const char *path, *type;
	json_int_t len, gzip_len;

	if (json_unpack(from, "{s:s, s:s, s:I, s:I}", "path", &path, "type", &type,
			"bytes", &len, "gzip_bytes", &gzip_len) ||
	    w->n_files == TS_WALLET_FILES_MAX || !is_name(path, sizeof(f->path)) ||
	    !is_line(type, sizeof(f->type)))
		return -EINVAL;
	w->n_files++;
	strcpy(f->path, path);
	strcpy(f->type, type);
	f->bytes = read_file(dir, path, "", &f->len);
	if (!f->bytes)
		return -errno;
	f->gzip = read_file(dir, path, ".gz", &f->gzip_len);
	if (!f->gzip)
		return -errno;
	/* Of another build, or not all of it. */
	return f->len == (size_t)len && f->gzip_len == (size_t)gzip_len ? 0 : -ESTALE;
}

static int load_header(struct ts_wallet *w, const char *name, json_t *from)
{
	const char *value = json_string_value(from);

	if (!strcmp(name, NOSNIFF))
		return 0;
	if (!value || w->n_headers == TS_WALLET_HEADERS_MAX ||
	    !is_line(name, sizeof(w->header[0].name)) ||
	    !is_line(value, sizeof(w->header[0].value)))
		return -EINVAL;
	strcpy(w->header[w->n_headers].name, name);
	strcpy(w->header[w->n_headers++].value, value);
	return 0;
}

static int load_all(struct ts_wallet *w, const char *dir, json_t *manifest)
{
	json_t *headers = json_object_get(manifest, "headers"), *value;
	json_t *files = json_object_get(manifest, "files");
	const char *name;
	int ret = 0;
	size_t i;

	if (!json_is_object(headers) || !json_is_array(files))
		return -EINVAL;
	json_object_foreach(headers, name, value)
		if (!ret)
			ret = load_header(w, name, value);
	for (i = 0; i < json_array_size(files) && !ret; i++)
		ret = load_file(w, dir, json_array_get(files, i));
	if (!ret && !ts_wallet_find(w, TS_WALLET_PATH))
		ret = -EINVAL;
	return ret;
}

/**
 * ts_wallet_load() - read what "make wallet" built
 * @w: zeroed; to be freed with ts_wallet_free()
 * @dir: with manifest.json
 * @err: on failure what is wrong, and what to do
 * @err_size: room in @err
 *
 * Return: 0; -EINVAL: the manifest is none; -ESTALE: a file is not as long as it says;
 * or another negative errno.
 */
int ts_wallet_load(struct ts_wallet *w, const char *dir, char *err, size_t err_size)
{
	char path[4096];
	json_t *manifest;
	int ret;

	snprintf(path, sizeof(path), "%s/manifest.json", dir);
	manifest = json_load_file(path, 0, NULL);
	if (!manifest) {
		snprintf(err, err_size, "%s: cannot be read, or is no JSON; it is made by \"make wallet\", where Node.js is, and put in place by \"make install\"",
			 path);
		return -EINVAL;
	}
	ret = load_all(w, dir, manifest);
	json_decref(manifest);
	if (!ret)
		return 0;
	snprintf(err, err_size, "%s: %s; build and install the wallet page again", dir,
		 ret == -ESTALE ? "a file is not that of manifest.json" :
		 ret == -EINVAL ? "manifest.json does not say what it has to" :
		 strerror(-ret));
	ts_wallet_free(w);
	return ret;
}

/** ts_wallet_free() - forget it */
void ts_wallet_free(struct ts_wallet *w)
{
	unsigned int i;

	for (i = 0; i < w->n_files; i++) {
		free(w->file[i].bytes);
		free(w->file[i].gzip);
	}
	memset(w, 0, sizeof(*w));
}

/** ts_wallet_find() - Return: the file at a path of ours, or NULL */
const struct ts_wallet_file *ts_wallet_find(const struct ts_wallet *w, const char *url)
{
	unsigned int i;

	if (strncmp(url, TS_WALLET_PATH, strlen(TS_WALLET_PATH)))
		return NULL;
	url += strlen(TS_WALLET_PATH);
	if (!*url)
		url = INDEX;
	for (i = 0; i < w->n_files; i++)
		if (!strcmp(w->file[i].path, url))
			return &w->file[i];
	return NULL;
}

/**
 * ts_wallet_answer() - a file
 * @w: as long as responses are
 * @file: of it
 * @gzip: who asks takes that
 *
 * Return: the response, or NULL.
 */
struct MHD_Response *ts_wallet_answer(const struct ts_wallet *w,
				      const struct ts_wallet_file *file, bool gzip)
{
	struct MHD_Response *r;
	unsigned int i;

	r = MHD_create_response_from_buffer(gzip ? file->gzip_len : file->len,
					    gzip ? file->gzip : file->bytes,
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return NULL;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, file->type);
	MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (gzip)
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	for (i = 0; i < w->n_headers; i++)
		MHD_add_response_header(r, w->header[i].name, w->header[i].value);
	return r;
}
