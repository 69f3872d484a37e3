/* SPDX-License-Identifier: GPL-2.0 */
/*
 * billing_box.h - a box for tests: a ledger on a disk that can fail, a kernel
 * that is a table, wallets that pay and remember, stations that send frames.
 *
 * Payers and kernel keep their own books, so that what billing says can be
 * compared with what happened.
 */
#ifndef TS_TEST_BILLING_BOX_H
#define TS_TEST_BILLING_BOX_H

#include "billing/billing.h"
#include "ledger_dir.h"
#include "ledger_vfs.h"

#define BOX_WALLETS	4
#define BOX_STATIONS	4
#define BOX_ACCOUNTS	64
#define BOX_EVENTS	256
#define BOX_TARIFFS	32
#define BOX_HINTS	256
#define BOX_PAYMENTS	4096
#define BOX_ATTACH_REPLY	5000
#define BOX_CODES	1024
#define BOX_MESSAGES	1024

#define GWEI	((ts_u128)1000000000)	/* what a byte costs in the tests */
#define SECOND	1000000000ull

/**
 * struct box_wallet - a payer
 * @channel: as the payer knows it; ahead of @acked while a message waits
 * @waiting: a message is not acked yet
 * @amount_wei: of it
 * @code: index of the code in it, -1: none
 * @acked_wei: of all acked messages
 * @sent: history of messages, for replays
 */
struct box_wallet {
	struct ts_signer *key;
	struct ts_channel channel;
	bool waiting;
	struct ts_datagram message;
	ts_u128 amount_wei;
	int code;
	ts_u128 acked_wei;
	struct ts_datagram *sent;
	unsigned int n_sent;
};

/** struct box_code - a session's code, and the books on it */
struct box_code {
	char code[TS_CODE_SIZE];
	ts_u128 acked_wei;
	ts_u128 passed_wei;
	bool closed;
};

/**
 * struct box_payment - where a payment was when it was last looked at
 * @id: row number; 0: not seen yet
 * @code: index of the code that may spend it
 * @session: row number of its session
 * @allowed_wei: how much of it
 */
struct box_payment {
	int64_t id;
	int code;
	int64_t session;
	ts_u128 allowed_wei;
};

/** struct box_message - a message of the box's own that left */
struct box_message {
	struct ts_address to;
	struct ts_datagram datagram;
};

/** struct box_account - an account in the kernel */
struct box_account {
	bool used;
	struct ts_account a;
	int code;
	int shift;
	uint64_t low_at;
	uint64_t dry_at;
};

struct box {
	struct ledger_dir dir;
	struct ts_ledger *ledger;
	struct ts_billing *billing;
	struct ts_billing_config config;
	struct ts_time now;
	struct box_wallet wallets[BOX_WALLETS];
	struct ts_signer *key;
	struct box_account accounts[BOX_ACCOUNTS];
	uint32_t next_epoch;
	unsigned int n_closings;	/* calls, each of as many accounts as there were */
	unsigned int n_reads;		/* of one account */
	struct ts_tariff tariffs[BOX_TARIFFS];
	struct ts_meter_event events[BOX_EVENTS];
	unsigned int n_events;
	struct box_code codes[BOX_CODES];
	unsigned int n_codes;
	struct box_payment payments[BOX_PAYMENTS];
	int64_t last_gift;		/* the newest whose value is in the books */
	unsigned int gifts;
	ts_u128 given_wei;
	uint64_t hinted_ns[BOX_HINTS];
	unsigned int attaches;
	char last_attached[TS_CODE_SIZE];
	unsigned int taken, heard, refunds, claims, granted;
	ts_u128 last_bought_wei;
	struct ts_address last_heard;
	unsigned int told, relay_paid, relay_lost;	/* of channels, after commits */
	struct ts_datagram answer;	/* the last that is no Ack */
	struct box_message messages[BOX_MESSAGES];
	unsigned int n_messages;
	unsigned int acks, refusals, notices[3], changes, logs;
	struct ts_refused last_refusal;
	uint8_t last_ack[TS_ACK_BYTES];
	uint64_t last_reply;
	uint64_t random;
	unsigned int boots;
	bool quiet;
	bool lending;	/* wallets pay for stations: what is one's is another's code's */
	bool generous;	/* the operator bears losses: more may pass */
	ts_u128 most_wei_per_gb;	/* wallets agree to no more from now on; 0: to any */
};

void box_setup(struct box *box);
/* The same, with another key: several boxes can be there at once. */
void box_setup_as(struct box *box, uint8_t seed);
void box_teardown(struct box *box);
int box_open(struct box *box);
void box_close(struct box *box);
/* As if the process was killed; @power_cut: and the machine with it. */
void box_crash(struct box *box, bool power_cut, unsigned int lose);

struct ts_key box_key(unsigned int station);
int box_code(struct box *box, unsigned int station);
int box_know_code(struct box *box, const char *code);

void box_make(struct box *box, unsigned int wallet, ts_u128 amount_wei,
	      int code, uint32_t tariff);
void box_send(struct box *box, unsigned int wallet);
/* Make, send, flush; true: acked. */
bool box_pay(struct box *box, unsigned int wallet, ts_u128 amount_wei, int code);
/* @wallet attaches what it paid for @code to @station; the answer comes later. */
void box_attach(struct box *box, unsigned int wallet, const char *code,
		unsigned int station, ts_u128 limit_wei);
void box_flush(struct box *box);
void box_later(struct box *box, uint64_t ns);

/* Frames of one station; true: this many bytes passed (all or nothing). */
bool box_frame(struct box *box, unsigned int station, uint32_t bytes,
	       enum ts_dir dir);
/* Sends frames until one is refused and nothing more comes; bytes that passed. */
uint64_t box_spend(struct box *box, unsigned int station, uint32_t bytes);
/* What the session of a code shows; fails the test when there is none. */
struct ts_session_view box_view(struct box *box, int code);
struct box_account *box_account(struct box *box, unsigned int station);
void box_events(struct box *box);

/* Everything that must hold at any time; fails the test. */
void box_verify(struct box *box);

#endif /* TS_TEST_BILLING_BOX_H */
