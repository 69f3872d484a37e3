/* SPDX-License-Identifier: GPL-2.0 */
/*
 * error.h - what is wrong with a key file or a passphrase, and what to do.
 */
#ifndef TS_KEYS_ERROR_H
#define TS_KEYS_ERROR_H

/**
 * struct ts_keys_error - a sentence for the person at the terminal
 * @text: names the file and the remedy; never holds anything secret
 */
struct ts_keys_error {
	char text[512];
};

int ts_keys_fail(struct ts_keys_error *error, int errno_value,
		 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* TS_KEYS_ERROR_H */
