// SPDX-License-Identifier: GPL-2.0
/* config_text.c - a good tsd.conf, and how to load it otherwise, for tests. */
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

const char config_good[] =
	"name = \"box\";\n"
	"key = { passphrase_file = \"/etc/pass\"; };\n"
	"chain = { id = 7; tokens_network = \"0x0000000000000000000000000000000000007e70\";\n"
	"  tokens = ( { address = \"0x00000000000000000000000000000000000070c5\"; symbol = \"SMT\"; decimals = 18; kind = \"smt\"; } );"
	" rpc = \"http://127.0.0.1:8545\"; confirmations = 20; gas_price_max_gwei = \"40.5\"; };\n"
	"channels = ( { partner = \"0x1111111111111111111111111111111111111111\"; open_block_number = 9; partner_deposit = \"2.5\"; } );\n"
	"listen = { http = [ \"10.0.0.1:80\", \"[fd00::1]:80\" ]; photon = \"10.0.0.1:40001\"; };\n"
	"meter = { driver = \"bpf\"; mark_mask = 0xf0000000; };\n"
	"ports = ( { pattern = \"wlan*\"; }, { pattern = \"lan1\"; meter = \"tc\"; direction = \"up\"; zone = \"garden\"; } );\n"
	"rules = ( \"free udp 53\", \"local 10.0.0.0/8\" );\n"
	"gate = { unsolicited = true; };\n"
	"tariffs = ( { id = 3; local = { up = \"0\"; down = \"0\"; }; internet = { up = \"0.05\"; down = \"0.1\"; }; } );\n"
	"money = { slice_seconds = 5; loss_bearer = \"operator\"; min_deposit = \"1.5\"; forward = true; forward_fee = \"0.5\"; };\n"
	"limits = { photon_per_source = 9; };\n"
	"discovery = { interval_seconds = 2; };\n"
	"peers = ( { address = \"0x1111111111111111111111111111111111111111\"; at = \"10.0.0.9:40001\"; },\n"
	"  { address = \"0x2222222222222222222222222222222222222222\"; at = \"[fd00::9]:40002\"; } );\n"
	"mirrors = ( { url = \"http://10.0.0.8:80\"; address = \"0x3333333333333333333333333333333333333333\"; } );\n"
	"mirror_seconds = 7; mirror_for = ( \"0x4444444444444444444444444444444444444444\", \"0x5555555555555555555555555555555555555555\" );\n"
	"community = ( { url = \"http://10.0.0.9:80\"; address = \"0x6666666666666666666666666666666666666666\"; } );\n"
	"mesh = { device = \"bat0\"; listen = \"10.7.0.1:40002\"; payer_rule = \"sender\"; relay = { up = \"0.25\"; down = \"0.35\"; };\n"
	"  max_relay = { up = \"1.25\"; down = \"1.35\"; }; window_bytes = 8000000; window_box = \"1.45\"; };\n"
	"shares = ( { name = \"anna\"; address = \"0x7777777777777777777777777777777777777777\"; per_mille = 300; },\n"
	"  { name = \"coop\"; address = \"0x8888888888888888888888888888888888888888\"; per_mille = 700; pays = \"cold\"; } );\n"
	"payout = { every_hours = 24; at_least = \"0.25\"; };\n"
	"allowance = { bytes = 5000000; stations = 7; };\n"
	"stations = { trusted = [ \"02:00:00:00:00:0a\" ]; blocked = [ \"02:00:00:00:00:0b\" ]; };\n";

struct ts_config *config_load(const char *text, char *err)
{
	char path[] = "/tmp/tsconf.XXXXXX";
	int fd = mkstemp(path);
	struct ts_config *c;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err[0] = '\0';
	c = ts_config_load(path, err, TS_CONFIG_ERROR_SIZE);
	unlink(path);
	return c;
}

char *config_replaced(const char *from, const char *to)
{
	const char *at = strstr(config_good, from);
	char *text;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - config_good), config_good, to,
			     at + strlen(from)) > 0);
	return text;
}
