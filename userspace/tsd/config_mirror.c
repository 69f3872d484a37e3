// SPDX-License-Identifier: GPL-2.0
/* config_mirror.c - mirrors, mirror_seconds and mirror_for of tsd.conf. */
#include <string.h>

#include "tsd/config_mirror.h"

static const char *const mirror_keys[] = { "url", "address", NULL };

static void read_mirror(struct ts_reader *r, config_setting_t *s,
			const struct ts_config *c, struct ts_config_mirror *mirror)
{
	const struct ts_config_mirror *other;

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, mirror_keys);
	ts_read_address(r, s, "address", &mirror->address);
	if (!r->failed && !config_setting_get_member(s, "url"))
		ts_reader_fail(r, s, "url", "missing; such as \"http://192.0.2.1:80\", an address of that box's listen.http");
	ts_read_url(r, s, "url", mirror->url, sizeof(mirror->url));
	for (other = c->mirrors; other < mirror && !r->failed; other++)
		if (ts_address_equal(&other->address, &mirror->address))
			ts_reader_fail(r, s, "address", "is given twice");
}

static void read_mirrors(struct ts_reader *r, config_setting_t *root,
			 struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "mirrors",
					      TS_CONFIG_MIRRORS_MAX);
	config_setting_t *s = config_setting_get_member(root, "mirror_seconds");
	int n = list ? config_setting_length(list) : 0, i;

	for (i = 0; i < n && !r->failed; i++)
		read_mirror(r, config_setting_get_elem(list, i), c, &c->mirrors[i]);
	c->n_mirrors = n;
	if (!n && s)
		ts_reader_fail(r, s, NULL, "has no effect without mirrors");
	c->mirror_s = ts_read_number(r, root, "mirror_seconds", 30, 1, 3600);
}

static void read_owner(struct ts_reader *r, config_setting_t *list, int i,
		       struct ts_config *c)
{
	config_setting_t *s = config_setting_get_elem(list, i);
	const char *text = ts_read_item(r, list, i);
	int j;

	if (!r->failed && ts_address_parse(&c->mirror_for[i], text))
		ts_reader_fail(r, s, NULL, "must be an address: 0x and 40 hex digits (mixed case: with the right EIP-55 checksum)");
	for (j = 0; j < i && !r->failed; j++)
		if (ts_address_equal(&c->mirror_for[j], &c->mirror_for[i]))
			ts_reader_fail(r, s, NULL, "is given twice");
}

/* Who does not see the chain would keep proofs that nobody ever shows. */
static void read_owners(struct ts_reader *r, config_setting_t *root,
			struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, root, "mirror_for",
					      TS_MIRRORED_OWNERS_MAX);
	int n = list ? config_setting_length(list) : 0, i;

	for (i = 0; i < n && !r->failed; i++)
		read_owner(r, list, i, c);
	c->n_mirror_for = n;
	if (!r->failed && n && !c->chain.rpc[0])
		ts_reader_fail(r, list, NULL, "has no effect without chain.rpc");
}

/**
 * ts_config_read_mirrors() - who shows our proofs for us, and for whom we do
 * @r: the reader
 * @root: the file
 * @c: its chain has been read
 */
void ts_config_read_mirrors(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c)
{
	read_mirrors(r, root, c);
	read_owners(r, root, c);
}

/**
 * ts_config_explain_mirrors() - what "tsd --check-config" prints of it
 * @c: the configuration
 * @out: where to
 */
void ts_config_explain_mirrors(const struct ts_config *c, FILE *out)
{
	fprintf(out, "mirrors   %u, and this box is one for %u\n", c->n_mirrors,
		c->n_mirror_for);
}
