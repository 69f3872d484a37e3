/* SPDX-License-Identifier: GPL-2.0 */
/*
 * portal.h - HTTP on the access side: what it costs, what is left, how to pay.
 *
 * Driven by the caller's event loop, no thread.  It keeps no money and decides
 * nothing: it asks through struct ts_portal_ops and hands datagrams on; the
 * answer to a payment leaves only when ts_portal_ack() or ts_portal_refuse()
 * is called for it.
 */
#ifndef TS_PORTAL_PORTAL_H
#define TS_PORTAL_PORTAL_H

#include <ev.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "billing/billing.h"
#include "portal/fas.h"

#define TS_PORTAL_NAMES_MAX	8
#define TS_PORTAL_NAME_SIZE	64
#define TS_PORTAL_URL_SIZE	(TS_PORTAL_NAME_SIZE + 32)
#define TS_PORTAL_VENUE_SIZE	256

/**
 * struct ts_portal_facts - what does not change while the daemon runs; copied
 * @name: of the box, any UTF-8
 * @version: of the program
 * @address: who is paid
 * @chain_id: of the contract
 * @tokens_network: the contract
 * @tokens: what is paid with; the first where nothing else is said
 * @n_tokens: how many
 * @photon_port: UDP port of the Photon node
 * @names: under which clients find us, beside our addresses; the first is the
 *	one that people are sent to
 * @n_names: how many
 * @venue_url: what the operator tells of the place, by https; empty: nothing
 */
struct ts_portal_facts {
	char name[64];
	char version[32];
	struct ts_address address;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_billing_token tokens[TS_TOKENS_MAX];
	unsigned int n_tokens;
	uint16_t photon_port;
	char names[TS_PORTAL_NAMES_MAX][TS_PORTAL_NAME_SIZE];
	unsigned int n_names;
	char venue_url[TS_PORTAL_VENUE_SIZE];
};

/**
 * struct ts_portal_look - what a wallet wants to know of the chain
 * @wallet: whose nonce, balances and channel with us
 * @token: in which
 * @has_tx: and what became of @tx
 * @tx: a transaction, by its hash
 */
struct ts_portal_look {
	struct ts_address wallet;
	struct ts_address token;
	bool has_tx;
	struct ts_hash tx;
};

/**
 * struct ts_portal_ops - what the portal asks of the daemon
 * @ctx: handed to each function
 * @station: the session of the station with this address, made if new.  0;
 *	-ENOENT: not a neighbour on an access port; -ENOSPC: too many
 * @find: the session of the station with this address, if it has one; makes
 *	nothing.  0 or -ENOENT
 * @who: the station with this address; makes nothing.  0, -ENOENT: likewise
 * @show: this address shows a code as its own: if the session has no station,
 *	and the asker no other that was paid for, it is the asker's from now on.
 *	(A code that was not yet on disk when the daemon died names a session
 *	without a station once a payment with it arrives.)
 * @session: a session by its code; 0 or -ENOENT
 * @channel: the channel with this wallet in this token, NULL: in the first; 0 or
 *	-ENOENT
 * @outbox: calls back for each message of ours to this wallet that it may not
 *	have yet, in the order to take them
 * @tariffs: calls back for each tariff that can be paid under or will be
 * @pay: a datagram; @reply comes back to ts_portal_ack(), ts_portal_taken() or
 *	ts_portal_refuse(), once, later or from inside of this call
 * @nonce: a nonce for the station with this address; 0, -ENOENT: likewise
 * @attach: a signed attach from this address; @reply comes back to
 *	ts_portal_attached() or ts_portal_refuse(), once, later or from inside of
 *	this call.  0; -ENOENT: likewise, and @reply does not come back
 * @refund: a signed refund from this address; likewise, by ts_portal_refunded()
 *	or ts_portal_refuse()
 * @roam: a signed roaming order from this address; likewise, by ts_portal_attached()
 *	or ts_portal_refuse()
 * @voucher: a code from this address; likewise
 * @allowance: who has this address asks for its allowance; likewise
 * @claim: a signed claim of another box under such an order; @reply comes back to
 *	ts_portal_claimed() or ts_portal_refuse(), once, later or from inside of this call
 * @mirror: a signed proof that another box wants shown for it; @reply comes back to
 *	ts_portal_mirrored() or ts_portal_refuse(), once, later or from inside of this
 *	call
 * @look: the station with this address asks what the chain shows; @reply comes back to
 *	ts_portal_chain() or ts_portal_refuse(), once, later or from inside of this call.
 *	0; -ENOENT: likewise
 * @carry: it wants this transaction sent; likewise
 * @logout: a session code, to end it; @reply comes back to ts_portal_taken() or
 *	ts_portal_refuse(), likewise
 * @sponsor: a wallet's signed word for whom it pays; likewise
 * @sponsored: for whom a wallet pays, as an object; a new reference, NULL: it has no
 *	channel
 * @fas: openNDS says this of the asker; NULL: there is no openNDS.  0: send it to @url;
 *	-ENOENT: to the page
 * @health: an object of checks, each a text, "ok" or what is wrong; a new
 *	reference.  @healthy is set
 * @now: the clocks
 */
