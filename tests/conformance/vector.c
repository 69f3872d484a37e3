// SPDX-License-Identifier: GPL-2.0
/*
 * vector.c - one entry of a vectors file, and ways to compare with it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "photon/hex.h"
#include "vector.h"

void vector_fail(struct vector *v, const char *format, ...)
{
	va_list args;

	if (*v->fault)
		return;
	va_start(args, format);
	vsnprintf(v->fault, sizeof(v->fault), format, args);
	va_end(args);
}

const char *vector_text(struct vector *v, const char *name)
{
	const char *text = json_string_value(json_object_get(v->at, name));

	if (!text)
		vector_fail(v, "%s: not there, or not a string", name);
	return text;
}

/* Reserve room that lives as long as the entry. */
static uint8_t *pool_take(struct vector *v, const char *name, size_t len)
{
	uint8_t *at = v->pool + v->pool_used;

	if (len > sizeof(v->pool) - v->pool_used) {
		vector_fail(v, "%s: too long", name);
		return NULL;
	}
	v->pool_used += len;
	return at;
}

struct ts_bytes vector_bytes(struct vector *v, const char *name)
{
	const char *text = vector_text(v, name);
	struct ts_bytes none = { 0 };
	struct ts_bytes bytes;
	uint8_t *at;

	if (!text)
		return none;
	if (strlen(text) < 2 || strlen(text) % 2) {
		vector_fail(v, "%s: not 0x and pairs of hex digits", name);
		return none;
	}
	bytes.len = strlen(text) / 2 - 1;
	at = pool_take(v, name, bytes.len);
	if (!at)
		return none;
	if (ts_hex_parse(at, bytes.len, text)) {
		vector_fail(v, "%s: not 0x and pairs of hex digits", name);
		return none;
	}
	bytes.p = at;
	return bytes;
}

struct ts_hash vector_hash(struct vector *v, const char *name)
{
	const char *text = vector_text(v, name);
	struct ts_hash hash = { 0 };

	if (text && ts_hash_parse(&hash, text))
		vector_fail(v, "%s: not 32 bytes in hex", name);
	return hash;
}

struct ts_address vector_address(struct vector *v, const char *name)
{
	const char *text = vector_text(v, name);
	struct ts_address address = { 0 };

	if (text && ts_address_parse(&address, text))
		vector_fail(v, "%s: not an address", name);
	return address;
}

struct ts_u256 vector_u256(struct vector *v, const char *name)
{
	const char *text = vector_text(v, name);
	struct ts_u256 value = { 0 };

	if (text && ts_u256_parse(&value, text))
		vector_fail(v, "%s: not a decimal uint256", name);
	return value;
}

/* A decimal string or a JSON integer: the file has both. */
uint64_t vector_u64(struct vector *v, const char *name)
{
	const json_t *field = json_object_get(v->at, name);
	struct ts_u256 wide;
	uint64_t value = 0;

	if (json_is_integer(field) && json_integer_value(field) >= 0)
		return (uint64_t)json_integer_value(field);
	wide = vector_u256(v, name);
	if (ts_u256_to_u64(&wide, &value))
		vector_fail(v, "%s: more than 64 bits", name);
	return value;
}

struct ts_signer *vector_key(struct vector *v, const char *name)
{
	struct ts_hash secret = vector_hash(v, name);
	struct ts_signer *key;

	if (*v->fault)
		return NULL;
	key = ts_signer_new(secret.b);
	if (!key)
		vector_fail(v, "%s: no private key", name);
	return key;
}

/* Make a part of the entry the object whose fields are meant. */
bool vector_enter(struct vector *v, const char *name)
{
	const json_t *part = json_object_get(v->at, name);

	if (!json_is_object(part)) {
		vector_fail(v, "%s: not there, or not an object", name);
		return false;
	}
	v->at = part;
	return true;
}

