// SPDX-License-Identifier: GPL-2.0
/*
 * keys_keystore.c - Ethereum keystores: the published ones, there and back, and
 * every way they can be wrong.
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
#include "keys/keystore_json.h"
#include "keys_dir.h"
#include "photon/hex.h"

/* The least there is: the tests derive often. */
static const struct ts_keystore_cost cheap = { 2, 1, 1 };

/* Of the definition of Web3 Secret Storage; the passphrase is testpassword. */
static const char scrypt_vector[] =
"{ \"crypto\": { \"cipher\": \"aes-128-ctr\",\n"
"  \"cipherparams\": { \"iv\": \"83dbcc02d8ccb40e466191a123791e0e\" },\n"
"  \"ciphertext\": \"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c\",\n"
"  \"kdf\": \"scrypt\",\n"
"  \"kdfparams\": { \"dklen\": 32, \"n\": 262144, \"r\": 1, \"p\": 8,\n"
"    \"salt\": \"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19\" },\n"
"  \"mac\": \"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097\" },\n"
"  \"id\": \"3198bc9c-6672-5ab3-d995-4942343ae5b6\", \"version\": 3 }\n";
static const char pbkdf2_vector[] =
"{ \"crypto\": { \"cipher\": \"aes-128-ctr\",\n"
"  \"cipherparams\": { \"iv\": \"6087dab2f9fdbbfaddc31a909735c1e6\" },\n"
"  \"ciphertext\": \"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46\",\n"
"  \"kdf\": \"pbkdf2\",\n"
"  \"kdfparams\": { \"c\": 262144, \"dklen\": 32, \"prf\": \"hmac-sha256\",\n"
"    \"salt\": \"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd\" },\n"
"  \"mac\": \"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2\" },\n"
"  \"id\": \"3198bc9c-6672-5ab3-d995-4942343ae5b6\", \"version\": 3 }\n";
/* Of open sesame, with a right MAC; in it are 32 bytes of 0. */
static const char zero_vector[] =
"{ \"crypto\": { \"cipher\": \"aes-128-ctr\",\n"
"  \"cipherparams\": { \"iv\": \"11111111111111111111111111111111\" },\n"
"  \"ciphertext\": \"66b7459c86c061e96a660e4b1d4ea65529b43f24a1f350b6b4333b91fb387c21\",\n"
"  \"kdf\": \"scrypt\",\n"
"  \"kdfparams\": { \"dklen\": 32, \"n\": 2, \"r\": 1, \"p\": 1,\n"
"    \"salt\": \"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\" },\n"
"  \"mac\": \"74aae9160c9fcff5a5fba5e8bb9ae3f6ff75e1c377f29d081f2a3ba937a99f7a\" },\n"
"  \"version\": 3 }\n";
#define VECTOR_SECRET "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"

static void create(void)
{
	assert_int_equal(ts_keystore_create(path, key, right, &cheap, &error), 0);
}

static void create_vector(const char *text)
{
	spill(text, strlen(text));
}

/* Loading fails so, says which file, and gives no key. */
static void assert_load(int ret, const char *why)
{
	struct ts_signer *got = NULL;

	error.text[0] = '\0';
	assert_int_equal(ts_keystore_load(path, right, &got, &error), ret);
	assert_null(got);
	assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
	if (!strstr(error.text, why))
		fail_msg("'%s' does not say '%s'", error.text, why);
}

static void assert_vector(const char *text)
{
	struct ts_passphrase *passphrase;
	uint8_t secret[TS_SECRET_BYTES];
	struct ts_signer *got;

	create_vector(text);
	assert_int_equal(ts_passphrase_new("testpassword", 12, &passphrase, &error),
			 0);
	assert_int_equal(ts_keystore_load(path, passphrase, &got, &error), 0);
	assert_int_equal(ts_hex_parse(secret, sizeof(secret), VECTOR_SECRET), 0);
	assert_memory_equal(ts_signer_secret(got), secret, sizeof(secret));
	ts_signer_free(got);
	ts_passphrase_free(passphrase);
	assert_load(-EBADMSG, "wrong passphrase");
}

static void test_scrypt_vector(void **state)
{
	assert_vector(scrypt_vector);
}

static void test_pbkdf2_vector(void **state)
{
	assert_vector(pbkdf2_vector);
}

static void assert_same_key(void)
{
	struct ts_signer *got;

	assert_int_equal(ts_keystore_load(path, right, &got, &error), 0);
	assert_memory_equal(ts_signer_secret(got), ts_signer_secret(key),
			    TS_SECRET_BYTES);
	ts_signer_free(got);
}

