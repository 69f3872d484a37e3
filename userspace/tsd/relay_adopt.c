// SPDX-License-Identifier: GPL-2.0
/* relay_adopt.c - going on with the accounts of neighbours that the kernel has. */
#include <errno.h>
#include <stdlib.h>

#include "tsd/relay_private.h"

/**
 * struct adoption - accounts of neighbours that the kernel has
 * @r: ours
 * @there: of them those that relay/ knows
 * @n_there: how many
 * @unknown: those that it does not
 * @n_unknown: how many
 */
struct adoption {
	struct ts_relaying *r;
	struct owned { uint32_t id, epoch; } there[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n_there;
	struct ts_closing unknown[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n_unknown;
};

static int meet(const struct ts_account *a, void *arg)
{
	struct adoption *ad = arg;

	if (a->kind != TS_KIND_NEIGHBOUR)
		return 0;
	if (ts_relay_knows_account(ad->r->relay, a->id, a->epoch)) {
		if (ad->n_there < TS_RELAY_NEIGHBOURS_MAX)
			ad->there[ad->n_there++] = (struct owned){ a->id, a->epoch };
	} else if (ad->n_unknown < TS_RELAY_NEIGHBOURS_MAX) {
		ad->unknown[ad->n_unknown++] =
			(struct ts_closing){ .id = a->id, .epoch = a->epoch };
	}
	return 0;
}

static void miss(const struct ts_relay_view *view, void *arg)
{
	struct adoption *ad = arg;
	unsigned int i;

	if (!view->account_id)
		return;
	for (i = 0; i < ad->n_there; i++)
		if (ad->there[i].id == view->account_id &&
		    ad->there[i].epoch == view->account_epoch)
			return;
	ts_relay_account_is(ad->r->relay, &view->channel.partner, 0, 0);
}

/**
 * ts_relaying_adopt() - the kernel's accounts went on while nobody looked
 * @r: ours
 *
 * One that nobody knows was made by hand, or just before a crash; one that is known and
 * not there went with the module.  Return: 0 or negative errno.
 */
int ts_relaying_adopt(struct ts_relaying *r)
{
	struct adoption *ad = calloc(1, sizeof(*ad));
	int ret = ad ? 0 : -ENOMEM;

	if (!ret) {
		ad->r = r;
		ret = ts_meter_account_dump(r->d->meter, meet, ad);
	}
	if (!ret) {
		if (ad->n_unknown)
			ts_meter_close_accounts(r->d->meter, ad->unknown,
						ad->n_unknown);
		ts_relay_each(r->relay, ts_clock_boot_ns(), miss, ad);
	}
	free(ad);
	return ret;
}
