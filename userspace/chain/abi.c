// SPDX-License-Identifier: GPL-2.0
/* abi.c - calls of contracts and their answers. */
#include <errno.h>
#include <string.h>

#include "chain/abi.h"

/**
 * ts_abi_selector() - the four bytes that name a function
 * @selector: where they go
 * @signature: such as "transfer(address,uint256)"
 */
void ts_abi_selector(uint8_t selector[TS_ABI_SELECTOR_BYTES], const char *signature)
{
	struct ts_hash hash;

	ts_keccak256(&hash, signature, strlen(signature));
	memcpy(selector, hash.b, TS_ABI_SELECTOR_BYTES);
}

static size_t count_types(const char *types)
{
	size_t n = *types && *types != ')';

	for (; *types; types++)
		n += *types == ',';
	return n;
}

/**
 * ts_abi_begin() - begin a call
 * @w: the writer
 * @out: the call
 * @signature: the function's; with no name before the '(' there is no selector
 */
void ts_abi_begin(struct ts_abi_writer *w, struct ts_calldata *out,
		  const char *signature)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	out->len = 0;
	if (*signature != '(') {
		ts_abi_selector(out->b, signature);
		out->len = TS_ABI_SELECTOR_BYTES;
	}
	w->base = w->head = out->len;
	w->types = strchr(signature, '(') + 1;
	out->len += count_types(w->types) * TS_ABI_WORD_BYTES;
	if (out->len > sizeof(out->b))
		w->err = -E2BIG;
}

/* The word of the next argument, which must be of @type; NULL after a failure. */
static uint8_t *next_word(struct ts_abi_writer *w, const char *type)
{
	size_t len = strlen(type);
	uint8_t *word;

	if (w->err)
		return NULL;
	if (strncmp(w->types, type, len) ||
	    (w->types[len] != ',' && w->types[len] != ')')) {
		w->err = -EINVAL;
		return NULL;
	}
	w->types += len + (w->types[len] == ',');
	word = w->out->b + w->head;
	w->head += TS_ABI_WORD_BYTES;
	memset(word, 0, TS_ABI_WORD_BYTES);
	return word;
}

void ts_abi_put_address(struct ts_abi_writer *w, const struct ts_address *value)
{
	uint8_t *word = next_word(w, "address");

	if (word)
		memcpy(word + TS_ABI_WORD_BYTES - TS_ADDRESS_BYTES, value->b,
		       TS_ADDRESS_BYTES);
}

void ts_abi_put_u64(struct ts_abi_writer *w, uint64_t value)
{
	struct ts_u256 wide = ts_u256_from_u64(value);
	uint8_t *word = next_word(w, "uint64");

	if (word)
		ts_u256_put(word, &wide);
}

void ts_abi_put_u256(struct ts_abi_writer *w, const struct ts_u256 *value)
{
	uint8_t *word = next_word(w, "uint256");

	if (word)
		ts_u256_put(word, value);
}

void ts_abi_put_hash(struct ts_abi_writer *w, const struct ts_hash *value)
{
	uint8_t *word = next_word(w, "bytes32");

	if (word)
		memcpy(word, value->b, TS_HASH_BYTES);
}

/**
 * ts_abi_put_bytes() - the next argument is a run of bytes
 * @w: the writer
 * @bytes: the run; may be NULL when @len is 0
 * @len: how many
 *
 * The word in its place says where the run is; the run follows all words, its
 * length before it, zeros up to a whole word behind it.
 */
void ts_abi_put_bytes(struct ts_abi_writer *w, const void *bytes, size_t len)
{
	size_t padded = (len + TS_ABI_WORD_BYTES - 1) / TS_ABI_WORD_BYTES *
			TS_ABI_WORD_BYTES;
	uint8_t *word = next_word(w, "bytes"), *run;
	struct ts_u256 number;

	if (!word)
		return;
	if (len > sizeof(w->out->b) ||
	    TS_ABI_WORD_BYTES + padded > sizeof(w->out->b) - w->out->len) {
		w->err = -E2BIG;
		return;
	}
	number = ts_u256_from_u64(w->out->len - w->base);
	ts_u256_put(word, &number);
	run = w->out->b + w->out->len;
	number = ts_u256_from_u64(len);
	ts_u256_put(run, &number);
	memset(run + TS_ABI_WORD_BYTES, 0, padded);
	if (len)
		memcpy(run + TS_ABI_WORD_BYTES, bytes, len);
	w->out->len += TS_ABI_WORD_BYTES + padded;
}

/**
 * ts_abi_end() - was the whole call written?
 * @w: the writer
 *
 * Return: 0, -E2BIG: too long, -EINVAL: what was put is not what the signature
 * says.
 */
int ts_abi_end(const struct ts_abi_writer *w)
{
	if (w->err)
		return w->err;
	return strcmp(w->types, ")") ? -EINVAL : 0;
}

/**
 * ts_abi_read() - begin to read
 * @r: the reader
 * @data: the bytes
 * @words: how many values are in them
 *
 * No bytes at all are what a chain answers where there is no contract: that
 * becomes -ENODATA.
 */
