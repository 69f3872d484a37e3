/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sponsor.h - a wallet pays for stations that are not its own: by its signature, up to a
 * limit and a date (photon/sponsor.h).
 *
 * Such a station needs no login: it spends what the wallet has paid, for whatever session,
 * when its own money is used up.  Several share the wallet's value, each with its own limit.
 */
#ifndef TS_BILLING_SPONSOR_H
#define TS_BILLING_SPONSOR_H

#include "billing/billing.h"
#include "photon/sponsor.h"

/**
 * ts_billing_sponsor_signed() - a wallet says for whom it pays, or pays no more
 * @bytes: as they came, any bytes
 * @len: how many
 * @reply: given back to taken() or refuse() exactly once
 *
 * Who brings it does not matter.
 */
void ts_billing_sponsor_signed(struct ts_billing *b, const void *bytes, size_t len,
			       uint64_t reply, const struct ts_time *now);
/**
 * ts_billing_sponsor_serial() - what the next that a wallet signs has to be numbered
 * @wallet: whose
 * @serial: set to the least that is taken, or more
 *
 * Return: 0 or negative errno.
 */
int ts_billing_sponsor_serial(struct ts_billing *b, const struct ts_address *wallet,
			      const struct ts_time *now, uint64_t *serial);

/**
 * struct ts_sponsorship_view - a station that a wallet pays for
 * @said: what the wallet has signed
 * @spent_wei: of its limit, used up until now
 */
struct ts_sponsorship_view {
	struct ts_sponsor said;
	ts_u128 spent_wei;
};

/**
 * ts_billing_sponsorship_each() - those that are not over
 * @wallet: of this one; NULL: of all
 * @cb: as for ts_billing_session_each()
 */
int ts_billing_sponsorship_each(struct ts_billing *b, const struct ts_address *wallet,
				int (*cb)(const struct ts_sponsorship_view *view, void *arg),
				void *arg);

#endif /* TS_BILLING_SPONSOR_H */
