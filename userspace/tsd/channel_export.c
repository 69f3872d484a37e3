// SPDX-License-Identifier: GPL-2.0
/* channel_export.c - a channel with all that proves what is ours in it. */
#include "chain/describe.h"
#include "ledger/reveal.h"
#include "photon/hex.h"
#include "tsd/channel_export.h"

static int add_reveal(const struct ts_ledger_reveal *r, void *arg)
{
	char amount[TS_U128_TEXT_SIZE], transferred[TS_U128_TEXT_SIZE];
	char wallet[TS_ADDRESS_TEXT_SIZE], root[TS_HASH_TEXT_SIZE],
	     hash[TS_HASH_TEXT_SIZE], signature[2 * TS_SIGNATURE_BYTES + 3],
	     reveal[2 * TS_DATAGRAM_MAX_BYTES + 3];

	ts_hex_print(signature, r->signature.b, TS_SIGNATURE_BYTES);
	ts_hex_print(reveal, r->datagram.b, r->datagram.len);
	return json_array_append_new(arg, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s}",
		"wallet", ts_address_print(&r->wallet, wallet),
		"amount_wei", ts_u128_print(r->amount_wei, amount),
		"nonce", (json_int_t)r->nonce,
		"transferred_wei", ts_u128_print(r->transferred_wei, transferred),
		"locksroot", ts_hash_print(&r->locksroot, root),
		"additional_hash", ts_hash_print(&r->message_hash, hash),
		"signature", signature, "reveal_secret", reveal));
}

/**
 * ts_channel_export() - a channel as ts_billing_channel_import() takes it
 * @b: billing
 * @wallet: with whom
 * @token: in which
 *
 * Seen from the same side.  Beside it, in "mediated", the payments of others over this
 * channel, each with its balance proof and the RevealSecret that its wallet signed (M8).
 *
 * Return: a new reference, or NULL: there is none, or it cannot be read.
 */
json_t *ts_channel_export(struct ts_billing *b, const struct ts_address *wallet,
			  const struct ts_address *token)
{
	struct ts_channel_view view;
	json_t *channel, *mediated;

	if (ts_billing_channel_view(b, wallet, token, &view))
		return NULL;
	mediated = json_array();
	if (ts_billing_reveal_each(b, wallet, token, add_reveal, mediated)) {
		json_decref(mediated);
		return NULL;
	}
	channel = ts_channel_describe(&view.channel, TS_SIDE_BOX);
	json_object_set_new(channel, "mediated", mediated);
	return channel;
}
