// SPDX-License-Identifier: GPL-2.0
/*
 * The text form of a station: MAC[/VLAN][@ZONE], as 02:00:5e:00:53:01/10@br-lan.
 *
 * A zone is written as the name of its bridge or routed port, or, since the
 * name cannot be had back from the number, as 0x and 8 hex digits.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenswitch/budget.h>
#include "lib/key.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * ts_key_parse_mac() - read six hex bytes between colons or hyphens
 * @text: the text, all of it
 * @mac: set on success
 *
 * Return: 0, or -EINVAL: not a MAC, or a group address or all zeros.
 */
int ts_key_parse_mac(const char *text, uint8_t mac[6])
{
	const char sep = text[0] && text[1] ? text[2] : '\0';
	uint8_t out[6], any = 0;
	int hi, lo, i;

	if (sep != ':' && sep != '-')
		return -EINVAL;
	for (i = 0; i < 6; i++, text += 3) {
		hi = hex_digit(text[0]);
		lo = hi < 0 ? -1 : hex_digit(text[1]);
		if (lo < 0 || text[2] != (i == 5 ? '\0' : sep))
			return -EINVAL;
		out[i] = hi << 4 | lo;
		any |= out[i];
	}
	if (!any || out[0] & 1)
		return -EINVAL;
	memcpy(mac, out, 6);
	return 0;
}

/**
 * ts_key_parse_vlan() - read a VLAN id
 * @text: 0 (untagged) to 4094, decimal
 * @vlan: set on success
 *
 * Return: 0 or -EINVAL.
 */
int ts_key_parse_vlan(const char *text, uint16_t *vlan)
{
	unsigned long v;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	v = strtoul(text, &end, 10);
	if (*end || v > TS_VLAN_MAX)
		return -EINVAL;
	*vlan = v;
	return 0;
}

/**
 * ts_key_parse_zone() - read a zone
 * @text: name of a bridge or routed port, or 0x and 8 hex digits
 * @zone: set on success
 *
 * Return: 0 or -EINVAL.
 */
int ts_key_parse_zone(const char *text, uint32_t *zone)
{
	size_t len = strlen(text), i;
	uint32_t number = 0;

	if (len == 10 && text[0] == '0' && text[1] == 'x') {
		for (i = 2; i < len && hex_digit(text[i]) >= 0; i++)
			number = number << 4 | (uint32_t)hex_digit(text[i]);
		if (i == len && number) {
			*zone = number;
			return 0;
		}
	}
	if (!len || len >= IFNAMSIZ || strpbrk(text, "/ \t\n@"))
		return -EINVAL;
	*zone = ts_zone_of_name(text);
	return 0;
}

/**
 * ts_key_parse() - read MAC[/VLAN][@ZONE]
 * @text: the text, all of it
 * @key: set on success; what is not said is 0
 *
 * Return: 0 or -EINVAL.
 */
int ts_key_parse(const char *text, struct ts_key *key)
{
	char copy[TS_KEY_TEXT_LEN], *vlan, *zone;
	struct ts_key out = { };

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	zone = strchr(copy, '@');
	if (zone)
		*zone++ = '\0';
	vlan = strchr(copy, '/');
	if (vlan)
		*vlan++ = '\0';
	if (ts_key_parse_mac(copy, out.mac) ||
	    (vlan && ts_key_parse_vlan(vlan, &out.vlan)) ||
	    (zone && ts_key_parse_zone(zone, &out.zone)))
		return -EINVAL;
	*key = out;
	return 0;
}

/**
 * ts_key_print_mac() - write a MAC
 * @mac: six bytes
 * @text: room for TS_MAC_TEXT_LEN
 * @size: room in @text
 *
 * Return: @text.
 */
char *ts_key_print_mac(const uint8_t mac[6], char *text, size_t size)
{
	snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

/**
 * ts_key_print() - write a key so that ts_key_parse() reads the same one
 * @key: the station
 * @text: room for TS_KEY_TEXT_LEN
 * @size: room in @text
 *
 * Return: @text.
 */
char *ts_key_print(const struct ts_key *key, char *text, size_t size)
{
	char mac[TS_MAC_TEXT_LEN], vlan[8] = "", zone[12] = "";

	ts_key_print_mac(key->mac, mac, sizeof(mac));
	if (key->vlan)
		snprintf(vlan, sizeof(vlan), "/%u", key->vlan);
	if (key->zone)
		snprintf(zone, sizeof(zone), "@0x%08x", key->zone);
	snprintf(text, size, "%s%s%s", mac, vlan, zone);
	return text;
}
