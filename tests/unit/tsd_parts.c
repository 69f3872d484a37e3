// SPDX-License-Identifier: GPL-2.0
/* The small parts of tsd: prices, endpoints, police, replies, the ruleset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>

#include "billing/price.h"
#include "tsd/endpoint.h"
#include "tsd/gate.h"
#include "tsd/police.h"
#include "tsd/reply.h"
#include "tsd/watcher.h"

static int scale(const char *dear, const char *cheap, struct ts_ledger_tariff *out)
{
	struct ts_billing_tariff t = { .id = 1 };
	char why[200];

	strcpy(t.wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP], dear);
	strcpy(t.wei_per_gb[TS_CLASS_INTERNET][TS_DIR_DOWN], cheap);
	return ts_tariff_scale(&t, out, why, sizeof(why));
}

static void one_price(ts_u128 wei_per_gb)
{
	char text[TS_U128_TEXT_SIZE];
	struct ts_ledger_tariff t;
	uint16_t units;
	ts_u128 real;

	assert_int_equal(scale(ts_u128_print(wei_per_gb, text), "0", &t), 0);
	units = t.price[TS_CLASS_INTERNET][TS_DIR_UP];
	assert_in_range(units, 4096, 8191);
	real = ts_price_wei_per_gb(units, t.unit_shift);
	/* Rounded down, by less than a unit of 4096. */
	assert_true(real <= wei_per_gb);
	assert_true(wei_per_gb - real <= wei_per_gb / 4096 + 1);
}

static void test_price(void **state)
{
	struct ts_ledger_tariff t;
	ts_u128 v;

	for (v = 1000; v < (ts_u128)1 << 92; v = v * 3 + 1)
		one_price(v);
	/* What is not free does not become free. */
	assert_int_equal(scale("1000000000000000000", "1", &t), -EINVAL);
	assert_int_equal(scale("1000000000000000000", "300000000000000", &t), 0);
	assert_int_equal(t.price[TS_CLASS_INTERNET][TS_DIR_DOWN], 2);
	/* Nothing costs anything. */
	assert_int_equal(scale("0", "0", &t), 0);
	/* More than can be counted with. */
	assert_int_equal(scale("340282366920938463463374607431768211455", "0", &t), -EINVAL);
}

static void test_endpoint(void **state)
{
	static const char *const bad[] = {
		"", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536",
		"1.2.3.4:+1", "1.2.3.4: 1", "1.2.3:80", "::1:80", "[::1]", "[::1:80",
		"[1.2.3.4]:80", "[]:80", "host:80", "1.2.3.4:80x",
		"[0000000000000000000000000000000000000000000000000000000000000000000::1]:80",
	};
	char text[TS_ENDPOINT_TEXT_SIZE];
	struct ts_endpoint e, f;
	uint8_t addr[16];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!ts_endpoint_parse(&e, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(ts_endpoint_parse(&e, "192.0.2.1:80"), 0);
	assert_string_equal(ts_endpoint_print(&e, text), "192.0.2.1:80");
	assert_int_equal(ts_endpoint_parse(&f, "[2001:db8::1]:65535"), 0);
	assert_string_equal(ts_endpoint_print(&f, text), "[2001:db8::1]:65535");
	assert_false(ts_endpoint_equal(&e, &f));
	ts_endpoint_set_port(&f, 1);
	assert_int_equal(ts_endpoint_port(&f), 1);
	assert_int_equal(ts_endpoint_parse(&e, "[::ffff:192.0.2.1]:80"), 0);
	assert_int_equal(ts_endpoint_address((struct sockaddr *)&e.addr, addr), AF_INET);
	assert_memory_equal(addr, "\xc0\0\x02\x01", 4);
	/* Addresses of documentation are nobody's. */
	assert_false(ts_endpoint_is_here(&e));
	assert_int_equal(ts_endpoint_parse(&e, "127.9.9.9:80"), 0);
	assert_true(ts_endpoint_is_here(&e));
	assert_int_equal(ts_endpoint_parse(&e, "[::]:80"), 0);
	assert_true(ts_endpoint_is_here(&e));
}

static void test_police(void **state)
{
	struct ts_police *p = ts_police_new(1024, 10, 5, 0);
	struct ts_endpoint one, same, other;
	uint64_t now = 1000000000000ull;
	int i, passed = 0;

	ts_endpoint_parse(&one, "192.0.2.1:1000");
	ts_endpoint_parse(&same, "192.0.2.1:2000");
	for (i = 0; i < 100; i++)
		passed += ts_police_admit(p, (struct sockaddr *)&one.addr, now);
	assert_int_equal(passed, 5);
	/* Another port is the same source. */
	assert_false(ts_police_admit(p, (struct sockaddr *)&same.addr, now));
	/* A second later there are five again, and a day later no more than that. */
	now += 86400 * 1000000000ull;
	for (passed = 0, i = 0; i < 100; i++)
		passed += ts_police_admit(p, (struct sockaddr *)&one.addr, now);
	assert_int_equal(passed, 5);
	now += 100000000;
	assert_true(ts_police_admit(p, (struct sockaddr *)&one.addr, now));
	assert_false(ts_police_admit(p, (struct sockaddr *)&one.addr, now));
	/* One host has all of a /64. */
	ts_endpoint_parse(&one, "[2001:db8::1]:1");
	ts_endpoint_parse(&other, "[2001:db8::2]:1");
	for (i = 0; i < 5; i++)
		assert_true(ts_police_admit(p, (struct sockaddr *)&one.addr, now));
	assert_false(ts_police_admit(p, (struct sockaddr *)&other.addr, now));
	ts_police_free(p);
}

static bool admits(struct ts_police *p, uint32_t source, uint64_t now)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(source) };

	return ts_police_admit(p, (struct sockaddr *)&from, now);
}

