/* SPDX-License-Identifier: GPL-2.0 */
/* options.h - the command line of tspay. */
#ifndef TSPAY_OPTIONS_H
#define TSPAY_OPTIONS_H

#include <stdbool.h>
#include "tspay/policy.h"

/** enum key_verb - "tspay key ..." instead of paying */
enum key_verb {
	KEY_NONE,
	KEY_NEW,
	KEY_ADDRESS,
	KEY_IMPORT,
	KEY_EXPORT,
};

/** enum channel_verb - "tspay channel ..." instead of paying */
enum channel_verb {
	CHANNEL_NONE,
	CHANNEL_LIST,
	CHANNEL_SHOW,
	CHANNEL_OPEN,
	CHANNEL_DEPOSIT,
	CHANNEL_WITHDRAW,
	CHANNEL_CLOSE,
	CHANNEL_SETTLE,
	CHANNEL_WATCH,
};

/**
 * struct options - what was asked for
 * @key_verb: what to do with the key instead of paying
 * @channel_verb: what to do with the channel instead of paying
 * @refund: have unspent value come back instead of paying
 * @roam: go on here with what was paid at another box, instead of paying
 * @sponsor: pay for the station @sponsor_mac, up to @amount and @sponsor_until, instead of
 *	our own; no MAC: show for whom we do
 * @end: no more for @sponsor_mac
 * @amount: of the refund, the roaming, the deposit or the withdrawal; NULL: all
 * @partner: of the channel, by its address; NULL: the box at @url, or the only one
 * @chain_file: which chain, see struct chain_config
 * @rpc: a node of it, instead of the file's; or NULL
 * @json: tell it as JSON
 * @url: the box
 * @code: pay for this session; NULL: that of this station
 * @key_file: the wallet's key
 * @passphrase: "file:PATH", "fd:N" or "prompt"
 * @keystore: import the key from this file, or export it to it
 * @keystore_passphrase: of @keystore, or NULL: the same as of @key_file
 * @state_dir: directory of the purses
 * @channel_file: description of the channel; NULL: ask the box
 * @udp: pay over UDP to this "HOST:PORT"; "": the box's own; NULL: HTTP
 * @discover: pay over UDP to where the box is found on the link
 * @once: pay this amount and end; NULL: watch and pay
 * @token: symbol of the token, or NULL: the box's first, or the channel's
 * @decimals: of the token, as the payer believes: a box that says another
 *	number would move the point in every amount
 * @attach: a session whose value this station is to have, or NULL
 * @limit: no more of it than this, or NULL
 * @cap_hour: amount, as text
 * @max_price: per GB, as text; NULL: any
 * @policy: byte amounts set; the values of money follow later
 */
struct options {
	enum key_verb key_verb;
	enum channel_verb channel_verb;
	bool refund;
	bool roam;
	bool sponsor;
	const char *sponsor_mac;
	const char *sponsor_until;
	bool end;
	const char *amount;
	const char *partner;
	char *chain_file;
	const char *rpc;
	bool json;
	const char *url;
	const char *code;
	char *key_file;
	const char *passphrase;
	const char *keystore;
	const char *keystore_passphrase;
	char *state_dir;
	const char *channel_file;
	const char *udp;
	bool discover;
	const char *once;
	const char *token;
	unsigned int decimals;
	const char *attach;
	const char *limit;
	const char *cap_hour;
	const char *max_price;
	struct policy policy;
};

/**
 * options_parse() - Return: 0 go on, 1 done (help, version), 2 wrong use
 */
int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif /* TSPAY_OPTIONS_H */
