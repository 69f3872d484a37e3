/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config.h - tsd.conf, checked.
 *
 * A configuration is read whole, checked whole and then never changed; a
 * reload makes a new one and takes its place only if nothing is wrong with it.
 */
#ifndef TS_TSD_CONFIG_H
#define TS_TSD_CONFIG_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "billing/billing.h"
#include "chain/erc20.h"
#include "discovery/peers.h"
#include "ledger/relay.h"
#include "lib/meter.h"
#include "photon/channel.h"
#include "portal/portal.h"
#include "settle/mirrored.h"
#include "tsd/endpoint.h"
#include "tsd/log.h"

#define TS_CONFIG_PATH_SIZE	100	/* leaves room for names inside run_dir */
#define TS_CONFIG_HTTP_MAX	8
#define TS_CONFIG_HTTPS_MAX	8
#define TS_CONFIG_ADMIN_MAX	4
#define TS_CONFIG_PORTS_MAX	32
#define TS_CONFIG_RULES_MAX	256
#define TS_CONFIG_CHANNELS_MAX	256
#define TS_CONFIG_INTERFACES_MAX	16
#define TS_CONFIG_PEERS_MAX	256
#define TS_CONFIG_MIRRORS_MAX	8
#define TS_CONFIG_ERROR_SIZE	800

#define TS_CONFIG_NAMES_MAX	TS_PORTAL_NAMES_MAX

/**
 * struct ts_config_limits - how much of us strangers can have
 * @photon_per_source: datagrams a second from one address
 * @photon_burst: and at once
 * @photon_sources: addresses remembered, for this and the next
 * @photon_strangers: datagrams a second from all together of whom no payment was
 *	accepted lately
 * @mdns_per_source: packets of Multicast DNS a second from one address
 * @mdns_burst: and at once
 * @mdns_peers: peers that may be found at once
 * @http_connections: at once, in all
 * @http_per_source: at once, from one station
 * @http_timeout_s: of a silent connection
 * @events: event streams at once
 */
struct ts_config_limits {
	uint32_t photon_per_source;
	uint32_t photon_burst;
	uint32_t photon_sources;
	uint32_t photon_strangers;
	uint32_t mdns_per_source;
	uint32_t mdns_burst;
	uint32_t mdns_peers;
	uint32_t http_connections;
	uint32_t http_per_source;
	uint32_t http_timeout_s;
	uint32_t events;
};

/**
 * struct ts_config_discovery - how peers are found
 * @mdns: ask and answer by Multicast DNS
 * @interfaces: where; none: where the address of listen.photon is
 * @n_interfaces: how many
 * @interval_s: between two questions
 * @expire_s: a peer that was not seen for so long is forgotten
 */
struct ts_config_discovery {
	bool mdns;
	char interfaces[TS_CONFIG_INTERFACES_MAX][IFNAMSIZ];
	unsigned int n_interfaces;
	uint32_t interval_s;
	uint32_t expire_s;
};

#define TS_CONFIG_URL_SIZE	256
/* Gas of updateBalanceProof and settle together, as measured, rounded up. */
#define TS_CONFIG_CLAIM_GAS	110000

/**
 * struct ts_config_chain - the node of the chain, and how it is used
 * @rpc: its address; empty: there is none
 * @second_rpc: another node, asked about large deposits; empty: there is none
 * @second_above_wei: larger than this, in each token of billing
 * @poll_s: how often its newest block is asked for
 * @confirmations: how many blocks deep a block is believed to stay
 * @start_block: where to begin when the chain was never followed
 * @gas_price_min_wei: what a node proposes is raised to this
 * @gas_price_max_wei: and no more is ever paid
 * @gas_reserve_wei: of our coin, kept for what keeps our money
 * @token_kind: how deposits are paid in, in each token of billing
 * @coin_price_wei: what one coin of the chain is worth, in each token of billing
 */
struct ts_config_chain {
	char rpc[TS_CONFIG_URL_SIZE];
	char second_rpc[TS_CONFIG_URL_SIZE];
	ts_u128 second_above_wei[TS_TOKENS_MAX];
	uint32_t poll_s;
	uint32_t confirmations;
	uint64_t start_block;
	ts_u128 gas_price_min_wei;
	ts_u128 gas_price_max_wei;
	ts_u128 gas_reserve_wei;
	enum ts_token_kind token_kind[TS_TOKENS_MAX];
	ts_u128 coin_price_wei[TS_TOKENS_MAX];
};

