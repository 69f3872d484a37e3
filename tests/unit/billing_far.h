/* SPDX-License-Identifier: GPL-2.0 */
/* billing_far.h - a box and its wallets as whole peers of it. */
#ifndef TS_TEST_BILLING_FAR_H
#define TS_TEST_BILLING_FAR_H

#include "billing/onchain.h"
#include "billing_box.h"
#include "photon/life.h"

#define HEAD	1000
#define PARTNER	0	/* opened a channel with the box, pays itself and for others */
#define TARGET	1	/* the other end of a hop */
#define PAYER	3	/* the initiator of a mediated transfer */
#define REPLY	1000

/**
 * struct far - a wallet as a whole peer
 * @life: its committed state
 * @deaf: it takes nothing
 */
struct far {
	struct ts_life life;
	bool deaf;
};

/**
 * box - the box
 * far - its peers
 * far_spare - a state that is thrown away, or becomes that of a peer
 * far_delivered - so many of the box's messages were
 * far_secret - of the lock that far_offer() makes
 * far_moment - when peers do what they do
 * far_of_payer - what PAYER has, after far_total()
 */
extern struct box box;
extern struct far far[BOX_WALLETS];
extern struct ts_life far_spare;
extern unsigned int far_delivered;
extern struct ts_hash far_secret;
extern const struct ts_moment far_moment;
extern struct ts_ledger_sum far_of_payer;

int far_setup(void **state);
int far_teardown(void **state);
void far_say_fault(const char *text, void *arg);
const struct ts_signer *far_key(unsigned int wallet);
int far_wallet(const struct ts_address *address);

/* To the box, whole; true: acked or taken. */
bool far_give(const void *bytes, size_t len);
/* What a peer has to say, until it has nothing more. */
bool far_speak(unsigned int wallet);
void far_hear(unsigned int wallet, const struct ts_datagram *d);
/* Messages of the box to peers; false: there are none. */
bool far_deliver(void);
/* All that anybody has to say to anybody. */
void far_pump(void);
/* The partner passes the payer's transfer on. */
void far_offer(unsigned int target, ts_u128 amount_wei, ts_u128 fee_wei);
struct ts_datagram far_reveal_by(const struct ts_signer *key, const char *memo);
struct ts_datagram far_reveal(unsigned int by, const char *memo);
const char *far_memo(int code);
bool far_is_last_message(enum ts_message_id id);
/* The box sees something of its channel with a peer on the chain. */
void far_see(unsigned int wallet, const struct ts_channel_event *event);
/* What the box has of its channel with a peer, and the next life of it, where nothing is signed. */
struct ts_channel far_channel(unsigned int wallet);
struct ts_channel far_next_life(unsigned int wallet);
/* The chain has it so. */
void far_show(const struct ts_channel *channel);
/* As the crash tests see it: nothing of what waited in memory is left. */
void far_restart(bool power_cut);
struct ts_ledger_sum far_total(void);

#endif /* TS_TEST_BILLING_FAR_H */