static void test_there_and_back(void **state)
{
	char text[4096], hex[2 + 2 * TS_SECRET_BYTES + 1];
	struct stat st;

	create();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(files_in_dir(), 1);
	assert_same_key();
	slurp(text, sizeof(text));
	ts_hex_print(hex, ts_signer_secret(key), TS_SECRET_BYTES);
	assert_null(strstr(text, hex + 2));
	assert_null(strstr(text, "sesame"));
	assert_null(strstr(text, "0x"));
}

static void test_two_files_differ(void **state)
{
	struct ts_keystore first, second;
	char text[4096];

	create();
	assert_int_equal(ts_keystore_parse(&first, text, slurp(text, sizeof(text)),
					   path, &error), 0);
	assert_int_equal(unlink(path), 0);
	create();
	assert_int_equal(ts_keystore_parse(&second, text, slurp(text, sizeof(text)),
					   path, &error), 0);
	assert_memory_not_equal(first.salt, second.salt, first.salt_len);
	assert_memory_not_equal(first.iv, second.iv, sizeof(first.iv));
	assert_memory_not_equal(first.ciphertext, second.ciphertext,
				sizeof(first.ciphertext));
	assert_memory_equal(&first.address, &second.address,
			    sizeof(first.address));
}

static void test_never_overwrites(void **state)
{
	create();
	assert_int_equal(ts_keystore_create(path, key, right, &cheap, &error),
			 -EEXIST);
	assert_non_null(strstr(error.text, "exists already"));
	assert_same_key();
	assert_int_equal(files_in_dir(), 1);
}

static void test_truncated(void **state)
{
	char text[4096];
	size_t len, cut;

	create();
	len = slurp(text, sizeof(text));
	/* All but the last newline. */
	for (cut = 0; cut + 1 < len; cut++) {
		spill(text, cut);
		assert_load(-EINVAL, "not an Ethereum keystore");
	}
}

/*
 * Any character changed: the key comes out as it was or not at all.  Of the
 * random id, and where the address is not one any more, it does.
 */
static void test_tampered(void **state)
{
	unsigned int same = 0;
	char text[4096];
	size_t len, i;

	create();
	len = slurp(text, sizeof(text));
	for (i = 0; i < len; i++) {
		struct ts_signer *got = NULL;
		char was = text[i];

		if (was == ' ' || was == '\n')
			continue;
		text[i] = was == '0' ? '1' : '0';
		spill(text, len);
		if (!ts_keystore_load(path, right, &got, &error)) {
			assert_memory_equal(ts_signer_secret(got),
					    ts_signer_secret(key),
					    TS_SECRET_BYTES);
			same++;
		} else {
			assert_null(got);
		}
		ts_signer_free(got);
		text[i] = was;
	}
	assert_int_equal(same, strlen("address") + strlen("id") + 36);
}

/* A file cannot make us spend memory or time without end. */
static void test_hostile_cost(void **state)
{
	static const struct {
		const char *params, *why;
	} hostile[] = {
		{ "\"n\": 0, \"r\": 1, \"p\": 1", "n, r or p" },
		{ "\"n\": 1, \"r\": 1, \"p\": 1", "n, r or p" },
		{ "\"n\": 3, \"r\": 1, \"p\": 1", "n, r or p" },
		{ "\"n\": -2, \"r\": 1, \"p\": 1", "n, r or p" },
		{ "\"n\": -9223372036854775808, \"r\": 1, \"p\": 1", "n, r or p" },
		{ "\"n\": 2, \"r\": 0, \"p\": 1", "n, r or p" },
		{ "\"n\": 2, \"r\": 1, \"p\": 0", "n, r or p" },
		{ "\"n\": 2, \"r\": -1, \"p\": -1", "n, r or p" },
		{ "\"n\": 16777216, \"r\": 1, \"p\": 1", "N * r * p" },
		{ "\"n\": 4611686018427387904, \"r\": 8, \"p\": 8", "N * r * p" },
		{ "\"n\": 2, \"r\": 4294967297, \"p\": 1", "N * r * p" },
		{ "\"n\": 2, \"r\": 9223372036854775807, \"p\": 2", "N * r * p" },
		{ "\"n\": 2, \"r\": 1, \"p\": 9223372036854775807", "N * r * p" },
		{ "\"n\": 262144, \"r\": 8, \"p\": 5", "N * r * p" },
		{ "\"n\": 262144, \"r\": 33, \"p\": 1", "N * r * p" },
		{ "\"n\": 2.0, \"r\": 1, \"p\": 1", "not an Ethereum keystore" },
		{ "\"n\": 99999999999999999999, \"r\": 1, \"p\": 1",
		  "not an Ethereum keystore" },
	};
	size_t i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		create_vector(scrypt_vector);
		replace("\"n\": 262144, \"r\": 1, \"p\": 8", hostile[i].params);
		assert_load(-EINVAL, hostile[i].why);
	}
}