void ts_abi_read(struct ts_abi_reader *r, const struct ts_bytes *data,
		 unsigned int words)
{
	memset(r, 0, sizeof(*r));
	r->data = data->p;
	r->len = data->len;
	r->words = words;
	r->tail = (size_t)words * TS_ABI_WORD_BYTES;
	if (!r->len && words)
		r->err = -ENODATA;
	else if (r->len < r->tail)
		r->err = -EBADMSG;
}

static const uint8_t *read_word(struct ts_abi_reader *r)
{
	const uint8_t *word;

	if (!r->err && r->head == r->words * TS_ABI_WORD_BYTES)
		r->err = -EINVAL;
	if (r->err)
		return NULL;
	word = r->data + r->head;
	r->head += TS_ABI_WORD_BYTES;
	return word;
}

static bool all_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;

	while (len--)
		any |= *bytes++;
	return !any;
}

/* Like all of these, zero after the first failure; ts_abi_read_end() tells. */
struct ts_u256 ts_abi_get_u256(struct ts_abi_reader *r)
{
	const uint8_t *word = read_word(r);

	return word ? ts_u256_get(word) : ts_u256_from_u64(0);
}

/* A number that its type bounds by @max. */
static uint64_t get_number(struct ts_abi_reader *r, uint64_t max)
{
	struct ts_u256 wide = ts_abi_get_u256(r);
	uint64_t value = 0;

	if (ts_u256_to_u64(&wide, &value) || value > max) {
		r->err = -EBADMSG;
		return 0;
	}
	return value;
}

uint64_t ts_abi_get_u64(struct ts_abi_reader *r)
{
	return get_number(r, UINT64_MAX);
}

uint8_t ts_abi_get_u8(struct ts_abi_reader *r)
{
	return (uint8_t)get_number(r, UINT8_MAX);
}

bool ts_abi_get_bool(struct ts_abi_reader *r)
{
	return get_number(r, 1);
}

/**
 * ts_abi_get_fixed() - a value of the types bytes1 to bytes32
 * @r: the reader
 * @out: where it goes; zeros on failure
 * @len: of the type
 */
void ts_abi_get_fixed(struct ts_abi_reader *r, uint8_t *out, size_t len)
{
	const uint8_t *word = read_word(r);

	memset(out, 0, len);
	if (!word)
		return;
	if (all_zero(word + len, TS_ABI_WORD_BYTES - len))
		memcpy(out, word, len);
	else
		r->err = -EBADMSG;
}

struct ts_hash ts_abi_get_hash(struct ts_abi_reader *r)
{
	struct ts_hash hash;

	ts_abi_get_fixed(r, hash.b, sizeof(hash.b));
	return hash;
}

struct ts_address ts_abi_get_address(struct ts_abi_reader *r)
{
	const size_t pad = TS_ABI_WORD_BYTES - TS_ADDRESS_BYTES;
	const uint8_t *word = read_word(r);
	struct ts_address address = { { 0 } };

	if (!word)
		return address;
	if (all_zero(word, pad))
		memcpy(address.b, word + pad, TS_ADDRESS_BYTES);
	else
		r->err = -EBADMSG;
	return address;
}

/* Where the next run of bytes is and how long; NULL on failure. */
static const uint8_t *read_run(struct ts_abi_reader *r, size_t *len)
{
	uint64_t at = ts_abi_get_u64(r), n;
	struct ts_u256 wide;
	size_t padded;

	if (r->err)
		return NULL;
	if (at != r->tail || r->len - r->tail < TS_ABI_WORD_BYTES)
		goto bad;
	wide = ts_u256_get(r->data + r->tail);
	if (ts_u256_to_u64(&wide, &n) || n > r->len)
		goto bad;
	r->tail += TS_ABI_WORD_BYTES;
	padded = ((size_t)n + TS_ABI_WORD_BYTES - 1) / TS_ABI_WORD_BYTES *
		 TS_ABI_WORD_BYTES;
	if (padded > r->len - r->tail ||
	    !all_zero(r->data + r->tail + n, padded - n))
		goto bad;
	*len = n;
	r->tail += padded;
	return r->data + r->tail - padded;
bad:
	r->err = -EBADMSG;
	return NULL;
}

/**
 * ts_abi_get_text() - a value of the type string
 * @r: the reader
 * @text: where it goes; empty on failure
 * @size: room in @text; a longer one is a failure
 *
 * Only printable ASCII: it comes from a contract that anyone may have written
 * and is shown to people.
 */
void ts_abi_get_text(struct ts_abi_reader *r, char *text, size_t size)
{
	const uint8_t *run;
	size_t len = 0, i;

	text[0] = '\0';
	run = read_run(r, &len);
	if (!run)
		return;
	for (i = 0; i < len && run[i] >= ' ' && run[i] < 0x7f; i++)
		;
	if (i != len || len >= size) {
		r->err = -EBADMSG;
		return;
	}
	memcpy(text, run, len);
	text[len] = '\0';
}

/**
 * ts_abi_read_end() - was all of it read, and was it right?
 * @r: the reader
 *
 * Return: 0, -ENODATA: there was nothing, so there is no such contract,
 * -EBADMSG: it is not what was expected, -EINVAL: values were left unread.
 */
int ts_abi_read_end(const struct ts_abi_reader *r)
{
	if (r->err)
		return r->err;
	if (r->head != r->words * TS_ABI_WORD_BYTES)
		return -EINVAL;
	return r->tail == r->len ? 0 : -EBADMSG;
}
