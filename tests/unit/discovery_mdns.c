// SPDX-License-Identifier: GPL-2.0
/*
 * discovery_mdns.c - the bytes of query and answer, and all that is neither.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "discovery/mdns.h"

#define ADDRESS	"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
#define OTHER	"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
#define SERVICE	"\x07_photon\x05local"

static struct ts_mdns_service node(const char *address)
{
	struct ts_mdns_service s = { .ip = { { 192, 0, 2, 7 } }, .n_ips = 1, .port = 40001 };

	assert_int_equal(ts_address_parse(&s.address, address), 0);
	return s;
}

/** struct built - a packet that a test writes by hand */
struct built {
	uint8_t b[TS_MDNS_PACKET_MAX_BYTES + 1];
	size_t len;
};

static void put(struct built *p, const void *bytes, size_t len)
{
	assert_true(len <= sizeof(p->b) - p->len);
	memcpy(p->b + p->len, bytes, len);
	p->len += len;
}

#define PUT(p, literal)	put(p, literal, sizeof(literal) - 1)

static void begin(struct built *p, uint16_t flags, uint16_t qd, uint16_t an,
		  uint16_t ns, uint16_t ar)
{
	uint16_t words[] = { 0x1234, flags, qd, an, ns, ar };
	size_t i;

	p->len = 0;
	for (i = 0; i < 6; i++) {
		uint8_t two[] = { words[i] >> 8, words[i] & 0xff };

		put(p, two, 2);
	}
}

static void record(struct built *p, const void *owner, size_t owner_len, uint16_t type,
		   uint16_t class, uint32_t ttl_s, const void *data, uint16_t len)
{
	uint8_t head[] = { type >> 8, type & 0xff, class >> 8, class & 0xff, ttl_s >> 24,
			   ttl_s >> 16 & 0xff, ttl_s >> 8 & 0xff, ttl_s & 0xff,
			   len >> 8, len & 0xff };

	put(p, owner, owner_len);
	put(p, head, sizeof(head));
	put(p, data, len);
}

#define RECORD(p, owner, type, class, ttl, data) \
	record(p, owner, sizeof(owner), type, class, ttl, data, sizeof(data) - 1)

static int decode(const struct built *p, struct ts_mdns_packet *out)
{
	struct ts_mdns_service ours = node(ADDRESS);
	/* Of its own length, so that ASan sees a byte too many. */
	uint8_t *copy = malloc(p->len ? p->len : 1);
	int ret;

	memcpy(copy, p->b, p->len);
	ret = ts_mdns_decode(out, copy, p->len, &ours.address);
	free(copy);
	return ret;
}

static void test_query(void **state)
{
	static const char want[] =
		"\0\0\0\0\0\1\0\0\0\0\0\0" SERVICE "\0" "\0\x0c\0\x01";
	struct ts_mdns_packet p;
	struct built q;

	q.len = ts_mdns_query(q.b);
	assert_int_equal(q.len, TS_MDNS_QUERY_BYTES);
	assert_int_equal(q.len, sizeof(want) - 1);
	assert_memory_equal(q.b, want, q.len);
	assert_int_equal(decode(&q, &p), 0);
	assert_false(p.response);
	assert_int_equal(p.about, TS_MDNS_SERVICE);
	assert_false(p.unicast);
	assert_false(p.knows);
}

