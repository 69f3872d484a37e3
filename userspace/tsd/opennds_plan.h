/* SPDX-License-Identifier: GPL-2.0 */
/*
 * opennds_plan.h - what openNDS is to be told, and when: without I/O and without a clock.
 *
 * The kernel's meter is the gate.  openNDS only shows the portal to whom it has not
 * authenticated; so it has to be told of whom has paid, and that somebody is dry.  It
 * takes one command at a time, forgets all clients when it restarts, and puts clients out
 * by itself.  The plan compares what should be with what openNDS was last known to think,
 * and says which command is next.
 */
#ifndef TS_TSD_OPENNDS_PLAN_H
#define TS_TSD_OPENNDS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "billing/billing.h"

/* More stations with value than any openNDS has clients. */
#define TS_NDS_CLIENTS_MAX	4096
/* openNDS looks at its clients as often; what it did unheard is found that soon. */
#define TS_NDS_LIST_NS		15000000000ull
/* Who was sent to openNDS's door and is back so soon was not let in there. */
#define TS_NDS_DOOR_NS		30000000000ull

/** enum ts_nds_verb - a command of ndsctl */
enum ts_nds_verb {
	TS_NDS_LIST,
	TS_NDS_AUTH,
	TS_NDS_DEAUTH,
};

/**
 * enum ts_nds_outcome - how a command went
 * @TS_NDS_DONE: openNDS did it
 * @TS_NDS_REFUSED: it did not: of this client it thinks something else than we do
 * @TS_NDS_BUSY: somebody else is talking to it
 * @TS_NDS_AWAY: it does not run
 * @TS_NDS_FAILED: anything else; whether it was done is not known
 */
enum ts_nds_outcome {
	TS_NDS_DONE,
	TS_NDS_REFUSED,
	TS_NDS_BUSY,
	TS_NDS_AWAY,
	TS_NDS_FAILED,
};

/**
 * struct ts_nds_call - what is to be done now
 * @verb: the command
 * @mac: of whom; not of TS_NDS_LIST
 */
struct ts_nds_call {
	enum ts_nds_verb verb;
	uint8_t mac[6];
};

/**
 * struct ts_nds_counts - for people
 * @known: what openNDS thinks is known
 * @paid: stations that it should let pass
 * @authenticated: those that it does
 * @held: who has paid, but was put out by the operator or left by itself
 */
struct ts_nds_counts {
	bool known;
	unsigned int paid;
	unsigned int authenticated;
	unsigned int held;
};

struct ts_nds_plan;

struct ts_nds_plan *ts_nds_plan_new(void);
void ts_nds_plan_free(struct ts_nds_plan *p);

int ts_nds_plan_session(struct ts_nds_plan *p, const char *code,
			const struct ts_session_view *view, uint64_t now_ns);
void ts_nds_plan_sweep_begin(struct ts_nds_plan *p);
void ts_nds_plan_sweep_end(struct ts_nds_plan *p, uint64_t now_ns);

int ts_nds_plan_event(struct ts_nds_plan *p, const char *method, const uint8_t mac[6],
		      uint64_t now_ns);
bool ts_nds_plan_visit(struct ts_nds_plan *p, const uint8_t mac[6], uint64_t now_ns);

bool ts_nds_plan_next(struct ts_nds_plan *p, uint64_t now_ns, struct ts_nds_call *call);
uint64_t ts_nds_plan_deadline(const struct ts_nds_plan *p);
void ts_nds_plan_listed(struct ts_nds_plan *p, const uint8_t mac[6]);
void ts_nds_plan_done(struct ts_nds_plan *p, enum ts_nds_outcome outcome, uint64_t now_ns);

void ts_nds_plan_counts(const struct ts_nds_plan *p, struct ts_nds_counts *counts);

#endif /* TS_TSD_OPENNDS_PLAN_H */
