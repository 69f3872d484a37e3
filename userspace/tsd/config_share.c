// SPDX-License-Identifier: GPL-2.0
/* config_share.c - shares, payout and allowance of tsd.conf: whose the income is (M5), and
 * what is given away. */
#include <string.h>

#include "tsd/config_amount.h"
#include "tsd/config_share.h"

static const char *const share_keys[] = { "name", "address", "per_mille", "pays", NULL };
static const char *const allowance_keys[] = { "bytes", "stations", NULL };
static const char *const payout_keys[] = { "every_hours", "at_least", NULL };

/* It is part of lists and of CSV: no control characters. */
static bool is_name(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

static void read_share(struct ts_reader *r, config_setting_t *s,
		       struct ts_billing_config *b, unsigned int i, uint32_t *left)
{
	static const char *const ways[] = { "photon", "cold", NULL };
	struct ts_billing_share *share = &b->shares[i];
	unsigned int j;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, share_keys);
	if (!r->failed && !config_setting_get_member(s, "name"))
		ts_reader_fail(r, s, "name", "missing; what its holder is called in statements");
	ts_read_text(r, s, "name", share->name, sizeof(share->name));
	if (!r->failed && (!*share->name || !is_name(share->name)))
		ts_reader_fail(r, s, "name", "must have characters, and none that cannot be printed");
	ts_read_address(r, s, "address", &share->address);
	if (!r->failed && !config_setting_get_member(s, "per_mille"))
		ts_reader_fail(r, s, "per_mille", "missing; how many thousandths of the income are its own");
	share->per_mille = ts_read_number(r, s, "per_mille", 1, 1, TS_SHARE_WHOLE);
	if (!r->failed && share->per_mille > *left)
		ts_reader_fail(r, s, "per_mille", "%u: only %u of 1000 are left; what is given to nobody is the box's own",
			       share->per_mille, *left);
	*left -= share->per_mille;
	share->cold = ts_read_word(r, s, "pays", ways, 0);
	for (j = 0; j < i && !r->failed; j++)
		if (ts_address_equal(&b->shares[j].address, &share->address) ||
		    !strcmp(b->shares[j].name, share->name))
			ts_reader_fail(r, s, NULL, "another share has the same name or address");
}

/**
 * ts_config_read_shares() - who has a share in the income, and when it is paid; what is
 * given away
 * @r: the reader
 * @root: the file
 * @c: its chain has been read
 */
void ts_config_read_shares(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "shares", TS_SHARES_MAX);
	unsigned int n = list ? (unsigned int)config_setting_length(list) : 0, i;
	config_setting_t *payout = ts_read_group(r, root, "payout", payout_keys);
	struct ts_billing_config *b = &c->billing;
	config_setting_t *allowance = ts_read_group(r, root, "allowance", allowance_keys);
	uint32_t left = TS_SHARE_WHOLE;

	b->allowance_bytes = ts_read_number(r, allowance, "bytes", 0, 0, 1ull << 50);
	b->allowance_stations = ts_read_number(r, allowance, "stations", 100, 1, 100000);
	for (i = 0; i < n && !r->failed; i++)
		read_share(r, config_setting_get_elem(list, i), b, i, &left);
	b->n_shares = n;
	b->payout_every_s = 3600 * ts_read_number(r, payout, "every_hours", 0, 0, 24 * 366);
	ts_read_amounts(r, payout, "at_least", b, &b->tokens[0].payout_least_wei,
			sizeof(b->tokens[0]));
}

/**
 * ts_config_explain_shares() - what "tsd --check-config" prints of them
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_shares(const struct ts_config *c, FILE *out)
{
	const struct ts_billing_config *b = &c->billing;
	char address[TS_ADDRESS_TEXT_SIZE];
	uint32_t left = TS_SHARE_WHOLE;
	unsigned int i;

	for (i = 0; i < b->n_shares; i++) {
		fprintf(out, "share     %u of 1000 to %s, %s%s\n", b->shares[i].per_mille,
			b->shares[i].name,
			ts_address_print(&b->shares[i].address, address),
			b->shares[i].cold ? ", on the chain" : "");
		left -= b->shares[i].per_mille;
	}
	if (!b->n_shares)
		return;
	fprintf(out, "share     %u of 1000 kept by the box\n", left);
	if (b->payout_every_s)
		fprintf(out, "payout    every %u hours\n", b->payout_every_s / 3600);
	else
		fprintf(out, "payout    by \"tsctl revenue pay\" alone\n");
}
