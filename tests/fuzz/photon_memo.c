// SPDX-License-Identifier: GPL-2.0
/*
 * photon_memo.c - any bytes: no memo, or one that prints to the same bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "photon/memo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TS_MEMO_SIZE];
	struct ts_memo memo;

	if (!ts_memo_parse(&memo, data, size))
		return 0;
	if (!ts_code_valid(memo.code))
		abort();
	if (ts_memo_print(&memo, text) != size || memcmp(text, data, size))
		abort();
	return 0;
}
