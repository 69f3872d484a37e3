// SPDX-License-Identifier: GPL-2.0
/* refund.c - what is paid and not used comes back. */
#include <errno.h>
#include <stdio.h>

#include "chain/token.h"
#include "photon/attach.h"
#include "tspay/payer.h"

/* The box ends the accounts that hold it before it signs, so it answers late. */
#define FETCH_TRIES	10

static int ask(struct payer *p, ts_u128 limit_wei, char *err, size_t err_size)
{
	/* As for an attach: box and chain are those of our own channel. */
	struct ts_attach refund = {
		.box = p->purse.life.channel.partner_address,
		.chain_id = p->purse.life.channel.chain_id,
		.token = p->purse.life.channel.token,
		.limit_wei = limit_wei,
	};
	struct ts_datagram body = { .len = TS_REFUND_BYTES };
	struct nonce nonce;
	int ret = box_nonce(p->box, &nonce, err, err_size);

	if (ret)
		return ret;
	refund.nonce = nonce.nonce;
	refund.expiry_s = nonce.expires_s;
	ts_refund_sign(&refund, p->signer, body.b);
	return box_refund(p->box, &body, err, err_size);
}

/* Return: 0: it came, 1: not, and why was said. */
static int await(struct payer *p, ts_u128 before_wei)
{
	const struct ts_channel *c = &p->purse.life.channel;
	struct ts_moment moment;
	int i;

	for (i = 0; i < FETCH_TRIES && !*p->stop; i++) {
		payer_moment(&moment);
		payer_fetch(p, &moment);
		if (c->partner_proof.transferred_wei > before_wei)
			return 0;
		payer_nap(p, 1);
	}
	fprintf(stderr, "tspay: the box has signed a refund, but it is not in its outbox yet; run this again\n");
	return 1;
}

int payer_refund(struct payer *p, ts_u128 limit_wei)
{
	const struct ts_channel *c = &p->purse.life.channel;
	ts_u128 before_wei = c->partner_proof.transferred_wei;
	char err[512], balance[TS_TOKEN_TEXT_SIZE];
	struct ts_moment moment;
	int ret;

	payer_moment(&moment);
	/* What an earlier run asked for, and our payments that it is to count. */
	if (payer_fetch(p, &moment) < 0 || payer_deliver(p))
		return 1;
	ret = ask(p, limit_wei, err, sizeof(err));
	if (!ret)
		ret = await(p, c->partner_proof.transferred_wei);
	else if (ret == -ENODATA)
		ret = 0;
	else
		fprintf(stderr, "tspay: %s\n", err);
	if (ret)
		return 1;
	show_line(&p->show, "%s; the channel holds %s %s of ours",
		  c->partner_proof.transferred_wei > before_wei ? "refunded" : "nothing to refund",
		  ts_token_print(ts_channel_our_balance_wei(c), p->token.decimals, balance),
		  p->token.symbol[0] ? p->token.symbol : "wei");
	return 0;
}
