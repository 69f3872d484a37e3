// SPDX-License-Identifier: GPL-2.0
/*
 * rpc_answer.c - what a chain's node answers: the envelope, and the values that
 * are one text.  Those with fields are in rpc_value.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/rpc_answer.h"
#include "chain/rpc_value.h"

static int refuse(struct ts_rpc_answer *a, const char *why)
{
	snprintf(a->why, sizeof(a->why), "%s: %s", ts_rpc_method_name(a->method), why);
	return -EBADMSG;
}

/* net_version is a decimal number in a text. */
static int read_decimal(struct ts_rpc_answer *a, const json_t *v)
{
	if (!json_is_string(v) || ts_u256_parse(&a->quantity, json_string_value(v)))
		return refuse(a, "a decimal number in a string was expected");
	return 0;
}

static int read_quantity(struct ts_rpc_answer *a, const json_t *v)
{
	if (ts_rpc_value_u256(v, &a->quantity))
		return refuse(a, "a number in hex was expected");
	return 0;
}

static int read_hash(struct ts_rpc_answer *a, const json_t *v)
{
	if (ts_rpc_value_bytes(v, a->hash.b, TS_HASH_BYTES))
		return refuse(a, "a hash was expected");
	return 0;
}

static int read_data(struct ts_rpc_answer *a, const json_t *v)
{
	size_t len;

	if (ts_rpc_value_run(v, &len))
		return refuse(a, "bytes in hex were expected");
	a->owned = malloc(len + 1);
	if (!a->owned)
		return refuse(a, "memory is out");
	if (ts_rpc_value_bytes(v, a->owned, len))
		return refuse(a, "bytes in hex were expected");
	a->data = (struct ts_bytes){ a->owned, len };
	return 0;
}

static int read_block(struct ts_rpc_answer *a, const json_t *v)
{
	a->found = !json_is_null(v);
	if (a->found && ts_rpc_value_block(v, &a->block))
		return refuse(a, "a block was expected, or null");
	return 0;
}

static int read_receipt(struct ts_rpc_answer *a, const json_t *v)
{
	a->found = !json_is_null(v);
	if (a->found && ts_rpc_value_receipt(v, &a->receipt))
		return refuse(a, "a receipt with a status was expected, or null");
	return 0;
}

static int read_syncing(struct ts_rpc_answer *a, const json_t *v)
{
	if (ts_rpc_value_syncing(v, &a->syncing))
		return refuse(a, "false or block numbers were expected");
	return 0;
}

static int read_logs(struct ts_rpc_answer *a, const json_t *v)
{
	struct ts_chain_log *logs;
	size_t n = json_array_size(v), i;

	if (!json_is_array(v))
		return refuse(a, "a list of logs was expected");
	logs = calloc(n + 1, sizeof(*logs));
	a->owned = logs;
	if (!logs)
		return refuse(a, "memory is out");
	for (i = 0; i < n; i++)
		if (ts_rpc_value_log(json_array_get(v, i), &logs[i]))
			return refuse(a, "one of the logs is none of a block");
	a->logs.log = logs;
	a->logs.n = n;
	return 0;
}

static int (*const readers[TS_RPC_METHOD_COUNT])(struct ts_rpc_answer *, const json_t *) = {
	[TS_RPC_NET_VERSION] = read_decimal,
	[TS_RPC_CHAIN_ID] = read_quantity,
	[TS_RPC_BLOCK_NUMBER] = read_quantity,
	[TS_RPC_GET_BLOCK_BY_NUMBER] = read_block,
	[TS_RPC_GET_LOGS] = read_logs,
	[TS_RPC_CALL] = read_data,
	[TS_RPC_ESTIMATE_GAS] = read_quantity,
	[TS_RPC_GAS_PRICE] = read_quantity,
	[TS_RPC_SEND_RAW_TRANSACTION] = read_hash,
	[TS_RPC_GET_TRANSACTION_RECEIPT] = read_receipt,
	[TS_RPC_GET_TRANSACTION_COUNT] = read_quantity,
	[TS_RPC_GET_BALANCE] = read_quantity,
	[TS_RPC_GET_CODE] = read_data,
	[TS_RPC_SYNCING] = read_syncing,
};

/* It is shown in a terminal and logged: nothing but ASCII of the node's text. */
static int read_failure(struct ts_rpc_answer *a, const json_t *error)
{
	const json_t *code = json_object_get(error, "code");
	const char *text = json_string_value(json_object_get(error, "message"));
	size_t i;

	if (!json_is_integer(code) || !text)
		return refuse(a, "neither a result nor an error with code and message");
	a->code = json_integer_value(code);
	snprintf(a->why, sizeof(a->why), "%s: the node says: %s",
		 ts_rpc_method_name(a->method), text);
	for (i = 0; a->why[i]; i++)
		if (a->why[i] < ' ' || a->why[i] > '~')
			a->why[i] = '?';
	return -EREMOTEIO;
}

static int read_envelope(struct ts_rpc_answer *a, const json_t *json, uint64_t id)
{
	const char *version = json_string_value(json_object_get(json, "jsonrpc"));
	const json_t *got = json_object_get(json, "id");
	const json_t *result = json_object_get(json, "result");
	const json_t *error = json_object_get(json, "error");

	if (!version || strcmp(version, "2.0"))
		return refuse(a, "that is no answer of JSON-RPC 2.0");
	if (error && !json_is_null(error))
		return read_failure(a, error);
	if (!json_is_integer(got) || (uint64_t)json_integer_value(got) != id)
		return refuse(a, "the answer is to another question");
	if (!result)
		return refuse(a, "neither a result nor an error");
	a->found = true;
	return readers[a->method](a, result);
}

/**
 * ts_rpc_answer_parse() - read an answer
 * @answer: the answer; to be released whatever is returned
 * @method: what was asked
 * @id: of the request
 * @bytes: the answer's text
 * @len: how many bytes
 *
 * Return: answer->err.
 */
int ts_rpc_answer_parse(struct ts_rpc_answer *answer, enum ts_rpc_method method,
			uint64_t id, const void *bytes, size_t len)
{
	json_error_t at;
	json_t *json;

	memset(answer, 0, sizeof(*answer));
	answer->method = method;
	json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &at);
	if (json)
		answer->err = read_envelope(answer, json, id);
	else
		answer->err = refuse(answer, "that is not JSON");
	json_decref(json);
	return answer->err;
}

/** ts_rpc_answer_release() - free what an answer owns */
void ts_rpc_answer_release(struct ts_rpc_answer *answer)
{
	free(answer->owned);
	answer->owned = NULL;
}

/**
 * ts_rpc_answer_is_known() - has the node this transaction from before?
 * @answer: of eth_sendRawTransaction
 *
 * There is no number for it, and each kind of node has its words.
 *
 * Return: whether it refused for that alone, so that the transaction is with it as well
 * as if it had taken it now.
 */
bool ts_rpc_answer_is_known(const struct ts_rpc_answer *answer)
{
	const char *at = strcasestr(answer->why, "known transaction");

	if (answer->err != -EREMOTEIO)
		return false;
	/* "unknown transaction type" is another matter. */
	return strcasestr(answer->why, "already known") ||
	       (at && (at == answer->why || !isalpha((unsigned char)at[-1])));
}
