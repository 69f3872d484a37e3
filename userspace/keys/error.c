// SPDX-License-Identifier: GPL-2.0
/*
 * error.c - what is wrong with a key file or a passphrase, and what to do.
 */
#include <stdarg.h>
#include <stdio.h>

#include "keys/error.h"

/* Texts quote files: none may send the terminal a control sequence. */
static void disarm(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/**
 * ts_keys_fail() - say what is wrong
 * @error: where the text goes
 * @errno_value: the errno that a program would tell it by, positive
 * @format: as printf's
 *
 * Return: -@errno_value, for "return ts_keys_fail(...)".
 */
int ts_keys_fail(struct ts_keys_error *error, int errno_value,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	disarm(error->text);
	return -errno_value;
}
