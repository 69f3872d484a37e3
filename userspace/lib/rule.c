// SPDX-License-Identifier: GPL-2.0
/*
 * The text form of a rule of the classifier, words between blanks:
 *
 *   CLASS ADDRESS[/LENGTH]		local 10.0.0.0/8, free 2001:db8::/32
 *   free udp|tcp [ADDRESS] PORT [ends-here]
 *					free udp 53, free tcp 192.0.2.1 8080 ends-here
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/rule.h"

#define ENDS_HERE "ends-here"

static const char *const class_names[TS_CLASS_COUNT] = {
	[TS_CLASS_FREE] = "free",
	[TS_CLASS_LOCAL] = "local",
	[TS_CLASS_INTERNET] = "internet",
	[TS_CLASS_RELAY] = "relay",
};

/** ts_class_name() - Return: the word for a class, "?" for none */
const char *ts_class_name(unsigned int class)
{
	return class < TS_CLASS_COUNT ? class_names[class] : "?";
}

/** ts_class_parse() - Return: 0 and @class set, or -EINVAL: no such word */
int ts_class_parse(const char *text, uint8_t *class)
{
	unsigned int i;

	for (i = 0; i < TS_CLASS_COUNT; i++) {
		if (!strcmp(text, class_names[i])) {
			*class = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_number(const char *text, unsigned long min, unsigned long max,
			unsigned long *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*out = strtoul(text, &end, 10);
	return errno || *end || *out < min || *out > max ? -EINVAL : 0;
}

static int parse_address(const char *text, struct ts_rule *rule)
{
	if (inet_pton(AF_INET, text, rule->addr) == 1)
		rule->family = AF_INET;
	else if (inet_pton(AF_INET6, text, rule->addr) == 1)
		rule->family = AF_INET6;
	else
		return -EINVAL;
	rule->prefix_len = rule->family == AF_INET ? 32 : 128;
	return 0;
}

/* Prefixes are kept with the host part zero: 10.1.2.3/8 is refused, not fixed. */
static bool host_part_zero(const struct ts_rule *rule)
{
	unsigned int bits = rule->family == AF_INET ? 32 : 128, i;

	for (i = rule->prefix_len; i < bits; i++)
		if (rule->addr[i / 8] & (0x80 >> (i % 8)))
			return false;
	return true;
}

static int parse_prefix(char *text, struct ts_rule *rule, char *err, size_t err_size)
{
	char *slash = strchr(text, '/');
	unsigned long len;

	if (slash)
		*slash++ = '\0';
	if (parse_address(text, rule)) {
		snprintf(err, err_size, "\"%s\" is not an IPv4 or IPv6 address", text);
		return -EINVAL;
	}
	if (slash) {
		if (parse_number(slash, 0, rule->prefix_len, &len)) {
			snprintf(err, err_size, "prefix length \"%s\" is not 0 to %u", slash,
				 rule->prefix_len);
			return -EINVAL;
		}
		rule->prefix_len = len;
	}
	if (!host_part_zero(rule)) {
		snprintf(err, err_size, "%s/%u: address bits after the first %u must be 0",
			 text, rule->prefix_len, rule->prefix_len);
		return -EINVAL;
	}
	return 0;
}

static int parse_service(char *words[], int n, struct ts_rule *rule, char *err,
			 size_t err_size)
{
	unsigned long port;

	rule->ends_here = !strcmp(words[n - 1], ENDS_HERE);
	n -= rule->ends_here;
	rule->proto = !strcmp(words[1], "tcp") ? IPPROTO_TCP : IPPROTO_UDP;
	if (rule->class != TS_CLASS_FREE) {
		snprintf(err, err_size, "a service can only be free, not %s",
			 ts_class_name(rule->class));
		return -EINVAL;
	}
	if (n == 4 && parse_address(words[2], rule)) {
		snprintf(err, err_size, "\"%s\" is not an IPv4 or IPv6 address", words[2]);
		return -EINVAL;
	}
	if (n < 3 || n > 4 || parse_number(words[n - 1], 1, 65535, &port)) {
		snprintf(err, err_size,
			 "a service ends with a port, 1 to 65535, and perhaps " ENDS_HERE);
		return -EINVAL;
	}
	rule->port = port;
	return 0;
}

/**
 * ts_rule_parse() - read a rule
 * @text: the words
 * @rule: set on success
 * @err: on failure what is wrong, one line
 * @err_size: room in @err
 *
 * Return: 0 or -EINVAL.
 */
int ts_rule_parse(const char *text, struct ts_rule *rule, char *err, size_t err_size)
{
	char copy[TS_RULE_TEXT_LEN], *words[6], *save, *word;
	struct ts_rule out = { };
	int n = 0, ret;

	if (strlen(text) >= sizeof(copy)) {
		snprintf(err, err_size, "a rule has at most %zu bytes", sizeof(copy) - 1);
		return -EINVAL;
	}
	strcpy(copy, text);
	for (word = strtok_r(copy, " \t", &save); word && n < 6;
	     word = strtok_r(NULL, " \t", &save))
		words[n++] = word;
	if (n < 2 || n > 5) {
		snprintf(err, err_size,
			 "a rule is CLASS ADDRESS/LENGTH or free udp|tcp [ADDRESS] PORT ["
			 ENDS_HERE "]");
		return -EINVAL;
	}
	if (ts_class_parse(words[0], &out.class) || out.class == TS_CLASS_RELAY) {
		snprintf(err, err_size, "\"%s\" is not a class: free, local or internet",
			 words[0]);
		return -EINVAL;
	}
	if (!strcmp(words[1], "udp") || !strcmp(words[1], "tcp")) {
		ret = parse_service(words, n, &out, err, err_size);
	} else if (n > 2) {
		snprintf(err, err_size, "\"%s\": nothing is expected after the prefix", words[2]);
		ret = -EINVAL;
	} else {
		ret = parse_prefix(words[1], &out, err, err_size);
	}
	if (!ret)
		*rule = out;
	return ret;
}

/**
 * ts_rule_print() - write a rule so that ts_rule_parse() reads the same one
 * @rule: the rule
 * @text: room for TS_RULE_TEXT_LEN
 * @size: room in @text
 *
 * Return: @text.
 */
char *ts_rule_print(const struct ts_rule *rule, char *text, size_t size)
{
	const char *proto = rule->proto == IPPROTO_TCP ? "tcp" : "udp";
	char addr[INET6_ADDRSTRLEN] = "";

	if (rule->family)
		inet_ntop(rule->family, rule->addr, addr, sizeof(addr));
	if (!rule->proto)
		snprintf(text, size, "%s %s/%u", ts_class_name(rule->class), addr,
			 rule->prefix_len);
	else
		snprintf(text, size, "%s %s %s%s%u%s", ts_class_name(rule->class), proto, addr,
			 *addr ? " " : "", rule->port, rule->ends_here ? " " ENDS_HERE : "");
	return text;
}

/**
 * ts_rule_equal() - do two rules match the same frames?
 * @a: a rule
 * @b: another
 *
 * What they say of them is not compared, the class and whether a service ends
 * here: two rules that match the same are in conflict.
 *
 * Return: true if so.
 */
bool ts_rule_equal(const struct ts_rule *a, const struct ts_rule *b)
{
	size_t len = a->family == AF_INET ? 4 : a->family == AF_INET6 ? 16 : 0;

	return a->family == b->family && a->proto == b->proto && a->port == b->port &&
	       a->prefix_len == b->prefix_len && !memcmp(a->addr, b->addr, len);
}
