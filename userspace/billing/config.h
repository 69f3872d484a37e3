/* SPDX-License-Identifier: GPL-2.0 */
/* config.h - what the operator decides of billing. */
#ifndef TS_BILLING_CONFIG_H
#define TS_BILLING_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/ledger.h"
#include "ledger/share.h"

/**
 * enum ts_loss_bearer - who bears what passed unseen
 * @TS_LOSS_PAYER: all that may have passed is booked as consumed
 * @TS_LOSS_OPERATOR: only what was seen is; the rest is the payer's again
 *
 * When the kernel's counters are gone, by a power cut or because the meter was
 * taken away, an account has consumed at least what was last seen of it and at
 * most what it may have been granted: its reservation, or, when this process
 * has followed it all the time, what it did grant.
 */
enum ts_loss_bearer {
	TS_LOSS_PAYER,
	TS_LOSS_OPERATOR,
};

#define TS_TARIFFS_MAX	16
#define TS_TOKENS_MAX	8
#define TS_COMMUNITY_MAX	32
#define TS_SYMBOL_SIZE	16
#define TS_SHARES_MAX	32
#define TS_STATIONS_MAX	256

/**
 * struct ts_billing_token - a token that this box takes, and limits in it
 * @address: of its contract; channels of no such token are refused
 * @symbol: for people, each once
 * @decimals: one token is 10^this of its smallest unit
 * @slice_cap_wei: a slice has no more than this value; 0: no cap
 * @reservation_cap_wei: most that is reserved and unspent per wallet, what a
 *	power cut may cost; 0: no cap
 * @window_value_wei: a batch worth at least this is not made to wait; 0: none
 * @min_deposit_wei: credit only channels with at least this of the partner (M3)
 * @exposure_channel_wei: most that one channel may have paid and not settled
 *	on chain; 0: no cap
 * @exposure_box_wei: likewise all channels in this token together
 * @forward_fee_wei: the least fee for a lock that is forwarded
 * @payout_least_wei: less of a share is not paid out by the schedule
 *
 * What is in one token is never compared with, added to or paid by another.
 */
struct ts_billing_token {
	struct ts_address address;
	char symbol[TS_SYMBOL_SIZE];
	unsigned int decimals;
	ts_u128 slice_cap_wei;
	ts_u128 reservation_cap_wei;
	ts_u128 window_value_wei;
	ts_u128 min_deposit_wei;
	ts_u128 exposure_channel_wei;
	ts_u128 exposure_box_wei;
	ts_u128 forward_fee_wei;
	ts_u128 payout_least_wei;
};

/**
 * struct ts_billing_tariff - a tariff as the operator writes it
 * @id: 1 or more, the number that payers put into their memo
 * @token: which of the config's tokens its prices are in; another one under a
 *	known id is another tariff, and what was paid stays in the one before
 * @valid_from_s: wall time from which these prices hold; 0: at once.  A rise
 *	is to be announced before: give a time ahead
 * @wei_per_gb: decimal digits for 10^9 bytes, [class][direction]; "" is 0
 *
 * Billing scales it (unit_shift, units per byte) and numbers its versions:
 * other prices under a known id are that tariff's next version.
 */
struct ts_billing_tariff {
	uint32_t id;
	unsigned int token;
	uint64_t valid_from_s;
	char wei_per_gb[TS_CLASS_COUNT][TS_DIR_COUNT][TS_PRICE_TEXT_SIZE];
};

/**
 * struct ts_billing_share - who has a share in what is earned (M5)
 * @name: for people, each once
 * @address: where it is paid to, each once
 * @per_mille: so much of it; what nobody has is the box's own
 * @cold: it is paid on the chain, to an address that needs no channel
 */
struct ts_billing_share {
	char name[TS_SHARE_NAME_SIZE];
	struct ts_address address;
	uint32_t per_mille;
	bool cold;
};

/**
 * enum ts_access - what the operator says of a station
 * @TS_ACCESS_NORMAL: nothing: it has what is paid for it
 * @TS_ACCESS_TRUSTED: everything passes and is counted, nothing is charged
 * @TS_ACCESS_BLOCKED: nothing is granted to it, whatever is paid
 */
enum ts_access {
	TS_ACCESS_NORMAL,
	TS_ACCESS_TRUSTED,
	TS_ACCESS_BLOCKED,
};

