// SPDX-License-Identifier: GPL-2.0
/*
 * keystore_json.c - the text of an Ethereum keystore, to and from its numbers.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "keys/keystore_json.h"
#include "photon/hex.h"

#define CIPHER_NAME	"aes-128-ctr"
#define SCRYPT_NAME	"scrypt"
#define PBKDF2_NAME	"pbkdf2"
#define PRF_NAME	"hmac-sha256"
#define DERIVED_BYTES	32
#define HEX_SIZE(bytes)	(2 + 2 * (bytes) + 1)
#define UUID_SIZE	37

static int damaged(const char *name, const char *what,
		   struct ts_keys_error *error)
{
	return ts_keys_fail(error, EINVAL,
			    "%s: not an Ethereum keystore, or a damaged one (%s); take it from a backup, or save it anew where it comes from",
			    name, what);
}

static int unknown(const char *name, const char *what, const char *known,
		   struct ts_keys_error *error)
{
	return ts_keys_fail(error, EPROTONOSUPPORT,
			    "%s: %s is not known here, only %s; open the file with the program that made it and save it so",
			    name, what, known);
}

/* Exactly @len bytes; without the 0x that is usual elsewhere. */
static int parse_hex(uint8_t *out, size_t len, const char *text)
{
	char prefixed[HEX_SIZE(TS_KEYSTORE_SALT_MAX_BYTES)];

	if (strlen(text) != 2 * len || len > TS_KEYSTORE_SALT_MAX_BYTES)
		return -EINVAL;
	snprintf(prefixed, sizeof(prefixed), "0x%s", text);
	return ts_hex_parse(out, len, prefixed);
}

static int parse_salt(struct ts_keystore *k, const char *text)
{
	k->salt_len = strlen(text) / 2;
	if (!k->salt_len)
		return -EINVAL;
	return parse_hex(k->salt, k->salt_len, text);
}

static int too_costly(const char *name, struct ts_keys_error *error)
{
	return ts_keys_fail(error, EINVAL,
			    "%s: opening it would cost too much time or memory (N * r * p, or c, above %llu); a program that does so makes no usual keystore, save the key with the usual cost",
			    name, (unsigned long long)TS_KEYSTORE_WORK_MAX);
}

static int parse_scrypt(struct ts_keystore *k, json_t *params, const char *name,
			struct ts_keys_error *error)
{
	json_int_t dklen, n, r, p;
	json_error_t why;
	const char *salt;

	if (json_unpack_ex(params, &why, JSON_STRICT,
			   "{s:I, s:I, s:I, s:I, s:s}", "dklen", &dklen,
			   "n", &n, "r", &r, "p", &p, "salt", &salt))
		return damaged(name, why.text, error);
	if (dklen != DERIVED_BYTES)
		return damaged(name, "dklen is not 32", error);
	if (n < 2 || n & (n - 1) || r < 1 || p < 1)
		return damaged(name, "n, r or p", error);
	if ((uint64_t)n > TS_KEYSTORE_WORK_MAX ||
	    (uint64_t)r > TS_KEYSTORE_WORK_MAX / (uint64_t)n ||
	    (uint64_t)p > TS_KEYSTORE_WORK_MAX / (uint64_t)n / (uint64_t)r)
		return too_costly(name, error);
	k->kdf = TS_KDF_SCRYPT;
	k->cost.n = (uint64_t)n;
	k->cost.r = (uint32_t)r;
	k->cost.p = (uint32_t)p;
	return parse_salt(k, salt) ? damaged(name, "salt", error) : 0;
}

static int parse_pbkdf2(struct ts_keystore *k, json_t *params, const char *name,
			struct ts_keys_error *error)
{
	const char *prf, *salt;
	json_int_t dklen, c;
	json_error_t why;

	if (json_unpack_ex(params, &why, JSON_STRICT,
			   "{s:I, s:I, s:s, s:s}", "dklen", &dklen, "c", &c,
			   "prf", &prf, "salt", &salt))
		return damaged(name, why.text, error);
	if (strcmp(prf, PRF_NAME))
		return unknown(name, "its prf", PRF_NAME, error);
	if (dklen != DERIVED_BYTES)
		return damaged(name, "dklen is not 32", error);
	if (c < 1)
		return damaged(name, "c", error);
	if ((uint64_t)c > TS_KEYSTORE_WORK_MAX)
		return too_costly(name, error);
	k->kdf = TS_KDF_PBKDF2;
	k->rounds = (uint64_t)c;
	return parse_salt(k, salt) ? damaged(name, "salt", error) : 0;
}

static int parse_crypto(struct ts_keystore *k, json_t *crypto, const char *name,
			struct ts_keys_error *error)
{
	const char *cipher, *kdf, *iv, *ciphertext, *mac;
	json_error_t why;
	json_t *params;

	/* First what the rest is by, so that it is named and not only odd. */
	if (json_unpack_ex(crypto, &why, 0, "{s:s, s:s}", "cipher", &cipher,
			   "kdf", &kdf))
		return damaged(name, why.text, error);
	if (strcmp(cipher, CIPHER_NAME))
		return unknown(name, "its cipher", CIPHER_NAME, error);
	if (strcmp(kdf, SCRYPT_NAME) && strcmp(kdf, PBKDF2_NAME))
		return unknown(name, "its kdf", SCRYPT_NAME " and " PBKDF2_NAME,
			       error);
	if (json_unpack_ex(crypto, &why, JSON_STRICT,
			   "{s:s, s:{s:s}, s:s, s:s, s:o, s:s}",
			   "cipher", &cipher, "cipherparams", "iv", &iv,
			   "ciphertext", &ciphertext, "kdf", &kdf,
			   "kdfparams", &params, "mac", &mac))
		return damaged(name, why.text, error);
	if (parse_hex(k->iv, sizeof(k->iv), iv))
		return damaged(name, "iv", error);
	if (parse_hex(k->ciphertext, sizeof(k->ciphertext), ciphertext))
		return damaged(name, "ciphertext", error);
	if (parse_hex(k->mac.b, sizeof(k->mac.b), mac))
		return damaged(name, "mac", error);
	if (!strcmp(kdf, SCRYPT_NAME))
		return parse_scrypt(k, params, name, error);
	return parse_pbkdf2(k, params, name, error);
}

