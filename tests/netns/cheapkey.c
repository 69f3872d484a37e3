// SPDX-License-Identifier: GPL-2.0
/*
 * cheapkey FILE PASSPHRASE-FILE [SECRET-IN-HEX]: make a key that is quick to open,
 * print its address.
 *
 * As "tsctl key new" and "tspay key new", but for the cost of guessing the
 * passphrase, which an emulated machine pays with 6 s each time.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys/keyfile.h"
#include "photon/form.h"

static int make(char **argv)
{
	const struct ts_keyfile_cost cost = {
		.opslimit = crypto_pwhash_argon2id_OPSLIMIT_MIN,
		.memlimit_bytes = crypto_pwhash_argon2id_MEMLIMIT_MIN,
	};
	uint8_t secret[TS_SECRET_BYTES];
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_passphrase *passphrase;
	struct ts_keys_error error;
	struct ts_signer *key;
	int ret;

	if (ts_passphrase_read_file(argv[2], &passphrase, &error)) {
		fprintf(stderr, "cheapkey: %s\n", error.text);
		return 1;
	}
	if (argv[3] && sodium_hex2bin(secret, sizeof(secret), argv[3], strlen(argv[3]),
				      NULL, NULL, NULL)) {
		fprintf(stderr, "cheapkey: a secret is 64 hexadecimal digits\n");
		return 1;
	}
	do {
		if (!argv[3])
			randombytes_buf(secret, sizeof(secret));
		key = ts_signer_new(secret);
	} while (!key && !argv[3]);
	if (!key) {
		fprintf(stderr, "cheapkey: that secret is no key\n");
		return 1;
	}
	ret = ts_keyfile_create(argv[1], key, passphrase, &cost, &error);
	if (ret)
		fprintf(stderr, "cheapkey: %s\n", error.text);
	else
		puts(ts_address_print(ts_signer_address(key), text));
	ts_signer_free(key);
	ts_passphrase_free(passphrase);
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: cheapkey FILE PASSPHRASE-FILE [SECRET-IN-HEX]\n");
		return 2;
	}
	return sodium_init() < 0 ? 1 : make(argv);
}
