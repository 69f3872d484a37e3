// SPDX-License-Identifier: GPL-2.0
/*
 * keystore.c - private keys in the file form of Ethereum's other programs.
 *
 * Half of the derived key is for the cipher, the other half for the MAC, which
 * covers the ciphertext and nothing else: that the address is the key's is
 * therefore checked by the key itself.
 */
#include <errno.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/pbkdf2.h>
#include <sodium.h>

#include "keys/keyfile.h"
#include "keys/keystore.h"
#include "keys/keystore_json.h"
#include "keys/newfile.h"
#include "keys/oldfile.h"

#define MIB		((uint64_t)1024 * 1024)

/**
 * struct derived - what the passphrase was made into
 * @cipher: key of AES-128
 * @mac: what goes before the ciphertext into the MAC
 */
struct derived {
	uint8_t cipher[AES128_KEY_SIZE];
	uint8_t mac[16];
};

/* Small p is the rule, but a file may ask for a large one. */
static uint64_t memory_of(const struct ts_keystore_cost *cost)
{
	return 128 * (cost->n + cost->p) * cost->r;
}

/**
 * ts_keystore_cost_for() - a cost that suits a machine
 * @memory_bytes: how much memory it has in all
 *
 * The two that other programs know as standard (256 MiB) and light (4 MiB).
 *
 * Return: the cost.
 */
struct ts_keystore_cost ts_keystore_cost_for(uint64_t memory_bytes)
{
	static const struct ts_keystore_cost standard = { 262144, 8, 1 };
	static const struct ts_keystore_cost light = { 4096, 8, 6 };

	return memory_of(&standard) <= memory_bytes / 4 ? standard : light;
}

/* Passphrase to derived key: the slow step. */
static int derive(const struct ts_keystore *k, const char *path,
		  const struct ts_passphrase *passphrase, struct derived *d,
		  struct ts_keys_error *error)
{
	uint64_t memory_bytes = ts_keyfile_memory_bytes();
	const struct ts_keystore_cost *cost = &k->cost;
	const uint8_t *text = (const uint8_t *)passphrase->text;

	_Static_assert(sizeof(*d) == 32, "the derived key has 32 bytes");
	if (k->kdf == TS_KDF_PBKDF2) {
		pbkdf2_hmac_sha256(passphrase->len, text, (unsigned int)k->rounds,
				   k->salt_len, k->salt, sizeof(*d),
				   (uint8_t *)d);
		return 0;
	}
	/* The kernel would promise the memory and kill us for using it. */
	if ((!memory_bytes || memory_of(cost) <= memory_bytes / 2) &&
	    !crypto_pwhash_scryptsalsa208sha256_ll(text, passphrase->len,
						   k->salt, k->salt_len,
						   cost->n, cost->r, cost->p,
						   (uint8_t *)d, sizeof(*d)))
		return 0;
	return ts_keys_fail(error, ENOMEM,
			    "%s: this keystore needs %llu MiB of memory, more than is to be had here; open it on a bigger machine and save it there with the light scrypt (N = 4096)",
			    path, (unsigned long long)(memory_of(cost) / MIB));
}

static void make_mac(const struct ts_keystore *k, const struct derived *d,
		     struct ts_hash *mac)
{
	struct ts_keccak keccak;

	ts_keccak_init(&keccak);
	ts_keccak_update(&keccak, d->mac, sizeof(d->mac));
	ts_keccak_update(&keccak, k->ciphertext, sizeof(k->ciphertext));
	ts_keccak_final(&keccak, mac);
	sodium_memzero(&keccak, sizeof(keccak));
}

/* Either way: the counter mode is its own inverse. */
static void crypt_secret(const struct ts_keystore *k, const struct derived *d,
			 uint8_t out[TS_SECRET_BYTES],
			 const uint8_t in[TS_SECRET_BYTES])
{
	uint8_t counter[TS_KEYSTORE_IV_BYTES];
	struct aes128_ctx aes;

	memcpy(counter, k->iv, sizeof(counter));
	aes128_set_encrypt_key(&aes, d->cipher);
	ctr_crypt(&aes, (nettle_cipher_func *)aes128_encrypt, AES_BLOCK_SIZE,
		  counter, TS_SECRET_BYTES, out, in);
	sodium_memzero(&aes, sizeof(aes));
}

static int seal(struct ts_keystore *k, const char *path,
		const struct ts_signer *key,
		const struct ts_passphrase *passphrase,
		struct ts_keys_error *error)
{
	struct derived d;
	int ret;