/* However many there are: they get no more than theirs, and nothing of a payer's. */
static void test_strangers(void **state)
{
	struct ts_police *p = ts_police_new(64, 10, 5, 100);
	struct sockaddr_in payer = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(7) };
	uint64_t now = 1000000000000ull;
	unsigned int passed = 0, i;

	ts_police_know(p, (struct sockaddr *)&payer, now);
	for (i = 100; i < 10100; i++)
		passed += admits(p, i, now);
	/* A tenth of a second of them at once. */
	assert_int_equal(passed, 10);
	/* A payer has four times what a stranger has. */
	for (i = 0; i < 4 * 5; i++)
		assert_true(admits(p, 7, now));
	assert_false(admits(p, 7, now));
	now += 1000000000;
	assert_true(admits(p, 7, now));
	/* Who is elsewhere now, or was silent for ten minutes, is a stranger. */
	ts_police_forget(p, (struct sockaddr *)&payer, now);
	for (i = 100; i < 10100; i++)
		admits(p, i, now);
	assert_false(admits(p, 7, now));
	ts_police_know(p, (struct sockaddr *)&payer, now);
	now += 601 * 1000000000ull;
	for (i = 100; i < 10100; i++)
		admits(p, i, now);
	assert_false(admits(p, 7, now));
	ts_police_free(p);
}

static void test_replies(void **state)
{
	struct ts_replies *r = calloc(1, sizeof(*r));
	struct ts_reply *slot, out;
	uint64_t numbers[TS_REPLY_SLOTS];
	int i;

	ts_reply_init(r);
	assert_false(ts_reply_take(r, 0, &out));
	for (i = 0; i < TS_REPLY_SLOTS; i++) {
		slot = ts_reply_add(r);
		assert_non_null(slot);
		slot->arrived_ns = i;
		numbers[i] = slot->number;
	}
	assert_null(ts_reply_add(r));
	assert_true(ts_reply_take(r, numbers[7], &out));
	assert_int_equal(out.arrived_ns, 7);
	/* Once, and not by whoever has the place now. */
	assert_false(ts_reply_take(r, numbers[7], &out));
	slot = ts_reply_add(r);
	assert_non_null(slot);
	assert_int_not_equal(slot->number, numbers[7]);
	assert_false(ts_reply_take(r, numbers[7], &out));
	assert_true(ts_reply_take(r, slot->number, &out));
	for (i = 0; i < TS_REPLY_SLOTS; i++)
		assert_int_equal(ts_reply_take(r, numbers[i], &out), i != 7);
	for (i = 0; i < TS_REPLY_SLOTS; i++)
		assert_non_null(ts_reply_add(r));
	assert_null(ts_reply_add(r));
	free(r);
}

/* Whole lines in order; a gap is told once, in its place, and never silent. */
static void test_watcher(void **state)
{
	struct ts_watcher *w = calloc(1, sizeof(*w));
	const char *gap;
	char line[64];
	int n = 0, len;

	do {
		len = snprintf(line, sizeof(line), "{\"event\":\"low\",\"n\":%d}\n", n);
	} while (ts_watcher_add(w, line, len) && ++n);
	assert_in_range(n, 2000, 4000);
	assert_true(w->len <= sizeof(w->text));
	/* Full: the next ones are lost, too, without a word as yet. */
	assert_false(ts_watcher_add(w, line, len));
	assert_null(memmem(w->text, w->len, "lost", 4));
	/* Half of the first line is sent: what is left of it stays. */
	ts_watcher_sent(w, 5);
	assert_memory_equal(w->text, "nt\":\"low\",\"n\":0}\n", 17);
	/* With room the gap comes first, then the line after it. */
	assert_false(ts_watcher_add(w, line, len));
	ts_watcher_sent(w, 1000);
	assert_true(ts_watcher_add(w, line, len));
	gap = memmem(w->text, w->len, "{\"lost", 6);
	assert_ptr_equal(gap, w->text + w->len - len - strlen(TS_WATCHER_LOST));
	assert_memory_equal(gap + strlen(TS_WATCHER_LOST), line, len);
	assert_true(ts_watcher_add(w, line, len));
	assert_ptr_equal(memmem(gap + 1, w->text + w->len - gap - 1, "lost", 4), gap + 2);
	/* When all is sent a gap is told without waiting for another line. */
	while (ts_watcher_add(w, line, len))
		;
	ts_watcher_sent(w, w->len);
	assert_int_equal(w->len, strlen(TS_WATCHER_LOST));
	ts_watcher_sent(w, w->len);
	assert_int_equal(w->len, 0);
	/* What the meter itself lost is told as well. */
	ts_watcher_lose(w);
	assert_int_equal(w->len, strlen(TS_WATCHER_LOST));
	free(w);
}

