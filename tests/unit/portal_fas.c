// SPDX-License-Identifier: GPL-2.0
/* portal_fas.c - what openNDS sends clients with, and what others make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal_client.h"

#define HID "b4029d80c52b1e29af1cf8634fe8059edd03eb3130841e292550396cd9cabacf"
#define REST "client_type=cpd_can, gatewayname=openNDS%20Node, gatewayurl=http%3a%2f%2f10.66.1.1, " \
	"version=9.10.0, gatewayaddress=evil.example:2050, gatewaymac=020000000001, "
#define ORIGIN "http%3a%2f%2f10.66.2.2%2fgen204"
#define GOOD "hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02, " REST \
	"originurl=" ORIGIN ", clientif=p0, themespec=(null), (null)(null)(null)(null)"

static char *encode(const char *text)
{
	static char out[2 * TS_FAS_QUERY_MAX];

	sodium_bin2base64(out, sizeof(out), (const unsigned char *)text, strlen(text),
			  sodium_base64_VARIANT_ORIGINAL);
	return out;
}

static int parse(const char *text, struct ts_fas *fas)
{
	return ts_fas_parse(encode(text), fas);
}

static void test_good(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 };
	char url[TS_FAS_URL_SIZE], *space, *encoded;
	struct ts_fas fas;

	assert_int_equal(parse(GOOD, &fas), 0);
	assert_string_equal(fas.hid, HID);
	assert_int_equal(fas.ip, inet_addr("10.66.1.2"));
	assert_memory_equal(fas.mac, mac, sizeof(mac));
	assert_string_equal(fas.origin, ORIGIN);
	/* What sha256sum says of the two, one behind the other. */
	ts_fas_url(&fas, "0123456789abcdef", "10.66.1.1:2050", "10.66.1.1:8080", url);
	assert_string_equal(url, "http://10.66.1.1:2050/opennds_auth/?tok="
			    "1cf6eec76decbbb1436936bf073b456866809c29596191a6fdc3872d77a609d7"
			    "&redir=" ORIGIN);
	/* A browser's '+'. */
	encoded = encode("hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02, x=>>>");
	space = strchr(encoded, '+');
	assert_non_null(space);
	*space = ' ';
	assert_int_equal(ts_fas_parse(encoded, &fas), 0);
	/* It did not say where it wanted to go: to our page. */
	assert_string_equal(fas.origin, "");
	ts_fas_url(&fas, "0123456789abcdef", "10.66.1.1:2050", "10.66.1.1:8080", url);
	has(url, "&redir=http%3a%2f%2f10.66.1.1:8080");
}

static void test_hostile(void **state)
{
	static const char *const bad[] = {
		"", "x", ", , , ", "hid=", "hid=" HID, "hid=" HID ", clientip=10.66.1.2",
		"hid=" HID ", clientip=, clientmac=02:00:00:00:00:02",
		"hid=" HID ", clientip=10.66.1, clientmac=02:00:00:00:00:02",
		"hid=" HID ", clientip=fd66::2, clientmac=02:00:00:00:00:02",
		"hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:0",
		"hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:002",
		"hid=" HID ", clientip=10.66.1.2, clientmac=02-00-00-00-00-02",
		"hid=" HID ", clientip=10.66.1.2, clientmac=0x:00:00:00:00:02",
		"hid=" HID "0, clientip=10.66.1.2, clientmac=02:00:00:00:00:02",
		"hid=x" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02",
		"hid=g4029d80c52b1e29af1cf8634fe8059edd03eb3130841e292550396cd9cabacf, clientip=10.66.1.2, clientmac=02:00:00:00:00:02",
		"xhid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02",
	};
	static const char *const origins[] = {
		"javascript%3aalert(1)", "http://a", "http%3a%2f%2fa&tok=b",
		"http%3a%2f%2fa\r\nSet-Cookie: x", "https%3a%2f%2fa", "",
	};
	char text[3 * TS_FAS_ORIGIN_SIZE];
	struct ts_fas fas;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], &fas), -EINVAL);
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		snprintf(text, sizeof(text),
			 "hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02, originurl=%s",
			 origins[i]);
		assert_int_equal(parse(text, &fas), 0);
		assert_string_equal(fas.origin, "");
	}
	snprintf(text, sizeof(text), "hid=" HID ", clientip=10.66.1.2, clientmac=02:00:00:00:00:02, originurl=http%%3a%%2f%%2f%0*d",
		 2 * TS_FAS_ORIGIN_SIZE, 1);
	assert_int_equal(parse(text, &fas), 0);
	assert_string_equal(fas.origin, "");
	assert_int_equal(ts_fas_parse("!", &fas), -EINVAL);
	assert_int_equal(ts_fas_parse("aGlkPQ", &fas), -EINVAL);
	/* A NUL inside. */
	assert_int_equal(ts_fas_parse("aGlkAD0=", &fas), -EINVAL);
}

