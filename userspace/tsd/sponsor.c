// SPDX-License-Identifier: GPL-2.0
/* sponsor.c - stations that wallets pay for, as the portal and tsctl show them. */
#include <stdio.h>

#include "billing/sponsor.h"
#include "chain/json.h"
#include "lib/key.h"
#include "tsd/daemon.h"
#include "tsd/sponsor.h"

/** struct listing - in the making */
struct listing {
	const struct ts_billing_config *config;
	json_t *list;
};

static json_t *one_of(const struct listing *l, const struct ts_sponsorship_view *view)
{
	const struct ts_sponsor *said = &view->said;
	char mac[TS_MAC_TEXT_LEN];
	json_t *one;

	ts_key_print_mac(said->mac, mac, sizeof(mac));
	one = json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:o}", "mac", mac,
			"limit_wei", ts_json_wei(said->limit_wei),
			"spent_wei", ts_json_wei(view->spent_wei),
			"left_wei", ts_json_wei(ts_u128_less(said->limit_wei, view->spent_wei)),
			"until_s", (json_int_t)said->until_s,
			"serial", (json_int_t)said->serial,
			"max_wei_per_gb", said->most_wei_per_gb == TS_U128_MAX ?
				json_null() : ts_json_wei(said->most_wei_per_gb));
	ts_portal_add_token(one, l->config->tokens, l->config->n_tokens, &said->token);
	return one;
}

/*
 * Anybody who knows its address may ask: the wallet knows its stations by the end of
 * their MACs, and nobody else gets one to look for.
 */
static int add_veiled(const struct ts_sponsorship_view *view, void *arg)
{
	char mac[TS_MAC_TEXT_LEN], veiled[sizeof("*:*:*:*:00:00")];
	struct listing *l = arg;
	json_t *one = one_of(l, view);

	ts_key_print_mac(view->said.mac, mac, sizeof(mac));
	snprintf(veiled, sizeof(veiled), "*:*:*:*:%s", mac + sizeof("00:00:00:00:") - 1);
	json_object_set_new(one, "mac", json_string(veiled));
	return json_array_append_new(l->list, one);
}

/**
 * ts_sponsor_wallet_json() - for whom one wallet pays
 * @d: the daemon
 * @wallet: which
 *
 * Return: a new object; NULL: it has no channel here.
 */
json_t *ts_sponsor_wallet_json(struct ts_daemon *d, const struct ts_address *wallet)
{
	struct listing l = { .config = &d->config->billing };
	struct ts_channel_view view;
	struct ts_time now;
	uint64_t serial;
	bool is_known = false;
	unsigned int i;

	for (i = 0; i < l.config->n_tokens; i++)
		is_known |= !ts_billing_channel_view(d->billing, wallet,
						     &l.config->tokens[i].address, &view);
	ts_clock_now(&now);
	if (!is_known || ts_billing_sponsor_serial(d->billing, wallet, &now, &serial))
		return NULL;
	l.list = json_array();
	ts_billing_sponsorship_each(d->billing, wallet, add_veiled, &l);
	return json_pack("{s:I, s:o}", "serial", (json_int_t)serial, "sponsored", l.list);
}

/* As tsctl lists those that the operator pays for, and who pays. */
static int add_with_wallet(const struct ts_sponsorship_view *view, void *arg)
{
	char text[TS_ADDRESS_TEXT_SIZE];
	struct listing *l = arg;
	json_t *one = one_of(l, view);

	json_object_set_new(one, "wallet",
			    json_string(ts_address_print(&view->said.wallet, text)));
	return json_array_append_new(l->list, one);
}

/** ts_sponsor_add_wallets() - those of all wallets behind @list; Return: 0, or not */
int ts_sponsor_add_wallets(struct ts_daemon *d, json_t *list)
{
	struct listing l = { .config = &d->config->billing, .list = list };

	return ts_billing_sponsorship_each(d->billing, NULL, add_with_wallet, &l);
}
