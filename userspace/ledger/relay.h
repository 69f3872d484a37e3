/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay.h - rows of what boxes of the mesh carry for each other and owe each other
 * (rules M9, M13); what they mean is decided in userspace/relay.
 *
 * What was paid is not here: it is in the channel's rows, committed with the transfer
 * (relay_in_wei and relay_out_wei of struct ts_ledger_channel).
 */
#ifndef TS_LEDGER_RELAY_H
#define TS_LEDGER_RELAY_H

#include "ledger/ledger.h"

#define TS_RELAY_SIGNED_MAX	512
#define TS_RELAY_PRICES_MAX	128

/**
 * enum ts_service - what is done for a neighbour
 * @TS_SERVICE_RELAY: its frames are carried; class RELAY in the kernel
 * @TS_SERVICE_EXIT: to and from the internet at a gateway; class INTERNET
 */
enum ts_service {
	TS_SERVICE_RELAY,
	TS_SERVICE_EXIT,
	TS_SERVICE_COUNT,
};

/**
 * struct ts_carried - billed bytes
 * @bytes: cumulative, [service][direction]: up is what the neighbour that pays has
 *	sent, down what it is sent
 */
struct ts_carried {
	uint64_t bytes[TS_SERVICE_COUNT][TS_DIR_COUNT];
};

/**
 * struct ts_relay_signed - a message as it was signed
 * @len: 0: none
 * @b: its bytes
 */
struct ts_relay_signed {
	size_t len;
	uint8_t b[TS_RELAY_SIGNED_MAX];
};

/**
 * struct ts_ledger_relay - the account with one neighbour, both ways
 * @partner: the neighbour
 * @token: of all amounts
 * @hello_sequence: of its last hello
 * @number: of our last receipt
 * @sold: carried for it, as we count
 * @sold_wei: what it owes for that
 * @bought: carried by it, as we count
 * @bought_wei: what we owe for that
 * @unbelieved_bytes: of the downloads in @bought, [service]: not owed yet,
 *	for no client has had them
 * @netted_wei: of both debts, what we said is settled by the other
 * @trust_64ths: so much of its window it has
 * @boot_id: in which @account_id is or was
 * @account_id: its account in the kernel; 0: none
 * @account_epoch: likewise
 * @unit_shift: of that account
 * @account_base_wei: sold_wei before that account
 * @account_units: passed in that account, as last read
 * @account_exit_units: of these, for TS_SERVICE_EXIT
 * @account: bytes, likewise
 * @bought_life: of the counters that @bought_raw was read from
 * @bought_raw: as last read
 * @hello: its last one
 * @receipt: likewise
 * @tariff: its prices that hold, as it announced them
 * @next_tariff: those that will
 * @day_prices: those that a rise is measured against, packed
 * @day_prices_len: how many bytes
 */
struct ts_ledger_relay {
	struct ts_address partner;
	struct ts_address token;
	uint64_t hello_sequence;
	uint64_t number;
	struct ts_carried sold;
	ts_u128 sold_wei;
	struct ts_carried bought;
	ts_u128 bought_wei;
	uint64_t unbelieved_bytes[TS_SERVICE_COUNT];
	ts_u128 netted_wei;
	uint8_t trust_64ths;
	char boot_id[TS_BOOT_ID_SIZE];
	uint32_t account_id;
	uint32_t account_epoch;
	int unit_shift;
	ts_u128 account_base_wei;
	uint64_t account_units;
	uint64_t account_exit_units;
	struct ts_carried account;
	uint64_t bought_life;
	struct ts_carried bought_raw;
	struct ts_relay_signed hello;
	struct ts_relay_signed receipt;
	struct ts_relay_signed tariff;
	struct ts_relay_signed next_tariff;
	uint8_t day_prices[TS_RELAY_PRICES_MAX];
	size_t day_prices_len;
};

/**
 * struct ts_ledger_relay_own - what only grows, whoever our neighbours are
 * @hello_sequence: of our last hello
 * @tariff_version: of our last announcement
 * @offer: what we ask, packed
 * @offer_len: how many bytes
 */
struct ts_ledger_relay_own {
	uint64_t hello_sequence;
	uint64_t tariff_version;
	uint8_t offer[TS_RELAY_PRICES_MAX];
	size_t offer_len;
};

int ts_ledger_relay_put(struct ts_ledger *l, const struct ts_ledger_relay *r);
int ts_ledger_relay_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_relay *r, void *arg),
			 void *arg);
int ts_ledger_relay_own_put(struct ts_ledger *l,
			    const struct ts_ledger_relay_own *own);
int ts_ledger_relay_own_get(struct ts_ledger *l, struct ts_ledger_relay_own *own);

#endif /* TS_LEDGER_RELAY_H */
