// SPDX-License-Identifier: GPL-2.0
/* config_community.c - community of tsd.conf: boxes between which wallets roam (M14). */
#include "tsd/config_community.h"

static const char *const box_keys[] = { "url", "address", NULL };

static void read_box(struct ts_reader *r, config_setting_t *s, struct ts_config *c,
		     unsigned int i)
{
	struct ts_config_box *box = &c->community[i];
	unsigned int j;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, box_keys);
	ts_read_address(r, s, "address", &box->address);
	if (!r->failed && !config_setting_get_member(s, "url"))
		ts_reader_fail(r, s, "url", "missing; such as \"http://192.0.2.1:80\", an address of that box's listen.http");
	ts_read_url(r, s, "url", box->url, sizeof(box->url));
	for (j = 0; j < i && !r->failed; j++)
		if (ts_address_equal(&c->community[j].address, &box->address))
			ts_reader_fail(r, s, "address", "is given twice");
	c->billing.community[i] = box->address;
}

/**
 * ts_config_read_community() - boxes whose wallets may roam here, and ours there
 * @r: the reader
 * @root: the file
 * @c: where it goes
 */
void ts_config_read_community(struct ts_reader *r, config_setting_t *root,
			      struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "community", TS_COMMUNITY_MAX);
	unsigned int n = list ? (unsigned int)config_setting_length(list) : 0, i;

	for (i = 0; i < n && !r->failed; i++)
		read_box(r, config_setting_get_elem(list, i), c, i);
	c->billing.n_community = n;
}

/**
 * ts_config_explain_community() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_community(const struct ts_config *c, FILE *out)
{
	fprintf(out, "community %u boxes\n", c->billing.n_community);
}
