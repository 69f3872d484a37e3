/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hello.h - "these are my radios": signed by a box for all its neighbours.
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "hello" 0x0a
 *	box 20, chain id 32, tokens network 20, sequence 8, lifetime s 4, relay port 2,
 *	Photon port 2, originator 6, how many MACs 1, MACs 8 x 6
 *	signature 65
 *
 * Places of MACs that are not used are zero.  The sequence only grows, also over
 * restarts: so an older hello, with radios that the box has no more, is worth nothing.
 */
#ifndef TS_RELAY_HELLO_H
#define TS_RELAY_HELLO_H

#include <stddef.h>

#include <linux/tokenswitch.h>

#include "photon/sign.h"
#include "photon/u256.h"

#define TS_MAC_BYTES		6
#define TS_HELLO_MACS_MAX	TS_KEYS_MAX
#define TS_HELLO_BYTES		\
	(29 + 6 + 20 + 32 + 20 + 8 + 4 + 2 + 2 + 6 + 1 + 6 * TS_HELLO_MACS_MAX + 65)

/** struct ts_mac - a hardware address */
struct ts_mac {
	uint8_t b[TS_MAC_BYTES];
};

/**
 * struct ts_hello - what is signed
 * @box: who
 * @chain_id: of its channels
 * @tokens_network: likewise
 * @sequence: of its hellos, never 0
 * @lifetime_s: after so long without a later one it is gone
 * @relay_port: where what is signed for it goes, UDP
 * @photon_port: where Photon's messages go, UDP
 * @originator: its name in the mesh
 * @macs: of its mesh interfaces, at least one, none twice, no group's
 * @n_macs: how many
 */
struct ts_hello {
	struct ts_address box;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	uint64_t sequence;
	uint32_t lifetime_s;
	uint16_t relay_port;
	uint16_t photon_port;
	struct ts_mac originator;
	struct ts_mac macs[TS_HELLO_MACS_MAX];
	unsigned int n_macs;
};

bool ts_mac_equal(const struct ts_mac *a, const struct ts_mac *b);
void ts_hello_sign(const struct ts_hello *h, const struct ts_signer *key,
		   uint8_t bytes[TS_HELLO_BYTES]);
int ts_hello_decode(struct ts_hello *h, const void *bytes, size_t len);
bool ts_hello_is_signed(const struct ts_hello *h,
			const uint8_t bytes[TS_HELLO_BYTES]);

#endif /* TS_RELAY_HELLO_H */
