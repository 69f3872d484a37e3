// SPDX-License-Identifier: GPL-2.0
/*
 * What the shell tests ask of the module, without tsctl:
 *
 *   ctl meter PATTERN MAC...   meter the ports and give each station a budget
 *   ctl bytes                  print the billed bytes of all accounts
 *   ctl own                    take the ownership and keep it until a signal
 *   ctl dump                   dump accounts and ports without end
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

enum { ZONE = 7, TARIFF = 1 };

static struct client c;

static int fail(const char *what, int ret)
{
	fprintf(stderr, "ctl: %s: %s (%s)\n", what, strerror(-ret), c.extack);
	return 1;
}

static int tariff(void)
{
	struct nlattr *list, *price;
	int dir;

	client_begin(&c, TS_CMD_TARIFF_SET);
	client_u32(&c, TS_A_TARIFF_ID, TARIFF);
	client_u32(&c, TS_A_TARIFF_VERSION, 1);
	list = mnl_attr_nest_start(c.nlh, TS_A_PRICES);
	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		price = mnl_attr_nest_start(c.nlh, TS_A_PRICE);
		mnl_attr_put_u8(c.nlh, TS_PRICE_A_CLASS, TS_CLASS_INTERNET);
		mnl_attr_put_u8(c.nlh, TS_PRICE_A_DIR, dir);
		mnl_attr_put_u16(c.nlh, TS_PRICE_A_UNITS_PER_BYTE, 1);
		mnl_attr_nest_end(c.nlh, price);
	}
	mnl_attr_nest_end(c.nlh, list);
	return client_call(&c);
}

static int station(const char *mac)
{
	struct key key = { .zone = ZONE };
	struct account a;
	int ret;

	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &key.mac[0], &key.mac[1],
		   &key.mac[2], &key.mac[3], &key.mac[4], &key.mac[5]) != 6)
		return -EINVAL;
	client_begin(&c, TS_CMD_ACCOUNT_SET);
	client_u8(&c, TS_A_KIND, TS_KIND_CLIENT);
	client_u32(&c, TS_A_TARIFF_ID, TARIFF);
	client_keys(&c, &key, 1);
	ret = client_call(&c);
	if (ret)
		return ret;
	client_account(&c, &a);
	return account_call(&c, TS_CMD_GRANT, &a, TS_A_GRANTED, 1ULL << 40, NULL);
}

/* Accounts before ports, so that a flow that runs never meets a closed gate. */
static int meter(const char *pattern, char **macs)
{
	int ret;

	ret = tariff();
	if (ret)
		return fail("tariff", ret);
	for (; *macs; macs++) {
		ret = station(*macs);
		if (ret)
			return fail(*macs, ret);
	}
	client_begin(&c, TS_CMD_PORT_ADD);
	client_str(&c, TS_A_PORT_PATTERN, pattern);
	client_u8(&c, TS_A_PORT_ROLE, TS_ROLE_ACCESS);
	client_u8(&c, TS_A_PORT_DIRECTION, TS_DIRECTION_BOTH);
	client_u32(&c, TS_A_ZONE, ZONE);
	ret = client_call(&c);
	return ret ? fail(pattern, ret) : 0;
}

static int bytes_row(struct client *c, void *data)
{
	const struct nlattr *stat, *a;

	if (!c->tb[TS_A_STATS])
		return 0;
	mnl_attr_for_each_nested(stat, c->tb[TS_A_STATS])
		mnl_attr_for_each_nested(a, stat)
			if (mnl_attr_get_type(a) == TS_STAT_A_BYTES)
				*(uint64_t *)data += mnl_attr_get_u64(a);
	return 0;
}

static int bytes(void)
{
	uint64_t sum = 0;
	int ret;

	client_begin(&c, TS_CMD_ACCOUNT_GET);
	ret = client_dump(&c, bytes_row, &sum);
	if (ret)
		return fail("dump", ret);
	printf("%llu\n", (unsigned long long)sum);
	return 0;
}

static int own(void)
{
	int ret;

	client_begin(&c, TS_CMD_OWNER_SET);
	client_u8(&c, TS_A_OWNER, 1);
	ret = client_call(&c);
	if (ret)
		return fail("own", ret);
	client_join_events(&c);
	puts("owner");
	fflush(stdout);
	pause();
	return 0;
}

static int dump(void)
{
	for (;;) {
		client_begin(&c, TS_CMD_ACCOUNT_GET);
		if (client_dump(&c, NULL, NULL))
			return 0;
		client_begin(&c, TS_CMD_PORT_GET);
		if (client_dump(&c, NULL, NULL))
			return 0;
	}
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int ret;

	ret = client_open(&c);
	if (ret)
		return fail("family tokenswitch", ret);
	if (!strcmp(verb, "meter") && argc > 3)
		return meter(argv[2], argv + 3);
	if (!strcmp(verb, "bytes"))
		return bytes();
	if (!strcmp(verb, "own"))
		return own();
	if (!strcmp(verb, "dump"))
		return dump();
	fprintf(stderr, "ctl: meter PATTERN MAC... | bytes | own | dump\n");
	return 2;
}