static void test_answer(void **state)
{
	static const char want[] =
		"\0\0\x84\0\0\0\0\4\0\0\0\0"
		SERVICE "\0" "\0\x0c\0\x01\0\0\0\x78\0\x2d" "\x2a" ADDRESS "\xc0\x0c"
		"\xc0\x25" "\0\x21\0\x01\0\0\0\x78\0\x38" "\0\0\0\0\x9c\x41"
		"\x2a" ADDRESS "\x05local\0"
		"\xc0\x64" "\0\x01\0\x01\0\0\0\x78\0\x04" "\xc0\0\x02\x07"
		"\xc0\x25" "\0\x10\0\x01\0\0\0\x78\0\x2b" "\x2a" ADDRESS;
	struct ts_mdns_service s = node(ADDRESS);
	struct ts_mdns_packet p;
	struct built a;

	a.len = ts_mdns_answer(a.b, &s, NULL);
	assert_int_equal(a.len, sizeof(want) - 1);
	assert_memory_equal(a.b, want, a.len);
	assert_int_equal(decode(&a, &p), 0);
	assert_true(p.response);
	assert_int_equal(p.n_services, 1);
	assert_memory_equal(&p.services[0], &s, sizeof(s));
}

/* The id and the question of a plain resolver come back, whatever he asked. */
static void test_legacy(void **state)
{
	static const struct {
		enum ts_mdns_about about;
		uint16_t type;
	} asked[] = {
		{ TS_MDNS_SERVICE, 12 }, { TS_MDNS_SERVICE, 255 },
		{ TS_MDNS_INSTANCE, 33 }, { TS_MDNS_INSTANCE, 16 },
		{ TS_MDNS_INSTANCE, 12 }, { TS_MDNS_HOST, 1 },
	};
	struct ts_mdns_service s = node(ADDRESS);
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct ts_mdns_packet in = { .id = 0xbeef, .about = asked[i].about,
					     .qtype = asked[i].type, .qclass = 1 }, out;
		struct built a;

		a.len = ts_mdns_answer(a.b, &s, &in);
		assert_true(a.len <= TS_MDNS_ANSWER_MAX_BYTES);
		assert_int_equal(decode(&a, &out), 0);
		assert_int_equal(out.id, 0xbeef);
		assert_int_equal(a.b[5], 1);
		assert_int_equal(out.n_services, 1);
		assert_memory_equal(&out.services[0], &s, sizeof(s));
		/* As a query, the same question is about the same. */
		a.b[2] = a.b[3] = a.b[7] = 0;
		for (a.len = 12; a.b[a.len]; a.len += 1 + a.b[a.len])
			;
		a.len += 5;
		assert_int_equal(decode(&a, &out), 0);
		assert_int_equal(out.about, asked[i].about);
		assert_int_equal(out.qtype, asked[i].type);
	}
}

static void question(struct built *q, const char *name, size_t len, uint16_t type,
		     uint16_t class)
{
	uint8_t tail[] = { type >> 8, type & 0xff, class >> 8, class & 0xff };

	begin(q, 0, 1, 0, 0, 0);
	put(q, name, len);
	put(q, tail, sizeof(tail));
}

#define QUESTION(q, name, type, class)	question(q, name, sizeof(name), type, class)

static void test_questions(void **state)
{
	struct ts_mdns_packet p;
	struct built q;

	QUESTION(&q, SERVICE, 12, 0x8001);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_SERVICE);
	assert_true(p.unicast);
	assert_int_equal(p.id, 0x1234);
	QUESTION(&q, "\7_PHOTON\5LOCAL", 255, 255);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_SERVICE);
	/* None of these is for us. */
	QUESTION(&q, SERVICE, 1, 1);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_NOTHING);
	QUESTION(&q, SERVICE, 12, 3);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_NOTHING);
	QUESTION(&q, "\x2a" OTHER SERVICE, 255, 1);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_NOTHING);
	QUESTION(&q, "\4_tcp" SERVICE, 12, 0x8001);
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_NOTHING);
	assert_false(p.unicast);
	/* Two questions, by a pointer to the first's name, the second for us. */
	begin(&q, 0, 2, 0, 0, 0);
	PUT(&q, "\4_tcp" SERVICE "\0" "\0\x0c\0\x01" "\xc0\x11" "\0\x0c\0\x01");
	assert_int_equal(decode(&q, &p), 0);
	assert_int_equal(p.about, TS_MDNS_SERVICE);
}