/* Each part, up to NULL, is in the rules of @spec; but not what stands behind a '!'. */
static void rules_have(const struct ts_gate_spec *spec, const char *const *parts)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool want;

	ts_gate_text(spec, out);
	fclose(out);
	for (; *parts; parts++) {
		want = **parts != '!';
		if (!!strstr(text, *parts + !want) != want)
			fail_msg("%s \"%s\":\n%s", want ? "lacks" : "has",
				 *parts + !want, text);
	}
	free(text);
}

static const char *const rules_of_all[] = {
	"iifname \"wlan*\" goto access_in",
	"oifname \"lan1\" goto access_out",
	"elements = { 3, 17 }",
	/* stamp 1, redirect 2, reject 4, of the mask's lowest bit */
	"meta mark & 0x00700000 != 0 accept",
	"meta mark & 0x00200000 == 0x00200000 meta nfproto ipv4 tcp dport 80 "
	"tcp flags & (fin | syn | rst | ack) == syn dnat ip to 10.0.0.1:8081",
	"dnat ip6 to [fd00::1]:8081",
	"meta mark & 0x00400000 == 0x00400000 goto refuse_now",
	"reject with tcp reset",
	"table bridge tokenswitch {",
	"!counter own",
	"\t\tip daddr != @guests4 ct state != { established, related } counter drop comment \"nobody asked for it\"",
	"\t\tip6 daddr != @guests6 ct state != { established, related } counter drop comment \"nobody asked for it\"",
	"meta oifkind \"bridge\" ip daddr != @guests4 ct state",
	"guests4 {\n\t\ttype ipv4_addr\n\t}",
	NULL
};

static const char *const rules_of_guests[] = {
	"type ipv4_addr\n\t\telements = { 10.0.0.7 }",
	"type ipv6_addr\n\t\telements = { fd00::9 }",
	NULL
};

static const char *const rules_of_own[] = {
	"ct direction reply counter name \"own\"",
	NULL
};

static const char *const rules_of_unsolicited[] = {
	"redirect to :8081",
	"!ct state",
	"!elements",
	NULL
};

/* It has the web requests of IPv4, and nothing else of ours. */
static const char *const rules_of_opennds[] = {
	"!dnat ip to",
	"dnat ip6 to [fd00::1]:8081",
	"\t\ttcp dport 8081 accept\n\t\tip daddr 10.0.0.1 tcp dport 2050 accept\n\t\tcounter drop",
	NULL
};

/* A kernel that can nothing of it still closes. */
static const char *const rules_of_nothing[] = {
	"!bridge",
	"!dnat",
	"!reject",
	"!ct state",
	"goto access_in",
	"oif != @metered counter drop",
	NULL
};

static void test_ruleset(void **state)
{
	struct ts_gate_spec *s = calloc(1, sizeof(*s));

	s->features = TS_GATE_ALL;
	s->mark_mask = 0x00f00000;
	strcpy(s->patterns[0], "wlan*");
	strcpy(s->patterns[1], "lan1");
	s->n_patterns = 2;
	s->metered[0] = 3;
	s->metered[1] = 17;
	s->n_metered = 2;
	s->portal_port = 8081;
	ts_endpoint_parse(&s->portal4, "10.0.0.1:8081");
	ts_endpoint_parse(&s->portal6, "[fd00::1]:8081");
	rules_have(s, rules_of_all);

	s->guests[0].family = AF_INET;
	memcpy(s->guests[0].ip, "\x0a\x00\x00\x07", 4);
	s->guests[1].family = AF_INET6;
	s->guests[1].ip[0] = 0xfd;
	s->guests[1].ip[15] = 9;
	s->n_guests = 2;
	rules_have(s, rules_of_guests);
	s->n_guests = 0;

	ts_endpoint_parse(&s->opennds, "10.0.0.1:2050");
	rules_have(s, rules_of_opennds);
	s->opennds.len = 0;

	s->own = true;
	rules_have(s, rules_of_own);
	s->own = false;

	ts_endpoint_parse(&s->portal4, "0.0.0.0:8081");
	s->unsolicited = true;
	s->n_metered = 0;
	rules_have(s, rules_of_unsolicited);

	s->features = 0;
	s->unsolicited = false;
	rules_have(s, rules_of_nothing);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_price),
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_police),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_watcher),
		cmocka_unit_test(test_ruleset),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("tsd_parts", tests, NULL, NULL);
}