struct ts_portal_ops {
	void *ctx;
	int (*station)(void *ctx, const struct sockaddr *peer,
		       char code[TS_CODE_SIZE]);
	int (*find)(void *ctx, const struct sockaddr *peer,
		    char code[TS_CODE_SIZE]);
	int (*who)(void *ctx, const struct sockaddr *peer, struct ts_key *key);
	void (*show)(void *ctx, const struct sockaddr *peer, const char *code);
	int (*session)(void *ctx, const char *code, struct ts_session_view *view);
	int (*channel)(void *ctx, const struct ts_address *wallet,
		       const struct ts_address *token,
		       struct ts_channel_view *view);
	int (*outbox)(void *ctx, const struct ts_address *wallet,
		      int (*cb)(const void *bytes, size_t len, void *arg),
		      void *arg);
	int (*tariffs)(void *ctx,
		       int (*cb)(const struct ts_ledger_tariff *t, bool announced,
				 void *arg), void *arg);
	void (*pay)(void *ctx, const void *bytes, size_t len, uint64_t reply);
	int (*nonce)(void *ctx, const struct sockaddr *peer,
		     struct ts_billing_nonce *nonce);
	int (*attach)(void *ctx, const struct sockaddr *peer, const void *bytes,
		      size_t len, uint64_t reply);
	int (*refund)(void *ctx, const struct sockaddr *peer, const void *bytes,
		      size_t len, uint64_t reply);
	int (*roam)(void *ctx, const struct sockaddr *peer, const void *bytes,
		    size_t len, uint64_t reply);
	int (*voucher)(void *ctx, const struct sockaddr *peer, const void *bytes,
		       size_t len, uint64_t reply);
	int (*allowance)(void *ctx, const struct sockaddr *peer, const void *bytes,
			 size_t len, uint64_t reply);
	int (*look)(void *ctx, const struct sockaddr *peer,
		    const struct ts_portal_look *look, uint64_t reply);
	int (*carry)(void *ctx, const struct sockaddr *peer, const void *bytes,
		     size_t len, uint64_t reply);
	void (*claim)(void *ctx, const void *bytes, size_t len, uint64_t reply);
	void (*mirror)(void *ctx, const void *bytes, size_t len, uint64_t reply);
	void (*logout)(void *ctx, const void *bytes, size_t len, uint64_t reply);
	void (*sponsor)(void *ctx, const void *bytes, size_t len, uint64_t reply);
	json_t *(*sponsored)(void *ctx, const struct ts_address *wallet);
	int (*fas)(void *ctx, const struct sockaddr *peer, const struct ts_fas *fas,
		   char url[TS_FAS_URL_SIZE]);
	json_t *(*health)(void *ctx, bool *healthy);
	void (*now)(void *ctx, struct ts_time *now);
};