static void test_hostile_rounds(void **state)
{
	static const char * const hostile[] = {
		"\"c\": 0", "\"c\": -1", "\"c\": 8388609", "\"c\": 4294967297",
		"\"c\": 9223372036854775807", "\"c\": true", "\"c\": \"262144\"",
	};
	size_t i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		create_vector(pbkdf2_vector);
		replace("\"c\": 262144", hostile[i]);
		assert_load(-EINVAL, "");
	}
}

/* The dearest that is still opened, without paying for it. */
static void test_dearest(void **state)
{
	struct ts_keystore k;
	char text[4096];

	create_vector(scrypt_vector);
	replace("\"r\": 1, \"p\": 8", "\"r\": 16, \"p\": 2");
	assert_int_equal(ts_keystore_parse(&k, text, slurp(text, sizeof(text)),
					   path, &error), 0);
	assert_int_equal(k.cost.n * k.cost.r * k.cost.p, TS_KEYSTORE_WORK_MAX);
	create_vector(pbkdf2_vector);
	replace("\"c\": 262144", "\"c\": 8388608");
	assert_int_equal(ts_keystore_parse(&k, text, slurp(text, sizeof(text)),
					   path, &error), 0);
	assert_int_equal(k.rounds, TS_KEYSTORE_WORK_MAX);
}

static void test_unknown(void **state)
{
	static const struct {
		const char *what, *by, *why;
	} others[] = {
		{ "\"version\": 3", "\"version\": 1", "only version 3" },
		{ "\"version\": 3", "\"version\": 4", "only version 3" },
		{ "\"scrypt\"", "\"argon2id\"", "only scrypt and pbkdf2" },
		{ "\"scrypt\"", "\"\\u001b[2J\"", "only scrypt and pbkdf2" },
		{ "\"aes-128-ctr\"", "\"aes-128-cbc\"", "only aes-128-ctr" },
		{ "\"aes-128-ctr\"", "\"\"", "only aes-128-ctr" },
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		create_vector(scrypt_vector);
		replace(others[i].what, others[i].by);
		assert_load(-EPROTONOSUPPORT, others[i].why);
	}
	create_vector(pbkdf2_vector);
	replace("hmac-sha256", "hmac-sha512");
	assert_load(-EPROTONOSUPPORT, "only hmac-sha256");
}

/* Missing, odd, doubled, or more than there should be. */
static void test_damaged(void **state)
{
	static const char * const damages[][2] = {
		{ "\"version\": 3", "\"version\": \"3\"" },
		{ "\"version\": 3", "\"edition\": 3" },
		{ "\"version\": 3", "\"version\": 3, \"version\": 3" },
		{ "\"version\": 3", "\"version\": 3, \"Crypto\": {}" },
		{ "\"version\": 3", "\"version\": 3, \"address\": 7" },
		{ "\"version\": 3", "\"version\": 3, \"address\": \"0x12\"" },
		{ "\"id\": \"", "\"id\": [], \"x\": \"" },
		{ "\"crypto\"", "\"krypto\"" },
		{ "\"crypto\": {", "\"crypto\": [], \"x\": {" },
		{ "\"dklen\": 32", "\"dklen\": 31" },
		{ "\"dklen\": 32", "\"dklen\": 64" },
		{ "\"dklen\": 32, ", "" },
		{ "\"dklen\": 32", "\"dklen\": 32, \"c\": 1" },
		{ "\"kdf\":", "\"more\": 1, \"kdf\":" },
		{ "\"iv\": \"83", "\"more\": 1, \"iv\": \"83" },
		{ "\"iv\": \"83", "\"iv\": \"" },
		{ "\"iv\": \"83", "\"iv\": \"8383" },
		{ "\"iv\": \"83", "\"iv\": \"0x" },
		{ "\"iv\": \"83", "\"iv\": \"g3" },
		{ "\"ciphertext\": \"d1", "\"ciphertext\": \"" },
		{ "\"ciphertext\": \"d1", "\"ciphertext\": \"d1d1" },
		{ "\"mac\": \"21", "\"mac\": \"" },
		{ "\"mac\": \"2103", "\"mac\": \"\\u0000103" },
		{ "\"mac\": \"21", "\"mac\": null, \"x\": \"" },
		{ "\"salt\": \"ab", "\"salt\": \"a" },
		{ "\"salt\": \"ab", "\"salt\": \"0x" },
	};
	size_t i;

	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		create_vector(scrypt_vector);
		replace(damages[i][0], damages[i][1]);
		assert_load(-EINVAL, "not an Ethereum keystore");
	}
}

