/* SPDX-License-Identifier: GPL-2.0 */
/* wallet.h - the files of the wallet page, as they were built. */
#ifndef TS_PORTAL_WALLET_H
#define TS_PORTAL_WALLET_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/* Where it is served; its page asks for /v1/ beside it. */
#define TS_WALLET_PATH		"/wallet/"
#define TS_WALLET_FILES_MAX	8
#define TS_WALLET_HEADERS_MAX	16
#define TS_WALLET_FILE_MAX_BYTES (512 * 1024)

/**
 * struct ts_wallet_file - one of them
 * @path: behind TS_WALLET_PATH
 * @type: media type
 * @bytes: as it is; owned
 * @len: of @bytes
 * @gzip: the same as gzip; owned
 * @gzip_len: of @gzip
 */
struct ts_wallet_file {
	char path[32];
	char type[64];
	void *bytes;
	size_t len;
	void *gzip;
	size_t gzip_len;
};

/**
 * struct ts_wallet - all of them; zeroed: there is none
 * @file: them
 * @n_files: how many
 * @header: that each is sent with
 * @n_headers: how many
 */
struct ts_wallet {
	struct ts_wallet_file file[TS_WALLET_FILES_MAX];
	unsigned int n_files;
	struct ts_wallet_header {
		char name[64];
		char value[512];
	} header[TS_WALLET_HEADERS_MAX];
	unsigned int n_headers;
};

int ts_wallet_load(struct ts_wallet *w, const char *dir, char *err, size_t err_size);
void ts_wallet_free(struct ts_wallet *w);
const struct ts_wallet_file *ts_wallet_find(const struct ts_wallet *w, const char *url);
struct MHD_Response *ts_wallet_answer(const struct ts_wallet *w,
				      const struct ts_wallet_file *file, bool gzip);

#endif /* TS_PORTAL_WALLET_H */