/**
 * struct ts_config_mirror - a box that shows our proofs when we are silent
 * @url: of its portal
 * @address: what is signed for it is good at no other
 */
struct ts_config_mirror {
	char url[TS_CONFIG_URL_SIZE];
	struct ts_address address;
};

/** enum ts_config_gateway - does this box lead out of its mesh? */
enum ts_config_gateway {
	TS_GATEWAY_AUTO,	/* as batman-adv announces it */
	TS_GATEWAY_YES,
	TS_GATEWAY_NO,
};

/**
 * struct ts_config_mesh - what is carried for neighbours, and by them
 * @device: the mesh device; empty: none
 * @listen: where neighbours' words arrive, an IPv4 address of ours on the mesh
 * @payer_rule: enum ts_payer_rule, in all of the mesh the same
 * @gateway: are we one
 * @token: that is paid in, its place in the tokens of billing
 * @asked_wei_per_gb: what we ask for 10^9 bytes, [service][direction]
 * @most_wei_per_gb: dearer than this we buy nothing, likewise
 * @margin_per_mille: on what the way to the internet costs us
 * @rise_per_mille: no price of ours rises more within a day
 * @notice_s: so long before we announce it
 * @most_rise_per_mille: more we do not accept of others
 * @window_bytes: of the dearest kind a neighbour may owe
 * @window_box_wei: and all of them together
 * @pay_bytes: a debt of so many is paid at once
 * @interval_s: between two receipts, and the longest that a debt waits
 * @hello_s: between two hellos
 * @tolerance_per_mille: what two honest counters may differ
 * @overhead_bytes: what the mesh adds to a frame that a client gets
 * @low_bytes: when the way to the internet can be paid for less than this we sell
 *	less of it
 */
struct ts_config_mesh {
	char device[IFNAMSIZ];
	struct ts_endpoint listen;
	uint8_t payer_rule;
	uint8_t gateway;
	unsigned int token;
	ts_u128 asked_wei_per_gb[TS_SERVICE_COUNT][TS_DIR_COUNT];
	ts_u128 most_wei_per_gb[TS_SERVICE_COUNT][TS_DIR_COUNT];
	uint16_t margin_per_mille;
	uint16_t rise_per_mille;
	uint32_t notice_s;
	uint16_t most_rise_per_mille;
	uint64_t window_bytes;
	ts_u128 window_box_wei;
	uint64_t pay_bytes;
	uint32_t interval_s;
	uint32_t hello_s;
	uint16_t tolerance_per_mille;
	uint32_t overhead_bytes;
	uint64_t low_bytes;
};

/**
 * struct ts_config_box - another box of the community
 * @address: of the box
 * @url: of its portal
 */
struct ts_config_box {
	struct ts_address address;
	char url[TS_CONFIG_URL_SIZE];
};

/**
 * struct ts_config_opennds - openNDS, which shows the portal in our place
 * @gateway: where it serves, an address of this box; none: there is no openNDS
 * @faskey_file: with its faskey
 * @ndsctl: its tool
 */
struct ts_config_opennds {
	struct ts_endpoint gateway;
	char faskey_file[TS_CONFIG_PATH_SIZE];
	char ndsctl[TS_CONFIG_PATH_SIZE];
};

/**
 * struct ts_config_channel - a channel known without a chain
 * @channel: its identifier and our address are not set
 * @trusted: credit it whatever its timeout and deposit are
 */
struct ts_config_channel {
	struct ts_channel channel;
	bool trusted;
};

