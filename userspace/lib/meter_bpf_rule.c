// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of the bpf driver.  The tables that the programs ask are the only
 * record of a rule; before them stand bits that say where asking is worth it:
 * set before an entry appears, cleared after it is gone.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <tokenswitch/classify.h>
#include "lib/meter_bpf.h"

/* The longer one serves both families. */
union prefix_key {
	struct ts_lpm4_key v4;
	struct ts_lpm6_key v6;
};

static int prefix_map(const struct ts_bpf *b, uint8_t family)
{
	return b->map[family == AF_INET ? TS_MAP_LPM4 : TS_MAP_LPM6];
}

static void prefix_key(const struct ts_rule *rule, union prefix_key *key)
{
	memset(key, 0, sizeof(*key));
	key->v6.prefix_len = rule->prefix_len;
	memcpy(key->v6.addr, rule->addr, rule->family == AF_INET ? 4 : 16);
}

/* Bits of the top 16 address bits that a prefix covers. */
static void set_prefix_bits(uint64_t *words, const uint8_t *addr, uint32_t len)
{
	uint32_t first = (uint32_t)addr[0] << 8 | addr[1];
	uint32_t n = len >= 16 ? 1 : 1u << (16 - len), i;

	for (i = first; i < first + n; i++)
		words[i / 64] |= 1ULL << (i % 64);
}

static void store_words(uint64_t *to, const uint64_t *from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (to[i] != from[i])
			__atomic_store_n(&to[i], from[i], __ATOMIC_RELEASE);
}

/* The bits that all prefixes of a family ask for, and @extra, when not NULL. */
static int prefix_bits(struct ts_bpf *b, uint8_t family, const struct ts_rule *extra)
{
	uint64_t *words = calloc(TS_BITMAP_WORDS, sizeof(*words));
	union prefix_key key, *prev = NULL, last;

	if (!words)
		return ts_meter_fail(&b->base, -ENOMEM, "out of memory");
	while (!bpf_map_get_next_key(prefix_map(b, family), prev, &key)) {
		set_prefix_bits(words, key.v6.addr, key.v6.prefix_len);
		last = key;
		prev = &last;
	}
	if (extra)
		set_prefix_bits(words, extra->addr, extra->prefix_len);
	store_words(family == AF_INET ? b->bitmap4 : b->bitmap6, words, TS_BITMAP_WORDS);
	free(words);
	return 0;
}

/* As prefix_bits(), of the ports of services. */
static int service_bits(struct ts_bpf *b, const struct ts_rule *extra)
{
	uint64_t *words = calloc(TS_SERVICE_WORDS, sizeof(*words));
	struct ts_service key, last, *prev = NULL;
	uint32_t base;

	if (!words)
		return ts_meter_fail(&b->base, -ENOMEM, "out of memory");
	while (!bpf_map_get_next_key(b->map[TS_MAP_SERVICES], prev, &key)) {
		base = key.proto == IPPROTO_UDP ? TS_SERVICE_UDP_WORD : 0;
		words[base + key.port / 64] |= 1ULL << (key.port % 64);
		last = key;
		prev = &last;
	}
	if (extra) {
		base = extra->proto == IPPROTO_UDP ? TS_SERVICE_UDP_WORD : 0;
		words[base + extra->port / 64] |= 1ULL << (extra->port % 64);
	}
	store_words(b->service_bits, words, TS_SERVICE_WORDS);
	free(words);
	return 0;
}

static void service_key(const struct ts_rule *rule, struct ts_service *key)
{
	memset(key, 0, sizeof(*key));
	key->port = rule->port;
	key->proto = rule->proto;
	if (rule->family == AF_INET6) {
		memcpy(key->addr.byte, rule->addr, 16);
	} else if (rule->family == AF_INET) {
		key->addr.byte[10] = key->addr.byte[11] = 0xff;
		memcpy(&key->addr.byte[12], rule->addr, 4);
	}
}

static uint8_t service_kind(const struct ts_rule *rule)
{
	return rule->ends_here ? TS_SERVICE_ENDS_HERE : TS_SERVICE_LISTED;
}

static int add_failed(struct ts_bpf *b, int ret)
{
	if (ret == -EEXIST)
		return ts_meter_fail(&b->base, ret, "there is such a rule: delete it first");
	if (ret == -ENOSPC || ret == -E2BIG)
		return ts_meter_fail(&b->base, -ENOSPC, "the table of rules is full");
	return ts_meter_fail(&b->base, ret, "cannot add the rule: %s", strerror(-ret));
}

/* A trie has no BPF_NOEXIST, and a look-up in it answers shorter prefixes. */
static bool prefix_there(struct ts_bpf *b, const struct ts_rule *rule)
{
	union prefix_key wanted, key, last, *prev = NULL;
	size_t len = rule->family == AF_INET ? sizeof(wanted.v4) : sizeof(wanted.v6);

	prefix_key(rule, &wanted);
	while (!bpf_map_get_next_key(prefix_map(b, rule->family), prev, &key)) {
		if (!memcmp(&key, &wanted, len))
			return true;
		last = key;
		prev = &last;
	}
	return false;
}