	k->kdf = TS_KDF_SCRYPT;
	k->address = *ts_signer_address(key);
	k->salt_len = TS_KEYSTORE_SALT_BYTES;
	randombytes_buf(k->salt, k->salt_len);
	randombytes_buf(k->iv, sizeof(k->iv));
	randombytes_buf(k->id, sizeof(k->id));
	/* A random UUID says that it is one. */
	k->id[6] = (k->id[6] & 0x0f) | 0x40;
	k->id[8] = (k->id[8] & 0x3f) | 0x80;
	ret = derive(k, path, passphrase, &d, error);
	if (!ret) {
		crypt_secret(k, &d, k->ciphertext, ts_signer_secret(key));
		make_mac(k, &d, &k->mac);
	}
	sodium_memzero(&d, sizeof(d));
	return ret;
}

static int unseal(const struct ts_keystore *k, const char *path,
		  const struct ts_passphrase *passphrase,
		  struct ts_signer **out, struct ts_keys_error *error)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct derived d;
	struct ts_hash mac;
	int ret;

	ret = derive(k, path, passphrase, &d, error);
	if (ret)
		return ret;
	make_mac(k, &d, &mac);
	if (sodium_memcmp(&mac, &k->mac, sizeof(mac))) {
		sodium_memzero(&d, sizeof(d));
		return ts_keys_fail(error, EBADMSG,
				    "%s: wrong passphrase, or the file was altered; try the passphrase again, else take the file from a backup",
				    path);
	}
	crypt_secret(k, &d, secret, k->ciphertext);
	sodium_memzero(&d, sizeof(d));
	*out = ts_signer_new(secret);
	ret = *out ? 0 : errno;
	sodium_memzero(secret, sizeof(secret));
	if (ret == EINVAL)
		return ts_keys_fail(error, EINVAL,
				    "%s: what is in it is no private key; take the file from a backup",
				    path);
	if (ret)
		return ts_keys_fail(error, ret, "%s: %s", path, strerror(ret));
	return 0;
}

/**
 * ts_keystore_create() - encrypt a key into a new keystore
 * @path: its name; must not exist
 * @key: the key
 * @passphrase: what will open it
 * @cost: of guessing the passphrase, or NULL for what suits this machine
 * @error: what is wrong, on failure
 *
 * Return: 0, -EEXIST if the name is taken, or another negative errno; then
 * there is no file.
 */
int ts_keystore_create(const char *path, const struct ts_signer *key,
		       const struct ts_passphrase *passphrase,
		       const struct ts_keystore_cost *cost,
		       struct ts_keys_error *error)
{
	char text[TS_KEYSTORE_MAX_BYTES];
	struct ts_keystore k = { 0 };
	size_t len;
	int ret;

	if (sodium_init() < 0)
		return ts_keys_fail(error, EIO, "no source of randomness");
	k.cost = cost ? *cost : ts_keystore_cost_for(ts_keyfile_memory_bytes());
	ret = seal(&k, path, key, passphrase, error);
	if (ret)
		return ret;
	len = ts_keystore_print(&k, text, sizeof(text));
	if (!len)
		return ts_keys_fail(error, ENOMEM, "out of memory");
	return ts_newfile_write(path, text, len, error);
}

/**
 * ts_keystore_load() - decrypt the key in a keystore
 * @path: its name
 * @passphrase: what opens it
 * @out: where the key goes, to be freed by ts_signer_free()
 * @error: what is wrong, on failure
 *
 * Others may read it: it comes from elsewhere, and is not what we keep.
 *
 * Return: 0, -EBADMSG if the passphrase is wrong or the file was altered,
 * -EPROTONOSUPPORT if it is of another version, kdf or cipher, -EINVAL if it is
 * no keystore, or another negative errno.
 */
int ts_keystore_load(const char *path, const struct ts_passphrase *passphrase,
		     struct ts_signer **out, struct ts_keys_error *error)
{
	char text[TS_KEYSTORE_MAX_BYTES];
	struct ts_signer *key = NULL;
	struct ts_keystore k;
	size_t len;
	int ret;

	ret = ts_oldfile_read(path, false, text, sizeof(text), &len, error);
	if (!ret)
		ret = ts_keystore_parse(&k, text, len, path, error);
	if (!ret)
		ret = unseal(&k, path, passphrase, &key, error);
	if (ret)
		return ret;
	if (k.has_address && !ts_address_equal(ts_signer_address(key), &k.address)) {
		ts_signer_free(key);
		return ts_keys_fail(error, EBADMSG,
				    "%s: the key in it is not of the address it names; take the file from a backup",
				    path);
	}
	*out = key;
	return 0;
}
