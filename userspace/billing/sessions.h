/* SPDX-License-Identifier: GPL-2.0 */
/* sessions.h - sessions, with their payments and the stations that they move between.  Private to userspace/billing. */
#ifndef TS_BILLING_SESSIONS_H
#define TS_BILLING_SESSIONS_H

#include "billing/state.h"

/* session.c */
struct ts_billing_session *ts_session_by_code(struct ts_billing *b,
					      const char *code);
struct ts_billing_session *ts_session_by_key(struct ts_billing *b,
					     const struct ts_key *key);
struct ts_billing_session *ts_session_of_row(struct ts_billing *b, int64_t row);
struct ts_billing_session *ts_session_new(struct ts_billing *b, const char *code,
					  const struct ts_key *key,
					  const struct ts_time *now);
void ts_session_add(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_paid(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_seen(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_session_dirty(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_changed(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_notify(struct ts_billing *b, struct ts_billing_session *s,
		       enum ts_notice notice);
struct ts_billing_session *ts_session_of_station(struct ts_billing *b,
						 const struct ts_key *key,
						 const struct ts_time *now);
bool ts_session_write(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_write_all(struct ts_billing *b);
void ts_session_free(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_finish(struct ts_billing *b, struct ts_billing_session *s,
		       const struct ts_time *now);
void ts_session_leave(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_key *key, const struct ts_time *now);

/* payment.c */
/* A payment that buys less is a rest: no reason to switch the tariff, or to
 * remember a session. */
#define TS_REST_BYTES	2048
void ts_payment_write(struct ts_billing *b, const struct ts_billing_payment *p);
ts_u128 ts_payment_available_wei(const struct ts_billing_payment *p);
bool ts_session_is_spent(struct ts_billing *b, const struct ts_billing_session *s,
			 const struct ts_billing_version *tariff);
void ts_session_add_done(struct ts_billing_session *s,
			 const struct ts_address *token, ts_u128 wei);
void ts_session_insert(struct ts_billing_session *s, struct ts_billing_payment *p);
void ts_session_revive(struct ts_billing *b, struct ts_billing_channel *c,
		       struct ts_ledger_payment *row);
void ts_session_drop_payment(struct ts_billing *b,
			     struct ts_billing_session *s,
			     struct ts_billing_payment *p);
bool ts_payment_is_done(const struct ts_billing_payment *p);

/* reserve.c */
bool ts_payment_spendable(const struct ts_billing *b,
			  const struct ts_billing_payment *p);

/* idle.c */
void ts_idle_retain(struct ts_billing *b, const struct ts_time *now);
uint64_t ts_age_s(const struct ts_billing *b, const struct ts_time *now);
int ts_age_load(struct ts_billing *b, const struct ts_time *now);
void ts_age_write(struct ts_billing *b, const struct ts_time *now);
void ts_idle_seen(struct ts_billing *b, struct ts_billing_session *s,
		  uint64_t age_s);
void ts_idle_account(struct ts_billing *b, struct ts_billing_account *a,
		     uint64_t idle_ms, const struct ts_time *now);
bool ts_idle_is_over(const struct ts_billing *b,
		     const struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_idle_wake(struct ts_billing *b, struct ts_billing_session *s,
		  const struct ts_time *now);
bool ts_payment_is_more_than_rest(const struct ts_billing_payment *p);
bool ts_session_holds(const struct ts_billing_session *s);
void ts_idle_forget(struct ts_billing *b, const struct ts_time *now);

/* station.c */
enum ts_access ts_session_access(const struct ts_billing *b,
				 const struct ts_billing_session *s);
void ts_station_came(struct ts_billing *b, const struct ts_key *key,
		     const struct ts_time *now);
void ts_stations_changed(struct ts_billing *b, const struct ts_time *now);

/* attach.c */
struct ts_attach;
const struct ts_refused *ts_attach_cheap_fault(struct ts_billing *b,
					       const struct ts_attach *attach,
					       const struct ts_key *key,
					       const struct ts_time *now,
					       uint64_t *given_ns);
const struct ts_refused *ts_attach_use_fault(struct ts_billing *b,
					     uint64_t given_ns,
					     const struct ts_time *now);
void ts_attach_finish(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now);
void ts_attach_refuse(struct ts_billing *b, struct ts_billing_session *s);

#endif /* TS_BILLING_SESSIONS_H */