static int parse_version(json_t *json, const char *name,
			 struct ts_keys_error *error)
{
	const json_t *version = json_object_get(json, "version");

	if (!json_is_integer(version))
		return damaged(name, "no version", error);
	if (json_integer_value(version) == TS_KEYSTORE_VERSION)
		return 0;
	if (json_is_object(json_object_get(json, "cipher")))
		return ts_keys_fail(error, EINVAL,
				    "%s: this is a key file of TokenSwitch already; use it as it is",
				    name);
	return unknown(name, "its version of the keystore", "version 3", error);
}

static int parse_object(struct ts_keystore *k, json_t *json, const char *name,
			struct ts_keys_error *error)
{
	/* Some programs write it with a capital. */
	json_t *crypto = json_object_get(json, "crypto"),
	       *capital = json_object_get(json, "Crypto");
	const char *address = NULL, *id = NULL;
	json_error_t why;
	int ret;

	ret = parse_version(json, name, error);
	if (ret)
		return ret;
	if (!crypto == !capital)
		return damaged(name, "crypto is missing, or there twice", error);
	/* What others add beside these is theirs and says nothing of the key. */
	if (json_unpack_ex(json, &why, 0, "{s?:s, s?:s}", "address", &address,
			   "id", &id))
		return damaged(name, why.text, error);
	if (address && !strncmp(address, "0x", 2))
		address += 2;
	k->has_address = address;
	if (address && parse_hex(k->address.b, sizeof(k->address.b), address))
		return damaged(name, "address", error);
	return parse_crypto(k, crypto ? crypto : capital, name, error);
}

/**
 * ts_keystore_parse() - read the text of a keystore
 * @k: where it goes
 * @text: the text, no NUL needed
 * @len: how many bytes
 * @name: of the file, for @error
 * @error: what is wrong, on failure
 *
 * Return: 0, -EPROTONOSUPPORT for another version, kdf or cipher, or -EINVAL.
 */
int ts_keystore_parse(struct ts_keystore *k, const char *text, size_t len,
		      const char *name, struct ts_keys_error *error)
{
	json_error_t why;
	json_t *json;
	int ret;

	memset(k, 0, sizeof(*k));
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		return damaged(name, why.text, error);
	ret = parse_object(k, json, name, error);
	json_decref(json);
	return ret;
}

static void print_id(char text[UUID_SIZE], const uint8_t id[TS_KEYSTORE_ID_BYTES])
{
	char hex[HEX_SIZE(TS_KEYSTORE_ID_BYTES)];

	ts_hex_print(hex, id, TS_KEYSTORE_ID_BYTES);
	snprintf(text, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex + 2, hex + 10,
		 hex + 14, hex + 18, hex + 22);
}

/**
 * ts_keystore_print() - write the text of a keystore
 * @k: the keystore, with scrypt
 * @text: where it goes, no NUL after it
 * @size: room in @text
 *
 * Return: how many bytes, 0 if it does not fit or there is no memory.
 */
size_t ts_keystore_print(const struct ts_keystore *k, char *text, size_t size)
{
	char address[TS_ADDRESS_TEXT_SIZE], iv[HEX_SIZE(TS_KEYSTORE_IV_BYTES)];
	char ciphertext[HEX_SIZE(TS_SECRET_BYTES)], mac[TS_HASH_TEXT_SIZE];
	char salt[HEX_SIZE(TS_KEYSTORE_SALT_MAX_BYTES)], id[UUID_SIZE];
	json_t *json;
	size_t len;

	print_id(id, k->id);
	ts_hex_print(address, k->address.b, sizeof(k->address.b));
	ts_hex_print(iv, k->iv, sizeof(k->iv));
	ts_hex_print(ciphertext, k->ciphertext, sizeof(k->ciphertext));
	ts_hex_print(salt, k->salt, k->salt_len);
	ts_hash_print(&k->mac, mac);
	/* + 2: the format knows no 0x. */
	json = json_pack("{s:s, s:{s:s, s:{s:s}, s:s, s:s, s:{s:i, s:I, s:i, s:i, s:s}, s:s}, s:s, s:i}",
			 "address", address + 2,
			 "crypto", "cipher", CIPHER_NAME,
			 "cipherparams", "iv", iv + 2,
			 "ciphertext", ciphertext + 2, "kdf", SCRYPT_NAME,
			 "kdfparams", "dklen", DERIVED_BYTES,
			 "n", (json_int_t)k->cost.n, "r", (int)k->cost.r,
			 "p", (int)k->cost.p, "salt", salt + 2,
			 "mac", mac + 2,
			 "id", id, "version", TS_KEYSTORE_VERSION);
	len = json ? json_dumpb(json, text, size, JSON_INDENT(2)) : 0;
	json_decref(json);
	if (!len || len >= size)
		return 0;
	text[len++] = '\n';
	return len;
}
