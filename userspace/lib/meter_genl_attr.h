/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes as values.  They come from the kernel, yet nothing here trusts a
 * length: a too short one reads as absent.  Only meter_genl_*.c include it.
 */
#ifndef TS_LIB_METER_GENL_ATTR_H
#define TS_LIB_METER_GENL_ATTR_H

#include <stdio.h>
#include <string.h>
#include <libmnl/libmnl.h>

static inline const struct nlattr *sized(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) >= len ? attr : NULL;
}

static inline uint8_t get_u8(const struct nlattr *attr)
{
	return sized(attr, 1) ? mnl_attr_get_u8(attr) : 0;
}

static inline uint16_t get_u16(const struct nlattr *attr)
{
	return sized(attr, 2) ? mnl_attr_get_u16(attr) : 0;
}

static inline uint32_t get_u32(const struct nlattr *attr)
{
	return sized(attr, 4) ? mnl_attr_get_u32(attr) : 0;
}

static inline uint64_t get_u64(const struct nlattr *attr)
{
	return sized(attr, 8) ? mnl_attr_get_u64(attr) : 0;
}

static inline void get_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	snprintf(text, size, "%.*s", (int)len, attr ? mnl_attr_get_str(attr) : "");
}

static inline void parse_nest(const struct nlattr *nest, const struct nlattr **tb, uint16_t max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

/* An array of u64, as many as there are and as there is room for. */
static inline void get_u64s(const struct nlattr *attr, uint64_t *values, size_t n)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	memset(values, 0, n * sizeof(*values));
	if (len > n * sizeof(*values))
		len = n * sizeof(*values);
	if (len)
		memcpy(values, mnl_attr_get_payload(attr), len);
}

#endif /* TS_LIB_METER_GENL_ATTR_H */
