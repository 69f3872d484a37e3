// SPDX-License-Identifier: GPL-2.0
/*
 * keyfile.c - a private key on disk, encrypted with a passphrase.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "keys/keyfile.h"
#include "keys/keystore_json.h"
#include "keys/newfile.h"
#include "keys/oldfile.h"
#include "photon/hex.h"

#define VERSION		1
#define KDF_NAME	"argon2id13"
#define CIPHER_NAME	"xchacha20poly1305-ietf"
#define FILE_MAX_BYTES	4096
#define MIB		((uint64_t)1024 * 1024)

#define SALT_BYTES	crypto_pwhash_SALTBYTES
#define NONCE_BYTES	crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define WRAP_BYTES	crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define SEALED_BYTES	(TS_SECRET_BYTES + \
			 crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define HEX_SIZE(bytes)	(2 + 2 * (bytes) + 1)

/*
 * The daemon has two seconds to be back after a crash, so opening a key may
 * take a tenth of that: 3 passes over 64 MiB.  A box with less memory gives a
 * sixteenth of it and makes up in passes what it can.
 */
#define COST_MEMORY_MAX_BYTES	(64 * MIB)
#define COST_MEMORY_MIN_BYTES	(1 * MIB)
#define COST_WORK_BYTES		(192 * MIB)
#define COST_OPS_MIN		3
#define COST_OPS_MAX		16

/* What a file may ask of us before its passphrase is known to be right. */
#define LOAD_OPS_MAX		64
#define LOAD_MEMORY_MAX_BYTES	(4096 * MIB)

/**
 * struct sealed - the contents of a key file
 * @cost: of the passphrase
 * @address: whose key it is
 * @salt: of the passphrase
 * @nonce: of the cipher
 * @ciphertext: the private key and the tag
 */
struct sealed {
	struct ts_keyfile_cost cost;
	struct ts_address address;
	uint8_t salt[SALT_BYTES];
	uint8_t nonce[NONCE_BYTES];
	uint8_t ciphertext[SEALED_BYTES];
};

/**
 * ts_keyfile_cost_for() - a cost that suits a machine
 * @memory_bytes: how much memory it has in all
 *
 * Return: the cost.
 */
struct ts_keyfile_cost ts_keyfile_cost_for(uint64_t memory_bytes)
{
	struct ts_keyfile_cost cost;

	cost.memlimit_bytes = memory_bytes / 16;
	if (cost.memlimit_bytes > COST_MEMORY_MAX_BYTES)
		cost.memlimit_bytes = COST_MEMORY_MAX_BYTES;
	if (cost.memlimit_bytes < COST_MEMORY_MIN_BYTES)
		cost.memlimit_bytes = COST_MEMORY_MIN_BYTES;
	cost.opslimit = COST_WORK_BYTES / cost.memlimit_bytes;
	if (cost.opslimit < COST_OPS_MIN)
		cost.opslimit = COST_OPS_MIN;
	if (cost.opslimit > COST_OPS_MAX)
		cost.opslimit = COST_OPS_MAX;
	return cost;
}

