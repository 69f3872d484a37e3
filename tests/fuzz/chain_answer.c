// SPDX-License-Identifier: GPL-2.0
/*
 * chain_answer.c - what a node of the chain may answer: any bytes.
 *
 * The first byte says what was asked.  Whatever is taken is handed on to what
 * reads it next: the answers of calls, the events in logs.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/erc20.h"
#include "chain/event.h"
#include "chain/network.h"
#include "chain/rpc_answer.h"

#define ID	5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text, size_t room)
{
	size_t len = strnlen(text, room), i;

	require(len < room);
	for (i = 0; i < len; i++)
		require(text[i] >= ' ' && text[i] <= '~');
}

static void read_data(const struct ts_bytes *d)
{
	char version[TS_CONTRACT_VERSION_SIZE], text[TS_ERC20_TEXT_SIZE];
	struct ts_participant_info participant;
	struct ts_channel_info channel;
	struct ts_address address;
	unsigned int decimals;
	struct ts_u256 wide;
	uint64_t number;
	bool yes;

	if (!ts_network_read_channel_info(d, &channel))
		require(d->len == 160 && channel.state <= TS_CHANNEL_CLOSED);
	if (!ts_network_read_participant_info(d, &participant))
		require(d->len == 96);
	if (!ts_network_read_u256(d, &wide))
		require(d->len == 32);
	if (!ts_network_read_u64(d, &number))
		require(d->len == 32);
	if (!ts_network_read_bool(d, &yes))
		require(d->len == 32);
	if (!ts_network_read_address(d, &address))
		require(d->len == 32);
	if (!ts_erc20_read_decimals(d, &decimals))
		require(decimals <= UINT8_MAX);
	ts_network_read_version(d, version);
	check_text(version, sizeof(version));
	ts_erc20_read_text(d, text);
	check_text(text, sizeof(text));
}

static void read_log(const struct ts_chain_log *log)
{
	struct ts_contracts c = { log->address, log->address };
	struct ts_chain_event event;

	require(log->n_topics <= TS_LOG_TOPICS_MAX);
	if (ts_chain_event_decode(&event, log, &c))
		return;
	require(event.kind < TS_CHAIN_EVENT_COUNT);
	require(log->n_topics == 2 && log->data_len <= sizeof(log->data));
	require(ts_hash_equal(&event.block_hash, &log->block_hash));
}

static void read_value(const struct ts_rpc_answer *a, size_t size)
{
	size_t i;

	switch (a->method) {
	case TS_RPC_CALL:
	case TS_RPC_GET_CODE:
		require(2 * a->data.len <= size);
		read_data(&a->data);
		break;
	case TS_RPC_GET_LOGS:
		for (i = 0; i < a->logs.n; i++)
			read_log(&a->logs.log[i]);
		break;
	case TS_RPC_GET_BLOCK_BY_NUMBER:
	case TS_RPC_GET_TRANSACTION_RECEIPT:
		break;
	default:
		require(a->found);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_rpc_answer a;
	int ret;

	if (!size)
		return 0;
	ret = ts_rpc_answer_parse(&a, data[0] % TS_RPC_METHOD_COUNT, ID, data + 1, size - 1);
	require(ret == a.err && (!ret || ret == -EBADMSG || ret == -EREMOTEIO));
	check_text(a.why, sizeof(a.why));
	require(!ret == !a.why[0]);
	if (!ret)
		read_value(&a, size);
	ts_rpc_answer_release(&a);
	return 0;
}
