// SPDX-License-Identifier: GPL-2.0
/* config_joint.c - tsd.conf: what one group allows depends on another. */
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

static void test_any_address(void **state)
{
	char err[TS_CONFIG_ERROR_SIZE];
	char *text = config_replaced("\"10.0.0.1:80\", \"[fd00::1]:80\" ];",
			      "\"0.0.0.0:80\" ]; any_address = true;");
	struct ts_config *c = config_load(text, err);

	assert_string_equal(err, "");
	assert_true(ts_endpoint_is_any(&c->http[0]));
	ts_config_free(c);
	free(text);
}

/* Discovery says where we are: it is off where that is not known, or not IPv4. */
static void test_discovery(void **state)
{
	static const struct {
		const char *photon;
		const char *discovery;
		bool mdns;
		const char *says;
	} cases[] = {
		{ "10.0.0.1:40001", "", true, "" },
		{ "10.0.0.1:40001", "mdns = false;", false, "" },
		{ "[fd00::1]:40001", "", false, "" },
		{ "[fd00::1]:40001", "mdns = true;", false, "discovery.mdns: Photon's discovery is of IPv4" },
		{ "0.0.0.0:40001", "", false, "" },
		{ "0.0.0.0:40001", "mdns = true;", false, "discovery.mdns: listen.photon is every address, so discovery.interfaces must say where" },
		{ "0.0.0.0:40001", "interfaces = [ \"br-lan\" ];", true, "" },
	};
	char err[TS_CONFIG_ERROR_SIZE], *text, *photon, *at;
	struct ts_config *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(asprintf(&photon, "photon = \"%s\"; any_address = true;",
				     cases[i].photon) > 0);
		text = config_replaced("photon = \"10.0.0.1:40001\";", photon);
		at = strstr(text, "interval_seconds = 2;");
		assert_non_null(at);
		*at = '\0';
		free(photon);
		assert_true(asprintf(&photon, "%s%s};\n", text, cases[i].discovery) > 0);
		free(text);
		c = config_load(photon, err);
		free(photon);
		assert_int_equal(!!c, !*cases[i].says);
		assert_non_null(strstr(err, cases[i].says));
		if (c)
			assert_int_equal(c->discovery.mdns, cases[i].mdns);
		ts_config_free(c);
	}
}

/* Beside openNDS the page cannot be just anywhere. */
static void test_opennds(void **state)
{
	static const struct {
		const char *http;
		const char *more;
		const char *says;
	} cases[] = {
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\"; faskey_file = \"/k\";", "" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\"; faskey_file = \"/k\"; ndsctl = \"/n\";", "" },
		{ "10.0.0.1:8080", "faskey_file = \"/k\";", "opennds.gateway: missing" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\";", "opennds.faskey_file: missing" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\"; faskey_file = \"k\";", "opennds.faskey_file: must be an absolute path" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\"; faskey_file = \"/k\"; ndsctl = \"n\";", "opennds.ndsctl: must be an absolute path" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:2050\"; faskey = \"k\";", "opennds.faskey: unknown key" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1\"; faskey_file = \"/k\";", "must be ADDRESS:PORT: the IPv4 address" },
		{ "10.0.0.1:8080", "gateway = \"[fd00::1]:2050\"; faskey_file = \"/k\";", "must be ADDRESS:PORT: the IPv4 address" },
		{ "10.0.0.1:8080", "gateway = \"0.0.0.0:2050\"; faskey_file = \"/k\";", "must be ADDRESS:PORT: the IPv4 address" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.2:2050\"; faskey_file = \"/k\";", "opennds.gateway: listen.http does not have this address" },
		{ "10.0.0.1:80", "gateway = \"10.0.0.1:2050\"; faskey_file = \"/k\";", "opennds.gateway: listen.http has port 80 there" },
		{ "10.0.0.1:2050", "gateway = \"10.0.0.1:2050\"; faskey_file = \"/k\";", "opennds.gateway: port 2050 is in listen.http" },
		{ "10.0.0.1:8080", "gateway = \"10.0.0.1:8081\"; faskey_file = \"/k\";", "opennds.gateway: port 8081 is in listen.http or listen.redirect_port" },
	};
	char err[TS_CONFIG_ERROR_SIZE], *text, *all;
	struct ts_config *c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = config_replaced("10.0.0.1:80", cases[i].http);
		assert_true(asprintf(&all, "%sopennds = { %s };\n", text, cases[i].more) > 0);
		free(text);
		c = config_load(all, err);
		free(all);
		if (!strstr(err, cases[i].says) || !!c != !*cases[i].says)
			fail_msg("%s: %s", cases[i].more, err);
		if (c)
			assert_string_equal(c->opennds.ndsctl, i ? "/n" : "/usr/bin/ndsctl");
		ts_config_free(c);
	}
	/* openNDS marks packets, too. */
	text = config_replaced("0xf0000000", "0x000f0000");
	all = strstr(text, "10.0.0.1:80");
	assert_non_null(all);
	memcpy(all, "10.0.0.1:90", 11);
	assert_true(asprintf(&all, "%sopennds = { %s };\n", text, cases[0].more) > 0);
	free(text);
	assert_null(config_load(all, err));
	free(all);
	assert_non_null(strstr(err, "opennds: meter.mark_mask 0x000f0000 has bits of openNDS's marks"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_address),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_opennds),
	};

	return cmocka_run_group_tests_name("config_joint", tests, NULL, NULL);
}
