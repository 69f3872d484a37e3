/* SPDX-License-Identifier: GPL-2.0 */
/* visit.h - a guest of another box, in memory.  Private to userspace/billing. */
#ifndef TS_BILLING_VISIT_H
#define TS_BILLING_VISIT_H

#include "billing/state.h"

#define TS_VISITS_MAX	1024
/* Of these, so many may not be on the disk yet. */
#define TS_ASKING_MAX	64

/**
 * struct ts_billing_visit - a guest
 * @row: as it will be when the open batch is committed; its name is its session's
 * @order: decoded
 * @wallet: who signed it
 * @station: that brought it
 * @asking: home was not heard of it yet, and nothing of it is on the disk
 * @reply: who is told, while @asking
 * @known_wei: home says that it has paid so much
 * @in_flight: a claim is on its way
 * @next_ns: the next is not before that
 * @asked_ns: when home answered last
 * @failures: answers that did not come, since one did
 * @fault: why nothing is bought now, or NULL
 * @arrived_ns, @frame_ns, @granted_ns: see struct ts_visit_view
 */
struct ts_billing_visit {
	TAILQ_ENTRY(ts_billing_visit) list;
	struct ts_ledger_visit row;
	struct ts_order order;
	struct ts_address wallet;
	struct ts_key station;
	bool asking;
	uint64_t reply;
	ts_u128 known_wei;
	bool in_flight;
	uint64_t next_ns;
	uint64_t asked_ns;
	unsigned int failures;
	const struct ts_refused *fault;
	uint64_t arrived_ns;
	uint64_t frame_ns;
	uint64_t granted_ns;
};

/* roam_claim.c */
ts_u128 ts_visit_unspent_wei(const struct ts_billing *b,
			     const struct ts_billing_session *s);
bool ts_visit_is_too_dear(struct ts_billing *b, const struct ts_order *order,
			  struct ts_billing_version **tariff,
			  const struct ts_time *now);

/* roam_host.c */
struct ts_billing_visit *ts_visit_find(struct ts_billing *b, const char *name);
void ts_visit_free(struct ts_billing *b, struct ts_billing_visit *v);
void ts_visits_refuse(struct ts_billing *b);
void ts_visit_paid(struct ts_billing *b, struct ts_billing_session *s,
		   const struct ts_billing_credit *credit);
void ts_visits_granted(struct ts_billing *b);
int ts_visits_load(struct ts_billing *b);
void ts_stranger_seen(struct ts_billing *b, const struct ts_key *key,
		      const struct ts_meter_event *ev, const struct ts_time *now);
void ts_visit_put(struct ts_billing *b, struct ts_billing_visit *v);
void ts_visit_begin(struct ts_billing *b, struct ts_billing_visit *v,
		    const struct ts_time *now);
void ts_visit_refuse(struct ts_billing *b, struct ts_billing_visit *v,
		     const struct ts_refused *why);

/* roam_leave.c */
bool ts_visits_end_of(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_time *now);
bool ts_visit_leave(struct ts_billing *b, struct ts_billing_session *s,
		    const struct ts_time *now);
void ts_visits_work(struct ts_billing *b, const struct ts_time *now);
void ts_visit_end(struct ts_billing *b, struct ts_billing_visit *v,
		  const struct ts_refused *why, const struct ts_time *now);

#endif /* TS_BILLING_VISIT_H */