static void test_known_answer(void **state)
{
	static const char ours[] = "\x2a" ADDRESS "\xc0\x0c";
	static const char other[] = "\x2a" OTHER "\xc0\x0c";
	struct ts_mdns_packet p;
	struct built q;

	QUESTION(&q, SERVICE, 12, 1);
	q.b[7] = 1;
	record(&q, "\xc0\x0c", 2, 12, 1, 60, ours, sizeof(ours) - 1);
	assert_int_equal(decode(&q, &p), 0);
	assert_true(p.knows);
	assert_int_equal(p.about, TS_MDNS_SERVICE);
	QUESTION(&q, SERVICE, 12, 1);
	q.b[7] = 1;
	record(&q, "\xc0\x0c", 2, 12, 1, 59, ours, sizeof(ours) - 1);
	assert_int_equal(decode(&q, &p), 0);
	assert_false(p.knows);
	QUESTION(&q, SERVICE, 12, 1);
	q.b[7] = 1;
	record(&q, "\xc0\x0c", 2, 12, 1, 60, other, sizeof(other) - 1);
	assert_int_equal(decode(&q, &p), 0);
	assert_false(p.knows);
}

#define INSTANCE "\x2a" ADDRESS SERVICE
#define TXT	"\x2a" OTHER
#define SRV(port) "\0\0\0\0" port "\3box\5local\0"

/* The order of the records is the sender's affair; so are the sections. */
static void test_join(void **state)
{
	struct ts_mdns_service s = node(OTHER);
	struct ts_mdns_packet p;
	struct built a;

	begin(&a, 0x8400, 0, 2, 0, 2);
	RECORD(&a, INSTANCE, 16, 0x8001, 120, TXT);
	RECORD(&a, "\3BOX\5local", 1, 1, 120, "\xc0\0\2\7");
	RECORD(&a, "\3box\5local", 1, 1, 120, "\xc0\0\2\x08");
	RECORD(&a, INSTANCE, 33, 1, 120, SRV("\x9c\x41"));
	assert_int_equal(decode(&a, &p), 0);
	assert_int_equal(p.n_services, 1);
	/* The id is that of the TXT record, not of the name. */
	assert_true(ts_address_equal(&p.services[0].address, &s.address));
	assert_int_equal(p.services[0].port, 40001);
	assert_int_equal(p.services[0].n_ips, 2);
	assert_memory_equal(p.services[0].ip[0], "\xc0\0\2\7", 4);
	assert_memory_equal(p.services[0].ip[1], "\xc0\0\2\x08", 4);
}

/** struct odd - an answer with one thing that makes it say nothing */
struct odd {
	const char *why;
	uint16_t class;
	uint32_t ttl_s;
	const char *txt;
	size_t txt_len;
	const char *srv;
	size_t srv_len;
	const char *ip;
};

#define ODD(why, class, ttl, txt, srv, ip) \
	{ why, class, ttl, txt, sizeof(txt) - 1, srv, sizeof(srv) - 1, ip }