void vector_same(struct vector *v, const char *name, const void *bytes,
		 size_t len)
{
	struct ts_bytes want = vector_bytes(v, name);
	const uint8_t *got = bytes;
	size_t i;

	if (*v->fault)
		return;
	if (want.len != len) {
		vector_fail(v, "%s: %zu bytes, should be %zu", name, len,
			    want.len);
		return;
	}
	for (i = 0; i < len; i++)
		if (got[i] != want.p[i]) {
			vector_fail(v, "%s: differs from byte %zu on", name, i);
			return;
		}
}

void field_hash(struct vector *v, const char *name, struct ts_hash *member)
{
	if (v->filling)
		*member = vector_hash(v, name);
	else
		vector_same(v, name, member->b, sizeof(member->b));
}

void field_address(struct vector *v, const char *name,
		   struct ts_address *member)
{
	if (v->filling)
		*member = vector_address(v, name);
	else
		vector_same(v, name, member->b, sizeof(member->b));
}

void field_u256(struct vector *v, const char *name, struct ts_u256 *member)
{
	char text[TS_U256_TEXT_SIZE];
	struct ts_u256 want;

	want = vector_u256(v, name);
	if (v->filling)
		*member = want;
	else if (ts_u256_cmp(&want, member))
		vector_fail(v, "%s: is %s", name, ts_u256_print(member, text));
}

void field_u64(struct vector *v, const char *name, uint64_t *member)
{
	uint64_t want = vector_u64(v, name);

	if (v->filling)
		*member = want;
	else if (want != *member)
		vector_fail(v, "%s: is %" PRIu64, name, *member);
}

void field_u32(struct vector *v, const char *name, uint32_t *member)
{
	uint64_t wide = *member;

	field_u64(v, name, &wide);
	if (wide > UINT32_MAX)
		vector_fail(v, "%s: more than 32 bits", name);
	*member = (uint32_t)wide;
}

void field_bytes(struct vector *v, const char *name, struct ts_bytes *member)
{
	if (v->filling)
		*member = vector_bytes(v, name);
	else
		vector_same(v, name, member->p, member->len);
}

void field_text(struct vector *v, const char *name, struct ts_bytes *member)
{
	const char *want = vector_text(v, name);

	if (!want)
		return;
	if (v->filling) {
		member->p = (const uint8_t *)want;
		member->len = strlen(want);
	} else if (member->len != strlen(want) ||
		   (member->len && memcmp(member->p, want, member->len))) {
		vector_fail(v, "%s: another text", name);
	}
}

/* An array of addresses, or null for none. */
void field_path(struct vector *v, const char *name,
		const struct ts_address **path, uint32_t *count)
{
	const json_t *array = json_object_get(v->at, name);
	size_t len = json_array_size(array), i;
	struct ts_address *want;

	if (!json_is_array(array) && !json_is_null(array)) {
		vector_fail(v, "%s: neither an array nor null", name);
		return;
	}
	want = (struct ts_address *)pool_take(v, name, len * sizeof(*want));
	for (i = 0; want && i < len; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (!text || ts_address_parse(&want[i], text))
			vector_fail(v, "%s[%zu]: not an address", name, i);
	}
	if (!want)
		return;
	if (v->filling) {
		*path = want;
		*count = (uint32_t)len;
	} else if (*count != len ||
		   (len && memcmp(*path, want, len * sizeof(*want)))) {
		vector_fail(v, "%s: another path", name);
	}
}

void field_proof(struct vector *v, const char *name,
		 struct ts_balance_proof *member)
{
	const json_t *entry = v->at;

	if (!vector_enter(v, name))
		return;
	field_u64(v, "nonce", &member->nonce);
	field_hash(v, "channel_identifier", &member->channel_identifier);
	field_u64(v, "open_block_number", &member->open_block_number);
	field_u256(v, "transfer_amount", &member->transferred_amount);
	field_hash(v, "locksroot", &member->locksroot);
	v->at = entry;
}
