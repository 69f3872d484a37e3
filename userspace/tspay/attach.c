// SPDX-License-Identifier: GPL-2.0
/* attach.c - take value along from another session. */
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "photon/attach.h"
#include "tspay/payer.h"

/*
 * The box and the chain are those of our own channel, whatever the other side
 * says: an attach for them is worth nothing to anybody else.
 */
int payer_attach(struct payer *p, const char *code, ts_u128 limit_wei)
{
	struct ts_attach attach = {
		.box = p->purse.life.channel.partner_address,
		.chain_id = p->purse.life.channel.chain_id,
		.token = p->purse.life.channel.token,
		.limit_wei = limit_wei,
	};
	char err[512], amount[TS_TOKEN_TEXT_SIZE];
	struct ts_datagram body;
	struct session session;
	struct nonce nonce;

	if (box_nonce(p->box, &nonce, err, sizeof(err))) {
		fprintf(stderr, "tspay: %s\n", err);
		return 1;
	}
	strcpy(attach.code, code);
	attach.nonce = nonce.nonce;
	attach.expiry_s = nonce.expires_s;
	body.len = TS_ATTACH_BYTES;
	ts_attach_sign(&attach, p->signer, body.b);
	if (box_attach(p->box, &body, &session, err, sizeof(err))) {
		fprintf(stderr, "tspay: %s\n", err);
		return 1;
	}
	show_line(&p->show, "session %s has %s %s to spend here", session.code,
		  ts_token_print(session.unspent_wei, p->token.decimals, amount),
		  p->token.symbol[0] ? p->token.symbol : "wei");
	return 0;
}
