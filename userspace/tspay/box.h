/* SPDX-License-Identifier: GPL-2.0 */
/*
 * box.h - the HTTP side of a box: its session, its events, and paying.
 *
 * Fields and addresses: Documentation/architecture.md section 4.
 */
#ifndef TSPAY_BOX_H
#define TSPAY_BOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "photon/channel.h"
#include "photon/memo.h"

/**
 * struct session - what the payer needs of the session object
 * @code: names the session in the memo
 * @state: "never-paid", "dry" or "paid", and why the box grants less than was paid for
 * @token: what all amounts are in; zero: the box does not say
 * @tariff_id: for the memo
 * @wei_per_gb: dearest direction of class internet
 * @remaining_bytes: at that price
 * @used_bytes: both directions
 * @attached_wei: paid with this code so far
 * @unspent_wei: what it can spend yet
 */
struct session {
	char code[TS_CODE_SIZE];
	char state[48];
	struct ts_address token;
	uint32_t tariff_id;
	ts_u128 wei_per_gb;
	uint64_t remaining_bytes;
	uint64_t used_bytes;
	ts_u128 attached_wei;
	ts_u128 unspent_wei;
};

/**
 * struct token - one that the box takes, and what it says of itself
 * @contract: of the token
 * @symbol: for people
 * @decimals: one token is 10^this of its smallest unit
 * @tariff_id: its first tariff in this token
 * @wei_per_gb: dearest direction of class internet there
 * @photon_port: of the box
 * @address: of the box
 * @tokens_network: where its channels are; zero: it does not say
 */
struct token {
	struct ts_address contract;
	char symbol[16];
	unsigned int decimals;
	uint32_t tariff_id;
	ts_u128 wei_per_gb;
	uint16_t photon_port;
	struct ts_address address;
	struct ts_address tokens_network;
};

/** enum paid - what became of a datagram */
enum paid {
	PAID_ACKED,
	PAID_NO_ANSWER,	/* send the same bytes again */
	PAID_GAP,	/* the box lacks the one before */
	PAID_REFUSED,	/* for good; the reason is in err */
};

struct box;

/**
 * box_open() - a box, by its URL ("http://192.0.2.1:2050")
 * @code: a session that is not this station's, or NULL
 * Return: it, or NULL when memory is out.
 */
struct box *box_open(const char *url, const char *code);
void box_close(struct box *b);

/* 0 or a negative errno with one line in @err. */
/* @contract: which token; or else @symbol; both NULL: the box's first. */
int box_token(struct box *b, const struct ts_address *contract,
	      const char *symbol, struct token *out, char *err, size_t err_size);
int box_session(struct box *b, struct session *out, char *err, size_t err_size);
int box_channel(struct box *b, const struct ts_address *wallet,
		const struct ts_address *contract, struct ts_channel *out,
		char *err, size_t err_size);

/**
 * struct books - what the box has of a channel
 * @nonce: of our newest proof there
 * @unspent_wei: paid and neither used nor refunded: the box holds it for us
 * @refunded_wei: gone back
 */
struct books {
	uint64_t nonce;
	ts_u128 unspent_wei;
	ts_u128 refunded_wei;
};

int box_books(struct box *b, const struct ts_address *wallet,
	      const struct ts_address *contract, struct books *out, char *err, size_t err_size);

/**
 * box_outbox() - the box's messages to a wallet, in their order
 * @cb: a non-zero return ends it and is returned
 */
int box_outbox(struct box *b, const struct ts_address *wallet,
	       int (*cb)(const struct ts_datagram *d, void *arg), void *arg,
	       char *err, size_t err_size);

/** box_ack() - POST an Ack; one that the box does not wait for is no failure */
int box_ack(struct box *b, const uint8_t ack[TS_ACK_BYTES], char *err,
	    size_t err_size);

/** box_refund() - ask for what is unspent; -ENODATA: there is nothing */
int box_refund(struct box *b, const struct ts_datagram *refund, char *err,
	       size_t err_size);

/** box_pay() - POST a datagram; Return: enum paid */
enum paid box_pay(struct box *b, const struct ts_datagram *d,
		  const struct ts_address *receiver, char *err, size_t err_size);

/**
 * struct nonce - what an attach is signed with
 * @nonce: of this station, good once
 * @expires_s: by the box's clock
 */
struct nonce {
	struct ts_hash nonce;
	uint64_t expires_s;
};

/* As above; box_attach() sets @out to this station's session. */
int box_nonce(struct box *b, struct nonce *out, char *err, size_t err_size);
int box_attach(struct box *b, const struct ts_datagram *attach,
	       struct session *out, char *err, size_t err_size);

/** box_roam() - show an order; @out: what this station has now; Return: as above */
int box_roam(struct box *b, const struct ts_datagram *order, struct session *out,
	     char *err, size_t err_size);

/**
 * struct sponsored - a station that a wallet pays for
 * @mac: as text
 * @token: of the amounts
 * @limit_wei: so much at most
 * @spent_wei: of that
 * @until_s: seconds since 1970
 */
struct sponsored {
	char mac[18];
	struct ts_address token;
	ts_u128 limit_wei;
	ts_u128 spent_wei;
	uint64_t until_s;
};

/**
 * box_sponsored() - for whom a wallet pays
 * @cb: of each; NULL: it does not matter
 * @serial: set to the number of what the wallet signs next
 * Return: as above
 */
int box_sponsored(struct box *b, const struct ts_address *wallet,
		  int (*cb)(const struct sponsored *s, void *arg), void *arg,
		  uint64_t *serial, char *err, size_t err_size);
/** box_sponsor() - show what a wallet has signed of that; Return: as above */
int box_sponsor(struct box *b, const struct ts_datagram *sponsor, char *err,
		size_t err_size);

/**
 * box_watch() - wait for events of the session, at most @timeout_ms
 * @s: updated by each event that carries the session
 *
 * Connects, and connects again when the stream ended.
 *
 * Return: 1 when @s changed, 0 on timeout, or a negative errno with @err.
 */
int box_watch(struct box *b, struct session *s, int timeout_ms, char *err,
	      size_t err_size);

#endif /* TSPAY_BOX_H */
