// SPDX-License-Identifier: GPL-2.0
/* tsd.conf: what is read from a good one, and what is said of every bad one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_text.h"
#include "tsd/config_chain.h"

static void test_good(void **state)
{
	char err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c = config_load(config_good, err);

	assert_string_equal(err, "");
	assert_non_null(c);
	assert_string_equal(c->name, "box");
	assert_string_equal(c->ledger, "/var/lib/tokenswitch/ledger.db");
	assert_string_equal(c->passphrase_file, "/etc/pass");
	assert_int_equal(c->n_http, 2);
	assert_int_equal(ts_endpoint_port(&c->photon), 40001);
	assert_int_equal(c->mark_mask, 0xf0000000);
	assert_string_equal(c->driver, "bpf");
	assert_int_equal(c->n_ports, 2);
	assert_int_equal(c->ports[0].direction, TS_DIRECTION_BOTH);
	assert_int_equal(c->ports[0].mark_mask, 0xf0000000);
	assert_int_equal(c->ports[0].zone, 0);
	assert_int_equal(c->ports[1].direction, TS_DIRECTION_UP);
	assert_int_equal(c->ports[1].meter, TS_METER_TC);
	assert_int_not_equal(c->ports[1].zone, 0);
	assert_int_equal(c->n_rules, 2);
	assert_true(c->gate && c->gate_unsolicited);
	assert_int_equal(c->billing.n_tariffs, 1);
	assert_int_equal(c->billing.default_tariff_id, 3);
	assert_string_equal(c->billing.tariffs[0].wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP],
			    "50000000000000000");
	assert_int_equal(c->billing.slice_s, 5);
	assert_int_equal(c->billing.loss_bearer, TS_LOSS_OPERATOR);
	assert_true(c->billing.tokens[0].min_deposit_wei == (ts_u128)1500000000000000000);
	assert_true(c->billing.forward);
	assert_true(c->billing.tokens[0].forward_fee_wei == (ts_u128)500000000000000000);
	assert_int_equal(c->n_channels, 1);
	assert_true(c->channels[0].channel.partner_deposit_wei ==
		    (ts_u128)2500000000000000000);
	assert_string_equal(c->chain.rpc, "http://127.0.0.1:8545");
	assert_int_equal(c->chain.confirmations, 20);
	assert_int_equal(c->chain.poll_s, 5);
	assert_true(c->chain.gas_price_max_wei == (ts_u128)40500000000);
	assert_true(c->chain.gas_reserve_wei == (ts_u128)100000000000000000);
	assert_int_equal(c->chain.token_kind[0], TS_TOKEN_SMT);
	assert_true(c->chain.coin_price_wei[0] == (ts_u128)1000000000000000000);
	assert_int_equal(c->limits.photon_per_source, 9);
	assert_int_equal(c->limits.http_per_source, 16);
	assert_int_equal(c->limits.mdns_peers, 256);
	assert_true(c->discovery.mdns);
	assert_int_equal(c->discovery.interval_s, 2);
	assert_int_equal(c->discovery.expire_s, 20);
	assert_int_equal(c->discovery.n_interfaces, 0);
	assert_int_equal(c->n_peers, 2);
	assert_int_equal(c->peers[0].place.family, AF_INET);
	assert_memory_equal(c->peers[0].place.ip, "\x0a\0\0\x09", 4);
	assert_int_equal(c->peers[1].place.family, AF_INET6);
	assert_int_equal(c->peers[1].place.port, 40002);
	assert_int_equal(c->n_mirrors, 1);
	assert_string_equal(c->mirrors[0].url, "http://10.0.0.8:80");
	assert_int_equal(c->mirrors[0].address.b[0], 0x33);
	assert_int_equal(c->mirror_s, 7);
	assert_int_equal(c->n_mirror_for, 2);
	assert_int_equal(c->mirror_for[1].b[0], 0x55);
	assert_int_equal(c->billing.n_shares, 2);
	assert_string_equal(c->billing.shares[0].name, "anna");
	assert_int_equal(c->billing.shares[1].per_mille, 700);
	assert_false(c->billing.shares[0].cold);
	assert_true(c->billing.shares[1].cold);
	assert_int_equal(c->billing.shares[1].address.b[19], 0x88);
	assert_int_equal(c->billing.payout_every_s, 86400);
	assert_int_equal(c->billing.allowance_bytes, 5000000);
	assert_int_equal(c->billing.allowance_stations, 7);
	assert_int_equal(c->billing.n_stations, 2);
	assert_int_equal(c->billing.stations[0].access, TS_ACCESS_TRUSTED);
	assert_int_equal(c->billing.stations[1].access, TS_ACCESS_BLOCKED);
	assert_int_equal(c->billing.stations[1].mac[5], 0x0b);
	assert_true(c->billing.tokens[0].payout_least_wei == 250000000000000000ull);
	assert_int_equal(c->billing.n_community, 1);
	assert_int_equal(c->billing.community[0].b[0], 0x66);
	assert_string_equal(c->community[0].url, "http://10.0.0.9:80");
	assert_string_equal(c->mesh.device, "bat0");
	assert_int_equal(ts_endpoint_port(&c->mesh.listen), 40002);
	assert_int_equal(c->mesh.payer_rule, TS_PAYER_SENDER);
	assert_int_equal(c->mesh.gateway, TS_GATEWAY_AUTO);
	assert_true(c->mesh.asked_wei_per_gb[TS_SERVICE_RELAY][TS_DIR_DOWN] ==
		    (ts_u128)350000000000000000);
	assert_true(c->mesh.asked_wei_per_gb[TS_SERVICE_EXIT][TS_DIR_DOWN] == 0);
	/* Whoever says nothing of exits pays for them what he pays for relays. */
	assert_true(c->mesh.most_wei_per_gb[TS_SERVICE_EXIT][TS_DIR_UP] ==
		    (ts_u128)1250000000000000000);
	assert_true(c->mesh.window_box_wei == (ts_u128)1450000000000000000);
	assert_int_equal(c->mesh.pay_bytes, 1000000);
	assert_int_equal(c->mesh.low_bytes, 8000000);
	assert_int_equal(c->mesh.interval_s, 60);
	ts_config_free(c);
}