/**
 * struct ts_config - all of it
 * @path: where it was read
 * @name: what clients are shown
 * @run_dir: control socket and lock
 * @state_dir: what must survive
 * @ledger: the database
 * @log_level: least important line
 * @log_json: JSON instead of text
 * @key_file: encrypted key
 * @passphrase_file: what opens it
 * @chain: the node of the chain
 * @http: where the portal listens
 * @n_http: how many
 * @https: where it listens by https; none: it does not
 * @n_https: how many
 * @admin: where the operator's page and /metrics are; none: they are not
 * @n_admin: how many
 * @admin_plain: by http, also beyond this box
 * @certificate: file, of https
 * @certificate_key: file
 * @wallet_dir: where the wallet page was installed; empty: it is not served
 * @venue_info_url: what operating systems are told of the place; empty: nothing
 * @http_names: names of the portal beside its addresses
 * @n_http_names: how many
 * @redirect_port: on the same addresses, where unpaid web requests end up
 * @photon: where Photon datagrams arrive
 * @discovery: how peers are found
 * @peers: and those that need not be
 * @n_peers: how many
 * @mirrors: who shows our proofs for us
 * @n_mirrors: how many
 * @mirror_s: a proof of one channel goes to them at most so often
 * @mirror_for: whose proofs we show
 * @n_mirror_for: how many
 * @community: boxes between which wallets roam; their addresses are billing's, too
 * @opennds: shows the portal, or does not
 * @driver: of the meter; empty: chosen at start
 * @mark_mask: bits of the packet mark that are ours
 * @ports: as for ts_meter_port_add()
 * @n_ports: how many
 * @rules: as for ts_meter_rule_add(), without the box's own services
 * @n_rules: how many
 * @gate: put the nftables table in place
 * @gate_unsolicited: let connections from outside reach clients
 * @billing: prices and slices; our_address and boot_id are not set
 * @limits: what strangers can have
 * @mesh: what is carried for neighbours, and by them
 * @channels: channels known without a chain
 * @n_channels: how many
 */
struct ts_config {
	char path[PATH_MAX];
	char name[64];
	char run_dir[TS_CONFIG_PATH_SIZE];
	char state_dir[TS_CONFIG_PATH_SIZE];
	char ledger[TS_CONFIG_PATH_SIZE];

	enum ts_log_level log_level;
	bool log_json;

	char key_file[TS_CONFIG_PATH_SIZE];
	char passphrase_file[TS_CONFIG_PATH_SIZE];

	struct ts_config_chain chain;

	struct ts_endpoint http[TS_CONFIG_HTTP_MAX];
	unsigned int n_http;
	struct ts_endpoint https[TS_CONFIG_HTTPS_MAX];
	unsigned int n_https;
	struct ts_endpoint admin[TS_CONFIG_ADMIN_MAX];
	unsigned int n_admin;
	bool admin_plain;
	char certificate[TS_CONFIG_PATH_SIZE];
	char certificate_key[TS_CONFIG_PATH_SIZE];
	char wallet_dir[TS_CONFIG_PATH_SIZE];
	char venue_info_url[TS_PORTAL_VENUE_SIZE];
	char http_names[TS_CONFIG_NAMES_MAX][TS_PORTAL_NAME_SIZE];
	unsigned int n_http_names;
	uint16_t redirect_port;
	struct ts_endpoint photon;

	struct ts_config_discovery discovery;
	struct ts_peer peers[TS_CONFIG_PEERS_MAX];
	unsigned int n_peers;

	struct ts_config_mirror mirrors[TS_CONFIG_MIRRORS_MAX];
	unsigned int n_mirrors;
	uint32_t mirror_s;
	struct ts_address mirror_for[TS_MIRRORED_OWNERS_MAX];
	unsigned int n_mirror_for;

	struct ts_config_box community[TS_COMMUNITY_MAX];

	struct ts_config_opennds opennds;

	char driver[8];		/* "" chooses */
	uint32_t mark_mask;
	struct ts_port ports[TS_CONFIG_PORTS_MAX];
	unsigned int n_ports;
	struct ts_rule rules[TS_CONFIG_RULES_MAX];
	unsigned int n_rules;

	bool gate;
	bool gate_unsolicited;

	struct ts_billing_config billing;
	struct ts_config_limits limits;
	struct ts_config_mesh mesh;

	struct ts_config_channel *channels;
	unsigned int n_channels;
};

struct ts_config *ts_config_load(const char *path, char *err, size_t err_size);
void ts_config_free(struct ts_config *c);
const char *ts_config_fixed(const struct ts_config *old,
			    const struct ts_config *new);
const struct ts_billing_token *ts_config_token(const struct ts_config *c,
					       const char *symbol);
void ts_config_explain(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_H */
