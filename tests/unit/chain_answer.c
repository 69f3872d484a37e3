// SPDX-License-Identifier: GPL-2.0
/* chain_answer.c - questions to a node, and what it may answer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/rpc_answer.h"

#define H1 "0x1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "0x2222222222222222222222222222222222222222222222222222222222222222"
#define H3 "0x3333333333333333333333333333333333333333333333333333333333333333"
#define A1 "0x4444444444444444444444444444444444444444"

static int parse(struct ts_rpc_answer *a, enum ts_rpc_method method, const char *text)
{
	int ret = ts_rpc_answer_parse(a, method, 5, text, strlen(text));

	assert_int_equal(ret, a->err);
	assert_int_equal(!ret, !a->why[0]);
	return ret;
}

/* The same with the envelope of an answer around the result. */
static int result(struct ts_rpc_answer *a, enum ts_rpc_method method, const char *value)
{
	static char text[8192];

	snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":%s}", value);
	return parse(a, method, text);
}

static void refuse(enum ts_rpc_method method, const char *value)
{
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, method, value), -EBADMSG);
	ts_rpc_answer_release(&a);
}

static void test_envelope(void **state)
{
	static const char * const bad[] = {
		"", "{", "null", "[]", "1", "\"\"", "<html></html>",
		"{\"jsonrpc\":\"2.0\",\"id\":5}",
		"{\"id\":5,\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"1.0\",\"id\":5,\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":6,\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":\"5\",\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"id\":5,\"result\":\"0x1\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":\"0x1\"}{}",
		"[{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":\"0x1\"}]",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":1}}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"message\":\"m\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":\"m\"}",
	};
	struct ts_rpc_answer a;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(&a, TS_RPC_GAS_PRICE, bad[i]), -EBADMSG);
		assert_non_null(strstr(a.why, "eth_gasPrice: "));
		ts_rpc_answer_release(&a);
	}
	assert_int_equal(parse(&a, TS_RPC_GAS_PRICE,
			       "{\"id\":5,\"jsonrpc\":\"2.0\",\"error\":null,\"result\":\"0x1\"}\n"), 0);
	ts_rpc_answer_release(&a);
}

static void test_failure(void **state)
{
	struct ts_rpc_answer a;

	assert_int_equal(parse(&a, TS_RPC_SEND_RAW_TRANSACTION,
			       "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,"
			       "\"message\":\"nonce too low\\u001b[2J\\u00e9\"}}"), -EREMOTEIO);
	assert_int_equal(a.code, -32000);
	assert_string_equal(a.why,
			    "eth_sendRawTransaction: the node says: nonce too low?[2J??");
	ts_rpc_answer_release(&a);
}

static void test_quantity(void **state)
{
	static const char * const bad[] = {
		"\"\"", "\"0x\"", "\"0x00\"", "\"0x01\"", "\"1\"", "\"0xg\"", "1",
		"\"0X1\"", "\"-0x1\"", "\" 0x1\"", "\"0x1 \"", "null", "{}", "true",
		"\"0x10000000000000000000000000000000000000000000000000000000000000000\"",
	};
	struct ts_u256 expected;
	struct ts_rpc_answer a;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(TS_RPC_GET_BALANCE, bad[i]);
	assert_int_equal(result(&a, TS_RPC_GET_BALANCE, "\"0x0\""), 0);
	assert_true(ts_u256_is_zero(&a.quantity));
	assert_int_equal(result(&a, TS_RPC_BLOCK_NUMBER, "\"0xAbc\""), 0);
	assert_true(a.quantity.w[0] == 0xabc);
	assert_int_equal(result(&a, TS_RPC_GET_BALANCE,
		"\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\""), 0);
	memset(&expected, 0xff, sizeof(expected));
	assert_int_equal(ts_u256_cmp(&a.quantity, &expected), 0);

	assert_int_equal(result(&a, TS_RPC_NET_VERSION, "\"20180430\""), 0);
	assert_true(a.quantity.w[0] == 20180430);
	refuse(TS_RPC_NET_VERSION, "20180430");
	refuse(TS_RPC_NET_VERSION, "\"0x1\"");
	refuse(TS_RPC_NET_VERSION, "\"\"");
}