/* M3: what cannot be claimed for less than it is worth is no credit. */
static void test_gas_deposit(void **state)
{
	struct ts_config_chain chain = {
		.gas_price_min_wei = (ts_u128)18000000000,
		.coin_price_wei = { (ts_u128)2500000000000000000 },
	};
	char *text = strdup(config_good), *at, err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c;
	ts_u128 wei;

	assert_int_equal(ts_config_gas_deposit(&chain, 0, &wei), 0);
	assert_true(wei == (ts_u128)99000000000000000);
	chain.coin_price_wei[0] = TS_U128_MAX / 1000;
	assert_int_equal(ts_config_gas_deposit(&chain, 0, &wei), -ERANGE);
	assert_non_null(text);
	at = strstr(text, "confirmations = 20;");
	assert_non_null(at);
	memcpy(at, "coin_price = \"40\"; ", strlen("confirmations = 20;"));
	c = config_load(text, err);
	assert_string_equal(err, "");
	assert_true(c->billing.tokens[0].min_deposit_wei == (ts_u128)1584000000000000000);
	ts_config_free(c);
	free(text);
}

/* In the good file @from becomes @to; then the error is on @line and says so. */
static const struct {
	const char *from;
	const char *to;
	int line;
	const char *says;
} bad[] = {
	{ "name = \"box\"", "nmae = \"box\"", 1, "nmae: unknown key; known here: name, run_dir" },
	/* The whole list, to its last word. */
	{ "name = \"box\"", "nmae = \"box\"", 1, "allowance, limits, mesh" },
	{ "slice_seconds = 5", "slice_secs = 5", 12, "loss_bearer, forward, forward_fee" },
	{ "window_box = ", "window_bx = ", 21, "overhead_bytes, low_bytes" },
	{ "name = \"box\"", "name = 5", 1, "name: must be a text in quotes" },
	{ "name = \"box\"", "name = \"\"", 1, "name: must have 1 to 63 bytes" },
	{ "name = \"box\";", "name = \"box\"; run_dir = \"run\";", 1, "run_dir: must be an absolute path" },
	{ "name = \"box\";", "name = = ;", 1, "syntax error, here or on the line before: name = = ;" },
	{ "name = \"box\";", "name = \"box\"; name = \"b\";", 1, "duplicate setting name: name = \"box\"; name = \"b\";" },
	{ "name = \"box\";", "@include \"nowhere\"", 1, "cannot open include file" },
	{ "name = \"box\";", "name = \"box\"; log = { level = \"loud\"; };", 1,
	  "log.level: \"loud\" is not allowed; one of: error, warn, info, debug" },
	{ "name = \"box\";", "name = \"box\"; log = 5;", 1, "log: must be a group: log = { ... };" },
	{ "passphrase_file = \"/etc/pass\";", "", 2, "key.passphrase_file: missing" },
	{ "passphrase_file = \"/etc/pass\";", "passphrase_file = \"pass\";", 2, "key.passphrase_file: must be an absolute path" },
	{ "chain = {", "chian = {", 3, "chian: unknown key" },
	{ "id = 7;", "", 3, "chain.id: missing" },
	{ "id = 7;", "id = -7;", 3, "chain.id: must be a whole number, 1 to " },
	{ "id = 7;", "id = 7.5;", 3, "chain.id: must be a whole number" },
	{ "0x0000000000000000000000000000000000007e70", "0x7e70", 3, "chain.tokens_network: must be an address" },
	{ "0x00000000000000000000000000000000000070c5", "0x00000000000000000000000000000000000070C5x", 4, "chain.tokens[0].address: must be an address" },
	{ "rpc = \"http", "rpc = \"ipc", 4, "chain.rpc: must begin with http:// or https://" },
	{ "rpc = \"http://127.0.0.1:8545\";", "", 4, "chain.confirmations: has no effect without chain.rpc" },
	{ "confirmations = 20", "confirmations = 20; second_rpc = \"box\"", 4, "chain.second_rpc: must begin with http:// or https://" },
	{ "confirmations = 20", "confirmations = 20; second_above = \"5\"", 4, "chain.second_above: has no effect without chain.second_rpc" },
	{ "confirmations = 20", "confirmations = 49", 4, "chain.confirmations: must be a whole number, 1 to 48" },
	{ "40.5", "17", 3, "chain.gas_price_max_gwei: must be above 0 and not less than gas_price_min_gwei" },
	{ "decimals = 18", "decimals = 37", 4, "chain.tokens[0].decimals: must be a whole number, 0 to 36" },
	{ "tokens = ( {", "token = {}; tokens = ( {", 4, "chain.token: is chain.tokens now, a list: tokens = ( { address = " },
	{ "tokens = ( {", "tokens = (); more = ( {", 4, "chain.more: unknown key" },
	{ "symbol = \"SMT\";", "", 4, "chain.tokens[0].symbol: missing" },
	{ "symbol = \"SMT\";", "symbol = \"S T\";", 4, "chain.tokens[0].symbol: \"S T\" must be one word" },
	{ "tokens = ( {", "tokens = ( { address = \"0x00000000000000000000000000000000000070c5\"; symbol = \"A\"; }, {", 4, "chain.tokens[1].address: is given twice" },
	{ "tokens = ( {", "tokens = ( { address = \"0x00000000000000000000000000000000000070c6\"; symbol = \"SMT\"; }, {", 4, "chain.tokens[1].symbol: \"SMT\" is given twice" },
	{ "tokens = ( {", "tokens = ( { address = \"0x00000000000000000000000000000000000070c6\"; symbol = \"A\"; }, {", 12, "money.min_deposit: must name each token, such as [ \"0.05 A\", \"0 SMT\" ]" },
	{ "min_deposit = \"1.5\"", "min_deposit = [ \"1.5\" ]", 12, "money.min_deposit[0]: must be an amount and a symbol" },
	{ "min_deposit = \"1.5\"", "min_deposit = [ \"1.5 SMT\", \"1 SMT\" ]", 12, "money.min_deposit[1]: SMT is given twice" },
	{ "min_deposit = \"1.5\"", "min_deposit = [ \"1.5 MESH\" ]", 12, "money.min_deposit[0]: \"MESH\" is no symbol of chain.tokens" },
	{ "min_deposit = \"1.5\"", "min_deposit = [ ]", 12, "money.min_deposit: nothing is said of SMT" },
	{ "id = 3;", "id = 3; token = \"MESH\";", 11, "tariffs[0].token: \"MESH\" is no symbol of chain.tokens" },
	{ "open_block_number = 9;", "open_block_number = 9; token = \"MESH\";", 5, "channels[0].token: \"MESH\" is no symbol of chain.tokens" },
	{ "open_block_number = 9;", "", 5, "channels[0].open_block_number: missing" },
	{ "partner_deposit = \"2.5\"", "partner_deposit = \"2,5\"", 5, "channels[0].partner_deposit: must be a decimal number of tokens" },
	{ "partner_deposit = \"2.5\"", "partner_deposit = \"0.0000000000000000001\"", 5, "channels[0].partner_deposit: must have at most 18 decimals" },
	{ "partner_deposit = \"2.5\";", "partner_deposit = \"2.5\"; settle_timeout = 5;", 5, "channels[0].settle_timeout: must be a whole number, 6 to 2700000" },
	{ "partner_deposit = \"2.5\";", "partner_deposit = \"2.5\"; nonce = 5;", 5, "channels[0].nonce: unknown key" },
	{ "channels = ( {", "channels = ( 5, {", 5, "channels[0]: must be a group in braces" },
	{ "\"10.0.0.1:80\"", "\"10.0.0.1\"", 6, "listen.http[0]: \"10.0.0.1\" must be ADDRESS:PORT" },
	{ "\"10.0.0.1:80\"", "\"0.0.0.0:80\"", 6, "listen.http[0]: every address, upstream included, only with listen.any_address = true" },
	{ "\"[fd00::1]:80\"", "\"[::]:80\"", 6, "listen.http[1]: every address" },
	{ "\"[fd00::1]:80\"", "\"fd00::1:80\"", 6, "listen.http[1]:" },
	{ "\"10.0.0.1:80\", \"[fd00::1]:80\"", "", 6, "listen.http: missing" },
	{ "\"[fd00::1]:80\"", "\"10.0.0.1:80\"", 6, "listen.http[1]: is given twice" },
	{ "photon = ", "https = [ \"10.0.0.1:80\" ]; photon = ", 6, "listen.https: is given twice" },
	{ "photon = ", "https = [ \"10.0.0.1:443\" ]; certificate_key = \"/k\"; names = [ \"a.example\" ]; photon = ", 6, "listen.certificate: missing" },
	{ "photon = ", "https = [ \"10.0.0.1:443\" ]; certificate = \"/c\"; names = [ \"a.example\" ]; photon = ", 6, "listen.certificate_key: missing" },
	{ "photon = ", "https = [ \"10.0.0.1:443\" ]; certificate = \"c\"; certificate_key = \"/k\"; names = [ \"a.example\" ]; photon = ", 6, "listen.certificate: must be an absolute path" },
	{ "photon = ", "https = [ \"10.0.0.1:443\" ]; certificate = \"/c\"; certificate_key = \"/k\"; photon = ", 6, "listen.names: missing; listen.https needs the name" },
	{ "photon = ", "https = [ \"10.0.0.1:8081\" ]; certificate = \"/c\"; certificate_key = \"/k\"; names = [ \"a.example\" ]; photon = ", 6, "listen.https: 8081 is listen.redirect_port" },
	{ "photon = ", "https = [ \"0.0.0.0:443\" ]; photon = ", 6, "listen.https[0]: every address, upstream included" },
	{ "photon = ", "certificate = \"/c\"; photon = ", 6, "listen.https: missing; a certificate is given" },
	{ "meter = {", "portal = { wallet = \"wallet\"; };\nmeter = {", 7, "portal.wallet: must be an absolute path" },
	{ "photon = ", "admin = [ \"10.0.0.1:8082\" ]; photon = ", 6, "listen.certificate: missing; the file with the certificate and its chain in PEM, for listen.admin beyond this box" },
	{ "photon = ", "admin = [ \"0.0.0.0:8082\" ]; admin_plain = true; photon = ", 6, "listen.admin[0]: every address, upstream included" },
	{ "photon = ", "admin = [ \"127.0.0.1:8081\" ]; photon = ", 6, "listen.admin: 8081 is listen.redirect_port" },
	{ "photon = ", "admin = [ \"127.0.0.1:80\" ]; photon = ", 6, "listen.admin: 80 is a port of listen.http" },
	{ "photon = ", "admin = [ \"127.0.0.1:8082\" ]; certificate = \"/c\"; photon = ", 6, "listen.https: missing; a certificate is given" },
	{ "meter = {", "portal = { venue_info_url = \"http://a.example/\"; };\nmeter = {", 7, "portal.venue_info_url: must begin with https://" },
	{ "meter = {", "portal = { colour = 1; };\nmeter = {", 7, "portal.colour" },
	{ "photon = \"10.0.0.1:40001\"", "photon = \"10.0.0.1:0\"", 6, "listen.photon: " },
	{ "photon = \"10.0.0.1:40001\";", "", 6, "listen.photon: missing" },
	{ "photon = \"10.0.0.1:40001\";", "photon = \"10.0.0.1:40001\"; redirect_port = 80;", 6, "listen.redirect_port: 80 is a port of listen.http" },
	{ "driver = \"bpf\"", "driver = \"xdp\"", 7, "meter.driver: \"xdp\" is not allowed; one of: auto, bpf, genl" },
	{ "0xf0000000", "0x70000000", 7, "meter.mark_mask: 0x70000000: must be four or more adjacent bits" },
	{ "0xf0000000", "0x0f0f0000", 7, "meter.mark_mask: " },
	{ "0xf0000000", "0", 7, "meter.mark_mask: must be a whole number" },
	{ "\"wlan*\"", "\"*\"", 8, "ports[0].pattern: must be a device name" },
	{ "name = \"box\"", "name = \"b\xff\"", 1, "name: must be UTF-8" },
	{ "\"wlan*\"", "\"wl*an\"", 8, "ports[0].pattern: must be a device name" },
	{ "\"wlan*\"", "\"wlan0123456789abc\"", 8, "ports[0].pattern: must have 1 to 15 bytes" },
	{ "\"wlan*\"", "\"wl\\\"an\"", 8, "ports[0].pattern: must be a device name" },
	{ "\"wlan*\"", "\"lan1\"", 8, "ports[1].pattern: \"lan1\" is given twice" },
	{ "pattern = \"wlan*\";", "", 8, "ports[0].pattern: missing" },
	{ "direction = \"up\"", "direction = \"sideways\"", 8, "ports[1].direction: \"sideways\" is not allowed; one of: up, down, both" },
	{ "pattern = \"wlan*\";", "pattern = \"wlan*\"; fast_path = \"xdp\";", 8, "ports[0].fast_path: fast_path = \"xdp\" and fast_path_from" },
	{ "pattern = \"wlan*\";", "pattern = \"wlan*\"; fast_path_from = \"wan0\";", 8, "ports[0].fast_path_from: fast_path = \"xdp\" and fast_path_from" },
	{ "pattern = \"wlan*\";", "pattern = \"wlan*\"; fast_path = \"xdp\"; fast_path_from = \"wan0\";", 8, "ports[0].fast_path: the fast path is a part of meter xdp" },
	{ "meter = \"tc\";", "meter = \"xdp\"; fast_path = \"xdp\"; fast_path_from = \"wan0\";", 8, "ports[1].fast_path: the fast path needs both directions" },
	{ "ports = (", "prots = (", 8, "prots: unknown key" },
	{ "free udp 53", "free udp", 9, "rules[0]: a service ends with a port" },
	{ "local 10.0.0.0/8", "local 10.0.0.1/8", 9, "rules[1]: " },
	{ "local 10.0.0.0/8", "free udp 53", 9, "rules[1]: is the same as rules[0]" },
	{ "\"free udp 53\", ", "53, ", 9, "rules[0]: must be a text in quotes" },
	{ "unsolicited = true", "unsolicited = 1", 10, "gate.unsolicited: must be true or false" },
	{ "tariffs = ( {", "tariffs = (); more = ( {", 11, "more: unknown key" },
	{ "tariffs = ( {", "tariffs = ( { id = 3; valid_from = 9; local = { up = \"0\"; down = \"0\"; }; internet = { up = \"0\"; down = \"0\"; }; }, {", 11,
	  "tariffs[1].id: 3 is used by another tariff" },
	{ "id = 3;", "", 11, "tariffs[0].id: missing" },
	{ "id = 3;", "id = 65536;", 11, "tariffs[0].id: must be a whole number, 1 to 65535" },
	{ "local = { up = \"0\"; down = \"0\"; };", "", 11, "tariffs[0].local: missing" },
	{ "up = \"0.05\"; ", "", 11, "tariffs[0].internet.up: missing" },
	{ "up = \"0.05\"", "up = 0.05", 11, "tariffs[0].internet.up: must be a text in quotes" },
	{ "up = \"0.05\"", "up = \"-1\"", 11, "tariffs[0].internet.up: must be a decimal number" },
	{ "up = \"0.05\"", "up = \"340282366920938463464\"", 11, "tariffs[0].internet.up: must have at most 18 decimals, and fit into 128 bits" },
	{ "up = \"0.05\"", "up = \"300000000000000000000\"", 11, "tariffs[0]: tariff 3: the price \"300000000000000000000000000000000000000\" is not" },
	{ "slice_seconds = 5", "session_idle_seconds = 9", 12, "money.session_idle_seconds: must be a whole number, 10 to 2592000" },
	{ "slice_seconds = 5", "slice_seconds = 0", 12, "money.slice_seconds: must be a whole number, 1 to 3600" },
	{ "slice_seconds = 5", "default_tariff = 4", 12, "money.default_tariff: 4: there is no tariff with this id" },
	{ "loss_bearer = \"operator\"", "loss_bearer = \"nobody\"", 12, "money.loss_bearer: \"nobody\" is not allowed; one of: payer, operator" },
	{ "photon_per_source = 9", "mdns_per_source = 0", 13, "limits.mdns_per_source: must be a whole number, 1 to 1000" },
	{ "photon_per_source = 9", "mdns_peers = 5000", 13, "limits.mdns_peers: must be a whole number, 1 to 4096" },
	{ "interval_seconds = 2", "interval_seconds = 0", 14, "discovery.interval_seconds: must be a whole number, 1 to 60" },
	{ "interval_seconds = 2", "interval_seconds = 20", 14, "discovery.expire_seconds: 20: must be more than interval_seconds (20)" },
	{ "interval_seconds = 2", "expire_seconds = 3601", 14, "discovery.expire_seconds: must be a whole number, 2 to 3600" },
	{ "interval_seconds = 2", "interfaces = [ \"wlan*\" ]", 14, "discovery.interfaces[0]: \"wlan*\" must be the name of one interface" },
	{ "interval_seconds = 2", "interfaces = [ \"wlan0123456789abc\" ]", 14, "discovery.interfaces[0]: " },
	{ "interval_seconds = 2", "mdsn = true", 14, "discovery.mdsn: unknown key" },
	{ "10.0.0.9:40001", "10.0.0.9", 15, "peers[0].at: \"10.0.0.9\" must be ADDRESS:PORT" },
	{ "10.0.0.9:40001", "0.0.0.0:40001", 15, "peers[0].at: " },
	{ "at = \"10.0.0.9:40001\"; ", "", 15, "peers[0].at: missing" },
	{ "0x2222222222222222222222222222222222222222", "0x1111111111111111111111111111111111111111", 16, "peers[1].address: is given twice" },
	{ "0x2222222222222222222222222222222222222222", "0x22", 16, "peers[1].address: must be an address" },
	{ "url = \"http://10.0.0.9:80\"; ", "", 19, "community[0].url: missing" },
	{ "per_mille = 700", "per_mille = 701", 23, "only 700 of 1000 are left" },
	{ "per_mille = 300; ", "", 22, "shares[0].per_mille: missing" },
	{ "per_mille = 300", "per_mille = 0", 22, "shares[0].per_mille" },
	{ "name = \"coop\"", "name = \"anna\"", 23, "same name or address" },
	{ "name = \"coop\"", "name = \"c\\nd\"", 23, "cannot be printed" },
	{ "name = \"coop\"; ", "", 23, "shares[1].name: missing" },
	{ "0x8888888888888888888888888888888888888888", "0x7777777777777777777777777777777777777777", 23, "same name or address" },
	{ "pays = \"cold\"", "pays = \"warm\"", 23, "shares[1].pays" },
	{ "stations = 7", "stations = 0", 25, "allowance.stations" },
	{ "00:0b\"", "00:0a\"", 26, "stations.blocked[0]: \"02:00:00:00:00:0a\" is given twice" },
	{ "00:0b\"", "00:0b:00\"", 26, "stations.blocked[0]: " },
	{ "\"02:00:00:00:00:0a", "\"01:00:00:00:00:0a", 26, "stations.trusted[0]: " },
	{ "trusted = ", "friends = ", 26, "stations.friends: " },
	{ "every_hours = 24", "every_hours = -1", 24, "payout.every_hours" },
	{ "url = \"http:", "url = \"ftp:", 17, "mirrors[0].url: must begin with http:// or https://" },
	{ "url = \"http://10.0.0.8:80\"; ", "", 17, "mirrors[0].url: missing" },
	{ "0x3333333333333333333333333333333333333333", "0x33", 17, "mirrors[0].address: must be an address" },
	{ "mirrors = ( {", "mirrors = ( 5, {", 17, "mirrors[0]: must be a group in braces" },
	{ "mirrors = ( {", "mirrors = ( { url = \"http://a\"; address = \"0x3333333333333333333333333333333333333333\"; }, {", 17, "mirrors[1].address: is given twice" },
	{ "mirror_seconds = 7", "mirror_seconds = 0", 18, "mirror_seconds: must be a whole number, 1 to 3600" },
	{ "mirrors = ( { url = \"http://10.0.0.8:80\"; address = \"0x3333333333333333333333333333333333333333\"; } );", "", 18, "mirror_seconds: has no effect without mirrors" },
	{ "0x5555555555555555555555555555555555555555", "0x4444444444444444444444444444444444444444", 18, "mirror_for[1]: is given twice" },
	{ "\"0x5555555555555555555555555555555555555555\"", "5", 18, "mirror_for[1]: must be a text in quotes" },
	{ "0x5555555555555555555555555555555555555555", "0x55", 18, "mirror_for[1]: must be an address" },
	{ " rpc = \"http://127.0.0.1:8545\"; confirmations = 20; gas_price_max_gwei = \"40.5\"; ", "", 18, "mirror_for: has no effect without chain.rpc" },
	{ "device = \"bat0\"; ", "", 20, "mesh.device: missing" },
	{ "\"bat0\"", "\"bat*\"", 20, "mesh.device: must be the name of one device" },
	{ "listen = \"10.7.0.1:40002\"; ", "", 20, "mesh.listen: missing" },
	{ "10.7.0.1:40002", "0.0.0.0:40002", 20, "mesh.listen: \"0.0.0.0:40002\" must be this box's own IPv4 address" },
	{ "10.7.0.1:40002", "[fd00::1]:40002", 20, "mesh.listen: " },
	{ "\"sender\"", "\"seller\"", 20, "mesh.payer_rule: " },
	{ "relay = { up = \"0.25\"; down = \"0.35\"; };", "", 20, "mesh.relay: missing" },
	{ "payer_rule = ", "gateway = \"yes\"; payer_rule = ", 20, "mesh.exit: missing" },
	{ "max_relay = { up = \"1.25\"; down = \"1.35\"; };", "", 20, "mesh.max_relay: missing" },
	{ "\"1.25\"", "\"9999999999\"", 21, "mesh.max_relay: is more than any unit can express" },
	{ "window_box = \"1.45\"; ", "", 20, "mesh.window_box: missing" },
	{ "window_box = ", "pay_bytes = 9000000; window_box = ", 20, "mesh.pay_bytes: 9000000: must not be more than window_bytes (8000000)" },
	{ "window_box = ", "interval_seconds = 1; window_box = ", 21, "mesh.interval_seconds: must be a whole number, 2 to 3600" },
	{ "window_box = ", "token = \"XYZ\"; window_box = ", 21, "mesh.token: \"XYZ\" is no symbol of chain.tokens" },
	{ "photon_per_source = 9", "events = 256", 13, "limits.events: 256: must be less than http_connections (256)" },
};

