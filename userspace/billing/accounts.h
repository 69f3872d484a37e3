/* SPDX-License-Identifier: GPL-2.0 */
/* accounts.h - budgets in the kernel: granted, counted, given back.  Private to userspace/billing. */
#ifndef TS_BILLING_ACCOUNTS_H
#define TS_BILLING_ACCOUNTS_H

#include "billing/state.h"

/* account.c */
struct ts_billing_account *ts_account_find(struct ts_billing *b, uint32_t id,
					   uint32_t epoch);
void ts_account_add(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_work(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_serve(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now);
void ts_account_grant(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_give_back(struct ts_billing *b, struct ts_billing_account *a,
			  const struct ts_time *now);
void ts_account_end(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_settle(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now);
void ts_account_delete_all(struct ts_billing *b, const struct ts_time *now);
void ts_account_lost(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now);
void ts_account_free(struct ts_billing *b, struct ts_billing_account *a);
bool ts_account_is_empty(struct ts_billing *b, const struct ts_billing_account *a);

/* counters.c */
void ts_account_take_counters(struct ts_billing *b, struct ts_billing_account *a,
			      const struct ts_account *k);
int ts_account_read(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_book(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now);
uint64_t ts_account_passed(const struct ts_billing_account *a);
uint64_t ts_account_counted(const struct ts_billing_account *a);
uint64_t ts_account_unspent(const struct ts_billing_account *a);
void ts_account_sample(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now);
void ts_account_size_slice(struct ts_billing *b, struct ts_billing_account *a);

/* reserve.c */
uint64_t ts_reserve(struct ts_billing *b, struct ts_billing_account *a,
		    uint64_t units, const struct ts_time *now);
void ts_reserve_return(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t keep_units);
void ts_reservation_hold(struct ts_billing_reservation *r, ts_u128 wei);
void ts_reserve_forget(struct ts_billing_account *a, const struct ts_billing_payment *p);
void ts_reserve_settle(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t used_units);

/* upstream.c */
uint64_t ts_upstream_bound(const struct ts_billing *b,
			   const struct ts_billing_account *a, uint64_t units);
void ts_upstream_granted(struct ts_billing *b, const struct ts_billing_account *a,
			 uint64_t units);
const char *ts_upstream_fault(const struct ts_billing *b, const char **text);
bool ts_upstream_holds(const struct ts_billing *b);
void ts_upstream_begin(struct ts_billing *b);

#endif /* TS_BILLING_ACCOUNTS_H */
