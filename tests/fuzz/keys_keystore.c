// SPDX-License-Identifier: GPL-2.0
/*
 * keys_keystore.c - any bytes: refused with a clean sentence, or a keystore that
 * costs no more than it may; what is read of it is the same when written and
 * read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keystore_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void write_again(const struct ts_keystore *k)
{
	struct ts_keys_error error;
	struct ts_keystore again;
	char text[TS_KEYSTORE_MAX_BYTES];
	size_t len = ts_keystore_print(k, text, sizeof(text));

	need(len && !ts_keystore_parse(&again, text, len, "again", &error));
	need(again.kdf == TS_KDF_SCRYPT && again.has_address);
	need(again.cost.n == k->cost.n && again.cost.r == k->cost.r &&
	     again.cost.p == k->cost.p);
	need(again.salt_len == k->salt_len &&
	     !memcmp(again.salt, k->salt, k->salt_len));
	need(!memcmp(again.iv, k->iv, sizeof(k->iv)));
	need(!memcmp(again.ciphertext, k->ciphertext, sizeof(k->ciphertext)));
	need(ts_hash_equal(&again.mac, &k->mac));
	need(ts_address_equal(&again.address, &k->address));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_keys_error error = { "" };
	struct ts_keystore k;
	const char *c;

	if (ts_keystore_parse(&k, (const char *)data, size, "fuzz", &error)) {
		need(error.text[0]);
		for (c = error.text; *c; c++)
			need((unsigned char)*c >= ' ' && *c != 0x7f);
		return 0;
	}
	need(k.salt_len && k.salt_len <= TS_KEYSTORE_SALT_MAX_BYTES);
	if (k.kdf == TS_KDF_PBKDF2) {
		need(k.rounds && k.rounds <= TS_KEYSTORE_WORK_MAX);
		return 0;
	}
	need(k.cost.n >= 2 && !(k.cost.n & (k.cost.n - 1)) && k.cost.r && k.cost.p);
	need((unsigned __int128)k.cost.n * k.cost.r * k.cost.p <=
	     TS_KEYSTORE_WORK_MAX);
	write_again(&k);
	return 0;
}