static void test_bad(void **state)
{
	char err[TS_CONFIG_ERROR_SIZE], line[16];
	struct ts_config *c;
	unsigned int i;
	char *text;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = config_replaced(bad[i].from, bad[i].to);
		c = config_load(text, err);
		free(text);
		if (c)
			fail_msg("accepted: %s", bad[i].to);
		snprintf(line, sizeof(line), ":%d: ", bad[i].line);
		if (strncmp(err, "/tmp/tsconf.", 12) || !strstr(err, line) ||
		    !strstr(err, bad[i].says))
			fail_msg("\"%s\": want line %d \"%s\", got: %s", bad[i].to,
				 bad[i].line, bad[i].says, err);
	}
}

static void test_missing_groups(void **state)
{
	static const char *const groups[] = {
		"chain = ", "listen = ", "ports = ", "tariffs = ",
	};
	char err[TS_CONFIG_ERROR_SIZE], *text, *at, *end;
	unsigned int i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		text = strdup(config_good);
		at = strstr(text, groups[i]);
		/* The group ends where the next line begins with a letter. */
		for (end = strchr(at, '\n'); end[1] == ' '; end = strchr(end + 1, '\n'))
			;
		memmove(at, end, strlen(end) + 1);
		assert_null(config_load(text, err));
		/* No line: it is missing in the whole file. */
		if (!strstr(err, "missing") || strstr(err, ":0:"))
			fail_msg("without \"%s\": %s", groups[i], err);
		free(text);
	}
}