/* No salt, and one that is longer than there is room for. */
static void test_salt_length(void **state)
{
	char by[160] = "\"salt\": \"";

	create_vector(scrypt_vector);
	replace("\"salt\": \"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19\"",
		"\"salt\": \"\"");
	assert_load(-EINVAL, "salt");
	memset(by + strlen(by), 'a', 66);
	create_vector(scrypt_vector);
	replace("\"salt\": \"", by);
	assert_load(-EINVAL, "salt");
}

static void test_other_texts(void **state)
{
	static const char * const others[] = {
		"", "{}", "[]", "null", "3", "\xff\xfe", "{\"version\": 3}",
		"{\"version\": 3, \"crypto\": null}",
		"{\"version\": 3, \"crypto\": {}}",
		"{\"version\": 3, \"crypto\": {\"cipher\": \"aes-128-ctr\"}}",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		create_vector(others[i]);
		assert_load(-EINVAL, "not an Ethereum keystore");
	}
}

/* What is quoted of a file does not reach the terminal as it is. */
static void test_no_control_characters(void **state)
{
	create_vector(scrypt_vector);
	replace("\"dklen\": 32", "\"dklen\": 32, \"\\u001b[2J\\n\\u007f\": 1");
	assert_load(-EINVAL, "?[2J??");
	assert_null(strpbrk(error.text, "\x1b\n\x7f"));
}

/* What other programs write otherwise than we do. */
static void test_of_others(void **state)
{
	char address[TS_ADDRESS_TEXT_SIZE], with[64], by[80];

	create();
	ts_address_print(ts_signer_address(key), address);
	replace("\"crypto\"", "\"Crypto\"");
	replace("\"version\": 3", "\"x-ethers\": {\"client\": \"x\"}, \"version\": 3");
	assert_same_key();
	snprintf(by, sizeof(by), "\"address\": \"%s\", \"was\": \"", address);
	replace("\"address\": \"", by);
	assert_same_key();
	snprintf(with, sizeof(with), "\"%s\"", address);
	replace(with, "\"0x0000000000000000000000000000000000000001\"");
	assert_load(-EBADMSG, "not of the address");
	assert_int_equal(chmod(path, 0644), 0);
	replace("0x0000000000000000000000000000000000000001", address);
	assert_same_key();
}

/* The MAC of this one is right, but 0 is no private key. */
static void test_no_key_in_it(void **state)
{
	create_vector(zero_vector);
	assert_load(-EINVAL, "no private key");
}

static void test_the_other_kind(void **state)
{
	const struct ts_keyfile_cost cost = { 1, 8192 };
	struct ts_signer *got = NULL;

	create();
	assert_int_equal(ts_keyfile_load(path, right, &got, &error), -EINVAL);
	assert_non_null(strstr(error.text, "tsctl key import"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ts_keyfile_create(path, key, right, &cost, &error), 0);
	assert_load(-EINVAL, "key file of TokenSwitch already");
}

static void test_no_file(void **state)
{
	assert_load(-ENOENT, "No such file");
	/* A fifo that nobody writes to does not hang us. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_load(-EINVAL, "not a file");
}

static void test_cost_by_memory(void **state)
{
	const uint64_t mib = 1024 * 1024;
	struct ts_keystore_cost cost;

	cost = ts_keystore_cost_for(4096 * mib);
	assert_int_equal(cost.n, 262144);
	assert_int_equal(cost.r * cost.p, 8);
	cost = ts_keystore_cost_for(1024 * mib);
	assert_int_equal(cost.n, 4096);
	assert_int_equal(cost.r * cost.p, 48);
	cost = ts_keystore_cost_for(0);
	assert_int_equal(cost.n, 4096);
}

/* Once with the cost of this machine, as people get it. */
static void test_default_cost(void **state)
{
	assert_int_equal(ts_keystore_create(path, key, right, NULL, &error), 0);
	assert_same_key();
}

#define keystore_test(f) cmocka_unit_test_setup_teardown(f, keys_set_up, keys_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		keystore_test(test_scrypt_vector),
		keystore_test(test_pbkdf2_vector),
		keystore_test(test_there_and_back),
		keystore_test(test_two_files_differ),
		keystore_test(test_never_overwrites),
		keystore_test(test_truncated),
		keystore_test(test_tampered),
		keystore_test(test_hostile_cost),
		keystore_test(test_hostile_rounds),
		keystore_test(test_dearest),
		keystore_test(test_unknown),
		keystore_test(test_damaged),
		keystore_test(test_salt_length),
		keystore_test(test_other_texts),
		keystore_test(test_no_control_characters),
		keystore_test(test_of_others),
		keystore_test(test_no_key_in_it),
		keystore_test(test_the_other_kind),
		keystore_test(test_no_file),
		keystore_test(test_cost_by_memory),
		keystore_test(test_default_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