/** struct ts_billing_station - a station, in whatever zone and VLAN, and @access of it */
struct ts_billing_station {
	uint8_t mac[6];
	enum ts_access access;
};

/**
 * struct ts_billing_config - what the operator decides; copied
 * @our_address: of the box; channels of another are refused
 * @tokens: that are taken, at least one; each has a tariff.  The first is meant
 *	where none is named
 * @n_tokens: how many
 * @tokens_network: channels of another contract are refused
 * @chain_id: likewise
 * @boot_id: /proc/sys/kernel/random/boot_id, 36 characters
 * @tariffs: at least one
 * @n_tariffs: how many
 * @default_tariff_id: for stations that have not paid
 * @slice_s: a slice lasts this long at the present rate; 0: 30
 * @slice_floor_bytes: but no less than this (dearest price); 0: 1 MiB
 * @reservation_slices: a reservation is this many slices; 0: 4
 * @idle_s: after this long without a frame the slice goes back; 0: 120
 * @session_idle_s: after this long the account ends; 0: an hour
 * @commit_window_ms: 0..250: how long small payments wait for company
 * @session_write_ms: new unpaid sessions may wait this long; 0: 1000
 * @unpaid_sessions_max: bound on sessions that nobody has paid for; 0: 4096
 * @tariff_hold_s: how long value keeps the tariff it was paid under; 0: a day
 * @min_settle_timeout_blocks: credit only channels with at least this (M3)
 * @upstream_metered: this box pays for its way to the internet: nothing is granted until
 *	ts_billing_upstream() has said how much of it there is (M4)
 * @forward: a lock for another's target is forwarded, for a fee
 * @community: other boxes: their wallets may roam here, and ours there (M14)
 * @n_community: how many
 * @allowance_bytes: of the internet, that a station may have for nothing each day of the
 *	box's age, when it asks; at the dearer direction; 0: none
 * @allowance_stations: and so many stations at most: a MAC is easily another (M15)
 * @shares: who has a share in what is earned, in every token
 * @n_shares: how many
 * @payout_every_s: shares are paid out so often, in the box's age; 0: when somebody says so
 * @stations: of which the operator has said something; a MAC is easily copied (M15), so
 *	trust is given to whoever shows it, and it is the operator who pays for that
 * @n_stations: how many
 * @station_retention_s: sessions that hold nothing are forgotten so long after
 *	their station was last seen, MAC addresses of closed sessions so long
 *	after the end; 0: a week
 * @loss_bearer: see enum ts_loss_bearer
 */
struct ts_billing_config {
	struct ts_address our_address;
	struct ts_billing_token tokens[TS_TOKENS_MAX];
	unsigned int n_tokens;
	struct ts_address tokens_network;
	struct ts_u256 chain_id;
	char boot_id[TS_BOOT_ID_SIZE];
	struct ts_billing_tariff tariffs[TS_TARIFFS_MAX];
	unsigned int n_tariffs;
	uint32_t default_tariff_id;
	uint32_t slice_s;
	uint64_t slice_floor_bytes;
	uint32_t reservation_slices;
	uint32_t idle_s;
	uint32_t session_idle_s;
	uint32_t commit_window_ms;
	uint32_t session_write_ms;
	uint32_t unpaid_sessions_max;
	uint32_t tariff_hold_s;
	uint64_t min_settle_timeout_blocks;
	bool upstream_metered;
	bool forward;
	struct ts_address community[TS_COMMUNITY_MAX];
	unsigned int n_community;
	uint64_t allowance_bytes;
	uint32_t allowance_stations;
	struct ts_billing_share shares[TS_SHARES_MAX];
	unsigned int n_shares;
	uint32_t payout_every_s;
	struct ts_billing_station stations[TS_STATIONS_MAX];
	unsigned int n_stations;
	uint32_t station_retention_s;
	enum ts_loss_bearer loss_bearer;
};

/**
 * ts_billing_config_check() - whether a config can be used, for --check-config
 * Return: 0 or -EINVAL with one line for people in @err.
 */
int ts_billing_config_check(const struct ts_billing_config *config,
			    char *err, size_t err_size);

/** ts_billing_token() - Return: which token of a config that is, or NULL */
const struct ts_billing_token *
ts_billing_token(const struct ts_billing_config *config,
		 const struct ts_address *address);

#endif /* TS_BILLING_CONFIG_H */