static void test_no_file(void **state)
{
	char err[TS_CONFIG_ERROR_SIZE];

	assert_null(ts_config_load("/nowhere/tsd.conf", err, sizeof(err)));
	assert_non_null(strstr(err, "/nowhere/tsd.conf: No such file"));
	assert_null(ts_config_load("/tmp", err, sizeof(err)));
	assert_string_equal(err, "/tmp: must be a file");
}

/* What is included lies beside the file; its errors name it, not the first one. */
static void test_include(void **state)
{
	char dir[] = "/tmp/tsconf.XXXXXX", path[64], other[64], err[TS_CONFIG_ERROR_SIZE];
	struct ts_config *c;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tsd.conf", dir);
	snprintf(other, sizeof(other), "%s/more.conf", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "@include \"more.conf\"\n%s", config_good + strlen("name = \"box\";\n"));
	fclose(f);
	f = fopen(other, "w");
	assert_non_null(f);
	fprintf(f, "name = \"box\";\nnmae = 5;\n");
	fclose(f);
	assert_null(ts_config_load(path, err, sizeof(err)));
	if (!strstr(err, "more.conf:2: nmae: unknown key"))
		fail_msg("%s", err);
	f = fopen(other, "w");
	assert_non_null(f);
	fprintf(f, "name = \"box\";\n");
	fclose(f);
	c = ts_config_load(path, err, sizeof(err));
	if (!c)
		fail_msg("%s", err);
	ts_config_free(c);
	unlink(other);
	unlink(path);
	rmdir(dir);
}