static void test_data(void **state)
{
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, TS_RPC_CALL, "\"0x\""), 0);
	assert_int_equal(a.data.len, 0);
	ts_rpc_answer_release(&a);
	assert_int_equal(result(&a, TS_RPC_GET_CODE, "\"0x60fF\""), 0);
	assert_int_equal(a.data.len, 2);
	assert_int_equal(a.data.p[1], 0xff);
	ts_rpc_answer_release(&a);
	refuse(TS_RPC_CALL, "\"\"");
	refuse(TS_RPC_CALL, "\"0x1\"");
	refuse(TS_RPC_CALL, "\"0x1g\"");
	refuse(TS_RPC_CALL, "\"1234\"");
	refuse(TS_RPC_CALL, "null");
	assert_int_equal(result(&a, TS_RPC_SEND_RAW_TRANSACTION, "\"" H1 "\""), 0);
	assert_int_equal(a.hash.b[31], 0x11);
	refuse(TS_RPC_SEND_RAW_TRANSACTION, "\"" A1 "\"");
	refuse(TS_RPC_SEND_RAW_TRANSACTION, "\"" H1 "11\"");
	refuse(TS_RPC_SEND_RAW_TRANSACTION, "null");
}

#define BLOCK(number, hash, rest) "{\"number\":" number ",\"hash\":" hash \
	",\"parentHash\":\"" H2 "\",\"timestamp\":\"0x5b000000\"" rest "}"

static void test_block(void **state)
{
	char value[1024], bloom[513];
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, TS_RPC_GET_BLOCK_BY_NUMBER, BLOCK("\"0x10\"", "\"" H1 "\"",
				",\"transactions\":[]")), 0);
	assert_true(a.found);
	assert_int_equal(a.block.number, 16);
	assert_int_equal(a.block.hash.b[0], 0x11);
	assert_int_equal(a.block.parent_hash.b[0], 0x22);
	assert_int_equal(a.block.timestamp_s, 0x5b000000);
	assert_int_equal(result(&a, TS_RPC_GET_BLOCK_BY_NUMBER, "null"), 0);
	assert_false(a.found);

	memset(bloom, '0', 512);
	bloom[511] = '1';
	bloom[512] = '\0';
	snprintf(value, sizeof(value), BLOCK("\"0x10\"", "\"" H1 "\"", ",\"logsBloom\":\"0x%s\""),
		 bloom);
	assert_int_equal(result(&a, TS_RPC_GET_BLOCK_BY_NUMBER, value), 0);
	assert_int_equal(a.block.bloom[TS_BLOOM_BYTES - 1], 1);
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, BLOCK("\"0x10\"", "\"" H1 "\"",
	       ",\"logsBloom\":\"0x00\""));
	/* Not mined yet. */
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, BLOCK("null", "\"" H1 "\"", ""));
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, BLOCK("\"0x10\"", "null", ""));
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, BLOCK("\"0x10000000000000000\"", "\"" H1 "\"", ""));
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, "{}");
	refuse(TS_RPC_GET_BLOCK_BY_NUMBER, "[]");
}

#define LOG(topics, data, rest) "{\"address\":\"" A1 "\",\"blockNumber\":\"0x10\"," \
	"\"blockHash\":\"" H1 "\",\"transactionHash\":\"" H2 "\",\"logIndex\":\"0x2\"," \
	"\"topics\":" topics ",\"data\":\"" data "\"" rest "}"

