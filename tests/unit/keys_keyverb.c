// SPDX-License-Identifier: GPL-2.0
/*
 * keys_keyverb.c - a key out of a keystore and into one, as the commands do it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/keyfile.h"
#include "keys/keystore.h"
#include "keys/keyverb.h"
#include "keys_dir.h"

static const struct ts_keystore_cost cheap = { 2, 1, 1 };

static char keystore[96], sesame[96], barley[96];
static struct ts_keyverb words;
static struct ts_address address;

/* Passphrase files for right and wrong, and a keystore under right. */
static int set_up(void **state)
{
	if (keys_set_up(state))
		return -1;
	snprintf(keystore, sizeof(keystore), "%s/keystore", dir);
	snprintf(sesame, sizeof(sesame), "file:%s/sesame", dir);
	snprintf(barley, sizeof(barley), "file:%s/barley", dir);
	words = (struct ts_keyverb){ path, sesame, keystore, NULL };
	spill("open sesame\n", 12);
	if (chmod(path, 0600) || rename(path, sesame + 5))
		return -1;
	spill("open barley\n", 12);
	if (chmod(path, 0600) || rename(path, barley + 5))
		return -1;
	return ts_keystore_create(keystore, key, right, &cheap, &error);
}

static void assert_key_file(const struct ts_passphrase *passphrase)
{
	struct ts_signer *got;

	assert_true(ts_address_equal(&address, ts_signer_address(key)));
	assert_int_equal(ts_keyfile_load(path, passphrase, &got, &error), 0);
	assert_memory_equal(ts_signer_secret(got), ts_signer_secret(key),
			    TS_SECRET_BYTES);
	ts_signer_free(got);
}

static void assert_keystore(const struct ts_passphrase *passphrase)
{
	struct ts_signer *got;

	assert_true(ts_address_equal(&address, ts_signer_address(key)));
	assert_int_equal(ts_keystore_load(keystore, passphrase, &got, &error), 0);
	assert_memory_equal(ts_signer_secret(got), ts_signer_secret(key),
			    TS_SECRET_BYTES);
	ts_signer_free(got);
}

static void test_import_and_export(void **state)
{
	assert_int_equal(ts_keyverb_import(&words, &address, &error), 0);
	assert_key_file(right);
	assert_int_equal(unlink(keystore), 0);
	memset(&address, 0, sizeof(address));
	assert_int_equal(ts_keyverb_export(&words, &address, &error), 0);
	assert_keystore(right);
}

/* Each file with a passphrase of its own. */
static void test_two_passphrases(void **state)
{
	words.passphrase = barley;
	words.keystore_passphrase = sesame;
	assert_int_equal(ts_keyverb_import(&words, &address, &error), 0);
	assert_key_file(wrong);
	assert_int_equal(unlink(keystore), 0);
	assert_int_equal(ts_keyverb_export(&words, &address, &error), 0);
	assert_keystore(right);
}

static void test_wrong_passphrase(void **state)
{
	words.passphrase = barley;
	assert_int_equal(ts_keyverb_import(&words, &address, &error), -EBADMSG);
	assert_int_equal(access(path, F_OK), -1);
	words.passphrase = sesame;
	assert_int_equal(ts_keyverb_import(&words, &address, &error), 0);
	assert_int_equal(unlink(keystore), 0);
	words.passphrase = barley;
	assert_int_equal(ts_keyverb_export(&words, &address, &error), -EBADMSG);
	assert_int_equal(access(keystore, F_OK), -1);
}

static void test_never_overwrites(void **state)
{
	assert_int_equal(ts_keyverb_new(&words, &address, &error), 0);
	assert_false(ts_address_equal(&address, ts_signer_address(key)));
	assert_int_equal(ts_keyverb_import(&words, &address, &error), -EEXIST);
	assert_int_equal(ts_keyverb_new(&words, &address, &error), -EEXIST);
	assert_int_equal(ts_keyverb_export(&words, &address, &error), -EEXIST);
	memcpy(&address, ts_signer_address(key), sizeof(address));
	assert_keystore(right);
}

#define verb_test(f) cmocka_unit_test_setup_teardown(f, set_up, keys_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		verb_test(test_import_and_export),
		verb_test(test_two_passphrases),
		verb_test(test_wrong_passphrase),
		verb_test(test_never_overwrites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