/* What a reload may and may not change. */
static void test_fixed(void **state)
{
	static const struct {
		const char *from, *to, *key;
	} changes[] = {
		{ "name = \"box\";", "name = \"box\"; state_dir = \"/x\";", "state_dir" },
		{ "name = \"box\";", "name = \"box\"; run_dir = \"/x\";", "run_dir" },
		{ "id = 7", "id = 8", "chain" },
		{ "70c5", "70c6", "chain" },
		{ "decimals = 18", "decimals = 17", "chain" },
		{ "gate = {", "gate = { enabled = false;", "gate.enabled" },
		{ "10.0.0.1:40001", "10.0.0.1:40002", "listen.photon" },
		{ "10.0.0.1:80", "10.0.0.1:88", "listen.http" },
		{ "photon = ", "https = [ \"10.0.0.1:443\" ]; certificate = \"/c\"; certificate_key = \"/k\"; names = [ \"a.example\" ]; photon = ", "listen.names" },
		{ "photon = ", "admin = [ \"[::1]:8082\" ]; photon = ", "listen.admin" },
		{ "meter = {", "portal = { venue_info_url = \"https://a.example/\"; };\nmeter = {", NULL },
		{ "meter = {", "portal = { wallet = \"/w\"; };\nmeter = {", "portal.wallet" },
		{ "0xf0000000", "0x0f000000", "meter.mark_mask" },
		{ "photon_per_source = 9", "photon_per_source = 8", "limits" },
		{ "http://10.0.0.8:80", "http://10.0.0.8:81", "mirrors" },
		{ "mirror_seconds = 7", "mirror_seconds = 8", "mirrors" },
		{ "0x5555555555555555555555555555555555555555", "0x5555555555555555555555555555555555555556", "mirror_for" },
		{ "window_bytes = 8000000", "window_bytes = 8000001", "mesh" },
		{ "\"box\"", "\"shed\"", NULL },
		{ "\"0.05\"", "\"0.06\"", NULL },
		{ "wlan*", "wlan1", NULL },
		{ "free udp 53", "free udp 54", NULL },
	};
	char err[TS_CONFIG_ERROR_SIZE], *text;
	struct ts_config *old = config_load(config_good, err), *new;
	const char *fixed;
	unsigned int i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		text = config_replaced(changes[i].from, changes[i].to);
		new = config_load(text, err);
		assert_string_equal(err, "");
		fixed = ts_config_fixed(old, new);
		if (changes[i].key)
			assert_string_equal(fixed, changes[i].key);
		else
			assert_null(fixed);
		ts_config_free(new);
		free(text);
	}
	ts_config_free(old);
}

/* The example in Documentation is good as it is. */
static void test_example(void **state)
{
	char err[TS_CONFIG_ERROR_SIZE] = "";
	struct ts_config *c;

	c = ts_config_load("Documentation/tsd.conf.example", err, sizeof(err));
	assert_string_equal(err, "");
	assert_non_null(c);
	ts_config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_gas_deposit),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_missing_groups),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