static void test_logs(void **state)
{
	static char value[2048], zeros[2 * 129 + 1];
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, TS_RPC_GET_LOGS, "[]"), 0);
	assert_int_equal(a.logs.n, 0);
	ts_rpc_answer_release(&a);
	assert_int_equal(result(&a, TS_RPC_GET_LOGS, "["
		LOG("[]", "0x", ",\"removed\":false") ","
		LOG("[\"" H3 "\",\"" H2 "\"]", "0xabcd", "") "]"), 0);
	assert_int_equal(a.logs.n, 2);
	assert_int_equal(a.logs.log[0].n_topics, 0);
	assert_int_equal(a.logs.log[0].data_len, 0);
	assert_int_equal(a.logs.log[1].address.b[0], 0x44);
	assert_int_equal(a.logs.log[1].block_number, 16);
	assert_int_equal(a.logs.log[1].block_hash.b[0], 0x11);
	assert_int_equal(a.logs.log[1].tx_hash.b[0], 0x22);
	assert_int_equal(a.logs.log[1].log_index, 2);
	assert_int_equal(a.logs.log[1].n_topics, 2);
	assert_int_equal(a.logs.log[1].topics[0].b[0], 0x33);
	assert_int_equal(a.logs.log[1].data_len, 2);
	assert_int_equal(a.logs.log[1].data[1], 0xcd);
	ts_rpc_answer_release(&a);

	/* More than any event of ours has: the length is told, not all bytes. */
	memset(zeros, '0', sizeof(zeros) - 1);
	snprintf(value, sizeof(value), "[" LOG("[]", "0x%s", "") "]", zeros);
	assert_int_equal(result(&a, TS_RPC_GET_LOGS, value), 0);
	assert_int_equal(a.logs.log[0].data_len, 129);
	ts_rpc_answer_release(&a);
	zeros[2 * 129 - 1] = 'g';
	snprintf(value, sizeof(value), "[" LOG("[]", "0x%s", "") "]", zeros);
	refuse(TS_RPC_GET_LOGS, value);

	refuse(TS_RPC_GET_LOGS, "null");
	refuse(TS_RPC_GET_LOGS, "{}");
	refuse(TS_RPC_GET_LOGS, "[{}]");
	refuse(TS_RPC_GET_LOGS, "[null]");
	refuse(TS_RPC_GET_LOGS, "[" LOG("[]", "0x", ",\"removed\":true") "]");
	refuse(TS_RPC_GET_LOGS, "[" LOG("[]", "0x0", "") "]");
	refuse(TS_RPC_GET_LOGS, "[" LOG("[\"0x00\"]", "0x", "") "]");
	refuse(TS_RPC_GET_LOGS, "[" LOG("null", "0x", "") "]");
	refuse(TS_RPC_GET_LOGS, "[" LOG("[\"" H1 "\",\"" H1 "\",\"" H1 "\",\"" H1 "\",\"" H1 "\"]",
					"0x", "") "]");
}

#define RECEIPT(status) "{\"transactionHash\":\"" H1 "\",\"blockNumber\":\"0x10\"," \
	"\"blockHash\":\"" H2 "\",\"gasUsed\":\"0x5208\"" status "}"

static void test_receipt(void **state)
{
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, TS_RPC_GET_TRANSACTION_RECEIPT, "null"), 0);
	assert_false(a.found);
	assert_int_equal(result(&a, TS_RPC_GET_TRANSACTION_RECEIPT,
				RECEIPT(",\"status\":\"0x1\"")), 0);
	assert_true(a.found && a.receipt.succeeded);
	assert_int_equal(a.receipt.block_number, 16);
	assert_int_equal(a.receipt.gas_used, 21000);
	assert_int_equal(a.receipt.tx_hash.b[0], 0x11);
	assert_int_equal(a.receipt.block_hash.b[0], 0x22);
	assert_int_equal(result(&a, TS_RPC_GET_TRANSACTION_RECEIPT,
				RECEIPT(",\"status\":\"0x0\"")), 0);
	assert_false(a.receipt.succeeded);
	/* Without a status nobody knows whether it succeeded. */
	refuse(TS_RPC_GET_TRANSACTION_RECEIPT, RECEIPT(""));
	refuse(TS_RPC_GET_TRANSACTION_RECEIPT, RECEIPT(",\"status\":null"));
	refuse(TS_RPC_GET_TRANSACTION_RECEIPT, RECEIPT(",\"status\":true"));
	refuse(TS_RPC_GET_TRANSACTION_RECEIPT, RECEIPT(",\"status\":\"0x2\""));
}