static void test_too_long(void **state)
{
	char *text = malloc(2 * TS_FAS_QUERY_MAX);
	struct ts_fas fas;
	size_t n;

	memset(text, 'A', 2 * TS_FAS_QUERY_MAX);
	for (n = TS_FAS_QUERY_MAX - 4; n < TS_FAS_QUERY_MAX + 8; n++) {
		text[n] = '\0';
		assert_int_equal(ts_fas_parse(text, &fas), -EINVAL);
		text[n] = 'A';
	}
	free(text);
}

static void test_key(void **state)
{
	static const char *const bad[] = {
		"", "123456789012345", "1234567890123456;", "12345678 90123456", "$(reboot)12345678",
		"'1234567890123456", "%s1234567890123456",
		"12345678901234567890123456789012345678901234567890123456789012345",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ts_fas_key_check(bad[i], strlen(bad[i])), -EINVAL);
	assert_int_equal(ts_fas_key_check("1234567890abcXYZ", 16), 0);
	assert_int_equal(ts_fas_key_check("1234567890abcXYZ\0", 17), -EINVAL);
}

static int door(void *ctx, const struct sockaddr *peer, const struct ts_fas *fas,
		char url[TS_FAS_URL_SIZE])
{
	if (fas->ip != inet_addr("10.66.1.2"))
		return -ENOENT;
	ts_fas_url(fas, "0123456789abcdef", "10.66.1.1:2050", "10.66.1.1:8080", url);
	return 0;
}

static char *visit_as(struct fixture *f, const char *query, const char *agent)
{
	static char out[65536];
	char request[4096];

	snprintf(request, sizeof(request),
		 "GET /opennds/%s%s HTTP/1.1\r\nHost: box.test\r\n%sConnection: close\r\n\r\n",
		 query ? "?fas=" : "", query ? encode(query) : "", agent);
	ask(f, f->port, request, strlen(request), out, sizeof(out));
	return out;
}

static char *visit(struct fixture *f, const char *query)
{
	return visit_as(f, query, "User-Agent: x\r\n");
}

static void test_path(void **state)
{
	struct fixture *f = *state;

	/* Without openNDS there is no such path. */
	has(visit(f, GOOD), "HTTP/1.1 404 ");
	f->portal->ops.fas = door;
	has(visit(f, GOOD), "\r\nLocation: http://10.66.1.1:2050/opennds_auth/?tok=");
	lacks(visit(f, GOOD), "evil");
	/* openNDS would not outlive it. */
	has(visit_as(f, GOOD, ""), "id=\"state\"");
	/* To everybody else it is the page, of who asks. */
	has(visit(f, "hid=" HID ", clientip=10.66.1.9, clientmac=02:00:00:00:00:02"), "id=\"state\"");
	has(visit(f, "nonsense"), "id=\"state\"");
	has(visit(f, NULL), "id=\"state\"");
	EXPECT(f, "POST /opennds/ HTTP/1.1\r\nHost: box.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	       "HTTP/1.1 405 ");
	EXPECT(f, "GET /opennds HTTP/1.1\r\nHost: box.test\r\nConnection: close\r\n\r\n",
	       "HTTP/1.1 404 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_key),
		cmocka_unit_test_setup_teardown(test_path, portal_setup, portal_teardown),
	};

	return cmocka_run_group_tests_name("portal_fas", tests, NULL, NULL);
}