/**
 * struct ts_portal_limits - how much of us strangers can have
 * @connections: at once, in all
 * @per_source: at once, from one station; from one address, or one IPv6 network
 *	of 64 bits, where the station is not known
 * @timeout_s: of a silent connection
 * @events: event streams at once
 */
struct ts_portal_limits {
	unsigned int connections;
	unsigned int per_source;
	unsigned int timeout_s;
	unsigned int events;
};

/**
 * struct ts_portal_counters - since the process began
 * @requests: answered, of any status
 * @refused_connections: above the limit
 * @events: streams open now
 */
struct ts_portal_counters {
	uint64_t requests;
	uint64_t refused_connections;
	unsigned int events;
};

/**
 * struct ts_portal_https - how the page is to be had by https
 * @url: of the page; empty: no browser would believe it now, or there is no https
 * @name: the portal's name in the certificate; empty: none is in it
 * @not_before_s: since 1970, of the certificate; 0: there is none
 * @not_after_s: likewise
 * @fault: why the files are not served as they are; empty: they are
 */
struct ts_portal_https {
	char url[TS_PORTAL_URL_SIZE];
	char name[TS_PORTAL_NAME_SIZE];
	uint64_t not_before_s;
	uint64_t not_after_s;
	char fault[256];
};

struct ts_portal;

struct ts_portal *ts_portal_new(struct ev_loop *loop,
				const struct ts_portal_facts *facts,
				const struct ts_portal_ops *ops,
				const struct ts_portal_limits *limits);
int ts_portal_listen(struct ts_portal *p, const struct sockaddr *addr,
		     socklen_t len, const char *redirect_to, char *err,
		     size_t err_size);
int ts_portal_listen_https(struct ts_portal *p, const struct sockaddr *addr,
			   socklen_t len, char *err, size_t err_size);
void ts_portal_certificate(struct ts_portal *p, const char *certificate,
			   const char *key);
void ts_portal_look(struct ts_portal *p);
void ts_portal_https(struct ts_portal *p, struct ts_portal_https *https);
int ts_portal_wallet(struct ts_portal *p, const char *dir, char *err, size_t err_size);
void ts_portal_free(struct ts_portal *p);
void ts_portal_rename(struct ts_portal *p, const char *name, const char *venue_url);

void ts_portal_ack(struct ts_portal *p, uint64_t reply,
		   const uint8_t ack[TS_ACK_BYTES]);
void ts_portal_taken(struct ts_portal *p, uint64_t reply);
void ts_portal_refunded(struct ts_portal *p, uint64_t reply,
			const struct ts_address *wallet,
			const struct ts_address *token);
void ts_portal_attached(struct ts_portal *p, uint64_t reply, const char *code);
void ts_portal_claimed(struct ts_portal *p, uint64_t reply, const char *order,
		       ts_u128 bought_wei);
void ts_portal_mirrored(struct ts_portal *p, uint64_t reply, uint64_t nonce);
void ts_portal_chain(struct ts_portal *p, uint64_t reply, json_t *object);
void ts_portal_refuse(struct ts_portal *p, uint64_t reply,
		      const struct ts_refused *why);
void ts_portal_session_changed(struct ts_portal *p, const char *code);
void ts_portal_notify(struct ts_portal *p, const char *code,
		      enum ts_notice notice);
void ts_portal_counters(const struct ts_portal *p,
			struct ts_portal_counters *counters);

/* Also the control socket shows these objects.  New references. */
json_t *ts_portal_session_json(const struct ts_portal_facts *facts,
			       const struct ts_session_view *view,
			       const char *base);
json_t *ts_portal_channel_json(const struct ts_billing_token *tokens,
			       unsigned int n_tokens,
			       const struct ts_channel_view *view);
void ts_portal_add_token(json_t *object, const struct ts_billing_token *tokens,
			 unsigned int n_tokens, const struct ts_address *a);

#endif /* TS_PORTAL_PORTAL_H */