static void test_syncing(void **state)
{
	struct ts_rpc_answer a;

	assert_int_equal(result(&a, TS_RPC_SYNCING, "false"), 0);
	assert_false(a.syncing.active);
	assert_int_equal(result(&a, TS_RPC_SYNCING,
		"{\"startingBlock\":\"0x1\",\"currentBlock\":\"0x2\",\"highestBlock\":\"0x30\"}"), 0);
	assert_true(a.syncing.active);
	assert_int_equal(a.syncing.current_block, 2);
	assert_int_equal(a.syncing.highest_block, 0x30);
	refuse(TS_RPC_SYNCING, "true");
	refuse(TS_RPC_SYNCING, "{}");
}

static void assert_request(enum ts_rpc_method method, json_t *params, const char *expected)
{
	char *text = ts_rpc_request_text(5, method, params);
	static char all[8192];

	assert_non_null(text);
	snprintf(all, sizeof(all), "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":%s}", expected);
	assert_string_equal(text, all);
	free(text);
}

static void test_requests(void **state)
{
	struct ts_calldata call = { .len = 2, .b = { 0xab, 0xcd } };
	struct ts_u256 zero = ts_u256_from_u64(0), wei = ts_u256_from_u64(0xa00);
	struct ts_contracts contracts;
	struct ts_address a;
	struct ts_hash h;
	struct ts_tx_raw raw = { .len = 1, .b = { 0xf8 } };

	memset(&contracts, 0x55, sizeof(contracts));
	memset(&a, 0x44, sizeof(a));
	memset(&h, 0x11, sizeof(h));
	assert_request(TS_RPC_NET_VERSION, NULL, "\"net_version\",\"params\":[]");
	assert_request(TS_RPC_GET_BLOCK_BY_NUMBER, ts_rpc_params_latest_block(),
		       "\"eth_getBlockByNumber\",\"params\":[\"latest\",false]");
	assert_request(TS_RPC_GET_BLOCK_BY_NUMBER, ts_rpc_params_block(0),
		       "\"eth_getBlockByNumber\",\"params\":[\"0x0\",false]");
	assert_request(TS_RPC_GET_LOGS, ts_rpc_params_logs(16, UINT64_MAX, &contracts),
		       "\"eth_getLogs\",\"params\":[{\"fromBlock\":\"0x10\",\"toBlock\":\"0xffffffffffffffff\","
		       "\"address\":[\"0x5555555555555555555555555555555555555555\","
		       "\"0x5555555555555555555555555555555555555555\"]}]");
	assert_request(TS_RPC_CALL, ts_rpc_params_call(&a, &call),
		       "\"eth_call\",\"params\":[{\"to\":\"" A1 "\",\"data\":\"0xabcd\"},\"latest\"]");
	assert_request(TS_RPC_ESTIMATE_GAS, ts_rpc_params_estimate_gas(&a, &a, &zero, &call),
		       "\"eth_estimateGas\",\"params\":[{\"from\":\"" A1 "\",\"to\":\"" A1
		       "\",\"value\":\"0x0\",\"data\":\"0xabcd\"}]");
	assert_request(TS_RPC_ESTIMATE_GAS, ts_rpc_params_estimate_gas(&a, &a, &wei, &call),
		       "\"eth_estimateGas\",\"params\":[{\"from\":\"" A1 "\",\"to\":\"" A1
		       "\",\"value\":\"0xa00\",\"data\":\"0xabcd\"}]");
	assert_request(TS_RPC_SEND_RAW_TRANSACTION, ts_rpc_params_raw_transaction(&raw),
		       "\"eth_sendRawTransaction\",\"params\":[\"0xf8\"]");
	assert_request(TS_RPC_GET_TRANSACTION_RECEIPT, ts_rpc_params_receipt(&h),
		       "\"eth_getTransactionReceipt\",\"params\":[\"" H1 "\"]");
	assert_request(TS_RPC_GET_TRANSACTION_COUNT, ts_rpc_params_account(&a, "pending"),
		       "\"eth_getTransactionCount\",\"params\":[\"" A1 "\",\"pending\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_quantity),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_receipt),
		cmocka_unit_test(test_syncing),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
