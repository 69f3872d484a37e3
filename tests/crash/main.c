// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - crash DIRECTORY TSD SHIM TEST [NUMBER...], in the router's network
 * namespace; crash DIRECTORY setup makes the key and tsd.conf first.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"
#include "keys/keyfile.h"

static void write_text(const char *dir, const char *name, mode_t mode, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fchmod(fileno(f), mode) || fclose(f))
		die("%s: %s", path, strerror(errno));
}

/* As cheap to open as the format allows: thousands of starts. */
static void make_key(const char *dir, const char *file, const char *name,
		     const struct ts_passphrase *passphrase)
{
	struct ts_keyfile_cost cost = {
		.opslimit = crypto_pwhash_argon2id_OPSLIMIT_MIN,
		.memlimit_bytes = crypto_pwhash_argon2id_MEMLIMIT_MIN,
	};
	struct ts_signer *key = payer_key(name);
	struct ts_keys_error error;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (ts_keyfile_create(path, key, passphrase, &cost, &error))
		die("%s", error.text);
	ts_signer_free(key);
}

/* The box's key, and the shopper's for tspay. */
static void make_keys(const char *dir)
{
	struct ts_passphrase *passphrase;
	struct ts_keys_error error;
	char path[256];

	write_text(dir, "passphrase", 0600, "correct horse battery staple\n");
	snprintf(path, sizeof(path), "%s/passphrase", dir);
	if (ts_passphrase_read_file(path, &passphrase, &error))
		die("%s", error.text);
	make_key(dir, "key", "box", passphrase);
	make_key(dir, "shopper.key", "shopper", passphrase);
	ts_passphrase_free(passphrase);
}

static const char conf[] =
"run_dir = \"%s/run\";\n"
"state_dir = \"%s/state\";\n"
"log = { level = \"debug\"; };\n"
"key = { file = \"%s/key\"; passphrase_file = \"%s/passphrase\"; };\n"
"chain = { id = 20180430;\n"
"	tokens_network = \"0x08b7d79ec4ebd53e5b89c7c062cc64bb09d063e3\";\n"
"	tokens = ( { address = \"0x5f6a5f0f3c4b9d0e7f7b0c6d1e2a3b4c5d6e7f80\";\n"
"		symbol = \"SMT\"; decimals = 18; } ); };\n"
"channels = (\n"
"	{ partner = \"%s\"; open_block_number = 7; partner_deposit = \"1000000\";\n"
"		our_deposit = \"1000\"; },\n"
"	{ partner = \"%s\"; open_block_number = 7; partner_deposit = \"1000000\";\n"
"		our_deposit = \"1000\"; });\n"
"listen = { http = [ \"10.66.1.1:2050\" ]; photon = \"10.66.1.1:40001\"; };\n"
/* It sends by the clock, and the sends are counted. */
"discovery = { mdns = false; };\n"
"meter = { driver = \"bpf\"; };\n"
"ports = ( { pattern = \"p0\"; }, { pattern = \"p1\"; } );\n"
"rules = ( \"local 10.66.1.0/24\", \"local 10.66.3.0/24\" );\n"
"tariffs = ( { id = 1; local = { up = \"0\"; down = \"0\"; };\n"
"	internet = { up = \"1\"; down = \"1\"; }; } );\n"
"money = { slice_seconds = %s; slice_min_bytes = %s; reservation_slices = 2;\n"
"	loss_bearer = \"%s\"; };\n"
"shares = (\n"
"	{ name = \"witness\"; address = \"%s\"; per_mille = 333; pays = \"photon\"; },\n"
"	{ name = \"cold\"; address = \"0x00000000000000000000000000000000000c01d0\";\n"
"		per_mille = 250; pays = \"cold\"; } );\n"
"payout = { every_hours = 0; at_least = \"0\"; };\n"
"limits = { photon_per_source = 100000; photon_burst = 100000; };\n";

static int setup(const char *dir)
{
	char text[sizeof(conf) + 1000], wallet[2][TS_ADDRESS_TEXT_SIZE], sub[256];
	static const char *const names[] = { "witness", "shopper" };
	struct ts_signer *key;
	int i;

	for (i = 0; i < 2; i++) {
		key = payer_key(names[i]);
		ts_address_print(ts_signer_address(key), wallet[i]);
		ts_signer_free(key);
	}
	make_keys(dir);
	snprintf(sub, sizeof(sub), "%s/run", dir);
	mkdir(sub, 0700);
	snprintf(sub, sizeof(sub), "%s/state", dir);
	mkdir(sub, 0700);
	snprintf(text, sizeof(text), conf, dir, dir, dir, dir, wallet[0], wallet[1],
		 getenv("TS_SLICE_SECONDS") ?: "10", getenv("TS_SLICE_BYTES") ?: "40000",
		 getenv("TS_LOSS_BEARER") ?: "payer", wallet[0]);
	write_text(dir, "tsd.conf", 0600, text);
	return 0;
}

static const struct life shopping = { .play = play_shop };
static const struct life given = { .play = play_given, .audit = audit_given };

static unsigned int number(char **argv, int i, int argc, unsigned int def)
{
	return i < argc ? (unsigned int)strtoul(argv[i], NULL, 10) : def;
}

int main(int argc, char **argv)
{
	static struct play p;

	if (sodium_init() < 0)
		die("libsodium does not start");
	if (argc == 3 && !strcmp(argv[2], "setup"))
		return setup(argv[1]);
	if (argc < 5)
		die("usage: crash DIRECTORY setup | crash DIRECTORY TSD SHIM TEST [NUMBER...]");
	p.box = (struct box){ .dir = argv[1], .tsd = argv[2], .shim = argv[3] };
	net_open();
	traffic_open();
	payer_open(&p.payers[WITNESS], argv[1], "witness", AT_WITNESS);
	payer_open(&p.payers[SHOPPER], argv[1], "shopper", AT_SHOPPER);
	p.audit = (struct audit){ .dir = argv[1], .payers = p.payers, .n_payers = 2 };
	if (!strcmp(argv[4], "sweep"))
		return test_sweep(&p, &shopping, number(argv, 5, argc, 120));
	if (!strcmp(argv[4], "given"))
		return test_sweep(&p, &given, number(argv, 5, argc, 60));
	if (!strcmp(argv[4], "random"))
		return test_random(&p, number(argv, 5, argc, 200), number(argv, 6, argc, 120));
	if (!strcmp(argv[4], "hostile"))
		return test_hostile(&p);
	if (!strcmp(argv[4], "disk"))
		return test_disk(&p);
	if (!strcmp(argv[4], "power"))
		return test_power(&p, number(argv, 5, argc, 30));
	if (!strcmp(argv[4], "tspay"))
		return test_tspay(&p);
	die("no test %s", argv[4]);
}