static int add_locked(struct ts_bpf *b, const struct ts_rule *rule)
{
	struct ts_service service;
	union prefix_key prefix;
	uint8_t kind = service_kind(rule);
	uint32_t class = rule->class;
	int ret;

	if (rule->proto) {
		service_key(rule, &service);
		ret = service_bits(b, rule);
		if (!ret)
			ret = bpf_map_update_elem(b->map[TS_MAP_SERVICES], &service, &kind,
						  BPF_NOEXIST);
	} else {
		if (prefix_there(b, rule))
			return add_failed(b, -EEXIST);
		prefix_key(rule, &prefix);
		ret = prefix_bits(b, rule->family, rule);
		if (!ret)
			ret = bpf_map_update_elem(prefix_map(b, rule->family), &prefix, &class,
						  BPF_ANY);
	}
	return ret ? add_failed(b, ret) : 0;
}

static int del_service(struct ts_bpf *b, const struct ts_rule *rule)
{
	struct ts_service key;
	uint8_t kind;
	int ret;

	service_key(rule, &key);
	ret = bpf_map_lookup_elem(b->map[TS_MAP_SERVICES], &key, &kind);
	if (!ret && kind != service_kind(rule))
		return -ENOENT;
	if (!ret)
		ret = bpf_map_delete_elem(b->map[TS_MAP_SERVICES], &key);
	return ret ? ret : service_bits(b, NULL);
}

static int del_prefix(struct ts_bpf *b, const struct ts_rule *rule)
{
	union prefix_key key;
	uint32_t class;
	int ret;

	if (!prefix_there(b, rule))
		return -ENOENT;
	prefix_key(rule, &key);
	ret = bpf_map_lookup_elem(prefix_map(b, rule->family), &key, &class);
	if (!ret && class != rule->class)
		return -ENOENT;
	if (!ret)
		ret = bpf_map_delete_elem(prefix_map(b, rule->family), &key);
	return ret ? ret : prefix_bits(b, rule->family, NULL);
}

/* As it was added, or it is another rule. */
static int del_locked(struct ts_bpf *b, const struct ts_rule *rule)
{
	int ret = rule->proto ? del_service(b, rule) : del_prefix(b, rule);

	if (!ret)
		return 0;
	return ts_meter_fail(&b->base, ret, ret == -ENOENT ? "there is no such rule"
							   : "cannot delete the rule");
}

int ts_bpf_rule_add(struct ts_meter *m, const struct ts_rule *rule)
{
	int ret = ts_bpf_lock(ts_bpf(m));

	if (ret)
		return ret;
	ret = add_locked(ts_bpf(m), rule);
	ts_bpf_unlock(ts_bpf(m));
	return ret;
}

int ts_bpf_rule_del(struct ts_meter *m, const struct ts_rule *rule)
{
	int ret = ts_bpf_lock(ts_bpf(m));

	if (ret)
		return ret;
	ret = del_locked(ts_bpf(m), rule);
	ts_bpf_unlock(ts_bpf(m));
	return ret;
}

/* Rules gathered before the first callback, which may delete. */
struct gathered {
	struct ts_rule *rule;
	size_t n;
	size_t size;
};

static int gather(struct gathered *g, const struct ts_rule *rule)
{
	struct ts_rule *grown;

	if (g->n == g->size) {
		grown = realloc(g->rule, (g->size + 64) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		g->rule = grown;
		g->size += 64;
	}
	g->rule[g->n++] = *rule;
	return 0;
}

static int gather_prefixes(struct ts_bpf *b, uint8_t family, struct gathered *g)
{
	union prefix_key key, last, *prev = NULL;
	uint32_t class;
	int ret = 0;

	while (!ret && !bpf_map_get_next_key(prefix_map(b, family), prev, &key)) {
		struct ts_rule rule = { .family = family, .prefix_len = key.v6.prefix_len };

		last = key;
		prev = &last;
		if (bpf_map_lookup_elem(prefix_map(b, family), &key, &class))
			continue;
		rule.class = class;
		memcpy(rule.addr, key.v6.addr, family == AF_INET ? 4 : 16);
		ret = gather(g, &rule);
	}
	return ret;
}

static int gather_services(struct ts_bpf *b, struct gathered *g)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, none[16];
	struct ts_service key, last, *prev = NULL;
	uint8_t kind;
	int ret = 0;

	while (!ret && !bpf_map_get_next_key(b->map[TS_MAP_SERVICES], prev, &key)) {
		struct ts_rule rule = { .proto = key.proto, .port = key.port };

		last = key;
		prev = &last;
		if (bpf_map_lookup_elem(b->map[TS_MAP_SERVICES], &key, &kind))
			continue;
		rule.ends_here = kind == TS_SERVICE_ENDS_HERE;
		if (!memcmp(key.addr.byte, mapped, sizeof(mapped))) {
			rule.family = AF_INET;
			rule.prefix_len = 32;
			memcpy(rule.addr, &key.addr.byte[12], 4);
		} else if (memcmp(key.addr.byte, none, sizeof(none))) {
			rule.family = AF_INET6;
			rule.prefix_len = 128;
			memcpy(rule.addr, key.addr.byte, 16);
		}
		ret = gather(g, &rule);
	}
	return ret;
}

int ts_bpf_rule_dump(struct ts_meter *m, int (*cb)(const struct ts_rule *, void *), void *arg)
{
	struct gathered g = { };
	size_t i;
	int ret;

	ret = gather_prefixes(ts_bpf(m), AF_INET, &g);
	if (!ret)
		ret = gather_prefixes(ts_bpf(m), AF_INET6, &g);
	if (!ret)
		ret = gather_services(ts_bpf(m), &g);
	if (ret)
		ts_meter_fail(m, ret, "out of memory");
	for (i = 0; !ret && i < g.n; i++)
		ret = cb(&g.rule[i], arg);
	free(g.rule);
	return ret;
}