/* How much memory this machine has in all. */
uint64_t ts_keyfile_memory_bytes(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

/* What the tag vouches for beside the key, as one text. */
static size_t print_associated(const struct sealed *s, char *text, size_t size)
{
	char address[TS_ADDRESS_TEXT_SIZE], salt[HEX_SIZE(SALT_BYTES)];

	return (size_t)snprintf(text, size,
				"tokenswitch key %d %s %s %" PRIu64 " %" PRIu64 " %s %s",
				VERSION, ts_address_print(&s->address, address),
				KDF_NAME, s->cost.opslimit,
				s->cost.memlimit_bytes,
				ts_hex_print(salt, s->salt, SALT_BYTES),
				CIPHER_NAME);
}

/* Passphrase to wrapping key: the slow step. */
static int derive(const struct sealed *s, const char *path,
		  const struct ts_passphrase *passphrase,
		  uint8_t wrap[WRAP_BYTES], struct ts_keys_error *error)
{
	if (crypto_pwhash(wrap, WRAP_BYTES, passphrase->text, passphrase->len,
			  s->salt, s->cost.opslimit,
			  (size_t)s->cost.memlimit_bytes,
			  crypto_pwhash_ALG_ARGON2ID13))
		return ts_keys_fail(error, ENOMEM,
				    "%s: this key needs %" PRIu64 " MiB of free memory; free some, or make the file anew on this machine",
				    path, s->cost.memlimit_bytes / MIB);
	return 0;
}

static int seal(struct sealed *s, const char *path, const struct ts_signer *key,
		const struct ts_passphrase *passphrase,
		struct ts_keys_error *error)
{
	uint8_t wrap[WRAP_BYTES];
	char associated[256];
	size_t len;
	int ret;

	s->address = *ts_signer_address(key);
	randombytes_buf(s->salt, sizeof(s->salt));
	randombytes_buf(s->nonce, sizeof(s->nonce));
	ret = derive(s, path, passphrase, wrap, error);
	if (ret)
		return ret;
	len = print_associated(s, associated, sizeof(associated));
	crypto_aead_xchacha20poly1305_ietf_encrypt(s->ciphertext, NULL,
						   ts_signer_secret(key),
						   TS_SECRET_BYTES,
						   (uint8_t *)associated, len,
						   NULL, s->nonce, wrap);
	sodium_memzero(wrap, sizeof(wrap));
	return 0;
}

static int unseal(const struct sealed *s, const char *path,
		  const struct ts_passphrase *passphrase, struct ts_signer **out,
		  struct ts_keys_error *error)
{
	uint8_t wrap[WRAP_BYTES], secret[TS_SECRET_BYTES];
	struct ts_signer *key = NULL;
	char associated[256];
	size_t len;
	int ret;

	ret = derive(s, path, passphrase, wrap, error);
	if (ret)
		return ret;
	len = print_associated(s, associated, sizeof(associated));
	ret = crypto_aead_xchacha20poly1305_ietf_decrypt(secret, NULL, NULL,
							 s->ciphertext,
							 SEALED_BYTES,
							 (uint8_t *)associated,
							 len, s->nonce, wrap);
	sodium_memzero(wrap, sizeof(wrap));
	if (ret)
		return ts_keys_fail(error, EBADMSG,
				    "%s: wrong passphrase, or the file was altered; try the passphrase again, else restore the file from a backup",
				    path);
	key = ts_signer_new(secret);
	ret = key ? 0 : errno;
	sodium_memzero(secret, sizeof(secret));
	if (ret)
		return ts_keys_fail(error, ret, "%s: %s", path, strerror(ret));
	if (!ts_address_equal(ts_signer_address(key), &s->address)) {
		ts_signer_free(key);
		return ts_keys_fail(error, EBADMSG,
				    "%s: the key in it is not of the address it names; restore the file from a backup",
				    path);
	}
	*out = key;
	return 0;
}

static json_t *to_json(const struct sealed *s)
{
	char address[TS_ADDRESS_TEXT_SIZE], salt[HEX_SIZE(SALT_BYTES)];
	char nonce[HEX_SIZE(NONCE_BYTES)], ciphertext[HEX_SIZE(SEALED_BYTES)];

	return json_pack("{s:i, s:s, s:{s:s, s:I, s:I, s:s}, s:{s:s, s:s, s:s}}",
			 "version", VERSION,
			 "address", ts_address_print(&s->address, address),
			 "kdf",
			 "name", KDF_NAME,
			 "opslimit", (json_int_t)s->cost.opslimit,
			 "memlimit_bytes", (json_int_t)s->cost.memlimit_bytes,
			 "salt", ts_hex_print(salt, s->salt, SALT_BYTES),
			 "cipher",
			 "name", CIPHER_NAME,
			 "nonce", ts_hex_print(nonce, s->nonce, NONCE_BYTES),
			 "ciphertext", ts_hex_print(ciphertext, s->ciphertext,
						    SEALED_BYTES));
}

/**
 * ts_keyfile_create() - encrypt a key into a new file
 * @path: its name; must not exist
 * @key: the key
 * @passphrase: what will open it
 * @cost: of guessing the passphrase, or NULL for what suits this machine
 * @error: what is wrong, on failure
 *
 * Return: 0, -EEXIST if the name is taken, or another negative errno; then
 * there is no file.
 */
int ts_keyfile_create(const char *path, const struct ts_signer *key,
		      const struct ts_passphrase *passphrase,
		      const struct ts_keyfile_cost *cost,
		      struct ts_keys_error *error)
{
	char text[FILE_MAX_BYTES];
	struct sealed s;
	json_t *json;
	size_t len;
	int ret;

	s.cost = cost ? *cost : ts_keyfile_cost_for(ts_keyfile_memory_bytes());
	ret = seal(&s, path, key, passphrase, error);
	if (ret)
		return ret;
	json = to_json(&s);
	len = json ? json_dumpb(json, text, sizeof(text) - 1, JSON_INDENT(2)) :
		     0;
	json_decref(json);
	if (!len || len >= sizeof(text))
		return ts_keys_fail(error, ENOMEM, "out of memory");
	text[len++] = '\n';
	return ts_newfile_write(path, text, len, error);
}

static int check_cost(const struct ts_keyfile_cost *cost, const char *path,
		      struct ts_keys_error *error)
{
	uint64_t memory_bytes = ts_keyfile_memory_bytes();

	if (cost->opslimit < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
	    cost->opslimit > LOAD_OPS_MAX ||
	    cost->memlimit_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
	    cost->memlimit_bytes > LOAD_MEMORY_MAX_BYTES)
		return ts_keys_fail(error, EINVAL,
				    "%s: opslimit or memlimit_bytes is out of range; the file is damaged, restore it from a backup",
				    path);
	if (memory_bytes && cost->memlimit_bytes > memory_bytes)
		return ts_keys_fail(error, ENOMEM,
				    "%s: this key needs %" PRIu64 " MiB of memory, this machine has %" PRIu64 "; make the file anew on this machine",
				    path, cost->memlimit_bytes / MIB,
				    memory_bytes / MIB);
	return 0;
}

static int damaged(const char *path, const char *what,
		   struct ts_keys_error *error)
{
	return ts_keys_fail(error, EINVAL,
			    "%s: not a key file, or a damaged one (%s); restore it from a backup",
			    path, what);
}

static int from_json(struct sealed *s, json_t *json, const char *path,
		     struct ts_keys_error *error)
{
	const char *address, *kdf, *salt, *cipher, *nonce, *ciphertext;
	json_int_t opslimit, memlimit;
	json_error_t why;
	int version;

	if (!json_unpack(json, "{s:i}", "version", &version) &&
	    version == TS_KEYSTORE_VERSION)
		return ts_keys_fail(error, EINVAL,
				    "%s: an Ethereum keystore, not a key file; take it over with \"tsctl key import\"",
				    path);
	if (json_unpack_ex(json, &why, JSON_STRICT,
			   "{s:i, s:s, s:{s:s, s:I, s:I, s:s}, s:{s:s, s:s, s:s}}",
			   "version", &version, "address", &address,
			   "kdf", "name", &kdf, "opslimit", &opslimit,
			   "memlimit_bytes", &memlimit, "salt", &salt,
			   "cipher", "name", &cipher, "nonce", &nonce,
			   "ciphertext", &ciphertext))
		return damaged(path, why.text, error);
	if (version != VERSION || strcmp(kdf, KDF_NAME) ||
	    strcmp(cipher, CIPHER_NAME))
		return ts_keys_fail(error, EINVAL,
				    "%s: version %d with %s and %s is not known to this program; use a newer one",
				    path, version, kdf, cipher);
	if (ts_address_parse(&s->address, address))
		return damaged(path, "address", error);
	if (ts_hex_parse(s->salt, SALT_BYTES, salt))
		return damaged(path, "salt", error);
	if (ts_hex_parse(s->nonce, NONCE_BYTES, nonce))
		return damaged(path, "nonce", error);
	if (ts_hex_parse(s->ciphertext, SEALED_BYTES, ciphertext))
		return damaged(path, "ciphertext", error);
	if (opslimit < 0 || memlimit < 0)
		return damaged(path, "opslimit or memlimit_bytes", error);
	s->cost.opslimit = (uint64_t)opslimit;
	s->cost.memlimit_bytes = (uint64_t)memlimit;
	return check_cost(&s->cost, path, error);
}

static int read_sealed(struct sealed *s, const char *path,
		       struct ts_keys_error *error)
{
	char text[FILE_MAX_BYTES];
	json_error_t why;
	json_t *json;
	size_t len;
	int ret;

	ret = ts_oldfile_read(path, true, text, sizeof(text), &len, error);
	if (ret == -ENOENT)
		return ts_keys_fail(error, ENOENT,
				    "%s: there is no such key file; make one with the verb \"key new\"",
				    path);
	if (ret)
		return ret;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		return damaged(path, why.text, error);
	ret = from_json(s, json, path, error);
	json_decref(json);
	return ret;
}

/**
 * ts_keyfile_load() - decrypt the key in a file
 * @path: its name; only its owner may have access to it
 * @passphrase: what opens it
 * @out: where the key goes, to be freed by ts_signer_free()
 * @error: what is wrong, on failure
 *
 * Return: 0, -EBADMSG if the passphrase is wrong or the file was altered,
 * -EINVAL if it is no whole key file, -EACCES if others may read it, or
 * another negative errno.
 */
int ts_keyfile_load(const char *path, const struct ts_passphrase *passphrase,
		    struct ts_signer **out, struct ts_keys_error *error)
{
	struct sealed s;
	int ret;

	if (sodium_init() < 0)
		return ts_keys_fail(error, EIO, "no source of randomness");
	ret = read_sealed(&s, path, error);
	if (ret)
		return ret;
	return unseal(&s, path, passphrase, out, error);
}

/**
 * ts_keyfile_address() - whose key a file holds, without opening it
 * @path: its name
 * @address: where the address goes
 * @error: what is wrong, on failure
 *
 * Only what the file says: it is vouched for when the key is loaded.
 *
 * Return: 0 or a negative errno.
 */
int ts_keyfile_address(const char *path, struct ts_address *address,
		       struct ts_keys_error *error)
{
	struct sealed s;
	int ret;

	ret = read_sealed(&s, path, error);
	if (!ret)
		*address = s.address;
	return ret;
}
