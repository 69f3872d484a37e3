// SPDX-License-Identifier: GPL-2.0
/* Text forms of stations, rules and events: what is read, what is refused, round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>
#include <tokenswitch/budget.h>
#include "lib/event.h"
#include "lib/key.h"
#include "lib/rule.h"

static void key_reads_all_parts(void **state)
{
	static const uint8_t mac[6] = { 0x02, 0x00, 0x5e, 0x00, 0x53, 0xff };
	struct ts_key key;

	assert_int_equal(ts_key_parse("02:00:5e:00:53:fF/10@br-lan", &key), 0);
	assert_memory_equal(key.mac, mac, 6);
	assert_int_equal(key.vlan, 10);
	assert_int_equal(key.zone, ts_zone_of_name("br-lan"));
	assert_int_equal(ts_key_parse("02-00-5e-00-53-ff", &key), 0);
	assert_memory_equal(key.mac, mac, 6);
	assert_int_equal(key.vlan, 0);
	assert_int_equal(key.zone, 0);
}

static void key_refuses(void **state)
{
	static const char *const bad[] = {
		"", "02", "02:00:5e:00:53", "02:00:5e:00:53:f", "02:00:5e:00:53:ff:",
		"02:00:5e:00:53:fg", "02:00-5e:00:53:ff", "0200.5e00.53ff",
		"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
		"02:00:5e:00:53:ff/", "02:00:5e:00:53:ff/4095", "02:00:5e:00:53:ff/-1",
		"02:00:5e:00:53:ff/1x", "02:00:5e:00:53:ff@", "02:00:5e:00:53:ff@a/b",
		"02:00:5e:00:53:ff@sixteen-bytes-xx", "02:00:5e:00:53:ff@a@b",
		" 02:00:5e:00:53:ff",
		"02:00:5e:00:53:ff/10@a-name-much-too-long-for-any-buffer-of-ours",
	};
	struct ts_key key;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&key, 0xa5, sizeof(key));
		if (!ts_key_parse(bad[i], &key))
			fail_msg("\"%s\" was read as a key", bad[i]);
		assert_int_equal(key.vlan, 0xa5a5);
	}
}

static void key_round_trip(void **state)
{
	struct ts_key key = { .mac = { 2, 3, 4, 5, 6, 7 } }, back;
	static const uint32_t zones[] = { 0, 1, 0x01020304, 0xffffffff };
	static const uint16_t vlans[] = { 0, 1, 4094 };
	char text[TS_KEY_TEXT_LEN];
	size_t z, v;

	for (z = 0; z < 4; z++) {
		for (v = 0; v < 3; v++) {
			key.zone = zones[z];
			key.vlan = vlans[v];
			ts_key_print(&key, text, sizeof(text));
			assert_int_equal(ts_key_parse(text, &back), 0);
			assert_int_equal(back.zone, key.zone);
			assert_int_equal(back.vlan, key.vlan);
			assert_memory_equal(back.mac, key.mac, 6);
		}
	}
}

static void rule_round_trip(void **state)
{
	static const char *const good[] = {
		"local 10.0.0.0/8", "free 192.0.2.1/32", "internet 0.0.0.0/0",
		"local 2001:db8::/32", "free ::1/128", "free udp 53",
		"free tcp 192.0.2.1 8080", "free tcp 2001:db8::1 65535",
		"free udp 40001 ends-here", "free tcp 2001:db8::1 8080 ends-here",
	};
	char text[TS_RULE_TEXT_LEN], err[128];
	struct ts_rule rule;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(ts_rule_parse(good[i], &rule, err, sizeof(err)), 0);
		assert_string_equal(ts_rule_print(&rule, text, sizeof(text)), good[i]);
	}
	assert_int_equal(ts_rule_parse("  local\t192.0.2.7 ", &rule, err, sizeof(err)), 0);
	assert_string_equal(ts_rule_print(&rule, text, sizeof(text)), "local 192.0.2.7/32");
}

static void rule_refuses(void **state)
{
	static const char *const bad[] = {
		"", "local", "local 10.0.0.1/8", "local 10.0.0.0/33", "local 10.0.0.0/",
		"local 10.0.0.0/8 x", "local fe80::1/64", "relay 10.0.0.0/8", "dear 10.0.0.0/8",
		"free udp", "free udp 0", "free udp 65536", "free udp 53 53", "local udp 53",
		"free udp 10.0.0.1", "free tcp 10.0.0.1/32 80", "free sctp 80",
		"free udp ends-here", "free udp 53 ends-here ends-here",
		"free udp ends-here 53", "local 10.0.0.0/8 ends-here",
		"free udp 10.0.0.1 53 ends-here x", "free udp 10.0.0.1 53 80 ends-here",
		"free udp 10.0.0.1 53 x", "free udp 1e1", "local 2001:db8::/129",
		"local 10.0.0.0/99999999999999999999",
		"local 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128                                   ",
	};
	char err[128];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ts_rule rule = { .port = 0xa5a5 };

		err[0] = '\0';
		if (!ts_rule_parse(bad[i], &rule, err, sizeof(err)))
			fail_msg("\"%s\" was read as a rule", bad[i]);
		assert_int_equal(rule.port, 0xa5a5);
		if (!err[0])
			fail_msg("\"%s\" was refused without a word", bad[i]);
	}
}

static void rules_that_match_the_same(void **state)
{
	struct ts_rule a, b;
	char err[128];

	ts_rule_parse("local 10.0.0.0/8", &a, err, sizeof(err));
	ts_rule_parse("free 10.0.0.0/8", &b, err, sizeof(err));
	assert_true(ts_rule_equal(&a, &b));
	ts_rule_parse("free 10.0.0.0/9", &b, err, sizeof(err));
	assert_false(ts_rule_equal(&a, &b));
	ts_rule_parse("free udp 53", &a, err, sizeof(err));
	ts_rule_parse("free tcp 53", &b, err, sizeof(err));
	assert_false(ts_rule_equal(&a, &b));
	ts_rule_parse("free udp 53 ends-here", &b, err, sizeof(err));
	assert_true(ts_rule_equal(&a, &b));
	ts_rule_parse("free udp 192.0.2.1 53", &b, err, sizeof(err));
	assert_false(ts_rule_equal(&a, &b));
}

static void event_round_trip(void **state)
{
	const struct ts_meter_event events[] = {
		{ .type = TS_EVENT_EXHAUSTED, .time_ns = UINT64_MAX, .account_id = 7,
		  .epoch = UINT32_MAX, .granted_units = UINT64_MAX,
		  .charged_units = UINT64_MAX - 1, .units = 3 },
		{ .type = TS_EVENT_STRANGER, .time_ns = 1,
		  .key = { { 2, 0, 0x5e, 0, 0x53, 0xff }, 4094, UINT32_MAX } },
		{ .type = TS_EVENT_PORT_GONE, .ifname = "wlan0", .pattern = "wlan*" },
		{ .type = TS_EVENT_OWNER, .owner_pid = 4194304 },
	};
	struct ts_meter_event back;
	json_t *json;
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		json = ts_event_json(&events[i]);
		assert_int_equal(ts_event_from_json(json, &back), 0);
		assert_memory_equal(&back, &events[i], sizeof(back));
		json_decref(json);
	}
	/* Of a newer tsd, and what is no event. */
	json = json_pack("{s:s}", "event", "sung");
	assert_int_equal(ts_event_from_json(json, &back), 0);
	assert_int_equal(back.type, 0);
	json_object_set_new(json, "event", json_string("stranger"));
	assert_int_equal(ts_event_from_json(json, &back), -EINVAL);
	json_decref(json);
	json = json_pack("{s:b}", "ok", 1);
	assert_int_equal(ts_event_from_json(json, &back), -EINVAL);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_reads_all_parts),
		cmocka_unit_test(key_refuses),
		cmocka_unit_test(key_round_trip),
		cmocka_unit_test(rule_round_trip),
		cmocka_unit_test(rule_refuses),
		cmocka_unit_test(rules_that_match_the_same),
		cmocka_unit_test(event_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
