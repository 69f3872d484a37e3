/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reveal.h - rows of the RevealSecrets by which initiators paid (rule M8).
 *
 * A mediated payment is the initiator's and not the partner's because the initiator
 * signed the secret.  That message is kept as it came, beside the lock that it is about,
 * and with the payment once there is one: with the payment's balance proof it shows later
 * whose the value is.
 */
#ifndef TS_LEDGER_REVEAL_H
#define TS_LEDGER_REVEAL_H

#include "ledger/ledger.h"

/**
 * struct ts_ledger_reveal - a mediated payment and what makes it the wallet's
 * @payment: row number
 * @nonce: of its balance proof, that of an Unlock
 * @amount_wei: the lock's
 * @transferred_wei: of the proof
 * @wallet: the initiator
 * @mediated: the payment's own word for it
 * @locksroot: of the proof
 * @message_hash: of the Unlock
 * @signature: of the proof, by the partner
 * @datagram: the RevealSecret, signed by @wallet
 */
struct ts_ledger_reveal {
	int64_t payment;
	uint64_t nonce;
	ts_u128 amount_wei;
	ts_u128 transferred_wei;
	struct ts_address wallet;
	bool mediated;
	struct ts_hash locksroot;
	struct ts_hash message_hash;
	struct ts_signature signature;
	struct ts_datagram datagram;
};

int ts_ledger_reveal_put(struct ts_ledger *l, int64_t channel, uint64_t lock,
			 const void *datagram, size_t len);
int ts_ledger_reveal_paid(struct ts_ledger *l, int64_t channel, uint64_t lock,
			  uint64_t nonce);
int ts_ledger_reveal_delete(struct ts_ledger *l, int64_t channel, uint64_t lock);
int ts_ledger_reveal_load(struct ts_ledger *l, int64_t channel,
			  int (*cb)(const struct ts_ledger_reveal *r, void *arg),
			  void *arg);
const char *ts_ledger_reveal_fault(const struct ts_ledger_reveal *r,
				   const struct ts_channel *channel);

#endif /* TS_LEDGER_REVEAL_H */