static void test_says_nothing(void **state)
{
	static const struct odd odd[] = {
		ODD("nothing is wrong", 1, 120, TXT, SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("another class", 3, 120, TXT, SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("goodbye", 1, 0, TXT, SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("port 0", 1, 120, TXT, SRV("\0\0"), "\xc0\0\2\7"),
		ODD("this host", 1, 120, TXT, SRV("\x9c\x41"), "\0\0\0\0"),
		ODD("loopback", 1, 120, TXT, SRV("\x9c\x41"), "\x7f\0\0\1"),
		ODD("a group", 1, 120, TXT, SRV("\x9c\x41"), "\xe0\0\0\xfb"),
		ODD("broadcast", 1, 120, TXT, SRV("\x9c\x41"), "\xff\xff\xff\xff"),
		ODD("two strings", 1, 120, TXT "\1x", SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("a short string", 1, 120, "\x05hello", SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("no string", 1, 120, "\0", SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("nothing at all", 1, 120, "", SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("a wrong checksum", 1, 120,
		    "\x2a" "0xFb6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		    SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("no address", 1, 120,
		    "\x2a" "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d3\0\0",
		    SRV("\x9c\x41"), "\xc0\0\2\7"),
		ODD("another host", 1, 120, TXT, "\0\0\0\0\x9c\x41\3bex\5local\0",
		    "\xc0\0\2\7"),
	};
	struct ts_mdns_packet p;
	struct built a;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		const struct odd *o = &odd[i];

		begin(&a, 0x8400, 0, 3, 0, 0);
		record(&a, INSTANCE, sizeof(INSTANCE), 33, o->class, o->ttl_s, o->srv,
		       o->srv_len);
		record(&a, "\3box\5local", 11, 1, o->class, o->ttl_s, o->ip, 4);
		record(&a, INSTANCE, sizeof(INSTANCE), 16, o->class, o->ttl_s, o->txt,
		       o->txt_len);
		if (decode(&a, &p) || p.n_services != !i)
			fail_msg("%s: %u services", o->why, p.n_services);
	}
	/* Another service's node, with all that a node has. */
	begin(&a, 0x8400, 0, 3, 0, 0);
	RECORD(&a, "\x2a" ADDRESS "\5_http\5local", 33, 1, 120, SRV("\x9c\x41"));
	RECORD(&a, "\3box\5local", 1, 1, 120, "\xc0\0\2\7");
	RECORD(&a, "\x2a" ADDRESS "\5_http\5local", 16, 1, 120, TXT);
	assert_int_equal(decode(&a, &p), 0);
	assert_int_equal(p.n_services, 0);
}

/* Every shorter packet, and every longer one, is refused. */
static void test_cut(void **state)
{
	struct ts_mdns_service s = node(ADDRESS);
	struct ts_mdns_packet p;
	struct built a;
	size_t whole;

	a.len = ts_mdns_answer(a.b, &s, NULL);
	whole = a.len;
	for (a.len = 0; a.len < whole; a.len++)
		assert_int_equal(decode(&a, &p), -EBADMSG);
	a.b[whole] = 0;
	a.len = whole + 1;
	assert_int_equal(decode(&a, &p), -EBADMSG);
	a.len = ts_mdns_query(a.b);
	a.len--;
	assert_int_equal(decode(&a, &p), -EBADMSG);
	memset(a.b, 0, sizeof(a.b));
	a.len = TS_MDNS_PACKET_MAX_BYTES + 1;
	assert_int_equal(decode(&a, &p), -EBADMSG);
}

static void refused(const char *why, const struct built *q)
{
	struct ts_mdns_packet p;

	if (decode(q, &p) != -EBADMSG)
		fail_msg("%s was taken for a good packet", why);
}

static void test_hostile_names(void **state)
{
	char label[64 + 1] = "\x3f";
	struct built q;
	int i;

	memset(label + 1, 'a', 63);
	QUESTION(&q, "", 12, 1);
	assert_int_equal(q.len, 17);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\xc0\x0c" "\0\x0c\0\x01");
	refused("a pointer to itself", &q);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\1a\xc0\x0c" "\0\x0c\0\x01");
	refused("a pointer to its own labels", &q);
	begin(&q, 0, 2, 0, 0, 0);
	PUT(&q, "\1a\xc0\x14" "\0\x0c\0\x01" "\1b\xc0\x0c" "\0\x0c\0\x01");
	refused("two that lead to each other", &q);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\xc0\x00" "\0\x0c\0\x01");
	refused("a pointer into the header", &q);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\xff\xff" "\0\x0c\0\x01");
	refused("a pointer behind the end", &q);
	begin(&q, 0, 3, 0, 0, 0);
	PUT(&q, "\1a\0" "\0\x0c\0\x01" "\xc0\x0c" "\0\x0c\0\x01" "\xc0\x13" "\0\x0c\0\x01");
	refused("a pointer to a pointer", &q);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\x40" "a" "\0\0\x0c\0\x01");
	refused("a label of a kind that there is not", &q);
	begin(&q, 0, 1, 0, 0, 0);
	PUT(&q, "\x3f" "abc" "\0\0\x0c\0\x01");
	refused("a label that is longer than the packet", &q);
	begin(&q, 0, 1, 0, 0, 0);
	for (i = 0; i < 4; i++)
		put(&q, label, 64);
	PUT(&q, "\0" "\0\x0c\0\x01");
	refused("a name of 257 bytes", &q);
	begin(&q, 0, 1, 0, 0, 0);
	for (i = 0; i < 3; i++)
		put(&q, label, 64);
	q.b[q.len] = 62;
	memset(q.b + q.len + 1, 'b', 62);
	q.len += 63;
	PUT(&q, "\0" "\0\x0c\0\x01");
	refused("a name of 256 bytes", &q);
	q.b[12 + 3 * 64] = 61;
	memmove(q.b + q.len - 6, q.b + q.len - 5, 5);
	q.len--;
	assert_int_equal(decode(&q, &(struct ts_mdns_packet){ }), 0);
}

static void test_hostile_counts(void **state)
{
	struct built q;

	begin(&q, 0, 0xffff, 0, 0, 0);
	refused("65535 questions in nothing", &q);
	begin(&q, 0x8400, 0, 0xffff, 0xffff, 0xffff);
	refused("196605 records in nothing", &q);
	begin(&q, 0x8400, 0, 2, 0, 0);
	RECORD(&q, "\3box\5local", 1, 1, 120, "\xc0\0\2\7");
	refused("a record less than there are said to be", &q);
	begin(&q, 0x8400, 0, 1, 0, 0);
	RECORD(&q, "\3box\5local", 1, 1, 120, "\xc0\0\2\7\7");
	refused("an address of five bytes", &q);
	begin(&q, 0x8400, 0, 1, 0, 0);
	RECORD(&q, INSTANCE, 33, 1, 120, "\0\0\0\0\x9c");
	refused("half a port", &q);
	begin(&q, 0x8400, 0, 1, 0, 0);
	RECORD(&q, INSTANCE, 33, 1, 120, SRV("\x9c\x41") "x");
	refused("a host with something behind it", &q);
	begin(&q, 0x8400, 0, 1, 0, 0);
	RECORD(&q, INSTANCE, 16, 1, 120, "\5abc");
	refused("a string that is longer than its record", &q);
	begin(&q, 0x8400, 0, 1, 0, 0);
	RECORD(&q, "\3box\5local", 1, 1, 120, "\xc0\0\2\7");
	q.b[q.len - 5] = 5;
	refused("data that is longer than the packet", &q);
}

static void test_ignored(void **state)
{
	struct built q;

	QUESTION(&q, SERVICE, 12, 1);
	q.b[2] = 0x08;
	refused("another opcode", &q);
	q.b[2] = 0;
	q.b[3] = 3;
	refused("a response code", &q);
}

/* More nodes than we keep: the first ones, and no more. */
static void test_many(void **state)
{
	struct ts_mdns_packet p;
	struct built a;
	int i;

	begin(&a, 0x8400, 0, 3 * 40, 0, 0);
	for (i = 0; i < 40; i++) {
		char instance[] = "\2xx" SERVICE;

		instance[1] = 'a' + i / 10;
		instance[2] = '0' + i % 10;
		RECORD(&a, instance, 33, 1, 120, SRV("\x9c\x41"));
		RECORD(&a, instance, 16, 1, 120, TXT);
		RECORD(&a, "\3box\5local", 1, 1, 120, "\xc0\0\2\7");
	}
	assert_int_equal(decode(&a, &p), 0);
	assert_int_equal(p.n_services, TS_MDNS_SERVICES_MAX);
	assert_int_equal(p.services[0].n_ips, TS_MDNS_IPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_says_nothing),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_hostile_counts),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
