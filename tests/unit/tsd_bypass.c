// SPDX-License-Identifier: GPL-2.0
/* tsd_bypass.c - what takes frames past the meter is named; what does not alarms nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/meter.h"
#include "tsd/bypass.h"

static const char tables[] =
	"table inet fw4 {\n"
	"\tflowtable ft {\n"
	"\t\thook ingress priority filter\n"
	"\t\tdevices = { eth0, lan10 }\n"
	"\t\tcounter\n"
	"\t}\n"
	"\tflowtable soft {\n"
	"\t\thook ingress priority filter\n"
	"\t\tdevices = { \"lan1\", \"wan\" }\n"
	"\t}\n"
	"}\n"
	"table ip other {\n"
	"\tflowtable hard {\n"
	"\t\thook ingress priority filter\n"
	"\t\tdevices = { wan }\n"
	"\t\tflags offload\n"
	"\t}\n"
	"}\n";

static struct ts_bypass_facts facts[3];

static int setup(void **state)
{
	memset(facts, 0, sizeof(facts));
	strcpy(facts[0].ifname, "lan1");
	strcpy(facts[1].ifname, "lan2");
	strcpy(facts[2].ifname, "wlan0");
	facts[0].meter = facts[1].meter = facts[2].meter = TS_METER_TC;
	return 0;
}

/* "what where!" or, where nothing is unbilled, "what where", one after the other. */
static const char *judged(const char *flowtables)
{
	static char text[400];
	json_t *list = ts_bypass_judge(facts, 3, flowtables), *one;
	size_t i;

	*text = '\0';
	json_array_foreach(list, i, one) {
		assert_true(strlen(json_string_value(json_object_get(one, "message"))) > 40);
		strcat(text, *text ? ", " : "");
		strcat(text, json_string_value(json_object_get(one, "what")));
		strcat(text, " ");
		strcat(text, json_string_value(json_object_get(one, "where")));
		strcat(text, json_is_true(json_object_get(one, "unmetered")) ? "!" : "");
	}
	json_decref(list);
	return text;
}

/* Names of the ports whose gate stays shut, by what was judged last. */
static const char *refused(void)
{
	static char text[64];
	size_t i;

	*text = '\0';
	for (i = 0; i < 3; i++) {
		if (facts[i].refused)
			strcat(strcat(text, *text ? " " : ""), facts[i].ifname);
		facts[i].refused = false;
	}
	return text;
}

static void nothing(void **state)
{
	assert_string_equal(judged(""), "");
	assert_string_equal(refused(), "");
	assert_string_equal(judged("table inet fw4 {\n}\n"), "");
}

/* Of hardware wherever it is; of software where a metered device is in it. */
static void flowtables(void **state)
{
	assert_string_equal(judged(tables), "flowtable soft, flowtable hard!");
	assert_string_equal(refused(), "lan1 lan2 wlan0");
	strcpy(facts[0].ifname, "lan10");
	assert_string_equal(judged(tables), "flowtable ft, flowtable hard!");
	strcpy(facts[0].ifname, "an1");
	assert_string_equal(judged(tables), "flowtable hard!");
}

/* Whatever it names: bridges hide ports. */
static void hardware(void **state)
{
	assert_string_equal(judged("table inet fw4 {\n"
				   "\tflowtable ft {\n"
				   "\t\thook ingress priority filter\n"
				   "\t\tdevices = { \"lan2\", wan }\n"
				   "\t\tflags offload\n"
				   "\t}\n"
				   "}\n"), "flowtable ft!");
	assert_string_equal(refused(), "lan1 lan2 wlan0");
}

/* Text that ends anywhere. */
static void cut(void **state)
{
	char part[sizeof(tables)];
	size_t i;

	for (i = 0; i < sizeof(tables); i++) {
		memcpy(part, tables, i);
		part[i] = '\0';
		judged(part);
	}
}

static void cards(void **state)
{
	facts[1].hw_tc = true;
	assert_string_equal(judged(""), "hw-tc-offload lan2");
	assert_string_equal(refused(), "");
	facts[1].hw_bridge = facts[1].lro = true;
	assert_string_equal(judged(""), "hw-tc-offload lan2, hw-forwarding lan2!, lro lan2!");
	assert_string_equal(refused(), "lan2");
}

/* Off, it alarms nobody: all is metered, only slower. */
static void fast_paths(void **state)
{
	strcpy(facts[0].no_fast, "chain f of nftables table fw would not see what takes it");
	assert_string_equal(judged(""), "fast-path lan1");
}

static void shapers(void **state)
{
	facts[2].redirects = true;
	assert_string_equal(judged(""), "shaper wlan0");
	facts[2].meter = TS_METER_NF;
	assert_string_equal(judged(""), "shaper wlan0!");
	assert_string_equal(refused(), "wlan0");
}

static void switches(void **state)
{
	strcpy(facts[0].switch_id, "00");
	strcpy(facts[1].switch_id, "00");
	assert_string_equal(judged(""), "");
	facts[0].bridge = facts[1].bridge = facts[2].bridge = 7;
	assert_string_equal(judged(""), "switch lan1!");
	assert_string_equal(refused(), "lan1 lan2");
	strcpy(facts[1].switch_id, "01");
	assert_string_equal(judged(""), "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(nothing), T(flowtables), T(hardware), T(cut), T(cards), T(fast_paths), T(shapers),
		T(switches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
