// SPDX-License-Identifier: GPL-2.0
/* billing_box_wallet.c - those who pay a box for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_box_parts.h"
#include "photon/attach.h"

struct ts_signer *box_make_key(uint8_t seed)
{
	uint8_t secret[TS_SECRET_BYTES];

	memset(secret, seed, sizeof(secret));
	return ts_signer_new(secret);
}

void box_make_wallet(struct box *box, unsigned int i)
{
	struct box_wallet *w = &box->wallets[i];
	struct ts_channel *c = &w->channel;

	w->key = box_make_key((uint8_t)(0x30 + i));
	w->code = -1;
	c->our_address = *ts_signer_address(w->key);
	c->partner_address = box->config.our_address;
	c->token = box->config.tokens[0].address;
	c->tokens_network = box->config.tokens_network;
	c->chain_id = box->config.chain_id;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	c->open_block_number = 100 + i;
	c->settle_timeout_blocks = 50000;
	c->state = TS_CHANNEL_OPEN;
	c->our_deposit_wei = (ts_u128)1 << 100;
}

struct ts_channel box_sees(const struct ts_channel *payer)
{
	struct ts_channel c = *payer;

	c.our_address = payer->partner_address;
	c.partner_address = payer->our_address;
	c.our_deposit_wei = payer->partner_deposit_wei;
	c.partner_deposit_wei = payer->our_deposit_wei;
	memset(&c.our_proof, 0, sizeof(c.our_proof));
	memset(&c.partner_proof, 0, sizeof(c.partner_proof));
	return c;
}

void box_make(struct box *box, unsigned int wallet, ts_u128 amount_wei,
	      int code, uint32_t tariff)
{
	struct box_wallet *w = &box->wallets[wallet];
	struct ts_memo memo = { .tariff_id = tariff,
				.most_wei_per_gb = box->most_wei_per_gb };
	char text[TS_MEMO_SIZE];
	struct ts_bytes data = { 0 };
	struct ts_channel next;

	assert_false(w->waiting);
	if (code >= 0) {
		strcpy(memo.code, box->codes[code].code);
		data.p = (const uint8_t *)text;
		data.len = ts_memo_print(&memo, text);
	}
	assert_int_equal(ts_channel_send(&w->channel, w->key, amount_wei, &data,
					 &next, &w->message), TS_ACCEPTED);
	w->channel = next;
	w->waiting = true;
	w->amount_wei = amount_wei;
	w->code = code;
	w->sent = realloc(w->sent, (w->n_sent + 1) * sizeof(*w->sent));
	w->sent[w->n_sent++] = w->message;
}

void box_send(struct box *box, unsigned int wallet)
{
	struct box_wallet *w = &box->wallets[wallet];

	ts_billing_datagram(box->billing, w->message.b, w->message.len, wallet,
			    &box->now);
}

bool box_pay(struct box *box, unsigned int wallet, ts_u128 amount_wei, int code)
{
	box_make(box, wallet, amount_wei, code, 1);
	box_send(box, wallet);
	box_flush(box);
	return !box->wallets[wallet].waiting;
}

void box_attach(struct box *box, unsigned int wallet, const char *code,
		unsigned int station, ts_u128 limit_wei)
{
	struct ts_attach attach = { .box = box->config.our_address,
				    .chain_id = box->config.chain_id,
				    .token = box->wallets[wallet].channel.token,
				    .limit_wei = limit_wei };
	struct ts_key key = box_key(station);
	uint8_t bytes[TS_ATTACH_BYTES];
	struct ts_billing_nonce nonce;

	ts_billing_nonce(box->billing, &key, &box->now, &nonce);
	strcpy(attach.code, code);
	attach.nonce = nonce.nonce;
	attach.expiry_s = nonce.expires_s;
	ts_attach_sign(&attach, box->wallets[wallet].key, bytes);
	ts_billing_attach(box->billing, &key, bytes, sizeof(bytes),
			  BOX_ATTACH_REPLY, &box->now);
}
