// SPDX-License-Identifier: GPL-2.0
/* Cases of class.c: which rule an address gets, and which a service. */

#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/socket.h>

#define RULE4(a, b, c, d, len, cl) {					\
	.addr = { cpu_to_be32((a) << 24 | (b) << 16 | (c) << 8 | (d)) },\
	.family = AF_INET, .prefix_len = len, .class = cl }
#define RULE6(a, b, len, cl) {						\
	.addr = { cpu_to_be32(a), cpu_to_be32(b) },			\
	.family = AF_INET6, .prefix_len = len, .class = cl }
#define SERVICE4(pr, po, ends)						\
	{ .addr = { cpu_to_be32(0x0a010203) }, .family = AF_INET,	\
	  .prefix_len = 32, .proto = pr, .port = po, .ends_here = ends }

/* In an order that the table has to change. */
static const struct ts_rule class_rules[] __initconst = {
	RULE4(10, 0, 0, 0, 8, TS_CLASS_LOCAL),
	{ .proto = IPPROTO_UDP, .port = 53 },
	SERVICE4(IPPROTO_UDP, 53, 1),
	SERVICE4(IPPROTO_TCP, 8080, 0),
	RULE4(10, 1, 2, 3, 32, TS_CLASS_FREE),
	RULE4(10, 1, 0, 0, 16, TS_CLASS_INTERNET),
	RULE4(172, 16, 0, 0, 12, TS_CLASS_LOCAL),
	RULE6(0xfd000000, 0, 8, TS_CLASS_LOCAL),
	RULE6(0xfd001234, 0x56780000, 48, TS_CLASS_FREE),
};

static const struct class_case {
	bool v6;
	u32 addr[2];
	u32 class;
} class_cases[] __initconst = {
	{ false, { 0x0a090909 }, TS_CLASS_LOCAL },		/* 1 */
	{ false, { 0x0a010909 }, TS_CLASS_INTERNET },		/* 2: longer */
	{ false, { 0x0a010203 }, TS_CLASS_FREE },		/* 3: longest */
	{ false, { 0x0a010204 }, TS_CLASS_INTERNET },		/* 4 */
	{ false, { 0x0b000000 }, TS_CLASS_INTERNET },		/* 5: no rule */
	{ false, { 0xac100001 }, TS_CLASS_LOCAL },		/* 6 */
	{ false, { 0xac1fffff }, TS_CLASS_LOCAL },		/* 7: its last */
	{ false, { 0xac200000 }, TS_CLASS_INTERNET },		/* 8: behind it */
	{ true, { 0xfd001234, 0x56781111 }, TS_CLASS_FREE },	/* 9 */
	{ true, { 0xfd001234, 0x56791111 }, TS_CLASS_LOCAL },	/* 10 */
	{ true, { 0xfe001234, 0 }, TS_CLASS_INTERNET },		/* 11 */
	{ true, { 0x0a010203, 0 }, TS_CLASS_INTERNET },		/* 12: not IPv4 */
};

/* Return: the number of the case that failed, 0: none. */
static unsigned int __init prefix_selftest(const struct ts_tables *tables)
{
	const struct class_case *c;
	struct ts_frame f = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(class_cases); i++) {
		c = &class_cases[i];
		f.flags = c->v6 ? TS_FRAME_IP6 : TS_FRAME_IP4;
		f.remote[0] = (__force u32)cpu_to_be32(c->addr[0]);
		f.remote[1] = (__force u32)cpu_to_be32(c->addr[1]);
		if (ts_table_prefix(tables, &f) != c->class)
			return i + 1;
	}
	return 0;
}

/* At 10.1.2.3, of which nobody needs to be asked whether it is the box's. */
static const struct service_case {
	u8 proto;
	u16 port;
	int kind;
} service_cases[] __initconst = {
	{ IPPROTO_UDP, 53, TS_SERVICE_ENDS_HERE },	/* 1: before any address */
	{ IPPROTO_TCP, 8080, TS_SERVICE_LISTED },	/* 2 */
	{ IPPROTO_TCP, 53, TS_SERVICE_NONE },		/* 3 */
	{ IPPROTO_UDP, 8080, TS_SERVICE_NONE },		/* 4 */
};

/* Likewise. */
static unsigned int __init service_selftest(const struct ts_tables *tables)
{
	const struct ts_class_table *t = tables->rules;
	const struct service_case *c;
	struct ts_frame f = {
		.flags = TS_FRAME_IP4 | TS_FRAME_L4,
		.remote = { (__force u32)cpu_to_be32(0x0a010203) },
	};
	unsigned int i;

	/* Else there would be a port to look at. */
	if (t->rule[t->n_rules - 1].family)
		return 1;
	for (i = 0; i < ARRAY_SIZE(service_cases); i++) {
		c = &service_cases[i];
		f.proto = c->proto;
		f.remote_port = c->port;
		if (ts_table_service(tables, &f) != c->kind)
			return i + 1;
	}
	return 0;
}

/* Build the table rule by rule, as CLASS_ADD does. */
static struct ts_class_table __init *class_build(void)
{
	struct ts_class_table *t = NULL, *old;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(class_rules); i++) {
		old = t;
		t = kvzalloc(table_bytes(i + 1), GFP_KERNEL);
		if (t)
			table_copy(t, old, &class_rules[i], NULL);
		kvfree(old);
		if (!t)
			return NULL;
	}
	return t;
}

int __init ts_class_selftest(void)
{
	struct ts_tables tables = { .rules = class_build() };
	unsigned int failed;

	if (!tables.rules)
		return ARRAY_SIZE(class_cases) + ARRAY_SIZE(service_cases) + 1;
	failed = prefix_selftest(&tables);
	if (!failed) {
		failed = service_selftest(&tables);
		failed += failed ? ARRAY_SIZE(class_cases) : 0;
	}
	kvfree(tables.rules);
	return failed;
}
