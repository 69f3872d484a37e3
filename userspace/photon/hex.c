// SPDX-License-Identifier: GPL-2.0
/*
 * hex.c - "0x" and hex digits, the text form of bytes.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "photon/hex.h"

/**
 * ts_hex_parse() - read exactly @len bytes
 * @out: where they go; undefined on failure
 * @len: how many bytes the text must hold
 * @text: "0x" and twice as many hex digits of either case
 *
 * Return: 0, or -EINVAL.
 */
int ts_hex_parse(uint8_t *out, size_t len, const char *text)
{
	size_t got;

	if (strncmp(text, "0x", 2) || strlen(text) != 2 + 2 * len)
		return -EINVAL;
	if (sodium_hex2bin(out, len, text + 2, 2 * len, NULL, &got, NULL))
		return -EINVAL;
	return got == len ? 0 : -EINVAL;
}

/**
 * ts_hex_print() - write bytes as text
 * @text: room for 2 + 2 * @len + 1 characters
 * @bytes: the bytes
 * @len: how many
 *
 * Return: @text.
 */
char *ts_hex_print(char *text, const void *bytes, size_t len)
{
	text[0] = '0';
	text[1] = 'x';
	sodium_bin2hex(text + 2, 2 * len + 1, bytes, len);
	return text;
}
